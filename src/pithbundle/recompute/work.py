"""What a worker is given: raw bytes, or where they are, which it reads by offset (spec RECOMP-18).

Frames that are read by offset are those that were found if they have the key that they had then, and a line
is if it has its digest. So nothing is mixed where a file is replaced meanwhile, whatever the file system
states of it, and no result is kept under a key that its bytes do not have.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Final, TypeAlias

from pithbundle.archive.frames import Stream, most_raw, read_frame
from pithbundle.archive.lines import split_items, split_lines
from pithbundle.archive.storage import Storage
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import ArchiveError, FileError, InputError
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.scan import Scan, Scanned, scan
from pithbundle.recompute.unit import Parts, compute
from pithbundle.verifier import Verifier

#: The bytes of lines that are in memory while lines are read again.
HELD_BYTES: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class FramesSpan:
    """Where the frames of a unit are, for a process that did not find them."""

    #: The pack, as every process finds it.
    path: str
    encoding: Encoding
    storage: Storage
    offset: int
    #: The bytes of each frame; they follow one another.
    lengths: tuple[int, ...]

    def read(self, limits: Limits) -> Iterator[bytes]:
        """The raw bytes of each frame.

        Raises:
            FileError: ``io``: the file cannot be read, or a frame is not there any more.
        """
        data = self.storage.read_part(self.path, self.offset, sum(self.lengths))
        stream = Stream(BytesIO(data).read, self.offset)
        for expected in self.lengths:
            try:
                raw, length = read_frame(stream, most_raw(limits))
            except (ArchiveError, InputError) as error:
                raise changed(self.path) from error
            if length != expected:
                raise changed(self.path)
            yield raw


@dataclass(frozen=True, slots=True)
class FramesAt:
    """A unit that is frames of a pack."""

    span: FramesSpan
    key: str
    #: What the key begins with.
    under: bytes

    def parts(self, limits: Limits) -> Parts:
        """Read the frames.

        Raises:
            FileError: ``io``: they cannot be read, or are not those that were found.
        """
        raws = [*self.span.read(limits)]
        if Keys(self.under).of_frames(self.span.encoding, raws) != self.key:
            raise changed(self.span.path)
        return [(self.span.encoding, raw) for raw in raws]


@dataclass(frozen=True, slots=True)
class LinesAt:
    """A unit that is lines of frames."""

    frames: tuple[FramesSpan, ...]
    #: The lines record by record: the number of their frames in ``frames``, and the SHA-256 in hex.
    lines: tuple[tuple[int, str], ...]

    def parts(self, limits: Limits) -> Parts:
        """The lines, each a part of its own, which are read when they are verified."""
        return Lines(self, limits)


class Lines:
    """The lines of a unit, read each time they are iterated: a record may have more of them than memory.

    Args:
        at: where they are.
        limits: the limits of a frame.
    """

    def __init__(self, at: LinesAt, limits: Limits) -> None:
        self._at = at
        self._limits = limits

    def __iter__(self) -> Iterator[tuple[Encoding, bytes]]:
        """The encoding and the raw bytes of each line, in their order.

        Raises:
            FileError: ``io``: frames cannot be read, or do not have the lines that were found.
        """
        wanted: defaultdict[int, set[str]] = defaultdict(set)
        for number, name in self._at.lines:
            wanted[number].add(name)
        # Records that follow one another are in the same frames, of which the last ones are held.
        held: OrderedDict[int, dict[str, bytes]] = OrderedDict()
        held_bytes = 0
        for number, name in self._at.lines:
            span = self._at.frames[number]
            if number in held:
                held.move_to_end(number)
            else:
                held[number] = dict(_lines(span, wanted[number], self._limits))
                held_bytes += _size(held[number])
                while len(held) > 1 and held_bytes > HELD_BYTES:
                    held_bytes -= _size(held.popitem(last=False)[1])
            yield span.encoding, held[number][name]


#: What a worker computes.
Work: TypeAlias = Parts | FramesAt | LinesAt | Scan
#: What it returns.
Outcome: TypeAlias = UnitResult | Scanned


def performed(verifier: Verifier, work: Work) -> Outcome:
    """Compute a unit, or scan a pack.

    Raises:
        FileError: ``io``: what has to be read cannot be read, or has changed.
    """
    if isinstance(work, Scan):
        return scan(work, verifier.limits)
    return compute(verifier, parts_of(work, verifier.limits))


def parts_of(work: Parts | FramesAt | LinesAt, limits: Limits) -> Parts:
    """The raw bytes of a unit.

    Raises:
        FileError: ``io``: they cannot be read, or have changed.
    """
    return work.parts(limits) if isinstance(work, FramesAt | LinesAt) else work


def changed(path: str) -> FileError:
    """The error for a file that is not the one that was found."""
    return FileError.at(path, "changed while it was read; run again")


def _lines(span: FramesSpan, names: Iterable[str], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The raw bytes of lines of frames, by their names."""
    is_json = span.encoding == "json"
    split = split_lines if is_json else split_items
    missing = {*names}
    for raw in span.read(limits):
        for _, data in split(raw):
            name = sha256(data).hexdigest()
            if name in missing:
                missing.remove(name)
                yield name, data + (b"\n" if is_json else b"")
    if missing:
        raise changed(span.path)


def _size(lines: dict[str, bytes]) -> int:
    return sum(map(len, lines.values()))
