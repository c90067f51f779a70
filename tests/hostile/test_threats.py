"""The threats of authenticity, order and time, each tried by many inputs (A3 to A18, B1 to B11).

The goal of every one: no forgery is ever `verified`, no real event is rejected, one bad
event affects no other, and a state does not depend on what nobody signed.
"""

from __future__ import annotations

import base64
import copy
import itertools
import json
import random
from typing import Any

import pytest

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    REGISTRY_KEY,
    TAMPERED,
    TARGETS,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    bundle,
    canonical_hash,
    changed,
    demo,
    event,
    flat_event,
    made_record,
    many_events,
    payloads,
    pith_number,
    policy,
    policy_key,
    receipt,
    sign,
    strategies,
    to_json,
    without,
)
from kit.data import real
from kit.demo import NOT_ACCUSED
from kit.results import WHEN, by_id, check, checked, ledger_of, merge, merged, read, report_on, verdict_of
from kit.signing import L, b64
from kit.tampered import Tampered, flipped, respelt, signature_of, with_signature
from pithbundle.bundle.reader import read_bundle
from pithbundle.errors import PithError
from pithbundle.merge.rules import MERGE_1
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import CheckedBundle

RECORD = made_record()
KEYS = Policy.from_value(strategies.fixture_policy())
SOUND = attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), WHEN)
EVENTS = list(many_events(RECORD, 100))


def words(events: list[Any], keys: Json | None = None, record: Json = RECORD) -> list[str]:
    return [one.verdict.status for one in checked(record, events, keys).events]


def never_verified(events: list[Any], keys: Json | None = None, record: Json = RECORD) -> CheckedBundle:
    result = checked(record, events, keys)
    assert [verdict_of(one) for one in result.events if one.verdict.valid] == []
    assert not result.valid
    return result


# A3: forged ids.


def test_500_false_ids_are_never_verified_and_are_never_keys() -> None:
    chance = random.Random(3)
    ids = [one["event_id"] for one in EVENTS]
    for group in range(5):
        forged: list[Json] = []
        for one in EVENTS:
            variant = (group + len(forged)) % 5
            digits = one["event_id"][7:]
            forged.append(
                {
                    **one,
                    "event_id": [
                        "sha256:" + f"{chance.getrandbits(256):064x}",
                        chance.choice([other for other in ids if other != one["event_id"]]),
                        "sha256:" + digits.upper() if digits.upper() != digits else "sha256:",
                        "sha512:" + digits,
                        one["event_id"] + chance.choice("\n 0"),
                    ][variant],
                }
            )
        result = never_verified(forged)
        assert {one.verdict.code for one in result.events} == {"hash_mismatch", "encoding"}
        # Listed under the recomputed id, whatever was claimed.
        assert set(by_id(result)) == set(ids)


def test_an_id_of_another_event_takes_nothing_from_it() -> None:
    """The claimed id of a good event on a forged one neither hides nor replaces the good one."""
    for good, other in itertools.pairwise(EVENTS[:40]):
        posing = {**other, "event_id": good["event_id"], "signature": good["signature"]}
        for order in ([good, posing], [posing, good]):
            result = checked(RECORD, order)
            assert [one.event_id for one in result.valid] == [good["event_id"]]


# A4: malleability.


def test_no_respelling_of_a_signature_makes_a_second_event() -> None:
    text = SOUND["signature"]["signature_b64"]
    raw = signature_of(SOUND)
    spellings = [respelt(text, spare) for spare in range(1, 16)]
    url_safe = text.replace("+", "-").replace("/", "_")
    spellings += [text[:86], text[:87], text + "=", text + "\n", " " + text, text + " ", url_safe, raw.hex()]
    spellings += [text[:n] + " " + text[n:] for n in range(0, 88, 4)]
    spellings += [text[:n] + "=" + text[n:] for n in range(0, 86, 4)]
    odd = [one for one in spellings if one != text]
    elements = [changed(SOUND, ("signature", "signature_b64"), one) for one in odd]
    result = checked(RECORD, [SOUND, *elements])
    assert [one.verdict.code for one in result.events] == [None] + ["encoding"] * len(elements)
    assert len(by_id(result)) == 1


