"""citation: another work points at this record (spec KIND-9)."""

from __future__ import annotations

from pithbundle.merge.schema import EventType, identifier, word

#: The relationships that the record page lists (SEEN).
RELATIONSHIPS = (
    "supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares", "cites",
)  # fmt: skip

EVENT_TYPE = EventType(
    event_type="citation",
    target="record",
    section="citations",
    select="all",
    members={"citing_work": identifier, "relationship": word(*RELATIONSHIPS)},
)
