"""What a member may be by its name and its value alone (PROBE-10)."""

from __future__ import annotations

import pytest

from pithbundle.verify.probing.lenient import Node, Number
from pithbundle.verify.probing.role_forms import (
    is_json,
    is_known_form,
    may_be,
    may_be_word,
    name_score,
    names_type,
    states_another,
)  # fmt: skip

DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("name", "is_type"),
    [
        ("type", True),
        ("event_kind", True),
        ("payload_type", False),
        ("schema_version", False),
        ("host", False),
    ],
)
def test_the_name_of_a_type(name: str, is_type: bool) -> None:
    assert names_type(name) is is_type


def test_the_first_word_of_a_role_fits_best() -> None:
    assert (
        name_score("payload", "payload") > name_score("payload", "body") > name_score("payload", "note") == 0
    )
    assert states_another("content_encoding") and not states_another("content")


@pytest.mark.parametrize(
    ("name", "value", "is_known"),
    [
        ("alg", "Ed25519", True),
        ("note", "v1.2", True),
        ("note", "12", False),
        ("version", "12", True),
        ("version", Number("3"), True),
        ("count", Number("3"), False),
        ("hash", DIGEST, True),
        ("note", "a word", False),
        ("note", None, False),
    ],
)
def test_what_is_known_by_itself(name: str, value: Node, is_known: bool) -> None:
    assert is_known_form(name, value) is is_known


@pytest.mark.parametrize(
    ("role", "name", "value", "fits"),
    [
        ("event_type", "note", "anything", True),
        ("event_type", "type", Number("7"), True),
        ("event_type", "count", Number("7"), False),
        ("event_type", "note", "2026-01-02T03:04:05Z", False),
        ("subject", "note", "https://example.org/a", True),
        ("subject", "record_hash", DIGEST, True),
        ("subject", "note", DIGEST, False),
        ("subject", "note", Number("1"), False),
        ("target", "scope", "record", True),
        ("created_at", "at", Number("1700000000.5"), True),
        ("created_at", "at", Number("17"), False),
        ("created_at", "at", "Fri, 02 Jan 2026 03:04:05 GMT", True),
        ("created_at", "at", "2026" + "0" * 70, False),
        ("signer_id", "signer", "anything", False),
    ],
)
def test_what_may_be_a_role(role: str, name: str, value: Node, fits: bool) -> None:
    assert may_be(role, name, value) is fits


def test_texts_that_contain_an_object() -> None:
    assert is_json(' {"a":1}') and is_json("[{}]") and is_json("eyJhbGciOiJFZERTQSJ9")
    assert not is_json("a word") and not may_be_word(Number("1")) and may_be_word(["a list"])
