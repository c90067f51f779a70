"""CHECK-11, CHECK-12 and EVT-5: several elements of one event, and what no signature covers."""

from __future__ import annotations

import base64
import copy
import itertools
from typing import Any

import pytest

from kit import (
    AUTHOR,
    DEMO,
    MIRROR,
    attached,
    bundle,
    cbor,
    event_id,
    made_record,
    payloads,
    policy,
    policy_key,
    sign,
    to_json,
)
from kit.formats import FAMILY
from kit.oracle import formats
from kit.results import WHEN, by_id, check, checked, read, verdict_of, verdicts_by_id
from kit.tampered import (
    flipped,
    signature_of,
    signed_again,
    twin_key,
)
from pithbundle.bundle.reader import read_bundle
from pithbundle.verify.policy import Policy

RECORD = made_record()
ALIAS = payloads.alias_added("openalex", "W1")
SOUND = attached(DEMO, RECORD, "alias_added", ALIAS, WHEN)
ID = SOUND["event_id"]
OTHER_ID = "sha256:" + "ab" * 32
ENVELOPE = ("event_id", "signature")


# CHECK-11: several elements of one event.


def test_the_smallest_of_several_valid_signatures_is_kept_in_any_order() -> None:
    elements = [SOUND, *(signed_again(SOUND, nonce) for nonce in (12345, 67890))]
    raw = [signature_of(one) for one in elements]
    assert len(set(raw)) == 3
    for order in itertools.permutations(elements):
        result = checked(RECORD, list(order))
        assert [one.verdict.status for one in result.events] == ["verified"] * 3
        (kept,) = result.valid
        assert (kept.event_id, kept.signature) == (ID, min(raw))


def test_the_element_that_got_furthest_decides_in_any_order() -> None:
    signature = SOUND["signature"]
    ladder = [
        (SOUND, ("verified", None)),
        (flipped(SOUND), ("invalid", "signature_invalid")),
        ({**SOUND, "event_id": OTHER_ID}, ("invalid", "hash_mismatch")),
        ({**SOUND, "signature": signature | {"signature_b64": "x"}}, ("invalid", "encoding")),
        ({**SOUND, "signature": signature | {"algorithm": "none"}}, ("invalid", "algorithm")),
        ({k: v for k, v in SOUND.items() if k != "signature"}, ("not_signed", None)),
        ({**SOUND, "signature": signature | {"key_id": "x"}}, ("unknown_key", "key_unknown")),
    ]
    for position, (better, expected) in enumerate(ladder):
        for worse, _ in ladder[position:]:
            assert (
                verdicts_by_id(RECORD, [better, worse])
                == verdicts_by_id(RECORD, [worse, better])
                == {ID: expected}
            )


def test_an_unbound_element_decides_before_an_invalid_one_and_after_a_valid_one() -> None:
    # Two keys may sign one payload, and the payload alone is the body: one id.
    rule = FAMILY["event-payload-digest"]
    keys = policy(
        policy_key(DEMO, event_formats=[rule]),
        policy_key(AUTHOR, event_formats=[rule, "unknown"]),
        policy_key(MIRROR),
    )
    whole = attached(MIRROR, RECORD, "alias_added", ALIAS, WHEN)
    content = {name: value for name, value in whole.items() if name not in ENVELOPE}
    # The payload is the content of an event of MIRROR: the same bytes have the same id.
    unbound, remarked = (
        attached(one, RECORD, "citation", content, WHEN, document=rule) for one in (DEMO, AUTHOR)
    )
    remarked = {**remarked, "signature": remarked["signature"] | {"algorithm": "none"}}
    spelt = {**remarked, "signature": remarked["signature"] | {"algorithm": "ed25519", "signature_b64": "x"}}
    ladder = [
        (whole, ("verified", None)),
        (unbound, ("unbound", None)),
        (spelt, ("unbound", "encoding")),
        (remarked, ("unbound", "algorithm")),
        (flipped(whole), ("invalid", "signature_invalid")),
    ]
    assert len({event_id(made, rule) for made in (unbound, remarked)} | {whole["event_id"]}) == 1
    for index, (better, expected) in enumerate(ladder):
        for worse, _ in ladder[index:]:
            assert (
                verdicts_by_id(RECORD, [better, worse], keys)
                == verdicts_by_id(RECORD, [worse, better], keys)
                == {whole["event_id"]: expected}
            )


