"""One unit of work: the bytes of lines in, the states and reports of their records out (spec RECOMP-1).

Pure, and a function of the bytes, the policy, the rules and the limits: nothing of the result names a
file, an offset or a time, so that it is the same wherever the lines are and whoever computes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

from pithbundle.archive.borders import MAX_LINES
from pithbundle.archive.lines import require_line, split_items, split_lines
from pithbundle.archive.rejected import MOST_REPEATED, RejectedEntry, Rejections, rest_of_frame
from pithbundle.bundle.reader import read_bundle
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import PithError
from pithbundle.joined import input_of
from pithbundle.recompute.facts import facts_of
from pithbundle.recompute.result import RecordResult, Row, UnitResult, result_of
from pithbundle.record_digests import RecordDigests
from pithbundle.report import Report, reports_of
from pithbundle.verifier import VerifiedBundle, Verifier

#: The encoding and the raw bytes of each frame, or of each line that was read again; may be iterated twice.
Parts: TypeAlias = Iterable[tuple[Encoding, bytes]]


def compute(verifier: Verifier, parts: Parts) -> UnitResult:
    """Verify the lines of ``parts`` and merge those of each record."""
    # Lines of one record follow one another (ARCH-4), so that each is finished before the next one begins:
    # bundles that are held cost a seventh more time in the collector of cycles. Of other lines all are held.
    try:
        return _computed(verifier, parts, holds=False)
    except _NotAdjacent:
        return _computed(verifier, parts, holds=True)


class _NotAdjacent(Exception):
    """Lines of one record do not follow one another."""


def _computed(verifier: Verifier, parts: Parts, *, holds: bool) -> UnitResult:
    """The result.

    Raises:
        _NotAdjacent: no bundles are held, and lines of one record do not follow one another.
    """
    records = _Records(holds)
    rejected: list[tuple[int, RejectedEntry]] = []
    read = 0
    for number, (encoding, raw) in enumerate(parts):
        of_part = Rejections()
        read += _read_part(verifier, encoding, raw, records, of_part)
        rejected += [(number, entry) for entry in of_part]
    records.finish()
    return result_of([records.done[suffix] for suffix in sorted(records.done)], read, rejected)


class _Records:
    """The records of a unit.

    Args:
        holds: whether all bundles are held, because lines of one record do not follow one another.
    """

    def __init__(self, holds: bool) -> None:
        self._holds = holds
        self._groups: dict[str, dict[str, VerifiedBundle]] = {}
        #: The rows of the records whose lines have all been read.
        self.done: dict[str, RecordResult] = {}

    def begin(self, suffix: str) -> None:
        """The next line is of the record with this suffix.

        Raises:
            _NotAdjacent: as of :func:`_computed`.
        """
        if not self._holds and suffix not in self._groups:
            self.finish()
            if suffix in self.done:
                raise _NotAdjacent

    def add(self, suffix: str, line: str, bundle: VerifiedBundle) -> None:
        """Take the bundle of a line."""
        self._groups.setdefault(suffix, {})[line] = bundle

    def finish(self) -> None:
        """No lines follow of the records so far."""
        while self._groups:
            suffix, group = self._groups.popitem()
            self.done[suffix] = _record(suffix, group)


def _read_part(
    verifier: Verifier, encoding: Encoding, raw: bytes, records: _Records, rejected: Rejections
) -> int:
    """Verify the lines of one frame; return how many there are.

    Raises:
        _NotAdjacent: as of :func:`_computed`.
    """
    seen: set[str] = set()
    number = 0
    for number, (_, data) in enumerate((split_lines if encoding == "json" else split_items)(raw), 1):
        line = sha256(data).hexdigest()
        if line in seen:
            # A pack has each line once. A frame of a million line feeds has 50 bytes.
            if number - len(seen) == MOST_REPEATED:
                rejected.add("", f"line {number}", rest_of_frame())
                break
            continue
        seen.add(line)
        try:
            bundle = read_bundle(data, limits=verifier.limits, encoding=encoding)
            require_line(data, bundle)
        except PithError as error:
            if len(rejected) == MAX_LINES:
                rejected.add("", f"line {number}", rest_of_frame())
                break
            rejected.add("", f"line {number}", error)
            continue
        suffix = bundle.record.number.suffix
        records.begin(suffix)
        records.add(suffix, line, verifier._verify(bundle))
    return number


def _record(suffix: str, group: dict[str, VerifiedBundle]) -> RecordResult:
    """The row, the digests, the state and the report of the bundles of one suffix."""
    names = tuple(sorted(group))
    report, *others = _reports(names, group)
    state, record = report.state, report.record
    if others or state is None or record is None:
        # Neither of the records is preferred, whichever frame contains them.
        return RecordResult(Row(suffix, names, (), True), b"", b"", b"")
    digests = RecordDigests(suffix, record.hex, state.events_sha256, state.sha256, report.unverified_sha256)
    row = Row(suffix, names, facts_of(report))
    return RecordResult(row, digests.to_bytes(), state.to_json(), encode(report.to_value()))


def _reports(names: tuple[str, ...], group: dict[str, VerifiedBundle]) -> list[Report]:
    """The reports on the bundles of one suffix: one, but for two records that have it."""
    if len(names) == 1:
        return [group[names[0]].report(names[0])]
    return reports_of((input_of(name, group[name]), group[name].ledger) for name in names)
