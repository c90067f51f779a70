"""The shell round the commands: help, errors, streams, signals, terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import pithbundle
from kit import command_tree
from kit.command_line import HOSTILE, Result, assert_harmless, command_line, process_env, run, spawn, start
from kit.data import REPO
from pithbundle import Verifier
from pithbundle.cli import main as cli
from pithbundle.cli import output
from pithbundle.cli.archive_options import FORMATS
from pithbundle.cli.main import COMMANDS
from pithbundle.cli.output import Output
from pithbundle.cli.shells import Bash

RECORD = str(Path(__file__).parent / "data" / "record.json")
#: The program itself, its groups, and their commands.
PAGES = sorted({path[:end] for path, _ in command_tree.commands() for end in range(len(path) + 1)})


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_every_command_has_help_with_an_example_for_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run(*words, "--help")
    assert result.status == 0
    assert f"  {' '.join(['pithbundle', *words])}" in result.out.partition("Example")[2]
    assert result.stdout.isascii(), "a terminal without UTF-8 must be able to show it"
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_json(name: str) -> None:
    groups = {
        "archive": ["archive", "pack"],
        "policy": ["policy", "check"],
        "conformance": ["conformance", "run"],
        "format": ["format", "list"],
        "store": ["store", "list"],
        "mirror": ["mirror", "compare"],
        "ots": ["ots", "show"],
        "headers": ["headers", "check"],
    }
    words = groups.get(name, [name])
    assert "--json" in run(*words, "--help").out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_is_true(name: str) -> None:
    command, _, _ = command_tree.find([name])
    assert command is not None and command.name == name
    assert command_tree.find(["nonsense"])[0] is None


def test_version() -> None:
    assert run("--version").out == f"pithbundle {pithbundle.__version__}\n"


def test_arguments_are_those_of_the_process(monkeypatch: pytest.MonkeyPatch, capfd: object) -> None:
    monkeypatch.setattr(sys, "argv", ["pithbundle", "--version"])
    assert cli.main() == 0


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_arguments(text: str) -> None:
    for args in ([text], ["--" + text], ["number", "--from", text], ["canonical", "--limit", text, RECORD]):
        result = run(*args)
        assert result.status == 2
        assert_harmless(result)
        assert result.stdout == b""


class TestLightness:
    """What is not needed is not imported: it is most of the time of a short command."""

    @pytest.mark.parametrize(
        "args, absent",
        [
            (["--help"], ["cbor2", "matplotlib", "pithbundle.cli.commands.keys"]),
            (["canonical", "--digest", RECORD], ["cbor2", "matplotlib"]),
            (["number", RECORD], ["cbor2", "matplotlib"]),
            (["keys"], ["cbor2", "matplotlib"]),
        ],
        ids=lambda value: value[0],
    )
    def test_imports(self, args: list[str], absent: list[str]) -> None:
        code = (
            "import sys; from pithbundle.cli.main import main; status = main(sys.argv[2:])\n"
            "print(*(name for name in sys.argv[1].split() if name in sys.modules), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, " ".join(absent), *args],
            env=process_env(),
            capture_output=True,
            check=True,
        )
        assert done.stderr.decode().split() == []


class TestStreams:
    def test_a_reader_that_goes_away_changes_no_status(self) -> None:
        read, write = os.pipe()
        os.close(read)
        for args, status in (
            (["number", RECORD], 0),
            (["keys", "--key", "01" + "00" * 31], 1),
            (["canonical", RECORD], 0),
        ):
            done = subprocess.run(
                command_line(*args), stdout=write, stderr=subprocess.PIPE, env=process_env(), check=False
            )
            assert (done.returncode, done.stderr) == (status, b"")
        os.close(write)

    def test_help_into_a_closed_pipe_is_quiet(self) -> None:
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            command_line("--help"), stdout=write, stderr=subprocess.PIPE, env=process_env(), check=False
        )
        os.close(write)
        assert done.stderr == b""

    @pytest.mark.parametrize("args", [["number", RECORD], ["--help"], ["--version"], ["completion", "bash"]])
    def test_a_full_disk_is_an_error(self, args: list[str]) -> None:
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                command_line(*args), stdout=full, stderr=subprocess.PIPE, env=process_env(), check=False
            )
        assert done.returncode == 2
        assert done.stderr == b"pithbundle: error: standard output: no space left on device\n"

    @pytest.mark.parametrize("redirect, status", [(">&-", 2), ("2>&-", 0), (">&- 2>&-", 2)])
    def test_closed_streams(self, redirect: str, status: int) -> None:
        line = " ".join([*command_line("number", RECORD), redirect])
        done = subprocess.run(["sh", "-c", line], capture_output=True, env=process_env(), check=False)
        assert done.returncode == status
        assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr

    def test_closed_standard_input(self) -> None:
        line = " ".join([*command_line("number", "-"), "<&-"])
        done = subprocess.run(["sh", "-c", line], capture_output=True, env=process_env(), check=False)
        assert done.returncode == 2
        assert done.stderr == b"pithbundle: error: standard input is closed [io, CLI-3]\n"

    def test_a_stream_closed_in_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with open(os.devnull, "w") as closed:
            pass
        monkeypatch.setattr(sys, "stdout", closed)
        assert not Output().tty

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
    def test_no_encoding_fails(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "é\u4e2d\U0001f600.json"
        path.write_bytes(Path(RECORD).read_bytes())
        done = spawn("number", str(path), env={"PYTHONIOENCODING": encoding, "LC_ALL": "C"})
        assert done.status == 0 and b"Traceback" not in done.stderr
        name = done.stdout.decode(encoding).splitlines()[1]
        assert name.endswith(
            {"ascii": "\\xe9\\u4e2d\\U0001f600.json", "latin-1": "é\\u4e2d\\U0001f600.json"}.get(
                encoding, "é中😀.json"
            )
        )

    def test_an_argument_that_is_not_utf8(self, tmp_path: Path) -> None:
        path = os.fsencode(tmp_path) + b"/\xff\xfe.json"
        done = subprocess.run(
            [*command_line("number"), path], capture_output=True, env=process_env(), check=False
        )
        assert done.returncode == 2
        assert done.stderr.decode().count("\n") == 1 and "\\u{dcff}" in done.stderr.decode()


class TestInterrupts:
    @pytest.mark.signals
    def test_ctrl_c_exits_130(self, tmp_path: Path) -> None:
        fifo = tmp_path / "pipe"
        os.mkfifo(fifo)
        # Opening succeeds when the command has opened its end: it is running then, and waits.
        with start("number", str(fifo)) as child, open(fifo, "wb"):
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=30)
        assert (child.returncode, out, err) == (130, b"", b"\n")

    @pytest.mark.signals
    def test_a_command_started_with_sigint_ignored_keeps_ignoring_it(self, tmp_path: Path) -> None:
        """As nohup and a shell's background jobs require."""
        fifo = tmp_path / "pipe"
        os.mkfifo(fifo)
        with start("number", str(fifo), sigint=signal.SIG_IGN) as child, open(fifo, "wb") as end:
            child.send_signal(signal.SIGINT)
            end.write(Path(RECORD).read_bytes())
            end.close()
            out, err = child.communicate(timeout=30)
        assert (child.returncode, err) == (0, b"")
        assert out.startswith(b"number ")

    @pytest.mark.signals
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_while_a_reader_is_slow(self, tmp_path: Path, number: signal.Signals) -> None:
        """Printing was no longer guarded: SIGINT gave a traceback."""
        (tmp_path / "large.json").write_text(json.dumps(["x" * 60_000] * 10))
        with start("canonical", str(tmp_path / "large.json")) as child:
            assert child.stdout is not None
            assert child.stdout.read(1) == b"["
            # The pipe is full now, or will be.
            child.send_signal(number)
            _, err = child.communicate(timeout=30)
        assert (child.returncode, err) == (128 + number, b"")

    def test_out_of_memory_while_it_prints(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = output.json_pieces

        def pieces(value: object, indent: int | None = 2) -> Iterator[bytes]:
            if "codes" in str(value):
                raise MemoryError
            yield from whole(value, indent)

        monkeypatch.setattr(output, "json_pieces", pieces)
        result = run("code", "--json")
        assert (result.status, json.loads(result.stdout)["error"]["code"]) == (2, "memory")

    @pytest.mark.parametrize("error, status", [(KeyboardInterrupt, 130), (MemoryError, 2)])
    def test_what_ends_a_command_early(
        self, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], status: int
    ) -> None:
        def fail(*args: object) -> None:
            raise error

        monkeypatch.setattr(cli, "_run", fail)
        result = run("--help")
        assert (result.status, result.stdout) == (status, b"")
        message = (
            "pithbundle: error: out of memory\n"
            "pithbundle: hint: lower the limits with --limit, or use a larger machine\n"
        )
        assert result.err == (message if status == 2 else "")

    @pytest.mark.parametrize(
        "error, status, message",
        [
            (click.Abort(), 130, ""),
            (OSError(28, "No space left"), 2, "pithbundle: error: standard output: no space left\n"),
            (OSError("odd"), 2, "pithbundle: error: standard output: odd\n"),
        ],
        ids=["abort", "full", "odd"],
    )
    def test_what_click_raises(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, message: str
    ) -> None:
        def fail(*args: object, **options: object) -> None:
            raise error

        monkeypatch.setattr(cli.group, "main", fail)
        assert run() == Result(status, b"", message.encode())


