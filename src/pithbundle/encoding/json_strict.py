"""The strict tier of the JSON reader, which is the rule (spec JSON-2 to JSON-8, DATA-1 to DATA-8).

:mod:`pithbundle.encoding.json_reader` is the reader; it comes here with every text that its fast tier leaves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate, compress, count
from math import isinf
from typing import Final, cast

from pithbundle.encoding.canonical import string_excess
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Parsed, depth_error, pointer_to, region
from pithbundle.encoding.values import MAX_INTEGER, Value, float_fault, key_fault, string_fault
from pithbundle.errors import Fault, InputError

# --- The text as a whole ---------------------------------------------------------------

# An unterminated string ends at the end of input. Possessive throughout: the plain pattern
# keeps a backtracking point for every character, 240 MB on a hostile 4 MiB.
_STRING: Final = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_STRINGS: Final = re.compile(_STRING, re.DOTALL)
_BRACKETS: Final = b"[]{}"
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(_BRACKETS))
_STEPS: Final = bytes.maketrans(_BRACKETS, b"\x01\xff\x01\xff")  # +1 and -1 as signed bytes
#: The detail of the fault of an input that goes on after its one value.
AFTER_THE_END: Final = "there are bytes after the end of the JSON text"
#: The details of the faults of a token that is not allowed at its position.
EXPECTED_VALUE: Final = "expected a value"
EXPECTED_NAME: Final = "expected a member name"
EXPECTED_COLON: Final = "expected a colon"
EXPECTED_COMMA: Final = "expected a comma or the end of the container"


def read_strictly(data: bytes, limits: Limits, deepest: int, confine: str | None) -> Parsed:
    """Return the document of a JSON text whose size is within the limit, by the rules alone.

    Raises:
        InputError: the first text-level fault.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise utf8_error(error) from None
    reject_bom(text)
    depth, nodes = scan(text, limits, deepest)
    return Parser(text, limits.string, confine).document(depth, nodes)


def utf8_error(error: UnicodeDecodeError) -> InputError:
    """Return the error of bytes that are not UTF-8 (JSON-2)."""
    return InputError("utf8", f"not UTF-8: {error.reason}", offset=error.start)


def reject_bom(text: str) -> None:
    """Check that a text does not begin with a byte order mark (JSON-3).

    Raises:
        InputError: ``bom``: it does.
    """
    if text.startswith("\ufeff"):
        raise InputError("bom", offset=0)


def scan(text: str, limits: Limits, deepest: int) -> tuple[int, int]:
    """Return (depth, nodes) of a text, exact for JSON, defined for any text (LIM-2, LIM-3).

    Both are read off the text with every string taken out. Depth is the largest balance of
    brackets in a prefix. Values are one, and one more for each comma and for each opening
    bracket that a closing one does not follow at once.
    """
    # A mark stays for each string, or ["a"] would pass for []. Not on bytes: joining
    # millions of them takes 80 bytes each.
    skeleton = _STRINGS.sub('"', text).encode("ascii", "replace").translate(None, b" \t\n\r")
    steps = memoryview(skeleton.translate(_STEPS, _NOT_BRACKETS)).cast("b")
    # All in C: millions of brackets in a fraction of a second.
    too_deep = next(compress(count(1), map(deepest.__lt__, accumulate(steps))), None)
    if too_deep is not None:
        at = _offset_of_bracket(text, too_deep)
        raise depth_error(limits, deepest, offset=at)
    depth = max(accumulate(steps), default=0)
    empty = sum(map(skeleton.count, (b"[]", b"{}", b"[}", b"{]")))
    nodes = 1 + sum(map(skeleton.count, (b",", b"[", b"{"))) - empty
    if nodes > limits.nodes:
        raise InputError.over_limit("nodes", limits.nodes, nodes)
    return max(depth, 0), nodes


def _offset_of_bracket(text: str, ordinal: int) -> int:
    """Return the byte offset of the bracket outside strings that is the ``ordinal``-th, from 1."""
    # One match walks there without an object for each of perhaps millions of brackets.
    up_to = re.compile(rf'(?:(?:[^"\[\]{{}}]++|{_STRING})*+[\[\]{{}}]){{{ordinal}}}+', re.DOTALL)
    found = up_to.match(text)
    return 0 if found is None else len(text[: found.end() - 1].encode())


