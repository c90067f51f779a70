"""Graphs of hostile inputs, and signals while one is written (GRAPH-7, GRAPH-8, GRAPH-9, CLI-7)."""

from __future__ import annotations

import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kit import Json, Signer, made_record, payloads, pith_number, to_json
from kit.command_line import Result, run
from kit.graphs import FIRST, SECOND, bundle_of, made
from kit.interrupts import at_operation, interrupted, moments_of, some_of
from kit.strategies import fixture_policy

WORDS = (
    "graph",
    "in",
    "--policy",
    "p.json",
    "-o",
    "out",
    "--force",
    "--format",
    "graphml",
    "--format",
    "html",
)
#: Texts near an identifier, longer than any, of other scripts, and of nothing but markup or marks.
SOURCES = (
    "doi:10.1000/" + "x" * 400, "10.1000/<svg/onload=alert(1)>", "doi:10.1000/%00%0a..%2f",
    "doi:10.1000/]]>&#0;", "arXiv:9999.99999v9999", "arXiv:math.GT/0309136",
    "https://arxiv.org/abs/1203.00001#<b>", "pith:" + "A" * 26, "other:claimant:x",
    "javascript:alert(1)", "../../index.html", "{{7*7}}", "n0",
)  # fmt: skip
CLAIMANTS = (
    "\u202eevil\u202c",
    "a\u0301" * 40,
    "\U0001f469\u200d\U0001f52c",
    "\u0000\u0001\u001b[2J",
    "\uffff",
    "漢" * 60,
)


def cites(seed: int, source: str, word: str = "supports", signer: Signer = FIRST, minute: int = 0) -> Json:
    return made(signer, seed, "citation", payloads.citation(source, word), minute)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(to_json(fixture_policy()))
    Path("in").mkdir()


def content() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("out").iterdir()}


def test_hostile_names_cycles_and_repeated_claims_of_one_signer() -> None:
    # Each record cites the next one, and itself; one signer claims one thing 30 times.
    number = [pith_number(made_record(seed)) for seed in (1, 2, 3)]
    for seed in (1, 2, 3):
        events = [cites(seed, number[seed % 3], "refutes"), cites(seed, number[seed - 1])]
        if seed == 1:
            events += [cites(1, source) for source in SOURCES]
            events += [made(SECOND, 1, "replication", payloads.replication(text, text)) for text in CLAIMANTS]
            events += [cites(1, "doi:10.1000/same", minute=minute) for minute in range(30)]
        Path(f"in/{seed}.json").write_bytes(bundle_of(seed, events))
    found = run(*WORDS)
    assert found.status == 0 and "repeated    29" in found.out and "self-citation" in found.out
    files = content()
    root = ElementTree.fromstring(files["graph.graphml"])
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags.count("node") == files["nodes.jsonl"].count(b"\n")
    assert tags.count("edge") == files["edges.jsonl"].count(b"\n")
    page = files["index.html"]
    assert b"onload" not in page.replace(b"&lt;svg/onload", b"") and b"\xe2\x80\xae" not in page
    assert b"\x1b" not in page and b"<b>" not in page
    assert run(*WORDS).status == 0 and content() == files


@pytest.mark.signals
def test_a_signal_while_a_graph_is_written_leaves_the_old_one_or_the_new_one() -> None:
    Path("in/1.json").write_bytes(bundle_of(1, [cites(1, "w")]))
    assert run(*WORDS).status == 0
    old = content()
    Path("in/2.json").write_bytes(bundle_of(2, [cites(2, "v")]))
    count = moments_of(at_operation, *WORDS)
    new = content()
    assert count > 20 and new != old
    Path("in/2.json").rename("2.json")
    for at in some_of(count, 12):
        assert run(*WORDS).status == 0 and content() == old
        # What a signal left of the old one is removed by the next run.
        assert sorted(path.name for path in Path().iterdir()) == ["2.json", "in", "out", "p.json"], at
        Path("2.json").rename("in/2.json")
        result, _ = interrupted(at_operation, at, signal.SIGINT, *WORDS)
        assert result == Result(130, b"", b"\n") or result.status == 0, at
        assert content() in (old, new), at
        assert {path.name for path in Path().iterdir()} <= {"in", "out", "out.part", "p.json"}, at
        Path("in/2.json").rename("2.json")
