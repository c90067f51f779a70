"""citation: another work refers to this record (spec KIND-9)."""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import identifier, one_of

#: The relationships that the record page lists (SEEN).
RELATIONSHIPS = (
    "supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares", "cites",
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Citation(Entry):
    """A current citation; ``relationship`` is one of :data:`RELATIONSHIPS`."""

    citing_work: str
    relationship: str


EVENT_TYPE = EventType(
    event_type="citation",
    target="record",
    section="citations",
    select="all",
    members={"citing_work": identifier, "relationship": one_of(*RELATIONSHIPS)},
    entry=Citation,
)
