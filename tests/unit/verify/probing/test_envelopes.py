"""PROBE-10: which names and values show an envelope, and no type of an event."""

from __future__ import annotations

import pytest

from pithbundle.verify.probing.envelopes import is_of_envelope, is_plain, is_tag
from pithbundle.verify.probing.lenient import Node, Number


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pith_event", True), ("PithEvent", True), ("application/vnd.pith.event+json", True), ("JWT", True),
        ("pith.science/event/v1", True), ("https://www.w3.org/ns/credentials/v2", True), ("event-2", True),
        ("comment", False), ("pith_comment", False), ("event posted", False), ("", False), ("!", False),
        ("EVENTPosted", False), ("событие", False), ("https://example.org/event", False),
    ],
)  # fmt: skip
def test_which_values_name_an_envelope(value: str, expected: bool) -> None:
    assert is_of_envelope(value) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("seq", Number("7"), True), ("log_index", Number("7"), True), ("v", Number("1"), True),
        ("version", Number("1"), True), ("version", "first", True), ("node", "eu-1", True),
        ("requestId", "r-1", True), ("index", "comments", False), ("seq", "comment", False),
        ("type_id", Number("7"), False), ("kind-version", "comment", False), ("code", Number("7"), False),
        ("id", "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH", False), ("id", "citation", False),
        ("nonce", Number("1780000000"), False), ("validFrom", "2026-06-01T00:00:00Z", False),
    ],
)  # fmt: skip
def test_which_names_state_no_type(name: str, value: Node, expected: bool) -> None:
    assert is_plain((name,), value, ("data",)) == expected


def test_the_time_of_a_credential_is_the_issuer_s() -> None:
    time, beside = "2026-06-01T00:00:00Z", ("credentialSubject",)
    assert is_plain(("validFrom",), time, beside) and is_plain(("issuanceDate",), time, beside)
    assert not is_plain(("validUntil",), time, beside)
    assert not is_plain(("validFrom",), "comment", beside)
    assert not is_plain((), "comment", beside)
    assert not is_plain(("node",), {"what": "comment"}, beside)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("event", False), ("credentialSubject", False), ("pith_event", False), ("e", False), ("evt", False),
        ("NoticePosted", True), ("comment", True), ("eventPosted", True), ("комментарий", True),
    ],
)  # fmt: skip
def test_which_names_of_objects_may_be_types(name: str, expected: bool) -> None:
    assert is_tag(name) == expected
