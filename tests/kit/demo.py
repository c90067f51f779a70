"""Writes ``vectors/demo``, or checks that it is what this file would write.

``python -m kit.demo --check`` or ``--write``, with ``src`` and ``tests`` on PYTHONPATH.
One short function per file; every byte follows from this source.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kit import payloads
from kit.cbor import cbor
from kit.payloads import attached
from kit.signing import (
    AUTHOR,
    DEMO,
    DEMO_OLD,
    MIRROR,
    REGISTRY_KEY,
    UNKNOWN_SIGNER,
    Json,
    bundle,
    event,
    flat_event,
    policy,
    policy_key,
    sha256_hex,
    to_json,
)
from kit.tampered import DEMO_TAMPERED, changed, decorated, twin_key

FOLDER: Final = Path(__file__).resolve().parents[2] / "vectors" / "demo"

#: The record of pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH, REAL, members in the order seen.
RECORD: Final[Json] = {
    "source": {"id": "hep-lat/0305021", "kind": "arxiv", "version": 1},
    "metadata": {
        "license": "",
        "primary_cat": "hep-lat",
        "submitted_at": "2003-05-25T19:15:20Z",
        "cross_cats_sorted": [],
        "title_canon_sha256": "b9cda0029e5f5c593f9f2c9cf46777d449bddbdd0f5305259abc6c7203cee1b3",
        "abstract_canon_sha256": "74a64c9ae08ecafecb6b2deb1251224c620a82aacdb732cdf2d04d6b6d5a9cf2",
    },
    "schema_version": "1.0",
}

#: Its receipt: signature and time REAL, laid out as seen in part in published bundles.
RECEIPT: Final[Json] = {
    "kind": "pith_receipt",
    "key_id": "pith-v1-2026-05",
    "algorithm": "ed25519",
    "signed_at": "2026-05-18T01:39:14.078722Z",
    "signature_b64": "qSAKp3g4uEBxj1w+GBvkm6ln1+4L0vLXy8851IoorN4O"
    "htQphqoMy4zAtBd1MrjYEJ+4au7eztB6PK9VeKrgAA==",
}

CREATED: Final = "2026-05-18T01:39:14Z"

_CLAIMS: Final = (
    ("Theorem", "Made-up claim: the sum over loops converges for every coupling below the first pole."),
    ("Lemma", "Made-up claim: the propagator of the improved action has no doublers at finite spacing."),
    ("Numerical result", "Made-up claim: the plateau begins at t = 7 on every lattice of the ensemble."),
    ("Definition", "Made-up claim: smearing is iterated ten times with weight one half."),
    ("Corollary", "Made-up claim: the mass gap in the scalar channel is strictly positive."),
    ("Conjecture", "Made-up claim: the same bound holds in every even dimension below eight."),
    ("Remark", "Made-up claim: boundary terms vanish under periodic boundary conditions."),
    ("Observation", "Made-up claim: autocorrelation grows as the square of the inverse spacing."),
)


def _claims() -> list[Json]:
    return [
        {
            "claim_id": f"claim-{number}",
            "claim_kind": kind.lower().replace(" ", "_"),
            "label": f"{kind} {number}",
            "location": {"page": 2 * number, "section": f"{1 + number // 3}.{1 + number % 3}"},
            "status": "extracted",
            "text": text,
            "text_sha256": sha256_hex(text.encode()),
        }
        for number, (kind, text) in enumerate(_CLAIMS, 1)
    ]


def _created() -> Json:
    return attached(DEMO, RECORD, "record_created", payloads.record_created(RECORD, RECEIPT), CREATED)


def _snapshot() -> Json:
    return attached(DEMO, RECORD, "graph_snapshot", payloads.graph_snapshot(RECORD, _claims()), CREATED)


def plain() -> Json:
    """The bundle of the usual real shape: two events, and so three signatures with the receipt."""
    return bundle(RECORD, [_created(), _snapshot()], aliases_at=CREATED)


def _accepted() -> Json:
    """What the demo's policy accepted_event_ids of a revoked key."""
    alias = payloads.alias_added("inspire", "619573")
    return attached(DEMO_OLD, RECORD, "alias_added", alias, "2026-04-30T09:00:00Z")