def test_among_equals_the_smallest_code_decides() -> None:
    # Both fail CHECK-6 under their own key, and have one id: the payload alone is the body.
    rule = FAMILY["event-payload-digest"]
    keys = policy(
        policy_key(DEMO, event_formats=[rule], event_types=["citation"]),
        policy_key(AUTHOR, event_formats=[rule], status="revoked"),
    )
    made = [attached(one, RECORD, "alias_added", ALIAS, WHEN, document=rule) for one in (DEMO, AUTHOR)]
    assert [verdict_of(one)[1] for one in checked(RECORD, made, keys).events] == ["key_role", "key_revoked"]
    expected = {event_id(made[0], rule): ("invalid", "key_revoked")}
    assert verdicts_by_id(RECORD, made, keys) == verdicts_by_id(RECORD, made[::-1], keys) == expected


def test_elements_are_joined_by_the_recomputed_id() -> None:
    swapped = {**SOUND, "payload": {"swapped": True}}
    result = checked(RECORD, [SOUND, swapped, copy.deepcopy(SOUND)])
    assert [one.event_id for one in result.events] == [ID, event_id(swapped), ID]
    assert list(by_id(result)) == [ID, event_id(swapped)]
    assert [one.event_id for one in result.valid] == [ID]


def test_malformed_elements_have_no_id_and_are_listed_by_location() -> None:
    result = checked(RECORD, [None, SOUND, {"event_type": "alias_added"}, [1], "x", {"event_type": 5}])
    assert [(one.pointer, one.claimed_type) for one in result.events if one.event_id is None] == [
        ("/events/0", None), ("/events/2", "alias_added"), ("/events/3", None), ("/events/4", None),
        ("/events/5", None),
    ]  # fmt: skip
    assert list(by_id(result)) == [ID]


# EVT-5: what no signature covers is dropped and named.


def test_members_beside_the_signatures_four_are_named_and_dropped() -> None:
    decorated = {**SOUND, "signature": SOUND["signature"] | {"verified": True, "a/b~": 1}}
    (one,) = checked(RECORD, [decorated]).events
    assert verdict_of(one) == ("verified", None, None)
    assert one.unsigned == ("/signature/a~1b~0", "/signature/verified")
    assert one.event is not None
    assert b"verified" not in one.event.signed_content


@pytest.mark.parametrize("rule", FAMILY.values(), ids=list(FAMILY))
def test_what_a_format_excludes_is_named_and_never_part_of_a_valid_event(rule: Any) -> None:
    made = sign({k: v for k, v in SOUND.items() if k not in ENVELOPE} | {"more": 1}, DEMO, rule)
    (one,) = checked(RECORD, [made], policy(policy_key(DEMO, event_formats=[rule]))).events
    assert one.unsigned == tuple(formats.unsigned_of(rule, made))
    assert (one.event is not None) == formats.binds(rule) == (not one.unsigned)


def test_excluded_members_and_members_beside_the_signature_are_both_named() -> None:
    rule = FAMILY["event-no-signer-digest"]
    body = {name: value for name, value in SOUND.items() if name not in ENVELOPE}
    made = sign(body, DEMO, rule)
    made = {**made, "signature": made["signature"] | {"note": "hidden"}}
    (one,) = checked(RECORD, [made], policy(policy_key(DEMO, event_formats=[rule]))).events
    assert one.unsigned == ("/signature/note", "/signer/signer_id", "/signer/signer_type")


# CHECK-12, FAULT-3: one bad event affects nothing else, in JSON and in CBOR.


def test_bad_events_of_every_sort_leave_the_good_one_alone() -> None:
    bad = [flipped(SOUND), {**SOUND, "x": 1.0}, {**SOUND, "x": 2**53}, 7, {}, {**SOUND, "signature": 1}]
    plain = checked(RECORD, [SOUND])
    mixed = checked(RECORD, [*bad, SOUND, *bad])
    assert mixed.valid == plain.valid
    text = to_json(bundle(RECORD, [{**SOUND, "twin": 1}, SOUND]))
    twice = check(read_bundle(twin_key(text, "twin", "target")), Policy.from_value(policy(DEMO)))
    assert verdict_of(twice.events[0]) == ("invalid", "duplicate_key", "/target")
    assert twice.valid == plain.valid


