"""KIND-2: each check by itself, at its edges; `test_event_types.py` tests them as event types use them.

An event type makes its checks once, when it is imported, before any test runs: here each test makes its own.
"""

from __future__ import annotations

from typing import Any

import pytest

from kit.results import WHEN
from pithbundle.encoding.values import MAX_INTEGER
from pithbundle.merge.schema import (
    MemberCheck,
    an_object,
    base64_string,
    event_id,
    grammar,
    moment,
    one_of,
    prose,
    sha256_hex,
    sorted_ids,
    whole,
)

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
def test_one_of(value: Any, code: str | None) -> None:
    assert one_of("yes", "no")(value) == code


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
        (event_id, "1" * 64, None),
        (event_id, None, "type"),
        (moment, WHEN, None),
        (moment, WHEN[:-1], "time"),
        (moment, 1, "type"),
        (base64_string, "AA==", None),
        (base64_string, "AAA=", None),
        (base64_string, "AAAA", None),
        (base64_string, "AB==", "encoding"),
        (base64_string, "=AA=", "encoding"),
        (base64_string, "AAA", "encoding"),
        (base64_string, "", "encoding"),
        (base64_string, None, "type"),
        (sorted_ids, [], None),
        (sorted_ids, [ONE, TWO], None),
        (sorted_ids, [TWO, ONE], "encoding"),
        (sorted_ids, [ONE, ONE], "encoding"),
        (sorted_ids, ["1" * 64, TWO], None),
        (sorted_ids, ["1" * 64, ONE], "encoding"),
        (sorted_ids, [ONE, 2], "type"),
        (sorted_ids, [TWO, ONE, 2], "encoding"),
        (sorted_ids, {}, "type"),
    ],
)
def test_a_check_returns_the_code_of_a_schema_error(check: MemberCheck, value: Any, code: str | None) -> None:
    assert check(value) == code
