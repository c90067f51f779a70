"""The results of units on a disk, merged by suffix (spec RECOMP-1).

Nothing is held in memory for a record. For a unit its place in the file and its range of suffixes are.
Units whose ranges do not overlap form a chain, of which one unit is read at a time. The frames of one
sorted archive are one chain, so few chains are merged. Where there are more than can be open at once,
as of packs whose lines are in no order, chains are merged into one on the disk first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pithbundle.archive.borders import MAX_BYTES, MAX_LINES
from pithbundle.archive.frames import decompress, frame_head
from pithbundle.durable import Folder, OutputFile
from pithbundle.errors import ArchiveError
from pithbundle.recompute.unit import Row, UnitResult, result_of, rows_of

#: The file of the results.
UNITS: Final = "units.bin"
#: The most chains that are merged at once; each has one unit in memory.
FAN_IN: Final = 64


@dataclass(frozen=True, slots=True)
class UnitRef:
    """Where the result of a unit is in the file."""

    offset: int
    #: The bytes of its rows, states and reports, which follow one another.
    rows: int
    states: int
    reports: int
    first: str
    last: str
    #: The number of the frame in the run; -1 if its rows name theirs.
    source: int


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row, and where its state and report are: the unit, and the offsets in its blobs."""

    row: Row
    unit: OpenUnit
    state_at: int
    report_at: int

    def state(self) -> bytes:
        """The state of the record."""
        return self.unit.states()[self.state_at : self.state_at + self.row.state_size]

    def report(self) -> bytes:
        """The report on the record."""
        return self.unit.reports()[self.report_at : self.report_at + self.row.report_size]


class OpenUnit:
    """A unit that is being read. Its blobs are decompressed when they are needed."""

    def __init__(self, store: Store, ref: UnitRef) -> None:
        self._store = store
        self.ref = ref
        self._states: bytes | None = None
        self._reports: bytes | None = None

    def rows(self) -> Iterator[StoredRow]:
        """Its rows in the order of their suffixes."""
        blob = self._store.read(self.ref.offset, self.ref.rows)
        state_at = report_at = 0
        for row in rows_of(blob, _content_size(blob), self.ref.source):
            yield StoredRow(row, self, state_at, report_at)
            if not row.collides:
                state_at += row.state_size + 1
                report_at += row.report_size + 1

    def states(self) -> bytes:
        """The states of its rows."""
        if self._states is None:
            self._states = self._blob(self.ref.offset + self.ref.rows, self.ref.states)
        return self._states

    def reports(self) -> bytes:
        """The reports of its rows."""
        if self._reports is None:
            self._reports = self._blob(self.ref.offset + self.ref.rows + self.ref.states, self.ref.reports)
        return self._reports

    def _blob(self, offset: int, size: int) -> bytes:
        blob = self._store.read(offset, size)
        return decompress(blob, _content_size(blob)) if blob else b""


def _content_size(blob: bytes) -> int:
    head = frame_head(blob[:18])
    if head is None or head.content_size is None:
        raise ArchiveError("archive", "the result of a unit was damaged while it was kept")
    return head.content_size


class Store:
    """The file of the results of a run."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._file: OutputFile = folder.create(UNITS)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def remove(self) -> None:
        """Close the file and remove it."""
        self.close()
        self._folder.remove(UNITS)

    def add(self, result: UnitResult, source: int) -> UnitRef | None:
        """Append a result and return where it is; None if it has no rows."""
        if not result.rows:
            return None
        offset = self._file.size
        self._file.write(result.rows + result.states + result.reports)
        sizes = len(result.rows), len(result.states), len(result.reports)
        return UnitRef(offset, *sizes, result.first, result.last, source)

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the file."""
        return self._file.read_at(offset, size)

    # -- merging ------------------------------------------------------------------------

    def chains(self, refs: Iterable[UnitRef]) -> list[list[UnitRef]]:
        """Divide units into at most FAN_IN chains, each of ranges that follow one another."""
        found = _chains(refs)
        while len(found) > FAN_IN:
            merged, found = found[:FAN_IN], found[FAN_IN:]
            found.append(self._write(self.merged(merged)))
        return found

    def merged(self, chains: Sequence[Sequence[UnitRef]]) -> Iterator[StoredRow]:
        """All rows of the chains in the order of their suffixes."""
        return heapq.merge(*(self._rows(chain) for chain in chains), key=lambda each: each.row.suffix)

    def records(self, chains: Sequence[Sequence[UnitRef]]) -> Iterator[list[StoredRow]]:
        """The rows of each suffix, in the order of the suffixes."""
        for _, rows in groupby(self.merged(chains), key=lambda each: each.row.suffix):
            yield [*rows]

    def _rows(self, chain: Iterable[UnitRef]) -> Iterator[StoredRow]:
        for ref in chain:
            yield from OpenUnit(self, ref).rows()

    def _write(self, rows: Iterable[StoredRow]) -> list[UnitRef]:
        """Write merged rows as units of one chain."""
        chain: list[UnitRef] = []
        held: list[tuple[Row, bytes, bytes]] = []
        size = 0
        for each in rows:
            held.append((each.row, each.state(), each.report()))
            size += each.row.state_size + each.row.report_size
            if len(held) == MAX_LINES or size >= MAX_BYTES:
                chain += self._add_merged(held)
                held, size = [], 0
        return chain + self._add_merged(held)

    def _add_merged(self, held: list[tuple[Row, bytes, bytes]]) -> list[UnitRef]:
        ref = self.add(result_of(held), -1)
        return [] if ref is None else [ref]


def _chains(refs: Iterable[UnitRef]) -> list[list[UnitRef]]:
    """The fewest chains: a unit goes to one that ends before it, and begins another where none does."""
    ends: list[tuple[str, int]] = []
    chains: list[list[UnitRef]] = []
    for ref in sorted(refs, key=lambda each: (each.first, each.offset)):
        if ends and ends[0][0] < ref.first:
            _, number = heapq.heappop(ends)
        else:
            number = len(chains)
            chains.append([])
        chains[number].append(ref)
        heapq.heappush(ends, (ref.last, number))
    return chains


def covering(rows: Sequence[StoredRow]) -> StoredRow | None:
    """The row that has the lines of all rows of its suffix; None if no unit had all of them."""
    widest = max(rows, key=lambda each: len(each.row.lines))
    known = set(widest.row.lines)
    return widest if all(known.issuperset(each.row.lines) for each in rows) else None
