"""Threats D1 to D11: a lying server, each lie with its code, in bounded time and bytes."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import random
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import pytest

from kit.data import REPO
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
    dripped,
    endless,
    in_turn,
    response,
    server_context,
    silent,
)
from pithbundle import Policy, Verifier
from pithbundle.errors import NetworkError
from pithbundle.net.exchange import Exchange, Known, Span
from pithbundle.net.urls import record_url
from pithbundle.newtypes import DigestHex

#: What a lie may cost: bytes that the server got rid of beside the limit of the body, and memory of Python.
MOST_BYTES: Final = 4_000_000
MOST_MEMORY: Final = 8_000_000
LIMIT: Final = 100_000


async def got(network: Network, answer: Answer, url: str = URL, **options: Any) -> Exchange | NetworkError:
    """What the client makes of one answer, over TLS."""
    settings = {name: options.pop(name) for name in ("deadline", "attempts") if name in options}
    async with network.server(answer), network.client(**settings) as client:
        try:
            return await client.get(url, **{"limit": LIMIT, **options})
        except NetworkError as error:
            return error


def code(answer: Answer | bytes, **options: Any) -> str:
    """The code with which an answer is rejected, or its status; bounded in bytes and memory."""
    network = Network()
    tracemalloc.start()
    try:
        found = asyncio.run(got(network, always(answer) if isinstance(answer, bytes) else answer, **options))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert network.sent < MOST_BYTES and peak < MOST_MEMORY, (network.sent, peak)
    if isinstance(found, Exchange):
        return str(found.status)
    assert found.url.startswith("https://") and found.hint
    return found.code


def head(*fields: str, status: str = "200 OK") -> bytes:
    """A head without a length."""
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode("latin-1")


CHUNKED: Final = head("Transfer-Encoding: chunked")
LONG: Final = head("Content-Length: 100000000")


def chunks(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


#: D5 and C1, C2: what a server sends, and the code.
LIES: Final[dict[str, tuple[bytes | Answer, str]]] = {
    # Controls: the same answers without the lie.
    "whole": (response(), "200"),
    "of HTTP/1.0": (response(version="1.0"), "200"),
    "in chunks": (CHUNKED + chunks(BODY) + b"0\r\n\r\n", "200"),
    "in chunks of one byte": (CHUNKED + chunks(*(BODY[i : i + 1] for i in range(40))) + b"0\r\n\r\n", "200"),
    "one interim response": (head(status="103 Early Hints") + response(), "200"),
    "empty": (response(b""), "200"),
    "of another media type": (response().replace(b"application/json", b"text/html"), "200"),
    "a cookie": (response(BODY, "Set-Cookie: a=b"), "200"),
    # Sizes.
    "a length over the limit": (LONG, "size"),
    "an endless body": (endless(CHUNKED, chunks(b"a" * 4096)), "size"),
    "one byte over the limit": (CHUNKED + chunks(b"a" * (LIMIT + 1)) + b"0\r\n\r\n", "size"),
    # Lengths.
    "both lengths": (head("Content-Length: 40", "Transfer-Encoding: chunked") + chunks(BODY), "http"),
    "both lengths, turned": (head("Transfer-Encoding: chunked", "Content-Length: 40") + chunks(BODY), "http"),
    "two lengths": (head("Content-Length: 40", "Content-Length: 41") + BODY, "http"),
    "two equal lengths": (head("Content-Length: 40", "Content-Length: 40") + BODY, "http"),
    "two lengths in a field": (head("Content-Length: 40, 40") + BODY, "http"),
    "no length": (head() + BODY, "http"),
    "a negative length": (head("Content-Length: -1") + BODY, "http"),
    "a length with a sign": (head("Content-Length: +40") + BODY, "http"),
    "a length in hex": (head("Content-Length: 0x28") + BODY, "http"),
    "a length too long": (response(length=41), "http"),
    "a length too short": (response(length=39), "http"),
    "a huge length": (head(f"Content-Length: {'9' * 30}") + BODY, "http"),
    "gzip as transfer": (head("Transfer-Encoding: gzip, chunked") + chunks(BODY) + b"0\r\n\r\n", "http"),
    "two transfer codings": (
        head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + chunks(BODY) + b"0\r\n\r\n",
        "http",
    ),
    # Early ends.
    "nothing": (b"", "http"),
    "half a head": (response()[:30], "http"),
    "half a body": (response()[:-5], "http"),
    "chunks without an end": (CHUNKED + chunks(BODY), "http"),
    "half a chunk": (CHUNKED + chunks(BODY)[:10], "http"),
    "a chunk of no size": (CHUNKED + b"zz\r\n" + BODY, "http"),
    "a chunk of negative size": (CHUNKED + b"-1\r\n" + BODY, "http"),
    "a chunk without its line feed": (CHUNKED + b"28\r\n" + BODY + b"0\r\n\r\n", "http"),
    # Floods.
    "a field without end": (endless(b"HTTP/1.1 200 OK\r\nA: ", b"a"), "http"),
    "a name without end": (endless(b"HTTP/1.1 200 OK\r\n", b"a"), "http"),
    "a reason without end": (endless(b"HTTP/1.1 200 ", b"a"), "http"),
    "fields without end": (endless(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), "http"),
    "101 fields": (head("Content-Length: 40", *["A: b"] * 100) + BODY, "http"),
    "interim responses without end": (endless(b"", head(status="100 Continue")), "http"),
    "processing without end": (endless(b"", head(status="102 Processing")), "http"),
    "chunks of one byte without end": (endless(CHUNKED, chunks(b"a")), "http"),
    "an extension without end": (endless(CHUNKED + b"1;a=", b"a"), "http"),
    "extensions without end": (endless(CHUNKED, b"1;a=" + b"b" * 1000 + b"\r\na\r\n"), "http"),
    "trailers without end": (endless(CHUNKED + chunks(BODY) + b"0\r\n", b"A: b\r\n"), "http"),
    "zeros of a chunk size without end": (endless(CHUNKED, b"0"), "http"),
    # No HTTP.
    "no status line": (b"hello\r\n\r\n", "http"),
    "HTTP/0.9": (BODY, "http"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http"),
    "another protocol": (b"SSH" + b"-2.0-OpenSSH_9.6\r\n", "http"),
    "a status of two digits": (response(status="20 OK"), "http"),
    "a status of 600": (response(status="600 OK"), "http"),
    "switching protocols": (head("Upgrade: websocket", "Connection: Upgrade", status="101 S"), "http"),
    "a control character in a field": (response(BODY, "Server: a\x1b[2J"), "http"),
    "a NUL in a field": (response(BODY, "Server: a\x00b"), "http"),
    "a line folded": (response(BODY, "Server: a\r\n b"), "200"),
    # Compression.
    "gzip": (response(gzip.compress(BODY), "Content-Encoding: gzip"), "encoding"),
    "gzip in the body alone": (response(gzip.compress(BODY)), "encoding"),
    "gzip in the head alone": (response(BODY, "Content-Encoding: gzip"), "encoding"),
    "brotli": (response(BODY, "Content-Encoding: br"), "encoding"),
    "identity": (response(BODY, "Content-Encoding: identity"), "encoding"),
    "a bomb": (response(gzip.compress(b"0" * 50_000_000), "Content-Encoding: gzip"), "encoding"),
    "zlib": (response(zlib.compress(BODY)), "encoding"),
    "zstd": (response(b"\x28\xb5\x2f\xfd" + BODY), "encoding"),
    "a skippable frame": (response(b"\x5a\x2a\x4d\x18" + BODY), "encoding"),
    "zip": (response(b"PK\x03\x04" + BODY), "encoding"),
    "bzip2": (response(b"BZh9" + BODY), "encoding"),
    "xz": (response(b"\xfd7zXZ\x00" + BODY), "encoding"),
    # Answers to what was not asked.
    "304 without a condition": (head(status="304 Not Modified"), "http"),
    "a part of the whole": (response(BODY, "Content-Range: bytes 0-39/40", status="206 Partial"), "http"),
    # Statuses that say something.
    "an error page": (response(b"<html>", status="404 Not Found"), "404"),
    "gone": (response(b"", status="410 Gone"), "410"),
    "a redirect without a target": (response(b"", status="302 Found"), "302"),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_has_its_code(lie: str) -> None:
    answer, expected = LIES[lie]
    began = time.process_time()
    assert code(answer) == expected
    assert time.process_time() - began < 10


def run(test: Callable[[Network], Coroutine[Any, Any, None]]) -> None:
    """Run the body of a test in an event loop of its own, for at most twenty seconds."""
    asyncio.run(asyncio.wait_for(test(Network()), 20))


async def rejected(client: Any, url: str = URL, **options: Any) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        await client.get(url, **options)
    return caught.value


# D2: names.


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "0.0.0.0",
    ],
)
@pytest.mark.parametrize("beside", [[], [PUBLIC]])
def test_a_name_that_leads_to_an_address_that_is_not_public_is_not_connected_to(
    address: str, beside: list[str]
) -> None:
    async def test(network: Network) -> None:
        network.names[HOST] = [[*beside, address]]
        async with network.server(always(response())), network.client() as client:
            error = await rejected(client)
            assert (error.code, error.clause) == ("address", "NET-4")
            assert network.connected == [] and address in str(error)

    run(test)


def test_an_answer_that_changes_is_not_asked_for() -> None:
    async def test(network: Network) -> None:
        network.names[HOST] = [[PUBLIC], ["127.0.0.1"]]
        answer = in_turn(response(b"", "Location: /b", status="302 Found"), response())
        async with network.server(answer), network.client() as client:
            assert (await client.get(URL)).final_url == f"https://{HOST}/b"
            assert (await client.get(URL)).status == 200
            assert network.resolved == [HOST] and {address for address, _ in network.connected} == {PUBLIC}

    run(test)


def test_an_answer_that_changes_to_a_private_address_is_checked() -> None:
    async def test(network: Network) -> None:
        network.names[HOST] = [[OTHER_PUBLIC], ["127.0.0.1"]]
        async with network.client() as client:
            assert (await rejected(client)).code == "unreachable"
            assert (await rejected(client)).code == "address"
            assert network.connected == [(OTHER_PUBLIC, 443)]

    run(test)


def test_a_name_without_an_address_is_unreachable_and_one_with_too_many_is_rejected() -> None:
    async def test(network: Network) -> None:
        network.names["empty.example"] = [[]]
        network.names["many.example"] = [[f"93.184.216.{number}" for number in range(17)]]
        async with network.client() as client:
            for name, expected in (("no.example", "unreachable"), ("empty.example", "unreachable"),
                                   ("many.example", "address")):  # fmt: skip
                assert (await rejected(client, f"https://{name}/")).code == expected

    run(test)


# D3: redirects.


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/pith/b", "200"),
        (f"https://{HOST}/b", "200"),
        (f"//{HOST}:443/b", "200"),
        ("b", "200"),
        (f"http://{HOST}/b", "url"),
        ("https://other.example/b", "url"),
        ("//other.example/b", "url"),
        (f"https://{HOST}:444/b", "url"),
        (f"https://{HOST}.other.example/b", "url"),
        (f"https://user@{HOST}/b", "url"),
        (f"https://{HOST}@other.example/b", "url"),
        ("/b?c", "url"),
        ("/b#c", "url"),
        ("https://127.0.0.1/b", "address"),
        ("http://127.0.0.1/b", "url"),
        ("http://localhost/b", "url"),
        ("https://10.0.0.1/b", "address"),
        ("https://[::1]/b", "address"),
        ("file:///etc/passwd", "url"),
        ("ftp://mirror.example/b", "url"),
        ("javascript:alert(1)", "url"),
        ("data:text/html,b", "url"),
        ("https://[", "url"),
        ("/\\other.example", "url"),
        ("/%2e%2e/b", "url"),
        ("/\x1b[2Jb", "http"),
        ("/b\x80", "url"),
        ("/" + "b" * 3000, "url"),
        ("", "url"),
        (f"//user:b@{HOST}/b", "url"),
        (f"https://{HOST}:443@other.example/b", "url"),
        (f"https://{HOST}./b", "url"),
        (f"https://{HOST}:0443/b", "url"),
        (f"https://{HOST}%2eother.example/b", "url"),
        ("https:///b", "url"),
        ("https:/b", "url"),
        ("///b", "url"),
        ("https:\\\\other.example/b", "url"),
        ("https://2130706433/b", "url"),
        ("https://0x7f.1/b", "url"),
        ("https://[::ffff:10.0.0.1]/b", "address"),
    ],
)
def test_a_redirect_stays_with_the_host(location: str, expected: str) -> None:
    answer = in_turn(response(b"", f"Location: {location}", status="308 Moved"), response())
    assert code(answer) == expected


@pytest.mark.parametrize("count", [3, 4])
def test_three_redirects_are_followed_and_a_loop_ends(count: int) -> None:
    async def test(network: Network) -> None:
        moved = [response(b"", f"Location: /{number}", status="307 Moved") for number in range(count)]
        async with network.server(in_turn(*moved, response())), network.client() as client:
            if count == 3:
                exchange = await client.get(URL)
                assert exchange.redirects == tuple(f"https://{HOST}/{number}" for number in range(3))
                assert exchange.url == URL and exchange.final_url == f"https://{HOST}/2"
            else:
                assert (await rejected(client)).code == "http"
            assert len(network.requests) == 4 == client.requests_sent

    run(test)


# D4: time.


@pytest.mark.parametrize(
    "answer",
    [
        silent,
        dripped(response()),
        dripped(response(BODY * 10), 0.01),
        dripped(head(status="100 Continue") * 50),
        dripped(CHUNKED + chunks(*[b"a"] * 1000), 0.001),
    ],
    ids=["silent", "head", "body", "interim", "chunks"],
)
def test_one_deadline_holds_for_the_whole_exchange(answer: Answer) -> None:
    async def test(network: Network) -> None:
        async with network.server(answer), network.client(deadline=0.3) as client:
            began = time.monotonic()
            error = await rejected(client)
            assert (error.code, error.transient) == ("timeout", False)
            assert time.monotonic() - began < 5

    run(test)


def test_a_resolver_a_handshake_and_redirects_are_within_the_deadline() -> None:
    async def never(_: str) -> list[str]:
        await asyncio.sleep(60)
        return [PUBLIC]

    async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            await asyncio.sleep(60)

    async def test(network: Network) -> None:
        async with network.client(deadline=0.2, resolve=never) as client:
            assert (await rejected(client)).code == "timeout"
        network = Network(names={HOST: [[PUBLIC]]})
        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        network.routes[(PUBLIC, 443)] = server.sockets[0].getsockname()[1]
        async with network.client(deadline=0.2) as client:
            assert (await rejected(client)).code == "timeout"
        server.close()

        async def slow(_: Request, send: Send) -> None:
            await asyncio.sleep(0.2)
            await send(response(b"", "Location: /a", status="302 Found"))

        async with network.server(slow), network.client(deadline=0.5) as client:
            assert (await rejected(client)).code == "timeout"

    run(test)


# D6: certificates.


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        (server_context(HOST), "200"),
        (server_context("other.example"), "tls"),
        (server_context(HOST, expired=True), "tls"),
        (server_context(HOST, known=False), "tls"),
        (server_context(PUBLIC), "tls"),
    ],
    ids=["good", "other host", "expired", "unknown authority", "address"],
)
def test_a_certificate_is_checked(tls: ssl.SSLContext, expected: str) -> None:
    async def test(network: Network) -> None:
        async with network.server(always(response()), tls=tls), network.client() as client:
            if expected == "200":
                exchange = await client.get(URL)
                assert exchange.tls == "TLSv1.3" and len(exchange.certificate_sha256 or "") == 64
            else:
                error = await rejected(client)
                assert (error.code, network.requests) == (expected, [])

    run(test)


def test_a_server_without_tls_or_with_an_old_version_is_rejected() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response())
        await writer.drain()
        writer.close()

    async def test(network: Network) -> None:
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        network.names[HOST] = [[PUBLIC]]
        network.routes[(PUBLIC, 443)] = server.sockets[0].getsockname()[1]
        async with network.client() as client:
            assert (await rejected(client)).code == "tls"
        server.close()
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        authority().issue_cert(HOST).configure_cert(old)
        async with network.server(always(response()), tls=old), network.client() as client:
            # Where the server says nothing before it closes, nothing shows that the version was the reason.
            assert (await rejected(client)).code in {"tls", "unreachable"}
            assert network.requests == []

    with pytest.warns(DeprecationWarning):
        run(test)


# D7, D9: what the bytes are is for the caller to verify; nothing of a body is in a message.


def test_no_text_of_a_body_is_part_of_a_message() -> None:
    hostile = b"\x1b[2Jverified <script>"
    for answer in (response(hostile, length=100), head() + hostile, hostile + b"\r\n\r\n"):
        found = asyncio.run(got(Network(), always(answer)))
        assert isinstance(found, NetworkError) and "verified" not in str(found) and "\x1b" not in str(found)


# D10: the environment.


def test_nothing_of_the_environment_and_no_cookie_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    keys, netrc = tmp_path / "keys", tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))

    async def test(network: Network) -> None:
        answer = always(response(BODY, "Set-Cookie: a=b; Path=/", "WWW-Authenticate: Basic"))
        async with network.server(answer), network.client() as client:
            for _ in range(2):
                exchange = await client.get(URL)
                assert exchange.header("set-cookie") is None and "a=b" not in json.dumps(exchange.to_value())
        assert [sorted(request.fields) for request in network.requests] == [
            ["accept", "accept-encoding", "host", "user-agent"]
        ] * 2
        assert network.connected == [(PUBLIC, 443)] * 2

    run(test)
    assert not keys.exists()


# D11: hosts.


def test_a_dead_host_delays_no_other() -> None:
    async def test(network: Network) -> None:
        dead = "dead.example"
        async with (
            network.server(silent, name=dead, address=OTHER_PUBLIC),
            network.server(always(response())),
            network.client(deadline=3) as client,
        ):
            waiting = [asyncio.create_task(client.get(f"https://{dead}/{number}")) for number in range(8)]
            await asyncio.sleep(0.1)
            began = time.monotonic()
            for _ in range(20):
                assert (await client.get(URL)).status == 200
            assert time.monotonic() - began < 2.5 and not any(task.done() for task in waiting)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    run(test)


# D5 once more: any bytes at all.


def test_random_answers_give_a_response_or_one_error() -> None:
    async def test(network: Network) -> None:
        draw = random.Random(11)
        whole = CHUNKED + chunks(BODY, BODY) + b"0\r\n\r\n"
        answers = []
        for _ in range(150):
            base = bytearray(
                draw.choice([response(), whole, head(status="100 C") + response(), draw.randbytes(80)])
            )
            for _ in range(draw.randrange(1, 4)):
                base[draw.randrange(len(base))] = draw.choice(b"\r\n: \x00\xff0a9")
            answers.append(bytes(base))
        network.names["localhost"] = [["127.0.0.1"]]
        async with (
            network.server(in_turn(*answers), plain=True) as port,
            network.client(allow_loopback_http=True, deadline=2) as client,
        ):
            for _ in answers:
                try:
                    assert 200 <= (await client.get(f"http://localhost:{port}/")).status < 600
                except NetworkError as error:
                    assert error.code in {"http", "encoding", "size", "timeout", "url"}

    run(test)


def test_a_response_that_comes_before_its_request_answers_none() -> None:
    """A server that sends two responses at once: the connection is not used again."""

    async def test(network: Network) -> None:
        answer = in_turn(response() + response(b"[]"), response())
        async with network.server(answer, keep=True), network.client() as client:
            bodies = [(await client.get(URL)).body for _ in range(2)]
            assert bodies == [BODY, BODY]

    run(test)


# Ranges and conditions.

TAG: Final = Known('"a"', DigestHex("0" * 64))
PART: Final = Span(10, 5, 40)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (response(b"abcde", "Content-Range: bytes 10-14/40", status="206 P"), "206"),
        (response(b"abcde" * 8), "size"),
        (response(b"abcde"), "http"),
        (response(b"abcde", status="206 P"), "http"),
        (response(b"abcde", "Content-Range: bytes 0-4/40", status="206 P"), "http"),
        (response(b"abcde", "Content-Range: bytes 10-14/41", status="206 P"), "http"),
        (response(b"abcde", "Content-Range: bytes 10-14/*", status="206 P"), "http"),
        (response(b"abcd", "Content-Range: bytes 10-14/40", status="206 P"), "http"),
        (response(b"abcdef", "Content-Range: bytes 10-14/40", status="206 P"), "size"),
        (response(b"", "Content-Range: bytes */40", status="416 R"), "416"),
    ],
)
def test_a_part_is_the_one_that_was_requested(answer: bytes, expected: str) -> None:
    assert code(answer, span=PART) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (head('ETag: "a"', status="304 N"), "304"),
        (head('ETag: W/"a"', status="304 N"), "304"),
        (head(status="304 N"), "304"),
        (head('ETag: "b"', status="304 N"), "http"),
        (response(BODY, 'ETag: "b"'), "200"),
        (response(BODY, 'ETag: W/"a"'), "200"),
        (response(BODY, 'ETag: "a"'), "http"),
    ],
)
def test_an_entity_tag_stays_with_its_body(answer: bytes, expected: str) -> None:
    assert code(answer, known=TAG) == expected


# D9: a genuine bundle of another number.


def test_a_bundle_of_another_number_is_found_by_its_record() -> None:
    data = (REPO / "vectors" / "demo" / "bundle.json").read_bytes()
    exchange = asyncio.run(got(Network(), always(response(data)), record_url(f"https://{HOST}", "A" * 26)))
    assert isinstance(exchange, Exchange) and exchange.body == data
    number = Verifier(Policy.registry()).verify(exchange.require_ok()).record.number
    assert f"/{number.suffix}/" not in exchange.url
