"""The one importer of aiohttp: sends one request on a checked connection (spec NET-5 to NET-11).

aiohttp follows no redirect here, repeats no request, decompresses nothing, and knows no cookie, proxy
or file of passwords. What it connects to is checked again when the socket is made, and
:class:`~pithbundle.net.metered.MeteredSocket` counts what arrives, below it.
"""

from __future__ import annotations

import hashlib
import ssl
import weakref
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

try:
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult
    from yarl import URL
except ModuleNotFoundError as error:
    message = "mirrors need aiohttp: install pithbundle with its extra mirror"
    raise ModuleNotFoundError(message, name=error.name) from error

from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.errors import NetworkError
from pithbundle.net.heads import Head, check_framing
from pithbundle.net.metered import HANDSHAKE, HEAD, IDLE, Meter, MeteredSocket, UncheckedAddressError
from pithbundle.net.urls import Target
from pithbundle.newtypes import DigestHex

#: The longest line and the most fields of a head (NET-10).
MAX_LINE: Final = 8190
MAX_FIELDS: Final = 100


@dataclass(slots=True)
class _Hop:
    """One request on its way: what it may connect to, and what is found out about its connection."""

    url: str
    addresses: tuple[str, ...]
    meter: Meter
    unchecked: bool = False
    address: str = ""
    certificate_sha256: DigestHex | None = None
    tls: str | None = None
    socket: MeteredSocket | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A response as it was received."""

    head: Head
    body: bytes
    address: str
    certificate_sha256: DigestHex | None
    tls: str | None
    raw_bytes: int


#: The request for which a connection is made: aiohttp passes nothing on to a resolver or a socket factory.
_HOP: Final[ContextVar[_Hop]] = ContextVar("pithbundle_hop")
#: Open sockets by descriptor: a transport shows its socket only as a wrapper.
_SOCKETS: Final[weakref.WeakValueDictionary[int, MeteredSocket]] = weakref.WeakValueDictionary()


class _LostError(Exception):
    """The connection ended before the head of the response was complete."""


class _Checked(AbstractResolver):
    """Returns the addresses that were checked for this request, and asks nobody."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        return [
            {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": 0}
            for address in _HOP.get().addresses
        ]

    async def close(self) -> None:
        return


class _Response(aiohttp.ClientResponse):
    """Looks at the connection before it is read: a short response gives it back at once."""

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        hop = _HOP.get()
        transport = connection.transport
        if transport is None:
            raise aiohttp.ServerDisconnectedError
        hop.address = transport.get_extra_info("peername")[0]
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            hop.tls = tls.version()
            hop.certificate_sha256 = DigestHex(hashlib.sha256(tls.getpeercert(True) or b"").hexdigest())
        hop.socket = _SOCKETS.get(transport.get_extra_info("socket").fileno())
        if hop.socket is None:
            raise aiohttp.ServerDisconnectedError
        if hop.socket.meter is not hop.meter:
            # A connection of an earlier exchange.
            hop.meter.allowance = HEAD
            hop.socket.meter = hop.meter
        return await super().start(connection)


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send the request once: aiohttp repeats it by itself after errors of a kind, which nobody counts."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _LostError from error


