"""``recompute`` elsewhere: ``--cluster`` and ``--storage`` (RECOMP-14, RECOMP-16)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kit.archives import write
from kit.command_line import process_env, run
from kit.recomputed import POLICY_BYTES, files_of, read_output, registry
from pithbundle import Verifier
from pithbundle.archive.storage import LOCAL, LocalStorage, OpenFile
from pithbundle.cli import cluster_option, recompute_run, storage_option
from pithbundle.cli.commands import recompute as command
from pithbundle.errors import FileError
from pithbundle.recompute import Recomputed, cluster, location
from pithbundle.recompute import recompute as recompute_archives
from pithbundle.recompute.pool import Pool

OPTIONS = ("--policy", "p.json", "-o", "out")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)
    write(Path("in"), registry(8))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://192.0.2.7:8786", "is neither tls:// nor of this machine"),
        ("localhost.evil:8786", "is neither tls:// nor of this machine"),
        ("2130706433:8786", "is neither tls:// nor of this machine"),
        ("tcp://127.0.0.1@evil.example:8786", "must be tls://HOST:PORT"),
        ("\x1b[2J:8786", "must be tls://HOST:PORT"),
        ("", "must be tls://HOST:PORT"),
    ],
)
def test_an_address_that_is_neither_tls_nor_of_this_machine(address: str, message: str) -> None:
    result = run("recompute", "in", *OPTIONS, "--cluster", address)
    assert result.status == 2 and message in result.err and "\x1b" not in result.err
    assert not Path("out").exists() and not Path("out.part").exists()


def test_a_cluster_has_its_own_number_of_workers() -> None:
    result = run("recompute", "in", *OPTIONS, "--cluster", "127.0.0.1:1", "--jobs", "2")
    assert result.status == 2 and "leave one of --jobs and --cluster out" in result.err


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("s3://bucket/a", (), "add --storage s3"),
        ("gs://bucket/a", ("--storage", "s3"), "add --storage gs"),
        ("https://example.org/a", ("--storage", "s3"), "archives are not read over http"),
        ("zip://x::s3://bucket/a", ("--storage", "s3"), "no scheme of object storage"),
        ("s3://bucket/a?x=1", ("--storage", "s3"), "must be s3://BUCKET/KEY"),
        ("s3://bucket/\x1b[2J", ("--storage", "s3"), "must be s3://BUCKET/KEY"),
    ],
)
def test_a_path_of_object_storage_that_may_not_be_read(
    path: str, options: tuple[str, ...], message: str
) -> None:
    result = run("recompute", "in", path, *OPTIONS, *options)
    assert result.status == 2 and message in result.err and "\x1b" not in result.err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-o", "s3://bucket/out"), "add --storage s3"),
        (("-o", "http://example.org/out"), "not read over http"),
        (
            ("-o", "s3://bucket/out", "--storage", "s3", "--expect", "x"),
            "--expect needs an output on this machine",
        ),
        (
            ("-o", "s3://bucket/out", "--storage", "s3", "--resume"),
            "--resume needs an output on this machine",
        ),
    ],
)
def test_an_output_in_object_storage_that_may_not_be_written(words: tuple[str, ...], message: str) -> None:
    result = run("recompute", "in", *words)
    assert result.status == 2 and message in result.err


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("in", "--cluster", "127.0.0.1:1"), "--cluster needs Dask"),
        (("s3://bucket/a", "--storage", "s3"), "object storage needs fsspec"),
    ],
)
def test_without_the_packages_the_missing_extra_is_named(words: tuple[str, ...], extra: str) -> None:
    code = "import sys; sys.modules.update(dict.fromkeys(['dask', 'distributed', 'fsspec'])); "
    code += "from pithbundle.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "recompute", *words, *OPTIONS]
    done = subprocess.run(command, env=process_env(), capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"{extra}, which is not installed" in done.stderr and "'.[cluster]'" in done.stderr


def test_nothing_is_kept_of_an_output_in_object_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def elsewhere(output: str, *_: object) -> Iterator[str]:
        yield "temporary" if output == "out" else output

    def ending(*_: object, on_resumable: Callable[[int], None], **__: object) -> None:
        on_resumable(3)
        raise FileError.at("x", "no room")

    monkeypatch.setattr(recompute_run, "recompute", ending)
    assert "to go on: " in run("recompute", "in", "--policy", "p.json", "-o", "here").err
    monkeypatch.setattr(command, "local_folder", elsewhere)
    result = run("recompute", "in", *OPTIONS)
    assert result.status == 2 and "no room" in result.err and "to go on: " not in result.err


class FakePool(Pool[Any]):
    """A cluster whose workers are this process."""

    def __init__(self, connection: tuple[str, Verifier]) -> None:
        address, verifier = connection
        super().__init__(verifier, 1)
        connected.append(address)

    def __exit__(self, *_: object) -> None:
        super().__exit__(*_)
        connected.append("closed")


connected: list[str] = []


def test_a_cluster_verifies_and_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages of a cluster: what the command does with a connection, and what it logs."""
    fake = ModuleType("pithbundle.recompute.dask_cluster")
    vars(fake)["DaskCluster"] = lambda address, verifier: (address, verifier)
    monkeypatch.setitem(sys.modules, fake.__name__, fake)
    monkeypatch.setattr(cluster, "ClusterPool", FakePool)
    connected.clear()
    level = logging.getLogger("distributed").level
    try:
        plain = run("recompute", "in", "--policy", "p.json", "-o", "plain", "--jobs", "1")
        found = run("recompute", "in", *OPTIONS, "--cluster", "localhost:8786")
        assert logging.getLogger("distributed").level > logging.CRITICAL
    finally:
        for name in cluster_option._LOGGERS:
            logging.getLogger(name).setLevel(level)
    assert found.status == plain.status == 1 and found.err == plain.err
    assert connected[0] == "tcp://127.0.0.1:8786" and {*connected[1:]} == {"closed"}
    assert files_of(Path("out")) == files_of(Path("plain"))


