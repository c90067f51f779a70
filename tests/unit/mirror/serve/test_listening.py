"""Where a server listens (SERVE-6), and what the system takes for its connections (SERVE-16)."""

from __future__ import annotations

import contextlib
import socket

import pytest

from pithbundle.errors import FileError
from pithbundle.mirror.serve.listening import is_loopback, is_unspecified, listening, name_of


def test_addresses() -> None:
    for address, loopback, unspecified in (
        ("127.0.0.1", True, False),
        ("127.9.9.9", True, False),
        ("::1", True, False),
        ("0.0.0.0", False, True),
        ("::", False, True),
        ("192.0.2.1", False, False),
    ):
        assert (is_loopback(address), is_unspecified(address)) == (loopback, unspecified)
    for text in ("localhost", "", "127.1", "127.0.0.1:80"):
        with pytest.raises(ValueError, match="address"):
            is_loopback(text)
    assert (name_of("::1"), name_of("127.0.0.1")) == ("[::1]", "127.0.0.1")


def test_a_port_that_is_in_use() -> None:
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(FileError, match=f"127.0.0.1:{port}: address already in use"):
            listening("127.0.0.1", port)
    with pytest.raises(FileError, match=r"192\.0\.2\.1:0"):
        listening("192.0.2.1", 0)


def test_responses_do_not_wait_for_acknowledgements() -> None:
    """asyncio switches Nagle's algorithm off only where the protocol of the socket is named."""
    for address in ("127.0.0.1", "::1"):
        with listening(address, 0) as found:
            assert found.proto == socket.IPPROTO_TCP


def test_the_system_takes_little_for_a_client_that_reads_nothing() -> None:
    with listening("127.0.0.1", 0) as listener, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        taken = 0
        with accepted, contextlib.suppress(BlockingIOError):
            accepted.setblocking(False)
            while taken < 16 << 20:
                taken += accepted.send(bytes(1 << 18))
    # Without a limit, 2.8 million.
    assert 100_000 < taken < 500_000
