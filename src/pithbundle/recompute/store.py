"""The results of units on a disk, grouped and merged by suffix (spec RECOMP-1).

Nothing is held in memory for a record. For a unit its place in the file and its range of suffixes are.
Units whose ranges overlap form a group; most groups are one unit, whose rows need not be read at all.
Within a group, units whose ranges do not overlap form a chain, of which one unit is read at a time. The
frames of one sorted archive are one chain, so few chains are merged. Where there are more than can be
open at once, as of packs whose lines are in no order, chains are merged into one on the disk first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pithbundle.archive.borders import MAX_BYTES, MAX_LINES
from pithbundle.durable import Folder, OutputFile
from pithbundle.recompute.result import FoundRow, UnitResult, result_of

#: The file of the results.
UNITS: Final = "units.bin"
#: The most chains that are merged at once; each has one unit in memory.
FAN_IN: Final = 64


@dataclass(frozen=True, slots=True)
class UnitRef:
    """Where the block of a unit is in the file."""

    offset: int
    size: int
    first: str
    last: str
    #: The number of the frame in the run; -1 if its rows name theirs.
    source: int
    #: What the block ends with: equal for equal results.
    digest: bytes
    #: Whether the rows have different suffixes, each of one record.
    is_plain: bool


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
        if result.rows is None:
            return None
        offset = self._file.size
        block = result.to_bytes()
        self._file.write(block)
        return UnitRef(offset, len(block), result.first, result.last, source, block[-32:], result.is_plain)

    def read(self, ref: UnitRef) -> UnitResult:
        """Return the result of a unit.

        Raises:
            ArchiveError: the file was damaged meanwhile.
        """
        return UnitResult.from_bytes(self._file.read_at(ref.offset, ref.size))

    # -- merging ------------------------------------------------------------------------

    def bounded(self, refs: Iterable[UnitRef]) -> list[UnitRef]:
        """Units with the same rows, of which at most FAN_IN overlap."""
        found = _chains(refs)
        while len(found) > FAN_IN:
            merged, found = found[:FAN_IN], found[FAN_IN:]
            found.append(self._write(self._merged(merged, states=True, reports=True)))
        return [ref for chain in found for ref in chain]

    def records(
        self, refs: Iterable[UnitRef], *, states: bool = False, reports: bool = False
    ) -> Iterator[list[FoundRow]]:
        """The rows of each suffix in their order, with the states and reports that are wanted."""
        merged = self._merged(_chains(refs), states=states, reports=reports)
        for _, rows in groupby(merged, key=_suffix):
            yield [*rows]

    def _merged(
        self, chains: Sequence[Sequence[UnitRef]], *, states: bool, reports: bool
    ) -> Iterator[FoundRow]:
        """All rows of the chains in the order of their suffixes."""
        return heapq.merge(*(self._rows(chain, states, reports) for chain in chains), key=_suffix)

    def _rows(self, chain: Iterable[UnitRef], states: bool, reports: bool) -> Iterator[FoundRow]:
        for ref in chain:
            yield from self.read(ref).found(ref.source, states=states, reports=reports)

    def _write(self, rows: Iterable[FoundRow]) -> list[UnitRef]:
        """Write merged rows as units of one chain."""
        chain: list[UnitRef] = []
        held: list[FoundRow] = []
        size = 0
        for each in rows:
            held.append(each)
            size += len(each.state) + len(each.report)
            if len(held) == MAX_LINES or size >= MAX_BYTES:
                chain += self._add_merged(held)
                held, size = [], 0
        return chain + self._add_merged(held)

    def _add_merged(self, held: list[FoundRow]) -> list[UnitRef]:
        ref = self.add(result_of(held), -1)
        return [] if ref is None else [ref]


def _suffix(found: FoundRow) -> str:
    return found.row.suffix


def groups(refs: Iterable[UnitRef]) -> Iterator[list[UnitRef]]:
    """Units that overlap, group by group in the order of their suffixes; of equal results the first."""
    group: dict[bytes, UnitRef] = {}
    last = ""
    for ref in sorted(refs, key=lambda each: (each.first, each.offset)):
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
    for ref in sorted(refs, key=lambda each: (each.first, each.offset)):
        if ends and ends[0][0] < ref.first:
            _, number = heapq.heappop(ends)
        else:
            number = len(chains)
            chains.append([])
        chains[number].append(ref)
        heapq.heappush(ends, (ref.last, number))
    return chains


def covering(rows: Sequence[FoundRow]) -> FoundRow | None:
    """The row that has the lines of all rows of its suffix; None if no unit had all of them."""
    if len(rows) == 1:
        return rows[0]
    widest = max(rows, key=lambda each: len(each.row.lines))
    known = set(widest.row.lines)
    return widest if all(known.issuperset(each.row.lines) for each in rows) else None
