"""Runs of recompute that end early, at any point, and go on (RECOMP-9; threats F3, F4, F6)."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import process_env
from kit.crash import Disk, Failing, Recorder, killed_at
from kit.recomputed import (
    POLICY_BYTES,
    EndsAfter,
    files_of,
    output_of,
    read_output,
    registry,
    units_of,
    verifier,
    write_frames,
)
from kit.runs import spread
from pithbundle import FileError, durable
from pithbundle.recompute import store
from pithbundle.recompute.journal import JOURNAL, noted
from pithbundle.recompute.resume import PLAN
from pithbundle.recompute.run import recompute
from pithbundle.recompute.store import UNITS


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results are noted in twos, and units are small, so that a small run has the steps of a large one."""
    monkeypatch.setattr(store, "BATCH_UNITS", 2)
    monkeypatch.setattr("pithbundle.recompute.frame_runs.MOST_FRAMES", 1)


def write_inputs(root: Path) -> None:
    """Two archives that have lines of the same records."""
    lines = registry(10)
    write_frames(root / "a", [line for at, line in enumerate(lines) if at % 5 != 1], 3)
    write_frames(root / "b", [line for at, line in enumerate(lines) if at % 5 < 2], 3)


def work(root: Path, **options: Any) -> dict[str, bytes]:
    """Recompute the archives and return the output."""
    recompute([str(root / "a"), str(root / "b")], str(root / "out"), verifier(), **options)
    return files_of(root / "out")


def undisturbed(root: Path) -> tuple[dict[str, bytes], int]:
    """The output of a run that nothing disturbs, and the number of its units; nothing is left."""
    whole = work(root)
    units = units_of(root / "out")["computed"]
    shutil.rmtree(root / "out")
    return whole, units


class Ended(BaseException):
    """What ends a run in these tests."""


def left_after(root: Path, units: int) -> None:
    """A part with so many finished units."""
    with pytest.raises(Ended):
        work(root, progress=EndsAfter(units, Ended()))


# -- processes that are killed ---------------------------------------------------------------


def killed_in_child(root: Path, count: int, **options: Any) -> bool:
    """Run in a child that is killed at an operation; return whether it was."""
    return killed_at(count, 0.5, lambda: work(root, **options))


def operations_of(root: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    with monkeypatch.context() as patch:
        recorder = Recorder(patch)
        work(root)
    shutil.rmtree(root / "out")
    return len(recorder.operations)


@pytest.mark.parametrize("points", [12, pytest.param(100, marks=pytest.mark.long)])
def test_killed_at_any_point_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: int
) -> None:
    write_inputs(tmp_path)
    whole, units = undisturbed(tmp_path)
    count = operations_of(tmp_path, monkeypatch)
    drawn = random.Random(points)
    resumed = 0
    for at in sorted(drawn.sample(range(count), min(points, count))):
        assert killed_in_child(tmp_path, at)
        if not (tmp_path / "out").exists():
            assert work(tmp_path, resume=True) == whole, at
            found = units_of(tmp_path / "out")
            assert found["resumed"] + found["computed"] == units
            resumed += found["resumed"] > 0
        assert output_of(tmp_path / "out") == whole, at
        shutil.rmtree(tmp_path / "out")
        shutil.rmtree(tmp_path / "out.part", ignore_errors=True)
    assert resumed >= points // 2 and points <= count


