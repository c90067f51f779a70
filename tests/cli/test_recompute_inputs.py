"""What ``recompute`` reads: any container, in any order, and registries of an unknown format (RECOMP-12)."""

from __future__ import annotations

import gzip
import json
import os
import random
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kit.archives import write
from kit.command_line import Result, run
from kit.recomputed import POLICY_BYTES, Read, bundles, expected, in_cbor, read_output, registry
from kit.registries import draw, policy
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.zstd import compress

OPTIONS = ("--policy", "p.json", "--jobs", "1")
LINES = registry(7)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)


def shuffled(seed: int = 1) -> list[Line]:
    """The lines in another order, some of them twice."""
    return random.Random(seed).sample([*LINES, *LINES[::3]], len(LINES) + len(LINES[::3]))


def recomputed(*inputs: str, options: tuple[str, ...] = OPTIONS, name: str = "out") -> tuple[Result, Read]:
    result = run("recompute", *inputs, "-o", name, *options)
    return result, read_output(Path(name))


# -- the same lines in any container -------------------------------------------------------------


def as_folder() -> list[str]:
    for number, line in enumerate(shuffled()):
        path = Path("given", f"{number % 3}", f"{number}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        # As received: white space outside strings is no part of a line.
        path.write_bytes(line.data.replace(b"{", b"{ ", 1) + b"\n")
    return ["given"]


def as_compressed_folder() -> list[str]:
    os.mkdir("given")
    for number, line in enumerate(shuffled()):
        data, ending = (gzip.compress(line.data), "gz") if number % 2 else (compress(line.data), "zst")
        Path(f"given/{number}.json.{ending}").write_bytes(data)
    return ["given"]


def as_lines() -> list[str]:
    Path("given.jsonl").write_bytes(b"\n".join(line.data for line in shuffled()))
    return ["given.jsonl"]


def as_compressed_lines() -> list[str]:
    halves = shuffled()[0::2], shuffled()[1::2]
    Path("a.jsonl.gz").write_bytes(gzip.compress(b"".join(line.raw for line in halves[0])))
    Path("b.jsonl.zst").write_bytes(compress(b"".join(line.raw for line in halves[1])))
    return ["b.jsonl.zst", "a.jsonl.gz"]


def as_tar() -> list[str]:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for number, line in enumerate(shuffled()):
            member = tarfile.TarInfo(f"some/where/{number}.json")
            member.size = len(line.data)
            tar.addfile(member, BytesIO(line.data))
    Path("given.tgz").write_bytes(buffer.getvalue())
    return ["given.tgz"]


def as_archive_and_lines() -> list[str]:
    write(Path("packed"), shuffled()[:10])
    Path("rest.jsonl").write_bytes(b"".join(line.raw for line in shuffled()[5:]))
    return ["rest.jsonl", "packed"]


def as_archive() -> list[str]:
    write(Path("packed"), shuffled())
    return ["packed"]


CONTAINERS: dict[str, Callable[[], list[str]]] = {
    "folder": as_folder,
    "folder of compressed files": as_compressed_folder,
    "lines": as_lines,
    "two files of compressed lines": as_compressed_lines,
    "tar.gz": as_tar,
    "an archive and lines": as_archive_and_lines,
    "archive": as_archive,
}


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_the_output_is_that_of_the_lines(make: Callable[[], list[str]]) -> None:
    result, found = recomputed(*make())
    assert result.status == 1 and not result.err
    assert (found.states, found.digests) == expected(LINES)
    assert found.summary["bundles"] == len(LINES)
    write(Path("sorted"), LINES)
    _, other = recomputed("sorted", name="other")
    # Reports, the picture and the names of all packs too.
    assert other == found and not os.path.lexists("out.part")
    assert Path("out/summary.svg").read_bytes() == Path("other/summary.svg").read_bytes()


def test_items_of_cbor() -> None:
    items = list(in_cbor(LINES))
    random.Random(2).shuffle(items)
    Path("given.cborseq").write_bytes(b"".join(item.data for item in items))
    _, found = recomputed("given.cborseq")
    assert (found.states, found.digests) == expected(LINES)
    # Both encodings of a bundle are lines of their own, of one record.
    Path("given.jsonl").write_bytes(b"".join(line.raw for line in LINES))
    _, both = recomputed("given.cborseq", "given.jsonl", name="both")
    assert both.digests == found.digests and both.counts == found.counts
    assert both.summary["bundles"] == 2 * len(LINES)


def test_standard_input_and_a_named_format() -> None:
    data = b"".join(line.raw for line in shuffled())
    result = run("recompute", "--from", "jsonl", "-", "-o", "out", *OPTIONS, stdin=data)
    assert result.status == 1 and read_output(Path("out")).digests == expected(LINES)[1]
    Path("data").write_bytes(gzip.compress(data))
    _, found = recomputed("data", options=(*OPTIONS, "--from", "jsonl.gz"), name="other")
    assert found == read_output(Path("out"))


@pytest.mark.slow
def test_processes_change_nothing() -> None:
    _, one = recomputed(*as_lines())
    _, two = recomputed("given.jsonl", options=("--policy", "p.json", "--jobs", "2"), name="two")
    assert one == two


@pytest.mark.parametrize("seed", range(3))
def test_the_same_lines_in_any_order_give_equal_packs(seed: int) -> None:
    write(Path("a"), LINES)
    write(Path("b"), shuffled(seed), run_bytes=5_000)
    assert sorted(os.listdir("a")) == sorted(os.listdir("b"))
    for name in os.listdir("a"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()


# -- what is rejected ------------------------------------------------------------------------------


def test_what_is_no_bundle_is_named_by_its_source() -> None:
    os.mkdir("given")
    Path("given/a.json").write_bytes(LINES[0].data)
    Path("given/b.json").write_bytes(b"{")
    Path("given/c.txt").write_bytes(b"notes")
    Path("more.jsonl").write_bytes(b"x\n\n" + LINES[1].raw + b"[]\n")
    result, found = recomputed("given", "more.jsonl")
    listed = [(one["file"], one["position"], one["code"]) for one in found.rejected]
    assert listed == [
        ("given/b.json", "", "syntax"), ("more.jsonl", "line 1", "syntax"), ("more.jsonl", "line 4", "type"),
    ]  # fmt: skip
    assert result.status == 1 and found.summary["outcome"] == "rejected"
    assert "pithbundle: error: more.jsonl, line 4: " in result.err
    assert "  skipped     1 file: given/c.txt\n" in result.out
    assert found.digests == expected(LINES[:2])[1]


def test_the_number_of_another_record_moves_no_bundle() -> None:
    """D9: of two records, each bundle that claims the number of the other one is rejected."""
    one, two = (json.loads(bundles(seed)[0]) for seed in (1, 2))
    swapped = [
        json.dumps({**value, "pith_number": other["pith_number"]})
        for value, other in ((one, two), (two, one))
    ]
    Path("given.jsonl").write_text("\n".join(swapped))
    rest = [line_of(data) for seed in (1, 2) for data in bundles(seed)]
    write(Path("packed"), rest)
    _, found = recomputed("given.jsonl", "packed")
    assert (found.states, found.digests) == expected(rest)
    assert [(one["position"], one["code"]) for one in found.rejected] == [
        ("line 1", "subject"), ("line 2", "subject"),
    ]  # fmt: skip


def test_what_a_bundle_may_expand_to_is_bounded() -> None:
    Path("bomb.json.gz").write_bytes(gzip.compress(b" " * 30_000_000))
    Path("given.jsonl").write_bytes(LINES[0].raw)
    _, found = recomputed("bomb.json.gz", "given.jsonl")
    assert [(one["file"], one["code"]) for one in found.rejected] == [("bomb.json.gz", "size")]
    size = str(len(LINES[0].data) - 1)
    Path("given.jsonl").write_bytes(LINES[0].raw + min(LINES, key=lambda line: len(line.data)).raw)
    result = run("recompute", "given.jsonl", "-o", "out", "--force", *OPTIONS, "--max-raw", size)
    assert result.status == 1 and read_output(Path("out")).summary["rejected"] == {"size": 1}


def test_limits_are_those_of_the_option() -> None:
    Path("given.jsonl").write_bytes(b"".join(line.raw for line in LINES))
    words = ("recompute", "given.jsonl", "-o", "out", "--force", *OPTIONS)
    result = run(*words, "--limit", "events=2")
    found = read_output(Path("out"))
    assert result.status == 1 and found.summary["limits"]["events"] == 2
    over = sum(len(json.loads(line.data)["events"]) > 2 for line in LINES)
    assert found.summary["rejected"] == {"events": over} and over > 0
    assert "--limit" in run(*words, "--limit", "events=0x2").err


def test_an_archive_in_a_folder_that_is_none() -> None:
    os.makedirs("given/inner")
    Path("given/a.json").write_bytes(LINES[0].data)
    Path("given/inner/b.json").write_bytes(LINES[1].data)
    _, found = recomputed("given")
    assert found.summary["bundles"] == 2


def test_a_broken_archive_among_the_files_of_a_folder_is_named() -> None:
    os.makedirs("given/broken")
    write(Path("given/sound"), LINES[:2])
    Path("given/broken/pith-archive.json").write_text("{}")
    Path("given/a.json").write_bytes(LINES[2].data)
    result, found = recomputed("given")
    assert result.status == 1 and found.summary["bundles"] == 3
    assert [(one["file"], one["code"]) for one in found.rejected] == [
        ("given/broken/pith-archive.json", "archive")
    ]
    # An archive that was named ends the command instead.
    named = run("recompute", "given/broken", "-o", "new", *OPTIONS)
    assert named.status == 1 and "archive_type must be" in named.err and not os.path.lexists("new")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["old"], "is an output of recompute, and no source of bundles"),
        (["absent.jsonl"], "no such file"),
        (["absent"], "no such file"),
        (["p.json", "notes.txt"], "states no format"),
        (["table.parquet"], "is a table for analysts, and no source of bundles"),
        (["-"], "standard input states no format"),
        (["--from", "jsonl", "-", "-"], "standard input can be read only once"),
        (["--from", "jsonl", "-", "--policy", "-"], "standard input can be read only once"),
        (["p.json", "-o", "p.json"], "is also an input"),
    ],
)
def test_what_cannot_be_an_input(words: list[str], message: str) -> None:
    os.mkdir("empty")
    run("recompute", *as_archive(), "-o", "old", *OPTIONS)
    Path("notes.txt").write_bytes(b"x")
    Path("table.parquet").write_bytes(b"PAR1")
    result = run("recompute", "-o", "new", "--jobs", "1", *words)
    assert result.status == 2 and message in result.err
    assert not os.path.lexists("new") and not os.path.lexists("new.part")


