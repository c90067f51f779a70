"""The claims of a record: entries of the state, and unverified elements (EVID-17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest

from kit import AUTHOR, DEMO, UNKNOWN_SIGNER, Json, attached, bundle, made_record, payloads, policy, to_json
from kit.signing import canonical as encoded
from kit.signing import sha256_hex
from pithbundle import Policy, Verifier, read_bundle
from pithbundle.evidence import EventClaim, claims_of

RECORD: Final = made_record()
WHEN: Final = "2026-05-18T01:39:14Z"
VERIFIER: Final = Verifier(Policy.from_bytes(to_json(policy(DEMO, AUTHOR))))


def claims(*events: Any, again: bool = True, copies: int = 1) -> Sequence[EventClaim]:
    data = to_json(bundle(RECORD, list(events)))
    (report,) = VERIFIER.verify_together([(f"file {n}", data) for n in range(copies)])
    return claims_of(report, [read_bundle(data)] * copies if again else ())


def anchor(signer: Any = DEMO, **more: Any) -> Json:
    return attached(signer, RECORD, "timestamp_anchor", payloads.timestamp_anchor(RECORD, **more), WHEN)


def test_an_entry_of_the_state_is_a_claim_of_its_signer() -> None:
    event = anchor()
    (one,) = claims(event)
    assert (one.is_verified, one.status, one.event_type) == (True, "verified", "timestamp_anchor")
    assert (one.event_id, one.element_sha256, one.signer) == (event["event_id"], None, "demo.example")
    assert one.payload == event["payload"]
    assert one.to_value()["location"] == {
        "input": 0, "file": "file 0", "index": 0, "pointer": "/events/0",
    }  # fmt: skip
    assert len(repr(one)) <= 200


def test_what_is_not_in_the_state_is_no_claim() -> None:
    event = anchor()
    back = payloads.event_retracted(event["event_id"], reason="wrong")
    found = claims(event, attached(DEMO, RECORD, "event_retracted", back, "2026-05-19T00:00:00Z"))
    assert "timestamp_anchor" not in {one.event_type for one in found}
    spoiled = anchor()
    spoiled["payload"]["proof_b64"] = "AAAA"
    assert claims(spoiled) == ()


def test_an_unverified_element_is_a_claim_of_nobody_once() -> None:
    event = anchor(UNKNOWN_SIGNER)
    (one,) = claims(event, event, copies=2)
    assert (one.is_verified, one.status, one.signer, one.event_id) == (False, "unknown_key", None, None)
    assert one.element_sha256 == sha256_hex(encoded(event))
    assert one.payload == event["payload"]
    # A report alone does not have what no signature covers.
    assert claims(event, again=False) == ()


@pytest.mark.parametrize(
    ("element", "found"),
    [
        ({"event_type": "timestamp_anchor", "payload": {"a": 1}}, {"a": 1}),
        ({"event_type": "timestamp_anchor", "payload": [1]}, None),
        ({"event_type": "timestamp_anchor"}, None),
        ({"event_type": 1, "payload": {}}, None),
        ({}, None),
        (["timestamp_anchor"], None),
        ("timestamp_anchor", None),
    ],
)
def test_an_element_that_no_format_reads_has_the_member_payload(element: Any, found: Any) -> None:
    # A policy with a key of an unknown format, under which nothing is wrong.
    keys = policy(DEMO)
    keys["keys"][0]["event_formats"] = ["pithbundle-event-1", "unknown"]
    data = to_json(bundle(RECORD, [element]))
    (report,) = Verifier(Policy.from_bytes(to_json(keys))).verify_together([("a", data)])
    assert [one.payload for one in claims_of(report, [read_bundle(data)])] == (
        [] if found is None else [found]
    )


def test_a_report_of_no_record_has_no_claims() -> None:
    (report,) = VERIFIER.verify_together([("a", b"{}")])
    assert claims_of(report) == ()
