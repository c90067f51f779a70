"""The head of a mirror's digests, and its signature (spec MIRROR-4, MIRROR-6)."""

from __future__ import annotations

import re
from binascii import b2a_base64
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias

from pithbundle.digests.tree import Tree, depth_of, is_name
from pithbundle.ed25519.strict import SIGNATURE_BYTES, PublicKey
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.spellings import base64_bytes
from pithbundle.encoding.timestamps import is_submitted_at
from pithbundle.encoding.values import MAX_INTEGER, Object, Value
from pithbundle.errors import DigestError, InputError, InvalidKeyError

#: The name of the file of a head (MIRROR-4).
HEAD_FILE: Final = "head.json"
#: The name of the file of the next head, while a store is published to a plain file server (MIRROR-17).
NEXT_FILE: Final = "next.json"
HEAD_TYPE: Final = "pithbundle_mirror_head"
HEAD_VERSION: Final = "1"
#: Bytes of a head at most (MIRROR-4).
HEAD_BYTES: Final = 4096
#: What precedes the signed content in the message of a signature.
CONTEXT: Final = b"pithbundle mirror head v1\n"

#: What a reader who pinned a key knows of a head. ``other_key`` and ``unsigned`` are no faults (MIRROR-6).
SignatureStatus: TypeAlias = Literal["signed", "unsigned", "other_key", "invalid"]

_LIMITS: Final = Limits(size=HEAD_BYTES)
_ORIGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?").fullmatch
_RULES: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?").fullmatch
_ARCHIVE: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*pith-archive\.json").fullmatch
_ARCHIVE_CHARACTERS: Final = 256
_REQUIRED: Final = frozenset(
    {
        "head_type", "head_version", "origin", "rules", "policy_sha256", "generation", "generated_at",
        "records", "events", "depth", "root",
    }
)  # fmt: skip
_OPTIONAL: Final = frozenset({"previous", "delta", "archive", "signature"})


def is_origin(text: str) -> bool:
    """Whether a text is the name of a mirror (MIRROR-4)."""
    return _ORIGIN(text) is not None


def is_archive_path(text: str) -> bool:
    """Whether a text is a path of ``pith-archive.json`` as a head states it (MIRROR-4)."""
    # A segment that is all dots does not match; one that begins with a dot does not either.
    return len(text) <= _ARCHIVE_CHARACTERS and _ARCHIVE(text) is not None


@dataclass(frozen=True, slots=True)
class HeadSignature:
    """A signature as a head contains it (MIRROR-6). The key is a claim: only a pinned one counts."""

    #: The key as the head states it.
    public_key: PublicKey
    #: 64 raw bytes.
    signature: bytes

    def to_value(self) -> Object:
        """Return it as JSON."""
        text = b2a_base64(self.signature, newline=False).decode("ascii")
        return {"public_key_hex": self.public_key.hex, "signature_b64": text}


