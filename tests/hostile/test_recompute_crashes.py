"""Crashes, full disks and hostile places while recompute writes (F1 to F4, RECOMP-3, ARCH-13)."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from kit.archives import write
from kit.command_line import command_line, process_env
from kit.crash import OPERATIONS, Failing, crashes, killed_at, recorded
from kit.recomputed import POLICY_BYTES, output_of, registry, verifier
from pithbundle import FileError, durable
from pithbundle.recompute import recompute

#: The names that a run may leave beside its output.
LEFT: Final = {"a", "a.part", "a.part.old"}


class Place:
    """Two archives, and what recompute writes of each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        write(root / "in-old", registry(2))
        write(root / "in-new", registry(5))
        self.recompute(root / "wanted-old", "old")
        self.recompute(root / "wanted-new", "new")
        self.old, self.new = output_of(root / "wanted-old"), output_of(root / "wanted-new")
        assert self.old != self.new

    def recompute(self, path: Path, which: str = "new", force: bool = False) -> None:
        recompute([str(self.root / f"in-{which}")], str(path), verifier(), force=force)

    def is_complete(self, path: Path) -> bool:
        """Whether there is an output, which must be one of the two."""
        if not path.exists():
            return False
        assert output_of(path) in (self.old, self.new) and (path / "run.json").read_bytes()
        return True


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("recompute"))


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


# -- crashes of the machine (F3) -----------------------------------------------------------------


@pytest.mark.parametrize("exchanges", [True, pytest.param(False, marks=pytest.mark.long)])
@pytest.mark.parametrize("draws", [1, pytest.param(6, marks=pytest.mark.long)])
def test_the_old_or_the_new_output_after_a_crash_at_any_step(
    place: Place, disk: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool, draws: int
) -> None:
    place.recompute(disk / "a", "old")
    if not exchanges:
        monkeypatch.setattr(durable, "exchange", lambda *_: False)
    before, operations = recorded(disk, monkeypatch, lambda: place.recompute(disk / "a", force=True))
    assert len(operations) > 20

    def check(left: Path, at: int) -> None:
        there = place.is_complete(left / "a")
        if at == len(operations):
            assert output_of(left / "a") == place.new, "reported as written, and lost"
        if not there:
            assert not exchanges
            assert output_of(left / "a.part.old") == place.old
        assert {*os.listdir(left)} <= LEFT
        if at % 4 == 0:
            # Another run recognises what is left, and writes the new output.
            place.recompute(left / "a", force=True)
            assert output_of(left / "a") == place.new and os.listdir(left) == ["a"]

    crashes(disk, before, operations, check, draws)


