"""The suffixes of an audit: of several sources in order, each once, and hardly any of them in memory."""

from __future__ import annotations

import asyncio
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import pytest

from pithbundle.errors import FileError, NetworkError
from pithbundle.mirror.audit import suffixes
from pithbundle.mirror.audit.suffixes import Suffixes, each_once


def names(*numbers: int) -> list[str]:
    return [f"{number:026d}" for number in numbers]


async def listed(*numbers: int, fails: bool = False) -> AsyncIterator[str]:
    for name in names(*numbers):
        yield name
    if fails:
        raise NetworkError.at("timeout", "https://a.example", "no answer")


def test_sources_are_one_each_suffix_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suffixes, "_BLOCK", 2)
    with Suffixes() as found:
        assert [*found] == [] and found.count() == 0
        found.add(names(1, 3, 5, 7, 9))
        asyncio.run(found.add_listed(listed(0, 3, 4, 9, 12)))
        # Nothing is left of what a mirror listed before it failed.
        with pytest.raises(NetworkError):
            asyncio.run(found.add_listed(listed(2, 6, 8, 10, 11, fails=True)))
        found.add(names(5, 5, 13))
        found.add([])
        assert [*found] == [*found] == names(0, 1, 3, 4, 5, 7, 9, 12, 13) and found.count() == 9
    assert [*each_once(names(1, 2), names(2, 3), [])] == names(1, 2, 3)


def test_a_suffix_costs_no_memory() -> None:
    """Of 20,000 suffixes of three sources; as strings in sets they had 385 bytes each."""

    def many() -> Iterator[str]:
        return (f"{number:026d}" for number in range(20_000))

    tracemalloc.start()
    try:
        with Suffixes() as found:
            for _ in range(3):
                found.add(many())
            assert found.count() == 20_000
        assert tracemalloc.get_traced_memory()[1] < 20_000 * 20
    finally:
        tracemalloc.stop()


def test_a_disk_without_room_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(FileError, match="TMPDIR"):
        Suffixes()


def test_a_disk_that_is_full_later_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing tries to write again what is left, and its error must not take the place of this one."""
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: open("/dev/full", "w+b"))  # noqa: SIM115
    with pytest.raises(FileError, match="TMPDIR"), Suffixes() as found:
        found.add(names(1))
