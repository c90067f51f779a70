"""The index: a database that may be lost (STORE-11)."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.stores import body, make, suffix, tables
from pithbundle import FileError, PithError
from pithbundle.durable import Folder
from pithbundle.errors import StoreError
from pithbundle.store.comparing import differences, is_readable
from pithbundle.store.index import DERIVED, INDEX, Index, connect, failing, scratch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a"), (b"junk", "a"))
    made.close()
    return tmp_path / "s"


@pytest.fixture
def index(path: Path) -> Iterator[Index]:
    with Folder.open(str(path)) as folder, contextlib.closing(connect(folder)) as connection:
        yield Index(connection)


def test_the_index_is_in_wal_mode_and_waits(index: Index) -> None:
    assert index.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert index.connection.execute("PRAGMA busy_timeout").fetchone() == (60_000,)


def test_a_write_begins_immediately_and_is_taken_back_whole(index: Index, path: Path) -> None:
    with Folder.open(str(path)) as folder, contextlib.closing(connect(folder)) as other:
        other.execute("PRAGMA busy_timeout = 0")
        with index.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        before = tables(path)
        with pytest.raises(KeyError), index.writing():
            index.put_meta({"policy_sha256": "x"})
            raise KeyError
        assert tables(path) == before


def test_what_the_rows_are(index: Index) -> None:
    assert [row.suffix for row in index.records()] == sorted([suffix(1), suffix(2)])
    first = sorted([suffix(1), suffix(2)])[0]
    assert [row.suffix for row in index.records(first)] == [max(suffix(1), suffix(2))]
    assert [row.suffix for row in index.records("", 1)] == [first]
    assert index.last_sequence() == 3
    with contextlib.closing(scratch()) as empty:
        assert Index(empty).last_sequence() == 0
    assert {*index.segments()} == {("segments", "00000001.seg"), ("quarantine", "00000001.seg")}
    assert set(tables(Path(index.connection.execute("PRAGMA database_list").fetchone()[2]).parent)) == set(
        DERIVED
    )


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("entries", "offset", "x"),
        ("entries", "valid_ids", "text"),
        ("records", "state", 7),
        ("segments", "area", "x"),
    ],
)
def test_rows_of_other_types_are_damage(index: Index, table: str, column: str, value: object) -> None:
    index.connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ?", (value,))
    with pytest.raises(StoreError, match="pithbundle store repair"):
        [*index.entries("1")] if table == "entries" else [
            *index.records()
        ] if table == "records" else index.segments()


def test_only_regular_files_are_opened(path: Path) -> None:
    for name in (INDEX, f"{INDEX}-wal", f"{INDEX}-shm", f"{INDEX}-journal"):
        kept = (path / name).read_bytes() if (path / name).exists() else None
        (path / name).unlink(missing_ok=True)
        (path / name).symlink_to(path / "policy.json")
        before = (path / "policy.json").read_bytes()
        with Folder.open(str(path)) as folder, pytest.raises(FileError, match="regular"):
            connect(folder)
        assert (path / "policy.json").read_bytes() == before
        (path / name).unlink()
        if kept is not None:
            (path / name).write_bytes(kept)


def test_a_missing_index_is_not_made_by_who_reads(path: Path) -> None:
    (path / INDEX).unlink()
    with Folder.open(str(path)) as folder, pytest.raises(StoreError, match="missing"):
        connect(folder)
    assert not (path / INDEX).exists()
    (path / INDEX).write_bytes(b"no database, but long enough to be looked at" * 100)
    with Folder.open(str(path)) as folder, pytest.raises(StoreError, match="damaged"):
        connect(folder)
    assert len(os.listdir(path)) == 5


def test_what_sqlite_raises_is_reported() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        with pytest.raises(StoreError, match="no such table"), failing("x"):
            connection.execute("SELECT * FROM t")
        with pytest.raises(FileError, match=r"x/index\.sqlite"), failing("x"):
            connection.execute("CREATE TABLE t (a UNIQUE)")
            connection.execute("INSERT INTO t VALUES (1), (1)")
    with pytest.raises(StoreError), failing("x"):
        raise sqlite3.OperationalError("could not decode to UTF-8 column")


def test_differences_name_table_and_key(index: Index, path: Path) -> None:
    with (
        Folder.open(str(path)) as folder,
        contextlib.closing(connect(folder)) as other,
        contextlib.closing(sqlite3.connect(":memory:")) as copy,
    ):
        assert [*differences(index, Index(other), str(path))] == []
        other.backup(copy)
        copy.execute("DELETE FROM records WHERE suffix = ?", (suffix(1),))
        copy.execute("UPDATE records SET leaf = 'x' WHERE suffix = ?", (suffix(2),))
        copy.execute("INSERT INTO aliases VALUES ('Z', 'k', 'v')")
        copy.execute("INSERT INTO damage VALUES ('segments', 'n', 5, 1, '', '', '')")
        found = [*differences(index, Index(copy), str(path))]
        assert sorted(found) == sorted(
            [f"records {suffix(1)}", f"records {suffix(2)}", "aliases Z k v", "damage segments n 5"]
        )
        assert sorted(differences(Index(copy), index, str(path))) == sorted(found)


def test_a_database_that_sqlite_finds_damaged(path: Path, index: Index) -> None:
    assert is_readable(index.connection, str(path))
    index.connection.close()
    data = bytearray((path / INDEX).read_bytes())
    data[4096:8192] = bytes(4096)
    (path / INDEX).write_bytes(data)
    with Folder.open(str(path)) as folder, contextlib.closing(connect(folder)) as connection:
        assert not is_readable(connection, str(path))


def test_every_error_is_of_the_family() -> None:
    assert issubclass(StoreError, PithError)
