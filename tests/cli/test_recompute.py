"""``recompute`` as a command: outcomes, JSON, processes, and what ends it (RECOMP-2, RECOMP-3)."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kit.archives import lines, write
from kit.command_line import command_line, process_env, run, spawn, start
from kit.recomputed import POLICY_BYTES, expected, files_of, in_cbor, read_output, registry, units_of
from pithbundle.cli.signals import Terminated
from pithbundle.recompute.cache import Cache
from pithbundle.recompute.known import KnownResults, Task
from pithbundle.recompute.pool import Pool
from pithbundle.recompute.result import UnitResult

OPTIONS = ("--policy", "p.json", "-o", "out")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)
    write(Path("in"), registry(8))


def test_the_summary_is_printed_and_written() -> None:
    result = run("recompute", "in", *OPTIONS, "--jobs", "1", "--json")
    value = json.loads(result.stdout)
    found = read_output(Path("out"))
    assert value["summary"] == found.summary and value["output"] == "out"
    assert result.status == found.summary["exit_status"] == 1 and value["outcome"] == "invalid"
    assert (found.states, found.digests) == expected(registry(8))
    assert value["policy"]["policy_sha256"] == found.summary["policy_sha256"]


def test_processes_print_and_write_the_same() -> None:
    one = run("recompute", "in", *OPTIONS, "--jobs", "1")
    before = read_output(Path("out"))
    two = run("recompute", "in", *OPTIONS, "--jobs", "2", "--force")
    assert two == one and read_output(Path("out")) == before
    assert json.loads(Path("out/run.json").read_bytes())["jobs"] == 2


def test_a_locale_a_time_zone_and_a_hash_seed_change_nothing() -> None:
    run("recompute", "in", *OPTIONS, "--jobs", "1")
    before = read_output(Path("out"))
    os.mkdir("elsewhere")
    env = {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "2"}
    os.chdir("elsewhere")
    spawn("recompute", "../in", "--policy", "../p.json", "-o", "out", "--jobs", "1", env=env)
    assert read_output(Path("out")) == before


@pytest.mark.parametrize("encodings", ["json", "cbor", "json cbor"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_next_command_verifies_every_bundle_of_the_record(encodings: str, count: int) -> None:
    """``archive get`` prints one encoding, and ``archive unpack`` has to know which."""
    given = {"json": registry(1)[:count], "cbor": in_cbor(registry(1)[:count])}
    write(Path("one"), [line for encoding in encodings.split() for line in given[encoding]])
    # Under the policy one bundle alone is valid, and nothing asks for a look.
    options = OPTIONS if count > 1 else OPTIONS[2:]
    limits = ["--limit", "size=3000000"] if count > 1 else []
    found = run("recompute", "one", *options, *limits, "--jobs", "1", env={"COLUMNS": "1000"})
    (command,) = (line[14:] for line in found.out.splitlines() if line.startswith("  next "))
    for step in command.split(" && "):
        data = b""
        for program, *words in map(shlex.split, step.split(" | ")):
            assert program == "pithbundle" and ("size=3000000" in words) == (count > 1)
            result = run(*words, stdin=data)
            data = result.stdout
    assert words[0] == "verify" and result.status == found.status
    bundles = len(given["json"]) * len(encodings.split())
    assert bundles == 1 or f" {bundles} bundles: " in result.out


def test_bundles_of_a_damaged_frame_are_missing_by_the_manifests() -> None:
    write(Path("broken"), registry(2))
    (pack,) = Path("broken").glob("*.jsonl.zst")
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    missing = "  missing     at least 6 bundles, by the manifests"
    found = run("recompute", "in", "broken", *OPTIONS, "--jobs", "1")
    assert f"{missing}; another input may have them\n" in found.out and found.status == 1
    write(Path("other"), lines(1, 7))
    assert "another input" not in run("recompute", "broken", "-o", "alone", "--jobs", "1").out


def test_what_is_rejected_is_printed_and_the_rest_recomputed() -> None:
    (pack,) = Path("in").glob("*.jsonl.zst")
    pack.write_bytes(pack.read_bytes() + b"\x28\xb5\x2f\xfdjunk")
    result = run("recompute", "in", *OPTIONS, "--jobs", "1")
    assert result.status == 1 and result.out.startswith("REJECTED: 8 records of 24 bundles")
    assert f"pithbundle: error: in/{pack.name}, bytes " in result.err
    assert "rejected    1, listed on stderr and in rejected.jsonl" in result.out
    assert read_output(Path("out")).states == expected(registry(8))[0]


def test_without_zstd_the_missing_extra_is_named() -> None:
    code = "import sys; sys.modules['backports'] = sys.modules['compression'] = None"
    for args, status in ((["recompute", "in", "-o", "out"], 2), (["recompute", "--help"], 0)):
        words = command_line(*args, first=code)
        done = subprocess.run(words, env=process_env(), capture_output=True, text=True, check=False)
        assert done.returncode == status and "Traceback" not in done.stderr
        assert ("'.[archive]'" in done.stderr) == bool(status)


#: The third result is not taken before a signal comes: the first two are written and noted.
STOPS_AT_THE_THIRD = """
import time
from pithbundle.recompute.known import KnownResults
real, kept = KnownResults.keep, []
def keep(known, task, result):
    kept.append(task.key)
    if len(kept) == 3:
        open("third", "x").close()
        time.sleep(600)
    return real(known, task, result)
