"""Writing the output: packs of states and reports, digests, what was rejected (spec RECOMP-3 to RECOMP-6).

States and reports are merged from the results of the units one after the other, so that one pack is
open at a time.
"""

from __future__ import annotations

import contextlib
import errno
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, cast

from pithbundle.archive.borders import ends_frame, frames
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import PackInfo
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.writer import PART_FILES, PackFrame, PackWriter
from pithbundle.archive.zstd import VERSION
from pithbundle.durable import Folder
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError, MergeError
from pithbundle.recompute.facts import Tally
from pithbundle.recompute.picture import summary_svg
from pithbundle.recompute.result import FoundRow, UnitResult, texts_of
from pithbundle.recompute.resume import KEPT, TEMPORARIES
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
_TEMPORARY: Final = "file.tmp"
_PACK_TEMPORARY: Final = "pack.tmp"
_PACK_FILE: Final = r"[0-9a-f]{32}\.(?:jsonl\.zst|idx)|packs\.json"
_FILES: Final = r"digests\.txt|rejected\.jsonl|summary\.json|summary\.svg|run\.json|states\.parquet"
#: The names of the files of an output and of its folders, and those that a run leaves in its part.
FOLDERS: Final = re.compile(f"{STATES}|{REPORTS}")
FOLDERS_OF_PART: Final = re.compile(f"{FOLDERS.pattern}|{SORTED}")
KNOWN: Final = re.compile(f"{_FILES}|{_PACK_FILE}")
KNOWN_OF_PART: Final = re.compile(
    f"{_FILES}|{_PACK_FILE}|{PART_FILES.pattern}|{KEPT.pattern}|{TEMPORARIES}|"
    f"{re.escape(_TEMPORARY)}|{re.escape(_PACK_TEMPORARY)}"
)


@dataclass(frozen=True, slots=True)
class Found:
    """The results of a run: the units of its frames, and those of records in several frames."""

    store: Store
    units: Sequence[UnitRef]
    shared: Sequence[UnitRef]


def write_states(folder: Folder, found: Found, rejected: Rejections) -> Tally:
    """Write ``states/`` and ``digests.txt``, and count; what has no state goes to ``rejected``.

    Raises:
        ArchiveError: the file of the results was damaged meanwhile.
        OSError: something cannot be written.
    """
    tally = Tally()
    with folder.create(DIGESTS) as digests:

        def pieces() -> Iterator[Line | PackFrame]:
            for each in _chosen(found, rejected, states=True):
                digests.write(each.digests)
                if isinstance(each, FoundRow):
                    tally.add(len(each.row.lines), each.row.facts)
                    yield _line(each.row.suffix, each.state)
                else:
                    tally.add_counts(each.result.counts)
                    yield from each.pieces(each.result.states)

        _write_packs(folder, STATES, "pithbundle_states", pieces())
        digests.sync()
    return tally


def write_reports(folder: Folder, found: Found) -> None:
    """Write ``reports/``.

    Raises:
        ArchiveError: the file of the results was damaged meanwhile.
        OSError: something cannot be written.
    """

    def pieces() -> Iterator[Line | PackFrame]:
        # What has no report was noted with the states.
        for each in _chosen(found, Rejections(), reports=True):
            if isinstance(each, FoundRow):
                yield _line(each.row.suffix, each.report)
            else:
                yield from each.pieces(each.result.reports)

    _write_packs(folder, REPORTS, "pithbundle_reports", pieces())


def write_rejected(folder: Folder, rejected: Rejections) -> None:
    """Write ``rejected.jsonl`` (RECOMP-2)."""
    lines = [json.dumps(entry.to_value()).encode("ascii") + b"\n" for entry in rejected]
    folder.write_file(REJECTED, b"".join(lines), _TEMPORARY)


def write_json(folder: Folder, name: str, value: Object) -> None:
    """Write a file of JSON for people too."""
    folder.write_file(name, json.dumps(value, indent=2).encode("ascii") + b"\n", _TEMPORARY)


