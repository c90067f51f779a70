"""Commands that a person can copy from the output: quoted for a shell, and never broken within a word."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from typing import Final

from pithbundle.cli.output import Output
from pithbundle.cli.terminal import text_width
from pithbundle.files import STDIN

#: The most files that a command names; the first ones do for a search.
MOST_FILES: Final = 5
#: The beginning of a continued line.
_INDENT: Final = " " * 15
#: What a command names instead of a file whose name cannot be copied from the output.
_PLACEHOLDER: Final = "FILE"


def print_command(out: Output, name: str, words: Sequence[str]) -> None:
    """Print a command below a heading; on a terminal a long one is continued with backslashes."""
    pieces, line = [], f"  {name:<11}"
    for given in words:
        word = given
        if out.tty and text_width(f"{line} {word} \\") > out.columns():
            pieces.append(f"{line} \\")
            line = _INDENT
            if text_width(f"{line} {word} \\") > out.columns():
                word = _PLACEHOLDER
        line += f" {word}"
    for piece in (*pieces, line):
        out.line(piece)


def file_words(paths: Iterable[str], option: str = "") -> list[str]:
    """Return paths as words of a command, each after ``option`` if that is given."""
    words: list[str] = []
    for path in paths:
        words += [option, _word(path)] if option else [_word(path)]
    return words


def policy_words(out: Output, policy_path: str | None) -> list[str]:
    """Return the option for the policy in use; none for one that applies without it."""
    if policy_path is None or policy_path == out.policy_of_environment:
        return []
    return file_words([policy_path], "--policy")


def unused_name(stem: str) -> str:
    """Return the name of a file that does not exist yet in the current folder, such as ``mine.json``."""
    number, name = 1, f"{stem}.json"
    while os.path.lexists(name):
        number += 1
        name = f"{stem}-{number}.json"
    return name


def probe_words(out: Output, files: Sequence[str], policy_path: str | None) -> list[str]:
    """Return the command that searches for the event format of bundles and writes a policy with it."""
    return [
        *("pithbundle", "probe"),
        *file_words(files[:MOST_FILES]),
        *policy_words(out, policy_path),
        *("--policy-output", unused_name("mine")),
    ]


def _word(path: str) -> str:
    """A path as one word, if the output shows it as it is and it is not standard input."""
    if path == STDIN or Output.show(path) != path:
        return _PLACEHOLDER
    return shlex.quote(f"./{path}" if path.startswith("-") else path)
