"""Requesting records: what fails is named, and a mirror that does not answer is given up (SYNC-12)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.mirrors import FakeMirror, Publisher, Reply, serving, synchronised
from kit.stores import POLICY, body, ids, make, suffix, wanted
from pithbundle.errors import FileError
from pithbundle.mirror.sync.results import MirrorResult, exit_status
from pithbundle.store import Store

COUNT = 30


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[FakeMirror]:
    made = FakeMirror()
    with make(tmp_path / "source", *((body(seed, 1), "a") for seed in range(COUNT))) as source:
        Publisher(tmp_path, made).publish(source)
    with serving(made):
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(str(tmp_path / "store"), POLICY) as made:
        yield made


def sync(store: Store, mirror: FakeMirror, **options: int) -> MirrorResult:
    (result,) = synchronised(store, mirror, **options)
    return result


def path(seed: int) -> str:
    return f"/pith/{suffix(seed)}/bundle.json"


def test_one_record_that_fails_ends_nothing(mirror: FakeMirror, store: Store) -> None:
    mirror.lies[path(3)] = Reply(500)
    mirror.lies[path(4)] = Reply(404)
    result = sync(store, mirror)
    # What the digests list has to be there.
    assert {one.suffix for one in result.failed.first} == {suffix(3), suffix(4)}
    assert result.added == COUNT - 2 and result.error is None and exit_status([result]) == 3
    assert ids(store, 5) == wanted(5, 1)
    mirror.lies.clear()
    again = sync(store, mirror)
    assert (again.requested, again.added) == (2, 2) and again.is_clean


@pytest.mark.parametrize("status", [429, 503])
def test_a_mirror_that_answers_nothing_is_given_up(mirror: FakeMirror, store: Store, status: int) -> None:
    for seed in range(COUNT):
        mirror.lies[path(seed)] = Reply(status)
    result = sync(store, mirror)
    assert result.error is not None and 8 <= result.failed.count < COUNT
    assert not result.complete and exit_status([result]) == 3


def test_no_more_requests_than_allowed(mirror: FakeMirror, store: Store) -> None:
    result = sync(store, mirror, max_requests=10)
    assert result.error is not None and result.error.code == "requests"
    assert result.requested == result.added < 10 and not result.failed.count
    assert sync(store, mirror).is_clean


def test_a_list_of_parts_that_is_none_fails_its_record(mirror: FakeMirror, store: Store) -> None:
    mirror.files[path(3)] = body(3, 2)
    mirror.files[f"/pith/{suffix(3)}/parts.json"] = b"<html>"
    result = sync(store, mirror)
    assert [(one.suffix, one.code) for one in result.failed.first] == [(suffix(3), "syntax")]
    assert result.added == COUNT - 1


def test_a_number_that_a_mirror_has_not_is_absent(mirror: FakeMirror, store: Store) -> None:
    mirror.files = {name: data for name, data in mirror.files.items() if "digests" not in name}
    (result,) = synchronised(store, mirror, numbers=[suffix(1), suffix(99)])
    assert result.absent.first == [suffix(99)] and result.added == 1 and not result.failed.count


def test_digests_that_cannot_be_had_end_the_mirror(mirror: FakeMirror, store: Store) -> None:
    root = f"/pith-digests/{mirror.head.root}.txt"
    mirror.lies[root] = Reply(500)
    result = sync(store, mirror)
    assert result.error is not None and result.error.code == "http" and result.requested == 0


def test_a_store_that_cannot_be_written_ends_everything(
    mirror: FakeMirror, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise FileError.at(store.path, "no space left on device")

    monkeypatch.setattr(Store, "take", full)
    with pytest.raises(FileError):
        sync(store, mirror)
