"""The client against a server that keeps to the rules: pace, attempts, parts, conditions, connections."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any, Final

import pytest
import stamina

from kit.lying_server import (
    BODY,
    HOST,
    OTHER_PUBLIC,
    PUBLIC,
    URL,
    Answer,
    Network,
    Request,
    Send,
    always,
    authority,
    in_turn,
    response,
)
from pithbundle.errors import NetworkError
from pithbundle.net.client import AsyncClient, ClientOptions, trust
from pithbundle.net.exchange import Known, Span


def run(test: Callable[[Network], Coroutine[Any, Any, None]]) -> None:
    """Run the body of a test without waiting before another attempt."""
    with stamina.set_testing(True, attempts=9, cap=True):
        asyncio.run(asyncio.wait_for(test(Network()), 20))


async def code(client: AsyncClient, url: str = URL, **options: Any) -> str:
    with pytest.raises(NetworkError) as caught:
        await client.get(url, **options)
    return caught.value.code


def busy(status: int, *fields: str) -> bytes:
    return response(b"", *fields, status=f"{status} Busy")


def test_what_is_sent_and_what_is_returned() -> None:
    async def test(network: Network) -> None:
        answer = always(response(BODY, 'ETag: "a"', "X-Other: b", "Server: c"))
        async with network.server(answer), network.client(user_agent="agent") as client:
            exchange = await client.get(URL, accept="application/ld+json", known=Known('"b"', exchange_sha()))
        (request,) = network.requests
        assert request.line == f"GET {URL.removeprefix(f'https://{HOST}')} HTTP/1.1"
        assert request.fields == {
            "host": HOST,
            "user-agent": "agent",
            "accept": "application/ld+json",
            "accept-encoding": "identity",
            "if-none-match": '"b"',
        }
        assert (exchange.status, exchange.body, exchange.etag, exchange.attempts) == (200, BODY, '"a"', 1)
        assert exchange.headers == (
            ("content-length", "40"),
            ("content-type", "application/json"),
            ("etag", '"a"'),
            ("server", "c"),
        )
        assert (exchange.address, exchange.redirects) == (PUBLIC, ())
        assert exchange.started_at <= exchange.ended_at and 0 < exchange.seconds < 20
        assert exchange.raw_bytes > len(response()) and json.dumps(exchange.to_value())

    run(test)


def exchange_sha() -> Any:
    return hashlib.sha256(BODY).hexdigest()


def test_a_connection_is_used_again() -> None:
    async def test(network: Network) -> None:
        async with network.server(always(response()), keep=True), network.client() as client:
            found = [await client.get(URL) for _ in range(5)]
            together = await asyncio.gather(*(client.get(URL) for _ in range(20)))
        assert {exchange.address for exchange in (*found, *together)} == {PUBLIC}
        assert len({exchange.certificate_sha256 for exchange in (*found, *together)}) == 1
        assert len(network.connected) <= 4 and len(network.requests) == 25

    run(test)


def test_a_connection_that_was_closed_meanwhile_is_made_again() -> None:
    async def test(network: Network) -> None:
        async with network.server(always(response())), network.client(attempts=3) as client:
            for _ in range(3):
                assert (await client.get(URL)).status == 200
                await asyncio.sleep(0.01)

    run(test)


@pytest.mark.parametrize("first", [busy(503), busy(429), busy(502), busy(504), b"", response()[:20]])
def test_a_failure_that_may_pass_is_tried_again(first: bytes) -> None:
    async def test(network: Network) -> None:
        async with network.server(in_turn(first, first, response())), network.client(attempts=3) as client:
            exchange = await client.get(URL)
            assert (exchange.status, exchange.attempts, client.requests_sent) == (200, 3, 3)
            assert len(network.requests) == 3

    run(test)


@pytest.mark.parametrize(
    "first", [response(b"", status="404 N"), response(b"", status="500 E"), b"x\r\n\r\n"]
)
def test_another_one_is_not(first: bytes) -> None:
    async def test(network: Network) -> None:
        async with network.server(in_turn(first, response())), network.client(attempts=3) as client:
            try:
                assert (await client.get(URL)).status in (404, 500)
            except NetworkError as error:
                assert error.code == "http"
            assert len(network.requests) == 1

    run(test)


def test_the_last_attempt_decides() -> None:
    async def test(network: Network) -> None:
        async with network.server(always(busy(503))), network.client(attempts=2) as client:
            exchange = await client.get(URL)
            assert (exchange.status, exchange.attempts) == (503, 2)
            with pytest.raises(NetworkError):
                exchange.require_ok()
        async with network.client(attempts=2) as client:
            network.routes.clear()
            network.connected.clear()
            assert await code(client) == "unreachable"
            assert len(network.connected) == 2

    run(test)


@pytest.mark.parametrize(("seconds", "requests"), [("7", 2), ("60", 2), ("61", 1), ("99999999999", 1)])
def test_retry_after_is_kept_up_to_a_minute(seconds: str, requests: int) -> None:
    async def test(network: Network) -> None:
        answer = in_turn(busy(429, f"Retry-After: {seconds}"), response())
        async with network.server(answer), network.client(attempts=3) as client:
            exchange = await client.get(URL)
            assert exchange.status == (200 if requests == 2 else 429) and len(network.requests) == requests
            assert [round(one) for one in network.slept] == ([int(seconds)] if requests == 2 else [])

    run(test)


def test_four_requests_at_once_for_a_host() -> None:
    now, most = 0, 0

    async def answer(_: Request, send: Send) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        await send(response())

    async def test(network: Network) -> None:
        async with network.server(answer), network.client() as client:
            await asyncio.gather(*(client.get(f"{URL}/{number}") for number in range(12)))
        assert most == 4 and len(network.requests) == 12

    run(test)


def test_the_rate_is_that_of_a_host() -> None:
    async def test(network: Network) -> None:
        async with (
            network.server(always(response())),
            network.server(always(response()), name="b.example", address=OTHER_PUBLIC),
            network.client(rate=1.0) as client,
        ):
            await client.get(URL)
            await client.get("https://b.example/")
            assert network.slept == []
            await client.get(URL)
            assert 0 < network.slept[0] <= 1

    run(test)


def test_the_number_of_requests_is_that_of_the_client() -> None:
    async def test(network: Network) -> None:
        moved = response(b"", "Location: /b", status="302 Found")
        async with network.server(in_turn(moved, response())), network.client(max_requests=3) as client:
            await client.get(URL)
            await client.get(URL)
            assert client.requests_sent == 3
            assert await code(client) == "requests"
            assert len(network.requests) == 3

    run(test)


def parts(data: bytes) -> Answer:
    """A server of a file by Range."""

    async def answer(request: Request, send: Send) -> None:
        first, last = map(int, request.fields["range"].removeprefix("bytes=").split("-"))
        field = f"Content-Range: bytes {first}-{last}/{len(data)}"
        await send(response(data[first : last + 1], field, status="206 Partial Content"))

    return answer


FILE: Final = b"\x28\xb5\x2f\xfd" + bytes(range(256)) * 40


@pytest.mark.parametrize("start", [0, 1000, 9_999, len(FILE) - 1, len(FILE)])
def test_a_large_file_comes_in_parts_and_continues(start: int) -> None:
    async def test(network: Network) -> None:
        async with network.server(parts(FILE), keep=True), network.client() as client:
            found = [part async for part in client.pieces(URL, len(FILE), start=start, piece=1000)]
        assert FILE[:start] + b"".join(found) == FILE
        assert all(len(part) <= 1000 for part in found) and len(network.requests) == -(
            -(len(FILE) - start) // 1000
        )

    run(test)


def test_what_came_before_a_part_fails_stays_usable() -> None:
    async def answer(request: Request, send: Send) -> None:
        if request.fields["range"].startswith("bytes=2000-"):
            await send(response(b"", status="404 Not Found"))
        else:
            await parts(FILE)(request, send)

    async def test(network: Network) -> None:
        found = b""
        async with network.server(answer), network.client() as client:
            with pytest.raises(NetworkError) as caught:
                async for part in client.pieces(URL, len(FILE), piece=1000):
                    found += part
        assert found == FILE[:2000] and caught.value.code == "http"

    run(test)


def test_a_file_in_parts_may_be_compressed_and_a_document_may_not() -> None:
    async def test(network: Network) -> None:
        async with network.server(parts(FILE)), network.client() as client:
            span = Span(0, 100, len(FILE))
            assert await code(client, span=span) == "encoding"
            assert (await client.get(URL, span=span, compressed=True)).body == FILE[:100]

    run(test)


def test_a_body_that_is_known_is_not_sent_again() -> None:
    async def test(network: Network) -> None:
        answer = in_turn(
            response(BODY, 'ETag: "a"'),
            b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
            response(b"{}", 'ETag: "a"'),
        )
        async with network.server(answer), network.client() as client:
            first = await client.get(URL)
            known = Known(first.etag or "", first.sha256)
            again = await client.get(URL, known=known)
            assert (again.status, again.body) == (304, b"")
            with pytest.raises(NetworkError) as caught:
                await client.get(URL, known=known)
            assert caught.value.exchange.body == b"{}"

    run(test)


def test_http_of_this_machine() -> None:
    async def test(network: Network) -> None:
        network.names["localhost"] = [["127.0.0.1"]]
        async with network.server(always(response()), plain=True) as port:
            async with network.client(allow_loopback_http=True) as client:
                for host in ("localhost", "127.0.0.1"):
                    exchange = await client.get(f"http://{host}:{port}/a")
                    assert (exchange.certificate_sha256, exchange.tls, exchange.body) == (None, None, BODY)
                    assert exchange.address == "127.0.0.1"
            async with network.client() as client:
                assert await code(client, f"http://127.0.0.1:{port}/a") == "url"

    run(test)


def test_the_next_address_is_tried() -> None:
    async def test(network: Network) -> None:
        network.names[HOST] = [[OTHER_PUBLIC, PUBLIC]]
        async with network.server(always(response())), network.client() as client:
            assert (await client.get(URL)).address == PUBLIC
            assert network.connected == [(OTHER_PUBLIC, 443), (PUBLIC, 443)]

    run(test)


def test_it_is_used_as_a_context_manager() -> None:
    async def test(network: Network) -> None:
        client = network.client()
        network.names[HOST] = [[PUBLIC]]
        with pytest.raises(RuntimeError, match="context manager"):
            await client.get(URL)
        await client.__aexit__(None, None, None)

    run(test)


def test_it_needs_a_loop_of_selectors(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(network: Network) -> None:
        monkeypatch.setattr("pithbundle.net.client.BaseSelectorEventLoop", str)
        with pytest.raises(RuntimeError, match="selectors"):
            async with network.client():
                pass

    run(test)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"deadline": 0.0}, {"deadline": float("inf")}, {"deadline": float("nan")}, {"rate": 0.0}),
        *({"rate": float("nan")}, {"at_once": 0}, {"attempts": 0}, {"max_requests": -1}),
    ],
)
def test_options_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        ClientOptions(**wrong)
    assert ClientOptions(rate=None, max_requests=0).deadline == 30.0


def test_authorities_are_certificates() -> None:
    for wrong in ("", "not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\u00e9"):
        with pytest.raises(ValueError, match="PEM"):
            trust(wrong)
    context = trust(authority().cert_pem.bytes().decode())
    assert context.check_hostname and context.verify_mode.name == "CERT_REQUIRED"
    assert trust(None).keylog_filename is None