def test_an_input_that_changes_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("given.jsonl").write_bytes(b"".join(line.raw for line in LINES))

    def changing(*args: Any) -> Line:
        os.truncate("given.jsonl", os.path.getsize("given.jsonl") - 1)
        return line_of(*args)

    monkeypatch.setattr("pithbundle.archive.inputs.line_of", changing)
    result = run("recompute", "given.jsonl", "-o", "out", *OPTIONS)
    assert result.status == 2 and "changed while it was read" in result.err
    assert not os.path.lexists("out") and not os.path.lexists("out.part")


def test_leftovers_of_a_killed_run_are_removed() -> None:
    os.makedirs("out.part/sorted")
    for name in ("run-000000", "pack.tmp", "pith-archive.json"):
        Path("out.part/sorted", name).write_bytes(b"x")
    result, _ = recomputed(*as_lines())
    assert result.status == 1 and not os.path.lexists("out.part") and "sorted" not in os.listdir("out")


def test_what_a_killed_run_left_in_a_folder_of_inputs_is_none() -> None:
    """Also of a run that goes on with it: the output is that of an undisturbed one (CLI-5)."""
    os.mkdir("given")
    Path("given/a.json").write_bytes(LINES[0].data)
    _, wanted = recomputed("given")
    os.mkdir("given/out.part")
    write(Path("given/out.part/sorted"), LINES[1:])
    for name in ("plan.json", "units.bin", "journal.txt", "summary.json"):
        Path("given/out.part", name).write_bytes(b"x")
    result, found = recomputed("given", options=(*OPTIONS, "--resume"), name="given/out")
    assert found == wanted and result.err == "" and not os.path.lexists("given/out.part")
    # Of another output it is a folder like any other.
    os.rename("given/out", "given/other.part")
    _, found = recomputed("given", name="new")
    assert [entry["file"] for entry in found.rejected] == ["given/other.part"]


