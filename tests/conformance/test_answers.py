"""Comparing an answer with what is expected, and reporting where they differ."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from pithbundle.conformance import answers
from pithbundle.conformance.answers import compare_answer, difference, revealed


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def written(value: Any) -> str:
    return b64(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
        (0, False, False),
        (None, None, True),
        (None, False, False),
        ("a", "a", True),
        ("a", "b", False),
        ([], {}, False),
        ([1], [1], True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([1, 2], [2, 1], False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {}, False),
        ({}, {"a": 1}, False),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, False),
        ("x" * 90, "x" * 91, False),
        (b64(b"text" * 30), b64(b"text" * 29 + b"tXxt"), False),
        ({"$sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, "", True),
        ({"$sha256": "00"}, "", False),
        ({"$sha256": "00"}, 1, False),
        ({"$sha256": "00"}, "x", False),
        ("x" * 200, 1, False),
        ([0] * 99, None, False),
        ("y" * 80 + "z", "y" * 80, False),
        (1.5, 2.5, False),
    ],
)
def test_difference(wanted: Any, found: Any, same: bool) -> None:
    found = difference(wanted, found)
    assert (found is None) is same
    assert found is None or (len(found.reason) < 500 and str(found) == found.reason)


@pytest.mark.parametrize(
    ("expect", "found", "passes"),
    [
        ({"ok": {"a": 1}}, {"ok": {"a": 1, "more": 2}}, True),
        ({"ok": {"a": 1}}, {"ok": {"a": 2}}, False),
        ({"ok": {"a": 1}}, {"ok": {}}, False),
        ({"ok": {"a": 1}}, {"ok": []}, False),
        ({"ok": {}}, {"error": {"code": "x"}}, False),
        ({"ok": {}}, {"error": 1}, False),
        ({"error": {"code": "x"}}, {"error": {"code": "x"}}, True),
        ({"error": {"code": "x"}}, {"error": {"code": "y"}}, False),
        ({"error": {"code": "x"}}, {"ok": {}}, False),
        ({"error": {"code": "x"}}, {"error": "x"}, False),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x"}}, True),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x", "offset": None}}, True),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x", "offset": 3, "pointer": "/a"}}, True),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x", "offset": 4}}, False),
        ({"error": {"code": "x", "offset": 1}}, {"error": {"code": "x", "offset": True}}, False),
        ({"error": {"code": "x", "pointer": "/a"}}, {"error": {"code": "x", "pointer": "/b"}}, False),
    ],
)
def test_judge(expect: Any, found: Any, passes: bool) -> None:
    assert (compare_answer(expect, found) is None) is passes


STATE = {"record": {"id": "x" * 80}, "current": {"author_claims": [{"strength": "strong", "id": "1" * 80}]}}
OTHER = {"record": {"id": "x" * 80}, "current": {"author_claims": [{"strength": "weak", "id": "1" * 80}]}}


def test_a_difference_inside_of_decoded_json_has_a_pointer() -> None:
    found = compare_answer({"ok": {"state": written(STATE)}}, {"ok": {"state": written(OTHER)}})
    assert found is not None
    assert found.reason == (
        "at /state, decoded: at /current/author_claims/0/strength: 'weak', where 'strong' is expected"
    )
    assert '"strength": "strong"' in found.expected and '"strength": "weak"' in found.found


def test_byte_strings_inside_of_what_is_shown_are_decoded() -> None:
    found = compare_answer(
        {"ok": {"a": {"state": written(STATE)}}}, {"ok": {"a": {"state": written(STATE), "b": 1}}}
    )
    assert found is not None and found.reason == "at /a: member 'b' is not expected"
    assert '"strength": "strong"' in found.found and found.found.endswith("…")
    values = [[1], "a b", -1.5, True]
    assert revealed([*map(written, values), "text", "full", 1]) == [*values, "text", "full", 1]
    assert revealed([written(None), ""]) == [written(None), ""]


def test_accepted_where_a_rejection_is_expected_shows_what_was_accepted() -> None:
    found = compare_answer({"error": {"code": "type"}}, {"ok": {"canonical": written([1])}})
    assert found is not None and found.reason == "accepted, where 'type' is expected"
    assert found.found.split() == ["{", '"canonical":', "[", "1", "]", "}"]


@pytest.mark.parametrize(
    ("wanted", "found", "reason"),
    [
        # One value, two spellings.
        (b64(b'{"a":1,"b":2}'), b64(b'{"a":1, "b":2}'), "JSON value in other bytes, first at character 7"),
        # Text, not JSON.
        (b64(b"long text " * 9), b64(b"long text " * 8 + b"lang "), "decoded, first at character 81: …'"),
        # Bytes that are no text, and strings that are not base64.
        (b64(b"\xff" * 60), b64(b"\xff" * 59 + b"\xfe"), "at character 79"),
        ("é" * 70, "é" * 71, "at character 70"),
        # An array against an object, and a list with one item more.
        (b64(b'{"a":1}'), b64(b"[1]"), "decoded: at the top level: [1], where {\"a\": 1} is expected"),
        (b64(b"[1]"), b64(b"[1,2]"), "decoded: at the top level: 2 items, where 1 are expected"),
        (b64(b"[1]"), b64(b"{"), "'ew==', where 'WzFd' is expected"),
        ("verified", "invalid", "'invalid', where 'verified' is expected"),
    ],
)  # fmt: skip
def test_strings(wanted: str, found: str, reason: str) -> None:
    answer = difference(wanted, found, ("x",))
    assert answer is not None and answer.reason.startswith("at /x")
    assert reason in answer.reason


def test_what_a_worker_sends_decoded_costs_no_recursion(monkeypatch: pytest.MonkeyPatch) -> None:
    for levels in (500, 100_000):
        deep = b64(b"[" * levels + b"]" * levels)
        found = difference(b64(b"[1]"), deep, ("x",))
        assert found is not None and "decoded" not in found.reason.split("at character")[0].replace(
            "decoded, f", ""
        )
        assert revealed(deep) == deep
    monkeypatch.setattr(answers, "_MOST_BYTES", 3)
    assert revealed(written([1])) == written([1])


def test_long_sides_are_cut() -> None:
    found = difference(list(range(100)), [0] * 2)
    assert found is not None
    found = difference({"a": ["y" * 500] * 30}, {}, ())
    assert found is not None and found.expected.endswith("…") and found.found == "{}"
    assert len(found.expected.splitlines()) == 13 and max(map(len, found.expected.splitlines())) == 160
    short = difference({"a": {"b": 1}, "c": [0] * 30}, {"a": {"b": 2}, "c": [0] * 30})
    assert short is not None and '"b": 1' in short.expected
    long = difference({"a": 1, "c": [0] * 30}, {"a": 2, "c": [0] * 30})
    assert long is not None and (long.expected, long.found) == ("", "")


def test_a_digest_is_named() -> None:
    wanted = "00" * 32
    found = difference({"$sha256": wanted}, b64(b""), ("state",))
    assert found is not None
    assert found.reason == (
        "at /state: bytes of the digest "
        f"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, where {wanted} is expected"
    )
