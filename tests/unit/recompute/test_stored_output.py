"""Outputs in object storage: whole, replaced, interrupted (RECOMP-16); without fsspec."""

from __future__ import annotations

from pathlib import Path

import pytest

from pithbundle import FileError
from pithbundle.recompute.stored_output import StoredOutput

PACK = "0" * 32 + ".jsonl.zst"
OTHER = "1" * 32 + ".jsonl.zst"


class Memory:
    """Objects in memory, and what was done with them."""

    def __init__(self, **objects: bytes) -> None:
        self.objects = {f"s3://b/out/{name}": data for name, data in objects.items()}
        self.log: list[str] = []
        self.fails_at = ""

    def names(self, path: str) -> list[str]:
        return sorted(name[len(path) + 1 :] for name in self.objects if name.startswith(f"{path}/"))

    def upload(self, path: str, local: str) -> None:
        if self.fails_at and path.endswith(self.fails_at):
            raise FileError.at(path, "no connection")
        self.log.append(f"+ {path.removeprefix('s3://b/out/')}")
        self.objects[path] = Path(local).read_bytes()

    def remove(self, path: str) -> None:
        self.log.append(f"- {path.removeprefix('s3://b/out/')}")
        del self.objects[path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("states", "reports"):
        (tmp_path / name).mkdir()
        (tmp_path / name / PACK).write_bytes(b"new")
        (tmp_path / name / "packs.json").write_bytes(b"new")
    for name in ("digests.txt", "rejected.jsonl", "summary.json", "run.json", "summary.svg"):
        (tmp_path / name).write_bytes(b"new")
    return tmp_path


def test_the_summary_is_written_last(folder: Path) -> None:
    there = Memory()
    StoredOutput(there, "s3://b/out/", False).write(str(folder))
    assert there.log[-1] == "+ summary.json" and len(there.log) == 9
    assert f"+ states/{PACK}" in there.log and set(there.objects.values()) == {b"new"}


def test_an_output_is_replaced_only_with_force(folder: Path) -> None:
    old = {"summary.json": b"old", f"states/{OTHER}": b"old", f"states/{PACK}": b"new"}
    there = Memory(**old)
    with pytest.raises(FileError, match="s3://b/out: exists; --force replaces it"):
        StoredOutput(there, "s3://b/out", False)
    assert there.log == []
    StoredOutput(there, "s3://b/out", True).write(str(folder))
    assert there.log[0] == "- summary.json" and there.log[-2:] == ["+ summary.json", f"- states/{OTHER}"]
    assert set(there.objects.values()) == {b"new"} and len(there.objects) == 9


@pytest.mark.parametrize(
    "name", ["notes.txt", f"{PACK}/x", "states/notes.txt", "units/summary.json", f"states/states/{PACK}"]
)
def test_what_is_no_output_is_never_replaced(name: str) -> None:
    for force in (False, True):
        there = Memory(**{name: b"mine", "summary.json": b"old"})
        with pytest.raises(FileError, match="which is of no output of recompute"):
            StoredOutput(there, "s3://b/out", force)
        assert there.log == []


def test_an_interrupted_upload_has_no_summary_and_is_replaced_by_the_next(folder: Path) -> None:
    there = Memory(**{"summary.json": b"old", f"reports/{OTHER}": b"old"})
    there.fails_at = f"states/{PACK}"
    with pytest.raises(FileError, match="no connection"):
        StoredOutput(there, "s3://b/out", True).write(str(folder))
    assert "s3://b/out/summary.json" not in there.objects and f"s3://b/out/reports/{OTHER}" in there.objects
    there.fails_at = ""
    StoredOutput(there, "s3://b/out", False).write(str(folder))
    assert set(there.objects.values()) == {b"new"} and len(there.objects) == 9
