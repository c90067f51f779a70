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
from pithbundle.merge.rules import Kind
from pithbundle.merge.schema import slot_of
from pithbundle.merge.state import ORDER, State
from pithbundle.verify.verdicts import ValidEvent

#: The frozen words and nothing else (TRACE-2).
Word: TypeAlias = Literal[
    "only", "first", "newest", "smallest_id", "listed", "restated",
    "superseded", "retracted", "waiting", "refused", "derived",
]  # fmt: skip

#: The clause behind each word (TRACE-2).
CLAUSES: Final[dict[Word, str]] = {
    "only": "MERGE-5", "first": "MERGE-5", "newest": "MERGE-5", "smallest_id": "MERGE-5",
    "listed": "MERGE-5", "restated": "MERGE-5", "superseded": "MERGE-5", "retracted": "MERGE-7",
    "waiting": "MERGE-7", "refused": "MERGE-7", "derived": "STATE-4",
}  # fmt: skip


class Lost(NamedTuple):
    """An event that an entry does not show, and why."""

    event_id: str
    word: Word


class Step(NamedTuple):
    """One entry of ``current``: its pointer, the word that decided, the winners and the losers.

    Winners are ids in the order in which the state uses them; losers stand by (instant, id).
    """

    pointer: str
    word: Word
    wins: tuple[str, ...]
    loses: tuple[Lost, ...]

    def to_value(self) -> Value:
        """The step as JSON."""
        return {
            "loses": [{"event_id": lost.event_id, "word": lost.word} for lost in self.loses],
            "pointer": self.pointer,
            "wins": [*self.wins],
            "word": self.word,
        }


def trace(view: State) -> list[Step]:
    """The steps of a state, in the order of its members and entries (TRACE-1)."""
    return list(_steps(view))


def trace_bytes(view: State) -> bytes:
    """The trace as canonical bytes (TRACE-4)."""
    ledger = view.ledger
    value: Object = {
        "pith_number": str(ledger.number),
        "rules": ledger.rules.name,
        "trace": [step.to_value() for step in _steps(view)],
    }
    return encode(value)


def _steps(view: State) -> Iterator[Step]:
    ledger = view.ledger
    yield Step("/current/canonical_record", "derived", (), ())
    kinds = {kind.section: kind for kind in ledger.rules.kinds.values()}
    yield from _alias_steps(view, kinds.get("source_aliases"))
    receipt = list(_receipt_steps(view, kinds.get("receipt")))
    for place, (section, standing) in enumerate(view.sections.items()):
        kind = kinds[section]
        for index, event in enumerate(standing):
            yield _entry_step(view, kind, f"/current/{section}/{index}", event)
        if place == 0:
            yield from receipt
    for index, group in enumerate(view.equivocations):
        yield Step(f"/current/equivocations/{index}", "listed", group.event_ids, ())


def _alias_steps(view: State, kind: Kind | None) -> Iterator[Step]:
    named: dict[tuple[str, str], list[ValidEvent]] = {}
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
        word: Word = "first" if any(lost.word == "restated" for lost in loses) else "only"
        if alias.derived:
            word = "derived"
        yield Step(f"/current/source_aliases/{index}", word, wins, loses)


def _receipt_steps(view: State, kind: Kind | None) -> Iterator[Step]:
    events = [] if kind is None else sorted(view.ledger.fitting(kind), key=ORDER)
    if not events:
        return
    alive = [event for event in events if not view.ledger.is_retracted(event)]
    refused = bool(alive) and view.receipt is None
    loses = _losers(view.ledger, events, alive[0] if alive else None, refused)
    word: Word = "first" if len(alive) > 1 else "only"
    if refused:
        # The standing event is known, its receipt is not verified: the section stays null.
        yield Step("/current/receipt", "refused", (), loses)
    elif alive:
        yield Step("/current/receipt", word, (alive[0].event_id,), loses)
    else:
        yield Step("/current/receipt", "retracted", (), loses)


def _entry_step(view: State, kind: Kind, pointer: str, event: ValidEvent) -> Step:
    ledger = view.ledger
    if kind.event_type == RETRACTION:
        effect = view.effects[event.event_id]
        if effect == "applied":
            return Step(
                pointer, "listed", (event.event_id,), (Lost(str(event.payload["event_id"]), "retracted"),)
            )
        return Step(pointer, effect, (event.event_id,), ())
    if kind.select == "each":
        return Step(pointer, "listed", (event.event_id,), ())
    events = sorted(ledger.slots(kind)[slot_of(event, kind)].values(), key=ORDER)
    alive = [other for other in events if not ledger.is_retracted(other)]
    word: Word = "only"
    if len(alive) > 1:
        tied = any(other.instant == event.instant for other in alive if other is not event)
        word = "first" if kind.select == "once" else "smallest_id" if tied else "newest"
    return Step(pointer, word, (event.event_id,), _losers(ledger, events, event))


def _losers(
    ledger: Ledger, events: Iterable[ValidEvent], winner: ValidEvent | None, refused: bool = False
) -> tuple[Lost, ...]:
    """The events that an entry does not show; the standing one among them if it is ``refused``."""
    loses = []
    for event in events:
        if winner is not None and event.event_id == winner.event_id:
            if refused:
                loses.append(Lost(event.event_id, "refused"))
            continue
        word: Word = "superseded"
        if ledger.is_retracted(event):
            word = "retracted"
        elif winner is not None and event.payload_bytes == winner.payload_bytes:
            word = "restated"
        loses.append(Lost(event.event_id, word))
    return tuple(loses)
