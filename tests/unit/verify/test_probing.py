"""RULE-5 by experiment: probing finds the format that made a bundle, and none where none did."""

from __future__ import annotations

from typing import Any

import pytest

from kit import AUTHOR, DEMO, Json, Signer, event, made_record, payloads, policy, policy_key, without
from kit.results import WHEN, read, rejected_signatures
from kit.tampered import flipped
from pithbundle.bundle.event_formats import EVENT_FORMATS
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing import NAMED, SAMPLE, Probe, probe

RECORD = made_record()
KEYS = Policy.from_value(policy(DEMO, AUTHOR))


def made(number: int, rule: Any, signer: Signer = DEMO) -> Json:
    return event(signer, RECORD, "citation", "record", payloads.citation(f"w{number}"), WHEN, rule=rule)


def probed(events: list[Any], keys: Policy = KEYS) -> Probe:
    return probe(read(RECORD, events), keys)


@pytest.mark.parametrize("rule", EVENT_FORMATS.values(), ids=list(EVENT_FORMATS))
def test_the_rule_that_made_a_bundle_is_found_alone_and_first(rule: Any) -> None:
    events = [made(0, rule), made(1, rule, AUTHOR)]
    found = probed(events)
    assert (found.events, found.claimed_ids, found.signed) == (2, 2, 2)
    assert len(found.found) == len(EVENT_FORMATS)
    assert [one.event_format for one in found.settled] == [rule]
    best = found.found[0]
    assert (best.event_format, best.ids, best.signatures) == (rule, 2, 2)
    assert [key.public_key.raw for key in best.keys] == sorted([AUTHOR.public_key, DEMO.public_key])
    assert all(one.signatures == 0 for one in found.found[1:])
    # The same cover has the same ids, whatever is signed.
    alike = [other for other in EVENT_FORMATS.values() if other.excluded == rule.excluded
             and other.payload_only == rule.payload_only]  # fmt: skip
    assert {one.event_format for one in found.found if one.ids == 2} == set(alike)


def test_a_rule_is_settled_only_if_it_reproduces_everything() -> None:
    v1, hexed = EVENT_FORMATS["event-v1"], EVENT_FORMATS["event-full-hex"]
    assert [one.event_format for one in probed([made(0, v1), made(1, v1)]).settled] == [v1]
    mixed = probed([made(0, v1), made(1, hexed)])
    assert mixed.settled == ()
    assert [(one.event_format.name, one.signatures) for one in mixed.found[:2]] == [
        ("event-v1", 1),
        ("event-full-hex", 1),
    ]
    assert probed([made(0, v1), flipped(made(1, v1))]).settled == ()
    assert probed([made(0, v1), made(1, v1) | {"event_id": "sha256:" + "0" * 64}]).settled == ()


def test_ids_may_be_absent_or_bare_hex() -> None:
    v1 = EVENT_FORMATS["event-v1"]
    whole = made(0, v1)
    bare = probed([whole | {"event_id": whole["event_id"][7:]}])
    assert (bare.claimed_ids, bare.found[0].ids) == (1, 1)
    none = probed([without(whole, ("event_id",)), without(made(1, v1), ("event_id",)) | {"event_id": "x"}])
    assert (none.claimed_ids, none.signed) == (0, 2)
    assert [one.event_format for one in none.settled] == [v1]


def test_nothing_signed_settles_nothing() -> None:
    assert probed([]).settled == ()
    unsigned = probed([without(made(0, EVENT_FORMATS["event-v1"]), ("signature",))])
    assert (unsigned.events, unsigned.claimed_ids, unsigned.signed, unsigned.settled) == (1, 1, 0, ())
    assert unsigned.found[0].ids == 1


def test_the_keys_are_those_of_the_policy_whatever_the_event_claims() -> None:
    assert probed([made(0, EVENT_FORMATS["event-v1"])], Policy.registry()).found[0].signatures == 0
    posing = made(0, EVENT_FORMATS["event-no-signer-digest"]) | {"signer": AUTHOR.described()}
    found = probed([posing]).found[0]
    assert found.event_format.name == "event-no-signer-digest"
    assert [key.public_key.raw for key in found.keys] == [DEMO.public_key]


def test_what_is_no_event_is_excluded() -> None:
    v1 = EVENT_FORMATS["event-v1"]
    flat = {"payload_sha256": "ab" * 32, "event_id": 1}
    broken = [None, 7, {}, {"x": 1.0}, flat, made(1, v1) | {"created_at": "never"}]
    over = made(2, v1) | {"more": "x" * 300_000}
    spelt = made(3, v1)
    spelt = spelt | {"signature": spelt["signature"] | {"signature_b64": "x"}}
    found = probed([*broken, made(0, v1), over, spelt])
    assert (found.events, found.claimed_ids, found.signed) == (3, 3, 2)
    assert (found.found[0].ids, found.found[0].signatures) == (2, 1)


