"""REPORT-4: warnings by the caller's clock, which decides nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click
import pytest

from kit import DEMO, attached, bundle, made_record, payloads, policy, to_json
from kit.command_line import run
from kit.data import REPO
from kit.results import check, report_on
from pithbundle import Policy, read_bundle
from pithbundle.cli.clock import read_clock
from pithbundle.report import Clock, Report

RECORD = made_record()
KEYS = policy(DEMO)


def reported(clock: Clock | None, *times: str) -> Report:
    events = [
        attached(DEMO, RECORD, "citation", payloads.citation(f"doi:10.1/{index}", "cites"), when)
        for index, when in enumerate(times)
    ]
    checked = check(read_bundle(to_json(bundle(RECORD, events))), Policy.from_value(KEYS))
    return report_on(checked, clock=clock)


def warned(clock: Clock | None, *times: str) -> list[tuple[str, str]]:
    return [(warning.code, warning.detail) for warning in reported(clock, *times).warnings]


NOW = "2026-06-01T00:00:00Z"


@pytest.mark.parametrize(
    ("when", "future"),
    [
        ("2026-06-01T00:05:00Z", False),
        ("2026-06-01T00:05:00.000001Z", True),
        ("9999-12-31T23:59:59Z", True),
        ("2026-05-31T23:59:59+00:00", False),
    ],
)
def test_300_seconds_of_leeway(when: str, future: bool) -> None:
    assert warned(read_clock(None, NOW), when) == ([("warn_future", when)] if future else [])


@pytest.mark.parametrize(
    ("age", "stale"), [(30.0, True), (31.0, False), (0.0, True), (1e300, False), (4e6, False), (None, False)]
)
def test_only_the_newest_event_makes_a_set_stale(age: float | None, stale: bool) -> None:
    newest = "2026-05-01T12:00:00Z"
    result = warned(read_clock(age, NOW), "2020-01-01T00:00:00Z", newest)
    assert result == ([("warn_stale", newest)] if stale else [])


def test_without_a_clock_or_without_events_there_is_no_warning() -> None:
    assert warned(None, "9999-12-31T23:59:59Z") == []
    assert warned(read_clock(1, NOW)) == []


def test_the_json_of_a_report_does_not_contain_the_time_of_the_clock() -> None:
    one, other = read_clock(None, NOW), read_clock(None, "2026-06-02T00:00:00Z")
    when = "2026-05-01T12:00:00Z"
    assert one != other
    assert (
        reported(one, when).to_value() == reported(other, when).to_value() == reported(None, when).to_value()
    )


def test_a_warning_changes_no_outcome_and_no_state() -> None:
    warm, cold = reported(read_clock(1, NOW), "9999-01-01T00:00:00Z"), reported(None, "9999-01-01T00:00:00Z")
    assert (warm.outcome, cold.outcome) == ("valid", "valid")
    assert warm.ledger and cold.ledger
    assert warm.ledger.snapshot().to_json() == cold.ledger.snapshot().to_json()
    assert warm.to_value()["warnings"] != cold.to_value()["warnings"] == []


def test_the_clock_of_the_machine_is_read_by_default() -> None:
    before = datetime.now(UTC).replace(tzinfo=None)
    clock = read_clock(1, None)
    ahead = datetime.fromisoformat(clock.future_after) - before
    assert 300 <= ahead.total_seconds() < 360
    behind = before - datetime.fromisoformat(clock.stale_before or "")
    assert 86_300 < behind.total_seconds() <= 86_400


@pytest.mark.parametrize("now", ["", "now", "2026-06-01", "2026-06-01T00:00:60Z", "2026-13-01T00:00:00Z"])
def test_another_time_is_a_usage_error(now: str) -> None:
    with pytest.raises(click.UsageError):
        read_clock(None, now)


def test_the_end_of_time_and_its_beginning() -> None:
    assert read_clock(1, "9999-12-31T23:59:59Z").future_after == "9999-12-31T23:59:59.999999"
    assert read_clock(1, "0001-01-01T00:00:00Z").stale_before == "0001-01-01T00:00:00.000000"


def test_what_is_unsigned_is_a_warning_too() -> None:
    event = attached(DEMO, RECORD, "citation", payloads.citation("doi:10.1/1", "cites"), NOW)
    event["signature"]["verified"] = True
    checked = check(read_bundle(to_json(bundle(RECORD, [event]))), Policy.from_value(KEYS))
    [warning] = report_on(checked).warnings
    assert (warning.code, warning.detail) == ("warn_unsigned", "/signature/verified")


def test_verify_and_merge_warn(tmp_path: object) -> None:
    demo = ("vectors/demo/bundle.json", "--policy", "vectors/demo/policy.json")
    files = [str(REPO / part) if "/" in part else part for part in demo]
    result = run("verify", *files, "--now", "2026-05-18T00:00:00Z", "--max-age", "1")
    assert result.status == 0
    assert result.out.count("[warn_future]") == 2
    result = run("verify", *files, "--now", "2026-07-18T00:00:00Z", "--max-age", "7")
    assert result.out.count("[warn_stale]") == 1
    result = run("merge", *files, "--now", "2026-07-18T00:00:00Z", "--max-age", "7")
    assert result.err.count("[warn_stale]") == 1
    result = run("verify", *files, "--json", "--now", "2026-05-18T00:00:00Z")
    assert [warning["code"] for warning in json.loads(result.out)["reports"][0]["warnings"]] == [
        "warn_future"
    ] * 2
    assert run("verify", *files, "--now", "soon").status == 2
