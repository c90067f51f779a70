"""A unit that ends every process which verifies it (RECOMP-7, RECOMP-10; threat C6)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.command_line import process_env, spawn
from kit.recomputed import POLICY_BYTES, read_output, registry, units_of, write_frames

#: What each process runs when it starts: a unit with this record ends it, or raises for want of memory.
HOOK = """
import os, signal, sys
if "--multiprocessing-fork" in sys.orig_argv and os.environ.get("ENDS_AT"):
    import pithbundle.recompute.unit as unit
    read_bundle, mark = unit.read_bundle, os.environ["ENDS_AT"].encode()
    def ending(data, **options):
        if mark in data:
            {how}
        return read_bundle(data, **options)
    unit.read_bundle = ending
"""
HOW = {
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "ended": "os._exit(0)",
    "memory": "raise MemoryError",
}


@pytest.mark.parametrize(
    "how",
    [
        pytest.param("killed", marks=pytest.mark.slow),
        pytest.param("ended", marks=pytest.mark.long),
        pytest.param("memory", marks=pytest.mark.slow),
    ],
)
def test_a_unit_that_ends_every_process_is_the_only_one_that_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = registry(20)
    frames = write_frames(tmp_path / "in", lines, 6)
    (tmp_path / "p.json").write_bytes(POLICY_BYTES)
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK.format(how=HOW[how]))
    words = ["recompute", "in", "--policy", "p.json", "-o", "out", "--jobs", "2", "--cache", "cache"]
    path = os.pathsep.join([str(tmp_path / "hook"), process_env()["PYTHONPATH"]])
    lost_at = sorted({line.suffix for line in lines})[9]
    done = spawn(*words, env={"PYTHONPATH": path, "ENDS_AT": lost_at})
    assert done.status == 1, done.err
    found, units = read_output(tmp_path / "out"), units_of(tmp_path / "out")
    assert {each["code"] for each in found.rejected} == {"worker_lost"}
    assert 1 <= len(found.rejected) <= 4 < frames and units["lost"] == 1
    assert "[worker_lost]" in done.err and "fetch" not in done.err

    # It is not kept: the next run computes it and nothing else, and has the output of an undisturbed one.
    again = spawn(*words, "--force")
    assert again.status == 1 and not read_output(tmp_path / "out").rejected
    assert units_of(tmp_path / "out")["computed"] == 1
    assert set(found.states.splitlines()) < set(read_output(tmp_path / "out").states.splitlines())
