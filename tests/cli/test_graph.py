"""``pithbundle graph``: its files, its outcomes, hostile inputs (GRAPH-2, GRAPH-6, GRAPH-7)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from kit import UNKNOWN_SIGNER, made_record, payloads, pith_number, to_json
from kit.command_line import FIRST_WORDS, assert_enveloped, assert_harmless, run
from kit.graphs import FIRST, SECOND, bundle_of, made
from kit.strategies import fixture_policy

OPTIONS = ("--policy", "p.json", "-o", "out")
WORDS = FIRST_WORDS | {"graph"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(to_json(fixture_policy()))
    cited = made(FIRST, 1, "citation", payloads.citation(pith_number(made_record(2)), "supports"))
    takes = made(FIRST, 1, "event_retracted", payloads.event_retracted(cited["event_id"]), 5)
    Path("in").mkdir()
    Path("in/a.json").write_bytes(bundle_of(1, [cited, made(SECOND, 1, "citation", payloads.citation("w"))]))
    Path("in/b.json").write_bytes(bundle_of(1, [takes]))
    Path("in/c.json").write_bytes(bundle_of(2, []))


def lines(name: str, at: str = "out") -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(at, name).read_bytes().splitlines()]


def content(at: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(at).iterdir()}


def test_a_retraction_in_another_bundle_counts() -> None:
    found = run("graph", "in", *OPTIONS)
    assert found.status == 0
    assert found.out.startswith("graph         2 records of 3 bundles, written to out\n")
    assert "for         1 retracted" in found.out and "apart" not in found.out
    edges = lines("edges.jsonl")
    assert {(edge["relationship"], edge["counted_as"]) for edge in edges} == {
        ("supports", "retracted"), ("cites", "current"),
    }  # fmt: skip
    assert lines("unverified-edges.jsonl") == lines("unverified-nodes.jsonl") == []


def test_self_citations_are_counted_apart() -> None:
    Path("in/d.json").write_bytes(
        bundle_of(2, [made(FIRST, 2, "citation", payloads.citation(pith_number(made_record(2)), "supports"))])
    )
    found = run("graph", "in", *OPTIONS)
    assert "for         1 self-citation, 1 retracted" in found.out


def test_order_containers_and_repetition_change_no_byte() -> None:
    run("graph", "in", *OPTIONS)
    before = content("out")
    run("graph", "in/c.json", "in/b.json", "in/a.json", "in/b.json", *OPTIONS, "--force")
    assert content("out") == before
    run("archive", "pack", "in", "-o", "packed")
    run("convert", "in/b.json", "--to", "cbor", "-o", "b.cbor")
    assert run("graph", "packed", "b.cbor", *OPTIONS, "--force").status == 0
    assert content("out") == before


def test_claims_without_a_verified_signature_are_apart() -> None:
    Path("in/d.json").write_bytes(
        bundle_of(2, [made(UNKNOWN_SIGNER, 2, "citation", payloads.citation("w", "refutes")), {"q": 1}])
    )
    found = run("graph", "in", *OPTIONS)
    assert found.status == 3 and "against" not in found.out
    assert "apart       1 claim without a verified signature, in unverified-*.jsonl" in found.out
    assert "not read    1 unverified element that may be a claim" in found.out
    (edge,) = lines("unverified-edges.jsonl")
    assert edge["verified"] is False and edge["signer"] == UNKNOWN_SIGNER.signer_id
    assert all(each["verified"] for each in lines("edges.jsonl"))
    value = json.loads(run("graph", "in", *OPTIONS, "--force", "--json").stdout)
    assert value["unverified"]["stances"]["against"]["current"] == 1
    assert value["verified"]["stances"]["against"]["current"] == 0
    assert (value["outcome"], value["unverified"]["unread"]) == ("unverified", 1)
    run("graph", "in", *OPTIONS, "--force", "--format", "html")
    assert b"Not read and not shown: 1 element without" in content("out")["index.html"]


def test_what_is_rejected_is_named_and_the_rest_is_read() -> None:
    Path("in/x.json").write_bytes(b"{}")
    found = run("graph", "in", *OPTIONS)
    assert found.status == 1 and "x.json" in found.err and len(lines("nodes.jsonl")) == 3
    nothing = run("graph", "in/x.json", "--policy", "p.json", "-o", "other")
    assert nothing.status == 1 and not Path("other").exists() and "not written" in nothing.err


def test_only_a_graph_is_replaced() -> None:
    Path("out").mkdir()
    Path("out/edges.jsonl").write_bytes(b"mine")
    for options in ((), ("--force",)):
        found = run("graph", "in", *OPTIONS, *options)
        assert found.status == 2 and content("out") == {"edges.jsonl": b"mine"}
    assert "contains no graph" in found.err
    found = run("graph", "in", "--policy", "p.json", "-o", "out.json")
    assert found.status == 2 and "is a folder here" in found.err


def test_graphml_is_written_beside_json_lines() -> None:
    run("graph", "in", *OPTIONS)
    plain = content("out")
    assert run("graph", "in", *OPTIONS, "--force", "--format", "graphml").status == 0
    both = content("out")
    assert both.keys() - plain.keys() == {"graph.graphml", "unverified-graph.graphml"}
    assert plain.items() <= both.items() and both["graph.graphml"].count(b"<edge ") == 2
    assert run("graph", "in", *OPTIONS, "--force").status == 0 and content("out") == plain
    found = run("graph", "in", "--policy", "p.json", "-o", "g.GraphML")
    assert found.status == 2 and "--format graphml writes graph.graphml into it" in found.err


def test_a_page_is_written_beside_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("graph", "in", *OPTIONS, "--format", "html").status == 0
    page = content("out")["index.html"]
    assert b"2 records" in page and b'class="supports retracted"' in page
    run("graph", "in/c.json", "in/b.json", "in/a.json", *OPTIONS, "--force", "--format", "html")
    assert content("out")["index.html"] == page
    for name in ("jinja2", "pithbundle.mirror.pages.graph"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "pithbundle.mirror.pages.graph")
    monkeypatch.delitem(sys.modules, "pithbundle.mirror.pages.rendering", raising=False)
    found = run("graph", "in", "--policy", "p.json", "-o", "other", "--format", "html")
    assert found.status == 2 and "a page needs jinja2" in found.err and not Path("other").exists()


def test_a_graph_is_no_source_of_bundles() -> None:
    assert run("graph", "in", "--policy", "p.json", "-o", "in/out").status == 0
    found = run("graph", "in", *OPTIONS)
    assert found.status == 1 and len(lines("nodes.jsonl")) == 3
    assert (
        "in/out: is an output of graph, and no source of bundles" in found.err and "line 1" not in found.err
    )
    named = run("graph", "in/out", "--policy", "p.json", "-o", "other")
    assert named.status == 2 and "give what it was made of" in named.err


def test_hostile_texts_are_lines_of_json_and_printed_harmlessly() -> None:
    hostile = '\u202e\x1b[31mVALID:\n{"id":1}</svg>'
    Path("in/d.json").write_bytes(
        bundle_of(3, [made(FIRST, 3, "replication", payloads.replication(hostile, hostile))])
    )
    found = run("graph", "in", *OPTIONS)
    assert_harmless(found, WORDS)
    assert [node["id"] for node in lines("nodes.jsonl") if node["kind"] == "claimant"] == [
        f"claimant:{hostile}"
    ]
    assert_enveloped(run("graph", "in", *OPTIONS, "--force", "--json"))
