"""A plausible, conforming payload for every event type of the merge table, and its event.

Each builder returns exactly the members that merge reads, optional ones only on request
for; ``extra`` adds members that merge does not read but a signature covers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from kit.signing import Json, Signer, b64, canonical, canonical_hash, event, pith_number, sha256_hex

#: The target that goes with each event type.
TARGETS: Final = {
    "record_created": "record",
    "alias_added": "record",
    "graph_snapshot": "graph",
    "timestamp_anchor": "record",
    "storage_attestation": "record",
    "author_claim": "record",
    "citation": "record",
    "replication": "record",
    "pith.integrity.v1": "record",
    "event_retracted": "event",
    "checkpoint": "bundle",
}
RELATIONSHIPS: Final = (
    "supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares", "cites",
)  # fmt: skip
REPLICATION_KINDS: Final = ("replication", "falsification", "formal_bridge")
OUTCOMES: Final = ("supports", "refutes", "inconclusive")
MODERATIONS: Final = ("pending", "accepted", "rejected")
STRENGTHS: Final = ("weak", "strong")
VERDICT_CLASSES: Final = ("incontrovertible", "cross_source", "threshold_with_margin", "rescinded")
SEVERITIES: Final = ("critical", "advisory", "informational")


def record_created(record: Json, receipt: Any, **extra: Any) -> Json:
    """The record itself, its hash and a receipt over that hash."""
    return {
        "canonical_record": record,
        "canonical_sha256": canonical_hash(record),
        "receipt": receipt,
        **extra,
    }


def alias_added(alias_kind: str, alias_value: str, **extra: Any) -> Json:
    """One more name of the work."""
    return {"alias_kind": alias_kind, "alias_value": alias_value, **extra}


def snapshot_sha256(items: list[Any]) -> str:
    """The hash that a graph snapshot gives of a list: of the canonical ``{"payload": items}``."""
    return sha256_hex(canonical({"payload": items}))


def graph_snapshot(
    record: Json,
    claims: Iterable[Json] = (),
    *,
    author_claims: int = 0,
    strong: int = 0,
    builder_version: str = "pith-number-builder-2026-05-17-v1",
    **extra: Any,
) -> Json:
    """A snapshot shaped as state.json shows it; the members of ``paper`` are made up."""
    items = list(claims)
    empty = snapshot_sha256([])
    paper = {
        "abstract_canon_sha256": record["metadata"]["abstract_canon_sha256"],
        "pith_number": pith_number(record),
        "source": record["source"],
        "title_canon_sha256": record["metadata"]["title_canon_sha256"],
    }
    return {
        "graph_snapshot": {
            "author_claims": {"count": author_claims, "snapshot_sha256": empty, "strong_count": strong},
            "builder_version": builder_version,
            "claims": {"count": len(items), "items": items, "snapshot_sha256": snapshot_sha256(items)},
            "formal_canon": {"evidence_count": 0, "snapshot_sha256": empty},
            "paper": paper,
        },
        **extra,
    }


def timestamp_anchor(record: Json, proof: bytes = b"", **extra: Any) -> Json:
    """An OpenTimestamps proof of the canonical hash. The proof is bytes that nobody checks here."""
    magic = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
    digest = canonical_hash(record)
    made = proof or magic + bytes.fromhex(digest) + hashlib.sha256(digest.encode()).digest()
    return {"canonical_sha256": digest, "proof_b64": b64(made), **extra}


def storage_attestation(
    record: Json, captured_at: str, *, provider: str = "internet_archive", content_sha256: str | None = None
) -> Json:
    """A capture of the paper's page."""
    stamp = "".join(c for c in captured_at[:19] if c.isdigit())
    made = {
        "provider": provider,
        "url": f"https://web.archive.org/web/{stamp}/https://arxiv.org/abs/{record['source']['id']}",
        "captured_at": captured_at,
    }
    return made if content_sha256 is None else {**made, "content_sha256": content_sha256}


def orcid(number: int) -> str:
    """An ORCID iD with its check character (ISO 7064 MOD 11-2), ``number`` below 10**15."""
    digits, total = f"{number:015}", 0
    for digit in digits:
        total = (total + int(digit)) * 2
    whole = digits + "0123456789X"[(12 - total % 11) % 11]
    return "-".join(whole[start : start + 4] for start in range(0, 16, 4))


def author_claim(identifier: str, *, scheme: str = "orcid", strength: str = "strong", **extra: Any) -> Json:
    """A claim of authorship."""
    return {"scheme": scheme, "identifier": identifier, "strength": strength, **extra}


def citation(citing_work: str, relationship: str = "cites", **extra: Any) -> Json:
    """Another work points at this one; ``citing_work`` is its Pith Number."""
    return {"citing_work": citing_work, "relationship": relationship, **extra}


def replication(
    claimant: str,
    claim: str,
    *,
    kind: str = "replication",
    outcome: str = "supports",
    moderation: str = "pending",
    url: str | None = None,
) -> Json:
    """Someone tried a claim of the paper again."""
    made = {
        "claimant": claimant,
        "claim": claim,
        "kind": kind,
        "outcome": outcome,
        "moderation": moderation,
    }
    return made if url is None else {**made, "url": url}


def integrity(
    record: Json,
    audited_at: str,
    *,
    detector: str = "doi_compliance",
    finding_type: str = "broken_identifier",
    verdict_class: str = "cross_source",
    severity: str = "advisory",
    evidence: Any = None,
    **optional: Any,
) -> Json:
    """A finding of an integrity detector, with every required member of ``pith.integrity.v1``."""
    shown = {"ref_index": 4, "status": 404} if evidence is None else evidence
    return {
        "event_type": "pith.integrity.v1",
        "detector": detector,
        "detector_version": "1.2.0",
        "finding_type": finding_type,
        "verdict_class": verdict_class,
        "severity": severity,
        "arxiv_id": record["source"]["id"],
        "evidence_hash": sha256_hex(canonical(shown)),
        "evidence": shown,
        "audited_at": audited_at,
        **optional,
    }


def event_retracted(event_id: str, reason: str | None = None) -> Json:
    """The signer retracts one of its events."""
    return {"event_id": event_id} if reason is None else {"event_id": event_id, "reason": reason}


def checkpoint(event_ids: Iterable[str]) -> Json:
    """The signer lists ids: sorted, no repeats."""
    return {"event_ids": sorted(set(event_ids))}


def attached(
    signer: Signer, record: Json, event_type: str, payload: Any, created_at: str, **options: Any
) -> Json:
    """A signed event of a known type, with the target of that type."""
    return event(signer, record, event_type, TARGETS[event_type], payload, created_at, **options)
