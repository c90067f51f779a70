"""Explaining a state: for any location in it, the decision and its reason (spec EXPLAIN-1, EXPLAIN-2).

An explanation is the trace with the signed events that it names; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pithbundle.brief import brief
from pithbundle.encoding.values import Object
from pithbundle.errors import InputError
from pithbundle.merge.classification import ClassifiedEvent
from pithbundle.merge.selection import Loser
from pithbundle.merge.trace import CLAUSES, Decision
from pithbundle.verify.verdicts import SignedEvent


@dataclass(frozen=True, slots=True)
class Explanation:
    """One entry explained: its decision, the clause that governs it, and the events that it names."""

    decision: Decision
    clause: str
    winners: tuple[SignedEvent, ...]
    losers: tuple[tuple[Loser, SignedEvent], ...]

    __repr__ = brief

    def to_value(self) -> Object:
        """The explanation as JSON."""
        return {
            "pointer": self.decision.pointer,
            "reason": self.decision.reason,
            "clause": self.clause,
            "winners": [event.to_value() for event in self.winners],
            "losers": [
                {"reason": loser.reason, "clause": CLAUSES[loser.reason], **event.to_value()}
                for loser, event in self.losers
            ],
        }


#: What each reason means for an entry (EXPLAIN-2).
SENTENCES: Final = {
    "derived": "follows from the canonical record; no event is needed",
    "only": "the only candidate",
    "first": "the first of the candidates, by signed time, then by id",
    "newest": "the newest of the candidates, by signed time",
    "smallest_id": "of the candidates with the newest signed time, the one with the smallest id",
    "listed": "every event of this type is current",
    "retracted": "every candidate was retracted by its signer",
    "waiting": "names an event that is not in the set; it takes effect when that event is added",
    "rejected": "no effect: the target is of another signer or a retraction, or the receipt is not verified",
}

#: What each reason means for an event that an entry does not show (EXPLAIN-2).
LOSING: Final = {
    "restated": "has the same payload as the winner, or the same alias",
    "superseded": "the rule selects another event",
    "retracted": "was retracted by its signer",
    "rejected": "is current, but its receipt is not verified",
}


def explanations(
    decisions: Iterable[Decision], events: Mapping[str, ClassifiedEvent], pointer: str
) -> tuple[Explanation, ...]:
    """The explanations of the entries at or below ``pointer``, or of the entry that contains it (EXPLAIN-1).

    ``""`` and ``/current`` explain all of the state.

    Raises:
        InputError: ``type`` where the state has no entry at the pointer.
    """
    every = tuple(decisions)
    found = [decision for decision in every if _at_or_below(decision.pointer, pointer)]
    if not found:
        found = [decision for decision in every if _at_or_below(pointer, decision.pointer)]
    if not found:
        raise InputError("type", "the state has no entry there", pointer=pointer, clause="EXPLAIN-1")
    return tuple(
        Explanation(
            decision,
            CLAUSES[decision.reason],
            tuple(events[event_id].event for event_id in decision.winners),
            tuple((loser, events[loser.event_id].event) for loser in decision.losers),
        )
        for decision in found
    )


def _at_or_below(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(above + "/")
