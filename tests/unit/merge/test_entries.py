"""Typed entries: a frozen dataclass for every section's entry, read from the signed payload."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from kit import AUTHOR, DEMO, attached, payloads
from kit import receipt as signed_receipt
from kit.demo import RECORD, rich
from kit.results import WHEN, merged
from pithbundle.merge.entries import Entry
from pithbundle.merge.event_types.author_claim import AuthorClaim
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.state import State

STATE = merged(RECORD, rich()["events"]).ledger.snapshot()
BASE = {each.name for each in fields(Entry)}
#: Sections of another shape than entries.
OTHER = {"receipt", "source_aliases"}


def current(state: State) -> Any:
    return json.loads(state.to_json())["current"]


def test_every_section_has_a_class_of_its_own_whose_fields_are_members_of_the_payload() -> None:
    classes = {each.entry for each in MERGE_1.event_types.values() if each.section not in OTHER}
    assert len(classes) == len(MERGE_1.event_types) - len(OTHER)
    for event_type in MERGE_1.event_types.values():
        own = {each.name for each in fields(event_type.entry)} - BASE
        assert own <= {*event_type.members, "retracted_id", "effect"}


def test_the_entries_are_those_of_the_bytes() -> None:
    shown = current(STATE)
    assert [*STATE.sections] == [name for name in shown if name in STATE.sections]
    for section, entries in STATE.sections.items():
        assert len(entries) == len(shown[section])
        for entry, written in zip(entries, shown[section], strict=True):
            assert entry.event_id == written["event_id"]
            assert entry.target == written["target"]
            assert entry.created_at == written["created_at"]
            assert entry.key_id == written["signer"]["key_id"]
            assert entry.payload == written["payload"]
            for field in {each.name for each in fields(entry)} - BASE - {"retracted_id", "effect"}:
                value = getattr(entry, field)
                assert (list(value) if type(value) is tuple else value) == written["payload"].get(field)


def test_each_property_is_its_section() -> None:
    for section in STATE.sections:
        assert getattr(STATE, section) == STATE.sections[section]
        assert STATE.sections[section], f"the rich demo has no entry of {section}"


def test_objects_of_a_payload_are_decoded_anew() -> None:
    (snapshot, *_), (finding, *_) = STATE.graph_snapshots, STATE.integrity_findings
    shown = current(STATE)
    assert snapshot.graph_snapshot == shown["graph_snapshots"][0]["payload"]["graph_snapshot"]
    assert finding.evidence == shown["integrity_findings"][0]["payload"]["evidence"]
    made = payloads.record_created(RECORD, signed_receipt(DEMO, RECORD, WHEN))
    created = merged(RECORD, [attached(DEMO, RECORD, "record_created", made, WHEN)]).view
    receipt = created.receipt
    assert receipt is not None
    assert receipt.receipt == current(created)["receipt"] == made["receipt"]
    for change in (snapshot.graph_snapshot, finding.evidence, receipt.receipt, snapshot.payload):
        change["changed"] = True
    assert "changed" not in snapshot.graph_snapshot
    assert "changed" not in finding.evidence
    assert "changed" not in receipt.receipt
    assert current(STATE) == shown


def test_a_retraction_has_its_effect_and_a_checkpoint_its_ids() -> None:
    shown = current(STATE)
    retraction, checkpoint = STATE.retractions[0], STATE.checkpoints[0]
    assert retraction.effect == shown["retractions"][0]["effect"]
    assert retraction.retracted_id == shown["retractions"][0]["payload"]["event_id"]
    assert list(checkpoint.event_ids) == shown["checkpoints"][0]["payload"]["event_ids"]


def test_an_entry_is_frozen_and_its_repr_is_short() -> None:
    payload = payloads.author_claim(payloads.orcid(1), note="x" * 10_000)
    (claim,) = merged(RECORD, [attached(AUTHOR, RECORD, "author_claim", payload, WHEN)]).view.author_claims
    assert isinstance(claim, AuthorClaim)
    assert (claim.scheme, claim.strength, claim.signer_id) == ("orcid", "strong", "author.example")
    assert claim.payload["note"] == "x" * 10_000
    with pytest.raises(FrozenInstanceError):
        claim.strength = "weak"  # type: ignore[misc]
    assert len(repr(claim)) < 400


def test_aliases_are_typed() -> None:
    made = attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), WHEN)
    aliases = {alias.alias_kind: alias for alias in merged(RECORD, [made]).view.source_aliases}
    assert aliases["openalex"].event_id == made["event_id"]
    assert not aliases["openalex"].derived
    assert aliases["arxiv"].derived
    assert aliases["arxiv"].event_id is None