# -- registries whose format is not known ------------------------------------------------------------


def test_a_registry_of_unknown_format_until_it_is_found() -> None:
    registries = [draw(seed) for seed in (3, 4, 5)]
    data = [
        registry.bundle(part)
        for registry in registries
        for part in (registry.events, registry.events[::2], registry.events[1:])
    ]
    Path("p.json").write_bytes(policy(*(each.key.in_policy(["unknown"]) for each in registries)))
    Path("given.jsonl").write_bytes(b"\n".join(data))
    write(Path("packed"), [line_of(each) for each in data])
    write(Path("first"), [line_of(each) for each in data[0::2]])
    write(Path("second"), [line_of(each) for each in reversed(data)])
    found = []
    for number, inputs in enumerate((["given.jsonl"], ["packed"], ["first", "second"], ["second", "first"])):
        result, read = recomputed(*inputs, name=f"unknown-{number}")
        assert result.status == 3 and read.summary["outcome"] == "unverified"
        assert read.summary["unverified"] == sum(len(each.events) for each in registries)
        found.append(read)
    assert found == [found[0]] * 4
    Path("p.json").write_bytes(policy(*(each.key.in_policy([each.document]) for each in registries)))
    result, read = recomputed("first", "second", name="known")
    assert (result.status, read.summary["outcome"], read.summary["unverified"]) == (0, "valid", 0)
    # The records are the same ones, and nothing of them is unverified.
    assert [line[:91] for line in read.digests.splitlines()] == [
        line[:91] for line in found[0].digests.splitlines()
    ]
    unverified = {line.split()[4] for line in read.digests.splitlines()}
    assert len(unverified) == 1 and unverified.isdisjoint(
        line.split()[4] for line in found[0].digests.splitlines()
    )


@pytest.mark.slow
def test_the_format_that_probe_finds_makes_a_registry_valid() -> None:
    registry = draw(3)
    Path("bundle.json").write_bytes(registry.bundle())
    Path("p.json").write_bytes(registry.policy(["unknown"]))
    result, _ = recomputed("bundle.json")
    assert result.status == 3
    probed = run("probe", "bundle.json", "--policy", "p.json", "--policy-output", "found.json")
    assert probed.status == 0, probed.err
    result, found = recomputed("bundle.json", options=("--policy", "found.json", "--jobs", "1"), name="new")
    assert (result.status, found.summary["outcome"]) == (0, "valid")
