"""A bucket as the target of a publication (MIRROR-18): here in memory; tests/cluster uses a server of S3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.publications import add, files, require_published, run
from kit.published import TIME
from kit.stores import body, make, suffix, unverified
from pithbundle.errors import FileError
from pithbundle.mirror import bucket_target
from pithbundle.mirror.answers import IMMUTABLE, REVALIDATED
from pithbundle.mirror.bucket_target import BucketTarget, headers_of
from pithbundle.mirror.publishing import Publication, publish

URL = "s3://bucket/mirror"


class Memory:
    """Objects in memory; each write and read is noted."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.headers: dict[str, tuple[str, str]] = {}
        self.written: list[str] = []

    def size(self, path: str) -> int | None:
        return None if path not in self.objects else len(self.objects[path])

    def read_part(self, path: str, offset: int, size: int) -> bytes:
        return self.objects[path][offset : offset + size]

    def write(self, path: str, data: bytes, media_type: str, cache_control: str) -> None:
        self.objects[path], self.headers[path] = data, (media_type, cache_control)
        self.written.append(path.removeprefix(f"{URL}/"))

    def names(self, path: str) -> list[str]:
        return sorted(each[len(path) + 1 :] for each in self.objects if each.startswith(f"{path}/"))

    def remove(self, path: str) -> None:
        del self.objects[path]

    def download(self, path: Path) -> Path:
        for name, data in self.objects.items():
            place = path / name.removeprefix(f"{URL}/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return path


def to_bucket(tmp_path: Path, memory: Memory, store: str = "s", **options: object) -> Publication:
    options = {"origin": "mirror.example", "generated_at": TIME, **options}
    return publish(str(tmp_path / store), BucketTarget(memory, f"{URL}/"), **options)  # type: ignore[arg-type]


def test_a_bucket_gets_what_a_folder_gets(tmp_path: Path) -> None:
    given = [(body(seed, 1), "a") for seed in range(1, 4)]
    given += [(body(6, 1, more=(unverified(6, 1),)), "a"), (body(6, 2), "b")]
    make(tmp_path / "s", *given).close()
    memory = Memory()
    done = to_bucket(tmp_path, memory, packs=True)
    assert done.written == len(memory.objects) == len({*memory.written}) == len(memory.written)
    run(tmp_path, packs=True)
    assert files(memory.download(tmp_path / "down")) == files(tmp_path / "to")
    # The head is written last, and the next one before any bundle.
    order = [name.rpartition("/")[2] for name in memory.written]
    assert order[-1] == "head.json" and order.index("next.json") < order.index("bundle.json")
    # Only what changed is written.
    assert to_bucket(tmp_path, memory, packs=True).written == 0
    add(tmp_path, (body(1, 1, 2), "a"))
    memory.written.clear()
    assert to_bucket(tmp_path, memory).changed == 1
    digests = [name for name in memory.written if name.startswith("pith-digests/") and name.endswith(".txt")]
    assert len(digests) == 2 and [name for name in memory.written if suffix(2) in name] == []
    require_published(memory.download(tmp_path / "again"))


def test_the_headers_of_each_object(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(6, 1, more=(unverified(6, 1),)), "a"), (body(6, 2), "b")).close()
    memory = Memory()
    to_bucket(tmp_path, memory, packs=True)
    found = {name.removeprefix(f"{URL}/"): each for name, each in memory.headers.items()}
    for name, headers in found.items():
        immutable = name.endswith((".txt", ".zst", ".idx")) or "/parts/" in name
        assert headers[1] == (IMMUTABLE if immutable else REVALIDATED), name
        assert headers == headers_of(name)
    types = {name.rpartition(".")[2]: media_type for name, (media_type, _) in found.items()}
    assert types == {
        "json": "application/json",
        "txt": "text/plain; charset=us-ascii",
        "idx": "text/plain; charset=us-ascii",
        "zst": "application/zstd",
    }
    assert headers_of("pith/x")[0] == "application/octet-stream"
    assert headers_of("pith-packs/pith-archive.json")[1] == REVALIDATED


