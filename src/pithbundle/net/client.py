"""The client: exchanges with many hosts at once, each with its own deadline and pace (spec NET-7)."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from pithbundle.errors import NetworkError
from pithbundle.net.exchange import Exchange, Known, Span
from pithbundle.net.heads import REDIRECTS, check_answer, check_body
from pithbundle.net.metered import MeteredSocket
from pithbundle.net.pacing import BUSY, MAX_RETRY_AFTER, Pace, Requests, retry_after
from pithbundle.net.resolving import Addresses, Resolve, system_resolve
from pithbundle.net.transport import Received, Transport
from pithbundle.net.urls import Target, parse_url, redirected
from pithbundle.wall_clock import utc_now

try:
    import stamina
except ModuleNotFoundError as error:
    message = "mirrors need stamina: install pithbundle with its extra mirror"
    raise ModuleNotFoundError(message, name=error.name) from error

#: The largest body, in bytes, where the caller states no other: that of an input (LIM-1).
LIMIT: Final = 4 * 1024 * 1024
#: The bytes of one part of a large file (NET-14).
PIECE: Final = 4 * 1024 * 1024
MAX_REDIRECTS: Final = 3
# Without a handler of its own a logger prints to standard error. A retry is no message for people.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """What a user may set."""

    #: Seconds for one exchange as a whole (NET-9).
    deadline: float = 30.0
    #: Requests a second to one host, None for no limit, and how many of them at once (NET-15).
    rate: float | None = 5.0
    at_once: int = 4
    #: Requests to all hosts together, None for no limit.
    max_requests: int | None = None
    #: How often a request is tried whose failure may pass.
    attempts: int = 3
    #: Whether ``http`` is accepted of this machine (NET-3).
    allow_loopback_http: bool = False
    #: Certificates of authorities in PEM, accepted in addition to those of the system (NET-6).
    authorities: str | None = None
    user_agent: str = "pithbundle"

    def __post_init__(self) -> None:
        if not (0 < self.deadline < float("inf") and (self.rate is None or 0 < self.rate < float("inf"))):
            raise ValueError("deadline and rate must be positive")
        if self.at_once < 1 or self.attempts < 1 or (self.max_requests is not None and self.max_requests < 0):
            raise ValueError("at_once and attempts must be at least 1, max_requests at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the client uses of the outside world; tests replace it."""

    resolve: Resolve = system_resolve
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    #: Seconds, by a clock that is never set.
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    socket_type: type[MeteredSocket] = MeteredSocket


