"""Where a server listens (SERVE-6)."""

from __future__ import annotations

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
