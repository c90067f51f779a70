"""What the README and the comparison claim exists: commands, targets, tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kit.command_line import run
from kit.data import REPO
from pithbundle.cli.main import COMMANDS
from pithbundle.report import EXIT_STATUS

README = (REPO / "README.md").read_text(encoding="utf-8")
COMPARISON = (REPO / "docs" / "comparison.md").read_text(encoding="utf-8")


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 100


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    """A group has its own, or one with each command in it."""
    shown = run(command, "--help")
    assert shown.status == 0
    assert re.search(rf"Examples?:\n +pithbundle {command}", shown.out)


def test_the_exit_statuses_are_those_of_reports() -> None:
    assert "0 valid; 1 rejected, invalid or a conflict" in README
    assert "3 incomplete" in README
    assert {str(outcome): int(status) for outcome, status in EXIT_STATUS.items()} == {
        **dict.fromkeys(("rejected", "invalid", "conflict"), 1),
        **dict.fromkeys(("incomplete", "unverified"), 3),
        "valid": 0,
    }


def test_the_demo_ends_with_the_verdict() -> None:
    """It is the first command of the README: no page of JSON, and a verdict at the end."""
    venv = Path(sys.prefix)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-s", "-o", str(venv / "runtime.stamp"), f"VENV={venv}", "demo"],
        cwd=REPO,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("VALID: ")
    assert max(map(len, done.stdout.splitlines())) < 200


def test_every_make_target_that_it_names_exists() -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)`", README) + re.findall(
        r"^\$ make ([a-z-]+)", README, re.MULTILINE
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_test_that_the_comparison_names_exists() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", COMPARISON))
    assert len(named) > 15
    texts = [path.read_text(encoding="utf-8") for path in (REPO / "tests").rglob("test_*.py")]
    defined = {name for text in texts for name in re.findall(r"^def (test_[a-z0-9_]+)\(", text, re.MULTILINE)}
    assert named <= defined, named - defined
    for row in re.findall(r"^\| (?!capability|---)(.+) \|$", COMPARISON, re.MULTILINE):
        assert "`test_" in row.split("|")[1], row
