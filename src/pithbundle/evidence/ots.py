"""The strict reader of timestamp proofs in the format of OpenTimestamps (spec EVID-2 to EVID-7).

A proof is a tree: operations on a digest lead to messages, and attestations say where a message was
recorded. The reader computes the messages while it reads, with a stack in place of recursion, so that no
input costs more than the bounds of EVID-6 allow. It says nothing about what the attestations are worth.

The tree is kept as the sequence in which the file has it, each step with its depth: whatever is done with
it needs no recursion either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.errors import EvidenceError, Fault
from pithbundle.evidence.ripemd160 import ripemd160

#: The bytes of a proof at most; the following are bounds of EVID-6, too.
PROOF_BYTES: Final = 65_536
#: The operations and attestations of a proof at most.
NODES: Final = 10_000
#: The messages on one way through the tree at most: the digest, and one for each operation.
DEPTH: Final = 256
#: The bytes of a message at most.
MESSAGE_BYTES: Final = 4_096
#: The bytes of all messages together of which a proof takes the RIPEMD-160, which is slow without hashlib.
RIPEMD160_BYTES: Final = 8_192
#: The bytes of what an attestation contains at most, and of the URI of a calendar.
PAYLOAD_BYTES: Final = 8_192
URI_BYTES: Final = 1_000
#: Numbers, so lengths and heights, are below this one (EVID-4).
NUMBERS: Final = 1 << 32

MAGIC: Final = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
VERSION: Final = 1

#: What an attestation is about (EVID-5).
AttestationKind: TypeAlias = Literal["bitcoin", "pending", "litecoin", "ethereum", "unknown"]
#: The name of a hash function (EVID-3).
HashName: TypeAlias = Literal["sha1", "ripemd160", "sha256", "keccak256"]
#: The name of an operation (EVID-3).
OperationName: TypeAlias = Literal[
    "sha1", "ripemd160", "sha256", "keccak256", "append", "prepend", "reverse", "hexlify"
]

#: By its tag, the name and the length of each hash function.
_HASHES: Final[dict[int, tuple[HashName, int]]] = {
    0x02: ("sha1", 20),
    0x03: ("ripemd160", 20),
    0x08: ("sha256", 32),
    0x67: ("keccak256", 32),
}
_APPEND, _PREPEND, _REVERSE, _HEXLIFY = 0xF0, 0xF1, 0xF2, 0xF3
#: The tag of each operation.
TAGS: Final[dict[OperationName, int]] = {
    **{name: tag for tag, (name, _) in _HASHES.items()},
    "append": _APPEND,
    "prepend": _PREPEND,
    "reverse": _REVERSE,
    "hexlify": _HEXLIFY,
}
#: What is before each branch of a message but the last, and before an attestation.
FORK, ATTESTATION = 0xFF, 0x00
_TAG_BYTES: Final = 8
_KINDS: Final[dict[bytes, AttestationKind]] = {
    bytes.fromhex("0588960d73d71901"): "bitcoin",
    bytes.fromhex("83dfe30d2ef90c8e"): "pending",
    bytes.fromhex("06869a0d73d71b45"): "litecoin",
    bytes.fromhex("30fe8087b5c7ead7"): "ethereum",
}
_URI: Final = re.compile(rb"[A-Za-z0-9._/:-]*").fullmatch


@dataclass(frozen=True, slots=True)
class Attestation:
    """One attestation of a proof, and the message that it is about (EVID-5)."""

    #: What it is about.
    kind: AttestationKind
    #: The message, or None behind an operation that is not computed (EVID-3).
    message: bytes | None
    #: The height that it names, of ``bitcoin``, ``litecoin`` and ``ethereum``.
    height: int | None
    #: The calendar that it names, of ``pending``.
    uri: str | None
    #: The 8 bytes that say what it is.
    tag: bytes
    #: What it contains.
    payload: bytes

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a message (EVID-3)."""

    #: What it does.
    name: OperationName
    #: What it adds, of ``append`` and ``prepend``; empty otherwise.
    argument: bytes = b""

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Step:
    """One branch of a timestamp, with its place in the tree."""

    #: The operations on the way to the message that has the branch.
    depth: int
    #: An operation, which the steps of its result follow, or an attestation.
    branch: Operation | Attestation

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Proof:
    """A timestamp proof: the digest that it is of, and its tree (EVID-2, EVID-7)."""

    #: The function by which the digest was made.
    hash_name: HashName
    #: The digest of what was timestamped.
    digest: bytes
    #: Every operation and attestation, in their order.
    steps: tuple[Step, ...]

    __repr__ = brief

    @property
    def attestations(self) -> tuple[Attestation, ...]:
        """Every attestation in their order, at least one (EVID-7)."""
        return tuple(step.branch for step in self.steps if isinstance(step.branch, Attestation))

    @classmethod
    def from_bytes(cls, data: bytes) -> Proof:
        """Read the bytes of an .ots file.

        Raises:
            EvidenceError: ``version``: it is of another version (EVID-2). ``ots_invalid``: it is not in the
                form of EVID-2 to EVID-5, or over a bound of EVID-6.
        """
        if len(data) > PROOF_BYTES:
            raise _over("bytes", PROOF_BYTES, None, len(data))
        reader = _Reader(data)
        if reader.take(len(MAGIC)) != MAGIC:
            raise _error(0, "EVID-2", "it does not begin as a detached timestamp proof of OpenTimestamps")
        version = reader.byte()
        if version != VERSION:
            detail = f"the version is {version}, and this reader knows {VERSION}"
            raise EvidenceError("version", detail, offset=len(MAGIC))
        tag = reader.byte()
        if tag not in _HASHES:
            raise _error(reader.at - 1, "EVID-2", f"0x{tag:02x} is no hash function of a file")
        name, length = _HASHES[tag]
        digest = reader.take(length)
        return cls(name, digest, _read_timestamp(reader, digest))


