"""DISPLAY-1 to DISPLAY-3: hostile text on one line, nothing obeyed, nothing confused."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data import REPO
from kit.strategies import HOSTILE
from pithbundle.escape import SHOWN_CHARACTERS, visible
from pithbundle.escape_tables import ESCAPED, MARKS

#: Control, format, line and paragraph separators, surrogates, private use.
REJECTED = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
NON_CHARACTERS = [
    *range(0xFDD0, 0xFDF0),
    *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)),
]

any_text = st.text(st.characters(), max_size=30)


def unsafe(character: str) -> bool:
    return unicodedata.category(character) in REJECTED or ord(character) in NON_CHARACTERS


def undone(shown: str) -> str:
    """The text that a displayed form represents: because this function exists, the form is unambiguous."""
    return re.sub(
        r"\\(?:\\|u\{([0-9a-f]+)\})", lambda found: chr(int(found[1], 16)) if found[1] else "\\", shown
    )


def test_every_unsafe_character_of_unicode_is_written_out() -> None:
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if unsafe(character):
            assert visible(character) == f"\\u{{{point:x}}}"


#: Characters that draw nothing, in addition to the categories above and unassigned code points.
INVISIBLE = {
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u202f\u2800\u3164\uffa0",
    *map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0)),
}  # fmt: skip


def test_each_code_point_alone_is_drawn_or_written_out_by_its_properties() -> None:
    """The same on every interpreter: what Unicode 14.0 does not know is written out too."""
    newer = unicodedata.unidata_version != "14.0.0"
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if character == "\\":
            continue
        drawn = visible(character) == character
        rejected = unicodedata.category(character) in {*REJECTED, "Cn"} or character in INVISIBLE
        assert drawn != rejected or (newer and not drawn), f"U+{point:04X}"


def test_no_run_of_marks_of_any_kind_is_longer_than_three() -> None:
    """1,345 of 1,963 combining characters were not in the table, and a pile of 240 was shown."""
    marks = [chr(point) for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point))[0] == "M"]
    assert len(marks) >= 2_408
    for mark in marks:
        assert visible("e" + mark * 240).count(mark) in (0, 3), f"U+{ord(mark):04X}"
    # Nor one of different marks, in whatever order.
    for turn in range(4):
        shown = visible("e" + "".join(marks[turn:]))
        runs = [len(run) for run in re.findall(f"[{''.join(map(re.escape, marks))}]+", shown)]
        assert max(runs) <= 3


@pytest.mark.parametrize("syllable", ["\u1112\u1161\u11ab", "\u1112\u1161\u11ab\u1100\u1173\u11af"])
def test_hangul_is_shown_and_a_pile_of_its_vowels_is_not(syllable: str) -> None:
    assert visible(syllable) == syllable
    assert visible("\u1112" + "\u1161" * 50).count("\u1161") == 3
    assert visible("\u1112" + "\ud7b0\ud7cb" * 20).count("\ud7b0") == 2


def test_python_and_javascript_have_one_table() -> None:
    script = (REPO / "js" / "src" / "encoding" / "escape-tables.js").read_text(encoding="utf-8")
    for table in (MARKS, ESCAPED):
        assert f"`{table}`" in script


@pytest.mark.parametrize(
    "character",
    # Combining grapheme joiner, Hangul and Khmer fillers, variation selectors: drawn as nothing.
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u3164\uffa0\ufe00\ufe0f\U000e0100\U000e01ef",
)
def test_characters_that_draw_nothing_are_written_out(character: str) -> None:
    assert visible(character) == f"\\u{{{ord(character):x}}}"


@pytest.mark.parametrize("text", ["", "plain", "Ada Müller 数学", "é e\u0301", "👩🔬", "𐀀", "a b", "<b>&'\""])
def test_text_that_draws_itself_is_left_alone(text: str) -> None:
    assert visible(text) == text


def test_a_pile_of_marks_stays_on_its_line() -> None:
    assert visible("e" + "\u0301" * 3 + "x") == "e" + "\u0301" * 3 + "x"
    assert visible("e" + "\u0301\u0323\u0302" + "\u0301" * 2) == "e\u0301\u0323\u0302\\u{301}\\u{301}"
    assert visible("e" + "\u0336" * 400).count("\u0336") == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_one_safe_line(text: str) -> None:
    shown = visible(text)
    assert shown.splitlines() in ([shown], [])
    assert not any(map(unsafe, shown))
    assert undone(shown) == text


def test_a_backslash_is_never_an_escape_of_ours() -> None:
    assert visible("\\u{1b}") == "\\\\u{1b}"
    assert visible("\x1b") == "\\u{1b}"
    assert visible("\\\x1b") == "\\\\\\u{1b}"


@given(any_text)
def test_whatever_is_shown_is_safe_and_of_one_text(text: str) -> None:
    shown = visible(text)
    assert not any(map(unsafe, shown))
    assert undone(shown) == text


# A small alphabet, so that two texts often nearly meet.
twins = st.text(st.sampled_from("\\u{}1b\x1b… (more)\n"), max_size=12)


@given(twins, twins)
def test_two_texts_are_shown_alike_only_if_they_are_one(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) == (one == other)


def test_long_text_is_cut_and_ends_with_a_count() -> None:
    assert SHOWN_CHARACTERS == 512
    assert visible("x" * 513) == "x" * 512 + "… (1 more characters)"
    assert visible("x" * SHOWN_CHARACTERS) == "x" * SHOWN_CHARACTERS
    assert visible("x" * (SHOWN_CHARACTERS + 3)) == "x" * SHOWN_CHARACTERS + "… (3 more characters)"
    assert visible("\x1bab", limit=1) == "\\u{1b}… (2 more characters)"
    assert visible("ab", limit=0) == "… (2 more characters)"


def test_no_short_text_passes_for_a_cut_one() -> None:
    cut = visible("x" * (SHOWN_CHARACTERS + 3))
    assert visible(cut) != cut
