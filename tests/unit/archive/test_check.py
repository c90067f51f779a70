"""archive check: what it recomputes, and what it names (ARCH-2 to ARCH-10)."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kit.archives import items, lines
from pithbundle import FileError
from pithbundle.archive import zstd
from pithbundle.archive.borders import FrameLines
from pithbundle.archive.check import Checked, Lost, check_archive
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import Manifest, read_index
from pithbundle.archive.reader import Reader
from pithbundle.archive.writer import PackWriter
from pithbundle.durable import Folder


def check(path: Path, **options: Any) -> Checked:
    *_, checked = check_archive(Reader(path), **options)
    return checked


def found(path: Path) -> list[str]:
    return [f"{one.position}: {one.reason}" for one in check(path).problems]


def test_a_sound_archive(archive: Path) -> None:
    checked = check(archive)
    assert [*checked.problems] == []
    assert (checked.packs, checked.bundles, checked.records) == (2, 320, 320)
    assert checked.raw_bytes == sum(line.raw_size for line in [*lines(300), *items(20)])


def made(path: Path, *frames: tuple[Line, ...], ends: bool = False) -> None:
    """An archive with frames of our choice, whose manifest and index are right."""
    path.mkdir()
    with Folder.open(str(path)) as folder:
        writer = PackWriter(folder, "json")
        for frame in frames:
            writer.write(FrameLines(frame, ends))
        manifest = Manifest(tuple(writer.finish()), "1")
        (path / "pith-archive.json").write_bytes(manifest.to_bytes())


def test_lines_twice_and_out_of_order(tmp_path: Path) -> None:
    a, b, c = lines(3)
    made(tmp_path / "a", (a, b, b, c))
    assert any("a line twice" in one for one in found(tmp_path / "a"))
    made(tmp_path / "b", (a, c, b, c))
    assert any("a line out of order" in one for one in found(tmp_path / "b"))


def test_other_borders(tmp_path: Path) -> None:
    few = [line for line in lines(300) if not line.suffix.endswith(("AA", "CA", "EA"))][:4]
    made(tmp_path / "a", tuple(few[:2]), tuple(few[2:]))
    assert [one for one in found(tmp_path / "a") if "the borders of its frames" in one]
    made(tmp_path / "b", tuple(few[:2]), tuple(few[2:]), ends=True)
    assert [one for one in found(tmp_path / "b") if "the border of the pack" in one]


@pytest.mark.parametrize("member", ["bundles", "records", "raw_bytes", "file_bytes", "file_sha256"])
def test_a_manifest_that_states_something_else(archive: Path, member: str) -> None:
    path = archive / "pith-archive.json"
    value = json.loads(path.read_bytes())
    pack = value["packs"][0]
    pack[member] = "0" * 64 if member.endswith("sha256") else pack[member] + 1
    path.write_text(json.dumps(value))
    assert found(archive) == [f": the manifest states other values: {member}"]


def test_a_pack_under_another_name_and_an_unknown_file(archive: Path) -> None:
    path = archive / "pith-archive.json"
    value = json.loads(path.read_bytes())
    pack = value["packs"][0]
    old = pack["file"]
    pack["content_sha256"] = "0" * 64
    pack["file"] = "0" * 32 + ".jsonl.zst"
    (archive / old).rename(archive / pack["file"])
    path.write_text(json.dumps(value))
    assert found(archive) == [
        ": the manifest does not list this file",
        ": the manifest states other values: content_sha256",
        ": the index is missing or malformed; pithbundle archive check --reindex writes it anew",
    ]


@pytest.mark.parametrize("cut", [False, True])
def test_what_was_in_a_damaged_frame_is_named_by_the_index(archive: Path, cut: bool) -> None:
    info = Manifest.from_bytes((archive / "pith-archive.json").read_bytes()).packs[0]
    index = read_index((archive / info.index_file).read_bytes())
    assert index is not None and len(index) >= 3
    data = bytearray((archive / info.file).read_bytes())
    data[index[1].offset + index[1].length // 2] ^= 0xFF
    (archive / info.file).write_bytes(data[: index[2].offset - 1] if cut else data)
    checked = check(archive)
    last = info.last_suffix if cut else index[2].first_suffix
    assert checked.lost == [Lost(info.file, index[1].first_suffix, last)]
    assert checked.bundles < checked.claimed_bundles == 320
    (archive / info.index_file).unlink()
    assert check(archive).lost == []


def test_a_missing_line_feed(archive: Path) -> None:
    path = archive / "pith-archive.json"
    value = json.loads(path.read_bytes())
    pack = value["packs"][0]
    (archive / pack["file"]).write_bytes(zstd.compress(lines(300)[0].data))
    assert any("lacks its line feed" in one for one in found(archive))


def test_a_missing_pack(archive: Path) -> None:
    next(archive.glob("*.jsonl.zst")).unlink()
    (one,) = check(archive).problems
    assert one.code == "io"


def test_damage_is_named_once_with_what_follows_from_it(archive: Path) -> None:
    pack = next(archive.glob("*.jsonl.zst"))
    data = bytearray(pack.read_bytes())
    data[100] ^= 1
    pack.write_bytes(data)
    checked = check(archive)
    assert [one.code for one in checked.problems] == ["archive", "archive"]
    assert next(iter(checked.problems)).position.startswith("bytes 0 to ")
    assert checked.bundles < 320


@pytest.mark.parametrize("data", [None, b"junk", b""])
def test_reindex_writes_what_differs(archive: Path, data: bytes | None) -> None:
    path = archive / (next(archive.glob("*.jsonl.zst")).name.partition(".")[0] + ".idx")
    right = path.read_bytes()
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    assert len(check(archive).problems) == 1
    checked = check(archive, reindex=True)
    assert checked.reindexed == [path.name] and not checked.problems
    assert path.read_bytes() == right
    assert check(archive, reindex=True).reindexed == []


def test_no_index_of_a_damaged_pack_is_written(archive: Path) -> None:
    path = archive / "pith-archive.json"
    value = json.loads(path.read_bytes())
    value["packs"][0]["file_sha256"] = sha256(b"").hexdigest()
    path.write_text(json.dumps(value))
    next(archive.glob("*.idx")).unlink()
    for index in archive.glob("*.idx"):
        index.unlink()
    assert len(check(archive, reindex=True).reindexed) == 1


def test_a_folder_that_is_gone(archive: Path) -> None:
    reader = Reader(archive)
    shutil.rmtree(archive)
    with pytest.raises(FileError):
        next(check_archive(reader))
