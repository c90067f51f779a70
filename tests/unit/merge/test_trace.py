"""The trace compared with the oracle, and its reasons one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    Json,
    Signer,
    attached,
    event,
    oracle,
    payloads,
    receipt,
    strategies,
)
from kit.demo import RECORD
from kit.results import WHEN, Merged, check, merge, merged, read
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.merge.rule_sets import EventType, MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.selection import Loser
from pithbundle.merge.trace import CLAUSES, Decision
from pithbundle.newtypes import Pointer
from pithbundle.verify.policy import Policy

KEYS = strategies.fixture_policy()
LATER = "2026-05-19T00:00:00Z"


def retraction(signer: Signer, target: Json, at: str = LATER) -> Json:
    return attached(signer, RECORD, "event_retracted", payloads.event_retracted(target["event_id"]), at)


def claim(at: str = WHEN, signer: Signer = AUTHOR, **extra: Any) -> Json:
    return attached(signer, RECORD, "author_claim", payloads.author_claim(payloads.orcid(0), **extra), at)


def alias(value: str, at: str = WHEN, signer: Signer = DEMO, kind: str = "openalex") -> Json:
    return attached(signer, RECORD, "alias_added", payloads.alias_added(kind, value), at)


def created(at: str = WHEN, signer: Signer = DEMO, signs: Signer = DEMO, **extra: Any) -> Json:
    made = payloads.record_created(RECORD, {**receipt(signs, RECORD, at), **extra})
    return attached(signer, RECORD, "record_created", made, at)


def ids_without_valid_event(at: str = WHEN, **extra: Any) -> Json:
    """A record_created whose receipt no key has signed."""
    return created(at, algorithm="none", **extra)


def step_at(pointer: str, events: Sequence[Json]) -> tuple[str, list[str], list[tuple[str, str]]]:
    found = [step for step in merged(RECORD, events).view.trace() if step.pointer == pointer]
    assert len(found) == 1, [step.pointer for step in merged(RECORD, events).view.trace()]
    return found[0].reason, [*found[0].winners], [(lost.event_id, lost.reason) for lost in found[0].losers]


# The reasons of TRACE-2, one by one.


def test_what_the_record_gives_is_derived() -> None:
    steps = merged(RECORD, []).view.trace()
    assert {step.reason for step in steps} == {"derived"}
    assert [step.pointer for step in steps] == [
        "/current/canonical_record",
        *(f"/current/source_aliases/{index}" for index in range(6)),
    ]
    assert not any(step.winners or step.losers for step in steps)


def test_one_claim_is_the_only_one() -> None:
    one = claim()
    assert step_at("/current/author_claims/0", [one]) == ("only", [one["event_id"]], [])


def test_the_newest_supersedes_and_a_repeat_is_restated() -> None:
    old, again, new = claim(WHEN, note="a"), claim("2026-05-18T01:39:15Z"), claim(LATER)
    reason, winners, losers = step_at("/current/author_claims/0", [new, again, old])
    assert (reason, winners) == ("newest", [new["event_id"]])
    assert losers == [(old["event_id"], "superseded"), (again["event_id"], "restated")]


def test_of_one_instant_the_smallest_id_wins() -> None:
    tied = sorted((claim(), claim(strength="weak")), key=oracle.id_of)
    reason, winners, losers = step_at("/current/author_claims/0", tied)
    assert (reason, winners, losers) == (
        "smallest_id",
        [tied[0]["event_id"]],
        [(tied[1]["event_id"], "superseded")],
    )
    group = step_at("/current/equivocations/0", tied)
    assert group == ("listed", [one["event_id"] for one in tied], [])


def test_a_tie_below_the_newest_does_not_decide() -> None:
    events = [claim(note="a"), claim(note="b"), claim(LATER)]
    assert step_at("/current/author_claims/0", events)[0] == "newest"


def test_a_retracted_rival_does_not_count_for_the_reason() -> None:
    old, new = claim(), claim(LATER)
    back = retraction(AUTHOR, new)
    reason, winners, losers = step_at("/current/author_claims/0", [old, new, back])
    assert (reason, winners, losers) == ("only", [old["event_id"]], [(new["event_id"], "retracted")])


def test_an_entry_of_the_selection_all_wins_alone() -> None:
    first, second = (attached(AUTHOR, RECORD, "citation", payloads.citation(work, "cites"), WHEN)
                     for work in strategies.CITING)  # fmt: skip
    for index, one in enumerate(sorted((first, second), key=oracle.order)):
        assert step_at(f"/current/citations/{index}", [first, second]) == ("listed", [one["event_id"]], [])


def test_the_reason_of_a_retraction_is_its_effect() -> None:
    target, absent = claim(), claim(note="absent")
    applied, waiting, rejected = (
        retraction(AUTHOR, target),
        retraction(AUTHOR, absent),
        retraction(DEMO, target),
    )
    words = {}
    for index in range(3):
        reason, winners, losers = step_at(
            f"/current/retractions/{index}", [target, applied, waiting, rejected]
        )
        words[winners[0]] = reason, losers
    assert words == {
        applied["event_id"]: ("listed", [(target["event_id"], "retracted")]),
        waiting["event_id"]: ("waiting", []),
        rejected["event_id"]: ("rejected", []),
    }


def test_the_first_signed_alias_wins() -> None:
    one, two, gone = alias("W1"), alias("W1", LATER, MIRROR), alias("W1", LATER, DEMO_NEXT)
    events = [two, one, gone, retraction(DEMO, gone)]
    reason, winners, losers = step_at("/current/source_aliases/3", events)
    assert (reason, winners) == ("first", [one["event_id"]])
    expected = {(two["event_id"], "restated"), (gone["event_id"], "retracted")}
    assert set(losers) == expected
    assert losers == sorted(losers, key=lambda lost: (WHEN if lost[0] == one["event_id"] else LATER, lost[0]))
    assert step_at("/current/source_aliases/3", [one]) == ("only", [one["event_id"]], [])


def test_a_derived_alias_stays_derived_whoever_signs_it() -> None:
    signed = alias(RECORD["source"]["id"], kind="arxiv")
    assert step_at("/current/source_aliases/0", [signed]) == ("derived", [signed["event_id"]], [])
    withdrawn = step_at("/current/source_aliases/0", [signed, retraction(DEMO, signed)])
    assert withdrawn == ("derived", [], [(signed["event_id"], "retracted")])


def test_the_receipt_is_of_the_first_record_created() -> None:
    one, two = created(), created(LATER, DEMO_NEXT, DEMO_NEXT)
    assert step_at("/current/receipt", [one]) == ("only", [one["event_id"]], [])
    reason, winners, losers = step_at("/current/receipt", [two, one])
    assert (reason, winners, losers) == ("first", [one["event_id"]], [(two["event_id"], "superseded")])


def test_a_receipt_that_is_not_verified_is_rejected() -> None:
    bad, good = ids_without_valid_event(), created(LATER)
    reason, winners, losers = step_at("/current/receipt", [bad, good])
    assert (reason, winners) == ("rejected", [])
    assert losers == [(bad["event_id"], "rejected"), (good["event_id"], "superseded")]


def test_losers_of_a_rejected_receipt_are_ordered_too() -> None:
    """A retracted earlier one was at first listed after the rejected one."""
    early = ids_without_valid_event("2026-05-17T00:00:00Z", signed_at="x")
    bad = ids_without_valid_event()
    reason, winners, losers = step_at("/current/receipt", [bad, early, retraction(DEMO, early)])
    assert (reason, winners) == ("rejected", [])
    assert losers == [(early["event_id"], "retracted"), (bad["event_id"], "rejected")]


def test_a_receipt_whose_events_are_all_withdrawn() -> None:
    one = created()
    found = step_at("/current/receipt", [one, retraction(DEMO, one)])
    assert found == ("retracted", [], [(one["event_id"], "retracted")])


# Against the oracle.


@given(strategies.event_sets(max_size=10))
@settings(max_examples=60)
def test_the_trace_is_that_of_the_oracle(whole: strategies.EventSet) -> None:
    reported = json.loads(merged(whole.record, whole.events).view.trace_json())
    assert reported["trace"] == oracle.trace(whole.record, whole.events, KEYS["keys"])["trace"]


@given(strategies.crowded_sets(max_size=10, conflicts=2))
@settings(max_examples=60)
def test_the_same_where_events_meet(whole: strategies.EventSet) -> None:
    result = merged(whole.record, whole.events)
    reported = json.loads(result.view.trace_json())
    assert reported["trace"] == oracle.trace(whole.record, whole.events, KEYS["keys"])["trace"]
    assert reported["rules"] == "pithbundle-merge-1"
    assert reported["pith_number"] == str(result.ledger.record.number)
    assert canonical_bytes(reported) == result.view.trace_json()


@given(strategies.event_sets())
@settings(max_examples=30)
def test_every_entry_of_the_state_has_its_decision_and_no_other_pointer_has_one(
    whole: strategies.EventSet,
) -> None:
    result = merged(whole.record, whole.events)
    current: Any = result.state["current"]
    places = []
    for name, section in current.items():
        if name == "receipt":
            if any(e["event_type"] == "record_created" and not oracle.schema_error(e, whole.record)
                   for e in whole.events):  # fmt: skip
                places.append("/current/receipt")
        elif isinstance(section, list):
            places += [f"/current/{name}/{index}" for index in range(len(section))]
        else:
            places.append(f"/current/{name}")
    steps = result.view.trace()
    assert [step.pointer for step in steps] == places
    assert {step.reason for step in steps} <= CLAUSES.keys()
    assert all(CLAUSES[lost.reason] for step in steps for lost in step.losers)


# Under other rules.


def under(events: Sequence[Json], rules: MergeRules) -> Merged:
    return merge(check(read(RECORD, events), Policy.from_value(KEYS), rules=rules), rules=rules)


def test_an_event_type_of_the_selection_first_in_a_section_of_its_own() -> None:
    first_word = EventType("x.first", "record", "first_words", "first", {})
    rules = MergeRules.of("test-1", *MERGE_1.event_types.values(), first_word)
    one, two = (attached_as("x.first", at) for at in (WHEN, LATER))
    steps = [step for step in under([two, one], rules).view.trace() if "first_words" in step.pointer]
    # Equal payloads: the later event restates the earlier one.
    assert steps == [
        Decision(
            Pointer("/current/first_words/0"),
            "first",
            (one["event_id"],),
            (Loser(two["event_id"], "restated"),),
        )
    ]


def test_rules_without_aliases_and_receipts() -> None:
    rules = MergeRules.of("test-2", MERGE_1.event_types["citation"])
    cited = attached(AUTHOR, RECORD, "citation", payloads.citation(strategies.CITING[0], "cites"), WHEN)
    steps = under([cited, created()], rules).view.trace()
    assert [step.pointer for step in steps] == ["/current/canonical_record", "/current/citations/0"]


def attached_as(event_type: str, at: str) -> Json:
    return event(DEMO, RECORD, event_type, "record", {}, at)
