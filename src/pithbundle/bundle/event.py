"""The signed content of an event, its digest and id, and the limits of one event (spec EVT-3 to EVT-6).

After the checks an event *is* its signed content. This module knows no policy and no
cryptography but SHA-256.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pithbundle.bundle.event_format_document import Escape, TimeForm
from pithbundle.encoding.timestamps import instant, instant_of_count
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import Fault
from pithbundle.newtypes import EventId, Instant

#: Limits of one event; part of the rules (LIM-6).
MAX_EVENT_BYTES: Final = 262_144
MAX_DEPTH: Final = 24
MAX_NODES: Final = 20_000
#: No more canonical bytes than these have more values than ``MAX_NODES``: each value takes a byte,
#: and each but the first a comma or an opening bracket before it.
_FEW_BYTES: Final = 2 * MAX_NODES

#: The codes of these limits (FORMAT-14).
LIMIT_CODES: Final = frozenset({"depth", "nodes", "event_size"})

_ESCAPED: Final = re.compile("[^ -~]")


class SignedContent(NamedTuple):
    """What a format signs of an event (FORMAT-3)."""

    #: Canonical bytes of the content.
    canonical: bytes
    #: Canonical bytes of the payload.
    payload: bytes
    #: M: the content in its wrapper, escaped.
    message: bytes
    #: SHA-256 of M.
    digest: bytes
    #: The id made of the digest.
    event_id: EventId


def escaped(canonical: bytes, escape: Escape) -> bytes:
    """Canonical bytes under an escape: ``ascii`` escapes all but U+0020 to U+007E (FORMAT-3)."""
    if escape == "none" or (canonical.isascii() and b"\x7f" not in canonical):
        return canonical
    return _ESCAPED.sub(_escape, canonical.decode("utf-8")).encode("ascii")


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be").hex()
    return "".join("\\u" + units[at : at + 4] for at in range(0, len(units), 4))


def wrapped(canonical: bytes, wrapper: str | None) -> bytes:
    """Canonical bytes as the one member of an object, or as they are."""
    return canonical if wrapper is None else b'{"%b":%b}' % (wrapper.encode("ascii"), canonical)


def moment(created_at: str | int, form: TimeForm) -> Instant | None:
    """The instant of a time as a format writes it, None where it is none (FORMAT-11)."""
    if type(created_at) is str:
        return instant(created_at)
    return instant_of_count(int(created_at), 1 if form == "seconds" else 1_000)


def is_small(canonical: bytes) -> bool:
    """Whether canonical bytes are so few that only the depth can be over a limit of one event (LIM-6).

    It saves a walk of every event: 1.2 of 25 microseconds.
    """
    return len(canonical) <= _FEW_BYTES


def size_fault(canonical: bytes, what: str = "an event") -> Fault | None:
    """The fault of canonical bytes over the limit of one event (LIM-6)."""
    if len(canonical) > MAX_EVENT_BYTES:
        return Fault("event_size", f"{what} of {len(canonical)} canonical bytes", "")
    return None


def measure(value: Object, what: str = "an event") -> Fault | None:
    """The fault of a value nested too deeply or with too many values, level by level (EVT-6)."""
    level: list[Value] = [value]
    depth, nodes = 0, 1
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return Fault("depth", f"{what} nested deeper than {MAX_DEPTH}", "")
        below: list[Value] = []
        for container in level:
            values = container.values() if type(container) is dict else container
            nodes += len(values)  # type: ignore[arg-type]
            below += [value for value in values if type(value) is dict or type(value) is list]  # type: ignore[union-attr]
        if nodes > MAX_NODES:
            return Fault("nodes", f"{what} of more than {MAX_NODES} values", "")
        level = below
    return None
