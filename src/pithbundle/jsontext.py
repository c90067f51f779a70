r"""The JSON reader (spec JSON-1 to JSON-7, DATA-1 to DATA-8, FAULT-1 to FAULT-3).

Text-level faults are raised, in this order over the whole text: ``size`` of the input,
``utf8``, ``bom``, ``depth``, ``nodes``, ``syntax``, ``size`` of one text. Value-level
faults follow by the position of the offending token. Nothing here recurses, and no number
is converted before its length is known, so a verdict depends on the bytes and the limits
alone: not on the stack, the interpreter's options or the environment.

There are two tiers. The strict one is the rule. The fast one is orjson and may only
accept, and only where the strict one would accept with the same value. Its argument, for
``value = orjson.loads(data)`` and ``written = orjson.dumps(value)``:

1. ``written == data``, or ``data`` is what orjson writes when it indents, white space at both
   ends aside. So the text is a spelling that orjson writes. It never writes a member twice,
   ``-0``, an escape that need not be one, a byte order mark or invalid UTF-8, and it reads and
   writes RFC 8259 only: no ``utf8``, ``bom``, ``syntax`` or ``duplicate_key``, no lone surrogate
   (orjson refuses those), no second spelling of an integer.
2. Or the two become equal when what RFC 8259 leaves to the writer is taken out of both: the
   escapes of characters that need none, the long escapes of those that have a short one, and
   every space, tab, line feed and carriage return. Then both are the same sequence of other
   characters, quotation marks included, and the same quotation marks end a string in both.
   So both have as many strings, hence each member once, and the same brackets, words and
   integers: of the list in 1 only white space and escapes can differ. The reader is believed in
   one thing more than in 1: it lets no white space pass inside a word or integer, and drops
   none from a string. (If it let a raw tab or line feed in a string pass, what is written would
   have a backslash more.)
   An escape that is undone must leave neither a quotation mark nor a backslash, which could end
   a string elsewhere. So the long escapes of these become short ones first; where a pair of
   backslashes makes it doubtful what begins such an escape, the text is left to the strict
   tier. Where nothing written has a backslash, there is none of them: each would be a quotation
   mark more than are written. The backslash that goes before a solidus may be the second of
   a pair; then something written has it still, and the two are not equal.
3. Of what orjson can write, the walk refuses what the profile does: floats (they are left
   to the strict tier, and so is an integer over 64 bits, which orjson reads as a float),
   integers out of range, keys that are not ASCII or too long, nesting, one text over the limit.
4. The rest is excluded on the bytes of ``written``, in which every character stands raw if it
   can: U+0000 is written ``\u0000``; every non-character holds the bytes BF BE, BF BF or EF B7.
5. ``size`` and ``nodes`` come first and bound the memory of orjson: a value takes at least
   one byte and, but for the first, a comma or an opening bracket of its own.

Each step may refuse a good text: that only costs time. A differential test compares the
tiers on generated, mutated and hostile texts, and on all short texts over an alphabet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, compress, count
from math import isinf
from typing import Final, cast

import orjson

from pithbundle.canonical import text_size_fault
from pithbundle.document import Document, depth_limit, place, region
from pithbundle.errors import Fault, InputError
from pithbundle.model import (
    DEFAULT_LIMITS,
    MAX_INTEGER,
    MAX_KEY_BYTES,
    Limits,
    Value,
    float_fault,
    key_fault,
    text_fault,
)


def parse_json(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Value:
    """Return the value of a JSON text in the profile (JSON-1).

    Raises:
        InputError: the first fault, of text or of value, with its byte offset and pointer.
    """
    return read_json(data, limits).whole()


def read_json(
    data: bytes,
    limits: Limits = DEFAULT_LIMITS,
    *,
    confine: str | None = None,
    depth: int | None = None,
) -> Document:
    """Return the document of a JSON text, value-level faults collected (JSON-1, FAULT-1 to FAULT-3).

    Args:
        data: the text, exactly ``bytes``.
        limits: bounds on size (bytes), depth, values and one text (bytes).
        confine: the top-level member whose elements confine a value-level fault.
        depth: the deepest nesting, in place of ``limits.depth``.

    Raises:
        InputError: the first text-level fault; ``type`` for anything but ``bytes``.
    """
    if type(data) is not bytes:
        raise InputError("type", "a JSON text is read from bytes")
    if len(data) > limits.size:
        raise InputError("size", f"{len(data)} bytes, the limit is {limits.size}")
    deepest = depth_limit(limits, depth)
    return _fast(data, limits, deepest) or _strict(data, limits, deepest, confine)


# --- The fast tier ---------------------------------------------------------------------


def _fast(data: bytes, limits: Limits, deepest: int) -> Document | None:
    """Return what the strict tier would, or None: not known without it."""
    if len(data) > limits.nodes and (data.count(b",") + data.count(b"[") + data.count(b"{") >= limits.nodes):
        return None
    try:
        value: Value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    shape = _shape(value, deepest, limits.text if len(data) > limits.text else None)
    if shape is None:
        return None
    try:
        written = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:  # an integer beyond 2^53 - 1
        return None
    if written != data and not _is_respelt(data.strip(_SPACE), value, written):
        return None
    # One byte is found by memchr, ten times faster than two: most texts hold neither.
    if b"\\" in written and b"\\u0000" in written:
        return None
    if not written.isascii() and (
        (b"\xbf" in written and (b"\xbf\xbe" in written or b"\xbf\xbf" in written))
        or (b"\xef" in written and b"\xef\xb7" in written)
    ):
        return None
    return Document(value, {}, *shape)


_SPACE: Final = b" \t\n\r"
#: The long escapes of characters that have a short one, and the short one.
_LONG: Final = re.compile(rb"\\u00(?:0[89AaCcDd]|22|5[Cc])")
_SHORT: Final = {
    b"\\u0008": b"\\b", b"\\u0009": b"\\t", b"\\u000a": b"\\n", b"\\u000c": b"\\f", b"\\u000d": b"\\r",
    b"\\u0022": b'\\"', b"\\u005c": b"\\\\",
}  # fmt: skip


def _is_respelt(data: bytes, value: Value, written: bytes) -> bool:
    """Whether a text, stripped of white space, differs from what orjson wrote only in its spelling.

    ``written`` is what orjson wrote of ``value``, which it read from the text.
    """
    if data == written:
        return True
    if data.startswith((b'{\n  "', b"[\n  ")) and data == orjson.dumps(value, option=orjson.OPT_INDENT_2):
        return True  # the indentation that most tools write: known without taking anything out
    if b"\\" in data:
        if b"\\u" in data:
            # Where nothing that is written needs an escape, no long escape stands for a short one.
            if b"\\" in written and b"\\u00" in data and _LONG.search(data):
                if b"\\\\" in data:
                    return False
                data = _LONG.sub(lambda found: _SHORT[found[0].lower()], data)
            data = _unescaped(data)
            if b"\\u00" in written:
                written = _unescaped(written)
        data = data.replace(b"\\/", b"/")
    # What is written has no other white space than the spaces in its strings.
    return data.translate(None, _SPACE) == written.translate(None, b" ")


def _unescaped(text: bytes) -> bytes:
    r"""Return a JSON text with the character in place of each ``\uXXXX``.

    What a reader should have refused (a lone surrogate, bytes that are not UTF-8) becomes bytes
    that are never written.
    """
    # The codec, all in C, undoes the escapes whose backslash is not itself escaped. It reads Latin-1, so
    # what is not ASCII becomes an escape first.
    if not text.isascii():
        text = text.decode("utf-8", "surrogateescape").encode("raw_unicode_escape")
    undone = text.decode("raw_unicode_escape", "replace")
    try:
        return undone.encode()
    except UnicodeEncodeError:  # surrogates, which pair up in UTF-16
        units = undone.encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass")


def _shape(value: Value, deepest: int, longest: int | None) -> tuple[int, int] | None:
    """Return (depth, nodes) of a value from orjson, or None where the model may refuse it.

    ``longest`` bounds one text in bytes; None where no text can be over the limit.
    """
    if type(value) is not dict and type(value) is not list:
        return None  # rare, and the strict tier is quick with it
    depth = 0
    nodes = 1
    keys: set[str] = set()
    level: list[dict[str, Value] | list[Value]] = [value]
    while level:
        depth += 1
        if depth > deepest:
            return None
        inner: list[dict[str, Value] | list[Value]] = []
        elements: Iterable[Value]
        for container in level:
            nodes += len(container)
            if type(container) is dict:
                keys.update(container)
                elements = container.values()
            else:
                elements = container
            for element in elements:
                kind = type(element)
                if kind is str or kind is int:
                    continue
                if kind is dict or kind is list:
                    inner.append(element)  # type: ignore[arg-type]  # kind has said so
                elif kind is float:
                    return None
            if longest is not None and any(type(e) is str and len(e) * 4 > longest for e in elements):
                return None
        level = inner
    if keys:
        key_bytes = MAX_KEY_BYTES if longest is None else min(MAX_KEY_BYTES, longest)
        if max(map(len, keys)) > key_bytes or not "".join(keys).isascii():
            return None
    return depth, nodes


# --- The strict tier: the text as a whole ----------------------------------------------

# An unterminated string ends at the end of input. Possessive throughout: the plain pattern
# keeps a backtracking point for every character, 240 MB on a hostile 4 MiB.
_STRING: Final = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_STRINGS: Final = re.compile(_STRING, re.DOTALL)
_BRACKETS: Final = b"[]{}"
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(_BRACKETS))
_STEPS: Final = bytes.maketrans(_BRACKETS, b"\x01\xff\x01\xff")  # +1 and -1 as signed bytes


def _strict(data: bytes, limits: Limits, deepest: int, confine: str | None) -> Document:
    """Return what the rules alone say of ``data``, whose size is within the limit."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("utf8", f"not UTF-8: {error.reason}", offset=error.start) from None
    if text.startswith("\ufeff"):
        raise InputError("bom", offset=0)
    depth, nodes = _scan(text, limits.nodes, deepest)
    return _Parser(text, limits.text, confine).document(depth, nodes)


