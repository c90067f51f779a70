"""The timeline: the events in order, and what each changed (spec TIMELINE-1, TIMELINE-2).

The order is that of the signed times, which a signer chooses; it is not the order in which
anybody received them, and it decides nothing that the state does not already show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.merge.classification import ORDER, ClassifiedEvent
from pithbundle.merge.rule_sets import ALIASES, CHECKPOINT, RETRACTION, EventType
from pithbundle.merge.selection import Candidates, Selection
from pithbundle.newtypes import EventId
from pithbundle.verify.verdicts import SignedEvent

#: What an event does to the state made of the events before it (TIMELINE-2).
Change: TypeAlias = Literal[
    "sets", "replaces", "restates", "superseded", "adds", "retracts", "withdrawn", "waits",
    "rejected", "lists", "unrecognised",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of the timeline and what it changed.

    ``others`` are the ids that the change concerns: what was replaced, restated or not
    beaten; what a retraction names, then what it brings back; the retractions that are
    before an event that is ``withdrawn``. ``retracted_by`` contains the retractions that apply to
    this event in the whole set, by (instant, id).
    """

    event: SignedEvent
    section: str | None
    change: Change
    others: tuple[EventId, ...]
    retracted_by: tuple[EventId, ...]

    __repr__ = brief


def timeline_of(selection: Selection) -> tuple[Moment, ...]:
    """Every valid event by (instant, id), each with its change against those before it (TIMELINE-1).

    n log n in events: sorting is the dearest part, everything else is done once for each event.
    """
    past = _Past(selection)
    moments = []
    for one in sorted(selection.events.values(), key=ORDER):
        event_type = past.event_type(one)
        retractions = selection.retractions.get(one.event.event_id, ())
        change: Change = "unrecognised"
        others: tuple[EventId, ...] = ()
        if event_type is not None:
            change, others = past.change(event_type, one, retractions)
        section = None if event_type is None else event_type.section
        retracted_by = tuple(retraction.event.event_id for retraction in retractions)
        moments.append(Moment(one.event, section, change, others, retracted_by))
    return tuple(moments)


class _Past:
    """The events up to a moment: which of them are retracted, and the candidates of each slot.

    Events come in the order of (instant, id), so "among those before" is a comparison of
    that order, and no ledger of the past is needed.
    """

    __slots__ = ("retracted", "selection", "slots")

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.slots: dict[tuple[str, object], Candidates] = {}
        self.retracted: set[str] = set()

    def event_type(self, one: ClassifiedEvent) -> EventType | None:
        """The event type of a conforming event, None for one that is unrecognised."""
        return None if one.code is not None else self.selection.rules.event_types[one.event.event_type]

    def change(
        self, event_type: EventType, one: ClassifiedEvent, retractions: Sequence[ClassifiedEvent]
    ) -> tuple[Change, tuple[EventId, ...]]:
        """What a conforming event changes, and which events that concerns."""
        if event_type.event_type == RETRACTION:
            return self.retraction(one)
        earlier = tuple(r.event.event_id for r in retractions if r.event.order < one.event.order)
        if earlier:
            self.retracted.add(one.event.event_id)
            return "withdrawn", earlier
        slot = self.slot(event_type, one)
        if slot is None:
            return ("lists" if event_type.event_type == CHECKPOINT else "adds"), ()
        before = slot.winner()
        slot.add(one)
        if before is None:
            return ("adds" if event_type.select == "all" else "sets"), ()
        if slot.winner() is one:
            # Of `latest` a later instant, with the same payload too: it is the one that is shown.
            return "replaces", (before.event.event_id,)
        same = event_type.select == "all" or before.event.payload_bytes == one.event.payload_bytes
        return ("restates" if same else "superseded"), (before.event.event_id,)

    def retraction(self, one: ClassifiedEvent) -> tuple[Change, tuple[EventId, ...]]:
        name = EventId(one.kept[0])
        target = self.selection.events.get(name)
        if target is None or target.event.order > one.event.order:
            return "waits", (name,)
        if self.selection.effects[one.event.event_id] != "applied":
            return "rejected", (name,)
        event_type = self.event_type(target)
        slot = None if event_type is None else self.slot(event_type, target)
        winner = None if slot is None else slot.winner()
        self.retracted.add(name)
        if slot is None or winner is not target:
            return "retracts", (name,)
        following = slot.winner()
        return "retracts", (name,) if following is None else (name, following.event.event_id)

    def slot(self, event_type: EventType, one: ClassifiedEvent) -> Candidates | None:
        """The candidates that a conforming event is one of; None for a type of which all are current."""
        key: object = one.slot
        if event_type.section == ALIASES:
            key = one.kept
        elif event_type.select == "all":
            return None
        slot = self.slots.get((event_type.event_type, key))
        if slot is None:
            slot = Candidates(event_type.select, self.retracted)
            self.slots[event_type.event_type, key] = slot
        return slot