def test_no_other_scalar_of_a_signature_verifies() -> None:
    raw = signature_of(SOUND)
    s = int.from_bytes(raw[32:], "little")
    elements = [
        with_signature(SOUND, raw[:32] + (s + n * L).to_bytes(32, "little"))
        for n in range(1, 16)
        if s + n * L < 2**256
    ]
    elements += [with_signature(SOUND, raw[:32] + (L - s).to_bytes(32, "little"))]
    elements += [flipped(SOUND, bit) for bit in range(512)]
    result = never_verified(elements)
    assert {one.verdict.code for one in result.events} == {"signature_invalid"}
    assert len(by_id(result)) == 1


# A5: an event of another record.


def test_1000_events_moved_to_another_record_are_invalid() -> None:
    records = [made_record(number) for number in range(11)]
    for here in records[:10]:
        moved = [
            event(DEMO, there, "citation", "record", payloads.citation(f"w{n}"), WHEN)
            for there in records
            if there is not here
            for n in range(10)
        ]
        result = never_verified(moved, None, here)
        assert {verdict_of(one) for one in result.events} == {("invalid", "subject", "/subject_pith_number")}
        assert len(moved) == 100


def test_an_integrity_finding_of_another_paper_is_invalid_flat_and_does_not_conform_signed() -> None:
    other = made_record(1)
    finding = payloads.integrity(other, WHEN)
    flat = Policy.from_value(policy(policy_key(DEMO, event_formats=["integrity-1"])))
    assert (
        verdict_of(check(read(RECORD, [flat_event(DEMO, finding, WHEN, 1)]), flat).events[0])[1] == "subject"
    )
    made = attached(DEMO, RECORD, "pith.integrity.v1", finding, WHEN)
    assert [one.code for one in merged(RECORD, [made]).view.unrecognised] == ["subject"]


# A6: receipts, records and events in place of each other.


def test_a_receipts_signature_is_never_that_of_an_event() -> None:
    shown = receipt(DEMO, RECORD, WHEN)
    member = {"kind": "pith_event_signature"} | {
        name: shown[name] for name in ("key_id", "algorithm", "signature_b64")
    }
    posing = [
        {**SOUND, "signature": member},
        {**without(SOUND, ("event_id",)), "signature": member},
        {**SOUND, "event_id": "sha256:" + canonical_hash(RECORD), "signature": member},
        {**SOUND, "signature": shown},
        {**RECORD, "signature": member},
        {**RECORD, "signature": member, "event_id": "sha256:" + canonical_hash(RECORD)},
        {**SOUND, **RECORD, "signature": member},
    ]
    result = never_verified(posing)
    # The third contains the digest of the record, which is signed: that makes it no event's.
    assert [verdict_of(one)[:2] for one in result.events] == [
        ("invalid", "signature_invalid"),
        ("invalid", "signature_invalid"),
        ("invalid", "hash_mismatch"),
        ("unknown_format", None),
        ("unknown_format", None),
        ("unknown_format", None),
        ("invalid", "hash_mismatch"),
    ]


def test_an_events_signature_is_never_that_of_a_receipt() -> None:
    shown = receipt(DEMO, RECORD, WHEN)
    for one in EVENTS[:60]:
        posing = shown | {"signature_b64": one["signature"]["signature_b64"]}
        made = attached(DEMO, RECORD, "record_created", payloads.record_created(RECORD, posing), WHEN)
        (reported,) = checked(RECORD, [made]).receipts
        assert (reported.verdict.status, reported.verdict.code) == ("invalid", "signature_invalid")


def test_no_record_is_an_event_and_no_event_a_record() -> None:
    """A record with a member event_type is none: so no digest is one of both."""
    members: list[Any] = ["text", None, 1, {}]
    for member in members:
        frame = bundle(RECORD, [])
        frame["canonical_record"] = {**RECORD, "event_type": member}
        frame["canonical_sha256"] = canonical_hash(frame["canonical_record"])
        with pytest.raises(PithError) as caught:
            read_bundle(to_json(frame))
        assert caught.value.code == "type"
    hybrid = {name: value for name, value in SOUND.items() if name not in ("event_id", "signature")}
    record = {**RECORD, **{name: value for name, value in hybrid.items() if name != "event_type"}}
    made = read_bundle(to_json(bundle(record, [{**record, "event_id": "sha256:" + canonical_hash(record)}])))
    assert [one.verdict.status for one in check(made, KEYS).events] == ["unknown_format"]
    shown = receipt(DEMO, record, WHEN)
    for member in (shown, {**shown, "kind": "pith_event_signature"}, {}, "x"):
        made = read_bundle(to_json(bundle(record, [{**record, "signature": member}])))
        assert [one.verdict.status for one in check(made, KEYS).events] == ["unknown_format"]