def _scan(text: str, most: int, deepest: int) -> tuple[int, int]:
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
        raise InputError("depth", f"nested more than {deepest} deep", offset=at)
    depth = max(accumulate(steps), default=0)
    empty = sum(map(skeleton.count, (b"[]", b"{}", b"[}", b"{]")))
    nodes = 1 + sum(map(skeleton.count, (b",", b"[", b"{"))) - empty
    if nodes > most:
        raise InputError("nodes", f"{nodes} values, the limit is {most}")
    return max(depth, 0), nodes


def _offset_of_bracket(text: str, ordinal: int) -> int:
    """Return the byte offset of the bracket outside strings that is the ``ordinal``-th, from 1."""
    # One match walks there without an object for each of perhaps millions of brackets.
    up_to = re.compile(rf'(?:(?:[^"\[\]{{}}]++|{_STRING})*+[\[\]{{}}]){{{ordinal}}}+', re.DOTALL)
    found = up_to.match(text)
    return 0 if found is None else len(text[: found.end() - 1].encode())


# --- The strict tier: tokens and values ------------------------------------------------

_TOKEN: Final = re.compile(
    r"""[ \t\n\r]*+(?:
      ( "(?: [^"\\\x00-\x1f]++ | \\["\\/bfnrt] | \\u[0-9A-Fa-f]{4} )*+" ) (?: [ \t\n\r]*+ ( : ) )?
    | ( -?(?: 0 | [1-9][0-9]*+ )  ( (?: \.[0-9]++ )? (?: [eE][+-]?[0-9]++ )? ) )
    | ( true | false | null | NaN | -?Infinity )
    | ( [\[{] ) | ( []}] ) | ( , ) | ( \Z ) | ()
    )""",
    re.VERBOSE,
)
# What ``lastindex`` says of a match; _COLON is a text and the colon after it.
_TEXT, _COLON, _NUMBER, _FRACTION, _WORD, _OPEN, _CLOSE, _COMMA, _END, _NONE = range(1, 11)


