"""The line of a record in a tree of digests (spec MIRROR-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from pithbundle.errors import DigestError
from pithbundle.record_digests import RecordDigests

#: Hex digits of the digest of a record.
DIGEST_DIGITS: Final = 32
#: Bytes of a leaf line with its line feed: a suffix, a space, a digest.
LINE_BYTES: Final = 26 + 1 + DIGEST_DIGITS + 1

_LEAF: Final = re.compile(rb"([A-Z2-7]{26}) ([0-9a-f]{32})")


class LeafLine(NamedTuple):
    """The suffix of a record, and the digest of what a mirror has of it (MIRROR-1). Lines sort by suffix."""

    #: Of the record, 26 characters.
    suffix: str
    #: 32 lower-case hex digits.
    digest: str

    def to_bytes(self) -> bytes:
        """Return the line with its line feed."""
        return f"{self.suffix} {self.digest}\n".encode("ascii")


def leaf_digest(canonical: str, events: str, state: str, unverified: str) -> str:
    """Return the digest of a record: the first 32 hex digits of SHA-256 over four digests (MIRROR-1).

    Args:
        canonical: the canonical hash, 64 hex digits as the other three.
        events: ``events_sha256``.
        state: ``state_sha256``.
        unverified: ``unverified_sha256``.

    Raises:
        ValueError: one of them is not 32 bytes in hex.
    """
    parts = [bytes.fromhex(each) for each in (canonical, events, state, unverified)]
    if any(len(part) != 32 for part in parts):
        raise ValueError("a digest is 32 bytes in hex")
    return _digest_of(b"".join(parts))


def _digest_of(raw: bytes) -> str:
    return sha256(raw).hexdigest()[:DIGEST_DIGITS]


def lines_of_digests(lines: Iterable[bytes]) -> Iterator[LeafLine]:
    """Read the lines of ``digests.txt`` and return the leaf line of each (MIRROR-1, RECOMP-5).

    Args:
        lines: with their line feeds, as a binary file returns them.

    Raises:
        DigestError: ``digest_invalid``: a line is not in its form, or out of order.
    """
    last = ""
    for number, line in enumerate(lines, 1):
        found = RecordDigests.from_bytes(line)
        if found is None:
            raise DigestError("digest_invalid", f"line {number} is not one of digests.txt", clause="RECOMP-5")
        suffix, *digests = found
        if suffix <= last:
            raise DigestError(
                "digest_invalid", f"line {number} is not after the line before", clause="RECOMP-5"
            )
        last = suffix
        yield LeafLine(suffix, leaf_digest(*digests))


def parse_line(line: bytes) -> LeafLine | None:
    """Return what a leaf line contains, without its line feed; None where it is not in its form."""
    found = _LEAF.fullmatch(line)
    return None if found is None else LeafLine(found[1].decode("ascii"), found[2].decode("ascii"))
