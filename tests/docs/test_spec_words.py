"""The tables of the specification have the values that vectors expect and the rule set's event types."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from kit.data import REPO
from pithbundle.conformance.runner import load, reader
from pithbundle.conformance.vectorfiles import requests
from pithbundle.merge.rules import MERGE_1
from specgen.pages import all_clauses, text_of

_ROW: Final = re.compile(r"^\| (?:\d+ \| )?`(\w+)`(?:, optional)? \|", re.MULTILINE)


def tables(text: str) -> list[list[str]]:
    """The values in the first column of each table, after a column of numbers."""
    found = [_ROW.findall(block) for block in re.split(r"\n(?!\|)", text) if "\n|" in f"\n{block}"]
    return [words for words in found if words]


@cache
def expected() -> tuple[dict[str, Any], ...]:
    """What each request of each vector expects of an answer that is no error."""
    read = reader(REPO / "vectors")
    return tuple(
        request.expect["ok"]
        for vector in load(REPO / "vectors")
        for request in requests(vector, read)
        if "ok" in request.expect
    )


def values(name: str) -> Iterator[Any]:
    return (ok[name] for ok in expected() if name in ok)


def decisions() -> Iterator[dict[str, Any]]:
    for trace in values("trace"):
        if isinstance(trace, str):  # else the digest of a long one
            yield from json.loads(b64decode(trace))["trace"]


def test_reasons_are_those_of_trace_2() -> None:
    of_entries, of_losers = tables(all_clauses()["TRACE-2"].body)
    assert {decision["reason"] for decision in decisions()} == {*of_entries}
    assert {loser["reason"] for decision in decisions() for loser in decision["losers"]} == {*of_losers}
    (members,) = tables(all_clauses()["TRACE-1"].body)
    assert {tuple(sorted(decision)) for decision in decisions()} == {tuple(members)}


def test_changes_are_those_of_timeline_2() -> None:
    (changes,) = tables(all_clauses()["TIMELINE-2"].body)
    assert {change for timeline in values("timeline") for _, change in timeline} == {*changes}


def test_statuses_are_those_of_the_checks() -> None:
    (statuses,) = tables(text_of("checks").split("\n## ")[0])
    names = ("elements", "events", "receipts", "verdicts", "without_id")
    listed = [one for name in names for found in values(name) for one in found]
    found = {one["verdict"] for one in listed if isinstance(one, dict)}  # `export` lists digests as elements
    assert found == {*statuses}


def test_outcomes_are_those_of_report_2() -> None:
    (outcomes,) = tables(all_clauses()["REPORT-2"].body)
    found = [names for names in values("outcomes")]
    assert {name for names in found for name in names} == {*outcomes}
    assert all(names == sorted(names, key=outcomes.index) for names in found)


def test_groups_are_those_of_report_3() -> None:
    (groups,) = tables(all_clauses()["REPORT-3"].body)
    assert {group for listed in values("differences") for group, _, _ in listed} == {*groups}


def test_effects_are_those_of_merge_7() -> None:
    (effects,) = tables(all_clauses()["MERGE-7"].body)
    states = [json.loads(b64decode(state)) for state in values("state") if isinstance(state, str)]
    entries = [entry for state in states for entry in state["current"]["retractions"]]
    assert {entry["effect"] for entry in entries} == {*effects}


def test_members_of_the_status_are_those_of_status_1() -> None:
    (members,) = tables(all_clauses()["STATUS-1"].body)
    found = [*values("status")]
    assert found
    assert all(sorted(status) == sorted(members) for status in found)


def test_members_of_the_state_are_those_of_state_1_and_2() -> None:
    state = json.loads(b64decode(next(values("state"))))
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (.+?) \|", all_clauses()["STATE-1"].body, re.M)))
    assert named == [*state]
    sections = all_clauses()["STATE-2"].paragraphs[1]
    assert re.findall(r"`(\w+)`", sections) == [*state["current"]]


def test_event_types_are_those_of_kind_1() -> None:
    rows = re.findall(r"^\| \[(KIND-\d+)\] \| (.+) \|$", all_clauses()["KIND-1"].body, re.MULTILINE)
    claimed = [[re.findall(r"`([^`]+)`", cell) for cell in row.split("|")] for _, row in rows]
    assert claimed == [
        [
            [event_type.event_type],
            [event_type.target],
            [event_type.section],
            [event_type.select, *event_type.slot],
            [*event_type.deciding],
        ]
        for event_type in MERGE_1.event_types.values()
    ]
    assert MERGE_1.name in all_clauses()["MERGE-1"].body
    for (clause, _), (event_type, *_) in zip(rows, claimed, strict=True):
        assert [all_clauses()[clause].title] == event_type


@pytest.mark.parametrize(
    "event_type", MERGE_1.event_types.values(), ids=lambda event_type: event_type.event_type
)
def test_members_of_an_event_type_are_those_of_its_clause(event_type: Any) -> None:
    (clause,) = [clause for clause in all_clauses().values() if clause.title == event_type.event_type]
    (members,) = tables(clause.body)
    assert members == [*event_type.members]
    optional = re.findall(r"^\| `(\w+)`, optional \|", clause.body, re.MULTILINE)
    assert optional == [name for name in event_type.members if name in event_type.optional]


def test_tables_are_read() -> None:
    text = "| a | b |\n|---|---|\n| `x` | 1 |\n| 2 | `y` |\n| `z`, optional | |\n"
    text += "\n| c |\n|---|\n| d |\n\n| `w` |\n"
    assert tables(text) == [["x", "y", "z"], ["w"]]
