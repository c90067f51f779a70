"""``recompute`` as a command: outcomes, JSON, processes, and what ends it (RECOMP-2, RECOMP-3)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit.archives import write
from kit.command_line import process_env, run, spawn, start
from kit.recomputed import POLICY_BYTES, expected, read_output, registry

OPTIONS = ("--policy", "p.json", "-o", "out")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)
    write(Path("in"), registry(8))


def test_the_summary_is_printed_and_written() -> None:
    result = run("recompute", "in", *OPTIONS, "--jobs", "1", "--json")
    value = json.loads(result.stdout)
    found = read_output(Path("out"))
    assert value["summary"] == found.summary and value["output"] == "out"
    assert result.status == found.summary["exit_status"] == 1 and value["outcome"] == "invalid"
    assert (found.states, found.digests) == expected(registry(8))
    assert value["policy"]["policy_sha256"] == found.summary["policy_sha256"]


def test_processes_print_and_write_the_same() -> None:
    one = run("recompute", "in", *OPTIONS, "--jobs", "1")
    before = read_output(Path("out"))
    two = run("recompute", "in", *OPTIONS, "--jobs", "2", "--force")
    assert two == one and read_output(Path("out")) == before
    assert json.loads(Path("out/run.json").read_bytes())["jobs"] == 2


def test_a_locale_a_time_zone_and_a_hash_seed_change_nothing() -> None:
    run("recompute", "in", *OPTIONS, "--jobs", "1")
    before = read_output(Path("out"))
    os.mkdir("elsewhere")
    env = {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "2"}
    os.chdir("elsewhere")
    spawn("recompute", "../in", "--policy", "../p.json", "-o", "out", "--jobs", "1", env=env)
    assert read_output(Path("out")) == before


def test_what_is_rejected_is_printed_and_the_rest_recomputed() -> None:
    (pack,) = Path("in").glob("*.jsonl.zst")
    pack.write_bytes(pack.read_bytes() + b"\x28\xb5\x2f\xfdjunk")
    result = run("recompute", "in", *OPTIONS, "--jobs", "1")
    assert result.status == 1 and result.out.startswith("REJECTED: 8 records of 24 bundles")
    assert f"pithbundle: error: in/{pack.name}, bytes " in result.err
    assert "rejected    1, listed above and in rejected.jsonl" in result.out
    assert read_output(Path("out")).states == expected(registry(8))[0]


def test_without_zstd_the_missing_extra_is_named() -> None:
    code = "import sys; sys.modules['backports'] = sys.modules['compression'] = None; "
    code += "from pithbundle.__main__ import main; sys.exit(main())"
    for args, status in ((["recompute", "in", "-o", "out"], 2), (["recompute", "--help"], 0)):
        words = [sys.executable, "-c", code, *args]
        done = subprocess.run(words, env=process_env(), capture_output=True, text=True, check=False)
        assert done.returncode == status and "Traceback" not in done.stderr
        assert ("'.[archive]'" in done.stderr) == bool(status)


@pytest.mark.signals
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_behind(number: signal.Signals) -> None:
    write(Path("large"), registry(300))
    with start("recompute", "large", *OPTIONS, "--jobs", "2") as child:
        while not os.path.exists("out.part/units.bin") or not os.path.getsize("out.part/units.bin"):
            assert child.poll() is None
            time.sleep(0.01)
        child.send_signal(number)
        child.wait()
        assert child.returncode == 128 + number
    assert not os.path.lexists("out") and not os.path.lexists("out.part")
