"""EVT-7 and EVT-8: the flat spelling, under keys of every sort."""

from __future__ import annotations

from typing import Any

import pytest

from kit import (
    DEMO,
    Json,
    Signer,
    attached,
    flat_event,
    made_record,
    payloads,
    policy,
    policy_key,
)
from kit.results import WHEN, by_id, checked, verdict_of

RECORD = made_record()
ALIAS = payloads.alias_added("openalex", "W1")
SOUND = attached(DEMO, RECORD, "alias_added", ALIAS, WHEN)
ID = SOUND["event_id"]


ARXIV_RECORD = made_record()
FINDING = payloads.integrity(ARXIV_RECORD, WHEN)
FLAT = flat_event(DEMO, FINDING, WHEN, 7)


def keys_of(*signers: Signer) -> Json:
    """A policy whose keys list both built-in formats."""
    return policy(*(policy_key(one, event_formats=["integrity-1", "pithbundle-event-1"]) for one in signers))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("unbound", None, None)),
        ({"signing_key_id": "x"}, ("unknown_key", "key_unknown", "/signing_key_id")),
        ({"signing_key_id": "x", "signature_b64": "y"}, ("unknown_key", "key_unknown", "/signing_key_id")),
        ({"signing_key_id": "x", "signature_b64": None}, ("unknown_key", "key_unknown", "/signing_key_id")),
        ({"signing_key_id": "x", "created_at": "x"}, ("unknown_key", "key_unknown", "/signing_key_id")),
        ({"signature_b64": None}, ("not_signed", None, None)),
        ({"signature_b64": None, "payload": {}}, ("not_signed", None, None)),
        ({"signature_b64": None, "created_at": "x"}, ("not_signed", None, None)),
        ({"signing_key_id": 1, "signature_b64": None}, ("unknown_format", None, None)),
        ({"signing_key_id": 1}, ("unknown_format", None, None)),
        ({"created_at": "x", "payload": {}}, ("invalid", "time", "/created_at")),
        ({"signature_b64": 1, "payload": {}}, ("invalid", "type", "/signature_b64")),
        ({"payload": {"arxiv_id": "1"}}, ("invalid", "subject", "/payload/arxiv_id")),
        ({"payload": {}, "payload_sha256": "AB" * 32}, ("invalid", "subject", "/payload/arxiv_id")),
        ({"payload_sha256": "AB" * 32}, ("invalid", "encoding", "/payload_sha256")),
        ({"payload_sha256": "AB" * 32, "signature_b64": "x"}, ("invalid", "encoding", "/payload_sha256")),
        ({"payload_sha256": "AB" * 32, "signature_b64": None}, ("not_signed", None, None)),
        ({"signature_b64": "x"}, ("invalid", "encoding", "/signature_b64")),
        ({"payload_sha256": "ab" * 32}, ("invalid", "signature_invalid", "/signature_b64")),
        # Nothing that the digest is not known to cover changes the verdict.
        ({"event_id": 8, "created_at": "2027-01-01T00:00:00Z"}, ("unbound", None, None)),
        ({"payload": FINDING | {"note": "swapped"}}, ("unbound", None, None)),
        ({"event_type": "another"}, ("unbound", None, None)),
    ],
)
def test_a_flat_event_is_unbound_at_best(changes: Json, expected: Any) -> None:
    result = checked(ARXIV_RECORD, [{**FLAT, **changes}], keys_of(DEMO))
    (one,) = result.events
    assert verdict_of(one) == expected
    steps = {
        None: 12, "key_unknown": 1, "type": 4, "time": 4, "subject": 5, "encoding": 8,
        "signature_invalid": 10,
    }  # fmt: skip
    places = {"not_signed": 3, "unknown_format": 0}
    assert one.verdict.step == places.get(expected[0], steps[expected[1]])
    assert not result.valid
    shown = {**FLAT, **changes}
    well_formed = shown["created_at"] != "x" and type(shown["signing_key_id"]) is str
    well_formed = well_formed and type(shown["signature_b64"]) is not int
    named = well_formed and not shown["payload_sha256"].isupper()
    assert one.event_id == (shown["payload_sha256"] if named else None)
    assert one.fingerprint == (
        DEMO.fingerprint if expected[1:] == (None, None) and expected[0] == "unbound" else None
    )


@pytest.mark.parametrize("formats", [["unknown"], ["integrity-1", "unknown"]])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("unbound", None)),
        ({"signature_b64": None}, ("not_signed", None)),
        ({"signing_key_id": "x"}, ("unknown_key", "key_unknown")),
        ({"created_at": "x"}, ("unbound", "time")),
        ({"payload": {}}, ("unbound", "subject")),
        ({"payload_sha256": "AB" * 32}, ("unbound", "encoding")),
        ({"payload_sha256": "ab" * 32}, ("unbound", "signature_invalid")),
    ],
)
def test_under_a_key_that_lists_unknown_no_flat_event_is_invalid(
    formats: list[str], changes: Json, expected: Any
) -> None:
    twin = Signer(7, "a.twin.example", DEMO.key_id)
    keys = policy(policy_key(DEMO, event_formats=["integrity-1"]), policy_key(twin, event_formats=formats))
    assert verdict_of(checked(ARXIV_RECORD, [{**FLAT, **changes}], keys).events[0])[:2] == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event_types": ["citation"]}, ("invalid", "key_role", "/signing_key_id")),
        ({"event_types": ["pith.integrity.v1"]}, ("unbound", None, None)),
        ({"status": "retired"}, ("unbound", None, None)),
        ({"status": "revoked"}, ("invalid", "key_revoked", "/signing_key_id")),
        # A revoked key accepted_event_ids ids of events, and a flat one has none (RCPT-2).
        ({"status": "revoked", "accepted_event_ids": ["sha256:" + FLAT["payload_sha256"]]},
         ("invalid", "key_revoked", "/signing_key_id")),
    ],
)  # fmt: skip
def test_the_key_of_a_flat_event_needs_the_right(changes: Json, expected: Any) -> None:
    (one,) = checked(
        ARXIV_RECORD, [FLAT], policy(policy_key(DEMO, event_formats=["integrity-1"], **changes))
    ).events
    assert verdict_of(one) == expected


def test_a_flat_event_of_a_record_of_another_source_is_compared_by_source_id_alone() -> None:
    record = made_record()
    record["source"] = {"id": "10.1/x", "kind": "doi", "version": 1}
    finding = FINDING | {"arxiv_id": "10.1/x"}
    assert verdict_of(checked(record, [flat_event(DEMO, finding, WHEN, 7)], keys_of(DEMO)).events[0]) == (
        "unbound",
        None,
        None,
    )


def test_two_keys_of_one_key_id_may_answer_for_a_flat_event() -> None:
    twin = Signer(7, "a.twin.example", DEMO.key_id)
    for keys in (keys_of(twin, DEMO), keys_of(DEMO, twin)):
        assert verdict_of(checked(ARXIV_RECORD, [FLAT], keys).events[0]) == ("unbound", None, None)


def test_a_flat_event_and_an_envelope_never_share_an_id() -> None:
    twice = [FLAT, FLAT, SOUND]
    assert list(by_id(checked(ARXIV_RECORD, twice, keys_of(DEMO)))) == [FLAT["payload_sha256"], ID]
