"""A finding in the form that all kinds of evidence have (EVID-18)."""

from __future__ import annotations

import json
from typing import Final

from pithbundle.evidence import EventClaim, Finding
from pithbundle.evidence.findings import EXIT_STATUS, not_checked
from pithbundle.joined import Location
from pithbundle.newtypes import Pointer

CLAIM: Final = EventClaim(
    "verified", "a\ud800", {}, "sha256:" + "0" * 64, None, "b\ud800", Location(0, "c\ud800", 0, Pointer(""))
)


def test_a_claim_without_material_is_open() -> None:
    one = not_checked(CLAIM, "timestamp", "nothing was given", "EVID-20")
    assert (one.status, one.effect, EXIT_STATUS[one.effect]) == ("not_checked", "open", 3)
    assert "true" in one.does_not_show
    assert one.to_value()["claim"] == CLAIM.to_value()


def test_texts_of_others_are_portable_in_json() -> None:
    one = Finding(None, "d\ud800", "k", "w", "supports", "e\ud800", (("name", "f\ud800"),), "n", "EVID-20")
    value = one.to_value()
    assert "\\ud800" not in json.dumps([value, CLAIM.to_value()])
    assert (value["claim"], value["file"], value["rests_on"]) == (
        None, "d\ufffd", [{"name": "name", "value": "f\ufffd"}],
    )  # fmt: skip
    assert len(repr(one)) <= 300
