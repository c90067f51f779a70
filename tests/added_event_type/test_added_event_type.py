"""Adding an event type takes one file, one vector and one line in a rule set (MERGE-1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from added_event_type.peer_review import EVENT_TYPE, PeerReview
from kit import DEMO, SIGNERS, attached, bundle, event, made_record, payloads, policy, receipt, to_json
from kit.results import Merged, check, merge, report_on
from pithbundle import Ledger, Policy, read_bundle
from pithbundle.comparison.sides import diff
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.report import Report

RULES = MergeRules.of("test-merge-with-reviews", *MERGE_1.event_types.values(), EVENT_TYPE)
VECTOR: dict[str, Any] = json.loads((Path(__file__).parent / "vector.json").read_text(encoding="utf-8"))
KEYS = Policy.from_value(policy(*SIGNERS))


def merged(rules: MergeRules) -> tuple[Report, Merged]:
    record = made_record()
    events = [
        event(DEMO, record, "peer_review", case.get("target", "record"), case["payload"], case["created_at"])
        for case in VECTOR["events"]
    ]
    checked = check(read_bundle(to_json(bundle(record, events))), KEYS, rules=rules)
    result = merge(checked, rules=rules)
    return report_on(checked, rules=rules), result


def test_the_new_event_type_is_merged_as_in_its_vector() -> None:
    report, result = merged(RULES)
    current: Any = result.state["current"]
    assert [entry["payload"] for entry in current["peer_reviews"]] == VECTOR["current"]
    reviews = [(review.journal, review.round, review.decision) for review in result.view.entries(PeerReview)]
    assert reviews == [(each["journal"], each["round"], each["decision"]) for each in VECTOR["current"]]
    assert result.view.sections["peer_reviews"] == result.view.entries(PeerReview)
    assert list(current)[-2:] == ["peer_reviews", "equivocations"]
    unrecognised: Any = result.state["unrecognised"]
    assert [entry["code"] for entry in unrecognised] == VECTOR["unrecognised"]
    assert {listed.element.verdict.status for listed in report.events} == {"verified"}
    assert result.state["merge_version"] == RULES.name


def test_the_old_rules_list_it_and_do_not_apply_it() -> None:
    report, result = merged(MERGE_1)
    assert {listed.element.verdict.status for listed in report.events} == {"unknown_type"}
    assert "peer_reviews" not in result.state["current"]
    assert len(result.view.unrecognised) == len(VECTOR["events"])


def test_two_rule_sets_differ_by_verdicts_and_state() -> None:
    found = diff(merged(MERGE_1)[0], merged(RULES)[0])
    assert not found.equal
    assert {
        (change.left.verdict, change.right.verdict) for change in found.events if change.left and change.right
    } == {("unknown_type", "verified")}
    assert "/current/peer_reviews" in {difference.pointer for difference in found.state}
    assert ("rules", MERGE_1.name, RULES.name) in found.labels


def test_a_rule_set_is_frozen() -> None:
    with pytest.raises(TypeError):
        RULES.event_types["peer_review"] = EVENT_TYPE  # type: ignore[index]
    with pytest.raises(AttributeError):
        RULES.name = "other"  # type: ignore[misc]


def test_events_checked_under_one_rule_set_may_be_merged_under_another() -> None:
    record = made_record()
    data = to_json(
        bundle(
            record,
            [
                event(DEMO, record, "peer_review", "record", case["payload"], case["created_at"])
                for case in VECTOR["events"]
            ],
        )
    )
    old, new = (check(read_bundle(data), KEYS, rules=rules) for rules in (MERGE_1, RULES))
    for rules in (MERGE_1, RULES):
        assert merge(old, rules=rules).state_bytes == merge(new, rules=rules).state_bytes


def test_events_of_another_record_are_classified_by_the_record_of_the_ledger() -> None:
    mine, other = made_record(), made_record(1)
    paid = payloads.record_created(mine, receipt(DEMO, mine, "2026-01-01T00:00:00Z"))
    made = attached(DEMO, mine, "record_created", paid, "2026-01-01T00:00:00Z")
    checked = check(read_bundle(to_json(bundle(mine, [made]))), KEYS)
    strange = check(read_bundle(to_json(bundle(other, []))), KEYS)
    for given, codes in ((strange, ["hash_mismatch"]), (checked, [])):
        ledger = Ledger._of_checked(given.record, given.policy_sha256, MERGE_1, checked.signed)
        assert [one.code for one in ledger.snapshot().unrecognised] == codes
