"""RCPT-1 to RCPT-4: a receipt's verdict, whose key may answer, and what of it reaches a state."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    flat_event,
    made_record,
    payloads,
    policy,
    policy_key,
    receipt,
)
from kit.formats import FAMILY
from kit.results import WHEN, checked, merged, rejected_signatures
from kit.signing import b64
from kit.tampered import flipped, respelt

RECORD = made_record()
SOUND = receipt(DEMO, RECORD, WHEN)
OTHER = receipt(DEMO, made_record(1), WHEN)

Reported = tuple[str, str | None, str | None]


def created(shown: Any, signer: Signer = DEMO, when: str = WHEN) -> Json:
    return attached(signer, RECORD, "record_created", payloads.record_created(RECORD, shown), when)


def verdict(shown: Any, keys: Json | None = None) -> Reported:
    (one,) = checked(RECORD, [created(shown)], keys).receipts
    fault = one.verdict.fault
    return one.verdict.status, one.verdict.code, fault.pointer if fault else None


FAULTS: list[tuple[Any, Reported]] = [
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


#: How far a receipt with each code got.
STEPS = {
    "type": 4, None: 3, "key_unknown": 1, "algorithm": 7, "encoding": 8, "signature_invalid": 10,
}  # fmt: skip


def test_a_valid_receipt_is_verified_and_what_it_does_not_sign_changes_nothing() -> None:
    assert verdict(SOUND) == ("verified", None, None)
    assert verdict(SOUND | {"signed_at": "never", "verified": False}) == ("verified", None, None)
    assert verdict({k: v for k, v in SOUND.items() if k != "signed_at"}) == ("verified", None, None)


@pytest.mark.parametrize(("shown", "expected"), FAULTS)
def test_a_receipts_fault_has_its_code_and_the_event_stays_verified(shown: Any, expected: Reported) -> None:
    assert verdict(shown) == expected
    (reported,) = checked(RECORD, [created(shown)]).receipts
    assert reported.verdict.step == STEPS[expected[1]]
    result = merged(RECORD, [created(shown)])
    assert result.view.valid_event_count == 1
    current: Any = result.state["current"]
    assert current["receipt"] is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # In the order of the checks: the earlier decides.
        (a, b)
        for a, b in itertools.combinations(
            [
                ({"kind": "x"}, "type"),
                ({"key_id": "elsewhere"}, "key_unknown"),
                ({"signature_b64": None}, None),
                ({"signature_b64": 1}, "type"),
                ({"algorithm": "none"}, "algorithm"),
                ({"signature_b64": "x"}, "encoding"),
            ],
            2,
        )
    ],
)
def test_of_two_faults_the_earlier_check_decides(first: Any, second: Any) -> None:
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
def test_the_key_may_sign_record_created_and_is_not_revoked(changes: Json, expected: Reported) -> None:
    assert verdict(SOUND, policy(AUTHOR, policy_key(DEMO, **changes))) == expected


def test_a_revoked_key_may_accept_an_event_and_never_a_receipt() -> None:
    made = created(SOUND)
    result = checked(
        RECORD, [made], policy(policy_key(DEMO, status="revoked", accepted_event_ids=[made["event_id"]]))
    )
    assert [one.verdict.status for one in result.events] == ["verified"]
    assert [one.verdict.code for one in result.receipts] == ["key_revoked"]
    assert not result.valid[0].receipt_verified


@pytest.mark.parametrize(
    "formats", [[FAMILY["event-payload-hex"]], ["unknown"], ["pithbundle-event-1", "unknown"]]
)
def test_the_formats_of_the_key_do_not_concern_receipts(formats: list[Any]) -> None:
    keys = policy(policy_key(DEMO, event_formats=formats))
    assert verdict(SOUND, keys) == ("verified", None, None)
    wrong = SOUND | {"signature_b64": OTHER["signature_b64"]}
    assert verdict(wrong, keys) == ("invalid", "signature_invalid", "/signature_b64")


def test_every_signer_of_a_key_id_may_answer_and_the_one_that_verifies_is_named() -> None:
    before, behind = Signer(7, "a.example", DEMO.key_id), Signer(8, "z.example", DEMO.key_id)
    for keys in itertools.permutations([before, DEMO, behind]):
        (one,) = checked(RECORD, [created(SOUND)], policy(*keys)).receipts
        assert (one.verdict.status, one.signer, one.key_id) == ("verified", "demo.example", DEMO.key_id)
        assert one.fingerprint == DEMO.fingerprint


def test_of_keys_that_all_reject_the_one_that_got_furthest_decides() -> None:
    twin = Signer(7, "a.example", DEMO.key_id)
    wrong = SOUND | {"signature_b64": OTHER["signature_b64"]}
    for status, code in (("active", "signature_invalid"), ("revoked", "key_revoked")):
        keys = policy(policy_key(DEMO, status="revoked"), policy_key(twin, status=status))
        (one,) = checked(RECORD, [created(wrong)], keys).receipts
        assert (one.verdict.code, one.signer, one.fingerprint) == (code, None, None)
    # Both fail check 6: among equals the smallest code.
    keys = policy(policy_key(DEMO, status="revoked"), policy_key(twin, event_types=["citation"]))
    assert verdict(wrong, keys)[1] == "key_revoked"


def test_a_receipt_is_that_of_its_key_whoever_signs_the_event() -> None:
    result = checked(RECORD, [created(SOUND, AUTHOR)])
    ((one,), (event,)) = result.receipts, result.valid
    assert (one.verdict.status, one.signer, event.signer) == ("verified", "demo.example", "author.example")
    assert event.receipt_verified
    assert (one.event_id, one.pointer) == (event.event_id, "/events/0/payload/receipt")


def receipts_of(events: list[Any], keys: Json | None = None, **frame: Any) -> list[tuple[str, str, bool]]:
    """Index, status and whether the element has an id, of each receipt."""
    found = checked(RECORD, events, keys, **frame).receipts
    return [(one.pointer, one.verdict.status, one.event_id is not None) for one in found]


def at(index: int) -> str:
    return f"/events/{index}/payload/receipt"


def test_a_receipt_is_looked_for_in_the_payload_of_every_element_and_nowhere_else() -> None:
    bare = attached(DEMO, RECORD, "record_created", {}, WHEN)
    outside = [bare, {"receipt": SOUND}, {"payload": [SOUND]}, {"payload": {"x": {"receipt": SOUND}}}, SOUND]
    assert receipts_of(outside, receipt=SOUND) == []
    elsewhere = attached(DEMO, RECORD, "citation", payloads.citation("x", receipt=SOUND), WHEN)
    flat = flat_event(DEMO, payloads.integrity(RECORD, WHEN) | {"receipt": SOUND}, WHEN, 1)
    malformed: list[Json] = [{"payload": {"receipt": SOUND}}, created(SOUND) | {"created_at": "never"}]
    unsigned = created(SOUND) | {"signature": None}
    unknown = attached(UNKNOWN_SIGNER, RECORD, "citation", {"receipt": SOUND}, WHEN)
    events = [elsewhere, flat, *malformed, unsigned, unknown, created(SOUND)]
    with_id = [True, False, False, False, True, True, True]
    assert receipts_of(events) == [(at(n), "verified", named) for n, named in enumerate(with_id)]
    # An element of unknown format has no id, and its receipt is checked all the same.
    keys = policy(policy_key(DEMO, event_formats=["unknown"]))
    assert receipts_of([created(SOUND)], keys) == [(at(0), "verified", False)]


def test_what_another_type_calls_a_receipt_is_its_own_business() -> None:
    for shown in ({"total": 1}, "paid", None, [SOUND], SOUND | {"kind": "pith_event_signature"}):
        named = attached(DEMO, RECORD, "citation", {"receipt": shown}, WHEN)
        assert receipts_of([named, {"payload": {"receipt": shown}}]) == []
        # In a record_created, valid or not, it can only be a receipt.
        assert receipts_of([created(shown), created(shown) | {"target": 1}]) == [
            (at(0), "invalid", True), (at(1), "invalid", False),
        ]  # fmt: skip


def test_an_element_with_a_value_level_fault_is_not_read() -> None:
    assert receipts_of([created(SOUND) | {"x": 1.0}]) == []


# RCPT-4: the bound.


def made_up(number: int) -> Json:
    """A receipt of DEMO's key id whose signature nobody made; larger numbers are larger texts."""
    return SOUND | {"signature_b64": b64(bytes([0] * 40) + number.to_bytes(24, "big"))}


