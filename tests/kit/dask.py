"""Clusters of Dask on this machine, for the tests marked `cluster`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import dask
from distributed import Client, LocalCluster, WorkerPlugin

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


@contextmanager
def local_cluster(workers: int = 2, *plugins: Any, **options: Any) -> Iterator[Any]:
    """A cluster with processes of one thread each, which start again where they are ended."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": MOST - 1}),
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
