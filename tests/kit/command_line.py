"""Runs the command line in this process or in another, and checks what hostile text must not do."""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

import pithbundle
from pithbundle.cli import schemas
from pithbundle.cli.main import main

#: Environments that change no verdict and no byte (F9): hash seeds, locales, time zones, settings of Python.
ENVIRONMENTS: Final[list[dict[str, str]]] = [
    {"PYTHONHASHSEED": "1"},
    {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"},
    {"LC_ALL": "C", "TZ": "America/St_Johns", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONOPTIMIZE": "2", "PYTHONIOENCODING": "latin-1"},
    {"PYTHONINTMAXSTRDIGITS": "640", "PYTHONDEVMODE": "1"},
    {"PYTHONMALLOC": "debug", "COLUMNS": "20"},
]


@dataclass(frozen=True)
class Result:
    """What one command gave."""

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode()

    @property
    def err(self) -> str:
        return self.stderr.decode()


class Stream(io.TextIOWrapper):
    """A standard stream over bytes in memory, which may pass for a terminal."""

    def __init__(self, data: bytes = b"", encoding: str = "utf-8", tty: bool = False) -> None:
        self.bytes = io.BytesIO(data)
        self._tty = tty
        super().__init__(self.bytes, encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        return self._tty


def run(
    *args: str,
    stdin: bytes = b"",
    tty: bool = False,
    encoding: str = "utf-8",
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run a command in this process. The environment sets neither colour nor width unless ``env`` does."""
    streams = Stream(stdin), Stream(encoding=encoding, tty=tty), Stream(encoding=encoding, tty=tty)
    before = sys.stdin, sys.stdout, sys.stderr
    with _environment({"TERM": "dumb", "COLUMNS": "80", **(env or {})}):
        sys.stdin, sys.stdout, sys.stderr = streams
        try:
            status = main(args)
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
    result = Result(status, streams[1].bytes.getvalue(), streams[2].bytes.getvalue())
    if "--json" in args and not {"--help", "-h"} & {*args}:
        assert_enveloped(result)
    if "--jsonl" in args and not {"--help", "-h"} & {*args}:
        assert_lines_enveloped(result)
    return result


#: The largest output that is validated whenever a test runs a command: validating is slow.
_VALIDATED = 200_000


@functools.cache
def output_validator(type_name: str) -> jsonschema.protocols.Validator:
    """The validator of the outputs of one type, with the schema that ``pithbundle schema`` prints."""
    name = re.sub("^pithbundle_?|_?result$", "", type_name) or "error"
    value = schemas.schema(name)
    jsonschema.Draft202012Validator.check_schema(value)
    return jsonschema.Draft202012Validator(value)


def assert_enveloped(result: Result) -> None:
    """The output of ``--json`` is one value of its schema, and contains the exit status (CLI-9).

    Nothing is printed if the command ended by a signal or could not print.
    """
    if not result.stdout or len(result.stdout) > _VALIDATED:
        return
    value = json.loads(result.stdout)
    errors = [
        f"{error.json_path}: {error.message[:500]}"
        for error in output_validator(value["type"]).iter_errors(value)
    ]
    assert not errors, errors
    assert [*value][:5] == ["type", "version", "outcome", "exit_status", "error"]
    assert value["exit_status"] == result.status


def assert_lines_enveloped(result: Result) -> None:
    """Each line of ``--jsonl`` is one value of its schema; the last contains the exit status."""
    *lines, last = result.stdout.splitlines(keepends=True) or [b""]
    for line in lines:
        status = json.loads(line)["exit_status"]
        assert_enveloped(Result(status, line, b""))
    assert_enveloped(Result(result.status, last, b""))


def command_line(*args: str, first: str = "") -> list[str]:
    """The command as a real process; -P, because no module may come from the working directory.

    Before it ``first`` is run in that process: statements that change what the command meets.
    """
    if not first:
        return [sys.executable, "-P", "-m", "pithbundle", *args]
    code = f"{first}\nimport sys\nfrom pithbundle.__main__ import main\nsys.exit(main())"
    return [sys.executable, "-P", "-c", code, *args]


def process_env(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment with nothing in it but the path to the package under test."""
    return {
        "PYTHONPATH": str(Path(pithbundle.__file__).parent.parent),
        "PATH": os.environ.get("PATH", ""),
        **(env or {}),
    }


def spawn(*args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
    """Run a command in a process of its own."""
    done = subprocess.run(
        command_line(*args), input=stdin, capture_output=True, env=process_env(env), timeout=60
    )
    return Result(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def start(
    *args: str,
    first: str = "",
    env: Mapping[str, str] | None = None,
    sigint: signal.Handlers = signal.SIG_DFL,
    own_group: bool = False,
    seconds: float = 60,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command, to send it signals; ``first`` is that of ``command_line``.

    A child inherits what is ignored, and the tests may have been started by ``nohup`` or by
    a shell in the background, which ignore SIGINT. So what the child does with SIGINT is
    always set here. With ``own_group`` a signal can be sent to it and all its children, as a
    terminal does. After so many seconds it is killed.
    """
    before = signal.signal(signal.SIGINT, sigint)
    try:
        child = subprocess.Popen(
            command_line(*args, first=first),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=process_env(env),
            start_new_session=own_group,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with child, killed_after(seconds, child):
        try:
            yield child
        finally:
            child.kill()


@contextlib.contextmanager
def killed_after(seconds: float, child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the child when the time is over: a read from its pipes ends then, and the test fails."""
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextlib.contextmanager
def _environment(changed: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in ("NO_COLOR", "PITHBUNDLE_POLICY"):
        os.environ.pop(name, None)
    os.environ.update(changed)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


# -- hostile text -------------------------------------------------------------------------

#: What a mirror may write into any text (threats E1 to E3).
HOSTILE: dict[str, str] = {
    "newline": "x\nverified      all of it",
    "carriage return": "x\rverified      all of it",
    "next line": "x\x85verified      all of it",
    "line separator": "x\u2028verified      all of it",
    "paragraph separator": "x\u2029verified      all of it",
    "vertical tab": "x\x0bverified\x0c",
    "backspaces": "invalid\x08\x08\x08\x08\x08\x08\x08verified",
    "clear screen": "\x1b[2J\x1b[Hverified",
    "colour": "\x1b[32mverified\x1b[0m",
    "C1 CSI": "\x9b2Jverified",
    "OSC 8 link": "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "OSC 52 clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "title": "\x1b]0;verified\x07",
    "device report": "\x1b[6n\x1bP$q\x1b\\",
    "right-to-left override": "\u202edeifirev\u202c",
    "bidi isolates": "\u2066a\u2067b\u2069\u2068c\u2069",
    "bidi marks": "\u200e\u200f\u061c",
    "zero width": "ver\u200bif\u200cie\u200dd\u2060\ufeff",
    "soft hyphen": "ver\xadified",
    "tags": "x\U000e0001\U000e0076\U000e007f",
    "variation selectors": "x\ufe0f\U000e0100",
    "fillers": "\u115f\u1160\u3164\uffa0\u180e",
    "interlinear": "\ufff9a\ufffab\ufffb",
    "private use": "\ue000\U000f0000\U0010fffd",
    "combining flood": "a" + "\u0301\u0489\u20dd" * 40,
    "fake escape": "\\u{1b}[2J \\n \\x1b",
    "rich markup": "[bold green]verified[/] [link=https://evil.example]x[/link] :smile:",
    "click template": "%(prog)s {0} {x!r} $HOME `id` $(id)",
    "fake error": "pithbundle: error: none",
    "folded": "x " * 36 + "verified      all of it " * 20,
    "long": "A" * 100_000,
    "wide": "\uff36" * 300,
    "nul": "x\0verified",
    "delete": "x\x7f",
    "lone surrogate": "x\ud800",
}

#: Each of them in a pipe, and on a terminal: every fifth in the ordinary run.
EACH_STREAM: Final = [
    pytest.param(
        text,
        tty,
        id=f"{'terminal' if tty else 'pipe'}-{name}",
        marks=[pytest.mark.long] * (tty and n % 5 > 0),
    )
    for tty in (False, True)
    for n, (name, text) in enumerate(HOSTILE.items())
]

# Beside the general categories: characters that draw nothing, or that change their neighbour.
_INVISIBLE = set("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}

#: Our own words that may start a line.
FIRST_WORDS = {
    "acceptable",
    "key",
    "missing",
    "mismatch",
    "number",
    "passed",
    "pithbundle:",
    "policy",
    "rejected",
    "unacceptable",
    "usable",
    "warning",
}


def unsafe(text: str) -> set[str]:
    """The characters of an output that a terminal may obey. Independent of the package's tables."""
    return {
        char
        for char in text
        if char != "\n"
        and (unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"} or char in _INVISIBLE)
    }


def columns(text: str) -> int:
    """The columns of a line in a terminal, by the tables of this Python.

    A line that is a digest or an id alone counts as none: it is not cut, so that it can be
    copied, and its digits cannot be taken for a word of ours.
    """
    if re.fullmatch("    (sha256:)?[0-9a-f]{32,}[,.:;]?", text):
        return 0
    return sum(
        0 if unicodedata.category(char) in {"Mn", "Me"} else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def assert_harmless(result: Result, first_words: set[str] = FIRST_WORDS) -> None:
    """No raw control in either stream, and no line that data begins."""
    for text in (result.out, result.err):
        assert not unsafe(text), f"raw {sorted(map(ascii, unsafe(text)))}"
        for line in text.splitlines():
            assert not line or line[0] == " " or line.split()[0] in first_words, f"data begins {line!a}"
            assert "Traceback" not in line


def hostile_arguments(value: Any, text: str, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Copies of a JSON value, each with ``text`` at one location: each scalar, a new member of each."""
    at = "".join(f"/{step}" for step in path)
    if isinstance(value, str):
        yield at, text
    elif isinstance(value, dict):
        yield f"{at}/+", {**copy.deepcopy(value), text[:100]: text}
        for name, member in value.items():
            for where, changed in hostile_arguments(member, text, (*path, name)):
                yield where, {**copy.deepcopy(value), name: changed}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for where, changed in hostile_arguments(item, text, (*path, index)):
                yield where, [*copy.deepcopy(value[:index]), changed, *copy.deepcopy(value[index + 1 :])]
    else:
        yield at, text
