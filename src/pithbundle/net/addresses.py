"""Which addresses the client connects to: a written list (spec NET-4).

``ipaddress.is_global`` is not used. Its answer differs from one version of Python to the next, and it accepts
addresses that lead to this machine: ``64:ff9b::7f00:1``, ``2002:7f00:1::``, ``::127.0.0.1``, ``fec0::1``.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

#: Ranges of IPv4 that are not public, and what they are (NET-4).
IPV4: Final = tuple(
    (IPv4Network(network), meaning)
    for network, meaning in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by customers of a provider"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.31.196.0/24", "for protocols"),
        ("192.52.193.0/24", "for protocols"),
        ("192.88.99.0/24", "a relay of 6to4"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "for protocols"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
#: Where public addresses of IPv6 are, and which ranges in it are not public (NET-4).
GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
#: Ranges of IPv6 that are not public. Those outside of GLOBAL_UNICAST are here for their names alone.
IPV6: Final = tuple(
    (IPv6Network(network), meaning)
    for network, meaning in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "an address of IPv4 in another form"),
        ("::/96", "an address of IPv4 in another form"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "for discarding"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "for protocols"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "for protocols"),
        ("3ffe::/16", "reserved"),
        ("3fff::/20", "for documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)


@lru_cache(maxsize=4096)
def not_public(address: str) -> str | None:
    """Return why the client does not connect to an address, or None if it is public (NET-4).

    Args:
        address: of IPv4 or IPv6, in the text that a resolver returns. What is not in its one form, such as
            ``127.1``, and an address with a zone are not public.
    """
    parsed = parse_address(address)
    if parsed is None:
        return "not an address"
    if isinstance(parsed, IPv4Address):
        return next((meaning for network, meaning in IPV4 if parsed in network), None)
    named = next((meaning for network, meaning in IPV6 if parsed in network), None)
    return named if named is not None or parsed in GLOBAL_UNICAST else "reserved"


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine itself: ``127.0.0.0/8`` or ``::1`` (NET-4)."""
    return not_public(address) == "loopback"


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that ``text`` is the one form of, or None (NET-3).

    IPv4 is four decimal numbers without leading zeros. IPv6 has no zone; its zeros may be written out, and
    its last 32 bits as IPv4.
    """
    try:
        if ":" not in text:
            return IPv4Address(text) if text.isascii() else None
        return IPv6Address(text) if "%" not in text else None
    except ValueError:
        return None
