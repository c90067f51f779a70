"""record_created: the registry made this record; carries its receipt (spec KIND-3)."""

from __future__ import annotations

from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object
from pithbundle.merge.schema import EventType, an_object, sha256_hex


def _is_this_record(payload: Object, record: Record) -> str | None:
    if payload["canonical_sha256"] != record.hex:
        return "hash_mismatch"
    # Canonical bytes, not ==: Python holds 1, 1.0 and true equal.
    return None if encode(payload["canonical_record"]) == record.canonical else "hash_mismatch"


EVENT_TYPE = EventType(
    event_type="record_created",
    target="record",
    section="receipt",
    select="first",
    members={"canonical_record": an_object, "canonical_sha256": sha256_hex, "receipt": an_object},
    match=_is_this_record,
)
