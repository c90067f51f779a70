"""The sentences that the command line and the pages share: one word for one thing."""

from __future__ import annotations

import pytest

from kit import AUTHOR, attached, made_record, payloads
from kit.data import REPO
from kit.results import merged
from pithbundle import Policy, Verifier
from pithbundle.merge.ledger import Ledger
from pithbundle.sentences import conflict_sentence, nothing_missing_sentence, relations_of, tone_of

DEMO = REPO / "vectors" / "demo"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    verifier = Verifier(Policy.from_file(DEMO / "policy.json"))
    return verifier.verify((DEMO / "rich.json").read_bytes()).ledger


def test_an_event_names_what_it_concerns(ledger: Ledger) -> None:
    conflicts = {name for group in ledger.snapshot().equivocations for name in group.event_ids}
    found = {
        (moment.change, words) for moment in ledger.timeline() for words, _ in relations_of(moment, conflicts)
    }
    assert found == {
        ("replaces", "replaces"),
        ("superseded", "superseded by"),
        ("superseded", "in conflict with another event of its signer"),
        ("sets", "in conflict with another event of its signer"),
        ("retracts", "retracts"),
        ("adds", "retracted by"),
    }


def test_what_takes_something_back_is_doubtful() -> None:
    assert [tone_of(change) for change in ("adds", "retracts", "lists")] == ["good", "doubtful", "quiet"]


def test_a_conflict_and_a_checkpoint_claim_no_more_than_is_known(ledger: Ledger) -> None:
    (group,) = ledger.snapshot().equivocations
    expected = "pith.integrity.v1: 2 events signed by S contradict each other"
    assert conflict_sentence(group, "S") == expected
    (found,) = (one for one in ledger.completeness() if one.as_of is not None)
    assert found.as_of is not None
    expected = f"nothing that S listed by {found.as_of[0]} ID is missing"
    assert nothing_missing_sentence(found, "S", "ID") == expected


def test_what_a_retraction_makes_current_again_is_restored() -> None:
    record = made_record()
    claims = [
        attached(
            AUTHOR, record, "author_claim", payloads.author_claim(payloads.orcid(1), strength=strength), at
        )
        for strength, at in zip(
            payloads.STRENGTHS, ("2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"), strict=False
        )
    ]
    retraction = payloads.event_retracted(claims[1]["event_id"])
    events = [*claims, attached(AUTHOR, record, "event_retracted", retraction, "2026-06-03T00:00:00Z")]
    *_, last = merged(record, events).ledger.timeline()
    found = [*relations_of(last, set())]
    assert found == [("retracts", claims[1]["event_id"]), ("restores", claims[0]["event_id"])]
