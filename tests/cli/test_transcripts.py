"""What the commands print, to the byte; see transcripts/README.md."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from kit.command_line import Result, run, spawn
from kit.data import REPO

HERE = Path(__file__).parent
TRANSCRIPTS = sorted((HERE / "transcripts").glob("*.txt"))
UPDATE = os.environ.get("PITHBUNDLE_UPDATE") == "1"


@pytest.fixture(autouse=True)
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(HERE / "data", tmp_path / "data")
    shutil.copytree(REPO / "vectors" / "demo", tmp_path / "data" / "demo")
    monkeypatch.chdir(tmp_path / "data")
    monkeypatch.setenv("COLUMNS", "80")


def played(script: str, runner: Callable[..., Result]) -> str:
    """The transcript of a script's commands: its comments and commands, with what they print now."""
    lines: list[str] = []
    for line in script.splitlines():
        if line.startswith("#"):
            lines += ["", line] if lines else [line]
        elif line.startswith("$ "):
            if lines and not lines[-1].startswith("#"):
                lines.append("")
            lines += [line, *shown(pipeline(line[2:], runner))]
    return "\n".join(lines) + "\n"


def pipeline(line: str, runner: Callable[..., Result]) -> Result:
    data = b""
    line, _, source = line.partition(" < ")
    if source:
        data = Path(source).read_bytes()
    result = Result(0, b"", b"")
    stderr = b""
    for command in line.split(" | "):
        program, *args = shlex.split(command)
        assert program == "pithbundle"
        result = runner(*args, stdin=data)
        data, stderr = result.stdout, stderr + result.stderr
    return Result(result.status, data, stderr)


def shown(result: Result) -> list[str]:
    out = result.out.splitlines()
    assert not [line for line in out if line.startswith(("$ ", "# ", "2| ", "? ", "\\ "))]
    if result.out and not result.out.endswith("\n"):
        out.append("\\ no newline")
    out += [f"2| {line}" for line in result.err.splitlines()]
    return out + ([f"? {result.status}"] if result.status else [])


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_commands_print_the_transcript(path: Path) -> None:
    claimed = path.read_text(encoding="utf-8")
    now = played(claimed, run)
    if UPDATE:
        path.write_text(now, encoding="utf-8")
    assert now == claimed


#: Those whose processes show what the same commands in one process do not.
PROCESSES: Final[dict[str, Any]] = {
    "shell": (),
    "verify": (pytest.mark.slow,),
    "recompute": (pytest.mark.slow,),
}


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=PROCESSES.get(path.stem, pytest.mark.long)) for path in TRANSCRIPTS],
    ids=lambda path: path.stem,
)
def test_processes_print_the_same(path: Path) -> None:
    claimed = path.read_text(encoding="utf-8")
    assert played(claimed, lambda *args, stdin: spawn(*args, stdin=stdin, env={"COLUMNS": "80"})) == claimed