# A7, A8: what the flat spelling does not sign.


def test_changes_to_real_integrity_events_never_rise_above_unbound() -> None:
    record = made_record()
    for one in json.loads(real("integrity_events.json").read_bytes()):
        digest = one["payload_sha256"]
        source = record["source"]["id"]
        whole = {
            "event_id": 7, "event_type": "pith.integrity.v1", "payload_sha256": digest,
            "signature_b64": one["signature_b64"], "signing_key_id": "pith-v1-2026-05",
            "created_at": WHEN, "payload": {"arxiv_id": source},
        }  # fmt: skip
        variants = [whole] + [
            {**whole, **change}
            for change in (
                {"event_id": 8}, {"event_id": -1}, {"event_type": "record_created"}, {"event_type": ""},
                {"created_at": "2030-01-01T00:00:00Z"}, {"payload": {"arxiv_id": source, "note": "swapped"}},
                {"payload": {"arxiv_id": source, "verdict_class": "rescinded"}}, {"more": 1},
            )
        ]  # fmt: skip
        result = check(read(record, variants))
        assert [verdict_of(copy) for copy in result.events] == [("unbound", None, None)] * len(variants)
        assert len(by_id(result)) == 1
        tampered = [{**whole, "signing_key_id": "pith-v2"}, {**whole, "payload_sha256": "0" * 64},
                  {**whole, "payload": {"arxiv_id": "x"}}, without(whole, ("signature_b64",))]  # fmt: skip
        # In the built-in policy the registry's format is unknown: none of its events is invalid.
        assert [copy.verdict.status for copy in check(read(record, tampered)).events] == [
            "unknown_key", "unbound", "unbound", "not_signed",
        ]  # fmt: skip
        known = Policy.from_value(policy({**REGISTRY_KEY, "event_formats": ["integrity-1"]}))
        assert [verdict_of(copy) for copy in check(read(record, variants), known).events] == [
            ("unbound", None, None)
        ] * len(variants)
        assert [copy.verdict.status for copy in check(read(record, tampered), known).events] == [
            "unknown_key", "invalid", "invalid", "not_signed",
        ]  # fmt: skip
        assert merge(result).state["current"] == merge(check(read(record, []))).state["current"]


# A9: whose key.


def test_nothing_in_an_input_adds_a_key() -> None:
    key = policy_key(UNKNOWN_SIGNER)
    made = attached(UNKNOWN_SIGNER, RECORD, "alias_added", payloads.alias_added("x", "y"), WHEN)
    dressed = {**made, "signer": made["signer"] | {"public_key_hex": key["public_key_hex"]}}
    frames: list[Json] = [
        {"policy": policy(UNKNOWN_SIGNER)},
        {"signing_keys": [key], "key": key, "public_key_hex": key["public_key_hex"]},
        {"manifest": {"signing_keys": [key]}, "signer": UNKNOWN_SIGNER.described()},
    ]
    for frame in frames:
        for one in (made, sign(dressed, UNKNOWN_SIGNER), {**made, "public_key_hex": key["public_key_hex"]}):
            assert {copy.verdict.status for copy in checked(RECORD, [one], **frame).events} <= {
                "unknown_key",
                "invalid",
            }


def test_names_fingerprints_and_key_ids_verify_nothing() -> None:
    twin = Signer(7, DEMO.signer_id, DEMO.key_id)
    base32 = base64.b32encode(bytes.fromhex(DEMO.fingerprint)).decode()
    body = {name: value for name, value in SOUND.items() if name not in ("event_id", "signature")}
    upper, twice = DEMO.fingerprint.upper(), DEMO.fingerprint * 2
    for fingerprint in (DEMO.fingerprint, upper, base32[:26], twin.fingerprint, "", twice):
        posing = changed(body, ("signer", "public_key_fingerprint"), fingerprint)
        never_verified([sign(posing, twin), sign(posing, twin, with_id=False)], policy(DEMO))
        if fingerprint != DEMO.fingerprint:
            # Even the right key does not sign for a signer it does not describe.
            never_verified([sign(posing, DEMO)], policy(DEMO))


