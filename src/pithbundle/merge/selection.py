"""The selection: which events are current, for what reason, and which are losers (spec MERGE-4 to MERGE-8).

Everything that compares instants or ids, or asks whether an event is retracted, is decided
here, once for each ledger. State, trace, timeline, explanation and status present it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.record import Record
from pithbundle.merge.classification import ORDER, ClassifiedEvent
from pithbundle.merge.event_types.event_retracted import Effect
from pithbundle.merge.rule_sets import ALIASES, RECEIPT, RETRACTION, EventType, MergeRules, SelectionRule
from pithbundle.newtypes import EventId

#: The reasons of a decision and of a loser (TRACE-2).
ReasonCode: TypeAlias = Literal[
    "only", "first", "newest", "smallest_id", "listed", "restated",
    "superseded", "retracted", "waiting", "rejected", "derived",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loser:
    """An event that an entry does not show, and the reason."""

    event_id: EventId
    reason: ReasonCode

    __repr__ = brief


class SlotDecision(NamedTuple):
    """What is decided of one slot: the current event, None if there is none, the reason, the losers.

    The losers are ordered by (instant, id).
    """

    winner: ClassifiedEvent | None
    reason: ReasonCode
    losers: tuple[Loser, ...] = ()


class AliasDecision(NamedTuple):
    """What is decided of one name of the record (STATE-4)."""

    alias_kind: str
    alias_value: str
    derived: bool
    decision: SlotDecision


class Candidates:
    """The candidates of one slot, added in the order of events, so that the winner is always at hand.

    ``latest``: the smallest id of the greatest instant, so each instant has a queue of its own.
    ``first``, and one name of the record: the smallest (instant, id), so there is one queue.
    ``retracted`` may grow: a retracted candidate leaves when it would win, so each comes and
    goes once.
    """

    __slots__ = ("_by_instant", "_queues", "_retracted")

    def __init__(self, select: SelectionRule, retracted: Set[str] = frozenset()) -> None:
        self._by_instant = select == "latest"
        self._retracted = retracted
        self._queues: list[deque[ClassifiedEvent]] = []

    def add(self, candidate: ClassifiedEvent) -> None:
        """Add a candidate that comes after all others in the order of events (MERGE-4)."""
        queues = self._queues
        if queues and not (self._by_instant and queues[-1][-1].event.instant != candidate.event.instant):
            queues[-1].append(candidate)
        else:
            queues.append(deque([candidate]))

    def winner(self) -> ClassifiedEvent | None:
        """The current one of the candidates that are not retracted, None if there is none (MERGE-5)."""
        while self._queues:
            queue = self._queues[-1]
            while queue and queue[0].event.event_id in self._retracted:
                queue.popleft()
            if queue:
                return queue[0]
            self._queues.pop()
        return None

    def tied(self) -> bool:
        """Whether the winner was chosen by its id: others have its instant."""
        return self._by_instant and len(self._queues[-1]) > 1


class Selection:
    """The decisions on a set of classified events of one record under one rule set.

    A pure function of its arguments, which must not change afterwards.
    """

    __slots__ = (
        "conforming",
        "contested",
        "current",
        "effects",
        "events",
        "names",
        "receipt",
        "record",
        "retracted",
        "retractions",
        "rules",
        "unrecognised",
    )

    def __init__(self, record: Record, rules: MergeRules, events: Mapping[str, ClassifiedEvent]) -> None:
        self.record = record
        self.rules = rules
        #: The valid events by id.
        self.events = events
        #: The conforming events by event type and slot, retracted ones too, in no order; no slot is empty.
        self.conforming: dict[str, dict[bytes, list[ClassifiedEvent]]] = {}
        #: The events that take no part in the selection, by (instant, id) (MERGE-6).
        self.unrecognised: list[ClassifiedEvent] = []
        self._classes()
        #: The effect of each conforming retraction, by its id (MERGE-7).
        self.effects: dict[str, Effect] = {}
        #: The applied retractions of each retracted id, by (instant, id).
        self.retractions: dict[str, list[ClassifiedEvent]] = {}
        self._retractions()
        #: The ids of retracted events.
        self.retracted: Set[str] = self.retractions.keys()
        #: The current events of each listing event type, by (instant, id).
        self.current: dict[str, Sequence[ClassifiedEvent]] = dict.fromkeys(rules.listing, ())
        #: The decision of each slot that has a current event and others, by the id of the current one.
        self.contested: dict[str, SlotDecision] = {}
        #: The decision on the receipt, None without a conforming event of its type (TRACE-1).
        self.receipt: SlotDecision | None = None
        #: The conforming events that sign a name of the record.
        self.names: Mapping[bytes, list[ClassifiedEvent]] = _NO_SLOTS
        for name, slots in self.conforming.items():
            event_type = rules.event_types[name]
            if event_type.section == ALIASES:
                self.names = slots
            elif event_type.section == RECEIPT:
                self.receipt = self._receipt(event_type, slots)
            else:
                self.current[name] = self._select(event_type, slots)

    def __reduce__(self) -> tuple[Any, ...]:
        # The decisions follow from these three; they are made again where they arrive.
        return Selection, (self.record, self.rules, self.events)

    def _classes(self) -> None:
        conforming = self.conforming
        for classified in self.events.values():
            if classified.code is not None:
                self.unrecognised.append(classified)
                continue
            name, slot = classified.event.event_type, classified.slot
            slots = conforming.get(name)
            if slots is None:
                conforming[name] = {slot: [classified]}
            elif slot in slots:
                slots[slot].append(classified)
            else:
                slots[slot] = [classified]
        self.unrecognised.sort(key=ORDER)

    def _retractions(self) -> None:
        if RETRACTION not in self.conforming:
            return
        for retraction in sorted(_events(self.conforming[RETRACTION]), key=ORDER):
            effect = self.effects[retraction.event.event_id] = self._effect(retraction)
            if effect == "applied":
                self.retractions.setdefault(retraction.kept[0], []).append(retraction)

    def _effect(self, retraction: ClassifiedEvent) -> Effect:
        """A function of the retraction and its target alone (MERGE-7)."""
        target = self.events.get(retraction.kept[0])
        if target is None:
            return "waiting"
        if target.event.signer != retraction.event.signer or target.event.event_type == RETRACTION:
            return "rejected"
        return "applied"

    def _select(
        self, event_type: EventType, slots: Mapping[bytes, list[ClassifiedEvent]]
    ) -> list[ClassifiedEvent]:
        retracted = self.retracted
        if event_type.select == "all":
            return sorted(
                [one for events in slots.values() for one in events if one.event.event_id not in retracted],
                key=ORDER,
            )
        current = []
        for events in slots.values():
            if len(events) > 1:
                decided = self._decide(event_type.select, sorted(events, key=ORDER))
                if decided.winner is not None:
                    self.contested[decided.winner.event.event_id] = decided
                    current.append(decided.winner)
            elif events[0].event.event_id not in retracted:
                current.append(events[0])
        current.sort(key=ORDER)
        return current

    def _decide(self, select: SelectionRule, ordered: list[ClassifiedEvent]) -> SlotDecision:
        """The decision on one slot, whose events are in order (MERGE-5, TRACE-2)."""
        if len(ordered) == 1 and ordered[0].event.event_id not in self.retracted:
            return SlotDecision(ordered[0], "only")
        candidates = Candidates(select)
        count = 0
        for one in ordered:
            if one.event.event_id not in self.retracted:
                candidates.add(one)
                count += 1
        winner = candidates.winner()
        reason: ReasonCode = "retracted" if winner is None else "only"
        if count > 1:
            reason = "first" if select != "latest" else "smallest_id" if candidates.tied() else "newest"
        return SlotDecision(winner, reason, tuple(self._losers(ordered, winner)))

    def _losers(self, ordered: Iterable[ClassifiedEvent], winner: ClassifiedEvent | None) -> Iterator[Loser]:
        for one in ordered:
            if one is winner:
                continue
            reason: ReasonCode = "superseded"
            if one.event.event_id in self.retracted:
                reason = "retracted"
            elif winner is not None and one.event.payload_bytes == winner.event.payload_bytes:
                reason = "restated"
            yield Loser(one.event.event_id, reason)

    def _receipt(self, event_type: EventType, slots: Mapping[bytes, list[ClassifiedEvent]]) -> SlotDecision:
        """The current record_created if its receipt is verified (STATE-2, TRACE-3)."""
        ordered = sorted(_events(slots), key=ORDER)
        decided = self._decide(event_type.select, ordered)
        winner = decided.winner
        if winner is None or winner.event.receipt_verified:
            return decided
        reasons: dict[str, ReasonCode] = {loser.event_id: loser.reason for loser in decided.losers}
        losers = (Loser(one.event.event_id, reasons.get(one.event.event_id, "rejected")) for one in ordered)
        return SlotDecision(None, "rejected", tuple(losers))

    def aliases(self) -> list[AliasDecision]:
        """The decision on every name of the record, by kind and value (STATE-4)."""
        derived = self.record.aliases if self.rules.has_aliases else ()
        decided: dict[tuple[str, ...], SlotDecision] = dict.fromkeys(derived, _DERIVED)
        named: dict[tuple[str, ...], list[ClassifiedEvent]] = {}
        for one in _events(self.names):
            named.setdefault(one.kept, []).append(one)
        for name, events in named.items():
            if len(events) == 1 and events[0].event.event_id not in self.retracted:
                decided[name] = SlotDecision(events[0], "derived" if name in decided else "only")
                continue
            winner, reason, losers = self._decide("first", sorted(events, key=ORDER))
            if name in decided:
                reason = "derived"
            elif winner is None:
                continue
            decided[name] = SlotDecision(winner, reason, tuple(map(_restated, losers)))
        # All are ASCII, in which text order is the order of UTF-8 bytes (KIND-4).
        return [AliasDecision(name[0], name[1], name in derived, decided[name]) for name in sorted(decided)]

    def members(self) -> Iterator[tuple[str, EventType | None]]:
        """The members of ``current`` that follow from events, behind the aliases, in order (STATE-2).

        Each listing section comes with its event type, and the receipt with None. The receipt is
        behind the first listing section, as the registry shows it.
        """
        event_types = (self.rules.event_types[name] for name in self.rules.listing)
        for index, event_type in enumerate(event_types):
            yield event_type.section, event_type
            if index == 0:
                yield RECEIPT, None

    def decisions(self, event_type: EventType) -> Iterator[SlotDecision]:
        """The decision on each entry of a listing section, in its order (TRACE-3)."""
        if event_type.select != "all":
            for one in self.current[event_type.event_type]:
                yield self.contested.get(one.event.event_id) or SlotDecision(one, "only")
            return
        for one in self.current[event_type.event_type]:
            effect = self.effects.get(one.event.event_id)
            if effect == "applied":
                yield SlotDecision(one, "listed", (Loser(EventId(one.kept[0]), "retracted"),))
            else:
                yield SlotDecision(one, "listed" if effect is None else effect)


_NO_SLOTS: Final[Mapping[bytes, list[ClassifiedEvent]]] = MappingProxyType({})
_DERIVED: Final = SlotDecision(None, "derived")


def _events(slots: Mapping[bytes, list[ClassifiedEvent]]) -> Iterator[ClassifiedEvent]:
    return chain.from_iterable(slots.values())


def _restated(loser: Loser) -> Loser:
    """The events of one name restate each other, whatever else their payloads contain (TRACE-3)."""
    return Loser(loser.event_id, "restated") if loser.reason == "superseded" else loser
