"""What a command must never do: write over what it reads, leave half of its files, take a number for another.

CLI-1, CLI-4 to CLI-7.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import pytest

from kit import bundle, made_record, many_events, policy, to_json
from kit.command_line import killed_after, process_env, run
from kit.command_tree import commands
from kit.data import REPO
from kit.strategies import FIXTURE_SIGNERS
from pithbundle.cli import event_loop
from pithbundle.cli.numeric import decimal_number, whole_number
from pithbundle.cli.signals import Terminated, ending_on_signals, noting_signals

DEMOS = REPO / "vectors" / "demo"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("bundle.json", "rich.json", "policy.json"):
        shutil.copy(DEMOS / name, tmp_path / name)
    run("merge", "bundle.json", "--policy", "policy.json", "-o", "state.json")
    return tmp_path


#: Every command that does something, by its words.
COMMANDS = {" ".join(path): command for path, command in commands()}


# -- no input is written over (CLI-5) --------------------------------------------------------

#: The parameters that name files: what each command reads, and what it writes.
READS = {
    "archive",
    "bundle",
    "inputs",
    "files",
    "file",
    "left",
    "right",
    "policy_path",
    "expected_path",
    "xfail",
    "folder",
    "key",
    "abstract_path",
    "arxiv_path",
    "header_paths",
    "proof_paths",
    "content_paths",
    "warc_paths",
    "orcid_paths",
    "arxiv_paths",
    "table_path",
    "list_path",
    "states",
    "integrity",
    "archives",
    "numbers_path",
    "keys_path",
    "proof_path",
    "answer_path",
}
WRITES = {
    "output",
    "report_path",
    "trace_path",
    "svg",
    "png",
    "path",
    "html_path",
    "junit_path",
    "policy_output",
    "resume_path",
    "differences_path",
    "metrics_path",
}
FOLDERS = {"store", "out_dir", "found", "cache_path", "source", "target"}


def test_every_file_of_every_command_is_known_as_input_or_output() -> None:
    """A new option that names a file needs an entry above, and a test below."""
    unknown = {
        (words, param.name)
        for words, command in COMMANDS.items()
        for param in command.params
        if isinstance(param.type, click.Path) and param.name not in READS | WRITES | FOLDERS
    }
    assert not unknown
    writing = {words for words, each in COMMANDS.items() if WRITES & {param.name for param in each.params}}
    assert writing == {
        "merge", "timeline", "proof", "export", "badge", "cite", "probe", "convert", "conformance run",
        "policy add",
        "archive pack", "archive unpack", "archive get", "archive merge", "recompute", "graph",
        "store export", "mirror digests", "mirror audit", "mirror watch", "ots stamp-request", "ots upgrade",
        "headers fetch", "evidence",
    }  # fmt: skip


ADDING = [
    "policy",
    "add",
    "--signer-id",
    "x",
    "--key-id",
    "y",
    "--public-key",
    "68c924729a95d4c4d400ffc3399c8f713e7b89580d48fc3cfe43345e5ca706fb",
]
AUDIT = ["mirror", "audit", "https://a.example", "https://b.example"]
#: A command that writes, the option that writes, the file that it reads.
CLASHES: list[tuple[list[str], str, str]] = [
    (["merge", "bundle.json", "--policy", "policy.json"], "-o", "bundle.json"),
    (["merge", "bundle.json", "rich.json", "--policy", "policy.json"], "-o", "rich.json"),
    (["merge", "bundle.json", "--policy", "policy.json"], "-o", "policy.json"),
    (["merge", "bundle.json", "--policy", "policy.json", "-o", "new"], "--report", "bundle.json"),
    (["merge", "bundle.json", "--policy", "policy.json", "-o", "new"], "--report", "policy.json"),
    (["merge", "bundle.json", "--expect", "state.json", "-o", "new"], "--report", "state.json"),
    (["merge", "bundle.json", "--expect", "state.json", "-o", "new"], "--trace", "state.json"),
    (["merge", "bundle.json", "-o", "new"], "--trace", "bundle.json"),
    (["export", "bundle.json", "--policy", "policy.json"], "-o", "bundle.json"),
    (["export", "bundle.json", "--policy", "policy.json"], "-o", "policy.json"),
    (["badge", "bundle.json", "--policy", "policy.json"], "-o", "bundle.json"),
    (["badge", "bundle.json", "--policy", "policy.json"], "-o", "policy.json"),
    (["cite", "bundle.json"], "-o", "bundle.json"),
    (["evidence", "bundle.json", "--policy", "policy.json"], "--html", "policy.json"),
    (["evidence", "bundle.json", "--orcid", "state.json"], "--html", "state.json"),
    (["proof", "rich.json", "--policy", "policy.json"], "--out", "rich.json"),
    (["proof", "rich.json", "--policy", "policy.json"], "--out", "policy.json"),
    (["timeline", "bundle.json", "--policy", "policy.json"], "--svg", "bundle.json"),
    (["timeline", "bundle.json", "--policy", "policy.json"], "--png", "policy.json"),
    (["probe", "bundle.json", "--policy", "policy.json"], "-o", "bundle.json"),
    (["probe", "bundle.json", "--policy", "policy.json"], "-o", "policy.json"),
    (["probe", "bundle.json", "--policy", "policy.json"], "--policy-output", "policy.json"),
    (["probe", "bundle.json", "--state", "state.json"], "--policy-output", "state.json"),
    (["probe", "--integrity", "bundle.json"], "--resume", "bundle.json"),
    (["ots", "stamp-request", "bundle.json"], "-o", "bundle.json"),
    (["ots", "stamp-request", "bundle.json"], "--record", "bundle.json"),
    (["ots", "upgrade", "bundle.json", "rich.json"], "-o", "bundle.json"),
    (["ots", "upgrade", "bundle.json", "rich.json"], "-o", "rich.json"),
    (["convert", "bundle.json", "--to", "cbor"], "-o", "bundle.json"),
    ([*ADDING, "--policy", "policy.json"], "-o", "policy.json"),
    (["archive", "pack", "bundle.json"], "-o", "bundle.json"),
    (["archive", "unpack", "bundle.json"], "-o", "bundle.json"),
    (["archive", "merge", "bundle.json"], "-o", "bundle.json"),
    (["archive", "get", "bundle.json", "A" * 26], "-o", "bundle.json"),
    (["recompute", "bundle.json", "--expect", "state.json"], "-o", "bundle.json"),
    (["graph", "bundle.json", "--policy", "policy.json"], "-o", "bundle.json"),
    (["graph", "bundle.json", "--policy", "policy.json"], "-o", "policy.json"),
    (["recompute", "bundle.json", "--expect", "state.json"], "-o", "state.json"),
    (["recompute", "bundle.json", "-o", "new", "--expect", "state.json"], "--differences", "state.json"),
    (["recompute", "bundle.json", "-o", "new", "--expect", "state.json"], "--differences", "bundle.json"),
    (["conformance", "run", "--impl", "self", "--vectors", "vectors", "--xfail", "x.txt"], "--html", "x.txt"),
    ([*AUDIT, "--policy", "policy.json"], "--html", "policy.json"),
    ([*AUDIT, "--numbers", "state.json"], "-o", "state.json"),
    (
        ["conformance", "run", "--impl", "self", "--vectors", "vectors"],
        "--junit",
        "vectors/json/canonical.json",
    ),
]


@pytest.mark.parametrize("how", ["the same path", "another spelling", "hard link", "symbolic link"])
@pytest.mark.parametrize(
    ("args", "option", "path"), CLASHES, ids=lambda value: value if isinstance(value, str) else value[0]
)
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_no_output_is_an_input(
    folder: Path, args: list[str], option: str, path: str, how: str, force: list[str]
) -> None:
    if args[0] == "conformance":
        (folder / "vectors" / "json").mkdir(parents=True)
        shutil.copy(REPO / "vectors" / "json" / "canonical.json", folder / "vectors" / "json")
        (folder / "x.txt").write_text("")
    target = path
    match how:
        case "another spelling":
            target = f"{folder}/./{path}"
        case "hard link":
            target = "other"
            os.link(path, target)
        case "symbolic link":
            target = "other"
            os.symlink(path, target)
    before = {name: name.read_bytes() for name in folder.rglob("*") if name.is_file()}
    result = run(*args, option, target, *force)
    assert (result.status, result.stdout) == (2, b"")
    assert "is also an input" in result.err
    assert {name: name.read_bytes() for name in folder.rglob("*") if name.is_file()} == before


#: Commands with two outputs, and the options.
PAIRS: list[tuple[list[str], str, str]] = [
    (["merge", "bundle.json"], "-o", "--report"),
    (["merge", "bundle.json"], "--report", "--trace"),
    (["timeline", "bundle.json"], "--svg", "--png"),
    (["probe", "bundle.json"], "-o", "--policy-output"),
    (["probe", "bundle.json"], "-o", "--resume"),
    (["ots", "stamp-request", "bundle.json"], "-o", "--record"),
    (["conformance", "run", "--impl", "self"], "--html", "--junit"),
    (AUDIT, "-o", "--html"),
    (["mirror", "watch", "https://a.example", "--once"], "-o", "--metrics"),
]


@pytest.mark.parametrize("how", ["new", "in a linked folder", "hard link"])
@pytest.mark.parametrize(("args", "one", "other"), PAIRS, ids=lambda value: value[0] if value else "")
def test_no_two_outputs_are_one_file(folder: Path, args: list[str], one: str, other: str, how: str) -> None:
    """The second would replace the first, and nothing would name what is lost."""
    os.symlink(".", "link")
    target = "./new"
    match how:
        case "in a linked folder":
            target = "link/new"
        case "hard link":
            Path("new").write_bytes(b"")
            os.link("new", "other")
            target = "other"
    before = {name: name.read_bytes() for name in folder.rglob("*") if name.is_file()}
    result = run(*args, one, "new", other, target)
    assert (result.status, result.stdout) == (2, b"")
    assert "name the same file" in result.err and one in result.err and other in result.err
    assert {name: name.read_bytes() for name in folder.rglob("*") if name.is_file()} == before


def test_it_is_reported_before_anything_is_read(folder: Path) -> None:
    os.mkfifo("pipe")
    # Reading the pipe would wait for ever.
    result = run("merge", "pipe", "bundle.json", "-o", "bundle.json", "--force")
    assert result.status == 2
    (folder / "bundle.json").write_bytes(b"not json")
    assert "is also an input" in run("merge", "bundle.json", "-o", "bundle.json", "--force").err


def test_a_part_of_an_export_never_replaces_an_input(folder: Path) -> None:
    run("export", "bundle.json", "--policy", "policy.json", "--out-dir", "parts")
    (part,) = (folder / "parts").iterdir()
    part.write_bytes((folder / "bundle.json").read_bytes())
    before = part.read_bytes()
    args = ["export", f"parts/{part.name}", "--policy", "policy.json", "--out-dir", "parts", "--force"]
    result = run(*args)
    assert (result.status, part.read_bytes()) == (2, before)
    assert f"--out-dir parts/{part.name} is also an input" in result.err
    # A part that is no input is replaced, since --force allows it.
    assert run("export", "bundle.json", *args[2:]).status == 0
    assert part.read_bytes() != before


@pytest.mark.parametrize("command", ["merge", "convert --to json", "canonical", "export"])
def test_standard_output_is_no_input_either(folder: Path, command: str) -> None:
    words = command.split()
    before = (folder / "bundle.json").read_bytes()
    with open("bundle.json", "rb+") as file:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pithbundle", words[0], "bundle.json", *words[1:]],
            stdout=file, stderr=subprocess.PIPE, env=process_env(), check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert b"standard output is also an input" in done.stderr
    assert (folder / "bundle.json").read_bytes() == before


def test_standard_input_is_an_input(folder: Path) -> None:
    before = (folder / "bundle.json").read_bytes()
    with open("bundle.json", "rb") as file:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pithbundle", "convert", "-", "--to", "cbor", "-o", "bundle.json",
             "--force"],
            stdin=file, capture_output=True, env=process_env(), check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert b"is also an input (standard input)" in done.stderr
    assert (folder / "bundle.json").read_bytes() == before


def test_without_standard_streams_nothing_is_compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("convert", "bundle.json", "--to", "cbor", "-o", "new").status == 0
    monkeypatch.setattr(sys, "stdout", None)
    from pithbundle.cli.guard import guard_inputs

    guard_inputs(["bundle.json", "missing", "\0", None], [("-o", None), ("-o", "\0")])


# -- the expected state (CLI-6) ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["state.json", "./state.json", "hard", "soft"])
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_the_expected_state_is_compared_and_not_written(folder: Path, name: str, force: list[str]) -> None:
    os.link("state.json", "hard")
    os.symlink("state.json", "soft")
    theirs = json.loads((folder / "state.json").read_bytes())
    theirs["current"]["receipt"] = None
    for value, status in (((folder / "state.json").read_bytes(), 0), (to_json(theirs), 1)):
        (folder / "state.json").write_bytes(value)
        args = [
            "merge",
            "bundle.json",
            "--policy",
            "policy.json",
            "-o",
            name,
            "--expect",
            "state.json",
            *force,
        ]
        result = run(*args)
        assert (result.status, result.stdout) == (status, b"")
        assert f"not written: -o and --expect name one file, {name}" in result.err
        assert (folder / "state.json").read_bytes() == value
        printed = json.loads(run(*args, "--json").stdout)
        assert (printed["exit_status"], printed["state"]["file"]) == (status, None)
    run(*args, "--report", "report", "--trace", "trace")
    assert (folder / "report").exists() and (folder / "trace").exists()
    assert os.path.islink("soft") and os.stat("hard").st_ino == os.stat("state.json").st_ino


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "this is a bundle"),
        ("{}", "this is an object of no known type"),
        ('{"manifest_type":"pith_mirror_manifest","mirrors":[]}', "this is a manifest of mirrors"),
        ('{"policy_type":"pithbundle_policy"}', "this is a policy"),
        ('{"report_type":"pithbundle_report"}', "this is a report of pithbundle"),
        ('{"state_type":"another"}', "this is an object of no known type"),
        ("[]", "this is not an object"),
        ("null", "this is not an object"),
    ],
)
def test_what_is_expected_is_a_state(folder: Path, text: str | None, words: str) -> None:
    (folder / "other").write_bytes((folder / "bundle.json").read_bytes() if text is None else text.encode())
    result = run("merge", "bundle.json", "--policy", "policy.json", "-o", "new", "--expect", "other")
    assert (result.status, result.stdout) == (2, b"")
    assert f"error: other: a state is needed here, and {words}" in result.err
    assert "DIFFERENT" not in result.err
    assert not (folder / "new").exists()


# -- pointers to explain ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pointer", "why"),
    [
        ("/current/citations/7", "the state has no entry there"),
        ("/current/nothing", "the state has no entry there"),
        ("/current/citations/-1", "the state has no entry there"),
        ("/current/citations/0/nothing", "the entry /current/citations/0 has no such member"),
        ("/current/citations/0/payload/citing_work/0", "the entry /current/citations/0 has no such member"),
        ("/current/citations/0/payload/", "the entry /current/citations/0 has no such member"),
        ("/current/receipt/x~1y", "the entry /current/receipt has no such member"),
        ("/current/equivocations/0/event_ids/00", None),
        ("/event_count", "the state has no entry there"),
        ("/unrecognised/0", "the state has no entry there"),
        ("citations/0/payload/nothing", "the entry /current/citations/0 has no such member"),
    ],
)
def test_a_pointer_inside_no_entry_is_a_usage_error_that_lists_the_pointers(
    folder: Path, pointer: str, why: str | None
) -> None:
    result = run("explain", "rich.json", "--policy", "policy.json", pointer)
    if why is None:
        assert result.status == 1
        return
    assert (result.status, result.stdout) == (2, b"")
    assert why in result.err
    assert "there are entries at /current/ followed by: canonical_record, source_aliases/0 to " in result.err


def test_a_pointer_inside_an_entry_is_explained_by_the_entry(folder: Path) -> None:
    for pointer in ("/current/citations/0/payload/citing_work", "citations/0/signer", "receipt/key_id"):
        result = run("explain", "rich.json", "--policy", "policy.json", pointer)
        assert result.status == 1 and result.out.count("\nentry ") == 1
    # What is a file stays one.
    assert run("explain", str(folder / "rich.json"), "--policy", "policy.json").status == 1


# -- numbers (CLI-4) --------------------------------------------------------------------------

#: The options that take a number, with one that each accepts.
NUMBERS = {
    "verify": [("--max-age", "7"), ("--limit", "size=9999999")],
    "merge": [("--max-age", "0.5"), ("--limit", "nodes=300000")],
    "export": [("--events", "10"), ("--limit", "events=5000")],
    "probe": [("--time", "0.5"), ("--jobs", "2"), ("--limit", "size=9999999")],
    "conformance run": [("--timeout", "2.5"), ("--jobs", "2"), ("--differential", "3")],
}
ODD = [
    "nan", "inf", "-inf", "1_0", "\uff17", "\u0663", "1e3", "-1", "+1", " 7", "7 ", "7\n", "0x7", "", ".5",
    "5.", "1,5", "9" * 16, "7.5.1", "\u00bd", "1e999",
]  # fmt: skip


@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize(
    ("command", "option", "good"),
    [(command, option, good) for command, options in NUMBERS.items() for option, good in options],
)
def test_a_number_is_written_in_digits(
    folder: Path, command: str, option: str, good: str, number: str
) -> None:
    name, equals, _ = good.rpartition("=")
    args = [*command.split(), option, name + equals + number]
    args += ["--impl", "self", "--vectors", "."] if command.startswith("conf") else ["bundle.json"]
    result = run(*args, "--policy", "policy.json") if "bundle.json" in args else run(*args)
    assert (result.status, result.stdout) == (2, b"")
    assert f"invalid value for '{option}'" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("command", "option", "number"),
    [
        ("verify", "--max-age", "4000001"),
        ("export", "--events", "0"),
        ("export", "--events", "5001"),
        ("probe", "--time", "0"),
        ("probe", "--time", "1000001"),
        ("probe", "--jobs", "0"),
        ("probe", "--jobs", "257"),
        ("conformance run", "--timeout", "0"),
        ("conformance run", "--timeout", "86401"),
        ("conformance run", "--jobs", "0"),
        ("conformance run", "--jobs", "65"),
        ("conformance run", "--differential", "0"),
    ],
)
def test_a_number_is_within_its_bounds(folder: Path, command: str, option: str, number: str) -> None:
    args = ["--impl", "self"] if command.startswith("conf") else ["bundle.json"]
    result = run(*command.split(), *args, option, number)
    assert (result.status, f"invalid value for '{option}'" in result.err) == (2, True)


def test_every_option_that_takes_a_number_is_tested() -> None:
    """A type of click's own reads more than digits; callbacks of ours are in the table."""
    found = COMMANDS
    for words, command in found.items():
        for param in command.params:
            assert not isinstance(param.type, (click.types.IntParamType, click.types.FloatParamType)), words
    for words, options in NUMBERS.items():
        for option, _ in options:
            assert any(option in param.opts for param in found[words].params), (words, option)


