"""Drives an implementation: starts it, asks it vector after vector, survives what it does.

A worker may crash, hang, write garbage, write too much or too long a line: each is one
failed vector and a fresh process. Only this module starts processes.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Literal, cast

from pithbundle.conformance.protocol import (
    EXTRA,
    STAGES,
    ExpectedFailure,
    Json,
    Request,
    Result,
    Status,
    Vector,
    VectorError,
    expected_failure,
    judge,
    read_vectors,
    requests,
)

#: The longest answer, in bytes: that of a state of 4 MiB and its trace, and room to spare.
MAX_LINE: Final = 64 * 1024 * 1024
_CHUNK: Final = 1 << 16
#: Our own worker, by the name that ``--impl`` has for it.
SELF: Final = "self"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker did with one request: the answer, or how it failed to give one."""

    value: Json | None
    fault: Literal["crash", "timeout", "garbage"] | None = None
    detail: str = ""


def command_of(impl: str, split: Callable[[str], list[str]]) -> list[str]:
    """The command of ``--impl``; ``self`` is this package under this interpreter."""
    if impl == SELF:
        return [sys.executable, "-m", "pithbundle", "conformance", "serve"]
    return split(impl)


class Worker:
    """One process of an implementation, started when first asked and again after each failure."""

    def __init__(self, command: Sequence[str], timeout: float, *, max_line: int = MAX_LINE) -> None:
        self.command = list(command)
        self.timeout = timeout
        self.max_line = max_line
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._asked = 0
        self._late = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def ask(self, request: Request) -> Answer:
        """Ask one request and wait for its answer, at most ``timeout`` seconds.

        Raises:
            OSError: the command cannot be started at all.
        """
        self._asked += 1
        process = self._process or self._start()
        self._late = False
        # Killing is the one way to end a write that nobody reads as well as a read that
        # nobody answers.
        alarm = threading.Timer(self.timeout, self._kill_late, [process])
        alarm.start()
        try:
            answer = self._exchange(process, request.line(self._asked))
        finally:
            alarm.cancel()
        if answer.fault is not None:
            if self._late:
                answer = Answer(None, "timeout", f"no answer in {self.timeout:g} s")
            self.stop()
        return answer

    def stop(self) -> None:
        """End the process, if there is one, and everything that it started."""
        process, self._process, self._rest = self._process, None, b""
        if process is None:
            return
        for pipe in _pipes(process):
            with suppress(OSError):
                pipe.close()
        try:
            # A well-behaved worker leaves when its input ends.
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        # A group of its own, so that a shell script's children go with it.
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self._process

    def _kill_late(self, process: subprocess.Popen[bytes]) -> None:
        self._late = True
        _kill(process)

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes) -> Answer:
        stdin, stdout = _pipes(process)
        try:
            stdin.write(line)
            stdin.flush()
        except OSError:
            return Answer(None, "crash", _ended(process))
        buffer = bytearray(self._rest)
        while b"\n" not in buffer:
            if len(buffer) > self.max_line:
                return Answer(None, "garbage", f"a line over {self.max_line} bytes")
            chunk = os.read(stdout.fileno(), _CHUNK)
            if not chunk:
                return Answer(None, "crash", _ended(process))
            buffer += chunk
        first, _, rest = bytes(buffer).partition(b"\n")
        if rest:
            return Answer(None, "garbage", f"more than one line: {_quoted(rest)}")
        return _read(first, self._asked)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    # Never None: _start has asked for both.
    return cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _ended(process: subprocess.Popen[bytes]) -> str:
    with suppress(subprocess.TimeoutExpired):
        status = process.wait(1)
        return f"killed by signal {-status}" if status < 0 else f"exited with status {status}"
    return "closed its output"


def _read(line: bytes, number: int) -> Answer:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Answer(None, "garbage", f"not JSON: {_quoted(line)}")
    if type(value) is not dict:
        return Answer(None, "garbage", f"not an object: {_quoted(line)}")
    if type(value.get("id")) is not int or value["id"] != number:
        return Answer(None, "garbage", f"answers request {value.get('id')!r}, not {number}")
    said = [name for name in ("ok", "error", "unsupported") if name in value]
    if len(said) != 1:
        return Answer(None, "garbage", "neither ok, error nor unsupported alone")
    return Answer(value)


