"""Policies: whose keys count, for what, and since when not (spec POL-1 to POL-7).

A policy is the user's own data and the only source of keys. It is read strictly, since a misspelt member
would change a right. `policy.schema.json` lacks only uniqueness, revocation and validity of keys.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pithbundle.brief import brief
from pithbundle.bundle.document_types import POLICY_TYPE
from pithbundle.bundle.event_format import (
    INTEGRITY_1,
    PITHBUNDLE_EVENT_1,
    UNKNOWN,
    AnyFormat,
)
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import encode, sha256_hex
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InvalidKeyError, PolicyError
from pithbundle.newtypes import DigestHex
from pithbundle.verify.policy_members import (
    KeyStatus,
    check_accepted,
    check_event_formats,
    check_event_id,
    check_formats,
    check_members,
    check_name,
    check_status,
    format_value,
    frozen,
    read_event_formats,
    read_set,
    reject,
    string_or_none,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import PurePath

POLICY_VERSION: Final = "1"
#: The most keys in one policy (POL-1), of one (signer_id, key_id) and of one key_id (POL-6).
MAX_KEYS: Final = 1_000
MAX_KEYS_OF_A_PAIR: Final = 4
MAX_KEYS_OF_A_KEY_ID: Final = 16
_POLICY_MEMBERS: Final = ("keys", "policy_type", "policy_version")
_REQUIRED: Final = ("key_id", "public_key_hex", "signer_id")
_OPTIONAL: Final = ("event_formats", "event_types", "accepted_event_ids", "status")
_NO_TYPES: Final = 'the list is empty: write "*", or the types that the key may sign'


@dataclass(frozen=True, slots=True, init=False)
class PolicyKey:
    """One key of a policy and its rights (POL-2, POL-4).

    Raises:
        PolicyError: ``policy``, with a pointer relative to the key, for a name that is empty
            or too long, an empty ``event_types``, ``accepted_event_ids`` on a key that is not revoked
            or with anything but event ids, an unknown status, or event formats that are not 1 to
            8 formats and ``unknown``, each once.
        TypeError: ``public_key`` is not a :class:`PublicKey`, or ``event_types`` or
            ``accepted_event_ids`` is not a collection of strings; a collection is copied.
    """

    signer_id: str
    key_id: str
    public_key: PublicKey
    #: The event types that it may sign; None means all (``"*"``).
    event_types: frozenset[str] | None = None
    status: KeyStatus = "active"
    #: The ids of the events of a revoked key that still count, ``sha256:`` and 64 hex digits.
    accepted_event_ids: frozenset[str] = frozenset()
    #: 1 to 8 formats, each as a format or the name of a built-in one, and ``unknown`` (FORMAT-6);
    #: afterwards the formats, sorted by digest, ``unknown`` last.
    event_formats: tuple[AnyFormat | str, ...] = (PITHBUNDLE_EVENT_1,)
    #: The digests of the formats.
    format_sha256s: frozenset[str] = field(init=False, compare=False, repr=False)

    __repr__ = brief

    def __init__(
        self,
        signer_id: str,
        key_id: str,
        public_key: PublicKey,
        event_types: Set[str] | list[str] | tuple[str, ...] | None = None,
        status: KeyStatus = "active",
        accepted_event_ids: Set[str] | list[str] | tuple[str, ...] = (),
        event_formats: Iterable[AnyFormat | str] = ("pithbundle-event-1",),
    ) -> None:
        check_name(signer_id, "/signer_id")
        check_name(key_id, "/key_id")
        if not isinstance(public_key, PublicKey):
            raise TypeError(f"public_key must be a PublicKey, not {type(public_key).__name__}")
        types = None if event_types is None else frozen("event_types", event_types)
        accepted = frozen("accepted_event_ids", accepted_event_ids)
        if types is not None:
            if not types:
                reject(_NO_TYPES, "/event_types")
            for event_type in types:
                check_name(event_type, "/event_types")
        check_status(status)
        check_accepted(accepted, status)
        for event_id in accepted:
            check_event_id(event_id, "/accepted_event_ids")
        formats = check_event_formats([*event_formats])
        sha256s = frozenset(one.sha256 for one in formats if not isinstance(one, str))
        # A frozen dataclass sets its own fields this way only.
        for name, value in (
            ("signer_id", signer_id), ("key_id", key_id), ("public_key", public_key), ("event_types", types),
            ("status", status), ("accepted_event_ids", accepted), ("event_formats", formats),
            ("format_sha256s", sha256s),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def formats(self) -> tuple[AnyFormat, ...]:
        """The formats without ``unknown``, sorted by digest."""
        return tuple(one for one in self.event_formats if not isinstance(one, str))

    @property
    def format_names(self) -> tuple[str, ...]:
        """The names of the formats, ``unknown`` last."""
        return tuple(one if isinstance(one, str) else one.name for one in self.event_formats)

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
        formats: list[Value] = [
            one if isinstance(one, str) else format_value(one) for one in self.event_formats
        ]
        return {**self.effective(), "event_formats": formats}

    def effective(self) -> Object:
        """The key in the effective policy: each format as its ``format_sha256`` (FORMAT-7)."""
        event_types: Value = "*"
        if self.event_types is not None:
            event_types = [*sorted(self.event_types)]
        return {
            "event_formats": [one if isinstance(one, str) else one.sha256 for one in self.event_formats],
            "event_types": event_types,
            "accepted_event_ids": [*sorted(self.accepted_event_ids)],
            "key_id": self.key_id,
            "public_key_hex": self.public_key.hex,
            "signer_id": self.signer_id,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True, init=False)
class Policy:
    """A set of keys, sorted by raw key whatever order they are given in (POL-1, POL-5).

    Raises:
        PolicyError: ``policy``, for no key, more than 1,000, a raw key twice, a fifth key of
            one (signer_id, key_id) or a seventeenth of one key_id (POL-6), two formats of one
            name or a ninth format (FORMAT-6); the pointer is into ``keys`` as given.
        TypeError: ``keys`` is not an iterable of :class:`PolicyKey`.
    """

    keys: tuple[PolicyKey, ...]
    #: SHA-256 of the canonical bytes of :meth:`effective`, in hex: ``policy_sha256`` (POL-5).
    sha256: DigestHex = field(init=False, compare=False, repr=False)
    #: The formats of all keys, each once, sorted by digest.
    formats: tuple[AnyFormat, ...] = field(init=False, compare=False, repr=False)
    _by_pair: Mapping[tuple[str, str], tuple[PolicyKey, ...]] = field(init=False, compare=False, repr=False)
    _by_key_id: Mapping[str, tuple[PolicyKey, ...]] = field(init=False, compare=False, repr=False)
    _by_signer: Mapping[str, tuple[PolicyKey, ...]] = field(init=False, compare=False, repr=False)

    def __init__(self, keys: Iterable[PolicyKey]) -> None:
        given = _policy_keys(keys)
        if not given:
            reject("a policy without keys trusts nobody: add at least one key", "/keys")
        if len(given) > MAX_KEYS:
            reject(f"{len(given)} keys; a policy contains {MAX_KEYS} at most", "/keys")
        _check_clashes(given)
        object.__setattr__(self, "formats", check_formats(key.formats for key in given))
        ordered = tuple(sorted(given, key=lambda key: key.public_key.raw))
        by_pair: dict[tuple[str, str], tuple[PolicyKey, ...]] = {}
        by_key_id: dict[str, tuple[PolicyKey, ...]] = {}
        by_signer: dict[str, tuple[PolicyKey, ...]] = {}
        for key in ordered:
            pair = (key.signer_id, key.key_id)
            by_pair[pair] = (*by_pair.get(pair, ()), key)
            by_key_id[key.key_id] = (*by_key_id.get(key.key_id, ()), key)
            by_signer[key.signer_id] = (*by_signer.get(key.signer_id, ()), key)
        # A frozen dataclass computes its own fields this way only.
        object.__setattr__(self, "keys", ordered)
        object.__setattr__(self, "_by_pair", MappingProxyType(by_pair))
        object.__setattr__(self, "_by_key_id", MappingProxyType(by_key_id))
        object.__setattr__(self, "_by_signer", MappingProxyType(by_signer))
        object.__setattr__(self, "sha256", sha256_hex(encode(self.effective())))

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
            TypeError: ``path`` is neither a string nor a path.
        """
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"path must be a str or a path, not {type(path).__name__}")
        from pithbundle.files import read_input  # lazily: bytes and values need no file system

        return cls.from_bytes(read_input(os.fspath(path), DEFAULT_LIMITS.size))

    @classmethod
    def from_value(cls, value: Value) -> Policy:
        """Read a policy from a value (POL-1 to POL-4).

        First fault first, in the order of POL-7: the type and version, unknown members, then
        the keys, each by itself; last, what keys share.

        Raises:
            PolicyError: ``policy``, ``key_invalid`` for a key that is not acceptable (KEY-2), or
                ``format`` for an event format that cannot be applied (FORMAT-1), with the pointer
                to what must change.
        """
        if type(value) is not dict:
            reject("a policy is an object with policy_type, policy_version and keys", "")
        if string_or_none(value.get("policy_type")) != POLICY_TYPE:
            reject(f'write "{POLICY_TYPE}"', "/policy_type")
        if string_or_none(value.get("policy_version")) != POLICY_VERSION:
            reject(f'write "{POLICY_VERSION}", the only version that this reader knows', "/policy_version")
        check_members(value, _POLICY_MEMBERS, "")
        keys = value.get("keys")
        if type(keys) is not list:
            reject("write an array of keys", "/keys")
        # Asked before each of a million entries is looked at.
        if len(keys) > MAX_KEYS:
            reject(f"{len(keys)} keys; a policy contains {MAX_KEYS} at most", "/keys")
        return cls(tuple(_read_key(item, f"/keys/{index}") for index, item in enumerate(keys)))

    def to_value(self) -> Object:
        """The policy with defaults filled in, keys and lists sorted, formats by name or as documents.

        :meth:`from_value` of it gives an equal policy.
        """
        return {**self.effective(), "keys": [key.to_value() for key in self.keys]}

    def effective(self) -> Object:
        """The effective policy, which :attr:`sha256` is the digest of (POL-5, FORMAT-7)."""
        return {
            "keys": [key.effective() for key in self.keys],
            "policy_type": POLICY_TYPE,
            "policy_version": POLICY_VERSION,
        }

    def key(self, signer_id: str, key_id: str, fingerprint: str) -> PolicyKey | None:
        """Return the key of this signer, id and hex fingerprint, or None (CHECK-5)."""
        found = (key for key in self.keys_of(signer_id, key_id) if key.fingerprint == fingerprint)
        return next(found, None)

    def keys_of(self, signer_id: str, key_id: str) -> tuple[PolicyKey, ...]:
        """Return the keys of this signer with this id, by raw key."""
        return self._by_pair.get((signer_id, key_id), ())

    def keys_of_signer(self, signer_id: str) -> tuple[PolicyKey, ...]:
        """Return the keys of this signer, by raw key."""
        return self._by_signer.get(signer_id, ())

    def keys_with_id(self, key_id: str) -> tuple[PolicyKey, ...]:
        """Return every key with this id, by raw key: a receipt names a key and no signer."""
        return self._by_key_id.get(key_id, ())