def test_accepted_numbers_have_their_value(folder: Path) -> None:
    assert [whole_number(text) for text in ("0", "007", "999999999999999")] == [0, 7, 10**15 - 1]
    assert [decimal_number(text) for text in ("0", "0.25", "12.5")] == [0, 0.25, 12.5]
    for args in (["--max-age", "0"], ["--max-age", "36500.5"], ["--limit", "size=999999999999999"]):
        assert run("verify", "bundle.json", "--policy", "policy.json", *args).status == 0
    assert run("verify", "-", *args, stdin=(folder / "bundle.json").read_bytes()).status == 3


# -- help, colour, the policy of the environment ----------------------------------------------


def test_the_policy_of_the_environment_is_used_and_an_option_wins(folder: Path) -> None:
    env = {"PITHBUNDLE_POLICY": "policy.json"}
    result = run("verify", "bundle.json", env=env)
    assert result.status == 0 and "\npolicy        policy.json\n" in result.out
    (folder / "other.json").write_bytes((folder / "policy.json").read_bytes())
    chosen = run("verify", "bundle.json", "--policy", "other.json", env=env)
    assert "\npolicy        other.json\n" in chosen.out
    assert run("verify", "bundle.json").status == 3
    # It is an input like any other: not written over, and a usage error where it is no policy.
    assert run("merge", "bundle.json", "-o", "policy.json", "--force", env=env).status == 2
    assert run("verify", "bundle.json", env={"PITHBUNDLE_POLICY": "missing"}).status == 2