def read_answer(data: bytes, commitment: bytes) -> tuple[Step, ...]:
    """Read what a calendar answers: a timestamp of the message that the calendar was given (OTS-3).

    Args:
        data: the answer.
        commitment: that message, which the answer does not contain.

    Raises:
        EvidenceError: ``ots_invalid``: it is not in the form of EVID-3 to EVID-5, or over a bound of EVID-6.
    """
    if len(data) > PROOF_BYTES:
        raise _over("bytes", PROOF_BYTES, None, len(data))
    if data.startswith(MAGIC):
        raise _error(0, "OTS-3", "it is a whole proof; what a calendar answers has no head")
    return _read_timestamp(_Reader(data), commitment)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, or where an operation before it is not computed its length alone."""

    size: int
    value: bytes | None
    #: How many messages lead to it, itself included.
    depth: int


class _Reader:
    """The bytes of a proof, and how far they were read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        #: The bytes of which the RIPEMD-160 was computed so far.
        self.ripemd160 = 0

    @property
    def rest(self) -> int:
        """The number of bytes that were not read."""
        return len(self._data) - self.at

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes."""
        end = self.at + count
        if end > len(self._data):
            raise _error(len(self._data), "EVID-2", "the proof ends early")
        taken = self._data[self.at : end]
        self.at = end
        return taken

    def byte(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """Return the next number, which must be in its shortest form (EVID-4)."""
        start, value, shift = self.at, 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if value >= NUMBERS:
                raise _error(start, "EVID-4", f"a number is not below {NUMBERS}")
            if byte < 0x80:
                break
            shift += 7
            if shift > 28:
                raise _error(start, "EVID-4", "a number has more than five bytes")
        if shift and byte == 0:
            raise _error(start, "EVID-4", "a number is not in its shortest form")
        return value

    def counted(self, least: int, most: int, what: str) -> bytes:
        """Return the bytes whose number is given before them."""
        start = self.at
        count = self.number()
        if count > most:
            raise _over(f"bytes in {what}", most, start, count)
        if count < least:
            raise _error(start, "EVID-3", f"{what} is empty")
        return self.take(count)


def _read_timestamp(reader: _Reader, digest: bytes) -> tuple[Step, ...]:
    """Read the timestamp of a message, which is the rest of the bytes."""
    found: list[Step] = []
    # Where a branch ends, that of the last of these messages goes on.
    waiting = [_Message(len(digest), digest, 1)]
    nodes = 0
    while waiting:
        message = waiting.pop()
        while True:
            start, tag = reader.at, reader.byte()
            if tag == FORK:
                waiting.append(message)
                start, tag = reader.at, reader.byte()
            nodes += 1
            if nodes > NODES:
                raise _over("operations and attestations", NODES, start)
            depth = message.depth - 1
            if tag == ATTESTATION:
                found.append(Step(depth, _read_attestation(reader, message)))
                break
            operation, message = _apply(reader, start, tag, message)
            found.append(Step(depth, operation))
    if reader.rest:
        raise _error(reader.at, "EVID-2", f"{reader.rest} bytes follow the end of the proof")
    return tuple(found)


def _read_attestation(reader: _Reader, message: _Message) -> Attestation:
    tag = reader.take(_TAG_BYTES)
    start = reader.at
    payload = reader.counted(0, PAYLOAD_BYTES, "an attestation")
    kind = _KINDS.get(tag, "unknown")
    height = uri = None
    inner = _Reader(payload)
    try:
        if kind == "pending":
            uri = _uri(inner)
        elif kind != "unknown":
            height = inner.number()
    except EvidenceError as error:
        raise _error(start, error.clause, f"in an attestation: {error.fault.detail}") from error
    if kind != "unknown" and inner.at != len(payload):
        raise _error(start, "EVID-5", "an attestation has more bytes than its kind")
    return Attestation(kind, message.value, height, uri, tag, payload)


def _uri(reader: _Reader) -> str:
    raw = reader.counted(0, URI_BYTES, "the URI of a calendar")
    if _URI(raw) is None:
        raise _error(0, "EVID-5", "the URI of a calendar has a character that it may not have")
    return raw.decode("ascii")


def _apply(reader: _Reader, start: int, tag: int, message: _Message) -> tuple[Operation, _Message]:
    """Read the rest of one operation, and return it with its result (EVID-3)."""
    value, depth = message.value, message.depth + 1
    if depth > DEPTH:
        raise _over("messages on one way", DEPTH, start)
    if tag in _HASHES:
        name, size = _HASHES[tag]
        if name == "ripemd160":
            reader.ripemd160 += message.size
            if reader.ripemd160 > RIPEMD160_BYTES:
                raise _over("bytes in messages of RIPEMD-160", RIPEMD160_BYTES, start)
        return Operation(name), _Message(size, None if value is None else _hash(name, value), depth)
    if tag in (_APPEND, _PREPEND):
        added = reader.counted(1, MESSAGE_BYTES, "what is added to a message")
        operation = Operation("append" if tag == _APPEND else "prepend", added)
        size = message.size + len(added)
        made = value and (value + added if tag == _APPEND else added + value)
    elif tag == _REVERSE:
        operation, size, made = Operation("reverse"), message.size, value and value[::-1]
    elif tag == _HEXLIFY:
        operation, size, made = Operation("hexlify"), 2 * message.size, value and value.hex().encode()
    else:
        raise _error(start, "EVID-3", f"0x{tag:02x} is no operation")
    if size > MESSAGE_BYTES:
        raise _over("bytes in a message", MESSAGE_BYTES, start, size)
    return operation, _Message(size, made, depth)


def _hash(name: HashName, message: bytes) -> bytes | None:
    if name == "sha256":
        return sha256(message).digest()
    if name == "sha1":
        return sha1(message, usedforsecurity=False).digest()
    if name == "ripemd160":
        return ripemd160(message)
    # Only proofs of Ethereum use Keccak, and their attestations are not checked.
    return None


def _error(offset: int, clause: str, detail: str) -> EvidenceError:
    return EvidenceError("ots_invalid", detail, offset=offset, clause=clause)


def _over(what: str, limit: int, offset: int | None, found: int | None = None) -> EvidenceError:
    """Return the error of a bound of EVID-6."""
    detail = f"more than {limit} {what}" if found is None else f"{found} {what}, the limit is {limit}"
    return EvidenceError.of(Fault("ots_invalid", detail, None, offset, "EVID-6", limit=limit, found=found))