def test_json_and_cbor_give_the_same_verdicts() -> None:
    frame = bundle(RECORD, [SOUND, flipped(SOUND), {**SOUND, "payload": {}}, None, {**SOUND, "é": [1.5]}])
    one = check(read_bundle(to_json(frame)), Policy.from_value(policy(DEMO)))
    other = check(read_bundle(cbor(frame)), Policy.from_value(policy(DEMO)))
    assert one == other


def test_a_shared_cache_changes_no_verdict() -> None:
    cache: dict[tuple[bytes, bytes, bytes], bool] = {}
    keys = Policy.from_value(policy(DEMO))
    given = read(RECORD, [SOUND, flipped(SOUND), attached(MIRROR, RECORD, "alias_added", ALIAS, WHEN)])
    first = check(given, keys, cache=cache)
    assert sorted(cache.values()) == [False, True]
    assert check(given, keys, cache=cache) == first == check(given, keys)
    # A cached answer is for the raw key, the message and the raw signature, never for an id.
    assert {key for key, _, _ in cache} == {DEMO.public_key}


def test_what_the_cache_answers_is_not_computed_again() -> None:
    cache: dict[tuple[bytes, bytes, bytes], bool] = {}
    keys, given = Policy.from_value(policy(DEMO)), read(RECORD, [SOUND])
    check(given, keys, cache=cache)
    # A wrong answer shows that the cache was used, which no measurement of time would show.
    cache.update(dict.fromkeys(cache, False))
    assert verdict_of(check(given, keys, cache=cache).events[0])[:2] == ("invalid", "signature_invalid")


def test_events_of_one_signer_share_one_copy_of_it() -> None:
    """Most of the memory that an event would otherwise take in addition to its body."""
    made = [attached(DEMO, RECORD, "alias_added", ALIAS, WHEN.replace("14Z", f"{n}Z")) for n in (15, 16, 17)]
    first, *others = (one.signer_bytes for one in checked(RECORD, made).valid)
    assert all(other is first for other in others)


# PROBE-12: a signature that may be where another format has it.

RAW = bytes(range(64))
B64, B64URL = base64.b64encode(b"\xff" * 64).decode(), base64.urlsafe_b64encode(b"\xff" * 64).decode()
B32 = base64.b32encode(RAW).decode()


@pytest.mark.parametrize(
    "text",
    [
        *(RAW.hex(), RAW.hex().upper(), f"ed25519:{RAW.hex()}"),
        *(B64, B64.rstrip("="), B64URL, B64URL.rstrip("="), f"sig-1:{B64}"),
        *(B32, B32.rstrip("="), B32.lower()),
    ],
)
@pytest.mark.parametrize("place", ["signature", "proof", "list", "payload"])
def test_a_text_of_the_shape_of_a_signature_is_found_in_an_element_without_one(text: str, place: str) -> None:
    element = {name: value for name, value in SOUND.items() if name != "signature"}
    changes: dict[str, Any] = {
        "signature": {"signature": text},
        "proof": {"proof": {"sig": text}},
        "list": {"signatures": [[None, text]]},
        "payload": {"payload": {**ALIAS, "comment": text}},
    }
    (found,) = checked(RECORD, [{**element, **changes[place]}]).events
    assert (found.verdict.status, found.signature_elsewhere) == ("not_signed", True)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a" * 64, RAW[:63].hex(), RAW.hex() + "00", base64.b64encode(RAW[:48]).decode(), B64 + "="),
        *(f" {RAW.hex()}", f"{'p' * 17}:{RAW.hex()}", f"a:b:{RAW.hex()}", RAW.hex()[:-1] + "g", B32 + "A"),
    ],
)
def test_another_text_is_not_taken_for_a_signature(text: str) -> None:
    element = {name: value for name, value in SOUND.items() if name != "signature"}
    (found,) = checked(RECORD, [{**element, "signature": text}]).events
    assert (found.verdict.status, found.signature_elsewhere) == ("not_signed", False)


def test_only_an_element_that_is_not_signed_may_have_its_signature_elsewhere() -> None:
    events = [SOUND, {**SOUND, "proof": RAW.hex()}, flipped(SOUND)]
    assert [one.signature_elsewhere for one in checked(RECORD, events).events] == [False] * 3
