"""Papers that engines of TeX made: the badge, its link and the metadata (LATEX-4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from kit.latex import (
    CLASSES,
    ENGINES,
    HYPERREF,
    LINK,
    SUFFIX,
    Compiled,
    compiled,
    links_in,
    number_in,
    pages_with_badge,
    paper,
    poppler,
    require_tex,
)
from pithbundle.paper.pdf import read_pdf

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def tex() -> None:
    require_tex()


def assert_complete(found: Compiled) -> None:
    """The PDF has one badge, on its first page, the link and the metadata."""
    assert (found.status, found.errors) == (0, [])
    assert number_in(found.pdf) == f"pith:{SUFFIX}"
    assert (links_in(found.pdf), pages_with_badge(found.pdf)) == ([LINK], [1])
    assert "Package pithbundle Warning" not in found.log
    # Our own reader finds what Poppler does, without a repair (PDF-1).
    read = read_pdf(found.pdf.read_bytes())
    assert (read.status(None), read.unread, read.repair) == ("present", (), "")
    places = [(each.place, each.name, each.page, each.number) for each in read.numbers]
    assert ("info", "PithNumber", None, f"pith:{SUFFIX}") in places
    assert ("link", "", 1, f"pith:{SUFFIX}") in places


@pytest.mark.parametrize("hyperref", HYPERREF)
@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_paper_has_badge_link_and_metadata(engine: str, name: str, hyperref: str, tmp_path: Path) -> None:
    assert_complete(compiled(paper(name, hyperref), engine, tmp_path))


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_that_another_package_defines_stays(engine: str, name: str, tmp_path: Path) -> None:
    theirs = "\\newcommand\\pithnumber[1]{\\typeout{theirs: #1}}"
    source = paper(name, before=theirs, after=f"\\pithnumber{{x}}\\pithbundlenumber{{{SUFFIX}}}")
    found = compiled(source, engine, tmp_path)
    assert_complete(found)
    assert "theirs: x" in found.log and "\\pithnumber exists: use \\pithbundlenumber" in found.log


@pytest.mark.parametrize("engine", ENGINES)
def test_xmp_has_the_number_where_hyperxmp_writes_it(engine: str, tmp_path: Path) -> None:
    source = paper(before="\\usepackage{hyperref}\n\\usepackage{hyperxmp}")
    found = compiled(source, engine, tmp_path / "ours")
    assert_complete(found)
    assert f"<dc:identifier>pith:{SUFFIX}</dc:identifier>" in poppler("pdfinfo", "-meta", str(found.pdf))
    read = read_pdf(found.pdf.read_bytes())
    assert ("xmp", "dc:identifier") in {(each.place, each.name) for each in read.numbers if each.names}
    given = source.replace("\\begin{document}", "\\hypersetup{pdfidentifier={doi:10.1/1}}\\begin{document}")
    theirs = compiled(given, engine, tmp_path / "theirs")
    assert_complete(theirs)
    assert "doi:10.1/1" in poppler("pdfinfo", "-meta", str(theirs.pdf))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_badge_is_where_the_author_puts_it(engine: str, tmp_path: Path) -> None:
    source = paper(options="nobadge").replace("\\section{One}", "\\newpage Here: \\pithbundlebadge.\n")
    found = compiled(source, engine, tmp_path / "own")
    assert found.status == 0 and pages_with_badge(found.pdf) == [2] and links_in(found.pdf) == [LINK]
    none = compiled(paper(options="nobadge"), engine, tmp_path / "none")
    assert (number_in(none.pdf), links_in(none.pdf)) == (f"pith:{SUFFIX}", [])


@pytest.mark.parametrize("hyperref", ["before", "after"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_badge_in_a_heading_is_its_number_in_the_bookmark(
    engine: str, hyperref: str, tmp_path: Path
) -> None:
    source = paper(hyperref=hyperref, options="nobadge").replace("{One}", "{One \\pithbundlebadge}")
    found = compiled(source, engine, tmp_path, runs=2)
    assert (found.status, found.errors, links_in(found.pdf)) == (0, [], [LINK])
    assert "Token not allowed in a PDF string" not in found.log
    (bookmark,) = PdfReader(found.pdf).outline
    assert bookmark["/Title"] == f"One pith:{SUFFIX}"  # type: ignore[call-overload]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_title_that_was_printed_before_has_no_badge_and_a_warning(engine: str, tmp_path: Path) -> None:
    source = paper(after="").replace("\\section{One}", f"\\pithnumber{{{SUFFIX}}}\\section{{One}}")
    found = compiled(source, engine, tmp_path)
    assert (found.status, number_in(found.pdf), pages_with_badge(found.pdf)) == (0, f"pith:{SUFFIX}", [])
    assert "No badge was printed" in found.log


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex", "xelatex"])
def test_a_document_with_the_management_of_pdf(engine: str, tmp_path: Path) -> None:
    source = "\\DocumentMetadata{}\n" + paper(hyperref="before")
    if engine == "xelatex":
        source = source.replace("{}", "{backend=xetex}", 1)
    assert_complete(compiled(source, engine, tmp_path))


def test_the_same_paper_has_the_same_bytes(tmp_path: Path) -> None:
    source = paper(before="\\pdfinfoomitdate=1 \\pdftrailerid{}")
    first, again = (compiled(source, "pdflatex", tmp_path / each) for each in ("a", "b"))
    assert first.pdf.read_bytes() == again.pdf.read_bytes()
