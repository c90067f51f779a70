"""Equivocations: conforming events of one signer that contradict each other (spec MERGE-8).

Retracted events count, so a group never becomes smaller when events are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pithbundle.brief import brief
from pithbundle.encoding.canonical import raw_json
from pithbundle.encoding.values import Object
from pithbundle.merge.classification import ClassifiedEvent
from pithbundle.merge.selection import Selection
from pithbundle.newtypes import EventId, Instant
from pithbundle.verify.verdicts import SignedEvent


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Conforming events of one signer, type, slot and instant of which at least two contradict each other.

    ``signer`` is the ``signer_id`` of the policy, ``slot`` the canonical bytes of the slot (MERGE-5).
    ``event_ids`` are sorted.
    """

    event_type: str
    signer: str
    slot: bytes
    instant: Instant
    event_ids: tuple[EventId, ...]

    __repr__ = brief

    def to_value(self) -> Object:
        """The group as a state lists it; the slot for :mod:`canonical` to write."""
        return {
            "event_ids": [*self.event_ids],
            "event_type": self.event_type,
            "instant": self.instant,
            "signer": self.signer,
            "slot": raw_json(self.slot),
        }


def equivocations_of(selection: Selection) -> tuple[Equivocation, ...]:
    """Every group of contradicting events, by type, signer, slot and instant."""
    found = [
        group
        for name in selection.rules.deciding
        for events in selection.conforming.get(name, {}).values()
        if len(events) > 1
        for group in _groups(events)
    ]
    return tuple(sorted(found, key=lambda g: (g.event_type.encode(), g.signer.encode(), g.slot, g.instant)))


def _groups(events: Iterable[ClassifiedEvent]) -> Iterator[Equivocation]:
    """The equivocations in one slot."""
    groups: dict[Instant, list[ClassifiedEvent]] = {}
    for one in events:
        # Another instant is a revision.
        groups.setdefault(one.event.instant, []).append(one)
    for instant, group in groups.items():
        if len(group) > 1 and len({one.deciding for one in group}) > 1:
            ids = tuple(sorted(one.event.event_id for one in group))
            first = group[0]
            yield Equivocation(first.event.event_type, first.event.signer, first.slot, instant, ids)


def contradiction_of(selection: Selection, group: Equivocation) -> tuple[SignedEvent, SignedEvent]:
    """The two events of a group that a proof contains (PROOF-1).

    They are the one with the smallest id and, of those whose deciding members differ from its,
    the one with the smallest id.

    Raises:
        KeyError: an event of the group is not in the set.
    """
    first, *others = (selection.events[event_id] for event_id in group.event_ids)
    second = next(one for one in others if one.deciding != first.deciding)
    return first.event, second.event