@pytest.mark.parametrize(
    ("reason", "hint"),
    [("no worker", ""), ("the connection to the scheduler was lost; see", "hint: what was finished is kept")],
)
def test_a_cluster_that_cannot_be_used_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, reason: str, hint: str
) -> None:
    def fails(*_: object) -> None:
        raise FileError.at("tls://cluster:8786", reason)

    fake = ModuleType("pithbundle.recompute.dask_cluster")
    vars(fake)["DaskCluster"] = fails
    monkeypatch.setitem(sys.modules, fake.__name__, fake)
    result = run("recompute", "in", *OPTIONS, "--cluster", "tls://cluster:8786")
    assert result.status == 2 and reason in result.err and hint in result.err and not Path("out").exists()


def stored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Object storage of this process; what is uploaded to it is listed."""
    uploaded: list[str] = []

    class ObjectStorage(LocalStorage):
        def __init__(self, schemes: tuple[str, ...]) -> None:
            assert schemes == ("s3",)

        def open(self, path: str) -> OpenFile:
            return super().open(path.removeprefix("s3://bucket/"))

        def read(self, path: str, limit: int) -> bytes:
            return super().read(path.removeprefix("s3://bucket/"), limit)

    class StoredOutput:
        def __init__(self, storage: object, path: str, force: bool) -> None:
            assert isinstance(storage, ObjectStorage)
            if path.endswith("taken") and not force:
                raise FileError.at(path, "contains an output already")
            self._path = path

        def write(self, folder: str) -> None:
            if self._path.endswith("broken"):
                raise FileError.at(self._path, "the storage cannot be reached")
            uploaded.extend(f"{self._path}/{name}" for name in sorted(files_of(Path(folder))))

    for name, member in (("object_storage", ObjectStorage), ("stored_output", StoredOutput)):
        fake = ModuleType(f"pithbundle.recompute.{name}")
        vars(fake)[member.__name__] = member
        monkeypatch.setitem(sys.modules, fake.__name__, fake)
    return uploaded


def test_an_archive_and_an_output_of_a_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    uploaded = stored(monkeypatch)
    words = ("recompute", "s3://bucket/in", "--policy", "p.json", "--storage", "s3", "--jobs", "1")
    plain = run("recompute", "in", *OPTIONS, "--jobs", "1")
    found = run(*words, "-o", "s3://bucket/new")
    assert found.status == plain.status == 1
    # The command that shows a record reads archives of this machine only.
    expected = [line for line in plain.out.splitlines() if not line.startswith("  next ")]
    assert len(expected) + 1 == len(plain.out.splitlines())
    assert found.out.splitlines() == [line.replace("to out", "to s3://bucket/new") for line in expected]
    assert uploaded == [f"s3://bucket/new/{name}" for name in sorted(files_of(Path("out")))]
    assert sorted(os.listdir()) == ["in", "out", "p.json"]


@pytest.mark.parametrize(
    ("name", "reason"), [("taken", "contains an output already"), ("broken", "cannot be reached")]
)
def test_a_storage_that_rejects_an_output(monkeypatch: pytest.MonkeyPatch, name: str, reason: str) -> None:
    """What is there is known before anything is computed, and nothing is left on this machine."""
    uploaded = stored(monkeypatch)
    left: list[str] = []
    monkeypatch.setattr(tempfile, "tempdir", str(Path("temporary").absolute()))
    os.mkdir("temporary")

    def recompute(*args: Any, **options: Any) -> Recomputed:
        left.append(args[1])
        return recompute_archives(*args, **options)

    monkeypatch.setattr(recompute_run, "recompute", recompute)
    words = ("recompute", "in", "--policy", "p.json", "--storage", "s3", "--jobs", "1")
    result = run(*words, "-o", f"s3://bucket/{name}")
    assert result.status == 2 and reason in result.err and uploaded == []
    assert len(left) == (name == "broken") and os.listdir("temporary") == []


def test_an_output_without_its_storage_is_a_fault_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(monkeypatch)
    with (
        pytest.raises(TypeError, match="without one"),
        storage_option.local_folder("s3://bucket/a", LOCAL, force=False),
    ):
        pass


def test_without_pyarrow_nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("recompute", "in", *OPTIONS, "--format", "parquet")
    assert result.status == 2 and "a table needs pyarrow" in result.err and "'.[parquet]'" in result.err
    assert sorted(os.listdir()) == ["in", "p.json"]


def test_without_zstd_its_extra_is_named_first() -> None:
    code = "import sys; sys.modules['backports'] = sys.modules['compression'] = None; "
    code += "from pithbundle.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "recompute", "in", *OPTIONS, "--cluster", "127.0.0.1:1"]
    done = subprocess.run(command, env=process_env(), capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "'.[archive]'" in done.stderr and "Traceback" not in done.stderr


def test_the_option_names_the_schemes_of_the_specification() -> None:
    assert storage_option.SCHEMES == location.SCHEMES


@pytest.mark.cluster
def test_an_archive_of_object_storage_on_a_cluster() -> None:
    from kit.buckets import bucket, upload
    from kit.dask import local_cluster

    here = run("recompute", "in", *OPTIONS)
    with bucket() as system, local_cluster(2) as cluster:
        upload(system, Path("in"), "bucket/some/archive")
        words = (
            "--storage",
            "s3",
            "--cluster",
            cluster.scheduler_address,
            "--policy",
            "p.json",
            "-o",
            "there",
        )
        there = run("recompute", "s3://bucket/some/archive", *words)
    assert (there.status, there.err) == (here.status, here.err)
    # The next command is one for an archive in a folder.
    lines, next_command, _ = here.out.partition("\n  next ")
    assert next_command and there.out == lines.replace("written to out", "written to there") + "\n"
    assert read_output(Path("there")) == read_output(Path("out"))


@pytest.mark.cluster
def test_an_output_in_object_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.buckets import bucket

    words = ("--storage", "s3", "--policy", "p.json", "--jobs", "1", "-o", "s3://bucket/some/out")
    here = run("recompute", "in", *OPTIONS, "--jobs", "1")
    with bucket() as system:
        system.pipe_file("bucket/some/out-of-another", b"mine")
        there = run("recompute", "in", *words)
        assert (there.status, there.err) == (here.status, here.err)
        assert there.out == here.out.replace("written to out", "written to s3://bucket/some/out")
        system.get("bucket/some/out", "downloaded", recursive=True)
        assert read_output(Path("downloaded")) == read_output(Path("out"))
        again = run("recompute", "in", *words)
        assert again.status == 2 and "s3://bucket/some/out: exists; --force replaces it" in again.err
        # What a killed upload left, and a pack of the old output, are gone after the next.
        system.rm_file("bucket/some/out/summary.json")
        system.pipe_file(f"bucket/some/out/states/{'0' * 32}.jsonl.zst", b"old")
        run("recompute", "in", *words)
        system.invalidate_cache()
        system.get("bucket/some/out", "second", recursive=True)
        assert system.cat_file("bucket/some/out-of-another") == b"mine"
    assert read_output(Path("second")) == read_output(Path("out"))


@pytest.mark.cluster
def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.recompute import dask_cluster

    monkeypatch.setattr(dask_cluster, "_CONNECT", 0.5)
    result = run("recompute", "in", *OPTIONS, "--cluster", "127.0.0.1:1")
    assert result.status == 2 and "tcp://127.0.0.1:1: no scheduler can be reached" in result.err
    assert not Path("out").exists() and not Path("out.part").exists()
