"""A signal that ends the program ends it as an exception, so that files are cleaned up (spec CLI-7)."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

#: The signals by which a system, a scheduler or a closed terminal ends a program, in addition to SIGINT.
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


class Terminated(BaseException):
    """The program received a signal that ends it; ``number`` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def ending_on_signals() -> Iterator[None]:
    """Raise :class:`Terminated` where the signals would end the process at once.

    A signal that is ignored (as under nohup) or has a handler already is left alone, and so is
    everything outside the main thread, where Python handles no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _raise)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


class Received:
    """What :func:`noting_signals` noted."""

    def __init__(self) -> None:
        #: The signal that ends the program; None as long as there was none.
        self.number: int | None = None

    def require_none(self) -> None:
        """Check that there was none.

        Raises:
            Terminated: there was one.
        """
        if self.number is not None:
            raise Terminated(self.number)


@contextlib.contextmanager
def noting_signals(end: Callable[[], None]) -> Iterator[Received]:
    """Call ``end`` for a signal that would raise :class:`Terminated`, and raise that after the block.

    For an event loop: it takes an exception that is raised in one of its callbacks for a fault of that
    callback, reports it, and goes on.

    Args:
        end: makes the block end; it is called once, between any two instructions of the main thread.

    Raises:
        Terminated: a signal was received, whatever else the block raises.
    """
    found = Received()
    if threading.current_thread() is not threading.main_thread():
        yield found
        return

    def note(number: int, frame: FrameType | None) -> None:
        _ignore_others()
        found.number = number
        end()

    ours = [number for number in _SIGNALS if signal.getsignal(number) is _raise]
    for number in ours:
        signal.signal(number, note)
    try:
        yield found
    finally:
        for number in ours:
            if signal.getsignal(number) is note:
                signal.signal(number, _raise)
        found.require_none()


def _raise(number: int, frame: FrameType | None) -> None:
    _ignore_others()
    raise Terminated(number)


def _ignore_others() -> None:
    # Once: a second one must not interrupt the cleaning up after the first.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
