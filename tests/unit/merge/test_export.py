"""Exports: bundles again, within the limits, with the same meaning when read back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import (
    DEMO,
    DEMO_NEXT,
    Json,
    attached,
    event,
    many_events,
    payloads,
    policy,
    policy_key,
    strategies,
    to_json,
)
from kit.demo import RECORD, rich
from kit.formats import FAMILY
from kit.oracle.formats import binds
from kit.results import WHEN, Merged, check, checked, merge, merged
from pithbundle.bundle.reader import Bundle, read_bundle
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.errors import InputError
from pithbundle.verify.policy import Policy

KEYS = Policy.from_value(strategies.fixture_policy())


def meaning(result: Merged) -> tuple[bytes, bytes, str, str]:
    state: Any = result.state
    return (
        canonical_bytes(state["current"]),
        canonical_bytes(state["unrecognised"]),
        result.state_sha256,
        result.events_sha256,
    )


def read_back(parts: list[bytes], keys: Policy = KEYS, limits: Limits = DEFAULT_LIMITS) -> Merged:
    """Each part is read under the limits that it was written for, and must raise no doubt."""
    read = [read_bundle(part, limits=limits) for part in parts]
    found = [check(bundle, keys) for bundle in read]
    for one in found:
        assert not one.mismatches
        assert all(copy.verdict.valid and {*copy.unsigned} <= {"/signer"} for copy in one.events)
    return merge(*found)


@given(st.data())
@settings(max_examples=50)
def test_an_export_that_is_read_back_gives_the_same_state(data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets())
    mixed = [*whole.events, *data.draw(strategies.junk(whole))]
    result = merged(whole.record, mixed)
    limits = replace(DEFAULT_LIMITS, events=data.draw(st.integers(1, 5)))
    parts = result.ledger.export(limits)
    again = read_back(parts, limits=limits)
    assert meaning(again) == meaning(result)
    assert again.view.invalid_event_count == 0
    assert len(parts) == max(1, -(-len(result.ledger) // limits.events))
    # What is written once is written the same again.
    assert again.ledger.export(limits) == parts


def test_events_are_ordered_by_time_and_id_over_all_parts() -> None:
    result = merged(RECORD, rich()["events"])
    parts = [json.loads(part) for part in result.ledger.export(replace(DEFAULT_LIMITS, events=4))]
    ids = [one["event_id"] for part in parts for one in part["events"]]
    assert ids == [event.event_id for event in sorted(result.ledger, key=lambda event: event.order)]
    assert all(part["source_aliases"] == [] for part in parts)
    assert {len(one["signature"]) for part in parts for one in part["events"]} == {4}


def test_no_events_give_one_bundle_without_events() -> None:
    (part,) = merged(RECORD, []).ledger.export()
    assert json.loads(part)["events"] == []
    assert read_back([part]).view.event_count == 0


@pytest.mark.parametrize("size", [6_000, 6_001, 9_999, 20_000])
def test_no_part_is_over_the_size(size: int) -> None:
    result = merged(RECORD, many_events(RECORD, 40))
    limits = replace(DEFAULT_LIMITS, size=size)
    parts = result.ledger.export(limits)
    assert len(parts) > 1
    assert max(map(len, parts)) <= size
    assert meaning(read_back(parts, limits=limits)) == meaning(result)


@pytest.mark.parametrize("nodes", [120, 121, 122, 123, 300])
def test_no_part_has_too_many_values(nodes: int) -> None:
    result = merged(RECORD, many_events(RECORD, 40))
    limits = replace(DEFAULT_LIMITS, nodes=nodes)
    parts = result.ledger.export(limits)
    assert len(parts) > 1
    assert meaning(read_back(parts, limits=limits)) == meaning(result)


def framed(*events: Json) -> Bundle:
    """The frame of an export with other events in it."""
    frame = json.loads(merged(RECORD, []).ledger.export()[0])
    return read_bundle(to_json({**frame, "events": events}))


def laden(**members: Any) -> Json:
    """A record with unknown members, which are hashed and travel in every part."""
    return {**RECORD, **members}


def test_a_record_with_many_values_leaves_less_room() -> None:
    """A constant was used for the frame: a part with a large record exceeded the limit and was unreadable."""
    record = laden(note=[0] * 500)
    result = merged(record, many_events(record, 40))
    limits = replace(DEFAULT_LIMITS, nodes=1_200)
    parts = result.ledger.export(limits)
    assert len(parts) > 2
    assert meaning(read_back(parts, limits=limits)) == meaning(result)


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"size": 100}, "size"), ({"size": 1_500}, "size"), ({"nodes": 20}, "nodes"), ({"events": 0}, "events")],
)
def test_an_event_over_the_limits_of_a_part_is_rejected(limits: dict[str, int], code: str) -> None:
    result = merged(RECORD, many_events(RECORD, 3))
    with pytest.raises(InputError) as caught:
        result.ledger.export(replace(DEFAULT_LIMITS, **limits))
    assert caught.value.code == code


@pytest.mark.parametrize("rule", sorted(name for name, rule in FAMILY.items() if binds(rule)))
def test_under_every_format_that_binds(rule: str) -> None:
    keys = Policy.from_value(policy(policy_key(DEMO, event_formats=[FAMILY[rule]]), policy_key(DEMO_NEXT)))
    made = event(DEMO, RECORD, "graph_snapshot", "graph", payloads.graph_snapshot(RECORD), WHEN,
                 document=FAMILY[rule], extra={"unknown": {"é": [1, None]}})  # fmt: skip
    other = attached(DEMO_NEXT, RECORD, "alias_added", payloads.alias_added("x", "y"), WHEN)
    found = check(framed(made, other), keys)
    assert len(found.valid) == 2
    result = merge(found)
    again = read_back(result.ledger.export(), keys)
    assert meaning(again) == meaning(result)


def test_what_was_not_valid_does_not_travel() -> None:
    found = checked(RECORD, rich()["events"], policy(DEMO))
    result = merge(found)
    assert len(found.valid) < len(found.events)
    again = read_back(result.ledger.export(), Policy.from_value(policy(DEMO)))
    assert again.view.event_count == result.view.valid_event_count