@pytest.mark.parametrize("tty", [False, True])
def test_colour_is_a_choice(folder: Path, tty: bool) -> None:
    def coloured(*args: str, **env: str) -> bool:
        result = run("verify", "bundle.json", *args, tty=tty, env={"TERM": "xterm", **env})
        return "\x1b[" in result.out

    assert coloured("--color", "always") and coloured("--color", "always", NO_COLOR="1")
    assert not coloured("--color", "never")
    assert coloured("--color", "auto") == coloured() == tty
    assert not coloured("--color", "auto", NO_COLOR="1")
    aside = run("merge", "bundle.json", "--color", "always", "-o", f"new{tty}", tty=tty)
    assert "\x1b[" in aside.err
    assert run("verify", "bundle.json", "--color", "blue").status == 2


def test_short_help_and_near_names() -> None:
    for words in COMMANDS:
        assert run(*words.split(), "-h").stdout == run(*words.split(), "--help").stdout != b""
    assert run("-h").stdout == run("--help").stdout
    assert "hint: did you mean 'verify'?" in run("verfy", "x").err
    assert "hint: did you mean '--policy'?" in run("verify", "--polcy", "x").err
    assert "did you mean" not in run("xyzzy").err


# -- all files or none (CLI-1, CLI-7) ----------------------------------------------------------


