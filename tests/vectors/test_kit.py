"""The test kit makes what its docstrings state: signed events, tampered events, and drawn sets of events."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from datetime import datetime
from typing import Any

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from kit import (
    DEMO,
    SIGNERS,
    TAMPERED,
    TARGETS,
    Json,
    Stream,
    Tampered,
    attached,
    big_bundle,
    canonical,
    canonical_hash,
    cbor,
    event,
    event_id,
    made_record,
    many_events,
    payloads,
    pith_number,
    strategies,
    to_json,
)
from kit.data import real
from kit.formats import FAMILY
from kit.signing import signed_bytes
from kit.tampered import respelt, signature_of
from pithbundle.encoding.values import Value, float_fault, key_fault, string_fault

RECORD = made_record()
SOUND = attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), "2026-05-18T01:39:14Z")


def sound(made: Json, message: bytes) -> bool:
    signer = next(one for one in SIGNERS if one.key_id == made["signer"]["key_id"])
    try:
        VerifyKey(signer.public_key).verify(message, signature_of(made))
    except BadSignatureError:
        return False
    return True


def test_the_seeds_are_the_published_ones() -> None:
    assert DEMO.seed == hashlib.sha256(b"pithbundle test key 1").digest()
    assert len({signer.public_key for signer in SIGNERS}) == len(SIGNERS)
    assert DEMO.fingerprint == hashlib.sha256(DEMO.public_key).digest()[:16].hex()


def test_numbers_and_hashes_agree_with_the_real_records() -> None:
    for one in json.loads(real("records.json").read_bytes()):
        assert pith_number(one["canonical_record"]) == one["pith_number"]
        assert canonical_hash(one["canonical_record"]) == one["canonical_sha256"]


@pytest.mark.parametrize("name", FAMILY)
def test_an_event_signs_what_its_format_names(name: str) -> None:
    rule = FAMILY[name]
    made = event(DEMO, RECORD, "alias_added", "record", {"a": 1}, "2026-05-18T01:39:14Z", document=rule)
    excluded = {pointer[1:] for pointer in rule["body"]["excluded"]}
    covered = {k: v for k, v in made.items() if k not in excluded} if excluded else made["payload"]
    digest = hashlib.sha256(canonical(covered)).digest()
    assert made["event_id"] == "sha256:" + digest.hex()
    messages = {
        "digest": digest,
        "hex": digest.hex().encode(),
        "prefixed": made["event_id"].encode(),
        "bytes": canonical(covered),
    }
    assert signed_bytes(made, rule) == messages[rule["proof"].get("signs", "digest")]
    assert sound(made, signed_bytes(made, rule))


@pytest.mark.parametrize("row", TAMPERED, ids=lambda row: row.name)
def test_a_tampered_event_is_a_copy_with_the_fault_of_its_row(row: Tampered) -> None:
    before = canonical(SOUND)
    made = row.make(SOUND)
    assert canonical(SOUND) == before
    assert canonical(made) != before
    if row.code == "hash_mismatch":
        claimed = bytes.fromhex(made["event_id"][7:])
        assert made["event_id"] != event_id(made)
        assert sound(made, claimed) == (row.name not in ("wrong_id", "id_zero", "neither"))
    if row.code in ("subject", "signature_invalid"):
        assert not sound(made, signed_bytes(made))


def test_every_tampered_event_has_its_own_name() -> None:
    assert len({row.name for row in TAMPERED}) == len(TAMPERED)


def test_all_fifteen_respelt_signatures_decode_to_the_same_bytes() -> None:
    for made in many_events(RECORD, 30):
        text = made["signature"]["signature_b64"]
        spellings = {respelt(text, spare) for spare in range(1, 16)}
        assert len(spellings) == 15
        assert text not in spellings
        assert {base64.b64decode(one, validate=True) for one in spellings} == {signature_of(made)}


def test_there_is_a_conforming_payload_for_every_type() -> None:
    @given(st.data())
    @settings(max_examples=5)
    def drawn(data: st.DataObject) -> None:
        for event_type in strategies.BASE_TYPES:
            made = data.draw(strategies.payloads(RECORD, event_type))
            assert canonical(made)

    drawn()
    assert set(TARGETS) - set(strategies.BASE_TYPES) == {"event_retracted", "checkpoint"}


def test_an_orcid_has_its_check_character() -> None:
    assert payloads.orcid(21825009) == "0000-0002-1825-0097"
    assert payloads.orcid(21694233) == "0000-0002-1694-233X"


def test_an_empty_snapshot_has_the_hash_that_the_registry_published() -> None:
    empty = "258153158e38e3291e3d48162225fcdb2d5a3ed65a07baac614ab91432fd4f57"
    assert payloads.snapshot_sha256([]) == empty


def test_the_stream_follows_its_recipe() -> None:
    stream = Stream("x")
    expected = [int.from_bytes(hashlib.sha256(f"x/{i}".encode()).digest()[:8], "big") for i in range(3)]
    assert [stream.integer() for _ in range(3)] == expected


def test_a_big_bundle_comes_in_parts_with_distinct_valid_events() -> None:
    parts = list(big_bundle(120, part=50))
    assert [len(part["events"]) for part in parts] == [50, 50, 20]
    events = [made for part in parts for made in part["events"]]
    assert len({made["event_id"] for made in events}) == 120
    assert all(sound(made, signed_bytes(made)) for made in events)
    assert {made["event_type"] for made in events} > {"record_created", "event_retracted", "citation"}
    assert [to_json(part) for part in big_bundle(120, part=50)] == [to_json(part) for part in parts]


def test_a_full_part_is_within_the_limit_of_an_input() -> None:
    sample = len(to_json(next(big_bundle(200))))
    assert sample * (5_000 / 200) < 4 * 1024 * 1024


@given(strategies.values())
def test_cbor_is_what_cbor2_writes_and_reads(value: Any) -> None:
    assert cbor(value) == cbor2.dumps(value, canonical=True)
    assert canonical(cbor2.loads(cbor(value))) == canonical(value)


@pytest.mark.parametrize(
    ("number", "encoded"),
    [
        (1.5, "f93e00"),
        (-0.5, "f9b800"),
        (65504.5, "fa477fe080"),
        (100000.5, "fa47c35040"),
        (1.1, "fb3ff199999999999a"),
        (2.0**51 + 0.5, "fb4320000000000001"),
    ],
)
def test_floats_take_the_shortest_form_that_keeps_them(number: float, encoded: str) -> None:
    assert cbor(number).hex() == encoded


@given(strategies.times())
@settings(max_examples=2_000)
def test_drawn_times_are_real_and_of_the_grammar(text: str) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(Z|\+00:00)", text, re.ASCII)
    datetime.fromisoformat(text)


def test_cbor_rejects_what_is_no_value() -> None:
    with pytest.raises(TypeError):
        cbor(b"bytes")
    with pytest.raises(ValueError, match="64 bits"):
        cbor(2**64)


def walk(value: Value) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            assert key_fault(key) is None
            walk(member)
    elif isinstance(value, list):
        for item in value:
            walk(item)
    elif isinstance(value, str):
        assert string_fault(value) is None
    elif isinstance(value, float):
        assert float_fault(value) is None


@given(strategies.values())
def test_drawn_values_are_in_the_data_model(value: Any) -> None:
    walk(value)


@given(strategies.portable_floats())
@settings(max_examples=500)
def test_drawn_floats_are_portable(number: float) -> None:
    assert float_fault(number) is None
    assert math.isfinite(number)
    assert "e" not in repr(number)


@given(st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_drawn_set_is_valid_and_every_delivery_contains_it(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets())
    for made in whole.events:
        assert sound(made, signed_bytes(made))
        assert made.get("event_id", event_id(made)) == event_id(made)
        walk(made)
    ids = {event_id(made) for made in whole.events}
    assert len(ids) == len(whole.events)
    bundles = data.draw(strategies.deliveries(whole))
    assert {event_id(made) for one in bundles for made in one["events"]} == ids
    assert {canonical(one["canonical_record"]) for one in bundles} == {canonical(whole.record)}


@given(st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_junk_contains_no_event_that_the_set_lacks(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(max_size=3))
    ids = {event_id(made) for made in whole.events}
    known = {signer.key_id for signer in strategies.FIXTURE_SIGNERS}
    for made in data.draw(strategies.junk(whole)):
        if not isinstance(made, dict) or not {"signer", "signature"} <= made.keys():
            continue
        if made["subject_pith_number"] != pith_number(whole.record):
            continue
        key_id = made["signer"].get("key_id")
        if key_id in known and len(signature_bytes(made)) == 64 and sound(made, signed_bytes(made)):
            assert event_id(made) in ids


def signature_bytes(made: Json) -> bytes:
    """What a strict decoder makes of a signature's text; nothing of another spelling."""
    text = made["signature"]["signature_b64"]
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
