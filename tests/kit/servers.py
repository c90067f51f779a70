"""A real server of a mirror on loopback, and a client that sends exactly the bytes that it is given."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pithbundle.mirror.serve.limits import ServeLimits
from pithbundle.mirror.serve.server import ServeOptions, Started, serve
from pithbundle.mirror.site import Site

TIME: Final = "2026-11-20T00:00:00Z"
BASE_URL: Final = "https://mirror.example"


@dataclass
class Server:
    """A server that runs in a thread."""

    site: Site
    port: int = 0
    monitor_port: int = 0
    #: What it reported to whoever runs it.
    reports: list[str] = field(default_factory=list)
    end: Callable[[], None] = lambda: None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, port: int | None = None) -> Connection:
        return Connection(self.port if port is None else port)

    def ask(self, target: str, *fields: str, method: str = "GET", port: int | None = None) -> Reply:
        """Send one request on a connection of its own."""
        with self.connect(port) as connection:
            return connection.ask(target, *fields, method=method)

    def metrics(self) -> dict[str, int]:
        """The counts of ``/metrics``, by names with their labels."""
        lines = self.ask("/metrics", port=self.monitor_port).body.decode().splitlines()
        samples = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
        return {name.removeprefix("pithbundle_serve_"): int(value) for name, value in samples}


@dataclass(frozen=True)
class Reply:
    """A response."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One connection to a server."""

    def __init__(self, port: int, timeout: float = 20.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._received = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, target: str, *fields: str, method: str = "GET") -> Reply:
        self.send(request(target, *fields, method=method))
        return self.reply(method)

    def reply(self, method: str = "GET") -> Reply:
        """Read one response.

        Raises:
            EOFError: the connection ended before.
            OSError: it was cut off.
        """
        while b"\r\n\r\n" not in self._received:
            self._read()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
        assert len(fields) == len(lines), lines
        status = int(line.split(" ")[1])
        size = 0 if method == "HEAD" or status == 304 else int(fields["content-length"])
        while len(self._received) < size:
            self._read()
        body, self._received = self._received[:size], self._received[size:]
        return Reply(status, fields, body)

    def _read(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError("the server closed the connection")
        self._received += data

    def ended(self, seconds: float = 20.0) -> bool:
        """Whether the server ends the connection without another byte."""
        self.socket.settimeout(seconds)
        try:
            return self._received == b"" and self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


def request(target: str, *fields: str, method: str = "GET") -> bytes:
    """The head of a request; a Host of this machine is added where there is none."""
    lines = [f"{method} {target} HTTP/1.1", *fields]
    if not any(each.lower().startswith("host:") for each in fields):
        lines.append("Host: localhost")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@contextlib.contextmanager
def served(
    path: Path,
    *,
    origin: str | None = "mirror.example",
    base_url: str | None = BASE_URL,
    packs: bool = False,
    pages: bool = False,
    limits: ServeLimits | None = None,
    **options: Any,
) -> Iterator[Server]:
    """Serve a store until the block ends."""
    given: dict[str, Any] = {"port": 0, "monitor_port": 0, "renew_seconds": 0.05, **options}
    chosen = replace(ServeOptions(), limits=limits or ServeLimits(), **given)
    ready = threading.Event()
    failed: list[BaseException] = []
    with Site.open(str(path), origin=origin, base_url=base_url, generated_at=TIME, packs=packs) as site:
        server = Server(site)

        def started(found: Started) -> None:
            server.port, server.monitor_port = found.port, found.monitor_port or 0
            ready.set()

        @contextlib.contextmanager
        def signals(end: Callable[[], None]) -> Iterator[None]:
            loop = asyncio.get_running_loop()

            def ending() -> None:
                loop.call_soon_threadsafe(end)

            server.end = ending
            yield

        def run() -> None:
            try:
                serve(site, chosen, started, server.reports.append, signals, pages)
            except BaseException as error:
                failed.append(error)
            ready.set()

        thread = threading.Thread(target=run)
        thread.start()
        ready.wait()
        try:
            if failed:
                raise failed[0]
            yield server
        finally:
            if thread.is_alive():
                with contextlib.suppress(RuntimeError):
                    server.end()
            thread.join()


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether a condition becomes true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
