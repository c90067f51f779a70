"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest

from cli_harness import run
from shared_data import REPO

README = (REPO / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ pithbundle ([^\n]+)\n(.*?)```", README, re.DOTALL)


def test_there_is_an_example() -> None:
    assert CONSOLE


@pytest.mark.parametrize(("command", "printed"), CONSOLE, ids=[command for command, _ in CONSOLE])
def test_the_console_example(command: str, printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    result = run(*shlex.split(command))
    assert (result.out, result.err, result.status) == (printed, "", 0)


def test_the_python_example() -> None:
    [(script, printed)] = re.findall(r"```python\n(.*?)```\n\nprints\n\n```text\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "ignore::ResourceWarning", "-c", script],
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": str(REPO / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == (printed, "")


def test_every_command_that_it_names_exists() -> None:
    named = set(re.findall(r"`pithbundle ([a-z]+)", README))
    assert named
    for command in named:
        assert run(command, "--help").status == 0, command


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (REPO / target).exists(), target


def test_every_make_target_that_it_names_exists() -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_test_that_it_names_exists() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", README))
    assert len(named) > 15
    texts = [path.read_text(encoding="utf-8") for path in (REPO / "tests").rglob("test_*.py")]
    defined = {name for text in texts for name in re.findall(r"^def (test_[a-z0-9_]+)\(", text, re.MULTILINE)}
    assert named <= defined, named - defined
