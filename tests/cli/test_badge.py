"""``badge``: a picture of what was checked (BADGE-1 to BADGE-4)."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from kit.badges import CASES, RECORD, report_of_case
from kit.command_line import assert_harmless, command_line, process_env, run
from kit.data import REPO
from kit.signing import AUTHOR, DEMO, bundle, policy, to_json
from pithbundle.badge import badge_of

DEMOS = REPO / "vectors" / "demo"
POLICY = ("--policy", str(DEMOS / "policy.json"))
WORDS = {
    "VALID:",
    "CONFLICT:",
    "INVALID:",
    "INCOMPLETE:",
    "UNVERIFIED:",
    "REJECTED:",
    "record",
    "badge",
    "pithbundle:",
}


@pytest.mark.parametrize("name", CASES)
def test_the_file_the_summary_and_the_status(tmp_path: Path, name: str) -> None:
    state, words, elements = CASES[name]
    keys, data = tmp_path / "keys.json", tmp_path / "bundle.json"
    keys.write_bytes(to_json(policy(DEMO, AUTHOR)))
    data.write_bytes(to_json(bundle(RECORD, elements)))
    result = run("badge", str(data), "--policy", str(keys), "-o", str(tmp_path / "b.svg"))
    report = report_of_case(name)
    assert (result.status, result.stdout) == (report.exit_status, b"")
    assert f"\nbadge         {state}: {words}\n" in result.err
    assert f"\n  alt         Pith Number {badge_of(report).pith_number}: {words}\n" in result.err
    assert_harmless(result, WORDS)
    assert (tmp_path / "b.svg").read_bytes() == badge_of(report).svg()


def test_json_has_the_object_of_the_metadata_and_the_digest_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "b.svg"
    result = run("badge", "--json", str(DEMOS / "bundle.json"), *POLICY, "-o", str(path))
    value = json.loads(result.stdout)
    assert result.status == 0 and value["badge"]["state"] == "valid"
    assert value["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert value["alt"] == f"Pith Number {value['pith_number']}: {value['badge']['words']}"
    again = run("badge", "--json", str(DEMOS / "bundle.json"), *POLICY, "-o", str(path))
    assert again.status == 2 and "--force" in again.err


def test_without_a_file_the_picture_goes_to_stdout_and_with_json_needs_one() -> None:
    piped = run("badge", str(DEMOS / "rich.json"), *POLICY)
    assert piped.status == 1 and piped.stdout.startswith(b"<svg ")
    shown = run("badge", str(DEMOS / "rich.json"), *POLICY, tty=True)
    assert (shown.status, shown.stdout) == (2, b"") and "send them to a file or a pipe" in shown.err
    assert run("badge", "--json", str(DEMOS / "rich.json"), *POLICY).status == 2


def test_there_is_no_badge_of_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"{")
    result = run("badge", str(tmp_path / "bad"), "-o", str(tmp_path / "b.svg"))
    assert result.status == 1 and not (tmp_path / "b.svg").exists()
    both = run(
        "badge", str(DEMOS / "bundle.json"), str(tmp_path / "bad"), *POLICY, "-o", str(tmp_path / "b.svg")
    )
    assert both.status == 1 and "badge         rejected: 1 input rejected" in both.err
    assert b"#1e6b34" not in (tmp_path / "b.svg").read_bytes()


def test_the_bytes_are_the_same_in_another_environment() -> None:
    strange = {
        "PYTHONHASHSEED": "7",
        "LC_ALL": "tr_TR.UTF-8",
        "TZ": "Asia/Kathmandu",
        "PYTHONIOENCODING": "latin-1",
    }
    words = command_line("badge", str(DEMOS / "bundle.json"), *POLICY)
    made = subprocess.run(words, env=process_env(strange), capture_output=True, check=True)
    assert made.stdout == run("badge", str(DEMOS / "bundle.json"), *POLICY).stdout
