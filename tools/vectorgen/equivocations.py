# ruff: noqa: E501  (tables: one vector, one row)
"""Stage equivocation: contradictions of one signer."""

from __future__ import annotations

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    Json,
    Signer,
    payloads,
    policy,
    receipt,
)
from vectorgen.fixtures import CREATED, RECORD
from vectorgen.merges import Merges, alias, checkpoint, claim, created, day, finding, made, retract
from vectorgen.vector_file import File


def conflicts() -> File:
    """Equivocations (MERGE-8)."""
    file = Merges(
        "equivocation", "groups", "Contradictions of one signer: found, kept whole, with a fixed effect."
    )
    merge = file.merge
    a, b = claim(day(1)), claim(day(1), strength="weak")
    noted = claim(day(1), note="decides nothing")
    merge("base", "a revision is no conflict", "MERGE-8", [a, claim(day(2), strength="weak")])
    merge(
        "tie",
        "two strengths of one slot at one instant: the smallest id is current",
        "MERGE-8 MERGE-5 KIND-8 STATE-4 TRACE-2 TRACE-3 LAW-4",
        [a, b],
    )
    merge(
        "tie-of-three",
        "of three findings no two decide alike",
        "MERGE-8 KIND-11 LAW-4",
        [finding(day(1), severity=value) for value in payloads.SEVERITIES],
    )
    merge(
        "tie-and-revision",
        "a later revision is current, the conflict stays",
        "MERGE-8 MERGE-5",
        [a, b, claim(day(2), note="d")],
    )
    merge(
        "two-ties",
        "two instants, two groups, ordered by instant",
        "MERGE-8 STATE-4",
        [a, b, claim(day(2)), claim(day(2), strength="weak")],
    )
    merge(
        "tie-with-restatement",
        "whoever is of the slot and instant is in the group: a restatement",
        "MERGE-8",
        [a, b, made("author_claim", a["payload"], day(1), extra={"sequence": 1})],
    )
    merge(
        "tie-with-equal-decision",
        "and an event that differs in other members",
        "MERGE-8",
        [a, b, noted],
    )
    merge(
        "no-tie-by-other-member",
        "a difference in no deciding member is no conflict",
        "MERGE-8 KIND-8 TRACE-2",
        [a, noted, claim(day(1), note={"strength": "weak"})],
    )
    merge(
        "tie-by-spelling",
        "one instant in two spellings",
        "MERGE-8 TIME-2",
        [claim("2026-06-01T00:00:00Z"), claim("2026-06-01T00:00:00.000000+00:00", strength="weak")],
    )
    merge(
        "no-tie-by-microsecond",
        "a microsecond apart is a revision",
        "MERGE-8 TIME-2",
        [claim("2026-06-01T00:00:00Z"), claim("2026-06-01T00:00:00.000001Z", strength="weak")],
    )
    merge(
        "no-tie-by-signer",
        "two signers do not contradict each other",
        "MERGE-8",
        [a, claim(day(1), AUTHOR, strength="weak")],
    )
    merge("no-tie-by-slot", "nor do two slots", "MERGE-8", [a, claim(day(1), number=2, strength="weak")])
    merge(
        "no-tie-by-envelope",
        "the payload counts, not what is beside it",
        "MERGE-8",
        [a, made("author_claim", a["payload"], day(1), extra={"strength": "weak"})],
    )
    merge(
        "tie-by-rotated-key",
        "two keys of one signer contradict each other",
        "MERGE-8 POL-3",
        [a, claim(day(1), DEMO_NEXT, strength="weak")],
    )
    two_of_each: dict[str, list[Json]] = {
        "record-created": [created(), created(note="x")],
        "alias-added": [
            alias("a"),
            alias("b"),
            made("alias_added", {**payloads.alias_added("example", "a"), "note": "x"}),
        ],
        "graph-snapshot": [made("graph_snapshot", {"graph_snapshot": {"n": n}}, CREATED) for n in (1, 2)],
        "timestamp-anchor": [
            made("timestamp_anchor", payloads.timestamp_anchor(RECORD, proof), CREATED)
            for proof in (b"1", b"2")
        ],
        "storage-attestation": [
            made("storage_attestation", payloads.storage_attestation(RECORD, when), CREATED)
            for when in (day(1), day(2))
        ],
        "citation": [
            made("citation", payloads.citation("w", value), CREATED) for value in ("supports", "refutes")
        ],
        "replication": [
            made("replication", payloads.replication("a", "c", outcome=value), CREATED)
            for value in payloads.OUTCOMES
        ],
        "event-retracted": [retract("sha256:" + "0" * 64), retract("sha256:" + "0" * 64, reason="x")],
        "checkpoint": [checkpoint([]), checkpoint(["sha256:" + "0" * 64])],
    }
    for slug, pair in two_of_each.items():
        merge(
            f"no-tie-of-{slug}",
            "an event type without deciding members never conflicts",
            "MERGE-8 KIND-1",
            pair,
            receipts=["verified"] if slug == "record-created" else [],
        )
    first = finding(day(1))
    for member, value in (
        ("finding_type", "other"),
        ("verdict_class", "rescinded"),
        ("severity", "critical"),
    ):
        merge(
            f"finding-{member.replace('_', '-')}",
            f"two findings of one evidence at one instant: {member} decides",
            "MERGE-8 KIND-11",
            [first, finding(day(1), 1, DEMO, **{member: value})],
        )
    others: Json = {
        "detector_version": "9.9.9", "evidence": {"ref": 7}, "audited_at": day(9), "paper_version": 2,
        "ref_index": 3, "note": "x", "snippet": "x", "detected_doi": "x", "future": "x",
    }  # fmt: skip
    merge(
        "finding-other-members",
        "no other member of a finding decides",
        "MERGE-8 KIND-11 TRACE-2",
        [first, *(made("pith.integrity.v1", {**first["payload"], name: value}, day(1)) for name, value in others.items())],
    )  # fmt: skip
    merge(
        "retracted-one",
        "a retracted event counts: a conflict stays",
        "MERGE-8 MERGE-7 LAW-4",
        [a, b, retract(a, day(2))],
    )
    merge(
        "retracted-both",
        "both retracted",
        "MERGE-8 MERGE-7 LAW-4",
        [a, b, retract(a, day(2)), retract(b, day(3))],
    )
    merge(
        "nonconforming-one",
        "a nonconforming event is in no group",
        "MERGE-8 MERGE-6",
        [a, made("author_claim", {**b["payload"], "strength": "maybe"}, day(1))],
    )
    merge(
        "created-receipts",
        "two record_created whose receipts differ in time or in the key are no conflict",
        "MERGE-8 STATE-4 KIND-3",
        [
            created(day(1), claimed=receipt(DEMO, RECORD, CREATED)),
            created(day(1), claimed=receipt(DEMO, RECORD, day(1))),
            created(day(1), DEMO_NEXT, receipt(DEMO_NEXT, RECORD, CREATED)),
            created(day(9), note="another"),
        ],
        receipts=["verified"],
    )
    high, low = Signer(20, "\U00010000", "k1"), Signer(21, "\uff5e", "k2")
    merge(
        "sorted-by-signer",
        "groups sort by signer as UTF-8: U+FF5E before U+10000",
        "STATE-4",
        [claim(day(1), signer, strength=value) for signer in (high, low) for value in payloads.STRENGTHS],
        claimed=policy(high, low),
    )
    merge(
        "sorted-by-type",
        "by type first",
        "STATE-4",
        [finding(day(1)), finding(day(1), severity="critical"), a, b],
    )
    merge(
        "sorted-by-slot",
        "then by slot, as canonical bytes",
        "STATE-4",
        [claim(day(1), number=n, strength=value) for n in (10, 9, 1) for value in payloads.STRENGTHS],
    )
    loud = Signer(22, 'a"\\\u00e9\u6570\u2028', "k3")
    merge(
        "slot-begins-with-the-signer",
        "the first element of a slot is the signer_id, the others are the members: canonical JSON",
        "STATE-4 MERGE-5 CANON-1",
        [claim(day(1), loud, strength=value) for value in payloads.STRENGTHS],
        claimed=policy(loud),
    )
    return file


def files() -> list[File]:
    """The files of this module."""
    return [conflicts()]
