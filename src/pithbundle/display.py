"""Hostile text made safe to show (spec DISPLAY-1 to DISPLAY-3).

Titles, notes, signer names, pointers and error details come from a mirror. Printed raw
they could move the cursor, reorder a line or fake a verdict. Everything that leaves the
library for a person's eyes goes through :func:`visible` first; hashing never does.
"""

from __future__ import annotations

import re

#: The longest text shown whole, in characters (DISPLAY-3).
SHOWN_CHARACTERS = 512

# Every character that a terminal, a log viewer or a bidirectional renderer may act on
# instead of drawing: C0, DEL, C1, every format character (soft hyphen, zero-width and bidi
# controls, the BOM, interlinear marks, tags), the Hangul and Khmer fillers, line and paragraph
# separators, variation selectors, lone surrogates, non-characters, private use. Written out,
# since Python's own tables differ from release to release.
#
# And the fourth and later of a run of combining marks: a pile of them draws over the lines
# above and below, whatever those say. No script needs more than three on one letter.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_UNSAFE = re.compile(
    f"(?<=[{_MARKS}]{{3}})[{_MARKS}]|"
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    + "".join(chr(plane << 16 | low) for plane in range(1, 14) for low in (0xFFFE, 0xFFFF))
    + "\U000e0000-\U0010ffff]"
)


def visible(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Return ``text`` on one line with nothing in it that a terminal obeys.

    A backslash is doubled first, so the escape ``\u{1b}`` in the output can only mean the
    character and never eight characters that a mirror typed. Texts over ``limit``
    characters are cut and say how many characters were left out.
    """
    cut = len(text) - limit
    if cut > 0:
        text = text[:limit]
    text = text.replace("\\", "\\\\")
    shown = _UNSAFE.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)
    return f"{shown}… ({cut} more characters)" if cut > 0 else shown
