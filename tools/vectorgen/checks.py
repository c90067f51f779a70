# ruff: noqa: E501  (tables: one vector, one row)
"""Stage check: one fault each, and several elements of one event."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

from kit import (
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    TAMPERED,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    flat_event,
    payloads,
    policy,
    policy_key,
    receipt,
    sign,
    to_json,
)
from kit.formats import FAMILY
from kit.oracle.formats import unsigned_of
from kit.signing import b64, signed_bytes
from kit.tampered import OTHER_NUMBER, anonymous, changed, decorated, flipped, respelt, without
from vectorgen.events import alias
from vectorgen.fixtures import (
    AUTHOR,
    CREATED,
    FLAT_POLICY,
    MIRROR,
    NUMBER,
    POLICY,
    RECORD,
    RECORD_SHA256,
    args,
    copy,
    decided,
    parts,
    policy_sha256,
)
from vectorgen.vector_file import File, as_json, part


def one_fault() -> File:
    """Each check, one fault each."""
    file = File(
        "check",
        "faults",
        "One fault each, in the order of the checks; the record and the rest are valid.",
        parts(),
    )
    base = alias("spoilt")
    code: str | None
    file.accept("base", "nothing tampered with", "CHECK-1 CHECK-2 CHECK-3 CHECK-4 CHECK-5 CHECK-6 CHECK-7 CHECK-8 CHECK-9 CHECK-10",
                "check", args(base), elements=[copy(0, base, "verified")], pith_number=NUMBER, canonical_sha256=RECORD_SHA256,
                policy_sha256=policy_sha256(POLICY), receipts=[], mismatches=[])  # fmt: skip

    def reject(name: str, about: str, clauses: str, made: Json, verdict: str, code: str | None, *, named: bool = True,
               claimed: Json | None = None, control: str = "base", unsigned: tuple[str, ...] = ()) -> None:  # fmt: skip
        arguments = args(made)
        if claimed is not None:
            file.parts[f"policy-{name}"] = as_json(claimed)
            arguments["policy"] = part(f"policy-{name}")
        file.add(name, about, clauses, "check", arguments, {"ok": {"elements": [copy(0, made if named else None, verdict, code, unsigned)]}},
                 control)  # fmt: skip

    for row in TAMPERED:
        reject(row.name.replace("_", "-"), row.about, row.clauses, row.make(base), row.verdict, row.code,
               named=row.clauses not in ("CHECK-1", "FORMAT-8"))  # fmt: skip
    # CHECK-3: the id of another event.
    other = alias("other")
    reject("id-of-another", "the id and the signature of another event: a genuine signature, but for other content", "CHECK-3",
           {**base, "event_id": other["event_id"], "signature": other["signature"]}, "invalid", "hash_mismatch")  # fmt: skip
    reject("id-of-another-only", "only the id of another event: the content is genuine", "CHECK-3",
           changed(base, ("event_id",), other["event_id"]), "invalid", "hash_mismatch")  # fmt: skip
    # CHECK-4 in detail; each signed, so only the subject is wrong.
    for name, about, subject in (
        ("subject-other", "another record", OTHER_NUMBER),
        ("subject-short", "a short form", "pith:" + NUMBER[10:18]),
        ("subject-bare", "a bare suffix", NUMBER[10:]),
        ("subject-lower", "in lower case", NUMBER.lower()),
        ("subject-empty", "nothing", ""),
        ("subject-year", "another year than those of the record", "pith:2004:" + NUMBER[10:]),
        ("subject-space", "a space behind", NUMBER + " "),
        ("subject-one-letter", "one letter of the suffix", NUMBER[:-1] + ("A" if NUMBER[-1] != "A" else "B")),
    ):
        reject(name, about, "CHECK-4 NUM-2", alias(name, subject=subject), "invalid", "subject")
    # CHECK-5.
    reject("unknown-key-of-author", "the key_id of another signer", "CHECK-5 POL-3", sign(changed(base, ("signer", "key_id"), AUTHOR.key_id), DEMO),
           "unknown_key", "key_unknown")  # fmt: skip
    reject("unknown-third-signer", "a genuine signature by a key of no policy", "CHECK-5 POL-3", attached(UNKNOWN_SIGNER, RECORD, "alias_added", payloads.alias_added("example", "s"), CREATED),
           "unknown_key", "key_unknown")  # fmt: skip
    reject("unknown-signature-key-id", "the signature names another key", "CHECK-5", changed(base, ("signature", "key_id"), DEMO_NEXT.key_id),
           "unknown_key", "key_unknown")  # fmt: skip
    # Several keys of one name (POL-6).
    twin = Signer(100, DEMO.signer_id, DEMO.key_id)
    of_twin = attached(twin, RECORD, "alias_added", payloads.alias_added("example", "twin"), CREATED)
    for name, about, keys, made in (
        ("twins", "of two keys of one name the fingerprint chooses", policy(DEMO, twin), base),
        ("twins-other", "or the other", policy(DEMO, twin), of_twin),
        ("twins-revoked-other", "status belongs to the raw key", policy(DEMO, policy_key(twin, status="revoked")), base),
    ):  # fmt: skip
        file.parts[f"policy-{name}"] = as_json(keys)
        file.accept(
            name,
            about,
            "CHECK-5 POL-6 POL-4",
            "check",
            {**args(made), "policy": part(f"policy-{name}")},
            elements=[copy(0, made, "verified")],
        )
    reject("twins-revoked", "of two keys of one name the revoked one", "CHECK-5 POL-6 POL-4", of_twin, "invalid", "key_revoked",
           claimed=policy(DEMO, policy_key(twin, status="revoked")), control="twins-other")  # fmt: skip
    reject("twins-role", "rights belong to the raw key", "CHECK-5 POL-6 CHECK-6", base, "invalid", "key_role",
           claimed=policy(twin, policy_key(DEMO, event_types=["citation"])), control="twins")  # fmt: skip
    reject("twins-signature-of-other", "the key that the fingerprint names, and no other", "CHECK-5 POL-6 CHECK-9",
           changed(anonymous(base), ("signature", "signature_b64"), b64(twin.sign(signed_bytes(base)))), "invalid", "signature_invalid",
           claimed=policy(DEMO, twin), control="twins")  # fmt: skip
    reject("twins-fingerprint-of-none", "a fingerprint of neither", "CHECK-5 POL-6",
           changed(anonymous(base), ("signer", "public_key_fingerprint"), "0" * 32), "unknown_key", "key_unknown",
           claimed=policy(DEMO, twin), control="twins")  # fmt: skip
    reject("fingerprint-of-another-name", "a fingerprint of a key of another name selects none", "CHECK-5",
           changed(anonymous(base), ("signer", "public_key_fingerprint"), DEMO_NEXT.fingerprint), "unknown_key", "key_unknown")  # fmt: skip
    # CHECK-6.
    narrow = policy(policy_key(DEMO, event_types=["citation", "graph_snapshot"]), AUTHOR)
    reject(
        "role", "the key may not sign this type", "CHECK-6 POL-2", base, "invalid", "key_role", claimed=narrow
    )
    reject(
        "role-case",
        "types are compared exactly",
        "CHECK-6 POL-2",
        base,
        "invalid",
        "key_role",
        claimed=policy(policy_key(DEMO, event_types=["Alias_added"])),
    )
    reject(
        "role-star-in-list",
        "a star in a list is a type of that name",
        "CHECK-6 POL-2",
        base,
        "invalid",
        "key_role",
        claimed=policy(policy_key(DEMO, event_types=["*"])),
    )
    granted = policy(policy_key(DEMO, event_types=["citation", "alias_added"]))
    file.parts["policy-granted"] = as_json(granted)
    file.accept(
        "role-granted",
        "the key may sign this type",
        "CHECK-6 POL-2",
        "check",
        {**args(base), "policy": part("policy-granted")},
        elements=[copy(0, base, "verified")],
    )
    reject(
        "revoked",
        "a revoked key",
        "CHECK-6 POL-4",
        base,
        "invalid",
        "key_revoked",
        claimed=policy(policy_key(DEMO, status="revoked")),
        control="revoked-accepted",
    )
    early = alias("early", "0001-01-01T00:00:00Z")
    reject("revoked-early", "a claimed time does not make a revoked key valid", "CHECK-6 POL-4", early, "invalid", "key_revoked",
           claimed=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
    for name, about, status, accepted_event_ids in (("revoked-accepted", "an id that the policy accepts of a revoked key", "revoked", [base["event_id"]]),
                                         ("retired", "a retired key", "retired", [])):  # fmt: skip
        file.parts[f"policy-{name}"] = as_json(
            policy(policy_key(DEMO, status=status, accepted_event_ids=accepted_event_ids))
        )
        file.accept(
            name,
            about,
            "CHECK-6 POL-4",
            "check",
            {**args(base), "policy": part(f"policy-{name}")},
            elements=[copy(0, base, "verified")],
        )
    moved = changed(other, ("event_id",), base["event_id"])
    reject("accepted-id-claimed", "accepted ids are compared with the recomputed id, not with the claimed one", "CHECK-6 POL-4 CHECK-3", moved, "invalid", "key_revoked",
           claimed=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
    reject("role-before-revoked", "the type before the revocation", "CHECK-6", base, "invalid", "key_role",
           claimed=policy(policy_key(DEMO, status="revoked", event_types=["citation"])), control="revoked-accepted")  # fmt: skip
    stolen = {**moved, "signature": base["signature"]}
    reject("accepted-id-and-signature-claimed", "nor with the signature of the accepted event", "CHECK-6 POL-4 CHECK-3", stolen, "invalid", "key_revoked",
           claimed=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
    reject("accepted-other-id-claimed", "accepted content under another id is altered, not revoked", "CHECK-6 POL-4 CHECK-3",
           changed(base, ("event_id",), other["event_id"]), "invalid", "hash_mismatch",
           claimed=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
    # CHECK-9.
    reject("receipt-signature", "a receipt's signature is none of an event", "CHECK-9 SIG-1 REC-4",
           changed(base, ("signature", "signature_b64"), receipt(DEMO, RECORD, CREATED)["signature_b64"]), "invalid", "signature_invalid")  # fmt: skip
    reject("other-key", "signed by another key of the policy", "CHECK-9", changed(base, ("signature", "signature_b64"), b64(AUTHOR.sign(signed_bytes(base)))),
           "invalid", "signature_invalid")  # fmt: skip
    reject("rotated-key", "by another key of the same signer", "CHECK-9 POL-3", changed(base, ("signature", "signature_b64"), b64(DEMO_NEXT.sign(signed_bytes(base)))),
           "invalid", "signature_invalid")  # fmt: skip
    # Two faults: the earlier check decides.
    nobody = attached(
        UNKNOWN_SIGNER,
        RECORD,
        "alias_added",
        payloads.alias_added("example", "p"),
        CREATED,
        subject=OTHER_NUMBER,
    )
    elsewhere = alias("p1", subject=OTHER_NUMBER)
    pairs: tuple[tuple[str, Json, str, str | None, str], ...] = (
        ("key-before-signature", without(nobody, ("signature",)), "unknown_key", "key_unknown", "CHECK-5"),
        ("key-before-subject", nobody, "unknown_key", "key_unknown", "CHECK-5"),
        ("key-before-algorithm", changed(nobody, ("signature", "algorithm"), "x"), "unknown_key", "key_unknown", "CHECK-5"),
        ("key-before-id", changed(changed(base, ("payload", "alias_value"), "y"), ("signer", "signer_id"), "nobody"), "unknown_key", "key_unknown", "CHECK-5"),
        ("key-before-id-form", changed(nobody, ("event_id",), "x"), "unknown_key", "key_unknown", "CHECK-5"),
        ("fingerprint-before-signature", changed(without(base, ("signature",)), ("signer", "public_key_fingerprint"), "x"), "unknown_key", "key_unknown", "CHECK-5"),
        ("signature-before-subject", without(elsewhere, ("signature",)), "not_signed", None, "CHECK-2"),
        ("signature-before-id", changed(without(base, ("signature",)), ("event_id",), "x"), "not_signed", None, "CHECK-2"),
        ("subject-before-algorithm", changed(elsewhere, ("signature", "algorithm"), "x"), "invalid", "subject", "CHECK-4"),
        ("subject-before-id-form", changed(elsewhere, ("event_id",), "x"), "invalid", "subject", "CHECK-4"),
        ("subject-before-id", changed(elsewhere, ("payload", "alias_value"), "y"), "invalid", "subject", "CHECK-4"),
        ("algorithm-before-form", changed(changed(base, ("signature", "algorithm"), "x"), ("signature", "signature_b64"), "x"), "invalid", "algorithm", "CHECK-7"),
        ("algorithm-before-id-form", changed(changed(base, ("signature", "algorithm"), "x"), ("event_id",), "x"), "invalid", "algorithm", "CHECK-7"),
        ("algorithm-before-id", changed(changed(base, ("signature", "algorithm"), "x"), ("payload", "alias_value"), "y"), "invalid", "algorithm", "CHECK-7"),
        ("signature-form-before-id", changed(changed(base, ("signature", "signature_b64"), "x"), ("payload", "alias_value"), "y"), "invalid", "encoding", "CHECK-8"),
        ("form-before-signature", changed(flipped(base), ("signature", "signature_b64"), respelt(flipped(base)["signature"]["signature_b64"])), "invalid", "encoding", "CHECK-8"),
        ("id-before-signature", changed(flipped(base), ("event_id",), other["event_id"]), "invalid", "hash_mismatch", "CHECK-3"),
    )  # fmt: skip
    for name, made, verdict, code, clauses in pairs:
        reject(
            f"order-{name}",
            "two faults: the earlier check decides",
            f"{clauses} CHECK-14",
            made,
            verdict,
            code,
        )
    role, gone = policy_key(DEMO, event_types=["citation"]), policy_key(DEMO, status="revoked")
    for name, made, key, code, clauses in (
        ("subject-before-role", elsewhere, role, "subject", "CHECK-4"),
        ("subject-before-revoked", elsewhere, gone, "subject", "CHECK-4"),
        ("role-before-algorithm", changed(base, ("signature", "algorithm"), "x"), role, "key_role", "CHECK-6"),
        ("revoked-before-algorithm", changed(base, ("signature", "algorithm"), "x"), gone, "key_revoked", "CHECK-6"),
        ("role-before-id-form", changed(base, ("event_id",), "x"), role, "key_role", "CHECK-6"),
        ("role-before-id", changed(base, ("payload", "alias_value"), "y"), role, "key_role", "CHECK-6"),
        ("role-before-form", changed(base, ("signature", "signature_b64"), "x"), role, "key_role", "CHECK-6"),
        ("revoked-before-signature", flipped(base), gone, "key_revoked", "CHECK-6"),
    ):  # fmt: skip
        reject(
            f"order-{name}",
            "two faults: the earlier check decides",
            f"{clauses} CHECK-14",
            made,
            "invalid",
            code,
            claimed=policy(key),
        )
    return file


def elements_of_one() -> File:
    """Occurrences of one event, and one bad event among good ones (CHECK-11, CHECK-12)."""
    file = File(
        "check",
        "elements",
        "Several elements: those of one event are joined by the recomputed id; an invalid one changes no other.",
        parts(),
    )
    good, other = alias("good"), alias("other")

    def check(
        name: str,
        about: str,
        clauses: str,
        elements: list[Any],
        by_id: list[tuple[Json, str, str | None]],
        reported: list[Json],
        unsigned: tuple[str, ...] = (),
    ) -> None:
        listed = sorted(
            (decided(made, status, code, unsigned) for made, status, code in by_id),
            key=lambda one: str(one["event_id"]),
        )
        file.accept(name, about, clauses, "check", args(*elements), events=listed, elements=reported)

    check(
        "twice",
        "one event twice is one event",
        "CHECK-11",
        [good, good],
        [(good, "verified", None)],
        [copy(0, good, "verified"), copy(1, good, "verified")],
    )
    tampered = flipped(good)
    for name, order in (("valid-first", [good, tampered]), ("valid-last", [tampered, good])):
        words = {id(good): ("verified", None), id(tampered): ("invalid", "signature_invalid")}
        check(name, "the element that got furthest decides, whatever its position", "CHECK-11", list(order), [(good, "verified", None)],
              [copy(index, made, *words[id(made)]) for index, made in enumerate(order)])  # fmt: skip
    unsigned, unpadded = (
        without(good, ("signature",)),
        changed(good, ("signature", "signature_b64"), good["signature"]["signature_b64"][:86]),
    )
    check("furthest", "of elements that all fail the one that got furthest", "CHECK-11", [unsigned, tampered, unpadded], [(good, "invalid", "signature_invalid")],
          [copy(0, good, "not_signed"), copy(1, good, "invalid", "signature_invalid"), copy(2, good, "invalid", "encoding")])  # fmt: skip
    claimed_other = changed(good, ("event_id",), other["event_id"])
    claimed_text = changed(good, ("event_id",), "x")
    nobody = changed(good, ("signature", "key_id"), "x")
    wrong_algorithm = changed(good, ("signature", "algorithm"), "x")
    ladder: list[Step] = [
        (good, "verified", None), (tampered, "invalid", "signature_invalid"), (claimed_other, "invalid", "hash_mismatch"),
        (claimed_text, "invalid", "encoding"), (wrong_algorithm, "invalid", "algorithm"), (unsigned, "not_signed", None),
        (nobody, "unknown_key", "key_unknown"),
    ]  # fmt: skip
    for (first, _), label, pair in _both_ways(ladder):
        name = f"further-{first[2] or first[1]}{label}".replace("_", "-")
        check(name, "of two elements of one id the one that got further decides", "CHECK-11", [made for made, _, _ in pair],
              [(good, first[1], first[2])], [copy(index, good, status, code) for index, (_, status, code) in enumerate(pair)])  # fmt: skip
    swapped = changed(good, ("payload", "alias_value"), "y")
    check("claimed-id-joins-nothing", "an element with another content and this id is another event", "CHECK-11 CHECK-3", [good, swapped],
          [(good, "verified", None), (swapped, "invalid", "hash_mismatch")], [copy(0, good, "verified"), copy(1, swapped, "invalid", "hash_mismatch")])  # fmt: skip
    repaired = sign(swapped, DEMO)
    check("valid-before-altered", "a valid element before an altered one", "CHECK-11", [swapped, repaired], [(swapped, "verified", None)],
          [copy(0, swapped, "invalid", "hash_mismatch"), copy(1, swapped, "verified")])  # fmt: skip
    _of_one_payload(file)
    marked = decorated(good)
    verified, note = "/signature/verified", "/signature/note"
    noted = changed(good, ("signature", "note"), 1)
    for name, about, elements in (
        ("unsigned-member", "an element with an unsigned member is the same event", [good, marked]),
        ("unsigned-member-first", "what an earlier element carries is reported of the id", [marked, good]),
        ("unsigned-member-between", "whatever its position", [good, marked, good]),
        ("unsigned-members-differ", "and all that any element of the id carries", [marked, noted]),
        ("unsigned-members-differ-reversed", "in any order", [noted, marked]),
        ("unsigned-member-of-invalid", "of an element that does not decide too", [good, decorated(tampered)]),
        ("unsigned-member-of-invalid-first", "in any order", [decorated(tampered), good]),
    ):  # fmt: skip
        each = [
            (verified,) if "verified" in made["signature"] else (note,) if "note" in made["signature"] else ()
            for made in elements
        ]
        verdicts = [
            ("invalid", "signature_invalid") if made == decorated(tampered) else ("verified", None)
            for made in elements
        ]
        check(name, about, "CHECK-11 EVT-5", list(elements), [(good, "verified", None)],
              [copy(index, good, verdicts[index][0], verdicts[index][1], each[index]) for index in range(len(elements))],
              tuple(sorted({pointer for pointers in each for pointer in pointers})))  # fmt: skip
    nameless = anonymous(good)
    check("without-id", "an element without an id is the same event", "CHECK-11 CHECK-3", [nameless, good], [(good, "verified", None)],
          [copy(0, good, "verified"), copy(1, good, "verified")])  # fmt: skip
    time_only = changed(good, ("created_at",), "today")
    rows: list[Any] = [None, 1, "x", [], {}, time_only, good, tampered, "not an object"]
    reported = [copy(index, None, "invalid", "type") for index in range(4)] + [
        copy(4, None, "unknown_format"), copy(5, None, "invalid", "time"), copy(6, good, "verified"), copy(7, good, "invalid", "signature_invalid"), copy(8, None, "invalid", "type")]  # fmt: skip
    check("junk", "elements that are no event are listed by pointer and change nothing else", "CHECK-12 CHECK-11 FAULT-3",
          [to_json(row).decode() if not isinstance(row, dict) else row for row in rows], [(good, "verified", None)], reported)  # fmt: skip
    broken = to_json(other).decode()[:-1] + ',"x":1.0}'
    check("value-fault-beside", "a value-level fault is confined to its element", "CHECK-12 FAULT-3", [broken, good, broken], [(good, "verified", None)],
          [copy(0, None, "invalid", "number_form"), copy(1, good, "verified"), copy(2, None, "invalid", "number_form")])  # fmt: skip
    flat = flat_event(
        DEMO, payloads.integrity(RECORD, "2026-06-02T08:00:00Z"), "2026-06-02T08:00:01.000000+00:00", 1
    )
    listed = sorted([decided(good, "verified"), decided(flat, "unbound", event_id_=flat["payload_sha256"])],
                    key=lambda one: str(one["event_id"]))  # fmt: skip
    file.parts["flat-policy"] = as_json(FLAT_POLICY)
    file.accept(
        "flat-beside",
        "a flat event is listed by its claimed digest",
        "CHECK-11 EVT-7",
        "check",
        {**args(flat, good, flat), "policy": part("flat-policy")},
        events=listed,
    )
    file.accept("many", "a hundred events", "CHECK-12", "check", args(*(alias(str(n)) for n in range(100))),
                events=sorted((decided(alias(str(n)), "verified") for n in range(100)), key=lambda one: str(one["event_id"])))  # fmt: skip
    return file


def _of_one_payload(file: File) -> None:
    """Elements of several keys with one id: their format covers the payload alone, which may be an event's content."""
    payload_alone = FAMILY["event-payload-digest"]
    whole = attached(MIRROR, RECORD, "alias_added", payloads.alias_added("example", "whole"), CREATED)
    content = anonymous(without(whole, ("signature",)))
    unbound, remarked, role, gone = (
        attached(one, RECORD, "citation", content, CREATED, document=payload_alone)
        for one in (DEMO, AUTHOR, DEMO_NEXT, DEMO_OLD)
    )
    file.parts["policy-payload"] = as_json(policy(
        MIRROR, policy_key(DEMO, event_formats=[payload_alone]), policy_key(AUTHOR, event_formats=[payload_alone, "unknown"]),
        policy_key(DEMO_NEXT, event_formats=[payload_alone], event_types=["graph_snapshot"]),
        policy_key(DEMO_OLD, event_formats=[payload_alone], status="revoked"),
    ))  # fmt: skip
    outside = unsigned_of(payload_alone, unbound)
    ladder: list[Step] = [
        (whole, "verified", None), (unbound, "unbound", None),
        (changed(remarked, ("signature", "signature_b64"), "x"), "unbound", "encoding"),
        (changed(remarked, ("signature", "algorithm"), "x"), "unbound", "algorithm"),
        (flipped(whole), "invalid", "signature_invalid"),
        (gone, "invalid", "key_revoked"), (role, "invalid", "key_role"),
        (without(whole, ("signature",)), "not_signed", None),
    ]  # fmt: skip
    for (first, second), label, pair in _both_ways(ladder):
        reported = [{"pointer": f"/events/{index}", "event_id": whole["event_id"], "verdict": status, "code": code,
                 "unsigned": [] if made["signer"] == whole["signer"] else outside} for index, (made, status, code) in enumerate(pair)]  # fmt: skip
        carried = outside if any(made["signer"] != whole["signer"] for made, _, _ in pair) else []
        decides = decided(whole, first[1], first[2], carried)
        name = f"payload-{first[1]}-{first[2]}-before-{second[1]}{label}".replace("_", "-").replace(
            "-None", ""
        )
        file.accept(name, "valid, then unbound, then others; then who got further; then the smallest code", "CHECK-11 FORMAT-4", "check",
                    {**args(*(made for made, _, _ in pair)), "policy": part("policy-payload")}, events=[decides], elements=reported)  # fmt: skip


#: An element, its verdict and its code.
Step: TypeAlias = tuple[Json, str, str | None]


def _both_ways(ladder: list[Step]) -> Iterator[tuple[tuple[Step, Step], str, list[Step]]]:
    """Each step of a ladder and the next one, in both orders of a bundle."""
    for first, second in pairwise(ladder):
        yield (first, second), "", [first, second]
        yield (first, second), "-reversed", [second, first]


def files() -> list[File]:
    """The files of this module."""
    return [one_fault(), elements_of_one()]
