"""One unit of work: the bytes of lines in, the states and reports of their records out (spec RECOMP-1).

Pure, and a function of the bytes, the policy, the rules and the limits: nothing of the result names a
file, an offset or a time, so that it is the same wherever the lines are and whoever computes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeAlias

from pithbundle.archive.frames import decompress
from pithbundle.archive.lines import split_items, split_lines, without_white_space
from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.archive.zstd import compress
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import ArchiveError, PithError
from pithbundle.joined import input_of
from pithbundle.recompute.facts import Facts, facts_of
from pithbundle.report import reports_of
from pithbundle.verifier import VerifiedBundle, Verifier

#: The raw bytes of a frame, or of lines that were gathered, by encoding.
Parts: TypeAlias = Sequence[tuple[Encoding, bytes]]
_NOTHING: Final = ("", "", "", "")


@dataclass(frozen=True, slots=True)
class Row:
    """What a unit found of one record; its state and report are in the blobs of the unit."""

    suffix: str
    #: The SHA-256 of each line in hex, sorted.
    lines: tuple[str, ...]
    #: The bytes of the state and of the report; 0 where two records have the suffix (MERGE-2).
    state_size: int
    report_size: int
    #: canonical_sha256, events_sha256, state_sha256, unverified_sha256 (RECOMP-5).
    digests: tuple[str, str, str, str]
    facts: Facts
    #: The number of the frame of the lines in the run, by which they are read again.
    source: int = -1

    @property
    def collides(self) -> bool:
        """Whether two records have the suffix, so that there is neither state nor report."""
        return self.state_size == 0

    def to_value(self) -> list[Any]:
        """Return it as JSON."""
        return [
            self.suffix, self.lines, self.state_size, self.report_size, self.digests, self.facts, self.source,
        ]  # fmt: skip

    @classmethod
    def from_value(cls, value: list[Any], source: int) -> Row:
        """Read what :meth:`to_value` returned; ``source`` is that of a row which has none."""
        suffix, lines, state_size, report_size, digests, facts, own = value
        chosen = source if own < 0 else own
        return cls(suffix, tuple(lines), state_size, report_size, tuple(digests), facts, chosen)


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The result of a unit. Each blob is one frame of zstd, or empty."""

    #: The rows as JSON, in the order of their suffixes.
    rows: bytes
    #: The states of the rows, each with a line feed.
    states: bytes
    #: The reports of the rows, each with a line feed.
    reports: bytes
    #: The first and the last suffix; empty without rows.
    first: str
    last: str
    #: The number of lines that were read.
    read: int
    #: The lines that are no bundles, without a path.
    rejected: tuple[RejectedEntry, ...] = ()


def result_of(
    found: Iterable[tuple[Row, bytes, bytes]], read: int = 0, rejected: Iterable[RejectedEntry] = ()
) -> UnitResult:
    """Return the result with these rows, states and reports, which are sorted by suffix."""
    found = [*found]
    rows = [row for row, _, _ in found]
    if not rows:
        return UnitResult(b"", b"", b"", "", "", read, tuple(rejected))
    return UnitResult(
        _blob(json.dumps([row.to_value() for row in rows], separators=(",", ":")).encode("ascii")),
        _blob(b"".join([state + b"\n" for _, state, _ in found if state])),
        _blob(b"".join([report + b"\n" for _, _, report in found if report])),
        rows[0].suffix,
        rows[-1].suffix,
        read,
        tuple(rejected),
    )


def _blob(raw: bytes) -> bytes:
    return compress(raw) if raw else b""


def rows_of(blob: bytes, size: int, source: int) -> list[Row]:
    """Read the rows of a result; ``size`` is what the frame states."""
    return [Row.from_value(each, source) for each in json.loads(decompress(blob, size))]


def compute(verifier: Verifier, parts: Parts) -> UnitResult:
    """Verify the lines of ``parts`` and merge those of each record."""
    groups: dict[str, dict[bytes, VerifiedBundle]] = {}
    rejected = Rejections()
    seen: set[bytes] = set()
    read = 0
    for number, encoding, data in _lines(parts):
        read = number
        line = sha256(data).digest()
        if line in seen:
            continue
        seen.add(line)
        try:
            found = verifier.verify(data, encoding=encoding)
            if encoding == "json" and len(without_white_space(data)) != len(data):
                raise ArchiveError("archive", "a line with white space that no line has", clause="ARCH-2")
        except PithError as error:
            rejected.add("", f"line {number}", error.detached())
        else:
            groups.setdefault(found.record.number.suffix, {})[line] = found
    return result_of((_record(suffix, groups[suffix]) for suffix in sorted(groups)), read, rejected)


def _lines(parts: Parts) -> Iterator[tuple[int, Encoding, bytes]]:
    number = 0
    for encoding, raw in parts:
        for _, data in (split_lines if encoding == "json" else split_items)(raw):
            number += 1
            yield number, encoding, data


def _record(suffix: str, group: dict[bytes, VerifiedBundle]) -> tuple[Row, bytes, bytes]:
    """The row, the state and the report of the bundles of one suffix."""
    lines = sorted(group)
    names = tuple(line.hex() for line in lines)
    given = [(input_of(line.hex(), group[line]), group[line].ledger) for line in lines]
    reports = reports_of(given)
    (report, *others) = reports
    state, record = report.state, report.record
    if others or state is None or record is None:
        # Neither of the records is preferred, whichever frame contains them.
        return Row(suffix, names, 0, 0, _NOTHING, []), b"", b""
    digests = record.hex, state.events_sha256, state.sha256, report.unverified_sha256
    text, shown = state.to_json(), encode(report.to_value())
    return Row(suffix, names, len(text), len(shown), digests, facts_of(report)), text, shown
