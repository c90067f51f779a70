"""A whole run (spec RECOMP-1 onward): units of frames are verified, shared records are read again and merged,
and the output is written of the results, of which those of an earlier run and of the cache are kept.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final

import pithbundle.recompute.assemble as assemble
from pithbundle.archive.borders import ends_frame
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.archive.storage import LOCAL, Storage
from pithbundle.archive.zstd import VERSION
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError
from pithbundle.files import file_error
from pithbundle.output_folder import OutputFolder
from pithbundle.progress import Progress, Silent
from pithbundle.recompute.cache import cache_at
from pithbundle.recompute.first_records import FirstRecords
from pithbundle.recompute.frame_units import FrameUnits, Named, PackScan, Unit
from pithbundle.recompute.known import RECHECKED, Hit, KnownResults
from pithbundle.recompute.notes import Notes
from pithbundle.recompute.plan import ENGINE, Keys, Plan
from pithbundle.recompute.pool import Pool, UnitPool
from pithbundle.recompute.result import RecordResult, UnitResult
from pithbundle.recompute.resume import RESUMABLE, earlier_plan, finish, opened
from pithbundle.recompute.sorted_lines import position_of, remove_sorted, write_sorted
from pithbundle.recompute.sources import Source, lines_at, names_of
from pithbundle.recompute.store import Store, UnitRef, covering, groups
from pithbundle.recompute.table import write_states_table
from pithbundle.recompute.work import Work
from pithbundle.verifier import Verifier

#: The lines of shared records that are one unit, unless a border comes first.
_GATHERED: Final = 64


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a run came to."""

    #: ``summary.json`` (RECOMP-6).
    summary: Object
    rejected: Rejections
    #: By outcome the suffixes of the first records with it, and the number of lines of each (RECOMP-20).
    first: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    #: Whether there is an output; False only of a run without ``empty``.
    is_written: bool = True
    #: How many bundles of the manifests were not read, where something was rejected.
    missing: int = 0
    #: How many entries of the cache were damaged, whose units were computed again (RECOMP-10).
    damaged: int = 0


