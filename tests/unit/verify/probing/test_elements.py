"""PROBE-2 by experiment: which elements a document has, and what a state makes of its entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.registries import bundle, canonical, draw, pith_number, sha256
from pithbundle.verify.probing.elements import Element, elements_of, nearest_ids, shown_of_state
from pithbundle.verify.probing.lenient import Number, read_lenient

REGISTRY = draw(3)


def elements(value: Any, *, state: bool = False) -> list[Element]:
    return elements_of(7, read_lenient(json.dumps(value).encode()), state=state)


def test_the_events_of_a_bundle_are_its_elements() -> None:
    record = REGISTRY.record
    digest = sha256(canonical(record))
    found = elements(bundle(record, [1, {"a": digest.hex(), "b": "cd" * 32}, None, {"id": "ab" * 32}, {}]))
    assert [(each.source, each.index) for each in found] == [(7, 1), (7, 3), (7, 4)]
    assert {each.number for each in found} == {pith_number(record)}
    assert found[0].known == {digest}
    # The hash of the record is explained by the record.
    assert [each.path for each in found[0].digests] == [("b",)]
    assert [each.other_ids for each in found] == [("ab" * 32,), ("cd" * 32,), ("ab" * 32, "cd" * 32)]


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ([{"a": 1}, 2], 1), ({"x": 1, "list": [1], "items": [{"a": 1}, {}]}, 2), ({"x": 1}, 1), ("x", 0),
        ({"events": 1, "pith_number": 7}, 1), ({"events": [], "other": [{}]}, 0), ([], 0),
    ],
)  # fmt: skip
def test_other_documents_have_elements_too(document: Any, count: int) -> None:
    assert len(elements(document)) == count


def test_a_shape_is_member_names_and_where_signatures_are() -> None:
    one, two = elements([{"a": 1, "s": "ab" * 64}, {"s": "cd" * 64, "a": [2]}])
    assert one.shape == two.shape
    assert one.strings == {"ab" * 64: ("s",)}


def test_an_entry_of_a_state_is_what_is_known_and_what_may_have_been() -> None:
    number = pith_number(REGISTRY.record)
    entry = {
        "event_id": "sha256:" + "ab" * 32,
        "target": "graph",
        "at": "2026-06-01T00:00:00Z",
        "payload": {"n": 1},
    }
    without_payload = {**entry, "payload": 7, "signer": {}}
    without_time = {**entry, "at": 7}
    state = {
        "pith_number": number,
        "current": {
            "canonical_record": REGISTRY.record,
            "graph_snapshots": [entry, {"no": "id"}, 7, without_payload, without_time],
            "retractions": [entry],
            "receipt": {**entry, "event_id": "sha256:" + "cd" * 32},
        },
    }
    graph, retraction, receipt = elements(state, state=True)
    assert graph.made and graph.number == number and graph.index == 0
    assert graph.value["event_type"] == "graph_snapshot"
    assert graph.value["subject_pith_number"] == number
    assert graph.value["payload"] == {"n": Number("1")}
    assert retraction.value["event_type"] == "event_retracted"
    assert receipt.value["event_type"] == "receipt"
    assert elements([], state=True) == elements({"current": 1}, state=True) == []


def test_the_nearest_ids_of_other_elements_are_few() -> None:
    found = elements([{"id": f"{n:064x}", "n": n} for n in range(20)])
    assert [int(text, 16) for text in found[10].other_ids] == [9, 11, 8, 12, 7, 13, 6, 14]
    assert [int(text, 16) for text in found[0].other_ids] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert elements([{"id": "ab" * 32}])[0].other_ids == ()


def nearest_by_definition(ids: list[list[str]], at: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for distance in range(1, len(ids)):
        for other in (at - distance, at + distance):
            if 0 <= other < len(ids):
                found.update(dict.fromkeys(ids[other]))
    return tuple(found)[:8]


@given(st.lists(st.lists(st.sampled_from("abcdefghijklmno"), max_size=2), max_size=40))
def test_the_nearest_ids_are_those_of_the_definition(ids: list[list[str]]) -> None:
    assert [*nearest_ids(ids)] == [nearest_by_definition(ids, at) for at in range(len(ids))]


class Counted(list[list[str]]):
    """A list that counts how often its items are read."""

    reads = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        Counted.reads += len(found) if isinstance(key, slice) else 1
        return found

    def __iter__(self) -> Iterator[list[str]]:
        for one in super().__iter__():
            Counted.reads += 1
            yield one


@pytest.mark.parametrize("own", [[], ["a"]])
def test_elements_without_ids_or_with_one_id_are_not_walked_over_for_each(own: list[str]) -> None:
    """4,000 elements took 16 seconds, and 100,000 would have taken hours."""
    Counted.reads = 0
    assert {*nearest_ids(Counted([own] * 1_000))} == {tuple(own)}
    assert Counted.reads <= 4_000


@pytest.mark.parametrize(("count", "claimed"), [(4, 4), (0, 0), ("4", None), (1.5, None), (None, None)])
def test_how_many_events_a_state_shows(count: Any, claimed: int | None) -> None:
    entry = {"event_id": "sha256:" + "ab" * 32, "at": "2026-06-01T00:00:00Z", "payload": {}}
    state = {"event_count": count, "current": {"citations": [entry, {"event_id": "x"}]}}
    assert shown_of_state(read_lenient(canonical(state))) == (1, claimed)


def test_a_number_of_events_of_thousands_of_digits_is_none() -> None:
    """Python converts no such number."""
    data = b'{"event_count":' + b"1" * 5_000 + b',"current":{}}'
    assert shown_of_state(read_lenient(data)) == (0, None)
    assert shown_of_state([]) == (0, None)
