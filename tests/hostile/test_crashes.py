"""Crashes and full disks while an archive is written: the old or the new one, whole (F1 to F4, ARCH-13)."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest

from kit.archives import content, lines, write
from kit.command_line import process_env
from kit.crash import Failing, crashes, killed_at, recorded
from pithbundle import FileError, durable
from pithbundle.archive.check import check_archive
from pithbundle.archive.reader import Reader
from pithbundle.files import write_output

OPTIONS: Final[dict[str, Any]] = {"run_bytes": 2_000}


def complete(path: Path, *wanted: dict[str, bytes]) -> bool:
    """Whether the archive is one of those wanted; nothing else may have its name."""
    if not path.exists():
        return False
    assert content(path) in wanted
    *_, checked = check_archive(Reader(path))
    assert not checked.problems
    return True


@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize("draws", [1, pytest.param(8, marks=pytest.mark.long)])
def test_the_old_or_the_new_archive_after_a_crash_at_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool, draws: int
) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    write(root / "a", lines(3))
    old = content(root / "a")
    if not exchanges:
        monkeypatch.setattr(durable, "exchange", lambda *_: False)
    disk, operations = recorded(root, monkeypatch, lambda: write(root / "a", lines(6), force=True, **OPTIONS))
    new = content(root / "a")
    assert old != new and len(operations) > 20

    def check(left: Path, at: int) -> None:
        there = complete(left / "a", old, new)
        if at == len(operations):
            assert content(left / "a") == new, "reported as written, and lost"
        # Another run recognises what is left, and writes the new archive.
        if not there:
            assert not exchanges
            assert content(left / "a.part.old") == old
        write(left / "a", lines(6), force=True, **OPTIONS)
        assert content(left / "a") == new and sorted(os.listdir(left)) == ["a"]

    crashes(root, disk, operations, check, draws)


def test_a_new_archive_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    disk, operations = recorded(root, monkeypatch, lambda: write(root / "a", lines(6), **OPTIONS))
    new = content(root / "a")

    def check(left: Path, at: int) -> None:
        assert complete(left / "a", new) or at < len(operations)

    crashes(root, disk, operations, check, 6)


def test_one_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for force in (False, True):
        root = tmp_path / f"disk-{force}"
        root.mkdir()
        if force:
            (root / "a").write_bytes(b"old")
        path = str(root / "a")
        disk, operations = recorded(root, monkeypatch, lambda: write_output(path, b"new" * 9, force=True))  # noqa: B023

        def check(left: Path, at: int) -> None:
            found = (left / "a").read_bytes() if (left / "a").exists() else None
            assert found in (b"new" * 9, b"old" if force else None)  # noqa: B023
            assert at < len(operations) or found == b"new" * 9  # noqa: B023

        crashes(root, disk, operations, check, 10)


@pytest.mark.parametrize("missing", ["sync", "sync_folder"])
def test_the_simulation_notices_a_missing_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    disk, operations = recorded(root, monkeypatch, lambda: write(root / "a", lines(6), **OPTIONS))
    new = content(root / "a")
    bad = 0

    def check(left: Path, at: int) -> None:
        nonlocal bad
        bad += (left / "a").exists() and content(left / "a") != new
        bad += at == len(kept) and not (left / "a").exists()

    kept = [operation for operation in operations if operation.name != missing]
    crashes(root, disk, kept, check, 10)
    assert bad


# -- processes that are killed -----------------------------------------------------------------


def killed(root: Path, seconds: float) -> int:
    command = [sys.executable, "-m", "pithbundle", "archive", "pack", "in", "-o", "a", "--force"]
    child = subprocess.Popen(
        command, cwd=root, env=process_env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    return child.wait()


@pytest.mark.parametrize("most", [20, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_200_points(tmp_path: Path, most: int) -> None:
    """In one process, at each operation on the disk in turn: no time is lost by starting Python 200 times."""
    write(tmp_path / "a", lines(3))
    old = content(tmp_path / "a")
    write(tmp_path / "b", lines(70), run_bytes=1_500)
    new = content(tmp_path / "b")
    shutil.rmtree(tmp_path / "b")
    points = 0
    for at in range(0, 200, 200 // most):
        if content(tmp_path / "a") != old:
            shutil.rmtree(tmp_path / "a")
            write(tmp_path / "a", lines(3))
        points += killed_at(at, 0.5, lambda: write(tmp_path / "a", lines(70), force=True, run_bytes=1_500))
        assert complete(tmp_path / "a", old, new)
        if at % 20 == 0:
            write(tmp_path / "a", lines(70), force=True, run_bytes=1_500)
            assert content(tmp_path / "a") == new and os.listdir(tmp_path) == ["a"]
    assert points == most


def test_a_killed_command_leaves_the_old_archive(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, line in enumerate(lines(6)):
        (tmp_path / "in" / f"{number}.json").write_bytes(line.data)
    write(tmp_path / "a", lines(3))
    old = content(tmp_path / "a")
    write(tmp_path / "b", lines(6))
    new = content(tmp_path / "b")
    for seconds in (0.05, 0.2, 0.4):
        killed(tmp_path, seconds)
        assert complete(tmp_path / "a", old, new)


# -- disks that are full, broken or read-only ---------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", ["create", "write", "sync", "rename", "exchange", "sync_folder"])
def test_an_error_of_the_disk_leaves_the_old_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    write(tmp_path / "a", lines(3))
    old = content(tmp_path / "a")
    write(tmp_path / "b", lines(6), **OPTIONS)
    new = content(tmp_path / "b")
    for at in (1, 2, 3, 5, 8):
        with monkeypatch.context() as patch:
            failing = Failing(patch, [call], at, number)
            try:
                write(tmp_path / "a", lines(6), force=True, **OPTIONS)
            except FileError as error:
                assert error.code == "io" and os.strerror(number).lower() in str(error).lower()
            else:
                assert not failing.has_failed
        assert complete(tmp_path / "a", old, new)
        shutil.rmtree(tmp_path / "a")
        shutil.rmtree(tmp_path / "a.part", ignore_errors=True)
        write(tmp_path / "a", lines(3))


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.part").symlink_to(tmp_path)
    with pytest.raises(FileError, match="has to be moved away"):
        write(tmp_path / "a", lines(3))
    for path in ("/proc/a", "/dev/null/a"):
        with pytest.raises(FileError):
            write(Path(path), lines(1))
