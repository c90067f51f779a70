"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.command_line import run
from kit.data import REPO

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


#: What the README says that FILE may be; ``A`` and ``B`` are two such files.
LARGER = "vectors/demo/rich.json --policy vectors/demo/policy.json"
EXAMPLES = re.findall(r"`pithbundle ([a-z]+ [^`]+)`", README) + re.findall(
    r"^    \.venv/bin/pithbundle ([^\n]+)$", README, re.MULTILINE
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_works_on_the_demo_bundle(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 0, or 1 because the demo bundle has a conflict; never a usage error."""
    assert f"`{LARGER}`" in README
    shutil.copytree(REPO / "vectors" / "demo", tmp_path / "vectors" / "demo")
    monkeypatch.chdir(tmp_path)
    assert run("merge", *shlex.split(LARGER), "-o", "downloaded-state.json").status in (0, 1)
    names = {"FILE": LARGER, "A": "vectors/demo/bundle.json", "B": LARGER, "bundle.json": LARGER}
    words = " ".join(names.get(word, word) for word in example.split())
    result = run(*shlex.split(words))
    assert result.status in (0, 1), result.err
    assert result.out or result.err


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
