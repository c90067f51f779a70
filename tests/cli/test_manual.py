"""The manual pages: one of each command, which man(1) renders without a warning."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kit.command_line import run
from pithbundle.cli.commands.code import ALL
from pithbundle.cli.main import COMMANDS
from pithbundle.cli.manual import escape
from pithbundle.codes import CODES


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("man") / "man1"
    assert run("man", "--out-dir", str(folder)).status == 0
    return sorted(folder.iterdir())


def test_every_command_has_a_page(pages: list[Path]) -> None:
    names = {path.name for path in pages}
    assert {"pithbundle.1", *(f"pithbundle-{name}.1" for name in COMMANDS)} <= names
    assert {"pithbundle-policy-add.1", "pithbundle-conformance-run.1"} <= names


def test_a_page_has_its_sections_and_whole_summaries(pages: list[Path]) -> None:
    for path in pages:
        text = path.read_text(encoding="ascii")
        heads = re.findall(r"^\.SH (.*)$", text, re.MULTILINE)
        assert heads[:3] == ["NAME", "SYNOPSIS", "DESCRIPTION"] and "EXAMPLES" in heads, path.name
        # Every line that begins with a dot is a macro of man(7) that we know.
        assert {*re.findall(r"^[.'](\w*)", text, re.MULTILINE)} <= {"TH", "SH", "TP", "PP", "B", "nf", "fi"}
        assert "\n\n" not in text and "..." not in text.split("\n")[2]


def test_groff_renders_every_page_without_a_warning(pages: list[Path]) -> None:
    if shutil.which("groff") is None:
        return  # the structure is tested above
    for path in pages:
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-rLL=80n", str(path)], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b""), path.name
        shown = re.sub("\x1b\\[[0-9;]*m|.\x08", "", done.stdout.decode())
        assert "SYNOPSIS" in shown


def test_text_is_shown_unchanged() -> None:
    assert escape("a-b\\c") == "a\\-b\\ec"
    assert escape(".x") == "\\&.x" and escape("'x") == "\\&'x"


def test_the_names_of_options_are_on_the_page() -> None:
    text = run("man", "policy", "add").out
    for option in ("signer\\-id", "public\\-key", "event\\-type", "force"):
        assert f"\\-\\-{option}" in text


@pytest.mark.parametrize("code", [*ALL])
def test_every_code_is_explained(code: str) -> None:
    text = run("code", code).out
    assert text.startswith(f"code          {code}\n")
    assert all(f"\n  {name.ljust(11)} " in text for name in ("means", "level", "clause", "where", "to do"))
    assert code in CODES or code.startswith("warn_") or code in ("usage", "memory", "internal")
