"""The index of a store: a database that follows from the segments and may be lost (spec STORE-11).

SQLite writes its files on its own, past :mod:`pithbundle.durable`. Nothing depends on that: what the
database loses is read again from the segments.

Nothing else opens these files. The system ends all record locks that a process has on a file when it closes
any descriptor of it: other processes would then write over what a view still reads, and remove the log.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from typing import Any, Final
from urllib.parse import quote

from pithbundle.durable import Folder
from pithbundle.errors import FileError, StoreError
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.rows import Damage, RecordRow, RecordRows
from pithbundle.store.segments import AREAS, AreaName

INDEX: Final = "index.sqlite"
VERSION: Final = "2"
#: The seconds that a connection waits for another.
BUSY: Final = 60
#: A disk with less room, in bytes, is full for SQLite; and how that is reported.
ROOM: Final = 1 << 16
NO_SPACE: Final = "no space left on device"
#: The names that SQLite gives its files.
FILES: Final = (INDEX, f"{INDEX}-wal", f"{INDEX}-shm", f"{INDEX}-journal")
#: The tables that follow from the segments, the policy, the rules and the sources.
DERIVED: Final = (
    "meta", "segments", "entries", "records", "events", "aliases", "citations", "damage",
)  # fmt: skip
_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE segments (area TEXT, name TEXT, size INTEGER NOT NULL, ends_clean INTEGER NOT NULL,
    PRIMARY KEY (area, name)) WITHOUT ROWID;
CREATE TABLE entries (entry_sha256 TEXT PRIMARY KEY, sequence INTEGER NOT NULL, area TEXT NOT NULL,
    segment TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, suffix TEXT NOT NULL,
    canonical_sha256 TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, encoding TEXT NOT NULL,
    origin TEXT NOT NULL, address TEXT NOT NULL, received_at TEXT NOT NULL, requested TEXT NOT NULL,
    code TEXT NOT NULL, reason TEXT NOT NULL, valid_ids BLOB NOT NULL, unverified_ids BLOB NOT NULL,
    invalid INTEGER NOT NULL, kept INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX entries_of_a_record ON entries (suffix, sequence);
CREATE INDEX entries_in_order ON entries (sequence);
CREATE INDEX entries_by_body ON entries (sha256);
CREATE TABLE records (suffix TEXT PRIMARY KEY, pith_number TEXT NOT NULL, canonical_sha256 TEXT NOT NULL,
    events_sha256 TEXT NOT NULL, state_sha256 TEXT NOT NULL, unverified_sha256 TEXT NOT NULL,
    leaf TEXT NOT NULL, valid INTEGER NOT NULL, unverified INTEGER NOT NULL, served TEXT NOT NULL,
    state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE events (suffix TEXT, event_id TEXT, event_type TEXT NOT NULL, created_at TEXT NOT NULL,
    signer TEXT NOT NULL, PRIMARY KEY (suffix, event_id)) WITHOUT ROWID;
CREATE INDEX events_by_id ON events (event_id);
CREATE TABLE aliases (suffix TEXT, kind TEXT, value TEXT, PRIMARY KEY (suffix, kind, value)) WITHOUT ROWID;
CREATE INDEX aliases_by_value ON aliases (value);
CREATE TABLE citations (suffix TEXT, event_id TEXT, citing_work TEXT NOT NULL, relationship TEXT NOT NULL,
    PRIMARY KEY (suffix, event_id)) WITHOUT ROWID;
CREATE INDEX citations_by_work ON citations (citing_work);
CREATE TABLE damage (area TEXT, segment TEXT, offset INTEGER, length INTEGER NOT NULL, reason TEXT NOT NULL,
    suffix TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (area, segment, offset)) WITHOUT ROWID;
CREATE TABLE obsolete (area TEXT, name TEXT, is_damaged INTEGER NOT NULL,
    PRIMARY KEY (area, name)) WITHOUT ROWID;
CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_ENTRY: Final = (
    "entry_sha256, sequence, area, segment, offset, length, suffix, canonical_sha256, sha256, size, "
    "encoding, origin, address, received_at, requested, code, reason, valid_ids, unverified_ids, "
    "invalid, kept"
)
#: The types of the columns of an entry and of a record, in their order.
_TEXT, _NUMBER, _BYTES = str, int, bytes
_ENTRY_TYPES: Final = (
    _TEXT, _NUMBER, _TEXT, _TEXT, _NUMBER, _NUMBER, _TEXT, _TEXT, _TEXT, _NUMBER, _TEXT,
    _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _BYTES, _BYTES, _NUMBER, _NUMBER,
)  # fmt: skip
_RECORD_TYPES: Final = (*[_TEXT] * 7, _NUMBER, _NUMBER, _TEXT, _BYTES)


@contextlib.contextmanager
def failing(path: str) -> Iterator[None]:
    """Report what SQLite and the system raise.

    Raises:
        StoreError: ``store``: the index is damaged.
        FileError: ``io``: the system rejects something, or another process holds the index too long.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in (
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
            sqlite3.SQLITE_ERROR,
            sqlite3.SQLITE_SCHEMA,
        ):
            raise damaged(str(error)) from error
        reason = _no_space(error, path) or str(error)
        raise FileError.at(os.path.join(path, INDEX), reason) from error


