"""GraphML: its form, hostile texts, the same values as JSON Lines (GRAPH-8)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from kit import made_record, payloads
from kit.graphs import FIRST, SECOND, built, made
from pithbundle.graph import Graph, edge_lines, graphml, node_lines
from pithbundle.graph.graphml import _text

NAME = "{http://graphml.graphdrawing.org/xmlns}"
#: What may be in what, in this order, by the schema of GraphML.
CHILDREN = {
    "graphml": ["key", "graph"],
    "graph": ["desc", "node", "edge"],
    "node": ["data"],
    "edge": ["data"],
}
ATTRIBUTES = {
    "graphml": {"{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"},
    "key": {"id", "for", "attr.name", "attr.type"},
    "graph": {"id", "edgedefault"},
    "desc": set(),
    "node": {"id"},
    "edge": {"id", "source", "target"},
    "data": {"key"},
}
TYPES = {"string": str, "int": int, "boolean": {"true": True, "false": False}.__getitem__}
HOSTILE = '\u202e\u0001"<Ada>]]>&amp;\\alpha\r\n\u00e9\U0001f600<!--'

EVENTS = [
    made(FIRST, 1, "citation", payloads.citation("doi:10.1000/x<&'\"]]>", "supports")),
    made(FIRST, 1, "citation", payloads.citation("arXiv:1203.00001", "cites")),
    made(SECOND, 1, "replication", payloads.replication(HOSTILE, "c\t{}", url="https://example.org/?a&b")),
    made(FIRST, 1, "pith.integrity.v1", payloads.integrity(made_record(1), "2026-06-01T00:00:00Z")),
]


@pytest.fixture(scope="module")
def graph() -> Graph:
    takes = made(FIRST, 1, "event_retracted", payloads.event_retracted(EVENTS[1]["event_id"]), 5)
    return built({1: [*EVENTS, takes], 2: []}).build()


def check(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Every element below one, checked by the schema: names, order, attributes."""
    name = element.tag.removeprefix(NAME)
    assert element.tag.startswith(NAME) and {*element.attrib} == ATTRIBUTES[name]
    order = CHILDREN.get(name, [])
    at = [order.index(child.tag.removeprefix(NAME)) for child in element]
    assert at == sorted(at)
    yield element
    for child in element:
        yield from check(child)


def read(data: bytes) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The nodes and edges of a file that the schema allows."""
    root = ElementTree.fromstring(data)
    elements = [*check(root)]
    ids = [one.attrib["id"] for one in elements if "id" in one.attrib]
    assert len(ids) == len({*ids}) and all(re.fullmatch(r"[A-Za-z][\w.-]*", one, re.ASCII) for one in ids)
    keys = {one.attrib["id"]: one.attrib for one in root.iter(f"{NAME}key")}
    found: dict[str, list[dict[str, object]]] = {"node": [], "edge": []}
    for kind, rows in found.items():
        for element in root.iter(f"{NAME}{kind}"):
            row: dict[str, object] = {name: each for name, each in element.attrib.items() if name != "id"}
            for data_element in element:
                key = keys[data_element.attrib["key"]]
                assert key["for"] == kind and key["attr.name"] not in row
                row[key["attr.name"]] = TYPES[key["attr.type"]](data_element.text or "")  # type: ignore[operator]
            rows.append(row)
    nodes = {
        each.attrib["id"]: row for each, row in zip(root.iter(f"{NAME}node"), found["node"], strict=True)
    }
    for row in found["edge"]:
        row |= {end: nodes[str(row[end])]["identifier"] for end in ("source", "target")}
    return found["node"], found["edge"]


def test_it_has_the_form_of_the_schema_and_the_values_of_json_lines(graph: Graph) -> None:
    nodes, edges = read(b"".join(graphml(graph, verified=True)))
    for row, line in zip(nodes, map(json.loads, b"".join(node_lines(graph)).splitlines()), strict=True):
        counts = {stance: each["current"] for stance, each in line["claims"].items()}
        same = {
            **counts,
            "kind": line["kind"],
            "cited_by": line["cited_by"],
            "claims_made": line["claims_made"],
        }
        assert same.items() <= row.items() and row["findings"] == len(line["findings"])
        assert row["retracted"] == sum(each["retracted"] for each in line["claims"].values())
        assert {name[10:]: each for name, each in row.items() if name.startswith("citations_")} == line[
            "relationships"
        ]
    for row, line in zip(
        edges, map(json.loads, b"".join(edge_lines(graph, verified=True)).splitlines()), strict=True
    ):
        text = {name: each for name, each in line.items() if name not in ("ids", "retracted", "spellings")}
        assert {
            name: each for name, each in text.items() if each is not None and name != "source"
        }.items() <= row.items()
        assert str(row.get("ids", "")).split() == line["ids"]
        assert str(row.get("retracted", "")).split() == line["retracted"]
        assert row.get("spellings") == (line["spellings"][0] if line["kind"] == "citation" else None)


def test_hostile_texts_are_texts(graph: Graph) -> None:
    nodes, edges = read(b"".join(graphml(graph, verified=True)))
    (claimant,) = (row for row in nodes if row["kind"] == "claimant")
    shown = HOSTILE.replace("\u0001", "\\u{1}")
    assert claimant["identifier"] == f"claimant:{shown}"
    # A label is drawn: nothing in it reorders a line.
    assert str(claimant["label"]).isprintable() and "\\u{202e}" in str(claimant["label"])
    assert {row["identifier"] for row in nodes} >= {"doi:10.1000/x<&'\"]]>"}
    assert [row["claim"] for row in edges if "claim" in row] == ["c\t{}"]
    assert _text("\ud800\x00\x0b\ufffe\x85") == "\\u{d800}\\u{0}\\u{b}\\u{fffe}\x85"


def test_claims_without_a_verified_signature_are_marked() -> None:
    data = b"".join(graphml(Graph((), (), 0), verified=False))
    assert read(data) == ([], []) and b"without a verified signature" in data
    (graph,) = (built({1: EVENTS[:1]}).build(),)
    _, (edge,) = read(b"".join(graphml(graph, verified=False)))
    assert edge["verified"] is False and edge["stance"] == "for"