@pytest.mark.parametrize(
    "near", ["demo.example ", "Demo.example", "demo.example\u200b", "dem\u043e.example", "demo.example\n"]
)
def test_near_names_of_a_signer_are_other_signers(near: str) -> None:
    posing = Signer(1, near, DEMO.key_id)
    made = attached(posing, RECORD, "alias_added", payloads.alias_added("x", "y"), WHEN)
    assert words([made], policy(DEMO)) == ["unknown_key"]


# A10, A11: algorithms, versions, missing signatures.


def test_an_algorithm_is_one_string() -> None:
    others: list[Any] = [
        "none", "None", "", " ed25519", "ed25519 ", "ED25519", "Ed25519", "ed25519ph", "ed25519ctx", "ed448",
        "HS256", "RS256", "EdDSA", "eddsa", "secp256k1", "ed25519\n", "ed\u200b25519", "ｅd25519", "ed2551९",
        None, 0, 1, True, False, 25519, 1.5, [], ["ed25519"], {}, {"name": "ed25519"},
    ]  # fmt: skip
    elements = [changed(SOUND, ("signature", "algorithm"), one) for one in others]
    elements.append(without(SOUND, ("signature", "algorithm")))
    result = never_verified(elements)
    assert {one.verdict.code for one in result.events} == {"algorithm", "type"}
    for algorithm, one in zip(others, result.events, strict=False):
        assert one.verdict.code == ("algorithm" if isinstance(algorithm, str) else "type")
    shown = receipt(DEMO, RECORD, WHEN)
    for one in others:
        paid = payloads.record_created(RECORD, shown | {"algorithm": one})
        (reported,) = checked(RECORD, [attached(DEMO, RECORD, "record_created", paid, WHEN)]).receipts
        assert reported.verdict.code == "algorithm"


def test_a_removed_signature_is_reported_and_never_skipped() -> None:
    result = never_verified([without(one, ("signature",)) for one in EVENTS])
    assert {one.verdict.status for one in result.events} == {"not_signed"}
    assert report_on(result).outcome == "unverified"


# A14: near names of types.


def near_names() -> list[str]:
    """A hundred and more texts that look like a known type and are none."""
    made = []
    for name in TARGETS:
        made += [
            name + " ", " " + name, name.upper(), name.title(), name + "\u200b", "\ufeff" + name, name + "\n",
            name[:-1], name + "s", name.replace("e", "\u0435", 1), name.replace("o", "0", 1) + "0",
            name.replace("_", "-") + "-", name + "\u202e",
        ]  # fmt: skip
    return sorted(set(made) - set(TARGETS))


def test_near_names_of_types_are_verified_counted_and_never_applied() -> None:
    names = near_names()
    assert len(names) > 100
    paid = {**payloads.alias_added("openalex", "W1"), **payloads.event_retracted(SOUND["event_id"])}
    strange = [event(DEMO, RECORD, name, "record", paid, WHEN) for name in names]
    result = merged(RECORD, [SOUND, *strange])
    assert set(words(strange)) == {"unknown_type"}
    assert result.view.valid_event_count == 1 + len(names)
    assert {one.code for one in result.view.unrecognised} == {"unknown_type"}
    assert len(result.view.unrecognised) == len(names)
    assert result.state["current"] == merged(RECORD, [SOUND]).state["current"]


# A15: a signer who contradicts itself.


