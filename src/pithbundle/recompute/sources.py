"""Where the units of a run are, and lines of them that are read again (spec RECOMP-1)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from pithbundle.archive.storage import Identity, Storage
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.recompute.result import RecordResult
from pithbundle.recompute.work import FramesSpan, Lines, LinesAt, changed


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack that was read, to be opened again."""

    path: str
    encoding: Encoding
    identity: Identity
    storage: Storage
    #: Its path for the processes that verify; empty if they are given its bytes (RECOMP-18).
    shared_path: str = ""

    def require_unchanged(self) -> None:
        """Check that it is the file that was found.

        Raises:
            FileError: ``io``: it is another one, or cannot be opened.
        """
        file = self.storage.open(self.path)
        file.close()
        if file.identity != self.identity:
            raise changed(self.path)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the frames of a unit are."""

    pack: PackFile
    offset: int
    #: The bytes of each frame in the pack; they follow one another.
    lengths: tuple[int, ...]
    #: The number of the first frame among everything that was read, by which rejections are ordered.
    number: int
    #: Whether it is one line that is larger than other frames.
    is_large: bool = False

    def span(self) -> FramesSpan:
        """Where they are for whoever verifies: those processes, or this one."""
        pack = self.pack
        path = pack.shared_path or pack.path
        return FramesSpan(path, pack.encoding, pack.storage, self.offset, self.lengths)

    def offset_of(self, number: int) -> int:
        """Where the frame with this number in the unit begins, from 0."""
        return self.offset + sum(self.lengths[:number])


class Sources:
    """The units of frames of a run by number: of each 29 bytes, and 8 of each frame."""

    def __init__(self) -> None:
        self._packs: list[PackFile] = []
        self._pack_numbers = array("I")
        self._offsets, self._numbers = array("Q"), array("Q")
        #: The lengths of all frames, and the number of those of each unit and the units before it.
        self._lengths, self._ends = array("Q"), array("Q")
        self._are_large = bytearray()

    def __len__(self) -> int:
        return len(self._offsets)

    def __getitem__(self, number: int) -> Source:
        start = self._ends[number - 1] if number else 0
        return Source(
            self._packs[self._pack_numbers[number]],
            self._offsets[number],
            tuple(self._lengths[start : self._ends[number]]),
            self._numbers[number],
            bool(self._are_large[number]),
        )

    def add(self, source: Source) -> int:
        """Add the next unit, mostly of the same pack as the one before it; return its number."""
        if not self._packs or self._packs[-1] is not source.pack:
            self._packs.append(source.pack)
        self._pack_numbers.append(len(self._packs) - 1)
        self._offsets.append(source.offset)
        self._numbers.append(source.number)
        self._are_large.append(source.is_large)
        self._lengths.extend(source.lengths)
        self._ends.append(len(self._lengths))
        return len(self) - 1


def names_of(sources: Sources, rows: Sequence[RecordResult]) -> dict[str, Encoding]:
    """The SHA-256 of each line of the rows, in hex, with its encoding."""
    return {name: sources[each.row.source].pack.encoding for each in rows for name in each.row.lines}


def lines_at(sources: Sources, rows: Sequence[RecordResult], limits: Limits) -> LinesAt | Lines:
    """Where each line of the rows is, once; the lines if processes that verify cannot read one of them."""
    numbers: dict[int, int] = {}
    lines: dict[str, int] = {}
    for each in rows:
        number = numbers.setdefault(each.row.source, len(numbers))
        for name in each.row.lines:
            lines.setdefault(name, number)
    spans = tuple(sources[source].span() for source in numbers)
    found = LinesAt(spans, tuple((number, name) for name, number in lines.items()))
    return found if all(sources[source].pack.shared_path for source in numbers) else Lines(found, limits)
