"""What is read of what a mirror served: nothing that it states is believed (AUDIT-3, AUDIT-5, AUDIT-8)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kit.lying_mirror import SEED, follows
from kit.signing import DEMO, bundle, event_id, sha256_hex, to_json
from kit.stores import POLICY, body, event, invalid, suffix, unverified
from kit.stream import made_record
from pithbundle.mirror.audit.sides import Reports, Side, read_side, store_side
from pithbundle.verifier import Verifier

V = Verifier(POLICY)
S = suffix(SEED)


def read(*parts: bytes) -> Side:
    return read_side(Reports(V), "https://a.example", S, parts)


def test_what_is_read_is_what_verifies() -> None:
    side = read(body(SEED, 1, 2, more=(unverified(SEED, 7),)))
    assert side.status == "read" and side.is_signed
    assert side.ids == {event(SEED, 1)["event_id"], event(SEED, 2)["event_id"]}
    assert len(side.unverified) == 1 and side.broken == ()
    assert side.leaf == follows(body(SEED, 1, 2, more=(unverified(SEED, 7),)), POLICY.sha256)[1]
    assert "valid=2" in repr(side)


def test_parts_are_read_together() -> None:
    side = read(body(SEED, 1), body(SEED, 2))
    assert len(side.ids) == 2 and side.leaf == read(body(SEED, 1, 2)).leaf


def test_a_bundle_of_another_record_is_one() -> None:
    side = read(body(2, 1))
    assert (side.status, side.code, side.leaf, side.ids) == ("wrong_record", "subject", None, frozenset())
    assert read(body(SEED, 1), body(2, 1)).status == "wrong_record"


@pytest.mark.parametrize("member", ["canonical_sha256", "pith_number"])
def test_a_bundle_that_contradicts_itself_is_of_another_record(member: str) -> None:
    value = json.loads(body(SEED, 1))
    value[member] = json.loads(body(2, 1))[member]
    assert read(to_json(value)).status == "wrong_record"


def test_a_record_that_is_none_and_has_another_hash_is_another_record() -> None:
    value = json.loads(body(SEED, 1))
    value["canonical_record"]["schema_version"] = 7
    assert read(to_json(value)).status == "wrong_record"


def test_a_record_of_a_later_version_is_not_accused() -> None:
    record = {**made_record(SEED), "schema_version": "9.0"}
    data = to_json(bundle(record, []))
    side = read_side(Reports(V), "x", suffix_of_record(record), [data])
    assert (side.status, side.code) == ("unreadable", "version")


def suffix_of_record(record: object) -> str:
    from kit.signing import suffix as of

    return of(record)  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"<html>", b"", b"\xff", b"[]", b"\xa0", b'{"a":1}'])
def test_what_is_no_bundle_accuses_nobody(data: bytes) -> None:
    assert read(data).status == "unreadable"


def test_an_altered_element_is_no_forged_one() -> None:
    forged = {**event(SEED, 2), "created_at": "2026-01-01T00:00:09Z"}
    del forged["event_id"]
    renamed = {**event(SEED, 3), "event_id": event(SEED, 4)["event_id"]}
    side = read(body(SEED, 1, more=(invalid(SEED, 5), forged, renamed, event(2, 1))))
    assert [(one.pointer, one.code, one.genuine) for one in side.broken] == [
        ("/events/1", "hash_mismatch", True),
        ("/events/2", "signature_invalid", False),
        ("/events/3", "hash_mismatch", True),
        ("/events/4", "subject", False),
    ]


def test_neither_signature_is_genuine_where_both_were_changed() -> None:
    other = {**invalid(SEED, 5), "signature": {**event(SEED, 6)["signature"]}}
    (broken,) = read(body(SEED, 1, more=(other,))).broken
    assert (broken.code, broken.genuine) == ("hash_mismatch", False)


def test_an_element_that_is_invalid_for_another_reason_is_the_signers() -> None:
    from kit.payloads import attached

    wrong_time = attached(DEMO, made_record(SEED), "citation", {}, "yesterday")
    side = read(body(SEED, 1, more=(wrong_time,)))
    assert side.report is not None and "invalid" in side.report.outcomes
    assert side.broken == () and sha256_hex(b"") and event_id(wrong_time)


def test_a_state_is_compared_with_the_bundle() -> None:
    data = body(SEED, 1, 2)
    side = replace(read(data), state=follows(data, POLICY.sha256)[0])
    assert side.state_result == ("same", "")
    other = replace(side, state=follows(body(SEED, 1), POLICY.sha256)[0])
    result, message = other.state_result
    assert result == "differs" and "/current/storage_attestations" in message


def test_what_is_no_state_or_of_other_rules_cannot_be_compared() -> None:
    side = read(body(SEED, 1, 2))
    assert side.state_result == ("same", "")
    assert replace(side, state=b"<html>").state_result[0] == "not_comparable"
    state = json.loads(follows(body(SEED, 1), POLICY.sha256)[0])
    state["merge_version"] = "another"
    assert replace(side, state=to_json(state)).state_result[0] == "not_comparable"


def test_a_state_of_a_record_with_unverified_elements_cannot_be_compared() -> None:
    side = read(body(SEED, 1, more=(unverified(SEED, 2),)))
    other = replace(side, state=follows(body(SEED, 1, 2), POLICY.sha256)[0])
    assert other.state_result[0] == "not_comparable"


def test_the_side_of_a_store() -> None:
    assert store_side(Reports(V), S, []).status == "absent"
    assert store_side(Reports(V), S, [body(SEED, 1)]).name == "store"


def test_the_same_parts_are_verified_once_and_other_ones_are_not_taken_for_them() -> None:
    """Mirrors that agree serve the same bytes, one soon after the other; few bytes are held."""
    reports = Reports(V)
    one, other = [body(SEED, 1)], [body(SEED, 1), body(SEED, 2)]
    first = reports.of(one)
    assert reports.of([*one]) is first
    assert reports.of(other) is not first and [len(reports.of(each)[0].inputs) for each in (one, other)] == [
        1,
        2,
    ]
    large = [body(SEED, 1) + b" " * (1 << 20)]
    for spaces in range(17):
        reports.of([large[0] + b" " * spaces])
    assert reports.of(one) is not first


def test_many_small_bodies_are_not_held_for_ever() -> None:
    """Only bytes counted: of bodies of seven bytes two million reports were held, with 2.7 GB."""
    reports = Reports(V)
    first = reports.of([b"0"])
    for number in range(1, 8_192):
        reports.of([b"%d" % number])
    assert reports.of([b"0"]) is not first
