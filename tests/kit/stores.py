"""Stores for tests: bundles with signed, unverified and invalid elements, and the tables of an index."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, Final

from kit.payloads import attached
from kit.signing import AUTHOR, DEMO, MIRROR, UNKNOWN_SIGNER, Json, bundle, policy, to_json
from kit.signing import suffix as suffix_of
from kit.stream import made_record
from pithbundle import Policy
from pithbundle.store import Store
from pithbundle.store.index import DERIVED, INDEX

POLICY: Final = Policy.from_bytes(to_json(policy(DEMO, AUTHOR, MIRROR)))
#: The one with the key that the others do not have.
WIDER: Final = Policy.from_bytes(to_json(policy(DEMO, AUTHOR, MIRROR, UNKNOWN_SIGNER)))


def suffix(seed: int) -> str:
    """The suffix of a record."""
    return suffix_of(made_record(seed))


@cache
def _event(seed: int, mark: int, *, known: bool) -> Json:
    payload = {
        "provider": "archive.example",
        "url": f"https://archive.example/{seed}/{mark}",
        "captured_at": "2026-01-01T00:00:00Z",
    }
    record = made_record(seed)
    when = f"2026-01-01T{mark // 3600 % 24:02}:{mark // 60 % 60:02}:{mark % 60:02}Z"
    return attached(DEMO if known else UNKNOWN_SIGNER, record, "storage_attestation", payload, when)


def event(seed: int, mark: int) -> Json:
    """A valid event; each mark is another."""
    return dict(_event(seed, mark, known=True))


def unverified(seed: int, mark: int) -> Json:
    """An element of a key that is not in the policy."""
    return dict(_event(seed, mark, known=False))


def invalid(seed: int, mark: int) -> Json:
    """An element whose content was altered."""
    return {**event(seed, mark), "created_at": "2025-12-31T00:00:00Z"}


def body(seed: int, *marks: int, more: tuple[Json, ...] = (), **changes: Any) -> bytes:
    """A bundle with the events of these marks and more elements."""
    return to_json(bundle(made_record(seed), [*(event(seed, mark) for mark in marks), *more], **changes))


def make(path: Path, *given: tuple[bytes, str], **options: Any) -> Store:
    """A store with bundles of origins."""
    store = Store.create(str(path), POLICY, **options)
    for data, origin in given:
        store.add(data, origin=origin)
    return store


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables of an index that follow from the segments."""
    with closing(sqlite3.connect(path / INDEX)) as connection:
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in DERIVED}


def ids(store: Store, seed: int) -> set[str]:
    """The ids of the valid events of a record, verified from the segments."""
    found = store.record(suffix(seed))
    return set() if found is None else {one.event_id for one in found.ledger}


def wanted(seed: int, *marks: int) -> set[str]:
    """The ids of the events of these marks."""
    return {event(seed, mark)["event_id"] for mark in marks}


def segments(path: Path, area: str = "segments") -> list[Path]:
    """The segments of a store."""
    return sorted((path / area).glob("*.seg"))