def test_a_new_output_is_there_whole_or_not_at_all(
    place: Place, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, operations = recorded(disk, monkeypatch, lambda: place.recompute(disk / "a"))

    def check(left: Path, at: int) -> None:
        assert place.is_complete(left / "a") or at < len(operations)

    crashes(disk, before, operations, check, 6)


@pytest.mark.parametrize("missing", ["sync", "sync_folder"])
def test_the_simulation_notices_a_missing_sync(
    place: Place, disk: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    before, operations = recorded(disk, monkeypatch, lambda: place.recompute(disk / "a"))
    kept = [operation for operation in operations if operation.name != missing]
    bad = 0

    def check(left: Path, at: int) -> None:
        nonlocal bad
        bad += (left / "a").exists() and output_of(left / "a") != place.new
        bad += at == len(kept) and not (left / "a").exists()

    crashes(disk, before, kept, check, 6)
    assert bad


# -- processes that are killed (F3) --------------------------------------------------------------


def test_killed_at_some_points(place: Place, disk: Path) -> None:
    kill_at(place, disk, range(0, 40, 8), [0.5])


@pytest.mark.long
def test_killed_at_200_points(place: Place, disk: Path) -> None:
    """At each operation on the disk, and of each write nothing, a half and all is written."""
    count = 0
    while killed_at(count, 0.5, lambda: place.recompute(disk / "b")):
        # What is left would stop the next run before its first result (RECOMP-9).
        shutil.rmtree(disk / "b.part", ignore_errors=True)
        count += 1
    assert kill_at(place, disk, range(count), [0.0, 0.25, 0.5, 0.75, 1.0], most=200) == 200


def kill_at(place: Place, disk: Path, points: range, shares: list[float], most: int = 1_000) -> int:
    """Kill a run at each of the points; return how many were killed."""
    killed = 0
    for share in shares:
        for at in points:
            if not (disk / "a").exists() or output_of(disk / "a") != place.old:
                shutil.rmtree(disk / "a", ignore_errors=True)
                place.recompute(disk / "a", "old", force=True)
            killed += killed_at(at, share, lambda: place.recompute(disk / "a", force=True))
            assert place.is_complete(disk / "a")
            if at % 10 == 0:
                place.recompute(disk / "a", force=True)
                assert output_of(disk / "a") == place.new
                assert {*os.listdir(disk)} - {"b", "b.part"} == {"a"}
            if killed == most:
                return killed
    return killed


# -- disks that are full, broken or read-only (F4) -----------------------------------------------


def fail_at(place: Place, disk: Path, patch: pytest.MonkeyPatch, at: int, number: int) -> bool:
    """Let one operation on the disk fail; return whether there was one."""
    with patch.context() as inner:
        failing = Failing(inner, OPERATIONS, at + 1, number)
        try:
            place.recompute(disk / "a", force=True)
        except FileError as error:
            assert error.code == "io" and os.strerror(number).lower() in str(error).lower()
    assert place.is_complete(disk / "a")
    return failing.has_failed


ERRORS: Final = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)


def test_an_error_of_the_disk_leaves_the_old_output(
    place: Place, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.recompute(disk / "a", "old")
    for at in range(0, 60, 7):
        fail_at(place, disk, monkeypatch, at, ERRORS[at % 4])


@pytest.mark.long
def test_an_error_of_the_disk_at_each_operation(
    place: Place, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = 0
    place.recompute(disk / "a", "old")
    while fail_at(place, disk, monkeypatch, at, ERRORS[at % 4]):
        at += 1
        shutil.rmtree(disk / "a")
        place.recompute(disk / "a", "old", force=True)
    assert at > 20


COMMAND: Final = "import resource, sys; {}; from pithbundle.__main__ import main; sys.exit(main())"


def test_a_limit_of_the_system_on_the_size_of_a_file(place: Place, disk: Path) -> None:
    """As a quota: the system itself rejects a write in its middle, and Python would cut its own files too."""
    (disk / "policy.json").write_bytes(POLICY_BYTES)
    limited = COMMAND.format("resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))")
    args = ["recompute", str(place.root / "in-new"), "-o", "a", "--policy", "policy.json", "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, "-c", limited, *args],
        cwd=disk,
        env=process_env({"PYTHONDONTWRITEBYTECODE": "1"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "file too large" in done.stderr.lower()
    assert os.listdir(disk) == ["policy.json"]


@pytest.mark.parametrize(("mask", "file", "folder"), [(0o000, 0o644, 0o755), (0o077, 0o600, 0o700)])
def test_the_umask_can_narrow_what_is_written(
    place: Place, disk: Path, mask: int, file: int, folder: int
) -> None:
    (disk / "policy.json").write_bytes(POLICY_BYTES)
    args = [
        "recompute",
        str(place.root / "in-old"),
        "-o",
        str(disk / "a"),
        "--policy",
        str(disk / "policy.json"),
    ]
    done = subprocess.run(
        command_line(*args), env=process_env(), capture_output=True, check=False, umask=mask
    )
    assert done.returncode in (1, 3), done.stderr
    modes = {(each.is_dir(), each.stat().st_mode & 0o777) for each in (disk / "a").rglob("*")}
    assert modes == {(False, file), (True, folder)}
    assert (disk / "a").stat().st_mode & 0o777 == folder


# -- places that are not what they seem (F1, F2) --------------------------------------------------


def a_link(path: Path) -> None:
    (path.parent / "target").mkdir()
    (path.parent / "target" / "mine").write_bytes(b"mine")
    path.symlink_to("target")


def a_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def a_file(path: Path) -> None:
    path.write_bytes(b"mine")


def a_folder(path: Path) -> None:
    path.mkdir()
    (path / "mine").write_bytes(b"mine")


def a_device(path: Path) -> None:
    path.symlink_to("/dev/null")


KINDS: Final[dict[str, Callable[[Path], None]]] = {
    "link": a_link, "dangling": a_dangling_link, "file": a_file, "folder": a_folder, "device": a_device,
    "fifo": os.mkfifo,
}  # fmt: skip


def kept(root: Path) -> list[tuple[str, int, bytes | str]]:
    """Everything in a folder: names, kinds, contents, and where links lead."""
    found: list[tuple[str, int, bytes | str]] = []
    for each in sorted(root.rglob("*")):
        kind = os.lstat(each).st_mode & 0o170000
        if each.is_symlink():
            found.append((str(each), kind, os.readlink(each)))
        else:
            found.append((str(each), kind, each.read_bytes() if each.is_file() else b""))
    return found


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("name", ["a", "a.part"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_output_and_no_part_is_written_through_what_is_there(
    place: Place, disk: Path, kind: str, name: str, force: bool
) -> None:
    KINDS[kind](disk / name)
    before = kept(disk)
    with pytest.raises(FileError):
        place.recompute(disk / "a", force=force)
    assert kept(disk) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a/states", "a/mine", "a.part/states"])
def test_nothing_inside_an_output_is_followed(place: Place, disk: Path, kind: str, name: str) -> None:
    place.recompute(disk / "a", "old")
    (disk / "a.part").mkdir()
    if name == "a/states":
        shutil.rmtree(disk / "a" / "states")
    KINDS[kind](disk / name)
    before = kept(disk)
    with pytest.raises(FileError):
        place.recompute(disk / "a", force=True)
    assert kept(disk) == before


@pytest.mark.parametrize("kind", ["link", "dangling", "device", "fifo"])
def test_what_has_the_name_of_a_file_of_a_run_is_removed_and_not_followed(
    place: Place, disk: Path, kind: str
) -> None:
    (disk / "a.part").mkdir()
    KINDS[kind](disk / "a.part" / "digests.txt")
    shutil.rmtree(disk / "a.part" / "target", ignore_errors=True)
    place.recompute(disk / "a")
    assert output_of(disk / "a") == place.new and os.listdir(disk) == ["a"]


@pytest.mark.parametrize("change", ["owner", "mode"])
def test_a_part_that_another_user_can_change_is_not_filled(
    place: Place, disk: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    (disk / "a.part").mkdir()
    if change == "owner":
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    else:
        (disk / "a.part").chmod(0o777)
    with pytest.raises(FileError, match="another user"):
        place.recompute(disk / "a")
    assert os.listdir(disk) == ["a.part"] and os.listdir(disk / "a.part") == []
