"""A server of a mirror under many slow clients, and over many requests (G2; issue 11)."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest

from kit.command_line import start
from kit.servers import Connection, eventually, request, served
from kit.stores import body, make, suffix

S = suffix(1)
STATE = f"/pith/{S}/state.json"


@pytest.mark.slow
def test_a_fast_client_beside_500_slow_ones(tmp_path: Path) -> None:
    """Heads that never end, responses that nobody takes, connections that say nothing: each comes again.

    What they ask for was not asked for before: it is found while they come.
    """
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, *range(3_000)), "a")).close()
    large = request(f"/pith/{suffix(2)}/bundle.json")
    with served(tmp_path / "s") as server, contextlib.ExitStack() as stack:
        assert server.ask(STATE).status == 200

        def slow(number: int) -> socket.socket:
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            one.connect(("127.0.0.1", server.port))
            with contextlib.suppress(OSError):
                one.sendall((b"GET /x HTTP/1.1\r\nX: ", large, b"")[number % 3])
            return one

        clients = [slow(number) for number in range(500)]
        with server.connect() as fast:
            for number in range(300):
                assert fast.ask(STATE).status == 200
                # They go on, as slowly as before, and come again.
                with contextlib.suppress(OSError):
                    clients[number].send(b"y")
                clients[number + 200].close()
                clients[number + 200] = slow(number)
                if number % 100 == 0:
                    assert server.metrics()["connections"] <= 64
            assert server.metrics()["connections_accepted_total"] >= 802
        asked = f"/pith/{suffix(2)}/bundle.json"
        assert eventually(lambda: len(server.ask(asked).body) > 1 << 20, 60)
        assert server.reports == []


def memory(pid: int) -> int:
    """The memory that a process has now, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def ask_often(port: int, count: int, first: int) -> None:
    """Ask for what is held, for names that nobody has, and for texts of searches; none of these twice."""
    for start_at in range(first, first + count, 1_000):
        with Connection(port) as connection:
            for number in range(start_at, start_at + 1_000):
                kind = number % 4
                target = (STATE, f"/pith/W{number}", f"/find?q=W{number}", f"/pith/{S}")[kind]
                reply = connection.ask(target, "Accept: text/html")
                assert reply.status == (200, 404, 404, 200)[kind]


@pytest.mark.signals
@pytest.mark.parametrize(
    ("warm", "count"),
    [
        pytest.param(2_000, 5_000, marks=pytest.mark.slow),
        pytest.param(10_000, 100_000, marks=pytest.mark.long),
    ],
)
def test_memory_stays_flat(tmp_path: Path, warm: int, count: int) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    words = ["mirror", "serve", "--store", str(tmp_path / "s"), "--origin", "mirror.example", "--port", "0"]
    with start(*words, seconds=count / 50) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline().decode().rpartition(":")[2])
        try:
            ask_often(port, warm, 0)
            before = memory(child.pid)
            ask_often(port, count - warm, warm)
            assert memory(child.pid) < before * 1.1
        finally:
            child.terminate()
            child.wait(30)
