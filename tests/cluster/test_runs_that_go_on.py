"""Runs on a cluster of Dask that end early or lose a part of it, and go on (RECOMP-9, RECOMP-15)."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.crash import Failing
from kit.recomputed import files_of, registry, units_of, verifier, write_frames
from pithbundle import FileError
from pithbundle.recompute.run import recompute

pytestmark = pytest.mark.cluster


def pool(address: str) -> Any:
    from pithbundle.recompute.cluster import ClusterPool
    from pithbundle.recompute.dask_cluster import DaskCluster

    return ClusterPool[Any](DaskCluster(address, verifier()))


class At:
    """The progress of a run that does something when so many units are finished."""

    def __init__(self, units: int, do: Callable[[], object]) -> None:
        self.left, self.do = units, do

    def begin(self, what: str, total: int | None) -> None:
        pass

    def __call__(self, done: int, rejected: int = 0) -> None:
        self.left -= 1
        if self.left == 0:
            self.do()


@pytest.fixture
def many_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """An archive of small units, which are noted in twos; how many there are."""
    monkeypatch.setattr("pithbundle.recompute.frame_runs.MOST_FRAMES", 1)
    monkeypatch.setattr("pithbundle.recompute.store.BATCH_UNITS", 2)
    # The workers have their own copy of what finds the frames of a unit.
    monkeypatch.setattr("pithbundle.recompute.dask_cluster.DaskCluster.reads", lambda *_: False)
    write_frames(tmp_path / "a", registry(40), 3)
    recompute([str(tmp_path / "a")], str(tmp_path / "here"), verifier())
    return units_of(tmp_path / "here")["computed"]


def require_resumed(tmp_path: Path, resumable: list[int], **options: Any) -> None:
    """Go on with a run that ended early; nothing that was finished is computed again."""
    assert not (tmp_path / "dask").exists()
    recompute([str(tmp_path / "a")], str(tmp_path / "dask"), verifier(), resume=True, **options)
    assert files_of(tmp_path / "dask") == files_of(tmp_path / "here")
    assert [units_of(tmp_path / "dask")["resumed"]] == resumable


def test_a_run_whose_scheduler_was_killed_goes_on_here(
    tmp_path: Path, many_units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask

    from kit.dask import Machines
    from pithbundle.recompute import dask_cluster

    monkeypatch.setattr(dask_cluster, "_CONNECT", 5.0)
    resumable: list[int] = []
    with Machines(tmp_path) as machines, dask.config.set({"distributed.comm.timeouts.connect": "5s"}):
        machines.add_worker()
        opened = pool(machines.address)
        with pytest.raises(FileError, match="the connection to the scheduler was lost; see that it runs"):
            recompute(
                [str(tmp_path / "a")],
                str(tmp_path / "dask"),
                verifier(),
                pool=opened,
                progress=At(10, machines.kill_scheduler),
                on_resumable=resumable.append,
            )
    assert 10 <= resumable[0] < many_units
    require_resumed(tmp_path, resumable)


def test_a_run_whose_scheduler_does_not_answer_goes_on_here(
    tmp_path: Path, many_units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is stopped keeps its connections, so that nothing but the time shows it."""
    from kit.dask import Machines
    from pithbundle.recompute import dask_cluster

    resumable: list[int] = []
    with Machines(tmp_path) as machines:
        machines.add_worker()
        opened = pool(machines.address)

        def stop() -> None:
            machines.stop_scheduler()
            monkeypatch.setattr(dask_cluster, "NO_ANSWER", 3.0)

        with pytest.raises(FileError, match="the connection to the scheduler was lost; see that it runs"):
            recompute(
                [str(tmp_path / "a")],
                str(tmp_path / "dask"),
                verifier(),
                pool=opened,
                progress=At(10, stop),
                on_resumable=resumable.append,
            )
    assert 10 <= resumable[0] < many_units
    require_resumed(tmp_path, resumable)


def test_workers_that_join_late_take_what_is_left(tmp_path: Path, many_units: int) -> None:
    """The first one joins after the client, the second one in the middle of the run; then the first ends."""
    from kit.dask import Machines, end

    with Machines(tmp_path) as machines:
        first = machines.add_worker()
        opened = pool(machines.address)
        assert opened.jobs == 1

        def change() -> None:
            machines.add_worker()
            while opened.jobs < 2:
                time.sleep(0.1)
            end(first)

        progress = At(10, change)
        recompute([str(tmp_path / "a")], str(tmp_path / "dask"), verifier(), pool=opened, progress=progress)
    assert files_of(tmp_path / "dask") == files_of(tmp_path / "here")
    assert units_of(tmp_path / "dask")["computed"] == many_units and progress.left < 0


def test_a_full_disk_leaves_what_goes_on_on_the_same_cluster(
    tmp_path: Path, many_units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was in flight is in the way of the next run."""
    from kit.dask import local_cluster

    with local_cluster(2) as cluster:
        for at in (1, 12):
            resumable: list[int] = []
            with monkeypatch.context() as patch, pytest.raises(FileError, match="no space left on device"):
                Failing(patch, ["write"], at, errno.ENOSPC)
                recompute(
                    [str(tmp_path / "a")],
                    str(tmp_path / "dask"),
                    verifier(),
                    pool=pool(cluster.scheduler_address),
                    on_resumable=resumable.append,
                )
            assert (tmp_path / "dask.part").exists() == bool(resumable) == (at > 1)
            assert sum(resumable) < many_units
            require_resumed(tmp_path, resumable or [0], pool=pool(cluster.scheduler_address))
            shutil.rmtree(tmp_path / "dask")
