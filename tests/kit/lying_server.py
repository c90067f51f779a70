"""A server on loopback that answers as a test wants, under public addresses: TLS, floods, drips and lies.

A name resolves to what the test says, the address check sees public addresses, and the socket connects to the
server on this machine in their place. So everything runs as with a mirror on the Internet.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeAlias

import trustme

from pithbundle.net.client import AsyncClient, ClientOptions, System
from pithbundle.net.metered import Meter, MeteredSocket

#: A public address of IPv4, and a second one.
PUBLIC: Final = "93.184.216.34"
OTHER_PUBLIC: Final = "93.184.216.35"
HOST: Final = "mirror.example"
URL: Final = f"https://{HOST}/pith/OMJFN3CZBZK4KRI4XCDIFRLNQH/bundle.json"
BODY: Final = b'{"bundle_type":"pith_open_graph_bundle"}'

Send: TypeAlias = Callable[[bytes], Awaitable[None]]
#: Answers one request: its head, and what sends bytes. The connection is closed afterwards.
Answer: TypeAlias = Callable[["Request", Send], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """One request that arrived."""

    line: str
    fields: dict[str, str]

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


def response(
    body: bytes = BODY, *fields: str, status: str = "200 OK", length: int | None = None, version: str = "1.1"
) -> bytes:
    """The bytes of a response with its length."""
    field = f"Content-Length: {len(body) if length is None else length}"
    head = "\r\n".join([f"HTTP/{version} {status}", field, "Content-Type: application/json", *fields])
    return head.encode("latin-1") + b"\r\n\r\n" + body


def always(data: bytes) -> Answer:
    """Answer every request with these bytes."""

    async def answer(_: Request, send: Send) -> None:
        await send(data)

    return answer


def in_turn(*answers: bytes | Answer) -> Answer:
    """Answer the first request with the first, and so on; the last one again and again."""
    rest = [always(one) if isinstance(one, bytes) else one for one in answers]

    async def answer(request: Request, send: Send) -> None:
        await (rest.pop(0) if len(rest) > 1 else rest[0])(request, send)

    return answer


def dripped(data: bytes, seconds: float = 0.05) -> Answer:
    """Send one byte after the other, slowly."""

    async def answer(_: Request, send: Send) -> None:
        for index in range(len(data)):
            await send(data[index : index + 1])
            await asyncio.sleep(seconds)

    return answer


def endless(first: bytes, piece: bytes) -> Answer:
    """Send a beginning, then a piece again and again."""

    async def answer(_: Request, send: Send) -> None:
        await send(first)
        while True:
            await send(piece * max(1, 4096 // len(piece)))

    return answer


async def silent(_: Request, __: Send) -> None:
    """Answer nothing."""
    await asyncio.sleep(3600)


@cache
def authority() -> trustme.CA:
    """The authority of the certificates; making one takes a moment."""
    return trustme.CA()


@cache
def server_context(*names: str, expired: bool = False, known: bool = True) -> ssl.SSLContext:
    """TLS of a server with a certificate for names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    now = datetime.datetime.now(datetime.UTC)
    issuer = authority() if known else trustme.CA()
    days = datetime.timedelta(days=1)
    made = issuer.issue_cert(
        *names, not_before=now - 3 * days, not_after=now - 2 * days if expired else now + days
    )
    made.configure_cert(context)
    return context


@dataclass
class Network:
    """Servers, names and addresses of one test."""

    #: What a name resolves to, each time; the last answer again and again.
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    #: The port on this machine of an address and port.
    routes: dict[tuple[str, int], int] = field(default_factory=dict)
    #: Names that were resolved, addresses that were connected to, requests that arrived.
    resolved: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    #: Seconds that the client slept for its pace.
    slept: list[float] = field(default_factory=list)
    #: Bytes that servers sent.
    sent: int = 0

    async def resolve(self, name: str) -> list[str]:
        self.resolved.append(name)
        answers = self.names.get(name)
        if answers is None:
            raise OSError(-2, "Name or service not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def client(self, **options: Any) -> AsyncClient:
        """A client of this network: ten seconds for an exchange, no limit on its rate, one attempt."""
        network = self

        class Routed(MeteredSocket):
            def __init__(self, family: int, kind: int, proto: int, meter: Meter) -> None:
                super().__init__(family, kind, proto, meter)
                self.remote: tuple[str, int] = ("", 0)

            def connect(self, address: Any, /) -> None:
                network.connected.append(address[:2])
                self.remote = address[:2]
                port = network.routes.get(address[:2])
                if port is None and address[0] not in ("127.0.0.1", "::1"):
                    raise ConnectionRefusedError(111, "Connection refused")
                super().connect(address if port is None else ("127.0.0.1", port))

            def getpeername(self) -> Any:
                return self.remote

        given: dict[str, Any] = {"deadline": 10.0, "rate": None, "attempts": 1, **options}
        given.setdefault("authorities", authority().cert_pem.bytes().decode())
        resolve = given.pop("resolve", self.resolve)
        system = System(resolve=resolve, socket_type=Routed, sleep=self.sleep)
        return AsyncClient(ClientOptions(**given), system=system)

    @contextlib.asynccontextmanager
    async def server(
        self,
        answer: Answer,
        *,
        name: str = HOST,
        address: str = PUBLIC,
        tls: ssl.SSLContext | None = None,
        plain: bool = False,
        keep: bool = False,
    ) -> AsyncIterator[int]:
        """Run a server until the block ends; its port on this machine.

        Args:
            answer: what it answers.
            name: the name that leads to it, if the test did not say otherwise.
            address: its public address.
            tls: its TLS; by default with a certificate for the name.
            plain: no TLS at all.
            keep: whether the connection stays open for the next request.
        """
        tasks: set[asyncio.Task[None]] = set()
        writers: set[asyncio.StreamWriter] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            writers.add(writer)

            async def send(data: bytes) -> None:
                # A write to a connection that was lost fails nowhere, and nothing would ever wait.
                await asyncio.sleep(0)
                if writer.is_closing():
                    raise ConnectionResetError
                self.sent += len(data)
                writer.write(data)
                await writer.drain()

            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError, ssl.SSLError):
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    line, *lines = head.decode("latin-1").split("\r\n")[:-2]
                    fields = {one.split(": ")[0].lower(): one.split(": ", 1)[1] for one in lines}
                    request = Request(line, fields)
                    self.requests.append(request)
                    await answer(request, send)
                    if not keep:
                        break
            writer.close()

        context = None if plain else tls or server_context(name)
        # The client aborts most connections, which the server of asyncio reports.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = int(server.sockets[0].getsockname()[1])
        self.routes[(address, 443)] = port
        self.names.setdefault(name, [[address]])
        try:
            yield port
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in writers:
                writer.transport.abort()
            # The end of a connection takes a few rounds of the loop.
            for _ in range(5):
                await asyncio.sleep(0)
