"""PROBE-7 by experiment: a built-in format is named only where every explained element verifies under it."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from kit import AUTHOR, DEMO, Json, event, made_record, payloads, policy
from kit.results import WHEN
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1, EventFormat
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.probing.built_in import built_in
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.lenient import read_lenient

KEY: Final = Policy.from_value(policy(DEMO)).keys[0]


def element(value: Json) -> Element:
    node = read_lenient(json.dumps(value).encode())
    assert isinstance(node, dict)
    return Element(0, 0, node)


def made(**options: Any) -> Json:
    record = made_record()
    return event(DEMO, record, "citation", "record", payloads.citation("w"), WHEN, **options)


def name(value: Json, key: PolicyKey | None = KEY) -> EventFormat | None:
    return built_in([(element(value), key)])


def test_the_format_of_every_element_is_named() -> None:
    assert name(made()) == PITHBUNDLE_EVENT_1
    without_id = {member: value for member, value in made().items() if member != "event_id"}
    assert name(without_id) == PITHBUNDLE_EVENT_1
    both = built_in([(element(made()), KEY), (element(made() | {"signature": {}}), KEY)])
    assert both is None


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": None}, {"event_type": "replication"}, {"event_id": "sha256:" + "0" * 64},
        {"event_id": 1}, {"created_at": "yesterday"}, {"payload": {"n": 10**17}},
        {"payload": {"x": "x" * 2**20}}, {"signer": {}}, {"signature": {"kind": "another"}},
        {"signature": {"signature_b64": "x"}}, {"signature": {"algorithm": "EdDSA"}},
        {"signature": {"key_id": "other"}}, {"signer": {"public_key_fingerprint": "0" * 32}},
        {"signer": {"signer_id": "another.example"}},
    ],
)  # fmt: skip
def test_an_element_that_does_not_verify_is_of_another_format(changes: Json) -> None:
    value = made()
    for member, new in changes.items():
        value[member] = value[member] | new if isinstance(new, dict) and new and member != "payload" else new
    assert name(value) is None


def test_the_key_decides() -> None:
    assert name(made(), None) is None
    assert name(made(), Policy.from_value(policy(AUTHOR)).keys[0]) is None
