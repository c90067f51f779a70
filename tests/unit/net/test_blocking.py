"""The client for a program without an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pithbundle.errors import NetworkError
from pithbundle.net import Client, ClientOptions, Exchange

FILE = bytes(range(256)) * 10


class Handler(BaseHTTPRequestHandler):
    """A server of the standard library."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body, status, part = b"{}", 404 if self.path == "/missing" else 200, ""
        if "Range" in self.headers:
            first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
            body, status, part = FILE[first : last + 1], 206, f"bytes {first}-{last}/{len(FILE)}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def base() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


OPTIONS = ClientOptions(allow_loopback_http=True, rate=None, attempts=1, deadline=10)


def test_it_requests_one_several_and_parts(base: str) -> None:
    with Client(OPTIONS) as client:
        assert client.get(f"{base}/a").require_ok() == b"{}"
        found = client.get_each([f"{base}/a", f"{base}/missing", "https://10.0.0.1/", "no"])
        assert [one.status if isinstance(one, Exchange) else one.code for one in found] == [
            *(200, 404, "address", "url")
        ]
        assert b"".join(client.pieces(f"{base}/pack", len(FILE), piece=1000)) == FILE
        assert b"".join(client.pieces(f"{base}/pack", len(FILE), start=2000)) == FILE[2000:]
        assert client.requests_sent == 7
        with pytest.raises(NetworkError):
            client.get(f"{base}/a", limit=1)


def test_it_is_used_as_a_context_manager_outside_of_a_loop() -> None:
    client = Client(OPTIONS)
    with pytest.raises(RuntimeError, match="context manager"):
        client.__exit__()

    async def inside() -> None:
        with pytest.raises(RuntimeError), client:
            pass

    asyncio.run(inside())
