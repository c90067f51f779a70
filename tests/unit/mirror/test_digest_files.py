"""The files of digests of one mirror: each is requested once (MIRROR-3)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kit.trees import Files, head, lines
from pithbundle.errors import DigestError
from pithbundle.mirror.digest_files import DigestFiles, FileCache, children_of


def made(count: int = 300) -> tuple[Files, DigestFiles, Any]:
    files = Files()
    tree = files.build(lines(count))

    async def request(name: str, limit: int) -> bytes:
        await asyncio.sleep(0)
        return files.fetch(name, limit)

    return files, DigestFiles(request, FileCache()), head(tree)


def test_a_digest_is_found_by_the_files_above_it_and_each_is_requested_once() -> None:
    files, mirror, top = made()
    wanted = lines(300)[17]

    async def work() -> list[str | None]:
        return await asyncio.gather(*(mirror.digest_of(top.tree, wanted.suffix) for _ in range(5)))

    assert asyncio.run(work()) == [wanted.digest] * 5
    assert files.requests == 2


def test_what_is_not_listed_has_no_digest() -> None:
    _, mirror, top = made()
    assert asyncio.run(mirror.digest_of(top.tree, "2" * 26)) is None
    assert asyncio.run(mirror.digest_of(top.tree, "1" * 26)) is None


def test_a_node_that_is_not_in_its_form_is_rejected() -> None:
    _, _, top = made()
    with pytest.raises(DigestError):
        children_of(top.tree, "", top.root, b"no node")


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.mirror.digest_files._MOST_BYTES", 10)
    cache = FileCache()
    for name in "abc":
        cache.put(name, b"12345")
    cache.put("c", b"12345")
    assert [cache.get(name) for name in "abc"] == [None, b"12345", b"12345"]
    assert cache.parent("x") is None


def test_leaves_that_were_read_lately_are_not_read_again() -> None:
    """Records are read in the order of their suffixes, so that many of one leaf are asked for in a row."""
    files, mirror, top = made(2_000)
    every = lines(2_000)
    found = [asyncio.run(mirror.digest_of(top.tree, one.suffix)) for one in every]
    assert found == [one.digest for one in every]
    assert len(mirror._leaves) == 8
    other = lines(300)
    another = head(files.build(other)).tree
    assert asyncio.run(mirror.digest_of(another, other[0].suffix)) == other[0].digest
