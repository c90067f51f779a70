"""Doing several things at once: an error of one ends all, and none goes on behind the caller's back."""

from __future__ import annotations

import asyncio

import pytest

from pithbundle.mirror.together import together


def test_results_are_in_the_order_of_what_was_given() -> None:
    async def after(rounds: int) -> int:
        for _ in range(rounds):
            await asyncio.sleep(0)
        return rounds

    async def work() -> list[int]:
        return await together(after(rounds) for rounds in (3, 0, 1))

    assert asyncio.run(work()) == [3, 0, 1]


@pytest.mark.parametrize("is_cancelled", [False, True], ids=["an error", "cancelled"])
def test_nothing_goes_on_after_the_end(is_cancelled: bool) -> None:
    ended: list[str] = []

    async def wait(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError("one")

    async def work() -> None:
        works = [wait("a"), *([] if is_cancelled else [fail()]), wait("b")]
        task = asyncio.ensure_future(together(works))
        await asyncio.sleep(0)
        if is_cancelled:
            await asyncio.sleep(0)
            task.cancel()
        with pytest.raises(asyncio.CancelledError if is_cancelled else ValueError):
            await task
        assert sorted(ended) == ["a", "b"]

    asyncio.run(work())
