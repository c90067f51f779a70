"""Processes that are started load nothing from the working directory (F9)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pithbundle.spawning import default_jobs, leave_interrupts_to_the_parent, process_pool, starting_processes


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
        with starting_processes():
            future = pool.submit(len, b"four")
        assert future.result(timeout=60) == 4
    assert not (tmp_path / "loaded").exists()


def test_there_is_a_job_for_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_jobs() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_jobs() == 1
