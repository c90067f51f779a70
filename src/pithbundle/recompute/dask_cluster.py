"""The connection to a scheduler of Dask (spec RECOMP-14 to RECOMP-16).

Loaded only where the extra ``cluster`` is installed. A worker returns the bytes of a result, which are
read strictly. Dask itself sends pickles both ways: whoever reaches the scheduler runs code here too,
which is why :mod:`pithbundle.recompute.address` decides what is connected to.
"""

from __future__ import annotations

import contextlib
import gc
import os
import threading
import time
import warnings
from hashlib import sha256
from typing import Any, Final

from distributed import Client, KilledWorker, Security, WorkerPlugin, as_completed, get_worker

from pithbundle.archive.manifest import LIMITS as MANIFEST_LIMITS
from pithbundle.archive.manifest import MANIFEST
from pithbundle.archive.reader import Reader
from pithbundle.archive.storage import Storage
from pithbundle.errors import FileError
from pithbundle.recompute.address import scheduler_address
from pithbundle.recompute.location import absolute
from pithbundle.recompute.scan import Scan
from pithbundle.recompute.versions import Versions, different_worker, message, versions
from pithbundle.recompute.work import FramesAt, LinesAt, Work, performed
from pithbundle.verifier import Verifier

#: How often a unit that raised is computed again.
RETRIES: Final = 5
#: How long, in seconds, a connection may take, a scheduler not answer, and a cluster have no worker.
_CONNECT: Final = 30.0
NO_ANSWER: Final = 300.0
NO_WORKER: Final = 300.0
#: How often, in seconds, the workers are counted, and the results looked for.
_COUNT: Final = 1.0
_POLL: Final = 0.01

#: The verifiers that were sent to this worker, by run; and each thread's own.
_sent: dict[str, Verifier] = {}
_own = threading.local()


class SentVerifier(WorkerPlugin):  # type: ignore[misc]
    """Gives each worker the verifier, once; also to those that start later."""

    def __init__(self, run: str, verifier: Verifier) -> None:
        self.name = run
        self._verifier = verifier

    def setup(self, worker: Any) -> None:
        """Keep it in the process of the worker."""
        _sent[self.name] = self._verifier

    def teardown(self, worker: Any) -> None:
        """Forget it."""
        _sent.pop(self.name, None)


def run_unit(run: str, expected: Versions, *words: Any) -> bytes:
    """Compute one unit, or scan one pack, on a worker, and return the bytes of the result.

    Args:
        run: the name of the plugin that has sent the verifier.
        expected: the versions of the client.
        words: encoding and bytes of each part, or the work itself.

    Raises:
        FileError: ``io``: what has to be read cannot be read, or has changed.
        RuntimeError: the worker has other versions or other code, or no verifier.
    """
    # A worker that started after the run did.
    other = message(get_worker().address, expected, versions())
    if other is not None:
        raise RuntimeError(other)
    # A verifier has a cache, and a worker may have several threads.
    mine: dict[str, Verifier] = _own.__dict__
    if run not in mine:
        if run not in _sent:
            raise RuntimeError("a worker that has no verifier")
        sent = _sent[run]
        mine.clear()
        mine[run] = Verifier(sent.policy, rules=sent.rules, limits=sent.limits)
    is_located = isinstance(words[0], Scan | FramesAt | LinesAt)
    work: Work = words[0] if is_located else [*zip(words[::2], words[1::2], strict=True)]
    return performed(mine[run], work).to_bytes()


def manifest_sha256(path: str, storage: Storage) -> str:
    """Return the SHA-256 of the manifest of an archive, in hex, as the process that is asked finds it."""
    return sha256(storage.read(os.path.join(path, MANIFEST), MANIFEST_LIMITS.size)).hexdigest()