@cache
def _registry() -> Policy:
    raw = "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"
    # How the registry's events are made has not been seen: nothing of them is called invalid.
    formats = (INTEGRITY_1, UNKNOWN)
    key = PolicyKey("pith.science", "pith-v1-2026-05", PublicKey.from_hex(raw), event_formats=formats)
    return Policy((key,))


def _policy_keys(given: object) -> tuple[PolicyKey, ...]:
    if not isinstance(given, Iterable):
        raise TypeError(f"keys must be PolicyKeys, not {type(given).__name__}")
    keys = tuple(given)
    for key in keys:
        if not isinstance(key, PolicyKey):
            raise TypeError(f"keys must be PolicyKeys, not {type(key).__name__}; see Policy.from_value")
    return keys


def _read_accepted(value: Value, status: KeyStatus) -> frozenset[str]:
    """Read the ids: a status that allows none is reported for the list, before its items are read (POL-7)."""
    if type(value) is list:
        check_accepted(value, status)
    return read_set(value, check_event_id, "/accepted_event_ids")


def _check_clashes(keys: tuple[PolicyKey, ...]) -> None:
    """Reject faults between keys: shared raw keys, and too many of one name (POL-6, POL-7)."""
    raw_keys: dict[bytes, int] = {}
    of_pair: Counter[tuple[str, str]] = Counter()
    of_key_id: Counter[str] = Counter()
    for index, key in enumerate(keys):
        first = raw_keys.setdefault(key.public_key.raw, index)
        if first != index:
            # One key under two names would let one signature speak for two signers.
            detail = f"the same key as /keys/{first}: a key belongs to one signer, once"
            reject(detail, f"/keys/{index}/public_key_hex")
        pair = (key.signer_id, key.key_id)
        of_pair[pair] += 1
        of_key_id[key.key_id] += 1
        # Both bounds limit the signature checks of one element (POL-6).
        if of_pair[pair] > MAX_KEYS_OF_A_PAIR:
            detail = f"{MAX_KEYS_OF_A_PAIR} keys at most share signer_id and key_id: give it another key_id"
            reject(detail, f"/keys/{index}/key_id")
        if of_key_id[key.key_id] > MAX_KEYS_OF_A_KEY_ID:
            detail = f"{MAX_KEYS_OF_A_KEY_ID} keys at most share a key_id: give it another"
            reject(detail, f"/keys/{index}/key_id")


