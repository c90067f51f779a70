"""The written list of addresses: the borders of every range, and each form of an address."""

from __future__ import annotations

import ipaddress
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle.net.addresses import (
    GLOBAL_UNICAST,
    IPV4,
    IPV6,
    is_loopback,
    not_public,
    parse_address,
)
from specgen.pages import all_clauses

#: What threat D1 names, beside the borders.
NAMED: Final = (
    *(
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "172.31.255.255",
    ),
    *("192.168.0.1", "224.0.0.1", "255.255.255.255", "198.19.0.1", "192.0.0.8", "240.0.0.1", "192.88.99.1"),
    *("::", "::1", "::127.0.0.1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"),
    *(
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:0:7f00:1::",
        "fec0::1",
        "fe80::1",
    ),
    *(
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "5f00::1",
        "4000::1",
        "1::1",
    ),
)


@pytest.mark.parametrize("address", NAMED)
def test_an_address_that_is_named_is_not_public(address: str) -> None:
    assert not_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450::1"]
)
def test_a_public_address_is_public(address: str) -> None:
    assert not_public(address) is None


@pytest.mark.parametrize("network", [network for network, _ in (*IPV4, *IPV6)], ids=str)
def test_the_borders_of_a_range_are_in_it_and_their_neighbours_are_judged_alone(
    network: ipaddress.IPv4Network | ipaddress.IPv6Network,
) -> None:
    ranges = [one for one, _ in IPV4] if network.version == 4 else [one for one, _ in IPV6]
    assert not_public(str(network[0])) and not_public(str(network[-1]))
    for number in (int(network[0]) - 1, int(network[-1]) + 1):
        if 0 <= number < 1 << network.max_prefixlen:
            address = type(network[0])(number)
            inside = any(address in one for one in ranges)
            outside = network.version == 6 and address not in GLOBAL_UNICAST
            assert (not_public(str(address)) is not None) == (inside or outside), address


def test_the_borders_of_global_unicast() -> None:
    assert not_public("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == "reserved"
    assert not_public("2000::") is None
    assert not_public("3fef:ffff::") is None
    assert not_public("4000::") == "reserved"


def test_the_list_is_that_of_the_specification() -> None:
    body = all_clauses()["NET-4"].body
    for network, _ in IPV4:
        assert f"`{network}`" in body, network
    for network6, _ in IPV6:
        if network6.subnet_of(GLOBAL_UNICAST) and str(network6) != "2001::/32":
            assert f"| `{network6}`" in body or f", `{network6}`" in body, network6


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_not_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not address.is_global or address.is_multicast:
        # Python calls a few ranges for protocols global; none the other way round.
        assert not_public(str(address)) is not None


@given(st.ip_addresses(v=4))
def test_an_address_of_ipv4_in_a_form_of_ipv6_is_not_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for text in (
        f"::ffff:{address}",
        f"::{address}",
        str(ipaddress.IPv6Address(0x64FF9B << 96 | number)),
        str(ipaddress.IPv6Address(0x2002 << 112 | number << 80)),
    ):
        assert not_public(text), text


@pytest.mark.parametrize(
    "text",
    [
        *("", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.0.0.01", "1.1.1", "1.1.1.1."),
        *(
            "1.1.1.256",
            " 1.1.1.1",
            "1.1.1.1\n",
            "１.1.1.1",
            "1。1.1.1",
            "2606:4700::1%eth0",
            "[::1]",
            "::1::",
            ":",
        ),
        *("mirror.example", "localhost", "1.1.1.1/32", "::ffff:1.1.1.1.1", "12345::"),
    ],
)
def test_what_is_not_in_the_one_form_of_an_address_is_none(text: str) -> None:
    assert parse_address(text) is None and not_public(text) == "not an address"


def test_loopback() -> None:
    assert is_loopback("127.0.0.1") and is_loopback("127.255.255.255") and is_loopback("::1")
    assert not any(map(is_loopback, ("128.0.0.1", "126.255.255.255", "::2", "::ffff:127.0.0.1", "localhost")))
