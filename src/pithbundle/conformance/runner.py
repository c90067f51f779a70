"""Drives an implementation: asks it vector after vector, and accounts for every one that was read.

There is one loop and no thread: an exception anywhere ends the run with a fault, and a vector
without a result is found by :func:`~pithbundle.conformance.protocol.account`, which looks at
nothing but the vectors and the results.
"""

from __future__ import annotations

import stat
import sys
import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeAlias

from pithbundle.conformance.answers import Difference, compare_answer
from pithbundle.conformance.byteforms import MAX_EXPANDED
from pithbundle.conformance.process import Answer, Worker, wait
from pithbundle.conformance.protocol import (
    EXTRA,
    PROTOCOL,
    STAGES,
    ExpectedFailure,
    ReadFile,
    Request,
    Result,
    Run,
    Status,
    Vector,
    VectorError,
    expected_failure,
)
from pithbundle.conformance.vectorfiles import check_requests, read_vectors, requests

#: Our own worker, by the name that ``--impl`` has for it.
SELF: Final = "self"
#: The largest vector file.
MAX_FILE: Final = 64 * 1024 * 1024
#: So many vectors in a row without an answer in time end the run: the others would have none either.
MAX_SILENT: Final = 10
_HELLO: Final = Request("", "hello", {}, {})


def command_of(impl: str, split: Callable[[str], list[str]]) -> list[str]:
    """The command of ``--impl``; ``self`` is this package under this interpreter."""
    if impl == SELF:
        return [sys.executable, "-m", "pithbundle", "conformance", "serve"]
    return split(impl)


def load(folder: Path, stages: str | Collection[str] | None = None) -> list[Vector]:
    """Read the vectors of a folder, all stages or some, in the order of the stages.

    Raises:
        VectorError: a file is not of the format, an id is used twice, or there is none.
        OSError: a file cannot be read.
    """
    wanted = STAGES if stages is None else (stages,) if isinstance(stages, str) else stages
    found: list[Vector] = []
    for name in STAGES:
        if name not in wanted:
            continue
        pattern = "*.vectors.json" if name == "real" else "*.json"
        for path in sorted((folder / name).glob(pattern)):
            made = read_vectors(_bounded(path, MAX_FILE), f"{name}/{path.name}")
            if made[0].stage != name:
                raise VectorError(
                    "type", f"{name}/{path.name}: /stage must be {name}, as the folder is called"
                )
            found += made
    seen: dict[str, Vector] = {}
    for vector in found:
        if vector.id in seen:
            raise VectorError(
                "type", f"{vector.where}: two vectors are called {vector.id}; see {seen[vector.id].where}"
            )
        seen[vector.id] = vector
    if not found:
        raise VectorError("type", f"no vectors in {folder}")
    return found


def _bounded(path: Path, limit: int) -> bytes:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(21, "Is a directory", str(path))
    if not stat.S_ISREG(found.st_mode):
        raise VectorError("type", f"{path.name}: not a regular file")
    if found.st_size > limit:
        raise VectorError("size", f"{path.name}: larger than {limit} bytes")
    return path.read_bytes()


def reader(folder: Path) -> ReadFile:
    """How vectors of a folder read the files they name; nothing outside of it is read."""
    root = folder.resolve()

    def read(name: str) -> bytes:
        try:
            path = (root / name).resolve()
            if not path.is_relative_to(root):
                raise VectorError("type", f"names a file outside of the folder of the vectors: {name}")
            return _bounded(path, MAX_EXPANDED)
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise VectorError("type", f"names a file that cannot be read: {name}: {why}") from None

    return read


Steps: TypeAlias = Generator[Request, Answer, Result]


def vector_steps(vector: Vector, read: ReadFile, listed: Sequence[ExpectedFailure] = ()) -> Steps:
    """Yield the requests of one vector and take the answers; the first that goes wrong decides."""
    started = time.monotonic()
    status: Status = "passed"
    difference = Difference("")
    variant = ""
    for request in requests(vector, read):
        answer = yield request
        status, difference = _status_of(request, answer)
        if status != "passed":
            variant = request.name
            break
    expected = expected_failure(listed, vector.id)
    reason = ""
    if expected is not None and status != "unsupported":
        reason = expected.reason
        status = "xpassed" if status == "passed" else "xfailed"
    return Result(
        vector, status, difference.reason, variant, time.monotonic() - started, reason,
        difference.expected, difference.found,
    )  # fmt: skip


