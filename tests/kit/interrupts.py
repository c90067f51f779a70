"""Signals that come at a chosen moment: in a callback of an event loop, or at an operation on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from kit.command_line import Result, run
from kit.crash import OPERATIONS
from pithbundle import durable

#: No moment at all: of a run that is only counted.
NEVER: Final = 1 << 60


@dataclass
class Moments:
    """The moments of this thread that passed."""

    count: int = 0


#: At the moment of a number, from 1 on, call a function; without it only count.
At = Callable[[int, Callable[[], None]], contextlib.AbstractContextManager[Moments]]


def in_callback(at: int, act: Callable[[], None]) -> contextlib.AbstractContextManager[Moments]:
    """Act inside a callback that an event loop of this thread runs.

    Between two of its awaits a coroutine is one callback, so that these moments are all its awaits.
    """
    return _in_callbacks(range(at, at + 1), act)


def in_callbacks_from(at: int, act: Callable[[], None]) -> contextlib.AbstractContextManager[Moments]:
    """Act inside a callback and inside each that follows, until the loop is closed."""
    return _in_callbacks(range(at, NEVER), act)


@contextlib.contextmanager
def _in_callbacks(at: range, act: Callable[[], None]) -> Iterator[Moments]:
    moments, thread, real = Moments(), threading.get_ident(), asyncio.events.Handle._run

    def counted(handle: Any) -> None:
        if threading.get_ident() == thread:
            moments.count += 1
            if moments.count in at:
                callback = handle._callback

                def acting(*args: Any) -> None:
                    # The callback of a descriptor is run again and again.
                    handle._callback = callback
                    act()
                    callback(*args)

                handle._callback = acting
        real(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.events.Handle, "_run", counted)
        yield moments


@contextlib.contextmanager
def at_operation(at: int, act: Callable[[], None]) -> Iterator[Moments]:
    """Act before an operation on the disk."""
    moments, thread = Moments(), threading.get_ident()

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            if threading.get_ident() == thread:
                moments.count += 1
                if moments.count == at:
                    act()
            return real(*args)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in OPERATIONS:
            patch.setattr(durable, name, counted(getattr(durable, name)))
        yield moments


def moments_of(moments: At, *words: str) -> int:
    """How many moments a command has that nothing interrupts."""
    with moments(NEVER, lambda: None) as passed:
        run(*words)
    return passed.count


def interrupted(moments: At, at: int, number: signal.Signals, *words: str) -> tuple[Result, bool]:
    """Run a command in this process, with a signal at a moment; return what it gave, and whether it came."""
    default = signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
    before = signal.signal(number, default)
    try:
        with moments(at, lambda: signal.pthread_kill(threading.get_ident(), number)) as passed:
            result = run(*words)
        return result, passed.count >= at
    finally:
        signal.signal(number, before)


def some_of(count: int, points: int) -> list[int]:
    """Moments from 1 to a count, evenly spread, the first and the last among them; all of them for 0."""
    if not points or points >= count:
        return [*range(1, count + 1)]
    return [1 + (count - 1) * each // (points - 1) for each in range(points)]
