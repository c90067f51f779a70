"""One process of an implementation: started, sent requests, and always ended.

A worker may crash, hang, write garbage, write too much, too deep or too long a line, or leave
a child behind that keeps its pipes open: each is a failed request and a fresh process. Pipes
are never read or written without a deadline, and no thread waits. Only this module starts
processes.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Final, Literal, cast

from pithbundle.conformance.protocol import Json, Request
from pithbundle.conformance.vectorfiles import MAX_DEPTH, depth

#: Limits of an answer. The bytes are those of a state of 4 MiB of escaped text, and room to spare;
#: commas and brackets bound the values, and with them the memory that parsing takes.
MAX_LINE: Final = 64 * 1024 * 1024
MAX_MARKS: Final = 2_000_000

_CHUNK: Final = 1 << 20
#: Seconds between two looks at whether a silent process has exited.
_TICK: Final = 0.25
#: Seconds that a worker has to leave once its input has ended, before it is killed.
_GRACE: Final = 0.3

Fault = Literal["crash", "timeout", "garbage"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker did with one request: the answer, or how it failed to give one."""

    value: Json | None
    fault: Fault | None = None
    detail: str = ""


class Worker:
    """One process of an implementation, started at the first request and again after each failure.

    ``begin`` sends a request and :func:`wait` attends to several workers until one has its
    answer; ``ask`` is both for one worker.
    """

    def __init__(self, command: Sequence[str], timeout: float, *, max_line: int = MAX_LINE) -> None:
        self.command = list(command)
        self.timeout = timeout
        self.max_line = max_line
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0
        self._outgoing = memoryview(b"")
        self._incoming = bytearray()
        self._deadline = 0.0
        self._answer: Answer | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def ask(self, request: Request) -> Answer:
        """Send one request and wait for its answer, at most ``timeout`` seconds.

        Raises:
            OSError: the command cannot be started at all.
        """
        self.begin(request)
        while (answer := self.take()) is None:
            wait([self])
        return answer

    def begin(self, request: Request) -> None:
        """Send a request; ``take`` has its answer after some turns of :func:`wait`.

        Raises:
            OSError: the command cannot be started at all.
        """
        self._asked += 1
        self._answer = None
        self._incoming.clear()
        self._outgoing = memoryview(request.line(self._asked))
        if self._process is None:
            self._start()
        else:
            # One answer for each request: what comes before the request is too many.
            early = self._receive()
            if early:
                self._end("garbage", f"a line that answers no request: {_quoted(early)}")
            elif early is not None:
                self._end("crash", self._ended())
        self._deadline = time.monotonic() + self.timeout

    def take(self) -> Answer | None:
        """The answer to the request that was begun, or None while there is none."""
        return self._answer

    def finish(self) -> str:
        """End the input, wait for the process to leave, and return what it wrote without a request."""
        process = self._process
        if process is None:
            return ""
        stdin, stdout = _pipes(process)
        with suppress(OSError):
            stdin.close()
        until = time.monotonic() + _GRACE
        poll = select.poll()
        poll.register(stdout, select.POLLIN)
        chunk: bytes | None = None
        while not chunk and (left := until - time.monotonic()) > 0:
            poll.poll(left * 1000)
            chunk = self._receive()
            if chunk == b"":
                break
        self.stop()
        return f"a line that answers no request: {_quoted(chunk)}" if chunk else ""

    def stop(self) -> None:
        """End the process, if there is one, and everything that it started."""
        process, self._process = self._process, None
        self._incoming.clear()
        self._outgoing = memoryview(b"")
        if process is None:
            return
        for pipe in _pipes(process):
            with suppress(OSError):
                pipe.close()
        # Its group is killed whether it has left or not: a child that it left behind is of the group.
        # The number of the group cannot be that of another while a child has it; with no child there
        # is nothing to kill, and numbers are not given again so soon.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    # -- what happens while a request is on its way -------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a request has no answer yet."""
        return self._process is not None and self._answer is None

    @property
    def deadline(self) -> float:
        """When the request that is on its way has no answer in time."""
        return self._deadline

    def register(self, poll: select.poll) -> dict[int, Worker]:
        """Register the pipes of the process; return them with the worker."""
        stdin, stdout = _pipes(cast("subprocess.Popen[bytes]", self._process))
        poll.register(stdout, select.POLLIN)
        found = {stdout.fileno(): self}
        if self._outgoing:
            poll.register(stdin, select.POLLOUT)
            found[stdin.fileno()] = self
        return found

    def attend(self, *, ready: bool) -> None:
        """Write and read what the pipes take and give; this never blocks."""
        try:
            if ready:
                self._write()
                self._read()
            if self.busy:
                self._look_at_the_clock(ready)
        except MemoryError:
            self._incoming.clear()
            self._end("garbage", "an answer that exceeds the memory")

    def _start(self) -> None:
        # A session of its own, so that a shell script's children go with it and no signal of our
        # terminal reaches it.
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
        )
        for pipe in _pipes(self._process):
            os.set_blocking(pipe.fileno(), False)

    def _write(self) -> None:
        if not self._outgoing or self._process is None:
            return
        stdin, _ = _pipes(self._process)
        try:
            self._outgoing = self._outgoing[os.write(stdin.fileno(), self._outgoing[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            self._end("crash", self._ended())

    def _receive(self) -> bytes | None:
        """What the process has written: nothing yet is None, and the end is empty."""
        _, stdout = _pipes(cast("subprocess.Popen[bytes]", self._process))
        try:
            return os.read(stdout.fileno(), _CHUNK)
        except BlockingIOError:
            return None

    def _read(self) -> bool:
        """Read and compare_answer what is there; whether anything was."""
        if not self.busy:
            return False
        chunk = self._receive()
        if chunk is None:
            return False
        if not chunk:
            self._end("crash", self._ended())
            return False
        start = len(self._incoming)
        self._incoming += chunk
        end = self._incoming.find(b"\n", start)
        if (len(self._incoming) if end < 0 else end) > self.max_line:
            self._end("garbage", f"a line over {self.max_line} bytes")
        elif end >= 0:
            self._line(end)
        return True

    def _line(self, end: int) -> None:
        """Check the line that ends at ``end``."""
        if end + 1 < len(self._incoming):
            self._end("garbage", f"more than one line: {_quoted(self._incoming[end + 1 : end + 100])}")
        elif self._outgoing:
            self._end("garbage", "an answer before the whole request was read")
        else:
            answer = _answer(bytes(memoryview(self._incoming)[:end]), self._asked)
            if answer.fault is None:
                self._answer = answer
            else:
                self._end(answer.fault, answer.detail)

    def _look_at_the_clock(self, ready: bool) -> None:
        process = cast("subprocess.Popen[bytes]", self._process)
        if time.monotonic() >= self._deadline:
            self._end("timeout", f"no answer in {self.timeout:g} s")
        elif not ready and process.poll() is not None and not self._read() and self.busy:
            # It has exited and all it wrote is read, but a child of it keeps the pipe open.
            self._end("crash", self._ended())

    def _ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            status = cast("subprocess.Popen[bytes]", self._process).wait(0.5)
            cause = f"killed by signal {-status}" if status < 0 else f"exited with status {status}"
            return cause + (f" inside of a line: {_quoted(self._incoming)}" if self._incoming else "")
        return "closed its output"

    def _end(self, fault: Fault, detail: str) -> None:
        self._answer = Answer(None, fault, detail)
        self.stop()


def wait(workers: Iterable[Worker]) -> None:
    """Wait until a pipe of a busy worker is ready, or a deadline or a tick has passed; attend to all."""
    busy = [worker for worker in workers if worker.busy]
    if not busy:
        return
    poll = select.poll()
    registered: dict[int, Worker] = {}
    for worker in busy:
        registered |= worker.register(poll)
    left = min(worker.deadline for worker in busy) - time.monotonic()
    events = poll.poll(max(0.0, min(_TICK, left)) * 1000)
    ready = {id(registered[descriptor]) for descriptor, _ in events}
    for worker in busy:
        worker.attend(ready=id(worker) in ready)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    # Never None: _start has asked for both.
    return cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)


def _answer(line: bytes, number: int) -> Answer:
    """Read one line as the answer to a request; everything that is not one is garbage."""
    if sum(map(line.count, (b",", b"[", b"{"))) > MAX_MARKS:
        return Answer(None, "garbage", f"more than {MAX_MARKS} commas and brackets in a line")
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number)
    except ValueError:
        return Answer(None, "garbage", f"not JSON: {_quoted(line)}")
    except RecursionError:
        return Answer(None, "garbage", f"nests more than {MAX_DEPTH} levels")
    if type(value) is not dict:
        return Answer(None, "garbage", f"not an object: {_quoted(line)}")
    if depth(value) > MAX_DEPTH:
        return Answer(None, "garbage", f"nests more than {MAX_DEPTH} levels")
    if type(value.get("id")) is not int or value["id"] != number:
        return Answer(None, "garbage", f"answers request {value.get('id')!r:.60}, not {number}")
    kinds = [name for name in ("ok", "error", "unsupported") if name in value]
    if len(kinds) != 1:
        return Answer(None, "garbage", "must have one of ok, error and unsupported")
    why = _malformed(kinds[0], value[kinds[0]])
    return Answer(None, "garbage", why) if why else Answer(value)


def _malformed(name: str, value: Any) -> str:
    """Why a member of an answer is not of its form; empty if it is."""
    if name == "ok":
        return "" if type(value) is dict else "ok must be an object"
    if name == "error":
        sound = type(value) is dict and type(value.get("code")) is str
        return "" if sound else "error must be an object with a code"
    return "" if value is True else "unsupported must be true"


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a member twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _quoted(data: bytes | bytearray) -> str:
    return repr(bytes(data[:60]))[1:]
