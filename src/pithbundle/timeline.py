"""The timeline: the events in order, and what each changed (spec TIMELINE-1, TIMELINE-2).

The order is that of the signed times, which a signer chooses; it is not the order in which
anybody received them, and it decides nothing that the state does not already say.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from pithbundle.kinds import Kind
from pithbundle.ledger import CHECKPOINT, RETRACTION, Ledger, slot_of
from pithbundle.state import ORDER, standing
from pithbundle.verdicts import ValidEvent

#: What an event does to the state made of the events before it (TIMELINE-2).
Change: TypeAlias = Literal[
    "sets", "replaces", "restates", "loses", "adds", "retracts", "waits", "refused", "lists", "unrecognised",
]  # fmt: skip


class Moment(NamedTuple):
    """One event of the timeline and what it changed.

    ``others`` are the ids that the change concerns: those replaced, retracted, or brought
    back by a retraction. ``retracted_by`` holds the retractions that apply to this event
    in the whole set.
    """

    event: ValidEvent
    section: str | None
    change: Change
    others: tuple[str, ...]
    retracted_by: tuple[str, ...]


def timeline(ledger: Ledger) -> list[Moment]:
    """Every valid event by (instant, id), each with its change against those before it (TIMELINE-1)."""
    past = Ledger(ledger.record, ledger.number, ledger.policy_sha256, ledger.rules)
    moments = []
    for event in sorted(ledger.events.values(), key=ORDER):
        kind = ledger.rules.kinds.get(event.event_type)
        if kind is None or kind.misfit(event, ledger.record) is not None:
            past.add([event])
            change: Change = "unrecognised"
            others: tuple[str, ...] = ()
        else:
            change, others = _change(past, kind, event)
        moments.append(
            Moment(
                event,
                None if change == "unrecognised" or kind is None else kind.section,
                change,
                others,
                tuple(
                    r.event_id for r in ledger.retractions_of(event.event_id) if ledger.effect(r) == "applied"
                ),
            )
        )
    return moments


def _change(past: Ledger, kind: Kind, event: ValidEvent) -> tuple[Change, tuple[str, ...]]:
    """Add ``event`` to ``past`` and say what that changed, by looking at its own slot alone."""
    if kind.event_type == RETRACTION:
        return _retraction(past, event)
    if kind.select == "each":
        past.add([event])
        return ("lists" if kind.event_type == CHECKPOINT else "adds"), ()
    slot = slot_of(event, kind)
    before = _holder(past, kind, slot)
    past.add([event])
    after = _holder(past, kind, slot)
    if before is None:
        return "sets", ()
    if after is not None and after.event_id == event.event_id:
        return "replaces", (before.event_id,)
    return ("restates" if before.payload_bytes == event.payload_bytes else "loses"), (before.event_id,)


def _retraction(past: Ledger, event: ValidEvent) -> tuple[Change, tuple[str, ...]]:
    name = str(event.payload["event_id"])
    before = _beside(past, name)
    past.add([event])
    effect = past.effect(event)
    if effect != "applied":
        return ("waits" if effect == "waiting" else "refused"), (name,)
    after = _beside(past, name)
    if before is not None and before.event_id == name and after is not None:
        return "retracts", (name, after.event_id)
    return "retracts", (name,)


def _beside(past: Ledger, name: str) -> ValidEvent | None:
    """The event that stands in the slot of the event called ``name``, where it has one."""
    target = past.events.get(name)
    kind = None if target is None else past.rules.kinds.get(target.event_type)
    if target is None or kind is None or kind.select == "each":
        return None
    return _holder(past, kind, slot_of(target, kind))


def _holder(past: Ledger, kind: Kind, slot: bytes) -> ValidEvent | None:
    events = past.slots(kind).get(slot, {})
    return standing(kind, events, {event.event_id for event in events.values() if past.is_retracted(event)})
