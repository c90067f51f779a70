"""The files of digests during an audit: once each, and kept as evidence (AUDIT-10)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kit.trees import Files, head, lines
from pithbundle.errors import DigestError
from pithbundle.mirror.audit.files import FileCache, MirrorFiles


def made(count: int = 300) -> tuple[Files, MirrorFiles, Any]:
    files = Files()
    tree = files.build(lines(count))

    async def request(name: str, limit: int) -> bytes:
        await asyncio.sleep(0)
        return files.fetch(name, limit)

    return files, MirrorFiles(request, FileCache()), head(tree)


def test_a_digest_is_found_by_the_files_above_it_and_each_is_requested_once() -> None:
    files, mirror, top = made()
    wanted = lines(300)[17]

    async def work() -> list[str | None]:
        return await asyncio.gather(*(mirror.digest_of(top.tree, wanted.suffix) for _ in range(5)))

    assert asyncio.run(work()) == [wanted.digest] * 5
    assert files.requests == 2 and len(mirror.path_to(top, wanted.suffix)) == 2


def test_what_is_not_listed_has_no_digest_and_no_whole_path() -> None:
    _, mirror, top = made()
    assert asyncio.run(mirror.digest_of(top.tree, "2" * 26)) is None
    assert asyncio.run(mirror.digest_of(top.tree, "1" * 26)) is None
    assert len(mirror.path_to(top, "1" * 26)) == 1
    assert made()[1].path_to(top, "A" * 26) == []


def test_the_path_to_a_fault_ends_with_the_file() -> None:
    files, mirror, top = made()
    suffix = lines(300)[0].suffix
    asyncio.run(mirror.digest_of(top.tree, suffix))
    leaf = next(name for name in files.by_name if name != top.root and mirror.cache.get(name))
    path = mirror.path_to_fault(top, DigestError("digest_invalid", f"{leaf}.txt: malformed"))
    assert [one.body for one in path] == [files.by_name[top.root], files.by_name[leaf]]
    assert mirror.path_to_fault(top, DigestError("digest_invalid", "no name")) == []
    assert mirror.path_to_fault(top, DigestError("digest_invalid", f"{'0' * 64}.txt")) == []


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.mirror.audit.files._MOST_BYTES", 10)
    cache = FileCache()
    for name in "abc":
        cache.put(name, b"12345")
    cache.put("c", b"12345")
    assert [cache.get(name) for name in "abc"] == [None, b"12345", b"12345"]
    assert cache.parent("x") is None


def test_an_error_without_an_exchange_is_raised_as_it_is() -> None:
    async def request(name: str, limit: int) -> bytes:
        raise DigestError("digest_invalid", "x")

    files = MirrorFiles(request, FileCache())
    with pytest.raises(DigestError):
        asyncio.run(files.get("0" * 64, 1))
    assert files.wrong == {}
