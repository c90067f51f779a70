"""One connection: heads, bodies, what is sent ahead, times, numbers (SERVE-1 to SERVE-4)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.servers import Connection, Server, eventually, request, served
from kit.stores import body, make, suffix
from pithbundle.mirror.answers import TEXT, FileDocument
from pithbundle.mirror.serve.limits import ServeLimits
from pithbundle.mirror.serve.protocol import Gate, LimitedProtocol
from pithbundle.mirror.site import Site

S = suffix(1)
STATE = f"/pith/{S}/state.json"
#: As the defaults, but that nobody waits for seconds.
QUICK = ServeLimits(head_seconds=0.5, response_seconds=0.8, linger_seconds=0.5, connections=4, requests=5)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serve") / "s"
    make(path, (body(1, *range(1, 400)), "a")).close()
    return path


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Server]:
    with served(store) as found:
        yield found


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What is at the address ``wait`` is found only once this is set."""
    go, find = threading.Event(), Site.find

    def waiting(self: Site, path: str, page: bool = False) -> object:
        if path == "wait":
            go.wait(20)
        return find(self, path, page)

    monkeypatch.setattr(Site, "find", waiting)
    yield go
    go.set()


@pytest.fixture(scope="module")
def quick(store: Path) -> Iterator[Server]:
    with served(store, limits=QUICK) as found:
        yield found


def test_the_defaults_are_those_of_the_specification() -> None:
    limits = ServeLimits()
    assert (limits.head_seconds, limits.response_seconds, limits.linger_seconds) == (10, 60, 2)
    assert (limits.line_bytes, limits.head_bytes, limits.piece_bytes) == (8_192, 16_384, 4_194_304)
    assert (limits.connections, limits.kept, limits.finding) == (64, 16, 16)
    assert (limits.requests, limits.shutdown_seconds) == (1_000, 10)


def line_of(size: int) -> bytes:
    """A head whose request line has so many bytes."""
    return request("/" + "a" * (size - len("GET / HTTP/1.1")))


def head_of(size: int) -> bytes:
    """A head of so many bytes."""
    head = request("/x", "X-Long: ")
    return head.replace(b"X-Long: ", b"X-Long: " + b"a" * (size - len(head)))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (line_of(8_192), 404),
        (line_of(8_193), 414),
        (line_of(16_000), 414),
        (line_of(1_000_000), 414),
        (head_of(16_384), 404),
        (head_of(16_385), 431),
        (head_of(1_000_000), 431),
        (b"A" * 10_000, 414),
        (b"GET /x HTTP/1.1\r\n" + b"X: y\r\n" * 10_000, 431),
    ],
    ids=["line", "line+1", "16000", "long line", "head", "head+1", "long head", "no line end", "many fields"],
)
def test_sizes_of_heads(server: Server, head: bytes, status: int) -> None:
    with server.connect() as connection:
        # The rest of what is too long is dropped, so that the answer arrives.
        connection.send(head)
        reply = connection.reply()
        assert reply.status == status
        assert ("connection" in reply.fields) == (status != 404)
        assert connection.ended(1) == (status != 404)


@pytest.mark.parametrize("step", [1, 7, 100])
def test_a_head_in_pieces(server: Server, step: int) -> None:
    head = request("/x") + request(STATE)
    with server.connect() as connection:
        for start in range(0, len(head), step):
            connection.send(head[start : start + step])
        assert connection.reply().status == 404
        assert connection.reply().status == 200