def _quoted(data: bytes) -> str:
    return repr(data[:60])[1:]


def load(folder: Path, stage: str | None = None) -> list[Vector]:
    """Read the vectors of a folder, all stages or one, in the order of the stages.

    Raises:
        VectorError: a file is not of the format, an id stands twice, or there is none.
        OSError: a file cannot be read.
    """
    found: list[Vector] = []
    for name in STAGES if stage is None else (stage,):
        pattern = "*.vectors.json" if name == "real" else "*.json"
        for path in sorted((folder / name).glob(pattern)):
            found += read_vectors(path.read_bytes(), f"{name}/{path.name}")
    seen: set[str] = set()
    for vector in found:
        if vector.id in seen:
            raise VectorError("type", f"two vectors are called {vector.id}")
        seen.add(vector.id)
    if not found:
        raise VectorError("type", f"no vectors in {folder}")
    return found


def reader(folder: Path) -> Callable[[str], bytes]:
    """How vectors of a folder read the files they name; nothing outside of it is read."""
    root = folder.resolve()

    def read(name: str) -> bytes:
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise VectorError("type", f"a vector names a file outside of its folder: {name}")
        try:
            return path.read_bytes()
        except OSError as error:
            raise VectorError(
                "type", f"a vector names a file that cannot be read: {name}: {error.strerror}"
            ) from None

    return read


def run_vector(
    worker: Worker, vector: Vector, read: Callable[[str], bytes], listed: Sequence[ExpectedFailure] = ()
) -> Result:
    """Ask every request of one vector; the first that goes wrong decides."""
    started = time.monotonic()
    status: Status = "passed"
    detail = variant = ""
    for request in requests(vector, read):
        answer = worker.ask(request)
        variant = request.name
        if answer.value is None:
            status = "failed" if answer.fault == "garbage" else answer.fault or "crash"
            detail = answer.detail
        elif "unsupported" in answer.value:
            status = "unsupported" if vector.op in EXTRA else "failed"
            detail = f"the operation {vector.op} is not supported"
        else:
            told = judge(request.expect, answer.value)
            if told is None:
                continue
            status, detail = "failed", told
        break
    expected = expected_failure(listed, vector.id)
    reason = ""
    if expected is not None and status != "unsupported":
        reason = expected.reason
        status = "xpassed" if status == "passed" else "xfailed"
    return Result(vector, status, detail, variant if detail else "", time.monotonic() - started, reason)


def run(
    command: Sequence[str],
    vectors: Sequence[Vector],
    read: Callable[[str], bytes],
    *,
    timeout: float = 10.0,
    jobs: int = 1,
    listed: Sequence[ExpectedFailure] = (),
    progress: Callable[[int, Result], None] | None = None,
) -> list[Result]:
    """Run vectors against a command; the results are in the order of the vectors.

    Raises:
        OSError: the command cannot be started.
        VectorError: a vector's bytes cannot be expanded.
    """
    waiting: queue.SimpleQueue[tuple[int, Vector]] = queue.SimpleQueue()
    for item in enumerate(vectors):
        waiting.put(item)
    results: list[Result | None] = [None] * len(vectors)
    failures: list[BaseException] = []
    lock = threading.Lock()

    def work() -> None:
        with Worker(command, timeout) as worker:
            for place, vector in _drain(waiting):
                try:
                    result = run_vector(worker, vector, read, listed)
                except (OSError, VectorError) as error:
                    failures.append(error)
                    # Nothing is left for the others: the run is over.
                    for _ in _drain(waiting):
                        pass
                    return
                with lock:
                    results[place] = result
                    if progress is not None:
                        progress(sum(1 for each in results if each is not None), result)

    threads = [threading.Thread(target=work) for _ in range(max(1, jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [result for result in results if result is not None]


def _drain(waiting: queue.SimpleQueue[tuple[int, Vector]]) -> Iterator[tuple[int, Vector]]:
    while True:
        try:
            yield waiting.get_nowait()
        except queue.Empty:
            return
