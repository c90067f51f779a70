"""Replicas that receive events in any order, twice, never, or among junk, until all contain the same.

The state machine draws which replica sends which events to which; the oracle, which has no replicas,
computes at every step what each of them must contain.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kit import Json, made_record, oracle, strategies, to_json
from kit.data import examples
from kit.results import check, ledger_of, one_by_one
from pithbundle.bundle.reader import read_bundle
from pithbundle.merge.ledger import Ledger
from pithbundle.verify.policy import Policy

KEYS = strategies.fixture_policy()
POLICY = Policy.from_value(KEYS)
RECORD = made_record()
REPLICAS = 3

drawn = strategies.event_sets(max_size=10, record=RECORD)


class Replicas(RuleBasedStateMachine):
    """Three ledgers of one record, each with the plain list of events that it has received."""

    def __init__(self) -> None:
        super().__init__()
        self.ledgers = [ledger_of(self.checked([])) for _ in range(REPLICAS)]
        self.heard: list[dict[str, Json]] = [{} for _ in range(REPLICAS)]
        self.world: list[Json] = []
        self.stale = set(range(REPLICAS))

    def checked(self, events: list[Any]) -> Any:
        frame = strategies.EventSet(RECORD, []).bundle(events)
        return check(read_bundle(to_json(frame)), POLICY)

    @initialize(whole=drawn)
    def found(self, whole: strategies.EventSet) -> None:
        self.world = whole.events

    def deliver(self, replica: int, events: list[Any]) -> None:
        self.ledgers[replica] |= ledger_of(self.checked(events))
        self.heard[replica] |= {oracle.id_of(one): one for one in events if one in self.world}
        self.stale.add(replica)

    @rule(replica=st.integers(0, REPLICAS - 1), data=st.data())
    def hears_some(self, replica: int, data: st.DataObject) -> None:
        if self.world:
            self.deliver(replica, data.draw(st.lists(st.sampled_from(self.world), max_size=4)))

    @rule(replica=st.integers(0, REPLICAS - 1), data=st.data())
    def hears_junk(self, replica: int, data: st.DataObject) -> None:
        whole = strategies.EventSet(RECORD, self.world)
        self.deliver(replica, data.draw(strategies.junk(whole, max_size=3)))

    @rule(replica=st.integers(0, REPLICAS - 1), data=st.data())
    def hears_valid_events_one_by_one(self, replica: int, data: st.DataObject) -> None:
        if self.world:
            some = data.draw(st.lists(st.sampled_from(self.world), max_size=3))
            builder = self.ledgers[replica].builder()
            for ledger in one_by_one(self.checked(some)):
                builder.add(ledger)
            self.ledgers[replica] = builder.build()
            self.deliver(replica, some)

    @rule(source=st.integers(0, REPLICAS - 1), sink=st.integers(0, REPLICAS - 1))
    def exchange(self, source: int, sink: int) -> None:
        self.ledgers[sink] |= self.ledgers[source]
        self.heard[sink] |= self.heard[source]
        self.stale.add(sink)

    @invariant()
    def each_has_what_it_received(self) -> None:
        for replica in self.stale:
            self.compare(self.ledgers[replica], list(self.heard[replica].values()))
        self.stale = set()

    def compare(self, ledger: Ledger, events: list[Json]) -> None:
        expected = oracle.state_of(RECORD, events, KEYS["keys"])
        result = ledger.snapshot()
        state: Any = json.loads(result.to_json())
        # Junk is counted; LAW-2 concerns the rest.
        assert state | {"event_count": 0, "invalid_event_count": 0} == expected | {
            "event_count": 0, "invalid_event_count": 0,
        }  # fmt: skip
        assert result.sha256 == oracle.state_sha256(expected)
        assert result.events_sha256 == oracle.events_sha256(map(oracle.id_of, events))

    def teardown(self) -> None:
        """Every replica sends all events to every other, in two different orders: then all are equal."""
        for sink in range(REPLICAS):
            for source in range(REPLICAS):
                self.ledgers[sink] |= self.ledgers[source]
        for sink in reversed(range(REPLICAS)):
            self.ledgers[sink] |= self.ledgers[-1 - sink]
            self.ledgers[sink] |= ledger_of(self.checked(self.world[::-1]))
        first, *others = self.ledgers
        for other in others:
            assert other == first
            assert other.snapshot().to_json() == first.snapshot().to_json()
            assert other.completeness() == first.completeness()
        self.compare(self.ledgers[0], self.world)


TestReplicas = Replicas.TestCase
TestReplicas.settings = settings(examples(25), stateful_step_count=15)
