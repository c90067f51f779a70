"""The event types, one module each, and the rule sets made of them (spec MERGE-1, KIND-1).

A rule set is frozen under its name. To add an event type, write one module that defines ``EVENT_TYPE``
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
from pithbundle.merge.rule_sets import MergeRules, built_in

#: The rule set of this release, in the order of the sections of a state.
MERGE_1: Final = built_in(
    MergeRules.of(
        "pithbundle-merge-1",
        record_created.EVENT_TYPE,
        alias_added.EVENT_TYPE,
        graph_snapshot.EVENT_TYPE,
        timestamp_anchor.EVENT_TYPE,
        storage_attestation.EVENT_TYPE,
        author_claim.EVENT_TYPE,
        citation.EVENT_TYPE,
        replication.EVENT_TYPE,
        integrity.EVENT_TYPE,
        event_retracted.EVENT_TYPE,
        checkpoint.EVENT_TYPE,
    )
)
