"""Archives in object storage: read by offset, changed, absent (RECOMP-16)."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.archives import lines, write
from kit.buckets import bucket, upload
from pithbundle import FileError, InputError
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import Rejections

pytestmark = pytest.mark.cluster

LINES = lines(300)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("archive") / "a"
    write(folder, LINES)
    with bucket() as found:
        upload(found, folder, "bucket/a")
        found.pipe_file("bucket/small", b"0123456789")
        yield found


def storage(*allowed: str) -> Any:
    from pithbundle.recompute.object_storage import ObjectStorage

    return ObjectStorage(allowed or ["s3"])


def test_an_archive_is_read(system: Any) -> None:
    rejected = Rejections()
    reader = Reader("s3://bucket/a", storage=storage())
    assert [entry.line for entry in reader.entries(rejected)] == [*LINES]
    found = reader.get(LINES[7].suffix)
    assert [entry.line for entry in found.entries] == [LINES[7]] and found.by_index
    assert len(rejected) == 0


def test_an_archive_of_this_machine_is_read_too(system: Any, tmp_path: Path) -> None:
    write(tmp_path / "a", LINES[:5])
    reader = Reader(str(tmp_path / "a"), storage=storage())
    assert [entry.line for entry in reader.entries(Rejections())] == [*LINES[:5]]


def test_bytes_are_read_by_offset(system: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.recompute import object_storage

    monkeypatch.setattr(object_storage, "AHEAD", 4)
    file = storage().open("s3://bucket/small")
    assert (file.size, file.read_at(3, 4), file.read_at(8, 4), file.read_at(10, 4)) == (
        10,
        b"3456",
        b"89",
        b"",
    )
    assert (file.read_at(4, 2), file.read_at(0, 10), file.read_at(6, 9)) == (b"45", b"0123456789", b"6789")
    file.require_unchanged()
    assert file.identity == storage().open("s3://bucket/small").identity
    file.close()
    assert storage().read("s3://bucket/small", 10) == b"0123456789"
    with pytest.raises(InputError) as error:
        storage().read("s3://bucket/small", 9)
    assert error.value.code == "size"


def test_a_part_is_one_request_and_nothing_is_read_ahead(
    system: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = pickle.loads(pickle.dumps(storage()))
    assert opened.read_part("s3://bucket/small", 3, 4) == b"3456"
    real, asked = opened._systems["s3"].cat_file, []

    def cat_file(name: str, **where: int) -> object:
        asked.append(where)
        return real(name, **where)

    monkeypatch.setattr(opened._systems["s3"], "cat_file", cat_file)
    monkeypatch.setattr(opened._systems["s3"], "info", None)
    assert opened.read_part("s3://bucket/small", 8, 4) == b"89" and asked == [{"start": 8, "end": 12}]
    (tmp_path / "a").write_bytes(b"0123")
    assert opened.read_part(str(tmp_path / "a"), 1, 2) == b"12"
    with pytest.raises(FileError, match=r"s3://bucket/absent: no such object"):
        opened.read_part("s3://bucket/absent", 0, 1)
    with pytest.raises(FileError, match="add --storage gs"):
        opened.read_part("gs://bucket/small", 0, 1)


@pytest.mark.parametrize("content", [b"0123456780", b"01"])
def test_an_object_that_changed_is_named(system: Any, content: bytes) -> None:
    system.pipe_file("bucket/changing", b"0123456789")
    file = storage().open("s3://bucket/changing")
    system.pipe_file("bucket/changing", content)
    with pytest.raises(FileError, match=r"s3://bucket/changing: changed while it was read"):
        file.read_at(0, 5)
        file.require_unchanged()
    system.rm_file("bucket/changing")
    with pytest.raises(FileError, match=r"s3://bucket/changing: no such object"):
        file.require_unchanged()


def test_a_pack_that_changes_while_it_is_read_ends_the_reading(system: Any, tmp_path: Path) -> None:
    write(tmp_path / "b", LINES)
    upload(system, tmp_path / "b", "bucket/b")
    reader = Reader("s3://bucket/b", storage=storage())
    entries = reader.entries(Rejections())
    next(entries)
    pack = f"bucket/b/{reader.packs[0].file}"
    system.pipe_file(pack, system.cat_file(pack) + b"x")
    with pytest.raises(FileError, match="changed while it was read"):
        list(entries)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("s3://bucket/absent", "s3://bucket/absent/pith-archive.json: no such object"),
        ("s3://absent/a", "s3://absent/a/pith-archive.json: no such object"),
        ("gs://bucket/a", "add --storage gs"),
        ("http://127.0.0.1/a", "not read over http"),
        ("s3://user:word@bucket/a", "must be s3://BUCKET/KEY"),
    ],
)
def test_what_cannot_be_read(system: Any, path: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        Reader(path, storage=storage())


def test_a_folder_is_no_file(system: Any) -> None:
    with pytest.raises(FileError, match=r"s3://bucket/a: is not a regular file"):
        storage().open("s3://bucket/a")


def test_a_server_that_fails_is_an_error(system: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> bytes:
        raise RuntimeError("no connection\nand more")

    opened = storage()
    file = opened.open("s3://bucket/small")
    monkeypatch.setattr(opened._systems["s3"], "cat_file", failing)
    with pytest.raises(FileError, match=r"s3://bucket/small: no connection "):
        file.read_at(0, 1)