def junk(*receipts: Json) -> list[Json]:
    """Unsigned elements that carry receipts."""
    return [created(one) | {"signature": None} for one in receipts]


def words_of(events: list[Json], keys: Json | None = None) -> list[str]:
    return [status for _, status, _ in receipts_of(events, keys)]


def test_of_unverified_elements_the_sixteen_smallest_receipts_are_checked_in_any_order() -> None:
    receipts = [made_up(number) for number in range(20)]
    expected = ["invalid"] * 16 + ["not_checked"] * 4
    assert words_of(junk(*receipts)) == expected
    assert words_of(junk(*receipts[::-1])) == expected[::-1]
    # Neither repetition nor what is not signed counts towards the bound.
    assert words_of(junk(*receipts[:16], *receipts[:16])) == ["invalid"] * 32
    assert (
        words_of(junk(*(one | {"signed_at": n} for n in range(3) for one in receipts[:16])))
        == ["invalid"] * 48
    )
    (reported,) = checked(RECORD, junk(*receipts)).receipts[-1:]
    assert (reported.verdict.code, reported.key, reported.key_id) == (None, None, DEMO.key_id)


def test_what_needs_no_signature_check_does_not_count_and_is_always_reported() -> None:
    cheap = [
        (made_up(0) | {"algorithm": "none"}, "invalid"),
        (made_up(0) | {"signature_b64": "!"}, "invalid"),
        (made_up(0) | {"signature_b64": None}, "not_signed"),
        (made_up(0) | {"key_id": "!"}, "unknown_key"),
        (made_up(0) | {"key_id": 1}, "invalid"),
    ]
    receipts = [made_up(number) for number in range(1, 18)]
    expected = [*["invalid"] * 16, "not_checked"]
    assert words_of(junk(*(one for one, _ in cheap), *receipts)) == [
        *(status for _, status in cheap),
        *expected,
    ]
    keys = policy(policy_key(DEMO, status="revoked"), AUTHOR)
    assert words_of(junk(*receipts), keys) == ["invalid"] * 17


