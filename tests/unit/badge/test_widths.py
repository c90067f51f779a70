"""The widths of texts without a font (BADGE-3)."""

from __future__ import annotations

import pytest

from pithbundle.badge.widths import text_width


@pytest.mark.parametrize(
    ("text", "size", "width"),
    [("", 12, 0), ("a", 10, 7), ("aa", 10, 13), (" ~", 1000, 1156), ("iiii", 12, 14)],
)
def test_a_width_is_rounded_up_once(text: str, size: int, width: int) -> None:
    assert text_width(text, size) == width


@pytest.mark.parametrize("text", ["é", "\n", "\x7f", "a\u202eb"])
def test_other_characters_have_no_width(text: str) -> None:
    with pytest.raises(ValueError, match="printable characters of ASCII"):
        text_width(text, 12)
