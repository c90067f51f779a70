"""The timeline: the events in order, and what each changed (spec TIMELINE-1, TIMELINE-2).

The order is that of the signed times, which a signer chooses; it is not the order in which
anybody received them, and it decides nothing that the state does not already say.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from pithbundle.canonical import encode
from pithbundle.kinds import Kind
from pithbundle.kinds.fit import slot_of
from pithbundle.ledger import CHECKPOINT, RETRACTION, Ledger
from pithbundle.state import ORDER, standing
from pithbundle.verdicts import ValidEvent

#: What an event does to the state made of the events before it (TIMELINE-2).
Change: TypeAlias = Literal[
    "sets", "replaces", "restates", "loses", "adds", "retracts", "withdrawn", "waits", "refused", "lists",
    "unrecognised",
]  # fmt: skip

#: Where one event stands at a time: an event type, and a slot or the name that an alias gives.
_Place: TypeAlias = tuple[str, bytes]


class Moment(NamedTuple):
    """One event of the timeline and what it changed.

    ``others`` are the ids that the change concerns: what was replaced, restated or not
    beaten; what a retraction names, then what it brings back; the retractions of an event
    that is ``withdrawn`` as it comes. ``retracted_by`` holds the retractions that apply to
    this event in the whole set, by (instant, id).
    """

    event: ValidEvent
    section: str | None
    change: Change
    others: tuple[str, ...]
    retracted_by: tuple[str, ...]


def timeline(ledger: Ledger) -> list[Moment]:
    """Every valid event by (instant, id), each with its change against those before it (TIMELINE-1)."""
    past = _Past(Ledger(ledger.record, ledger.number, ledger.policy_sha256, ledger.rules))
    misfits = {event.event_id for event, _ in ledger.unrecognised}
    moments = []
    for event in sorted(ledger.events.values(), key=ORDER):
        kind = None if event.event_id in misfits else ledger.rules.kinds[event.event_type]
        past.ledger.add([event])
        change, others = ("unrecognised", ()) if kind is None else past.change(kind, event)
        section = None if kind is None else kind.section
        moments.append(Moment(event, section, change, others, _taken_back_by(ledger, event)))
    return moments


def _taken_back_by(ledger: Ledger, event: ValidEvent) -> tuple[str, ...]:
    """The retractions that apply to an event, by (instant, id)."""
    named = ledger.retractions_of(event.event_id)
    return tuple(retraction.event_id for retraction in named if ledger.effect(retraction) == "applied")


class _Past:
    """The events up to a moment, and which of them stands at each place.

    The holder is kept from event to event, so that a crowded slot is gone through only
    when a retraction takes its holder away.
    """

    __slots__ = ("holders", "ledger")

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.holders: dict[_Place, ValidEvent] = {}

    def change(self, kind: Kind, event: ValidEvent) -> tuple[Change, tuple[str, ...]]:
        """What a fitting event changes that was added just now, and whom that concerns."""
        if kind.event_type == RETRACTION:
            return self.retraction(event)
        if self.ledger.is_retracted(event):
            # Its retraction has an earlier signed time, or a smaller id, and was waiting for it.
            return "withdrawn", _taken_back_by(self.ledger, event)
        place = _place(kind, event)
        if place is None:
            return ("lists" if kind.event_type == CHECKPOINT else "adds"), ()
        before = self.holders.setdefault(place, event)
        if before is event:
            return ("adds" if kind.select == "each" else "sets"), ()
        if kind.select == "each":
            return "restates", (before.event_id,)
        # What stands of all before and this one is what stands of the holder and this one.
        pair = {before.event_id: before, event.event_id: event}
        if standing(kind, pair, frozenset()) is event:
            self.holders[place] = event
            return "replaces", (before.event_id,)
        return ("restates" if before.payload_bytes == event.payload_bytes else "loses"), (before.event_id,)

    def retraction(self, event: ValidEvent) -> tuple[Change, tuple[str, ...]]:
        name = str(event.payload["event_id"])
        effect = self.ledger.effect(event)
        if effect != "applied":
            return ("waits" if effect == "waiting" else "refused"), (name,)
        target = self.ledger.events[name]
        kind = self.ledger.rules.kinds.get(target.event_type)
        place = None if kind is None else _place(kind, target)
        if kind is None or place is None or self.holders.get(place) is not target:
            return "retracts", (name,)
        following = self.following(kind, place)
        if following is None:
            del self.holders[place]
            return "retracts", (name,)
        self.holders[place] = following
        return "retracts", (name, following.event_id)

    def following(self, kind: Kind, place: _Place) -> ValidEvent | None:
        """What stands at a place once more, after its holder was taken back."""
        if kind.select == "each":
            named = (event for event in self.ledger.fitting(kind) if _place(kind, event) == place)
            return min((e for e in named if not self.ledger.is_retracted(e)), key=ORDER, default=None)
        slot = self.ledger.slots(kind)[place[1]]
        return standing(kind, slot, {name for name, e in slot.items() if self.ledger.is_retracted(e)})


def _place(kind: Kind, event: ValidEvent) -> _Place | None:
    """The place that an event claims; None for a kind of which each stands beside the others."""
    if kind.section == "source_aliases":
        name = event.payload.get("alias_kind"), event.payload.get("alias_value")
        return kind.event_type, encode([*name])
    return None if kind.select == "each" else (kind.event_type, slot_of(event, kind))
