"""The merge, written a second time from spec.md: slow, plain, and without the package.

``fold`` takes validly signed events as they are written and returns the state as a plain
object. It asks every question of the whole list each time and keeps no index, so it can be
read against the clauses MERGE-4 to MERGE-9, KIND-1 to KIND-13 and STATE-1 to STATE-7.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

Json: TypeAlias = dict[str, Any]
#: A check of one value: the code of the misfit, or None.
Test: TypeAlias = Callable[[Any], str | None]

NAME: Final = "pithbundle-merge-1"


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def id_of(event: Json) -> str:
    return "sha256:" + sha256({k: v for k, v in event.items() if k not in ("event_id", "signature")})


def instant(event: Json) -> str:
    text: str = event["created_at"]
    fraction = re.sub("[^0-9].*", "", text[20:]) if "." in text else ""
    return f"{text[:19]}.{fraction:0<6}"


def order(event: Json) -> tuple[str, str]:
    return instant(event), id_of(event)


def signer(event: Json) -> str:
    text: str = event["signer"]["signer_id"]
    return text


# Fits (KIND-2 to KIND-13).


def grammar(pattern: str) -> Test:
    return lambda v: "type" if type(v) is not str else None if re.fullmatch(pattern, v) else "encoding"


def word(*words: str) -> Test:
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
    for place, one in enumerate(v):
        code = EVENT_ID(one)
        if code or (place and v[place - 1] >= one):
            return code or "encoding"
    return None


HEX: Final = grammar("[0-9a-f]{64}")
EVENT_ID: Final = grammar("sha256:[0-9a-f]{64}")
LOWER: Final = grammar(r"[a-z][a-z0-9_.-]{0,63}")
TOKEN: Final = grammar("[!-~]{1,512}")
URL: Final = grammar("https?://[!-~]{1,2040}")
LABEL: Final = grammar("[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")

#: event type: deciding members (MERGE-8); a type without any never conflicts.
DECIDING: Final = {
    "author_claim": ("strength",),
    "pith.integrity.v1": ("finding_type", "verdict_class", "severity"),
}

#: event type: target, section, selection, slot members, checks; a name ending in ``?`` is optional.
KINDS: Final[dict[str, tuple[str, str, str, tuple[str, ...], dict[str, Test]]]] = {
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
        "scheme": LOWER, "identifier": TOKEN, "strength": word("strong", "weak")}),
    "citation": ("record", "citations", "all", (), {
        "citing_work": TOKEN, "relationship": word(
            "supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares",
            "cites")}),
    "replication": ("record", "replications", "all", (), {
        "claimant": prose(512), "claim": prose(4096), "url?": URL,
        "kind": word("replication", "falsification", "formal_bridge"),
        "outcome": word("supports", "refutes", "inconclusive"),
        "moderation": word("pending", "accepted", "rejected")}),
    "pith.integrity.v1": ("record", "integrity_findings", "latest", ("detector", "evidence_hash"), {
        "event_type": word("pith.integrity.v1"), "detector": LABEL,
        "detector_version": grammar(r"[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}"), "finding_type": LABEL,
        "verdict_class": word("incontrovertible", "cross_source", "threshold_with_margin", "rescinded"),
        "severity": word("critical", "advisory", "informational"),
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


def misfit(event: Json, record: Json) -> str | None:
    if event["event_type"] not in KINDS:
        return "unknown_type"
    target, _, _, _, checks = KINDS[event["event_type"]]
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


# Merge and state.


def slot(event: Json) -> list[Any]:
    members = KINDS[event["event_type"]][3]
    return [signer(event), *(event["payload"].get(name) for name in members)]


def effect(retraction: Json, events: Sequence[Json]) -> str:
    for event in events:
        if id_of(event) == retraction["payload"]["event_id"]:
            own = signer(event) == signer(retraction)
            return "applied" if own and event["event_type"] != "event_retracted" else "rejected"
    return "waiting"


def retracted(events: Iterable[Json], record: Json) -> set[str]:
    """The targets of applied retractions (MERGE-7)."""
    valid = list(events)
    return {
        event["payload"]["event_id"]
        for event in valid
        if event["event_type"] == "event_retracted" and misfit(event, record) is None
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


def groups(events: Sequence[Json], kind: str) -> list[Json]:
    found: dict[bytes, list[Json]] = {}
    for event in events:
        if event["event_type"] == kind and kind in DECIDING:
            found.setdefault(canonical([slot(event), instant(event)]), []).append(event)
    return [
        {
            "event_ids": sorted(map(id_of, group)),
            "event_type": kind,
            "instant": instant(group[0]),
            "signer": signer(group[0]),
            "slot": slot(group[0]),
        }
        for group in found.values()
        if len({canonical([event["payload"].get(name) for name in DECIDING[kind]]) for event in group}) > 1
    ]


def fold(record: Json, events: Iterable[Json], keys: Sequence[Json]) -> Json:
    """The state of a record and validly signed events, members in the order of STATE-1 and STATE-2."""
    valid = sorted({id_of(event): event for event in events}.values(), key=order)
    misfits = [(event, misfit(event, record)) for event in valid]
    fitting = [event for event, code in misfits if code is None]
    retractions = [event for event in fitting if event["event_type"] == "event_retracted"]
    gone = retracted(valid, record)
    alive = [event for event in fitting if id_of(event) not in gone]

    def standing(kind: str) -> list[Json]:
        of_kind = [event for event in alive if event["event_type"] == kind]
        if KINDS[kind][2] == "first":
            return of_kind[:1]
        if KINDS[kind][2] == "all":
            return of_kind
        best: dict[bytes, Json] = {}
        for event in of_kind:  # by (instant, id): a later instant replaces, an equal one does not
            held = best.get(canonical(slot(event)))
            if held is None or instant(event) > instant(held):
                best[canonical(slot(event))] = event
        return sorted(best.values(), key=order)

    def entry(event: Json) -> Json:
        shown = {name: event[name] for name in ("target", "created_at", "signer", "payload")}
        made = {"event_id": id_of(event), **json.loads(canonical_below(shown))}
        return {**made, "effect": effect(event, valid)} if event in retractions else made

    aliases: dict[tuple[str, str], str | None] = dict.fromkeys(derived_aliases(record).items())
    for event in standing("alias_added"):
        name = event["payload"]["alias_kind"], event["payload"]["alias_value"]
        if aliases.get(name) is None:
            aliases[name] = event["created_at"]
    created = standing("record_created")
    shown = created[0]["payload"]["receipt"] if created else {}
    listed = {KINDS[kind][1]: [entry(event) for event in standing(kind)] for kind in KINDS}
    equivocations = sorted(
        (group for kind in KINDS for group in groups(fitting, kind)),
        key=lambda g: (g["event_type"], g["signer"].encode(), canonical(g["slot"]), g["instant"]),
    )
    current = {
        "canonical_record": json.loads(canonical(record)),
        "source_aliases": [
            {"alias_kind": kind, "alias_value": value} | ({} if at is None else {"created_at": at})
            for (kind, value), at in sorted(aliases.items(), key=lambda item: item[0])
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
            for event, code in misfits
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
    """For each signer: the ids that its checkpoints list and nobody holds, and as of what (MERGE-9)."""
    valid = {id_of(event): event for event in events}
    found: dict[str, tuple[list[str], tuple[str, str] | None]] = {}
    for name in sorted({signer(event) for event in valid.values()}):
        checkpoints = [
            event
            for event in valid.values()
            if signer(event) == name and event["event_type"] == "checkpoint" and misfit(event, record) is None
            if id_of(event) not in retracted(valid.values(), record)
        ]
        ids = {one for event in checkpoints for one in event["payload"]["event_ids"]}
        absent = sorted(ids - valid.keys())
        newest = max(map(order, checkpoints), default=None)
        found[name] = absent, None if absent else newest
    return found


def changes(record: Json, events: Iterable[Json]) -> list[tuple[str, str]]:
    """Id and change of every event, in their order (TIMELINE-2): asked of those before it, each time."""
    valid = sorted({id_of(event): event for event in events}.values(), key=order)
    return [(id_of(event), change(record, event, valid[:place])) for place, event in enumerate(valid)]


def change(record: Json, event: Json, before: Sequence[Json]) -> str:
    """What an event changes in the state of the events before it."""
    kind = event["event_type"]
    if misfit(event, record) is not None:
        return "unrecognised"
    if kind == "event_retracted":
        effects = {"applied": "retracts", "waiting": "waits", "rejected": "rejected"}
        return effects[effect(event, before)]
    if id_of(event) in retracted([*before, event], record):
        return "withdrawn"
    if kind == "checkpoint":
        return "lists"
    gone = retracted(before, record)
    alive = [
        other
        for other in before
        if other["event_type"] == kind and misfit(other, record) is None and id_of(other) not in gone
    ]
    if kind == "alias_added":
        names = [[other["payload"][name] for name in ("alias_kind", "alias_value")] for other in alive]
        mine = [event["payload"][name] for name in ("alias_kind", "alias_value")]
        return "restates" if mine in names else "adds"
    select = KINDS[kind][2]
    if select == "all":
        return "adds"
    rivals = [other for other in alive if select == "first" or slot(other) == slot(event)]
    if not rivals:
        return "sets"
    newest = max(map(instant, rivals))
    # Those before are smaller in (instant, id), so of `once` none of them can be beaten.
    if select == "latest" and instant(event) > newest:
        return "replaces"
    winner = rivals[0] if select == "first" else next(e for e in rivals if instant(e) == newest)
    return "restates" if canonical(event["payload"]) == canonical(winner["payload"]) else "superseded"
