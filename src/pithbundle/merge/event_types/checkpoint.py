"""checkpoint: a signer lists the events that a bundle should contain (spec KIND-13, MERGE-9)."""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.encoding.values import Object
from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import CHECKPOINT, EventType
from pithbundle.merge.schema import inner_id, sorted_ids
from pithbundle.newtypes import EventId


@dataclass(frozen=True, slots=True, repr=False)
class Checkpoint(Entry):
    """A current checkpoint: the ids of the events that its signer lists, ascending."""

    event_ids: tuple[EventId, ...]


def _event_ids(payload: Object) -> tuple[str, ...]:
    listed = payload["event_ids"]
    return tuple(inner_id(str(each)) for each in listed) if type(listed) is list else ()


EVENT_TYPE = EventType(
    event_type=CHECKPOINT,
    target="bundle",
    section="checkpoints",
    select="all",
    members={"event_ids": sorted_ids},
    entry=Checkpoint,
    keeps=_event_ids,
)
