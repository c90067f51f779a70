"""What a worker is given: raw bytes, or where they are, which it reads by offset (spec RECOMP-18).

A frame that is read by offset is the one that was found if it has the key that it had then, and a line if
it has its digest. So nothing is mixed where a file is replaced meanwhile, whatever the file system states
of it, and no result is kept under a key that its bytes do not have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TypeAlias

from pithbundle.archive.frames import Source as Bytes
from pithbundle.archive.frames import most_raw, read_frame
from pithbundle.archive.lines import split_items, split_lines
from pithbundle.archive.storage import Storage
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import ArchiveError, FileError, InputError
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.result import UnitResult, result_of
from pithbundle.recompute.scan import Scan, Scanned, scan
from pithbundle.recompute.unit import Parts, compute
from pithbundle.verifier import Verifier


@dataclass(frozen=True, slots=True)
class FramePlace:
    """Where a frame is, for a process that did not find it."""

    #: The pack, as every process finds it.
    path: str
    encoding: Encoding
    storage: Storage
    offset: int
    length: int

    def read(self, limits: Limits) -> bytes:
        """The raw bytes of the frame.

        Raises:
            FileError: ``io``: the file cannot be read, or the frame is not there any more.
        """
        data = self.storage.read_part(self.path, self.offset, self.length)
        try:
            raw, length = read_frame(Bytes(BytesIO(data).read, self.offset), most_raw(limits))
        except (ArchiveError, InputError) as error:
            raise changed(self.path) from error
        if length != self.length:
            raise changed(self.path)
        return raw


@dataclass(frozen=True, slots=True)
class FrameAt:
    """A unit that is a frame."""

    place: FramePlace
    key: str
    #: What the key begins with.
    under: bytes

    def parts(self, limits: Limits) -> Parts:
        """Read the frame.

        Raises:
            FileError: ``io``: it cannot be read, or is not the one that was found.
        """
        raw = self.place.read(limits)
        if Keys(self.under).of_frame(self.place.encoding, raw) != self.key:
            raise changed(self.place.path)
        return [(self.place.encoding, raw)]


@dataclass(frozen=True, slots=True)
class LinesAt:
    """A unit that is lines of frames."""

    frames: tuple[FramePlace, ...]
    #: The lines in their order: the number of the frame in ``frames``, and the SHA-256 in hex.
    lines: tuple[tuple[int, str], ...]

    def parts(self, limits: Limits) -> Parts:
        """Read the lines; one frame is in memory at a time.

        Raises:
            FileError: ``io``: a frame cannot be read, or does not have the lines that were found.
        """
        wanted: defaultdict[int, list[str]] = defaultdict(list)
        for number, name in self.lines:
            wanted[number].append(name)
        found: dict[str, bytes] = {}
        for number, names in wanted.items():
            found.update(_lines(self.frames[number], names, limits))
        return by_encoding((self.frames[number].encoding, found[name]) for number, name in self.lines)


@dataclass(frozen=True, slots=True)
class Join:
    """Results of units that follow one another, which become one."""

    blocks: tuple[bytes, ...]

    def result(self) -> UnitResult:
        """The joined result, without the numbers of the frames, which differ between runs.

        Raises:
            ArchiveError: a block was damaged meanwhile.
        """
        return result_of([row for block in self.blocks for row in UnitResult.from_bytes(block).found()])


#: What a worker computes.
Work: TypeAlias = Parts | FrameAt | LinesAt | Scan | Join
#: What it returns.
Outcome: TypeAlias = UnitResult | Scanned


def performed(verifier: Verifier, work: Work) -> Outcome:
    """Compute a unit, scan a pack, or join results.

    Raises:
        ArchiveError: a result that is joined was damaged meanwhile.
        FileError: ``io``: what has to be read cannot be read, or has changed.
    """
    if isinstance(work, Scan):
        return scan(work, verifier.limits)
    if isinstance(work, Join):
        return work.result()
    return compute(verifier, parts_of(work, verifier.limits))


def parts_of(work: Parts | FrameAt | LinesAt, limits: Limits) -> Parts:
    """The raw bytes of a unit.

    Raises:
        FileError: ``io``: they cannot be read, or have changed.
    """
    return work.parts(limits) if isinstance(work, FrameAt | LinesAt) else work


def changed(path: str) -> FileError:
    """The error for a file that is not the one that was found."""
    return FileError.at(path, "changed while it was read; run again")


def by_encoding(lines: Iterable[tuple[Encoding, bytes]]) -> Parts:
    """Lines by their encodings."""
    found: dict[Encoding, list[bytes]] = {"json": [], "cbor": []}
    for encoding, raw in lines:
        found[encoding].append(raw)
    return [(encoding, b"".join(parts)) for encoding, parts in found.items() if parts]


def _lines(place: FramePlace, names: Iterable[str], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The raw bytes of lines of a frame, by their names."""
    is_json = place.encoding == "json"
    split = split_lines if is_json else split_items
    there = {sha256(data).hexdigest(): data for _, data in split(place.read(limits))}
    for name in names:
        if name not in there:
            raise changed(place.path)
        yield name, there[name] + (b"\n" if is_json else b"")
