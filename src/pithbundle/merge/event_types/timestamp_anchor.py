"""timestamp_anchor: a proof that the canonical hash existed by some time (spec KIND-6)."""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object
from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import base64_string, sha256_hex


@dataclass(frozen=True, slots=True, repr=False)
class TimestampAnchor(Entry):
    """A current timestamp anchor; the proof is not opened."""

    canonical_sha256: str
    proof_b64: str


def _anchors_this_record(payload: Object, record: Record) -> str | None:
    return None if payload["canonical_sha256"] == record.hex else "hash_mismatch"


EVENT_TYPE = EventType(
    event_type="timestamp_anchor",
    target="record",
    section="timestamp_anchors",
    select="all",
    members={"canonical_sha256": sha256_hex, "proof_b64": base64_string},
    entry=TimestampAnchor,
    match=_anchors_this_record,
)