def _no_space(error: sqlite3.Error, path: str) -> str:
    """The reason if SQLite failed because a disk is full, which it reports in several ways, or nothing."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return ""
    disk = os.statvfs(path)
    if disk.f_bavail * disk.f_frsize < ROOM or (disk.f_files and not disk.f_favail):
        return NO_SPACE
    if code == sqlite3.SQLITE_FULL:
        # A quota shows in no number, and temporary files may be on another disk.
        return f"{NO_SPACE}, or where SQLite has temporary files: SQLITE_TMPDIR names another folder"
    return ""


def damaged(detail: str) -> StoreError:
    """The error of an index that is damaged."""
    message = f"the index is damaged: {detail}; pithbundle store repair makes it anew"
    return StoreError("store", message, clause="STORE-12")


def connect(folder: Folder, *, create: bool = False, alone: bool = False) -> sqlite3.Connection:
    """Open the index of a store.

    Args:
        folder: of the store.
        create: whether it is created.
        alone: whether nothing else may open it meanwhile. Then it can be read while the disk is full: what
            connections share is a file that SQLite cannot make on such a disk.

    Raises:
        FileError: ``io``: one of its files is no regular file, or SQLite cannot open it.
        OSError: the system rejects a look at them.
        StoreError: it is missing or damaged.
    """
    path = os.path.abspath(folder.path)
    for name in FILES:
        # Looked at and not opened: a descriptor that is closed would end the locks of other connections.
        mode = folder.mode(name)
        if mode is None:
            if name == INDEX and not create:
                raise damaged("it is missing")
        elif not stat.S_ISREG(mode):
            raise FileError.at(os.path.join(path, name), "is not a regular file")
    with failing(path):
        uri = f"file:{quote(os.path.join(path, INDEX))}?mode={'rwc' if create else 'rw'}"
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            if alone:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            # A transaction that a crash of the machine takes is read again from the segments.
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
    return connection


def scratch() -> sqlite3.Connection:
    """An empty index in a temporary file that nothing else can open."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    connection.executescript(_SCHEMA)
    return connection


