"""Bundles of every container: what is read, what is rejected and where (ARCH-11, ARCH-12)."""

from __future__ import annotations

import gzip
import io
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from kit.archives import bundle_bytes, items, lines, write
from pithbundle import FileError, Limits, cbor_bytes, parse_json
from pithbundle.archive import tar, zstd
from pithbundle.archive.inputs import FORMATS, InputFormat, format_of_name, read_bundles
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.rejected import Rejections
from pithbundle.files import STDIN


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.json", "json"),
        ("a.JSON.GZ", "json.gz"),
        ("x/a.cbor.zst", "cbor.zst"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson.gz", "jsonl.gz"),
        ("a.cborseq.zst", "cborseq.zst"),
        ("a.tar", "tar"),
        ("a.tgz", "tar.gz"),
        ("a.tar.zst", "tar.zst"),
        ("a.txt", None),
        ("a.zst", None),
        ("json", None),
        ("a.json.gz.zst", None),
    ],
)
def test_the_name_states_the_format(name: str, form: str | None) -> None:
    found = format_of_name(name)
    assert (None if found is None else str(found)) == form
    assert form is None or FORMATS[form] == found


def test_the_formats() -> None:
    assert len(FORMATS) == 17
    assert all(FORMATS[name] == InputFormat(name) for name in ("archive", "store"))


def read(
    path: Path | str, form: str, limits: Limits | None = None
) -> tuple[list[Line], list[tuple[str, str]]]:
    rejected = Rejections()
    found = [one.line for one in read_bundles(str(path), FORMATS[form], rejected, limits or Limits())]
    return found, [(one.position, one.code) for one in rejected]


COMPRESSED = {"": lambda data: data, ".zst": zstd.compress, ".gz": gzip.compress}


@pytest.mark.parametrize("compression", COMPRESSED)
@pytest.mark.parametrize("container", ["json", "cbor", "jsonl", "cborseq", "tar"])
def test_every_container_with_every_compression(tmp_path: Path, container: str, compression: str) -> None:
    a, b = (bundle_bytes(seed) for seed in (1, 2))
    c = cbor_bytes(parse_json(a))
    data, wanted = {
        "json": (a, [a]),
        "cbor": (c, [c]),
        "jsonl": (b"\n".join(map(lambda each: line_of(each).data, (a, b))), [a, b]),
        "cborseq": (c + c, [c, c]),
        "tar": (tar.member("a.json", a) + tar.member("c.cbor", c) + tar.END, [a, c]),
    }[container]
    path = tmp_path / f"x.{container}{compression}"
    path.write_bytes(COMPRESSED[compression](data))
    assert read(path, container + compression) == ([line_of(each) for each in wanted], [])


def test_an_archive(tmp_path: Path) -> None:
    write(tmp_path / "a", [*lines(3), *items(2)])
    assert read(tmp_path / "a", "archive") == ([*lines(3), *items(2)], [])


def test_what_was_received_is_given_beside_the_line(tmp_path: Path) -> None:
    spaced = b"\n " + bundle_bytes(1) + b"\n"
    (tmp_path / "a.json").write_bytes(spaced)
    (one,) = read_bundles(str(tmp_path / "a.json"), FORMATS["json"], Rejections())
    assert one.received == spaced and one.line == line_of(spaced)


def test_what_is_no_bundle_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(lines(3)[0].data + b"\n{}\nnull\nnot json\n" + lines(3)[1].data + b"\n")
    found, rejected = read(path, "jsonl")
    assert found == [*lines(3)[:2]]
    assert rejected == [("line 2", "type"), ("line 3", "type"), ("line 4", "syntax")]


def test_damage_of_the_compressed_stream_ends_the_input_and_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.zst"
    path.write_bytes(zstd.compress(lines(3)[0].raw) + b"junk")
    assert read(path, "jsonl.zst") == ([lines(3)[0]], [("", "archive")])


def test_a_bundle_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "x.json.zst"
    path.write_bytes(zstd.compress(bytes(1 << 20)))
    assert read(path, "json.zst", Limits(size=1000)) == ([], [("", "size")])


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(FileError):
            read(path, "jsonl")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(3)[0].raw)))
    assert read(STDIN, "jsonl") == ([lines(3)[0]], [])
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FileError, match="closed"):
        read(STDIN, "jsonl")


