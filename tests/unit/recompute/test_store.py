"""Results on a disk, merged by suffix in bounded memory (RECOMP-1)."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kit.crash import Recorder
from pithbundle.durable import Folder
from pithbundle.errors import ArchiveError
from pithbundle.recompute import store as module
from pithbundle.recompute.journal import JOURNAL, Extent
from pithbundle.recompute.result import RecordResult, Row, UnitResult, result_of
from pithbundle.recompute.store import UNITS, Store, UnitRef, covering, groups


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Folder.open(str(tmp_path)) as folder:
        made = Store(folder)
        yield made
        made.close()


def suffix(number: int) -> str:
    return f"{number:026}".translate(str.maketrans("0123456789", "ABCDEFGHIJ"))


def row(number: int, lines: tuple[str, ...] = ("a",), *, collides: bool = False) -> RecordResult:
    found = Row(suffix(number), lines, (), collides)
    return (
        RecordResult(found, b"", b"", b"")
        if collides
        else RecordResult(found, b"%d %d\n" % (number, len(lines)), b"state" + b"!" * len(lines), b"report")
    )


def result(*numbers: int, lines: tuple[str, ...] = ("a",)) -> UnitResult:
    return result_of([row(each, lines) for each in sorted(numbers, key=suffix)])


def add(store: Store, *numbers: int, source: int = 0) -> UnitRef:
    ref = store.add(result(*numbers), source)
    assert ref is not None
    return ref


def rows_of(store: Store, refs: Iterable[UnitRef]) -> list[RecordResult]:
    return [each for records in store.records(refs, outputs=True) for each in records]


def test_rows_with_their_states_and_reports(store: Store) -> None:
    first, second = add(store, 1, 2, source=4), add(store, 3, source=5)
    assert store.add(result(), 0) is None
    rows = rows_of(store, [second, first])
    assert [(each.row.suffix, each.row.source) for each in rows] == [
        (suffix(1), 4), (suffix(2), 4), (suffix(3), 5),
    ]  # fmt: skip
    assert [(each.state, each.report) for each in rows] == [(b"state!", b"report")] * 3
    assert [each.digests for each in rows] == [b"1 1\n", b"2 1\n", b"3 1\n"]
    assert [*store.records([first])] == [
        [RecordResult(each.row, each.digests, b"", b"")] for each in rows[:2]
    ]
    assert store.read(first) == result(1, 2)


def test_groups_are_units_that_overlap(store: Store) -> None:
    refs = [add(store, at * 10, at * 10 + 5) for at in range(6)]
    assert [*groups(reversed(refs))] == [[ref] for ref in refs]
    inside, across = add(store, 1, 3), add(store, 25, 30)
    assert [*groups([*refs, inside, across])] == [
        [refs[0], inside], [refs[1]], [refs[2], across, refs[3]], [refs[4]], [refs[5]],
    ]  # fmt: skip
    # A suffix at a border that two units have is in both.
    assert len([*groups([add(store, 1, 2), add(store, 2, 3)])]) == 1
    assert [*groups([])] == []


def test_of_equal_results_one_is_in_a_group(store: Store) -> None:
    first, again, other = add(store, 1, 2), add(store, 1, 2, source=1), add(store, 1)
    assert [*groups([again, first])] == [[first]]
    assert [*groups([again, first, other])] == [[first, other]]


def test_more_overlapping_units_than_can_be_open_are_merged_on_the_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAN_IN", 3)
    monkeypatch.setattr(module, "MAX_LINES", 4)
    numbers = random.Random(1).choices(range(40), k=120)
    refs = [add(store, *{*numbers[at : at + 6]}, source=at) for at in range(0, 120, 6)]
    plain = [each for ref in refs for each in rows_of(store, [ref])]
    bounded = store.bounded(refs)
    assert max(len(rows_of(store, [ref])) for ref in bounded if ref.source < 0) <= 4
    for number in range(40):
        of_number = [ref for ref in bounded if ref.first <= suffix(number) <= ref.last]
        # A unit of a chain may end within the rows of a suffix.
        assert len(of_number) <= 2 * 3

    def key(found: RecordResult) -> tuple[str, int]:
        return found.row.suffix, found.row.source

    assert sorted(rows_of(store, bounded), key=key) == sorted(plain, key=key)
    # A unit that has several rows of one suffix is no plain one.
    for ref in bounded:
        rows = rows_of(store, [ref])
        assert ref.is_plain == (len({each.row.suffix for each in rows}) == len(rows))
    assert not all(ref.is_plain for ref in bounded)


def test_large_states_end_a_merged_unit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FAN_IN", 3)
    monkeypatch.setattr(module, "MAX_BYTES", 20)
    refs = [add(store, number, 50) for number in range(4)]
    merged = [ref for ref in store.bounded(refs) if ref.source < 0]
    assert [len(rows_of(store, [ref])) for ref in merged] == [2] * 3


def test_the_row_with_all_lines(store: Store) -> None:
    one, both, other = (row(1, names) for names in (("a",), ("a", "b"), ("b",)))
    assert covering([one, both, other]) is both
    assert covering([one, other]) is None and covering([one]) is one


def test_a_file_that_is_damaged_meanwhile(store: Store, tmp_path: Path) -> None:
    ref = add(store, 1)
    (tmp_path / UNITS).write_bytes(b"\0" * ref.extent.length)
    with pytest.raises(ArchiveError, match="damaged"):
        store.read(ref)


def test_two_results_that_changed_places_are_none(store: Store, tmp_path: Path) -> None:
    """Each is sound, and is not the one that the journal notes there: another record would get its states."""
    keys = ["a" * 64, "b" * 64]
    for number, key in enumerate(keys):
        store.add(replace(result(), read=1 + number), 0, key)
    store.flush()
    found = [store.find(key) for key in keys]
    assert [one and one.result for one in found] == [replace(result(), read=1), replace(result(), read=2)]
    data = (tmp_path / UNITS).read_bytes()
    half = len(data) // 2
    assert UnitResult.from_bytes(data[:half]) != UnitResult.from_bytes(data[half:])
    (tmp_path / UNITS).write_bytes(data[half:] + data[:half])
    assert [store.find(key) for key in keys] == [None, None]


def test_it_is_removed(store: Store, tmp_path: Path) -> None:
    assert sorted(os.listdir(tmp_path)) == [JOURNAL, UNITS]
    store.remove()
    assert os.listdir(tmp_path) == []


def test_after_a_crash_no_journal_notes_results_that_are_gone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results are on the disk before they are noted, and the journal is off it before they are removed."""
    store.add(result(1), 0, "a" * 64)
    recorder = Recorder(monkeypatch)
    store.flush()
    store.remove()
    steps = [(each.name, *(os.path.basename(path) for path in each.paths)) for each in recorder.operations]
    order = [step for step in steps if step[0] != "write"]
    assert [step[0] for step in order] == ["sync", "sync", "remove", "sync_folder", "remove"]
    assert [step[1] for step in order if step[0] in ("sync", "remove")] == [UNITS, JOURNAL, JOURNAL, UNITS]


def test_a_unit_has_few_bytes_in_memory() -> None:
    """A registry has a hundred thousand. They are in the order of the first suffix and of the offset."""
    result = result_of([RecordResult(Row(each * 26, (), ()), b"", b"", b"") for each in "AB"])
    refs = [UnitRef.of(result, Extent(at, 2**33, bytes([at]) * 32), at - 1) for at in range(256)]
    assert max(map(sys.getsizeof, refs)) <= 160
    for at, ref in enumerate(refs):
        assert (ref.first, ref.last, ref.source, ref.is_plain) == ("A" * 26, "B" * 26, at - 1, True)
        assert ref.extent == Extent(at, 2**33, ref.digest) and ref.digest == bytes([at]) * 32
    assert sorted(refs[::-1]) == refs
