"""One thread that uses the store, so that no transaction and no verification holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

_Result = TypeVar("_Result")


class Worker:
    """Runs functions one after the other in a thread of its own."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What has begun is completed: a transaction is not left open.
        self._executor.shutdown(wait=True, cancel_futures=True)

    async def __call__(self, work: Callable[[], _Result]) -> _Result:
        """Run a function and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)
