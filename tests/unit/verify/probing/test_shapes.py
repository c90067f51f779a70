"""PROBE-8 by experiment: the report shows shapes and lengths, and nothing that an event says."""

from __future__ import annotations

import json
from typing import Any

from kit.registries import draw
from pithbundle.verify.probing.elements import Element, elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.shapes import shapes_of


def elements(*values: Any) -> list[Element]:
    return elements_of(0, read_lenient(json.dumps([*values]).encode()))


def test_each_kind_of_value_is_described_without_itself() -> None:
    (shape,) = shapes_of(
        elements(
            {
                "who": "someone@example.org", "n": 12345, "t": 1_780_000_000, "flags": [True, False, None],
                "type": "citation", "of": "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH",
                "at": "2026-06-01T00:00:00Z", "id": "sha256:" + "ab" * 32, "odd": "secret-name:" + "ab" * 32,
                "a b": 1, "deep": {"inner": {"secret": "x"}, "someone@example.org": 1},
                "payload": {"whatever": {"name": "of a person, as long as it may be"}},
            }
        )
    )  # fmt: skip
    assert shape == {
        "count": 1,
        "members": {
            "/who": "string of 19 characters",
            "/n": "number of 5 characters",
            "/t": "number of 10 characters, may be a time in seconds",
            "/flags": "array of 3 items",
            "/flags/0": "a boolean",
            "/flags/1": "a boolean",
            "/flags/2": "null",
            "/type": "a known event type",
            "/of": "a full Pith Number",
            "/at": "string of 20 characters, a time (rfc3339)",
            "/id": "string of 71 characters, 32 bytes in prefixed",
            "/odd": "string of 76 characters, 32 bytes in a prefix and hex",
            "/(3 characters)": "number of 1 characters",
            "/deep": "object of 2 members",
            "/deep/inner": "object of 1 members",
            "/deep/(19 characters)": "number of 1 characters",
            "/payload": "object of 1 members",
        },
    }


def test_equal_shapes_are_counted_the_commonest_first() -> None:
    found = shapes_of(
        elements({"a": 1}, {"b": "x"}, {"b": "y"}, {"b": "xyz"}, *({f"m{n}": 1} for n in range(40)))
    )
    assert found[0] == {"count": 3, "members": {"/b": "string of 1 to 3 characters"}}
    assert len(found) == 20


def test_no_value_of_an_event_is_in_its_report() -> None:
    for seed in range(20):
        registry = draw(seed)
        report = json.dumps(shapes_of(elements_of(0, read_lenient(registry.bundle(registry.mixed)))))
        for value in strings(registry.mixed):
            # Words that the report itself uses are no content.
            assert value not in report or len(value) < 8 or value in ("timestamp_anchor", "graph_snapshot")


def strings(value: Any) -> list[str]:
    """Every string value."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def test_few_members_of_a_wide_element_are_described() -> None:
    (shape,) = shapes_of(elements({f"m{n}": n for n in range(1_000)}))
    members = shape["members"]
    assert isinstance(members, dict) and len(members) == 60
