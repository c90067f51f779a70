"""checkpoint: a signer lists the events that a bundle should hold (spec KIND-13, MERGE-9)."""

from __future__ import annotations

from pithbundle.merge.schema import EventType, sorted_ids

EVENT_TYPE = EventType(
    event_type="checkpoint",
    target="bundle",
    section="checkpoints",
    select="all",
    members={"event_ids": sorted_ids},
)
