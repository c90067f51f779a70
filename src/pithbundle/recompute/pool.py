"""Units in processes: the results in the order of the units, whoever computes them (spec RECOMP-7).

The parent writes, and the processes read packs and verify; with one job it does both. At most WINDOW units
for each process are in memory. A process that ends takes all units of its pool with it, and which of them
ended it is not known: each is computed again in a process of its own, so that no other unit suffers from it.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from pithbundle.archive.reader import Reader
from pithbundle.recompute.work import Outcome, Work, performed
from pithbundle.spawning import (
    NO_RESULT,
    end_processes,
    leave_interrupts_to_the_parent,
    process_pool,
    submitted,
)
from pithbundle.verifier import Verifier

T = TypeVar("T")

#: How many units wait for each process.
WINDOW: Final = 4
#: How many processes a unit may end before it is rejected.
MOST_LOST: Final = 3
_NO_PROCESS: Final = (
    "the processes that verify end when they are started; look for a message above this one or of the "
    'system. A program that calls recompute does so below if __name__ == "__main__"'
)

_verifier: Verifier | None = None


class _Waiting(NamedTuple, Generic[T]):
    """A unit that was given to a pool."""

    name: T
    work: Work
    executor: ProcessPoolExecutor
    future: Future[Outcome]


class UnitPool(Protocol[T]):
    """Where units are computed: :class:`Pool`, or a cluster."""

    @property
    def jobs(self) -> int:
        """How many units are computed at once."""

    def __enter__(self) -> UnitPool[T]: ...

    def __exit__(self, *_: object) -> None: ...

    def reads(self, archive: Reader) -> bool:
        """Whether it reads the packs of an archive itself, by offset (RECOMP-18)."""

    def results(self, units: Iterable[tuple[T, Work] | None]) -> Iterator[tuple[T, Outcome | None]]:
        """The result of each unit in the order of the units; None for one that ended its processes.

        A unit that is None states that there is no next one before another result was taken.
        """


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
            end_processes(self._executor)
            self._executor = None

    def reads(self, archive: Reader) -> bool:
        """Whether processes read the packs of an archive; one job reads them as it verifies them."""
        return self.jobs > 1

    def results(self, units: Iterable[tuple[T, Work] | None]) -> Iterator[tuple[T, Outcome | None]]:
        """The result of each unit in the order of the units; None for one that ended its processes.

        Raises:
            OSError: no process can be started (RECOMP-7).
        """
        waiting: deque[_Waiting[T]] = deque()
        for unit in units:
            if unit is not None:
                name, work = unit
                if self.jobs == 1:
                    yield name, self._here(work)
                    continue
                waiting.append(_Waiting(name, work, *self._submitted(work)))
            if unit is None or len(waiting) >= WINDOW * self.jobs:
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _next(self, waiting: deque[_Waiting[T]]) -> tuple[T, Outcome | None]:
        name, work, executor, future = waiting.popleft()
        try:
            return name, future.result()
        except NO_RESULT as error:
            # The others of a pool of which a process ended fail too, and are computed alone when their turn
            # comes; those that follow have another pool.
            if isinstance(error, BrokenProcessPool) and executor is self._executor:
                self._executor = None
        return name, self._alone(work)

    def _here(self, work: Work) -> Outcome | None:
        """The result of a unit, from this process if its memory suffices."""
        with suppress(MemoryError):
            return performed(self._verifier, work)
        return self._alone(work)

    def _alone(self, work: Work) -> Outcome | None:
        """The result of a unit that may have ended a process, from a process of its own."""
        for _ in range(MOST_LOST):
            with suppress(*NO_RESULT), self._process() as executor:
                return submitted(executor, run_unit, work).result()
        self._require_processes()
        return None

    def _require_processes(self) -> None:
        """Check that a process can be started and does not end before it has a unit.

        Raises:
            OSError: it does, so that no unit is to blame.
        """
        try:
            with self._process() as executor:
                submitted(executor, require_started).result()
        except NO_RESULT as error:
            raise OSError(errno.ECHILD, _NO_PROCESS) from error

    @contextmanager
    def _process(self) -> Iterator[ProcessPoolExecutor]:
        """A pool of one process, which ends with the block."""
        executor = _executor(self._verifier, 1)
        try:
            yield executor
        finally:
            end_processes(executor)

    def _submitted(self, work: Work) -> tuple[ProcessPoolExecutor, Future[Outcome]]:
        """A unit that was given to a pool, which is made where there is none, and that pool."""
        if self._executor is None:
            self._executor = _executor(self._verifier, self.jobs)
        return self._executor, submitted(self._executor, run_unit, work)


def _executor(verifier: Verifier, jobs: int) -> ProcessPoolExecutor:
    return process_pool(jobs, start_worker, (verifier,))


def start_worker(verifier: Verifier) -> None:
    """Prepare a process."""
    leave_interrupts_to_the_parent()
    global _verifier
    _verifier = verifier


def run_unit(work: Work) -> Outcome:
    """Compute one unit, or scan one pack, in a process that was prepared.

    Raises:
        FileError: ``io``: what has to be read cannot be read, or has changed.
        RuntimeError: it was not.
    """
    return performed(require_started(), work)


def require_started() -> Verifier:
    """Return what this process verifies with.

    Raises:
        RuntimeError: it was not prepared.
    """
    if _verifier is None:
        raise RuntimeError("a worker that was not started")
    return _verifier
