"""Disks that are full: a small one in memory where the system lets us mount it, otherwise a simulation."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from pithbundle import durable

_BYTES = 1 << 19


@contextmanager
def filled(folder: Path, make: Callable[[Path], object], patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with what ``make`` writes, on a disk on which no byte is free until ``fill`` is removed."""
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={_BYTES}", "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(options, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    try:
        make(folder)
        fill = folder / "fill"
        fill.touch()
        if is_mounted:
            with suppress(OSError), fill.open("ab", buffering=0) as file:
                while True:
                    file.write(bytes(512))
        else:
            simulate(patch, fill.exists)
        yield folder
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def simulate(patch: pytest.MonkeyPatch, is_full: Callable[[], bool]) -> None:
    """Let SQLite and writing fail as they do on a full disk, as long as it is full."""

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            if is_full() and sql == "PRAGMA journal_mode = WAL":
                (mode,) = super().execute("PRAGMA locking_mode").fetchone()
                if mode != "exclusive":
                    error = sqlite3.OperationalError("disk I/O error")
                    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
                    raise error
            if is_full() and sql == "BEGIN IMMEDIATE":
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
            return super().execute(sql, *args)

    real, write, look = sqlite3.connect, durable.write, os.statvfs

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        return real(*args, factory=Connection, **options) if args[0] else real(*args, **options)

    def writing(descriptor: int, data: bytes | memoryview) -> None:
        if is_full():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(descriptor, data)

    def looking(path: Any) -> os.statvfs_result:
        found = look(path)
        return os.statvfs_result([*found[:3], 0, 0, *found[5:]]) if is_full() else found

    patch.setattr("pithbundle.store.index.sqlite3.connect", connect)
    patch.setattr(durable, "write", writing)
    patch.setattr(os, "statvfs", looking)
