"""The trace: for every entry of a state the winners, the losers and the reason (spec TRACE-1 to TRACE-4).

It is canonical bytes like the state itself, so `explain` prints it, `diff` compares it and
vectors carry it: one artifact, not three accounts of the same thing. It presents the
decisions of :mod:`pithbundle.merge.selection` and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.brief import brief
from pithbundle.bundle.number import PithNumber
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object, Value
from pithbundle.merge.equivocation import Equivocation
from pithbundle.merge.rule_sets import ALIASES
from pithbundle.merge.selection import Loser, ReasonCode, Selection, SlotDecision
from pithbundle.newtypes import EventId, Pointer

#: The clause behind each reason (TRACE-2).
CLAUSES: Final[dict[ReasonCode, str]] = {
    "only": "MERGE-5", "first": "MERGE-5", "newest": "MERGE-5", "smallest_id": "MERGE-5",
    "listed": "MERGE-5", "restated": "MERGE-5", "superseded": "MERGE-5", "retracted": "MERGE-7",
    "waiting": "MERGE-7", "rejected": "MERGE-7", "derived": "STATE-4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one entry of ``current``: its pointer, the reason, the winners and the losers.

    Winners are ids in the order in which the state uses them; losers are ordered by (instant, id).
    """

    pointer: Pointer
    reason: ReasonCode
    winners: tuple[EventId, ...]
    losers: tuple[Loser, ...]

    __repr__ = brief

    def to_value(self) -> Value:
        """The decision as JSON."""
        return {
            "losers": [{"event_id": loser.event_id, "reason": loser.reason} for loser in self.losers],
            "pointer": self.pointer,
            "winners": [*self.winners],
            "reason": self.reason,
        }


def trace_of(selection: Selection, equivocations: Iterable[Equivocation]) -> tuple[Decision, ...]:
    """The decisions on a state, in the order of its members and entries (TRACE-1)."""
    return tuple(_decisions(selection, equivocations))


def trace_json(number: PithNumber, rules: str, decisions: Iterable[Decision]) -> bytes:
    """The trace as canonical bytes (TRACE-4)."""
    value: Object = {
        "pith_number": str(number),
        "rules": rules,
        "trace": [decision.to_value() for decision in decisions],
    }
    return encode(value)


def _decisions(selection: Selection, equivocations: Iterable[Equivocation]) -> Iterator[Decision]:
    yield Decision(Pointer("/current/canonical_record"), "derived", (), ())
    for index, alias in enumerate(selection.aliases()):
        yield _located(f"/current/{ALIASES}/{index}", alias.decision)
    for name, event_type in selection.members():
        if event_type is not None:
            for index, decided in enumerate(selection.decisions(event_type)):
                yield _located(f"/current/{name}/{index}", decided)
        elif selection.receipt is not None:
            yield _located(f"/current/{name}", selection.receipt)
    for index, group in enumerate(equivocations):
        yield Decision(Pointer(f"/current/equivocations/{index}"), "listed", group.event_ids, ())


def _located(pointer: str, decided: SlotDecision) -> Decision:
    winners = () if decided.winner is None else (decided.winner.event.event_id,)
    return Decision(Pointer(pointer), decided.reason, winners, decided.losers)
