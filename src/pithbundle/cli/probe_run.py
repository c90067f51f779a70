"""Running a search: the clock, the processes, progress and where it ended (spec PROBE-5).

The search itself is pure and knows none of these. Outcomes are taken in the order of the tasks, whoever
computes them, so that what is found does not depend on the number of processes.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Final, NamedTuple, get_args

from pithbundle.bundle.document_types import PROGRESS_TYPE
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import PithError
from pithbundle.spawning import (
    NO_RESULT,
    end_processes,
    leave_interrupts_to_the_parent,
    process_pool,
    submitted,
)
from pithbundle.verify.probing.order import LARGEST_TASK
from pithbundle.verify.probing.search import Fruitful, Search
from pithbundle.verify.probing.tasks import (
    VARIANTS,
    Material,
    Outcome,
    Position,
    Task,
    TimeIsOver,
    Way,
)

#: So long a search runs in one process: most end before others would have started.
_ALONE: Final = 1.0
#: How many tasks wait for each process.
_WAITING: Final = 4
#: Numbers and a word that are the position of a task.
_POSITION: Final = 7

_material: Material | None = None


class ProgressError(PithError):
    """A file is not where a search of these inputs ended (PROBE-5)."""

    CLAUSES: ClassVar[dict[str, str]] = {"type": "PROBE-5"}

    @property
    def hint(self) -> str:
        """What to do: the file belongs to another search, or was not written by one."""
        return "give the files and the policy of that search, or a file that does not exist yet"


class Before(NamedTuple):
    """Where another search of the same inputs ended: its position, its fruitful tasks, what it had tried."""

    position: Position
    fruitful: list[Fruitful]
    preimages: int
    checks: int


def run_search(search: Search, seconds: float, jobs: int, before: Before | None = None) -> bool:
    """Run a search until it ends or the time does; return whether it ended.

    Args:
        search: a new search.
        seconds: of the clock of the wall; a task that is not finished by then is not taken.
        jobs: processes, this one not counted where there are several.
        before: where another search ended; what it found is computed again within the time.
    """
    start = time.monotonic()
    progress = _Progress(start, seconds)
    search.material.is_over = _Clock(start + seconds)
    try:
        if before is not None:
            search.resume(*before)
        tasks = search.tasks()
        for task in tasks:
            search.take(task, search.material.run(task))
            progress.show(search)
            elapsed = time.monotonic() - start
            if elapsed >= seconds:
                return False
            if jobs > 1 and elapsed >= _ALONE:
                return _run_in_processes(search, tasks, start + seconds, jobs, progress)
        return True
    except TimeIsOver:
        return False
    finally:
        progress.clear()


def _run_in_processes(
    search: Search, tasks: Iterator[Task], end: float, jobs: int, progress: _Progress
) -> bool:
    pool = process_pool(jobs, _start_worker, (search.material, end - time.monotonic()))
    waiting: deque[tuple[Task, Future[Outcome]]] = deque()
    try:
        more = True
        while more or waiting:
            while more and len(waiting) < _WAITING * jobs:
                task = next(tasks, None)
                if task is None:
                    more = False
                else:
                    waiting.append((task, submitted(pool, _run_task, task)))
            if waiting:
                task, future = waiting.popleft()
                search.take(task, _outcome(search.material, task, future))
                progress.show(search)
            if time.monotonic() >= end and (more or waiting):
                search.exhausted = False
                return False
        return True
    finally:
        # Whatever ends this, no process stays behind: what they have begun takes tenths of a second.
        end_processes(pool)


def _outcome(material: Material, task: Task, future: Future[Outcome]) -> Outcome:
    """The outcome of a task; computed here if a process was killed, or its memory did not suffice."""
    with suppress(*NO_RESULT):
        return future.result()
    return material.run(task)


def _start_worker(material: Material, seconds: float) -> None:
    leave_interrupts_to_the_parent()
    global _material
    _material = material
    # A clock of its own: two processes need not share one.
    material.is_over = _Clock(time.monotonic() + seconds)


def _run_task(task: Task) -> Outcome:
    if _material is None:
        raise RuntimeError("a worker that was not started")
    return _material.run(task)


class _Clock:
    """Whether the time is over."""

    def __init__(self, end: float) -> None:
        self.end = end

    def __call__(self) -> bool:
        return time.monotonic() >= self.end


class _Progress:
    """One line on a terminal, once a second, that disappears at the end."""

    def __init__(self, start: float, seconds: float) -> None:
        self.start = start
        self.seconds = seconds
        self.shown = 0.0
        self.stream = sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None

    def show(self, search: Search) -> None:
        """Show how much was tried."""
        elapsed = time.monotonic() - self.start
        if self.stream is None or elapsed - self.shown < 1:
            return
        self.shown = elapsed
        text = f"probe: {search.preimages} preimages, {search.checks} signature checks"
        with suppress(OSError):
            self.stream.write(f"\r{text}, {elapsed:.0f} of {self.seconds:.0f} s")
            self.stream.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self.stream is not None and self.shown:
            with suppress(OSError):
                self.stream.write("\r" + " " * 78 + "\r")
                self.stream.flush()


# -- where a search ended -----------------------------------------------------------------------


def inputs_sha256(inputs: Iterable[bytes], policy_sha256: str) -> str:
    """Return a digest of what a search is about: its inputs in their order, and its keys."""
    parts = [hashlib.sha256(data).hexdigest() for data in inputs]
    return hashlib.sha256("\n".join([*parts, policy_sha256]).encode()).hexdigest()


def progress_document(search: Search, about: str) -> bytes:
    """Return where a search ended, as JSON: numbers alone, nothing of the inputs."""
    value: Object = {
        "progress_type": PROGRESS_TYPE,
        "progress_version": "1",
        "inputs_sha256": about,
        "position": None if search.position is None else list(search.position),
        "fruitful": [[*each.task.position, each.task.stop, *each[1:]] for each in search.fruitful],
        "preimages": search.preimages,
        "signature_checks": search.checks,
    }
    return encode(value) + b"\n"


def read_progress(search: Search, data: bytes, about: str) -> Before | None:
    """Return where a progress document says that a search ended, None where it had not begun.

    Args:
        search: a new search of the same inputs, whose tasks are those of the document.
        data: the document.
        about: what :func:`inputs_sha256` returns.

    Raises:
        InputError: it is not JSON.
        ProgressError: it is no progress document, or of other inputs.
    """
    value = parse_json(data)
    if type(value) is not dict or value.get("progress_type") != PROGRESS_TYPE:
        raise ProgressError("type", f'progress_type must be "{PROGRESS_TYPE}"', pointer="/progress_type")
    if value.get("inputs_sha256") != about:
        detail = "the search was of other files, or under another policy"
        raise ProgressError("type", detail, pointer="/inputs_sha256")
    if value.get("position") is None:
        return None
    fruitful, totals = value.get("fruitful"), [value.get("preimages"), value.get("signature_checks")]
    if type(fruitful) is not list:
        raise ProgressError("type", "fruitful must be an array", pointer="/fruitful")
    last, _ = _task(value["position"], 0, "/position")
    found = []
    for index, item in enumerate(fruitful):
        task, counts = _task(item, 3, f"/fruitful/{index}")
        task = replace(task, stop=counts[0])
        if not _is_possible(search.material, task):
            raise ProgressError("type", "no such task", pointer=f"/fruitful/{index}")
        found.append(Fruitful(task, *counts[1:]))
    preimages, checks = _counts(totals, "/preimages")
    return Before(last.position, found, preimages, checks)


def _is_possible(material: Material, task: Task) -> bool:
    """Whether a task is one of the search, so that computing it is bounded."""
    if task.element >= len(material.elements):
        return False
    if task.way in ("claimed", "texts"):
        return True
    families = material.families(task.element)
    return (
        task.family < len(families)
        and task.variant < len(VARIANTS)
        and task.size <= len(families[task.family].slots)
        and task.stop - task.start <= LARGEST_TASK
    )


def _task(item: Value, more: int, pointer: str) -> tuple[Task, list[int]]:
    """Read a task of its position, and as many counts behind it."""
    if type(item) is not list or len(item) != _POSITION + more or item[2] not in get_args(Way):
        raise ProgressError("type", "not the position of a task", pointer=pointer)
    way: Any = item[2]
    level, element, family, variant, size, start, *counts = _counts([*item[:2], *item[3:]], pointer)
    return Task(level, element, way, family, variant, size, start), counts


def _counts(items: list[Value], pointer: str) -> list[int]:
    found = [item for item in items if type(item) is int and 0 <= item < 1 << 48]
    if len(found) < len(items):
        raise ProgressError("type", "a count is no whole number", pointer=pointer)
    return found
