"""The client for a program without an event loop (spec NET-17)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any, Self

from pithbundle.errors import NetworkError
from pithbundle.net.client import LIMIT, PIECE, AsyncClient, ClientOptions, System
from pithbundle.net.exchange import Exchange, Known, Span


class Client:
    """Requests documents of mirrors, as :class:`AsyncClient` does, and waits for each.

    Use it as a context manager, in one thread, where no event loop runs. Its connections are kept between
    calls. An interrupt from the keyboard ends a call at once.
    """

    def __init__(self, options: ClientOptions | None = None, *, system: System | None = None) -> None:
        self._client = AsyncClient(options, system=system)
        self._runner: asyncio.Runner | None = None

    def __enter__(self) -> Self:
        if _in_a_loop():
            raise RuntimeError("an event loop runs in this thread: use AsyncClient")
        # Of selectors on every system: the default loop of Windows reads past our sockets.
        self._runner = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)
        try:
            self._runner.run(self._client.__aenter__())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        runner, self._runner = self._running, None
        with runner:
            runner.run(self._client.__aexit__())

    @property
    def requests_sent(self) -> int:
        """The number of requests that were sent, redirects and repeated ones included."""
        return self._client.requests_sent

    def get(
        self,
        url: str,
        *,
        limit: int = LIMIT,
        accept: str = "application/json",
        known: Known | None = None,
        span: Span | None = None,
        compressed: bool = False,
    ) -> Exchange:
        """Request one document and return the exchange: see :meth:`AsyncClient.get`.

        Raises:
            NetworkError: any code of NET-1.
        """
        asked = self._client.get(
            url, limit=limit, accept=accept, known=known, span=span, compressed=compressed
        )
        return self._running.run(asked)

    def get_each(
        self, urls: Iterable[str], *, limit: int = LIMIT, accept: str = "application/json"
    ) -> list[Exchange | NetworkError]:
        """Request several documents at once; the results are in the order of the URLs (NET-17).

        An error of one is its result, and stops no other.
        """

        async def all_of_them() -> list[Exchange | NetworkError]:
            return list(await asyncio.gather(*(one(url) for url in urls)))

        async def one(url: str) -> Exchange | NetworkError:
            try:
                return await self._client.get(url, limit=limit, accept=accept)
            except NetworkError as error:
                return error.detached()

        return self._running.run(all_of_them())

    def pieces(self, url: str, file_bytes: int, *, start: int = 0, piece: int = PIECE) -> Iterator[bytes]:
        """Request a large file in parts: see :meth:`AsyncClient.pieces`.

        Raises:
            NetworkError: any code of NET-1; what was returned before stays usable.
        """
        parts = self._client.pieces(url, file_bytes, start=start, piece=piece)
        while True:
            part = self._running.run(_next(parts))
            if part is None:
                return
            yield part

    @property
    def _running(self) -> asyncio.Runner:
        if self._runner is None:
            raise RuntimeError("use the client as a context manager")
        return self._runner


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _next(parts: Any) -> bytes | None:
    found: bytes | None = await anext(parts, None)
    return found
