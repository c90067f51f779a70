"""A whole run: read frames, verify, merge shared records, write the output (spec RECOMP-1 to RECOMP-7)."""

from __future__ import annotations

import contextlib
import os
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import pithbundle.recompute.assemble as assemble
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import PackInfo
from pithbundle.archive.reader import Damage, PackReader, Reader, note_damage
from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.archive.storage import LOCAL, Identity, Storage
from pithbundle.archive.zstd import VERSION
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError, FileError
from pithbundle.files import file_error
from pithbundle.output_folder import OutputFolder
from pithbundle.recompute.pool import Pool, UnitPool
from pithbundle.recompute.progress import Progress, Silent
from pithbundle.recompute.result import FoundRow
from pithbundle.recompute.sorted_lines import place_of, remove_sorted, write_sorted
from pithbundle.recompute.store import Store, UnitRef, covering, groups
from pithbundle.recompute.table import write_states_table
from pithbundle.recompute.unit import Parts
from pithbundle.verifier import Verifier

#: The frames that are held while shared records are read again.
_HELD: Final = 32
#: The raw bytes of shared records that are one unit.
_GATHERED: Final = 1 << 19


@dataclass(frozen=True, slots=True)
class _PackFile:
    """A pack that was read, to be opened again."""

    path: str
    encoding: Encoding
    identity: Identity
    storage: Storage


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a frame is."""

    pack: _PackFile
    offset: int


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a run came to."""

    #: ``summary.json`` (RECOMP-6).
    summary: Object
    rejected: Rejections


def recompute(
    archives: Sequence[str],
    output: str,
    verifier: Verifier,
    *,
    jobs: int = 1,
    pool: UnitPool[int] | None = None,
    storage: Storage = LOCAL,
    force: bool = False,
    table: bool = False,
    lines: Iterable[Line] | None = None,
    rejected: Rejections | None = None,
    progress: Progress | None = None,
) -> Recomputed:
    """Recompute all records of the archives and write the output.

    Args:
        archives: the folders of archives.
        output: the folder that is written.
        verifier: the policy, the rules and the limits.
        jobs: the number of processes that verify.
        pool: where units are computed instead, as on a cluster; closed before the output is written.
        storage: where the archives are; by default on this machine.
        force: replace an existing output; anything else of that name is never replaced.
        table: write the states as a table too (ARCH-14).
        lines: lines in any order that no archive has; they are sorted on the disk first (RECOMP-12).
        rejected: what was rejected of their inputs; complete when ``lines`` has ended.
        progress: takes what the run reports.

    Raises:
        FileError: ``io``: an archive cannot be read, a file changed meanwhile, or something cannot
            be written.
        ArchiveError: a manifest is not in its form.
        InputError: a manifest is not JSON.
    """
    readers = [Reader(path, verifier.limits, storage) for path in archives]
    try:
        place = OutputFolder(
            output, force, assemble.KNOWN_OF_PART, assemble.is_output, folders=assemble.FOLDERS_OF_PART
        )
        with place, contextlib.closing(Store(place.part)) as store:
            progress = progress or Silent()
            run = _Run(readers, verifier, pool or Pool(verifier, jobs), store, progress)
            if lines is not None:
                run.sort(place, lines, rejected)
            found = run.write(place)
            if table:
                write_states_table(place.part, verifier.limits)
            remove_sorted(place.part)
            place.give_name()
    except OSError as error:
        raise file_error(output, error) from error
    return found


