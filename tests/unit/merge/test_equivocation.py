"""Equivocations as groups; the rules are tested through a ledger in ``test_ledger.py``."""

from __future__ import annotations

import json

import pytest

from kit import AUTHOR, DEMO, Json, Signer, attached, made_record, payloads
from kit.results import WHEN, checked, ledger_of
from pithbundle.encoding.canonical import encode
from pithbundle.merge.equivocation import Equivocation, contradiction_of, equivocations_of
from pithbundle.merge.selection import Selection

RECORD = made_record()
LATER = "2026-06-02T00:00:00Z"


def claim(strength: str, note: int = 0, signer: Signer = DEMO, when: str = WHEN) -> Json:
    payload = payloads.author_claim(payloads.orcid(1), strength=strength, note=note)
    return attached(signer, RECORD, "author_claim", payload, when)


def selection(*events: Json) -> Selection:
    return ledger_of(checked(RECORD, list(events)))._selection


def test_a_group_has_the_ids_of_all_events_of_the_instant_sorted() -> None:
    events = [claim("strong"), claim("strong", 1), claim("weak")]
    (group,) = equivocations_of(selection(*events, claim("weak", when=LATER), claim("weak", signer=AUTHOR)))
    assert group.event_ids == tuple(sorted(one["event_id"] for one in events))
    assert (group.event_type, group.signer) == ("author_claim", "demo.example")
    assert json.loads(encode(group.to_value())) == {
        "event_ids": [*group.event_ids],
        "event_type": "author_claim",
        "instant": group.instant,
        "signer": "demo.example",
        "slot": ["demo.example", "orcid", payloads.orcid(1)],
    }


def test_groups_are_sorted_by_signer_and_instant() -> None:
    events = [
        claim(strength, signer=signer, when=when)
        for signer in (DEMO, AUTHOR)
        for when in (LATER, WHEN)
        for strength in payloads.STRENGTHS
    ]
    found = [(group.signer, group.instant) for group in equivocations_of(selection(*events))]
    assert found == sorted(found)
    assert len(found) == 4


def test_a_proof_contains_the_smallest_id_and_the_smallest_that_differs_from_it() -> None:
    events = [claim(strength, note) for strength in payloads.STRENGTHS for note in range(4)]
    found = selection(*events)
    (group,) = equivocations_of(found)
    by_id = sorted(events, key=lambda one: one["event_id"])
    first, second = contradiction_of(found, group)
    assert first.event_id == by_id[0]["event_id"]
    strength = by_id[0]["payload"]["strength"]
    assert second.event_id == next(e["event_id"] for e in by_id if e["payload"]["strength"] != strength)


def test_a_group_of_another_set_has_no_contradiction_here() -> None:
    (group,) = equivocations_of(selection(claim("strong"), claim("weak")))
    assert isinstance(group, Equivocation)
    with pytest.raises(KeyError):
        contradiction_of(selection(claim("strong")), group)
