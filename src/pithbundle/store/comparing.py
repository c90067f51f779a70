"""Two indexes of one store, row by row (spec STORE-12)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from pithbundle.errors import PithError
from pithbundle.store.index import DERIVED, Index, failing


def differences(one: Index, other: Index, path: str) -> Iterator[str]:
    """What differs between the derived tables of two indexes, as the name of a table and a key.

    Raises:
        PithError: one of them is damaged.
    """
    with failing(path):
        yield from _of_tables(one, other)


def _of_tables(one: Index, other: Index) -> Iterator[str]:
    for table in DERIVED:
        keys = 1 if table in ("meta", "entries", "records") else 3 if table in ("aliases", "damage") else 2
        order = ", ".join(str(at) for at in range(1, keys + 1))
        statement = f"SELECT * FROM {table} ORDER BY {order}"
        yield from _different(
            table, keys, one.connection.execute(statement), other.connection.execute(statement)
        )


def _different(
    table: str, keys: int, one: Iterator[tuple[Any, ...]], other: Iterator[tuple[Any, ...]]
) -> Iterator[str]:
    left, right = next(one, None), next(other, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(one, None), next(other, None)
            continue
        first = [*map(str, left[:keys])] if left is not None else None
        second = [*map(str, right[:keys])] if right is not None else None
        smaller = min(key for key in (first, second) if key is not None)
        yield f"{table} {' '.join(smaller)}"
        if first == smaller:
            left = next(one, None)
        if second == smaller:
            right = next(other, None)


def is_readable(connection: sqlite3.Connection, path: str) -> bool:
    """Whether SQLite finds no damage in the index."""
    try:
        with failing(path):
            rows = connection.execute("PRAGMA integrity_check(1)").fetchall()
            return bool(rows == [("ok",)])
    except PithError:
        return False
