"""What is no suffix is an error of LaTeX that says why (LATEX-3)."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from kit.latex import ENGINES, SUFFIX, compiled, links_in, number_in, pages_with_badge, paper, require_tex
from pithbundle.bundle.number import is_suffix

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def tex() -> None:
    require_tex()


#: What is given, and what the message says of it.
WRONG = [
    (SUFFIX[:-1], "it has 25 characters, and a suffix has 26"),
    (SUFFIX + "A", "it has 27 characters, and a suffix has 26"),
    ("", "it has 0 characters, and a suffix has 26"),
    (SUFFIX.lower(), "character 1 is `o', which is none of A to Z and 2 to 7"),
    (SUFFIX[:-1] + "0", "character 26 is `0', which is none of A to Z and 2 to 7"),
    (SUFFIX[:9] + "1" + SUFFIX[10:], "character 10 is `1'"),
    (f"pith:2003:{SUFFIX}", "character 1 is `p'"),
    (f" {SUFFIX}", "character 1 is ` '"),
    (f"{SUFFIX[:13]} {SUFFIX[13:]}", "character 14 is ` '"),
    (r"\undefinedmacro", "character 1 is `\\'"),
    (r"\typeout{RAN}", "character 1 is `\\'"),
    ("A#B", "character 2 is `#'"),
    ("A~B", "character 2 is `~'"),
    ("A{B}", "character 2 is `{'"),
    ("A$B_C^D&E", "character 2 is `$'"),
    ("A\n\nB", "character 2 is ` '"),
    ("A" * 2_000, "it has 2000 characters"),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_error_says_why(engine: str, tmp_path: Path) -> None:
    source = paper(after="\n".join(f"\\pithnumber{{{text}}}" for text, _ in WRONG))
    found = compiled(source, engine, tmp_path)
    assert found.status != 0 and len(found.errors) == len(WRONG), found.errors
    for (text, words), message in zip(WRONG, found.errors, strict=True):
        assert message.startswith("Not the suffix of a Pith Number: ") and words in message, text
    assert "RAN" not in [line.strip() for line in found.log.splitlines()]
    assert (number_in(found.pdf), links_in(found.pdf), pages_with_badge(found.pdf)) == (None, [], [])


#: TeX gives up after 100 errors.
TEXTS = 95


@pytest.mark.parametrize("seed", range(5))
def test_tex_accepts_what_python_accepts(seed: int, tmp_path: Path) -> None:
    """Suffixes with a character changed, added or removed: one that TeX reads as itself."""
    draw = random.Random(seed)
    characters = [chr(code) for code in range(33, 127) if chr(code) not in "\\{}%^#~"]
    texts = []
    for _ in range(TEXTS):
        at, one = draw.randrange(26), draw.choice(characters)
        kept = draw.choice((at, at + 1))
        texts.append(SUFFIX[:at] + draw.choice((one, one, "")) + SUFFIX[kept:])
    # Each is the first one.
    again = "\\makeatletter\\def\\again{\\global\\let\\pithbundle@suffix\\@empty}\\makeatother\n"
    lines = [f"\\again\\typeout{{BE\\empty GIN}}\\pithnumber{{{text}}}" for text in texts]
    source = paper(after=again + "\n".join(lines), options="nobadge")
    parts = re.split("^BEGIN$", compiled(source, "pdflatex", tmp_path).log, flags=re.MULTILINE)[1:]
    assert {is_suffix(text) for text in texts} == {True, False}
    for text, part in zip(texts, parts, strict=True):
        assert is_suffix(text) == ("Not the suffix of a Pith Number" not in part), text


@pytest.mark.parametrize("engine", ENGINES)
def test_a_paper_has_one_number(engine: str, tmp_path: Path) -> None:
    other = SUFFIX[::-1]
    both = f"\\pithnumber{{{SUFFIX}}}\\pithnumber{{{SUFFIX}}}\\pithnumber{{{other}}}"
    found = compiled(paper(after=both), engine, tmp_path)
    assert found.errors == ["A paper has one Pith Number, and another one was given before."]
    assert number_in(found.pdf) == f"pith:{SUFFIX}"
    assert pages_with_badge(found.pdf) == [1]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unknown_option_is_an_error(engine: str, tmp_path: Path) -> None:
    found = compiled(paper(options="badge"), engine, tmp_path)
    assert found.errors == ["Unknown option `badge'."]
