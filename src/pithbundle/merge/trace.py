"""The trace: for every entry of a state the events that won it and those that lost (spec TRACE-1 to TRACE-4).

It is canonical bytes like the state itself, so `explain` prints it, `diff` compares it and
vectors carry it: one artifact, not three accounts of the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object, Value
from pithbundle.merge.ledger import RETRACTION, Ledger
from pithbundle.merge.rules import EventType
from pithbundle.merge.schema import slot_of
from pithbundle.merge.state import ORDER, State
from pithbundle.verify.verdicts import SignedEvent

#: The frozen words and nothing else (TRACE-2).
ReasonCode: TypeAlias = Literal[
    "only", "first", "newest", "smallest_id", "listed", "restated",
    "superseded", "retracted", "waiting", "rejected", "derived",
]  # fmt: skip

#: The clause behind each word (TRACE-2).
CLAUSES: Final[dict[ReasonCode, str]] = {
    "only": "MERGE-5", "first": "MERGE-5", "newest": "MERGE-5", "smallest_id": "MERGE-5",
    "listed": "MERGE-5", "restated": "MERGE-5", "superseded": "MERGE-5", "retracted": "MERGE-7",
    "waiting": "MERGE-7", "rejected": "MERGE-7", "derived": "STATE-4",
}  # fmt: skip


class Lost(NamedTuple):
    """An event that an entry does not show, and why."""

    event_id: str
    reason: ReasonCode


class Decision(NamedTuple):
    """One entry of ``current``: its pointer, the word that decided, the winners and the losers.

    Winners are ids in the order in which the state uses them; losers stand by (instant, id).
    """

    pointer: str
    reason: ReasonCode
    winners: tuple[str, ...]
    losers: tuple[Lost, ...]

    def to_value(self) -> Value:
        """The step as JSON."""
        return {
            "losers": [{"event_id": lost.event_id, "reason": lost.reason} for lost in self.losers],
            "pointer": self.pointer,
            "winners": [*self.winners],
            "reason": self.reason,
        }


def trace(view: State) -> list[Decision]:
    """The steps of a state, in the order of its members and entries (TRACE-1)."""
    return list(_steps(view))


def trace_bytes(view: State) -> bytes:
    """The trace as canonical bytes (TRACE-4)."""
    ledger = view.ledger
    value: Object = {
        "pith_number": str(ledger.record.number),
        "rules": ledger.rules.name,
        "trace": [step.to_value() for step in _steps(view)],
    }
    return encode(value)


def _steps(view: State) -> Iterator[Decision]:
    ledger = view.ledger
    yield Decision("/current/canonical_record", "derived", (), ())
    kinds = {kind.section: kind for kind in ledger.rules.event_types.values()}
    yield from _alias_steps(view, kinds.get("source_aliases"))
    receipt = list(_receipt_steps(view, kinds.get("receipt")))
    for place, (section, standing) in enumerate(view.sections.items()):
        kind = kinds[section]
        for index, event in enumerate(standing):
            yield _entry_step(view, kind, f"/current/{section}/{index}", event)
        if place == 0:
            yield from receipt
    for index, group in enumerate(view.equivocations):
        yield Decision(f"/current/equivocations/{index}", "listed", group.event_ids, ())


def _alias_steps(view: State, kind: EventType | None) -> Iterator[Decision]:
    named: dict[tuple[str, str], list[SignedEvent]] = {}
    for event in () if kind is None else view.ledger.fitting(kind):
        name = str(event.payload["alias_kind"]), str(event.payload["alias_value"])
        named.setdefault(name, []).append(event)
    for index, alias in enumerate(view.aliases):
        events = sorted(named.get((alias.kind, alias.value), ()), key=ORDER)
        wins = () if alias.event is None else (alias.event.event_id,)
        loses = tuple(
            Lost(event.event_id, "retracted" if view.ledger.is_retracted(event) else "restated")
            for event in events
            if event.event_id not in wins
        )
        reason: ReasonCode = "first" if any(lost.reason == "restated" for lost in loses) else "only"
        if alias.derived:
            reason = "derived"
        yield Decision(f"/current/source_aliases/{index}", reason, wins, loses)


def _receipt_steps(view: State, kind: EventType | None) -> Iterator[Decision]:
    events = [] if kind is None else sorted(view.ledger.fitting(kind), key=ORDER)
    if not events:
        return
    alive = [event for event in events if not view.ledger.is_retracted(event)]
    refused = bool(alive) and view.receipt is None
    loses = _losers(view.ledger, events, alive[0] if alive else None, refused)
    reason: ReasonCode = "first" if len(alive) > 1 else "only"
    if refused:
        # The standing event is known, its receipt is not verified: the section stays null.
        yield Decision("/current/receipt", "rejected", (), loses)
    elif alive:
        yield Decision("/current/receipt", reason, (alive[0].event_id,), loses)
    else:
        yield Decision("/current/receipt", "retracted", (), loses)


def _entry_step(view: State, kind: EventType, pointer: str, event: SignedEvent) -> Decision:
    ledger = view.ledger
    if kind.event_type == RETRACTION:
        effect = view.effects[event.event_id]
        if effect == "applied":
            return Decision(
                pointer, "listed", (event.event_id,), (Lost(str(event.payload["event_id"]), "retracted"),)
            )
        return Decision(pointer, effect, (event.event_id,), ())
    if kind.select == "all":
        return Decision(pointer, "listed", (event.event_id,), ())
    events = sorted(ledger.slots(kind)[slot_of(event, kind)].values(), key=ORDER)
    alive = [other for other in events if not ledger.is_retracted(other)]
    reason: ReasonCode = "only"
    if len(alive) > 1:
        tied = any(other.instant == event.instant for other in alive if other is not event)
        reason = "first" if kind.select == "first" else "smallest_id" if tied else "newest"
    return Decision(pointer, reason, (event.event_id,), _losers(ledger, events, event))


def _losers(
    ledger: Ledger, events: Iterable[SignedEvent], winner: SignedEvent | None, refused: bool = False
) -> tuple[Lost, ...]:
    """The events that an entry does not show; the standing one among them if it is ``refused``."""
    loses = []
    for event in events:
        if winner is not None and event.event_id == winner.event_id:
            if refused:
                loses.append(Lost(event.event_id, "rejected"))
            continue
        reason: ReasonCode = "superseded"
        if ledger.is_retracted(event):
            reason = "retracted"
        elif winner is not None and event.payload_bytes == winner.payload_bytes:
            reason = "restated"
        loses.append(Lost(event.event_id, reason))
    return tuple(loses)
