"""What checkpoints list and no valid event has (spec MERGE-9)."""

from __future__ import annotations

from typing import NamedTuple

from pithbundle.brief import brief
from pithbundle.merge.rule_sets import CHECKPOINT
from pithbundle.merge.selection import Selection
from pithbundle.newtypes import EventId, Instant


class Completeness(NamedTuple):
    """What is known of the completeness of the events of one signer.

    ``as_of`` is the (instant, id) of the last checkpoint that counts, if nothing that the
    signer listed is missing; None otherwise, and for a signer without a checkpoint that counts.
    """

    signer: str
    missing: tuple[EventId, ...]
    as_of: tuple[Instant, EventId] | None

    def __repr__(self) -> str:
        return brief(self)


def missing_ids(selection: Selection) -> dict[str, tuple[EventId, ...]]:
    """For each signer with a checkpoint that counts, the missing ids; signers and ids sorted.

    Linear in the ids that are listed.
    """
    listed: dict[str, set[str]] = {}
    for one in selection.current.get(CHECKPOINT, ()):
        listed.setdefault(one.event.signer, set()).update(one.kept)
    return {
        signer: tuple(map(EventId, sorted(event_ids - selection.events.keys())))
        for signer, event_ids in sorted(listed.items())
    }


def completeness_of(selection: Selection) -> tuple[Completeness, ...]:
    """The completeness of each signer of the set, sorted by signer."""
    missing = missing_ids(selection)
    # The current checkpoints are ordered by (instant, id), so the last one of a signer remains.
    last = {one.event.signer: one.event for one in selection.current.get(CHECKPOINT, ())}
    found = []
    for signer in sorted({one.event.signer for one in selection.events.values()}):
        absent, event = missing.get(signer, ()), last.get(signer)
        as_of = (event.instant, event.event_id) if event is not None and not absent else None
        found.append(Completeness(signer, absent, as_of))
    return tuple(found)