def test_killed_when_all_units_are_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is the output, or a part with all of them: they were removed before the output had its name."""
    write_inputs(tmp_path)
    whole, units = undisturbed(tmp_path)
    count = operations_of(tmp_path, monkeypatch)
    outputs = 0
    for at in range(count - 9, count):
        assert killed_in_child(tmp_path, at)
        if (tmp_path / "out").exists():
            outputs += 1
        else:
            assert work(tmp_path, resume=True) == whole
            assert units_of(tmp_path / "out")["resumed"] == units, count - at
        assert output_of(tmp_path / "out") == whole
        # What is left in it is of no use, and does not keep it from being replaced.
        if outputs == 2:
            assert len(files_of(tmp_path / "out")) > len(whole)
            assert work(tmp_path, force=True) == whole
        shutil.rmtree(tmp_path / "out")
    assert 3 < outputs < 9


def test_killed_again_and_again(tmp_path: Path) -> None:
    """Each run is killed a little later than it began to make progress; the work of all adds up."""
    write_inputs(tmp_path)
    whole, units = undisturbed(tmp_path)
    runs = 0
    while killed_in_child(tmp_path, 36 + 2 * runs, resume=True):
        runs += 1
        assert runs < 200
    assert runs > 3
    assert output_of(tmp_path / "out") == whole
    found = units_of(tmp_path / "out")
    assert found["computed"] < units / 2 < found["resumed"]


@pytest.mark.signals
@pytest.mark.parametrize("points", [2, pytest.param(12, marks=pytest.mark.long)])
def test_processes_that_are_killed_at_any_time(tmp_path: Path, points: int) -> None:
    write_inputs(tmp_path)
    (tmp_path / "policy.json").write_bytes(POLICY_BYTES)
    whole, _ = undisturbed(tmp_path)
    command = [sys.executable, "-m", "pithbundle", "recompute", "a", "b", "-o", "out", "--jobs", "2"]
    command += ["--policy", "policy.json", "--resume"]
    drawn = random.Random(points)
    for _ in range(points):
        child = subprocess.Popen(
            command, cwd=tmp_path, env=process_env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while child.poll() is None and not (tmp_path / "out.part" / JOURNAL).exists():
            time.sleep(0.01)
        time.sleep(drawn.random() * 1.5)
        child.kill()
        child.wait()
        if not (tmp_path / "out").exists():
            subprocess.run(command, cwd=tmp_path, env=process_env(), capture_output=True, check=False)
        assert output_of(tmp_path / "out") == whole
        assert not (tmp_path / "out.part").exists()
        shutil.rmtree(tmp_path / "out")


# -- machines that stop ----------------------------------------------------------------------


@pytest.mark.parametrize("draws", [1, pytest.param(6, marks=pytest.mark.long)])
def test_what_is_left_after_a_crash_of_the_machine_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draws: int
) -> None:
    """Of what was not synced anything may be lost; nothing of it is taken for a result."""
    root = tmp_path / "disk"
    root.mkdir()
    write_inputs(root)
    whole, _ = undisturbed(root)
    # The run that stops had itself been resumed, so that its journal was written again.
    left_after(root, 3)
    disk = Disk.of(root)
    with monkeypatch.context() as patch:
        recorder = Recorder(patch)
        assert work(root, resume=True) == whole
    resumed = 0
    operations = [*recorder.operations, None]
    for at, operation in enumerate(operations):
        # One draw for a sixth of the operations, so that the ordinary run is short.
        for draw in range(draws if draws > 1 or at % 6 == 0 else 0):
            left = tmp_path / f"left-{at}-{draw}"
            left.mkdir()
            disk.crashed(random.Random(1_000 * at + draw), left)
            if not (left / "out").exists():
                assert at < len(operations) - 1, "reported as written, and lost"
                noted = noted_in(left / "out.part")
                work(left, resume=True)
                # What is noted is on the disk.
                assert units_of(left / "out")["resumed"] == noted, at
                resumed += noted >= 2
            assert output_of(left / "out") == whole, at
            assert not (left / "out.part").exists()
            shutil.rmtree(left)
        if operation is not None:
            disk.apply(operation)
    assert resumed > 5


def noted_in(part: Path) -> int:
    """How many results the journal of a part notes."""
    if not part.exists():
        return 0
    with durable.Folder.open(str(part)) as folder:
        return len(dict(noted(folder)))


# -- damage ----------------------------------------------------------------------------------


def flip(data: bytes, drawn: random.Random) -> tuple[bytes, range]:
    at = drawn.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << drawn.randrange(8)]) + data[at + 1 :], range(at, at + 1)


def cut(data: bytes, drawn: random.Random) -> tuple[bytes, range]:
    at = drawn.randrange(len(data))
    return data[:at], range(at, len(data))


def zero(data: bytes, drawn: random.Random) -> tuple[bytes, range]:
    size = min(4_096, len(data) // 3)
    at = drawn.randrange(len(data) - size)
    return data[:at] + bytes(size) + data[at + size :], range(at, at + size)


def swap(data: bytes, drawn: random.Random) -> tuple[bytes, range]:
    """Exchange two neighbouring pieces of one length."""
    size = min(512, len(data) // 3)
    at = drawn.randrange(len(data) - 2 * size)
    one, other = data[at : at + size], data[at + size : at + 2 * size]
    return data[:at] + other + one + data[at + 2 * size :], range(at, at + 2 * size)


def hits(part: Path, name: str, hit: range) -> int:
    """The most units that damage to these bytes of a file can cost."""
    if name == PLAN or not hit:
        return 0
    if name == JOURNAL:
        line = len((part / JOURNAL).read_bytes().splitlines(keepends=True)[0])
        return hit[-1] // line - hit[0] // line + 1
    with durable.Folder.open(str(part)) as folder:
        extents = dict(noted(folder)).values()
    return sum(extent.offset <= hit[-1] and hit[0] < extent.end for extent in extents)


@pytest.mark.parametrize("damages", [3, pytest.param(60, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", [UNITS, JOURNAL, PLAN])
@pytest.mark.parametrize("damage", [flip, cut, zero, swap])
def test_damage_costs_the_units_that_it_hits(
    tmp_path: Path, damage: Callable[[bytes, random.Random], tuple[bytes, range]], name: str, damages: int
) -> None:
    write_inputs(tmp_path)
    whole, units = undisturbed(tmp_path)
    left_after(tmp_path, 7)
    shutil.move(tmp_path / "out.part", tmp_path / "kept")
    for seed in range(damages):
        part = tmp_path / "out.part"
        shutil.copytree(tmp_path / "kept", part)
        damaged, hit = damage((part / name).read_bytes(), random.Random(seed))
        most = hits(part, name, hit)
        (part / name).write_bytes(damaged)
        assert work(tmp_path, resume=True) == whole
        found = units_of(tmp_path / "out")
        assert found["resumed"] + found["computed"] == units
        assert 7 - most <= found["resumed"] <= 7
        shutil.rmtree(tmp_path / "out")


@pytest.mark.parametrize("name", [UNITS, JOURNAL, PLAN])
@pytest.mark.parametrize("how", ["removed", "emptied", "longer"])
def test_a_file_that_is_missing_or_has_something_after_its_end(tmp_path: Path, name: str, how: str) -> None:
    write_inputs(tmp_path)
    whole, _ = undisturbed(tmp_path)
    left_after(tmp_path, 5)
    path = tmp_path / "out.part" / name
    if how == "removed":
        path.unlink()
    else:
        path.write_bytes(b"" if how == "emptied" else path.read_bytes() + bytes(10_000))
    assert work(tmp_path, resume=True) == whole
    kept = name == PLAN or how == "longer"
    assert units_of(tmp_path / "out")["resumed"] == (5 if kept else 0)


@pytest.mark.parametrize("name", [UNITS, JOURNAL, PLAN])
@pytest.mark.parametrize("kind", ["link", "hard link", "fifo", "device", "folder"])
def test_files_of_a_part_that_are_something_else(tmp_path: Path, name: str, kind: str) -> None:
    """Nothing is read or written through them, and --force begins anew."""
    write_inputs(tmp_path)
    whole, _ = undisturbed(tmp_path)
    left_after(tmp_path, 5)
    path = tmp_path / "out.part" / name
    path.rename(tmp_path / "other")
    other = (tmp_path / "other").read_bytes()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "hard link":
        path.hardlink_to(tmp_path / "other")
    else:
        path.symlink_to("/dev/zero" if kind == "device" else tmp_path / "other")
    before = os.listdir(tmp_path / "out.part")
    for options in ({"resume": True}, {}):
        with pytest.raises(FileError, match=f"{name}.*(is not a regular file|did not write)"):
            work(tmp_path, **options)
        assert os.listdir(tmp_path / "out.part") == before
    if kind == "folder":
        path.rmdir()
    assert work(tmp_path, force=True) == whole
    assert (tmp_path / "other").read_bytes() == other


# -- disks that are full or broken -----------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    spread((errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT), ordinary=(errno.ENOSPC,)),
)
@pytest.mark.parametrize("call", ["create", "write", "sync", "rename", "sync_folder", "remove"])
def test_an_error_of_the_disk_leaves_what_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    write_inputs(tmp_path)
    whole, _ = undisturbed(tmp_path)
    for at in (1, 3, 7, 12):
        with monkeypatch.context() as patch:
            failing = Failing(patch, [call], at, number)
            try:
                work(tmp_path)
            except FileError as error:
                assert error.code == "io" and os.strerror(number).lower() in str(error).lower()
                assert not (tmp_path / "out").exists()
                work(tmp_path, resume=True)
            else:
                # What cannot be removed stays in an output that is complete.
                assert not failing.has_failed or call == "remove"
        assert output_of(tmp_path / "out") == whole
        assert sorted(os.listdir(tmp_path)) == ["a", "b", "out"]
        shutil.rmtree(tmp_path / "out")


def test_the_output_of_these_runs_is_not_empty(tmp_path: Path) -> None:
    write_inputs(tmp_path)
    whole, units = undisturbed(tmp_path)
    assert len(whole) > 6 and units > 12
    work(tmp_path)
    assert read_output(tmp_path / "out").summary["records"] == 10
