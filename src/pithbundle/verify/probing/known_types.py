"""The known event types: by them the members of an event are recognised (spec PROBE-7, KIND-1).

The table is a copy of that of the merge rules, which this layer does not import; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pithbundle.verify.probing.lenient import Node

#: Target and required members of the payload of each known event type (KIND-1).
KNOWN_TYPES: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "alias_added": ("record", frozenset({"alias_kind", "alias_value"})),
    "author_claim": ("record", frozenset({"identifier", "scheme", "strength"})),
    "checkpoint": ("bundle", frozenset({"event_ids"})),
    "citation": ("record", frozenset({"citing_work", "relationship"})),
    "event_retracted": ("event", frozenset({"event_id"})),
    "graph_snapshot": ("graph", frozenset({"graph_snapshot"})),
    "pith.integrity.v1": ("record", frozenset({"detector", "evidence_hash"})),
    "record_created": ("record", frozenset({"canonical_record", "canonical_sha256", "receipt"})),
    "replication": ("record", frozenset({"claim", "claimant", "kind", "outcome"})),
    "storage_attestation": ("record", frozenset({"captured_at", "provider", "url"})),
    "timestamp_anchor": ("record", frozenset({"canonical_sha256", "proof_b64"})),
}
TARGETS: Final = frozenset({"record", "graph", "event", "bundle"})


def payload_fit(values: list[Node], types: list[Node]) -> float:
    """How well values fit as the payloads of types: 0 where one is no object, 2 with all members demanded."""
    if not all(type(value) is dict for value in values):
        return 0
    known = [
        type(value) is dict and value.keys() >= KNOWN_TYPES[kind][1]
        for value, kind in zip(values, types, strict=False)
        if type(kind) is str and kind in KNOWN_TYPES
    ]
    return 1 + sum(known) / max(1, len(known))
