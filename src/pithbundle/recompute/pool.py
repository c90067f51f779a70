"""Units in processes: the results in the order of the units, whoever computes them (spec RECOMP-7).

The parent reads and writes, and the processes verify. At most WINDOW units for each process are in
memory. A process that ends takes all units of its pool with it, and which of them ended it is not
known: each is computed again in a process of its own, so that no other unit suffers from it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar

from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.unit import Parts, compute
from pithbundle.spawning import leave_interrupts_to_the_parent, process_pool, starting_processes
from pithbundle.verifier import Verifier

T = TypeVar("T")

#: How many units wait for each process.
WINDOW: Final = 4
#: How many processes a unit may end before it is rejected.
MOST_LOST: Final = 3

_verifier: Verifier | None = None


class UnitPool(Protocol[T]):
    """Where units are computed: :class:`Pool`, or a cluster."""

    @property
    def jobs(self) -> int:
        """How many units are computed at once."""

    def __enter__(self) -> UnitPool[T]: ...

    def __exit__(self, *_: object) -> None: ...

    def results(self, units: Iterable[tuple[T, Parts]]) -> Iterator[tuple[T, UnitResult | None]]:
        """The result of each unit in the order of the units; None for one that ended its processes."""


class Pool(Generic[T]):
    """Computes units, in this process with one job and in processes with more.

    Args:
        verifier: what each process verifies with.
        jobs: the number of processes.
    """

    def __init__(self, verifier: Verifier, jobs: int) -> None:
        self._verifier = verifier
        self.jobs = jobs
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Pool[T]:
        return self

    def __exit__(self, *_: object) -> None:
        # What a process has begun takes tenths of a second; none stays behind.
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def results(self, units: Iterable[tuple[T, Parts]]) -> Iterator[tuple[T, UnitResult | None]]:
        """The result of each unit in the order of the units; None for one that ended its processes."""
        if self.jobs == 1:
            for name, parts in units:
                yield name, compute(self._verifier, parts)
            return
        waiting: deque[tuple[T, Parts, Future[UnitResult] | None]] = deque()
        for name, parts in units:
            waiting.append((name, parts, self._submitted(parts)))
            if len(waiting) >= WINDOW * self.jobs:
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _next(
        self, waiting: deque[tuple[T, Parts, Future[UnitResult] | None]]
    ) -> tuple[T, UnitResult | None]:
        name, parts, future = waiting.popleft()
        if future is not None:
            try:
                return name, future.result()
            except BrokenProcessPool:
                # The others of this pool fail too, and are computed alone when their turn comes.
                self._executor = None
        return name, self._alone(parts)

    def _alone(self, parts: Parts) -> UnitResult | None:
        """The result of a unit that may have ended a process, from a process of its own."""
        for _ in range(MOST_LOST):
            with _executor(self._verifier, 1) as executor, suppress(BrokenProcessPool):
                with starting_processes():
                    future = executor.submit(run_unit, parts)
                return future.result()
        return None

    def _submitted(self, parts: Parts) -> Future[UnitResult] | None:
        """A unit that was given to the pool, None where one of its processes has just ended."""
        if self._executor is None:
            self._executor = _executor(self._verifier, self.jobs)
        with suppress(BrokenProcessPool), starting_processes():
            return self._executor.submit(run_unit, parts)
        self._executor = None
        return None


def _executor(verifier: Verifier, jobs: int) -> ProcessPoolExecutor:
    return process_pool(jobs, start_worker, (verifier,))


def start_worker(verifier: Verifier) -> None:
    """Prepare a process."""
    leave_interrupts_to_the_parent()
    global _verifier
    _verifier = verifier


def run_unit(parts: Parts) -> UnitResult:
    """Compute one unit in a process that was prepared.

    Raises:
        RuntimeError: it was not.
    """
    if _verifier is None:
        raise RuntimeError("a worker that was not started")
    return compute(_verifier, parts)
