"""Units on a cluster of Dask: the same output, workers that end, versions (RECOMP-14 to RECOMP-16)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.archives import write
from kit.processor import slowness
from kit.recomputed import Read, files_of, in_cbor, read_output, registry, run, verifier, write_frames
from pithbundle import FileError
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Reader
from pithbundle.archive.storage import LOCAL, LocalFile
from pithbundle.recompute.run import recompute
from pithbundle.recompute.scan import Scan
from pithbundle.recompute.unit import Parts, compute
from pithbundle.recompute.work import FramesAt, FramesSpan, LinesAt, Work

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


def not_here(*_: object) -> bytes:
    raise AssertionError("read by the client")


def test_workers_read_the_archive_and_the_client_reads_no_frame(
    tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the frames of shared records, and a pack to compare its content with the manifest (RECOMP-18)."""
    write(tmp_path / "one", LINES[::2])
    write(tmp_path / "two", LINES[1::2])
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(LocalFile, "read_at", not_here)
        recompute(["one", "two"], "dask", verifier(), pool=pool(cluster))
    assert read_output(tmp_path / "dask") == run(tmp_path, LINES[::2], LINES[1::2])


def test_an_archive_that_workers_do_not_find_is_sent_to_them(
    tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pithbundle.recompute import dask_cluster

    # What each process finds there differs.
    monkeypatch.setattr(dask_cluster, "manifest_sha256", lambda *_: str(os.getpid()))
    parts = [LINES[::2], LINES[1::2]]
    wanted = run(tmp_path, *parts)
    sent: list[Work] = []
    real = dask_cluster.DaskCluster.submit

    def submit(self: Any, number: int, work: Work) -> None:
        sent.append(work)
        real(self, number, work)

    folders = [str(tmp_path / f"out-in-{number}") for number in (0, 1)]
    with monkeypatch.context() as patch:
        patch.setattr(dask_cluster.DaskCluster, "submit", submit)
        recompute(folders, str(tmp_path / "dask"), verifier(), pool=pool(cluster))
    assert read_output(tmp_path / "dask") == wanted
    # Bytes, also of the lines of shared records, which are read where they are sent.
    assert sent and not any(isinstance(work, Scan | FramesAt | LinesAt) for work in sent)


def test_what_is_damaged_is_named_as_by_this_machine(tmp_path: Path, cluster: Any) -> None:
    wanted = write_frames(tmp_path / "a", LINES, 5)
    (pack,) = (tmp_path / "a").glob("*.zst")
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(b"junk" + data)
    recompute([str(tmp_path / "a")], str(tmp_path / "here"), verifier())
    recompute([str(tmp_path / "a")], str(tmp_path / "dask"), verifier(), pool=pool(cluster))
    assert files_of(tmp_path / "dask") == files_of(tmp_path / "here")
    assert wanted > 2 and len(read_output(tmp_path / "dask").rejected) == 2


def test_an_archive_in_object_storage_is_read_by_the_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kit.buckets import bucket, upload
    from kit.dask import local_cluster
    from pithbundle.recompute.object_storage import ObjectStorage, StoredFile

    write(tmp_path / "a", LINES)
    # The workers are started where the server is known.
    with bucket() as system, local_cluster(2) as cluster:
        upload(system, tmp_path / "a", "bucket/a")
        with monkeypatch.context() as patch:
            manifest = (tmp_path / "a" / "pith-archive.json").read_bytes()
            patch.setattr(ObjectStorage, "read", lambda *_: manifest)
            patch.setattr(StoredFile, "read_at", not_here)
            storage = ObjectStorage(["s3"])
            recompute(
                ["s3://bucket/a"], str(tmp_path / "dask"), verifier(), pool=pool(cluster), storage=storage
            )
    assert read_output(tmp_path / "dask") == run(tmp_path, LINES)


def test_a_frame_that_changed_ends_the_run(tmp_path: Path, cluster: Any) -> None:
    span = FramesSpan(str(tmp_path / "pack"), "json", LOCAL, 0, (10,))
    message = r"a worker fails each time: .*pack: (no such file|changed while it was read; run again)"
    for _ in range(2):
        with pool(cluster) as opened, pytest.raises(FileError, match=message):
            [*opened.results([(0, FramesAt(span, "0" * 64, b""))])]
        (tmp_path / "pack").write_bytes(b"no frame of zstd")


def test_a_connection_that_is_lost_while_an_archive_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kit.dask import local_cluster

    def failing(*_: object, **__: object) -> None:
        raise OSError("gone")

    write(tmp_path / "a", LINES[:3])
    # A cluster of its own: of a scheduler that does not answer nobody asks that workers forget the verifier.
    with local_cluster(1) as cluster, pool(cluster) as opened:
        monkeypatch.setattr(opened._connection._client, "run", failing)
        with pytest.raises(FileError, match="the connection to the scheduler was lost"):
            opened.reads(Reader(tmp_path / "a"))


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


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "memory"])
def test_a_unit_that_ends_every_worker_is_the_only_one_lost(
    is_killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kit.dask import ENDS, Ending, local_cluster
    from pithbundle.recompute import dask_cluster

    # A cluster that has lost its workers for good would be waited for.
    monkeypatch.setattr(dask_cluster, "NO_WORKER", 60.0 * slowness())
    units = small(LINES[:20])
    units[7] = 7, [("json", ENDS + b"\n")]
    with local_cluster(2, Ending(is_killed=is_killed)) as cluster, pool(cluster) as opened:
        found = [*opened.results(units)]
    assert [number for number, _ in found] == [*range(20)]
    assert [number for number, result in found if result is None] == [7]


def test_a_unit_that_raises_is_computed_again_five_times(tmp_path: Path) -> None:
    from kit.dask import ENDS, Raising, local_cluster

    with local_cluster(1, Raising(tmp_path)) as cluster:
        parts: Parts = [("json", ENDS + b" 5\n")]
        with pool(cluster) as opened:
            assert [*opened.results([(0, parts)])] == [(0, compute(verifier(), parts))]
        with pool(cluster) as opened, pytest.raises(FileError, match="a worker fails each time: once more"):
            [*opened.results([(0, [("json", ENDS + b" 6\n")])])]
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"5": "x" * 6, "6": "x" * 6}