def test_what_the_keys_list_makes_no_difference() -> None:
    made_ = [made(0, EVENT_FORMATS["event-full-hex"])]
    for formats in (["unknown"], ["event-v1"], ["event-no-time-id", "unknown"]):
        found = probed(made_, Policy.from_value(policy(policy_key(DEMO, event_formats=formats))))
        assert [one.event_format.name for one in found.settled] == ["event-full-hex"]


def posing(event_: Json, **signer: str) -> Json:
    """An event whose signer is stated otherwise, under a format that does not cover it."""
    return event_ | {"signer": event_["signer"] | signer}


@pytest.mark.parametrize(
    "signer",
    [
        {"public_key_fingerprint": "x"},
        {"signer_id": "x", "public_key_fingerprint": "x"},
        {"signer_id": "x", "key_id": "x"},
        {"signer_id": "x", "key_id": "x", "public_key_fingerprint": "x"},
    ],
)
def test_an_event_names_its_key_by_any_of_its_names(signer: dict[str, str]) -> None:
    """By its pair, its key_id, its fingerprint, or the signature's key_id: no sample is needed."""
    events = [posing(made(n, EVENT_FORMATS["event-no-signer-id"]), **signer) for n in range(2 * SAMPLE)]
    assert probed(events).found[0].signatures == 2 * SAMPLE


def many(count: int) -> Policy:
    return Policy.from_value(policy(DEMO, *(Signer(100 + n, f"s{n}", f"k{n}") for n in range(count))))


def nameless(number: int, rule: Any) -> Json:
    one = posing(made(number, rule), signer_id="x", key_id="x", public_key_fingerprint="x")
    return one | {"signature": one["signature"] | {"key_id": "x"}}


def test_a_key_that_no_event_names_is_found_by_the_sample_and_then_tried_on_all() -> None:
    events = [nameless(n, EVENT_FORMATS["event-no-signer-hex"]) for n in range(3 * SAMPLE)]
    found = probed(events, many(30))
    assert [one.event_format.name for one in found.settled] == ["event-no-signer-hex"]
    assert [key.public_key.raw for key in found.found[0].keys] == [DEMO.public_key]


@pytest.mark.parametrize("named", [True, False])
def test_signature_checks_are_linear_in_events_and_do_not_multiply_by_keys(
    monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """5,000 events under 100 keys were unfinished after 8 minutes: 20 formats of each under each key."""
    calls = rejected_signatures(monkeypatch)
    rule, keys = EVENT_FORMATS["event-v1"], 100
    policy_ = many(keys - 1)
    counts = []
    for size in (50, 100, 200):
        calls.clear()
        found = probed([made(n, rule) if named else nameless(n, rule) for n in range(size)], policy_)
        assert (found.signed, found.settled) == (size, ())
        counts.append(len(calls))
    once = SAMPLE * keys * len(EVENT_FORMATS)
    each = len(EVENT_FORMATS) if named else 0
    assert counts == [size * each + once - (SAMPLE * each) for size in (50, 100, 200)]
    assert all(
        count <= size * (NAMED + SAMPLE) * len(EVENT_FORMATS) + once
        for count, size in zip(counts, (50, 100, 200), strict=True)
    )


def test_of_many_keys_of_one_name_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = rejected_signatures(monkeypatch)
    twins = [Signer(200 + n, f"t{n}", DEMO.key_id) for n in range(15)]
    events = [made(n, EVENT_FORMATS["event-v1"]) for n in range(SAMPLE + 1)]
    probed(events, Policy.from_value(policy(DEMO, *twins)))
    last = calls[-NAMED * len(EVENT_FORMATS) :]
    assert len(calls) == SAMPLE * 16 * len(EVENT_FORMATS) + len(last)
    # The key that the event names whole comes first.
    assert last[0] == DEMO.public_key
    assert len(set(last)) == NAMED


def test_each_cover_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[object] = []

    def counted(value: Any) -> bytes:
        encoded.append(value)
        return encode_canonical(value)

    monkeypatch.setattr("pithbundle.bundle.event.encode_canonical", counted)
    probed([made(0, EVENT_FORMATS["event-v1"])])
    # The payload, the whole, and the three covers that leave something out.
    assert len(encoded) == 5
