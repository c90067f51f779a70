"""durable: the system calls that change a disk, and what they must not follow (threats F1 to F4, F8)."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import pithbundle
from pithbundle import durable
from pithbundle.durable import Folder

KNOWN = re.compile("[a-z]")
PACKAGE = Path(pithbundle.__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with Folder.open(str(tmp_path)) as opened:
        yield opened


#: What changes a disk. Scratch files of the system, as of tempfile, are no output.
_CHANGES: Final = re.compile(
    r"\bos\.(?:rename|replace|renames|unlink|remove|removedirs|rmdir|mkdir|makedirs|mkfifo|mknod|f?truncate|link"
    r"|symlink|utime|f?chmod|f?chown|write|writev|pwrite|sendfile|copy_file_range|f(?:data)?sync)\("
    r"|\bshutil\.(?!get_terminal_size|which)|\.(?:write_bytes|write_text|touch\(\))"
    r"|\bopen\([^()]*(?:\([^()]*\)[^()]*)*,\s*[\"'][rbt]*[wax+][bt+]*[\"']|\bO_(?:CREAT|WRONLY|RDWR)\b"
)
_ALLOWED: Final = {
    # The folder of --out-dir, which is made for files of files.write_outputs.
    "cli/load.py": {"os.mkdir(", "os.rmdir("},
    # The null device, in the place of a stream that was closed.
    "cli/output.py": {"O_WRONLY"},
    # The pipe to a worker.
    "conformance/process.py": {"os.write("},
}


def test_nothing_else_changes_a_disk() -> None:
    """What is replayed after a crash is all that is written (F3)."""
    found = {
        path.relative_to(PACKAGE).as_posix(): {*_CHANGES.findall(path.read_text(encoding="utf-8"))}
        for path in PACKAGE.rglob("*.py")
    }
    assert {"os.rename(", "os.fsync(", "O_CREAT"} <= found.pop("durable.py")
    assert {name: calls for name, calls in found.items() if calls} == _ALLOWED


def test_a_file_is_created_written_and_read_back(folder: Folder, tmp_path: Path) -> None:
    with folder.create("a") as file:
        file.write(b"one")
        file.write(b"two")
        file.sync()
        assert (file.size, file.read_at(1, 3), file.read_at(5, 9)) == (6, b"net", b"o")
        file.close()
    assert (tmp_path / "a").read_bytes() == b"onetwo"


@pytest.mark.parametrize("kind", ["file", "link", "dangling", "fifo", "folder"])
def test_nothing_that_exists_is_created_again(folder: Folder, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    if kind == "file":
        (tmp_path / "a").write_text("old")
    elif kind == "fifo":
        os.mkfifo(tmp_path / "a")
    elif kind == "folder":
        (tmp_path / "a").mkdir()
    else:
        (tmp_path / "a").symlink_to(target)
        if kind == "link":
            target.write_text("old")
    with pytest.raises(FileExistsError):
        folder.create("a")
    assert not target.exists() or target.read_text() == "old"


def test_the_mode_is_of_the_umask_and_never_wider(folder: Folder, tmp_path: Path) -> None:
    for name, mask, mode, of_folder in (("a", 0, 0o644, 0o755), ("b", 0o077, 0o600, 0o700)):
        before = os.umask(mask)
        try:
            folder.create(name).close()
            folder.make_folder(name * 2).close()
        finally:
            os.umask(before)
        assert (tmp_path / name).stat().st_mode & 0o777 == mode
        assert (tmp_path / (name * 2)).stat().st_mode & 0o777 == of_folder


def test_short_writes_are_continued(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:2])))
    folder.write_file("a", b"abcdefg", "tmp")
    assert (tmp_path / "a").read_bytes() == b"abcdefg" and folder.names() == ["a"]


def test_reopen_cuts_and_appends(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abcdef")
    with folder.reopen("a", 4) as file:
        assert file.size == 4
        file.write(b"X")
    assert (tmp_path / "a").read_bytes() == b"abcdX"
    with pytest.raises(OSError):
        folder.reopen("a", 99)
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(OSError):
        folder.reopen("link", 1)


def test_only_regular_files_are_opened(folder: Folder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    os.close(folder.open_file("file"))
    for name in ("fifo", "folder", "link", "absent"):
        with pytest.raises(OSError):
            folder.open_file(name)
    for name in ("file", "link", "absent"):
        with pytest.raises(OSError):
            folder.subfolder(name)
    assert folder.mode("absent") is None and folder.mode("file")


def test_two_names_are_exchanged_in_one_step(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").write_text("b")
    if durable.exchange("a", "b", folder.descriptor):
        assert (tmp_path / "a").read_text() == "b" and (tmp_path / "b").is_dir()
        with pytest.raises(FileNotFoundError):
            durable.exchange("a", "absent", folder.descriptor)
    else:
        assert (tmp_path / "b").read_text() == "b"


@pytest.mark.parametrize("number", [None, errno.ENOSYS, errno.EINVAL])
def test_a_system_that_cannot_exchange(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: int | None
) -> None:
    class Library:
        def __getattr__(self, name: str) -> object:
            if number is None:
                raise AttributeError(name)
            return lambda *_: -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library())
    monkeypatch.setattr(ctypes, "get_errno", lambda: number)
    assert durable.exchange("a", "b", folder.descriptor) is False


def test_a_folder_that_cannot_be_synced(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(number: int) -> None:
        def fsync(_: int) -> None:
            raise OSError(number, "x")

        monkeypatch.setattr(os, "fsync", fsync)

    fails(errno.EINVAL)
    folder.sync()
    fails(errno.EIO)
    with pytest.raises(OSError):
        folder.sync()


def test_a_folder_is_emptied_only_if_every_name_is_known(folder: Folder, tmp_path: Path) -> None:
    inner = tmp_path / "x"
    inner.mkdir()
    for name in ("a", "b", "thesis"):
        (inner / name).write_text("x")
    with pytest.raises(OSError, match="thesis"):
        folder.empty("x", KNOWN)
    assert len([*inner.iterdir()]) == 3
    (inner / "thesis").unlink()
    (inner / "c").mkdir()
    with pytest.raises(OSError, match="'c'"):
        folder.empty("x", KNOWN)
    (inner / "c").rmdir()
    (inner / "c").symlink_to(tmp_path)
    folder.empty("x", KNOWN)
    assert folder.names() == []


def test_a_lock_is_held_against_other_processes(folder: Folder, tmp_path: Path) -> None:
    descriptor = f"os.open({str(tmp_path)!r}, os.O_RDONLY)"
    script = f"import fcntl, os; fcntl.flock({descriptor}, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with folder.locked():
        assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == 1
        with Folder.open(str(tmp_path)) as other, pytest.raises(BlockingIOError), other.locked():
            pass
    assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == 0
    folder.close()
    folder.close()


@pytest.mark.parametrize("call", ["write", "sync", "rename"])
def test_what_fails_leaves_no_temporary_file(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Also where a signal ends the program in that moment (CLI-7)."""

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(durable, call, ended)
    with pytest.raises(KeyboardInterrupt):
        folder.write_file("a", b"new", "tmp")
    assert os.listdir(tmp_path) == ["a"] and (tmp_path / "a").read_bytes() == b"old"


def test_a_temporary_file_that_a_killed_run_left_is_replaced(folder: Folder, tmp_path: Path) -> None:
    """Whatever it is: what a link leads to stays as it is."""
    (tmp_path / "tmp").symlink_to("other")
    (tmp_path / "other").write_bytes(b"of others")
    folder.write_file("a", b"new", "tmp")
    assert (tmp_path / "a").read_bytes() == b"new" and (tmp_path / "other").read_bytes() == b"of others"
    (tmp_path / "tmp").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        folder.write_file("a", b"newer", "tmp")
    assert (tmp_path / "a").read_bytes() == b"new" and not (tmp_path / "a").is_symlink()