def test_a_later_head_in_a_bucket_is_never_replaced(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    make(tmp_path / "other", (body(2, 1), "a")).close()
    memory = Memory()
    to_bucket(tmp_path, memory, "other")
    before = dict(memory.objects)
    with pytest.raises(FileError, match="a later head than this store"):
        to_bucket(tmp_path, memory)
    assert memory.objects == before
    assert to_bucket(tmp_path, memory, adopt=True).head.generation == 2


def test_one_process_publishes_from_a_store_to_buckets(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()

    class Nested(Memory):
        def write(self, path: str, data: bytes, media_type: str, cache_control: str) -> None:
            with pytest.raises(FileError, match="another process publishes from this store"):
                to_bucket(tmp_path, Memory())
            super().write(path, data, media_type, cache_control)

    memory = Nested()
    to_bucket(tmp_path, memory)
    require_published(memory.download(tmp_path / "down"))


def test_objects_of_others_and_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    memory = Memory()
    to_bucket(tmp_path, memory)
    for name in ("pith-digests/robots.txt", "pith-digests/old/x.txt", "index.html", "pith/x.json"):
        memory.objects[f"{URL}/{name}"] = b"mine"
    for mark in range(2, 5):
        add(tmp_path, (body(1, 1, mark), "a"))
        to_bucket(tmp_path, memory)
    assert [data for data in memory.objects.values() if data == b"mine"] == [b"mine"] * 4
    monkeypatch.setattr(bucket_target, "MOST_OBJECT", 10)
    with pytest.raises(FileError, match="more than 10 bytes"):
        to_bucket(tmp_path, memory, packs=True)
    target = BucketTarget(memory, URL)
    memory.objects[f"{URL}/empty"] = b""
    assert (target.read("empty", 10), target.read("absent", 10)) == (b"", None)
    assert target.put("empty", b"") is False
    target.remove("absent")
    with pytest.raises(FileError):
        target.put_file("x.zst", str(tmp_path / "absent"), 3)


def test_an_object_of_the_same_length_is_written() -> None:
    memory = Memory()
    target = BucketTarget(memory, URL)
    assert [target.put("pith/x.json", data) for data in (b"[1]", b"[2]", b"[2]")] == [True, True, False]
    assert memory.objects == {f"{URL}/pith/x.json": b"[2]"}


@pytest.mark.cluster
def test_a_server_of_s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the command: only with --storage, only what changed, with headers; readable as a folder is."""
    from kit.buckets import bucket
    from kit.command_line import run as command

    monkeypatch.chdir(tmp_path)
    given = [(body(seed, 1), "a") for seed in (1, 2)]
    given += [(body(6, 1, more=(unverified(6, 1),)), "a"), (body(6, 2), "b")]
    make(tmp_path / "s", *given).close()
    args = ("mirror", "publish", "--store", "s", "--to", "s3://bucket/m", "--generated-at", TIME)
    named = (*args, "--storage", "s3", "--origin", "mirror.example")
    assert command(*args).status == 2 and "add --storage s3" in command(*args).err
    assert command(*args[:5], "ftp://bucket/m").status == 2
    with bucket() as system:
        done = command(*named, "--packs", "--json")
        assert done.status == 0, done
        first = json.loads(done.out)
        assert first["written"] == len(system.find("bucket/m"))
        found = system.call_s3("head_object", Bucket="bucket", Key="m/pith-digests/head.json")
        assert (found["ContentType"], found["CacheControl"]) == ("application/json", REVALIDATED)
        assert json.loads(command(*named, "--packs", "--json").out)["written"] == 0
        add(tmp_path, (body(1, 1, 2), "a"))
        again = json.loads(command(*named, "--json").out)
        assert (again["changed"], again["head"]["generation"]) == (1, 2)
        for name in system.find("bucket/m"):
            place = tmp_path / "down" / name.removeprefix("bucket/m/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(system.cat_file(name))
        require_published(tmp_path / "down")
        system.rm("bucket", recursive=True)
        done = command(*named)
        assert done.status == 2 and "s3://bucket/m/" in done.err
