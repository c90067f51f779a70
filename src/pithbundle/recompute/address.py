"""Addresses of schedulers of Dask that are accepted (spec RECOMP-14).

Dask runs what it receives, so whoever can write to a connection runs code on the other end. A
connection is made only where TLS authenticates both ends, or where it does not leave the machine.
No name is resolved to find out: a name that is loopback today may be another host tomorrow.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

#: One spelling each; no user, path, query, zone or escape.
_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>[a-z]+)://)?(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})"
)
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_FORM: Final = "must be tls://HOST:PORT, or tcp://HOST:PORT with the HOST 127.0.0.1 or [::1]"
_PLAIN: Final = (
    "is neither tls:// nor of this machine (127.0.0.1 or [::1]). Dask runs what it receives, so a connection "
    "that others can change lets them run code; start scheduler and workers with TLS and use tls://"
)


def scheduler_address(text: str) -> str:
    """Return the address of a scheduler in the form that Dask takes.

    ``localhost`` becomes 127.0.0.1; an address without a scheme is one of TCP.

    Raises:
        ValueError: it is not in the form, or neither TLS nor loopback (RECOMP-14).
    """
    match = _ADDRESS.fullmatch(text)
    port = int(match["port"]) if match else 0
    if match is None or not 1 <= port <= 65535 or match["port"].startswith("0"):
        raise ValueError(f"{text!r} {_FORM}")
    scheme, host = match["scheme"] or "tcp", match["host"]
    if scheme not in ("tcp", "tls"):
        raise ValueError(f"{text!r} {_FORM}")
    if host == "localhost":
        host = "127.0.0.1"
    address = _ip(host)
    if scheme == "tls":
        if address is None and not _is_name(host):
            raise ValueError(f"{text!r} {_FORM}")
    elif address is None or not _is_loopback(address):
        raise ValueError(f"{text!r} {_PLAIN}")
    return f"{scheme}://{host}:{port}"


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    """The address that ``host`` writes in full; None for a name and for every short or other spelling."""
    try:
        return IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
    except AddressValueError:
        return None


def _is_loopback(address: IPv4Address | IPv6Address) -> bool:
    # ::ffff:127.0.0.1 is judged differently by versions of Python.
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def _is_name(host: str) -> bool:
    """Whether it is a name of a host; a last label of digits would be a spelling of an address."""
    labels = host.split(".")
    return (
        len(host) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not re.match("[0-9]", labels[-1])
    )
