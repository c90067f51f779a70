"""The pace of a host, by a clock that the test sets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from pithbundle.errors import NetworkError
from pithbundle.net.pacing import Pace, Requests, retry_after


class Time:
    """A clock that sleeping advances."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def test_requests_are_spread_evenly() -> None:
    async def test() -> None:
        time = Time()
        pace = Pace(5.0, 4, time.clock, time.sleep)
        starts = []
        for _ in range(11):
            await pace.turn()
            starts.append(round(time.now - 100, 6))
        assert starts == [round(0.2 * number, 6) for number in range(11)]
        time.now += 60
        # What was not used is not saved up.
        await pace.turn()
        await pace.turn()
        assert time.slept[-1] == pytest.approx(0.2)

    asyncio.run(test())


def test_without_a_rate_nothing_waits() -> None:
    async def test() -> None:
        time = Time()
        pace = Pace(None, 4, time.clock, time.sleep)
        for _ in range(100):
            await pace.turn()
        assert time.slept == []

    asyncio.run(test())


def test_a_redirect_counts_and_does_not_wait() -> None:
    async def test() -> None:
        time = Time()
        pace = Pace(5.0, 4, time.clock, time.sleep)
        await pace.turn()
        pace.take()
        await pace.turn()
        assert time.now == pytest.approx(100.4)

    asyncio.run(test())


def test_a_pause_holds_up_everything_also_what_waits_already() -> None:
    async def test() -> None:
        time = Time()
        asked = asyncio.Event()

        async def sleep(seconds: float) -> None:
            if not asked.is_set():
                asked.set()
                await asyncio.sleep(0.01)
            await time.sleep(seconds)

        pace = Pace(5.0, 4, time.clock, sleep)
        await pace.turn()
        waiting = asyncio.create_task(pace.turn())
        await asked.wait()
        pace.pause(30)
        pace.pause(1)
        await waiting
        assert time.now >= 130
        await pace.turn()
        assert time.now >= 130.2

    asyncio.run(test())


def test_the_number_of_requests_is_limited() -> None:
    requests = Requests(2)
    requests.count("a")
    requests.count("b")
    with pytest.raises(NetworkError) as caught:
        requests.count("https://c.example/")
    assert (caught.value.code, caught.value.url, requests.sent) == ("requests", "https://c.example/", 2)
    without = Requests(None)
    for _ in range(100):
        without.count("a")
    assert without.sent == 100


NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("30", 30.0),
        ("999999999", 999999999.0),
        ("9" * 400, float("inf")),
        ("Mon, 01 Jun 2026 12:00:10 GMT", 10.0),
        ("Mon, 01 Jun 2026 12:00:10 -0000", 10.0),
        ("Mon, 01 Jun 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("\u0663", None),
        ("Mon, 99 Jun 2026 12:00:10 GMT", None),
        ("Mon, 01 Jun 2026 12:00:10 +9999999999", None),
        ("Mon, 01 Jun 99999 12:00:10 GMT", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, None, NOW) == seconds


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        # By the clock of the server, whatever that of this machine.
        ("Mon, 01 Jun 2026 10:59:30 GMT", 30.0),
        ("Mon, 01 Jun 2026 12:59:30 +0200", 30.0),
        ("Mon, 01 Jun 2026 11:30:00 GMT", 0.0),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
def test_a_date_is_compared_with_the_date_of_the_response(date: str, seconds: float) -> None:
    assert retry_after("Mon, 01 Jun 2026 11:00:00 GMT", date, NOW) == seconds
    assert retry_after("20", date, NOW) == 20