def recompute(
    archives: Sequence[str],
    output: str,
    verifier: Verifier,
    *,
    jobs: int = 1,
    pool: UnitPool[Named] | None = None,
    storage: Storage = LOCAL,
    force: bool = False,
    empty: bool = True,
    table: bool = False,
    lines: Iterable[Line] | None = None,
    rejected: Rejections | None = None,
    resume: bool = False,
    cache: str | None = None,
    recheck: int = RECHECKED,
    progress: Progress | None = None,
    on_resumable: Callable[[int], None] = lambda _: None,
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
        empty: write, and with ``force`` replace, an output without any record too (ARCH-15).
        table: write the states as a table too (ARCH-14).
        lines: lines in any order that no archive has; they are sorted on the disk first (RECOMP-12).
        rejected: what was rejected of their inputs; complete when ``lines`` has ended.
        resume: go on with what an interrupted run left beside the output (RECOMP-9).
        cache: a folder with the results of earlier runs, which is created where there is none (RECOMP-10).
        recheck: the share of the results found there that is computed again, in percent.
        progress: takes what the run reports.
        on_resumable: called with the number of finished units if the run ends early and they can be resumed.

    Raises:
        FileError: ``io``: an archive cannot be read, a file changed meanwhile, something cannot be
            written, or results of another plan or without ``resume`` are there; ``cache``: a result of
            the cache is not the one that a new computation gives.
        ArchiveError: a manifest is not in its form.
        InputError: a manifest is not JSON.
    """
    given = _Given(
        archives, storage, output, verifier, pool or Pool(verifier, jobs), force, empty, table, lines,
        () if rejected is None else rejected, resume, cache, recheck, progress or Silent(), on_resumable,
    )  # fmt: skip
    try:
        with contextlib.ExitStack() as stack:
            return _recomputed(given, stack)
    except OSError as error:
        raise file_error(output, error) from error


@dataclass(frozen=True, slots=True)
class _Given:
    """The arguments of :func:`recompute`."""

    archives: Sequence[str]
    storage: Storage
    output: str
    verifier: Verifier
    pool: UnitPool[Named]
    force: bool
    empty: bool
    table: bool
    lines: Iterable[Line] | None
    rejected: Iterable[RejectedEntry]
    resume: bool
    cache: str | None
    recheck: int
    progress: Progress
    on_resumable: Callable[[int], None]


def _recomputed(given: _Given, stack: contextlib.ExitStack) -> Recomputed:
    verifier = given.verifier
    readers = [Reader(path, verifier.limits, given.storage) for path in given.archives]
    earlier = stack.enter_context(cache_at(given.cache))
    output = stack.enter_context(_output(given.output, given.force))
    before = earlier_plan(output, resume=given.resume, force=given.force)
    times: dict[str, float] = {}
    own = None
    if given.lines is not None:
        own = _sorted(output, given.lines, verifier, given.progress, times)
        readers.append(own)
    form = "parquet" if given.table else "jsonl"
    plan = Plan.of((info.content_sha256 for each in readers for info in each.packs), verifier, form)
    store = stack.enter_context(opened(output, plan, before, given.on_resumable))
    known = KnownResults(store, earlier, plan.sha256, given.recheck)
    run = _Run(readers, own, verifier, given.pool, store, known, given.progress, times)
    found = run.write(output, given.rejected)
    if not (given.empty or found.summary["records"]):
        output.keeps = False
        return replace(found, is_written=False)
    if given.table:
        write_states_table(output.part, verifier.limits)
    remove_sorted(output.part)
    # A run that is killed in between has its output, and no units to compute again.
    output.give_name()
    finish(output.part, store)
    return found


def _output(path: str, force: bool) -> OutputFolder:
    known, folders = assemble.KNOWN_OF_PART, assemble.FOLDERS_OF_PART
    return OutputFolder(path, force, known, assemble.is_output, folders=folders, keep=RESUMABLE)


def _sorted(
    output: OutputFolder,
    lines: Iterable[Line],
    verifier: Verifier,
    progress: Progress,
    times: dict[str, float],
) -> Reader:
    """Sort lines into an archive, which is read like the others."""
    progress.begin("reading", None)
    with _timed(times, "sorting"):
        return Reader(write_sorted(output.part, lines), verifier.limits)


@contextlib.contextmanager
def _timed(times: dict[str, float], name: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    times[name] = time.monotonic() - start


class _Run:
    def __init__(
        self,
        readers: Sequence[Reader],
        own: Reader | None,
        verifier: Verifier,
        pool: UnitPool[Named],
        store: Store,
        known: KnownResults,
        progress: Progress,
        times: dict[str, float],
    ) -> None:
        self._readers = readers
        #: The one of them that has the lines which were sorted.
        self._sorted = own
        self._verifier = verifier
        self._pool = pool
        self._jobs = pool.jobs
        self._store = store
        self._known = known
        self._keys = Keys.of(verifier)
        self._progress = progress
        self._notes = Notes()
        #: The lines of this step that were verified.
        self._lines = 0
        self._frames = FrameUnits(readers, self._keys, self._notes)
        self._times = times

    def write(self, output: OutputFolder, rejected_before: Iterable[RejectedEntry]) -> Recomputed:
        """Compute everything and write it into the part of the output."""
        self._notes.take(self._frames.number(), rejected_before)
        with self._pool as pool:
            with _timed(self._times, "units"):
                self._progress.begin("verifying", sum(each.manifest.bundles for each in self._readers))
                units = self._store.bounded(self._results(self._frames.units(pool), pool))
                claimed, read = sum(each.manifest.bundles for each in self._readers), self._lines
            with _timed(self._times, "shared_records"):
                self._progress.begin("merging", None)
                shared = self._results(self._shared(units), pool)
                self._frames.require_unchanged()
        folder, verifier = output.part, self._verifier
        results = assemble.RunResults(self._store, units, shared)
        rejected, first = self._notes.rejections(), FirstRecords()
        with _timed(self._times, "output"):
            self._progress.begin("writing", read)
            tally = assemble.write_results(folder, results, rejected, first, self._progress)
            assemble.write_rejected(folder, rejected)
        summary = tally.to_value(
            rejected,
            policy_sha256=verifier.policy.sha256,
            rules=verifier.rules.name,
            limits=verifier.limits,
        )
        assemble.write_json(folder, assemble.SUMMARY, summary)
        assemble.write_picture(folder, summary)
        assemble.write_json(folder, assemble.RUN, self._facts())
        missing = max(0, claimed - read) if len(rejected) else 0
        damaged = self._known.counts["damaged"]
        return Recomputed(summary, rejected, first.by_outcome, missing=missing, damaged=damaged)

    def _facts(self) -> Object:
        from pithbundle import __version__

        return {
            "run_type": "pithbundle_recompute_run",
            "run_version": "1",
            "engine": ENGINE,
            "pithbundle_version": __version__,
            "zstd_version": VERSION,
            "jobs": self._jobs,
            "units": dict(self._known.counts),
            "seconds": {name: round(value, 3) for name, value in self._times.items()},
        }

    def _results(self, units: Iterator[Unit | PackScan | None], pool: UnitPool[Named]) -> list[UnitRef]:
        """The results of units, stored; what they reject is noted."""
        refs: list[UnitRef] = []
        self._lines = 0

        def take(source: int, result: UnitResult, ref: UnitRef | None) -> None:
            self._lines += result.read
            self._progress(self._lines, len(self._notes))
            self._note(source, result.rejected)
            if ref is not None:
                refs.append(ref)

        def tasks() -> Iterator[tuple[Named, Work] | None]:
            for unit in units:
                if unit is None:
                    yield None
                elif isinstance(unit, PackScan):
                    yield unit, unit.work
                else:
                    source, key, work = unit
                    found = self._known.find(source, key)
                    if isinstance(found, Hit):
                        take(source, found.result, found.ref)
                    else:
                        yield found, work()

        for task, result in pool.results(tasks()):
            if isinstance(task, PackScan):
                task.take(result)
            elif isinstance(result, UnitResult):
                take(task.source, result, self._known.keep(task, result))
            else:
                self._known.counts["lost"] += 1
                self._note_lost(task.source)
        self._store.flush()
        return refs

    def _note(self, source: int, rejected: Iterable[tuple[int, RejectedEntry]]) -> None:
        """List what frames reject; shared records were read before, and reject nothing."""
        if source >= 0 and rejected:
            at = self._frames.sources[source]
            for number, entries in groupby(rejected, key=itemgetter(0)):
                path, frame = self._where(at, number)
                positions = (
                    replace(each, path=path, position=f"{frame}, {each.position}" if each.count == 1 else "")
                    for _, each in entries
                )
                self._notes.take(at.number + number, positions)

    def _note_lost(self, source: int) -> None:
        """List frames whose processes ended; of shared records the output shows that no unit has all."""
        if source >= 0:
            detail = "the process that verified the frame ended each time"
            at = self._frames.sources[source]
            for number in range(len(at.lengths)):
                error = ArchiveError("worker_lost", detail)
                self._notes.add(at.number + number, *self._where(at, number), error)

    def _where(self, at: Source, number: int) -> tuple[str, str]:
        """The file of a frame of a unit, and its position in it."""
        offset = at.offset_of(number)
        if self._sorted is not None and os.path.dirname(at.pack.path) == self._sorted.path:
            return "", position_of(self._sorted, at.pack.path, offset)
        return at.pack.path, f"frame at byte {offset}"

    # -- records in several units -----------------------------------------------------------

    def _shared(self, units: Sequence[UnitRef]) -> Iterator[Unit]:
        """The lines of the records that no unit has all lines of, read again where they are needed."""
        gathered: list[RecordResult] = []
        sources = self._frames.sources

        def unit() -> Unit:
            names = names_of(sources, gathered)
            key = self._keys.of_records((encoding, name) for name, encoding in names.items())
            return -1, key, partial(lines_at, sources, gathered, self._verifier.limits)

        for rows in self._rows_of_groups(units):
            if covering(rows) is not None:
                continue
            gathered += rows
            lines = sum(len(each.row.lines) for each in gathered)
            is_large = any(sources[each.row.source].is_large for each in rows)
            if lines >= _GATHERED or is_large or ends_frame(rows[0].row.suffix):
                yield unit()
                gathered = []
        if gathered:
            yield unit()

    def _rows_of_groups(self, units: Sequence[UnitRef]) -> Iterator[list[RecordResult]]:
        """The rows of each suffix that may be in several units."""
        for group in groups(units):
            if len(group) > 1 or not group[0].is_plain:
                yield from self._store.records(group)
