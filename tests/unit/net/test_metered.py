"""Sockets that count: never more than one byte over what is allowed."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from pithbundle.net.metered import READ, FloodError, Meter, MeteredSocket


@pytest.fixture
def pair() -> Iterator[tuple[MeteredSocket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        metered = MeteredSocket(socket.AF_INET, socket.SOCK_STREAM, 0, Meter(10))
        with metered:
            metered.connect(server.getsockname())
            other, _ = server.accept()
            with other:
                yield metered, other


def test_what_is_allowed_is_received_and_counted(pair: tuple[MeteredSocket, socket.socket]) -> None:
    metered, other = pair
    other.sendall(b"0123456789")
    assert metered.recv(4) == b"0123"
    buffer = bytearray(100)
    assert metered.recv_into(memoryview(buffer)[:3]) == 3 and buffer[:3] == b"456"
    assert metered.recv_into(buffer, 2) == 2
    assert metered.recv(100) == b"9"
    assert (metered.meter.received, metered.meter.allowance, metered.meter.flooded) == (10, 0, False)
    # The end of the connection is no flood.
    other.close()
    assert metered.recv(100) == b"" and metered.recv_into(buffer) == 0


@pytest.mark.parametrize("into", [False, True])
def test_one_byte_more_is_a_flood(pair: tuple[MeteredSocket, socket.socket], into: bool) -> None:
    metered, other = pair
    other.sendall(b"a" * 1000)
    with pytest.raises(FloodError):
        metered.recv_into(bytearray(1000)) if into else metered.recv(1000)
    assert metered.meter.flooded and metered.meter.received == 11


def test_no_more_is_read_at_once_than_its_limit(pair: tuple[MeteredSocket, socket.socket]) -> None:
    metered, other = pair
    metered.meter = Meter(10 * READ)
    other.setblocking(False)
    sent = other.send(b"a" * (4 * READ))
    assert sent > READ
    assert len(metered.recv(sent)) <= READ and metered.recv_into(bytearray(sent)) <= READ
