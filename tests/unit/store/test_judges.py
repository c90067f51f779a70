"""Judging in processes: the same results in the same order, whatever happens to a process (STORE-12)."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from kit.stores import POLICY, body, make, segments, tables, unverified
from pithbundle import Verifier
from pithbundle.store import Store, judges
from pithbundle.store.judges import Judges
from pithbundle.store.judging import Judge


class Noted:
    """Notes what a run reports."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int | None]] = []
        self.done: list[int] = []

    def begin(self, what: str, total: int | None) -> None:
        self.steps.append((what, total))

    def __call__(self, done: int, rejected: int = 0) -> None:
        self.done.append(done)


def doubled(judge: Judge, item: int) -> tuple[int, str]:
    return 2 * item, judge.verifier.policy.sha256


def ending(_: Judge, item: int) -> int:
    if os.environ.get("PITHBUNDLE_ENDS") and item == 40:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def test_results_are_in_the_order_of_the_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """With processes, without, and with processes of which one is killed."""
    monkeypatch.setattr(judges, "ALONE", 3)
    monkeypatch.setattr(judges, "_BATCH_BYTES", 40)
    judge = Judge(Verifier(POLICY))
    wanted = [(item, (2 * item, POLICY.sha256)) for item in range(100)]
    for jobs in (1, 2):
        with Judges(judge, jobs) as pool:
            assert [*pool.each(doubled, range(100), int)] == wanted
            assert (pool._executor is None) == (jobs == 1)
            # Once more, with the same processes; an empty one needs none.
            assert [*pool.each(doubled, range(5), int)] == wanted[:5] and not [*pool.each(doubled, (), int)]
    with Judges(judge, 2) as pool:
        monkeypatch.setenv("PITHBUNDLE_ENDS", "1")
        found = pool.each(ending, range(100), int)
        first = [next(found) for _ in range(4)]
        monkeypatch.delenv("PITHBUNDLE_ENDS")
        assert [*first, *found] == [(item, item) for item in range(100)]
    with pytest.raises(RuntimeError, match="not prepared"):
        judges._run(doubled, [1])


class Lacking:
    """Processes whose memory does not suffice for some items."""

    def submit(self, _: object, task: object, batch: list[int]) -> Future[list[str]]:
        future: Future[list[str]] = Future()
        if any(item % 40 == 7 for item in batch):
            future.set_exception(MemoryError())
        else:
            future.set_result(["of a process"] * len(batch))
        return future

    def shutdown(self, **_: object) -> None:
        pass


def here(_: Judge, __: int) -> str:
    return "of this one"


def test_a_process_without_memory_costs_its_batch_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under a limit: this process has all that is needed, and the others go on."""
    monkeypatch.setattr(judges, "ALONE", 0)
    monkeypatch.setattr(judges, "_BATCH", 4)
    monkeypatch.setattr(judges, "process_pool", lambda *_: Lacking())
    with Judges(Judge(Verifier(POLICY)), 2) as pool:
        found = [*pool.each(here, range(100), lambda _: 1)]
    assert [item for item, _ in found] == [*range(100)]
    alone = [item for item, result in found if result == "of this one"]
    assert alone == [4, 5, 6, 7, 44, 45, 46, 47, 84, 85, 86, 87]


def test_without_any_memory_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    make(path, *((body(seed, 1), "a") for seed in (1, 2, 3))).close()
    made, verified, judge = tables(path), 0, Judge.judge

    def verify(self: Judge, *args: Any) -> Any:
        nonlocal verified
        verified += 1
        if verified == 2:
            raise MemoryError
        return judge(self, *args)

    with Store.open(str(path)) as store:
        for work in (store.check, store.repair):
            with monkeypatch.context() as patch, pytest.raises(MemoryError):
                patch.setattr(Judge, "judge", verify)
                work()
            assert tables(path) == made
            verified = 0
        assert not store.check().damage


def test_a_record_of_one_entry_is_verified_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was verified to decide on its admission, and once more to compute it, by another process perhaps."""
    given = [(body(seed, 1), "a") for seed in (1, 2, 3, 4)]
    judged, judge = 0, Judge.judge

    def counted(self: Judge, *args: Any) -> Any:
        nonlocal judged
        judged += 1
        return judge(self, *args)

    with make(tmp_path / "s", *given, (body(4, 2), "b")) as store, monkeypatch.context() as patch:
        patch.setattr(Judge, "judge", counted)
        for _ in range(2):
            judged = 0
            assert store.check().is_sound
            # Those of the last record once more, together.
            assert judged == 5 + 2
            store.seal()


def test_a_check_is_the_same_for_any_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judges, "ALONE", 2)
    path = tmp_path / "s"
    given: list[Any] = [(body(seed, 1, 2, more=(unverified(seed, 3),)), "a") for seed in range(1, 9)]
    make(path, *given, *((body(seed, 3), "b") for seed in range(1, 5)), (b"{", "a")).close()
    (segment,) = segments(path)
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    noted = Noted()
    with Store.open(str(path)) as store:
        found = store.check(progress=noted)
        assert len(found.damage) == 1 and found.difference_count
        assert store.check(jobs=2) == found
        size = sum(one.stat().st_size for area in ("segments", "quarantine") for one in segments(path, area))
        assert noted.steps == [("kB read", size // 1_000), ("records computed", 4)]
        assert noted.done[-1] == 4 and size // 1_000 in noted.done
        assert store.repair().damage == found.damage
        made = tables(path)
        assert store.repair(jobs=2) == store.repair() and tables(path) == made
        noted.steps.clear()
        store.seal(progress=noted)
        assert noted.steps[0] == ("bundles sealed", 11)
