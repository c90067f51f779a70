"""The reader of a truncated JSON text: its complete values, none guessed (spec TRUNC-1 to TRUNC-4).

A download that was cut, or the beginning of a file that a page shows, is no JSON text. What it has
complete can still be read, by the same rules: the strict tier reads the text up to where it was cut, and
stops there. A value that the missing bytes could change is not in the result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pithbundle.encoding.json_strict import (
    AFTER_THE_END,
    END,
    EXPECTED_NAME,
    EXPECTED_VALUE,
    Parser,
    reject_bom,
    scan,
    utf8_error,
)
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.parsed import Parsed, depth_limit
from pithbundle.encoding.values import BytesLike, as_bytes
from pithbundle.errors import InputError

#: A text up to a string that does not end, or whole. Possessive, so linear in the text.
_UP_TO_OPEN_STRING: Final = re.compile(r'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
#: The beginning of a string, which a quotation mark does not end.
_PARTIAL_STRING: Final = re.compile(
    r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*+(?:\\(?:u[0-9A-Fa-f]{0,3})?)?'
)
#: A number, or the beginning of one: more digits could follow either.
_PARTIAL_NUMBER: Final = re.compile(r"-?(?:(?:0|[1-9][0-9]*+)(?:(?:\.[0-9]++)?(?:[eE][+-]?[0-9]*+)?|\.))?")
_LITERALS: Final = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
#: What ends a number or a literal.
_DELIMITERS: Final = ' \t\n\r,:[]{}"'


@dataclass(frozen=True, slots=True)
class Truncated:
    """The complete values of the beginning of a JSON text (TRUNC-3).

    ``parsed.value`` has the containers that the input does not close, *open* ones, with their
    complete members and elements. An open container is no value of the document.
    """

    parsed: Parsed
    #: The path of the innermost open container, None if the text is complete. Every container above
    #: it is open too. Empty for the top level, also where nothing of it is complete.
    open: tuple[str | int, ...] | None

    def is_complete(self, *path: str | int) -> bool:
        """Whether the value at ``path``, if the result has it, is that of the whole document."""
        return self.open is None or path != self.open[: len(path)]


def read_truncated(
    data: BytesLike,
    limits: Limits = DEFAULT_LIMITS,
    *,
    confine: str | None = None,
    depth: int | None = None,
) -> Truncated:
    """Return the complete values of a JSON text, or of the beginning of one (TRUNC-1 to TRUNC-4).

    Time and memory are linear in the input, whose size, nesting, values and strings ``limits`` bounds.

    Args:
        data: the beginning of a JSON text, bytes-like; it may end anywhere.
        limits: bounds on size (bytes), depth, values and one string (bytes).
        confine: the top-level member whose elements confine a value-level fault.
        depth: the deepest nesting, in place of ``limits.depth``.

    Raises:
        InputError: the first text-level fault; ``syntax`` where no JSON text begins so.
        TypeError: ``data`` is not bytes-like, or ``limits`` is not :class:`Limits`.
    """
    require_limits(limits)
    data = as_bytes(data)
    if len(data) > limits.size:
        raise InputError.over_limit("size", limits.size, len(data))
    text = _decoded(data)
    reject_bom(text)
    text, partial = _without_partial(text)
    levels, nodes = scan(text, limits, depth_limit(limits, depth))
    parser = _Beginning(text, limits.string, confine, partial)
    path = parser.read_beginning()
    return Truncated(parser.parsed(levels, nodes), path)


def _decoded(data: bytes) -> str:
    """Decode UTF-8, with U+FFFD for a last character that is cut."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # Only a sequence that more bytes could complete reaches to the end of the input.
        if error.reason != "unexpected end of data":
            raise utf8_error(error) from None
        # Where it is not in a string, this character too is one that no token has.
        return data[: error.start].decode("utf-8") + "\ufffd"


def _without_partial(text: str) -> tuple[str, str]:
    """Split a text into what is complete and a last string, number or literal that may not be."""
    found = _UP_TO_OPEN_STRING.match(text)
    start = len(text) if found is None else found.end()
    if start < len(text):
        whole = _PARTIAL_STRING.fullmatch(text, start) is not None
    else:
        start = 1 + max(map(text.rfind, _DELIMITERS))
        token = text[start:]
        whole = _PARTIAL_NUMBER.fullmatch(token) is not None or any(
            literal.startswith(token) and literal != token for literal in _LITERALS
        )
    # What no token begins with stays in the text, and is its first fault or after it.
    return (text[:start], text[start:]) if whole else (text, "")


class _Beginning(Parser):
    """Reads a text up to its end, wherever that is; ``partial`` is the token cut after it."""

    __slots__ = ("ended", "partial")

    def __init__(self, text: str, longest: int, confine: str | None, partial: str) -> None:
        super().__init__(text, longest, confine)
        self.partial = partial
        self.ended = False

    def read_beginning(self) -> tuple[str | int, ...] | None:
        """Read it and return the path of the innermost open container, None where none is open."""
        try:
            self.read()
        except InputError:
            if not self.ended:
                raise
            return tuple(self.path[:-1])
        if self.partial:
            raise InputError("syntax", AFTER_THE_END, offset=self.offset(len(self.text)))
        return None

    def syntax(self, detail: str, found: re.Match[str]) -> InputError:
        """Return the error, and note whether the text was merely cut there."""
        allowed = {'"': (EXPECTED_VALUE, EXPECTED_NAME)}.get(self.partial[:1], (EXPECTED_VALUE,))
        self.ended = found.lastindex == END and (not self.partial or detail in allowed)
        return super().syntax(detail, found)
