"""Sockets that count what they receive, and receive no more than is allowed (spec NET-5, NET-11).

Each flood of bytes that are no body ends here: interim responses, header fields, chunks of one byte, chunk
extensions, trailers, records of TLS without content. What is above this module never sees them.
"""

from __future__ import annotations

import socket
from typing import Any, Final

#: Raw bytes of the head of a response, interim responses included.
HEAD: Final = 64 * 1024
#: Raw bytes of a TLS handshake: a chain of certificates.
HANDSHAKE: Final = 128 * 1024
#: Raw bytes between two exchanges on one connection: tickets and alerts of TLS.
IDLE: Final = 16 * 1024
#: The most that is read at once.
READ: Final = 64 * 1024


class FloodError(OSError):
    """More bytes arrived than are allowed."""


class UncheckedAddressError(OSError):
    """A connection to an address that was not checked."""


class Meter:
    """How many raw bytes one exchange received, and how many more it may receive."""

    __slots__ = ("allowance", "flooded", "received")

    def __init__(self, allowance: int) -> None:
        self.allowance = allowance
        self.received = 0
        self.flooded = False

    def count(self, received: int) -> None:
        """Count bytes that arrived.

        Raises:
            FloodError: they are more than the allowance.
        """
        self.received += received
        self.allowance -= received
        if self.allowance < 0:
            self.flooded = True
            raise FloodError("more bytes than are allowed")


class MeteredSocket(socket.socket):
    """A socket whose meter sees each byte that is received."""

    def __init__(self, family: int, kind: int, proto: int, meter: Meter) -> None:
        super().__init__(family, kind, proto)
        self.meter = meter

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Receive at most one byte more than is allowed."""
        data = super().recv(min(size, READ, self.meter.allowance + 1), flags)
        self.meter.count(len(data))
        return data

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0, /) -> int:
        """Receive at most one byte more than is allowed."""
        size = min(size or len(buffer), READ, self.meter.allowance + 1)
        received = super().recv_into(buffer, size, flags)
        self.meter.count(received)
        return received
