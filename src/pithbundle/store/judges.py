"""Judging in processes: the results in the order of what was given, whoever computes them (spec STORE-12).

What is given to a process is bytes, never the name of a file: it reads nothing that this one does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Final, Self, TypeVar

from pithbundle.spawning import (
    NO_RESULT,
    end_processes,
    leave_interrupts_to_the_parent,
    process_pool,
    submitted,
)
from pithbundle.store.judging import Judge
from pithbundle.verifier import Verifier

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")

#: So many items are judged before processes are started: a small store is done by then.
ALONE: Final = 500
#: The items and the bytes of them that a process is given at once, and how many such batches wait for each.
_BATCH: Final = 32
_BATCH_BYTES: Final = 1 << 20
_WAITING: Final = 2

_judge: Judge | None = None


class Judges:
    """A judge, and processes that judge as it does.

    Args:
        judge: of this process.
        jobs: how many processes; with one this process does all of it.
    """

    def __init__(self, judge: Judge, jobs: int = 1) -> None:
        #: Of this process.
        self.judge = judge
        self._jobs = jobs
        self._alone = ALONE
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            end_processes(self._executor)
            self._executor = None

    def each(
        self,
        task: Callable[[Judge, _Given], _Result],
        items: Iterable[_Given],
        size: Callable[[_Given], int],
    ) -> Iterator[tuple[_Given, _Result]]:
        """Each item with its result, in the order of the items.

        Args:
            task: a function of a module; its result follows from the policy and the item alone.
            items: what it is called with.
            size: the bytes of an item.
        """
        waiting: deque[tuple[list[_Given], Future[list[_Result]]]] = deque()
        rest = iter(items)
        for item in rest:
            if self._jobs > 1 and self._alone <= 0:
                for batch in _batches(item, rest, size):
                    waiting.append((batch, self._submitted(task, batch)))
                    if len(waiting) > _WAITING * self._jobs:
                        yield from self._taken(task, waiting)
            else:
                self._alone -= 1
                yield item, task(self.judge, item)
        while waiting:
            yield from self._taken(task, waiting)

    def _submitted(
        self, task: Callable[[Judge, _Given], _Result], batch: list[_Given]
    ) -> Future[list[_Result]]:
        if self._executor is None:
            self._executor = process_pool(self._jobs, _start, (self.judge.verifier,))
        return submitted(self._executor, _run, task, batch)

    def _taken(
        self,
        task: Callable[[Judge, _Given], _Result],
        waiting: deque[tuple[list[_Given], Future[list[_Result]]]],
    ) -> Iterator[tuple[_Given, _Result]]:
        batch, future = waiting.popleft()
        results: Iterable[_Result]
        try:
            results = future.result()
        except NO_RESULT as error:
            # This process has all that is needed: for this batch if the memory of another one did not
            # suffice, for the rest of the work if one was ended.
            if isinstance(error, BrokenProcessPool):
                self._jobs = 1
            results = (task(self.judge, item) for item in batch)
        yield from zip(batch, results, strict=True)


def _batches(first: _Given, rest: Iterator[_Given], size: Callable[[_Given], int]) -> Iterator[list[_Given]]:
    batch, total = [first], size(first)
    for item in rest:
        if len(batch) >= _BATCH or total >= _BATCH_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size(item)
    yield batch


def _start(verifier: Verifier) -> None:
    """Prepare a process."""
    leave_interrupts_to_the_parent()
    global _judge
    _judge = Judge(verifier)


def _run(task: Callable[[Judge, _Given], _Result], batch: list[_Given]) -> list[_Result]:
    """Call a task with each item in a process that was prepared.

    Raises:
        RuntimeError: it was not.
    """
    if _judge is None:
        raise RuntimeError("a process that was not prepared")
    return [task(_judge, item) for item in batch]
