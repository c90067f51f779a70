"""The list of the parts of a record (SYNC-5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit.stores import suffix
from pithbundle import PithError
from pithbundle.mirror.contents import parts_document
from pithbundle.mirror.parts import MAX_PARTS, MOST_BYTES, Part, Parts, check_parts

SUFFIX = suffix(1)
GIVEN = Parts(SUFFIX, 7, (Part(5, "a" * 64), Part(6, "b" * 64)))


def test_a_list_is_read_as_it_was_written() -> None:
    assert Parts.from_bytes(GIVEN.to_bytes(), SUFFIX) == GIVEN


def written(**changes: Any) -> bytes:
    value = {**json.loads(GIVEN.to_bytes()), **changes}
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


PART = {"bytes": 5, "sha256": "a" * 64}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html>", "syntax"),
        (b"[]", "type"),
        (written(parts_type="x"), "type"),
        (written(parts_version="2"), "version"),
        (written(more=1), "type"),
        (written(events="7"), "type"),
        (written(events=-1), "type"),
        (written(parts={}), "type"),
        (written(suffix=suffix(2)), "subject"),
        (written(parts=[PART]), "type"),
        (written(parts=[PART] * (MAX_PARTS + 1)), "type"),
        (written(parts=[PART, PART]), "type"),
        (written(parts=[PART, 5]), "type"),
        (written(parts=[PART, {**PART, "more": 1}]), "type"),
        (written(parts=[PART, {**PART, "bytes": 0}]), "type"),
        (written(parts=[PART, {**PART, "bytes": 1 << 30}]), "type"),
        (written(parts=[PART, {**PART, "bytes": True}]), "type"),
        (written(parts=[PART, {**PART, "sha256": "A" * 64}]), "type"),
        (written(parts=[PART, {**PART, "sha256": "../" * 21 + "a"}]), "type"),
        (written(parts=[PART, {**PART, "sha256": 5}]), "type"),
        (GIVEN.to_bytes() + b"\n", "type"),
    ],
)
def test_a_list_that_is_not_accepted(data: bytes, code: str) -> None:
    with pytest.raises(PithError) as caught:
        Parts.from_bytes(data, SUFFIX)
    assert caught.value.code == code


def test_the_parts_of_a_record_have_a_bound_together() -> None:
    """65 parts of 4 MiB are small each, and all of them are held at once (SYNC-5)."""
    largest = 4 << 20
    listed = tuple(Part(largest, f"{at:064x}") for at in range(MOST_BYTES // largest))
    at_most = Parts(SUFFIX, 7, listed)
    assert Parts.from_bytes(at_most.to_bytes(), SUFFIX) == at_most
    beyond = Parts(SUFFIX, 7, (*listed, Part(1, "a" * 64)))
    with pytest.raises(PithError, match="268435457 bytes, the limit is 268435456") as caught:
        Parts.from_bytes(beyond.to_bytes(), SUFFIX)
    assert (caught.value.code, caught.value.clause) == ("size", "SYNC-5")


@pytest.mark.parametrize(
    "parts", [[b"", *[bytes(4 << 20)] * (MOST_BYTES >> 22), b"1"], [b"1"] * (MAX_PARTS + 1)]
)
def test_no_list_is_written_that_no_reader_accepts(parts: list[bytes]) -> None:
    check_parts(SUFFIX, parts[:-1])
    with pytest.raises(PithError, match=f"{SUFFIX}: a mirror cannot serve its") as caught:
        parts_document(SUFFIX, 7, parts)
    assert (caught.value.code, caught.value.clause) == ("size", "MIRROR-13")
