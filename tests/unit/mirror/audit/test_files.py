"""The files of digests during an audit: once each, and kept as evidence (AUDIT-10)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kit.trees import Files, head, lines
from pithbundle.errors import DigestError
from pithbundle.mirror.audit.files import MirrorFiles
from pithbundle.mirror.digest_files import FileCache


def made(count: int = 300) -> tuple[Files, MirrorFiles, Any]:
    files = Files()
    tree = files.build(lines(count))

    async def request(name: str, limit: int) -> bytes:
        await asyncio.sleep(0)
        return files.fetch(name, limit)

    return files, MirrorFiles(request, FileCache()), head(tree)


def test_the_path_to_a_record_ends_where_nothing_is_held() -> None:
    _, mirror, top = made()
    wanted = lines(300)[17]
    assert mirror.path_to(top, wanted.suffix) == []
    asyncio.run(mirror.digest_of(top.tree, wanted.suffix))
    assert len(mirror.path_to(top, wanted.suffix)) == 2
    asyncio.run(mirror.digest_of(top.tree, "1" * 26))
    assert len(mirror.path_to(top, "1" * 26)) == 1


def test_the_path_to_a_fault_ends_with_the_file() -> None:
    files, mirror, top = made()
    suffix = lines(300)[0].suffix
    asyncio.run(mirror.digest_of(top.tree, suffix))
    leaf = next(name for name in files.by_name if name != top.root and mirror.cache.get(name))
    path = mirror.path_to_fault(top, DigestError("digest_invalid", f"{leaf}.txt: malformed"))
    assert [one.body for one in path] == [files.by_name[top.root], files.by_name[leaf]]
    assert mirror.path_to_fault(top, DigestError("digest_invalid", "no name")) == []
    assert mirror.path_to_fault(top, DigestError("digest_invalid", f"{'0' * 64}.txt")) == []


def test_an_error_without_an_exchange_is_raised_as_it_is() -> None:
    async def request(name: str, limit: int) -> bytes:
        raise DigestError("digest_invalid", "x")

    files = MirrorFiles(request, FileCache())
    with pytest.raises(DigestError):
        asyncio.run(files.get("0" * 64, 1))
    assert files.wrong == {}
