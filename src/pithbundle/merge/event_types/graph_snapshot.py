"""graph_snapshot: what the registry counted around this record at one time (spec KIND-5)."""

from __future__ import annotations

from pithbundle.merge.schema import EventType, an_object

EVENT_TYPE = EventType(
    event_type="graph_snapshot",
    target="graph",
    section="graph_snapshots",
    select="all",
    members={"graph_snapshot": an_object},
)