def test_conflicts_keep_both_count_choose_alike_and_end_in_another_status() -> None:
    findings = [
        attached(DEMO, RECORD, "pith.integrity.v1", payloads.integrity(RECORD, WHEN, severity=word), WHEN)
        for word in payloads.SEVERITIES
    ]
    claims = [
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(
            payloads.orcid(n // 3), note=n, strength=payloads.STRENGTHS[n % 2]), WHEN)
        for n in range(30)
    ]  # fmt: skip
    events = [*findings, *claims]
    report = report_on(checked(RECORD, events))
    assert (report.outcome, report.exit_status) == ("conflict", 1)
    assert report.ledger is not None
    view = report.ledger.snapshot()
    assert view.valid_event_count == len(events)
    assert len(view.equivocations) == 11
    named = {name for group in view.equivocations for name in group.event_ids}
    assert named == {one["event_id"] for one in events}
    reported = json.dumps(report.to_value()["equivocations"])
    assert all(one["event_id"] in reported for one in events)
    chance = random.Random(15)
    for _ in range(20):
        chance.shuffle(events)
        assert merged(RECORD, events).state_bytes == view.to_json()


def test_a_signer_who_rotates_or_adds_to_a_payload_is_in_no_conflict() -> None:
    """Two record_created whose receipts differ in signed_at or in the key were accused of one."""
    created = [
        attached(DEMO, RECORD, "record_created", payloads.record_created(
            RECORD, receipt(signer, RECORD, at), note=n), WHEN)
        for n, signer in enumerate((DEMO, DEMO_NEXT, AUTHOR))
        for at in (WHEN, "2026-05-19T00:00:00Z")
    ]  # fmt: skip
    claims = [
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1), note=n), WHEN)
        for n in range(3)
    ]
    report = report_on(checked(RECORD, [*created, *claims]))
    assert report.ledger is not None
    assert report.ledger.equivocations() == ()
    assert report.outcome == "valid"


def test_two_bundles_that_are_each_valid_may_contradict_each_other_together() -> None:
    """B6: two mirrors, two faces of one signer. Only their union shows it."""
    halves = [
        checked(RECORD, [attached(DEMO, RECORD, "author_claim",
                                  payloads.author_claim(payloads.orcid(1), strength=word), WHEN)])
        for word in payloads.STRENGTHS
    ]  # fmt: skip
    for half in halves:
        assert merge(half).view.equivocations == ()
    assert len(merge(*halves).view.equivocations) == 1


# A16: one bad event among good ones.


def expected(row: Tampered) -> str:
    """The verdict under a policy with other formats than ours too (FORMAT-14)."""
    return "unknown_format" if row.verdict == "invalid" and row.code in NOT_ACCUSED else row.verdict


def test_300_bad_events_leave_every_good_one_where_it_was() -> None:
    good = EVENTS[:20]
    plain = merged(RECORD, good)
    chance = random.Random(16)
    tried = 0
    for row in TAMPERED:
        for victim in chance.sample(good, 4):
            bad = row.make(victim)
            index = chance.randrange(len(good))
            result = checked(RECORD, [*good[:index], bad, *good[index:]])
            made = merge(result)
            assert made.state["current"] == plain.state["current"]
            assert made.state_sha256 == plain.state_sha256
            assert made.events_sha256 == plain.events_sha256
            assert verdict_of(result.events[index])[:2] == (expected(row), row.code)
            tried += 1
    assert tried >= 300


def test_the_outcome_of_one_bad_event_is_not_valid() -> None:
    for row in TAMPERED:
        victim = attached(DEMO, RECORD, "citation", payloads.citation(row.name), WHEN)
        result = checked(RECORD, [SOUND, row.make(victim)])
        outcome = report_on(result).outcome
        assert outcome == ("invalid" if expected(row) == "invalid" else "unverified")


def test_a_bad_record_rejects_the_bundle() -> None:
    whole = json.loads(to_json(bundle(RECORD, EVENTS[:3])))
    for path, new in [
        (("canonical_record", "source", "version"), 99),
        (("canonical_record", "metadata", "license"), "x"),
        (("canonical_record", "unknown"), None),
        (("canonical_sha256",), "0" * 64),
    ]:
        with pytest.raises(PithError) as caught:
            read_bundle(to_json(changed(whole, path, new)))
        assert caught.value.code == "hash_mismatch"


# A18: exact types.


def test_booleans_are_no_integers_and_numbers_no_strings() -> None:
    record = made_record()
    record["source"]["version"] = 1
    versions: list[Any] = [True, "1", [1], None, {}, 1.5, 0, -1, False]
    for wrong in versions:
        with pytest.raises(PithError) as caught:
            read_bundle(to_json(bundle({**record, "source": record["source"] | {"version": wrong}}, [])))
        assert caught.value.code == "type"
    for member, others in (("paper_version", [True, "1"]), ("ref_index", [False, "0"])):
        for value in others:
            paid = payloads.integrity(RECORD, WHEN) | {member: value}
            made = attached(DEMO, RECORD, "pith.integrity.v1", paid, WHEN)
            assert [one.code for one in merged(RECORD, [made]).view.unrecognised] == ["type"]