def full_disk(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Writes fail like those of a disk with so many bytes left."""
    real = os.write
    left = [room]

    def write(descriptor: int, data: Any) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = real(descriptor, bytes(data)[: left[0]])
        left[0] -= done
        return done

    monkeypatch.setattr(os, "write", write)


def test_a_full_disk_leaves_no_part_of_an_export(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = made_record()
    (folder / "many.json").write_bytes(to_json(bundle(record, many_events(record, 30))))
    (folder / "mine").write_bytes(to_json(policy(*FIXTURE_SIGNERS)))
    args = ["export", "many.json", "--policy", "mine", "--events", "10", "--out-dir"]
    run(*args, "whole")
    sizes = sorted(part.stat().st_size for part in (folder / "whole").iterdir())
    assert len(sizes) >= 3
    (folder / "there").mkdir()
    with monkeypatch.context() as patch:
        full_disk(patch, sum(sizes[:2]) + 10)
        result = run(*args, "parts")
        assert result.status == 2 and "no space left on device" in result.err
        full_disk(patch, sum(sizes[:2]) + 10)
        assert run(*args, "there").status == 2
    assert not (folder / "parts").exists()
    assert os.listdir("there") == []


def test_a_full_disk_leaves_no_file_of_a_merge(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        full_disk(patch, 5_000)
        args = ["merge", "bundle.json", "--policy", "policy.json", "-o", "s", "--report", "r", "--trace", "t"]
        result = run(*args)
    assert (result.status, result.stdout) == (2, b"")
    assert sorted(os.listdir()) == ["bundle.json", "policy.json", "rich.json", "state.json"]


SLOW = """
import os, sys, time
from pithbundle.cli.main import main
real = os.fsync
def fsync(descriptor):
    real(descriptor)
    sys.stderr.write("writing\\n")
    sys.stderr.flush()
    time.sleep(60)
os.fsync = fsync
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_temporary_file(folder: Path, number: signal.Signals) -> None:
    before = sorted(os.listdir())
    args = ["export", "bundle.json", "--policy", "policy.json", "--out-dir", "parts"]
    handled = signal.signal(number, signal.SIG_DFL)
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", SLOW, *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=process_env(),
        )  # fmt: skip
    finally:
        signal.signal(number, handled)
    with child, killed_after(60, child):
        assert child.stderr is not None and child.stderr.readline() == b"writing\n"
        assert [name for name in os.listdir("parts") if name.endswith(".tmp")]
        child.send_signal(number)
        child.send_signal(number)
        out, _ = child.communicate(timeout=30)
    assert (child.returncode, out) == (128 + number, b"")
    assert sorted(os.listdir()) == before


