"""Units on a cluster of Dask: the same output, workers that end, versions (RECOMP-14 to RECOMP-16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.archives import write
from kit.recomputed import Read, in_cbor, read_output, registry, run, verifier
from pithbundle import FileError
from pithbundle.archive.lines import Line
from pithbundle.recompute.run import recompute
from pithbundle.recompute.unit import Parts, compute

pytestmark = pytest.mark.cluster

LINES = registry(40)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from kit.dask import local_cluster

    with local_cluster(2) as found:
        yield found


def pool(cluster: Any) -> Any:
    from pithbundle.recompute.cluster import ClusterPool
    from pithbundle.recompute.dask_cluster import DaskCluster

    return ClusterPool[Any](DaskCluster(cluster.scheduler_address, verifier()))


def on_cluster(path: Path, cluster: Any, lines: Iterable[Line], name: str = "dask") -> Read:
    write(path / f"{name}-in", lines)
    recompute([str(path / f"{name}-in")], str(path / name), verifier(), pool=pool(cluster))
    return read_output(path / name)


def small(lines: Iterable[Line]) -> list[tuple[int, Parts]]:
    """A unit for each line."""
    return [(number, [("json", line.raw)]) for number, line in enumerate(lines)]


def test_the_output_is_that_of_this_machine(tmp_path: Path, cluster: Any) -> None:
    assert on_cluster(tmp_path, cluster, LINES) == run(tmp_path, LINES)


def test_the_output_of_scattered_lines_of_two_encodings_is_too(tmp_path: Path, cluster: Any) -> None:
    parts = [LINES[::2], LINES[1::2], in_cbor(LINES[:9])]
    folders = []
    for number, lines in enumerate(parts):
        write(tmp_path / f"dask-in-{number}", lines)
        folders.append(str(tmp_path / f"dask-in-{number}"))
    recompute(folders, str(tmp_path / "dask"), verifier(), pool=pool(cluster))
    assert read_output(tmp_path / "dask") == run(tmp_path, *parts)


def test_results_are_in_the_order_of_the_units(cluster: Any) -> None:
    units = small(LINES)
    with pool(cluster) as opened:
        found = [*opened.results(units)]
    assert found == [(number, compute(verifier(), parts)) for number, parts in units]


def test_a_worker_that_is_ended_six_times_changes_nothing() -> None:
    from kit.dask import end_one_worker, local_cluster

    units = small([*LINES, *LINES])
    ended = 0

    def with_deaths() -> Iterator[tuple[int, Parts]]:
        nonlocal ended
        for number, parts in units:
            if number % 15 == 10 and ended < 6:
                ended += end_one_worker(cluster)
            yield number, parts

    with local_cluster(2) as cluster, pool(cluster) as opened:
        found = [*opened.results(with_deaths())]
    assert ended == 6
    assert found == [(number, compute(verifier(), parts)) for number, parts in units]


def test_a_unit_that_ends_every_worker_is_the_only_one_lost() -> None:
    from kit.dask import ENDS, Ending, local_cluster

    units = small(LINES[:20])
    units[7] = 7, [("json", ENDS + b"\n")]
    with local_cluster(2, Ending()) as cluster, pool(cluster) as opened:
        found = [*opened.results(units)]
    assert [number for number, _ in found] == [*range(20)]
    assert [number for number, result in found if result is None] == [7]


def test_a_worker_with_another_version_is_rejected_and_named(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pithbundle.recompute import dask_cluster

    monkeypatch.setattr(dask_cluster, "__version__", "99.1")
    with pytest.raises(FileError, match=r"has pithbundle [0-9.]+, the client 99\.1; install") as error:
        pool(cluster)
    assert "tcp://127.0.0.1:" in str(error.value)


def test_a_worker_that_starts_later_with_another_version_is_too(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pithbundle.recompute import dask_cluster

    with pool(cluster) as opened:
        monkeypatch.setattr(dask_cluster, "__version__", "99.1")
        with pytest.raises(FileError, match=r"fails each time: has pithbundle [0-9.]+, the client 99\.1"):
            [*opened.results(small(LINES[:3]))]


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.recompute import dask_cluster

    monkeypatch.setattr(dask_cluster, "_CONNECT", 0.5)
    with pytest.raises(FileError, match=r"tcp://127\.0\.0\.1:1: no scheduler can be reached"):
        dask_cluster.DaskCluster("127.0.0.1:1", verifier())


def test_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.dask import local_cluster
    from pithbundle.recompute import dask_cluster

    monkeypatch.setattr(dask_cluster, "NO_WORKER", 1.0)
    with (
        local_cluster(0) as cluster,
        pytest.raises(FileError, match="has no worker for 1 seconds; start some"),
    ):
        pool(cluster)


def test_a_scheduler_that_ends_ends_the_run() -> None:
    from kit.dask import local_cluster

    def ending() -> Iterator[tuple[int, Parts]]:
        for number, parts in small(LINES):
            if number == 20:
                running.close()
            yield number, parts

    message = "the connection to the scheduler was lost; see that it runs, and run again"
    with local_cluster(1) as running, pytest.raises(FileError, match=message), pool(running) as opened:
        [*opened.results(ending())]


def test_tls_with_certificates_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    import dask
    from distributed import Security

    from kit.dask import local_cluster
    from pithbundle.recompute import dask_cluster

    monkeypatch.setattr(dask_cluster, "_CONNECT", 3.0)
    security = Security.temporary()
    tls = "distributed.comm.tls"
    names = {f"{tls}.ca-file": "tls_ca_file"}
    names |= {f"{tls}.client.{part}": f"tls_client_{part}" for part in ("key", "cert")}
    with local_cluster(1, security=security, protocol="tls") as cluster:
        assert cluster.scheduler_address.startswith("tls://")
        config = {name: getattr(security, own) for name, own in names.items()}
        with dask.config.set(config), pool(cluster) as opened:
            found = [*opened.results(small(LINES[:3]))]
        with pytest.raises(FileError, match="no scheduler can be reached"):
            pool(cluster)
        other = Security.temporary()
        config = {name: getattr(other, own) for name, own in names.items()}
        with dask.config.set(config), pytest.raises(FileError, match="no scheduler can be reached"):
            pool(cluster)
    assert found == [(number, compute(verifier(), parts)) for number, parts in small(LINES[:3])]


def test_a_worker_that_others_could_change_is_rejected(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.recompute.dask_cluster import DaskCluster

    monkeypatch.setattr(DaskCluster, "_nthreads", lambda _: {"tcp://192.0.2.7:4000": 1})
    with pytest.raises(FileError, match=r"the worker 'tcp://192\.0\.2\.7:4000' is neither tls:// nor"):
        pool(cluster)


def test_the_verifier_is_forgotten_at_the_end(cluster: Any) -> None:
    from distributed import Client

    from kit.dask import sent_verifiers

    with pool(cluster) as opened, Client(cluster, set_as_default=False) as client:
        assert [len(names) for names in client.run(sent_verifiers).values()] == [1, 1]
        opened.results([])
    with Client(cluster, set_as_default=False) as client:
        assert [names for names in client.run(sent_verifiers).values()] == [[], []]
