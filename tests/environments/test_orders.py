"""Every order of a small set, and a thousand of a large one, give the same bytes (B2, B3, LAW-1)."""

from __future__ import annotations

import itertools
import random

import pytest

from kit import (
    DEMO,
    Json,
    attached,
    bundle,
    demo,
    made_record,
    many_events,
    oracle,
    payloads,
    receipt,
    strategies,
    to_json,
)
from kit.results import WHEN, check, checked, empty_ledger, ledger_of, merge, one_by_one
from pithbundle.bundle.reader import read_bundle
from pithbundle.merge.ledger import Ledger
from pithbundle.verify.policy import Policy

KEYS = strategies.fixture_policy()
POLICY = Policy.from_value(KEYS)
RECORD = made_record()


def claim(when: str, **extra: str) -> Json:
    paid = payloads.author_claim(payloads.orcid(1), **extra)
    return attached(DEMO, RECORD, "author_claim", paid, when)


def small() -> list[Json]:
    """Six events that all touch each other: a slot, a conflict, its retraction, a checkpoint, a receipt."""
    one, other = claim(WHEN), claim("2026-05-18T01:39:14+00:00", strength="weak")
    created = payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN))
    taken = payloads.event_retracted(min(one["event_id"], other["event_id"]))
    return [
        one,
        other,
        claim("2026-05-18T01:39:13Z"),
        attached(DEMO, RECORD, "record_created", created, WHEN),
        attached(DEMO, RECORD, "event_retracted", taken, WHEN),
        attached(DEMO, RECORD, "checkpoint", payloads.checkpoint([one["event_id"]]), WHEN),
    ]


def test_all_720_orders_of_a_small_bundle() -> None:
    events = small()
    expected = oracle.to_bytes(oracle.state_of(RECORD, events, KEYS["keys"]))
    cache: dict[tuple[bytes, bytes, bytes], bool] = {}
    for order in itertools.permutations(events):
        made = check(read_bundle(to_json(bundle(RECORD, order))), POLICY, cache=cache)
        assert merge(made).state_bytes == expected


def test_all_orders_of_single_event_bundles() -> None:
    parts = [checked(RECORD, [one]) for one in small()]
    states = {merge(*order).state_bytes for order in itertools.permutations(parts)}
    assert len(states) == 1


def test_all_ways_to_bracket_and_order_four_parts() -> None:
    parts = [checked(RECORD, [one]) for one in small()[:4]]

    def joined(group: tuple[int, ...]) -> Ledger:
        """Joins every way to cut the group in two; all must agree."""
        if len(group) == 1:
            return ledger_of(parts[group[0]])
        seen: list[Ledger] = []
        for cut in range(1, len(group)):
            seen.append(joined(group[:cut]) | joined(group[cut:]))
        assert len({one.snapshot().to_json() for one in seen}) == 1
        return seen[0]

    assert len({joined(order).snapshot().to_json() for order in itertools.permutations(range(4))}) == 1


def large(size: int) -> list[Ledger]:
    frame = bundle(RECORD, many_events(RECORD, size))
    return one_by_one(check(read_bundle(to_json(frame)), POLICY))


def state_of(events: list[Ledger], seed: int) -> bytes:
    """The state after adding events in the order of a seed, by ones and by handfuls."""
    chance = random.Random(seed)
    order = events[:]
    chance.shuffle(order)
    empty = checked(RECORD, [])
    ledger = empty_ledger(empty)
    while order:
        taken = chance.choice((1, 1, 7, 50))
        builder = ledger.builder()
        for part in order[:taken]:
            builder.add(part)
        ledger = builder.build()
        del order[:taken]
    return ledger.snapshot().to_json()


def test_fifty_orders_of_a_large_set() -> None:
    events = large(250)
    assert len(events) == 250
    assert len({state_of(events, seed) for seed in range(50)}) == 1


@pytest.mark.parametrize(
    "sets", [pytest.param(2, marks=pytest.mark.slow), pytest.param(20, marks=pytest.mark.long)]
)
def test_a_thousand_orders_of_large_sets(sets: int) -> None:
    for part in range(sets):
        frame = bundle(RECORD, many_events(RECORD, 220, seed=f"set {part}"))
        events = one_by_one(check(read_bundle(to_json(frame)), POLICY))
        assert len({state_of(events, seed) for seed in range(1_000)}) == 1


def test_the_large_set_is_the_models_state_too() -> None:
    frames = list(many_events(RECORD, 120))
    made = merge(check(read_bundle(to_json(bundle(RECORD, frames))), POLICY))
    assert made.state_bytes == oracle.to_bytes(oracle.state_of(RECORD, frames, KEYS["keys"]))
    assert made.view.equivocations or made.view.sections["retractions"]


def test_the_order_of_members_and_of_bundles_of_the_demo() -> None:
    keys = Policy.from_value(demo.demo_policy())
    events = demo.rich()["events"]
    backwards = [dict(reversed(one.items())) for one in reversed(events)]
    states = set()
    for first, second in ((events, []), (backwards, []), (events[::2], events[1::2]), (events, backwards)):
        parts = [check(read_bundle(to_json(bundle(demo.RECORD, part))), keys) for part in (first, second)]
        states |= {merge(*parts).state_bytes, merge(*parts[::-1]).state_bytes}
    assert len(states) == 1