class _BusyError(Exception):
    """The server answers that it may answer a moment later."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.status)
        self.exchange = exchange


class AsyncClient:
    """Requests documents of mirrors; safe to use for many hosts at once (NET-17).

    Use it as a context manager, in an event loop of selectors, which is the default one of asyncio but on
    Windows. No exchange waits for another host. Everything that it returns is hostile.
    """

    def __init__(self, options: ClientOptions | None = None, *, system: System | None = None) -> None:
        self._options = options or ClientOptions()
        self._system = system or System()
        self._trust = trust(self._options.authorities)
        self._addresses = Addresses(self._system.resolve, self._system.clock)
        self._requests = Requests(self._options.max_requests)
        self._paces: dict[str, Pace] = {}
        self._transport: Transport | None = None

    async def __aenter__(self) -> Self:
        if not isinstance(asyncio.get_running_loop(), BaseSelectorEventLoop):
            raise RuntimeError("the client counts bytes at its sockets: use an event loop of selectors")
        self._transport = Transport(self._trust, self._system.socket_type, self._options.user_agent)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    @property
    def options(self) -> ClientOptions:
        """What the user set."""
        return self._options

    @property
    def requests_sent(self) -> int:
        """The number of requests that were sent, redirects and repeated ones included."""
        return self._requests.sent

    async def get(
        self,
        url: str,
        *,
        limit: int = LIMIT,
        accept: str = "application/json",
        known: Known | None = None,
        span: Span | None = None,
        compressed: bool = False,
    ) -> Exchange:
        """Request one document and return the exchange, whatever its status (NET-13).

        Args:
            url: the URL (NET-2).
            limit: the largest body, in bytes (NET-11).
            accept: the header Accept.
            known: what the caller has: the response may be 304 then.
            span: the part of a file that is requested: the response is 206 then, if it is not an error.
            compressed: whether the body may be compressed data, as a pack is (NET-12).

        Raises:
            NetworkError: any code of NET-1.
        """
        target = self._parse(url)
        headers = {"Accept": accept}
        if known is not None:
            headers["If-None-Match"] = known.etag
        if span is not None:
            headers["Range"] = span.range
            limit = min(limit, span.length)
        pace = self._pace(target)
        tried = 0
        async with pace.at_once:
            try:
                async for attempt in stamina.retry_context(
                    on=_may_pass,
                    attempts=self._options.attempts,
                    timeout=None,
                    wait_initial=0.5,
                    wait_max=8.0,
                    wait_jitter=1.0,
                ):
                    with attempt:
                        tried = attempt.num
                        exchange = await self._exchange(target, pace, headers, limit, known, span)
                        self._judge_busy(pace, exchange)
                        check_body(exchange, known, span, compressed=compressed)
                        return exchange.tried(tried)
            except _BusyError as busy:
                return busy.exchange.tried(tried)
        raise AssertionError  # pragma: no cover

    async def pieces(
        self, url: str, file_bytes: int, *, start: int = 0, piece: int = PIECE
    ) -> AsyncIterator[bytes]:
        """Request a large file in parts, each an exchange with its own deadline (NET-14).

        Args:
            url: the URL (NET-2).
            file_bytes: the bytes of the whole file, which a manifest states.
            start: how many bytes of it the caller has already.
            piece: the bytes of one part.

        The caller checks the SHA-256 of the whole, which no part shows.

        Raises:
            NetworkError: any code of NET-1; what was returned before stays usable.
        """
        while start < file_bytes:
            span = Span(start, min(piece, file_bytes - start), file_bytes)
            exchange = await self.get(
                url, limit=piece, accept="application/octet-stream", span=span, compressed=True
            )
            yield exchange.require_ok()
            start += span.length

    def _parse(self, url: str) -> Target:
        return parse_url(url, allow_loopback_http=self._options.allow_loopback_http)

    def _pace(self, target: Target) -> Pace:
        """The pace of a host."""
        pace = self._paces.get(target.origin)
        if pace is None:
            options, system = self._options, self._system
            pace = Pace(options.rate, options.at_once, system.clock, system.sleep)
            self._paces[target.origin] = pace
        return pace

    def _judge_busy(self, pace: Pace, exchange: Exchange) -> None:
        """Hold up the host that answers that it is busy (NET-15)."""
        if exchange.status not in BUSY:
            return
        seconds = retry_after(exchange.header("retry-after"), exchange.header("date"), self._system.now())
        if seconds is None:
            raise _BusyError(exchange)
        if seconds <= MAX_RETRY_AFTER:
            pace.pause(seconds)
            raise _BusyError(exchange)

    async def _exchange(
        self,
        target: Target,
        pace: Pace,
        headers: dict[str, str],
        limit: int,
        known: Known | None,
        span: Span | None,
    ) -> Exchange:
        """One exchange within one deadline, redirects included."""
        self._requests.count(target.url)
        await pace.turn()
        began, started_at = self._system.clock(), self._time()
        try:
            async with asyncio.timeout(self._options.deadline):
                received, redirects = await self._follow(target, pace, headers, limit)
        except TimeoutError as error:
            reason = f"the exchange did not end in {self._options.deadline:g} seconds"
            raise NetworkError.at("timeout", target.url, reason) from error
        final = redirects[-1] if redirects else target.url
        check_answer(final, received.head, known, span)
        return Exchange(
            url=target.url,
            redirects=tuple(redirects),
            address=received.address,
            certificate_sha256=received.certificate_sha256,
            tls=received.tls,
            status=received.head.status,
            headers=received.head.kept(),
            body=received.body,
            started_at=started_at,
            ended_at=self._time(),
            seconds=self._system.clock() - began,
            raw_bytes=received.raw_bytes,
        )

    async def _follow(
        self, target: Target, pace: Pace, headers: dict[str, str], limit: int
    ) -> tuple[Received, list[str]]:
        """Send the request, and follow at most three redirects (NET-8)."""
        if self._transport is None:
            raise RuntimeError("use the client as a context manager")
        redirects: list[str] = []
        while True:
            addresses = await self._addresses.of(target)
            try:
                received = await self._transport.request(target, addresses, headers, limit)
            except NetworkError as error:
                if error.code == "unreachable":
                    self._addresses.forget(target)
                raise
            location = received.head.first("location")
            if received.head.status not in REDIRECTS or location is None:
                return received, redirects
            if len(redirects) == MAX_REDIRECTS:
                reason = f"more than {MAX_REDIRECTS} redirects"
                raise NetworkError.at("http", target.url, reason, "NET-8")
            allowed = self._options.allow_loopback_http
            target = redirected(target, location, allow_loopback_http=allowed)
            redirects.append(target.url)
            self._requests.count(target.url)
            pace.take()

    def _time(self) -> str:
        """The time of this machine, UTC."""
        return self._system.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def trust(authorities: str | None) -> ssl.SSLContext:
    """Return the settings of TLS: certificates are always checked (NET-6).

    Args:
        authorities: certificates in PEM that are accepted in addition to those of the system.

    Raises:
        ValueError: they are no certificates.
    """
    # Not create_default_context: it writes the keys of each connection to the file that SSLKEYLOGFILE names.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    if authorities is not None:
        try:
            context.load_verify_locations(cadata=authorities)
        except (ssl.SSLError, ValueError, TypeError) as error:
            raise ValueError("not certificates in PEM") from error
    return context


def _may_pass(error: Exception) -> bool:
    """Whether the same request may succeed a moment later (NET-15)."""
    return isinstance(error, _BusyError) or (isinstance(error, NetworkError) and error.transient)