# --- Tokens and values -----------------------------------------------------------------

_TOKEN: Final = re.compile(
    r"""[ \t\n\r]*+(?:
      ( "(?: [^"\\\x00-\x1f]++ | \\["\\/bfnrt] | \\u[0-9A-Fa-f]{4} )*+" ) (?: [ \t\n\r]*+ ( : ) )?
    | ( -?(?: 0 | [1-9][0-9]*+ )  ( (?: \.[0-9]++ )? (?: [eE][+-]?[0-9]++ )? ) )
    | ( true | false | null | NaN | -?Infinity )
    | ( [\[{] ) | ( []}] ) | ( , ) | ( \Z ) | ()
    )""",
    re.VERBOSE,
)
# What ``lastindex`` is of a match; _COLON is a text and the colon after it.
_TEXT, _COLON, _NUMBER, _FRACTION, _LITERAL, _OPEN, _CLOSE, _COMMA, END, _NONE = range(1, 11)


class Parser:
    """Reads one text whose depth and count are within the limits.

    ``path`` names the value that is being read: for every open container the member name
    or index reached in it.
    """

    __slots__ = ("confine", "faults", "longest", "open", "oversized", "path", "text", "tokens", "top")

    def __init__(self, text: str, longest: int, confine: str | None) -> None:
        self.text = text
        self.longest = longest
        self.confine = confine
        # Every match starts where the last one ended: the pattern takes anything, if need be as ().
        self.tokens: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self.path: list[str | int] = []
        self.open: list[dict[str, Value] | list[Value]] = []
        self.top: Value = None
        self.oversized: tuple[int, int] | None = None  # index in the text, bytes
        self.faults: dict[int | None, tuple[str, str, int]] = {}  # code, pointer, index in the text

    def document(self, depth: int, nodes: int) -> Parsed:
        """Read it; raise the first fault of the text, give those of values to the document."""
        self.read()
        return self.parsed(depth, nodes)

    def parsed(self, depth: int, nodes: int) -> Parsed:
        """Return the document of what was read; raise the fault of a string over the limit."""
        if self.oversized is not None:
            index, size = self.oversized
            raise InputError.over_limit("string", self.longest, size, offset=self.offset(index))
        return Parsed(self.value(), self.located(), depth, nodes)

    def value(self) -> Value:
        """Return the value, without what is faulty."""
        if None in self.faults:
            return None
        if self.faults:  # then the top level is an object, and the member an array
            confined = cast("dict[str | None, list[Value]]", self.top)[self.confine]
            for index in self.faults:
                confined[cast("int", index)] = None
        return self.top

    def located(self) -> dict[int | None, Fault]:
        """Return the faults with byte offsets, in one pass over the text."""
        faults: dict[int | None, Fault] = {}
        done = offset = 0
        for where, (code, at, index) in self.faults.items():
            offset += len(self.text[done:index].encode())
            done = index
            faults[where] = Fault(code, pointer=at, offset=offset)
        return faults

    def read(self) -> None:
        """Read one value and the end of the text."""
        tokens = self.tokens
        open_ = self.open
        path = self.path
        found = next(tokens)
        while True:
            container: dict[str, Value] | list[Value] | None = None
            if found.lastindex == _OPEN:
                container = {} if found[_OPEN] == "{" else []
            value = self.scalar(found) if container is None else container
            if not open_:
                self.top = value
            elif type(open_[-1]) is dict:
                open_[-1][cast("str", path[-1])] = value
            else:
                cast("list[Value]", open_[-1]).append(value)
            if container is not None:
                open_.append(container)
                path.append(0)
                found = next(tokens)
                if found.lastindex != _CLOSE:
                    if type(container) is dict:
                        found = self.key(found)
                    continue
            else:
                found = next(tokens)

            while open_ and found[_CLOSE] == ("}" if type(open_[-1]) is dict else "]"):
                open_.pop()
                path.pop()
                found = next(tokens)
            if not open_:
                break
            if found.lastindex != _COMMA:
                raise self.syntax(EXPECTED_COMMA, found)
            found = next(tokens)
            if type(open_[-1]) is dict:
                found = self.key(found)
            else:
                path[-1] = len(open_[-1])
        if found.lastindex != END:
            raise self.syntax(AFTER_THE_END, found)

    def key(self, found: re.Match[str]) -> re.Match[str]:
        """Read a member name and its colon; return the token after it."""
        if found.lastindex != _COLON:
            if found.lastindex == _TEXT:
                raise self.syntax(EXPECTED_COLON, next(self.tokens))
            raise self.syntax(EXPECTED_NAME, found)
        key = self.unescaped(found)
        self.path[-1] = key
        code = key_fault(key) or ("duplicate_key" if key in self.open[-1] else None)
        if code is not None:
            self.judge(code, found.start(_TEXT))
        return next(self.tokens)

    def scalar(self, found: re.Match[str]) -> Value:
        """Return the value of one token; null where it is outside the model."""
        kind = found.lastindex
        value: Value = None
        code: str | None = None
        if kind == _TEXT:
            value = text = self.unescaped(found)
            code = string_fault(text)
        elif kind == _NUMBER:
            value, code = _float(found[_NUMBER]) if found[_FRACTION] else _integer(found[_NUMBER])
        elif kind == _LITERAL:
            literal = found[_LITERAL]
            value = _LITERALS.get(literal)
            code = None if literal in _LITERALS else "number_nonfinite"
        elif kind == _COLON:
            at = self.offset(found.start(_COLON))
            raise InputError("syntax", EXPECTED_COMMA, offset=at)
        else:
            raise self.syntax(EXPECTED_VALUE, found)
        if code is not None:
            self.judge(code, found.start(kind))
        return value

    def unescaped(self, found: re.Match[str]) -> str:
        """Return the text of a string token; note the first that is over the limit."""
        token = found[_TEXT]
        # The pattern has vouched for the token, and its escapes are undone in C.
        text: str = _unescape(token)[0] if "\\" in token else token[1:-1]
        if self.oversized is None and (size := string_excess(text, self.longest)) is not None:
            self.oversized = found.start(_TEXT), size
        return text

    def judge(self, code: str, index: int) -> None:
        """Note a fault of the token at ``index`` if it is the first of its region."""
        where = region(self.path, self.confine)
        if where not in self.faults:
            self.faults[where] = (code, pointer_to(self.path), index)

    def syntax(self, detail: str, found: re.Match[str]) -> InputError:
        """Return the error for a token that is not allowed at its position."""
        kind = found.lastindex or _NONE
        return InputError(
            "syntax", detail, offset=self.offset(found.start(_TEXT if kind == _COLON else kind))
        )

    def offset(self, index: int) -> int:
        """Return the byte offset of a character of the text."""
        return len(self.text[:index].encode())


_unescape: Final = json.JSONDecoder().raw_decode  # json.loads spends more on its arguments
_LITERALS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}
_LONGEST_INTEGER: Final = len(str(-MAX_INTEGER))


def _integer(lexeme: str) -> tuple[Value, str | None]:
    """Return (value, fault) of an integer's text (DATA-2, DATA-3)."""
    if lexeme == "-0":
        return None, "number_form"
    # By length first: converting digits is quadratic, and past a length an interpreter option forbids it.
    if len(lexeme) > _LONGEST_INTEGER:
        return None, "number_range"
    number = int(lexeme)
    return (number, None) if -MAX_INTEGER <= number <= MAX_INTEGER else (None, "number_range")


def _float(lexeme: str) -> tuple[Value, str | None]:
    """Return (value, fault) of the text of a number with a fraction or an exponent (DATA-2, DATA-3)."""
    number = float(lexeme)
    if isinf(number):
        return None, "number_range"
    fault = "number_form" if repr(number) != lexeme else float_fault(number)
    return (number, None) if fault is None else (None, fault)
