"""Results on a disk, merged by suffix in bounded memory (RECOMP-1)."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pithbundle.durable import Folder
from pithbundle.errors import ArchiveError
from pithbundle.recompute import store as module
from pithbundle.recompute.store import UNITS, OpenUnit, Store, UnitRef, covering
from pithbundle.recompute.unit import Row, UnitResult, result_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Folder.open(str(tmp_path)) as folder:
        made = Store(folder)
        yield made
        made.close()


def suffix(number: int) -> str:
    return f"{number:026}".translate(str.maketrans("0123456789", "ABCDEFGHIJ"))


def result(*numbers: int, lines: tuple[str, ...] = ("a",)) -> UnitResult:
    return result_of(
        (
            Row(suffix(each), lines, 6 + len(lines), 5, ("", "", "", ""), []),
            b"state" + b"!" * (1 + len(lines)),
            b"report"[:5],
        )
        for each in sorted(numbers, key=suffix)
    )


def add(store: Store, *numbers: int, source: int = 0) -> UnitRef:
    ref = store.add(result(*numbers), source)
    assert ref is not None
    return ref


def test_rows_with_their_states_and_reports(store: Store) -> None:
    first, second = add(store, 1, 2, source=4), add(store, 3, source=5)
    assert store.add(result(), 0) is None
    rows = [each for records in store.records(store.chains([second, first])) for each in records]
    assert [(each.row.suffix, each.row.source) for each in rows] == [
        (suffix(1), 4), (suffix(2), 4), (suffix(3), 5),
    ]  # fmt: skip
    assert [(each.state(), each.report()) for each in rows] == [(b"state!!", b"repor")] * 3


def test_a_row_without_a_state_takes_no_room(store: Store) -> None:
    colliding = Row(suffix(1), ("a",), 0, 0, ("", "", "", ""), [])
    made = result_of([(colliding, b"", b""), (Row(suffix(2), ("b",), 1, 1, ("",) * 4, []), b"s", b"r")])
    ref = store.add(made, 0)
    assert ref is not None
    one, other = OpenUnit(store, ref).rows()
    assert one.row.collides and (other.state(), other.report()) == (b"s", b"r")
    alone = store.add(result_of([(colliding, b"", b"")]), 0)
    assert alone is not None and OpenUnit(store, alone).states() == b""


def test_ranges_that_follow_one_another_are_one_chain(store: Store) -> None:
    refs = [add(store, at * 10, at * 10 + 5) for at in range(20)]
    assert store.chains(reversed(refs)) == [refs]
    overlapping = add(store, 3, 12)
    assert len(store.chains([*refs, overlapping])) == 2
    # Equal suffixes at a border are of two chains, so that they meet.
    assert len(store.chains([add(store, 1, 2), add(store, 2, 3)])) == 2


def test_more_chains_than_can_be_open_are_merged_on_the_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAN_IN", 3)
    monkeypatch.setattr(module, "MAX_LINES", 4)
    numbers = random.Random(1).choices(range(40), k=120)
    refs = [add(store, *{*numbers[at : at + 6]}, source=at) for at in range(0, 120, 6)]
    plain = [(each.row, each.state()) for each in store.merged([[ref] for ref in refs])]
    chains = store.chains(refs)
    assert len(chains) <= 3
    assert max(len([*OpenUnit(store, ref).rows()]) for ref in chains[-1]) <= 4
    found = [(each.row, each.state()) for each in store.merged(chains)]

    def key(pair: tuple[Row, bytes]) -> tuple[str, int]:
        return pair[0].suffix, pair[0].source

    assert sorted(found, key=key) == sorted(plain, key=key)
    assert [row.suffix for row, _ in found] == sorted(row.suffix for row, _ in plain)


def test_large_states_end_a_merged_unit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FAN_IN", 3)
    monkeypatch.setattr(module, "MAX_BYTES", 20)
    refs = [add(store, number, 50) for number in range(4)]
    chain = store.chains(refs)[-1]
    assert [len([*OpenUnit(store, ref).rows()]) for ref in chain] == [2] * 3


def test_the_row_with_all_lines(store: Store) -> None:
    refs = [store.add(result(1, lines=names), 0) for names in (("a",), ("a", "b"), ("b",))]
    rows = [row for ref in refs if ref is not None for row in OpenUnit(store, ref).rows()]
    chosen = covering(rows)
    assert chosen is not None and chosen.row.lines == ("a", "b")
    assert covering([rows[0], rows[2]]) is None


def test_a_file_that_is_damaged_meanwhile(store: Store, tmp_path: Path) -> None:
    ref = add(store, 1)
    (tmp_path / UNITS).write_bytes(b"\0" * ref.rows)
    with pytest.raises(ArchiveError, match="damaged while it was kept"):
        [*OpenUnit(store, ref).rows()]


def test_it_is_removed(store: Store, tmp_path: Path) -> None:
    assert os.listdir(tmp_path) == [UNITS]
    store.remove()
    assert os.listdir(tmp_path) == []
