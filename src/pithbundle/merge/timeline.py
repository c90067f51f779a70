"""The timeline: the events in order, and what each changed (spec TIMELINE-1, TIMELINE-2).

The order is that of the signed times, which a signer chooses; it is not the order in which
anybody received them, and it decides nothing that the state does not already say.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from typing import Literal, NamedTuple, TypeAlias

from pithbundle.encoding.canonical import encode
from pithbundle.merge.ledger import CHECKPOINT, RETRACTION, Ledger
from pithbundle.merge.rules import EventType
from pithbundle.merge.schema import slot_of
from pithbundle.merge.state import ORDER
from pithbundle.verify.verdicts import SignedEvent

#: What an event does to the state made of the events before it (TIMELINE-2).
Change: TypeAlias = Literal[
    "sets", "replaces", "restates", "superseded", "adds", "retracts", "withdrawn", "waits",
    "rejected", "lists", "unrecognised",
]  # fmt: skip


class Moment(NamedTuple):
    """One event of the timeline and what it changed.

    ``others`` are the ids that the change concerns: what was replaced, restated or not
    beaten; what a retraction names, then what it brings back; the retractions of an event
    that is ``withdrawn`` as it comes. ``retracted_by`` holds the retractions that apply to
    this event in the whole set, by (instant, id).
    """

    event: SignedEvent
    section: str | None
    change: Change
    others: tuple[str, ...]
    retracted_by: tuple[str, ...]


def timeline(ledger: Ledger) -> list[Moment]:
    """Every valid event by (instant, id), each with its change against those before it (TIMELINE-1).

    n log n in events: sorting is the dearest part, everything else is done once for each event.
    """
    past = _Past(ledger)
    moments = []
    for event in sorted(ledger.events.values(), key=ORDER):
        kind = past.kind(event)
        taken_back_by = past.retractions_of(event)
        change, others = ("unrecognised", ()) if kind is None else past.change(kind, event, taken_back_by)
        section = None if kind is None else kind.section
        moments.append(Moment(event, section, change, others, tuple(r.event_id for r in taken_back_by)))
    return moments


class _Place:
    """The claims on one place, in the order of events, so that the holder is always at hand.

    ``latest``: the smallest id of the greatest instant, so each instant has a queue of its own.
    Else: the smallest (instant, id), so there is one queue. A claim that was taken back leaves
    when it would hold the place: each comes and goes once.
    """

    __slots__ = ("by_instant", "queues", "retracted")

    def __init__(self, kind: EventType, retracted: Set[str]) -> None:
        self.by_instant = kind.select == "latest"
        self.retracted = retracted
        self.queues: list[deque[SignedEvent]] = []

    def holder(self) -> SignedEvent | None:
        """Which claim stands of those that are not retracted."""
        while self.queues:
            queue = self.queues[-1]
            while queue and queue[0].event_id in self.retracted:
                queue.popleft()
            if queue:
                return queue[0]
            self.queues.pop()
        return None

    def claim(self, event: SignedEvent) -> None:
        """Add a claim that comes after all others in the order of events."""
        if self.queues and not (self.by_instant and self.queues[-1][-1].instant != event.instant):
            self.queues[-1].append(event)
        else:
            self.queues.append(deque([event]))


class _Past:
    """The events up to a moment: which of them are retracted, and what stands at each place.

    Events come in the order of (instant, id), so "among those before" is a comparison of
    that order, and no ledger of the past is needed.
    """

    __slots__ = ("ledger", "misfits", "places", "retracted")

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.misfits = {event.event_id for event, _ in ledger.unrecognised}
        self.places: dict[tuple[str, bytes], _Place] = {}
        self.retracted: set[str] = set()

    def kind(self, event: SignedEvent) -> EventType | None:
        """The kind that takes an event, None for one that is unrecognised."""
        return None if event.event_id in self.misfits else self.ledger.rules.event_types[event.event_type]

    def retractions_of(self, event: SignedEvent) -> list[SignedEvent]:
        """The retractions that apply to an event in the whole set, by (instant, id)."""
        named = self.ledger.retractions_of(event.event_id)
        return [retraction for retraction in named if self.ledger.effect(retraction) == "applied"]

    def change(
        self, kind: EventType, event: SignedEvent, taken_back_by: list[SignedEvent]
    ) -> tuple[Change, tuple[str, ...]]:
        """What a fitting event changes, and whom that concerns."""
        if kind.event_type == RETRACTION:
            return self.retraction(event)
        earlier = tuple(r.event_id for r in taken_back_by if r.order < event.order)
        if earlier:
            self.retracted.add(event.event_id)
            return "withdrawn", earlier
        place = self.place(kind, event)
        if place is None:
            return ("lists" if kind.event_type == CHECKPOINT else "adds"), ()
        before = place.holder()
        place.claim(event)
        if before is None:
            return ("adds" if kind.select == "all" else "sets"), ()
        if place.holder() is event:
            # Of `latest` a later instant, with the same payload too: it is the one that is shown.
            return "replaces", (before.event_id,)
        same = kind.select == "all" or before.payload_bytes == event.payload_bytes
        return ("restates" if same else "superseded"), (before.event_id,)

    def retraction(self, event: SignedEvent) -> tuple[Change, tuple[str, ...]]:
        name = str(event.payload["event_id"])
        target = self.ledger.events.get(name)
        if target is None or target.order > event.order:
            return "waits", (name,)
        if self.ledger.effect(event) != "applied":
            return "rejected", (name,)
        kind = self.kind(target)
        place = None if kind is None else self.place(kind, target)
        held = None if place is None else place.holder()
        self.retracted.add(name)
        if place is None or held is not target:
            return "retracts", (name,)
        following = place.holder()
        return "retracts", (name,) if following is None else (name, following.event_id)

    def place(self, kind: EventType, event: SignedEvent) -> _Place | None:
        """The place that a fitting event claims; None for a kind of which each stands by itself."""
        if kind.section == "source_aliases":
            name = encode([event.payload["alias_kind"], event.payload["alias_value"]])
        elif kind.select == "all":
            return None
        else:
            name = slot_of(event, kind)
        place = self.places.get((kind.event_type, name))
        if place is None:
            place = self.places[kind.event_type, name] = _Place(kind, self.retracted)
        return place
