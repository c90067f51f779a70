"""What a ledger offers in addition to the bytes of the state: slots, and the views of other rule sets."""

from __future__ import annotations

from typing import Any

from kit import AUTHOR, DEMO, Json, attached, made_record, payloads
from kit.results import WHEN, checked, merge
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1

RECORD = made_record()
ALIAS = attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), WHEN)


def claim(signer: Any, strength: str) -> Json:
    payload = payloads.author_claim(payloads.orcid(1), strength=strength)
    return attached(signer, RECORD, "author_claim", payload, WHEN)


def test_slots_are_of_the_conforming_events_and_one_where_an_event_type_has_none() -> None:
    strong, weak, theirs = claim(DEMO, "strong"), claim(DEMO, "weak"), claim(AUTHOR, "weak")
    claims = [strong, weak, theirs]
    slots = merge(checked(RECORD, [ALIAS, *claims])).ledger._selection.conforming
    assert slots["alias_added"].keys() == {b""}
    assert "citation" not in slots
    orcid = payloads.orcid(1)
    found = {
        slot.decode(): {one.event.event_id for one in events}
        for slot, events in slots["author_claim"].items()
    }
    assert found == {
        f'["demo.example","orcid","{orcid}"]': {strong["event_id"], weak["event_id"]},
        f'["author.example","orcid","{orcid}"]': {theirs["event_id"]},
    }


def test_under_rules_without_them_there_is_no_receipt_and_no_effect() -> None:
    kinds = (
        event_type
        for name, event_type in MERGE_1.event_types.items()
        if name not in ("record_created", "event_retracted")
    )
    rules = MergeRules.of("other", *kinds)
    result = merge(checked(RECORD, [ALIAS]), rules=rules)
    assert (result.view.receipt, result.view.retractions) == (None, ())
    current: Any = result.state["current"]
    assert current["receipt"] is None
    assert result.view.status()["retractions"] == {"applied": 0, "waiting": 0, "rejected": 0}
