"""Writing the output: packs of states and reports, digests, what was rejected (spec RECOMP-3 to RECOMP-6).

States and reports are merged from the results of the units one after the other, so that one pack is
open at a time.
"""

from __future__ import annotations

import contextlib
import errno
import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

from pithbundle.archive.borders import frames
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import PackInfo
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.writer import PackWriter
from pithbundle.archive.zstd import VERSION
from pithbundle.durable import Folder
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError, MergeError
from pithbundle.recompute.facts import Tally
from pithbundle.recompute.picture import summary_svg
from pithbundle.recompute.store import UNITS, Store, StoredRow, UnitRef, covering

STATES: Final = "states"
REPORTS: Final = "reports"
PACKS: Final = "packs.json"
DIGESTS: Final = "digests.txt"
REJECTED: Final = "rejected.jsonl"
SUMMARY: Final = "summary.json"
PICTURE: Final = "summary.svg"
RUN: Final = "run.json"
_TEMPORARY: Final = "file.tmp"
_PACK_TEMPORARY: Final = "pack.tmp"
_PACK_FILE: Final = r"[0-9a-f]{32}\.(?:jsonl\.zst|idx)|packs\.json"
_FILES: Final = r"digests\.txt|rejected\.jsonl|summary\.json|summary\.svg|run\.json"
#: The names of the files of an output and of its folders, and those that a run leaves in its part.
FOLDERS: Final = re.compile(f"{STATES}|{REPORTS}")
KNOWN: Final = re.compile(f"{_FILES}|{_PACK_FILE}")
KNOWN_OF_PART: Final = re.compile(
    f"{_FILES}|{_PACK_FILE}|{re.escape(UNITS)}|{re.escape(_TEMPORARY)}|{re.escape(_PACK_TEMPORARY)}"
)

Chains = list[list[UnitRef]]


def write_states(folder: Folder, store: Store, chains: Chains, rejected: Rejections) -> Tally:
    """Write ``states/`` and ``digests.txt``, and count; what has no state goes to ``rejected``.

    Raises:
        OSError: something cannot be written.
    """
    tally = Tally()
    with folder.create(DIGESTS) as digests:

        def lines() -> Iterator[Line]:
            for each in _chosen(store, chains, rejected):
                row = each.row
                tally.add(len(row.lines), row.facts)
                digests.write(f"{row.suffix} {' '.join(row.digests)}\n".encode("ascii"))
                yield _line(row.suffix, each.state())

        _write_packs(folder, STATES, "pithbundle_states", lines())
        digests.sync()
    return tally


def write_reports(folder: Folder, store: Store, chains: Chains) -> None:
    """Write ``reports/``.

    Raises:
        OSError: something cannot be written.
    """
    # What has no report was noted with the states.
    lines = (_line(each.row.suffix, each.report()) for each in _chosen(store, chains, Rejections()))
    _write_packs(folder, REPORTS, "pithbundle_reports", lines)


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


def _chosen(store: Store, chains: Chains, rejected: Rejections) -> Iterator[StoredRow]:
    """The row of each record that has the lines of all of its rows."""
    for rows in store.records(chains):
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
            yield chosen


def _line(suffix: str, data: bytes) -> Line:
    # The digest orders lines of one suffix, of which there is one.
    return Line(suffix, sha256(data).digest(), data, "json")


def _write_packs(folder: Folder, name: str, packs_type: str, lines: Iterable[Line]) -> None:
    with folder.make_folder(name) as inner:
        with contextlib.closing(PackWriter(inner, "json")) as writer:
            for frame in frames(lines):
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
