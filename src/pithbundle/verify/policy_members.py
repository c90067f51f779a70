"""The members of one key of a policy, each by itself (spec POL-2, POL-4, POL-7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Final, Literal, NoReturn, TypeAlias

from pithbundle.bundle.event_format import BUILT_IN, UNKNOWN, AnyFormat, EventFormat, FlatFormat
from pithbundle.encoding.spellings import event_id_digest
from pithbundle.encoding.values import Object, Value, pointer, string_fault
from pithbundle.errors import FormatError, PolicyError

#: The longest name, in UTF-8 bytes (POL-2).
MAX_NAME_BYTES: Final = 256
#: The most formats of a key, and of a policy (FORMAT-6).
MAX_FORMATS: Final = 8
_NO_FORMATS: Final = f"write a list of 1 to {MAX_FORMATS} event formats; a name, a document or unknown each"

#: What a key's owner, or the user, says of it. ``retired`` verifies as ``active`` and is shown.
KeyStatus: TypeAlias = Literal["active", "retired", "revoked"]
_STATUSES: Final[Mapping[str, KeyStatus]] = MappingProxyType(
    {"active": "active", "retired": "retired", "revoked": "revoked"}
)


def reject(detail: str, where: str) -> NoReturn:
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
        reject(f"must be a string of 1 to {MAX_NAME_BYTES} bytes", where)
    return name


def check_members(value: Object, known: tuple[str, ...], where: str) -> None:
    """Check that an object has no unknown members (POL-1)."""
    if any(type(name) is not str for name in value):
        reject("a member name must be a string", where)
    unknown = sorted(name for name in value if name not in known)
    if unknown:
        reject(f"no such member; known here: {', '.join(sorted(known))}", where + pointer((unknown[0],)))


def check_event_id(text: Value, where: str) -> str:
    """Return an event id (POL-4)."""
    if type(text) is not str or event_id_digest(text) is None:
        reject("write an event id: sha256: and 64 lower-case hex digits", where)
    return text


def check_status(text: Value) -> KeyStatus:
    """Return the status of a key (POL-4)."""
    # A dictionary answers with the exact literal, so that no cast is needed.
    status = _STATUSES.get(text) if type(text) is str else None
    if status is None:
        reject('write "active", "retired" or "revoked"', "/status")
    return status


def check_accepted(accepted_event_ids: Collection[Value], status: KeyStatus) -> None:
    """Check that only a revoked key has ``accepted_event_ids`` (POL-4)."""
    if accepted_event_ids and status != "revoked":
        # An exception to a revocation that is not there would be a trap for later.
        reject(
            'only a revoked key has accepted_event_ids: leave them out, or write status "revoked"',
            "/accepted_event_ids",
        )


def check_event_formats(given: Sequence[object]) -> tuple[AnyFormat | Literal["unknown"], ...]:
    """Return the formats of a key as FORMAT-7 sorts them: 1 to 8, each once, ``unknown`` last.

    An item is a format, the name of a built-in one, or ``unknown``.
    """
    if not given or len(given) > MAX_FORMATS:
        reject(_NO_FORMATS, "/event_formats")
    seen: dict[str, AnyFormat | Literal["unknown"]] = {}
    for index, item in enumerate(given):
        where = f"/event_formats/{index}"
        found: AnyFormat | Literal["unknown"]
        if item == UNKNOWN:
            found = "unknown"
        elif isinstance(item, EventFormat | FlatFormat):
            found = item
        else:
            if type(item) is not str or item not in BUILT_IN:
                known = ", ".join([*BUILT_IN, UNKNOWN])
                reject(f"no such event format; write one of {known}, or a format document", where)
            found = BUILT_IN[item]
        name = found if isinstance(found, str) else found.sha256
        if name in seen:
            reject("is in the list twice: leave one out", where)
        seen[name] = found
    # A digest is hex, so the flat format follows the documents, and `unknown` follows it.
    return tuple(seen[name] for name in sorted(seen))


def read_event_formats(value: Value) -> tuple[AnyFormat | Literal["unknown"], ...]:
    """Read the member ``event_formats`` of a key, and the documents in it (FORMAT-6)."""
    if type(value) is not list or not 1 <= len(value) <= MAX_FORMATS:
        reject(_NO_FORMATS, "/event_formats")
    items: list[object] = []
    for index, item in enumerate(value):
        if type(item) is dict:
            try:
                items.append(EventFormat.from_value(item))
            except FormatError as error:
                where = f"/event_formats/{index}{error.pointer or ''}"
                raise PolicyError(error.code, error.fault.detail, pointer=where) from None
        else:
            items.append(item)
        check_event_formats(items)
    return check_event_formats(items)


def format_value(one: AnyFormat) -> Value:
    """A format in a policy: the name of a built-in one, else the document."""
    return one.name if BUILT_IN.get(one.name) == one or isinstance(one, FlatFormat) else one.to_value()


def check_formats(of_keys: Iterable[tuple[AnyFormat, ...]]) -> tuple[AnyFormat, ...]:
    """Return the formats; reject two of one name, and more than eight (FORMAT-6, POL-7)."""
    by_name: dict[str, str] = {one.name: one.sha256 for one in BUILT_IN.values()}
    found: dict[str, AnyFormat] = {}
    for index, formats in enumerate(of_keys):
        for one in formats:
            if by_name.setdefault(one.name, one.sha256) != one.sha256:
                detail = f"two formats of this policy have the name {one.name}: give one another"
                reject(detail, f"/keys/{index}/event_formats")
            found.setdefault(one.sha256, one)
            if len(found) > MAX_FORMATS:
                reject(
                    f"a policy has {MAX_FORMATS} different event formats at most",
                    f"/keys/{index}/event_formats",
                )
    return tuple(found[name] for name in sorted(found))


def read_set(value: Value, check: Callable[[Value, str], str], where: str) -> frozenset[str]:
    """Read an array of strings that each pass ``check``, without repeats."""
    if type(value) is not list:
        reject("must be an array of strings", where)
    seen: set[str] = set()
    for index, item in enumerate(value):
        text = check(item, f"{where}/{index}")
        if text in seen:
            reject("is in the list twice: leave one out", f"{where}/{index}")
        seen.add(text)
    return frozenset(seen)