def test_a_fifo_is_read_like_a_file(tmp_path: Path) -> None:
    import threading

    os.mkfifo(tmp_path / "x.jsonl")
    writer = threading.Thread(target=lambda: (tmp_path / "x.jsonl").write_bytes(lines(3)[0].raw))
    writer.start()
    assert read(tmp_path / "x.jsonl", "jsonl") == ([lines(3)[0]], [])
    writer.join()


def test_a_fifo_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    """A file that a folder named may be a FIFO by the time it is opened."""
    os.mkfifo(tmp_path / "x.json")
    (tmp_path / "y.json").mkdir()
    for name in ("x.json", "y.json", "absent.json"):
        with pytest.raises(FileError):
            list(read_bundles(str(tmp_path / name), FORMATS["json"], Rejections(), is_regular=True))
    (tmp_path / "z.json").write_bytes(lines(1)[0].data)
    (found,) = read_bundles(str(tmp_path / "z.json"), FORMATS["json"], Rejections(), is_regular=True)
    assert found.line == lines(1)[0]


def test_what_swaps_a_file_for_a_fifo_between_two_looks_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(lines(1)[0].data)
    real = os.open

    def swapped(name: str, *args: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return real(name, *args)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(FileError, match="FIFO"):
        list(read_bundles(str(path), FORMATS["json"], Rejections(), is_regular=True))


@pytest.mark.parametrize("compression", ["zst", pytest.param("gz", marks=pytest.mark.long)])
def test_rejected_entries_of_a_compressed_file_are_bounded_by_its_bytes(
    tmp_path: Path, compression: str
) -> None:
    path = tmp_path / "x"
    for data, form in ((b"\0" * 20_000, "cborseq"), (b"x\n" * 20_000, "jsonl")):
        path.write_bytes(data)
        assert len(read_all(path, form)) == 20_000
        path.write_bytes(COMPRESSED[f".{compression}"](data))
        assert len(read_all(path, f"{form}.{compression}")) == 10_001
    # Of what has a byte for each entry every entry is read.
    drawn = random.Random(1)
    path.write_bytes(
        COMPRESSED[f".{compression}"](b"".join(b"x%d\n" % drawn.getrandbits(64) for _ in range(12_000)))
    )
    assert len(read_all(path, f"jsonl.{compression}")) == 12_000


def read_all(path: Path, form: str) -> Rejections:
    rejected = Rejections()
    assert [*read_bundles(str(path), FORMATS[form], rejected)] == []
    return rejected


@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(lines(3)[0].raw)
    rejected = Rejections()
    given = read_bundles(str(path), FORMATS[form], rejected)
    if form == "jsonl":
        next(given)
        path.write_bytes(lines(3)[0].raw * 2)
    else:
        monkeypatch.setattr("pithbundle.archive.inputs.line_of", lambda *_: path.write_bytes(b"x"))
    with pytest.raises(FileError, match="changed while it was read"):
        list(given)


def test_of_a_bundle_that_changed_nothing_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known to be of one file before it is given, since a folder goes on after its error."""
    path = tmp_path / "x"
    path.write_bytes(lines(3)[0].raw)
    real = line_of

    def changed(*args: Any) -> Line:
        path.write_bytes(b"x")
        return real(*args)

    monkeypatch.setattr("pithbundle.archive.inputs.line_of", changed)
    given = read_bundles(str(path), FORMATS["json"], Rejections())
    with pytest.raises(FileError, match="changed while it was read"):
        next(given)


def test_a_file_that_is_replaced_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(lines(3)[0].raw)
    given = read_bundles(str(path), FORMATS["jsonl"], Rejections())
    next(given)
    (tmp_path / "new").write_bytes(lines(3)[0].raw)
    os.replace(tmp_path / "new", path)
    with pytest.raises(FileError, match="changed while it was read"):
        list(given)


def test_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read("/proc/self/mem", "jsonl")
