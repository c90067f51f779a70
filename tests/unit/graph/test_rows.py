"""The lines of a graph (GRAPH-7)."""

from __future__ import annotations

import json

import jsonschema
import pytest

from kit import canonical, made_record, payloads, pith_number
from kit.graphs import FIRST, SECOND, built, made
from pithbundle.cli import schemas
from pithbundle.graph import Graph, edge_lines, node_lines, rows

EVENTS = [
    made(FIRST, 1, "citation", payloads.citation("doi:10.1000/x", "supports")),
    made(
        SECOND,
        1,
        "replication",
        payloads.replication('\u202e\u0001"<Ada>&', "c\n{}", url="https://example.org/"),
    ),
    made(FIRST, 1, "pith.integrity.v1", payloads.integrity(made_record(1), "2026-06-01T00:00:00Z")),
]


@pytest.fixture
def graph() -> Graph:
    return built({1: EVENTS, 2: []}).build()


def test_every_line_conforms_to_its_schema_and_is_canonical(graph: Graph) -> None:
    for name, parts in (("node", node_lines(graph)), ("edge", edge_lines(graph, verified=True))):
        validator = jsonschema.Draft202012Validator(schemas.schema(f"graph_{name}"))
        lines = b"".join(parts).split(b"\n")
        assert lines.pop() == b"" and len(lines) == len(getattr(graph, f"{name}s"))
        for line in lines:
            validator.validate(json.loads(line))
            assert canonical(json.loads(line)) == line


def test_a_node_has_the_findings_on_its_record(graph: Graph) -> None:
    nodes = [json.loads(line) for line in b"".join(node_lines(graph)).splitlines()]
    (found,) = [finding for node in nodes for finding in node["findings"]]
    assert (found["signer"], found["id"]) == (FIRST.signer_id, EVENTS[2]["event_id"])
    assert (found["record"], found["version"]) == (pith_number(made_record(1)), 3)


def test_members_of_another_kind_are_null(graph: Graph) -> None:
    found = {
        edge["kind"]: edge
        for edge in map(json.loads, b"".join(edge_lines(graph, verified=False)).splitlines())
    }
    assert found["citation"]["outcome"] is found["citation"]["claim"] is found["citation"]["url"] is None
    assert found["replication"]["relationship"] is None and found["replication"]["outcome"] == "supports"
    assert (
        found["replication"]["source"] == 'claimant:\u202e\u0001"<Ada>&' and not found["citation"]["verified"]
    )


def test_parts_are_small_and_join_to_the_same(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"".join(node_lines(graph))
    monkeypatch.setattr(rows, "_PART", 1)
    parts = [*node_lines(graph)]
    assert b"".join(parts) == whole and len(parts) == len(graph.nodes) + 1
    assert b"".join(node_lines(Graph((), (), 0))) == b""
