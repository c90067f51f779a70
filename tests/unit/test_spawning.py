"""Processes that are started load nothing from the working directory (F9)."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from pithbundle.spawning import starting_processes


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
    context = multiprocessing.get_context("spawn")
    # Its locks start a process too, if none has been started yet.
    with starting_processes():
        pool = ProcessPoolExecutor(1, context)
    with pool:
        with starting_processes():
            future = pool.submit(len, b"four")
        assert future.result(timeout=60) == 4
    assert not (tmp_path / "loaded").exists()
