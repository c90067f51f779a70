"""Explaining a state: for any place in it, why it says what it says (spec EXPLAIN-1, EXPLAIN-2).

The account is the trace, told back to the signed events; nothing is decided here.
"""

from __future__ import annotations

from typing import NamedTuple

from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InputError
from pithbundle.merge.state import State
from pithbundle.merge.trace import CLAUSES, Decision, Lost, trace
from pithbundle.verify.verdicts import SignedEvent


class Reason(NamedTuple):
    """One entry explained: its step, the clause that decided, and the events that it speaks of."""

    step: Decision
    clause: str
    winners: tuple[SignedEvent, ...]
    losers: tuple[tuple[Lost, SignedEvent], ...]

    def to_value(self) -> Object:
        """The reason as JSON."""
        return {
            "pointer": self.step.pointer,
            "reason": self.step.reason,
            "clause": self.clause,
            "winners": [_told(event) for event in self.winners],
            "losers": [
                {"reason": lost.reason, "clause": CLAUSES[lost.reason], **_told(event)}
                for lost, event in self.losers
            ],
        }


#: What each deciding word means, said of an entry (EXPLAIN-2).
SENTENCES = {
    "derived": "follows from the canonical record itself; no event is needed",
    "only": "the only event that claims this place",
    "first": "the earliest by signed time, then by id, of the events that claim this place",
    "newest": "the newest by signed time of the events in this slot",
    "smallest_id": "of the newest events in this slot, all of one signed time, the one with the smallest id",
    "listed": "every event of this kind stands",
    "retracted": "every event that claimed this place was taken back by its signer",
    "waiting": "names an event that is not in the set; it takes effect once that event arrives",
    "rejected": "has no effect: a target of another signer or one never retracted, or a receipt not verified",
}

#: What each word means, said of an event that an entry does not show (EXPLAIN-2).
LOSING = {
    "restated": "says the same again",
    "superseded": "lost to the event that this rule puts first",
    "retracted": "was taken back by its signer",
    "rejected": "stands, but its receipt is not verified",
}


def explain(view: State, pointer: str = "") -> list[Reason]:
    """The reasons for the entry at ``pointer``, or for every entry at or below it (EXPLAIN-1).

    A pointer into the middle of an entry is explained by that entry. ``""`` and
    ``/current`` explain all of the state.

    Raises:
        InputError: ``type`` where the state has nothing at the pointer to explain.
    """
    steps = trace(view)
    found = [step for step in steps if _at_or_below(step.pointer, pointer)]
    if not found:
        found = [step for step in steps if _at_or_below(pointer, step.pointer)]
    if not found:
        raise InputError("type", "the state has no entry there", pointer=pointer, clause="EXPLAIN-1")
    events = view.ledger.events
    return [
        Reason(
            step,
            CLAUSES[step.reason],
            tuple(events[name] for name in step.winners),
            tuple((lost, events[lost.event_id]) for lost in step.losers),
        )
        for step in found
    ]


def _at_or_below(place: str, above: str) -> bool:
    return place == above or place.startswith(above + "/")


def _told(event: SignedEvent) -> dict[str, Value]:
    return {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "created_at": event.created_at,
        "signer": event.signer,
        "key_id": event.key_id,
    }
