"""EVT-5: the members of an element that no signature covers, against the oracle of the tests."""

from __future__ import annotations

from typing import Any

import pytest

from kit import DEMO
from kit.demo import RECORD
from kit.format_vectors import pairs
from kit.formats import DETACHED, element
from kit.oracle import formats as oracle
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_unsigned import unsigned_finder


def test_they_are_those_of_the_oracle() -> None:
    listed = 0
    for document, one in pairs():
        if oracle.reads(document, one):
            found = unsigned_finder(EventFormat.from_value(document))(one)
            assert [*found] == oracle.unsigned_of(document, one), (document, one)
            listed += len(found)
    assert listed > 50


@pytest.mark.parametrize(
    ("signatures", "found"),
    [
        ([None, {"x": 1}], ("/signatures/1/x",)),
        ([0, None, [], None], ("/signatures/0", "/signatures/2")),
        ("x", ("/signatures",)),
        (None, ()),
        ({"0": None, "1": "x"}, ("/signatures/0", "/signatures/1")),
        ([None] * 64 + ["x"], ("/signatures/64",)),
    ],
)
def test_beside_an_array_of_signatures(signatures: Any, found: tuple[str, ...]) -> None:
    one = element(DETACHED, DEMO, RECORD, "alias_added", "record", {"alias_kind": "x", "alias_value": "y"}, 0)
    assert unsigned_finder(EventFormat.from_value(DETACHED))({**one, "signatures": signatures}) == found
