"""Where the units of a run are, and reading lines of them again (spec RECOMP-1)."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pithbundle.archive.reader import PackReader
from pithbundle.archive.storage import Identity, Storage
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.recompute.result import FoundRow
from pithbundle.recompute.work import FramesPlace, LinesAt, changed

#: The packs that are open while shared records are read again, and the bytes of lines that are held.
_OPEN: Final = 32
_HELD_BYTES: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack that was read, to be opened again."""

    path: str
    encoding: Encoding
    identity: Identity
    storage: Storage
    #: Its path for the processes that verify; empty if they are given its bytes (RECOMP-18).
    place: str = ""

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

    def place(self) -> FramesPlace:
        """Where they are for the processes that verify."""
        pack = self.pack
        return FramesPlace(pack.place, pack.encoding, pack.storage, self.offset, self.lengths)

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


def names_of(sources: Sources, rows: Sequence[FoundRow]) -> dict[str, Encoding]:
    """The SHA-256 of each line of the rows, in hex, with its encoding."""
    return {name: sources[each.row.source].pack.encoding for each in rows for name in each.row.lines}


def lines_at(sources: Sources, rows: Sequence[FoundRow]) -> LinesAt | None:
    """Where each line of the rows is, once; None if the processes that verify cannot read one of them."""
    if not all(sources[each.row.source].pack.place for each in rows):
        return None
    numbers: dict[int, int] = {}
    lines: dict[str, int] = {}
    for each in rows:
        number = numbers.setdefault(each.row.source, len(numbers))
        for name in each.row.lines:
            lines.setdefault(name, number)
    places = tuple(sources[source].place() for source in numbers)
    return LinesAt(places, tuple((number, name) for name, number in lines.items()))


class Frames:
    """Reads units again; the last ones are held, since the rows of a chain are in their order."""

    def __init__(self, sources: Sources, limits: Limits) -> None:
        self._sources = sources
        self._limits = limits
        self._held: OrderedDict[int, dict[str, bytes]] = OrderedDict()
        self._held_bytes = 0
        self._packs: OrderedDict[str, PackReader] = OrderedDict()

    def close(self) -> None:
        """Close the packs."""
        for pack in self._packs.values():
            pack.close()

    def lines_of(self, rows: Sequence[FoundRow]) -> Iterator[tuple[Encoding, bytes]]:
        """The raw bytes of each line of the rows, once.

        Raises:
            FileError: ``io``: a pack is another file than the one that was read.
        """
        done: set[str] = set()
        for each in rows:
            source = each.row.source
            encoding = self._sources[source].pack.encoding
            lines = self._lines(source)
            for name in each.row.lines:
                if name not in done:
                    done.add(name)
                    yield encoding, lines[name] + (b"\n" if encoding == "json" else b"")

    def _lines(self, source: int) -> dict[str, bytes]:
        if source in self._held:
            self._held.move_to_end(source)
            return self._held[source]
        at = self._sources[source]
        pack = self._pack(at.pack)
        found: dict[str, bytes] = {}
        for number in range(len(at.lengths)):
            frame = pack.read_frame(at.offset_of(number))
            found.update((sha256(data).hexdigest(), data) for _, data in frame.parts())
        self._held_bytes += _size(found)
        while self._held and self._held_bytes > _HELD_BYTES:
            self._held_bytes -= _size(self._held.popitem(last=False)[1])
        self._held[source] = found
        return found

    def _pack(self, file: PackFile) -> PackReader:
        if file.path in self._packs:
            self._packs.move_to_end(file.path)
        else:
            pack = PackReader(file.path, file.encoding, self._limits, file.storage)
            self._packs[file.path] = pack
            if pack.identity != file.identity:
                raise changed(file.path)
            if len(self._packs) > _OPEN:
                self._packs.popitem(last=False)[1].close()
        return self._packs[file.path]


def _size(lines: dict[str, bytes]) -> int:
    return sum(map(len, lines.values()))
