"""What both readers return: a value of the shared model, and the faults confined to its events.

A text-level fault rejects the whole input, so it is raised. A value-level fault may affect
one event only (FAULT-1 to FAULT-3), so a reader that knows where the events are collects
such faults by *region*: the index of the element of ``confine`` that contains the faulty
token, or None for every other location. What is faulty never reaches the value: the element
of a faulty region is null there, and a fault outside every region leaves no value at all.
So ``value`` is always in the model, even for a caller that ignores ``faults``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import BytesLike, Value, as_bytes, portable
from pithbundle.errors import Fault, InputError
from pithbundle.newtypes import Pointer

#: However high a limit on depth is set, nothing deeper is read (LIM-2): the encoders of JSON
#: and CBOR end at 254 and 400 levels, and what can be read must be writable, wrapped in a state too.
MAX_DEPTH: Final = 200


#: The two encodings of a value (BUN-1).
Encoding: TypeAlias = Literal["json", "cbor"]


def detect_encoding(data: bytes) -> Encoding:
    """Return ``cbor`` iff the first byte is the head of a CBOR map, else ``json`` (BUN-1).

    No JSON text starts with a byte from 0xA0 to 0xBF, so one byte decides.
    """
    return "cbor" if data and 0xA0 <= data[0] <= 0xBF else "json"


def chosen_encoding(data: bytes, encoding: Encoding | None) -> Encoding:
    """Return ``encoding``, or the detected one for None.

    Raises:
        TypeError: ``encoding`` is another value.
    """
    if encoding is None:
        return detect_encoding(data)
    if encoding in ("json", "cbor"):
        return encoding
    raise TypeError(f'encoding must be "json", "cbor" or None, not {encoding!r}')


@dataclass(frozen=True, slots=True)
class Parsed:
    """One input that has no text-level fault (FAULT-1).

    ``faults`` has the first value-level fault, by position, of each region. ``depth`` is
    the deepest nesting, the outermost container counting 1; ``nodes`` the number of
    objects, arrays and scalars, keys not counted. Both are those of the input, before faulty
    elements became null.
    """

    value: Value
    faults: dict[int | None, Fault]
    depth: int
    nodes: int

    def whole(self) -> Value:
        """Return the value of a document without faults.

        Raises:
            InputError: the first fault of the region outside, else of the lowest index.
        """
        if not self.faults:
            return self.value
        raise InputError.of(self.faults[min(self.faults, key=lambda at: -1 if at is None else at)])


def require_size(data: BytesLike, limits: Limits) -> bytes:
    """Return the bytes of an input, of which a reader checks the size first (LIM-1).

    Raises:
        InputError: ``size``: it is over the limit.
        TypeError: ``data`` is not bytes-like.
    """
    data = as_bytes(data)
    if len(data) > limits.size:
        raise InputError.over_limit("size", limits.size, len(data))
    return data


def depth_limit(limits: Limits, depth: int | None) -> int:
    """Return the nesting that a reader allows: ``depth``, else that of ``limits``, capped (LIM-2)."""
    return min(limits.depth if depth is None else depth, MAX_DEPTH)


def depth_error(
    limits: Limits, deepest: int, *, pointer: str | None = None, offset: int | None = None
) -> InputError:
    """Return the error of an input nested deeper than ``deepest``, which :func:`depth_limit` gave (LIM-2)."""
    name = "depth" if deepest == limits.depth else "bundle_depth"
    return InputError.over_limit(name, deepest, fixed=deepest == MAX_DEPTH, pointer=pointer, offset=offset)


def region(path: Sequence[str | int], confine: str | None) -> int | None:
    """Return the index of the element of ``confine`` that contains the token at ``path`` (FAULT-2).

    A string as first step means that the top level is an object, an integer as second step
    that the member is an array.
    """
    if len(path) > 1 and path[0] == confine and isinstance(path[1], int):
        return path[1]
    return None


def pointer_to(path: Sequence[str | int]) -> Pointer:
    """Return the JSON pointer of ``path`` as a string that reports can contain.

    A character outside the model (a lone surrogate in a faulty key, say) becomes U+FFFD.
    """
    # Not by way of values.pointer: a hostile input has a fault in each of 200,000 elements.
    found = "".join(
        [
            f"/{step}" if isinstance(step, int) else "/" + step.replace("~", "~0").replace("/", "~1")
            for step in path
        ]
    )
    return Pointer(portable(found))