class TestInternalErrors:
    """An exception that no command expects ended with status 1, which means that an input is wrong."""

    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: object, **options: object) -> None:
            raise KeyError("text of an \x1b[31minput")

        monkeypatch.setattr(Verifier, "verify", fail)

    def test_text(self) -> None:
        result = run("verify", str(REPO / "vectors" / "demo" / "bundle.json"))
        assert (result.status, result.stdout) == (70, b"")
        error, where, report = result.err.splitlines()
        assert error == "pithbundle: error: a fault of pithbundle itself, which is no verdict on any input"
        assert where.startswith("pithbundle: hint: KeyError at test_shell.py:")
        assert " < pithbundle/verifier.py:" in where
        assert report.startswith("pithbundle: hint: please report it")
        assert "text of an" not in result.err and str(REPO) not in where

    @pytest.mark.parametrize("form", ["--json", "--jsonl"])
    def test_json(self, form: str) -> None:
        result = run("verify", form, str(REPO / "vectors" / "demo" / "bundle.json"))
        value = json.loads(result.stdout)
        assert (result.status, value["exit_status"], value["outcome"]) == (70, 70, "error")
        assert (value["error"]["code"], value["error"]["clause"]) == ("internal", "CLI-13")

    def test_while_it_prints(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(value: object, indent: int | None = 2) -> Iterator[bytes]:
            raise RecursionError

        whole = output.json_pieces
        once = iter([fail])
        monkeypatch.setattr(output, "json_pieces", lambda *args: next(once, whole)(*args))
        result = run("code", "--json")
        assert (result.status, json.loads(result.stdout)["error"]["code"]) == (70, "internal")

    def test_a_process(self, tmp_path: Path) -> None:
        """The status of the process, with an installation that lacks a file of its own."""
        (tmp_path / "sitecustomize.py").write_text(
            "import pithbundle.verifier as v\nv.Verifier.verify = lambda *_, **__: 1 / 0\n"
        )
        done = subprocess.run(
            [*command_line("verify"), str(REPO / "vectors" / "demo" / "bundle.json")],
            capture_output=True,
            env={**process_env(), "PYTHONPATH": f"{tmp_path}:{process_env().get('PYTHONPATH', '')}"},
            check=False,
        )
        assert (done.returncode, done.stdout) == (70, b"")
        assert b"ZeroDivisionError" in done.stderr and b"Traceback" not in done.stderr


class TestTerminals:
    def test_colour_only_on_a_terminal_that_wants_it(self) -> None:
        args = ("keys", "--self-test")
        assert "\x1b[32mpassed\x1b[0m" in run(*args, tty=True, env={"TERM": "xterm"}).out
        assert "\x1b" not in run(*args, tty=True, env={"TERM": "xterm", "NO_COLOR": "1"}).out
        assert "\x1b[" in run(*args, tty=True, env={"TERM": "xterm", "NO_COLOR": ""}).out
        assert "\x1b" not in run(*args, tty=True, env={"TERM": "dumb"}).out
        assert "\x1b" not in run(*args, env={"TERM": "xterm"}).out

    def test_a_real_terminal(self) -> None:
        ours, theirs = pty.openpty()
        env = process_env({"TERM": "xterm", "COLUMNS": "80"})
        done = subprocess.run(
            command_line("keys", "--self-test"), stdout=theirs, stderr=theirs, env=env, check=False
        )
        os.close(theirs)
        shown = os.read(ours, 10_000)
        os.close(ours)
        assert done.returncode == 0
        assert shown.startswith(b"\x1b[32mpassed\x1b[0m")

    def test_the_text_is_the_same_but_for_colour(self) -> None:
        piped = run("keys", env={"COLUMNS": "200"})
        shown = run("keys", tty=True, env={"COLUMNS": "200", "TERM": "dumb"})
        assert shown.out == piped.out


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_scripts(self, shell: str) -> None:
        result = run("completion", shell)
        assert result.status == 0 and "_PITHBUNDLE_COMPLETE" in result.out
        assert f'"shell": "{shell}"' in run("completion", shell, "--json").out

    def test_bash_reads_its_script(self) -> None:
        script = run("completion", "bash").stdout
        assert subprocess.run(["bash", "-n"], input=script, check=False).returncode == 0

    def test_words_are_completed(self) -> None:
        env = {"_PITHBUNDLE_COMPLETE": "bash_complete", "COMP_WORDS": "pithbundle ca", "COMP_CWORD": "1"}
        assert spawn(env=env).out == "plain,canonical\tPrint the canonical bytes of a file, or their digest\n"

    @pytest.mark.parametrize(
        "words, found",
        [
            ("archive pack", ["file,"]),
            ("archive merge", ["dir,"]),
            ("archive list", ["dir,"]),
            ("archive get", ["dir,"]),
            ("archive check", ["dir,"]),
            ("archive unpack --to", ["plain,folder", "plain,tar", "plain,parquet"]),
            ("graph", ["file,"]),
            ("graph -o", ["dir,"]),
            ("recompute", ["file,"]),
            ("recompute -o", ["dir,"]),
            ("recompute --cache", ["dir,"]),
            ("recompute --storage", ["plain,s3", "plain,gs", "plain,abfs"]),
            ("recompute --format", ["plain,jsonl", "plain,parquet"]),
            ("recompute --from", [f"plain,{name}" for name in FORMATS]),
        ],
    )
    def test_files_folders_and_formats(self, words: str, found: list[str]) -> None:
        shell = Bash(cli.group, {}, "pithbundle", "_PITHBUNDLE_COMPLETE")
        assert [*map(shell.format_completion, shell.get_completions(words.split(), ""))] == found

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_whole_summary_of_each_command_is_shown(self, shell: str) -> None:
        """It was cut after 45 characters, and bash had none."""
        env = {"_PITHBUNDLE_COMPLETE": f"{shell}_complete", "COMP_WORDS": "pithbundle ", "COMP_CWORD": "1"}
        found = spawn(env=env | ({"COMP_CWORD": ""} if shell == "fish" else {})).out
        for _, line in COMMANDS.values():
            assert line.removesuffix(".") in found.replace("\\:", ":")
        env["COMP_WORDS"], env["COMP_CWORD"] = "pithbundle policy ", "" if shell == "fish" else "2"
        assert "Check whether FILE is a valid policy, and print what must change if not" in spawn(env=env).out

    def test_bash_lists_words_with_their_summaries_and_completes_one_alone(self, tmp_path: Path) -> None:
        (tmp_path / "pithbundle").write_text(f'#!/bin/sh\nexec {" ".join(command_line())} "$@"\n')
        (tmp_path / "pithbundle").chmod(0o755)
        script = run("completion", "bash").out
        ask = """
COMP_WORDS=(pithbundle c) COMP_CWORD=1 COMP_TYPE=%s
_pithbundle_completion %s
printf '%%s\\n' "${COMPREPLY[@]}"
"""
        found = {}
        for kind in ("63", "9"):
            text = script + ask % (kind, tmp_path / "pithbundle")
            done = subprocess.run(["bash", "-c", text], capture_output=True, env=process_env(), check=False)
            assert done.stderr == b""
            found[kind] = done.stdout.decode().splitlines()
        assert "canonical  (Print the canonical bytes of a file, or their digest)" in found["63"]
        assert "canonical" in found["9"] and not any("(" in line for line in found["9"])

    def test_bash_with_nullglob_keeps_every_argument(self, tmp_path: Path) -> None:
        """A summary with a bracket or a star is a pattern where it is not quoted."""
        answer = "plain,--one\\tOne [FILE] or *.json\\nplain,--other\\tIs it?"
        (tmp_path / "pithbundle").write_text(f"#!/bin/sh\nprintf '{answer}\\n'\n")
        (tmp_path / "pithbundle").chmod(0o755)
        ask = """
shopt -s nullglob
COMP_WORDS=(pithbundle --o) COMP_CWORD=1 COMP_TYPE=63
_pithbundle_completion %s
printf '%%s\\n' "${COMPREPLY[@]}"
"""
        text = run("completion", "bash").out + ask % (tmp_path / "pithbundle")
        done = subprocess.run(["bash", "-c", text], capture_output=True, env=process_env(), check=False)
        assert done.stdout.decode().splitlines() == ["--one  (One [FILE] or *.json)", "--other  (Is it?)"]
        assert done.stderr == b""

    @pytest.mark.parametrize(
        "env",
        [
            {"_PITHBUNDLE_COMPLETE": "bash_complete"},
            {"_PITHBUNDLE_COMPLETE": "fish_complete", "COMP_WORDS": "pithbundle"},
            {"_PITHBUNDLE_COMPLETE": "zsh_complete", "COMP_CWORD": "1"},
            {"_PITHBUNDLE_COMPLETE": "zsh_complete", "COMP_WORDS": "pithbundle c", "COMP_CWORD": "x"},
            {"_PITHBUNDLE_COMPLETE": "bash_complete", "COMP_WORDS": "pithbundle c", "COMP_CWORD": "-1"},
            {"_PITHBUNDLE_COMPLETE": "bash_complete", "COMP_WORDS": "pithbundle c", "COMP_CWORD": "²"},
            {"_PITHBUNDLE_COMPLETE": "bash"},
            {"_PITHBUNDLE_COMPLETE": "\x1b[2J"},
        ],
    )
    def test_variables_of_completion_that_no_shell_set(self, env: dict[str, str]) -> None:
        """They gave a traceback, with the exit status of an invalid file."""
        found = spawn("number", RECORD, env=env)
        assert (found.status, found.stdout) == (2, b"")
        assert found.err == (
            "pithbundle: error: _PITHBUNDLE_COMPLETE is set, but no shell requests completions\n"
            "pithbundle: hint: unset the variable\n"
        )
        assert spawn("number", RECORD, env={"_PITHBUNDLE_COMPLETE": ""}).status == 0

    def test_a_source_is_requested_without_arguments(self) -> None:
        assert spawn(env={"_PITHBUNDLE_COMPLETE": "zsh_source"}).out.startswith("#compdef pithbundle\n")

    def test_an_unknown_shell(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pithbundle.cli.commands.completion.get_completion_class", lambda shell: None)
        assert run("completion", "fish").status == 2


def test_the_module_runs_as_the_command_does() -> None:
    assert spawn("--version").stdout == run("--version").stdout