def test_the_receipts_of_valid_record_created_events_are_all_checked_and_do_not_count() -> None:
    receipts = [made_up(number) for number in range(17)]
    valid = [created(one) for one in receipts]
    assert words_of(valid) == ["invalid"] * 17
    assert words_of([*valid, *junk(*receipts)]) == [*["invalid"] * 33, "not_checked"]
    # A valid event of another type is not one of them.
    other = [attached(DEMO, RECORD, "citation", {"receipt": one}, WHEN) for one in receipts]
    assert words_of(other) == [*["invalid"] * 16, "not_checked"]


def test_paired_are_ordered_by_key_id_then_signature_as_code_points() -> None:
    """U+FFEE is before U+10000, though its UTF-16 is behind."""
    low, high = Signer(7, "low.example", "\uffee"), Signer(8, "high.example", "\U00010000")
    made = [made_up(n) | {"key_id": one.key_id} for n, one in enumerate([high] * 9 + [low] * 9)]
    assert words_of(junk(*made), policy(low, high)) == [
        *["invalid"] * 7,
        *["not_checked"] * 2,
        *["invalid"] * 9,
    ]


def test_made_up_receipts_cost_a_bounded_number_of_signature_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 unsigned elements with a receipt each, under 16 keys of one key id, cost 16 000 checks once."""
    twins = [Signer(number, f"s{number}.example", DEMO.key_id) for number in range(7, 23)]
    calls = rejected_signatures(monkeypatch)
    for count in (100, 1_000):
        calls.clear()
        assert len(checked(RECORD, junk(*map(made_up, range(count))), policy(*twins)).receipts) == count
        assert len(calls) == 16 * 16


def test_a_receipt_is_reported_even_where_its_event_is_not_valid() -> None:
    result = checked(RECORD, [flipped(created(SOUND))])
    assert not result.valid
    assert [one.verdict.status for one in result.receipts] == ["verified"]


def shown_receipt(events: list[Json], keys: Json | None = None) -> Any:
    current: Any = merged(RECORD, events, keys).state["current"]
    return current["receipt"]


def test_the_state_shows_the_receipt_of_the_current_event_alone() -> None:
    first, second = created(SOUND, when="2026-05-18T01:39:13Z"), created(OTHER)
    third = created(receipt(DEMO_NEXT, RECORD, WHEN), when="2026-05-18T01:39:15Z")
    assert shown_receipt([third, second, first]) == SOUND
    # The current one is the smallest (instant, id), whether or not its receipt verifies.
    assert shown_receipt([third, second]) is None
    assert shown_receipt([third]) == receipt(DEMO_NEXT, RECORD, WHEN)


def test_when_the_current_event_is_retracted_the_next_ones_receipt_is_shown() -> None:
    first = created(OTHER, when="2026-05-18T01:39:13Z")
    taken = attached(DEMO, RECORD, "event_retracted", payloads.event_retracted(first["event_id"]), WHEN)
    assert shown_receipt([first, created(SOUND)]) is None
    assert shown_receipt([first, created(SOUND), taken]) == SOUND


def test_the_receipt_counts_over_all_signers() -> None:
    assert shown_receipt([created(SOUND, MIRROR)]) == SOUND
    assert shown_receipt([created(SOUND, MIRROR)], policy(policy_key(DEMO, status="revoked"), MIRROR)) is None
