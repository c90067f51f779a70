"""Blocks of the chain that are known by their hashes: a table, and what the user names (spec EVID-13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Final

from pithbundle.brief import brief
from pithbundle.errors import EvidenceError
from pithbundle.evidence.difficulty import EPOCH
from pithbundle.evidence.epoch_ends import EPOCH_ENDS

#: The most hashes of a table: of some 190 years.
MOST_HASHES: Final = 5_000

_LINE: Final = re.compile(rb"[0-9a-f]{64}").fullmatch
_BLOCK: Final = re.compile(r"(0|[1-9][0-9]{0,9}):([0-9a-f]{64})").fullmatch
#: A height in an attestation is below this one (EVID-5).
_HEIGHTS: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class Block:
    """One block by its height and hash (EVID-13)."""

    #: The number of blocks before it.
    height: int
    #: The 32 bytes of the hash of its header, in the order in which headers contain it.
    digest: bytes

    @classmethod
    def from_text(cls, text: str) -> Block:
        """Read ``HEIGHT:HASH``, the hash in the hex that explorers and nodes print.

        Raises:
            EvidenceError: ``headers_invalid``: it is not in that form.
        """
        found = _BLOCK(text)
        if found is None or int(found[1]) >= _HEIGHTS:
            detail = f"{text}: a block is HEIGHT:HASH, a number and 64 lower-case hex digits"
            raise EvidenceError("headers_invalid", detail, clause="EVID-13")
        return cls(int(found[1]), bytes.fromhex(found[2])[::-1])

    @property
    def hex(self) -> str:
        """The hash as explorers and nodes print it: its bytes in reverse order."""
        return self.digest[::-1].hex()

    def __str__(self) -> str:
        """``HEIGHT:HASH``."""
        return f"{self.height}:{self.hex}"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A table of the hashes of the last header of each epoch (EVID-13)."""

    #: The hash of the header of the height 2,015, and of every 2,016th after it.
    digests: tuple[bytes, ...]

    __repr__ = brief

    @classmethod
    def shipped(cls) -> Checkpoints:
        """Return the table that is part of this package."""
        return _shipped()

    @classmethod
    def from_bytes(cls, data: bytes) -> Checkpoints:
        """Read a table: one hash a line, in the hex that explorers and nodes print.

        Raises:
            EvidenceError: ``headers_invalid``: it is not in that form, or has more than 5,000 lines.
        """
        lines = data.split(b"\n", MOST_HASHES + 1)
        if lines.pop() or not 0 < len(lines) <= MOST_HASHES:
            detail = f"a table has from 1 to {MOST_HASHES} lines, each with a line feed at its end"
            raise EvidenceError("headers_invalid", detail, clause="EVID-13")
        for number, line in enumerate(lines, 1):
            if _LINE(line) is None:
                detail = f"line {number} of the table: a hash is 64 lower-case hex digits"
                raise EvidenceError("headers_invalid", detail, clause="EVID-13")
        return cls(tuple(bytes.fromhex(line.decode())[::-1] for line in lines))

    def to_bytes(self) -> bytes:
        """Return the file of the table."""
        return b"".join(b"%s\n" % digest[::-1].hex().encode() for digest in self.digests)

    @property
    def sha256(self) -> str:
        """The SHA-256 of its file, which says by which table something was checked."""
        return sha256(self.to_bytes()).hexdigest()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Its hashes, each with its height."""
        return tuple(Block(EPOCH * at - 1, digest) for at, digest in enumerate(self.digests, 1))


@cache
def _shipped() -> Checkpoints:
    return Checkpoints(tuple(bytes.fromhex("0" * 8 + digits)[::-1] for digits in EPOCH_ENDS.split()))
