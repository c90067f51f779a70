"""``number --arxiv``: numbers of metadata alone, and records beside it (ARXIV-1 to ARXIV-4)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.arxiv import Paper, xml
from kit.command_line import assert_enveloped, assert_harmless, run
from kit.data import REPO

METADATA = str(REPO / "vectors" / "real" / "arxiv_metadata.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.xml").write_bytes(xml(Paper()))
    write("r.json", Paper())


def write(name: str, paper: Paper, **more: str) -> None:
    Path(name).write_text(json.dumps({**paper.metadata.record.value, **more}))


def test_a_number_follows_from_metadata_alone() -> None:
    number = str(Paper().metadata.record.number)
    for words in (("--arxiv", "m.xml"), ("--arxiv", "m.xml", "--id", "1203.00001")):
        found = run("number", *words)
        assert found.status == 0 and found.out.startswith(
            f"number        {number}, computed from metadata of"
        )
    value = json.loads(run("number", "--arxiv", "-", "--json", stdin=Paper().line()).stdout)
    assert [each["pith_number"] for each in value["results"]] == [number]
    assert value["results"][0]["arxiv_id"] == "1203.00001"


def test_several_papers_are_named_in_one_pass() -> None:
    ids = ["1709.07020", "0805.1230", "1709.07020"]
    found = run("number", "--arxiv", METADATA, *(word for each in ids for word in ("--id", each)))
    numbers = [line.split()[1] for line in found.out.splitlines() if line.startswith("number ")]
    assert found.status == 0 and len(numbers) == 3 and numbers[0] == numbers[2] != numbers[1]
    several = run("number", "--arxiv", METADATA)
    assert several.status == 2 and "several papers" in several.err and "--id" in several.err


def test_a_record_that_is_reproduced_has_its_title() -> None:
    found = run("number", "--arxiv", "m.xml", "r.json")
    assert found.status == 0 and "the same number follows from it; nobody signs it" in found.out
    assert "\n  title       A Title <in> Two & a Half Lines\n" in found.out


@pytest.mark.parametrize(
    ("paper", "reason", "words"),
    [
        (Paper(title="Another"), "edited", "metadata/title_canon_sha256: another text"),
        (
            Paper(categories="hep-lat"),
            "edited",
            "metadata/cross_cats_sorted: hep-ph, math.NT, in the record none",
        ),
        (Paper(dates=Paper().dates[:1]), "newer_version", "source/version: 2, in the record 1"),
    ],
)
def test_a_difference_is_no_fault(paper: Paper, reason: str, words: str) -> None:
    write("r.json", paper)
    found = run("number", "--arxiv", "m.xml", "r.json")
    assert found.status == 3 and words in found.out and "\n  title " not in found.out
    found = run("number", "--arxiv", "m.xml", "r.json", "--json")
    assert_enveloped(found)
    (result,) = json.loads(found.stdout)["results"]
    assert result["faults"] == [] and result["arxiv"]["reason"] == reason
    assert not result["arxiv"]["reproduced"] and len(result["arxiv"]["members"]) == 8


def test_what_is_not_compared_is_reported() -> None:
    write("other.json", Paper("1203.7"))
    other = Paper().metadata.record.value
    source = other["source"]
    assert isinstance(source, dict)
    Path("doi.json").write_text(json.dumps({**other, "source": {**source, "kind": "doi"}}))
    found = run("number", "--arxiv", "m.xml", "r.json", "other.json", "doi.json")
    assert found.status == 3
    assert "not compared: there is no metadata of 1203.7 in it" in found.out
    assert "not compared: the source of the record is doi, not arxiv" in found.out
    assert run("number", "--arxiv", "m.xml", "doi.json").status == 3
    missing = run("number", "--arxiv", "m.xml", "--id", "1203.7")
    assert missing.status == 3 and missing.out.startswith("missing       1203.7\n")
    assert_enveloped(run("number", "--arxiv", "m.xml", "--id", "1203.7", "--json"))


def test_metadata_without_a_part_rejects_that_paper_alone() -> None:
    Path("m.xml").write_bytes(xml(Paper("1203.2", dates=()), Paper()))
    found = run("number", "--arxiv", "m.xml", "--id", "1203.2", "--id", "1203.00001")
    assert found.status == 1 and "[type, ARXIV-2]" in found.out
    assert str(Paper().metadata.record.number) in found.out
    write("bad.json", Paper("1203.2"))
    beside = run("number", "--arxiv", "m.xml", "bad.json")
    assert beside.status == 3 and "not compared: 1203.2 has no date" in beside.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--id", "1203.00001", "r.json"], "--id names a paper of the file that --arxiv names"),
        (["--arxiv", "-", "-"], "standard input can be read only once"),
        (["--arxiv", "none"], "no such file"),
        (["--arxiv", "."], "is a directory"),
        (["--arxiv", "r.json"], "ARXIV-2"),
        (["--arxiv", "m.xml", "--limit", "size=10"], "LIM-1"),
    ],
)
def test_usage_errors(words: list[str], message: str) -> None:
    found = run("number", *words)
    assert found.status == 2 and message in found.err


def test_an_empty_identifier_is_one_that_is_missing() -> None:
    found = run("number", "--arxiv", "m.xml", "--id", "")
    assert found.status == 3 and found.out.startswith("missing")
    (result,) = json.loads(run("number", "--arxiv", "m.xml", "--id", "", "--json").stdout)["results"]
    assert result["arxiv_id"] == ""


def test_hostile_texts_are_written_out() -> None:
    hostile = "\x1b[31m\u202eTitle\x07"
    paper = Paper(title=hostile, categories="a b\u202e", license="\x1b]0;x")
    Path("m.jsonl").write_bytes(paper.line())
    write("r.json", paper)
    assert_harmless(run("number", "--arxiv", "m.jsonl", "r.json"))
    write("r.json", Paper())
    assert_harmless(run("number", "--arxiv", "m.jsonl", "r.json"))
    assert_harmless(run("number", "--arxiv", "m.jsonl", "--id", "\x1b[31m"))


def test_what_is_escaped_is_escaped_once() -> None:
    paper = Paper("a\\b\u202e")
    write("r.json", paper)
    Path("m.xml").write_bytes(xml(paper.but(dates=())))
    found = run("number", "--arxiv", "m.xml", "r.json")
    assert "not compared: a\\\\b\\u{202e} has no date" in found.out
    (result,) = json.loads(run("number", "--arxiv", "m.xml", "r.json", "--json").stdout)["results"]
    assert result["arxiv"]["why"].startswith("a\\b\u202e has no date")
