"""Policies: whose keys count, for what, and since when not (spec POL-1 to POL-5).

A policy is the user's own data. It is the only source of keys: no bundle, manifest or
server adds one. It is read strictly, since a misspelt member that was ignored would grant
or withhold a right in silence. `policy.schema.json` beside this file says the same as a
JSON Schema, but for what a schema cannot say: uniqueness, revocation, fitness of keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, NoReturn

from pithbundle.canonical import encode, sha256_hex
from pithbundle.errors import PinError, PolicyError
from pithbundle.jsontext import parse_json
from pithbundle.keys import PublicKey
from pithbundle.model import Object, Value, pointer, text_fault
from pithbundle.rules import RULES
from pithbundle.textforms import event_id_digest

POLICY_TYPE: Final = "pithbundle_policy"
POLICY_VERSION: Final = "1"
#: The most keys in one policy, and the longest name in it, in UTF-8 bytes (POL-2).
MAX_KEYS: Final = 1_000
MAX_NAME_BYTES: Final = 256

#: What a key's owner, or the user, says of it. ``retired`` verifies as ``active`` and is shown.
Status = Literal["active", "retired", "revoked"]
_STATUSES: Final[Mapping[str, Status]] = MappingProxyType(
    {"active": "active", "retired": "retired", "revoked": "revoked"}
)

_POLICY_MEMBERS: Final = ("keys", "policy_type", "policy_version")
_REQUIRED: Final = ("key_id", "public_key_hex", "signer_id")
_OPTIONAL: Final = ("event_rule", "event_types", "honours", "status")


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """One key of a policy and its rights (POL-2, POL-4).

    Raises:
        PolicyError: ``policy``, with a pointer relative to the key, for a name that is empty
            or too long, an empty ``event_types``, ``honours`` on a key that is not revoked
            or with anything but event ids, an unknown status or event rule.
    """

    signer_id: str
    key_id: str
    public_key: PublicKey
    #: The event types that it may sign; None means all (``"*"``).
    event_types: frozenset[str] | None = None
    status: Status = "active"
    #: The ids of the events of a revoked key that still count, ``sha256:`` and 64 hex digits.
    honours: frozenset[str] = frozenset()
    #: A name of :data:`pithbundle.rules.RULES`.
    event_rule: str = "event-v1"

    def __post_init__(self) -> None:
        _check_name(self.signer_id, "/signer_id")
        _check_name(self.key_id, "/key_id")
        if self.event_types is not None:
            if not self.event_types:
                _refuse('the list is empty: write "*", or the types that the key may sign', "/event_types")
            for event_type in self.event_types:
                _check_name(event_type, "/event_types")
        _check_status(self.status)
        if self.honours and self.status != "revoked":
            # An exception to a revocation that is not there would be a trap for later.
            _refuse('only a revoked key has honours: leave them out, or write status "revoked"', "/honours")
        for event_id in self.honours:
            _check_event_id(event_id, "/honours")
        _check_event_rule(self.event_rule)

    def may_sign(self, event_type: str) -> bool:
        """Whether the key has the right to sign events of this type (CHECK-6)."""
        return self.event_types is None or event_type in self.event_types

    def to_value(self) -> Object:
        """The key as a policy states it, defaults filled in and lists sorted."""
        event_types: Value = "*"
        if self.event_types is not None:
            event_types = [*sorted(self.event_types)]
        return {
            "event_rule": self.event_rule,
            "event_types": event_types,
            "honours": [*sorted(self.honours)],
            "key_id": self.key_id,
            "public_key_hex": self.public_key.hex,
            "signer_id": self.signer_id,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Policy:
    """A set of keys, sorted by (signer_id, key_id) whatever order they are given in (POL-1, POL-2).

    Raises:
        PolicyError: ``policy``, for no key, more than 1,000, or two that share the pair
            (signer_id, key_id) or the raw key; the pointer is into ``keys`` as given.
    """

    keys: tuple[PolicyKey, ...]
    #: SHA-256 of the canonical bytes of :meth:`to_value`, in hex: ``policy_sha256`` (POL-5).
    sha256: str = field(init=False, compare=False, repr=False)
    _by_pair: Mapping[tuple[str, str], PolicyKey] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            _refuse("a policy without keys trusts nobody: add at least one key", "/keys")
        if len(self.keys) > MAX_KEYS:
            _refuse(f"{len(self.keys)} keys; a policy holds {MAX_KEYS} at most", "/keys")
        by_pair: dict[tuple[str, str], PolicyKey] = {}
        raw_keys: dict[bytes, int] = {}
        for index, key in enumerate(self.keys):
            pair = (key.signer_id, key.key_id)
            if pair in by_pair:
                _refuse("another key has this signer_id and key_id: give it its own", f"/keys/{index}/key_id")
            first = raw_keys.setdefault(key.public_key.raw, index)
            if first != index:
                # One key under two names would let one signature speak for two signers.
                _refuse(
                    f"the same key as /keys/{first}: a key belongs to one signer, once",
                    f"/keys/{index}/public_key_hex",
                )
            by_pair[pair] = key
        ordered = {pair: by_pair[pair] for pair in sorted(by_pair)}
        # A frozen dataclass computes its own fields this way only.
        object.__setattr__(self, "keys", tuple(ordered.values()))
        object.__setattr__(self, "_by_pair", MappingProxyType(ordered))
        object.__setattr__(self, "sha256", sha256_hex(encode(self.to_value())))

    @classmethod
    def default(cls) -> Policy:
        """Return the built-in policy: the registry's one key, all types (POL-5)."""
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
    def from_value(cls, value: Value) -> Policy:
        """Read a policy from a value (POL-1 to POL-4).

        First fault first: the type and version, unknown members, then the keys in order,
        each with its unknown members, missing members and members in sorted order; last,
        what keys share.

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

    def key(self, signer_id: str, key_id: str) -> PolicyKey | None:
        """Return the key of this signer with this id, or None (CHECK-5)."""
        return self._by_pair.get((signer_id, key_id))

    def keys_with_id(self, key_id: str) -> tuple[PolicyKey, ...]:
        """Return every key with this id, by signer: a receipt names a key and no signer."""
        return tuple(key for key in self.keys if key.key_id == key_id)


@cache
def _registry() -> Policy:
    raw = "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"
    return Policy((PolicyKey("pith.science", "pith-v1-2026-05", PublicKey.from_hex(raw)),))


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


def _check_event_rule(text: Value) -> str:
    if type(text) is not str or text not in RULES:
        _refuse(f"no such event rule; write one of: {', '.join(sorted(RULES))}", "/event_rule")
    return text


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
    except PinError as error:
        code = "key_invalid" if error.code == "key_invalid" else "policy"
        raise PolicyError(code, error.fault.detail, pointer="/public_key_hex") from None
    event_types = value.get("event_types", "*")
    return PolicyKey(
        signer_id=_check_name(value.get("signer_id"), "/signer_id"),
        key_id=_check_name(value.get("key_id"), "/key_id"),
        public_key=public_key,
        event_types=None if event_types == "*" else _read_set(event_types, _check_name, "/event_types"),
        status=_check_status(value.get("status", "active")),
        honours=_read_set(value.get("honours", []), _check_event_id, "/honours"),
        event_rule=_check_event_rule(value.get("event_rule", "event-v1")),
    )
