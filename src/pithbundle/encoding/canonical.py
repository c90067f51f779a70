"""Canonical bytes and digests (spec CANON-1, CANON-2).

The canonical bytes of a value are ``json.dumps(value, sort_keys=True,
separators=(",", ":"), ensure_ascii=False)`` in UTF-8. The formula alone is no rule: Python
prints the key 1 as the key "1", True as an integer's equal, NaN as a literal that no reader
takes. So the value is checked first, by exact types, and then written.

orjson writes it. For values of the model its bytes are those of the formula: keys have
no character from U+D800 up, so its order by UTF-8 bytes is the order by code points; floats
are portable, so its shortest text is ``repr``; integers are within 64 bits. A property
test compares the two. The rejected alternative, json.dumps itself, is ten times slower and
its verdict on depth depends on how deep the caller's own stack is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final, cast

from pithbundle.encoding.held_signals import signals_held
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.parsed import depth_error, depth_limit, pointer_to
from pithbundle.encoding.values import MAX_INTEGER, Value, float_fault, key_fault, string_fault
from pithbundle.errors import InputError
from pithbundle.newtypes import DigestHex

with signals_held():
    import orjson

_SORTED: Final = orjson.OPT_SORT_KEYS


def canonical_bytes(value: Value, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return the canonical bytes of a Python object that is a value of the data model (CANON-1).

    The output is within the limits of an input, so that the readers can read it (LIM-10).

    Args:
        value: dict with string keys, list, str, int, float, bool or None, of the exact types.
        limits: limits of the output: the size (bytes), the depth (``limits.bundle_depth``),
            the number of values and one string (bytes); LIM-1 to LIM-4.

    Raises:
        InputError: the first fault in the order of the walk, with its pointer: ``size``,
            ``depth``, ``nodes``, a code of DATA-2 to DATA-7, or ``type`` for a Python type
            outside the model, subclasses of its types included (an IntEnum, a subclass of
            str, a tuple, a key that is not a string).
        TypeError: ``limits`` is not :class:`Limits`.
    """
    require_model(value, limits)
    canonical = encode(value)
    if len(canonical) > limits.size:
        raise InputError.over_limit("size", limits.size, len(canonical))
    return canonical


def encode(value: Value) -> bytes:
    """Return the canonical bytes of a value that is known to be in the model (CANON-1).

    Only for what a reader returned or the library built: nothing is checked.
    """
    return orjson.dumps(value, option=_SORTED)


def encode_canonical(value: Value) -> bytes:
    """:func:`encode` for bytes that are stored: they take no more memory than their length.

    orjson returns its whole buffer, 4 KiB even for a short text, and shrinking does not
    return it: a ledger of 100,000 events would occupy a gigabyte for nothing.
    """
    return b"%b" % orjson.dumps(value, option=_SORTED)


def encode_ordered(value: Value) -> bytes:
    """Return compact JSON that keeps the order of members; the value is trusted, as in :func:`encode`."""
    return orjson.dumps(value)


def decode(canonical: bytes) -> Value:
    """Return the value that :func:`encode` wrote, a new one each time; the bytes are trusted."""
    return cast("Value", orjson.loads(canonical))


def raw_json(canonical: bytes) -> Value:
    """Return canonical bytes as a value that :func:`encode` writes unchanged.

    For building a large object of parts that were encoded before, without encoding them
    again. Only the encoders of this module accept the result; it must not leave the library.
    """
    return cast("Value", orjson.Fragment(canonical))


def digest(data: bytes) -> bytes:
    """Return the SHA-256 of ``data``, 32 raw bytes (CANON-2)."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> DigestHex:
    """Return the SHA-256 of ``data`` as 64 lower-case hex digits (CANON-2)."""
    return DigestHex(hashlib.sha256(data).hexdigest())


def require_model(value: object, limits: Limits = DEFAULT_LIMITS) -> None:
    """Check that any Python object is a value of the model within the limits (DATA-1 to DATA-8).

    Iterative, so the verdict does not depend on the stack; a cycle ends at the limit on
    depth, an object that shares its parts many times over at the limit on values or size.

    Raises:
        InputError: the first fault, depth first, members in their order in the dict.
        TypeError: ``limits`` is not :class:`Limits`.
    """
    require_limits(limits)
    deepest = depth_limit(limits, limits.bundle_depth)
    nodes = 0
    room = limits.size  # a lower bound of what is left of it: characters, without quotes or escapes
    path: list[str | int] = []
    open_: list[tuple[bool, Iterator[tuple[object, object]]]] = []  # (is an object, what is to come)
    item = value
    while True:
        nodes += 1
        if nodes > limits.nodes:
            raise InputError.over_limit("nodes", limits.nodes, pointer=pointer_to(path))
        if type(item) is dict or type(item) is list:
            if len(open_) >= deepest:
                raise depth_error(limits, deepest, pointer=pointer_to(path))
            is_object = type(item) is dict
            open_.append((is_object, iter(item.items()) if type(item) is dict else iter(enumerate(item))))
            path.append("")
        elif type(item) is str:
            room -= len(item)
            _require_size(item, limits, room, path)
            _require(string_fault(item), path)
        elif type(item) is int:
            _require(None if -MAX_INTEGER <= item <= MAX_INTEGER else "number_range", path)
        elif type(item) is float:
            _require(float_fault(item), path)
        elif item is not None and type(item) is not bool:
            detail = f"{_named(item)} is not a value of the model"
            raise InputError("type", detail, pointer=pointer_to(path), clause="DATA-1")

        coming = None
        while open_ and (coming := next(open_[-1][1], None)) is None:
            open_.pop()
            path.pop()
        if coming is None:
            return
        step, item = coming
        if open_[-1][0]:
            if type(step) is not str:
                detail = f"{_named(step)} is not a member name"
                raise InputError("type", detail, pointer=pointer_to(path[:-1]), clause="DATA-1")
            room -= len(step)
            path[-1] = step
            _require_size(step, limits, room, path)
            _require(key_fault(step), path)
        else:
            path[-1] = cast("int", step)


def string_excess(text: str, limit: int) -> int | None:
    """Return the UTF-8 bytes of a string if there are more than ``limit``, else None (LIM-4).

    A lone surrogate counts the three bytes that it would take.
    """
    # No character takes more than four bytes, so most strings need not be encoded to be counted.
    if len(text) * 4 <= limit:
        return None
    size = len(text.encode("utf-8", "surrogatepass"))
    return size if size > limit else None


def _require_size(text: str, limits: Limits, room: int, path: list[str | int]) -> None:
    if room < 0:
        raise InputError.over_limit("size", limits.size, pointer=pointer_to(path))
    size = string_excess(text, limits.string)
    if size is not None:
        raise InputError.over_limit("string", limits.string, size, pointer=pointer_to(path))


def _require(fault: str | None, path: list[str | int]) -> None:
    if fault is not None:
        raise InputError(fault, pointer=pointer_to(path))


def _named(item: object) -> str:
    # Only a plain class is named: a metaclass may compute __name__, which is foreign code.
    kind = type(item)
    return f"a Python {kind.__name__}" if type(kind) is type else "an object of a foreign class"