@dataclass(slots=True)
class Transport:
    """Connections of one client, kept while they are used."""

    trust: ssl.SSLContext
    socket_type: type[MeteredSocket]
    user_agent: str
    _session: aiohttp.ClientSession = field(init=False)

    def __post_init__(self) -> None:
        connector = aiohttp.TCPConnector(
            ssl=self.trust,
            resolver=_Checked(),
            use_dns_cache=False,
            limit=0,
            socket_factory=self._socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            response_class=_Response,
            middlewares=(_once,),
            read_bufsize=64 * 1024,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
            max_headers=MAX_FIELDS,
            headers={"User-Agent": self.user_agent, "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def request(
        self, target: Target, addresses: tuple[str, ...], headers: dict[str, str], limit: int
    ) -> Received:
        """Send one GET and read the response, whatever its status; follow nothing, repeat nothing.

        The caller limits the time.

        Raises:
            NetworkError: ``address``, ``unreachable``, ``tls``, ``http``, ``encoding`` or ``size``.
        """
        hop = _Hop(target.url, addresses, Meter(HANDSHAKE + HEAD))
        token = _HOP.set(hop)
        try:
            return await self._request(hop, target, headers, limit)
        except (aiohttp.ClientError, _LostError, OSError, ssl.CertificateError) as error:
            raise _rejected(hop, error) from error
        finally:
            _HOP.reset(token)
            # Another exchange may have the connection already.
            if hop.socket is not None and hop.socket.meter is hop.meter:
                hop.socket.meter = Meter(IDLE)

    async def _request(self, hop: _Hop, target: Target, headers: dict[str, str], limit: int) -> Received:
        # encoded: the URL was read and written by our own grammar, and is not to be read again.
        url = URL(target.url, encoded=True)
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            head = Head.of(response.status, response.raw_headers)
            length = check_framing(hop.url, head)
            if head.status not in (200, 206):
                # A page that explains an error may be larger than the small file that was requested.
                limit = max(limit, DEFAULT_LIMITS.size)
            if length is not None and length > limit:
                raise over_limit(hop.url, limit, length)
            # Chunks and records of TLS may double what is sent; a body of the limit alone could come so.
            hop.meter.allowance = 2 * limit + HEAD
            body = bytearray()
            while piece := await response.content.readany():
                body += piece
                if len(body) > limit:
                    raise over_limit(hop.url, limit)
        if length is not None and length != len(body) and head.status not in (204, 304):
            raise NetworkError.at("http", hop.url, "the body has another length than its head has", "NET-10")
        return Received(
            head, bytes(body), hop.address, hop.certificate_sha256, hop.tls, hop.meter.received
        )  # fmt: skip

    def _socket(self, info: tuple[Any, ...]) -> MeteredSocket:
        """Make the socket of a connection; the address is checked here for the last time (NET-5)."""
        hop = _HOP.get()
        family, kind, proto, _, address = info
        if address[0] not in hop.addresses:
            hop.unchecked = True
            raise UncheckedAddressError("not a checked address")
        made = self.socket_type(family, kind, proto, hop.meter)
        _SOCKETS[made.fileno()] = made
        return made


def over_limit(url: str, limit: int, found: int | None = None) -> NetworkError:
    """Return the error of a body over the limit (NET-11)."""
    length = "" if found is None else f": its head has {found}"
    return NetworkError.at("size", url, f"the body is larger than the limit of {limit} bytes{length}")


def _rejected(hop: _Hop, error: Exception) -> NetworkError:
    """What an error of aiohttp or of the system means."""
    at = NetworkError.at
    if hop.meter.flooded:
        return at("http", hop.url, "the server sent more than a head and a body within the limits", "NET-11")
    if hop.unchecked:
        return at("address", hop.url, "the connection would lead to an address that was not checked", "NET-5")
    certificate = _cause(error, ssl.SSLCertVerificationError)
    if certificate is not None:
        reason = getattr(certificate, "verify_message", "") or "it does not verify"
        return at("tls", hop.url, f"the certificate is not accepted: {reason}")
    if isinstance(error, aiohttp.ClientSSLError) or _cause(error, ssl.SSLError) is not None:
        return at("tls", hop.url, "no secure connection could be made")
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.strerror or "no address of it answers"
        return at("unreachable", hop.url, f"no connection: {reason}", transient=True)
    if isinstance(error, aiohttp.ClientResponseError):
        return at("http", hop.url, "the head of the response is not that of HTTP/1.1", "NET-10")
    reason = "the connection ended before the response was complete, or its body is not in its form"
    return at("http", hop.url, reason, "NET-10", transient=not isinstance(error, aiohttp.ClientPayloadError))


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """The error of a kind from which another one came."""
    seen = 0
    while error is not None and seen < 8:
        if isinstance(error, kind):
            return error
        error, seen = error.__cause__ or error.__context__, seen + 1
    return None
