"""The frames of the archives as units, in their order (spec RECOMP-1, RECOMP-18, RECOMP-19).

Where the processes that verify can read a pack, one of them scans it, and the parent reads no frame.
Scans are ahead of the units, so that no process waits for one. Of the first pack the first units are
found by a scan of their own, since a process would otherwise have nothing to do meanwhile.
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Final, TypeAlias

from pithbundle.archive.borders import MAX_BYTES
from pithbundle.archive.manifest import PackInfo
from pithbundle.archive.reader import Damage, PackReader, Reader, note_damage
from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.errors import ArchiveError, FileError, PithError
from pithbundle.recompute.frame_runs import FrameRun, frame_runs
from pithbundle.recompute.known import Task
from pithbundle.recompute.location import absolute
from pithbundle.recompute.notes import Notes
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.pool import WINDOW, UnitPool
from pithbundle.recompute.scan import Scan, Scanned
from pithbundle.recompute.sources import PackFile, Source, Sources
from pithbundle.recompute.work import FramesAt, Outcome, Work, changed

#: How many packs for each process are scanned before their turn.
_AHEAD: Final = 2
#: The most units that a scan returns, of 73 bytes; a pack has some hundred. Of one with more the parent
#: reads the others, so that no number of frames fills its memory.
_MOST_SCANNED: Final = 1 << 14

#: A unit: its number, its key, and what makes the work.
Unit: TypeAlias = tuple[int, str, Callable[[], Work]]


class PackScan:
    """A scan that a worker was asked for."""

    def __init__(self, work: Scan) -> None:
        self.work = work
        #: None also if the processes that scanned it ended.
        self.scanned: Scanned | None = None
        self.is_done = False

    def take(self, found: Outcome | None) -> None:
        """Keep what the worker returned."""
        self.scanned = found if isinstance(found, Scanned) else None
        self.is_done = True


#: What names the work of a run in its pool.
Named: TypeAlias = Task | PackScan


@dataclass(frozen=True, slots=True)
class _Pack:
    """A pack whose turn will come."""

    reader: Reader
    info: PackInfo
    is_last: bool
    #: Why it cannot be opened.
    error: FileError | None = None
    file: PackFile | None = None
    #: The scans of it: of all of it, and before that of the first units.
    scans: tuple[PackScan, ...] = ()

    @property
    def path(self) -> str:
        """Its path as the archive was named."""
        return os.path.join(self.reader.path, self.info.file)


class FrameUnits:
    """Every frame of the archives, as units.

    Args:
        readers: the archives.
        keys: the maker of keys.
        notes: takes what is rejected.
    """

    def __init__(self, readers: Sequence[Reader], keys: Keys, notes: Notes) -> None:
        self._readers = readers
        self._keys = keys
        self._notes = notes
        #: How many things were read of which one may be rejected.
        self._read = 0
        #: The units by number.
        self.sources = Sources()
        self._files: list[PackFile] = []

    def number(self, count: int = 1) -> int:
        """The first of the next numbers, by which what is rejected is ordered."""
        self._read += count
        return self._read - count + 1

    def require_unchanged(self) -> None:
        """Check that the packs are those that were found (ARCH-8): lines of them may have been read again.

        Raises:
            FileError: ``io``: one of them is not.
        """
        for file in self._files:
            file.require_unchanged()

    def units(self, pool: UnitPool[Named]) -> Iterator[Unit | PackScan | None]:
        """The units, and the scans that find them; None where the result of a scan is missing.

        Raises:
            FileError: ``io``: a pack or a manifest changed while it was read.
        """
        todo = self._packs(pool)
        ahead: deque[_Pack] = deque()
        is_first = True
        while True:
            while len(ahead) < _AHEAD * max(1, pool.jobs) and (pack := next(todo, None)) is not None:
                if pack.file is not None:
                    first = min(WINDOW * max(1, pool.jobs), _MOST_SCANNED) if is_first else 0
                    pack = self._asked(pack, pack.file, first)
                    is_first = False
                    yield from pack.scans
                ahead.append(pack)
            if not ahead:
                return
            pack = ahead.popleft()
            if pack.error is not None:
                self._reject(pack.path, pack.error)
            elif pack.file is None:
                yield from self._read_here(pack)
            else:
                yield from self._found(pack, pack.file)
            if pack.is_last:
                pack.reader.require_unchanged()

    def _packs(self, pool: UnitPool[Named]) -> Iterator[_Pack]:
        for reader in self._readers:
            reads = bool(reader.packs) and pool.reads(reader)
            for info in reader.packs:
                pack = _Pack(reader, info, info is reader.packs[-1])
                yield _opened(pack) if reads else pack
            if not reader.packs:
                reader.require_unchanged()

    def _reject(self, path: str, error: PithError) -> None:
        self._notes.add(self.number(), path, "", error)

    # -- packs that others read -------------------------------------------------------------

    def _asked(self, pack: _Pack, file: PackFile, first: int) -> _Pack:
        """The pack with its scans."""
        self._files.append(file)
        whole = Scan(file.shared_path, file.encoding, file.storage, self._keys.under, _MOST_SCANNED)
        works = (replace(whole, most=first), whole) if first else (whole,)
        return replace(pack, scans=tuple(PackScan(work) for work in works))

    def _found(self, pack: _Pack, file: PackFile) -> Iterator[Unit | None]:
        """The units that the scans find, as soon as they do."""
        before = b""
        done = 0
        for scan in pack.scans:
            while not scan.is_done:
                yield None
            if scan.scanned is not None:
                if not scan.scanned.units.startswith(before):
                    raise changed(pack.path)
                yield from self._units_of(scan.scanned, file, done)
                before, done = scan.scanned.units, len(scan.scanned)
        whole = pack.scans[-1].scanned
        if whole is None:
            detail = "the process that read the pack ended each time"
            self._reject(pack.path, ArchiveError("worker_lost", detail))
            return
        for at, entry in whole.damages:
            if at == done:
                self._note(file, entry)
        if len(whole) == _MOST_SCANNED:
            yield from self._read_here(pack, done)
        elif not whole.damages and whole.content_sha256 != pack.info.content_sha256:
            self._reject(pack.path, _other_content())

    def _units_of(self, found: Scanned, file: PackFile, start: int) -> Iterator[Unit]:
        """The units from one on, and what is damaged before each of them."""
        damages: defaultdict[int, list[RejectedEntry]] = defaultdict(list)
        for at, entry in found.damages:
            damages[at].append(entry)
        for at, unit in enumerate(found.from_number(start), start):
            for entry in damages[at] if damages else ():
                self._note(file, entry)
            number = self.number(len(unit.lengths))
            source = Source(file, unit.offset, unit.lengths, number, unit.is_large)
            work = partial(FramesAt, source.span(), unit.key, self._keys.under)
            yield self.sources.add(source), unit.key, work

    def _note(self, file: PackFile, entry: RejectedEntry) -> None:
        self._notes.take(self.number(), [replace(entry, path=file.path)])

    # -- packs that are read here -----------------------------------------------------------

    def _read_here(self, pack: _Pack, done: int = 0) -> Iterator[Unit]:
        """The units of a pack after the first ``done``; :meth:`require_unchanged` rejects another file."""
        try:
            opened = pack.reader.open(pack.info)
        except FileError as error:
            self._reject(pack.path, error)
            return
        with opened:
            file = pack.file
            if file is None:
                file = PackFile(opened.path, opened.encoding, opened.identity, opened.storage)
                self._files.append(file)
            yield from self._frames_of(opened, pack.info, file, done)

    def _frames_of(self, pack: PackReader, info: PackInfo, file: PackFile, done: int) -> Iterator[Unit]:
        content, is_damaged, count = sha256(), False, 0
        for run in frame_runs(pack.frames()):
            if isinstance(run, Damage):
                is_damaged = True
                if count >= done:
                    damage = Rejections()
                    note_damage(pack, run, damage)
                    self._notes.take(self.number(), damage)
                continue
            for frame in run:
                content.update(frame.raw)
            count += 1
            if count > done:
                yield self._unit_of(run, file)
        if not is_damaged and content.hexdigest() != info.content_sha256:
            self._reject(pack.path, _other_content())

    def _unit_of(self, run: FrameRun, file: PackFile) -> Unit:
        """A unit whose frames were read here; processes that can read them again get where they are."""
        parts = [(file.encoding, frame.raw) for frame in run]
        lengths = tuple([frame.length for frame in run])
        is_large = len(run[0].raw) > MAX_BYTES
        source = Source(file, run[0].offset, lengths, self.number(len(run)), is_large)
        key = self._keys.of_frames(file.encoding, [raw for _, raw in parts])
        if file.shared_path:
            return self.sources.add(source), key, partial(FramesAt, source.span(), key, self._keys.under)
        return self.sources.add(source), key, partial(list, parts)


def _opened(pack: _Pack) -> _Pack:
    """The pack with its file, or why it cannot be opened; no byte of it is read."""
    try:
        with pack.reader.open(pack.info) as found:
            shared_path = absolute(found.path)
            file = PackFile(found.path, found.encoding, found.identity, found.storage, shared_path)
    except FileError as error:
        return replace(pack, error=error)
    return replace(pack, file=file)


def _other_content() -> ArchiveError:
    detail = "the content of the pack is not that of the manifest"
    return ArchiveError("archive", detail, clause="ARCH-10")
