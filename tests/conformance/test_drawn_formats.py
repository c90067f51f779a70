"""Event formats of differential runs: documents, policies and elements are drawn, nothing is signed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import pytest

from kit.data import REPO
from pithbundle import Policy, Verifier
from pithbundle.bundle.event_format import EventFormat
from pithbundle.conformance.drawn_formats import documents_of, drawn_document, drawn_policy, rehoused
from pithbundle.conformance.mutated import Draws
from pithbundle.errors import PithError

DEMO: Final = REPO / "vectors" / "demo"
BUNDLE: Final[dict[str, Any]] = json.loads((DEMO / "bundle.json").read_bytes())
POLICY: Final[dict[str, Any]] = json.loads((DEMO / "policy.json").read_bytes())


def is_format(document: Any) -> bool:
    try:
        EventFormat.from_value(document)
    except PithError:
        return False
    return True


def test_documents_hang_on_the_draws_alone() -> None:
    assert drawn_document(Draws("a")) == drawn_document(Draws("a"))


def test_documents_are_formats_of_many_kinds_and_some_are_none() -> None:
    drawn = [drawn_document(Draws(str(number))) for number in range(400)]
    formats = [EventFormat.from_value(document) for document in drawn if is_format(document)]
    assert 150 < len(formats) < 380
    assert len({one.sha256 for one in formats}) > 100
    assert {one.is_binding for one in formats} == {True, False}
    sound = [drawn_document(Draws(str(number)), odd=False) for number in range(200)]
    assert sum(map(is_format, sound)) > 120


def test_a_genuine_event_is_one_of_another_format_too() -> None:
    statuses: Counter[str] = Counter()
    for number in range(200):
        draws = Draws(str(number))
        document = drawn_document(draws, odd=False)
        keys = [{**key, "event_formats": [document]} for key in POLICY["keys"]]
        try:
            policy = Policy.from_bytes(json.dumps({**POLICY, "keys": keys}).encode())
        except PithError:
            continue
        events = [rehoused(draws, event, document) for event in BUNDLE["events"]]
        data = json.dumps({**BUNDLE, "events": events}).encode()
        statuses.update(event.verdict.status for event in Verifier(policy).verify(data).events)
    assert statuses["verified"] > 100
    assert statuses["unbound"] > 10


@pytest.mark.parametrize(
    "document", [None, {}, {"body": 1}, {"body": {}, "proof": {}}, {"body": {}, "proof": {"roles": []}}]
)
def test_an_event_is_left_as_it_is_under_what_is_no_document(document: Any) -> None:
    event = BUNDLE["events"][0]
    assert rehoused(Draws("a"), event, document) == event
    assert rehoused(Draws("a"), "x", document) == "x"


def test_an_index_makes_an_array_up_to_a_bound() -> None:
    event = BUNDLE["events"][0]
    document = drawn_document(Draws("a"), odd=False)
    document["proof"]["roles"]["signature"] = "/list/2/value"
    element = rehoused(Draws("a"), event, document)
    assert element["list"] == [None, None, element["list"][2]]
    document["proof"]["roles"]["signature"] = "/list/2000"
    assert rehoused(Draws("a"), event, document) == event


@pytest.mark.parametrize("policy", [None, [], {}, {"keys": 1}, {"keys": [1, {}]}])
def test_any_value_can_get_drawn_formats(policy: Any) -> None:
    for number in range(20):
        json.loads(drawn_policy(Draws(str(number)), policy, []))


def test_documents_of_a_policy() -> None:
    draws = Draws("a")
    document = drawn_document(draws)
    data = json.dumps({"keys": [1, {"event_formats": ["unknown", document]}, {}]}).encode()
    assert list(documents_of(data)) == [document]
    for nothing in (b"", b"[]", b"{}", b"[" * 5000):
        assert list(documents_of(nothing)) == []
