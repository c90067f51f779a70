"""Archives as they are written: names, order, manifest, index; replaced only if asked (ARCH-1 to ARCH-13)."""

from __future__ import annotations

import os
import random
from hashlib import sha256
from pathlib import Path

import pytest

from kit.archives import content, items, lines, read, write
from pithbundle import FileError
from pithbundle.archive import zstd
from pithbundle.archive.borders import frames
from pithbundle.archive.lines import Line
from pithbundle.archive.manifest import Manifest, read_index
from pithbundle.archive.writer import Writer

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def synthetic(count: int) -> list[Line]:
    """Lines that are no bundles, spread over several packs and frames."""
    drawn = random.Random(5)
    made = []
    for number in range(count):
        end = drawn.choice(["AAA", "QAA", "BAA", "XYZ", "ABC"])
        data = b"%d %d" % (number, drawn.getrandbits(64))
        made.append(Line("".join(drawn.choices(ALPHABET, k=23)) + end, sha256(data).digest(), data, "json"))
    return sorted(made)


def test_an_archive_is_packs_indexes_and_a_manifest(tmp_path: Path) -> None:
    manifest = write(tmp_path / "a", [*lines(40), *items(10)])
    found = content(tmp_path / "a")
    assert Manifest.from_bytes(found.pop("pith-archive.json")) == manifest
    assert manifest.zstd_version == zstd.VERSION
    one, two = manifest.packs
    assert (one.encoding, one.bundles, one.records) == ("json", 40, 40)
    assert (two.encoding, two.bundles, two.records) == ("cbor", 10, 10)
    raw = b"".join(line.data + b"\n" for line in lines(40))
    assert one.content_sha256 == sha256(raw).hexdigest() and one.raw_bytes == len(raw)
    assert one.file == one.content_sha256[:32] + ".jsonl.zst"
    assert one.file_sha256 == sha256(found[one.file]).hexdigest()
    assert one.file_bytes == len(found[one.file])
    assert (one.first_suffix, one.last_suffix) == (lines(40)[0].suffix, lines(40)[-1].suffix)
    assert two.content_sha256 == sha256(b"".join(item.data for item in items(10))).hexdigest()
    assert sorted(found) == sorted([one.file, one.index_file, two.file, two.index_file])
    index = read_index(found[one.index_file])
    assert index is not None and sum(entry.length for entry in index) == one.file_bytes
    assert [entry.first_suffix for entry in index] == [made.lines[0].suffix for made in frames(lines(40))]
    assert read(tmp_path / "a")[0] == [*lines(40), *items(10)]


def test_packs_and_frames_are_those_of_the_borders(tmp_path: Path) -> None:
    given = synthetic(500)
    manifest = write(tmp_path / "a", given)
    made = [*frames(given)]
    assert len(manifest.packs) == sum(frame.ends_pack for frame in made) + (not made[-1].ends_pack)
    assert len(manifest.packs) > 100
    lengths = []
    for pack in manifest.packs:
        index = read_index((tmp_path / "a" / pack.index_file).read_bytes())
        assert index is not None
        lengths += [entry.raw_length for entry in index]
    assert lengths == [sum(line.raw_size for line in frame.lines) for frame in made]


@pytest.mark.parametrize("run_bytes", [1_000, 1 << 20])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_lines_in_any_order_give_the_same_archive(tmp_path: Path, run_bytes: int, seed: int) -> None:
    given = synthetic(80)
    write(tmp_path / "a", given)
    shuffled = [*given, *given[:20]]
    random.Random(seed).shuffle(shuffled)
    write(tmp_path / "b", shuffled, run_bytes=run_bytes)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_another_level_gives_the_same_names_and_borders(tmp_path: Path) -> None:
    one, two = write(tmp_path / "a", lines(200)), write(tmp_path / "b", lines(200), level=19)
    assert [pack.file for pack in one.packs] == [pack.file for pack in two.packs]
    assert one.packs[0].file_bytes > two.packs[0].file_bytes


def test_records_are_counted_once_where_a_group_is_parted(tmp_path: Path) -> None:
    data = [b"%d" % number for number in range(600)]
    given = sorted(Line("B" * 26, sha256(each).digest(), each, "json") for each in data)
    (pack,) = write(tmp_path / "a", given).packs
    index = read_index((tmp_path / "a" / pack.index_file).read_bytes())
    assert (pack.bundles, pack.records, len(index or ())) == (600, 1, 3)


def test_nothing_gives_an_archive_of_nothing(tmp_path: Path) -> None:
    assert write(tmp_path / "a", []).packs == ()
    assert read(tmp_path / "a")[0] == []


class TestPlace:
    def test_an_existing_archive_only_with_force(self, tmp_path: Path) -> None:
        write(tmp_path / "a", lines(3))
        before = content(tmp_path / "a")
        with pytest.raises(FileError, match="--force"):
            write(tmp_path / "a", lines(5))
        assert content(tmp_path / "a") == before
        write(tmp_path / "a", lines(5), force=True)
        assert read(tmp_path / "a")[0] == [*lines(5)]
        assert os.listdir(tmp_path) == ["a"]

    @pytest.mark.parametrize("name", ["thesis.txt", "0" * 32 + ".jsonl", ".hidden"])
    def test_a_folder_with_anything_else_is_never_replaced(self, tmp_path: Path, name: str) -> None:
        write(tmp_path / "a", lines(3))
        (tmp_path / "a" / name).write_text("kept")
        with pytest.raises(FileError, match="did not write"):
            write(tmp_path / "a", lines(5), force=True)
        assert (tmp_path / "a" / name).read_text() == "kept"

    def test_a_folder_that_is_no_archive_is_never_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        with pytest.raises(FileError, match="contains no archive"):
            write(tmp_path / "a", lines(5), force=True)

    def test_what_is_left_without_finish_is_removed(self, tmp_path: Path) -> None:
        with Writer(tmp_path / "a", run_bytes=1) as writer:
            for line in lines(3):
                writer.add(line)
            assert os.listdir(tmp_path) == ["a.part"]
        assert os.listdir(tmp_path) == []

    def test_a_level_out_of_range(self, tmp_path: Path) -> None:
        for level in (0, 23, True, "3"):
            with pytest.raises(TypeError, match="level"):
                Writer(tmp_path / "a", level=level)  # type: ignore[arg-type]
        assert os.listdir(tmp_path) == []

    def test_two_writers_of_one_archive(self, tmp_path: Path) -> None:
        with Writer(tmp_path / "a") as writer:
            with pytest.raises(FileError, match="another run"):
                Writer(tmp_path / "a")
            writer.add(lines(1)[0])
            writer.finish()
        assert read(tmp_path / "a")[0] == [*lines(1)]
