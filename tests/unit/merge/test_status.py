"""The status line: counts of what is current, each number separate."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from kit import AUTHOR, DEMO, Json, attached, event, oracle, payloads, strategies
from kit.command_line import unsafe
from kit.demo import RECORD, rich
from kit.results import WHEN, checked, ledger_of, merged
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1


def test_of_no_events() -> None:
    view = merged(RECORD, []).view
    assert view.status_line() == (
        "not attested; not anchored; not stored; refs pending; no citations; no findings; "
        "no replications; 0 retracted"
    )
    reported: Any = view.status()
    assert reported["references"] is None
    assert reported["replications"]["refutes"] == {"accepted": 0, "pending": 0, "rejected": 0}


def test_of_the_rich_demo() -> None:
    assert merged(RECORD, rich()["events"]).view.status_line() == (
        "attested; anchored; stored; refs pending; citations: 1 uses_method; findings: 1 rescinded; "
        "replications: 1 supports, 1 refutes; 1 retracted; 1 in conflict"
    )


def test_a_replication_that_fails_cancels_none_that_succeeds() -> None:
    events = [
        attached(DEMO, RECORD, "replication", payloads.replication("A", f"claim-{n}", outcome=outcome,
                 moderation=moderation), WHEN)
        for n, (outcome, moderation) in enumerate(
            (("supports", "accepted"), ("supports", "pending"), ("refutes", "accepted"),
             ("inconclusive", "rejected"))
        )
    ]  # fmt: skip
    view = merged(RECORD, events).view
    assert view.status()["replications"] == {
        "supports": {"accepted": 1, "pending": 1, "rejected": 0},
        "refutes": {"accepted": 1, "pending": 0, "rejected": 0},
        "inconclusive": {"accepted": 0, "pending": 0, "rejected": 1},
    }
    assert "replications: 2 supports, 1 refutes, 1 inconclusive" in view.status_line()


def snapshot(value: Any, at: str = WHEN) -> Json:
    return event(DEMO, RECORD, "graph_snapshot", "graph", {"graph_snapshot": value}, at)


@pytest.mark.parametrize(
    ("value", "references"),
    [
        ({"references": {"count": 17}}, 17),
        ({"references": {"count": 0}}, 0),
        ({"references": {"count": -1}}, None),
        ({"references": {"count": True}}, None),
        ({"references": {"count": "17"}}, None),
        ({"references": [17]}, None),
        ({}, None),
    ],
)
def test_references_are_what_the_newest_snapshot_counts(value: Json, references: int | None) -> None:
    old = snapshot({"references": {"count": 3}})
    view = merged(RECORD, [snapshot(value, "2026-06-01T00:00:00Z"), old]).view
    assert view.status()["references"] == references
    expected = "refs pending" if references is None else f"{references} refs"
    assert expected in view.status_line()


def test_findings_by_severity_with_the_rescinded_apart() -> None:
    made = [
        payloads.integrity(RECORD, WHEN, detector=f"d{n}", severity=severity, verdict_class=verdict)
        for n, (severity, verdict) in enumerate(
            (("critical", "cross_source"), ("critical", "rescinded"), ("advisory", "cross_source"))
        )
    ]
    view = merged(RECORD, [attached(DEMO, RECORD, "pith.integrity.v1", one, WHEN) for one in made]).view
    assert view.status()["findings"] == {"critical": 1, "advisory": 1, "informational": 0, "rescinded": 1}
    assert "findings: 1 critical, 1 advisory, 1 rescinded" in view.status_line()


def test_retractions_and_conflicts_are_in_the_status_line() -> None:
    claims = [payloads.author_claim(payloads.orcid(1), strength=strength) for strength in payloads.STRENGTHS]
    events = [attached(AUTHOR, RECORD, "author_claim", claim, WHEN) for claim in claims]
    target = events[0]["event_id"]
    events.append(attached(AUTHOR, RECORD, "event_retracted", payloads.event_retracted(target), WHEN))
    view = merged(RECORD, events).view
    assert view.status_line().endswith("; 1 retracted; 1 in conflict")
    assert view.status()["retractions"] == {"applied": 1, "waiting": 0, "rejected": 0}


def test_under_rules_that_lack_the_sections() -> None:
    rules = MergeRules.of("test", MERGE_1.event_types["checkpoint"])
    view = ledger_of(checked(RECORD, []), rules=rules).snapshot()
    assert view.status()["anchored"] == 0
    assert view.status_line().startswith("not attested")


@given(strategies.event_sets(max_size=10))
@settings(max_examples=40)
def test_the_counts_are_those_of_the_state(whole: strategies.EventSet) -> None:
    result = merged(whole.record, whole.events)
    current: Any = oracle.state_of(whole.record, whole.events, strategies.fixture_policy()["keys"])["current"]
    reported: Any = result.view.status()

    def count(section: str, **wanted: str) -> int:
        return sum(all(e["payload"][k] == v for k, v in wanted.items()) for e in current[section])

    assert reported["anchored"] == len(current["timestamp_anchors"])
    assert reported["stored"] == len(current["storage_attestations"])
    assert reported["conflicts"] == len(current["equivocations"])
    assert reported["unrecognised"] == len(result.state["unrecognised"])
    for strength in ("strong", "weak"):
        assert reported["attested"][strength] == count("author_claims", strength=strength)
    for relationship in payloads.RELATIONSHIPS:
        assert reported["citations"][relationship] == count("citations", relationship=relationship)
    for outcome in payloads.OUTCOMES:
        for moderation in payloads.MODERATIONS:
            wanted = count("replications", outcome=outcome, moderation=moderation)
            assert reported["replications"][outcome][moderation] == wanted
    rescinded = count("integrity_findings", verdict_class="rescinded")
    assert reported["findings"]["rescinded"] == rescinded
    assert sum(reported["findings"].values()) == len(current["integrity_findings"])
    for effect in ("applied", "waiting", "rejected"):
        assert reported["retractions"][effect] == sum(e["effect"] == effect for e in current["retractions"])
    line = result.view.status_line()
    assert line.isascii()
    assert not unsafe(line)
    assert "\n" not in line
