# ruff: noqa: E501  (tables: one case, one row)
"""FORMAT-5: the meaning of a signed value, against the oracle of the tests."""

from __future__ import annotations

import itertools
from typing import Any

from kit import DEMO, canonical
from kit.demo import CREATED, RECORD
from kit.format_vectors import pairs
from kit.formats import OURS, element, renamed
from kit.oracle import formats as oracle
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_meaning import MeaningReader

SWAPPED = renamed(OURS, "swapped", body={"roles": {"target": "/event_type", "event_type": "/target"}})


def meaning(document: Any, value: Any) -> Any:
    return MeaningReader(EventFormat.from_value(document)).read(value)


def test_meanings_agree_and_differ_as_those_of_the_oracle() -> None:
    binding: dict[str, Any] = {}
    for document, _ in pairs():
        if oracle.binds(document):
            binding.setdefault(oracle.format_sha256(document), document)
    values: dict[bytes, Any] = {}
    for document, one in pairs():
        if oracle.reads(document, one):
            value = oracle.wrapped(
                oracle.content(document, one), oracle.effective(document)["body"]["wrapper"]
            )
            values.setdefault(canonical(value), value)
    compared = [
        (meaning(document, value), oracle.meaning(document, value))
        for document in [*binding.values()][:40]
        for value in [*values.values()][:60]
    ]
    found = [pair for pair in compared if pair != (None, None)]
    assert len(found) > 50
    assert all(None not in pair for pair in found)
    for (ours, theirs), (other, their_other) in itertools.combinations(found[:200], 2):
        assert (ours == other) is (theirs == their_other)


def test_what_has_no_meaning() -> None:
    value = oracle.content(OURS, element(OURS, DEMO, RECORD, "alias_added", "record", {"a": 1}, CREATED))
    assert meaning(OURS, value) is not None
    assert meaning(OURS, value) != meaning(SWAPPED, value)
    in_wrapper = renamed(OURS, "x", body={"wrapper": "event"})
    for document, other in (
        (OURS, {**value, "signature": None}), (OURS, {**value, "created_at": "x"}), (OURS, {**value, "target": 1}),
        (in_wrapper, value), (in_wrapper, {"event": value, "x": 1}), (in_wrapper, {"event": [value]}), (in_wrapper, {"data": value}),
        (renamed(OURS, "x", body={"roles": {"payload_sha256": "/hash"}}), {**value, "hash": "x"}),
        (renamed(OURS, "x", body={"constants": {"/v": 1}}), {**value, "v": True}),
    ):  # fmt: skip
        assert meaning(document, other) is None
    assert meaning(in_wrapper, {"event": value}) == meaning(OURS, value)


def test_zero_and_false_times_are_not_equal_by_accident() -> None:
    seconds = renamed(OURS, "s", body={"time": "seconds"})
    value = oracle.content(OURS, element(OURS, DEMO, RECORD, "alias_added", "record", {"a": 1}, CREATED))
    assert meaning(seconds, {**value, "created_at": 0}) is not None
    assert meaning(seconds, {**value, "created_at": False}) is None
