"""Names: asked once, every address checked, and no thread that anybody waits for."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import Any, Final

import pytest

from pithbundle.errors import NetworkError
from pithbundle.net.resolving import KEEP_SECONDS, MAX_ADDRESSES, Addresses, check_addresses, system_resolve
from pithbundle.net.urls import Target, parse_url

TARGET: Final = parse_url("https://mirror.example/a")
LOCAL: Final = parse_url("http://localhost:8000/a", allow_loopback_http=True)


class Names:
    """A resolver that answers in turn."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = [*answers]
        self.asked = 0
        self.now = 0.0

    async def __call__(self, name: str) -> list[str]:
        self.asked += 1
        await asyncio.sleep(0)
        return self.answers[min(self.asked, len(self.answers)) - 1]

    def clock(self) -> float:
        return self.now


def test_a_name_is_asked_once_and_again_after_a_while_or_a_failure() -> None:
    async def test() -> None:
        names = Names(["1.1.1.1", "1.1.1.1", "8.8.8.8"], ["9.9.9.9"], ["1.0.0.1"])
        addresses = Addresses(names, names.clock)
        found = await asyncio.gather(*(addresses.of(TARGET) for _ in range(5)))
        assert found == [("1.1.1.1", "8.8.8.8")] * 5 and names.asked == 1
        names.now = KEEP_SECONDS - 1
        assert await addresses.of(TARGET) == found[0]
        names.now = KEEP_SECONDS
        assert await addresses.of(TARGET) == ("9.9.9.9",)
        addresses.forget(TARGET)
        addresses.forget(TARGET)
        assert await addresses.of(TARGET) == ("1.0.0.1",)

    asyncio.run(test())


def test_an_address_in_a_url_is_asked_of_nobody() -> None:
    async def test() -> None:
        names = Names([])
        addresses = Addresses(names, names.clock)
        assert await addresses.of(parse_url("https://1.1.1.1/")) == ("1.1.1.1",)
        assert await addresses.of(parse_url("http://[::1]/", allow_loopback_http=True)) == ("::1",)
        # A target that was not read from a URL is checked all the same.
        with pytest.raises(NetworkError):
            await addresses.of(Target("https", "10.0.0.1", 443, "/"))
        assert names.asked == 0

    asyncio.run(test())


@pytest.mark.parametrize(
    ("target", "addresses", "code"),
    [
        (TARGET, ["10.0.0.1"], "address"),
        (TARGET, ["1.1.1.1", "::1"], "address"),
        (TARGET, ["1.1.1.1", "not an address"], "address"),
        (TARGET, ["127.0.0.1"], "address"),
        (TARGET, [f"1.1.1.{number}" for number in range(MAX_ADDRESSES + 1)], "address"),
        (TARGET, [f"1.1.1.{number}" for number in range(MAX_ADDRESSES)], None),
        (LOCAL, ["127.0.0.1", "::1"], None),
        (LOCAL, ["1.1.1.1"], "address"),
        (LOCAL, ["127.0.0.1", "10.0.0.1"], "address"),
        (LOCAL, ["::ffff:127.0.0.1"], "address"),
    ],
)
def test_every_address_is_checked(target: Target, addresses: list[str], code: str | None) -> None:
    if code is None:
        check_addresses(target, tuple(addresses))
        return
    with pytest.raises(NetworkError) as caught:
        check_addresses(target, tuple(addresses))
    assert (caught.value.code, caught.value.url) == (code, target.url)


def test_the_resolver_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        assert set(await system_resolve("localhost")) <= {"127.0.0.1", "::1"}
        # A label that is too long is an error of another kind.
        with pytest.raises(OSError):
            await system_resolve("a" * 300 + ".example")

        def fails(*_: Any, **__: Any) -> Any:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", fails)
        with pytest.raises(OSError, match="not known"):
            await system_resolve("mirror.example")

    asyncio.run(test())


def test_nobody_waits_for_a_resolver_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    hold = threading.Event()
    threads: list[threading.Thread] = []

    def silent(*_: Any, **__: Any) -> Any:
        threads.append(threading.current_thread())
        hold.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)

    async def test() -> None:
        async def ask() -> None:
            await asyncio.wait_for(system_resolve("mirror.example"), 0.05)

        found = await asyncio.gather(*(ask() for _ in range(40)), return_exceptions=True)
        assert all(isinstance(one, TimeoutError) for one in found)

    began = time.monotonic()
    asyncio.run(test())
    assert time.monotonic() - began < 10 and len(threads) == 40
    # Answers that come after the end of the loop, or of the wait, reach nobody.
    hold.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_an_answer_after_the_wait_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    hold = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (hold.wait(30) and []) or [])

    async def test() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(system_resolve("mirror.example"), 0.05)
        hold.set()
        await asyncio.sleep(0.1)

    asyncio.run(test())
