"""The sockets on which a server listens; it opens no connection (spec SERVE-6)."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from pithbundle.files import file_error

#: Connections that the system holds until the server takes them.
_BACKLOG: Final = 128


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


def listening(address: str, port: int) -> socket.socket:
    """Open a socket that listens.

    Args:
        address: an IP address of this machine.
        port: 0 for any that is free.

    Raises:
        FileError: ``io``: the address or the port cannot be used.
    """
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise file_error(f"{name_of(address)}:{port}", error) from error
