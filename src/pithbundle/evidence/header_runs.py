"""One file of block headers: its links, its proof of work, its targets (spec EVID-8 to EVID-10).

A chain has some million headers, so a header is no object: 80 bytes of the file, read where they are
needed. What is kept of a run are its two ends, where its target changes, and where the hashes are that
join runs with each other and with known blocks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
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
_BEFORE: Final = Struct("4x32s44x")
#: The headers of a part: an epoch from its first header on is sixteen of them.
_PART: Final = 126


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


def read_run(data: bytes, wanted: AbstractSet[bytes], limit: int) -> Run:
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
    reading = _Reading(data[4:36], wanted, limit)
    for first in range(0, count, _PART):
        reading.read(first, data[HEADER_BYTES * first : HEADER_BYTES * (first + _PART)])
    starts = reading.starts
    of_starts = tuple(_bits(data, index) for index in starts)
    works = [0]
    for at, end in enumerate((*starts, count)[1:]):
        works.append(works[-1] + (end - starts[at]) * _work(of_starts[at]))
    return Run(data, reading.previous, tuple(starts), of_starts, tuple(works[:-1]), reading.found)


class _Reading:
    """How far the headers of a file were read.

    They are read in parts. A part is plain, as most are, if every header follows the one before it, has the
    same target and the work for it, and is not looked for: a few operations on the whole part find that.
    Every other part is read header by header, which finds the first fault.
    """

    def __init__(self, previous: bytes, wanted: AbstractSet[bytes], limit: int) -> None:
        self.previous = previous
        self.starts: list[int] = []
        self.found: dict[bytes, int] = {}
        self._wanted, self._limit = wanted, limit
        self._bits = self._target = b""

    def read(self, first: int, part: bytes) -> None:
        """Read the headers from the index ``first`` on."""
        hashes = [sha256(sha256(header).digest()).digest() for (header,) in _WHOLE.iter_unpack(part)]
        if not self._is_plain(part, hashes):
            self._read_each(first, part, hashes)
        self.previous = hashes[-1]

    def _is_plain(self, part: bytes, hashes: list[bytes]) -> bool:
        size = HEADER_BYTES
        return (
            all(part[72 + at :: size] == self._bits[at : at + 1] * len(hashes) for at in range(4))
            and [before for (before,) in _BEFORE.iter_unpack(part)] == [self.previous, *hashes[:-1]]
            # Numbers of one width compare as their bytes from the highest on.
            and max([digest[::-1] for digest in hashes]) <= self._target
            and self._wanted.isdisjoint(hashes)
        )

    def _read_each(self, first: int, part: bytes, hashes: list[bytes]) -> None:
        previous = self.previous
        for index, ((header,), digest) in enumerate(
            zip(_WHOLE.iter_unpack(part), hashes, strict=True), first
        ):
            if header[4:36] != previous:
                raise header_error(index, "EVID-10", "it does not contain the hash of the header before it")
            if header[72:76] != self._bits:
                self._bits = header[72:76]
                self._target = _target(index, self._bits, self._limit)
                self.starts.append(index)
            if digest[::-1] > self._target:
                raise header_error(index, "EVID-9", "its hash is above its target: it has no proof of work")
            if digest in self._wanted:
                self.found[digest] = index
            previous = digest


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
