"""The members of one key of a policy, each by itself (spec POL-2, POL-4, POL-7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Set
from types import MappingProxyType
from typing import Final, Literal, NoReturn, TypeAlias

from pithbundle.bundle.event_formats import EVENT_FORMATS, UNKNOWN
from pithbundle.encoding.spellings import event_id_digest
from pithbundle.encoding.values import Object, Value, pointer, string_fault
from pithbundle.errors import PolicyError

#: The longest name, in UTF-8 bytes (POL-2).
MAX_NAME_BYTES: Final = 256

#: What a key's owner, or the user, says of it. ``retired`` verifies as ``active`` and is shown.
KeyStatus: TypeAlias = Literal["active", "retired", "revoked"]
_STATUSES: Final[Mapping[str, KeyStatus]] = MappingProxyType(
    {"active": "active", "retired": "retired", "revoked": "revoked"}
)


def refuse(detail: str, where: str) -> NoReturn:
    """Raise the error of a policy that cannot be applied."""
    raise PolicyError("policy", detail, pointer=where)


def string_or_none(value: Value) -> str | None:
    """Return a string as it is, and None for any other value."""
    return value if type(value) is str else None


def frozen(name: str, given: object) -> frozenset[str]:
    """Return a copy of a collection of strings, so that a change of the caller's own changes no right."""
    if not isinstance(given, Set | list | tuple):
        raise TypeError(f"{name} must be a frozenset of strings, not {type(given).__name__}")
    return frozenset(given)


def check_name(name: Value, where: str) -> str:
    """Return a signer_id, key_id or event type (POL-2)."""
    if type(name) is not str or not name or string_fault(name) or len(name.encode()) > MAX_NAME_BYTES:
        refuse(f"must be a string of 1 to {MAX_NAME_BYTES} bytes", where)
    return name


def check_members(value: Object, known: tuple[str, ...], where: str) -> None:
    """Check that an object has no unknown members (POL-1)."""
    if any(type(name) is not str for name in value):
        refuse("a member name must be a string", where)
    unknown = sorted(name for name in value if name not in known)
    if unknown:
        refuse(f"no such member; known here: {', '.join(sorted(known))}", where + pointer((unknown[0],)))


def check_event_id(text: Value, where: str) -> str:
    """Return an event id (POL-4)."""
    if type(text) is not str or event_id_digest(text) is None:
        refuse("write an event id: sha256: and 64 lower-case hex digits", where)
    return text


def check_status(text: Value) -> KeyStatus:
    """Return the status of a key (POL-4)."""
    # A dictionary answers with the exact literal, so that no cast is needed.
    status = _STATUSES.get(text) if type(text) is str else None
    if status is None:
        refuse('write "active", "retired" or "revoked"', "/status")
    return status


def check_accepted(accepted_event_ids: Collection[Value], status: KeyStatus) -> None:
    """Check that only a revoked key has ``accepted_event_ids`` (POL-4)."""
    if accepted_event_ids and status != "revoked":
        # An exception to a revocation that is not there would be a trap for later.
        refuse(
            'only a revoked key has accepted_event_ids: leave them out, or write status "revoked"',
            "/accepted_event_ids",
        )


def check_event_formats(value: Value) -> tuple[str, ...]:
    """Return the formats of a key, ``unknown`` last: one name of the family, ``unknown``, or both."""
    if type(value) is not list or not value:
        refuse(f'write a list of one event format, or ["{UNKNOWN}"], or both in one list', "/event_formats")
    seen: list[str] = []
    for index, item in enumerate(value):
        where = f"/event_formats/{index}"
        if type(item) is not str or (item not in EVENT_FORMATS and item != UNKNOWN):
            refuse(
                f"no such event format; write one of: {', '.join(sorted(EVENT_FORMATS))}, {UNKNOWN}", where
            )
        if item in seen:
            refuse("is in the list twice: leave one out", where)
        if item != UNKNOWN and any(name != UNKNOWN for name in seen):
            refuse(f"a key has one event format, and {UNKNOWN} beside it at most", where)
        seen.append(item)
    return tuple(sorted(seen, key=lambda name: name == UNKNOWN))


def read_set(value: Value, check: Callable[[Value, str], str], where: str) -> frozenset[str]:
    """Read an array of strings that each pass ``check``, without repeats."""
    if type(value) is not list:
        refuse("must be an array of strings", where)
    seen: set[str] = set()
    for index, item in enumerate(value):
        text = check(item, f"{where}/{index}")
        if text in seen:
            refuse("is in the list twice: leave one out", f"{where}/{index}")
        seen.add(text)
    return frozenset(seen)
