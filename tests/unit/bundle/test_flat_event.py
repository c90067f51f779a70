# ruff: noqa: E501  (tables: one case, one row)
"""EVT-7, EVT-8: flat events as ``integrity-1`` reads them."""

from __future__ import annotations

from typing import Any

import pytest

from kit import DEMO, flat_event, payloads
from kit.demo import RECORD
from kit.oracle.formats import reads_flat
from pithbundle.bundle.flat_event import read_flat

WHEN = "2026-06-02T08:00:01.000000+00:00"
FLAT: Any = flat_event(DEMO, payloads.integrity(RECORD, WHEN), WHEN, 7)


def test_a_flat_event() -> None:
    found = read_flat(FLAT)
    assert found is not None
    assert (found.event_type, found.signing_key_id, found.signature) == (
        FLAT["event_type"],
        DEMO.key_id,
        FLAT["signature_b64"],
    )
    assert (found.payload, found.fault, found.listed_id) == (FLAT["payload"], None, FLAT["payload_sha256"])


@pytest.mark.parametrize(
    "name", ["event_id", "event_type", "payload_sha256", "signing_key_id", "payload", "created_at"]
)
@pytest.mark.parametrize("value", [None, 1.5, True, [], ...])
def test_a_member_that_is_absent_or_of_another_type(name: str, value: Any) -> None:
    made = (
        {member: one for member, one in FLAT.items() if member != name}
        if value is ...
        else {**FLAT, name: value}
    )
    assert read_flat(made) is None
    assert not reads_flat(made)


@pytest.mark.parametrize(
    ("change", "code", "listed"),
    [
        ({"signature_b64": None}, None, True), ({"signature_b64": 1}, "type", False), ({"created_at": "x"}, "time", False),
        ({"payload_sha256": "x"}, None, False), ({"signer": {}, "signature": {}}, None, True),
    ],
)  # fmt: skip
def test_its_form_and_the_id_under_which_it_is_listed(change: Any, code: str | None, listed: bool) -> None:
    found = read_flat({**FLAT, **change})
    assert found is not None
    assert (found.fault.code if found.fault else None) == code
    assert (found.listed_id is not None) is listed
