"""event_retracted: a signer takes back one of its own events (spec KIND-12, MERGE-7)."""

from __future__ import annotations

from pithbundle.merge.schema import EventType, event_id, prose

EVENT_TYPE = EventType(
    event_type="event_retracted",
    target="event",
    section="retractions",
    select="all",
    members={"event_id": event_id, "reason": prose(4096)},
    optional=frozenset({"reason"}),
)
