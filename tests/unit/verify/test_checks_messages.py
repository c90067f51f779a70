"""The exact message and pointer of each rejection; CHECK-1 to CHECK-11 define the codes.

Codes are for programs, messages for the person who has to act: a message states what was
expected, and quotes nothing of the event except what was recomputed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kit import (
    AUTHOR,
    DEMO,
    Json,
    attached,
    flat_event,
    made_record,
    payloads,
    policy,
    policy_key,
    receipt,
    sign,
)
from kit.results import WHEN, by_id, checked
from kit.tampered import OTHER_NUMBER
from pithbundle.bundle.record import Record
from pithbundle.errors import Fault, MergeError
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1

RECORD = made_record()
SOUND = attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), WHEN)
FLAT = flat_event(DEMO, payloads.integrity(RECORD, WHEN), WHEN, 7)
SIGNATURE = "a signature is 64 bytes in padded standard base64, 88 characters"


def changed(made: Json, **changes: Any) -> Json:
    return {**made, **changes}


def with_signature(**changes: Any) -> Json:
    return changed(SOUND, signature=SOUND["signature"] | changes)


def signed_with(**changes: Any) -> Json:
    body = {name: value for name, value in SOUND.items() if name not in ("event_id", "signature")}
    return sign({**body, **changes}, DEMO)


EVENTS: list[tuple[Json, int, Fault]] = [
    (changed(SOUND, event_id="W1"), 8,
     Fault("encoding", "must be sha256: and 64 lower-case hex digits", "/event_id")),
    (changed(SOUND, event_id="sha256:" + "0" * 64), 9,
     Fault("hash_mismatch", f"the content is genuine; the claimed id is not its id, {SOUND['event_id']}",
           "/event_id")),
    (signed_with(subject_pith_number=OTHER_NUMBER), 5,
     Fault("subject", "the Pith Number is another record's", "/subject_pith_number")),
    (attached(AUTHOR, RECORD, "alias_added", SOUND["payload"], WHEN), 1,
     Fault("key_unknown", "the policy has no key of this signer_id and key_id", "/signer/signer_id")),
    (signed_with(signer=SOUND["signer"] | {"public_key_fingerprint": "0" * 32}), 1,
     Fault("key_unknown", "not the fingerprint of a key in the policy", "/signer/public_key_fingerprint")),
    (with_signature(key_id="x"), 1,
     Fault("key_unknown", "differs from the other key_id", "/signer/key_id")),
    (with_signature(algorithm="none"), 7, Fault("algorithm", "", "/signature/algorithm")),
    (with_signature(signature_b64="x"), 8, Fault("encoding", SIGNATURE, "/signature/signature_b64")),
    (changed(FLAT, payload_sha256="x"), 8,
     Fault("encoding", "must be 64 lower-case hex digits", "/payload_sha256")),
    (changed(FLAT, payload={}), 5,
     Fault("subject", "arxiv_id is not the record's source.id", "/payload/arxiv_id")),
    (changed(FLAT, signing_key_id="x"), 1,
     Fault("key_unknown", "the policy has no key of this key_id", "/signing_key_id")),
    (changed(FLAT, signature_b64="x"), 8, Fault("encoding", SIGNATURE, "/signature_b64")),
    (changed(FLAT, payload_sha256="0" * 64), 10, Fault("signature_invalid", "", "/signature_b64")),
]  # fmt: skip


@pytest.mark.parametrize(("made", "step", "fault"), EVENTS)
def test_an_event_that_is_not_verified(made: Json, step: int, fault: Fault) -> None:
    keys = policy(policy_key(DEMO, event_formats=["pithbundle-event-1", "integrity-1"]))
    (_, element) = checked(RECORD, ["no event", made], keys).events
    assert (element.pointer, element.claimed_type) == ("/events/1", made["event_type"])
    assert (element.verdict.fault, element.verdict.step) == (fault, step)


@pytest.mark.parametrize(
    ("rights", "fault"),
    [
        ({"event_types": ["citation"]}, Fault("key_role", "", "/event_type")),
        ({"status": "revoked"}, Fault("key_revoked", "", "/signer/key_id")),
    ],
)
def test_a_key_without_the_right(rights: Json, fault: Fault) -> None:
    (element,) = checked(RECORD, [SOUND], policy(policy_key(DEMO, **rights))).events
    assert (element.verdict.fault, element.verdict.step) == (fault, 6)


@pytest.mark.parametrize(
    ("changes", "step", "fault"),
    [
        ({"kind": "x"}, 4, Fault("type", 'must be "pith_receipt"', "/kind")),
        ({"key_id": 1}, 4, Fault("type", "must be a string", "/key_id")),
        ({"signature_b64": 1}, 4, Fault("type", "must be a string", "/signature_b64")),
        ({"signature_b64": None}, 3, None),
        ({"key_id": "x"}, 1, Fault("key_unknown", "the policy has no key of this key_id", "/key_id")),
        ({"algorithm": "x"}, 7, Fault("algorithm", "", "/algorithm")),
        ({"signature_b64": "x"}, 8, Fault("encoding", SIGNATURE, "/signature_b64")),
    ],
)
def test_a_receipt(changes: Json, step: int, fault: Fault | None) -> None:
    made = payloads.record_created(RECORD, {**receipt(DEMO, RECORD, WHEN), **changes})
    (one,) = checked(RECORD, [attached(DEMO, RECORD, "record_created", made, WHEN)], policy(DEMO)).receipts
    assert (one.verdict.fault, one.verdict.step, one.pointer) == (fault, step, "/events/0/payload/receipt")


def test_a_receipt_that_is_no_object() -> None:
    made = attached(DEMO, RECORD, "record_created", {"receipt": 1}, WHEN)
    (one,) = checked(RECORD, [made], policy(DEMO)).receipts
    assert one.verdict.fault == Fault("type", "a receipt must be an object", "")
    assert (one.verdict.step, one.key_id, one.signer) == (4, None, None)


def test_the_claimed_type_of_a_malformed_element_is_shown_if_it_is_a_string() -> None:
    given: list[Any] = [{"event_type": "citation"}, {"event_type": 1}, {}, 1]
    elements = checked(RECORD, given).events
    assert [(element.pointer, element.claimed_type) for element in elements] == [
        ("/events/0", "citation"),
        ("/events/1", None),
        ("/events/2", None),
        ("/events/3", None),
    ]
    assert [element.verdict.step for element in elements] == [0, 0, 0, 0]


def test_an_event_over_a_limit() -> None:
    made = changed(SOUND, payload={})
    for _ in range(24):
        made["payload"] = {"deep": made["payload"]}
    (_, element) = checked(RECORD, [SOUND, made]).events
    assert (element.pointer, element.claimed_type, element.event_id) == ("/events/1", "alias_added", None)
    assert element.verdict.fault == Fault("depth", "an event nested deeper than 24", "")


def test_only_a_verified_receipt_is_reported_as_verified() -> None:
    made = payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN))
    without = {name: value for name, value in made.items() if name != "receipt"}
    given = [SOUND, *(attached(DEMO, RECORD, "record_created", one, WHEN) for one in (without, made))]
    assert [one.receipt_verified for one in checked(RECORD, given).valid] == [False, False, True]


def test_of_equal_elements_the_first_decides() -> None:
    keys = policy(policy_key(DEMO, event_formats=["pithbundle-event-1", "integrity-1"]))
    result = checked(RECORD, [SOUND, SOUND, FLAT, FLAT], keys)
    assert [element.pointer for element in by_id(result).values()] == ["/events/0", "/events/2"]


def ledger(number: int = 0, policy_sha256: str = "", rules: MergeRules = MERGE_1) -> Ledger:
    record = Record.from_value(made_record(number))
    return Ledger._of_checked(record, policy_sha256, rules, ())


def two_records() -> None:
    assert ledger() | ledger(1)


def two_policies() -> None:
    assert ledger() | ledger(policy_sha256="another")


def two_rule_sets() -> None:
    assert ledger() | ledger(rules=MergeRules("another", MERGE_1.event_types))


def two_hashes() -> None:
    record = replace(ledger().record, number=ledger(1).record.number)
    assert Ledger._of_checked(record, "", MERGE_1, ()) | ledger(1)


@pytest.mark.parametrize(
    ("merge", "code", "detail"),
    [
        (two_records, "subject",
         f"{ledger(1).record.number} is not {ledger().record.number}; merge takes bundles of one record"),
        (two_policies, "policy", "the bundles were checked under different policies"),
        (two_rule_sets, "policy", "the ledgers are of different merge rules: pithbundle-merge-1 and another"),
        (two_hashes, "collision", f"two records have the number {ledger(1).record.number}"),
    ],
)  # fmt: skip
def test_what_does_not_merge(merge: Callable[[], None], code: str, detail: str) -> None:
    with pytest.raises(MergeError) as rejected:
        merge()
    assert (rejected.value.code, rejected.value.fault.detail) == (code, detail)
