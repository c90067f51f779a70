"""Starting processes of this Python (threat F9)."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from pithbundle.encoding.held_signals import release_signals, signals_held

_Result = TypeVar("_Result")

_SAFE_PATH: Final = "PYTHONSAFEPATH"
#: What the result of a task raises if a process of its pool ended, as the system ends one where memory is
#: short, and if a limit on the memory of its process did not suffice.
NO_RESULT: Final = (BrokenProcessPool, MemoryError)


def default_jobs() -> int:
    """Return how many processes may run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def process_pool(jobs: int, prepare: Callable[..., None], arguments: tuple[Any, ...]) -> ProcessPoolExecutor:
    """Return a pool whose processes are prepared by ``prepare(*arguments)`` and end when this one does.

    A task is given to it by :func:`submitted`.
    """
    # spawn: a fork of a process that has threads, or a terminal's state, is not safe on every system.
    # Its locks start a process too, which removes them if this one is killed.
    with starting_processes():
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(jobs, context, _start, (prepare, arguments))


def _start(prepare: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Prepare a process of a pool."""
    # What waits for a task has both ends of the pipe: a parent that is killed would leave it for ever.
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_after, args=(parent,), daemon=True).start()
    prepare(*arguments)


def _end_after(parent: BaseProcess | None) -> None:
    """End this process when its parent has ended, however that was."""
    if parent is not None:
        parent.join()
        os._exit(1)


def submitted(pool: ProcessPoolExecutor, task: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
    """Give a task to a pool; the result raises one of NO_RESULT, also where a process has ended before."""
    # Submitting starts processes. An exception in the middle of that would leave a pool that cannot be
    # shut down, and a process must ignore interrupts before one reaches it.
    try:
        with starting_processes():
            return pool.submit(task, *arguments)
    except BrokenProcessPool as error:
        lost: Future[_Result] = Future()
        lost.set_exception(error)
        return lost


def end_processes(pool: ProcessPoolExecutor) -> None:
    """Wait until the processes of a pool have ended what they have begun; nothing else is begun."""
    # A second signal in that moment would leave processes that this one waits for when it ends.
    with signals_held():
        pool.shutdown(wait=True, cancel_futures=True)


def kill_processes(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool at once: for tasks that nothing is lost of, and that may take long."""
    for each in [*(pool._processes or {}).values()]:
        each.kill()


def leave_interrupts_to_the_parent() -> None:
    """Ignore SIGINT in a process that was started, and let the signals arrive that were held back."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    release_signals()


@contextmanager
def starting_processes() -> Iterator[None]:
    """Hold signals back, and let no process that is started find a module in the working directory.

    What :mod:`multiprocessing` spawns is ``python -c``, which looks there first: a file ``pickle.py``
    of a folder with downloads would run. With ``PYTHONSAFEPATH`` in its environment it does not look
    there. The signals arrive afterwards, and in the process when it calls
    :func:`~pithbundle.encoding.held_signals.release_signals`.
    """
    before = os.environ.get(_SAFE_PATH)
    with signals_held():
        os.environ[_SAFE_PATH] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ[_SAFE_PATH]
            else:
                os.environ[_SAFE_PATH] = before