class Index:
    """Reads and writes the tables; a transaction is the caller's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that is committed at the end, and taken back if anything is raised."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """One transaction in which all tables are of one moment."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            # Nothing was written; of a damaged database SQLite may have ended it already.
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")

    # -- meta, segments -------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        """What the index is of."""
        return dict(self.connection.execute("SELECT name, value FROM meta"))

    def put_meta(self, values: dict[str, str]) -> None:
        """Write what the index is of."""
        self.connection.executemany("REPLACE INTO meta VALUES (?, ?)", values.items())

    def segments(self) -> dict[tuple[AreaName, str], tuple[int, bool]]:
        """By area and name, up to where each segment was read, and whether that is the end of an entry."""
        rows = self.connection.execute("SELECT area, name, size, ends_clean FROM segments ORDER BY name")
        found = {(area, name): (size, bool(clean)) for area, name, size, clean in rows}
        if any(area not in AREAS or type(size) is not int for (area, _), (size, _) in found.items()):
            raise damaged("a row of segments has other values")
        return found

    def put_segment(self, area: str, name: str, size: int, *, ends_clean: bool) -> None:
        """Note up to where a segment was read."""
        self.connection.execute(
            "REPLACE INTO segments VALUES (?, ?, ?, ?)", (area, name, size, int(ends_clean))
        )

    def drop_segment(self, area: str, name: str, *, is_damaged: bool) -> None:
        """Forget a segment that was replaced, with its damage; its file is removed after the transaction."""
        self.connection.execute("DELETE FROM segments WHERE area = ? AND name = ?", (area, name))
        self.connection.execute("DELETE FROM damage WHERE area = ? AND segment = ?", (area, name))
        self.connection.execute("REPLACE INTO obsolete VALUES (?, ?, ?)", (area, name, int(is_damaged)))

    def obsolete(self) -> dict[tuple[AreaName, str], bool]:
        """The segments that were replaced and may still be there, and whether they have damage."""
        rows = self.connection.execute("SELECT area, name, is_damaged FROM obsolete")
        return {(area, name): bool(is_damaged) for area, name, is_damaged in rows if area in AREAS}

    def forget_obsolete(self) -> None:
        """Note that they were removed."""
        self.connection.execute("DELETE FROM obsolete")

    def add_damage(self, found: Damage) -> None:
        """Note bytes that are no entry."""
        self.connection.execute("REPLACE INTO damage VALUES (?, ?, ?, ?, ?, ?, ?)", astuple(found))

    def forget_damage(self, area: str, segment: str) -> None:
        """Forget what is known of the damage of a segment, which is read again."""
        self.connection.execute("DELETE FROM damage WHERE area = ? AND segment = ?", (area, segment))

    def damage(self) -> list[Damage]:
        """The bytes that are no entry."""
        rows = self.connection.execute("SELECT * FROM damage ORDER BY area DESC, segment, offset")
        return [Damage(*row) for row in rows]

    # -- entries --------------------------------------------------------------------------

    def add_entry(self, entry: StoredEntry) -> bool:
        """Add an entry; return False if it is there already."""
        marks = ", ".join("?" * len(_ENTRY_TYPES))
        done = self.connection.execute(f"INSERT OR IGNORE INTO entries VALUES ({marks})", astuple(entry))
        return done.rowcount == 1

    def update_entry(self, entry: StoredEntry) -> None:
        """Replace an entry."""
        marks = ", ".join("?" * len(_ENTRY_TYPES))
        self.connection.execute(f"REPLACE INTO entries VALUES ({marks})", astuple(entry))

    def drop_entry(self, entry_sha256: str) -> None:
        """Forget an entry."""
        self.connection.execute("DELETE FROM entries WHERE entry_sha256 = ?", (entry_sha256,))

    def entries(self, where: str, *values: object) -> Iterator[StoredEntry]:
        """The entries of a condition, as the condition orders them; one value may have values by name."""
        given = values[0] if values and isinstance(values[0], dict) else values
        for row in self.connection.execute(f"SELECT {_ENTRY} FROM entries WHERE {where}", given):
            yield _entry_of(row)

    def last_sequence(self) -> int:
        """The largest number of an entry; 0 without one."""
        found = self.connection.execute("SELECT max(sequence) FROM entries").fetchone()[0]
        return found if type(found) is int else 0

    # -- records --------------------------------------------------------------------------

    def put_record(self, rows: RecordRows) -> None:
        """Replace a record and what is listed of it."""
        suffix = rows.row.suffix
        self.drop_record(suffix)
        run = self.connection.executemany
        run(f"REPLACE INTO records VALUES ({', '.join('?' * len(_RECORD_TYPES))})", [astuple(rows.row)])
        run("REPLACE INTO events VALUES (?, ?, ?, ?, ?)", [(suffix, *one) for one in rows.events])
        run("REPLACE INTO aliases VALUES (?, ?, ?)", [(suffix, *one) for one in rows.aliases])
        run("REPLACE INTO citations VALUES (?, ?, ?, ?)", [(suffix, *one) for one in rows.citations])

    def drop_record(self, suffix: str) -> None:
        """Forget a record."""
        for table in ("records", "events", "aliases", "citations"):
            self.connection.execute(f"DELETE FROM {table} WHERE suffix = ?", (suffix,))

    def records(self, after: str = "", most: int = -1) -> Iterator[RecordRow]:
        """The records behind a suffix, in the order of their suffixes."""
        statement = "SELECT * FROM records WHERE suffix > ? ORDER BY suffix LIMIT ?"
        for row in self.connection.execute(statement, (after, most)):
            yield _record_of(row)

    def cursors(self, prefix: str, after: str, most: int) -> list[tuple[str, str]]:
        """What follows a prefix in the names of cursors, behind one of them, with the values."""
        statement = "SELECT name, value FROM cursors WHERE name > ? AND name < ? ORDER BY name LIMIT ?"
        # After every character of what follows.
        rows = self.connection.execute(statement, (prefix + after, prefix + "~", most))
        return [(name[len(prefix) :], value) for name, value in rows]

    def put_cursors(self, values: Mapping[str, str | None]) -> None:
        """Write cursors; None removes one."""
        run = self.connection.executemany
        kept = [(name, value) for name, value in values.items() if value is not None]
        run("REPLACE INTO cursors VALUES (?, ?)", kept)
        run("DELETE FROM cursors WHERE name = ?", [(name,) for name in values if values[name] is None])

    def texts(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        """The rows of a statement."""
        return [tuple(row) for row in self.connection.execute(statement, values)]

    def number(self, statement: str, given: Mapping[str, str] | None = None) -> int:
        """The number that a statement counts."""
        found: int = self.connection.execute(statement, given or {}).fetchone()[0]
        return found


def _entry_of(row: tuple[Any, ...]) -> StoredEntry:
    """An entry of a row.

    Raises:
        StoreError: a damaged row.
    """
    if tuple(map(type, row)) != _ENTRY_TYPES:
        raise damaged("a row of entries has other types")
    values = [*row[:-1], bool(row[-1])]
    return StoredEntry(*values)


def _record_of(row: tuple[Any, ...]) -> RecordRow:
    """A record of a row.

    Raises:
        StoreError: a damaged row.
    """
    if tuple(map(type, row)) != _RECORD_TYPES:
        raise damaged("a row of records has other types")
    return RecordRow(*row)
