"""EVT-3 to EVT-6, FORMAT-3, FORMAT-11, LIM-6: escapes, wrappers, times and limits of one event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import DEMO, attached, bundle, canonical, payloads, policy, to_json
from kit.demo import CREATED, RECORD
from kit.oracle import formats as oracle
from pithbundle import Policy, Verifier
from pithbundle.bundle.event import escaped, is_small, measure, moment, size_fault, wrapped


@given(st.text())
def test_an_escape_is_that_of_json_with_ascii(text: str) -> None:
    data = json.dumps({"a": text}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if any("\ud800" <= one <= "\udfff" for one in text):
        return
    assert escaped(data, "none") == data
    assert escaped(data, "ascii") == json.dumps({"a": text}).replace("\x7f", "\\u007f").encode()
    assert escaped(data, "ascii") == oracle.escaped(data, "ascii")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\x7f", "\\u007f"),
        ("\u00e9", "\\u00e9"),
        ("\uffee", "\\uffee"),
        ("\U0001f600", "\\ud83d\\ude00"),
        ("~ ", "~ "),
        ("\\n", "\\n"),
    ],
)
def test_escapes_of_characters(text: str, found: str) -> None:
    assert escaped(text.encode(), "ascii") == found.encode()


def test_a_wrapper_is_an_object_of_one_member() -> None:
    assert wrapped(b'{"a":1}', None) == b'{"a":1}'
    assert wrapped(b'{"a":1}', "event") == canonical({"event": {"a": 1}})


@pytest.mark.parametrize(
    ("value", "form", "found"),
    [
        ("2026-05-18T01:39:14.5Z", "rfc3339", None),
        ("2026-05-18T01:39:14.500Z", "rfc3339", "2026-05-18T01:39:14.500000"),
        (0, "seconds", "1970-01-01T00:00:00.000000"),
        (-1, "seconds", "1969-12-31T23:59:59.000000"),
        (-1, "milliseconds", "1969-12-31T23:59:59.999000"),
        (-62135596800, "seconds", "0001-01-01T00:00:00.000000"),
        (-62135596801, "seconds", None),
        (253402300799, "seconds", "9999-12-31T23:59:59.000000"),
        (253402300800, "seconds", None),
        (253402300799999, "milliseconds", "9999-12-31T23:59:59.999000"),
        (253402300800000, "milliseconds", None),
        (2**53 - 1, "seconds", None),
        (1 - 2**53, "milliseconds", None),
    ],
)
def test_times_of_each_form(value: Any, form: Any, found: str | None) -> None:
    assert moment(value, form) == found


def test_the_limit_of_size() -> None:
    assert size_fault(b"x" * 262_144) is None
    fault = size_fault(b"x" * 262_145, "a payload")
    assert fault is not None
    assert (fault.code, "a payload" in fault.detail) == ("event_size", True)


def nested(levels: int) -> Any:
    value: Any = 0
    for level in range(levels):
        value = [value] if level % 2 else {"x": value}
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, None), (nested(24), None), (nested(25), "depth"), ([0] * 19_999, None), ([0] * 20_000, "nodes"),
        ([nested(23), *[0] * 19_974], None), ([nested(24), *[0] * 30_000], "nodes"), ([*[[]] * 19_999], None),
        ([nested(24), *[0] * 100], "depth"),
    ],
)  # fmt: skip
def test_depth_and_number_of_values_level_by_level(value: Any, code: str | None) -> None:
    fault = measure(value)
    assert (None if fault is None else fault.code) == code
    assert (None if fault is None else fault.code) == oracle.limit_code(value)


def test_what_is_small_has_no_more_values_than_an_event_may_have() -> None:
    most: Any = [0] * 19_999
    assert (is_small(canonical(most)), measure(most)) == (True, None)
    over: Any = [0] * 20_000
    assert (is_small(canonical(over)), is_small(canonical(over)[1:])) == (False, True)


def test_a_bundle_within_the_limits_of_an_input_has_events_that_are_not() -> None:
    deep = attached(
        DEMO, RECORD, "alias_added", {**payloads.alias_added("x", "y"), "deep": nested(23)}, CREATED
    )
    policies = Policy.from_value(policy(DEMO))
    (event,) = Verifier(policies).verify(to_json(bundle(RECORD, [deep], aliases_at=CREATED))).events
    assert (event.verdict.status, event.verdict.code, event.event_id) == ("invalid", "depth", None)
