"""The verdict of one reading, and of several of one element (CHECK-14, FORMAT-5, FORMAT-9, FORMAT-13)."""

from __future__ import annotations

from typing import Any

import pytest

from kit import DEMO, MIRROR, Json, made_record, payloads, policy, policy_key
from kit.formats import LAYOUTS, OURS, SIGNED_HEX, element, renamed
from kit.oracle import formats
from kit.results import checked
from kit.tampered import changed
from pithbundle.bundle.event_format import EventFormat
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.verify.readings import PolicyFormats, formats_of

RECORD = made_record()
CROSSED = renamed(OURS, "crossed", body={"roles": {"event_type": "/target", "target": "/event_type"}})
TIMES: dict[str, Any] = {
    "rfc3339": "2026-05-18T01:39:14Z", "seconds": 1779068354, "milliseconds": 1779068354078,
}  # fmt: skip


def made(document: Json, event_type: str = "alias_added", target: str = "record") -> Json:
    time = TIMES[formats.effective(document)["body"]["time"]]
    return element(document, DEMO, RECORD, event_type, target, payloads.alias_added("x", "y"), time)


def listing(*documents: Json) -> Json:
    return policy(policy_key(DEMO, event_formats=[*documents]))


@pytest.mark.parametrize("document", LAYOUTS, ids=lambda one: one["name"])
def test_an_element_of_one_format_is_valid_beside_seven_others(document: Json) -> None:
    (one,) = checked(RECORD, [made(document)], listing(*LAYOUTS)).events
    assert one.verdict.status == "verified"
    # Where all characters are ASCII, two formats read and verify it: the smaller digest decides (FORMAT-9).
    event = made(document)
    alike = [
        each
        for each in LAYOUTS
        if formats.reads(each, event) and formats.message(each, event) == formats.message(document, event)
    ]
    assert one.event_format is not None
    assert one.event_format.sha256 in {formats.format_sha256(each) for each in alike}


def test_two_meanings_are_ambiguous_and_one_is_not() -> None:
    event = made(OURS, "record", "alias_added")
    (one,) = checked(RECORD, [event], listing(OURS, CROSSED)).events
    assert (one.verdict.status, one.verdict.code, one.event) == ("unbound", "ambiguous", None)
    (one,) = checked(RECORD, [event], listing(OURS)).events
    assert one.verdict.status == "unknown_type"


def test_the_fault_of_another_reading_is_a_remark() -> None:
    altered = changed(made(OURS), ("payload", "alias_value"), "z")
    (one,) = checked(RECORD, [altered], listing(OURS, SIGNED_HEX)).events
    assert (one.verdict.status, one.verdict.code) == ("invalid", "hash_mismatch")
    assert [fault.code for fault in one.remarks] == ["hash_mismatch"]


def test_unbound_of_one_key_comes_before_invalid_of_another() -> None:
    keys = policy(
        policy_key(DEMO, event_formats=[OURS]), policy_key(MIRROR, event_formats=[LAYOUTS[4], "unknown"])
    )
    both = {**made(OURS), **element(LAYOUTS[4], MIRROR, RECORD, "x", "y", {}, TIMES["milliseconds"])}
    (one,) = checked(RECORD, [both], keys).events
    assert one.verdict.status == "unbound"
    assert [fault.code for fault in one.remarks] == ["hash_mismatch"]


def test_a_body_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """FORMAT-13: two formats of one body encode an element once."""
    encoded: list[object] = []

    def counted(value: Any) -> bytes:
        encoded.append(value)
        return encode_canonical(value)

    monkeypatch.setattr("pithbundle.bundle.event_reader.encode_canonical", counted)
    checked(RECORD, [made(OURS)], listing(OURS, SIGNED_HEX))
    # The payload and the content.
    assert len(encoded) == 2


def test_formats_are_compiled_once_and_meanings_are_of_bodies() -> None:
    ours, hexed = EventFormat.from_value(OURS), EventFormat.from_value(SIGNED_HEX)
    assert formats_of((ours, hexed)) is formats_of((ours, hexed))
    assert PolicyFormats((ours, hexed)).meanings == ()
    assert len(PolicyFormats((ours, EventFormat.from_value(CROSSED))).meanings) == 2
