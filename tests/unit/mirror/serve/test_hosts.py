"""The names under which a server answers (SERVE-6, threat G5)."""

from __future__ import annotations

import pytest

from pithbundle.mirror.serve.hosts import LOOPBACK_NAMES, Hosts, is_host_name

HOSTS = Hosts([*LOOPBACK_NAMES, "mirror.example"])


@pytest.mark.parametrize(
    "value",
    [
        "localhost",
        "LOCALHOST:80",
        "127.0.0.1:8080",
        "[::1]",
        "[::1]:65535",
        "Mirror.Example",
        "mirror.example:443",
    ],
)
def test_names_of_the_server(value: str) -> None:
    assert HOSTS.accept(value.encode())


#: Names of others, and other ways to write ours.
REJECTED = [
    "",
    "attacker.example",
    "mirror.example.attacker.example",
    "localhost.attacker.example",
    "localhost.",
    "127.0.0.1.nip.example",
    "127.1",
    "2130706433",
    "0x7f000001",
    "[::ffff:127.0.0.1]",
    "::1",
    "localhost:",
    "localhost:x",
    "localhost:123456",
    "localhost@attacker.example",
    "attacker.example#localhost",
    "localhost/",
    " localhost",
    "localhost,attacker.example",
    "mirror.example:80:80",
    "mirror_example",
    "xn--mirror.example",
    "0.0.0.0",
    "[::]",
    "http://localhost",
    "élocalhost",
]


@pytest.mark.parametrize("value", REJECTED)
def test_every_other_name_is_rejected(value: str) -> None:
    assert not HOSTS.accept(value.encode("latin-1"))


def test_names_that_can_be_accepted() -> None:
    for name in ("a", "mirror.example", "1.2.3.4", "[2001:db8::1]", "a_b.example"):
        assert is_host_name(name) and Hosts([name]).accept(name.encode())
    for name in ("", "A", "mirror.example:80", "a b", "-a", "a.", "é", "[x]", "a/b"):
        assert not is_host_name(name)
