"""RCPT-1 to RCPT-3: a receipt's verdict, whose key may answer, and what of it reaches a state."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from checking import WHEN, checked, merged
from forge import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    Json,
    Signer,
    attached,
    made_record,
    payloads,
    policy,
    policy_key,
    receipt,
)
from forge.core import b64
from forge.tamper import flipped, respelt

RECORD = made_record()
SOUND = receipt(DEMO, RECORD, WHEN)
OTHER = receipt(DEMO, made_record(1), WHEN)

Said = tuple[str, str | None, str | None]


def created(shown: Any, signer: Signer = DEMO, when: str = WHEN) -> Json:
    return attached(signer, RECORD, "record_created", payloads.record_created(RECORD, shown), when)


def verdict(shown: Any, keys: Json | None = None) -> Said:
    (one,) = checked(RECORD, [created(shown)], keys).receipts
    fault = one.verdict.fault
    return one.verdict.word, one.verdict.code, fault.pointer if fault else None


FAULTS: list[tuple[Any, Said]] = [
    ("a text", ("invalid", "type", "")),
    (None, ("invalid", "type", "")),
    ([], ("invalid", "type", "")),
    (SOUND | {"kind": "pith_event_signature"}, ("invalid", "type", "/kind")),
    ({k: v for k, v in SOUND.items() if k != "kind"}, ("invalid", "type", "/kind")),
    (SOUND | {"key_id": 1}, ("invalid", "type", "/key_id")),
    ({k: v for k, v in SOUND.items() if k != "key_id"}, ("invalid", "type", "/key_id")),
    (SOUND | {"signature_b64": 1}, ("invalid", "type", "/signature_b64")),
    ({k: v for k, v in SOUND.items() if k != "signature_b64"}, ("not_signed", None, None)),
    (SOUND | {"signature_b64": None}, ("not_signed", None, None)),
    (SOUND | {"key_id": "elsewhere"}, ("unknown_key", "key_unknown", "/key_id")),
    (SOUND | {"algorithm": "none"}, ("invalid", "algorithm", "/algorithm")),
    (SOUND | {"algorithm": None}, ("invalid", "algorithm", "/algorithm")),
    ({k: v for k, v in SOUND.items() if k != "algorithm"}, ("invalid", "algorithm", "/algorithm")),
    (SOUND | {"signature_b64": SOUND["signature_b64"][:86]}, ("invalid", "encoding", "/signature_b64")),
    (SOUND | {"signature_b64": respelt(SOUND["signature_b64"])}, ("invalid", "encoding", "/signature_b64")),
    (SOUND | {"signature_b64": ""}, ("invalid", "encoding", "/signature_b64")),
    (SOUND | {"signature_b64": OTHER["signature_b64"]}, ("invalid", "signature_invalid", "/signature_b64")),
    (SOUND | {"signature_b64": b64(bytes(64))}, ("invalid", "signature_invalid", "/signature_b64")),
]


#: The check that speaks with each code.
STEPS = {
    "type": 1, None: 2, "key_unknown": 5, "algorithm": 7, "encoding": 8, "signature_invalid": 9,
}  # fmt: skip


def test_a_sound_receipt_is_verified_and_what_it_does_not_sign_changes_nothing() -> None:
    assert verdict(SOUND) == ("verified", None, None)
    assert verdict(SOUND | {"signed_at": "never", "verified": False}) == ("verified", None, None)
    assert verdict({k: v for k, v in SOUND.items() if k != "signed_at"}) == ("verified", None, None)


@pytest.mark.parametrize(("shown", "expected"), FAULTS)
def test_a_receipts_fault_has_its_word_and_the_event_stays_verified(shown: Any, expected: Said) -> None:
    assert verdict(shown) == expected
    (told,) = checked(RECORD, [created(shown)]).receipts
    assert told.verdict.step == STEPS[expected[1]]
    result = merged(RECORD, [created(shown)])
    assert result.view.valid_event_count == 1
    current: Any = result.state["current"]
    assert current["receipt"] is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # In the order of the checks: the earlier speaks.
        (a, b)
        for a, b in itertools.combinations(
            [
                ({"kind": "x"}, "type"),
                ({"key_id": "elsewhere"}, "key_unknown"),
                ({"algorithm": "none"}, "algorithm"),
                ({"signature_b64": "x"}, "encoding"),
            ],
            2,
        )
    ],
)
def test_of_two_faults_the_earlier_check_speaks(first: Any, second: Any) -> None:
    assert verdict(SOUND | second[0] | first[0])[1] == first[1]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event_types": ["record_created"]}, ("verified", None, None)),
        ({"status": "retired"}, ("verified", None, None)),
        # The right to sign other types is none to make records.
        ({"event_types": ["citation"]}, ("invalid", "key_role", "/key_id")),
        ({"status": "revoked"}, ("invalid", "key_revoked", "/key_id")),
    ],
)
def test_the_key_may_sign_record_created_and_is_not_revoked(changes: Json, expected: Said) -> None:
    assert verdict(SOUND, policy(AUTHOR, policy_key(DEMO, **changes))) == expected


def test_a_revoked_key_may_honour_an_event_and_never_a_receipt() -> None:
    made = created(SOUND)
    result = checked(RECORD, [made], policy(policy_key(DEMO, status="revoked", honours=[made["event_id"]])))
    assert [one.verdict.word for one in result.copies] == ["verified"]
    assert [one.verdict.code for one in result.receipts] == ["key_revoked"]
    assert not result.valid[0].receipt_verified


def test_the_rule_of_the_key_says_nothing_of_receipts() -> None:
    assert verdict(SOUND, policy(policy_key(DEMO, event_rule="event-payload-hex")))[0] == "verified"


def test_every_signer_of_a_key_id_may_answer_and_the_one_that_verifies_is_named() -> None:
    before, behind = Signer(7, "a.example", DEMO.key_id), Signer(8, "z.example", DEMO.key_id)
    for keys in itertools.permutations([before, DEMO, behind]):
        (one,) = checked(RECORD, [created(SOUND)], policy(*keys)).receipts
        assert (one.verdict.word, one.signer, one.key_id) == ("verified", "demo.example", DEMO.key_id)


def test_of_keys_that_all_refuse_the_one_that_got_furthest_speaks() -> None:
    twin = Signer(7, "a.example", DEMO.key_id)
    wrong = SOUND | {"signature_b64": OTHER["signature_b64"]}
    for status, code in (("active", "signature_invalid"), ("revoked", "key_revoked")):
        keys = policy(policy_key(DEMO, status="revoked"), policy_key(twin, status=status))
        (one,) = checked(RECORD, [created(wrong)], keys).receipts
        assert (one.verdict.code, one.signer) == (code, None)
    # Both fail check 6: among equals the smallest code.
    keys = policy(policy_key(DEMO, status="revoked"), policy_key(twin, event_types=["citation"]))
    assert verdict(wrong, keys)[1] == "key_revoked"


def test_a_receipt_is_that_of_its_key_whoever_signs_the_event() -> None:
    result = checked(RECORD, [created(SOUND, AUTHOR)])
    ((one,), (event,)) = result.receipts, result.valid
    assert (one.verdict.word, one.signer, event.signer) == ("verified", "demo.example", "author.example")
    assert event.receipt_verified
    assert (one.event_id, one.pointer) == (event.event_id, "/events/0/payload/receipt")


def test_receipts_are_looked_for_in_record_created_alone() -> None:
    elsewhere = attached(DEMO, RECORD, "citation", payloads.citation("x", receipt=SOUND), WHEN)
    bare = attached(DEMO, RECORD, "record_created", {}, WHEN)
    assert checked(RECORD, [elsewhere, bare, {"receipt": SOUND}], receipt=SOUND).receipts == ()


def test_a_receipt_is_told_of_even_where_its_event_is_not_valid() -> None:
    result = checked(RECORD, [flipped(created(SOUND))])
    assert not result.valid
    assert [one.verdict.word for one in result.receipts] == ["verified"]


def shown_receipt(events: list[Json], keys: Json | None = None) -> Any:
    current: Any = merged(RECORD, events, keys).state["current"]
    return current["receipt"]


def test_the_state_shows_the_receipt_of_the_standing_event_alone() -> None:
    first, second = created(SOUND, when="2026-05-18T01:39:13Z"), created(OTHER)
    third = created(receipt(DEMO_NEXT, RECORD, WHEN), when="2026-05-18T01:39:15Z")
    assert shown_receipt([third, second, first]) == SOUND
    # The standing one is the smallest (instant, id), whether or not its receipt holds.
    assert shown_receipt([third, second]) is None
    assert shown_receipt([third]) == receipt(DEMO_NEXT, RECORD, WHEN)


def test_when_the_standing_event_is_retracted_the_next_ones_receipt_is_shown() -> None:
    first = created(OTHER, when="2026-05-18T01:39:13Z")
    taken = attached(DEMO, RECORD, "event_retracted", payloads.event_retracted(first["event_id"]), WHEN)
    assert shown_receipt([first, created(SOUND)]) is None
    assert shown_receipt([first, created(SOUND), taken]) == SOUND


def test_the_receipt_counts_over_all_signers() -> None:
    assert shown_receipt([created(SOUND, MIRROR)]) == SOUND
    assert shown_receipt([created(SOUND, MIRROR)], policy(policy_key(DEMO, status="revoked"), MIRROR)) is None