class _Run:
    def __init__(
        self,
        readers: Sequence[Reader],
        verifier: Verifier,
        pool: UnitPool[int],
        store: Store,
        progress: Progress,
    ) -> None:
        self._readers = [*readers]
        #: The archive of the lines that were sorted.
        self._sorted: Reader | None = None
        self._verifier = verifier
        self._pool = pool
        self._jobs = pool.jobs
        self._store = store
        self._progress = progress
        self._rejected = Rejections()
        #: The frames by number.
        self._sources: list[_Source] = []
        self._times: dict[str, float] = {}

    def sort(self, place: OutputFolder, lines: Iterable[Line], rejected: Rejections | None) -> None:
        """Sort lines into an archive, which is read like the others."""
        self._progress.begin("reading", None)
        with self._timed("sorting"):
            self._sorted = Reader(write_sorted(place.part, lines), self._verifier.limits)
        self._readers.append(self._sorted)
        if rejected is not None:
            self._rejected.update(rejected)

    def write(self, place: OutputFolder) -> Recomputed:
        """Compute everything and write it into the part of the output."""
        with self._pool as pool:
            with self._timed("units"):
                self._progress.begin("verifying", sum(each.manifest.bundles for each in self._readers))
                units = self._store.bounded(self._verified(self._frames(), pool))
            with self._timed("shared_records"):
                self._progress.begin("merging", None)
                shared = [*self._verified(self._shared(units), pool)]
        folder, verifier = place.part, self._verifier
        results = assemble.Found(self._store, units, shared)
        with self._timed("output"):
            self._progress.begin("writing", None)
            tally = assemble.write_states(folder, results, self._rejected)
            assemble.write_reports(folder, results)
            assemble.write_rejected(folder, self._rejected)
        summary = tally.to_value(
            self._rejected,
            policy_sha256=verifier.policy.sha256,
            rules=verifier.rules.name,
            limits=verifier.limits,
        )
        assemble.write_json(folder, assemble.SUMMARY, summary)
        assemble.write_picture(folder, summary)
        assemble.write_json(folder, assemble.RUN, self._facts())
        self._store.remove()
        return Recomputed(summary, self._rejected)

    def _facts(self) -> Object:
        from pithbundle import __version__

        return {
            "run_type": "pithbundle_recompute_run",
            "run_version": "1",
            "pithbundle_version": __version__,
            "zstd_version": VERSION,
            "jobs": self._jobs,
            "seconds": {name: round(value, 3) for name, value in self._times.items()},
        }

    @contextlib.contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self._times[name] = time.monotonic() - start

    def _verified(self, units: Iterator[tuple[int, Parts]], pool: UnitPool[int]) -> Iterator[UnitRef]:
        """The results of units, stored; what they reject is noted."""
        read = 0
        for source, result in pool.results(units):
            if result is None:
                self._note_lost(source)
                continue
            read += result.read
            self._progress(read, len(self._rejected))
            for entry in result.rejected:
                self._note(source, entry)
            ref = self._store.add(result, source)
            if ref is not None:
                yield ref

    # -- frames ---------------------------------------------------------------------------

    def _frames(self) -> Iterator[tuple[int, Parts]]:
        """Every frame of the archives."""
        for reader in self._readers:
            for info in reader.packs:
                try:
                    pack = reader.open(info)
                except FileError as error:
                    self._rejected.add(os.path.join(reader.path, info.file), "", error)
                    continue
                with pack:
                    yield from self._frames_of(pack, info)
            if Reader(reader.path, reader.limits, reader.storage).manifest != reader.manifest:
                raise FileError.at(reader.path, "was replaced while it was read; run again")

    def _frames_of(self, pack: PackReader, info: PackInfo) -> Iterator[tuple[int, Parts]]:
        file = _PackFile(pack.path, pack.encoding, pack.identity, pack.storage)
        content, is_damaged = sha256(), False
        for frame in pack.frames():
            if isinstance(frame, Damage):
                note_damage(pack, frame, self._rejected)
                is_damaged = True
                continue
            content.update(frame.raw)
            self._sources.append(_Source(file, frame.offset))
            yield len(self._sources) - 1, ((pack.encoding, frame.raw),)
        if not is_damaged and content.hexdigest() != info.content_sha256:
            detail = "the content of the pack is not that of the manifest"
            self._rejected.add(pack.path, "", ArchiveError("archive", detail, clause="ARCH-10"))

    def _note(self, source: int, entry: RejectedEntry) -> None:
        path, place = self._where(self._sources[source])
        position = f"{place}, {entry.position}" if entry.count == 1 else ""
        self._rejected.take(RejectedEntry(path, position, entry.code, entry.reason, entry.count))

    def _note_lost(self, source: int) -> None:
        """List a frame whose processes ended; of shared records the output shows that no unit has all."""
        if source >= 0:
            detail = "the process that verified the frame ended each time"
            self._rejected.add(*self._where(self._sources[source]), ArchiveError("worker_lost", detail))

    def _where(self, at: _Source) -> tuple[str, str]:
        """The file of a frame, and its place in it."""
        if self._sorted is not None and os.path.dirname(at.pack.path) == self._sorted.path:
            return "", place_of(self._sorted, at.pack.path, at.offset)
        return at.pack.path, f"frame at byte {at.offset}"

    # -- records in several frames ----------------------------------------------------------

    def _shared(self, units: Sequence[UnitRef]) -> Iterator[tuple[int, Parts]]:
        """The lines of the records that no frame has all lines of, read again."""
        gathered: dict[Encoding, list[bytes]] = {"json": [], "cbor": []}
        size = 0
        with contextlib.closing(_Frames(self._sources, self._verifier.limits)) as frames:
            for rows in self._rows_of_groups(units):
                if covering(rows) is not None:
                    continue
                for encoding, raw in frames.lines_of(rows):
                    gathered[encoding].append(raw)
                    size += len(raw)
                if size >= _GATHERED:
                    yield -1, _parts(gathered)
                    gathered, size = {"json": [], "cbor": []}, 0
        if size:
            yield -1, _parts(gathered)

    def _rows_of_groups(self, units: Sequence[UnitRef]) -> Iterator[list[FoundRow]]:
        """The rows of each suffix that may be in several units."""
        for group in groups(units):
            if len(group) > 1 or not group[0].is_plain:
                yield from self._store.records(group)


