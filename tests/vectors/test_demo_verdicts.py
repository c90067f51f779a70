"""The package gives the events of the test kit the verdicts that the kit, which does not use it, expects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import (
    DEMO,
    TAMPERED,
    TARGETS,
    Tampered,
    attached,
    bundle,
    event,
    made_record,
    payloads,
    policy,
    policy_key,
    strategies,
    to_json,
)
from kit.demo import FOLDER
from kit.formats import FAMILY
from kit.oracle.formats import binds
from kit.results import check
from pithbundle.bundle.reader import read_bundle
from pithbundle.merge.rules import MERGE_1
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import CheckedBundle

RECORD = made_record()


def checked(data: bytes, keys: Any) -> CheckedBundle:
    return check(read_bundle(data), Policy.from_value(keys))


def verdicts_of(result: CheckedBundle) -> list[tuple[str, str | None]]:
    return [(copy.verdict.status, copy.verdict.code) for copy in result.events]


def demo(name: str) -> CheckedBundle:
    return checked((FOLDER / name).read_bytes(), json.loads((FOLDER / "policy.json").read_bytes()))


def test_every_fault_of_the_tampered_bundle_gets_its_verdict() -> None:
    expected = json.loads((FOLDER / "tampered.expected.json").read_bytes())
    result = demo("tampered.json")
    assert [(copy.pointer, copy.verdict.status, copy.verdict.code) for copy in result.events] == [
        (one["pointer"], one["verdict"], one["code"]) for one in expected
    ]


@pytest.mark.parametrize("name", ["bundle.json", "bundle.cbor", "rich.json"])
def test_the_untampered_bundles_are_valid_and_their_receipt_is_the_registrys(name: str) -> None:
    result = demo(name)
    assert {status for status, _ in verdicts_of(result)} <= {"verified", "unknown_type"}
    (receipt,) = result.receipts
    assert (receipt.verdict.status, receipt.signer) == ("verified", "pith.science")


def test_every_event_of_the_rich_bundle_conforms() -> None:
    result = demo("rich.json")
    known = [made for made in result.valid if made.event_type in MERGE_1.event_types]
    assert {made.event_type for made in known} == set(MERGE_1.event_types)
    assert [
        MERGE_1.event_types[made.event_type].schema_error(made.target, made.payload, result.record)
        for made in known
    ] == [None] * len(known)


@pytest.mark.parametrize("row", TAMPERED, ids=lambda row: row.name)
@pytest.mark.parametrize("event_type", ["citation", "of the future"])
def test_one_fault_one_verdict_whatever_the_type(row: Tampered, event_type: str) -> None:
    whole = event(DEMO, RECORD, event_type, "record", payloads.citation("doi:10.1/x"), "2026-05-18T01:39:14Z")
    result = checked(to_json(bundle(RECORD, [row.make(whole)])), policy(DEMO))
    assert verdicts_of(result) == [(row.verdict, row.code)]


@pytest.mark.parametrize("rule", FAMILY.values(), ids=list(FAMILY))
def test_an_event_of_a_format_verifies_under_a_key_of_that_format_alone(rule: Any) -> None:
    made = event(
        DEMO,
        RECORD,
        "citation",
        "record",
        payloads.citation("doi:10.1/x"),
        "2026-05-18T01:39:14Z",
        document=rule,
    )
    data = to_json(bundle(RECORD, [made]))
    status = "verified" if binds(rule) else "unbound"
    for other in FAMILY.values():
        keys = policy(policy_key(DEMO, event_formats=[other]))
        if other == rule:
            assert verdicts_of(checked(data, keys)) == [(status, None)]
        else:
            assert verdicts_of(checked(data, keys))[0][0] != "verified"


@given(st.data())
@settings(max_examples=30)
def test_drawn_sets_are_valid_and_conform_where_they_should(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(unknown=False))
    result = checked(to_json(whole.bundle()), strategies.fixture_policy())
    assert {status for status, _ in verdicts_of(result)} <= {"verified"}
    for made in result.valid:
        assert (
            MERGE_1.event_types[made.event_type].schema_error(made.target, made.payload, result.record)
            is None
        )


@given(st.data())
@settings(max_examples=30)
def test_drawn_junk_adds_no_valid_event(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(max_size=4))
    mixed = data.draw(st.permutations([*whole.events, *data.draw(strategies.junk(whole))]))
    plain = checked(to_json(whole.bundle()), strategies.fixture_policy())
    result = checked(to_json(whole.bundle(mixed)), strategies.fixture_policy())
    assert sorted(made.event_id for made in result.valid) == sorted(made.event_id for made in plain.valid)
    assert len(plain.valid) == len(whole.events)


def test_attached_events_have_the_target_of_their_type() -> None:
    assert {event_type.event_type: event_type.target for event_type in MERGE_1.event_types.values()} == dict(
        TARGETS
    )
    made = attached(DEMO, RECORD, "checkpoint", payloads.checkpoint([]), "2026-05-18T01:39:14Z")
    assert made["target"] == "bundle"
