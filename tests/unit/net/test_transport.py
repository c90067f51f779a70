"""The connections: what aiohttp does not do by itself, and what the socket checks once more."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import aiohttp
import pytest

from kit.lying_server import BODY, HOST, OTHER_PUBLIC, PUBLIC, URL, Network, always, in_turn, response
from pithbundle.errors import NetworkError
from pithbundle.net import transport
from pithbundle.net.metered import IDLE, Meter


def test_the_address_is_compared_again_when_the_socket_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lies(_: Any, host: str, port: int = 0, family: Any = 0) -> list[Any]:
        return [
            {"hostname": host, "host": OTHER_PUBLIC, "port": port, "family": family, "proto": 0, "flags": 0}
        ]

    monkeypatch.setattr(transport._Checked, "resolve", lies)

    async def test() -> None:
        network = Network()
        async with network.server(always(response())), network.client() as client:
            with pytest.raises(NetworkError) as caught:
                await client.get(URL)
        assert (caught.value.code, caught.value.clause) == ("address", "NET-5")
        assert network.connected == []

    asyncio.run(test())


def test_a_socket_that_nobody_counts_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_SOCKETS", {})
    real = transport.Transport._socket

    def forgotten(self: transport.Transport, info: tuple[Any, ...]) -> Any:
        made = real(self, info)
        transport._SOCKETS.clear()
        return made

    monkeypatch.setattr(transport.Transport, "_socket", forgotten)

    async def test() -> None:
        network = Network()
        async with network.server(always(response())), network.client() as client:
            with pytest.raises(NetworkError) as caught:
                await client.get(URL)
        assert (caught.value.code, caught.value.transient) == ("http", True)

    asyncio.run(test())


def test_a_connection_that_is_kept_may_receive_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server sends without a request ends the connection, and not the next exchange."""
    names: list[Any] = []
    real = transport.Transport._socket

    def seen(self: transport.Transport, info: tuple[Any, ...]) -> Any:
        names.append(real(self, info))
        return names[-1]

    monkeypatch.setattr(transport.Transport, "_socket", seen)

    async def test() -> None:
        network = Network()
        answer = in_turn(response(), response())
        async with network.server(answer, keep=True), network.client() as client:
            await client.get(URL)
            (made,) = names
            assert made.meter.allowance <= IDLE
            made.meter.allowance = 0
            assert (await client.get(URL)).body == BODY
            assert names == [made]
            assert made.meter.allowance <= IDLE

    asyncio.run(test())


def test_what_aiohttp_would_do_by_itself_is_turned_off() -> None:
    async def test() -> None:
        network = Network()
        async with network.client() as client:
            made = client._transport
            assert made is not None
            session = made._session
            assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)
            assert not session.trust_env and not session.auto_decompress
            assert session.timeout.total is None
            connector = session.connector
            assert isinstance(connector, aiohttp.TCPConnector) and not connector.use_dns_cache

    asyncio.run(test())


def test_an_error_without_a_known_cause_is_one_of_the_family() -> None:
    hop = transport._Hop(URL, (PUBLIC,), Meter(0))
    for error, code in (
        (aiohttp.ClientError("x"), "http"),
        (aiohttp.ClientPayloadError("x"), "http"),
        (aiohttp.ClientSSLError(None, OSError(1, "x")), "tls"),  # type: ignore[arg-type]
        (OSError(5, "x"), "http"),
    ):
        found = transport._rejected(hop, error)
        assert (found.code, found.url) == (code, URL)
    assert HOST in str(found)


@pytest.mark.parametrize("package", ["aiohttp", "stamina"])
def test_without_the_extra_its_name_is_in_the_message(package: str) -> None:
    script = f"import sys; sys.modules[{package!r}] = None\nimport pithbundle.net"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"mirrors need {package}: install pithbundle with its extra mirror" in done.stderr


@pytest.mark.parametrize(("status", "code"), [("404 Not Found", ""), ("200 OK", "size")])
def test_a_page_of_an_error_may_be_larger_than_the_file(status: str, code: str) -> None:
    async def test() -> None:
        network = Network()
        page = b"x" * 100_000
        async with network.server(always(response(page, status=status))), network.client() as client:
            try:
                found = await client.get(URL, limit=100)
            except NetworkError as error:
                assert error.code == code
            else:
                assert not code and (found.status, found.body) == (404, page)

    asyncio.run(test())