def _read_key(value: Value, where: str) -> PolicyKey:
    try:
        return _read_relative_key(value)
    except PolicyError as error:
        raise PolicyError(error.code, error.fault.detail, pointer=where + (error.pointer or "")) from None


def _read_relative_key(value: Value) -> PolicyKey:
    """Read one entry of ``keys``; its errors point into the entry."""
    if type(value) is not dict:
        reject(f"write an object with {', '.join(_REQUIRED)}", "")
    check_members(value, _REQUIRED + _OPTIONAL, "")
    public_key_hex = string_or_none(value.get("public_key_hex"))
    if public_key_hex is None:
        reject("write the raw public key, 64 lower-case hex digits", "/public_key_hex")
    try:
        public_key = PublicKey.from_hex(public_key_hex)
    except InvalidKeyError as error:
        code = "key_invalid" if error.code == "key_invalid" else "policy"
        raise PolicyError(code, error.fault.detail, pointer="/public_key_hex") from None
    signer_id = check_name(value.get("signer_id"), "/signer_id")
    key_id = check_name(value.get("key_id"), "/key_id")
    event_types = _read_event_types(value.get("event_types", "*"))
    status = check_status(value.get("status", "active"))
    accepted_event_ids = _read_accepted(value.get("accepted_event_ids", []), status)
    event_formats = read_event_formats(value.get("event_formats", [PITHBUNDLE_EVENT_1.name]))
    return PolicyKey(signer_id, key_id, public_key, event_types, status, accepted_event_ids, event_formats)


def _read_event_types(value: Value) -> frozenset[str] | None:
    if value == "*":
        return None
    event_types = read_set(value, check_name, "/event_types")
    return event_types or reject(_NO_TYPES, "/event_types")