class _Parser:
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
        self.oversized: int | None = None
        self.faults: dict[int | None, tuple[str, str, int]] = {}  # code, pointer, index in the text

    def document(self, depth: int, nodes: int) -> Document:
        """Read it; raise the first fault of the text, give those of values to the document."""
        self.read()
        if self.oversized is not None:
            raise InputError("size", f"a text over {self.longest} bytes", offset=self.offset(self.oversized))
        return Document(self.value(), self.placed(), depth, nodes)

    def value(self) -> Value:
        """Return the value, without what is faulty."""
        if None in self.faults:
            return None
        if self.faults:  # then the top level is an object, and the member an array
            confined = cast("dict[str | None, list[Value]]", self.top)[self.confine]
            for index in self.faults:
                confined[cast("int", index)] = None
        return self.top

    def placed(self) -> dict[int | None, Fault]:
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
                raise self.syntax("expected a comma or the end of the container", found)
            found = next(tokens)
            if type(open_[-1]) is dict:
                found = self.key(found)
            else:
                path[-1] = len(open_[-1])
        if found.lastindex != _END:
            raise self.syntax("expected the end of the text", found)

    def key(self, found: re.Match[str]) -> re.Match[str]:
        """Read a member name and its colon; return the token after it."""
        if found.lastindex != _COLON:
            if found.lastindex == _TEXT:
                raise self.syntax("expected a colon", next(self.tokens))
            raise self.syntax("expected a member name", found)
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
            code = text_fault(text)
        elif kind == _NUMBER:
            value, code = _float(found[_NUMBER]) if found[_FRACTION] else _integer(found[_NUMBER])
        elif kind == _WORD:
            word = found[_WORD]
            value = _WORDS.get(word)
            code = None if word in _WORDS else "number_nonfinite"
        elif kind == _COLON:
            at = self.offset(found.start(_COLON))
            raise InputError("syntax", "expected a comma or the end of the container", offset=at)
        else:
            raise self.syntax("expected a value", found)
        if code is not None:
            self.judge(code, found.start(kind))
        return value

    def unescaped(self, found: re.Match[str]) -> str:
        """Return the text of a string token; note the first that is over the limit."""
        token = found[_TEXT]
        # The pattern has vouched for the token, and its escapes are undone in C.
        text: str = _unescape(token)[0] if "\\" in token else token[1:-1]
        if text_size_fault(text, self.longest) and self.oversized is None:
            self.oversized = found.start(_TEXT)
        return text

    def judge(self, code: str, index: int) -> None:
        """Note a fault of the token at ``index`` if it is the first of its region."""
        where = region(self.path, self.confine)
        if where not in self.faults:
            self.faults[where] = (code, place(self.path), index)

    def syntax(self, detail: str, found: re.Match[str]) -> InputError:
        """Return the error for a token that does not belong where it stands."""
        kind = found.lastindex or _NONE
        return InputError(
            "syntax", detail, offset=self.offset(found.start(_TEXT if kind == _COLON else kind))
        )

    def offset(self, index: int) -> int:
        """Return the byte offset of a character of the text."""
        return len(self.text[:index].encode())


_unescape: Final = json.JSONDecoder().raw_decode  # json.loads spends more on its arguments
_WORDS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}
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