@pytest.mark.signals
def test_signals_that_are_ignored_or_handled_are_left_alone() -> None:
    def handler(*args: object) -> None:
        raise AssertionError

    before = signal.signal(signal.SIGTERM, handler), signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_on_signals():
            assert signal.getsignal(signal.SIGTERM) is handler
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with pytest.raises(Terminated) as caught, ending_on_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        assert caught.value.number == signal.SIGTERM
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGHUP, before[1])


@pytest.mark.signals
def test_two_signals_that_come_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    """systemd can send SIGHUP right after SIGTERM: of the second one Python printed that it was ignored."""
    numbers = {signal.SIGTERM, signal.SIGHUP}
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        with pytest.raises(Terminated) as caught, ending_on_signals():
            signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
            for number in numbers:
                signal.pthread_kill(threading.get_ident(), number)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        assert caught.value.number in numbers
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        for number, handler in before.items():
            signal.signal(number, handler)
    assert capfd.readouterr().err == ""


@pytest.mark.signals
def test_a_signal_that_comes_when_signals_are_noted_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the moment in which the handlers were restored one was noted and never raised."""
    before, real, sent = signal.signal(signal.SIGTERM, signal.SIG_DFL), signal.signal, False

    def restore(number: int, handler: Any) -> Any:
        nonlocal sent
        if not sent:
            sent = True
            signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        return real(number, handler)

    try:
        with pytest.raises(Terminated), ending_on_signals(), noting_signals(lambda: None):
            monkeypatch.setattr(signal, "signal", restore)
        assert sent
    finally:
        real(signal.SIGTERM, before)


@pytest.mark.signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", ["in a callback", "at the start", "before the start", "at the end"])
def test_a_signal_cancels_an_event_loop(
    monkeypatch: pytest.MonkeyPatch, moment: str, number: signal.Signals
) -> None:
    """An exception of its handler was lost in a callback, and the program was deaf to all further signals."""
    steps: list[str] = []

    def end() -> None:
        signal.pthread_kill(threading.get_ident(), number)

    async def wait() -> None:
        steps.append("begun")
        if moment == "in a callback":
            asyncio.get_running_loop().call_soon(end)
        try:
            await asyncio.sleep(0 if moment == "at the end" else 5)
        except asyncio.CancelledError:
            # Whoever waits sends it again.
            end()
            await asyncio.sleep(0)
            steps.append("cancelled")
            raise
        if moment == "at the end":
            end()

    def start() -> Coroutine[Any, Any, None]:
        if moment == "at the start":
            end()
        return wait()

    if moment == "before the start":
        real = asyncio.Runner.run

        def late(self: asyncio.Runner, work: Any) -> Any:
            end()
            return real(self, work)

        monkeypatch.setattr(asyncio.Runner, "run", late)
    handler = signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
    before = signal.signal(number, handler)
    try:
        with pytest.raises((Terminated, KeyboardInterrupt)) as caught, ending_on_signals():
            event_loop.run(start)
        assert getattr(caught.value, "number", signal.SIGINT) == number
        assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, before)
    assert steps == {"at the end": ["begun"], "before the start": []}.get(moment, ["begun", "cancelled"])


def test_an_event_loop_outside_the_main_thread() -> None:
    async def work() -> int:
        return 1

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(event_loop.run, work).result() == 1


def test_outside_the_main_thread_no_handler_is_set() -> None:
    from threading import Thread

    found: list[Any] = []

    def work() -> None:
        with ending_on_signals():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]
