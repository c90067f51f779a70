"""One thread that uses the store, so that no transaction and no verification holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar


class Closing(Protocol):
    """What has to be closed."""

    def close(self) -> None:
        """Close it."""


_Result = TypeVar("_Result")
_Opened = TypeVar("_Opened", bound=Closing)


class Worker:
    """Runs functions one after the other in a thread of its own."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")
        #: What was opened and is not closed.
        self._opened: set[Future[Any]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What has begun is completed: a transaction is not left open.
        self._executor.shutdown(wait=True, cancel_futures=True)
        # Whoever was cancelled while he waited for the thread to close it.
        for opening in [*self._opened]:
            self._close(opening)

    async def __call__(self, work: Callable[[], _Result]) -> _Result:
        """Run a function and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    @asynccontextmanager
    async def opened(self, work: Callable[[], _Opened]) -> AsyncIterator[_Opened]:
        """What a function opens, closed by the thread after everything that was begun with it.

        Also where the caller is cancelled, while it waits for the function or later.
        """
        opening = self._executor.submit(work)
        self._opened.add(opening)
        try:
            yield await asyncio.wrap_future(opening)
        finally:
            await self(partial(self._close, opening))

    def _close(self, opening: Future[Any]) -> None:
        self._opened.discard(opening)
        if not opening.cancelled() and opening.exception() is None:
            opening.result().close()