@pytest.mark.parametrize("spelling", ["1.0", "1e0", "-0", "01", "1.10", "0x1", "+1", "1_0", "٣"])
def test_no_second_spelling_of_a_number_is_read(spelling: str) -> None:
    text = to_json(bundle(RECORD, [{**SOUND, "number": "HERE"}])).replace(b'"HERE"', spelling.encode())
    try:
        result = check(read_bundle(text), KEYS)
    except PithError as error:
        assert error.code == "syntax"
    else:
        assert [one.verdict.code for one in result.events] == ["number_form"]


# B1 to B6: subsets, orders, repeats, older bundles.


def test_what_a_mirror_drops_is_missed_where_a_checkpoint_lists_it() -> None:
    chance = random.Random(1)
    listing = attached(
        DEMO, RECORD, "checkpoint", payloads.checkpoint(one["event_id"] for one in EVENTS), WHEN
    )
    for _ in range(30):
        kept = chance.sample(EVENTS, chance.randrange(len(EVENTS)))
        made = merged(RECORD, [listing, *kept])
        dropped = {one["event_id"] for one in EVENTS} - {one["event_id"] for one in kept}
        assert set(made.ledger.missing()["demo.example"]) == dropped
        # The union with another's copy misses nothing.
        union = made.ledger | ledger_of(checked(RECORD, EVENTS))
        assert union.missing()["demo.example"] == ()


def test_an_older_bundle_removes_nothing() -> None:
    chance = random.Random(5)
    whole = merged(RECORD, EVENTS)
    for _ in range(30):
        older = checked(RECORD, chance.sample(EVENTS, chance.randrange(len(EVENTS))))
        ledger = ledger_of(checked(RECORD, EVENTS)) | ledger_of(older)
        assert ledger.snapshot().to_json() == whole.state_bytes


# B8 to B11: time.


TIMES = [
    "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
    "2999-01-01T00:00:00+00:00", "1970-01-01T00:00:00Z", "2038-01-19T03:14:08Z",
]  # fmt: skip


def test_no_clock_decides_a_verdict_or_a_state() -> None:
    for when in TIMES:
        made = attached(DEMO, RECORD, "citation", payloads.citation("w"), when)
        assert words([made]) == ["verified"]
        current: Any = merged(RECORD, [made]).state["current"]
        assert [one["created_at"] for one in current["citations"]] == [when]


def test_a_time_that_is_not_of_the_grammar_makes_its_event_malformed() -> None:
    wrong = [
        "", "2026-05-18", "2026-05-18T01:39:14", "2026-05-18 01:39:14Z", "2026-05-18t01:39:14Z",
        "2026-05-18T01:39:14z", "2026-05-18T01:39:60Z", "2026-05-18T24:00:00Z", "2026-02-29T00:00:00Z",
        "2026-05-18T01:39:14+01:00", "2026-05-18T01:39:14-00:00", "2026-05-18T01:39:14+0000",
        "2026-05-18T01:39:14.1Z", "2026-05-18T01:39:14.1234567Z", "2026-05-18T01:39:14,123456Z",
        "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "2026-5-18T01:39:14Z",
        "2026-05-18T01:39:14Z ", " 2026-05-18T01:39:14Z", "2026-05-18T01:39:14Z\n", "2026-13-01T00:00:00Z",
        "2026-W20-1T00:00:00Z", "2026-138T00:00:00Z", "20260518T013914Z", "2026-05-18T01:39Z", "1779070754",
        "２026-05-18T01:39:14Z", "2026-05-18T01:39:14\u200bZ", "2026-05-18T01:39:14.٣٣٣٣٣٣Z",
    ]  # fmt: skip
    result = never_verified([sign({**SOUND, "created_at": when}, DEMO) for when in wrong])
    assert {verdict_of(one) for one in result.events} == {("invalid", "time", "/created_at")}


def test_an_instant_in_any_spelling_orders_alike_and_is_shown_as_written() -> None:
    spellings = ["2026-05-18T01:39:14" + part + zone for part in ("", ".000000") for zone in ("Z", "+00:00")]
    claims = [
        attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1)), when)
        for when in spellings
    ]
    winner = min(claims, key=lambda one: str(one["event_id"]))
    for order in itertools.permutations(claims):
        current: Any = merged(RECORD, list(order)).state["current"]
        assert [(one["event_id"], one["created_at"]) for one in current["author_claims"]] == [
            (winner["event_id"], winner["created_at"])
        ]


