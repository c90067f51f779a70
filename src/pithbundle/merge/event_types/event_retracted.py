"""event_retracted: a signer retracts one of its own events (spec KIND-12, MERGE-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pithbundle.encoding.values import Object
from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import RETRACTION, EventType
from pithbundle.merge.schema import event_id, inner_id, prose
from pithbundle.newtypes import EventId

#: What a retraction does (MERGE-7).
Effect: TypeAlias = Literal["applied", "waiting", "rejected"]


@dataclass(frozen=True, slots=True, repr=False)
class Retraction(Entry):
    """A current retraction: the id that it names and its effect."""

    retracted_id: EventId
    reason: str | None
    effect: Effect


def _retracted_id(payload: Object) -> tuple[str, ...]:
    return (inner_id(str(payload["event_id"])),)


EVENT_TYPE = EventType(
    event_type=RETRACTION,
    target="event",
    section="retractions",
    select="all",
    members={"event_id": event_id, "reason": prose(4096)},
    entry=Retraction,
    optional=frozenset({"reason"}),
    keeps=_retracted_id,
)