def rich() -> Json:
    """Every event type of the merge table, a conflict, a retraction, a checkpoint, a type of the future."""
    finding = payloads.integrity(RECORD, "2026-06-02T08:00:00Z", severity="advisory")
    milder = payloads.integrity(RECORD, "2026-06-02T08:00:00Z", severity="informational")
    rescinded = payloads.integrity(RECORD, "2026-06-20T08:00:00Z", verdict_class="rescinded")
    wrong_alias = attached(
        DEMO,
        RECORD,
        "alias_added",
        payloads.alias_added("openalex", "W0000000001"),
        "2026-05-20T10:00:00Z",
    )
    events = [
        _created(),
        _snapshot(),
        _accepted(),
        wrong_alias,
        attached(
            DEMO,
            RECORD,
            "alias_added",
            payloads.alias_added("openalex", "W2057301478"),
            "2026-05-20T10:05:00Z",
        ),
        attached(
            DEMO,
            RECORD,
            "event_retracted",
            payloads.event_retracted(wrong_alias["event_id"], "another work's identifier"),
            "2026-05-20T10:05:00.000001Z",
        ),
        attached(DEMO, RECORD, "timestamp_anchor", payloads.timestamp_anchor(RECORD), "2026-05-21T00:00:00Z"),
        attached(
            MIRROR,
            RECORD,
            "storage_attestation",
            payloads.storage_attestation(RECORD, "2026-05-22T06:07:08Z"),
            "2026-05-22T06:07:09+00:00",
        ),
        attached(
            AUTHOR,
            RECORD,
            "author_claim",
            payloads.author_claim(payloads.orcid(21825009), strength="weak"),
            "2026-05-23T12:00:00Z",
        ),
        attached(
            AUTHOR,
            RECORD,
            "author_claim",
            payloads.author_claim(payloads.orcid(21825009)),
            "2026-05-24T12:00:00Z",
        ),
        attached(
            AUTHOR,
            RECORD,
            "citation",
            payloads.citation("pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE", "uses_method"),
            "2026-05-25T12:00:00Z",
        ),
        attached(
            DEMO,
            RECORD,
            "replication",
            payloads.replication("Ada Müller 数学", "claim-1", url="https://example.org/replication/1"),
            "2026-05-26T12:00:00Z",
        ),
        attached(
            DEMO,
            RECORD,
            "replication",
            payloads.replication("Lean 4", "claim-2", kind="formal_bridge", outcome="refutes"),
            "2026-05-26T12:00:00Z",
        ),
        attached(DEMO, RECORD, "pith.integrity.v1", finding, "2026-06-02T08:00:01Z"),
        attached(DEMO, RECORD, "pith.integrity.v1", milder, "2026-06-02T08:00:01Z"),
        attached(DEMO, RECORD, "pith.integrity.v1", rescinded, "2026-06-20T08:00:01.500000Z"),
        event(DEMO, RECORD, "peer_review", "record", {"venue": "of the future"}, "2026-06-21T00:00:00Z"),
    ]
    ids = [made["event_id"] for made in events]
    events.append(
        attached(DEMO, RECORD, "checkpoint", payloads.checkpoint(ids), "2026-06-22T00:00:00Z"),
    )
    # Not in order of time, nor of id: neither matters.
    return bundle(RECORD, events[::2] + events[1::2][::-1], aliases_at=CREATED)


_TWIN: Final = "two of these"
#: Codes of faults of values and of limits of an event (FAULT-3, LIM-6).
NOT_ACCUSED: Final = frozenset(
    {"duplicate_key", "number_form", "number_range", "string", "key", "depth", "nodes", "event_size"}
)


