"""graph_snapshot: what the registry counted around this record at one time (spec KIND-5)."""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.encoding.values import Object
from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import an_object


@dataclass(frozen=True, slots=True, repr=False)
class GraphSnapshot(Entry):
    """A current graph snapshot."""

    @property
    def graph_snapshot(self) -> Object:
        """The counts as signed, decoded each time."""
        snapshot = self.payload["graph_snapshot"]
        return snapshot if type(snapshot) is dict else {}


EVENT_TYPE = EventType(
    event_type="graph_snapshot",
    target="graph",
    section="graph_snapshots",
    select="all",
    members={"graph_snapshot": an_object},
    entry=GraphSnapshot,
)
