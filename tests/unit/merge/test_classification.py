"""Classifying an event: a pure function of the event, its payload, the record and the rules."""

from __future__ import annotations

import pytest

from kit import DEMO, Json, event, made_record, payloads
from kit.results import WHEN, checked
from pithbundle.bundle.record import Record
from pithbundle.merge.classification import ClassifiedEvent, classify
from pithbundle.merge.rules import MERGE_1

RECORD = made_record()
ID = "sha256:" + "0" * 64


def classified(event_type: str, payload: Json, target: str = "record") -> ClassifiedEvent:
    given = checked(RECORD, [event(DEMO, RECORD, event_type, target, payload, WHEN)])
    ((signed, decoded),) = given.signed
    found = classify(signed, decoded, Record.from_value(RECORD), MERGE_1)
    # The payload is not read again, so a later change of it changes nothing.
    decoded.clear()
    assert found.event is signed
    return found


@pytest.mark.parametrize(
    ("event_type", "payload", "target", "code"),
    [
        ("of the future", {}, "record", "unknown_type"),
        ("citation", {}, "record", "type"),
        ("citation", payloads.citation("w"), "graph", "type"),
        ("citation", payloads.citation("ü"), "record", "encoding"),
        ("citation", payloads.citation("w"), "record", None),
    ],
)
def test_the_code(event_type: str, payload: Json, target: str, code: str | None) -> None:
    assert classified(event_type, payload, target)[1:] == (code, b"", (), b"")


def test_what_is_kept_of_the_payload() -> None:
    claim = classified("author_claim", payloads.author_claim(payloads.orcid(1)))
    assert claim.slot == f'["demo.example","orcid","{payloads.orcid(1)}"]'.encode()
    assert (claim.kept, claim.deciding) == ((), b'["strong"]')
    assert classified("event_retracted", payloads.event_retracted(ID), "event").kept == (ID,)
    assert classified("checkpoint", payloads.checkpoint([ID]), "bundle").kept == (ID,)
    assert classified("alias_added", payloads.alias_added("openalex", "W1")).kept == ("openalex", "W1")
