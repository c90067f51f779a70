"""The results of units on a disk, grouped and merged by suffix (spec RECOMP-1).

Nothing is held in memory for a record. For a unit its extent in the file and its range of suffixes are.
Units whose ranges overlap form a group; most groups are one unit, whose rows need not be read at all.
Within a group, units whose ranges do not overlap form a chain, of which one unit is read at a time. The
frames of one sorted archive are one chain, so few chains are merged. Where there are more than can be
open at once, as of packs whose lines are in no order, chains are merged into one on the disk first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from struct import Struct
from typing import Final, NamedTuple, Self

from pithbundle.archive.borders import MAX_BYTES, MAX_LINES
from pithbundle.durable import Folder, OutputFile
from pithbundle.errors import ArchiveError
from pithbundle.recompute.journal import Extent, Journal
from pithbundle.recompute.result import RecordResult, UnitResult, result_of

#: The file of the results.
UNITS: Final = "units.bin"
#: The most chains that are merged at once; each has one unit in memory.
FAN_IN: Final = 64
#: How many results and how many bytes of them are noted in the journal together (RECOMP-9).
BATCH_UNITS: Final = 32
BATCH_BYTES: Final = 1 << 23
_DIGEST: Final = 32
_SUFFIX: Final = 26
#: First suffix, offset, last suffix, length, digest, source, and whether the rows are plain.
_REF: Final = Struct(">26sQ26sQ32sq?")
_LAST: Final = _SUFFIX + 8


class UnitRef(bytes):
    """Where the block of a unit is in the file, in 109 bytes: a registry has a hundred thousand units.

    The order of the bytes is that of the first suffix, then of the offset.
    """

    __slots__ = ()

    @classmethod
    def of(cls, result: UnitResult, extent: Extent, source: int) -> Self:
        """Where a result with rows is; ``source`` is as :attr:`source`."""
        ends = result.first.encode("ascii"), result.last.encode("ascii")
        return cls(
            _REF.pack(ends[0], extent.offset, ends[1], extent.length, extent.digest, source, result.is_plain)
        )

    @property
    def first(self) -> str:
        """The first suffix."""
        return self[:_SUFFIX].decode("ascii")

    @property
    def last(self) -> str:
        """The last suffix."""
        return self[_LAST : _LAST + _SUFFIX].decode("ascii")

    @property
    def extent(self) -> Extent:
        """Where the block is."""
        _, offset, _, length, digest, _, _ = _REF.unpack(self)
        return Extent(offset, length, digest)

    @property
    def digest(self) -> bytes:
        """What the block ends with: equal for equal results."""
        return self.extent.digest

    @property
    def source(self) -> int:
        """The number of the unit of frames in the run; -1 if its rows name theirs."""
        number: int = _REF.unpack(self)[-2]
        return number

    @property
    def is_plain(self) -> bool:
        """Whether the rows have different suffixes, each of one record."""
        return self[-1] == 1


class StoredResult(NamedTuple):
    """A result that is noted."""

    result: UnitResult
    #: Where it is; None if it has no rows.
    ref: UnitRef | None
    #: Whether an interrupted run left it; False if this run noted it.
    is_earlier: bool


class Store:
    """The file of the results of a run, and its journal.

    Args:
        folder: the part of the output. Of the results that an interrupted run left there, those are used
            that its journal notes; everything else is cut.

    Raises:
        OSError: they cannot be written.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._journal = Journal(folder, folder.size(UNITS) or 0)
        if len(self._journal):
            self._file: OutputFile = folder.reopen(UNITS, self._journal.end)
        else:
            if folder.mode(UNITS) is not None:
                folder.remove(UNITS)
            self._file = folder.create(UNITS)
        #: The results that are not noted yet, and their bytes.
        self._waiting = self._waiting_bytes = 0

    def __len__(self) -> int:
        return len(self._journal)

    def close(self) -> None:
        """Close the files; what was not flushed is not noted."""
        self._file.close()
        self._journal.close()

    def remove(self) -> None:
        """Close the files and remove them."""
        self._journal.remove()
        # A journal notes no results that a crash may have taken.
        self._folder.sync()
        self._file.close()
        self._folder.remove(UNITS)

    def flush(self) -> None:
        """Sync the results, then note them in the journal."""
        if self._waiting:
            self._file.sync()
            self._journal.flush()
            self._waiting = self._waiting_bytes = 0

    def add(self, result: UnitResult, source: int, key: str = "", block: bytes = b"") -> UnitRef | None:
        """Append a result and return where it is; None if it has no rows.

        Args:
            result: the result.
            source: the number of the unit of frames in the run; -1 if its rows name theirs.
            key: its key; without one it is not noted.
            block: what ``result.to_bytes()`` returns, if that is known.
        """
        if result.rows is None and not key:
            return None
        extent = self._append(block or result.to_bytes())
        ref = _ref(result, extent, source)
        if not key:
            return ref
        self._journal.note(key, extent)
        self._waiting += 1
        self._waiting_bytes += extent.length
        if self._waiting >= BATCH_UNITS or self._waiting_bytes >= BATCH_BYTES:
            self.flush()
        return ref

    def _append(self, block: bytes) -> Extent:
        offset = self._file.size
        self._file.write(block)
        return Extent(offset, len(block), block[-_DIGEST:])

    def find(self, key: str, source: int = -1) -> StoredResult | None:
        """Return a result that is noted; one that is damaged is dropped (RECOMP-9).

        ``source`` is the number of the unit of frames in the run.
        """
        extent = self._journal.find(key)
        if extent is None:
            return None
        block = self._file.read_at(extent.offset, extent.length)
        try:
            if block[-_DIGEST:] == extent.digest:
                result = UnitResult.from_bytes(block)
                is_earlier = extent.offset < self._journal.end
                return StoredResult(result, _ref(result, extent, source), is_earlier)
        except ArchiveError:
            pass
        self._journal.forget(key)
        return None

    def read(self, ref: UnitRef) -> UnitResult:
        """Return the result of a unit.

        Raises:
            ArchiveError: the file was damaged meanwhile.
        """
        return UnitResult.from_bytes(self.read_block(ref))

    def read_block(self, ref: UnitRef) -> bytes:
        """Return the block of a unit, which is read strictly where its result is used."""
        extent = ref.extent
        return self._file.read_at(extent.offset, extent.length)

    # -- merging ------------------------------------------------------------------------

    def bounded(self, refs: Iterable[UnitRef]) -> list[UnitRef]:
        """Units with the same rows, of which at most FAN_IN overlap."""
        found = _chains(refs)
        while len(found) > FAN_IN:
            merged, found = found[:FAN_IN], found[FAN_IN:]
            found.append(self._write(self._merged(merged, outputs=True)))
        return [ref for chain in found for ref in chain]

    def records(self, refs: Iterable[UnitRef], *, outputs: bool = False) -> Iterator[list[RecordResult]]:
        """The rows of each suffix in their order, with their states and reports if these are wanted."""
        merged = self._merged(_chains(refs), outputs=outputs)
        for _, rows in groupby(merged, key=_suffix):
            yield [*rows]

    def _merged(self, chains: Sequence[Sequence[UnitRef]], *, outputs: bool) -> Iterator[RecordResult]:
        """All rows of the chains in the order of their suffixes."""
        return heapq.merge(*(self._rows(chain, outputs) for chain in chains), key=_suffix)

    def _rows(self, chain: Iterable[UnitRef], outputs: bool) -> Iterator[RecordResult]:
        for ref in chain:
            yield from self.read(ref).records(ref.source, outputs=outputs)

    def _write(self, rows: Iterable[RecordResult]) -> list[UnitRef]:
        """Write merged rows as units of one chain."""
        chain: list[UnitRef] = []
        held: list[RecordResult] = []
        size = 0
        for each in rows:
            held.append(each)
            size += len(each.state) + len(each.report)
            if len(held) == MAX_LINES or size >= MAX_BYTES:
                chain += self._add_merged(held)
                held, size = [], 0
        return chain + self._add_merged(held)

    def _add_merged(self, held: list[RecordResult]) -> list[UnitRef]:
        ref = self.add(result_of(held), -1)
        return [] if ref is None else [ref]


