"""Writing the output: packs of states and reports, digests, what was rejected (spec RECOMP-3 to RECOMP-6).

States and reports are merged from the results of the units in one pass, so that each result is read once.
"""

from __future__ import annotations

import contextlib
import errno
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.archive.borders import FrameLines, Framer, ends_frame
from pithbundle.archive.lines import Line
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.writer import PART_FILES, PackFrame, PackWriter
from pithbundle.archive.zstd import FASTEST_LEVEL, VERSION
from pithbundle.durable import Folder
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError, MergeError
from pithbundle.progress import Progress
from pithbundle.recompute.facts import Tally
from pithbundle.recompute.first_records import FirstRecords
from pithbundle.recompute.picture import summary_svg
from pithbundle.recompute.result import RecordResult, UnitResult, texts_of
from pithbundle.recompute.resume import RESUMABLE, TEMPORARIES
from pithbundle.recompute.sorted_lines import SORTED
from pithbundle.recompute.store import Store, UnitRef, covering, groups

STATES: Final = "states"
REPORTS: Final = "reports"
PACKS: Final = "packs.json"
DIGESTS: Final = "digests.txt"
REJECTED: Final = "rejected.jsonl"
SUMMARY: Final = "summary.json"
PICTURE: Final = "summary.svg"
RUN: Final = "run.json"
STATES_TABLE: Final = "states.parquet"
_PACK_FILE: Final = r"[0-9a-f]{32}\.(?:jsonl\.zst|idx)|packs\.json"
_FILES: Final = r"digests\.txt|rejected\.jsonl|summary\.json|summary\.svg|run\.json|states\.parquet"
#: The names of the files of an output and of its folders, and those that a run leaves in its part.
FOLDERS: Final = re.compile(f"{STATES}|{REPORTS}")
FOLDERS_OF_PART: Final = re.compile(f"{FOLDERS.pattern}|{SORTED}")
KNOWN: Final = re.compile(f"{_FILES}|{_PACK_FILE}|{RESUMABLE.pattern}")
KNOWN_OF_PART: Final = re.compile(f"{KNOWN.pattern}|{PART_FILES.pattern}|{TEMPORARIES}")


@dataclass(frozen=True, slots=True)
class RunResults:
    """The results of a run: the units of frames, and those of records in several units."""

    store: Store
    units: Sequence[UnitRef]
    shared: Sequence[UnitRef]


def write_results(
    folder: Folder, results: RunResults, rejected: Rejections, first: FirstRecords, progress: Progress
) -> Tally:
    """Write ``states/``, ``reports/`` and ``digests.txt``, and count; what has no state goes to ``rejected``.

    ``first`` takes the first records of each outcome, ``progress`` how many bundles are written.

    Raises:
        ArchiveError: the file of the results was damaged meanwhile.
        OSError: something cannot be written.
    """
    tally, done = Tally(), 0
    with (
        folder.create(DIGESTS) as digests,
        _Packs.open(folder, STATES, "pithbundle_states") as states,
        _Packs.open(folder, REPORTS, "pithbundle_reports") as reports,
    ):
        for each in _chosen(results, rejected):
            digests.write(each.digests)
            if isinstance(each, RecordResult):
                tally.add(len(each.row.lines), each.row.facts)
                first.add(each.row)
                states.add(each.row.suffix, each.state)
                reports.add(each.row.suffix, each.report)
                done += len(each.row.lines)
            else:
                tally.add_counts(each.result.counts)
                first.add_unit(each.result)
                for packs, packed in ((states, each.result.states), (reports, each.result.reports)):
                    if each.is_copied:
                        packs.copy(packed)
                    else:
                        for suffix, text in zip(each.result.suffixes(), texts_of(packed), strict=True):
                            packs.add(suffix, text)
                done += each.result.read
            progress(done, len(rejected))
        states.finish()
        reports.finish()
        digests.sync()
    return tally


def write_rejected(folder: Folder, rejected: Rejections) -> None:
    """Write ``rejected.jsonl`` (RECOMP-2)."""
    lines = [json.dumps(entry.to_value()).encode("ascii") + b"\n" for entry in rejected]
    folder.write_file(REJECTED, b"".join(lines))


def write_json(folder: Folder, name: str, value: Object) -> None:
    """Write a file of JSON for people too."""
    folder.write_file(name, json.dumps(value, indent=2).encode("ascii") + b"\n")


def write_picture(folder: Folder, summary: Object) -> None:
    """Write ``summary.svg`` (RECOMP-13)."""
    folder.write_file(PICTURE, summary_svg(summary))