def _parts(gathered: dict[Encoding, list[bytes]]) -> Parts:
    return [(encoding, b"".join(parts)) for encoding, parts in gathered.items() if parts]


class _Frames:
    """Reads frames again; the last ones are held, since the rows of a chain are in their order."""

    def __init__(self, sources: Sequence[_Source], limits: Limits) -> None:
        self._sources = sources
        self._limits = limits
        self._held: OrderedDict[int, dict[str, bytes]] = OrderedDict()
        self._packs: OrderedDict[str, PackReader] = OrderedDict()

    def close(self) -> None:
        """Close the packs."""
        for pack in self._packs.values():
            pack.close()

    def lines_of(self, rows: Sequence[FoundRow]) -> Iterator[tuple[Encoding, bytes]]:
        """The raw bytes of each line of the rows, once."""
        done: set[str] = set()
        for each in rows:
            source = each.row.source
            encoding = self._sources[source].pack.encoding
            lines = self._frame(source)
            for name in each.row.lines:
                if name not in done:
                    done.add(name)
                    yield encoding, lines[name] + (b"\n" if encoding == "json" else b"")

    def _frame(self, source: int) -> dict[str, bytes]:
        if source in self._held:
            self._held.move_to_end(source)
        else:
            at = self._sources[source]
            frame = self._pack(at.pack).read_frame(at.offset)
            self._held[source] = {sha256(data).hexdigest(): data for _, data in frame.parts()}
            if len(self._held) > _HELD:
                self._held.popitem(last=False)
        return self._held[source]

    def _pack(self, file: _PackFile) -> PackReader:
        """The pack, open.

        Raises:
            FileError: ``io``: it is another file than the one that was read.
        """
        if file.path in self._packs:
            self._packs.move_to_end(file.path)
        else:
            pack = PackReader(file.path, file.encoding, self._limits, file.storage)
            self._packs[file.path] = pack
            if pack.identity != file.identity:
                raise FileError.at(file.path, "changed while it was read; run again")
            if len(self._packs) > _HELD:
                self._packs.popitem(last=False)[1].close()
        return self._packs[file.path]
