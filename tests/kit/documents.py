"""Documents of the registry for tests: of the demo record, and real ones."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from kit.data import real
from pithbundle.bundle.record import Record

Json = Any

TITLE = "On the Cohomology of $K3$ Surfaces"
ABSTRACT = "We compute   the cohomology of\nsurfaces. " * 20
GRAPH = "GDXOZPDQTIP2G73CWJKKU6BJJJ"


def hashed(text: str) -> str:
    """The hash of an ASCII title or abstract, by the standard library alone (TITLE-1)."""
    return sha256(" ".join(text.split()).lower().encode("ascii")).hexdigest()


def record_value(title: str = TITLE, abstract: str = ABSTRACT, **metadata: Json) -> Json:
    """A canonical record of a paper with this title and abstract."""
    return {
        "metadata": {
            "abstract_canon_sha256": hashed(abstract),
            "cross_cats_sorted": ["math-ph", "math.AG"],
            "license": "",
            "primary_cat": "math.AT",
            "submitted_at": "2015-05-21T19:51:49Z",
            "title_canon_sha256": hashed(title),
            **metadata,
        },
        "schema_version": "1.0",
        "source": {"id": "1505.05859", "kind": "arxiv", "version": 7},
    }


def excerpt_of(abstract: str = ABSTRACT) -> str:
    """The excerpt of an abstract as the registry publishes it: one line, cut after 600 characters."""
    return " ".join(abstract.split())[:600]


def paper(abstract: str = ABSTRACT) -> Json:
    """The member ``paper`` of record documents and graph documents."""
    return {
        "title": TITLE,
        "license": "",
        "headline": "",
        "cross_cats": ["math.AG", "math-ph"],
        "primary_cat": "math.AT",
        "authors_text": "A. Author",
        "submitted_at": "2015-05-21T19:51:49Z",
        "abstract_excerpt": excerpt_of(abstract),
    }


def record_document(value: Json = None, abstract: str = ABSTRACT) -> Json:
    """A record document as the registry publishes it."""
    value = record_value(abstract=abstract) if value is None else value
    record = Record.from_value(value)
    return {
        "record_type": "pith_number_record",
        "schema_url": "https://registry.example/schemas/pith-number/v1.json",
        "pith_number": str(record.number),
        "short_pith_number": record.number.short,
        "schema_version": "1.0",
        "canonical_sha256": record.hex,
        "source": {"kind": "arxiv", "id": "1505.05859", "version": 7},
        "attestation_state": "computed",
        "paper": paper(abstract),
        "verification_status": {"content_addressed": True, "pith_receipt": True, "weak_author_claims": 0},
        "canonical_record": value,
    }


def snapshot(items: Json, **members: Json) -> Json:
    """An object with a list and its digest (SNAP-1)."""
    data = json.dumps({"payload": items}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {
        "count": len(items),
        "items": items,
        "snapshot_sha256": sha256(data.encode()).hexdigest(),
        **members,
    }


def graph_document(abstract: str = "A short abstract.") -> Json:
    """A graph document with two claims."""
    claims = [{"claim_id": "C1", "status": "machine_extracted"}, {"claim_id": "C2", "text": "é"}]
    empty = snapshot([])["snapshot_sha256"]
    return {
        "paper": paper(abstract),
        "claims": snapshot(claims),
        "source": {"id": "1505.05859", "kind": "arxiv", "version": 7},
        "references": {"count": 3, "sample": [], "snapshot_sha256": "0" * 64},
        "formal_canon": {"evidence_count": 0, "snapshot_sha256": empty},
        "author_claims": {"count": 0, "strong_count": 0, "snapshot_sha256": empty},
        "builder_version": "builder-1",
    }


def real_graph() -> bytes:
    """The graph document of the registry."""
    return real(f"{GRAPH}.graph.json").read_bytes()


def real_manifest() -> Json:
    """The manifest of the registry."""
    return json.loads(real("pith-mirrors.json").read_bytes())


def real_integrity() -> Json:
    """Integrity events of the registry, without their payloads."""
    return json.loads(real("integrity_events.json").read_bytes())


def beginnings(name: str) -> list[str]:
    """The beginnings of real documents in a file of ``vectors/real``."""
    return [str(row["text"]) for row in json.loads(real(f"{name}.json").read_bytes())]