#: Another version, or the same one with other code (RECOMP-8).
OTHERS: list[tuple[str, Any, str]] = [
    ("pithbundle.__version__", "99.1", r"has pithbundle [0-9.]+, the client 99\.1; inst"),
    (
        "pithbundle.recompute.versions.code_sha256",
        lambda: "f" * 64,
        r"has pithbundle [0-9.]+ with other code: code_sha256 [0-9a-f]{16}\.{3}, the client f{16}\.{3}; inst",
    ),
]


@pytest.mark.parametrize(("name", "value", "message"), OTHERS, ids=["version", "code"])
def test_a_worker_with_another_version_or_other_code_is_rejected_and_named(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: Any, message: str
) -> None:
    monkeypatch.setattr(name, value)
    with pytest.raises(FileError, match=rf"the worker tcp://127\.0\.0\.1:\d+ {message}all the same"):
        pool(cluster)


@pytest.mark.parametrize(("name", "value", "message"), OTHERS, ids=["version", "code"])
def test_a_worker_that_starts_later_with_another_version_or_other_code_is_too(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: Any, message: str
) -> None:
    with pool(cluster) as opened:
        monkeypatch.setattr(name, value)
        with pytest.raises(FileError, match=rf"fails each time: the worker tcp://\S+ {message}all the same"):
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


def test_a_client_that_gave_up_to_connect_again_ends_the_run() -> None:
    from kit.dask import local_cluster

    # In a cluster of its own: such a client leaves the verifier with the workers.
    with local_cluster(1) as cluster, pool(cluster) as opened:
        opened._connection._client.close()
        with pytest.raises(FileError, match="the connection to the scheduler was lost"):
            [*opened.results(small(LINES[:1]))]


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