def _ref(result: UnitResult, extent: Extent, source: int) -> UnitRef | None:
    return None if result.rows is None else UnitRef.of(result, extent, source)


def _suffix(found: RecordResult) -> str:
    return found.row.suffix


def groups(refs: Iterable[UnitRef]) -> Iterator[list[UnitRef]]:
    """Units that overlap, group by group in the order of their suffixes; of equal results the first."""
    group: dict[bytes, UnitRef] = {}
    last = ""
    for ref in sorted(refs):
        if group and ref.first > last:
            yield [*group.values()]
            group = {}
        group.setdefault(ref.digest, ref)
        last = max(last, ref.last)
    if group:
        yield [*group.values()]


def _chains(refs: Iterable[UnitRef]) -> list[list[UnitRef]]:
    """The fewest chains: a unit goes to one that ends before it, and begins another where none does."""
    ends: list[tuple[str, int]] = []
    chains: list[list[UnitRef]] = []
    for ref in sorted(refs):
        if ends and ends[0][0] < ref.first:
            _, number = heapq.heappop(ends)
        else:
            number = len(chains)
            chains.append([])
        chains[number].append(ref)
        heapq.heappush(ends, (ref.last, number))
    return chains


def covering(rows: Sequence[RecordResult]) -> RecordResult | None:
    """The row that has the lines of all rows of its suffix; None if no unit had all of them."""
    if len(rows) == 1:
        return rows[0]
    widest = max(rows, key=lambda each: len(each.row.lines))
    known = set(widest.row.lines)
    return widest if all(known.issuperset(each.row.lines) for each in rows) else None
