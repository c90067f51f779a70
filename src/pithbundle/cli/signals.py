"""A signal that ends the program ends it as an exception, so that files are cleaned up (spec CLI-7)."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(slots=True)
class Received:
    """What :func:`noting_signals` noted, and what a signal does."""

    #: Called for each signal, between any two instructions of the main thread.
    act: Callable[[], None]
    #: The first signal; None as long as there was none.
    number: int | None = None
    #: Whether the signal is raised after the block, as it is unless the command had waited for one.
    is_raised: bool = True

    def require_none(self) -> None:
        """Check that there was none.

        Raises:
            Terminated: there was one.
            KeyboardInterrupt: it was SIGINT.
        """
        if self.number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.number is not None:
            raise Terminated(self.number)


@contextlib.contextmanager
def noting_signals(act: Callable[[], None]) -> Iterator[Received]:
    """Call ``act`` for each signal that would end the program, and end the program after the block.

    For an event loop: it takes an exception that is raised in one of its callbacks for a fault of that
    callback, reports it, and goes on. One that leaves a callback, as that of a second SIGINT does under
    :class:`asyncio.Runner`, leaves tasks that nobody awaits.

    Args:
        act: what a signal does, until the block replaces it.

    Raises:
        Terminated: a signal was received, whatever else the block raises.
        KeyboardInterrupt: the first one was SIGINT.
    """
    found = Received(act)
    if threading.current_thread() is not threading.main_thread():
        yield found
        return

    def note(number: int, frame: FrameType | None) -> None:
        if found.number is None:
            found.number = number
        found.act()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *_SIGNALS)}
    ours = {number: each for number, each in before.items() if each in (_raise, signal.default_int_handler)}
    for number in ours:
        signal.signal(number, note)
    try:
        yield found
    finally:
        ends = found.number is not None and found.is_raised
        for number, handler in ours.items():
            signal.signal(number, _ignore if ends and handler is _raise else handler)
        # One may have come since.
        if found.number is not None and found.is_raised:
            found.require_none()


def _raise(number: int, frame: FrameType | None) -> None:
    # Once: a second one must not interrupt the cleaning up after the first.
    for each in _SIGNALS:
        if signal.getsignal(each) is _raise:
            signal.signal(each, _ignore)
    raise Terminated(number)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing. With SIG_IGN Python would report a signal that came before and is handled only now."""