def test_an_event_of_the_year_9999_is_current_in_a_slot_of_its_own_signer_until_it_is_retracted() -> None:
    def claim(signer: Signer, when: str) -> Json:
        return attached(signer, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1)), when)

    for now, far in itertools.product((WHEN, "2026-05-18T01:39:14.999999Z"), TIMES[:2]):
        theirs, mine, ahead = claim(AUTHOR, now), claim(DEMO, now), claim(DEMO, far)
        current: Any = merged(RECORD, [theirs, mine, ahead]).state["current"]
        held = {one["event_id"] for one in current["author_claims"]}
        assert held == {theirs["event_id"], ahead["event_id"]}
        taken = attached(DEMO, RECORD, "event_retracted", payloads.event_retracted(ahead["event_id"]), now)
        after: Any = merged(RECORD, [theirs, mine, ahead, taken]).state["current"]
        held = {one["event_id"] for one in after["author_claims"]}
        assert held == {theirs["event_id"], mine["event_id"]}


def test_no_unsigned_time_decides_anything() -> None:
    plain = merged(RECORD, EVENTS).state_bytes
    for when in TIMES:
        dressed = [
            {**one, "signature": one["signature"] | {"signed_at": when, "received_at": n}}
            for n, one in enumerate(EVENTS)
        ]
        frame = bundle(RECORD, dressed, aliases_at=when, generated_at=when, as_of=when)
        assert merge(check(read_bundle(to_json(frame)), KEYS)).state_bytes == plain
    # Added outside the signature's member it is in the body, so it breaks the id.
    (one,) = checked(RECORD, [{**SOUND, "received_at": WHEN}]).events
    assert verdict_of(one) == ("invalid", "hash_mismatch", "/event_id")


def test_the_time_of_a_receipt_is_not_signed_and_decides_nothing() -> None:
    for when in (*TIMES, "never", None, 5):
        paid = payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN) | {"signed_at": when})
        made = attached(DEMO, RECORD, "record_created", paid, WHEN)
        (reported,) = checked(RECORD, [made]).receipts
        assert reported.verdict.status == "verified"


# The goals (threats, section 4): no verified byte outside the signed bytes.


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for name in value for found in leaves(value[name], (*path, name))] or [path]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in leaves(item, (*path, index))] or [path]
    return [path]


@pytest.mark.parametrize("event_type", TARGETS)
def test_no_leaf_of_a_verified_event_can_change(event_type: str) -> None:
    made = next(one for one in demo.rich()["events"] if one["event_type"] == event_type)
    keys = Policy.from_value(demo.demo_policy())
    tried = 0
    others: list[Any] = ["changed", 7, None, True, [], {}, [1], "\u202e"]
    variants = []
    for path in leaves(made):
        if path[0] in ("event_id", "signature"):
            continue
        variants += [changed(made, path, new) for new in others]
        variants.append(without(made, path))
    variants = [one for one in variants if one != made]
    for claimed in (variants, [without(one, ("event_id",)) for one in variants]):
        result = check(read(demo.RECORD, claimed), keys)
        assert [verdict_of(copy) for copy in result.events if copy.verdict.valid] == []
        tried += len(claimed)
    assert tried > 50


def test_every_known_event_type_was_there() -> None:
    assert {one["event_type"] for one in demo.rich()["events"]} >= set(MERGE_1.event_types)
    assert MIRROR in strategies.FIXTURE_SIGNERS


def test_a_verified_event_is_its_signed_body_and_no_part_of_it_is_shared_with_the_input() -> None:
    frame = read(RECORD, [copy.deepcopy(SOUND)])
    result = check(frame, KEYS)
    (one,) = result.valid
    body = {name: value for name, value in SOUND.items() if name not in ("event_id", "signature")}
    assert json.loads(one.signed_content) == body
    assert json.loads(one.payload_bytes) == SOUND["payload"]
    assert b64(one.signature) == SOUND["signature"]["signature_b64"]
    assert pith_number(RECORD) in one.signed_content.decode()
