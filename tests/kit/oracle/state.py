"""The state of a set of valid events: MERGE-4 to MERGE-9 and STATE-1 to STATE-7."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from kit.oracle.schema import (
    EVENT_TYPES,
    Json,
    canonical,
    derived_aliases,
    id_of,
    inner,
    instant,
    order,
    schema_error,
    sha256,
    signer,
)

NAME: Final = "pithbundle-merge-1"

#: event type: deciding members (MERGE-8); a type without any never conflicts.
DECIDING: Final = {
    "author_claim": ("strength",),
    "pith.integrity.v1": ("finding_type", "verdict_class", "severity"),
}


def slot(event: Json) -> list[Any]:
    members = EVENT_TYPES[event["event_type"]][3]
    return [signer(event), *(event["payload"].get(name) for name in members)]


def effect(retraction: Json, events: Sequence[Json]) -> str:
    for event in events:
        if id_of(event) == inner(retraction["payload"]["event_id"]):
            own = signer(event) == signer(retraction)
            return "applied" if own and event["event_type"] != "event_retracted" else "rejected"
    return "waiting"


def retracted(events: Iterable[Json], record: Json) -> set[str]:
    """The targets of applied retractions (MERGE-7)."""
    valid = list(events)
    return {
        inner(event["payload"]["event_id"])
        for event in valid
        if event["event_type"] == "event_retracted" and schema_error(event, record) is None
        if effect(event, valid) == "applied"
    }


def verified_receipt(receipt: Json, record: Json, keys: Iterable[Json]) -> bool:
    message = hashlib.sha256(canonical(record)).digest()
    for key in keys:
        may = key["event_types"] == "*" or "record_created" in key["event_types"]
        if not may or key["status"] == "revoked" or key["key_id"] != receipt.get("key_id"):
            continue
        if receipt.get("kind") != "pith_receipt" or receipt.get("algorithm") != "ed25519":
            continue
        try:
            raw = base64.b64decode(receipt["signature_b64"], validate=True)
            VerifyKey(bytes.fromhex(key["public_key_hex"])).verify(message, raw)
        except (KeyError, ValueError, BadSignatureError):
            continue
        return True
    return False


def equivocations_of(events: Sequence[Json], event_type: str) -> list[Json]:
    found: dict[bytes, list[Json]] = {}
    for event in events:
        if event["event_type"] == event_type and event_type in DECIDING:
            found.setdefault(canonical([slot(event), instant(event)]), []).append(event)
    return [
        {
            "event_ids": sorted(map(id_of, group)),
            "event_type": event_type,
            "instant": instant(group[0]),
            "signer": signer(group[0]),
            "slot": slot(group[0]),
        }
        for group in found.values()
        if len({canonical([event["payload"].get(name) for name in DECIDING[event_type]]) for event in group})
        > 1
    ]


def state_of(record: Json, events: Iterable[Json], keys: Sequence[Json]) -> Json:
    """The state of a record and validly signed events, members in the order of STATE-1 and STATE-2."""
    valid = sorted({id_of(event): event for event in events}.values(), key=order)
    codes = [(event, schema_error(event, record)) for event in valid]
    conforming = [event for event, code in codes if code is None]
    retractions = [event for event in conforming if event["event_type"] == "event_retracted"]
    retracted_ids = retracted(valid, record)
    alive = [event for event in conforming if id_of(event) not in retracted_ids]

    def current_of(event_type: str) -> list[Json]:
        of_type = [event for event in alive if event["event_type"] == event_type]
        if EVENT_TYPES[event_type][2] == "first":
            return of_type[:1]
        if EVENT_TYPES[event_type][2] == "all":
            return of_type
        best: dict[bytes, Json] = {}
        for event in of_type:  # by (instant, id): a later instant replaces, an equal one does not
            held = best.get(canonical(slot(event)))
            if held is None or instant(event) > instant(held):
                best[canonical(slot(event))] = event
        return sorted(best.values(), key=order)

    def entry(event: Json) -> Json:
        shown = {name: event[name] for name in ("target", "created_at", "signer", "payload")}
        made = {"event_id": id_of(event), **json.loads(canonical_below(shown))}
        return {**made, "effect": effect(event, valid)} if event in retractions else made

    aliases: dict[tuple[str, str], str | None] = dict.fromkeys(derived_aliases(record).items())
    for event in current_of("alias_added"):
        name = event["payload"]["alias_kind"], event["payload"]["alias_value"]
        if aliases.get(name) is None:
            aliases[name] = event["created_at"]
    created = current_of("record_created")
    shown = created[0]["payload"]["receipt"] if created else {}
    listed = {
        EVENT_TYPES[event_type][1]: [entry(event) for event in current_of(event_type)]
        for event_type in EVENT_TYPES
    }
    equivocations = sorted(
        (group for event_type in EVENT_TYPES for group in equivocations_of(conforming, event_type)),
        key=lambda g: (g["event_type"], g["signer"].encode(), canonical(g["slot"]), g["instant"]),
    )
    current = {
        "canonical_record": json.loads(canonical(record)),
        "source_aliases": [
            {"alias_kind": alias_kind, "alias_value": value} | ({} if at is None else {"created_at": at})
            for (alias_kind, value), at in sorted(aliases.items(), key=lambda item: item[0])
        ],
        "graph_snapshots": listed["graph_snapshots"],
        "receipt": json.loads(canonical(shown)) if verified_receipt(shown, record, keys) else None,
        **{
            name: listed[name]
            for name in (
                "timestamp_anchors", "storage_attestations", "author_claims", "citations",
                "replications", "integrity_findings", "retractions", "checkpoints",
            )
        },
        "equivocations": equivocations,
    }  # fmt: skip
    suffix = derived_aliases(record)["pith_short_16"]
    digest = base64.b32encode(hashlib.sha256(canonical(record)).digest()).decode()
    assert digest.startswith(suffix)
    return {
        "state_type": "pith_open_graph_state",
        "state_version": "1.0",
        "pith_number": f"pith:{record['metadata']['submitted_at'][:4]}:{digest[:26]}",
        "merge_version": NAME,
        "event_count": len(valid),
        "valid_event_count": len(valid),
        "invalid_event_count": 0,
        "equivocation_count": len(equivocations),
        "current": current,
        "unrecognised": [
            {"code": code, "event_id": id_of(event), "event_type": event["event_type"]}
            for event, code in codes
            if code is not None
        ],
    }


def canonical_below(shown: Json) -> bytes:
    """The members in the order given, everything below them sorted."""
    members = {name: json.loads(canonical(value)) for name, value in shown.items()}
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()


def to_bytes(state: Json) -> bytes:
    """The bytes of state.json (STATE-1): the state is built in the order of its members."""
    return json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode()


def state_sha256(state: Json) -> str:
    """STATE-5, from a state as read back."""
    hashed = {
        "canonical_sha256": sha256(state["current"]["canonical_record"]),
        "current": state["current"],
        "pith_number": state["pith_number"],
        "rules": state["merge_version"],
    }
    return sha256(hashed)


def events_sha256(ids: Iterable[str]) -> str:
    """STATE-6."""
    return sha256(sorted(set(ids)))


def missing(events: Iterable[Json], record: Json) -> dict[str, tuple[list[str], tuple[str, str] | None]]:
    """For each signer: the ids that its checkpoints list without a valid event, and as of which (MERGE-9)."""
    valid = {id_of(event): event for event in events}
    found: dict[str, tuple[list[str], tuple[str, str] | None]] = {}
    for name in sorted({signer(event) for event in valid.values()}):
        checkpoints = [
            event
            for event in valid.values()
            if signer(event) == name
            and event["event_type"] == "checkpoint"
            and schema_error(event, record) is None
            if id_of(event) not in retracted(valid.values(), record)
        ]
        ids = {inner(one) for event in checkpoints for one in event["payload"]["event_ids"]}
        absent = sorted(ids - valid.keys())
        newest = max(map(order, checkpoints), default=None)
        found[name] = absent, None if absent else newest
    return found
