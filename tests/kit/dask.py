"""Clusters of Dask on this machine, for the tests marked `cluster`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

import dask
from distributed import Client, LocalCluster, WorkerPlugin

from kit.command_line import process_env

#: A unit that contains it ends its worker, where :class:`Ending` is registered.
ENDS: Final = b"this line ends its worker"
#: How many workers a unit may end before the scheduler of :func:`local_cluster` gives it up.
MOST: Final = 3


class Ending(WorkerPlugin):  # type: ignore[misc]
    """Workers end at a unit that contains ENDS, or raise for want of memory, as under a limit."""

    name = "ending"

    def __init__(self, *, is_killed: bool = True) -> None:
        self._is_killed = is_killed

    def setup(self, worker: Any) -> None:
        from pithbundle.recompute import work as module

        compute: Any = vars(module)["compute"]
        is_killed = self._is_killed

        def ending(verifier: Any, parts: Any) -> Any:
            if any(ENDS in raw for _, raw in parts):
                if not is_killed:
                    raise MemoryError
                os.kill(os.getpid(), signal.SIGKILL)
            return compute(verifier, parts)

        setattr(module, "compute", ending)  # noqa: B010


class Raising(WorkerPlugin):  # type: ignore[misc]
    """Workers raise at a unit of the line ENDS and a number, so many times; a file of that name counts."""

    name = "raising"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def setup(self, worker: Any) -> None:
        from pithbundle.recompute import work as module

        compute: Any = vars(module)["compute"]
        folder = self._folder

        def raising(verifier: Any, parts: Any) -> Any:
            ((_, raw),) = parts
            times = raw.removeprefix(ENDS).decode().strip()
            with (folder / times).open("a") as file:
                file.write("x")
                if file.tell() <= int(times):
                    raise OSError("once more")
            return compute(verifier, parts)

        setattr(module, "compute", raising)  # noqa: B010


@contextmanager
def local_cluster(workers: int = 2, *plugins: Any, **options: Any) -> Iterator[Any]:
    """A cluster with processes of one thread each, which start again where they are ended."""
    # A worker that is not there 15 seconds after it ended would be given up for ever: one that is ended again
    # in that moment, or that starts slowly beside other work.
    options_of_dask = {
        "distributed.scheduler.allowed-failures": MOST - 1,
        "distributed.deploy.lost-worker-timeout": "1 hour",
    }
    with (
        dask.config.set(options_of_dask),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
            **options,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        for plugin in plugins:
            client.register_plugin(plugin)
        yield cluster


class Machines:
    """A scheduler and workers in processes of their own, none of which starts again when it is killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        file = folder / "scheduler.json"
        words = "--host 127.0.0.1 --port 0 --no-dashboard --scheduler-file"
        self._scheduler = self._start("scheduler", *words.split(), str(file))
        self.address: str = self._read(file)["address"]

    def _read(self, file: Path) -> Any:
        for _ in range(1_200):
            with suppress(OSError, ValueError):
                return json.loads(file.read_bytes())
            time.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text())

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "dask", *words]
            child = subprocess.Popen(command, env=process_env(), stdout=log, stderr=log)
        self._stack.callback(end, child)
        return child

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker, which connects in a moment."""
        words = "--nthreads 1 --no-nanny --no-dashboard --local-directory"
        return self._start("worker", self.address, *words.split(), str(self._folder / "worker"))

    def kill_scheduler(self) -> None:
        """Kill the scheduler."""
        end(self._scheduler)

    def stop_scheduler(self) -> None:
        """Stop the scheduler, whose connections stay open."""
        self._scheduler.send_signal(signal.SIGSTOP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill a process and wait for its end."""
    child.kill()
    child.wait()


def end_one_worker(cluster: Any) -> bool:
    """Kill a worker of the cluster; return False while none runs."""
    pids = [each.pid for each in cluster.workers.values() if each.pid]
    for pid in pids[:1]:
        os.kill(pid, signal.SIGKILL)
    return bool(pids)


def sent_verifiers() -> list[str]:
    """On a worker: the runs whose verifier it has."""
    from pithbundle.recompute import dask_cluster

    return sorted(dask_cluster._sent)
