"""Which addresses of schedulers are accepted (RECOMP-14). No package of a cluster is needed."""

from __future__ import annotations

import pytest

from pithbundle.recompute.address import scheduler_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("127.8.9.10:1", "tcp://127.8.9.10:1"),
        ("localhost:8786", "tcp://127.0.0.1:8786"),
        ("tcp://[::1]:65535", "tcp://[::1]:65535"),
        ("tls://localhost:8786", "tls://127.0.0.1:8786"),
        ("tls://scheduler.example:8786", "tls://scheduler.example:8786"),
        ("tls://a-1:8786", "tls://a-1:8786"),
        ("tls://192.0.2.7:8786", "tls://192.0.2.7:8786"),
        ("tls://[2001:db8::7]:8786", "tls://[2001:db8::7]:8786"),
    ],
)
def test_tls_and_loopback_are_accepted(text: str, address: str) -> None:
    assert scheduler_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "tcp://192.0.2.7:8786",
        "192.0.2.7:8786",
        "0.0.0.0:8786",
        "tcp://[::]:8786",
        "tcp://[2001:db8::1]:8786",
        "scheduler.example:8786",
        "localhost.evil:8786",
        "localhost.:8786",
        "LOCALHOST:8786",
        "127.0.0.1.evil.example:8786",
        # Other spellings of addresses, which resolvers read as 127.0.0.1 or not.
        "2130706433:8786",
        "0x7f000001:8786",
        "0x7f.0.0.1:8786",
        "0177.0.0.1:8786",
        "127.000.000.001:8786",
        "127.1:8786",
        "tcp://[::ffff:127.0.0.1]:8786",
        "tcp://[::ffff:7f00:1]:8786",
        "tcp://[::127.0.0.1]:8786",
    ],
)
def test_a_plain_address_of_another_machine_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="is neither tls:// nor of this machine") as error:
        scheduler_address(text)
    assert repr(text) in str(error.value) and "runs what it receives" in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1",
        "tls://scheduler.example",
        "tls://:8786",
        "tls://scheduler.example:",
        "tls://scheduler.example:0",
        "tls://scheduler.example:65536",
        "tls://scheduler.example:08786",
        "tls://scheduler.example:8786/",
        "tls://scheduler.example:8786?x=1",
        "tls://scheduler.example:8786#x",
        "tls://scheduler.example:8786\n",
        " 127.0.0.1:8786",
        "127.0.0.1:8786 ",
        "127.0.0.1:\u0661",
        "127.0.0.1:8786@evil.example:8786",
        "tcp://127.0.0.1@evil.example:8786",
        "tcp://user:word@127.0.0.1:8786",
        "tcp://127.0.0.1:8786\\@evil.example:8786",
        "tcp://127.0.0.1%2eevil.example:8786",
        "tcp://[::1%25eth0]:8786",
        "tcp://::1:8786",
        "tcp://\uff11\uff12\uff17.0.0.1:8786",
        "TLS://scheduler.example:8786",
        "tls://2130706433:8786",
        "tls://0x7f000001:8786",
        "tls://127.1:8786",
        "tls://[zz]:8786",
        "tls://[1:2]:8786",
        "tls://-a:8786",
        "tls://a..b:8786",
        f"tls://{'a.' * 127}aa:8786",
        "http://127.0.0.1:8786",
        "ws://127.0.0.1:8786",
        "inproc://127.0.0.1:8786",
        "tls+tcp://127.0.0.1:8786",
        "tcp://tls://127.0.0.1:8786",
    ],
)
def test_every_other_form_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="must be tls://HOST:PORT"):
        scheduler_address(text)
