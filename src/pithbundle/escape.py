"""Hostile text made safe to show (spec DISPLAY-1 to DISPLAY-3).

Titles, notes, signer names, pointers and error details come from a mirror. Printed raw
they could move the cursor, reorder a line or fake a verdict. Everything that leaves the
library for a person's eyes goes through :func:`visible` first; hashing never does.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pithbundle.escape_tables import ESCAPED, MARKS

#: The longest text shown whole, in characters (DISPLAY-3).
SHOWN_CHARACTERS = 512

# The C0 controls and DEL: all that a text of ASCII can have.
_ASCII_UNSAFE: Final = re.compile("[\x00-\x1f\x7f]")


@cache
def _unsafe() -> re.Pattern[str]:
    """Every character that a terminal, a log viewer or a bidirectional renderer may act on, not draw.

    By the properties of one version of Unicode, so that two machines show one text: what that
    version does not know is escaped too, since a newer terminal may know it for a mark. And the
    fourth and later of a run of combining marks: a pile of them draws over the lines above and
    below, whatever those say. No script needs more than three on one letter.
    """
    marks = _ranges(MARKS)
    return re.compile(f"(?<=[{marks}]{{3}})[{marks}]|[{_ranges(ESCAPED)}]")


def _ranges(table: str) -> str:
    """The ranges of a table, in the form of the brackets of a pattern."""
    spans = (span.partition("..") for span in table.split())
    return "".join(
        f"\\U{int(first, 16):08x}" + (f"-\\U{int(last, 16):08x}" if last else "") for first, _, last in spans
    )


def visible(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Return ``text`` on one line with nothing in it that a terminal obeys.

    A backslash is doubled first, so the escape ``\u{1b}`` in the output can only mean the
    character and never eight characters that a mirror typed. Strings over ``limit``
    characters are cut and end with the number of characters that were cut.
    """
    cut = len(text) - limit
    if cut > 0:
        text = text[:limit]
    text = text.replace("\\", "\\\\")
    unsafe = _ASCII_UNSAFE if text.isascii() else _unsafe()
    shown = unsafe.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)
    return f"{shown}… ({cut} more characters)" if cut > 0 else shown
