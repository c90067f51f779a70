"""Where a result is looked for, in which order, and what is computed (RECOMP-9, RECOMP-10)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.recomputed import registry, verifier
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.recompute.cache import Cache
from pithbundle.recompute.known import Hit, KnownResults, Task
from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.store import Store
from pithbundle.recompute.unit import compute

KEY = "ab" + "0" * 62
RESULT = compute(verifier(), [("json", registry(1)[0].raw)])
OTHER = compute(verifier(), [("json", registry(2)[0].raw)])
NOTHING = compute(verifier(), [("json", b"{}\n")])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Folder.open(str(tmp_path)) as folder:
        made = Store(folder)
        yield made
        made.close()


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache(str(tmp_path / "cache")) as made:
        yield made


def test_without_a_cache_what_this_run_has_is_found(store: Store) -> None:
    kept = KnownResults(store)
    assert kept.find(3, KEY) == Task(3, KEY)
    ref = kept.keep(Task(3, KEY), RESULT)
    found = kept.find(4, KEY)
    assert isinstance(found, Hit) and found.result == RESULT and ref is not None
    assert found.ref is not None and (found.ref.extent, found.ref.source) == (ref.extent, 4)
    assert kept.counts == {
        "resumed": 0,
        "computed": 1,
        "repeated": 1,
        "cache_hits": 0,
        "damaged": 0,
        "rechecked": 0,
        "lost": 0,
    }


def test_a_result_without_rows_is_kept_too(store: Store) -> None:
    kept = KnownResults(store)
    assert NOTHING.rows is None and kept.keep(Task(0, KEY), NOTHING) is None
    assert kept.find(0, KEY) == Hit(NOTHING, None)


def stored(store: Store, key: str) -> UnitResult | None:
    found = store.find(key)
    return None if found is None else found.result


def test_the_cache_is_filled_and_used(store: Store, cache: Cache) -> None:
    KnownResults(store, cache).keep(Task(0, KEY), RESULT)
    assert cache.get(KEY) == RESULT.to_bytes()
    other = "cd" + "0" * 62
    cache.put(other, RESULT.to_bytes())
    found = KnownResults(store, cache, percent=0).find(1, other)
    assert isinstance(found, Hit) and found.result == RESULT
    # It is noted in the journal, so that a resumed run needs no cache.
    assert stored(store, other) == RESULT


def test_a_result_that_is_computed_again(store: Store, cache: Cache) -> None:
    cache.put(KEY, RESULT.to_bytes())
    kept = KnownResults(store, cache, percent=100)
    task = kept.find(0, KEY)
    assert task == Task(0, KEY, RESULT.to_bytes()) and "expected" not in repr(task)
    assert isinstance(task, Task)
    with pytest.raises(FileError, match=KEY):
        kept.keep(task, OTHER)
    assert store.find(KEY) is None
    assert kept.keep(task, RESULT) is not None and kept.counts["rechecked"] == 2
    assert stored(store, KEY) == RESULT


def test_a_damaged_block_is_computed(store: Store, cache: Cache) -> None:
    block = bytearray(RESULT.to_bytes())
    block[30] ^= 1
    cache.put(KEY, bytes(block))
    kept = KnownResults(store, cache, percent=0)
    assert kept.find(0, KEY) == Task(0, KEY) and kept.counts["cache_hits"] == 0
    assert kept.counts["damaged"] == 1
    kept.keep(Task(0, KEY), RESULT)
    assert cache.get(KEY) == RESULT.to_bytes()