KnownResults.keep = keep
"""


@pytest.mark.signals
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_part_and_the_command_that_goes_on(number: signal.Signals) -> None:
    write(Path("large"), registry(300))
    words = ["recompute", "large", *OPTIONS, "--jobs", "2"]
    with start(*words, first=STOPS_AT_THE_THIRD) as child:
        while not os.path.exists("third"):
            assert child.poll() is None
            time.sleep(0.01)
        child.send_signal(number)
        _, err = child.communicate()
        assert child.returncode == 128 + number
    assert not os.path.lexists("out") and sorted(os.listdir("out.part")) == [
        "journal.txt", "plan.json", "units.bin",
    ]  # fmt: skip
    note, hint = err.decode().strip().splitlines()
    assert re.fullmatch(r"pithbundle: [0-9]+ finished units? kept in out\.part", note)
    command = shlex.split(hint.removeprefix("pithbundle: hint: to go on: "))
    assert command == ["pithbundle", *words, "--resume"]
    assert run(*command[1:]).status == 1
    assert units_of(Path("out"))["resumed"] >= int(note.split()[1]) > 0
    assert read_output(Path("out")).states == expected(registry(300))[0]


class Ending:
    """Ends a run when so many units are finished."""

    def __init__(self, patch: pytest.MonkeyPatch, error: BaseException, units: int = 1) -> None:
        real = KnownResults.keep

        def keep(kept: KnownResults, task: Task, result: UnitResult) -> object:
            found = real(kept, task, result)
            nonlocal units
            units -= 1
            if units == 0:
                raise error
            return found

        patch.setattr(KnownResults, "keep", keep)


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (Terminated(15), 143), (OSError(28, "No space left"), 2)],
)
def test_what_ends_a_run_is_reported_with_the_command_that_goes_on(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    words = ("recompute", "in", *OPTIONS, "--jobs", "1", "--json")
    with monkeypatch.context() as patch:
        Ending(patch, error)
        result = run(*words)
    assert result.status == status and bool(result.stdout) == (status == 2)
    assert "pithbundle: 1 finished unit kept in out.part\n" in result.err
    assert f"pithbundle: hint: to go on: pithbundle {' '.join(words)} --resume\n" in result.err
    unchanged_run = run("recompute", "in", *OPTIONS)
    assert (
        unchanged_run.status == 2
        and "out.part: contains 1 finished unit of a run that ended early" in unchanged_run.err
    )
    assert "to go on:" not in unchanged_run.err
    again = run(*words, "--resume")
    assert again.status == 1 and json.loads(again.stdout)["summary"] == read_output(Path("out")).summary
    assert units_of(Path("out")) == {
        "resumed": 1, "computed": 0, "repeated": 0, "cache_hits": 0, "damaged": 0, "rechecked": 0, "lost": 0,
    }  # fmt: skip


def test_the_command_that_goes_on_is_quoted_and_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "a b;\x1b[31m\nVALID"
    write(Path(hostile), registry(2))
    Ending(monkeypatch, KeyboardInterrupt())
    result = run("recompute", "-o", "out", "--resume", "--jobs", "1", "--", hostile)
    hint = result.err.splitlines()[-1]
    assert hint == (
        "pithbundle: hint: to go on: pithbundle recompute -o out --jobs 1 --resume -- "
        r"'a b;\u{1b}[31m\u{a}VALID'"
    )


def test_another_plan_is_a_rejection_and_names_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        Ending(patch, KeyboardInterrupt())
        run("recompute", "in", *OPTIONS, "--jobs", "1")
    result = run("recompute", "in", "-o", "out", "--resume")
    assert result.status == 2 and "out.part: is of another run: policy_sha256 was" in result.err
    assert "give the policy of that run" in result.err and "to go on: pithbundle" not in result.err
    assert "hint: nothing was changed: what is finished there stays until --force" in result.err
    assert run("recompute", "in", *OPTIONS, "--force").status == 1


# -- caches ----------------------------------------------------------------------------------


def test_a_cache_is_filled_used_and_left_alone() -> None:
    first = run("recompute", "in", *OPTIONS, "--cache", "cache", "--jobs", "1")
    before = files_of(Path("out"))
    assert units_of(Path("out"))["computed"] == 1
    second = run("recompute", "in", *OPTIONS, "--cache", "cache", "--jobs", "1", "--force")
    assert second == first and files_of(Path("out")) == before
    assert units_of(Path("out"))["cache_hits"] == 1
    third = run("recompute", "in", *OPTIONS, "--cache", "cache", "--force", "--recheck", "100")
    assert third == first and units_of(Path("out"))["rechecked"] == 1
    for options in (["--cache", "cache", "--no-cache"], ["--no-cache"]):
        assert run("recompute", "in", *OPTIONS, *options, "--force") == first
        assert units_of(Path("out"))["computed"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--recheck", "5"], "--recheck is the share of a cache"),
        (["--cache", "c", "--recheck", "101"], "is not a whole number from 0 to 100"),
        (["--cache-size", "5"], "--cache-size is that of a cache"),
        (["--cache", "c", "--cache-size", "20 G"], "is not a size from 0 to 1000000000000000 bytes"),
        (["--cache", "in"], "--cache in is also an input"),
        (["--cache", "out"], "--cache and -o name one folder"),
        (["--cache", "./x/../out.part/"], "--cache and -o name one folder"),
        (["--cache", "in/c"], "--cache in/c is in the input in"),
        (["--cache", "c", "-o", "c/out"], "--cache c contains what -o names"),
    ],
)
def test_options_of_a_cache_that_cannot_be(options: list[str], message: str) -> None:
    result = run("recompute", "in", *OPTIONS, *options)
    assert result.status == 2 and message in result.err
    assert sorted(os.listdir()) == ["in", "p.json"]


def test_a_cache_is_made_as_small_as_it_may_be() -> None:
    words = ("recompute", "in", *OPTIONS, "--cache", "cache", "--jobs", "1", "--force")
    plain = run(*words)
    size = sum(path.stat().st_size for path in Path("cache").glob("*/*"))
    kept = run(*words, "--cache-size", str(size))
    assert kept.out == f"{plain.out}  cache       0 results removed, 1 result of {size} bytes left\n"
    value = json.loads(run(*words, "--cache-size", str(size - 1), "--json").stdout)
    assert value["cache"] == {"entries": 0, "bytes": 0, "removed": {"entries": 1, "bytes": size}}
    assert run(*words) == plain and units_of(Path("out"))["computed"] == 1
    assert json.loads(run(*words, "--json").stdout)["cache"] is None
    assert run(*words, "--no-cache", "--cache-size", "0") == plain
    assert len([*Path("cache").glob("*/*")]) == 1


def test_a_cache_that_cannot_be_made_smaller_leaves_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def shrink(self: Cache, most: int) -> None:
        raise PermissionError(13, "Permission denied")

    words = ("recompute", "in", *OPTIONS, "--cache", "cache", "--jobs", "1")
    with monkeypatch.context() as patch:
        patch.setattr(Cache, "shrink", shrink)
        result = run(*words, "--cache-size", "0")
    assert result.status == 2 and "cache: permission denied" in result.err.lower()
    assert "out is complete; only the cache could not be made smaller" in result.err
    assert read_output(Path("out")).states == expected(registry(8))[0]


def test_a_folder_with_something_else_is_no_cache() -> None:
    os.mkdir("cache")
    Path("cache/notes.txt").write_text("mine")
    result = run("recompute", "in", *OPTIONS, "--cache", "cache")
    assert result.status == 2 and "contains 'notes.txt', which is not of a cache" in result.err
    assert "hint: name a folder of the cache's own, which need not exist" in result.err
    assert os.listdir("cache") == ["notes.txt"] and not os.path.lexists("out")


def test_damaged_results_of_the_cache_are_computed_again_and_counted() -> None:
    words = ("recompute", "in", *OPTIONS, "--cache", "cache", "--jobs", "1")
    assert "  cache " not in run(*words).out
    before = files_of(Path("out"))
    (entry,) = (each for each in Path("cache").rglob("*") if len(each.name) == 64)
    entry.write_bytes(entry.read_bytes()[:-1])
    done = run(*words, "--force")
    assert "  cache       1 damaged result computed again\n" in done.out
    units = units_of(Path("out"))
    assert (units["damaged"], units["computed"], units["cache_hits"]) == (1, 1, 0)
    assert files_of(Path("out")) == before and "  cache " not in run(*words, "--force").out


@pytest.mark.parametrize("kind", ["missing", "damaged"])
def test_a_pack_that_cannot_be_read_says_how_many_bundles_are_missing(kind: str) -> None:
    write(Path("more"), lines(131))
    pack = max(Path("more").glob("*.jsonl.zst"))
    bundles = json.loads(Path("more/pith-archive.json").read_bytes())["packs"][0]["bundles"]
    data = bytearray(pack.read_bytes())
    pack.unlink()
    if kind == "damaged":
        data[len(data) // 2] ^= 0xFF
        pack.write_bytes(data)
    done = run("recompute", "more", "in", *OPTIONS, "--jobs", "1")
    summary = read_output(Path("out")).summary
    assert done.status == 1 and "  missing     at least " in done.out
    missing = int(done.out.partition("  missing     at least ")[2].split()[0])
    if kind == "missing":
        assert missing == bundles
        assert f"{pack}: no such file or directory; missing: at least {bundles} bundles, by" in done.err
    else:
        assert 0 < missing <= bundles and summary["bundles"] == bundles - missing + len(registry(8))
        assert f"{pack}, bytes " in done.err
    again = run("recompute", "more", "in", *OPTIONS, "--jobs", "1", "--force", "--json")
    assert json.loads(again.stdout)["missing"] == missing


def test_what_to_do_about_a_lost_process_is_not_to_fetch_the_file_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Pool, "_here", lambda *_: None)
    done = run("recompute", "in", *OPTIONS, "--jobs", "1")
    assert done.status == 1 and "[worker_lost]" in done.err
    assert "hint: look for a message of the system that a process was killed" in done.err
    assert "fetch" not in done.err


def test_a_cache_that_others_can_write_is_rejected() -> None:
    os.mkdir("cache")
    os.chmod("cache", 0o777)
    result = run("recompute", "in", *OPTIONS, "--cache", "cache", "--json")
    assert result.status == 2 and "cache: others can write results into it (mode 777)" in result.err
    assert (
        "hint: remove what others may have written into it, then chmod 700 it" in result.err
        and not os.path.lexists("out")
    )


def test_a_result_that_is_not_that_of_a_new_computation() -> None:
    run("recompute", "in", *OPTIONS, "--cache", "cache", "--jobs", "1")
    (entry,) = Path("cache").glob("*/*")
    data = entry.read_bytes()
    result = UnitResult.from_bytes(data[data.index(b"pithbundle unit 2") :])
    with Cache("cache") as cache:
        cache.put(entry.name, replace(result, read=result.read + 1).to_bytes())
    words = ("recompute", "in", *OPTIONS, "--cache", "cache", "--force", "--recheck", "100", "--json")
    found = run(*words)
    error = json.loads(found.stdout)["error"]
    assert found.status == 2 and (error["code"], error["clause"]) == ("cache", "RECOMP-10")
    assert str(entry) in found.err and "remove the folder of the cache" in found.err
