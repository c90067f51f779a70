"""KIND-2: each check by itself, at its edges; `test_kinds.py` takes them the whole way, in their kinds.

The kinds make their checks once, on import, where no test stands beside: here each is made by its test.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest

from kit import DEMO, Json, event, made_record
from kit.results import WHEN, checked
from pithbundle.bundle.record import Record
from pithbundle.encoding.values import MAX_INTEGER, Object
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.schema import (
    Check,
    EventType,
    MergeRules,
    an_object,
    base64_text,
    event_id,
    grammar,
    moment,
    prose,
    sha256_hex,
    sorted_ids,
    whole,
    word,
)
from pithbundle.verify.verdicts import SignedEvent

RECORD = made_record()
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


# Each is made inside its test, so that a mutation of what makes it is seen (tests/mutations/README.md).


@pytest.mark.parametrize(
    ("pattern", "value", "code"),
    [
        ("a+", "aa", None),
        ("a+", "aab", "encoding"),
        ("a+", "", "encoding"),
        ("a+", None, "type"),
        ("a+", 1, "type"),
        # ASCII alone: no letter of another script, no digit of one.
        (r"\w", "a", None),
        (r"\w", "\u00e9", "encoding"),
        (r"\d", "\u0661", "encoding"),
    ],
)
def test_grammar(pattern: str, value: Any, code: str | None) -> None:
    assert grammar(pattern)(value) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [("yes", None), ("no", None), ("Yes", "type"), ("", "type"), (["yes"], "type"), (None, "type")],
)
def test_word(value: Any, code: str | None) -> None:
    assert word("yes", "no")(value) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("a", None),
        ("abcd", None),
        ("abcde", "encoding"),
        ("", "encoding"),
        ("\u00e9\u00e9", None),
        ("\u00e9\u00e9a", "encoding"),
        (["a"], "type"),
        (None, "type"),
    ],
)
def test_prose_is_measured_in_bytes(value: Any, code: str | None) -> None:
    assert prose(4)(value) == code


@pytest.mark.parametrize(
    ("smallest", "value", "code"),
    [
        (1, 1, None),
        (1, 0, "type"),
        (0, 0, None),
        (0, -1, "type"),
        (0, MAX_INTEGER, None),
        # No reader gives one: the model ends where this does.
        (0, MAX_INTEGER + 1, "type"),
        (1, True, "type"),
        (0, 1.5, "type"),
        (0, "1", "type"),
    ],
)
def test_whole(smallest: int, value: Any, code: str | None) -> None:
    assert whole(smallest)(value) == code


@pytest.mark.parametrize(
    ("check", "value", "code"),
    [
        (an_object, {}, None),
        (an_object, [], "type"),
        (sha256_hex, "ab" * 32, None),
        (sha256_hex, "AB" * 32, "encoding"),
        (sha256_hex, "ab" * 31, "encoding"),
        (sha256_hex, 1, "type"),
        (event_id, ONE, None),
        (event_id, "1" * 64, "encoding"),
        (event_id, None, "type"),
        (moment, WHEN, None),
        (moment, WHEN[:-1], "time"),
        (moment, 1, "type"),
        (base64_text, "AA==", None),
        (base64_text, "AAA=", None),
        (base64_text, "AAAA", None),
        (base64_text, "AB==", "encoding"),
        (base64_text, "=AA=", "encoding"),
        (base64_text, "AAA", "encoding"),
        (base64_text, "", "encoding"),
        (base64_text, None, "type"),
        (sorted_ids, [], None),
        (sorted_ids, [ONE, TWO], None),
        (sorted_ids, [TWO, ONE], "encoding"),
        (sorted_ids, [ONE, ONE], "encoding"),
        (sorted_ids, [ONE, 2], "type"),
        (sorted_ids, [TWO, ONE, 2], "encoding"),
        (sorted_ids, {}, "type"),
    ],
)
def test_a_check_returns_the_code_of_a_schema_error(check: Check, value: Any, code: str | None) -> None:
    assert check(value) == code


def valid(payload: Json, target: str = "record") -> SignedEvent:
    """A valid event of no kind, for a kind of the test's own."""
    made = event(DEMO, RECORD, "peer_review", "record", payload, WHEN)
    (copy,) = checked(RECORD, [made]).events
    assert copy.event is not None
    return replace(copy.event, target=target)


def refuse(payload: Object, record: Record) -> str | None:
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
    kind = EventType("peer_review", "record", "reviews", "all", members, optional=frozenset({"b"}))
    record = Record.from_value(RECORD)
    assert kind.schema_error("record", payload, record) == code
    assert kind.schema_error("graph", payload, record) == "type"


@pytest.mark.parametrize("beside", [{}, {"b": 1}, {"b": None}, {"c": 1}])
def test_the_record_is_compared_last_and_always(beside: Json) -> None:
    """Also where every optional member is absent."""
    members = {"a": prose(4), "b": whole(1)}
    kind = EventType("peer_review", "record", "reviews", "all", members, frozenset({"b"}), match=refuse)
    record = Record.from_value(RECORD)
    assert kind.schema_error("record", {"a": "x", **beside}, record) == "subject"
    assert kind.schema_error("record", {"a": "x", "right": record.hex, **beside}, record) is None
    assert kind.schema_error("record", {"a": "", **beside}, record) == "encoding"


def test_an_optional_member_may_be_absent_before_the_one_that_does_not_fit() -> None:
    members = {"b": whole(1), "a": prose(4)}
    kind = EventType("peer_review", "record", "reviews", "all", members, optional=frozenset({"b"}))
    assert kind.schema_error("record", {"a": ""}, Record.from_value(RECORD)) == "encoding"
    assert kind.schema_error("record", {"b": 0, "a": ""}, Record.from_value(RECORD)) == "type"


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
    kinds = [EventType(name, "record", name, "all", {}) for name in ("b", "a")]
    rules = MergeRules.of("test-1", *kinds)
    assert rules.name == "test-1"
    assert [*rules.event_types.items()] == [("b", kinds[0]), ("a", kinds[1])]
