"""Names of hosts: each is resolved once, and every address is checked (spec NET-5)."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from pithbundle.errors import NetworkError
from pithbundle.net.addresses import is_loopback, not_public
from pithbundle.net.urls import Target

#: Returns the addresses of a name; raises ``OSError`` if there are none.
Resolve: TypeAlias = Callable[[str], Awaitable[list[str]]]
#: How long the addresses of a name are kept, in seconds.
KEEP_SECONDS: Final = 300.0
#: The most addresses of one name that are tried.
MAX_ADDRESSES: Final = 16


async def system_resolve(name: str) -> list[str]:
    """Return the addresses of a name by the resolver of the system.

    Each call has a thread of its own. In the pool of the event loop a few servers of names that do not answer
    would stop the names of every other host, and the end of the program would wait for them.

    Raises:
        OSError: the name has no address, or none can be found out.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str], error: OSError | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(found)
        else:
            future.set_exception(error)

    def ask() -> None:
        found: list[str] = []
        failed: OSError | None = None
        try:
            answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            found = [str(answer[4][0]) for answer in answers]
        except OSError as error:
            failed = error
        except UnicodeError as error:
            failed = OSError(str(error))
        try:
            loop.call_soon_threadsafe(settle, found, failed)
        except RuntimeError:
            # The loop was closed in the meantime: nobody waits.
            return

    threading.Thread(target=ask, name="pithbundle-resolve", daemon=True).start()
    return await future


class Addresses:
    """The checked addresses of hosts, each resolved once and kept for a while."""

    def __init__(self, resolve: Resolve, clock: Callable[[], float]) -> None:
        self._resolve = resolve
        self._clock = clock
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, target: Target) -> tuple[str, ...]:
        """Return the addresses of the host of ``target``, all of them checked (NET-4, NET-5).

        Raises:
            NetworkError: ``address`` if one of them is not public, ``unreachable`` if there are none.
        """
        async with self._locks.setdefault(target.host, asyncio.Lock()):
            known = self._known.get(target.host)
            if known is not None and self._clock() < known[0]:
                return known[1]
            found = (target.host,) if target.is_address else await self._ask(target)
            check_addresses(target, found)
            self._known[target.host] = (self._clock() + KEEP_SECONDS, found)
            return found

    def forget(self, target: Target) -> None:
        """Resolve the host again for the next exchange: nothing could be reached."""
        self._known.pop(target.host, None)

    async def _ask(self, target: Target) -> tuple[str, ...]:
        try:
            found = await self._resolve(target.host)
        except OSError as error:
            reason = f"the name has no address: {error.strerror or error}"
            raise NetworkError.at("unreachable", target.url, reason, transient=True) from error
        if not found:
            raise NetworkError.at("unreachable", target.url, "the name has no address", transient=True)
        return tuple(dict.fromkeys(found))


def check_addresses(target: Target, addresses: tuple[str, ...]) -> None:
    """Check every address of the host of ``target``.

    One that is not public rejects the host: a public one beside it is how a name that leads elsewhere a
    moment later looks.

    Raises:
        NetworkError: ``address``.
    """
    if len(addresses) > MAX_ADDRESSES:
        reason = f"the name has more than {MAX_ADDRESSES} addresses"
        raise NetworkError.at("address", target.url, reason, "NET-5")
    for address in addresses:
        if target.scheme == "http":
            why = None if is_loopback(address) else "http is accepted of this machine alone"
        else:
            why = not_public(address)
        if why is not None:
            reason = f"an address of the host, {address}, is not accepted: {why}"
            raise NetworkError.at("address", target.url, reason, "NET-4")
