"""storage_attestation: somebody keeps a copy at a URL (spec KIND-7)."""

from __future__ import annotations

from pithbundle.merge.schema import EventType, moment, name, sha256_hex, web_url

EVENT_TYPE = EventType(
    event_type="storage_attestation",
    target="record",
    section="storage_attestations",
    select="all",
    members={"provider": name, "url": web_url, "captured_at": moment, "content_sha256": sha256_hex},
    optional=frozenset({"content_sha256"}),
)
