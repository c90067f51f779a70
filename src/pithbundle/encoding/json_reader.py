r"""The JSON reader (spec JSON-1 to JSON-7, DATA-1 to DATA-8, FAULT-1 to FAULT-3).

Text-level faults are raised, in this order over the whole text: ``size`` of the input,
``utf8``, ``bom``, ``depth``, ``nodes``, ``syntax``, ``size`` of one string. Value-level
faults follow by the position of the offending token. Nothing here recurses, and no number
is converted before its length is known, so a verdict depends on the bytes and the limits
alone: not on the stack, the interpreter's options or the environment.

There are two tiers. The strict one, :mod:`pithbundle.encoding.json_strict`, is the rule. The fast one
is orjson and may only accept, and only where the strict one would accept with the same value.
Its argument, for ``value = orjson.loads(data)`` and ``written = orjson.dumps(value)``:

1. ``written == data``, or ``data`` is what orjson writes when it indents, white space at both
   ends aside. So the text is a spelling that orjson writes. It never writes a member twice,
   ``-0``, an escape that need not be one, a byte order mark or invalid UTF-8, and it reads and
   writes RFC 8259 only: no ``utf8``, ``bom``, ``syntax`` or ``duplicate_key``, no lone surrogate
   (orjson rejects those), no second spelling of an integer.
2. Or the two become equal when what RFC 8259 leaves to the writer is taken out of both: the
   escapes of characters that need none, the long escapes of those that have a short one, and
   every space, tab, line feed and carriage return. Then both are the same sequence of other
   characters, quotation marks included, and the same quotation marks end a string in both.
   So both have as many strings, hence each member once, and the same brackets, literals and
   integers: of the list in 1 only white space and escapes can differ. The reader is believed in
   one thing more than in 1: it lets no white space pass inside a literal or integer, and drops
   none from a string. (If it let a raw tab or line feed in a string pass, what is written would
   have a backslash more.)
   An escape that is undone must leave neither a quotation mark nor a backslash, which could end
   a string elsewhere. So the long escapes of these become short ones first; where a pair of
   backslashes makes it doubtful what begins such an escape, the text is left to the strict
   tier. Where nothing written has a backslash, there is none of them: each would be a quotation
   mark more than are written. The backslash that goes before a solidus may be the second of
   a pair; then something written has it still, and the two are not equal.
3. Of what orjson can write, the walk rejects what the profile does: floats (they are left
   to the strict tier, and so is an integer over 64 bits, which orjson reads as a float),
   integers out of range, keys that are not ASCII or too long, nesting, one string over the limit.
4. The rest is excluded on the bytes of ``written``, in which every character is raw if it
   can: U+0000 is written ``\u0000``; every non-character has the bytes BF BE, BF BF or EF B7.
5. ``size`` and ``nodes`` come first and bound the memory of orjson: a value takes at least
   one byte and, but for the first, a comma or an opening bracket of its own.

Each step may reject a valid text: that only costs time. A differential test compares the
tiers on generated, mutated and hostile texts, and on all short texts over an alphabet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pithbundle.encoding.held_signals import signals_held
from pithbundle.encoding.json_strict import read_strictly
from pithbundle.encoding.limits import DEFAULT_LIMITS, UNBOUNDED, Limits, require_limits
from pithbundle.encoding.parsed import Parsed, depth_limit, require_size
from pithbundle.encoding.values import MAX_KEY_BYTES, BytesLike, Value

with signals_held():
    import orjson


def parse_json(data: BytesLike, limits: Limits = DEFAULT_LIMITS) -> Value:
    """Return the value of a JSON text in the profile (JSON-1 to JSON-8, DATA-1 to DATA-8).

    Args:
        data: the text, bytes-like.
        limits: limits of the size (bytes), the depth (``limits.depth``), the number of values
            and one string (bytes); LIM-1 to LIM-4.

    Returns:
        A dict with string keys, list, str, int, float, bool or None, of the exact types.

    Raises:
        InputError: the first fault, with its byte offset or pointer. ``size``, ``utf8``,
            ``bom``, ``depth``, ``nodes`` or ``syntax`` of the text (JSON-1 to JSON-7), then a
            code of DATA-2 to DATA-8.
        TypeError: ``data`` is not bytes-like, or ``limits`` is not :class:`Limits`.
    """
    require_limits(limits)
    return read_json(data, limits).whole()


def decode_canonical(data: bytes) -> Value:
    """Return the value, a new one each time, of JSON that this library wrote itself.

    It was within the limits of an input before it was written, or is a view of many inputs, so
    only the nesting that every reader has bounds it (LIM-2, LIM-10).
    """
    return read_json(data, UNBOUNDED).whole()


def read_json(
    data: BytesLike,
    limits: Limits = DEFAULT_LIMITS,
    *,
    confine: str | None = None,
    depth: int | None = None,
) -> Parsed:
    """Return the document of a JSON text, value-level faults collected (JSON-1, FAULT-1 to FAULT-3).

    Args:
        data: the text, bytes-like.
        limits: bounds on size (bytes), depth, values and one string (bytes).
        confine: the top-level member whose elements confine a value-level fault.
        depth: the deepest nesting, in place of ``limits.depth``.

    Raises:
        InputError: the first text-level fault.
        TypeError: ``data`` is not bytes-like.
    """
    data = require_size(data, limits)
    deepest = depth_limit(limits, depth)
    return _fast(data, limits, deepest) or read_strictly(data, limits, deepest, confine)


# --- The fast tier ---------------------------------------------------------------------


def _fast(data: bytes, limits: Limits, deepest: int) -> Parsed | None:
    """Return what the strict tier would, or None: not known without it."""
    if len(data) > limits.nodes and (data.count(b",") + data.count(b"[") + data.count(b"{") >= limits.nodes):
        return None
    try:
        value: Value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    shape = _shape(value, deepest, limits.string if len(data) > limits.string else None)
    if shape is None:
        return None
    try:
        written = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:  # an integer beyond 2^53 - 1
        return None
    if written != data and not _is_respelt(data.strip(_SPACE), value, written):
        return None
    # One byte is found by memchr, ten times faster than two: most texts have neither.
    if b"\\" in written and b"\\u0000" in written:
        return None
    if not written.isascii() and (
        (b"\xbf" in written and (b"\xbf\xbe" in written or b"\xbf\xbf" in written))
        or (b"\xef" in written and b"\xef\xb7" in written)
    ):
        return None
    return Parsed(value, {}, *shape)


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
            # Where nothing that is written needs an escape, no long escape replaces a short one.
            if b"\\" in written and b"\\u00" in data and _LONG.search(data):
                if b"\\\\" in data:
                    return False
                data = _LONG.sub(lambda found: _SHORT[found[0].lower()], data)
            data = _unescaped(data)
            if b"\\u00" in written:
                written = _unescaped(written)
        data = b"/".join(data.split(b"\\/"))  # as replace, in half the time: that one counts first
    # What is written has no other white space than the spaces in its strings.
    return data.translate(None, _SPACE) == written.translate(None, b" ")


def _unescaped(text: bytes) -> bytes:
    r"""Return a JSON text with the character in place of each ``\uXXXX``.

    What a reader should have rejected (a lone surrogate, bytes that are not UTF-8) becomes bytes
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
    """Return (depth, nodes) of a value from orjson, or None where the model may reject it.

    ``longest`` bounds one string in bytes; None where no string can be over the limit.
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
                    inner.append(element)  # type: ignore[arg-type]  # by its type
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
