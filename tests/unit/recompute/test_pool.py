"""Units in processes: order, window, processes that end (RECOMP-7)."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, cast

import pytest

from kit.recomputed import registry, verifier
from pithbundle.archive.reader import Reader
from pithbundle.recompute import pool as module
from pithbundle.recompute.pool import MOST_LOST, WINDOW, Pool, run_unit, start_worker
from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.unit import Parts, compute
from pithbundle.verifier import Verifier

RAW = b"".join(line.raw for line in registry(1))


def units(count: int) -> list[tuple[int, Parts]]:
    return [(number, [("json", b"%d\n" % number)]) for number in range(count)]


class Processes:
    """Executors whose processes are this one; a unit for which ``ends`` is true ends its pool.

    Where ``start`` is False all processes end at once.
    """

    def __init__(self, ends: Callable[[bytes], bool], start: bool = True) -> None:
        self.ends = ends
        self.start = start
        self.made: list[int] = []
        self.waiting = 0
        self.most = 0

    def executor(self, verifier: object, jobs: int) -> _Executor:
        self.made.append(jobs)
        return _Executor(self)


class _Executor:
    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.broken = False

    def __enter__(self) -> _Executor:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def shutdown(self, **_: object) -> None:
        self.broken = True

    def submit(self, _: object, parts: Parts = ()) -> Future[UnitResult]:
        if self.broken:
            raise BrokenProcessPool
        future: Future[UnitResult] = Future()
        if not self.processes.start or any(self.processes.ends(raw) for _, raw in parts):
            self.broken = True
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result(compute(verifier(), parts))
        return future


def run(monkeypatch: pytest.MonkeyPatch, ends: Callable[[bytes], bool]) -> tuple[Processes, list[Any]]:
    processes = Processes(ends)
    monkeypatch.setattr(module, "_executor", processes.executor)
    with Pool[int](verifier(), 2) as pool:
        found = [(name, result is None) for name, result in pool.results(units(20))]
    return processes, found


def test_results_are_in_the_order_of_the_units(monkeypatch: pytest.MonkeyPatch) -> None:
    processes, found = run(monkeypatch, lambda _: False)
    assert found == [(number, False) for number in range(20)] and processes.made == [2]


def test_a_unit_that_ends_every_process_is_the_only_one_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    processes, found = run(monkeypatch, lambda raw: raw == b"5\n")
    assert [name for name, lost in found if lost] == [5] and len(found) == 20
    # Those that were given to the same pool fail later, and do not end the one that follows it.
    assert processes.made.count(1) >= 3 and processes.made.count(2) == 2


def test_a_process_that_is_killed_once_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [b"5\n", b"5\n", b"9\n"]

    def ends(raw: bytes) -> bool:
        if raw in left:
            left.remove(raw)
            return True
        return False

    _, found = run(monkeypatch, ends)
    assert [lost for _, lost in found] == [False] * 20 and left == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_unit_for_which_no_memory_suffices_is_the_only_one_lost(
    monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """A limit on their memory, as of ulimit -v, raises an error where the system would end them."""
    tried: list[str] = []

    def performed(own: Verifier, parts: Parts) -> UnitResult:
        if next(iter(parts))[1] == b"5\n":
            tried.append("5")
            raise MemoryError
        return compute(own, parts)

    class Executor(_Executor):
        def submit(self, _: object, parts: Parts = ()) -> Future[UnitResult]:
            future: Future[UnitResult] = Future()
            try:
                future.set_result(performed(verifier(), parts) if parts else compute(verifier(), parts))
            except MemoryError as error:
                future.set_exception(error)
            return future

    monkeypatch.setattr(module, "performed", performed)
    monkeypatch.setattr(module, "_executor", lambda own, jobs: Executor(Processes(lambda _: False)))
    with Pool[int](verifier(), jobs) as pool:
        found = [(name, result is None) for name, result in pool.results(units(8))]
    assert found == [(number, number == 5) for number in range(8)]
    assert len(tried) == 1 + MOST_LOST


def test_no_unit_is_lost_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a program that calls recompute outside of its main block: every unit was rejected."""
    monkeypatch.setattr(module, "_executor", Processes(lambda _: False, start=False).executor)
    with pytest.raises(OSError, match="the processes that verify end"), Pool[int](verifier(), 2) as pool:
        next(pool.results(units(20)))


def test_a_window_of_units_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_executor", Processes(lambda _: False).executor)
    taken = 0

    def counted() -> Iterator[tuple[int, Parts]]:
        nonlocal taken
        for unit in units(100):
            taken += 1
            yield unit

    with Pool[int](verifier(), 2) as pool:
        for done, _ in enumerate(pool.results(counted()), 1):
            assert taken <= done + 2 * WINDOW


def test_none_asks_for_a_result_before_the_next_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the next units are those that the result names."""
    monkeypatch.setattr(module, "_executor", Processes(lambda _: False).executor)
    taken: list[int] = []

    def asking() -> Iterator[tuple[int, Parts] | None]:
        for number, parts in units(6):
            yield number, parts
            if number % 3 == 1:
                while len(taken) <= number:
                    yield None

    with Pool[int](verifier(), 2) as pool:
        assert pool.reads(Reader.__new__(Reader)) and not Pool[int](verifier(), 1).reads(
            Reader.__new__(Reader)
        )
        for name, _ in pool.results(asking()):
            taken.append(name)
    assert taken == [*range(6)]


def test_one_job_is_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_executor", None)
    with Pool[int](verifier(), 1) as pool:
        ((name, result),) = pool.results([(3, [("json", RAW)])])
    assert name == 3 and result == compute(verifier(), [("json", RAW)])


def test_a_worker_computes_what_this_process_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_verifier", None)
    with pytest.raises(RuntimeError, match="not started"):
        run_unit([("json", RAW)])
    before = signal.getsignal(signal.SIGINT)
    try:
        start_worker(verifier())
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert run_unit([("json", RAW)]) == compute(verifier(), [("json", RAW)])
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.signals
def test_processes_that_end() -> None:
    """Real processes: one is killed while it has a unit, and the run goes on."""
    with Pool[int](verifier(), 2) as pool:
        found: list[tuple[int, bool]] = []
        for name, result in pool.results(units(12)):
            found.append((name, result is None))
            if name == 0:
                assert pool._executor is not None
                for pid in [*pool._executor._processes]:
                    os.kill(pid, signal.SIGKILL)
    assert found == [(number, False) for number in range(12)]


@pytest.mark.signals
def test_a_second_signal_does_not_interrupt_the_end_of_the_processes() -> None:
    """What was interrupted waited for ever when the program ended."""
    ended: list[str] = []

    class Executor:
        def shutdown(self, **_: object) -> None:
            # To this thread: one that an earlier test left would take a signal to the process.
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            time.sleep(0)
            ended.append("all")

    pool: Pool[str] = Pool(verifier(), 2)
    # A parent that ignores it, as of a shell without job control, is inherited otherwise.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), pool:
            pool._executor = cast(Any, Executor())
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended == ["all"]
