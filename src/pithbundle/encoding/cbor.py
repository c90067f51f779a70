"""The CBOR twin of the JSON reader (spec CBOR-1 to CBOR-9, DATA-1 to DATA-8).

RFC 8949 section 4.2.1 deterministic encoding of the shared model, and nothing else, so
that a value has one CBOR text as it has one canonical JSON text. cbor2 encodes and decodes,
but it is permissive: trailing bytes, tags that become regular expressions or shared
objects, heads of any width. Encoding its answer again and comparing would be no check
either, since tags act before there is anything to compare. So a gate walks the item heads
first, and cbor2 sees only what the gate let through. The gate decodes nothing but strings
and floats, allocates nothing that the input declares, and does not recurse.

Per item head the faults come in this order: ``cbor_key_type`` for a key that is neither
text nor tag; ``cbor_reserved`` (information 28 to 30, or 31 on types 0, 1 and 6) and
``cbor_indefinite`` (other 31); ``cbor_truncated`` inside the head; ``cbor_nonminimal``;
``cbor_tag``; ``cbor_type``. Then ``depth`` and ``nodes``; ``cbor_truncated`` for a
declared length beyond the bytes left; ``size`` and ``utf8`` of a string; and last the
value-level faults, and ``cbor_key_order`` of a key.
"""

from __future__ import annotations

import struct
from typing import Final, cast

from pithbundle.encoding.canonical import require_model
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.parsed import Parsed, depth_error, depth_limit, pointer_to, region, require_size
from pithbundle.encoding.values import (
    MAX_INTEGER,
    BytesLike,
    Value,
    float_fault,
    key_fault,
    string_fault,
)
from pithbundle.errors import Fault, InputError

# cbor2 is imported where it is used: a process that reads JSON never loads it.

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_INDEFINITE: Final = 31
#: The least argument that needs a head of 1, 2, 4 or 8 more bytes.
_LEAST: Final = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}
#: By the width of a float in bytes: its format, and the next narrower one.
_FLOATS: Final = {2: (">e", None), 4: (">f", ">e"), 8: (">d", ">f")}
_NULL: Final = b"\xf6"

# Additional information of type 7.
_FALSE, _TRUE, _NIL = 20, 21, 22
_HALF: Final = 25


def parse_cbor(data: BytesLike, limits: Limits = DEFAULT_LIMITS) -> Value:
    """Return the value of a CBOR item in the profile (CBOR-1 to CBOR-10, DATA-1 to DATA-8).

    Args:
        data: the item, bytes-like, in deterministic encoding.
        limits: limits of the size (bytes), the depth (``limits.depth``), the number of values
            and one string (bytes); LIM-1 to LIM-4.

    Returns:
        A dict with string keys, list, str, int, float, bool or None, of the exact types.

    Raises:
        InputError: the first fault, with its byte offset and pointer. ``size``, ``depth``,
            ``nodes``, ``utf8``, ``trailing`` or a code ``cbor_...`` of the encoding, then a
            code of DATA-2 to DATA-8.
        TypeError: ``data`` is not bytes-like, or ``limits`` is not :class:`Limits`.
    """
    require_limits(limits)
    return read_cbor(data, limits).whole()


def read_cbor(
    data: BytesLike,
    limits: Limits = DEFAULT_LIMITS,
    *,
    confine: str | None = None,
    depth: int | None = None,
) -> Parsed:
    """Return the document of a CBOR item, value-level faults collected (CBOR-1, FAULT-1 to FAULT-3).

    Args:
        data: the item, bytes-like.
        limits: bounds on size (bytes), depth, values and one string (bytes).
        confine: the top-level member whose elements confine a value-level fault.
        depth: the deepest nesting, in place of ``limits.depth``.

    Raises:
        InputError: the first text-level fault.
        TypeError: ``data`` is not bytes-like.
    """
    data = require_size(data, limits)
    gate = _Gate(data, limits, depth_limit(limits, depth), confine)
    gate.walk()
    return Parsed(_decode(gate), gate.faults, gate.depth, gate.nodes)


