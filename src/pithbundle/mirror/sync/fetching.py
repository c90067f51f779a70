"""Requesting records of one mirror, several at once, and handing them to the store (spec SYNC-7, SYNC-12)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Final

from pithbundle.errors import BundleError, InputError, NetworkError, PithError
from pithbundle.mirror.remote import ABSENT, Remote
from pithbundle.mirror.sync.plan import Wanted
from pithbundle.mirror.sync.results import Fault, MirrorResult
from pithbundle.mirror.sync.storing import Received, Stored, Storing
from pithbundle.mirror.sync.worker import Worker

#: How many records are requested or wait for the store. The client limits how many requests are sent at once.
_AT_ONCE: Final = 32
#: How many records in a row a mirror may fail to send before it is given up.
_PATIENCE: Final = 8
#: Codes and statuses of a mirror that does not answer at all.
_SILENT: Final = frozenset({"unreachable", "timeout", "tls", "address"})
_BUSY: Final = frozenset({429, 503})


class Fetching:
    """Requests the records of a plan.

    Args:
        remote: the mirror.
        storing: adds what was received; runs in the worker.
        worker: the thread of the store.
        result: takes what fails.
        progress: is given the number of records that are done.
    """

    def __init__(
        self,
        remote: Remote,
        storing: Storing,
        worker: Worker,
        result: MirrorResult,
        progress: Callable[[int], None],
    ) -> None:
        self._remote = remote
        self._storing = storing
        self._work = worker
        self._result = result
        self._progress = progress
        self._queue: asyncio.Queue[Wanted | None] = asyncio.Queue(2 * _AT_ONCE)
        self._pending: list[tuple[Received, asyncio.Future[Stored]]] = []
        self._wake = asyncio.Event()
        # A record that waits for its turn is not requested any more once the mirror was given up.
        self._slots = asyncio.Semaphore(remote.at_once)
        self._silent = 0
        #: Why nothing more is requested.
        self._stop: PithError | None = None

    async def run(self, batches: AsyncGenerator[list[Wanted], None]) -> None:
        """Request all records of some batches; what was received is stored, whatever comes after.

        The batches are closed.

        Raises:
            PithError: the mirror was given up, or the store cannot be written.
        """
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write())
                fetchers = [group.create_task(self._fetch_each()) for _ in range(_AT_ONCE)]
                await self._produce(batches)
                await asyncio.gather(*fetchers)
                writer.cancel()
        except BaseExceptionGroup as errors:
            # The first one ended the others.
            raise errors.exceptions[0] from None
        if self._stop is not None:
            raise self._stop

    async def _produce(self, batches: AsyncGenerator[list[Wanted], None]) -> None:
        try:
            async with aclosing(batches):
                async for batch in batches:
                    for wanted in batch:
                        await self._queue.put(wanted)
                    if self._stop is not None:
                        break
        except NetworkError as error:
            self._stop = self._stop or error.detached()
        for _ in range(_AT_ONCE):
            await self._queue.put(None)

    async def _fetch_each(self) -> None:
        while (wanted := await self._queue.get()) is not None:
            if self._stop is None:
                await self._fetch(wanted)

    async def _fetch(self, wanted: Wanted) -> None:
        try:
            async with self._slots:
                if self._stop is not None:
                    return
                self._result.requested += 1
                first = await self._remote.first(wanted.suffix, wanted.known)
            self._silent = 0
            stored = await self._store(Received(wanted, first))
            if stored.needs_parts:
                body = await self._remote.rest(wanted.suffix, first, stored.held)
                rest = body.parts[1:]
                await self._store(
                    replace(stored.received, rest=rest, are_parts_known=True, listed=body.listed)
                )
        except (NetworkError, BundleError, InputError) as error:
            self._fail(wanted, error)
        self._progress(1)

    def _fail(self, wanted: Wanted, error: PithError) -> None:
        """Note a record that cannot be received; give the mirror up if it does not answer at all."""
        status = error.exchange.status if error.exchange is not None else None
        if error.code == "requests":
            self._result.requested -= 1
            self._stop = self._stop or error.detached()
            return
        if wanted.leaf is None and status in ABSENT:
            self._result.absent.add(wanted.suffix)
            return
        self._result.failed.add(Fault(wanted.suffix, error.code, error.fault.message))
        self._silent = self._silent + 1 if error.code in _SILENT or status in _BUSY else 0
        if self._silent >= _PATIENCE:
            self._stop = self._stop or error.detached()

    async def _store(self, received: Received) -> Stored:
        """Have the store add it; several that wait are added in one transaction."""
        done: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._pending.append((received, done))
        self._wake.set()
        return await done

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._pending = self._pending, []
            given = [received for received, _ in batch]
            for (_, done), stored in zip(
                batch, await self._work(partial(self._storing.add, given)), strict=True
            ):
                # Who waited for it may have been cancelled.
                if not done.done():
                    done.set_result(stored)
