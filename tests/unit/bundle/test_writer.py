"""EXPORT-1, EXPORT-2: what a bundle that is written has in it, and where the next one starts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kit import Json, made_record, pith_number
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1, EventFormat
from pithbundle.bundle.reader import read_bundle
from pithbundle.bundle.record import Record
from pithbundle.bundle.writer import signed_element, write_bundles
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import MAX_DEPTH
from pithbundle.errors import InputError
from pithbundle.newtypes import EventId

RECORD = made_record()
CONTENT: Json = {"event_type": "x", "payload": {"é": [1, None]}}


def element(number: int, **more: Any) -> Json:
    return {"number": number, **more}


def record(**members: Any) -> Record:
    return Record.from_value({**RECORD, **members})


def numbers(part: bytes, limits: Limits = DEFAULT_LIMITS) -> list[int]:
    """The elements of a bundle, which must be readable under the limits that it was written for."""
    return [each["number"] for each in read_bundle(part, limits=limits).events]  # type: ignore[index, misc, call-overload]


def test_an_element_is_its_signed_content_its_id_and_one_signature() -> None:
    made = signed_element(
        PITHBUNDLE_EVENT_1, canonical_bytes(CONTENT), b"{}", EventId("sha256:00"), "key-1", "fp", bytes(64)
    )
    assert made == {
        **CONTENT,
        "event_id": "sha256:00",
        "signature": {
            "algorithm": "ed25519",
            "key_id": "key-1",
            "kind": "pith_event_signature",
            "signature_b64": "A" * 86 + "==",
        },
    }


def test_a_key_id_that_is_a_constant_of_the_format_is_not_written() -> None:
    document: Any = PITHBUNDLE_EVENT_1.to_value()
    document["name"] = "constant-key-id"
    document["proof"]["roles"]["key_id"] = {"constant": "key-1"}
    constant = EventFormat.from_value(document)
    made = signed_element(
        constant, canonical_bytes(CONTENT), b"{}", EventId("sha256:00"), "key-1", "fp", bytes(64)
    )
    assert made["signature"] == {
        "algorithm": "ed25519",
        "kind": "pith_event_signature",
        "signature_b64": "A" * 86 + "==",
    }


def test_a_bundle_has_the_record_and_the_elements_in_their_order() -> None:
    (part,) = write_bundles(record(), map(element, [3, 1, 2]))
    assert numbers(part) == [3, 1, 2]
    made = read_bundle(part)
    assert made.record == record()
    assert made.mismatches == ()
    assert made.frame["pith_number"] == pith_number(RECORD)
    assert [*made.frame] == [
        *("bundle_type", "bundle_version", "pith_number", "short_pith_number"),
        *("canonical_record", "canonical_sha256", "source", "source_aliases", "events"),
    ]


def test_no_elements_are_one_bundle_without_events() -> None:
    (part,) = write_bundles(record(), [])
    assert numbers(part) == []


def test_a_bundle_ends_where_the_next_element_exceeds_a_limit() -> None:
    whole = [element(n, note="n" * 100) for n in range(20)]
    (one,) = write_bundles(record(), whole[:1])
    values = read_values(one)
    for limits in (Limits(events=3), Limits(size=len(one) + 300), Limits(nodes=values + 7)):
        parts = write_bundles(record(), whole, limits)
        assert len(parts) > 2
        assert [n for part in parts for n in numbers(part, limits)] == [*range(20)]


def read_values(part: bytes) -> int:
    def count(value: Any) -> int:
        inner = value.values() if type(value) is dict else value if type(value) is list else ()
        return 1 + sum(map(count, inner))

    return count(json.loads(part))


def test_the_border_of_each_limit() -> None:
    (one,) = write_bundles(record(), [element(1)])
    assert write_bundles(record(), [element(1)], Limits(size=len(one))) == [one]
    assert write_bundles(record(), [element(1)], Limits(nodes=read_values(one))) == [one]
    for limits, name in (
        (Limits(size=len(one) - 1), "size"),
        (Limits(nodes=read_values(one) - 1), "nodes"),
        (Limits(events=0), "events"),
        (Limits(bundle_depth=2), "bundle_depth"),
    ):
        with pytest.raises(InputError, match=r"do not fit into one bundle: .* EXPORT-2\]$") as caught:
            write_bundles(record(), [element(1)], limits)
        assert caught.value.limit_name == name


def test_the_record_alone_may_be_over_a_limit() -> None:
    with pytest.raises(InputError, match="do not fit"):
        write_bundles(record(x="x" * 1000), [], Limits(size=1000))


def test_what_was_read_deeper_than_usual_is_written_so_too() -> None:
    """A record at depth 65 and more was valid in a bundle and could not be exported."""
    limits = replace(DEFAULT_LIMITS, bundle_depth=150)
    deep = json.loads("[" * 140 + "]" * 140)
    made = Record.from_read({**RECORD, "x": deep})
    (part,) = write_bundles(made, [element(1)], limits)
    assert read_bundle(part, limits=limits).record == made
    with pytest.raises(InputError) as caught:
        write_bundles(made, [element(1)])
    assert (caught.value.code, caught.value.limit_name, caught.value.limit) == ("depth", "bundle_depth", 64)


def test_an_element_too_deep_is_rejected_in_any_bundle() -> None:
    deep = element(2, x=json.loads("[" * 62 + "]" * 62))
    assert len(write_bundles(record(), [element(1), element(3, x=json.loads("[" * 61 + "]" * 61))])) == 1
    with pytest.raises(InputError) as caught:
        write_bundles(record(), [element(1), deep])
    assert caught.value.limit_name == "bundle_depth"


def test_a_string_over_its_limit_is_rejected_in_the_record_and_in_an_element() -> None:
    """One of 1.5 MB, read under raised limits, was written under the default ones, which reject it."""
    long = "x" * (DEFAULT_LIMITS.string + 1)
    raised = replace(DEFAULT_LIMITS, string=len(long))
    made = Record.from_read({**RECORD, "x": long})
    for given, elements in ((record(), [element(1), element(2, x=long)]), (made, [element(1)])):
        with pytest.raises(InputError, match=r"do not fit into one bundle: .* EXPORT-2\]$") as caught:
            write_bundles(given, elements)
        fault = caught.value.fault
        assert (fault.code, fault.limit_name, fault.limit) == ("size", "string", DEFAULT_LIMITS.string)
        (part,) = write_bundles(given, elements, raised)
        assert len(numbers(part, raised)) == len(elements)


def test_the_border_of_the_limit_of_a_string() -> None:
    # Every string and member name of the frame is shorter. In UTF-8 bytes: two for each of these.
    limits = Limits(string=200)
    (part,) = write_bundles(record(), [element(1, x="é" * 100)], limits)
    assert numbers(part, limits) == [1]
    for more in ({"x": "é" * 101}, {"y" * 201: 1}):
        with pytest.raises(InputError) as caught:
            write_bundles(record(), [element(1, **more)], limits)
        assert caught.value.limit_name == "string"


def test_a_record_of_the_greatest_depth_fits_into_no_bundle() -> None:
    limits = replace(DEFAULT_LIMITS, bundle_depth=MAX_DEPTH)
    deep = json.loads("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    made = Record.from_value({**RECORD, "x": deep}, limits=limits)
    with pytest.raises(InputError) as caught:
        write_bundles(made, [], limits)
    assert (caught.value.code, caught.value.limit) == ("depth", MAX_DEPTH)
