"""Runs what the pages of the documentation show: commands and Python, in a scratch folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pithbundle
from docsite import markdown, pages
from kit.command_line import run
from kit.committed import committed_files
from kit.data import REPO

#: Every page that a reader may open, as a path of the repository.
PAGES: Final = pages.sources(REPO)

#: Why a block need not be run: ``<!-- not run: REASON -->`` on the line above it.
REASONS: Final = {
    "installs software",
    "needs the extra cluster",
    "needs the network",
    "needs Node",
    "takes long",
    "names your own files",
}
#: ``<!-- file: NAME -->``: the block is a file that the commands below it read.
FILE: Final = re.compile(r"file: ([\w.]+)")
NOT_RUN: Final = re.compile(r"not run: (.*)")
#: Languages of blocks that nothing runs.
INERT: Final = {"text", "toml", "javascript"}
#: What a shell has to read; without it, and begun by ``pithbundle``, a command is run in this process.
_SHELL: Final = re.compile(r"[|<>;&$`*?]")
#: Printed between two Python blocks of a page.
_MARK: Final = "== the next block =="


@dataclass
class Session:
    """What is kept from one command of a page to the next."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    status: int = 0

    def run(self, command: str) -> str:
        """Run a command; return what it prints on both streams."""
        if found := re.fullmatch(r"export (\w+)=(\S+)", command):
            self.env[found[1]] = found[2]
            return ""
        if found := re.fullmatch(r"unset (\w+)", command):
            self.env.pop(found[1], None)
            return ""
        if command.startswith("pithbundle ") and not _SHELL.search(command):
            result = run(*shlex.split(command)[1:], env=self.env)
            self.status = result.status
            return result.out + result.err
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", f"(exit {self.status}); {command}"],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "TERM": "dumb", "COLUMNS": "80", **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        self.status = done.returncode
        return done.stdout


def scratch(folder: Path) -> Session:
    """A folder that looks like a checkout, and into which a page may write."""
    for name in {path.split("/")[0] for path in committed_files()} - {"out"}:
        (folder / name).symlink_to(REPO / name)
    (folder / "out").mkdir()
    tools = folder / "bin"
    tools.mkdir()
    source = Path(pithbundle.__file__).parents[1]
    for name, words in {"python3": "", "pithbundle": "-P -m pithbundle "}.items():
        script = f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(source))} exec {sys.executable} {words}"$@"\n'
        (tools / name).write_text(script, encoding="utf-8")
        (tools / name).chmod(0o755)
    return Session(folder)


def parse(name: str) -> markdown.Page:
    """A page of the repository."""
    return markdown.parse((REPO / name).read_text(encoding="utf-8"))


def is_run(block: markdown.Block, also: Collection[str] = ()) -> bool:
    # Those that are not run for a reason of `also` are run too.
    found = NOT_RUN.fullmatch(block.mark)
    return found is None or found[1] in also


@dataclass(frozen=True)
class Shown:
    """Lines of a page that show an output, and the output that there was."""

    first: int
    after: int
    lines: tuple[str, ...]
    found: tuple[str, ...]
    what: str

    def agrees(self) -> bool:
        """A last line ``...`` matches the rest."""
        if self.lines and self.lines[-1] == "...":
            return (
                len(self.found) > len(self.lines) - 1 and self.found[: len(self.lines) - 1] == self.lines[:-1]
            )
        return self.lines == self.found

    def updated(self) -> tuple[str, ...]:
        if self.lines and self.lines[-1] == "...":
            return (*self.found[: len(self.lines) - 1], "...")
        return self.found


def console(page: markdown.Page, session: Session, also: Collection[str] = ()) -> Iterator[Shown]:
    """Run the commands of a page in its order.

    Raises:
        AssertionError: a command failed and the page does not show its status.
    """
    for block in page.blocks:
        if file := FILE.fullmatch(block.mark):
            (session.folder / file[1]).write_text(block.text, encoding="utf-8")
        if block.language != "console" or not is_run(block, also):
            continue
        lines = [line[block.indent :] for line in block.lines]
        starts = [at for at, line in enumerate(lines) if line.startswith("$ ")]
        assert starts[:1] == [0], f"line {block.line + 2}: a console block begins with a command"
        for at, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            command = lines[at][2:]
            printed = session.run(command)
            asked = lines[end : end + 1] == ["$ echo $?"]
            where = f"line {block.line + 2 + at}: {command}"
            assert session.status == 0 or asked, f"{where}: exit status {session.status}\n{printed}"
            first = block.line + 2 + at
            found = tuple(printed.splitlines())
            yield Shown(first, first + end - at - 1, tuple(lines[at + 1 : end]), found, where)
            if command == "echo $?":
                session.status = 0


def python(page: markdown.Page, session: Session) -> Iterator[Shown]:
    """Run the Python blocks of a page in one interpreter; what a block prints is shown below it."""
    blocks = [block for block in page.blocks if block.language == "python" and is_run(block)]
    if not blocks:
        return
    script = f"\nprint({_MARK!r}, flush=True)\n".join(block.text for block in blocks)
    (session.folder / "page.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [str(session.folder / "bin" / "python3"), "-W", "error", "page.py"],
        cwd=session.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    for block, printed in zip(blocks, done.stdout.split(f"{_MARK}\n"), strict=True):
        shown = output_of(page, block)
        lines = shown.lines if shown else ()
        first = shown.line + 1 if shown else block.line
        found = tuple(printed.splitlines())
        yield Shown(first, first + len(lines), lines, found, f"line {block.line + 1}")


def output_of(page: markdown.Page, block: markdown.Block) -> markdown.Block | None:
    """The block that shows what a Python block prints: the next one, after the word ``prints``."""
    later = [other for other in page.blocks if other.line > block.line]
    if not later or later[0].language != "text":
        return None
    end = block.line + len(block.lines) + 2
    between = " ".join(page.prose.get(line, "") for line in range(end, later[0].line)).strip()
    return later[0] if between in ("prints", "prints:") else None


def update(name: str, shown: list[Shown]) -> None:
    """Write the outputs that were found into the page."""
    lines = (REPO / name).read_text(encoding="utf-8").splitlines()
    for item in sorted(shown, key=lambda item: item.first, reverse=True):
        if not item.agrees():
            lines[item.first : item.after] = item.updated()
    (REPO / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def is_json(text: str) -> bool:
    """One JSON value, or one on each line."""
    try:
        json.loads(text)
    except ValueError:
        return "\n" in text.strip() and all(map(is_json, text.splitlines()))
    return True
