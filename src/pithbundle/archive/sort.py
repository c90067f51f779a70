"""Sorting more lines than fit into memory: sorted runs on disk, then one merge (spec ARCH-4).

The runs are files of the folder that is being written, and are removed with it. While they are merged, the
keys of the next lines are in memory and no bytes of them: a line may be as large as an input.
"""

from __future__ import annotations

import heapq
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Entry
from pithbundle.archive.rejected import Rejections
from pithbundle.durable import Folder
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import ArchiveError

#: The bytes of lines that are sorted in memory.
RUN_BYTES: Final = 64 << 20
#: What a line costs in memory beside its bytes, about.
_OVERHEAD: Final = 400
#: The most runs that are merged at once; each has an open file.
FAN_IN: Final = 64
RUN_NAME: Final = "run-{:06}"
#: Encoding, suffix, digest, and the length of the data that follow.
_HEAD: Final = struct.Struct(">c26s32sQ")
_LETTER: Final[dict[Encoding, bytes]] = {"json": b"j", "cbor": b"c"}
_ENCODING: Final[dict[bytes, Encoding]] = {b"j": "json", b"c": "cbor"}


class LineSorter:
    """Takes lines in any order and gives them sorted: of each encoding by itself, JSON first.

    Args:
        folder: where the runs are written.
        run_bytes: the bytes of lines that are held in memory.
    """

    def __init__(self, folder: Folder, run_bytes: int = RUN_BYTES) -> None:
        self._folder = folder
        self._run_bytes = run_bytes
        self._lines: list[Line] = []
        self._size = 0
        self._runs: list[str] = []
        self._numbers = count()

    def add(self, line: Line) -> None:
        """Take one line."""
        self._lines.append(line)
        self._size += len(line.data) + _OVERHEAD
        if self._size >= self._run_bytes:
            self._spill()

    def sorted(self) -> Iterator[Line]:
        """Give all lines, equal ones once, and remove the runs."""
        with ExitStack() as stack:
            if self._runs and self._lines:
                self._spill()
            while len(self._runs) > FAN_IN:
                first, self._runs = self._runs[:FAN_IN], self._runs[FAN_IN:]
                with ExitStack() as inner:
                    runs_of = (self._read(name, inner) for name in first)
                    self._write(each.read() for each in merged(runs_of))
                self._remove(first)
            self._lines.sort(key=_key)
            runs: list[Iterator[Line | _LineOfRun]] = [self._read(name, stack) for name in self._runs]
            for each in merged([*runs, iter(self._lines)]):
                yield each.read() if isinstance(each, _LineOfRun) else each
        self._remove(self._runs)
        self._runs, self._lines, self._size = [], [], 0

    def _spill(self) -> None:
        self._lines.sort(key=_key)
        self._write(iter(self._lines))
        self._lines, self._size = [], 0

    def _write(self, lines: Iterator[Line]) -> None:
        # A run is of no use after a crash, so it is not synced.
        name = RUN_NAME.format(next(self._numbers))
        with self._folder.create(name) as file:
            parts: list[bytes] = []
            size = 0
            for line in lines:
                head = _HEAD.pack(
                    _LETTER[line.encoding], line.suffix.encode("ascii"), line.digest, len(line.data)
                )
                parts += (head, line.data)
                size += len(line.data)
                if size > 1 << 20:
                    file.write(b"".join(parts))
                    parts, size = [], 0
            file.write(b"".join(parts))
        self._runs.append(name)

    def _read(self, name: str, stack: ExitStack) -> Iterator[_LineOfRun]:
        descriptor = self._folder.open_file(name)
        stack.callback(os.close, descriptor)
        at = 0
        while head := os.pread(descriptor, _HEAD.size, at):
            letter, suffix, digest, size = _HEAD.unpack(head)
            at += len(head)
            yield _LineOfRun(suffix.decode("ascii"), digest, _ENCODING[letter], descriptor, at, size)
            at += size

    def _remove(self, names: list[str]) -> None:
        for name in names:
            self._folder.remove(name)


@dataclass(frozen=True, slots=True)
class _LineOfRun:
    """A line of a run, whose bytes are not read yet."""

    suffix: str
    digest: bytes
    encoding: Encoding
    descriptor: int
    offset: int
    size: int

    def read(self) -> Line:
        """Return the line."""
        data = os.pread(self.descriptor, self.size, self.offset)
        return Line(self.suffix, self.digest, data, self.encoding)


#: What is sorted by encoding, suffix and digest.
T = TypeVar("T", bound=Line | _LineOfRun)


def _key(line: Line | _LineOfRun) -> tuple[bool, str, bytes]:
    return line.encoding == "cbor", line.suffix, line.digest


def merged(inputs: Iterable[Iterator[T]]) -> Iterator[T]:
    """Merge the lines of inputs that are sorted already, as runs and archives are; equal lines once."""
    return unique(heapq.merge(*inputs, key=_key))


def unique(lines: Iterable[T]) -> Iterator[T]:
    """Leave out each line that equals the one before it."""
    before: tuple[bool, str, bytes] | None = None
    for line in lines:
        key = _key(line)
        if key != before:
            yield line
        before = key


def in_order(entries: Iterable[Entry], path: str, rejected: Rejections) -> Iterator[Line]:
    """The lines that are in the order of ARCH-4; one that is not goes to ``rejected``."""
    before: tuple[bool, str, bytes] | None = None
    for entry in entries:
        key = _key(entry.line)
        if before is not None and key < before:
            detail = "a line out of order; pithbundle archive pack sorts it in again"
            position = f"frame at byte {entry.offset}, line {entry.number}"
            error = ArchiveError("archive", detail, clause="ARCH-4")
            rejected.add(os.path.join(path, entry.file), position, error)
            continue
        before = key
        yield entry.line
