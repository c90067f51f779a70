"""Policies: whose keys count, for what, and since when not (spec POL-1 to POL-7).

A policy is the user's own data and the only source of keys. It is read strictly, since a misspelt member
would change a right. `policy.schema.json` lacks only uniqueness, revocation and validity of keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from pithbundle.bundle.document_types import POLICY_TYPE
from pithbundle.bundle.event_formats import EVENT_FORMATS, EVENT_V1, UNKNOWN, EventFormat
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import encode, sha256_hex
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.spellings import event_id_digest
from pithbundle.encoding.values import (
    DEFAULT_LIMITS,
    DigestHex,
    Object,
    Value,
    pointer,
    text_fault,
)
from pithbundle.errors import InvalidKeyError, PolicyError

if TYPE_CHECKING:
    from pathlib import PurePath

POLICY_VERSION: Final = "1"
#: The most keys in one policy (POL-1), of one (signer_id, key_id) and of one key_id (POL-6).
MAX_KEYS: Final = 1_000
MAX_KEYS_OF_A_PAIR: Final = 4
MAX_KEYS_OF_A_KEY_ID: Final = 16
#: The longest name, in UTF-8 bytes (POL-2).
MAX_NAME_BYTES: Final = 256

#: What a key's owner, or the user, says of it. ``retired`` verifies as ``active`` and is shown.
Status = Literal["active", "retired", "revoked"]
_STATUSES: Final[Mapping[str, Status]] = MappingProxyType(
    {"active": "active", "retired": "retired", "revoked": "revoked"}
)

_POLICY_MEMBERS: Final = ("keys", "policy_type", "policy_version")
_REQUIRED: Final = ("key_id", "public_key_hex", "signer_id")
_OPTIONAL: Final = ("event_formats", "event_types", "accepted_event_ids", "status")
_NO_TYPES: Final = 'the list is empty: write "*", or the types that the key may sign'


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """One key of a policy and its rights (POL-2, POL-4).

    Raises:
        PolicyError: ``policy``, with a pointer relative to the key, for a name that is empty
            or too long, an empty ``event_types``, ``accepted_event_ids`` on a key that is not revoked
            or with anything but event ids, an unknown status, or event formats that are not one
            name, ``unknown``, or both.
    """

    signer_id: str
    key_id: str
    public_key: PublicKey
    #: The event types that it may sign; None means all (``"*"``).
    event_types: frozenset[str] | None = None
    status: Status = "active"
    #: The ids of the events of a revoked key that still count, ``sha256:`` and 64 hex digits.
    accepted_event_ids: frozenset[str] = frozenset()
    #: A name in ``EVENT_FORMATS``, or ``unknown``, or both: ``unknown`` is last.
    event_formats: tuple[str, ...] = (EVENT_V1.name,)

    def __post_init__(self) -> None:
        _check_name(self.signer_id, "/signer_id")
        _check_name(self.key_id, "/key_id")
        if self.event_types is not None:
            if not self.event_types:
                _refuse(_NO_TYPES, "/event_types")
            for event_type in self.event_types:
                _check_name(event_type, "/event_types")
        _check_status(self.status)
        _check_honours(self.accepted_event_ids, self.status)
        for event_id in self.accepted_event_ids:
            _check_event_id(event_id, "/accepted_event_ids")
        # A frozen dataclass sets its own fields this way only.
        object.__setattr__(self, "event_formats", _check_event_formats([*self.event_formats]))

    @property
    def event_format(self) -> EventFormat | None:
        """The format that the key's events are read under, None if ``unknown`` stands alone (RULE-1)."""
        return EVENT_FORMATS.get(self.event_formats[0])

    @property
    def lists_unknown(self) -> bool:
        """Whether the format of the key's events may be another: then nothing is invalid (CHECK-13)."""
        return self.event_formats[-1] == UNKNOWN

    @property
    def fingerprint(self) -> str:
        """The fingerprint that a signer states: it chooses among keys of one name (CHECK-5)."""
        return self.public_key.fingerprint_hex

    def may_sign(self, event_type: str) -> bool:
        """Whether the key has the right to sign events of this type (CHECK-6)."""
        return self.event_types is None or event_type in self.event_types

    def to_value(self) -> Object:
        """The key as a policy states it, defaults filled in and lists sorted."""
        event_types: Value = "*"
        if self.event_types is not None:
            event_types = [*sorted(self.event_types)]
        return {
            "event_formats": [*self.event_formats],
            "event_types": event_types,
            "accepted_event_ids": [*sorted(self.accepted_event_ids)],
            "key_id": self.key_id,
            "public_key_hex": self.public_key.hex,
            "signer_id": self.signer_id,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Policy:
    """A set of keys, sorted by raw key whatever order they are given in (POL-1, POL-5).

    Raises:
        PolicyError: ``policy``, for no key, more than 1,000, a raw key twice, a fifth key of
            one (signer_id, key_id) or a seventeenth of one key_id (POL-6); the pointer is
            into ``keys`` as given.
    """

    keys: tuple[PolicyKey, ...]
    #: SHA-256 of the canonical bytes of :meth:`to_value`, in hex: ``policy_sha256`` (POL-5).
    sha256: DigestHex = field(init=False, compare=False, repr=False)
    _by_pair: Mapping[tuple[str, str], tuple[PolicyKey, ...]] = field(init=False, compare=False, repr=False)
    _by_key_id: Mapping[str, tuple[PolicyKey, ...]] = field(init=False, compare=False, repr=False)
    _by_name: Mapping[tuple[str, str, str], PolicyKey] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            _refuse("a policy without keys trusts nobody: add at least one key", "/keys")
        if len(self.keys) > MAX_KEYS:
            _refuse(f"{len(self.keys)} keys; a policy holds {MAX_KEYS} at most", "/keys")
        _check_clashes(self.keys)
        ordered = tuple(sorted(self.keys, key=lambda key: key.public_key.raw))
        by_pair: dict[tuple[str, str], tuple[PolicyKey, ...]] = {}
        by_key_id: dict[str, tuple[PolicyKey, ...]] = {}
        by_name: dict[tuple[str, str, str], PolicyKey] = {}
        for key in ordered:
            pair = (key.signer_id, key.key_id)
            by_pair[pair] = (*by_pair.get(pair, ()), key)
            by_key_id[key.key_id] = (*by_key_id.get(key.key_id, ()), key)
            by_name.setdefault((*pair, key.fingerprint), key)
        # A frozen dataclass computes its own fields this way only.
        object.__setattr__(self, "keys", ordered)
        object.__setattr__(self, "_by_pair", MappingProxyType(by_pair))
        object.__setattr__(self, "_by_key_id", MappingProxyType(by_key_id))
        object.__setattr__(self, "_by_name", MappingProxyType(by_name))
        object.__setattr__(self, "sha256", sha256_hex(encode(self.to_value())))

    def __repr__(self) -> str:
        return f"Policy(keys={len(self.keys)}, sha256={self.sha256})"

    def __reduce__(self) -> tuple[type[Policy], tuple[tuple[PolicyKey, ...]]]:
        # The indexes are made anew of the keys.
        return Policy, (self.keys,)

    @classmethod
    def registry(cls) -> Policy:
        """Return the built-in policy: the registry's one key, all types, format unknown (POL-5)."""
        return _registry()

    @classmethod
    def from_bytes(cls, data: bytes) -> Policy:
        """Read a policy file: JSON under the strict profile (POL-1).

        Raises:
            InputError: the bytes are not JSON of the profile.
            PolicyError: as :meth:`from_value`.
        """
        return cls.from_value(parse_json(data))

    @classmethod
    def from_file(cls, path: str | PurePath) -> Policy:
        """Read a policy file by its path (POL-1); ``-`` is standard input.

        Raises:
            FileError: the file cannot be read.
            InputError: the bytes are not JSON of the profile, or over the size limit.
            PolicyError: as :meth:`from_value`.
        """
        from pithbundle.files import read_input  # lazily: bytes and values need no file system

        return cls.from_bytes(read_input(str(path), DEFAULT_LIMITS.size))

    @classmethod
    def from_value(cls, value: Value) -> Policy:
        """Read a policy from a value (POL-1 to POL-4).

        First fault first, in the order of POL-7: the type and version, unknown members, then
        the keys, each by itself; last, what keys share.

        Raises:
            PolicyError: ``policy``, or ``key_invalid`` for a key unfit to be pinned, with the
                pointer to what must change.
        """
        if type(value) is not dict:
            _refuse("a policy is an object with policy_type, policy_version and keys", "")
        if _of(value.get("policy_type")) != POLICY_TYPE:
            _refuse(f'write "{POLICY_TYPE}"', "/policy_type")
        if _of(value.get("policy_version")) != POLICY_VERSION:
            _refuse(f'write "{POLICY_VERSION}", the only version that this reader knows', "/policy_version")
        _check_members(value, _POLICY_MEMBERS, "")
        keys = value.get("keys")
        if type(keys) is not list:
            _refuse("write an array of keys", "/keys")
        # Asked before each of a million entries is looked at.
        if len(keys) > MAX_KEYS:
            _refuse(f"{len(keys)} keys; a policy holds {MAX_KEYS} at most", "/keys")
        return cls(tuple(_read_key(item, f"/keys/{index}") for index, item in enumerate(keys)))

    def to_value(self) -> Object:
        """The effective policy: defaults filled in, keys and lists sorted (POL-5).

        :meth:`from_value` of it gives an equal policy.
        """
        return {
            "keys": [key.to_value() for key in self.keys],
            "policy_type": POLICY_TYPE,
            "policy_version": POLICY_VERSION,
        }

    def key(self, signer_id: str, key_id: str, fingerprint: str) -> PolicyKey | None:
        """Return the key of this signer, id and hex fingerprint, or None (CHECK-5)."""
        return self._by_name.get((signer_id, key_id, fingerprint))

    def keys_of(self, signer_id: str, key_id: str) -> tuple[PolicyKey, ...]:
        """Return the keys of this signer with this id, by raw key."""
        return self._by_pair.get((signer_id, key_id), ())

    def keys_with_id(self, key_id: str) -> tuple[PolicyKey, ...]:
        """Return every key with this id, by raw key: a receipt names a key and no signer."""
        return self._by_key_id.get(key_id, ())


@cache
def _registry() -> Policy:
    raw = "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"
    # How the registry's events are made has not been seen: nothing of them is called invalid.
    key = PolicyKey("pith.science", "pith-v1-2026-05", PublicKey.from_hex(raw), event_formats=(UNKNOWN,))
    return Policy((key,))


def _refuse(detail: str, where: str) -> NoReturn:
    raise PolicyError("policy", detail, pointer=where)


def _of(value: Value) -> str | None:
    return value if type(value) is str else None


def _check_name(name: Value, where: str) -> str:
    if type(name) is not str or not name or text_fault(name) or len(name.encode()) > MAX_NAME_BYTES:
        _refuse(f"write a text of 1 to {MAX_NAME_BYTES} bytes", where)
    return name


def _check_members(value: Object, known: tuple[str, ...], where: str) -> None:
    if any(type(name) is not str for name in value):
        _refuse("member names are texts", where)
    unknown = sorted(name for name in value if name not in known)
    if unknown:
        _refuse(f"no such member; known here: {', '.join(sorted(known))}", where + pointer((unknown[0],)))


def _check_event_id(text: Value, where: str) -> str:
    if type(text) is not str or event_id_digest(text) is None:
        _refuse("write an event id: sha256: and 64 lower-case hex digits", where)
    return text


def _check_status(text: Value) -> Status:
    # A dictionary answers with the exact literal, so that no cast is needed.
    status = _STATUSES.get(text) if type(text) is str else None
    if status is None:
        _refuse('write "active", "retired" or "revoked"', "/status")
    return status


def _check_honours(accepted_event_ids: Collection[Value], status: Status) -> None:
    if accepted_event_ids and status != "revoked":
        # An exception to a revocation that is not there would be a trap for later.
        _refuse(
            'only a revoked key has accepted_event_ids: leave them out, or write status "revoked"',
            "/accepted_event_ids",
        )


def _read_honours(value: Value, status: Status) -> frozenset[str]:
    """Read the ids: that the status allows none is said of the list before its items are read (POL-7)."""
    if type(value) is list:
        _check_honours(value, status)
    return _read_set(value, _check_event_id, "/accepted_event_ids")


def _check_event_formats(value: Value) -> tuple[str, ...]:
    """Return the formats of a key, ``unknown`` last: one name of the family, ``unknown``, or both."""
    if type(value) is not list or not value:
        _refuse(f'write a list of one event format, or ["{UNKNOWN}"], or both in one list', "/event_formats")
    seen: list[str] = []
    for index, item in enumerate(value):
        where = f"/event_formats/{index}"
        if type(item) is not str or (item not in EVENT_FORMATS and item != UNKNOWN):
            _refuse(
                f"no such event format; write one of: {', '.join(sorted(EVENT_FORMATS))}, {UNKNOWN}", where
            )
        if item in seen:
            _refuse("stands in the list twice: leave one out", where)
        if item != UNKNOWN and any(name != UNKNOWN for name in seen):
            _refuse(f"a key has one event format, and {UNKNOWN} beside it at most", where)
        seen.append(item)
    return tuple(sorted(seen, key=lambda name: name == UNKNOWN))


def _check_clashes(keys: tuple[PolicyKey, ...]) -> None:
    """Refuse what no key has by itself: shared raw keys, and too many of one name (POL-6, POL-7)."""
    raw_keys: dict[bytes, int] = {}
    of_pair: Counter[tuple[str, str]] = Counter()
    of_key_id: Counter[str] = Counter()
    for index, key in enumerate(keys):
        first = raw_keys.setdefault(key.public_key.raw, index)
        if first != index:
            # One key under two names would let one signature speak for two signers.
            detail = f"the same key as /keys/{first}: a key belongs to one signer, once"
            _refuse(detail, f"/keys/{index}/public_key_hex")
        pair = (key.signer_id, key.key_id)
        of_pair[pair] += 1
        of_key_id[key.key_id] += 1
        # Both bounds hold the signature checks of one element (POL-6).
        if of_pair[pair] > MAX_KEYS_OF_A_PAIR:
            detail = f"{MAX_KEYS_OF_A_PAIR} keys at most share signer_id and key_id: give it another key_id"
            _refuse(detail, f"/keys/{index}/key_id")
        if of_key_id[key.key_id] > MAX_KEYS_OF_A_KEY_ID:
            detail = f"{MAX_KEYS_OF_A_KEY_ID} keys at most share a key_id: give it another"
            _refuse(detail, f"/keys/{index}/key_id")


def _read_set(value: Value, check: Callable[[Value, str], str], where: str) -> frozenset[str]:
    """Read an array of texts that each pass ``check``, without repeats."""
    if type(value) is not list:
        _refuse("write an array of texts", where)
    seen: set[str] = set()
    for index, item in enumerate(value):
        text = check(item, f"{where}/{index}")
        if text in seen:
            _refuse("stands in the list twice: leave one out", f"{where}/{index}")
        seen.add(text)
    return frozenset(seen)


def _read_key(value: Value, where: str) -> PolicyKey:
    try:
        return _read_relative_key(value)
    except PolicyError as error:
        raise PolicyError(error.code, error.fault.detail, pointer=where + (error.pointer or "")) from None


def _read_relative_key(value: Value) -> PolicyKey:
    """Read one entry of ``keys``; its errors point into the entry."""
    if type(value) is not dict:
        _refuse(f"write an object with {', '.join(_REQUIRED)}", "")
    _check_members(value, _REQUIRED + _OPTIONAL, "")
    public_key_hex = _of(value.get("public_key_hex"))
    if public_key_hex is None:
        _refuse("write the raw public key, 64 lower-case hex digits", "/public_key_hex")
    try:
        public_key = PublicKey.from_hex(public_key_hex)
    except InvalidKeyError as error:
        code = "key_invalid" if error.code == "key_invalid" else "policy"
        raise PolicyError(code, error.fault.detail, pointer="/public_key_hex") from None
    signer_id = _check_name(value.get("signer_id"), "/signer_id")
    key_id = _check_name(value.get("key_id"), "/key_id")
    event_types = _read_event_types(value.get("event_types", "*"))
    status = _check_status(value.get("status", "active"))
    accepted_event_ids = _read_honours(value.get("accepted_event_ids", []), status)
    event_formats = _check_event_formats(value.get("event_formats", [EVENT_V1.name]))
    return PolicyKey(signer_id, key_id, public_key, event_types, status, accepted_event_ids, event_formats)


def _read_event_types(value: Value) -> frozenset[str] | None:
    if value == "*":
        return None
    event_types = _read_set(value, _check_name, "/event_types")
    return event_types or _refuse(_NO_TYPES, "/event_types")
