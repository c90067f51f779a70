"""Reading archives: whole, by suffix, and what is damaged (ARCH-4, ARCH-8 to ARCH-10)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kit import to_json
from kit.archives import items, lines, read, write
from pithbundle import FileError, Limits, PithError
from pithbundle.archive import reader as reader_module
from pithbundle.archive.frames import Patience
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.manifest import IndexEntry, read_index
from pithbundle.archive.reader import Damage, Frame, PackReader, Reader
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.sort import in_order


def json_pack(archive: Path) -> tuple[Path, Path]:
    (pack,) = archive.glob("*.jsonl.zst")
    return pack, archive / (pack.name.partition(".")[0] + ".idx")


def index_of(archive: Path) -> tuple[IndexEntry, ...]:
    index = read_index(json_pack(archive)[1].read_bytes())
    assert index is not None and len(index) >= 3
    return index


def test_frames_with_their_positions(archive: Path) -> None:
    pack, _ = json_pack(archive)
    index = index_of(archive)
    with PackReader(str(pack), "json") as reader:
        frames = [each for each in reader.frames() if isinstance(each, Frame)]
        assert [(each.offset, each.length, len(each.raw)) for each in frames] == [
            (entry.offset, entry.length, entry.raw_length) for entry in index
        ]
        assert b"".join(each.raw for each in frames) == b"".join(line.raw for line in lines(300))
        assert reader.read_frame(index[1].offset) == frames[1]
        assert next(iter(frames[0].parts())) == (1, lines(300)[0].data)
        assert "raw bytes" in repr(frames[0])
        with pytest.raises(PithError):
            reader.read_frame(1)
        reader.close()


def test_every_bundle_by_its_suffix(archive: Path) -> None:
    reader = Reader(archive)
    for line in lines(300)[::40]:
        found = reader.get(line.suffix)
        wanted = [line, *(item for item in items(20) if item.suffix == line.suffix)]
        assert [entry.line for entry in found.entries] == wanted
        assert found.by_index and not found.rejected
    last = lines(300)[-1]
    assert next(entry.line for entry in reader.get(last.suffix).entries) == last
    assert all(reader.get(char * 26).entries == () for char in "2AZ7")
    between = lines(300)[7].suffix[:-1] + ("A" if lines(300)[7].suffix[-1] != "A" else "B")
    assert reader.get(between).entries == ()


def test_one_frame_is_read_for_one_suffix(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = PackReader.read_frame

    def counted(self: PackReader, offset: int) -> Frame:
        calls.append(offset)
        return real(self, offset)

    monkeypatch.setattr(PackReader, "read_frame", counted)
    monkeypatch.setattr(PackReader, "frames", None)
    reader = Reader(archive)
    line = next(each for each in lines(300) if each.suffix > items(20)[-1].suffix)
    assert reader.get(line.suffix).entries and len(calls) == 1
    # That a suffix is absent, the frame after it shows too.
    calls.clear()
    absent = line.suffix[:-1] + ("A" if line.suffix[-1] != "A" else "B")
    assert not reader.get(absent).entries and len(calls) <= 2


@pytest.mark.parametrize(
    "edit",
    [
        lambda rows: None,
        lambda rows: b"junk",
        lambda rows: b"",
        lambda rows: b"".join(rows[:1]) + b"".join(rows[2:]),
        lambda rows: rows[0].replace(rows[0][:26], b"A" * 26) + b"".join(rows[1:]),
        lambda rows: b"".join([*rows[:-1], rows[-1].rpartition(b" ")[0] + b" 7\n"]),
        lambda rows: rows[0].split(b" ")[0] + b" 0 1 1\n" + rows[-1].split(b" ")[0] + b" 1 5 5\n",
    ],
    ids=["absent", "junk", "empty", "a row less", "another suffix", "another length", "made up"],
)
def test_the_index_is_a_hint(archive: Path, edit: Callable[[list[bytes]], bytes | None]) -> None:
    _, path = json_pack(archive)
    data = edit(path.read_bytes().splitlines(keepends=True))
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    reader = Reader(archive)
    for line in (lines(300)[0], lines(300)[150], lines(300)[-1]):
        assert line in [entry.line for entry in reader.get(line.suffix).entries]


def test_a_group_that_is_parted(tmp_path: Path) -> None:
    """More lines of one suffix than a frame has, and an index that hides the second frame of them."""
    last = lines(20)[-1]
    value = json.loads(last.data)
    many = [line_of(to_json({**value, "note": note})) for note in range(300)]
    write(tmp_path / "a", [*many, *lines(20)])
    reader = Reader(tmp_path / "a")
    assert [entry.line for entry in reader.get(last.suffix).entries] == sorted([*many, last])
    path = json_pack(tmp_path / "a")[1]
    *rows, hidden = path.read_text().splitlines()
    assert hidden.startswith(last.suffix) and rows[-1].startswith(last.suffix)
    path.write_text("\n".join([*rows, "Z" * 26 + hidden[26:], ""]))
    found = reader.get(last.suffix)
    assert len(found.entries) == 301 and not found.by_index


def test_an_index_that_hides_frames_is_not_believed(archive: Path) -> None:
    """The frame that it leads to does not begin with the suffix that it states."""
    pack, path = json_pack(archive)
    index = index_of(archive)
    # One row for all: the first frame is followed by bytes that the index does not mention.
    path.write_bytes(index[0].to_bytes())
    last = lines(300)[-1]
    found = Reader(archive).get(last.suffix)
    assert last in [entry.line for entry in found.entries]
    assert pack.exists()


@pytest.mark.parametrize("where", ["magic", "content", "checksum"])
def test_damage_loses_one_frame_and_is_named(archive: Path, where: str) -> None:
    pack, _ = json_pack(archive)
    index = index_of(archive)
    data = bytearray(pack.read_bytes())
    at = {"magic": 0, "content": 200, "checksum": index[1].length - 1}[where]
    data[index[1].offset + at] ^= 1
    pack.write_bytes(data)
    with PackReader(str(pack), "json") as reader:
        found = [*reader.frames()]
    (damage,) = [each for each in found if isinstance(each, Damage)]
    assert (damage.offset, damage.length) == (index[1].offset, index[1].length)
    assert damage.error.code == "archive"
    assert len(found) == len(index)
    entries, rejected = read(archive)
    (one,) = rejected
    assert one.position == f"bytes {index[1].offset} to {index[2].offset}" and one.code == "archive"
    lost = {line for line in lines(300) if index[1].first_suffix <= line.suffix < index[2].first_suffix}
    assert {line for line in entries if line.encoding == "json"} == {*lines(300)} - lost
    suffix = min(lost).suffix
    answer = Reader(archive).get(suffix)
    assert not answer.by_index and len(answer.rejected) == 1


def test_a_pack_that_is_cut(archive: Path) -> None:
    pack, _ = json_pack(archive)
    last = index_of(archive)[-1]
    with open(pack, "r+b") as file:
        file.truncate(last.offset + last.length - 1)
    entries, rejected = read(archive)
    assert [one.position for one in rejected] == [f"bytes {last.offset} to {last.offset + last.length - 1}"]
    assert [line for line in entries if line.encoding == "json"] == [
        line for line in lines(300) if line.suffix < last.first_suffix
    ]


def test_a_missing_pack_is_named_and_the_rest_is_read(archive: Path) -> None:
    json_pack(archive)[0].unlink()
    entries, rejected = read(archive)
    assert entries == [*items(20)] and [one.code for one in rejected] == ["io"]


def test_what_looks_like_frames_without_end_is_given_up(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "Patience", partial(Patience, candidates=5))
    pack, _ = json_pack(archive)
    pack.write_bytes(b"\x28\xb5\x2f\xfd" * 100 + pack.read_bytes())
    with PackReader(str(pack), "json") as reader:
        (damage,) = reader.frames()
        assert isinstance(damage, Damage) and damage.length == pack.stat().st_size


def test_lines_that_are_no_bundles_are_rejected(archive: Path) -> None:
    from pithbundle.archive import zstd

    pack, _ = json_pack(archive)
    good = lines(300)[0].data
    raw = good + b"\n{}\n" + good.replace(b":", b": ", 1) + b"\n\n" + good
    pack.write_bytes(zstd.compress(raw) + zstd.compress(b""))
    rejected = Rejections()
    with PackReader(str(pack), "json") as reader:
        frame, empty = reader.frames()
        assert isinstance(frame, Frame) and isinstance(empty, Damage)
        assert [entry.number for entry in reader.entries(frame, rejected)] == [1, 5]
    assert [(one.position, one.code) for one in rejected] == [
        ("frame at byte 0, line 2", "type"),
        ("frame at byte 0, line 3", "archive"),
        ("frame at byte 0, line 4", "syntax"),
    ]


def test_of_a_frame_no_more_lines_are_rejected_than_it_may_have(archive: Path) -> None:
    from pithbundle.archive import zstd

    pack, _ = json_pack(archive)
    junk, good = b"{}\n" * 256, lines(300)[0].raw
    pack.write_bytes(zstd.compress(junk + good) + zstd.compress(junk + b"{}\n" + good))
    rejected = Rejections()
    with PackReader(str(pack), "json") as reader:
        counts = []
        for frame in reader.frames():
            assert isinstance(frame, Frame)
            counts.append(len([*reader.entries(frame, rejected)]))
    assert counts == [1, 0] and len(rejected) == 513
    assert [one.reason for one in rejected if one.code == "archive"] == [
        "too many lines of the frame were rejected or repeated; the rest of it was not read"
    ]


def test_a_pack_that_expands_out_of_all_proportion(archive: Path) -> None:
    from pithbundle.archive import zstd

    pack, _ = json_pack(archive)
    frame = zstd.compress(bytes(1 << 20))
    pack.write_bytes(frame * 200)
    with PackReader(str(pack), "json") as reader:
        *frames, damage = reader.frames()
    assert len(frames) == 65 and isinstance(damage, Damage)
    assert damage.error.code == "size" and damage.offset + damage.length == len(frame) * 200


def test_a_frame_over_the_limit_is_not_decompressed(archive: Path) -> None:
    from pithbundle.archive import zstd

    pack, _ = json_pack(archive)
    pack.write_bytes(zstd.compress(bytes(6 << 20)))
    with PackReader(str(pack), "json") as reader:
        (damage,) = reader.frames()
    assert isinstance(damage, Damage) and damage.error.code == "size"
    with PackReader(str(pack), "json", Limits(size=8 << 20)) as reader:
        (frame,) = reader.frames()
    assert isinstance(frame, Frame)


class TestChanges:
    """A file that changes while it is read (F7)."""

    @pytest.mark.parametrize("change", ["grown", "shrunk", "replaced", "removed", "edited"])
    def test_of_a_pack(self, archive: Path, change: str) -> None:
        pack, _ = json_pack(archive)
        with PackReader(str(pack), "json") as reader:
            frames = reader.frames()
            next(frames)
            data = pack.read_bytes()
            if change == "removed":
                pack.unlink()
            elif change == "replaced":
                (archive / "new").write_bytes(data)
                os.replace(archive / "new", pack)
            elif change == "edited":
                os.utime(pack, ns=(1, 1))
            else:
                pack.write_bytes(data + b"x" if change == "grown" else data[: len(data) // 2])
            with pytest.raises(FileError, match="while it was read"):
                for _ in frames:
                    pass
            with pytest.raises(FileError):
                reader.read_frame(0)

    def test_of_the_manifest(self, archive: Path) -> None:
        entries = Reader(archive).entries(Rejections())
        next(entries)
        with open(archive / "pith-archive.json", "ab") as file:
            file.write(b" ")
        with pytest.raises(FileError, match="was replaced"):
            list(entries)

    def test_a_read_error_is_io(self, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: Any) -> bytes:
            raise OSError(5, "Input/output error")

        with PackReader(str(json_pack(archive)[0]), "json") as reader:
            monkeypatch.setattr(os, "pread", broken)
            with pytest.raises(FileError, match="input/output"):
                [*reader.frames()]


def test_what_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        Reader(tmp_path)
    with pytest.raises(FileError):
        Reader(tmp_path / "absent")
    (tmp_path / "pith-archive.json").write_text("{}")
    with pytest.raises(PithError):
        Reader(tmp_path)
    with pytest.raises(TypeError):
        Reader(tmp_path, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_a_pack_that_is_no_regular_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(FileError):
        PackReader(str(path), "json")


def test_lines_out_of_order_are_rejected(archive: Path) -> None:
    reader = Reader(archive)
    entries = [*reader.entries(Rejections())]
    entries[3], entries[4] = entries[4], entries[3]
    rejected = Rejections()
    found: list[Line] = [*in_order(entries, "a", rejected)]
    assert len(found) == len(entries) - 1
    assert [(one.code, one.path) for one in rejected] == [("archive", f"a/{entries[4].file}")]