def write_picture(folder: Folder, summary: Object) -> None:
    """Write ``summary.svg`` (RECOMP-13)."""
    folder.write_file(PICTURE, summary_svg(summary), _TEMPORARY)


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

    def pieces(self, packed: Sequence[PackFrame]) -> Iterator[Line | PackFrame]:
        """Its frames of states or reports if they are copied, else the lines of these."""
        if self.is_copied:
            yield from packed
        else:
            yield from map(_line, self.result.suffixes(), texts_of(packed))


def _chosen(
    found: Found, rejected: Rejections, *, states: bool = False, reports: bool = False
) -> Iterator[WholeUnit | FoundRow]:
    """The results in the order of the suffixes: whole units where nothing overlaps them.

    Of the others each record is one row, the one that has the lines of all of its rows.
    """
    store = found.store
    # A shared record has rows in several units, so that its suffix is in the range of a group of several.
    shared = _Ahead(store.records(found.shared, states=states, reports=reports))
    # Whether the next row begins a frame (ARCH-5).
    is_at_border = True
    for group in groups(found.units):
        (ref, *others) = group
        if ref.is_plain and not others:
            ends_at_border = ends_frame(ref.last)
            yield WholeUnit(store.read(ref), is_at_border and ends_at_border)
            is_at_border = ends_at_border
            continue
        last = max(each.last for each in group)
        for rows in _joined(store.records(group, states=states, reports=reports), shared, last):
            chosen = _covering(rows, rejected)
            if chosen is not None:
                yield chosen
                is_at_border = ends_frame(chosen.row.suffix)


class _Ahead:
    """Rows of shared records, of which one record is read ahead."""

    def __init__(self, records: Iterator[list[FoundRow]]) -> None:
        self._records = records
        self._next = next(records, None)

    def until(self, suffix: str) -> Iterator[list[FoundRow]]:
        """The records up to ``suffix``."""
        while self._next is not None and self._next[0].row.suffix <= suffix:
            yield self._next
            self._next = next(self._records, None)


def _joined(records: Iterator[list[FoundRow]], shared: _Ahead, last: str) -> Iterator[list[FoundRow]]:
    """The rows of the records of a group, with the row of each that is shared."""
    ahead = shared.until(last)
    one = next(ahead, None)
    for rows in records:
        if one is not None and one[0].row.suffix == rows[0].row.suffix:
            rows += one
            one = next(ahead, None)
        yield rows


def _covering(rows: Sequence[FoundRow], rejected: Rejections) -> FoundRow | None:
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


def _line(suffix: str, data: bytes) -> Line:
    # A digest would order lines of one suffix, of which there is one.
    return Line(suffix, b"", data, "json")


def _write_packs(folder: Folder, name: str, packs_type: str, pieces: Iterable[Line | PackFrame]) -> None:
    """Write packs of frames that are copied and of lines; each frame that is copied follows a border."""
    with folder.make_folder(name) as inner:
        with contextlib.closing(PackWriter(inner, "json")) as writer:
            for is_frame, run in groupby(pieces, key=lambda piece: isinstance(piece, PackFrame)):
                if is_frame:
                    for made in cast("Iterator[PackFrame]", run):
                        writer.copy(made)
                else:
                    for frame in frames(cast("Iterator[Line]", run)):
                        writer.write(frame)
            packs: list[PackInfo] = writer.finish()
        value: Object = {
            "packs_type": packs_type,
            "packs_version": "1",
            "zstd_version": VERSION,
            "packs": [pack.to_value() for pack in packs],
        }
        write_json(inner, PACKS, value)
        inner.sync()


def is_output(folder: Folder) -> None:
    """Check that a folder contains an output and nothing else, so that it may be replaced.

    Raises:
        OSError: it does not.
    """
    folder.require_known(KNOWN, FOLDERS)
    if folder.mode(SUMMARY) is None:
        raise OSError(errno.EEXIST, "exists and contains no output of recompute; --force replaces those only")
