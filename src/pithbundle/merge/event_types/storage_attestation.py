"""storage_attestation: a copy of the paper is stored at a URL (spec KIND-7)."""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import moment, name, sha256_hex, web_url


@dataclass(frozen=True, slots=True, repr=False)
class StorageAttestation(Entry):
    """A current storage attestation; whether the URL serves the content is not known here."""

    provider: str
    url: str
    captured_at: str
    content_sha256: str | None


EVENT_TYPE = EventType(
    event_type="storage_attestation",
    target="record",
    section="storage_attestations",
    select="all",
    members={"provider": name, "url": web_url, "captured_at": moment, "content_sha256": sha256_hex},
    entry=StorageAttestation,
    optional=frozenset({"content_sha256"}),
)