def _tampered() -> list[tuple[str, Json, str, str | None]]:
    """Name, event, verdict and code: one fault each, but for the first three."""
    other_type = payloads.graph_snapshot(RECORD)
    rows: list[tuple[str, Json, str, str | None]] = [
        ("untouched", _created(), "verified", None),
        ("unsigned_member_beside", decorated(_snapshot()), "verified", None),
        ("untouched_unknown_type",
         event(DEMO, RECORD, "peer_review", "record", {}, "2026-06-21T00:00:00Z"), "unknown_type", None),
        ("duplicate_key",
         changed(attached(DEMO, RECORD, "alias_added", payloads.alias_added("isbn", "0"), CREATED),
                 (_TWIN,), "graph"), "invalid", "duplicate_key"),
    ]  # fmt: skip
    for index, row in enumerate(DEMO_TAMPERED):
        # Each from its own event: otherwise elements of one id would be joined into the deciding occurrence.
        alias, when = payloads.alias_added("example", row.name), f"2026-06-01T00:00:{index:02}Z"
        whole = attached(DEMO, RECORD, "alias_added", alias, when)
        rows.append((row.name, row.make(whole), row.verdict, row.code))
    elsewhere = "pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"
    alias = payloads.alias_added("example", "moved")
    finding = payloads.integrity(RECORD, "2026-06-02T08:00:00Z")
    rows += [
        ("signed_for_another_record",
         attached(DEMO, RECORD, "alias_added", alias, CREATED, subject=elsewhere), "invalid", "subject"),
        ("no_key_in_policy",
         attached(UNKNOWN_SIGNER, RECORD, "alias_added", alias, CREATED), "unknown_key", "key_unknown"),
        ("key_for_other_types",
         attached(AUTHOR, RECORD, "graph_snapshot", other_type, CREATED), "invalid", "key_role"),
        ("revoked_key",
         attached(DEMO_OLD, RECORD, "graph_snapshot", other_type, CREATED), "invalid", "key_revoked"),
        ("flat_integrity_event",
         flat_event(DEMO, finding, "2026-06-02T08:00:01.000000+00:00", 7001), "unknown_format", None),
    ]  # fmt: skip
    return rows


def tampered() -> bytes:
    """A bundle with a valid record, each of whose events has a different fault."""
    events = [made for _, made, _, _ in _tampered()]
    text = to_json(bundle(RECORD, events, aliases_at=CREATED), indent=1)
    return twin_key(text, _TWIN, "target")


def expected() -> list[Json]:
    """Verdict and code of every event of ``tampered.json`` under ``policy.json``, by its pointer."""
    return [
        {
            "pointer": f"/events/{index}",
            "what": name,
            # The registry's key lists other formats than ours, so such a fault is not `invalid` (FORMAT-14).
            "verdict": "unknown_format" if code in NOT_ACCUSED else verdict,
            "code": code,
        }
        for index, (name, _, verdict, code) in enumerate(_tampered())
    ]


def demo_policy() -> Json:
    """The registry's real key, and published test keys under other names."""
    return policy(
        REGISTRY_KEY,
        DEMO,
        policy_key(DEMO_OLD, status="revoked", accepted_event_ids=[_accepted()["event_id"]]),
        policy_key(AUTHOR, event_types=["author_claim", "citation", "event_retracted"]),
        policy_key(MIRROR, event_types=["storage_attestation"], status="retired"),
    )


#: Every file that is generated, by name.
FILES: Final[dict[str, Callable[[], bytes]]] = {
    "bundle.json": lambda: to_json(plain()),
    "bundle.cbor": lambda: cbor(plain()),
    "rich.json": lambda: to_json(rich(), indent=1) + b"\n",
    "tampered.json": lambda: tampered() + b"\n",
    "tampered.expected.json": lambda: to_json(expected(), indent=1) + b"\n",
    "policy.json": lambda: to_json(demo_policy(), indent=1) + b"\n",
}


def stale(folder: Path = FOLDER) -> list[str]:
    """The names of files that are missing or differ from what would be written."""
    return [
        name
        for name, build in FILES.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != build()
    ]


def main(arguments: list[str]) -> int:
    """``--write`` the files, or ``--check`` them: exit status 1 where one differs, 2 for other arguments."""
    if arguments == ["--write"]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, build in FILES.items():
            (FOLDER / name).write_bytes(build())
        return 0
    if arguments == ["--check"]:
        differing = stale()
        for name in differing:
            print(f"vectors/demo/{name} is not what tests/kit/demo.py writes", file=sys.stderr)
        return 1 if differing else 0
    print("usage: python -m kit.demo --write | --check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
