"""Synchronisation with a real server: what is requested, stored and reported (SYNC-7 to SYNC-12)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit.mirrors import FakeMirror, Publisher, Reply, digests_of, serving, synchronised
from kit.stores import POLICY, WIDER, body, invalid, make, suffix, unverified, wanted
from kit.stores import ids as ids_of
from pithbundle import Policy
from pithbundle.mirror.sync.results import MirrorResult, exit_status
from pithbundle.mirror.sync.worker import Worker
from pithbundle.store import Incoming, Store


@dataclass
class Pair:
    """A mirror of a store, and the store of a reader."""

    mirror: FakeMirror
    source: Store
    store: Store
    publisher: Publisher
    second: int = 0

    def publish(self, *bodies: bytes, **options: Any) -> None:
        """Add bundles to the mirror, and publish it."""
        list(self.source.add_many(Incoming(each, "registry") for each in bodies))
        self.second += 1
        self.publisher.publish(self.source, second=self.second, **options)

    def sync(self, **options: Any) -> MirrorResult:
        (result,) = synchronised(self.store, self.mirror, **options)
        return result

    def requested(self) -> list[str]:
        """What was requested since the last time, by kind."""
        kinds = {"head.json": "head", "bundle.json": "bundle", "pith-archive.json": "archive"}
        found = []
        for path in self.mirror.take_requests():
            name = path.rpartition("/")[2]
            found.append(kinds.get(name, name.partition(".")[2]))
        return found


def made(tmp_path: Path, policy: Policy = POLICY) -> Pair:
    mirror = FakeMirror()
    source = make(tmp_path / "source")
    return Pair(mirror, source, Store.create(str(tmp_path / "store"), policy), Publisher(tmp_path, mirror))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    found = made(tmp_path)
    with serving(found.mirror), found.source, found.store:
        yield found


def test_first_by_packs_then_nothing_then_by_a_delta(pair: Pair) -> None:
    pair.publish(*(body(seed, 1) for seed in range(300)), archive=True)
    first = pair.sync()
    assert (first.from_packs, first.requested, first.same) == (300, 0, 300) and first.is_clean
    assert pair.requested() == ["head", "archive", "jsonl.zst"]
    assert digests_of(pair.store) == digests_of(pair.source)
    assert pair.sync().how == "nothing" and pair.requested() == ["head"]
    pair.publish(body(7, 1, 2), archive=True)
    second = pair.sync()
    assert (second.how, second.requested, second.added) == ("deltas", 1, 1) and second.is_clean
    assert pair.requested() == ["head", "txt", "bundle"]
    assert pair.sync().how == "nothing" and pair.requested() == ["head"]
    assert digests_of(pair.store) == digests_of(pair.source)
    assert not [*(Path(pair.store.path) / "downloads").iterdir()]


def test_by_descent_without_packs(pair: Pair) -> None:
    pair.publish(*(body(seed, 1) for seed in range(200)))
    first = pair.sync()
    assert (first.how, first.requested, first.added) == ("digests", 200, 200) and first.is_clean
    pair.mirror.take_requests()
    pair.publish(body(300, 1), body(3, 1, 2))
    for path in [path for path in pair.mirror.files if path.endswith(f"{pair.mirror.head.delta}.txt")]:
        del pair.mirror.files[path]
    second = pair.sync()
    assert (second.how, second.requested, second.added) == ("digests", 2, 2) and second.is_clean
    # The head, the delta that is missing, the root, two leaves at most, two bundles.
    assert len(pair.mirror.take_requests()) <= 7
    assert digests_of(pair.store) == digests_of(pair.source)


def test_by_numbers_without_digests(pair: Pair) -> None:
    pair.publish(*(body(seed, 1) for seed in range(20)), digests=False)
    nothing = pair.sync()
    assert (nothing.how, nothing.requested, nothing.complete) == ("numbers", 0, False)
    numbers = [suffix(seed) for seed in range(20)]
    first = pair.sync(numbers=numbers)
    assert (first.how, first.requested, first.added) == ("numbers", 20, 20) and first.is_clean
    pair.mirror.take_requests()
    again = pair.sync()
    assert (again.requested, again.added, again.unchanged) == (20, 0, 20) and again.is_clean
    assert pair.mirror.sent < 200_000 and all("if-none-match" in each for each in pair.mirror.fields[1:])
    absent = pair.sync(numbers=[suffix(50), suffix(1)])
    assert absent.absent.first == [suffix(50)] and exit_status([absent]) == 3


def test_a_mirror_without_entity_tags(pair: Pair) -> None:
    pair.mirror.etags = False
    pair.publish(*(body(seed, 1) for seed in range(5)), digests=False)
    assert pair.sync(numbers=[suffix(seed) for seed in range(5)]).added == 5
    assert pair.sync().unchanged == 5
    assert len([*pair.store.entries(suffix(1))]) == 1


def test_what_another_mirror_gave_is_not_requested(pair: Pair, tmp_path: Path) -> None:
    bodies = [body(seed, 1) for seed in range(150)]
    pair.publish(*bodies)
    pair.sync()
    other = FakeMirror()
    (tmp_path / "other").mkdir()
    with serving(other):
        Publisher(tmp_path / "other", other, "other.example").publish(pair.source)
        (result,) = synchronised(pair.store, other)
        assert (result.requested, result.same) == (0, 150) and result.is_clean
        # What the store has more later does not matter: the mirror states what it claimed.
        pair.publish(body(1, 1, 2))
        pair.sync()
        other.take_requests()
        (result,) = synchronised(pair.store, other)
        assert result.how == "nothing" and len(other.take_requests()) == 1


def test_a_smaller_bundle_replaces_nothing(pair: Pair) -> None:
    """B5: the union keeps, and the record is stale."""
    pair.publish(body(1, 1, 2, 3), body(2, 1))
    assert pair.sync().is_clean
    path = f"/pith/{suffix(1)}/bundle.json"
    pair.mirror.files[path] = body(1, 1)
    pair.mirror.files = {name: data for name, data in pair.mirror.files.items() if "digests" not in name}
    result = pair.sync()
    (stale,) = result.stale.first
    assert stale.suffix == suffix(1) and len(stale.event_ids) == 2
    assert exit_status([result]) == 3 and not result.contradicts
    assert ids_of(pair.store, 1) == wanted(1, 1, 2, 3)
    served = pair.store.bundles_of(suffix(1))
    assert served is not None and served.parts == (body(1, 1, 2, 3),)
    # It is reported each time, and never stored.
    assert pair.sync().stale.count == 1 and len(pair.store.entries(suffix(1))) == 1


def test_a_smaller_bundle_of_unverified_elements_replaces_nothing(pair: Pair) -> None:
    full = body(1, 1, more=(unverified(1, 5), unverified(1, 6)))
    pair.publish(full)
    assert pair.sync().is_clean
    pair.mirror.files[f"/pith/{suffix(1)}/bundle.json"] = body(1, 1, more=(unverified(1, 5),))
    result = pair.sync(numbers=[suffix(1)])
    assert result.how == "nothing"
    del pair.mirror.files["/pith-digests/head.json"]
    result = pair.sync(numbers=[suffix(1)])
    assert [(each.event_ids, each.unverified) for each in result.stale.first] == [((), 1)]
    served = pair.store.bundles_of(suffix(1))
    assert served is not None and served.parts == (full,)


def test_a_further_part_of_a_bundle_that_did_not_change(tmp_path: Path) -> None:
    """A bundle with unverified elements stays as it was received; a new event is in another part of it."""
    given = made(tmp_path, WIDER)
    bundle = body(1, 1, more=(unverified(1, 5),))
    with serving(given.mirror), given.source, given.store:
        # The reader's policy is another one: no digest can be compared.
        given.publish(bundle)
        assert given.sync().added == 1
        given.source.add(body(1, 2), origin="other")
        given.publish(body(9, 1))
        given.sync()
        assert wanted(1, 1, 2) <= ids_of(given.store, 1)


def test_some_events_more_and_some_fewer(pair: Pair) -> None:
    pair.publish(body(1, 1, 2), digests=False)
    pair.sync(numbers=[suffix(1)])
    pair.mirror.files[f"/pith/{suffix(1)}/bundle.json"] = body(1, 1, 3)
    result = pair.sync()
    assert (result.added, result.stale.count) == (1, 1)
    assert ids_of(pair.store, 1) == wanted(1, 1, 2, 3)


def test_a_record_that_is_taken_down_stays(pair: Pair, tmp_path: Path) -> None:
    pair.publish(body(1, 1), body(2, 1))
    pair.sync()
    with make(tmp_path / "less", (body(1, 1), "registry")) as less:
        pair.publisher.publish(less, second=50)
    result = pair.sync()
    assert result.removed.first == [suffix(2)] and result.how == "deltas" and result.is_clean
    assert ids_of(pair.store, 2) == wanted(2, 1)
    # It is requested again once it is listed again.
    pair.publish(body(2, 1, 2))
    assert pair.sync().added == 1


@pytest.mark.slow
def test_parts_of_a_record_are_joined(pair: Pair) -> None:
    bodies = [body(1, *range(at, at + 3000)) for at in (0, 3000)]
    pair.publish(*bodies, body(2, 1))
    assert f"/pith/{suffix(1)}/parts.json" in pair.mirror.files
    result = pair.sync()
    assert result.added == 2 and result.is_clean and result.how == "digests"
    assert len(ids_of(pair.store, 1)) == 6000
    assert digests_of(pair.store) == digests_of(pair.source)
    assert pair.sync().how == "nothing"
    for path in [path for path in pair.mirror.files if "digests" in path]:
        del pair.mirror.files[path]
    pair.mirror.take_requests()
    assert pair.sync().unchanged == 2
    # The list is read again, since another part may have changed; the parts are there.
    assert sorted(pair.requested()) == ["bundle", "bundle", "head", "json"]


def test_another_policy_tells_only_what_changed(tmp_path: Path) -> None:
    pair = made(tmp_path, WIDER)
    with serving(pair.mirror), pair.source, pair.store:
        pair.publish(*(body(seed, 1) for seed in range(10)))
        first = pair.sync()
        assert first.added == 10 and "another policy" in first.not_comparable and first.complete
        assert exit_status([first]) == 3
        pair.mirror.take_requests()
        pair.publish(body(3, 1, 2))
        second = pair.sync()
        assert (second.how, second.requested, second.added) == ("deltas", 1, 1)
        assert pair.requested() == ["head", "txt", "bundle"]


def test_a_mirror_that_lags_behind_its_head(pair: Pair) -> None:
    """A bundle that is older than the digests is requested again, conditionally, until it is there."""
    pair.publish(body(1, 1), body(2, 1))
    pair.sync()
    path = f"/pith/{suffix(1)}/bundle.json"
    pair.publish(body(1, 1, 2))
    pair.mirror.lies[path] = Reply(200, body(1, 1), (), '"old"')
    result = pair.sync()
    assert result.differing.first == [suffix(1)] and not result.complete and exit_status([result]) == 3
    del pair.mirror.lies[path]
    result = pair.sync()
    assert (result.requested, result.added) == (1, 1) and result.is_clean
    assert digests_of(pair.store) == digests_of(pair.source)


def test_a_mirror_that_publishes_meanwhile(pair: Pair) -> None:
    """A bundle that is newer than the head: the head is read again, and is the one of the bundle."""
    pair.publish(body(1, 1), body(2, 1))
    pair.sync()
    pair.publish(body(1, 1, 2))
    old = dict(pair.mirror.files)
    pair.publish(body(1, 1, 2, 3))
    new = dict(pair.mirror.files)
    pair.mirror.lies["/pith-digests/head.json"] = lambda: Reply(
        200,
        (old if pair.mirror.requests.count("/pith-digests/head.json") == 1 else new)[
            "/pith-digests/head.json"
        ],
    )
    pair.mirror.files = {**old, **new}
    pair.mirror.take_requests()
    result = pair.sync()
    assert result.is_clean and result.differing.count == 0
    assert digests_of(pair.store) == digests_of(pair.source)


def test_a_mirror_that_is_restored_from_a_backup(pair: Pair) -> None:
    pair.publish(body(1, 1), body(2, 1))
    old = dict(pair.mirror.files)
    pair.sync()
    pair.publish(body(1, 1, 2), body(3, 1))
    assert pair.sync().added == 2
    pair.mirror.files = old
    result = pair.sync()
    assert result.how == "digests" and result.stale.count == 1 and result.removed.first == [suffix(3)]
    assert ids_of(pair.store, 1) == wanted(1, 1, 2) and ids_of(pair.store, 3) == wanted(3, 1)
    assert pair.sync().how == "nothing"


def test_another_depth(pair: Pair) -> None:
    pair.publish(*(body(seed, 1) for seed in range(120)))
    pair.sync()
    pair.publish(*(body(seed, 1) for seed in range(120, 140)))
    assert pair.mirror.head.depth == 1
    del pair.mirror.files[f"/pith-digests/{pair.mirror.head.delta}.txt"]
    result = pair.sync()
    assert (result.how, result.requested) == ("digests", 20) and result.is_clean


def test_invalid_elements_and_unknown_keys(pair: Pair) -> None:
    pair.publish(body(1, 1))
    pair.sync()
    del pair.mirror.files["/pith-digests/head.json"]
    pair.mirror.files[f"/pith/{suffix(1)}/bundle.json"] = body(1, 1, more=(invalid(1, 9),))
    result = pair.sync()
    assert result.invalid.first == [suffix(1)] and exit_status([result]) == 1
    pair.mirror.files[f"/pith/{suffix(2)}/bundle.json"] = body(2, more=(unverified(2, 1),))
    result = pair.sync(numbers=[suffix(2)])
    assert [each.code for each in result.quarantined.first] == ["key_unknown"]
    assert exit_status([result]) == 3 and not result.contradicts


def test_an_altered_bundle_of_a_mirror_with_digests(pair: Pair) -> None:
    # Its digest differs, so that its parts are looked for before it is counted.
    pair.publish(body(1, 1, 2))
    pair.mirror.lies[f"/pith/{suffix(1)}/bundle.json"] = Reply(200, body(1, 1, more=(invalid(1, 2),)))
    result = pair.sync()
    assert result.differing.first == result.invalid.first == [suffix(1)] and result.added == 1
    assert exit_status([result]) == 1
    again = pair.sync()
    assert again.differing.count == 1 and not again.invalid.count and exit_status([again]) == 3


@pytest.mark.parametrize("is_cancelled_early", [True, False])
def test_what_was_opened_is_closed_where_the_caller_is_cancelled(is_cancelled_early: bool) -> None:
    """While the thread opens it, and later while the thread uses it: it was left open, or closed in use."""
    steps: list[str] = []
    opening, using = threading.Event(), threading.Event()

    class Opened:
        def close(self) -> None:
            steps.append("closed")

    def open_it() -> Opened:
        opening.wait(10)
        steps.append("opened")
        return Opened()

    def use_it() -> None:
        using.wait(10)
        steps.append("used")

    async def work(worker: Worker) -> None:
        async with worker.opened(open_it):
            await worker(use_it)

    async def run() -> None:
        with Worker() as worker:
            task = asyncio.ensure_future(work(worker))
            if not is_cancelled_early:
                opening.set()
                while not steps:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(0.01)
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(0)
            assert "closed" not in steps
            opening.set()
            using.set()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert steps == (["opened", "closed"] if is_cancelled_early else ["opened", "used", "closed"])


def test_a_run_that_ended_between_the_parts_of_a_record_is_continued(pair: Pair) -> None:
    """The part with unverified elements was in the store, was not sent again, and was not the newest one."""
    pair.source.add(body(3, 1, more=(unverified(3, 1),)), origin="a")
    pair.source.add(body(3, 2), origin="b")
    pair.publish()
    pair.store.add(pair.mirror.files[f"/pith/{suffix(3)}/bundle.json"], origin=pair.mirror.base)
    assert digests_of(pair.store) != digests_of(pair.source)
    assert pair.sync().is_clean
    assert digests_of(pair.store) == digests_of(pair.source)


def test_what_was_opened_is_closed_where_the_wait_for_that_is_cancelled() -> None:
    """The thread had not begun to close it, and never did."""
    closed: list[int] = []
    entered, go = asyncio.Event(), threading.Event()

    class Opened:
        def close(self) -> None:
            closed.append(1)

    async def work(worker: Worker) -> None:
        async with worker.opened(Opened):
            worker._executor.submit(go.wait, 10)
            entered.set()

    async def run() -> None:
        with Worker() as worker:
            task = asyncio.ensure_future(work(worker))
            await entered.wait()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            go.set()

    asyncio.run(run())
    assert closed == [1]
