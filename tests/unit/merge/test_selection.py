"""The selection: one decision for each slot, which state, trace and timeline read."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given

from kit import AUTHOR, DEMO, Json, attached, made_record, payloads, strategies
from kit.data import examples
from kit.results import WHEN, checked, ledger_of
from pithbundle.merge.classification import ORDER
from pithbundle.merge.event_types.event_retracted import Effect
from pithbundle.merge.rule_sets import SelectionRule
from pithbundle.merge.selection import Candidates, ReasonCode, Selection

RECORD = made_record()
LATER = "2026-06-02T00:00:00Z"


def selection(events: list[Json], record: Json = RECORD) -> Selection:
    return ledger_of(checked(record, events))._selection


def claim(when: str = WHEN, strength: str = "strong", **more: Any) -> Json:
    payload = payloads.author_claim(payloads.orcid(1), strength=strength, **more)
    return attached(DEMO, RECORD, "author_claim", payload, when)


def retraction(target: Json, signer: object = DEMO, when: str = LATER) -> Json:
    return attached(signer, RECORD, "event_retracted", payloads.event_retracted(target["event_id"]), when)  # type: ignore[arg-type]


def test_a_decision_has_the_winner_the_reason_and_the_losers_in_order() -> None:
    old, weak, new = claim(), claim(strength="weak", note=1), claim(LATER)
    found = selection([new, weak, old])
    (decided,) = found.decisions(found.rules.event_types["author_claim"])
    assert decided.winner is not None
    assert decided.winner.event.event_id == new["event_id"]
    assert decided.reason == "newest"
    expected = sorted((old, weak), key=lambda one: one["event_id"])
    assert [loser.event_id for loser in decided.losers] == [one["event_id"] for one in expected]
    reasons = {loser.event_id: loser.reason for loser in decided.losers}
    assert reasons == {old["event_id"]: "restated", weak["event_id"]: "superseded"}


def test_a_slot_without_a_current_event_has_no_decision() -> None:
    one = claim()
    found = selection([one, retraction(one)])
    assert [*found.decisions(found.rules.event_types["author_claim"])] == []
    assert [*found.current["author_claim"]] == []
    assert found.retracted == {one["event_id"]}
    assert [r.event.event_id for r in found.retractions[one["event_id"]]] == [retraction(one)["event_id"]]


@pytest.mark.parametrize("effect", get_args(Effect))
def test_a_retraction_is_decided_by_its_effect(effect: str) -> None:
    one = claim()
    taken = retraction(one, AUTHOR if effect == "rejected" else DEMO)
    found = selection([taken] if effect == "waiting" else [one, taken])
    assert found.effects == {taken["event_id"]: effect}
    (decided,) = found.decisions(found.rules.event_types["event_retracted"])
    assert decided.reason == ("listed" if effect == "applied" else effect)
    assert [(loser.event_id, loser.reason) for loser in decided.losers] == (
        [(one["event_id"], "retracted")] if effect == "applied" else []
    )


def test_of_no_candidates_there_is_no_winner() -> None:
    assert Candidates("latest").winner() is None


@pytest.mark.parametrize("select", get_args(SelectionRule))
def test_a_retracted_candidate_leaves_when_it_would_win(select: SelectionRule) -> None:
    retracted: set[str] = set()
    candidates = Candidates(select, retracted)
    events = [claim(), claim(note=1), claim(LATER)]
    ordered = sorted(ledger_of(checked(RECORD, events))._events.values(), key=ORDER)
    for one in ordered:
        candidates.add(one)
    order = [2, 0, 1] if select == "latest" else [0, 1, 2]
    for index in order:
        assert candidates.winner() is ordered[index]
        retracted.add(ordered[index].event.event_id)
    assert candidates.winner() is None


@given(strategies.crowded_sets() | strategies.event_sets(max_size=12, conflicts=1))
@examples(60)
def test_what_is_current_follows_the_decisions(whole: strategies.EventSet) -> None:
    found = selection(whole.events, whole.record)
    for name, current in found.current.items():
        decisions = [*found.decisions(found.rules.event_types[name])]
        assert [decided.winner for decided in decisions] == [*current]
        assert [*current] == sorted(current, key=ORDER)
        for decided in decisions:
            assert decided.reason in get_args(ReasonCode)
            reasons = {loser.event_id: loser.reason for loser in decided.losers}
            assert {n for n, reason in reasons.items() if reason == "retracted"} == {
                n for n in reasons if n in found.retracted
            }
    conforming = [one for slots in found.conforming.values() for events in slots.values() for one in events]
    assert len(conforming) + len(found.unrecognised) == len(found.events)
