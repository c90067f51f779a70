"""``cite``: a citation with a title that the number covers, or without one (CITE-1)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from kit.arxiv import Paper, xml
from kit.command_line import HOSTILE, assert_harmless, run
from kit.signing import bundle, to_json
from kit.stream import made_record

WORDS = {"citation", "pithbundle:"}
RECORD = made_record()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    record = Paper().metadata.record.value
    Path("m.xml").write_bytes(xml(Paper()))
    Path("r.json").write_text(json.dumps(record))
    Path("b.json").write_bytes(to_json(bundle(record, [])))


@pytest.mark.parametrize("file", ["b.json", "r.json"])
def test_a_title_of_metadata_with_its_authors(file: str) -> None:
    result = run("cite", file, "--arxiv", "m.xml")
    assert result.status == 0 and b"title = {{A Title \\textless{}in" in result.stdout
    assert b"author = {{Ada \\& Ben}}" in result.stdout
    assert (
        "authors     Ada & Ben: authors as stated by arXiv's metadata, not covered by the number"
        in result.err
    )


def test_a_title_that_is_given() -> None:
    result = run("cite", "b.json", "--title", "a title <in> two & A HALF lines", "--format", "csl-json")
    assert result.status == 0 and json.loads(result.stdout)[0]["title"] == "a title <in> two & A HALF lines"
    other = run("cite", "b.json", "--title", "Another", "--format", "csl-json")
    assert other.status == 3 and b"Another" not in other.stdout and "Another" not in other.err
    assert "none: no text with the hash of the title was given" in other.err


@pytest.mark.parametrize(
    ("title", "status"), [("A TITLE <in> two & a Half Lines", 0), ("Another", 3), (7, 3)]
)
def test_a_title_of_a_record_document(title: object, status: int) -> None:
    record = Paper().metadata.record
    document = {
        "record_type": "pith_number_record", "pith_number": str(record.number),
        "canonical_sha256": record.hex, "canonical_record": record.value, "paper": {"title": title},
    }  # fmt: skip
    Path("d.json").write_text(json.dumps(document))
    result = run("cite", "d.json", "--format", "csl-json")
    assert result.status == status
    assert (json.loads(result.stdout)[0].get("title") == title) == (status == 0)
    # What the user gives is tried alone.
    assert run("cite", "d.json", "--title", "Another").status == 3
    Path("d.json").write_text(json.dumps({**document, "canonical_sha256": "0" * 64}))
    assert run("cite", "d.json").status == 1


@pytest.mark.parametrize("paper", [Paper(title="Edited"), Paper(arxiv_id="1203.00002"), Paper(dates=())])
def test_metadata_that_gives_no_title(paper: Paper) -> None:
    Path("m.xml").write_bytes(xml(paper))
    result = run("cite", "b.json", "--arxiv", "m.xml")
    assert result.status == 3 and b"Ada" not in result.stdout and b"title" not in result.stdout


def test_json_names_the_file() -> None:
    result = run("cite", "b.json", "--arxiv", "m.xml", "-o", "x.bib", "--json")
    value = json.loads(result.stdout)
    assert (result.status, value["format"], value["authors"]) == (0, "bibtex", "Ada & Ben")
    assert value["sha256"] == sha256(Path("x.bib").read_bytes()).hexdigest()
    assert run("cite", "b.json", "--json").status == 2
    assert run("cite", "b.json", "--json", "-o", "y.bib").status == 3


def test_links_need_no_title() -> None:
    for form in ("signposting", "linkset"):
        result = run("cite", "b.json", "--format", form)
        assert result.status == 0 and b"cite-as" in result.stdout and "title" not in result.err


def test_wrong_use() -> None:
    assert run("cite", "b.json", "--title", "x", "--arxiv", "m.xml").status == 2
    assert run("cite", "b.json", "--title", "\udcff").status == 2
    assert run("cite", "m.xml").status == 1
    Path("two.json").write_text(json.dumps([Paper().metadata.record.value, RECORD]))
    several = run("cite", "two.json")
    assert several.status == 2 and "two.json has 2 records" in several.err


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_titles(text: str) -> None:
    title = text.replace("\0", "").replace("\ud800", "").replace("\U0010ffff", "")[:2000] or "x"
    paper = Paper(title=title)
    Path("h.json").write_text(json.dumps(paper.metadata.record.value))
    result = run("cite", "h.json", "--title", title, "-o", "h.bib")
    assert result.status == 0
    assert_harmless(result, WORDS)
