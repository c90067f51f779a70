"""Events and their schema: KIND-1 to KIND-13, ids and instants (EVT-3, TIME-2)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]
#: A check of one value: the code of the schema error, or None.
Test: TypeAlias = Callable[[Any], str | None]


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def id_of(event: Json) -> str:
    # Of an event under another format than ours: kit.oracle.formats.view.
    if "~event_id" in event:
        return str(event["~event_id"])
    return "sha256:" + sha256({k: v for k, v in event.items() if k not in ("event_id", "signature")})


def instant(event: Json) -> str:
    if "~instant" in event:
        return str(event["~instant"])
    text: str = event["created_at"]
    fraction = re.sub("[^0-9].*", "", text[20:]) if "." in text else ""
    return f"{text[:19]}.{fraction:0<6}"


def order(event: Json) -> tuple[str, str]:
    return instant(event), id_of(event)


def signer(event: Json) -> str:
    text: str = event["~signer_id"] if "~signer_id" in event else event["signer"]["signer_id"]
    return text


def inner(event_id: str) -> str:
    """An id in either text, as ids are compared (FORMAT-10)."""
    return event_id if event_id.startswith("sha256:") else f"sha256:{event_id}"


# Schemas (KIND-2 to KIND-13).


def grammar(pattern: str) -> Test:
    return lambda v: "type" if type(v) is not str else None if re.fullmatch(pattern, v) else "encoding"


def one_of(*words: str) -> Test:
    return lambda v: None if isinstance(v, str) and v in words else "type"


def prose(longest: int) -> Test:
    return lambda v: "type" if type(v) is not str else None if 0 < len(v.encode()) <= longest else "encoding"


def whole(smallest: int) -> Test:
    return lambda v: None if type(v) is int and v >= smallest else "type"


def an_object(v: Any) -> str | None:
    return None if type(v) is dict else "type"


def moment(v: Any) -> str | None:
    if type(v) is not str:
        return "type"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.([0-9]{3}|[0-9]{6}))?(Z|\+00:00)", v):
        return "time"
    try:
        datetime.strptime(v[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return "time"
    return None


def base64_text(v: Any) -> str | None:
    if type(v) is not str:
        return "type"
    try:
        raw = base64.b64decode(v, validate=True)
    except ValueError:
        return "encoding"
    return None if raw and base64.b64encode(raw).decode() == v else "encoding"


def sorted_ids(v: Any) -> str | None:
    if type(v) is not list:
        return "type"
    for index, one in enumerate(v):
        code = EVENT_ID(one)
        if code or (index and inner(v[index - 1]) >= inner(one)):
            return code or "encoding"
    return None


HEX: Final = grammar("[0-9a-f]{64}")
EVENT_ID: Final = grammar("(?:sha256:)?[0-9a-f]{64}")
LOWER: Final = grammar(r"[a-z][a-z0-9_.-]{0,63}")
TOKEN: Final = grammar("[!-~]{1,512}")
URL: Final = grammar("https?://[!-~]{1,2040}")
LABEL: Final = grammar("[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")

#: event type: target, section, selection, slot members, checks; a name ending in ``?`` is optional.
EVENT_TYPES: Final[dict[str, tuple[str, str, str, tuple[str, ...], dict[str, Test]]]] = {
    "record_created": ("record", "receipt", "first", (), {
        "canonical_record": an_object, "canonical_sha256": HEX, "receipt": an_object}),
    "alias_added": ("record", "source_aliases", "all", (), {
        "alias_kind": grammar("[a-z][a-z0-9_]{0,63}"), "alias_value": TOKEN}),
    "graph_snapshot": ("graph", "graph_snapshots", "all", (), {"graph_snapshot": an_object}),
    "timestamp_anchor": ("record", "timestamp_anchors", "all", (), {
        "canonical_sha256": HEX, "proof_b64": base64_text}),
    "storage_attestation": ("record", "storage_attestations", "all", (), {
        "provider": LOWER, "url": URL, "captured_at": moment, "content_sha256?": HEX}),
    "author_claim": ("record", "author_claims", "latest", ("scheme", "identifier"), {
        "scheme": LOWER, "identifier": TOKEN, "strength": one_of("strong", "weak")}),
    "citation": ("record", "citations", "all", (), {
        "citing_work": TOKEN, "relationship": one_of(
            "supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares",
            "cites")}),
    "replication": ("record", "replications", "all", (), {
        "claimant": prose(512), "claim": prose(4096), "url?": URL,
        "kind": one_of("replication", "falsification", "formal_bridge"),
        "outcome": one_of("supports", "refutes", "inconclusive"),
        "moderation": one_of("pending", "accepted", "rejected")}),
    "pith.integrity.v1": ("record", "integrity_findings", "latest", ("detector", "evidence_hash"), {
        "event_type": one_of("pith.integrity.v1"), "detector": LABEL,
        "detector_version": grammar(r"[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}"), "finding_type": LABEL,
        "verdict_class": one_of("incontrovertible", "cross_source", "threshold_with_margin", "rescinded"),
        "severity": one_of("critical", "advisory", "informational"),
        "arxiv_id": grammar("[!-~]{1,64}"), "evidence_hash": HEX, "evidence": an_object,
        "audited_at": moment, "paper_version?": whole(1), "snippet?": prose(65536), "note?": prose(65536),
        "ref_index?": whole(0), "detected_doi?": prose(65536), "detected_arxiv_id?": prose(65536),
        "external_url?": prose(65536), "resolved_title?": prose(65536), "detector_url?": prose(65536)}),
    "event_retracted": ("event", "retractions", "all", (), {"event_id": EVENT_ID, "reason?": prose(4096)}),
    "checkpoint": ("bundle", "checkpoints", "all", (), {"event_ids": sorted_ids}),
}  # fmt: skip


def derived_aliases(record: Json) -> dict[str, str]:
    suffix = base64.b32encode(hashlib.sha256(canonical(record)).digest()).decode()[:26]
    found = {f"pith_short_{n}": suffix[:n] for n in (8, 12, 16)}
    source = record["source"]
    arxiv = re.fullmatch(r"[0-9]{4}\.[0-9]{4,5}|[a-z-]+/[0-9]{7}", source["id"])
    if source["kind"] == "arxiv" and arxiv:
        found["arxiv"] = source["id"]
        found["arxiv_version"] = f"{source['id']}v{source['version']}"
        found["doi"] = f"10.48550/arxiv.{source['id']}"
    return found


def match(event: Json, record: Json) -> str | None:
    payload = event["payload"]
    match event["event_type"]:
        case "record_created" | "timestamp_anchor":
            if payload["canonical_sha256"] != sha256(record):
                return "hash_mismatch"
            shown = payload.get("canonical_record", record)
            return (
                "hash_mismatch"
                if event["event_type"] == "record_created" and canonical(shown) != canonical(record)
                else None
            )
        case "alias_added":
            kind = payload["alias_kind"]
            bound = kind in ("arxiv", "arxiv_version") or kind.startswith("pith_short_")
            value = derived_aliases(record).get(kind)
            return "subject" if bound and payload["alias_value"] != value else None
        case "pith.integrity.v1":
            return None if payload["arxiv_id"] == record["source"]["id"] else "subject"
    return None


def schema_error(event: Json, record: Json) -> str | None:
    if event["event_type"] not in EVENT_TYPES:
        return "unknown_type"
    target, _, _, _, checks = EVENT_TYPES[event["event_type"]]
    if event["target"] != target:
        return "type"
    for name, check in checks.items():
        value = event["payload"].get(name.removesuffix("?"))
        if value is None and name.endswith("?"):
            continue
        code = "type" if value is None else check(value)
        if code:
            return code
    return match(event, record)
