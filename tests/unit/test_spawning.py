"""Processes that are started load nothing from the working directory, and end with their parent (F9)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

import pytest

from kit.command_line import process_env
from kit.data import REPO
from pithbundle.spawning import (
    NO_RESULT,
    _end_after,
    default_jobs,
    leave_interrupts_to_the_parent,
    process_pool,
    starting_processes,
    submitted,
)


@pytest.mark.parametrize("before", [None, "", "1"])
def test_the_environment_is_what_it_was(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    if before is None:
        monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    else:
        monkeypatch.setenv("PYTHONSAFEPATH", before)
    with pytest.raises(KeyError), starting_processes():
        assert os.environ["PYTHONSAFEPATH"] == "1"
        raise KeyError
    assert os.environ.get("PYTHONSAFEPATH") == before


def test_no_module_of_the_working_directory_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("multiprocessing", "pickle", "struct", "json", "nacl", "pithbundle"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')\nraise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    with process_pool(1, leave_interrupts_to_the_parent, ()) as pool:
        assert submitted(pool, len, b"four").result(timeout=60) == 4
    assert not (tmp_path / "loaded").exists()


class Broken:
    """A pool of which a process has ended."""

    def submit(self, *_: object) -> None:
        assert os.environ["PYTHONSAFEPATH"] == "1"
        raise BrokenProcessPool


def test_a_pool_of_which_a_process_has_ended_gives_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one gives none whose process ends later: whoever waits for it has one case to handle."""
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    future = submitted(cast(ProcessPoolExecutor, Broken()), len, b"four")
    with pytest.raises(NO_RESULT):
        future.result(timeout=0)
    assert "PYTHONSAFEPATH" not in os.environ


KILLED = """
import os, signal, sys
from pithbundle.spawning import leave_interrupts_to_the_parent, process_pool, submitted
if __name__ == "__main__":
    pool = process_pool(2, leave_interrupts_to_the_parent, ())
    futures = [submitted(pool, os.getpid) for _ in range(2)]
    print(*{each.result() for each in futures}, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_processes_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """They and the process that counts their locks stayed for ever, and whoever read their output waited."""
    (tmp_path / "killed.py").write_text(KILLED)
    # The output ends when nobody can write it any more.
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "killed.py")], env=process_env(), capture_output=True, timeout=60
    )
    assert ran.returncode == -signal.SIGKILL
    assert ran.stdout.split()


def test_a_process_ends_after_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[object] = []
    monkeypatch.setattr("os._exit", ended.append)

    class Parent:
        def join(self) -> None:
            ended.append("parent")

    _end_after(None)
    assert not ended
    _end_after(cast(BaseProcess, Parent()))
    assert ended == ["parent", 1]


def test_there_is_a_job_for_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_jobs() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_jobs() == 1


def test_tasks_are_given_to_processes_in_one_place() -> None:
    """Elsewhere a signal would interrupt the start of a process (:func:`pithbundle.spawning.submitted`)."""
    texts = {path: path.read_text() for path in (REPO / "src").rglob("*.py")}
    own = REPO / "src" / "pithbundle" / "spawning.py"
    assert {path for path, text in texts.items() if "with starting_processes(" in text} == {own}
    users = {path for path, text in texts.items() if "process_pool(" in text} - {own}
    assert users and not [path for path in users if re.search(r"[.]submit[(]", texts[path])]


def test_processes_are_ended_in_one_place() -> None:
    """Elsewhere a second signal would interrupt it (:func:`pithbundle.spawning.end_processes`)."""
    ends = re.compile(r"[.]shutdown[(]|with (?:\w+[.])?(?:process_pool|_executor|ProcessPoolExecutor)[(]")
    texts = {path.name: path.read_text() for path in (REPO / "src").rglob("*.py")}
    found = {name for name, text in texts.items() if ends.search(text)}
    # A second signal does not leave threads behind: the interpreter waits for them in any case.
    threads = {name for name in found if re.search(r"= ThreadPoolExecutor[(]", texts[name])}
    assert found - threads == {"spawning.py"}
    assert not [name for name in threads if re.search(r"process_pool|ProcessPoolExecutor", texts[name])]