class DaskCluster:
    """A connection to a scheduler of Dask.

    Args:
        address: its address.
        verifier: what each worker verifies with.

    Raises:
        ValueError: the address is neither TLS nor loopback (RECOMP-14).
        FileError: ``io``: no scheduler answers, it has no worker, a worker has another version or other
            code, or has an address that is neither TLS nor loopback.
    """

    def __init__(self, address: str, verifier: Verifier) -> None:
        self._address = scheduler_address(address)
        is_tls = self._address.startswith("tls://")
        reason: str | None = None
        try:
            # The certificates are those of Dask's own configuration, which scheduler and workers need too.
            with warnings.catch_warnings():
                # Of versions that differ; those that decide are compared below.
                warnings.simplefilter("ignore")
                self._client = Client(
                    self._address,
                    security=Security(require_encryption=is_tls),
                    timeout=_CONNECT,
                    set_as_default=False,
                    name="pithbundle",
                )
        except (OSError, TypeError, RuntimeError) as error:
            reason = _first_line(error)
        if reason is not None:
            # A client without a connection closes itself when it is collected. In the middle of starting
            # another one, which holds a lock of Dask, that never ends.
            gc.collect()
            raise self._error(f"no scheduler can be reached: {reason}")
        try:
            self._completed = as_completed(loop=self._client.loop, with_results=True, raise_errors=False)
            self._numbers: dict[Any, int] = {}
            self._workers = 0
            self._is_lost = False
            self._counted = -_COUNT
            self._alive = time.monotonic()
            self._require_workers()
            self._client.register_plugin(SentVerifier(self._client.id, verifier))
        except BaseException:
            self.close()
            raise

    def _error(self, reason: str) -> FileError:
        return FileError.at(self._address, reason)

    def close(self) -> None:
        """Give up what is in flight, and close the connection."""
        futures, self._numbers = [*self._numbers], {}
        try:
            # A scheduler that has not answered does not answer this either, and Dask would wait for it.
            if self._client.status == "running" and not self._is_lost:
                self._client.cancel(futures, force=True)
                self._client.unregister_worker_plugin(self._client.id)
        except (OSError, ValueError, TimeoutError):
            # It is the other end that has gone.
            pass
        with contextlib.suppress(TimeoutError):
            self._client.close(timeout=2)

    # -- workers --------------------------------------------------------------------------

    def workers(self) -> int:
        """The number of workers, at most a second ago.

        Raises:
            FileError: ``io``: a worker has an address that is neither TLS nor loopback.
        """
        now = time.monotonic()
        if now - self._counted >= _COUNT:
            found = self._nthreads()
            for each in found:
                try:
                    scheduler_address(each)
                except ValueError as error:
                    raise self._error(f"the worker {error}") from error
            self._workers, self._counted = len(found), time.monotonic()
            if found:
                self._alive = self._counted
        return self._workers

    def _nthreads(self) -> dict[str, int]:
        self._require_open()
        try:
            # A process that is stopped keeps its connections.
            found: dict[str, int] = self._client.nthreads(callback_timeout=NO_ANSWER)
        except (OSError, TimeoutError, RuntimeError) as error:
            raise self._lost() from error
        return found

    def _require_open(self) -> None:
        """Check that the client has not closed itself, as it does where it could not connect again."""
        if self._client.status not in ("running", "connecting"):
            raise self._lost()

    def _lost(self) -> FileError:
        self._is_lost = True
        return self._error("the connection to the scheduler was lost; see that it runs, and run again")

    def _require_workers(self) -> None:
        """Wait for the first worker, and compare the versions of all."""
        while not self.workers():
            self._require_alive()
            time.sleep(_COUNT)
        other = different_worker(self._client)
        if other is not None:
            raise self._error(other)

    def _require_alive(self) -> None:
        if time.monotonic() - self._alive > NO_WORKER:
            raise self._error(f"has no worker for {NO_WORKER:.0f} seconds; start some, and run again")

    # -- units ----------------------------------------------------------------------------

    def reads(self, archive: Reader) -> bool:
        """Whether every worker finds the archive where this machine does: with the same manifest."""
        path, storage = absolute(archive.path), archive.storage
        try:
            own = manifest_sha256(path, storage)
            found = self._client.run(manifest_sha256, path, storage, on_error="return")
        except (OSError, TimeoutError, RuntimeError) as error:
            raise self._lost() from error
        return bool(found) and all(each == own for each in found.values())

    def submit(self, number: int, work: Work) -> None:
        """Send a unit. Bytes stay at the scheduler until it is done; no worker has to keep them.

        Raises:
            FileError: ``io``: the cluster cannot be reached any more.
        """
        self._require_open()
        words: list[Any]
        if isinstance(work, Scan | FramesAt | LinesAt):
            words = [work]
        else:
            words = [word for part in work for word in part]
        future = self._client.submit(
            run_unit, self._client.id, versions(), *words, retries=RETRIES, pure=False
        )
        self._numbers[future] = number
        self._completed.add(future)

    def next(self) -> tuple[int, bytes | None]:
        """Wait for a unit in flight, and return its result; None where the workers that had it ended.

        Raises:
            FileError: ``io``: the cluster cannot be reached any more, has no worker, or computes
                nothing.
        """
        while True:
            while not self._completed.has_ready():
                if not self.workers():
                    self._require_alive()
                time.sleep(_POLL)
            future, result = next(self._completed)
            # Once the result is here, it does not matter that its worker has ended since.
            if isinstance(result, bytes):
                return self._numbers.pop(future), result
            if future.status not in ("lost", "pending"):
                break
            # Its worker ended before the result was here: the scheduler has it computed again.
            self._completed.add(future)
        number = self._numbers.pop(future)
        error = future.exception() if future.status == "error" else None
        if isinstance(error, KilledWorker | MemoryError):
            return number, None
        if error is None:
            raise self._lost()
        raise self._error(f"a worker fails each time: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text.splitlines()[0]
