"""The result of one unit of work, in memory and as one block of bytes (spec RECOMP-1).

The states and reports are compressed already, in frames whose borders are those of the rows of the unit
alone. Where a unit begins after a border by content and ends with one, these are the frames of the output,
which copies them. So the parent creates nothing for each record: the lines of ``digests.txt`` and the
counts are in the result too. Rows are read only where units overlap.

A block names no path, offset or time: equal units give equal blocks wherever they are computed and kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import repeat
from typing import Any, Final

from pithbundle.archive.borders import frames, is_one_frame
from pithbundle.archive.frames import decompress
from pithbundle.archive.rejected import RejectedEntry
from pithbundle.archive.writer import PackFrame
from pithbundle.archive.zstd import FASTEST_LEVEL, compress
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError
from pithbundle.recompute.facts import Counts, Facts, Tally

#: What a block begins with: its type and version.
MAGIC: Final = b"pithbundle unit 2\n"
_LENGTH_BYTES: Final = 4
_DIGEST_BYTES: Final = 32
_SUFFIX: Final = 26


@dataclass(frozen=True, slots=True)
class Row:
    """What a unit computed of one record, without its digests, state and report."""

    suffix: str
    #: The SHA-256 of each line in hex, sorted.
    lines: tuple[str, ...]
    facts: Facts
    #: Whether two records have the suffix, so that there is neither state nor report (MERGE-2).
    collides: bool = False
    #: The number of the unit of frames in the run that has the lines, by which they are read again.
    source: int = -1

    def to_value(self) -> list[Any]:
        """Return it as JSON."""
        return [self.suffix, self.lines, self.facts, self.collides, self.source]

    @classmethod
    def from_value(cls, value: list[Any], source: int) -> Row:
        """Read what :meth:`to_value` returned; ``source`` is that of a row which has none."""
        suffix, lines, facts, collides, own = value
        counted = tuple([(name, what, count) for name, what, count in facts])
        return cls(suffix, tuple(lines), counted, collides, source if own < 0 else own)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """A row with its output, which is empty where two records have the suffix."""

    row: Row
    #: The line of ``digests.txt``, with its line feed (RECOMP-5).
    digests: bytes
    state: bytes
    report: bytes


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The result of a unit."""

    #: The rows in the order of their suffixes, as JSON; None without rows.
    rows: PackFrame | None
    #: The lines of ``digests.txt`` of the rows.
    digests: bytes
    #: The frames of the states and of the reports of the rows.
    states: tuple[PackFrame, ...]
    reports: tuple[PackFrame, ...]
    #: Whether the rows have different suffixes, each of one record.
    is_plain: bool
    #: The sum of the facts of the rows.
    counts: Counts
    #: The number of lines that were read.
    read: int
    #: The lines that are no bundles, each with the number of its frame in the unit, from 0; without a path.
    rejected: tuple[tuple[int, RejectedEntry], ...] = ()

    def to_bytes(self) -> bytes:
        """Return the block: one for equal results, whoever computed them."""
        rows = () if self.rows is None else (self.rows,)
        head: Object = {
            "rows": [*map(_head_of, rows)],
            "states": [*map(_head_of, self.states)],
            "reports": [*map(_head_of, self.reports)],
            "is_plain": self.is_plain,
            "counts": [*self.counts[:2], [[*each] for each in self.counts[2]]],
            "read": self.read,
            "rejected": [
                [frame, each.position, each.code, each.reason, each.count] for frame, each in self.rejected
            ],
        }
        written = encode(head)
        blobs = [frame.data for frame in (*rows, *self.states, *self.reports)]
        block = b"".join([MAGIC, len(written).to_bytes(_LENGTH_BYTES), written, *blobs, self.digests])
        return block + sha256(block).digest()

    @classmethod
    def from_bytes(cls, block: bytes) -> UnitResult:
        """Read what :meth:`to_bytes` returned.

        Raises:
            ArchiveError: ``archive``: it is damaged, or of another version.
        """
        content = memoryview(block)[:-_DIGEST_BYTES]
        if sha256(content).digest() != block[-_DIGEST_BYTES:] or not block.startswith(MAGIC):
            raise _damaged()
        try:
            return cls._parsed(content)
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise _damaged() from error

    @classmethod
    def _parsed(cls, content: memoryview) -> UnitResult:
        start = len(MAGIC) + _LENGTH_BYTES
        end = start + int.from_bytes(content[len(MAGIC) : start])
        head = json.loads(bytes(content[start:end]))
        at = end

        def taken(heads: list[list[Any]]) -> Iterator[PackFrame]:
            nonlocal at
            for first, last, lines, raw_size, size in heads:
                yield PackFrame(first, last, lines, raw_size, bytes(content[at : at + size]))
                at += size

        rows, *_ = [*taken(head["rows"]), None]
        states, reports = tuple(taken(head["states"])), tuple(taken(head["reports"]))
        records, bundles, facts = head["counts"]
        counts = records, bundles, tuple([(name, what, count) for name, what, count in facts])
        rejected = tuple((frame, RejectedEntry("", *each)) for frame, *each in head["rejected"])
        digests = bytes(content[at:])
        return cls(rows, digests, states, reports, head["is_plain"], counts, head["read"], rejected)

    @property
    def first(self) -> str:
        """The first suffix; empty without rows."""
        return "" if self.rows is None else self.rows.first

    @property
    def last(self) -> str:
        """The last suffix; empty without rows."""
        return "" if self.rows is None else self.rows.last

    def suffixes(self) -> Iterator[str]:
        """The suffix of each row that has a state, in order; without reading the rows."""
        for line in self.digests.splitlines():
            yield line[:_SUFFIX].decode("ascii")

    def records(self, source: int = -1, *, outputs: bool = True) -> Iterator[RecordResult]:
        """Its rows in the order of their suffixes.

        Args:
            source: the number of the unit of frames of rows that name none.
            outputs: whether the states and reports are read.

        Raises:
            ArchiveError: a frame is damaged.
        """
        digests = iter(self.digests.splitlines(keepends=True))
        of_states = texts_of(self.states) if outputs else repeat(b"")
        of_reports = texts_of(self.reports) if outputs else repeat(b"")
        if self.rows is None:
            return
        for value in json.loads(decompress(self.rows.data, self.rows.raw_size)):
            row = Row.from_value(value, source)
            if row.collides:
                yield RecordResult(row, b"", b"", b"")
            else:
                yield RecordResult(row, next(digests), next(of_states), next(of_reports))


