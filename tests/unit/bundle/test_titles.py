"""Titles: what is hashed, under one version of Unicode whatever the interpreter's is (TITLE-1, TITLE-2)."""

from __future__ import annotations

import hashlib
import re
import sys
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make_unicode14
from kit import titles_digest
from kit.data import REPO
from kit.interpreters import VERSIONS, find, run
from kit.runs import spread
from pithbundle.bundle.titles import abstract_sha256, canonical_title, title_sha256
from pithbundle.errors import RecordError

THIS: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
RECIPE: Final = (REPO / "vectors" / "titles.md").read_text(encoding="utf-8")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("hashed", [title_sha256, abstract_sha256])
def test_titles_are_spaced_trimmed_lowered_and_nothing_else(hashed: Any) -> None:
    assert hashed("  A\tTitle\r\n of  $\\alpha$-Rays,\x0bPart\u00a0II. ") == sha(
        "a title of $\\alpha$-rays, part ii."
    )
    assert hashed("") == hashed(" \u3000") == sha("")
    # Lower-casing is Unicode's full default mapping: longer texts, final sigma, no folding.
    assert hashed("ΟΔΟΣ İ ẞ STRASSE Straße") == sha("οδος i\u0307 ß strasse straße")
    # No normalisation: two spellings of one letter stay two titles.
    assert hashed("\u00c9") == sha("\u00e9") != hashed("E\u0301")
    # Zero-width characters are not white space.
    assert hashed("a\u200bb\ufeff") == sha("a\u200bb\ufeff")


def test_white_space_is_that_of_str_split() -> None:
    for point in range(sys.maxunicode + 1):
        if point == 0 or 0xD800 <= point < 0xE000 or point & 0xFFFE == 0xFFFE or 0xFDD0 <= point < 0xFDF0:
            continue
        if chr(point).isspace() or point < 0x600:
            expected = " ".join(f"a{chr(point)}{chr(point)}b{chr(point)}".split()).lower()
            assert title_sha256(f"a{chr(point)}{chr(point)}b{chr(point)}") == sha(expected), hex(point)


# Blocks in which no later version of Unicode has added a letter or a mark.
SETTLED = st.characters(min_codepoint=1, max_codepoint=0x58F, exclude_categories=["Cn"])


@given(st.text(alphabet=SETTLED | st.sampled_from("\u03a3\u02b0\u0345' .\u00ad"), max_size=30))
def test_titles_equal_the_line_that_anyone_can_run(title: str) -> None:
    assert title_sha256(title) == sha(" ".join(title.split()).lower())


@pytest.mark.parametrize(("text", "code"), [("\0", "string"), ("\ud800", "surrogate"), ("a\uffff", "string")])
def test_titles_outside_the_model(text: str, code: str) -> None:
    for hashed in (title_sha256, abstract_sha256):
        with pytest.raises(RecordError) as caught:
            hashed(text)
        assert (caught.value.code, caught.value.pointer) == (code, "")
    with pytest.raises(TypeError, match=r"^expected str, got NoneType$"):
        title_sha256(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("\u03a3", "\u03c3"),
        ("a\u03a3", "a\u03c2"),
        ("a\u03a3b", "a\u03c3b"),
        ("a\u03a3 b", "a\u03c2 b"),
        (" \u03a3a", "\u03c3a"),
        ("a.\u00ad\u0301\u03a3", "a.\u00ad\u0301\u03c2"),
        ("a\u03a3.\u00ad\u0301", "a\u03c2.\u00ad\u0301"),
        ("a\u03a3.\u00ad\u0301b", "a\u03c3.\u00ad\u0301b"),
        ("\u02b0\u03a3", "\u02b0\u03c3"),  # both Cased and Case_Ignorable: passed over
        ("a\u03a3\u02b0", "a\u03c2\u02b0"),
        ("a\u03a3\u03a3", "a\u03c3\u03c2"),
        ("\u0130\u03a3\u03a3", "i\u0307\u03c3\u03c2"),  # the first becomes two characters
        ("1\u03a3", "1\u03c3"),
    ],
)
def test_a_sigma_is_final_by_its_context(title: str, expected: str) -> None:
    assert canonical_title(title) == expected


@pytest.mark.parametrize("code", [0x1C89, 0xA7CB, 0xA7DC, 0x10D50, 0x16EA0])
def test_a_capital_that_came_after_unicode_14_stays_as_it_is(code: int) -> None:
    assert canonical_title(chr(code)) == chr(code)
    assert canonical_title(f"{chr(code)}\u03a3") == f"{chr(code)}\u03c3"


def test_many_sigmas_take_linear_time() -> None:
    title = "a" + "." * 100_000 + "\u03a3." * 100_000
    lowered = canonical_title(title)
    assert lowered.count("\u03c3") == 99_999
    assert lowered.endswith("\u03c2.")


# --- The tables, and one digest over every code point ----------------------------------


@pytest.mark.slow
def test_the_tables_are_those_of_python_3_11() -> None:
    """And what that Python shows of each property when it lower-cases."""
    python = find("3.11")
    # Where there is none, `make environments` reports it, and the digest below checks the tables.
    if python is not None:
        run(python, str(REPO / "tools" / "make_unicode14.py"), "--check")


def claimed(name: str) -> str:
    found = re.search(rf"^{name} ([0-9a-f]+)$", RECIPE, re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_recipe_counts_the_code_points() -> None:
    assert len(titles_digest.code_points()) == int(claimed("count"))


@pytest.mark.parametrize(
    "version",
    spread([THIS, *(one for one in VERSIONS if one != THIS and find(one) is not None)], slow=(THIS,)),
)
def test_one_digest_over_every_code_point(version: str) -> None:
    script = str(REPO / "tests" / "kit" / "titles_digest.py")
    digest, unicode_version = run(find(version) or sys.executable, script).split()
    assert digest == claimed("digest")
    assert (unicode_version == make_unicode14.VERSION) is (version == "3.11")
