"""Text and JSON are two forms of one report: what one contains, the other contains (REPORT-1)."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import (
    DEMO,
    Json,
    attached,
    bundle,
    flat_event,
    made_record,
    payloads,
    policy,
    policy_key,
    receipt,
    strategies,
    to_json,
)
from kit.command_line import run
from kit.strategies import FIXTURE_SIGNERS
from kit.tampered import flipped, without
from pithbundle.cli.output import Output
from pithbundle.verify.verdicts import Status

WORDS = {*get_args(Status)}
WHEN = "2026-05-18T01:39:14Z"
RECORD = made_record()


def rows(text: str) -> Counter[tuple[str, str, str]]:
    """Of each line that begins with a verdict: the status, the short id or its replacement, the code."""
    found: Counter[tuple[str, str, str]] = Counter()
    for line in text.splitlines()[1:]:
        status = line.split(" ")[0]
        if status not in WORDS:
            continue
        rest = line[len(status) :].strip()
        what = "receipt" if rest.startswith("receipt") else rest.split(" ")[0]
        code = re.search(r"  \[([a-z0-9_]+), [A-Z0-9-]+\]$", line)
        found[status, "" if what in ("malformed", "element") else what, code[1] if code else ""] += 1
    return found


def claimed(report: Json) -> Counter[tuple[str, str, str]]:
    """The same of the report as JSON."""
    found: Counter[tuple[str, str, str]] = Counter()
    for one in (*report["events"], *report["without_id"]):
        found[one["verdict"], (one["event_id"] or "").removeprefix("sha256:")[:12], one["code"] or ""] += 1
    for one in report["receipts"]:
        found[one["verdict"], "receipt", one["code"] or ""] += 1
    return found


def located(report: Json) -> set[str]:
    """The pointers to what the report calls not valid."""
    return {
        Output.show(f"{one['location']['file']}#{one['location']['pointer']}")
        + ("" if one["code"] is None else Output.show(one["pointer"] or "", 80))
        + ": "
        for one in (*report["events"], *report["without_id"], *report["receipts"])
        if one["verdict"] not in ("verified", "unknown_type")
    }


def compare(paths: list[str], keys: str) -> None:
    result = run("verify", "--together", *paths, "--policy", keys)
    value: Any = json.loads(run("verify", "--together", "--json", *paths, "--policy", keys).stdout)
    assert result.out.split(":")[0] == value["outcome"].upper()
    assert result.status == value["exit_status"]
    if not value["reports"]:
        return
    (report,) = value["reports"]
    assert rows(result.out) == claimed(report)
    # Bounded: only a limited number is printed, and these tests stay below the limit.
    lines = [line[14:] for line in result.out.splitlines() if line.startswith("  at  ")]
    assert not [spot for spot in located(report) if not any(line.startswith(spot) for line in lines)]
    for one in report["events"]:
        retracted = "retracted" in one.get("not_applied", ())
        assert retracted == any(
            "retracted by its signer" in line for line in block(result.out, one["event_id"])
        )
    missing = sum(len(one["missing"]) for one in report["completeness"])
    assert (f"{missing} event" in result.out.splitlines()[0]) or not missing
    for one in (*report["events"], *report["without_id"]):
        claims = [line for line in result.out.splitlines() if "(claims " in line]
        if "claim" in one:
            assert any(Output.show(one["claim"]["key_id"], 40) in line for line in claims)


def block(text: str, event_id: str) -> list[str]:
    """The lines below the one of an event."""
    short = event_id.removeprefix("sha256:")[:12]
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if line.split(" ")[0] in WORDS and f" {short}  " in line]
    found: list[str] = []
    for start in starts:
        for line in lines[start + 1 :]:
            if not line.startswith("  "):
                break
            found.append(line)
    return found


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_text_and_json_agree(tmp_path: Path, data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(max_size=6))
    junk = [*data.draw(strategies.junk(whole)), *data.draw(st.lists(strategies.values(), max_size=3))]
    elements = data.draw(st.permutations([*whole.events, *junk]))
    cut = data.draw(st.integers(0, len(elements)))
    keys = tmp_path / "policy"
    keys.write_bytes(to_json(policy(*data.draw(st.sampled_from([FIXTURE_SIGNERS, FIXTURE_SIGNERS[:1]])))))
    paths = []
    for name, part in (("a.json", elements[:cut]), ("b.json", elements[cut:])):
        (tmp_path / name).write_bytes(to_json(bundle(whole.record, part)))
        paths.append(str(tmp_path / name))
    compare(paths, str(keys))


FLAT = flat_event(DEMO, payloads.integrity(RECORD, WHEN), WHEN, 1)
ALIAS = attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "1"), WHEN)


@pytest.mark.parametrize(
    ("element", "status"),
    [
        # `invalid malformed` was printed of it.
        (without({**FLAT, "payload_sha256": "x"}, ("signature_b64",)), "not_signed"),
        ({**FLAT, "payload_sha256": "x"}, "invalid"),
        (None, "unknown_format"),
        (without(ALIAS, ("signature",)), "not_signed"),
        (flipped(ALIAS), "invalid"),
    ],
)
def test_an_element_has_one_verdict_in_every_form(tmp_path: Path, element: Any, status: str) -> None:
    keys = policy(policy_key(DEMO, event_formats=["pithbundle-event-1", "integrity-1"]))
    (tmp_path / "policy").write_bytes(to_json(keys))
    (tmp_path / "b.json").write_bytes(to_json(bundle(RECORD, [element])))
    compare([str(tmp_path / "b.json")], str(tmp_path / "policy"))
    result = run("verify", str(tmp_path / "b.json"), "--policy", str(tmp_path / "policy"))
    assert [key[0] for key in rows(result.out)] == [status]
    other = "invalid" if status == "not_signed" else "not_signed"
    assert f"\n{other} " not in result.out


def test_receipts_that_were_not_checked_are_shown_and_change_no_outcome(tmp_path: Path) -> None:
    """Of 20 made-up receipts in unsigned elements 16 are checked (RCPT-4)."""
    (tmp_path / "policy").write_bytes(to_json(policy(DEMO)))
    made = []
    for number in range(20):
        shown = {**receipt(DEMO, RECORD, WHEN), "key_id": DEMO.key_id}
        shown["signature_b64"] = base64.b64encode(bytes([number]) * 64).decode()
        payload = payloads.record_created(RECORD, shown, note=number)
        made.append(without(attached(DEMO, RECORD, "record_created", payload, WHEN), ("signature",)))
    for elements in (made, [ALIAS, *made]):
        (tmp_path / "b.json").write_bytes(to_json(bundle(RECORD, elements)))
        compare([str(tmp_path / "b.json")], str(tmp_path / "policy"))
    result = run("verify", str(tmp_path / "b.json"), "--policy", str(tmp_path / "policy"))
    assert ", 4 receipts not_checked, " in result.out.splitlines()[0]
    assert result.out.count("\nnot_checked   receipt in ") == 4


def test_an_unbound_event_is_no_fault(tmp_path: Path) -> None:
    """What a format that may be another one would find is a remark (CHECK-13)."""
    keys = policy(policy_key(DEMO, event_formats=["pithbundle-event-1", "unknown"]))
    (tmp_path / "policy").write_bytes(to_json(keys))
    (tmp_path / "b.json").write_bytes(to_json(bundle(RECORD, [flipped(ALIAS)])))
    compare([str(tmp_path / "b.json")], str(tmp_path / "policy"))
    result = run("verify", str(tmp_path / "b.json"), "--policy", str(tmp_path / "policy"))
    assert (result.status, result.out.split(":")[0]) == (3, "UNVERIFIED")
    assert "not known to be signed as it is; under the format that was tried: " in result.out
    assert "do not rely" not in result.out


def test_a_bad_signature_is_located_in_its_own_file(tmp_path: Path) -> None:
    """Each file has something wrong at /events/1; the end of the string is the same."""
    other = attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "2"), WHEN)
    third = attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", "3"), WHEN)
    (tmp_path / "policy").write_bytes(to_json(policy(DEMO)))
    # The id of b's bad element is in a too, at the same location, without a signature; b's passed more.
    (tmp_path / "a.json").write_bytes(to_json(bundle(RECORD, [other, without(third, ("signature",))])))
    (tmp_path / "b.json").write_bytes(to_json(bundle(RECORD, [ALIAS, flipped(third)])))
    paths = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    result = run("verify", "--together", *paths, "--policy", str(tmp_path / "policy"))
    assert f"  at          {paths[1]}#/events/1/signature/signature_b64: " in result.out
    assert f"{paths[0]}#/events/1/" not in result.out
    compare(paths, str(tmp_path / "policy"))
