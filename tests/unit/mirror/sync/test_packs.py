"""Packs: received in parts, compared with their hashes, added; what is wrong is reported (SYNC-9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from kit.mirrors import FakeMirror, Publisher, Reply, digests_of, serving, synchronised
from kit.stores import POLICY, body, invalid, make, suffix
from pithbundle.archive.lines import line_of
from pithbundle.archive.writer import Writer
from pithbundle.encoding.canonical import encode
from pithbundle.errors import FileError
from pithbundle.mirror.sync.results import MirrorResult, exit_status
from pithbundle.store import Store

MANIFEST = "/archive/pith-archive.json"


@dataclass
class Pair:
    """A mirror of a store with packs, and an empty store."""

    mirror: FakeMirror
    store: Store
    expected: dict[str, str]

    @property
    def pack(self) -> str:
        return next(path for path in self.mirror.files if path.endswith(".jsonl.zst"))

    @property
    def downloads(self) -> Path:
        return Path(self.store.path) / "downloads"

    def sync(self) -> MirrorResult:
        (result,) = synchronised(self.store, self.mirror)
        # Whatever is wrong with a pack: the records are received in another way.
        assert digests_of(self.store) == self.expected
        assert not self.downloads.exists() or not [*self.downloads.iterdir()]
        return result


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    mirror = FakeMirror()
    with make(tmp_path / "source", *((body(seed, 1), "a") for seed in range(5))) as source:
        Publisher(tmp_path, mirror).publish(source, archive=True)
        expected = digests_of(source)
    with serving(mirror), Store.create(str(tmp_path / "store"), POLICY) as store:
        yield Pair(mirror, store, expected)


def codes(result: MirrorResult) -> list[str]:
    return [error.code for error in result.problems.first]


def test_packs_come_first(pair: Pair) -> None:
    result = pair.sync()
    assert (result.from_packs, result.requested, result.problems.count) == (5, 0, 0) and result.is_clean


@pytest.mark.parametrize(
    ("path", "reply", "code"),
    [
        (MANIFEST, Reply(404), "http"),
        (MANIFEST, Reply(200, b"<html>"), "syntax"),
        (MANIFEST, Reply(200, b"{}"), "archive"),
        ("pack", Reply(404), "http"),
        ("pack", Reply(500), "http"),
    ],
)
def test_what_cannot_be_had_is_requested_by_its_digest(
    pair: Pair, path: str, reply: Reply, code: str
) -> None:
    pair.mirror.lies[pair.pack if path == "pack" else path] = reply
    result = pair.sync()
    assert codes(result) == [code] and (result.from_packs, result.requested) == (0, 5)


def test_a_pack_with_another_hash_is_not_read(pair: Pair) -> None:
    data = pair.mirror.files[pair.pack]
    pair.mirror.files[pair.pack] = data[:-1] + bytes([data[-1] ^ 1])
    result = pair.sync()
    assert (
        codes(result) == ["archive"]
        and result.from_packs == 0
        and "another SHA-256" in str(result.problems.first[0])
    )


@pytest.mark.parametrize("extra", [-7, 0, 7], ids=["short", "whole", "long"])
def test_a_part_of_another_file_is_received_anew(pair: Pair, extra: int) -> None:
    """What an earlier run left is continued, and begun anew where the whole has another hash."""
    data = pair.mirror.files[pair.pack]
    name = Path(pair.pack).name
    sha256 = next(
        one["file_sha256"] for one in json.loads(pair.mirror.files[MANIFEST])["packs"] if one["file"] == name
    )
    pair.downloads.mkdir()
    (pair.downloads / f"{sha256}.pack").write_bytes(b"x" * (len(data) + extra))
    result = pair.sync()
    assert result.from_packs == 5 and result.is_clean


def test_a_mirror_that_is_silent_during_packs_is_continued(pair: Pair) -> None:
    pair.mirror.lies[pair.pack] = Reply(503)
    (first,) = synchronised(pair.store, pair.mirror)
    assert first.problems.count or first.error is not None
    pair.mirror.lies.clear()
    assert pair.sync().error is None


@pytest.mark.parametrize("kind", ["damaged", "other content", "other count"])
def test_a_pack_that_is_not_what_the_manifest_states(pair: Pair, kind: str) -> None:
    """What was added before the fault stays, since it was verified by itself; the rest is requested."""
    manifest = json.loads(pair.mirror.files[MANIFEST])
    (pack,) = manifest["packs"]
    if kind == "damaged":
        data = pair.mirror.files[pair.pack]
        middle = len(data) // 2
        data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        pair.mirror.files[pair.pack] = data
        pack["file_sha256"] = sha256(data).hexdigest()
    elif kind == "other content":
        pack["content_sha256"] = "0" * 64
    else:
        pack["bundles"] -= 1
        for name in manifest:
            if manifest[name] == pack["bundles"] + 1:
                manifest[name] -= 1
    pair.mirror.files[MANIFEST] = encode(manifest)
    assert codes(pair.sync()) == ["archive"]


def test_invalid_elements_in_a_pack_are_counted(pair: Pair, tmp_path: Path) -> None:
    # Its digest is that of the valid events, so that nothing more is requested.
    with Writer(str(tmp_path / "other"), force=True) as writer:
        writer.add(line_of(body(1, 1, more=(invalid(1, 9),))))
        writer.finish()
    for path in (tmp_path / "other").iterdir():
        pair.mirror.files[f"/archive/{path.name}"] = path.read_bytes()
    result = pair.sync()
    assert (result.from_packs, result.invalid.first) == (1, [suffix(1)]) and exit_status([result]) == 1


def test_a_folder_of_downloads_that_is_none_is_an_error(pair: Pair) -> None:
    pair.downloads.write_bytes(b"")
    with pytest.raises(FileError):
        synchronised(pair.store, pair.mirror)
