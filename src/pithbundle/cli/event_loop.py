"""Running the event loop of a command until it is done or a signal ends the program (spec CLI-7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from pithbundle.cli.signals import noting_signals

_Result = TypeVar("_Result")


def run(work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
    """Run a coroutine in an event loop of selectors, as the network client needs it; return its result.

    A signal cancels it: it ends at one of its awaits, and never in the middle of what it writes. Further ones
    change nothing until the loop is closed, when all that it had begun has ended.

    Raises:
        Terminated: a signal was received.
        KeyboardInterrupt: SIGINT was.
    """
    task: asyncio.Task[Any] | None = None
    is_ended = False

    async def noted() -> _Result:
        nonlocal task
        task = asyncio.current_task()
        if is_ended:
            raise asyncio.CancelledError
        return await work()

    def cancel() -> None:
        if task is not None:
            task.cancel()

    def end() -> None:
        nonlocal is_ended
        # Noted first: another signal may come at any step, and would cancel what cleans up after this one.
        was_ended, is_ended = is_ended, True
        if not (was_ended or loop.is_closed()):
            loop.call_soon_threadsafe(cancel)

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        loop = runner.get_loop()
        with noting_signals(end):
            try:
                return runner.run(noted())
            finally:
                # Inside: closing runs callbacks too.
                runner.close()
