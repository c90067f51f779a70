# ruff: noqa: E501  (tables: one vector, one row)
"""Stages equivocation (proofs) and mirror: what is made of a merged set, and compared with it.

``mirror`` holds what the specification fixes today: comparing with a downloaded state,
exporting, status and timeline. Nothing of HTTP is in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import model
from forge import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    STRANGER,
    Json,
    canonical,
    event_id,
    payloads,
    policy,
    policy_key,
    sha256_hex,
)
from forge.core import signature_member
from forge.tamper import changed, flipped, signature_of, signed_again, without
from vectorgen.core import File, as_json, as_text, hexed, part, text
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
from vectorgen.naive import answer, state_of


def shown_key(key: Json) -> Json:
    """A key as a proof names it."""
    return {
        **{name: key[name] for name in ("key_id", "public_key_hex", "signer_id")},
        "event_format": key["event_formats"][0],
    }


def proof(events: Sequence[Json], keys: Sequence[Json]) -> Json:
    """A proof of PROOF-1, written from the clause."""
    group = sorted(events, key=event_id)
    first = group[0]

    def decides(one: Json) -> list[Any]:
        return [one["payload"].get(name) for name in model.DECIDING[one["event_type"]]]

    second = next((one for one in group if decides(one) != decides(first)), group[1])
    named = {one["signer"]["key_id"] for one in (first, second)}
    return {
        "canonical_record": RECORD,
        "events": [first, second],
        "keys": sorted(
            (shown_key(key) for key in keys if key["key_id"] in named),
            key=lambda key: str(key["public_key_hex"]),
        ),
        "proof_type": "pithbundle_equivocation_proof",
        "proof_version": "1",
        "rules": model.NAME,
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
    file.add("made-of-copies", "of several valid signatures of one event the smallest is kept", "CHECK-11 PROOF-1 EXPORT-1", "proof",
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
        name: str, about: str, clauses: str, value: Any, code: str, stated: Json | None = None
    ) -> None:
        if stated is not None:
            file.parts[f"policy-{name}"] = as_json(stated)
        args = {"data": as_json(value), "policy": part("policy" if stated is None else f"policy-{name}")}
        file.refuse(name, about, clauses, "verify_proof", args, code, "proves")

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
    refuse("more-members", "nothing stands in it beside", "PROOF-1", {**sound, "note": "x"}, "encoding")
    verify("proves-finding", "two findings", "PROOF-2", proof(pair, keys), kind="pith.integrity.v1")
    verify("proves-rotated", "of two keys", "PROOF-2 POL-3", proof(turned, keys))
    verify(
        "proves-revoked",
        "a key revoked later still said both things",
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
        "the smaller id stands first",
        "PROOF-1",
        {**sound, "events": sound["events"][::-1]},
        "encoding",
    )
    for name, value, code in (("type", "x", "type"), ("version", "2", "version")):
        refuse(f"frame-{name}", f"another proof_{name}", "PROOF-2", {**sound, f"proof_{name}": value}, code)
    refuse("frame-rules", "other rules", "PROOF-2", {**sound, "rules": "pith-open-graph-merge-v1"}, "version")
    refuse("frame-array", "a proof is an object", "PROOF-2", [sound], "type")
    refuse(
        "record-changed",
        "of another record",
        "PROOF-2 CHECK-4",
        changed(sound, ("canonical_record", "source", "version"), 2),
        "subject",
    )
    refuse("record-missing", "with a record", "PROOF-2", without(sound, ("canonical_record",)), "type")
    refuse("key-of-nobody", "the policy has no such key", "PROOF-2", sound, "key_unknown", policy(AUTHOR))
    refuse(
        "key-other-raw",
        "another raw key under this name",
        "PROOF-2",
        sound,
        "key_unknown",
        policy(policy_key(DEMO, public_key_hex=AUTHOR.public_key.hex())),
    )
    refuse(
        "key-other-rule",
        "another event rule",
        "PROOF-2",
        sound,
        "key_unknown",
        policy(policy_key(DEMO, event_formats=["event-full-hex"])),
    )
    refuse("one-event", "exactly two events", "PROOF-2", {**sound, "events": sound["events"][:1]}, "type")
    refuse(
        "three-events", "exactly two events", "PROOF-2", {**sound, "events": [*sound["events"], c]}, "type"
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
    )
    refuse(
        "unsigned",
        "an event without a signature",
        "PROOF-2",
        {**sound, "events": [a, without(b, ("signature",))]},
        "type",
    )
    refuse(
        "changed",
        "an event that was changed",
        "PROOF-2 CHECK-3",
        {**sound, "events": [a, changed(b, ("payload", "identifier"), "z")]},
        "hash_mismatch",
    )
    refuse("two-signers", "of two signers", "PROOF-2 MERGE-8", {**sound, "events": [a, claim(day(1), AUTHOR, strength="weak")],
           "keys": sorted((shown_key(key) for key in keys if key["key_id"] in (DEMO.key_id, AUTHOR.key_id)), key=lambda key: str(key["public_key_hex"]))}, "type")  # fmt: skip
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
    state = state_of(RECORD, events, POLICY["keys"])

    def compare(name: str, about: str, theirs: Any, differences: list[list[str]]) -> None:
        same = all(group != "signed" for group, _, _ in differences)
        file.add(name, about, "REPORT-3", "compare", {"inputs": [file.of(*events)], "policy": part("policy"), "state": as_text(model.to_bytes(theirs))},
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
    entry = state_of(RECORD, [more], POLICY["keys"])["current"]["author_claims"][0]
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
    compare(
        "true-is-not-1",
        "types are exact",
        changed(state, ("current", "canonical_record", "source", "version"), True),
        [["signed", "/current/canonical_record/source/version", "differs"]],
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


def exporting() -> File:
    """Exports read back (EXPORT-1 to EXPORT-3)."""
    file = Merges(
        "mirror",
        "export",
        "A set exported, read back and merged again: the same digests; each element exactly as EXPORT-1 says.",
    )
    for name, about, events, receipts in (
        ("base", "one event of each kind", base_events(), ["verified"]),
        ("empty", "no event: one bundle without events", [], []),
        ("retracted", "retracted events travel too", [one := claim(day(1)), claim(day(2), note="x"), retract(one, day(3))], []),
        ("conflict", "a conflict travels whole", [claim(day(1)), claim(day(1), strength="weak")], []),
        ("extra", "unknown members are in the body and travel", [alias("x", day(1), extra={"__proto__": 1, "10": [0.5]})], []),
        ("unknown-type", "types of the future travel", [other("peer_review", day(1), x=1)], []),
    ):  # fmt: skip
        ordered = sorted(events, key=model.order)
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
        "an exported event states its id",
        "EXPORT-1",
        "export",
        {"inputs": [file.of(nameless)], "policy": part("policy")},
        {"ok": expect},
    )
    file.add("junk-stays", "what is not valid does not travel", "EXPORT-2 LAW-2", "export",
             {"inputs": [file.of(whole, flipped(claim(day(2))), "null", without(alias("y"), ("signature",)))], "policy": part("policy")}, {"ok": expect})  # fmt: skip
    assert signature_member(DEMO, b"") is not None
    return file


def telling() -> File:
    """Status and timeline."""
    file = Merges(
        "mirror",
        "telling",
        "What is told of a state: the status, and the events in order with what each changed.",
    )
    events = base_events()
    zero: Json = {
        "attested": {"strong": 0, "weak": 0}, "anchored": 0, "stored": 0, "references": None,
        "citations": dict.fromkeys(payloads.RELATIONSHIPS, 0),
        "replications": {outcome: dict.fromkeys(payloads.MODERATIONS, 0) for outcome in payloads.OUTCOMES},
        "findings": {"critical": 0, "advisory": 0, "informational": 0, "rescinded": 0},
        "retractions": {"applied": 0, "waiting": 0, "refused": 0}, "conflicts": 0, "unrecognised": 0,
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

    status("status-empty", "nothing", [], zero)
    status("status-base", "one of each", events, {
        **zero, "attested": {"strong": 1, "weak": 0}, "anchored": 1, "stored": 1, "citations": {**zero["citations"], "extends": 1},
        "replications": {**zero["replications"], "supports": {"accepted": 0, "pending": 1, "rejected": 0}},
        "findings": {**zero["findings"], "advisory": 1}, "retractions": {"applied": 1, "waiting": 0, "refused": 0}, "unrecognised": 1})  # fmt: skip
    for_and_against = [
        made("replication", payloads.replication("a", "c", outcome=o, moderation="accepted"), day(n + 1))
        for n, o in enumerate(payloads.OUTCOMES)
    ]
    status("status-plural", "for and against stand side by side", for_and_against, {
        **zero, "replications": {outcome: {"accepted": 1, "pending": 0, "rejected": 0} for outcome in payloads.OUTCOMES}})  # fmt: skip
    status("status-rescinded", "a rescinded finding is counted apart", [finding(day(1)), finding(day(2), verdict_class="rescinded", severity="critical"), finding(day(1), evidence=2, severity="critical")],
           {**zero, "findings": {"critical": 1, "advisory": 0, "informational": 0, "rescinded": 1}})  # fmt: skip
    status("status-retracted", "what was taken back is not counted, the retraction is", [one := claim(day(1)), retract(one, day(2)), retract(one, day(3), AUTHOR), retract("sha256:" + "0" * 64, day(4))],
           {**zero, "retractions": {"applied": 1, "waiting": 1, "refused": 1}})  # fmt: skip
    tied = [claim(day(1)), claim(day(1), strength="weak")]
    status(
        "status-conflict",
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
    status("status-references", "of the newest snapshot", snapshots, {**zero, "references": 7})
    # The newest snapshot counts none.
    status(
        "status-references-none",
        "none, where the newest counts none",
        [*snapshots, made("graph_snapshot", {"graph_snapshot": {}}, day(5))],
        zero,
    )

    def timeline(name: str, about: str, rows: Sequence[tuple[Json, str]]) -> None:
        ordered = sorted(rows, key=lambda row: model.order(row[0]))
        file.add(name, about, "TIMELINE-1 TIMELINE-2 MERGE-4", "timeline", {"inputs": [file.of(*(one for one, _ in reversed(rows)))], "policy": part("policy")},
                 {"ok": {"timeline": [[event_id(one), change] for one, change in ordered]}})  # fmt: skip

    timeline("timeline-empty", "nothing", [])
    timeline(
        "timeline-slot",
        "a slot is set, restated, replaced",
        [
            (claim(day(1)), "sets"),
            (claim(day(2), note="x"), "replaces"),
            (claim(day(3), note="y"), "replaces"),
        ],
    )
    low, high = sorted((claim(day(1), note="a"), claim(day(1), note="b")), key=event_id)
    timeline("timeline-tie", "of a tie the greater id loses", [(low, "sets"), (high, "loses")])
    timeline(
        "timeline-restated-created",
        "a restatement of the record",
        [(created(day(1)), "sets"), (created(day(2)), "restates"), (created(day(3), note="x"), "loses")],
    )
    one = claim(day(1))
    timeline(
        "timeline-retractions",
        "applied, waiting, refused",
        [
            (one, "sets"),
            (retract(one, day(2)), "retracts"),
            (retract("sha256:" + "0" * 64, day(3)), "waits"),
            (retract(one, day(4), AUTHOR), "refused"),
        ],
    )
    timeline("timeline-kinds", "an entry, a checkpoint, a type of the future, a misfit",
             [(alias("x", day(1)), "adds"), (checkpoint([], day(2)), "lists"), (other("peer_review", day(3)), "unrecognised"), (made("citation", {}, day(4)), "unrecognised")])  # fmt: skip
    return file


def damaged() -> File:
    """Bundles as a bad mirror delivers them."""
    file = Merges(
        "mirror",
        "damaged",
        "One bundle as bad mirrors deliver it: cut, garbled, wrapped. Refused whole, with one code.",
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
        {"ok": {"exit_status": 0, "refused": []}},
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
        "The exit status of a report: the first outcome that holds, each alone and before the next.",
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


FAMILIES: Final[tuple[Callable[[], File], ...]] = (proofs, comparing, exporting, telling, damaged, outcomes)


def files() -> list[File]:
    """The files of the stages."""
    return [family() for family in FAMILIES]
