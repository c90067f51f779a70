"""The sockets on which a server listens; it opens no connection (spec SERVE-6)."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from pithbundle.files import file_error

#: Connections that the system holds until the server takes them.
_BACKLOG: Final = 1_024
#: The bytes that the system takes for a connection before it has sent those before (SERVE-16).
_UNSENT: Final = 131_072


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address.

    Raises:
        ValueError: it is no IP address.
    """
    return ipaddress.ip_address(address).is_loopback


def name_of(address: str) -> str:
    """An address as a URL and the header Host have it."""
    return f"[{address}]" if ":" in address else address


def is_unspecified(address: str) -> bool:
    """Whether an address means all addresses of the machine, and so is none by which it is reached."""
    return ipaddress.ip_address(address).is_unspecified


def lengthen_queue(listener: socket.socket) -> None:
    """Let the system hold more connections than the loop accepts at once; asyncio has one number for both."""
    listener.listen(_BACKLOG)


def listening(address: str, port: int) -> socket.socket:
    """Open a socket that listens.

    Args:
        address: an IP address of this machine.
        port: 0 for any that is free.

    Raises:
        FileError: ``io``: the address or the port cannot be used.
    """
    try:
        return _opened(address, port)
    except OSError as error:
        raise file_error(f"{name_of(address)}:{port}", error) from error


def _opened(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Not by socket.create_server, which names no protocol: asyncio switches Nagle's algorithm off only where
    # it is named, and a response that is written in two pieces waits 40 ms for a delayed acknowledgement.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The connections inherit it. Without it the system takes megabytes for a client that reads nothing,
        # which is ten times the work, and the client seems to have taken its response. Windows lacks it.
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(_BACKLOG)
    except BaseException:
        made.close()
        raise
    return made