def _damaged() -> ArchiveError:
    return ArchiveError("archive", "the result of a unit is damaged, or of another version")


def _head_of(frame: PackFrame) -> list[Any]:
    return [frame.first, frame.last, frame.lines, frame.raw_size, len(frame.data)]


def texts_of(packed: Iterable[PackFrame]) -> Iterator[bytes]:
    """The states or reports of frames.

    Raises:
        ArchiveError: a frame is damaged.
    """
    for frame in packed:
        yield from decompress(frame.data, frame.raw_size).split(b"\n")[:-1]


def result_of(
    records: Sequence[RecordResult], read: int = 0, rejected: Iterable[tuple[int, RejectedEntry]] = ()
) -> UnitResult:
    """Return the result with these rows, which are sorted by suffix."""
    plain = [each for each in records if not each.row.collides]
    suffixes = [each.row.suffix for each in plain]
    return UnitResult(
        _rows(records) if records else None,
        b"".join([each.digests for each in plain]),
        _packed(suffixes, [each.state for each in plain]),
        _packed(suffixes, [each.report for each in plain]),
        len(set(suffixes)) == len(records),
        _counts(plain),
        read,
        tuple(rejected),
    )


def _rows(records: Sequence[RecordResult]) -> PackFrame:
    raw = encode([each.row.to_value() for each in records])
    return PackFrame(
        records[0].row.suffix, records[-1].row.suffix, len(records), len(raw), compress(raw, FASTEST_LEVEL)
    )


def _counts(records: Sequence[RecordResult]) -> Counts:
    """The sum of the facts; most rows have the same ones."""
    tally = Tally()
    for facts, times in Counter([each.row.facts for each in records]).items():
        tally.add_counts((times, 0, [(name, what, count * times) for name, what, count in facts]))
    tally.bundles = sum([len(each.row.lines) for each in records])
    return tally.counts()


def _packed(suffixes: Sequence[str], texts: Sequence[bytes]) -> tuple[PackFrame, ...]:
    if not texts:
        return ()
    size = sum(map(len, texts)) + len(texts)
    if is_one_frame(suffixes, size):
        # As of most units, whose frame ended at the same border.
        return (_frame(suffixes[0], suffixes[-1], texts),)
    divided = frames(map(_Text, suffixes, texts))
    return tuple(
        _frame(lines[0].suffix, lines[-1].suffix, [each.data for each in lines])
        for lines in (frame.lines for frame in divided)
    )


def _frame(first: str, last: str, texts: Sequence[bytes]) -> PackFrame:
    raw = b"\n".join(texts) + b"\n"
    return PackFrame(first, last, len(texts), len(raw), compress(raw, FASTEST_LEVEL))


class _Text:
    """A state or a report, as the line that it will be."""

    __slots__ = ("data", "raw_size", "suffix")

    def __init__(self, suffix: str, data: bytes) -> None:
        self.suffix = suffix
        self.data = data
        self.raw_size = len(data) + 1
