# ruff: noqa: E501  (tables: one vector, one row)
"""Stage equivocation: portable proofs (PROOF-1 to PROOF-4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    Json,
    attached,
    canonical,
    event_id,
    oracle,
    payloads,
    policy,
    policy_key,
)
from kit.formats import FAMILY
from kit.oracle import formats
from kit.tampered import changed, flipped, signature_of, signed_again, without
from vectorgen.fixtures import POLICY, RECORD, format_name
from vectorgen.merges import (
    Merges,
    claim,
    created,
    day,
    finding,
    other,
    retract,
)
from vectorgen.vector_file import File, as_json, part, text


def shown_key(key: Json) -> Json:
    """A key as a proof names it."""
    return {
        **{name: key[name] for name in ("key_id", "public_key_hex", "signer_id")},
        "format_sha256": format_name(formats.listed(key)[0]),
    }


def by_raw_key(keys: Iterable[Json]) -> list[Json]:
    """Keys in the order of their raw bytes, which is that of their hex (PROOF-1)."""
    return sorted(keys, key=lambda key: str(key["public_key_hex"]))


def proof(events: Sequence[Json], keys: Sequence[Json], record: Json = RECORD) -> Json:
    """A proof of PROOF-1, written from the clause."""
    group = sorted(events, key=event_id)
    first = group[0]

    def decides(one: Json) -> list[Any]:
        return [one["payload"].get(name) for name in oracle.DECIDING[one["event_type"]]]

    second = next((one for one in group if decides(one) != decides(first)), group[1])
    named = {one["signer"]["key_id"] for one in (first, second)}
    return {
        "canonical_record": record,
        "events": [first, second],
        "keys": by_raw_key(shown_key(key) for key in keys if key["key_id"] in named),
        "proof_type": "pithbundle_equivocation_proof",
        "proof_version": "1",
        "rules": oracle.NAME,
    }


def proofs() -> File:
    """Portable proofs."""
    file = Merges(
        "equivocation", "proofs", "Portable proofs of an equivocation: made from a set, and checked alone."
    )
    keys = POLICY["keys"]
    a, b = claim(day(1)), claim(day(1), strength="weak")
    # Two of the three smallest ids decide alike: the proof needs the third.
    alike = sorted((claim(day(1), n=n) for n in range(4)), key=event_id)[:2]
    c = next(
        one for n in range(99) if event_id(one := claim(day(1), n=n, strength="weak")) > event_id(alike[1])
    )
    d = next(
        one for n in range(99) if event_id(one := claim(day(1), n=-1 - n, strength="weak")) > event_id(c)
    )
    for name, about, events, groups in (
        ("made", "a tie of two", [a, b], [[a, b]]),
        ("made-of-three", "of three the smallest id, and the smallest whose deciding members differ from its", [*alike, c], [[*alike, c]]),
        ("made-of-four", "of two that differ from the first the smaller", [d, *alike, c], [[*alike, c, d]]),
        ("made-none", "a revision is no conflict", [a, claim(day(2), strength="weak")], []),
        ("made-none-created", "nor are two record_created", [created(day(1)), created(day(1), note="x")], []),
        ("made-finding", "two findings of one evidence", (pair := [finding(day(1)), finding(day(1), verdict_class="rescinded")]), [pair]),
        ("made-two", "in the order of equivocations", [*(ends := [finding(day(1)), finding(day(1), severity="critical")]), a, b], [[a, b], ends]),
        ("made-rotated", "of two keys of one signer both are named", (turned := [a, claim(day(1), DEMO_NEXT, strength="weak")]), [turned]),
        ("made-retracted", "more input removes none", [a, b, retract(a, day(2))], [[a, b]]),
    ):  # fmt: skip
        file.add(name, about, "PROOF-1 EXPORT-1 LAW-4", "proof", {"inputs": [file.of(*events)], "policy": part("policy")},
                 {"ok": {"proofs": [as_json(proof(group, keys)) for group in groups]}})  # fmt: skip
    occurrences = [a, *(signed_again(a, nonce) for nonce in (12345, 67890))]
    smallest, *others = sorted(occurrences, key=signature_of)
    file.add("made-of-occurrences", "of several valid signatures of one event the smallest is kept", "CHECK-11 PROOF-1 EXPORT-1", "proof",
             {"inputs": [file.of(*others, smallest, b)], "policy": part("policy")}, {"ok": {"proofs": [as_json(proof([smallest, b], keys))]}},
             variants=[{"name": "reversed", "args": {"inputs": [file.of(b, smallest, *others[::-1])]}},
                       {"name": "one in each bundle", "args": {"inputs": [file.of(one, b) for one in (others[0], smallest, others[1])]}}])  # fmt: skip
    sound = proof([a, b], keys)

    def ok(value: Json, statuses: Sequence[str] = ("active", "active"), kind: str = "author_claim") -> Json:
        ids = sorted(event_id(one) for one in value["events"])
        return {
            "event_type": kind,
            "signer": value["events"][0]["signer"]["signer_id"],
            "event_ids": ids,
            "statuses": list(statuses),
        }

    def verify(
        name: str, about: str, clauses: str, value: Json, claimed: Json | None = None, **more: Any
    ) -> None:
        if claimed is not None:
            file.parts[f"policy-{name}"] = as_json(claimed)
        args = {"data": as_json(value), "policy": part("policy" if claimed is None else f"policy-{name}")}
        file.accept(name, about, clauses, "verify_proof", args, **ok(value, **more))

    def reject(
        name: str, about: str, clauses: str, value: Any, code: str, claimed: Json | None = None,
        *, pointer: str | None = None, control: str = "proves",
    ) -> None:  # fmt: skip
        if claimed is not None:
            file.parts[f"policy-{name}"] = as_json(claimed)
        args = {"data": as_json(value), "policy": part("policy" if claimed is None else f"policy-{name}")}
        file.reject(name, about, clauses, "verify_proof", args, code, control, pointer=pointer)

    verify("proves", "two signed events that contradict each other", "PROOF-2", sound)
    file.reject(
        "respelt",
        "a proof is canonical bytes",
        "PROOF-1",
        "verify_proof",
        {"data": text(json.dumps(sound, indent=1)), "policy": part("policy")},
        "encoding",
        "proves",
    )
    reject("more-members", "no other member is in it", "PROOF-1", {**sound, "note": "x"}, "encoding")
    verify("proves-finding", "two findings", "PROOF-2", proof(pair, keys), kind="pith.integrity.v1")
    verify("proves-rotated", "of two keys", "PROOF-2 POL-3", proof(turned, keys))
    verify(
        "proves-revoked",
        "a key revoked later has still signed both",
        "PROOF-3",
        sound,
        policy(policy_key(DEMO, status="revoked")),
        statuses=("revoked", "revoked"),
    )
    verify(
        "proves-retired",
        "the status is shown",
        "PROOF-3",
        sound,
        policy(policy_key(DEMO, status="retired")),
        statuses=("retired", "retired"),
    )
    reject(
        "swapped",
        "the smaller id is first",
        "PROOF-1",
        {**sound, "events": sound["events"][::-1]},
        "encoding",
    )
    # The frame, member by member; then, of two faults, which is found first (PROOF-2).
    no_record = {**RECORD, "schema_version": "2.0"}
    for name, about, value, code, at in (
        ("frame-array", "a proof is an object", [sound], "type", "/proof_type"),
        ("frame-type", "another proof_type", {**sound, "proof_type": "x"}, "type", "/proof_type"),
        ("frame-type-missing", "no proof_type", without(sound, ("proof_type",)), "type", "/proof_type"),
        ("frame-version", "another proof_version", {**sound, "proof_version": "2"}, "version", "/proof_version"),
        ("frame-version-number", "a number", {**sound, "proof_version": 1}, "version", "/proof_version"),
        ("frame-version-missing", "none", without(sound, ("proof_version",)), "version", "/proof_version"),
        ("frame-rules", "other rules", {**sound, "rules": "pith-open-graph-merge-v1"}, "version", "/rules"),
        ("frame-rules-missing", "no rules", without(sound, ("rules",)), "version", "/rules"),
        ("record-missing", "with a record", without(sound, ("canonical_record",)), "type", "/canonical_record"),
        ("record-version", "a record of another version", {**sound, "canonical_record": no_record}, "version", "/canonical_record/schema_version"),
        ("events-object", "events are an array", {**sound, "events": {}}, "type", "/events"),
        ("events-missing", "and not missing", without(sound, ("events",)), "type", "/events"),
        ("events-none", "not empty", {**sound, "events": []}, "type", "/events"),
        ("one-event", "not one", {**sound, "events": sound["events"][:1]}, "type", "/events"),
        ("three-events", "not three", {**sound, "events": [*sound["events"], c]}, "type", "/events"),
        ("keys-object", "keys are an array", {**sound, "keys": {}}, "type", "/keys"),
        ("keys-missing", "and not missing", without(sound, ("keys",)), "type", "/keys"),
        ("keys-none", "not empty", {**sound, "keys": []}, "type", "/keys"),
        ("keys-three", "not three", {**sound, "keys": sound["keys"] * 3}, "type", "/keys"),
        ("keys-twice", "each once", {**sound, "keys": sound["keys"] * 2}, "encoding", None),
        ("keys-other", "and none beside", {**sound, "keys": by_raw_key(map(shown_key, keys[:2]))}, "encoding", None),
        ("key-null", "a key is an object", {**sound, "keys": [None]}, "key_unknown", "/keys/0"),
        ("key-more", "of these members", {**sound, "keys": [{**sound["keys"][0], "status": "active"}]}, "key_unknown", "/keys/0"),
        ("key-less", "and no fewer", {**sound, "keys": [without(sound["keys"][0], ("key_id",))]}, "key_unknown", "/keys/0"),
        ("key-second", "the second key unknown", {**sound, "keys": [*sound["keys"], None]}, "key_unknown", "/keys/1"),
        ("first-type", "the type before the version", {**sound, "proof_type": "x", "proof_version": "2"}, "type", "/proof_type"),
        ("first-version", "the version before the rules", {**sound, "proof_version": "2", "rules": "x"}, "version", "/proof_version"),
        ("first-rules", "the rules before the record", {**sound, "rules": "x", "canonical_record": 1}, "version", "/rules"),
        ("first-record", "the record before the events", {**sound, "canonical_record": no_record, "events": []}, "version", "/canonical_record/schema_version"),
        ("first-events", "the events before the keys", {**sound, "events": [], "keys": {}}, "type", "/events"),
        ("first-number-of-keys", "their number before each", {**sound, "keys": [None] * 3}, "type", "/keys"),
        ("first-key", "the first unknown key", {**sound, "keys": [None, None]}, "key_unknown", "/keys/0"),
        ("first-keys", "the keys before what is in the events", {**sound, "keys": [None], "events": [1, 2]}, "key_unknown", "/keys/0"),
        ("first-event", "the first event before the second", {**sound, "events": [flipped(a), 1]}, "signature_invalid", "/events/0/signature/signature_b64"),
        ("second-event", "an event that is none", {**sound, "events": [a, "x"]}, "type", "/events/1"),
        ("first-verdict", "verdicts before the conflict", {**sound, "events": [a, flipped(claim(day(2)))]}, "signature_invalid", "/events/1/signature/signature_b64"),
        ("first-conflict", "the conflict before the bytes", {**sound, "events": [a, claim(day(2))], "note": 1}, "type", "/events"),
    ):  # fmt: skip
        reject(name, about, "PROOF-2", value, code, pointer=at)
    for levels in (62, 63):
        inner: Any = []
        for _ in range(levels - 1):
            inner = [inner]
        deep = {**RECORD, "future": inner}
        about_it = [
            attached(
                DEMO,
                deep,
                "author_claim",
                payloads.author_claim(payloads.orcid(1), strength=strength),
                day(1),
            )
            for strength in payloads.STRENGTHS
        ]
        value = proof(about_it, keys, deep)
        if levels == 62:
            verify(
                "proves-deep-record", "a proof may be nested as deep as a bundle: 64", "PROOF-2 LIM-2", value
            )
        else:
            reject(
                "deeper-record",
                "and no deeper",
                "PROOF-2 LIM-2",
                value,
                "depth",
                control="proves-deep-record",
            )
    reject("keys-swapped", "keys are sorted by raw key", "PROOF-1", {**proof(turned, keys), "keys": proof(turned, keys)["keys"][::-1]}, "encoding", control="proves-rotated")  # fmt: skip
    reject("keys-one-of-two", "both are named", "PROOF-1", {**proof(turned, keys), "keys": proof(turned, keys)["keys"][:1]}, "encoding", control="proves-rotated")  # fmt: skip
    file.reject("value-fault", "an input that is not JSON of the profile is not a proof", "PROOF-2 FAULT-3", "verify_proof",
                {"data": text(canonical(sound).decode().replace('"proof_version":"1"', '"proof_version":-0')), "policy": part("policy")}, "number_form", "proves", pointer="/proof_version")  # fmt: skip
    strange = [other("peer_review", day(1), n=n) for n in range(2)]
    reject("unknown-type", "an event of a type of the future is not verified", "PROOF-2 CHECK-10", {**sound, "events": strange}, "type", pointer="/events/0")  # fmt: skip
    reject("key-role", "a key that may not sign the type", "PROOF-2 CHECK-6", sound, "key_role", policy(policy_key(DEMO, event_types=["citation"])), pointer="/events/0/event_type")  # fmt: skip
    reject("other-member", "two events that decide alike", "PROOF-2 MERGE-8", {**sound, "events": [a, claim(day(1), note="x")]}, "type", pointer="/events")  # fmt: skip
    reject("created", "two record_created", "PROOF-2 MERGE-8", {**sound, "events": [created(day(1)), created(day(1), note="x")]}, "type", pointer="/events")  # fmt: skip
    reject("not-smallest", "of a group the two of PROOF-1, here one conflict of its own", "PROOF-1", {**sound, "events": sorted([alike[1], c], key=event_id)[::-1]}, "encoding")  # fmt: skip
    reject(
        "record-changed",
        "of another record",
        "PROOF-2 CHECK-4",
        changed(sound, ("canonical_record", "source", "version"), 2),
        "subject",
        pointer="/events/0/subject_pith_number",
    )
    reject("key-of-nobody", "the policy has no such key", "PROOF-2", sound, "key_unknown", policy(AUTHOR))
    reject(
        "key-other-raw",
        "another raw key under this name",
        "PROOF-2",
        sound,
        "key_unknown",
        policy(policy_key(DEMO, public_key_hex=AUTHOR.public_key.hex())),
    )
    both = policy(policy_key(DEMO, event_formats=["pithbundle-event-1", "unknown"]))
    verify(
        "proves-with-unknown", "a key that lists unknown too is named by its format", "PROOF-1", sound, both
    )
    alone = policy(policy_key(DEMO, event_formats=["unknown"]))
    reject("key-unknown-alone", "a key that lists unknown alone proves nothing", "PROOF-2", sound, "key_unknown", alone, pointer="/keys/0")  # fmt: skip
    null = {**sound, "keys": [{**sound["keys"][0], "format_sha256": None}]}
    reject("key-without-format", "nor is it named by a null", "PROOF-2", null, "key_unknown", alone, pointer="/keys/0")  # fmt: skip
    reject(
        "key-other-format",
        "another event format",
        "PROOF-2",
        sound,
        "key_unknown",
        policy(policy_key(DEMO, event_formats=[FAMILY["event-full-hex"]])),
    )
    reject(
        "same-twice",
        "one event twice is no conflict",
        "PROOF-2 MERGE-8",
        {**sound, "events": [sound["events"][0]] * 2},
        "type",
    )
    reject(
        "revision",
        "another instant is a revision",
        "PROOF-2 MERGE-8",
        {**sound, "events": [a, claim(day(2), strength="weak")]},
        "type",
    )
    reject(
        "forged",
        "an event that does not verify",
        "PROOF-2 CHECK-9",
        {**sound, "events": [a, flipped(b)]},
        "signature_invalid",
        pointer="/events/1/signature/signature_b64",
    )
    reject(
        "unsigned",
        "an event without a signature",
        "PROOF-2",
        {**sound, "events": [a, without(b, ("signature",))]},
        "type",
        pointer="/events/1",
    )
    reject(
        "changed",
        "an event that was changed",
        "PROOF-2 CHECK-3",
        {**sound, "events": [a, changed(b, ("payload", "identifier"), "z")]},
        "hash_mismatch",
        pointer="/events/1/event_id",
    )
    for name, path, value, code, at in (
        ("signer", ("signer", "signer_id"), "nobody", "key_unknown", "/signer/signer_id"),
        ("fingerprint", ("signer", "public_key_fingerprint"), "0" * 32, "key_unknown", "/signer/public_key_fingerprint"),
        ("signing-key", ("signature", "key_id"), "other", "key_unknown", "/signer/key_id"),
        ("signer-before-key-ids", ("signer",), {**b["signer"], "signer_id": "nobody", "key_id": "other"}, "key_unknown", "/signer/signer_id"),
        ("payload", ("payload",), [], "type", ""),
        ("time", ("created_at",), "x", "time", "/created_at"),
        ("algorithm", ("signature", "algorithm"), "x", "algorithm", "/signature/algorithm"),
        ("id", ("event_id",), "x", "encoding", "/event_id"),
        ("signature", ("signature", "signature_b64"), "x", "encoding", "/signature/signature_b64"),
    ):  # fmt: skip
        reject(f"at-{name}", "the pointer of a fault in an event begins with that of the event", "PROOF-2", {**sound, "events": [a, changed(b, path, value)]}, code, pointer=f"/events/1{at}")  # fmt: skip
    reject("two-signers", "of two signers", "PROOF-2 MERGE-8", {**sound, "events": [a, claim(day(1), AUTHOR, strength="weak")],
           "keys": by_raw_key(shown_key(key) for key in keys if key["key_id"] in (DEMO.key_id, AUTHOR.key_id))}, "type")  # fmt: skip
    return file


def files() -> list[File]:
    """The files of this module."""
    return [proofs()]
