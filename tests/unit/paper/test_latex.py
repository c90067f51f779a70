"""The LaTeX package and the lines that use it (LATEX-1, LATEX-2)."""

from __future__ import annotations

import re

import pytest

from pithbundle.errors import NumberError
from pithbundle.paper.latex import PACKAGE_FILE, package, preamble

SUFFIX = "OMJFN3CZBZK4KRI4XCDIFRLNQH"


def code() -> str:
    """The package without its comments."""
    return re.sub(r"(?<!\\)%[^\n]*", "", package().decode("ascii"))


def test_the_package_has_the_same_bytes_for_every_paper() -> None:
    assert package() == package() and package().endswith(b"\\endinput\n")
    assert PACKAGE_FILE == "pithbundle.sty"
    assert b"\\ProvidesPackage{pithbundle}" in package() and b"{pith}[" not in package()


def test_its_license_is_in_its_head() -> None:
    head = package().decode("ascii").partition("\\NeedsTeXFormat")[0]
    text = " ".join(line.lstrip("% ") for line in head.splitlines())
    for part in (
        "LaTeX Project Public License, either version 1.3c of this license or (at your option) any later",
        "has the LPPL maintenance status `maintained'",
        "The Current Maintainer of this work is",
        "This work consists of the file pithbundle.sty",
        "independent of the package pith of the registry",
    ):
        assert part in text


def test_it_loads_nothing_starts_nothing_and_touches_no_file() -> None:
    for word in (
        "RequirePackage", "usepackage", "input", "include", "openin", "openout", "write18", "ShellEscape",
        "directlua", "file_", "sys_shell", "readline", "scantokens",
    ):  # fmt: skip
        assert not re.search(rf"\\{word}", code()), word


def test_it_needs_no_newer_latex_than_that_of_tex_live_2022() -> None:
    (needed,) = re.findall(r"\\NeedsTeXFormat\{LaTeX2e\}\[([0-9/]+)\]", code())
    assert needed <= "2022/06/01"


def test_the_lines_of_a_paper() -> None:
    assert preamble(SUFFIX) == (r"\usepackage{pithbundle}", rf"\pithnumber{{{SUFFIX}}}")


@pytest.mark.parametrize(
    "text",
    [
        "", SUFFIX[:-1], SUFFIX + "A", SUFFIX.lower(), SUFFIX + "\n", "0" * 26, SUFFIX[:-1] + "}", "\\" * 26,
        "\uff21" * 26, f"pith:2003:{SUFFIX}", r"\input{/etc/passwd}XXXXXXX", "^^5cinput^^7b" + "A" * 13,
    ],
)  # fmt: skip
def test_only_a_suffix_reaches_tex(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        preamble(text)
    assert caught.value.code == "suffix"