def cbor_bytes(value: Value, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return the deterministic CBOR of a Python object that is a value of the data model (CBOR-2).

    The value is checked as :func:`pithbundle.canonical_bytes` checks it.

    Args:
        value: dict with string keys, list, str, int, float, bool or None, of the exact types.
        limits: limits of the output: the size (bytes), the depth (``limits.bundle_depth``),
            the number of values and one string (bytes); LIM-1 to LIM-4.

    Raises:
        InputError: as :func:`pithbundle.canonical_bytes`.
        TypeError: ``limits`` is not :class:`Limits`.
    """
    import cbor2

    require_model(value, limits)
    # cbor2 sorts keys by length first. For strings that is the bytewise order of their
    # encodings, since the head of a longer string is greater.
    written = cbor2.dumps(value, canonical=True)
    if len(written) > limits.size:
        raise InputError.over_limit("size", limits.size, len(written))
    return written


def _decode(gate: _Gate) -> Value:
    import cbor2

    if None in gate.faults:
        return None
    data = gate.data
    if gate.faults:
        # Null replaces each faulty element: what remains is in the model, and
        # no count in a head above changes.
        parts: list[bytes] = []
        done = 0
        for index in cast("dict[int, Fault]", gate.faults):
            parts += (data[done : gate.elements[index]], _NULL)
            done = gate.elements[index + 1]
        data = b"".join((*parts, data[done:]))
    value: Value = cbor2.loads(data, max_depth=gate.deepest + 1)
    return value


class _Open:
    """One open array or map."""

    __slots__ = ("is_map", "last_key", "left")

    def __init__(self, is_map: bool, count: int) -> None:
        self.is_map = is_map
        self.left = 2 * count if is_map else count  # items to come; even in a map: a key is next
        self.last_key: bytes | None = None


class _Gate:
    """Walks the heads of one input; raises text-level faults, keeps the others by region."""

    __slots__ = (
        "at", "confine", "data", "deepest", "depth", "elements", "faults",
        "limits", "nodes", "open", "path",
    )  # fmt: skip

    def __init__(self, data: bytes, limits: Limits, deepest: int, confine: str | None) -> None:
        self.data = data
        self.limits = limits
        self.deepest = deepest
        self.confine = confine
        self.at = 0  # the next byte
        self.depth = 0
        self.nodes = 0
        self.open: list[_Open] = []
        self.path: list[str | int] = []
        self.faults: dict[int | None, Fault] = {}
        # Where each element of the confining array starts, and where the last one ends.
        self.elements: list[int] = []

    def walk(self) -> None:
        """Walk one item and the end of the input."""
        path = self.path
        self.item()
        while self.open:
            container = self.open[-1]
            if not container.left:
                self.close(container)
                continue
            container.left -= 1
            if not container.is_map:
                path[-1] = cast("int", path[-1]) + 1
                if len(path) == 2 and path[0] == self.confine:
                    self.elements.append(self.at)
                self.item()
            elif container.left % 2:
                self.key(container)
            else:
                self.item()
        if self.at != len(self.data):
            raise InputError("trailing", offset=self.at)

    def item(self) -> None:
        """Walk one scalar, or the head of one container."""
        start = self.at
        major, information, argument = self.head(is_key=False)
        code = None
        if major == _SIMPLE and information >= _HALF:
            code = self.float_fault(start)
        elif major == _BYTES or (major == _SIMPLE and information not in (_FALSE, _TRUE, _NIL)):
            raise self.error("cbor_type", start)
        is_container = major in (_ARRAY, _MAP)
        if is_container and len(self.open) >= self.deepest:
            raise self.over("depth", self.deepest, start)
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise self.over("nodes", self.limits.nodes, start)

        if major == _TEXT:
            code = string_fault(self.text(start, argument))
        elif is_container:
            # Every item takes a byte, so this bounds what a declared count can make anyone allocate.
            if argument * (2 if major == _MAP else 1) > len(self.data) - self.at:
                raise self.error("cbor_truncated", start, "fewer bytes are left than items declared")
            self.open.append(_Open(major == _MAP, argument))
            self.path.append("" if major == _MAP else -1)
            self.depth = max(self.depth, len(self.open))
        elif major != _SIMPLE and argument + (major == _NEGATIVE) > MAX_INTEGER:  # type 1 is -1 - argument
            code = "number_range"
        if code is not None:
            self.judge(code, start)

    def key(self, container: _Open) -> None:
        """Walk one key of an open map."""
        start = self.at
        self.path.pop()  # while the key is not known, the pointer is the map's
        _, _, length = self.head(is_key=True)
        key = self.text(start, length)
        self.path.append(key)
        encoded = self.data[start : self.at]
        code = key_fault(key)
        if container.last_key is not None and encoded <= container.last_key:
            if encoded < container.last_key:
                raise self.error("cbor_key_order", start)
            code = code or "duplicate_key"
        if code is not None:
            self.judge(code, start)
        container.last_key = encoded

    def head(self, *, is_key: bool) -> tuple[int, int, int]:
        """Walk one head; return its type, additional information and argument."""
        start = self.at
        if start >= len(self.data):
            raise self.error("cbor_truncated", start, "the input ends where an item is due")
        major, information = divmod(self.data[start], 32)
        if is_key and major not in (_TEXT, _TAG):
            raise self.error("cbor_key_type", start)
        self.at += 1
        if information > 27:
            reserved = information < _INDEFINITE or major in (_UNSIGNED, _NEGATIVE, _TAG)
            raise self.error("cbor_reserved" if reserved else "cbor_indefinite", start)
        argument = information
        if information > 23:
            width = 1 << (information - 24)
            self.at += width
            if self.at > len(self.data):
                raise self.error("cbor_truncated", start, "the input ends inside a head")
            argument = int.from_bytes(self.data[start + 1 : self.at])
            if major != _SIMPLE and argument < _LEAST[width]:
                raise self.error("cbor_nonminimal", start)
        if major == _TAG:
            raise self.error("cbor_tag", start, f"tag {argument}")
        return major, information, argument

    def float_fault(self, start: int) -> str | None:
        """Return the value-level fault of the float whose head was just walked."""
        raw = self.data[start + 1 : self.at]
        layout, narrower = _FLOATS[len(raw)]
        number: float = struct.unpack(layout, raw)[0]
        code = float_fault(number)
        # A number outside the model has no shortest form in it: its width is not judged.
        if code is None and narrower is not None and _is_exact_in(number, narrower):
            raise self.error("cbor_nonminimal", start)
        return code

    def text(self, start: int, length: int) -> str:
        """Walk the content of a text string; return it."""
        if length > len(self.data) - self.at:
            raise self.error("cbor_truncated", start, "fewer bytes are left than the text declares")
        if length > self.limits.string:
            raise self.over("string", self.limits.string, start, length)
        raw = self.data[self.at : self.at + length]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            detail = f"not UTF-8 from byte {error.start} of the text: {error.reason}"
            raise self.error("utf8", start, detail) from None
        self.at += length
        return text

    def close(self, container: _Open) -> None:
        """Leave a container whose items have all been walked."""
        if not container.is_map and len(self.path) == 2 and self.path[0] == self.confine:
            self.elements.append(self.at)
        self.open.pop()
        self.path.pop()

    def judge(self, code: str, start: int) -> None:
        """Note a value-level fault if it is the first of its region."""
        where = region(self.path, self.confine)
        if where not in self.faults:
            self.faults[where] = Fault(code, pointer=pointer_to(self.path), offset=start)

    def over(self, name: str, limit: int, start: int, found: int | None = None) -> InputError:
        """Return the error of an input over a limit."""
        at = pointer_to(self.path)
        if name == "depth":
            return depth_error(self.limits, limit, pointer=at, offset=start)
        return InputError.over_limit(name, limit, found, pointer=at, offset=start)

    def error(self, code: str, offset: int, detail: str = "") -> InputError:
        """Return the error that rejects the input."""
        return InputError(code, detail, pointer=pointer_to(self.path), offset=offset)


def _is_exact_in(number: float, layout: str) -> bool:
    """Whether the narrower format represents exactly the same number."""
    try:
        return bool(struct.unpack(layout, struct.pack(layout, number))[0] == number)
    except OverflowError:
        return False
