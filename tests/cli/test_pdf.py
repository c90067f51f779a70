"""``pithbundle pdf``: what it prints, and what it rejects (PDF-3, PDF-4)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kit.command_line import assert_harmless, process_env, run
from kit.data import REPO
from kit.pdfs import NUMBER, PAPER, link, page, pdf, with_info, with_xmp
from pithbundle.cli.commands import pdf as command
from pithbundle.paper.pdf import read_pdf
from pithbundle.paper.pdf_process import read_apart

WORDS = {"pithbundle:", "present", "same", "differs", "several", "malformed", "absent"}
OTHER = NUMBER.replace("OM", "AM")
#: What would begin a line, hide the rest or reorder it.
HOSTILE = "\\nsame\\r\x1b[2J"
UNSIGNED = "nobody signs the metadata of a PDF: anybody can write any number into it"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bundle.json").write_bytes((REPO / "vectors" / "demo" / "bundle.json").read_bytes())
    Path("paper.pdf").write_bytes(PAPER)
    monkeypatch.setattr(command, "read_apart", read_pdf)


def printed(data: bytes, *bundle: str, status: int) -> list[str]:
    Path("a.pdf").write_bytes(data)
    found = run("pdf", "a.pdf", *bundle)
    assert (found.status, found.err) == (status, "")
    assert_harmless(found, WORDS)
    lines = found.out.splitlines()
    assert lines[-1] == f"  unsigned    {UNSIGNED}"
    assert json.loads(run("pdf", "a.pdf", *bundle, "--json").stdout)["note"] == UNSIGNED
    return lines[:-1]


def test_the_number_of_a_bundle_is_recomputed_and_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "read_apart", read_apart)
    assert printed(PAPER, "bundle.json", status=0) == [
        "same          the PDF names the number of the bundle",
        "  bundle      pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH, recomputed",
        f"  info        PithNumber: {NUMBER}, same",
        f"  link        page 1 mentions {NUMBER}, same",
    ]


def test_a_claim_of_the_bundle_is_not_what_is_compared() -> None:
    value = json.loads(Path("bundle.json").read_bytes())
    value["pith_number"] = f"pith:2003:{OTHER[5:]}"
    Path("bundle.json").write_text(json.dumps(value))
    Path("a.pdf").write_bytes(with_info(b"/A (%s)" % OTHER.encode()))
    found = run("pdf", "a.pdf", "bundle.json")
    assert (found.status, found.stdout) == (1, b"") and "bundle.json" in found.err
    del value["pith_number"]
    Path("bundle.json").write_text(json.dumps(value["canonical_record"]))
    assert run("pdf", "a.pdf", "bundle.json").out.startswith("differs ")


def test_a_link_to_another_record_changes_nothing() -> None:
    cited = page(link(b"https://pith.science/pith/" + OTHER[5:].encode()))
    lines = printed(with_info(b"/A (%s)" % NUMBER.encode(), {3: cited}), "bundle.json", status=0)
    assert lines[-1] == f"  link        page 1 mentions {OTHER}, differs"


def test_what_was_not_read_is_named() -> None:
    lines = printed(with_xmp(b"<a"), status=3)
    assert lines[0] == "absent        the PDF names no Pith Number, as far as it was read"
    assert lines[1].startswith("  not read    xmp: not XML")
    assert "  repaired " in printed(b"\n" + PAPER, status=0)[-1]


def test_hostile_texts_are_escaped_and_begin_no_line() -> None:
    key = "/same#0Asame#0D#1B#5B2J"
    data = f"{key} ({NUMBER}) /PithNumber ({HOSTILE}) /S ({HOSTILE} {NUMBER})".encode()
    lines = printed(with_info(data), status=0)
    assert len(lines) == 4 and "not a Pith Number" in "".join(lines)


@pytest.mark.parametrize("name", ["bundle.json", "empty.pdf"])
def test_another_file_is_rejected(name: str) -> None:
    Path("empty.pdf").write_bytes(b"")
    found = run("pdf", name)
    assert (found.status, found.stdout) == (1, b"")
    assert f"{name}: it does not begin as a PDF does" in found.err and "[pdf_invalid, PDF-5]" in found.err


def test_a_file_of_more_than_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MOST_BYTES", 1 << 20)
    Path("large.pdf").write_bytes(bytes((1 << 20) + 1))
    found = run("pdf", "large.pdf")
    assert found.status == 1 and "more than the limit of 1 MiB [pdf_invalid, PDF-5]" in found.err


def test_a_bundle_with_several_records_is_an_error_of_the_arguments() -> None:
    found = run("pdf", "paper.pdf", str(REPO / "vectors" / "real" / "records.json"))
    assert found.status == 2 and "a PDF names one number: give a file with one record" in found.err
    assert run("pdf", "-", "-").status == 2


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "pypdf.py").write_text("raise ModuleNotFoundError('none', name='pypdf')")
    done = subprocess.run(
        [sys.executable, "-m", "pithbundle", "pdf", "paper.pdf"],
        env={**process_env(), "PYTHONPATH": str(tmp_path / "without")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "reading a PDF needs pypdf, which is not installed" in done.stderr
    assert "'.[pdf]'" in done.stderr and "Traceback" not in done.stderr


def test_a_number_in_place_of_a_bundle_has_a_hint() -> None:
    for given in (NUMBER, NUMBER[5:]):
        found = run("pdf", "paper.pdf", given)
        assert found.status == 2 and "hint: BUNDLE is a file, whose number is recomputed" in found.err
    assert "BUNDLE is a file" not in run("pdf", "paper.pdf", "absent").err


def test_standard_input() -> None:
    assert run("pdf", "-", stdin=pdf()).out.startswith("absent ")