@dataclass(frozen=True, slots=True)
class WholeUnit:
    """A unit that is written whole, since no other unit overlaps it."""

    result: UnitResult
    #: Whether its frames are those of the output: it begins after a border, and ends with one (ARCH-5).
    is_copied: bool

    @property
    def digests(self) -> bytes:
        """Its lines of ``digests.txt``."""
        return self.result.digests


def _chosen(results: RunResults, rejected: Rejections) -> Iterator[WholeUnit | RecordResult]:
    """The results in the order of the suffixes: whole units where nothing overlaps them.

    Of the others each record is one row, the one that has the lines of all of its rows.
    """
    store = results.store
    # A shared record has rows in several units, so that its suffix is in the range of a group of several.
    shared = _Ahead(store.records(results.shared, outputs=True))
    # Whether the next row begins a frame (ARCH-5).
    is_at_border = True
    for group in groups(results.units):
        (ref, *others) = group
        if ref.is_plain and not others:
            ends_at_border = ends_frame(ref.last)
            yield WholeUnit(store.read(ref), is_at_border and ends_at_border)
            is_at_border = ends_at_border
            continue
        last = max(each.last for each in group)
        for rows in _with_shared(store.records(group, outputs=True), shared, last):
            chosen = _covering(rows, rejected)
            if chosen is not None:
                yield chosen
                is_at_border = ends_frame(chosen.row.suffix)


class _Ahead:
    """Rows of shared records, of which one record is read ahead."""

    def __init__(self, records: Iterator[list[RecordResult]]) -> None:
        self._records = records
        self._next = next(records, None)

    def until(self, suffix: str) -> Iterator[list[RecordResult]]:
        """The records up to ``suffix``."""
        while self._next is not None and self._next[0].row.suffix <= suffix:
            yield self._next
            self._next = next(self._records, None)


def _with_shared(
    records: Iterator[list[RecordResult]], shared: _Ahead, last: str
) -> Iterator[list[RecordResult]]:
    """The rows of the records of a group, with the row of each that is shared."""
    ahead = shared.until(last)
    one = next(ahead, None)
    for rows in records:
        if one is not None and one[0].row.suffix == rows[0].row.suffix:
            rows += one
            one = next(ahead, None)
        yield rows


def _covering(rows: Sequence[RecordResult], rejected: Rejections) -> RecordResult | None:
    """The row that has the lines of all rows of its suffix; without a state it goes to ``rejected``."""
    chosen = covering(rows)
    suffix = rows[0].row.suffix
    if chosen is None:
        detail = "the process that verified the bundles of this record ended each time"
        rejected.add("", f"suffix {suffix}", ArchiveError("worker_lost", detail))
    elif chosen.row.collides:
        for line in chosen.row.lines:
            error = MergeError("collision", f"two records have the suffix {suffix}", clause="MERGE-2")
            rejected.add("", f"the line with SHA-256 {line}", error)
    else:
        return chosen
    return None


class _Packs:
    """The packs of the states or of the reports: frames that are copied, and lines."""

    def __init__(self, folder: Folder, packs_type: str) -> None:
        self._folder = folder
        self._type = packs_type
        self._writer = PackWriter(folder, "json", FASTEST_LEVEL)
        self._framer = Framer[Line]()

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Folder, name: str, packs_type: str) -> Iterator[_Packs]:
        """Make the folder of the packs."""
        with folder.make_folder(name) as inner:
            packs = cls(inner, packs_type)
            with contextlib.closing(packs._writer):
                yield packs

    def add(self, suffix: str, text: bytes) -> None:
        """Write one line."""
        # A digest would order lines of one suffix, of which there is one.
        self._write(self._framer.add(Line(suffix, b"", text, "json")))

    def copy(self, packed: Iterable[PackFrame]) -> None:
        """Write frames as they are, of which the first one follows a border."""
        self._write(self._framer.finish())
        for frame in packed:
            self._writer.copy(frame)

    def finish(self) -> None:
        """Write what is left, and the list of the packs."""
        self._write(self._framer.finish())
        value: Object = {
            "packs_type": self._type,
            "packs_version": "1",
            "zstd_version": VERSION,
            "packs": [pack.to_value() for pack in self._writer.finish()],
        }
        write_json(self._folder, PACKS, value)
        self._folder.sync()

    def _write(self, made: Iterable[FrameLines[Line]]) -> None:
        for frame in made:
            self._writer.write(frame)


def is_output(folder: Folder) -> None:
    """Check that a folder contains an output and nothing else, so that it may be replaced.

    Raises:
        OSError: it does not.
    """
    folder.require_known(KNOWN, FOLDERS)
    if folder.mode(SUMMARY) is None:
        raise OSError(errno.EEXIST, "exists and contains no output of recompute; --force replaces those only")