@dataclass(frozen=True, slots=True)
class Head:
    """What a mirror states of one generation of its digests (MIRROR-4). It is a claim of the mirror.

    Raises:
        DigestError: ``digest_invalid``: a member is not what MIRROR-4 requires.
    """

    #: The name of the mirror.
    origin: str
    #: The name of the merge rules.
    rules: str
    #: The SHA-256 of the policy, in hex.
    policy_sha256: str
    #: 1 for the first head of a mirror, one more for each that follows.
    generation: int
    #: When it was made, ``YYYY-MM-DDTHH:MM:SSZ``, by the clock of the mirror.
    generated_at: str
    #: The number of records, which are the leaf lines of the tree.
    records: int
    #: The number of valid events of all records.
    events: int
    #: The name of the root of the tree.
    root: str
    #: :attr:`sha256` of the head before; None for the first one.
    previous: str | None = None
    #: The name of the delta against the generation before, where there is one.
    delta: str | None = None
    #: The path of ``pith-archive.json`` below the mirror's own, where there is one.
    archive: str | None = None
    #: Unchecked where the head was read: :meth:`signature_status` checks it.
    signature: HeadSignature | None = None

    def __post_init__(self) -> None:
        _require("origin", is_origin(self.origin))
        _require("rules", _RULES(self.rules) is not None)
        for name in ("policy_sha256", "root"):
            _require(name, is_name(getattr(self, name)))
        _require("generation", 1 <= self.generation <= MAX_INTEGER)
        _require("generated_at", is_submitted_at(self.generated_at))
        _require("records", 0 <= self.records <= MAX_INTEGER)
        _require("events", 0 <= self.events <= MAX_INTEGER)
        _require("previous", (self.previous is None) == (self.generation == 1))
        for name in ("previous", "delta"):
            _require(name, getattr(self, name) is None or is_name(getattr(self, name)))
        _require("delta", self.delta is None or self.previous is not None)
        _require("archive", self.archive is None or is_archive_path(self.archive))

    @property
    def depth(self) -> int:
        """The depth of the tree, which follows from the number of records (MIRROR-2)."""
        return depth_of(self.records)

    @property
    def tree(self) -> Tree:
        """The tree that it names."""
        return Tree(self.root, self.depth, self.records)

    @property
    def content(self) -> bytes:
        """The canonical bytes without the signature: what is signed, and what identifies the head."""
        return encode_canonical(self._members())

    @property
    def sha256(self) -> str:
        """The SHA-256 of :attr:`content` in hex; ``previous`` of the next head."""
        return sha256(self.content).hexdigest()

    @property
    def message(self) -> bytes:
        """The message that a signature signs (MIRROR-6)."""
        return CONTEXT + self.content

    def to_bytes(self) -> bytes:
        """Return the file."""
        members = self._members()
        if self.signature is not None:
            members["signature"] = self.signature.to_value()
        return encode_canonical(members)

    def signed(self, key: PublicKey, signature: bytes) -> Head:
        """Return the head with a signature that was made elsewhere (MIRROR-6).

        Args:
            key: the key of the mirror.
            signature: 64 raw bytes.

        Raises:
            DigestError: ``signature_invalid``: it is not one of :attr:`message` under the key.
        """
        if not key.verify(self.message, signature):
            raise DigestError(
                "signature_invalid", "not a signature of this head under this key", clause="MIRROR-6"
            )
        return replace(self, signature=HeadSignature(key, bytes(signature)))

    def signature_status(self, pinned: PublicKey) -> SignatureStatus:
        """Return what a reader knows who pinned a key for this mirror (MIRROR-6)."""
        if self.signature is None:
            return "unsigned"
        if self.signature.public_key != pinned:
            return "other_key"
        return "signed" if pinned.verify(self.message, self.signature.signature) else "invalid"

    def _members(self) -> Object:
        members: Object = {
            "head_type": HEAD_TYPE,
            "head_version": HEAD_VERSION,
            "origin": self.origin,
            "rules": self.rules,
            "policy_sha256": self.policy_sha256,
            "generation": self.generation,
            "generated_at": self.generated_at,
            "records": self.records,
            "events": self.events,
            "depth": self.depth,
            "root": self.root,
        }
        for name in ("previous", "delta", "archive"):
            if getattr(self, name) is not None:
                members[name] = getattr(self, name)
        return members

    @classmethod
    def from_bytes(cls, data: bytes) -> Head:
        """Read a head strictly; its signature is not checked.

        Raises:
            DigestError: ``version``: it is of another version. ``digest_invalid``: it is not in the form
                of MIRROR-4, or not in its canonical bytes.
        """
        try:
            value = parse_json(data, _LIMITS)
        except InputError as error:
            fault = error.fault
            raise DigestError(
                "digest_invalid", f"{HEAD_FILE}: {fault.message}", pointer=fault.pointer, offset=fault.offset,
                clause="MIRROR-4",
            ) from error  # fmt: skip
        if type(value) is not dict or value.get("head_type") != HEAD_TYPE:
            raise _error("/head_type", f'head_type must be "{HEAD_TYPE}"')
        if value.get("head_version") != HEAD_VERSION:
            detail = f'{HEAD_FILE}: head_version must be "{HEAD_VERSION}"'
            raise DigestError("version", detail, pointer="/head_version", clause="MIRROR-4")
        if not _REQUIRED <= value.keys() <= _REQUIRED | _OPTIONAL:
            raise _error("", "a head has the members of MIRROR-4 and no others")
        head = cls(**_typed(value), signature=_signature(value.get("signature")))
        _require("depth", value["depth"] == head.depth and type(value["depth"]) is int)
        if head.to_bytes() != data:
            raise _error("", "the bytes are not the canonical ones of the same members")
        return head


def _typed(value: Object) -> dict[str, Any]:
    """The members as arguments of :class:`Head`, each of its type."""
    found: dict[str, Any] = {}
    for name in sorted(value.keys() - {"head_type", "head_version", "depth", "signature"}):
        expected = int if name in ("generation", "records", "events") else str
        _require(name, type(value[name]) is expected)
        found[name] = value[name]
    return found


def _signature(value: Value) -> HeadSignature | None:
    if value is None:
        return None
    if type(value) is not dict or value.keys() != {"public_key_hex", "signature_b64"}:
        raise _error(
            "/signature", "a signature has the members public_key_hex and signature_b64 and no others"
        )
    key, text = value["public_key_hex"], value["signature_b64"]
    raw = base64_bytes(text, SIGNATURE_BYTES) if type(text) is str else None
    if raw is None:
        raise _error("/signature/signature_b64", "signature_b64 must be the base64 of 64 bytes")
    if type(key) is not str:
        raise _error("/signature/public_key_hex", "public_key_hex must be a string")
    try:
        return HeadSignature(PublicKey.from_hex(key), raw)
    except InvalidKeyError as error:
        raise _error("/signature/public_key_hex", error.fault.message) from error


def _require(name: str, sound: bool) -> None:
    if not sound:
        raise _error(f"/{name}", f"{name} is not what MIRROR-4 requires")


def _error(pointer: str, detail: str) -> DigestError:
    return DigestError("digest_invalid", f"{HEAD_FILE}: {detail}", pointer=pointer, clause="MIRROR-4")
