"""``pithbundle latex``: what it takes, what it writes, and that no text of a file reaches TeX (LATEX-2)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import assert_harmless, run
from kit.data import REPO
from pithbundle.paper.latex import package

NUMBER = "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"
SUFFIX = NUMBER[-26:]
LINES = f"\\usepackage{{pithbundle}}\n\\pithnumber{{{SUFFIX}}}\n"
#: What TeX would run, and what would end a line or a comment of it.
HOSTILE = "\\input{x}\\immediate\\write18{id}%#$&_^~{}\n\\end{document}^^M\x1b[2J\u202e"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bundle.json").write_bytes((REPO / "vectors" / "demo" / "bundle.json").read_bytes())


def changed(name: str, change: Any) -> str:
    value = json.loads(Path("bundle.json").read_bytes())
    change(value)
    Path(name).write_text(json.dumps(value))
    return name


@pytest.mark.parametrize("given", [SUFFIX, NUMBER, "bundle.json"])
def test_a_suffix_a_number_and_a_bundle_give_the_same_lines(given: str) -> None:
    found = run("latex", given)
    assert (found.status, found.out, found.err) == (0, LINES, "")
    value = json.loads(run("latex", given, "--json").stdout)
    assert value["pith_number"] == (NUMBER if given == "bundle.json" else None)
    assert value["preamble"] == LINES.splitlines() and value["files"] == []


def test_the_package_is_written_and_replaced_only_by_force() -> None:
    found = run("latex", SUFFIX, "-o", "paper")
    assert found.status == 0 and found.out.startswith("written       paper/pithbundle.sty\n")
    assert Path("paper/pithbundle.sty").read_bytes() == package()
    Path("paper/pithbundle.sty").write_text("mine")
    again = run("latex", SUFFIX, "-o", "paper")
    assert again.status == 2 and "exists already; --force replaces it" in again.err
    assert Path("paper/pithbundle.sty").read_text() == "mine"
    assert run("latex", SUFFIX, "-o", "paper", "--force").status == 0
    assert Path("paper/pithbundle.sty").read_bytes() == package()


def test_a_bundle_of_that_name_is_not_written_over() -> None:
    Path("pithbundle.sty").write_bytes(Path("bundle.json").read_bytes())
    found = run("latex", "pithbundle.sty", "-o", ".", "--force")
    assert found.status == 2 and "inputs are never overwritten" in found.err
    assert Path("pithbundle.sty").read_bytes() == Path("bundle.json").read_bytes()


def test_no_text_of_a_bundle_reaches_tex() -> None:
    def hostile(value: dict[str, Any]) -> None:
        value.update(title=HOSTILE, paper={"title": HOSTILE, "authors_text": HOSTILE})
        for event in value["events"]:
            event["note"] = HOSTILE

    found = run("latex", changed("hostile.json", hostile))
    assert (found.status, found.out) == (0, LINES)


def test_a_record_that_is_hostile_itself_has_another_number_and_no_other_text() -> None:
    record = json.loads(Path("bundle.json").read_bytes())["canonical_record"]
    record["metadata"]["license"] = HOSTILE
    Path("record.json").write_text(json.dumps(record))
    found = run("latex", "record.json", "-o", "new")
    assert found.status == 0 and SUFFIX not in found.out
    assert "input" not in found.out and "write18" not in found.out


def test_a_claim_that_differs_is_rejected() -> None:
    def claim(value: dict[str, Any]) -> None:
        value["pith_number"] = "pith:2003:" + "A" * 26

    found = run("latex", changed("claim.json", claim), "-o", "new")
    assert (found.status, found.stdout) == (1, b"") and not Path("new").exists()
    assert "claim.json" in found.err


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        (SUFFIX[:-1], 2, "a suffix is 26 characters A-Z2-7; anything else is the name of a file"),
        (SUFFIX.lower(), 2, "a suffix is 26 characters A-Z2-7"),
        (f"pith:{SUFFIX}", 2, "not a full Pith Number"),
        ("pith:\x1b[2J", 2, "not a full Pith Number"),
        ("missing.json", 2, "no such file"),
    ],
)
def test_what_is_no_number_and_no_file(given: str, status: int, words: str) -> None:
    found = run("latex", given)
    assert (found.status, found.stdout) == (status, b"") and words in found.err
    assert_harmless(found)


def test_a_paper_has_one_record() -> None:
    several = str(REPO / "vectors" / "real" / "records.json")
    found = run("latex", several)
    assert found.status == 2 and "a paper has one number: give its suffix" in found.err
    whole = json.loads(Path("bundle.json").read_bytes())["canonical_record"]
    Path("twice.json").write_text(json.dumps([whole, whole]))
    assert run("latex", "twice.json").out == LINES
