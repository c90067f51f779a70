"""Where there is no bundle nothing is written or replaced, what a folder contains is read or named,
and no output has the name of another container (ARCH-11, ARCH-15)."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from kit.archives import bundle_bytes, content, lines, write
from kit.command_line import run
from pithbundle.archive import tar, zstd
from pithbundle.archive.inputs import format_of_name
from pithbundle.archive.lines import line_of
from pithbundle.cli.guard import CONTAINER_NAME


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    os.makedirs("empty/below")
    os.mkdir("junk")
    Path("junk/a.json").write_bytes(b"{}")
    Path("junk/b.jsonl").write_bytes(b"x\n\ny\n")
    write(Path("good"), lines(3))
    write(Path("none"), [])
    return tmp_path


def outputs() -> dict[str, bytes]:
    """Every file of the outputs that were there."""
    names = [path for path in Path().rglob("*") if path.is_file() and str(path).startswith("old")]
    return {str(path): path.read_bytes() for path in sorted(names)}


WRITING = [
    (("archive", "pack"), "old"),
    (("archive", "unpack"), "old"),
    (("archive", "unpack"), "old.tar"),
    (("recompute", "--jobs", "1"), "old"),
]


@pytest.mark.parametrize(
    ("words", "old", "given"),
    [
        *((*each, given) for each in WRITING for given in ("empty", "junk", "none")),
        (("archive", "merge"), "old", "none"),
    ],
)
def test_an_output_is_never_replaced_by_nothing(words: tuple[str, ...], old: str, given: str) -> None:
    assert run(*words, "good", "-o", old).status in (0, 3)
    before = outputs()
    assert before
    for name in (old, f"new{old[3:]}"):
        done = run(*words, given, "-o", name, "--force")
        assert (done.status, done.stdout) == (1, b""), done
        assert "pithbundle: error: " in done.err and "pithbundle: hint: " in done.err
        if given != "empty":
            assert f"{name}: not written, because there is no bundle to write" in done.err
            assert ("what is there is as it was" in done.err) == (name == old)
            value = json.loads(run(*words, given, "-o", name, "--force", "--json").stdout)
            assert (value["outcome"], value["exit_status"]) == ("nothing_written", 1)
            assert value["rejected_count"] == (3 if given == "junk" else 0)
        else:
            assert "empty: contains no archive and no file of bundles" in done.err
    assert outputs() == before
    assert not [name for name in os.listdir() if name.startswith("new") or name.endswith(".part")]


def test_an_empty_folder_beside_a_good_one_ends_the_command_before_anything_is_read() -> None:
    done = run("archive", "pack", "good", "empty", "-o", "new")
    assert done.status == 1 and "empty: contains no archive" in done.err and not os.path.lexists("new")
    # With something in it that cannot be read the rest is packed, and the status is 1 all the same.
    done = run("archive", "pack", "good", "junk", "-o", "new")
    assert done.status == 1 and "  rejected    3, listed on stderr\n" in done.out and os.path.isdir("new")


def test_every_container_below_a_folder_is_read() -> None:
    os.makedirs("in/a/b")
    unsorted = [line_of(bundle_bytes(seed)) for seed in range(8)]
    text = [line.raw for line in unsorted]
    Path("in/one.json").write_bytes(bundle_bytes(0))
    Path("in/a/two.jsonl.zst").write_bytes(zstd.compress(text[1] + text[2]))
    Path("in/a/three.NDJSON").write_bytes(text[3])
    Path("in/a/b/four.tgz").write_bytes(gzip.compress(tar.member("x.json", bundle_bytes(4)) + tar.END))
    write(Path("in/a/b/archive"), unsorted[5:])
    done = run("archive", "pack", "in", "-o", "new")
    assert done.status == 0 and not done.err
    write(Path("expected"), lines(8))
    assert content(Path("new")) == content(Path("expected"))
    done = run("recompute", "in", "-o", "states", "--jobs", "1")
    assert done.status == 3 and "8 records of 8 bundles" in done.out


def test_what_a_folder_contains_and_is_not_read_is_named() -> None:
    os.mkdir("in")
    Path("in/one.json").write_bytes(bundle_bytes(0))
    Path("in/notes.txt").write_bytes(b"x")
    Path("in/.hidden.json").write_bytes(b"x")
    Path("in/twice.tgz.gz").write_bytes(b"x")
    Path("in/link").symlink_to("../good")
    os.mkfifo("in/pipe.jsonl")
    done = run("archive", "pack", "in", "-o", "new")
    assert done.status == 0
    assert done.err.splitlines() == [
        "pithbundle: skipped in/link: a symbolic link to a folder, which is not followed",
        "pithbundle: skipped in/pipe.jsonl: a FIFO, socket or device",
    ]
    assert "  skipped     5 files: in/notes.txt, in/twice.tgz.gz, ...\n" in done.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("output", "is an output of recompute, and no source of bundles"),
        ("output/states", "has packs of states or reports, and no bundles"),
        ("output/reports", "has packs of states or reports, and no bundles"),
    ],
)
@pytest.mark.parametrize(
    "command", [("archive", "pack"), ("archive", "unpack"), ("recompute", "--jobs", "1")]
)
def test_a_folder_without_bundles_of_its_own_is_rejected_by_name(
    command: tuple[str, ...], name: str, words: str
) -> None:
    os.mkdir("in")
    run("recompute", "good", "-o", "in/output", "--jobs", "1")
    done = run(*command, f"in/{name}", "-o", "new")
    assert done.status == 2 and f"in/{name}: {words}" in done.err and not os.path.lexists("new")
    # Below a folder it is rejected, and the rest is read.
    Path("in/one.json").write_bytes(bundle_bytes(0))
    done = run(*command, "in", "-o", "new")
    assert done.status == 1 and os.path.isdir("new")
    if "/" not in name:
        assert f"in/{name}: {words}" in done.err


@pytest.mark.parametrize(
    "name",
    [
        "x.jsonl",
        "x.json.gz",
        "x.CBOR",
        "x.cborseq.zst",
        "x.tgz",
        "x.tar.gz",
        "x.ndjson/",
        "x.gz",
        "x.txt.zst",
        "x.zip",
        "x.tar.xz",
    ],
)
def test_no_output_has_the_name_of_another_container(name: str) -> None:
    for words in (("archive", "pack"), ("archive", "merge"), ("archive", "unpack"), ("recompute",)):
        done = run(*words, "good", "-o", name)
        assert done.status == 2 and "is a folder here, and no file in " in done.err, done
    for kind in ("folder", "tar", "parquet"):
        done = run("archive", "unpack", "good", "-o", name, "--to", kind)
        assert done.status == 2 and "here, and no file in " in done.err, done
    assert not os.path.lexists(name)


def test_the_names_are_those_of_the_library() -> None:
    for container in ("json", "cbor", "jsonl", "ndjson", "cborseq", "tar", "tgz", "txt", "parquet", "part"):
        for compression in ("", ".zst", ".gz"):
            name = f"x.{container}{compression}"
            is_other = format_of_name(name) is not None or name.endswith((".zst", ".gz", ".parquet"))
            assert bool(CONTAINER_NAME.search(name)) == is_other, name
