"""KIND-1, KIND-2, MERGE-1: event types and rule sets, which are equal and pickle by name."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from kit import Json, made_record
from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object
from pithbundle.merge.rule_sets import EventType, MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.schema import an_object, prose, whole

RECORD = made_record()


def compare(payload: Object, record: Record) -> str | None:
    return "subject" if payload.get("right") != record.hex else None


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"a": "x"}, None),
        ({"a": "x", "b": None}, None),
        ({"a": "x", "b": 1}, None),
        ({"a": "x", "b": 0}, "type"),
        ({"a": "x", "b": 0, "c": 1}, "type"),
        ({"a": "x", "c": []}, None),
        ({}, "type"),
        ({"a": None}, "type"),
        ({"a": ""}, "encoding"),
        ({"b": 0}, "type"),
        # In the order written: a before b.
        ({"a": "", "b": 0}, "encoding"),
        ({"b": 0, "a": ""}, "encoding"),
    ],
)
def test_members_are_looked_at_in_the_order_written(payload: Json, code: str | None) -> None:
    members = {"a": prose(4), "b": whole(1)}
    event_type = EventType("peer_review", "record", "reviews", "all", members, optional=frozenset({"b"}))
    record = Record.from_value(RECORD)
    assert event_type.schema_error("record", payload, record) == code
    assert event_type.schema_error("graph", payload, record) == "type"


@pytest.mark.parametrize("beside", [{}, {"b": 1}, {"b": None}, {"c": 1}])
def test_the_record_is_compared_last_and_always(beside: Json) -> None:
    """Also where every optional member is absent."""
    members = {"a": prose(4), "b": whole(1)}
    event_type = EventType(
        "peer_review", "record", "reviews", "all", members, frozenset({"b"}), match=compare
    )
    record = Record.from_value(RECORD)
    assert event_type.schema_error("record", {"a": "x", **beside}, record) == "subject"
    assert event_type.schema_error("record", {"a": "x", "right": record.hex, **beside}, record) is None
    assert event_type.schema_error("record", {"a": "", **beside}, record) == "encoding"


def test_an_optional_member_may_be_absent_before_one_that_does_not_conform() -> None:
    members = {"b": whole(1), "a": prose(4)}
    event_type = EventType("peer_review", "record", "reviews", "all", members, optional=frozenset({"b"}))
    assert event_type.schema_error("record", {"a": ""}, Record.from_value(RECORD)) == "encoding"
    assert event_type.schema_error("record", {"b": 0, "a": ""}, Record.from_value(RECORD)) == "type"


def test_equal_definitions_are_equal_event_types() -> None:
    one, other = (EventType("peer_review", "record", "reviews", "all", {"a": an_object}) for _ in range(2))
    assert one == other
    assert "_required" not in repr(one)


def test_an_event_type_with_its_members_in_another_order_is_another() -> None:
    """The first member that does not conform decides the code (KIND-2)."""
    members = {"a": an_object, "b": whole(1)}
    one = EventType("peer_review", "record", "reviews", "all", members, optional=frozenset({"b"}))
    other = replace(one, members=dict([*members.items()][::-1]))
    assert one != other
    assert one == replace(one, members=dict(members))


def test_a_rule_set_with_its_event_types_in_another_order_is_another() -> None:
    """It was equal: two ledgers joined to states whose bytes depended on which came first."""
    other = MergeRules.of(MERGE_1.name, *[*MERGE_1.event_types.values()][::-1])
    assert other != MERGE_1
    with pytest.raises(TypeError, match="are not built in, so they cannot be pickled"):
        pickle.dumps(other)
    citation = MERGE_1.event_types["citation"]
    reordered = replace(citation, members=dict([*citation.members.items()][::-1]))
    with pytest.raises(TypeError, match="of no built-in rule set"):
        pickle.dumps(reordered)


@pytest.mark.parametrize("name", ["event_retracted", "checkpoint", "alias_added", "record_created"])
def test_an_event_type_that_merge_reads_must_keep_what_it_reads(name: str) -> None:
    broken = replace(MERGE_1.event_types[name], keeps=None)
    with pytest.raises(ValueError, match=f"the event type {name} needs keeps"):
        MergeRules.of("test-1", broken)


def test_a_rule_set_keeps_its_name_and_order() -> None:
    event_types = [EventType(name, "record", name, "all", {}) for name in ("b", "a")]
    rules = MergeRules.of("test-1", *event_types)
    assert rules.name == "test-1"
    assert [*rules.event_types.items()] == [("b", event_types[0]), ("a", event_types[1])]
