"""Doing what a signal must not interrupt, such as importing an extension module."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold back SIGINT, SIGTERM and SIGHUP in this thread; they arrive afterwards.

    Their handlers may raise. The initialisation of orjson runs Python code and does not expect that: a
    SIGINT in that moment ended the process with SIGSEGV, in 2 of 60 runs that were interrupted while
    starting. A process or thread that is started meanwhile holds them back too. Where a system has no
    signal masks nothing is held.
    """
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


def release_signals() -> None:
    """Let arrive what :func:`signals_held` holds back, in a process that was started meanwhile."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is not None:
        mask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