def _status_of(request: Request, answer: Answer) -> tuple[Status, Difference]:
    if answer.value is None:
        return "failed" if answer.fault == "garbage" else answer.fault or "crash", Difference(answer.detail)
    if "unsupported" in answer.value:
        words = Difference(f"the operation {request.op} is not supported")
        return ("unsupported" if request.op in EXTRA else "failed"), words
    difference = compare_answer(request.expect, answer.value)
    return ("passed", Difference("")) if difference is None else ("failed", difference)


def run_vector(
    worker: Worker, vector: Vector, read: ReadFile, listed: Sequence[ExpectedFailure] = ()
) -> Result:
    """Ask every request of one vector; the first that goes wrong decides."""
    steps = vector_steps(vector, read, listed)
    request = next(steps)
    while True:
        try:
            request = steps.send(worker.ask(request))
        except StopIteration as stop:
            result: Result = stop.value
            return result


def greet(worker: Worker) -> str:
    """Ask a worker for its name and protocol; return why it cannot take part in a run, or an empty string.

    Raises:
        OSError: the command cannot be started.
    """
    answer = worker.ask(_HELLO)
    if answer.value is None:
        return f"the worker does not answer hello: {answer.detail}"
    hello = answer.value.get("ok")
    if hello is None:
        return "the worker does not accept hello, which every worker answers: vectors/README.md section 2"
    if hello.get("protocol") != PROTOCOL:
        return f"the worker has the protocol {hello.get('protocol')!r:.60} in hello, not {PROTOCOL!r}"
    if type(hello.get("name")) is not str or type(hello.get("version")) is not str:
        return "the worker does not give its name and version in hello, as strings"
    return ""


def run(
    command: Sequence[str],
    vectors: Sequence[Vector],
    read: ReadFile,
    *,
    timeout: float = 10.0,
    jobs: int = 1,
    listed: Sequence[ExpectedFailure] = (),
    progress: Callable[[int, Result], None] | None = None,
) -> Run:
    """Run vectors against a command; the results are in the order of the vectors.

    Whatever goes wrong in the run itself is a fault of it; :func:`account` finds the vectors
    that have no result then.

    Raises:
        OSError: the command cannot be started.
        VectorError: a vector's bytes cannot be expanded; no worker has been started.
    """
    check_requests(vectors, read)
    made = _Loop(list(vectors), read, listed, progress)
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(command, timeout)) for _ in range(max(1, jobs))]
        fault = greet(workers[0])
        if not fault:
            try:
                fault = made.finished(workers)
            except Exception as error:
                # MemoryError too. An interrupt goes on: the workers end with the stack.
                why = f"{type(error).__name__}: {error}"
                fault = f"the runner failed after {len(made.results)} vectors: {why}"
    results = tuple(made.results[index] for index in sorted(made.results))
    return Run(tuple(vectors), results, (fault,) if fault else ())


class _Loop:
    """The vectors of a run, and which worker has which."""

    def __init__(
        self,
        vectors: list[Vector],
        read: ReadFile,
        listed: Sequence[ExpectedFailure],
        progress: Callable[[int, Result], None] | None,
    ) -> None:
        self.results: dict[int, Result] = {}
        self._waiting: Iterator[tuple[int, Vector]] = iter(enumerate(vectors))
        self._read = read
        self._listed = listed
        self._progress = progress
        self._active: dict[int, tuple[Worker, int, Steps]] = {}
        self._silent = 0

    def finished(self, workers: Sequence[Worker]) -> str:
        """Run all vectors; return why it stopped early, or an empty string."""
        for worker in workers:
            self._next(worker)
        while self._active:
            wait(worker for worker, _, _ in self._active.values())
            for worker, index, steps in list(self._active.values()):
                answer = worker.take()
                if answer is not None:
                    self._step(worker, index, steps, answer)
            if self._silent >= MAX_SILENT:
                return f"{self._silent} vectors in a row had no answer in time: the others were not sent"
        return next(filter(None, [worker.finish() for worker in workers]), "")

    def _next(self, worker: Worker) -> None:
        """Give a worker the next vector, if there is one."""
        self._active.pop(id(worker), None)
        for index, vector in self._waiting:
            steps = vector_steps(vector, self._read, self._listed)
            worker.begin(next(steps))
            self._active[id(worker)] = (worker, index, steps)
            return

    def _step(self, worker: Worker, index: int, steps: Steps, answer: Answer) -> None:
        """Hand on an answer: the vector has a next request, or a result."""
        try:
            request = steps.send(answer)
        except StopIteration as stop:
            result: Result = stop.value
        else:
            worker.begin(request)
            return
        self.results[index] = result
        self._silent = self._silent + 1 if answer.fault == "timeout" else 0
        if self._progress is not None:
            self._progress(len(self.results), result)
        self._next(worker)
