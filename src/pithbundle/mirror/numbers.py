"""Files of Pith Numbers, one a line (spec SYNC-13)."""

from __future__ import annotations

from typing import Final

from pithbundle.bundle.number import PithNumber, suffix_of
from pithbundle.errors import NumberError

#: Bytes of a file of numbers at most: seven million numbers in full.
NUMBERS_BYTES: Final = 1 << 28
#: The longest line that a message quotes, in characters.
_MOST_QUOTED: Final = 64


def read_numbers(data: bytes) -> tuple[str, ...]:
    """Return the suffixes of a file of numbers, each once, in the order of the file.

    A line is a full number or a suffix; white space around it and empty lines are passed over.

    Args:
        data: the file. Hostile.

    Raises:
        NumberError: ``suffix``: a line is neither; the message names it.
    """
    found: dict[str, None] = {}
    for number, raw in enumerate(data.split(b"\n"), 1):
        line = raw.strip(b" \t\r")
        if line:
            found[_suffix(line, f"line {number}")] = None
    return tuple(found)


def _suffix(line: bytes, where: str) -> str:
    text = line.decode("utf-8", "replace")
    try:
        return suffix_of(text)
    except NumberError:
        pass
    try:
        PithNumber.parse_short(text)
    except NumberError:
        shown = text if len(text) <= _MOST_QUOTED else text[:_MOST_QUOTED] + "..."
        reason = f"neither a Pith Number nor a suffix of 26 characters A-Z2-7: {shown}"
    else:
        reason = f"a short form names no record for certain; write the full number: {text}"
    raise NumberError("suffix", f"{where}: {reason}", clause="SYNC-13")