@pytest.mark.parametrize(
    "fields",
    [
        ["Content-Length: 1"],
        ["Content-Length: 100000000"],
        ["Transfer-Encoding: chunked"],
        ["Transfer-Encoding: identity"],
        ["Content-Length: 0", "Transfer-Encoding: chunked"],
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_body_is_rejected(server: Server, method: str, fields: list[str]) -> None:
    with server.connect() as connection:
        connection.send(
            request(STATE, *fields, method=method) + b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        assert connection.reply(method).status in (400, 413)
        assert connection.ended()


def test_an_empty_body_is_none(server: Server) -> None:
    with server.connect() as connection:
        assert connection.ask(STATE, "Content-Length: 0").status == 200
        assert connection.ask(STATE).status == 200


@pytest.mark.parametrize(
    "head",
    [
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\nHost: localhost\r\n\r\n",
        b"GET /\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/0.9\r\nHost: localhost\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"FETCH / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_no_request(server: Server, head: bytes) -> None:
    with server.connect() as connection:
        connection.send(head)
        reply = connection.reply()
        assert (reply.status, reply.fields["connection"]) in ((400, "close"), (413, "close"))
        assert connection.ended()
    assert server.ask(STATE).status == 200


def test_what_is_sent_ahead_is_answered_in_order(server: Server) -> None:
    targets = [STATE, "/x", f"/pith/{S}.json"] * 50
    with server.connect() as connection:
        connection.send(b"".join(request(target) for target in targets))
        assert [connection.reply().status for _ in targets] == [200, 404, 200] * 50


def test_a_connection_ends_after_its_requests(quick: Server) -> None:
    with quick.connect() as connection:
        replies = [connection.ask("/x") for _ in range(5)]
        assert ["connection" in reply.fields for reply in replies] == [False] * 4 + [True]
        assert connection.ended()


def test_other_protocols_and_versions(server: Server) -> None:
    for fields in (["Connection: Upgrade", "Upgrade: websocket"], ["Connection: upgrade", "Upgrade: h2c"]):
        with server.connect() as connection:
            assert connection.ask(STATE, *fields).status == 200
            assert connection.ended(3)
    with server.connect() as connection:
        connection.send(f"GET {STATE} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        assert connection.reply().status == 200 and connection.ended(3)
    with server.connect() as connection:
        assert connection.ask(STATE, "Connection: close").status == 200 and connection.ended(3)
    with server.connect() as connection:
        assert connection.ask(STATE, "Expect: 100-continue").status == 200


def test_a_client_that_closes_its_side_receives_its_answer(server: Server) -> None:
    with server.connect() as connection:
        connection.send(request(STATE))
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.reply().status == 200
        assert connection.ended()


def test_a_head_that_does_not_end(quick: Server) -> None:
    before = quick.metrics()
    with quick.connect() as connection:
        started = time.monotonic()
        connection.send(b"GET / HTTP/1.1\r\n")
        assert connection.reply().status == 408 and connection.ended()
        assert 0.4 < time.monotonic() - started < 5
    # Bytes that come one by one do not lengthen it.
    with quick.connect() as connection:
        started = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - started < 5:
                connection.send(b"X")
                time.sleep(0.05)
    assert (
        quick.metrics()['connections_closed_total{reason="head_timeout"}']
        > before['connections_closed_total{reason="head_timeout"}']
    )


def test_a_connection_without_a_request(quick: Server) -> None:
    with quick.connect() as connection:
        assert connection.ended(5)
    with quick.connect() as connection:
        assert connection.ask("/x").status == 404
        assert connection.ended(5)


def slow(server: Server, requests: int = 60) -> Connection:
    """A connection that requests more than the system holds for it, and takes nothing."""
    connection = server.connect()
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.send(request(STATE) * requests)
    # Until nothing more is sent to it.
    name, before = 'responses_total{status="200"}', -1
    while before != (before := server.metrics().get(name, 0)):
        time.sleep(0.3)
    return connection


def test_a_response_that_is_not_taken(store: Path) -> None:
    limits = ServeLimits(response_seconds=0.5, requests=10_000)
    with served(store, limits=limits) as server:
        name = 'connections_closed_total{reason="response_timeout"}'
        with slow(server):
            assert eventually(lambda: server.metrics()[name] == 1, 10)
        assert server.metrics()["connections"] == 0


def test_at_the_cap_the_one_that_has_waited_longest_makes_room(store: Path) -> None:
    with served(store, limits=ServeLimits(connections=3)) as server, server.connect() as first:
        assert eventually(lambda: server.metrics()["connections"] == 1)
        with server.connect() as second, server.connect() as third:
            assert second.ask("/x").status == third.ask("/x").status == 404
            with server.connect() as fourth:
                assert fourth.ask("/x").status == 404
                assert first.ended()
                assert second.ask("/x").status == third.ask("/x").status == 404
        metrics = server.metrics()
        assert metrics['connections_closed_total{reason="displaced"}'] == 1
        assert metrics['connections_closed_total{reason="refused"}'] == 0


def test_if_none_waits_the_further_one_is_rejected(store: Path, held_back: threading.Event) -> None:
    with served(store, limits=ServeLimits(connections=2)) as server:
        with server.connect() as one, server.connect() as other:
            for each in (one, other):
                each.send(request("/wait"))
            assert eventually(lambda: server.metrics()['cache_total{result="miss"}'] == 2)
            with server.connect() as third:
                reply = third.reply()
                assert (reply.status, reply.fields["connection"]) == (503, "close") and third.ended()
            held_back.set()
            assert one.reply().status == other.reply().status == 404
        assert server.metrics()['connections_closed_total{reason="refused"}'] == 1


def test_clients_that_take_responses_stay_beside_any_number_that_do_not(store: Path) -> None:
    """Ten times, more connections than there may be come between two requests of one connection."""
    with served(store, limits=ServeLimits(connections=8, kept=2)) as server, server.connect() as fast:
        answered = 0
        for _ in range(10):
            answered += fast.ask("/x").status == 404
            arrive(server, 12)
        assert answered == 10
        # Of those that took responses only the last two stay: the others make room like all.
        with server.connect() as second, server.connect() as third:
            assert second.ask("/x").status == third.ask("/x").status == 404
            arrive(server, 12)
            assert fast.ended()
            assert second.ask("/x").status == third.ask("/x").status == 404


def test_a_client_that_goes_on_with_a_file_has_not_waited_since_its_request(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, admitted, admit = 32 << 20, list[LimitedProtocol](), Gate.admit

    def admitting(self: Gate, connection: LimitedProtocol) -> bool:
        admitted.append(connection)
        return admit(self, connection)

    path = tmp_path / "pack"
    with path.open("wb") as file:
        file.truncate(size)
    monkeypatch.setattr(Site, "find", lambda *_: FileDocument(str(path), size, "0" * 64, TEXT, True))
    monkeypatch.setattr(Gate, "admit", admitting)
    limits = ServeLimits(connections=2, piece_bytes=1 << 20)
    with served(store, limits=limits) as server, server.connect() as reader:
        reader.send(request("/pack"))
        assert reader.socket.recv(1) == b"H"
        with server.connect() as idle:
            assert eventually(lambda: len(admitted) == 2)
            # More than the system holds for it.
            taken = 1
            while taken < size // 2:
                taken += len(reader.socket.recv(1 << 20))
            assert admitted[0].since > admitted[1].since and eventually(admitted[0].waits)
            with server.connect():
                assert idle.ended()
        while taken < size:
            data = reader.socket.recv(1 << 20)
            assert data
            taken += len(data)


def arrive(server: Server, count: int) -> None:
    """Let the server take so many connections that say nothing."""
    before = server.metrics()["connections_accepted_total"]
    connections = [server.connect() for _ in range(count)]
    assert eventually(lambda: server.metrics()["connections_accepted_total"] == before + count)
    for each in connections:
        each.close()


def test_requests_for_what_is_not_held_leave_room_for_others(
    store: Path, held_back: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one document is found, everybody asks for it; whoever asks for what is held is answered."""
    with served(store) as server, contextlib.ExitStack() as stack:

        def asks(target: str) -> Connection:
            connection = stack.enter_context(server.connect())
            connection.send(request(target))
            return connection

        assert server.ask(STATE).status == 200
        slow = [asks("/wait") for _ in range(100)]
        assert eventually(lambda: server.metrics()['cache_total{result="miss"}'] > 60)
        with stopped_loop(monkeypatch):
            # A burst: all of them are there when the server looks.
            fast = asks(STATE)
            slow += [asks("/wait") for _ in range(30)]
        assert fast.reply().status == 200
        # What is not held has to wait too: its client receives 503, and keeps its connection.
        another = asks(f"/pith/{S}.json")
        assert another.reply().status == 503
        held_back.set()
        assert eventually(lambda: another.ask(f"/pith/{S}.json").status == 200)
        assert server.metrics()['responses_total{status="404"}'] == 16


@contextlib.contextmanager
def stopped_loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The loop of a server does nothing in the block."""
    stopped, go = threading.Event(), threading.Event()

    def sweep(self: Gate, now: float) -> None:
        stopped.set()
        go.wait(20)

    with monkeypatch.context() as patch:
        patch.setattr(Gate, "sweep", sweep)
        assert stopped.wait(20)
        yield
    go.set()
