# ruff: noqa: E501  (tables: one vector, one row)
"""Stages equivocation (proofs) and mirror: what is made of a merged set, and compared with it.

``mirror`` holds what the specification fixes today: comparing with a downloaded state,
exporting, status and timeline. Nothing of HTTP is in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    STRANGER,
    Json,
    attached,
    bundle,
    canonical,
    cbor,
    event,
    event_id,
    oracle,
    payloads,
    policy,
    policy_key,
    sha256_hex,
    to_json,
)
from kit.tampered import changed, flipped, signature_of, signed_again, without
from vectorgen.answers import answer, counted_state
from vectorgen.core import Bytes, File, as_json, as_text, hexed, joined, made_of, part, repeated, text
from vectorgen.house import POLICY, RECORD
from vectorgen.merges import (
    Merges,
    alias,
    base_events,
    checkpoint,
    claim,
    created,
    day,
    finding,
    made,
    other,
    retract,
)


def shown_key(key: Json) -> Json:
    """A key as a proof names it."""
    return {
        **{name: key[name] for name in ("key_id", "public_key_hex", "signer_id")},
        "event_format": key["event_formats"][0],
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
    copies = [a, *(signed_again(a, nonce) for nonce in (12345, 67890))]
    smallest, *others = sorted(copies, key=signature_of)
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
        name: str, about: str, clauses: str, value: Json, stated: Json | None = None, **more: Any
    ) -> None:
        if stated is not None:
            file.parts[f"policy-{name}"] = as_json(stated)
        args = {"data": as_json(value), "policy": part("policy" if stated is None else f"policy-{name}")}
        file.accept(name, about, clauses, "verify_proof", args, **ok(value, **more))

    def refuse(
        name: str, about: str, clauses: str, value: Any, code: str, stated: Json | None = None,
        *, pointer: str | None = None, control: str = "proves",
    ) -> None:  # fmt: skip
        if stated is not None:
            file.parts[f"policy-{name}"] = as_json(stated)
        args = {"data": as_json(value), "policy": part("policy" if stated is None else f"policy-{name}")}
        file.refuse(name, about, clauses, "verify_proof", args, code, control, pointer=pointer)

    verify("proves", "two signed events that contradict each other", "PROOF-2", sound)
    file.refuse(
        "respelt",
        "a proof is canonical bytes",
        "PROOF-1",
        "verify_proof",
        {"data": text(json.dumps(sound, indent=1)), "policy": part("policy")},
        "encoding",
        "proves",
    )
    refuse("more-members", "no other member is in it", "PROOF-1", {**sound, "note": "x"}, "encoding")
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
    refuse(
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
        refuse(name, about, "PROOF-2", value, code, pointer=at)
    for levels in (62, 63):
        inner: Any = []
        for _ in range(levels - 1):
            inner = [inner]
        deep = {**RECORD, "future": inner}
        about_it = [
            attached(
                DEMO, deep, "author_claim", payloads.author_claim(payloads.orcid(1), strength=word), day(1)
            )
            for word in payloads.STRENGTHS
        ]
        value = proof(about_it, keys, deep)
        if levels == 62:
            verify(
                "proves-deep-record", "a proof may be nested as deep as a bundle: 64", "PROOF-2 LIM-2", value
            )
        else:
            refuse(
                "deeper-record",
                "and no deeper",
                "PROOF-2 LIM-2",
                value,
                "depth",
                control="proves-deep-record",
            )
    refuse("keys-swapped", "keys are sorted by raw key", "PROOF-1", {**proof(turned, keys), "keys": proof(turned, keys)["keys"][::-1]}, "encoding", control="proves-rotated")  # fmt: skip
    refuse("keys-one-of-two", "both are named", "PROOF-1", {**proof(turned, keys), "keys": proof(turned, keys)["keys"][:1]}, "encoding", control="proves-rotated")  # fmt: skip
    file.refuse("value-fault", "an input that is not JSON of the profile is not a proof", "PROOF-2 FAULT-3", "verify_proof",
                {"data": text(canonical(sound).decode().replace('"proof_version":"1"', '"proof_version":-0')), "policy": part("policy")}, "number_form", "proves", pointer="/proof_version")  # fmt: skip
    strange = [other("peer_review", day(1), n=n) for n in range(2)]
    refuse("unknown-type", "an event of a type of the future is not verified", "PROOF-2 CHECK-10", {**sound, "events": strange}, "type", pointer="/events/0")  # fmt: skip
    refuse("key-role", "a key that may not sign the type", "PROOF-2 CHECK-6", sound, "key_role", policy(policy_key(DEMO, event_types=["citation"])), pointer="/events/0/event_type")  # fmt: skip
    refuse("other-member", "two events that decide alike", "PROOF-2 MERGE-8", {**sound, "events": [a, claim(day(1), note="x")]}, "type", pointer="/events")  # fmt: skip
    refuse("created", "two record_created", "PROOF-2 MERGE-8", {**sound, "events": [created(day(1)), created(day(1), note="x")]}, "type", pointer="/events")  # fmt: skip
    refuse("not-smallest", "of a group the two of PROOF-1, here one conflict of its own", "PROOF-1", {**sound, "events": sorted([alike[1], c], key=event_id)[::-1]}, "encoding")  # fmt: skip
    refuse(
        "record-changed",
        "of another record",
        "PROOF-2 CHECK-4",
        changed(sound, ("canonical_record", "source", "version"), 2),
        "subject",
        pointer="/events/0/subject_pith_number",
    )
    refuse("key-of-nobody", "the policy has no such key", "PROOF-2", sound, "key_unknown", policy(AUTHOR))
    refuse(
        "key-other-raw",
        "another raw key under this name",
        "PROOF-2",
        sound,
        "key_unknown",
        policy(policy_key(DEMO, public_key_hex=AUTHOR.public_key.hex())),
    )
    both = policy(policy_key(DEMO, event_formats=["event-v1", "unknown"]))
    verify(
        "proves-with-unknown", "a key that lists unknown too is named by its format", "PROOF-1", sound, both
    )
    alone = policy(policy_key(DEMO, event_formats=["unknown"]))
    refuse("key-unknown-alone", "a key that lists unknown alone proves nothing", "PROOF-2", sound, "key_unknown", alone, pointer="/keys/0")  # fmt: skip
    null = {**sound, "keys": [{**sound["keys"][0], "event_format": None}]}
    refuse("key-without-format", "nor is it named by a null", "PROOF-2", null, "key_unknown", alone, pointer="/keys/0")  # fmt: skip
    refuse(
        "key-other-format",
        "another event format",
        "PROOF-2",
        sound,
        "key_unknown",
        policy(policy_key(DEMO, event_formats=["event-full-hex"])),
    )
    refuse(
        "same-twice",
        "one event twice is no conflict",
        "PROOF-2 MERGE-8",
        {**sound, "events": [sound["events"][0]] * 2},
        "type",
    )
    refuse(
        "revision",
        "another instant is a revision",
        "PROOF-2 MERGE-8",
        {**sound, "events": [a, claim(day(2), strength="weak")]},
        "type",
    )
    refuse(
        "forged",
        "an event that does not verify",
        "PROOF-2 CHECK-9",
        {**sound, "events": [a, flipped(b)]},
        "signature_invalid",
        pointer="/events/1/signature/signature_b64",
    )
    refuse(
        "unsigned",
        "an event without a signature",
        "PROOF-2",
        {**sound, "events": [a, without(b, ("signature",))]},
        "type",
        pointer="/events/1",
    )
    refuse(
        "changed",
        "an event that was changed",
        "PROOF-2 CHECK-3",
        {**sound, "events": [a, changed(b, ("payload", "identifier"), "z")]},
        "hash_mismatch",
        pointer="/events/1/event_id",
    )
    for name, path, value, code, at in (
        ("signer", ("signer", "signer_id"), "nobody", "key_unknown", "/signer"),
        ("fingerprint", ("signer", "public_key_fingerprint"), "0" * 32, "key_unknown", "/signer/public_key_fingerprint"),
        ("signing-key", ("signature", "key_id"), "other", "key_unknown", "/signature/key_id"),
        ("payload", ("payload",), [], "type", "/payload"),
        ("time", ("created_at",), "x", "time", "/created_at"),
        ("algorithm", ("signature", "algorithm"), "x", "algorithm", "/signature/algorithm"),
        ("id", ("event_id",), "x", "encoding", "/event_id"),
        ("signature", ("signature", "signature_b64"), "x", "encoding", "/signature/signature_b64"),
    ):  # fmt: skip
        refuse(f"at-{name}", "the pointer of a fault in an event begins with that of the event", "PROOF-2", {**sound, "events": [a, changed(b, path, value)]}, code, pointer=f"/events/1{at}")  # fmt: skip
    refuse("two-signers", "of two signers", "PROOF-2 MERGE-8", {**sound, "events": [a, claim(day(1), AUTHOR, strength="weak")],
           "keys": by_raw_key(shown_key(key) for key in keys if key["key_id"] in (DEMO.key_id, AUTHOR.key_id))}, "type")  # fmt: skip
    return file


def comparing() -> File:
    """Comparing with a downloaded state (REPORT-3)."""
    file = Merges(
        "mirror", "compare", "Comparing a merged set with a downloaded state: every difference, in its group."
    )
    events = [
        created(),
        alias("x", day(2)),
        claim(day(3)),
        claim(day(4), number=2),
        made("graph_snapshot", payloads.graph_snapshot(RECORD), day(5)),
    ]
    state = counted_state(RECORD, events, POLICY["keys"])

    def compare(name: str, about: str, theirs: Any, differences: list[list[str]]) -> None:
        same = all(group != "signed" for group, _, _ in differences)
        file.add(name, about, "REPORT-3 REPORT-5", "compare", {"inputs": [file.of(*events)], "policy": part("policy"), "state": as_text(oracle.to_bytes(theirs))},
                 {"ok": {"differences": differences, "same": same}}, None if same else "same")  # fmt: skip

    compare("same", "no difference", state, [])
    compare("member-order", "the order of members is nothing", dict(reversed(state.items())), [])
    for member, value in (
        ("merge_version", "pith-open-graph-merge-v1"),
        ("event_count", 7),
        ("state_version", "1.1"),
        ("valid_event_count", 1),
        ("equivocation_count", 2),
        ("invalid_event_count", 1),
    ):
        compare(
            f"label-{member.replace('_', '-')}",
            "a label: reported",
            changed(state, (member,), value),
            [["labels", f"/{member}", "differs"]],
        )
    compare(
        "label-only-theirs",
        "a member that only they know",
        {**state, "generated_at": "x"},
        [["labels", "/generated_at", "only theirs"]],
    )
    compare(
        "label-only-ours",
        "a member that only we know",
        without(state, ("unrecognised",)),
        [["labels", "/unrecognised", "only ours"]],
    )
    compare(
        "number",
        "another number",
        changed(state, ("pith_number",), "pith:2003:" + "A" * 26),
        [["signed", "/pith_number", "differs"]],
    )
    compare(
        "number-missing",
        "no number",
        without(state, ("pith_number",)),
        [["signed", "/pith_number", "only ours"]],
    )
    compare(
        "empty-section-missing",
        "an empty section that only we know",
        without(state, ("current", "citations")),
        [["labels", "/current/citations", "only ours"]],
    )
    compare(
        "empty-section-more",
        "an empty section that only they know",
        changed(state, ("current", "views"), []),
        [["labels", "/current/views", "only theirs"]],
    )
    compare(
        "section-missing",
        "a section with entries",
        without(state, ("current", "author_claims")),
        [["signed", "/current/author_claims", "only ours"]],
    )
    compare(
        "section-more",
        "an unknown section with entries",
        changed(state, ("current", "views"), [1]),
        [["signed", "/current/views", "only theirs"]],
    )
    compare(
        "entry-missing",
        "an entry less",
        without(state, ("current", "author_claims", 0)),
        [["signed", "/current/author_claims/0", "only ours"]],
    )
    more = claim(day(9), number=3)
    entry = counted_state(RECORD, [more], POLICY["keys"])["current"]["author_claims"][0]
    compare(
        "entry-more",
        "an entry more",
        changed(state, ("current", "author_claims"), [*state["current"]["author_claims"], entry]),
        [["signed", "/current/author_claims/2", "only theirs"]],
    )
    compare(
        "entry-changed",
        "an entry with another payload",
        changed(state, ("current", "author_claims", 1, "payload", "strength"), "weak"),
        [["signed", "/current/author_claims/1/payload/strength", "differs"]],
    )
    compare(
        "entry-time",
        "with another time",
        changed(state, ("current", "author_claims", 1, "created_at"), day(8)),
        [["signed", "/current/author_claims/1/created_at", "differs"]],
    )
    compare(
        "entries-reordered",
        "the order of a list is a label",
        changed(state, ("current", "author_claims"), state["current"]["author_claims"][::-1]),
        [["labels", "/current/author_claims", "differs"]],
    )
    compare(
        "receipt-null",
        "another receipt",
        changed(state, ("current", "receipt"), None),
        [["signed", "/current/receipt", "differs"]],
    )
    compare(
        "record-member",
        "another record",
        changed(state, ("current", "canonical_record", "source", "version"), 2),
        [["signed", "/current/canonical_record/source/version", "differs"]],
    )
    aliases = state["current"]["source_aliases"]
    at = next(place for place, one in enumerate(aliases) if one["alias_value"] == "x")
    compare(
        "alias-time",
        "the time of an alias is unsigned",
        changed(state, ("current", "source_aliases", at, "created_at"), day(9)),
        [["unsigned", f"/current/source_aliases/{at}/created_at", "differs"]],
    )
    compare(
        "alias-more",
        "an alias more",
        changed(state, ("current", "source_aliases"), [*aliases, {"alias_kind": "y", "alias_value": "z"}]),
        [["unsigned", f"/current/source_aliases/{len(aliases)}", "only theirs"]],
    )
    compare(
        "alias-missing",
        "an alias less",
        without(state, ("current", "source_aliases", at)),
        [["unsigned", f"/current/source_aliases/{at}", "only ours"]],
    )
    compare("alias-derived", "another value of a derived alias", changed(state, ("current", "source_aliases", 0, "alias_value"), "2304.01373"),
            [["unsigned", "/current/source_aliases/0", "only ours"], ["signed", "/current/source_aliases/0", "only theirs"]])  # fmt: skip
    compare("label-bundle-type", "a state is one by its state_type, whatever other type members it has",
            {**state, "bundle_type": "pith_open_graph_bundle"}, [["labels", "/bundle_type", "only theirs"]])  # fmt: skip
    classed = changed(RECORD, ("source", "id"), "math.GT/0309136")
    derived = counted_state(classed, [], POLICY["keys"])
    shorts = derived["current"]["source_aliases"]
    for kind, group in (
        ("arxiv", "unsigned"),
        ("arxiv_version", "unsigned"),
        ("doi", "unsigned"),
        ("pith_short_8", "signed"),
    ):
        theirs = changed(
            derived,
            ("current", "source_aliases"),
            [*shorts, {"alias_kind": kind, "alias_value": "math.GT/0309136"}],
        )
        same = group == "unsigned"
        file.add(f"alias-of-a-class-{kind.replace('_', '-')}", "only theirs, where the id has a subject class: " + ("the record derives no such alias" if same else "the record derives the alias"),
                 "REPORT-3 ALIAS-1", "compare", {"inputs": [as_json(bundle(classed, []))], "policy": part("policy"), "state": as_text(oracle.to_bytes(theirs))},
                 {"ok": {"differences": [[group, f"/current/source_aliases/{len(shorts)}", "only theirs"]], "same": same}}, None if same else "same")  # fmt: skip
    compare(
        "true-is-not-1",
        "types are exact",
        changed(state, ("current", "canonical_record", "source", "version"), True),
        [["signed", "/current/canonical_record/source/version", "differs"]],
    )
    empties: tuple[tuple[str, Any, str], ...] = (
        ("null", None, "labels"), ("string", "", "labels"), ("object", {}, "labels"), ("false", False, "signed"),
        ("zero", 0, "signed"), ("null-inside", [None], "signed"), ("space", " ", "signed"),
    )  # fmt: skip
    for name, value, group in empties:
        compare(f"only-theirs-{name}", f"a member of current that only they have: {'empty' if group == 'labels' else 'not empty'}",
                changed(state, ("current", "views"), value), [[group, "/current/views", "only theirs"]])  # fmt: skip
    compare(
        "receipt-missing",
        "a member that is not empty and only ours",
        without(state, ("current", "receipt")),
        [["signed", "/current/receipt", "only ours"]],
    )
    compare("empty-inside-entry", "inside an entry an empty member is signed", changed(state, ("current", "author_claims", 0, "views"), []),
            [["signed", "/current/author_claims/0/views", "only theirs"]])  # fmt: skip
    compare(
        "aliases-absent",
        "no aliases at all: unsigned, as a whole",
        without(state, ("current", "source_aliases")),
        [["unsigned", "/current/source_aliases", "only ours"]],
    )
    compare(
        "aliases-null",
        "aliases that are no array",
        changed(state, ("current", "source_aliases"), None),
        [["unsigned", "/current/source_aliases", "differs"]],
    )
    compare(
        "aliases-object",
        "aliases that are no array",
        changed(state, ("current", "source_aliases"), {}),
        [["unsigned", "/current/source_aliases", "differs"]],
    )
    compare(
        "aliases-reordered",
        "the order of aliases is a label",
        changed(state, ("current", "source_aliases"), aliases[::-1]),
        [["labels", "/current/source_aliases", "differs"]],
    )
    compare("alias-doi", "another value of the doi alias is unsigned", changed(state, ("current", "source_aliases", next(n for n, one in enumerate(aliases) if one["alias_kind"] == "doi"), "alias_value"), "10.1/x"),
            [["unsigned", f"/current/source_aliases/{next(n for n, one in enumerate(aliases) if one['alias_kind'] == 'doi')}", how] for how in ("only ours", "only theirs")])  # fmt: skip
    compare("alias-again", "an alias twice: the second one is matched by nothing", changed(state, ("current", "source_aliases"), [*aliases, aliases[0]]),
            [["signed", f"/current/source_aliases/{len(aliases)}", "only theirs"]])  # fmt: skip
    claims = state["current"]["author_claims"]
    compare("entry-again", "an entry twice", changed(state, ("current", "author_claims"), [claims[0], *claims]), [["signed", "/current/author_claims/1", "only theirs"]])  # fmt: skip
    compare("entry-without-id", "an entry without an event_id is matched by its value", changed(state, ("current", "author_claims"), [*claims, {"payload": 1}]),
            [["signed", "/current/author_claims/2", "only theirs"]])  # fmt: skip
    compare("entry-null-id", "an event_id that is null is none", changed(state, ("current", "author_claims", 0, "event_id"), None),
            [["signed", "/current/author_claims/0", "only ours"], ["signed", "/current/author_claims/0", "only theirs"]])  # fmt: skip
    compare("entry-other-id", "another event_id is another entry", changed(state, ("current", "author_claims", 0, "event_id"), 7),
            [["signed", "/current/author_claims/0", "only ours"], ["signed", "/current/author_claims/0", "only theirs"]])  # fmt: skip
    compare("entry-and-string", "a string equal to an event_id is another entry", changed(state, ("current", "author_claims"), [*claims, claims[0]["event_id"]]),
            [["signed", "/current/author_claims/2", "only theirs"]])  # fmt: skip
    compare("entry-inserted", "an entry more in front: at its index there, those behind it at ours", changed(changed(state, ("current", "author_claims", 1, "payload", "strength"), "weak"), ("current", "author_claims"),
            [entry, claims[0], changed(claims[1], ("payload", "strength"), "weak")]), [["signed", "/current/author_claims/1/payload/strength", "differs"], ["signed", "/current/author_claims/0", "only theirs"]])  # fmt: skip
    compare("lists-inside", "an array inside an entry is compared index by index", changed(state, ("current", "canonical_record", "metadata", "cross_cats_sorted"), ["x", *RECORD["metadata"]["cross_cats_sorted"]]),
            _walked(RECORD["metadata"]["cross_cats_sorted"], "/current/canonical_record/metadata/cross_cats_sorted"))  # fmt: skip
    compare("order", "in the order of our members, then of theirs", {"z": 1, "a": 1, **changed(changed(without(state, ("merge_version",)), ("current", "views"), [1]), ("pith_number",), "x")},
            [["signed", "/pith_number", "differs"], ["labels", "/merge_version", "only ours"], ["signed", "/current/views", "only theirs"], ["labels", "/z", "only theirs"], ["labels", "/a", "only theirs"]])  # fmt: skip
    compare(
        "array-and-object",
        "two JSON types",
        changed(state, ("current", "citations"), {}),
        [["signed", "/current/citations", "differs"]],
    )
    refusals: tuple[tuple[str, Any], ...] = (
        ("bundle", bundle(RECORD, [])), ("empty-object", {}), ("manifest", {"manifest_type": "pith_mirror_manifest", "mirrors": []}),
        ("type-missing", without(state, ("state_type",))), ("type-other", {**state, "state_type": "pith_open_graph_bundle"}), ("type-number", {**state, "state_type": 1}),
    )  # fmt: skip
    for name, other_document in refusals:
        file.refuse(f"not-a-state-{name}", "what is no state is not compared", "REPORT-3", "compare",
                    {"inputs": [file.of(*events)], "policy": part("policy"), "state": as_json(other_document)}, "type", "same")  # fmt: skip
    deep: Any = 1
    for _ in range(60):
        deep = {"a": deep}
    record = {**RECORD, "deep": deep}
    file.add("deep", "a record of 61 levels gives a state of 63, which is read", "REPORT-3 LIM-7", "compare",
             {"inputs": [as_json(bundle(record, []))], "policy": part("policy"), "state": as_text(oracle.to_bytes(counted_state(record, [], POLICY["keys"])))},
             {"ok": {"differences": [], "same": True}})  # fmt: skip
    many: Bytes = joined(
        text(oracle.to_bytes(state).decode()[:-1] + ',"more":['), repeated("0,", 200_000), text("0]}")
    )
    file.add("many-values", "a state of more values than an input may have", "REPORT-3 LIM-7", "compare",
             {"inputs": [file.of(*events)], "policy": part("policy"), "state": many},
             {"ok": {"differences": [["labels", "/more", "only theirs"]], "same": True}})  # fmt: skip
    for levels in (199, 200):
        inner = joined(repeated("[", levels), repeated("]", levels), text("}"))
        nested = joined(text(oracle.to_bytes(state).decode()[:-1] + ',"more":'), inner)
        args = {"inputs": [file.of(*events)], "policy": part("policy"), "state": nested}
        if levels == 199:
            file.add("levels-200", "a state is read to 200 levels", "LIM-7 LIM-2", "compare", args,
                     {"ok": {"differences": [["labels", "/more", "only theirs"]], "same": True}})  # fmt: skip
        else:
            file.refuse(
                "levels-201", "one level deeper", "LIM-7 LIM-2", "compare", args, "depth", "levels-200"
            )
    file.refuse(
        "state-array",
        "a state is an object",
        "REPORT-3",
        "compare",
        {"inputs": [file.of(*events)], "policy": part("policy"), "state": text("[]")},
        "type",
        "same",
    )
    file.refuse(
        "state-page",
        "read strictly",
        "REPORT-3",
        "compare",
        {"inputs": [file.of(*events)], "policy": part("policy"), "state": text("<!doctype html>")},
        "syntax",
        "same",
    )
    return file


def _walked(ours: Sequence[str], where: str) -> list[list[str]]:
    """The differences of an array and itself behind one element more."""
    theirs = ["x", *ours]
    found = [
        ["signed", f"{where}/{n}", "differs"]
        for n, (a, b) in enumerate(zip(ours, theirs, strict=False))
        if a != b
    ]
    return [*found, ["signed", f"{where}/{len(ours)}", "only theirs"]]


def exporting() -> File:
    """Exports read back (EXPORT-1 to EXPORT-3)."""
    file = Merges(
        "mirror",
        "export",
        "A set exported, read back and merged again: the same digests; each element exactly as in EXPORT-1.",
    )
    for name, about, events, receipts in (
        ("base", "one event of each event type", base_events(), ["verified"]),
        ("empty", "no event: one bundle without events", [], []),
        ("retracted", "retracted events travel too", [one := claim(day(1)), claim(day(2), note="x"), retract(one, day(3))], []),
        ("conflict", "a conflict travels whole", [claim(day(1)), claim(day(1), strength="weak")], []),
        ("extra", "unknown members are in the body and travel", [alias("x", day(1), extra={"__proto__": 1, "10": [0.5]})], []),
        ("unknown-type", "types of the future travel", [other("peer_review", day(1), x=1)], []),
    ):  # fmt: skip
        ordered = sorted(events, key=oracle.order)
        expect = answer(RECORD, events, POLICY, receipts=receipts)
        expect["elements"] = [sha256_hex(canonical(one)) for one in ordered]
        file.add(
            name,
            about,
            "EXPORT-1 EXPORT-2 EXPORT-3",
            "export",
            {"inputs": [file.of(*events)], "policy": part("policy")},
            {"ok": expect},
        )
    whole = claim(day(1))
    marked = changed(changed(whole, ("signature", "note"), 1), ("signature", "kind"), "pith_event_signature")
    expect = answer(RECORD, [whole], POLICY)
    expect["elements"] = [sha256_hex(canonical(whole))]
    file.add(
        "unsigned-member",
        "what nothing signs does not travel",
        "EXPORT-1 EVT-5",
        "export",
        {"inputs": [file.of(marked)], "policy": part("policy")},
        {"ok": expect},
    )
    nameless = without(whole, ("event_id",))
    file.add(
        "without-id",
        "an exported event contains its id",
        "EXPORT-1",
        "export",
        {"inputs": [file.of(nameless)], "policy": part("policy")},
        {"ok": expect},
    )
    file.add("junk-stays", "what is not valid does not travel", "EXPORT-2 LAW-2", "export",
             {"inputs": [file.of(whole, flipped(claim(day(2))), "null", without(alias("y"), ("signature",)))], "policy": part("policy")}, {"ok": expect})  # fmt: skip
    # CHECK-11 over several inputs: whatever the event is, the smallest signature is kept.
    taken = claim(day(1))
    for name, one in (
        ("unknown-type", other("peer_review", day(1))),
        ("nonconforming", made("citation", {}, day(1))),
        ("retraction", retract(taken, day(2))),
        ("checkpoint", checkpoint([taken], day(2))),
        ("created", created(day(1))),
        ("citation", made("citation", payloads.citation("w"), day(1))),
    ):
        copies = sorted((one, *(signed_again(one, nonce) for nonce in (12345, 67890))), key=signature_of)
        events = [taken, copies[0]]
        expect = answer(RECORD, events, POLICY, receipts=["verified"] if name == "created" else [])
        expect["elements"] = [sha256_hex(canonical(each)) for each in sorted(events, key=oracle.order)]
        variants = [
            {
                "name": f"copies {order}",
                "args": {"inputs": [file.of(taken), *(file.of(copies[n]) for n in order)]},
            }
            for order in ((0, 1, 2), (1, 0, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1))
        ]
        file.add(f"occurrences-of-{name}", "of validly signed elements in several bundles the smallest signature is exported", "EXPORT-1 CHECK-11 MERGE-3", "export",
                 {"inputs": [file.of(taken), *(file.of(each) for each in copies[::-1])], "policy": part("policy")}, {"ok": expect}, variants=variants)  # fmt: skip
    # EXPORT-2: over one limit of an input an export is several bundles.
    roomy = [claim(day(1 + n), note="n" * 250_000) for n in range(18)]
    many_values = [claim(day(1 + n), note=[0] * 19_000) for n in range(11)]
    for name, about, events in (
        ("split-by-size", "4.5 MB of events are two bundles at least", roomy),
        ("split-by-values", "209,000 values are two bundles at least", many_values),
    ):
        expect = answer(RECORD, events, POLICY)
        wanted: Json = {
            name: expect[name]
            for name in ("state_sha256", "events_sha256", "verdicts", "rejected", "exit_status")
        }
        wanted["elements"] = [sha256_hex(canonical(one)) for one in events]
        half = len(events) // 2
        file.add(name, about, "EXPORT-2 EXPORT-3 LIM-1 LIM-3", "export", {"inputs": [file.of(*events[:half]), file.of(*events[half:])], "policy": part("policy")}, {"ok": wanted})  # fmt: skip
    # EXPORT-2, LIM-10: what was read as CBOR may be too large as JSON.
    for name, about, count, code in (
        ("record-fits", "3.6 MB of canonical JSON fit into a bundle", 600_000, None),
        ("record-too-large", "5.4 MB do not, though they were read from 0.9 MB of CBOR", 900_000, "size"),
    ):
        record = {**RECORD, "x": "\x01" * count}
        front, behind = cbor(bundle(record, [])).split(b"\x01" * count)
        inputs = [joined(hexed(front), repeated(hexed(b"\x01"), count), hexed(behind))]
        args: Json = {"inputs": inputs, "policy": part("policy")}
        if code is None:
            fits: Json = answer(record, [], POLICY)
            fits = {key: fits[key] for key in ("state_sha256", "events_sha256", "rejected")}
            file.add(name, about, "EXPORT-2 LIM-10", "export", args, {"ok": {**fits, "elements": []}})
        else:
            file.refuse(name, about, "EXPORT-2 LIM-10", "export", args, code, "record-fits")
    _crowd(file, 5_001)
    return file


def _crowd(file: Merges, count: int) -> None:
    """More events than one bundle may have, each written as what differs: its number and its signature."""
    events = [alias(f"{n:04}", day(1)) for n in range(count)]
    front, behind = to_json(without(alias("NNNN", day(1)), ("event_id",))).decode().split("NNNN")
    signature = without(alias("NNNN", day(1)), ("event_id",))["signature"]["signature_b64"]
    behind, end = behind.split(signature)
    file.parts |= {
        "front": text(front),
        "behind": text(behind),
        "end": text(end),
        "next": text(f"{end},{front}"),
    }
    for name, some in (("crowd", events[:-1]), ("more", events[-1:])):
        pieces = [part("front")]
        for place, one in enumerate(some):
            pieces += [part("next")] if place else []
            pieces += [
                text(one["payload"]["alias_value"]),
                part("behind"),
                text(one["signature"]["signature_b64"]),
            ]
        file.parts[name] = joined(*pieces, part("end"))
    names = {event_id(one): one for one in events}
    expect = {"events_sha256": oracle.events_sha256(names), "rejected": [], "exit_status": 0}
    inputs = [made_of("frame", "crowd"), made_of("frame", "more")]
    file.add("split-by-events", f"{count:,} events are two bundles at least", "EXPORT-2 EXPORT-3 LIM-5", "export", {"inputs": inputs, "policy": part("policy")}, {"ok": expect})  # fmt: skip


def statuses() -> File:
    """The counts that describe a state (STATUS-1)."""
    file = Merges("mirror", "status", "The status of a state: what it counts.")
    events = base_events()
    zero: Json = {
        "attested": {"strong": 0, "weak": 0}, "anchored": 0, "stored": 0, "references": None,
        "citations": dict.fromkeys(payloads.RELATIONSHIPS, 0),
        "replications": {outcome: dict.fromkeys(payloads.MODERATIONS, 0) for outcome in payloads.OUTCOMES},
        "findings": {"critical": 0, "advisory": 0, "informational": 0, "rescinded": 0},
        "retractions": {"applied": 0, "waiting": 0, "rejected": 0}, "conflicts": 0, "unrecognised": 0,
    }  # fmt: skip

    def status(name: str, about: str, made_events: Sequence[Json], told: Json) -> None:
        file.add(
            name,
            about,
            "STATUS-1",
            "status",
            {"inputs": [file.of(*made_events)], "policy": part("policy")},
            {"ok": {"status": told}},
        )

    status("empty", "nothing", [], zero)
    status("base", "one of each", events, {
        **zero, "attested": {"strong": 1, "weak": 0}, "anchored": 1, "stored": 1, "citations": {**zero["citations"], "extends": 1},
        "replications": {**zero["replications"], "supports": {"accepted": 0, "pending": 1, "rejected": 0}},
        "findings": {**zero["findings"], "advisory": 1}, "retractions": {"applied": 1, "waiting": 0, "rejected": 0}, "unrecognised": 1})  # fmt: skip
    for_and_against = [
        made("replication", payloads.replication("a", "c", outcome=o, moderation="accepted"), day(n + 1))
        for n, o in enumerate(payloads.OUTCOMES)
    ]
    status("plural", "outcomes for and against are counted separately", for_and_against, {
        **zero, "replications": {outcome: {"accepted": 1, "pending": 0, "rejected": 0} for outcome in payloads.OUTCOMES}})  # fmt: skip
    status("rescinded", "a rescinded finding is counted apart", [finding(day(1)), finding(day(2), verdict_class="rescinded", severity="critical"), finding(day(1), evidence=2, severity="critical")],
           {**zero, "findings": {"critical": 1, "advisory": 0, "informational": 0, "rescinded": 1}})  # fmt: skip
    status("retracted", "a retracted event is not counted, the retraction is", [one := claim(day(1)), retract(one, day(2)), retract(one, day(3), AUTHOR), retract("sha256:" + "0" * 64, day(4))],
           {**zero, "retractions": {"applied": 1, "waiting": 1, "rejected": 1}})  # fmt: skip
    tied = [claim(day(1)), claim(day(1), strength="weak")]
    status(
        "conflict",
        "a conflict",
        tied,
        {
            **zero,
            "attested": {**zero["attested"], min(tied, key=event_id)["payload"]["strength"]: 1},
            "conflicts": 1,
        },
    )
    snapshots = [
        made("graph_snapshot", {"graph_snapshot": {"references": {"count": count}}}, day(n))
        for n, count in ((1, 5), (3, 7), (2, 9))
    ]
    status("references", "of the newest snapshot", snapshots, {**zero, "references": 7})
    # The newest snapshot counts none.
    status(
        "references-none",
        "none, where the newest counts none",
        [*snapshots, made("graph_snapshot", {"graph_snapshot": {}}, day(5))],
        zero,
    )

    snapshot_at = (snapshots[1], 7)
    for label, shown, told in (
        ("zero", {"references": {"count": 0}}, 0),
        ("largest", {"references": {"count": 2**53 - 1}}, 2**53 - 1),
        ("negative", {"references": {"count": -1}}, None),
        ("half", {"references": {"count": 1.5}}, None),
        ("true", {"references": {"count": True}}, None),
        ("string", {"references": {"count": "7"}}, None),
        ("null", {"references": {"count": None}}, None),
        ("array", {"references": [7]}, None),
        ("number", {"references": 7}, None),
        ("other-member", {"reference": {"count": 7}}, None),
    ):
        status(
            f"references-{label}",
            "an integer from 0, of the newest snapshot alone",
            [snapshot_at[0], made("graph_snapshot", {"graph_snapshot": shown}, day(5))],
            {**zero, "references": told},
        )
    gone = made("graph_snapshot", {"graph_snapshot": {"references": {"count": 8}}}, day(5))
    status(
        "references-retracted",
        "a retracted snapshot is not the newest",
        [snapshot_at[0], gone, retract(gone, day(6))],
        {**zero, "references": 7, "retractions": {**zero["retractions"], "applied": 1}},
    )
    pair = sorted(
        (made("graph_snapshot", {"graph_snapshot": {"references": {"count": n}}}, day(5)) for n in (1, 2)),
        key=event_id,
    )
    status(
        "references-tie",
        "of one instant the greatest id is last",
        pair,
        {**zero, "references": pair[1]["payload"]["graph_snapshot"]["references"]["count"]},
    )
    rows: list[tuple[str, list[Json], Json]] = [
        ("attested", [claim(day(1)), claim(day(2), number=2, strength="weak"), claim(day(3), number=3, strength="weak"), claim(day(4), AUTHOR)],
         {"attested": {"strong": 2, "weak": 2}}),
        ("revised", [claim(day(1)), claim(day(2), strength="weak")], {"attested": {"strong": 0, "weak": 1}}),
        ("anchored", [made("timestamp_anchor", payloads.timestamp_anchor(RECORD, bytes([n])), day(n)) for n in (1, 2)], {"anchored": 2}),
        ("stored", [made("storage_attestation", payloads.storage_attestation(RECORD, day(n)), day(n)) for n in (1, 2, 3)], {"stored": 3}),
        ("citations", [made("citation", payloads.citation(f"w{n}", word), day(1)) for place, word in enumerate(payloads.RELATIONSHIPS) for n in range(place)],
         {"citations": {word: place for place, word in enumerate(payloads.RELATIONSHIPS)}}),
        ("replications", [made("replication", payloads.replication(f"a{n}", "c", outcome=o, moderation=m), day(1))
                          for at_outcome, o in enumerate(payloads.OUTCOMES) for at_word, m in enumerate(payloads.MODERATIONS) for n in range(3 * at_outcome + at_word)],
         {"replications": {o: {m: 3 * at_outcome + at_word for at_word, m in enumerate(payloads.MODERATIONS)} for at_outcome, o in enumerate(payloads.OUTCOMES)}}),
        ("findings", [finding(day(1), evidence=n, severity=word, verdict_class=payloads.VERDICT_CLASSES[n % 3]) for n, word in enumerate(
            ("critical", "advisory", "advisory", "informational", "informational", "informational"))] + [finding(day(1), evidence=9, severity=word, verdict_class="rescinded", detector=word) for word in payloads.SEVERITIES],
         {"findings": {"critical": 1, "advisory": 2, "informational": 3, "rescinded": 3}}),
        ("unrecognised", [other("x", day(1)), other("y", day(1)), made("citation", {}, day(1))], {"unrecognised": 3}),
        ("conflicts", [*tied, finding(day(1)), finding(day(1), severity="critical")],
         {"conflicts": 2, "attested": {**zero["attested"], min(tied, key=event_id)["payload"]["strength"]: 1},
          "findings": {**zero["findings"], min(finding(day(1)), finding(day(1), severity="critical"), key=event_id)["payload"]["severity"]: 1}}),
        ("others", [created(day(1)), alias("x", day(1)), checkpoint([], day(1))], {}),
    ]  # fmt: skip
    for label, events, counts in rows:
        status(f"counts-{label}", "each counted under its own name", events, {**zero, **counts})
    return file


def timelines() -> File:
    """The events in order, each with its change (TIMELINE-2)."""
    file = Merges("mirror", "timeline", "The valid events in order, each with what it changed.")

    def timeline(name: str, about: str, rows: Sequence[tuple[Json, str]]) -> None:
        ordered = sorted(rows, key=lambda row: oracle.order(row[0]))
        file.add(name, about, "TIMELINE-1 TIMELINE-2 MERGE-4", "timeline", {"inputs": [file.of(*(one for one, _ in reversed(rows)))], "policy": part("policy")},
                 {"ok": {"timeline": [[event_id(one), change] for one, change in ordered]}})  # fmt: skip

    timeline("empty", "nothing", [])
    zero_id = "sha256:" + "0" * 64

    def at(count: int, make: Callable[[int], Json]) -> list[Json]:
        """Events of one instant, in the order of their ids."""
        return sorted((make(n) for n in range(count)), key=event_id)

    # TIMELINE-2.1: what is unrecognised stays so, whatever takes it back and when.
    strange, misfit = other("peer_review", day(3)), made("citation", {}, day(3))
    timeline(
        "unrecognised",
        "unknown types, and nonconforming events: a retraction and a checkpoint too",
        [
            (other("peer_review", day(1)), "unrecognised"),
            (made("citation", {}, day(2)), "unrecognised"),
            (made("event_retracted", {"event_id": "x"}, day(3)), "unrecognised"),
            (made("checkpoint", {"event_ids": [zero_id, zero_id]}, day(4)), "unrecognised"),
        ],
    )
    timeline(
        "unrecognised-retracted",
        "a retraction of it retracts",
        [
            (strange, "unrecognised"),
            (misfit, "unrecognised"),
            (retract(strange, day(4)), "retracts"),
            (retract(misfit, day(5)), "retracts"),
        ],
    )
    timeline(
        "unrecognised-withdrawn",
        "one from before does not withdraw it",
        [
            (retract(strange, day(1)), "waits"),
            (retract(misfit, day(2)), "waits"),
            (strange, "unrecognised"),
            (misfit, "unrecognised"),
        ],
    )
    # TIMELINE-2.2: retractions.
    one, theirs = claim(day(1)), claim(day(5), AUTHOR)
    timeline(
        "retractions",
        "applied, waiting, rejected",
        [
            (one, "sets"),
            (back := retract(one, day(2)), "retracts"),
            (retract(zero_id, day(3)), "waits"),
            (retract(one, day(4), AUTHOR), "rejected"),
            (retract(back, day(6)), "rejected"),
            (retract(one, day(7)), "retracts"),
        ],
    )
    timeline(
        "waits-for-anything",
        "while its target is not before it a retraction waits, of whatever effect it will be",
        [
            (retract(theirs, day(2)), "waits"),
            (retract(later := retract(zero_id, day(6)), day(3)), "waits"),
            (theirs, "sets"),
            (later, "waits"),
        ],
    )
    timeline(
        "retracts-a-loser",
        "a retraction of an event that is not current",
        [(one, "sets"), (claim(day(2), note="x"), "replaces"), (retract(one, day(3)), "retracts")],
    )
    before, target = claim(day(1)), claim(day(2))
    early, late = (
        next(
            r
            for n in range(99)
            if (event_id(r := retract(target, day(2), reason=f"{n}")) < event_id(target)) is first
        )
        for first in (True, False)
    )
    timeline(
        "one-instant",
        "at one instant the ids order a retraction and its target: before it",
        [(before, "sets"), (early, "waits"), (target, "withdrawn")],
    )
    timeline(
        "one-instant-behind",
        "or behind it",
        [(before, "sets"), (target, "replaces"), (late, "retracts")],
    )
    # TIMELINE-2.3: withdrawn, in each selection.
    for slug, gone, empty in (
        ("latest", claim(day(2)), "sets"),
        ("first", created(day(2)), "sets"),
        ("all", made("citation", payloads.citation("w"), day(2)), "adds"),
        ("alias", alias("x", day(2)), "adds"),
        ("checkpoint", checkpoint([], day(2)), "lists"),
    ):
        again = {"latest": claim(day(4)), "first": created(day(4)), "all": made("citation", payloads.citation("w"), day(4)),
                 "alias": alias("x", day(4)), "checkpoint": checkpoint([], day(4))}[slug]  # fmt: skip
        timeline(
            f"withdrawn-{slug}",
            "retracted by an earlier event: it sets nothing, so the next one finds the slot empty",
            [
                (retract(gone, day(1)), "waits"),
                (gone, "withdrawn"),
                (retract(gone, day(3)), "retracts"),
                (again, empty),
            ],
        )
        timeline(
            f"not-withdrawn-{slug}",
            "another signer's retraction does not",
            [(retract(gone, day(1), AUTHOR), "waits"), (gone, empty)],
        )
        timeline(
            f"retracted-{slug}",
            "retracted, it is not compared with the next",
            [(gone, empty), (retract(gone, day(3)), "retracts"), (again, empty)],
        )
    # TIMELINE-2.4: each stands.
    timeline(
        "all",
        "in an event type of which all are current every event adds, with an equal payload too",
        [
            (made("citation", payloads.citation("w"), day(1)), "adds"),
            (made("citation", payloads.citation("w"), day(2)), "adds"),
            (made("citation", payloads.citation("w"), day(2), AUTHOR), "adds"),
            (made("graph_snapshot", {"graph_snapshot": {}}, day(3)), "adds"),
            (checkpoint([], day(4)), "lists"),
            (checkpoint([], day(5)), "lists"),
        ],
    )
    # TIMELINE-2.5: aliases.
    first = alias("x", day(1))
    timeline(
        "alias-nonconforming",
        "an alias with another target does not conform, so the next one adds",
        [
            (
                event(DEMO, RECORD, "alias_added", "graph", payloads.alias_added("example", "x"), day(1)),
                "unrecognised",
            ),
            (alias("x", day(2)), "adds"),
            (alias("x", day(3)), "restates"),
        ],
    )
    timeline(
        "alias",
        "an alias that exists is restated, by any signer; another kind or value is another alias",
        [
            (first, "adds"),
            (alias("x", day(2)), "restates"),
            (alias("x", day(3), AUTHOR), "restates"),
            (alias("y", day(4)), "adds"),
            (alias("x", day(5), kind="other"), "adds"),
        ],
    )
    timeline(
        "alias-derived",
        "a name that the record derives is added by the first who signs it",
        [
            (alias("hep-lat/0305021", day(1), kind="arxiv"), "adds"),
            (alias("hep-lat/0305021", day(2), kind="arxiv"), "restates"),
        ],
    )
    timeline(
        "alias-retracted",
        "with the first retracted the second still gives the alias",
        [
            (first, "adds"),
            (alias("x", day(2)), "restates"),
            (retract(first, day(3)), "retracts"),
            (alias("x", day(4), AUTHOR), "restates"),
        ],
    )
    # TIMELINE-2.6: once.
    timeline(
        "first",
        "the first is current, over all signers: later ones are restated or superseded",
        [
            (first_created := created(day(1)), "sets"),
            (created(day(2)), "restates"),
            (created(day(3), AUTHOR), "restates"),
            (created(day(4), note="x"), "superseded"),
            (created(day(5), AUTHOR, note="x"), "superseded"),
        ],
    )
    timeline(
        "first-retracted",
        "with it retracted the next is current, and is what is compared",
        [
            (first_created, "sets"),
            (created(day(2), note="x"), "superseded"),
            (retract(first_created, day(3)), "retracts"),
            (created(day(4)), "superseded"),
            (created(day(5), note="x"), "restates"),
        ],
    )
    ordered = at(3, lambda n: created(day(1), note=n))
    timeline(
        "first-tie",
        "at one instant the smallest id is current",
        [(ordered[0], "sets"), (ordered[1], "superseded"), (ordered[2], "superseded")],
    )
    # TIMELINE-2.6: latest.
    timeline(
        "latest",
        "a later instant replaces, with the same payload too; another slot and another signer set",
        [
            (one, "sets"),
            (claim(day(2)), "replaces"),
            (claim(day(3), strength="weak"), "replaces"),
            (claim(day(4), number=2), "sets"),
            (theirs, "sets"),
        ],
    )
    low, high = at(2, lambda n: claim(day(1), n=n))
    timeline("tie", "of a tie the greater id loses", [(low, "sets"), (high, "superseded")])
    same = at(
        2, lambda n: made("author_claim", payloads.author_claim(payloads.orcid(1)), day(1), extra={"n": n})
    )
    timeline("tie-restated", "or restates", [(same[0], "sets"), (same[1], "restates")])
    # The winner, a loser of another payload, and one that says what the loser says.
    apart = next(e for n in range(99) if event_id(e := claim(day(1), n=n)) > event_id(same[0]))
    twin = next(
        e
        for n in range(99)
        if event_id(e := made("author_claim", apart["payload"], day(1), extra={"n": n})) > event_id(apart)
    )
    timeline(
        "restates-a-loser",
        "it is the winner's payload that is restated, not a loser's",
        [(same[0], "sets"), (apart, "superseded"), (twin, "superseded")],
    )
    between = next(
        r
        for n in range(999)
        if event_id(low) < event_id(r := retract(low, day(1), reason=f"{n}")) < event_id(high)
    )
    timeline(
        "tie-retracted-between",
        "a retracted winner leaves the slot empty: the next of the instant sets",
        [(low, "sets"), (between, "retracts"), (high, "sets")],
    )
    timeline(
        "winner-retracted",
        "with the winner retracted the one before it is current, and is replaced",
        [
            (one, "sets"),
            (two := claim(day(2), note="x"), "replaces"),
            (retract(two, day(3)), "retracts"),
            (claim(day(4), note="y"), "replaces"),
        ],
    )
    timeline(
        "slot-emptied",
        "with all retracted the slot is empty",
        [
            (one, "sets"),
            (two, "replaces"),
            (retract(two, day(3)), "retracts"),
            (retract(one, day(4)), "retracts"),
            (claim(day(5)), "sets"),
        ],
    )
    timeline(
        "findings",
        "findings have slots too",
        [
            (finding(day(1)), "sets"),
            (finding(day(2)), "replaces"),
            (finding(day(2), evidence=2), "sets"),
            (finding(day(3), detector="d"), "sets"),
        ],
    )
    return file


def damaged() -> File:
    """Bundles as a bad mirror delivers them."""
    file = Merges(
        "mirror",
        "damaged",
        "One bundle as bad mirrors deliver it: cut, garbled, wrapped. Rejection whole, with one code.",
    )
    whole = as_text(b"")
    data = _whole(file)
    whole = as_text(data)
    file.add(
        "whole",
        "as it was published",
        "BUN-1 BUN-5 FAULT-3",
        "merge",
        {"inputs": [whole], "policy": part("policy")},
        {"ok": {"exit_status": 0, "rejected": []}},
    )
    for name, about, inputs, code in (
        ("cut", "cut in the middle", as_text(data[: len(data) // 2]), "syntax"),
        ("cut-last", "its last byte missing", as_text(data[:-1]), "syntax"),
        ("appended", "a byte more", as_text(data + b"x"), "syntax"),
        ("twice", "twice in one file", as_text(data + b"\n" + data), "syntax"),
        ("bom", "a byte order mark in front", hexed(b"\xef\xbb\xbf" + data), "bom"),
        ("utf-16", "in UTF-16", hexed(data.decode().encode("utf-16")), "utf8"),
        ("latin-1", "one byte garbled", hexed(data.replace(b"demo", b"d\xe9mo", 1)), "utf8"),
        ("wrapped", "inside another object", as_text(b'{"data":' + data + b"}"), "type"),
        ("listed", "inside an array", as_text(b"[" + data + b"]"), "type"),
        ("jsonp", "as a call", as_text(b"callback(" + data + b")"), "syntax"),
        ("html", "an error page", text("<html></html>"), "syntax"),
        ("error-object", "an error object", text('{"error":"not found"}'), "type"),
        ("empty", "nothing", text(""), "syntax"),
    ):  # fmt: skip
        file.refuse(
            name,
            about,
            "FAULT-3 BUN-5 LAW-2",
            "merge",
            {"inputs": [inputs], "policy": part("policy")},
            code,
            "whole",
        )
    return file


def _whole(file: Merges) -> bytes:
    frame = str(file.parts["frame"]["$text"])
    return (frame + json.dumps(claim(day(1))) + "]}").encode()


def outcomes() -> File:
    """What the inputs of one record come to (REPORT-2)."""
    file = Merges(
        "mirror",
        "outcomes",
        "The exit status of a report: the first outcome that applies, each alone and before the next.",
    )
    one, absent = claim(day(1)), claim(day(2), number=2)
    listing = checkpoint([one, absent], day(3))
    conflict = [finding(day(4)), finding(day(4), severity="critical")]
    unknown = made("citation", payloads.citation("W1", "cites"), day(5), STRANGER)

    def outcome(name: str, about: str, status: int, *inputs: Sequence[Json | str] | Json) -> None:
        made_inputs = [each if isinstance(each, dict) else file.of(*each) for each in inputs]
        args = {"inputs": made_inputs, "policy": part("policy")}
        expect = {"ok": {"exit_status": status}}
        control = None if status == 0 else "signed"
        file.add(name, about, "REPORT-2 MERGE-9" if "checkpoint" in about else "REPORT-2", "merge", args, expect, control)  # fmt: skip

    outcome("signed", "valid: one event, verified", 0, [one])
    outcome(
        "unknown-type",
        "valid: the signature of an event of an unknown type verifies",
        0,
        [other("peer_review", day(1))],
    )
    outcome("nothing", "unverified: no element at all", 3, [])
    outcome("nothing-beside", "valid: an input without elements beside a signed one", 0, [], [one])
    outcome("not-signed", "unverified: the one event has no signature", 3, [without(one, ("signature",))])
    outcome(
        "not-signed-beside",
        "unverified: an event without a signature beside one that is verified",
        3,
        [one, without(absent, ("signature",))],
    )
    outcome(
        "not-signed-elsewhere",
        "valid: another input has the signature",
        0,
        [without(one, ("signature",))],
        [one],
    )
    outcome("unknown-key", "unverified: a key that the policy does not have", 3, [one, unknown])
    outcome("incomplete", "incomplete: a checkpoint lists an event that is absent", 3, [one, listing])
    outcome("complete", "valid: all that the checkpoint lists is there", 0, [one, listing, absent])
    outcome(
        "complete-of-two", "valid: another input has what the checkpoint lists", 0, [one, listing], [absent]
    )
    outcome(
        "incomplete-not-valid",
        "incomplete: what the checkpoint lists is there without its signature",
        3,
        [one, listing, without(absent, ("signature",))],
    )
    outcome(
        "checkpoint-before-absent",
        "a checkpoint of another signer is one too",
        3,
        [one, checkpoint([absent], day(3), AUTHOR)],
    )
    outcome(
        "checkpoint-retracted",
        "valid: the checkpoint that lists what is absent is retracted",
        0,
        [one, listing, retract(listing, day(4))],
    )
    outcome("conflict", "conflict: two findings of one instant", 1, conflict)
    outcome(
        "conflict-and-incomplete",
        "conflict before incomplete: a checkpoint lists what is absent",
        1,
        [one, listing, *conflict],
    )
    outcome("invalid", "invalid: a signature that does not verify", 1, [one, flipped(absent)])
    outcome(
        "invalid-elsewhere",
        "valid: another input has the event with its own signature",
        0,
        [flipped(one)],
        [one],
    )
    outcome(
        "invalid-and-incomplete",
        "invalid before incomplete: a checkpoint lists what is absent",
        1,
        [one, listing, flipped(absent)],
    )
    outcome(
        "invalid-and-unverified",
        "invalid before unverified",
        1,
        [flipped(one), without(absent, ("signature",))],
    )
    outcome("malformed", "invalid: an element that is no object", 1, [one, "null"])
    outcome(
        "rejected", "rejected: an input that is no bundle, beside one that is valid", 1, text("[]"), [one]
    )
    outcome("rejected-and-nothing", "rejected before unverified", 1, text("[]"), [])
    return file


FAMILIES: Final[tuple[Callable[[], File], ...]] = (
    proofs,
    comparing,
    exporting,
    statuses,
    timelines,
    damaged,
    outcomes,
)


def files() -> list[File]:
    """The files of the stages."""
    return [family() for family in FAMILIES]
