"""How fast the client asks: the rate of each host, Retry-After, all requests together (spec NET-15)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from pithbundle.errors import NetworkError

#: The longest Retry-After that is waited for, in seconds.
MAX_RETRY_AFTER: Final = 60.0
#: Statuses of a server that may answer a moment later.
BUSY: Final = frozenset({429, 502, 503, 504})


class Pace:
    """The pace of the requests to one host."""

    def __init__(
        self,
        rate: float | None,
        at_once: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._interval = 0.0 if rate is None else 1 / rate
        self._clock = clock
        self._sleep = sleep
        self._next = clock()
        self._paused_until = self._next
        self.at_once = asyncio.Semaphore(at_once)

    async def turn(self) -> None:
        """Wait until the next request may be sent."""
        while True:
            now = self._clock()
            mine = max(self._next, now)
            self._next = mine + self._interval
            if mine > now:
                await self._sleep(mine - now)
            # A pause that began meanwhile holds this request up too.
            if mine >= self._paused_until:
                return

    def take(self) -> None:
        """Count a request that waits for nothing, as one that follows a redirect."""
        self._next = max(self._next, self._clock()) + self._interval

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)
        self._next = max(self._next, self._paused_until)


class Requests:
    """How many requests may still be sent, to all hosts together."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self.sent = 0

    def count(self, url: str) -> None:
        """Count one request before it is sent.

        Raises:
            NetworkError: ``requests`` if no more may be sent.
        """
        if self._most is not None and self.sent >= self._most:
            raise NetworkError.at("requests", url, f"{self._most} requests were sent, which is the limit")
        self.sent += 1


def retry_after(value: str | None, date: str | None, now: datetime) -> float | None:
    """Return the seconds that a header Retry-After asks for, or None if it states nothing readable (NET-15).

    Args:
        value: the header, a number of seconds or a date. Hostile.
        date: the header Date, the time of the answer by the clock of the server. Hostile.
        now: that time by the clock of this machine, UTC, which counts if the server does not state it.
    """
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value) if len(value) <= 9 else float("inf")
    until = _moment(value)
    return None if until is None else max(0.0, (until - (_moment(date) or now)).total_seconds())


def _moment(date: str | None) -> datetime | None:
    if date is None:
        return None
    try:
        found = parsedate_to_datetime(date)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
