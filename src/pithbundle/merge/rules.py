"""The event kinds, one module each, and the rule sets made of them (spec MERGE-1, KIND-1).

A rule set is frozen under its name. To add a kind, write one module that defines ``KIND``
and a new rule set that names it; an old set is never changed, so an old state stays
recomputable for ever.
"""

from __future__ import annotations

from typing import Final

from pithbundle.merge.event_types import (
    alias_added,
    author_claim,
    checkpoint,
    citation,
    event_retracted,
    graph_snapshot,
    integrity,
    record_created,
    replication,
    storage_attestation,
    timestamp_anchor,
)
from pithbundle.merge.schema import Kind, MergeRules

__all__ = ["MERGE_1", "Kind", "MergeRules"]

#: The rule set of this release, in the order of the sections of a state.
MERGE_1: Final = MergeRules.of(
    "pithbundle-merge-1",
    record_created.KIND,
    alias_added.KIND,
    graph_snapshot.KIND,
    timestamp_anchor.KIND,
    storage_attestation.KIND,
    author_claim.KIND,
    citation.KIND,
    replication.KIND,
    integrity.KIND,
    event_retracted.KIND,
    checkpoint.KIND,
)
