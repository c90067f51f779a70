"""Tests that send signals pass however the tests were started: nohup and background jobs ignore SIGINT."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from kit.data import REPO

#: Calls that send a signal which a child may have inherited as ignored.
SENDERS: Final = {"send_signal", "terminate", "kill", "killpg", "pthread_kill"}
TESTS: Final = sorted((REPO / "tests").rglob("test_*.py"))


def senders(path: Path) -> Iterator[tuple[str, bool]]:
    """Each test of a file that sends a signal, and whether it has the mark."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            # SIGKILL is ignored nowhere.
            calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
            sent = [call.func for call in calls if "SIGKILL" not in ast.unparse(call)]
            if any(isinstance(call, ast.Attribute) and call.attr in SENDERS for call in sent):
                yield node.name, any("mark.signals" in ast.unparse(mark) for mark in node.decorator_list)


def test_every_test_that_sends_a_signal_has_the_mark() -> None:
    found = {(path, name): marked for path in TESTS for name, marked in senders(path)}
    assert found
    assert [f"{path.name}::{name}" for (path, name), marked in found.items() if not marked] == []


@pytest.mark.long
def test_they_pass_whether_sigint_was_ignored_or_not() -> None:
    """This run of the tests has one of both, and this test has the other."""
    paths = sorted({str(path) for path in TESTS for _ in senders(path)})
    before = signal.getsignal(signal.SIGINT)
    other = signal.SIG_DFL if before is signal.SIG_IGN else signal.SIG_IGN
    signal.signal(signal.SIGINT, other)
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "-m",
                "signals and not slow and not long",
                *paths,
            ],
            cwd=REPO,
            env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.returncode == 0, done.stdout + done.stderr
