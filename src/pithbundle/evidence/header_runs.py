"""One file of block headers: its links, its proof of work, its targets (spec EVID-8 to EVID-10).

A chain has some million headers, so a header is no object: 80 bytes of the file, read where they are
needed. What is kept of a run are its two ends, where its target changes, and where the hashes are that
join runs with each other and with known blocks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Mapping
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final

from pithbundle.errors import EvidenceError, Fault
from pithbundle.evidence.difficulty import target_of, work_of

#: The bytes of a header: version, hash before, Merkle root, time, target, nonce.
HEADER_BYTES: Final = 80
#: The most headers of one file: of some 38 years.
MOST_HEADERS: Final = 2_000_000

_WHOLE: Final = Struct("80s")


def header_hash(header: bytes) -> bytes:
    """Return the hash of a header, in the order in which the next header contains it."""
    return sha256(sha256(header).digest()).digest()


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Headers that each contain the hash of the one before and have the proof of work of their targets."""

    data: bytes
    #: The hash of the last header.
    last: bytes
    #: The indexes at which the target changes, and the compact form from each on (EVID-9).
    starts: tuple[int, ...]
    bits: tuple[int, ...]
    #: The work of all headers before each of these indexes.
    works: tuple[int, ...]
    #: The indexes of the hashes that were looked for.
    found: Mapping[bytes, int]

    @property
    def count(self) -> int:
        """The number of headers."""
        return len(self.data) // HEADER_BYTES

    @property
    def previous(self) -> bytes:
        """The hash that the first header says is before it."""
        return self.data[4:36]

    def header(self, index: int) -> bytes:
        """The 80 bytes of one header."""
        return self.data[HEADER_BYTES * index : HEADER_BYTES * (index + 1)]

    def time(self, index: int) -> int:
        """The time that a header states, in seconds since 1970."""
        at = HEADER_BYTES * index
        return int.from_bytes(self.data[at + 68 : at + 72], "little")

    def bits_at(self, index: int) -> int:
        """The compact form of the target of a header."""
        return self.bits[bisect_right(self.starts, index) - 1]

    def work_to(self, index: int) -> int:
        """The work of the headers from the first to this one."""
        at = bisect_right(self.starts, index) - 1
        return self.works[at] + (index + 1 - self.starts[at]) * _work(self.bits[at])


def read_run(data: bytes, wanted: Container[bytes], limit: int) -> Run:
    """Read headers that follow each other.

    Args:
        data: the headers, 80 bytes each.
        wanted: the hashes of which the run keeps the index.
        limit: the greatest target of the network.

    Raises:
        EvidenceError: ``headers_invalid``: they are no whole headers, or too many (EVID-8), a target is none
            or a header has too little work for its own (EVID-9), or one does not follow the one before it
            (EVID-10).
    """
    count = _counted(len(data))
    previous = data[4:36]
    bits = target = b""
    starts: list[int] = []
    found: dict[bytes, int] = {}
    for index, (header,) in enumerate(_WHOLE.iter_unpack(data)):
        if header[4:36] != previous:
            raise header_error(index, "EVID-10", "it does not contain the hash of the header before it")
        if header[72:76] != bits:
            bits = header[72:76]
            target = _target(index, bits, limit)
            starts.append(index)
        previous = sha256(sha256(header).digest()).digest()
        # Numbers of one width compare as their bytes from the highest on.
        if previous[::-1] > target:
            raise header_error(index, "EVID-9", "its hash is above its target: it has no proof of work")
        if previous in wanted:
            found[previous] = index
    of_starts = tuple(_bits(data, index) for index in starts)
    works = [0]
    for at, end in enumerate((*starts, count)[1:]):
        works.append(works[-1] + (end - starts[at]) * _work(of_starts[at]))
    return Run(data, previous, tuple(starts), of_starts, tuple(works[:-1]), found)


def header_error(index: int, clause: str, reason: str) -> EvidenceError:
    """Return the error of one header of a file: its index, then the reason."""
    detail = f"header {index} of the file: {reason}"
    return EvidenceError("headers_invalid", detail, offset=HEADER_BYTES * index, clause=clause)


def _counted(size: int) -> int:
    count, rest = divmod(size, HEADER_BYTES)
    if rest or not count:
        detail = f"{size} bytes are not one or more headers of {HEADER_BYTES} bytes"
        raise EvidenceError("headers_invalid", detail, clause="EVID-8")
    if count > MOST_HEADERS:
        detail = f"{count} headers, the limit is {MOST_HEADERS}"
        raise EvidenceError.of(
            Fault("headers_invalid", detail, ruled_by="EVID-8", limit=MOST_HEADERS, found=count)
        )
    return count


def _target(index: int, bits: bytes, limit: int) -> bytes:
    target = target_of(int.from_bytes(bits, "little"))
    if target is None or target > limit:
        raise header_error(index, "EVID-9", "its target is none, or above the limit of the network")
    return target.to_bytes(32, "big")


def _bits(data: bytes, index: int) -> int:
    at = HEADER_BYTES * index
    return int.from_bytes(data[at + 72 : at + 76], "little")


def _work(bits: int) -> int:
    # The target was read before, so that it is one.
    return work_of(target_of(bits) or 0)
