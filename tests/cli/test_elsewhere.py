"""``recompute`` elsewhere: ``--cluster`` and ``--storage`` (RECOMP-14, RECOMP-16)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kit.archives import write
from kit.command_line import process_env, run
from kit.recomputed import POLICY_BYTES, read_output, registry
from pithbundle.cli import recompute_run, storage_option
from pithbundle.cli.commands import recompute as command
from pithbundle.errors import FileError
from pithbundle.recompute import location

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

    def ending(*_: object, kept: Callable[[int], None], **__: object) -> None:
        kept(3)
        raise FileError.at("x", "no room")

    monkeypatch.setattr(recompute_run, "recompute", ending)
    assert "to go on: " in run("recompute", "in", "--policy", "p.json", "-o", "here").err
    monkeypatch.setattr(command, "local_folder", elsewhere)
    result = run("recompute", "in", *OPTIONS)
    assert result.status == 2 and "no room" in result.err and "to go on: " not in result.err


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
    assert there.out == here.out.replace("written to out", "written to there")
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
