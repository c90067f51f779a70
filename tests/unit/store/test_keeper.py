"""An open store whose index is up to date (STORE-4, STORE-12)."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from kit.stores import body, ids, make, segments, suffix, tables, wanted
from pithbundle import FileError
from pithbundle.durable import Folder
from pithbundle.store import Store, keeper
from pithbundle.store.index import FILES, INDEX
from pithbundle.store.keeper import Keeper


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "b"), (b"junk", "a"), (body(1, 1, 2), "b")).close()
    return tmp_path / "s"


def remove_index(path: Path) -> None:
    for name in FILES:
        (path / name).unlink(missing_ok=True)


def test_opening_makes_a_missing_index_anew(path: Path) -> None:
    before = tables(path)
    remove_index(path)
    Store.open(str(path)).close()
    assert tables(path) == before


@pytest.mark.parametrize("damage", ["header", "empty", "table", "version", "rows"])
def test_opening_makes_an_index_anew_that_cannot_be_used(path: Path, damage: str) -> None:
    before = tables(path)
    if damage == "header":
        (path / INDEX).write_bytes(b"not a database" * 1_000)
    elif damage == "empty":
        (path / INDEX).write_bytes(b"")
    else:
        statement = {
            "table": "DROP TABLE segments",
            "version": "UPDATE meta SET value = '0' WHERE name = 'version'",
            "rows": "UPDATE segments SET size = 'x'",
        }[damage]
        connection = sqlite3.connect(path / INDEX, isolation_level=None)
        connection.execute(statement)
        connection.close()
    with Store.open(str(path)) as store:
        assert store.check().is_sound
    assert tables(path) == before


def test_opening_reads_what_was_appended_behind_the_index(path: Path, tmp_path: Path) -> None:
    old = {name: (path / name).read_bytes() for name in FILES if (path / name).exists()}
    with Store.open(str(path)) as store:
        store.add(body(3, 1), origin="a")
        store.add(b"more junk", origin="a")
    new = tables(path)
    remove_index(path)
    for name, data in old.items():
        (path / name).write_bytes(data)
    with Store.open(str(path)) as store:
        assert ids(store, 3) == wanted(3, 1)
    assert tables(path) == new


def test_a_segment_that_was_cut_is_noticed(path: Path) -> None:
    (segment,) = segments(path)
    os.truncate(segment, segment.stat().st_size - 3)
    with Store.open(str(path)) as store:
        assert ids(store, 1) == wanted(1, 1)
        (damage,) = store.check().damage
        assert damage.suffix == suffix(1)
        # What follows begins another segment, so that the end stays what it is.
        store.add(body(4, 1), origin="a")
        assert [each.name for each in segments(path)] == ["00000001.seg", "00000002.seg"]
        assert store.check().damage == (damage,)


def test_an_index_that_is_removed_under_an_open_store(path: Path) -> None:
    before = tables(path)
    with Store.open(str(path)) as store, Store.open(str(path)) as other:
        remove_index(path)
        store.add(body(5, 1), origin="a")
        other.add(body(6, 1), origin="a")
        assert ids(store, 6) and ids(other, 5) and store.check().is_sound
    assert len(tables(path)["records"]) == len(before["records"]) + 2


def test_an_index_that_is_overwritten_under_an_open_store(path: Path) -> None:
    with Store.open(str(path)) as store:
        (path / INDEX).write_bytes(b"x" * 20_000)
        for name in FILES[1:]:
            (path / name).unlink(missing_ok=True)
        assert store.repair().is_sound
        assert store.add(body(5, 1), origin="a").outcome == "added"
        assert len([*store.records()]) == 3


def test_segments_have_a_bound(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "MAX_SEGMENT", 100)
    with Store.open(str(path)) as store:
        for seed in (5, 6):
            store.add(body(seed, 1), origin="a")
    assert [each.name for each in segments(path)] == ["00000001.seg", "00000002.seg", "00000003.seg"]


def test_who_waits_too_long_gets_an_error(path: Path) -> None:
    with Folder.open(str(path)) as folder, folder.locked():
        # Reading needs no lock.
        with Store.open(str(path), patience=0.1) as store:
            assert ids(store, 1)
            with pytest.raises(FileError, match=r"another process has held the store for 0\.1 seconds"):
                store.add(body(5, 1), origin="a")
        remove_index(path)
        with pytest.raises(FileError, match="held the store"):
            Store.open(str(path), patience=0)
    with contextlib.closing(Keeper(str(path))) as opened, opened.locked():
        pass


def test_the_lock_is_taken_once_by_a_thread(path: Path) -> None:
    opened = Keeper(str(path), 0)
    with opened.locked(), opened.locked():
        assert opened.sizes()
    opened.close()
    opened.close()
