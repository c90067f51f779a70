# ruff: noqa: E501  (tables: one vector, one row)
"""Stages receipt and check: who signed what, in a whole bundle."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final, TypeAlias

from kit import (
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    REGISTRY_KEY,
    STRANGER,
    TAMPERED,
    Json,
    Signer,
    attached,
    bundle,
    canonical_hash,
    cbor,
    event,
    event_id,
    flat_event,
    made_record,
    payloads,
    pith_number,
    policy,
    policy_key,
    receipt,
    sign,
    to_json,
)
from kit.demo import RECEIPT
from kit.signing import b64, signed_bytes
from kit.tampered import OTHER_NUMBER, anonymous, changed, decorated, flipped, plus_order, respelt, without
from pithbundle.bundle.event_formats import EVENT_FORMATS
from vectorgen.core import Bytes, File, as_json, as_text, hexed, joined, part, repeated, text
from vectorgen.events import alias
from vectorgen.house import (
    AUTHOR,
    CREATED,
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


def created(stated: Any, when: str = CREATED, signer: Signer = DEMO, **extra: Any) -> Json:
    """A record_created event with a receipt."""
    payload = payloads.record_created(RECORD, stated, **extra)
    return attached(signer, RECORD, "record_created", payload, when)


def receipts() -> File:
    """Receipts and their verdicts."""
    file = File(
        "receipt",
        "verdicts",
        "Receipts in record_created events: the event is valid, the receipt has its own verdict.",
        parts(),
    )
    own = receipt(DEMO, RECORD, "2026-05-18T01:39:14.078722Z")
    value: Any

    def check(
        name: str,
        about: str,
        clauses: str,
        stated: Any,
        verdict: str,
        code: str | None = None,
        stated_policy: Json | None = None,
        event_signer: Signer = DEMO,
    ) -> None:
        made = created(stated, signer=event_signer)
        arguments = args(made)
        if stated_policy is not None:
            file.parts[f"policy-{name}"] = as_json(stated_policy)
            arguments["policy"] = part(f"policy-{name}")
        told = {
            "event_id": event_id(made),
            "pointer": "/events/0/payload/receipt",
            "verdict": verdict,
            "code": code,
        }
        file.add(name, about, f"RCPT-2 {clauses}".strip(), "check", arguments,
                 {"ok": {"receipts": [told], "elements": [copy(0, made, "verified")]}}, None if name == "verified" else "verified")  # fmt: skip

    check("verified", "the registry's message: the raw canonical hash", "RCPT-1 SIG-1", own, "verified")
    check(
        "unsigned-members",
        "signed_at and others are not signed",
        "RCPT-1",
        {**own, "signed_at": "x", "builder_version": 1},
        "verified",
    )
    check("no-signed-at", "nor needed", "RCPT-1", without(own, ("signed_at",)), "verified")
    check("of-rotated-key", "any key of its key_id", "POL-3", receipt(DEMO_NEXT, RECORD, CREATED), "verified")
    for name, value in (("null", None), ("string", "x"), ("array", []), ("true", True), ("number", 1)):
        check(f"is-{name}", "a receipt is an object", "RCPT-1", value, "invalid", "type")
    check("is-empty", "an object without members", "RCPT-1", {}, "invalid", "type")
    for name in ("kind", "key_id"):
        check(
            f"without-{name.replace('_', '-')}",
            "a required member",
            "RCPT-1",
            without(own, (name,)),
            "invalid",
            "type",
        )
    check(
        "kind-event",
        "an event's signature is no receipt",
        "RCPT-1",
        changed(own, ("kind",), "pith_event_signature"),
        "invalid",
        "type",
    )
    check("key-id-number", "a string", "RCPT-1", changed(own, ("key_id",), 1), "invalid", "type")
    check("signature-number", "a string", "RCPT-1", changed(own, ("signature_b64",), 1), "invalid", "type")
    check("without-signature", "no signature", "CHECK-2", without(own, ("signature_b64",)), "not_signed")
    check(
        "signature-null",
        "null is no signature",
        "CHECK-2",
        changed(own, ("signature_b64",), None),
        "not_signed",
    )
    check(
        "key-unknown",
        "no key of this id",
        "CHECK-5",
        changed(own, ("key_id",), "other"),
        "unknown_key",
        "key_unknown",
    )
    for name, value in (
        ("upper", "Ed25519"),
        ("ph", "ed25519ph"),
        ("none", "none"),
        ("null", None),
        ("list", ["ed25519"]),
    ):
        check(
            f"algorithm-{name}",
            "exactly ed25519",
            "CHECK-7",
            changed(own, ("algorithm",), value),
            "invalid",
            "algorithm",
        )
    check(
        "algorithm-missing",
        "exactly ed25519",
        "CHECK-7",
        without(own, ("algorithm",)),
        "invalid",
        "algorithm",
    )
    check(
        "unpadded",
        "one spelling",
        "CHECK-8 TEXT-3",
        changed(own, ("signature_b64",), own["signature_b64"][:86]),
        "invalid",
        "encoding",
    )
    check(
        "respelt",
        "unused bits are zero",
        "CHECK-8 TEXT-3",
        changed(own, ("signature_b64",), respelt(own["signature_b64"])),
        "invalid",
        "encoding",
    )
    check(
        "empty-signature", "64 bytes", "CHECK-8", changed(own, ("signature_b64",), ""), "invalid", "encoding"
    )
    other = made_record(1)
    check(
        "of-other-record",
        "a receipt of another record",
        "CHECK-9",
        receipt(DEMO, other, CREATED),
        "invalid",
        "signature_invalid",
    )
    check(
        "of-other-key",
        "signed by another key than it claims",
        "CHECK-9",
        {**receipt(AUTHOR, RECORD, CREATED), "key_id": DEMO.key_id},
        "invalid",
        "signature_invalid",
    )
    of_text = {**own, "signature_b64": b64(DEMO.sign(RECORD_SHA256.encode()))}
    check(
        "of-hex-text", "the raw bytes, not their hex digits", "SIG-1", of_text, "invalid", "signature_invalid"
    )
    of_event = {**own, "signature_b64": alias("as receipt")["signature"]["signature_b64"]}
    check(
        "of-event",
        "an event's signature is none of a record",
        "REC-4 SIG-1",
        of_event,
        "invalid",
        "signature_invalid",
    )
    many = policy(policy_key(DEMO, event_types=["graph_snapshot", "record_created", "alias_added"]))
    check("right", "the key may sign record_created", "CHECK-6", own, "verified", None, many)
    less = policy(DEMO, policy_key(DEMO_NEXT, event_types=["graph_snapshot"]))
    check(
        "no-right",
        "the key may not sign record_created",
        "CHECK-6",
        receipt(DEMO_NEXT, RECORD, CREATED),
        "invalid",
        "key_role",
        less,
    )
    revoked = policy(DEMO, policy_key(DEMO_OLD, status="revoked"))
    check(
        "revoked",
        "no receipt of a revoked key is valid",
        "POL-4 CHECK-6",
        receipt(DEMO_OLD, RECORD, CREATED),
        "invalid",
        "key_revoked",
        revoked,
    )
    honoured = policy(
        DEMO,
        policy_key(
            DEMO_OLD,
            status="revoked",
            accepted_event_ids=[created(receipt(DEMO_OLD, RECORD, CREATED))["event_id"]],
        ),
    )
    check(
        "revoked-accepted",
        "nor if the policy accepts the event that carries it",
        "POL-4",
        receipt(DEMO_OLD, RECORD, CREATED),
        "invalid",
        "key_revoked",
        honoured,
    )
    retired = policy(DEMO, policy_key(DEMO_OLD, status="retired"))
    check(
        "retired",
        "a retired key verifies as an active one",
        "POL-4",
        receipt(DEMO_OLD, RECORD, CREATED),
        "verified",
        None,
        retired,
    )
    twin = policy(DEMO, policy_key(AUTHOR, key_id=DEMO.key_id))
    check(
        "two-keys-of-one-id",
        "of several keys of one id the one that verifies",
        "CHECK-11",
        {**receipt(AUTHOR, RECORD, CREATED), "key_id": DEMO.key_id},
        "verified",
        None,
        twin,
    )
    furthest = policy(DEMO, policy_key(AUTHOR, key_id=DEMO.key_id, event_types=["citation"]))
    of_third = {**receipt(MIRROR, RECORD, CREATED), "key_id": DEMO.key_id}
    check(
        "furthest",
        "of several that fail the one that got furthest",
        "CHECK-11",
        of_third,
        "invalid",
        "signature_invalid",
        furthest,
    )
    # The order of RCPT-2: two faults, the earlier decides.
    for name, about, stated, verdict, code in (
        ("kind-before-key", "the form before the key", {**own, "kind": "x", "key_id": "x"}, "invalid", "type"),
        ("key-before-unsigned", "the key before the signature", {**own, "key_id": "x", "signature_b64": None}, "unknown_key", "key_unknown"),
        ("key-before-signature-type", "no receipt is invalid under a key that is not in the policy", {**own, "key_id": "x", "signature_b64": 1}, "unknown_key", "key_unknown"),
        ("key-before-algorithm", "the key before the algorithm", {**own, "key_id": "x", "algorithm": "x"}, "unknown_key", "key_unknown"),
        ("key-empty", "the empty string is a key_id", {**own, "key_id": ""}, "unknown_key", "key_unknown"),
        ("unsigned-before-algorithm", "the signature before the algorithm", {**own, "signature_b64": None, "algorithm": "x"}, "not_signed", None),
        ("signature-type-before-algorithm", "the type before the algorithm", {**own, "signature_b64": 1, "algorithm": "x"}, "invalid", "type"),
        ("algorithm-before-form", "the algorithm before the form", {**own, "signature_b64": "x", "algorithm": "x"}, "invalid", "algorithm"),
    ):  # fmt: skip
        check(f"order-{name}", about, "", stated, verdict, code)
    no_role, gone = {"event_types": ["citation"]}, {"status": "revoked"}
    for name, about, keys, stated, code in (
        ("role-before-algorithm", "the right before the algorithm", [policy_key(DEMO, **no_role)], {**own, "algorithm": "x"}, "key_role"),
        ("revoked-before-algorithm", "the revocation too", [policy_key(DEMO, **gone)], {**own, "algorithm": "x"}, "key_revoked"),
        ("role-before-revoked", "the type before the revocation", [policy_key(DEMO, **gone, **no_role)], own, "key_role"),
        ("tie", "of several that got as far the smallest code", [policy_key(DEMO, **no_role), policy_key(AUTHOR, key_id=DEMO.key_id, **gone)], of_third, "key_revoked"),
        ("tie-other-way", "whichever key has it", [policy_key(DEMO, **gone), policy_key(AUTHOR, key_id=DEMO.key_id, **no_role)], of_third, "key_revoked"),
        ("algorithm-beside-role", "the algorithm is further than the right", [policy_key(DEMO, **no_role), policy_key(AUTHOR, key_id=DEMO.key_id)], {**own, "algorithm": "x"}, "algorithm"),
        ("form-beside-role", "the spelling too", [policy_key(DEMO, **no_role), policy_key(AUTHOR, key_id=DEMO.key_id)], {**own, "signature_b64": "x"}, "encoding"),
    ):  # fmt: skip
        made_policy = policy(*keys, DEMO_NEXT)
        check(f"order-{name}", about, "CHECK-6", stated, "invalid", code, made_policy, event_signer=DEMO_NEXT)
    fourth = [policy_key(Signer(100 + n, DEMO.signer_id, DEMO.key_id)) for n in range(3)]
    check(
        "of-one-name",
        "of four keys of one name the one that verifies",
        "POL-6",
        own,
        "verified",
        None,
        policy(*fourth, DEMO),
    )
    sixteen = [policy_key(Signer(100 + n, f"s{n}", DEMO.key_id)) for n in range(15)]
    check(
        "of-sixteen", "of sixteen keys of one key_id", "POL-6", own, "verified", None, policy(*sixteen, DEMO)
    )
    for formats in (["event-payload-hex"], ["unknown"], ["event-v1", "unknown"]):
        label = "-".join(formats)
        stated = {**receipt(AUTHOR, RECORD, CREATED), "key_id": "r"}
        named_r = policy(DEMO, policy_key(AUTHOR, key_id="r", event_formats=formats))
        check(
            f"format-{label}",
            "the formats of its key have no part in it",
            "RULE-1",
            stated,
            "verified",
            None,
            named_r,
        )
        wrong = {**receipt(MIRROR, RECORD, CREATED), "key_id": "r"}
        check(
            f"format-{label}-invalid",
            "an invalid receipt stays one",
            "RULE-1",
            wrong,
            "invalid",
            "signature_invalid",
            named_r,
        )
    return file


def receipts_elsewhere() -> File:
    """Where a receipt counts."""
    file = File("receipt", "locations", "Where a receipt is looked for, and which are not.", parts())
    own = receipt(DEMO, RECORD, CREATED)
    sound = created(own)

    def told(place: int, made: Json, verdict: str = "verified", code: str | None = None) -> Json:
        return {
            "event_id": event_id(made),
            "pointer": f"/events/{place}/payload/receipt",
            "verdict": verdict,
            "code": code,
        }

    real = policy(DEMO, REGISTRY_KEY)
    file.parts["policy-real"] = as_json(real)
    made = created(RECEIPT)
    file.accept("real", "the registry's own signature, in an event of a test key", "RCPT-1 RCPT-2 KEY-1 SIG-1", "check",
                {**args(made), "policy": part("policy-real")}, receipts=[told(0, made)])  # fmt: skip
    snapshot = attached(DEMO, RECORD, "graph_snapshot", {"graph_snapshot": {}, "receipt": own}, CREATED)
    file.accept(
        "in-other-event",
        "every element's payload is looked into",
        "RCPT-4",
        "check",
        args(snapshot),
        receipts=[told(0, snapshot)],
    )
    for label, value in (("total", {"total": 1}), ("string", "paid"), ("null", None), ("array", [own]),
                         ("event-signature", changed(own, ("kind",), "pith_event_signature")), ("no-kind", without(own, ("kind",)))):  # fmt: skip
        bill = attached(DEMO, RECORD, "citation", {"receipt": value}, CREATED)
        file.accept(f"in-other-event-{label}", "a member named receipt of another event type is no receipt", "RCPT-4", "check", args(bill),
                    receipts=[], elements=[copy(0, bill, "verified")])  # fmt: skip
        in_created = {**created(value), "target": 1}
        file.add(f"in-malformed-created-{label}", "in a record_created, well-formed or not, it can only be a receipt", "RCPT-4 RCPT-2", "check", args(in_created),
                 {"ok": {"receipts": [{**told(0, in_created, "invalid", "type"), "event_id": None}]}}, "of-malformed-event")  # fmt: skip
    kinded = attached(DEMO, RECORD, "citation", {"receipt": without(own, ("key_id",))}, CREATED)
    file.add("in-other-event-no-key-id", "an object of kind pith_receipt is a receipt, with all its faults", "RCPT-4 RCPT-2", "check", args(kinded),
             {"ok": {"receipts": [told(0, kinded, "invalid", "type")]}}, "in-other-event")  # fmt: skip
    deeper = attached(DEMO, RECORD, "citation", {"x": {"receipt": own}}, CREATED)
    file.accept(
        "deeper",
        "only at /payload/receipt",
        "RCPT-4",
        "check",
        args(deeper, {"receipt": own}, {"payload": [own]}, own),
        receipts=[],
    )
    frame = joined(part("frame"), text("]"), text(',"receipt":'), as_json(own), text("}"))
    file.accept("beside-events", "a member of the bundle is none", "RCPT-3 BUN-6", "check",
                {"data": frame, "policy": part("policy"), "format": None}, receipts=[], mismatches=[])  # fmt: skip
    missing = attached(DEMO, RECORD, "record_created", without(sound["payload"], ("receipt",)), CREATED)
    file.accept(
        "no-receipt",
        "a record_created without one",
        "RCPT-3",
        "check",
        args(missing),
        receipts=[],
        elements=[copy(0, missing, "verified")],
    )
    stranger = created(own, signer=STRANGER)
    file.accept("of-unknown-signer", "its verdict does not hang on that of the event", "RCPT-2 RCPT-3", "check", args(stranger),
                receipts=[told(0, stranger)], elements=[copy(0, stranger, "unknown_key", "key_unknown")])  # fmt: skip
    unsigned = without(sound, ("signature",))
    file.accept("of-unsigned-event", "nor on its signature", "RCPT-2 RCPT-3", "check", args(unsigned),
                receipts=[told(0, unsigned)], elements=[copy(0, unsigned, "not_signed")])  # fmt: skip
    malformed = changed(sound, ("created_at",), "today")
    file.accept("of-malformed-event", "nor on its form", "RCPT-4", "check", args(malformed),
                receipts=[{**told(0, malformed), "event_id": None}], elements=[copy(0, None, "invalid", "time")])  # fmt: skip
    bare: Json = {"payload": {"receipt": own}}
    file.accept("of-nothing-else", "nor on anything else", "RCPT-4", "check", args(bare),
                receipts=[{**told(0, bare), "event_id": None}], elements=[copy(0, None, "not_signed")])  # fmt: skip
    for label, spoil in (
        ("unsigned", lambda made: without(made, ("signature",))),
        ("forged", flipped),
        ("unknown-signer", lambda made: changed(made, ("signature", "key_id"), "x")),
        ("altered", lambda made: changed(made, ("payload", "more"), 1)),
    ):  # fmt: skip
        other = spoil(snapshot)
        file.accept(
            f"in-other-event-{label}",
            "of another type and not valid",
            "RCPT-4",
            "check",
            args(other),
            receipts=[told(0, other)],
        )
    faulty = to_json(sound).decode()[:-1] + ',"x":1.0}'
    file.accept("of-value-fault", "an element with a value-level fault is not read", "RCPT-4 FAULT-3", "check", args(faulty),
                receipts=[], elements=[copy(0, None, "invalid", "number_form")])  # fmt: skip
    finding = {**payloads.integrity(RECORD, "2026-06-02T08:00:00Z"), "receipt": own}
    flat = flat_event(DEMO, finding, "2026-06-02T08:00:01.000000+00:00", 1)
    for label, made_flat in (("flat", flat), ("flat-created", {**flat, "event_type": "record_created"}),
                             ("flat-moved", changed(flat, ("payload", "arxiv_id"), "x"))):  # fmt: skip
        file.accept(f"of-{label}", "a flat element carries one too, listed by payload_sha256", "RCPT-4 EVT-7", "check", args(made_flat),
                    receipts=[{**told(0, made_flat), "event_id": flat["payload_sha256"]}])  # fmt: skip
    flat_text = {**changed(flat, ("payload", "receipt"), "x"), "event_type": "record_created"}
    file.add("of-flat-created-string", "of that type whatever it is", "RCPT-4 EVT-7", "check", args(flat_text),
             {"ok": {"receipts": [{**told(0, flat_text, "invalid", "type"), "event_id": flat["payload_sha256"]}]}}, "of-flat-created")  # fmt: skip
    flat_bad = changed(flat, ("created_at",), "never")
    file.accept("of-flat-malformed", "a malformed one without an id", "RCPT-4 EVT-7", "check", args(flat_bad),
                receipts=[{**told(0, flat_bad), "event_id": None}])  # fmt: skip
    file.parts["policy-unknown"] = as_json(policy(policy_key(DEMO, event_formats=["unknown"])))
    file.accept("of-unknown-format", "an element of unknown format, without an id", "RCPT-4 CHECK-13", "check", {**args(sound), "policy": part("policy-unknown")},
                receipts=[{**told(0, sound), "event_id": None}], elements=[{**copy(0, None, "unbound")}])  # fmt: skip
    second = created(own, "2026-05-19T00:00:00Z")
    file.accept(
        "two",
        "each event its own",
        "RCPT-3",
        "check",
        args(sound, alias("between"), second),
        receipts=[told(0, sound), told(2, second)],
    )
    return file


def receipts_bounded() -> File:
    """Of unverified elements the receipts of the 16 smallest pairs are checked (RCPT-4)."""
    file = File(
        "receipt",
        "limit",
        "More receipts than are checked: which of them, and the verdict of the others.",
        parts(),
    )

    def made_up(number: int, **changes: Any) -> Json:
        raw = bytes(40) + number.to_bytes(24, "big")
        return {**receipt(DEMO, RECORD, CREATED), "signature_b64": b64(raw), **changes}

    def unsigned(stated: Json) -> Json:
        return {name: value for name, value in created(stated).items() if name != "signature"}

    def check(
        name: str,
        about: str,
        elements: list[Json],
        words: list[tuple[str, str | None]],
        stated: Json | None = None,
    ) -> None:
        arguments = args(*elements)
        if stated is not None:
            file.parts[f"policy-{name}"] = as_json(stated)
            arguments["policy"] = part(f"policy-{name}")
        told = [{"event_id": event_id(made), "pointer": f"/events/{place}/payload/receipt", "verdict": word, "code": code}
                for place, (made, (word, code)) in enumerate(zip(elements, words, strict=True))]  # fmt: skip
        file.add(
            name,
            about,
            "RCPT-4",
            "check",
            arguments,
            {"ok": {"receipts": told}},
            None if name == "one" else "one",
        )

    bad, left = ("invalid", "signature_invalid"), ("not_checked", None)
    good = ("verified", None)
    own = receipt(DEMO, RECORD, CREATED)
    check("one", "a genuine receipt of an unsigned element", [unsigned(own)], [good])
    sixteen = [unsigned(made_up(n)) for n in range(16)]
    check("sixteen", "sixteen are checked", sixteen, [bad] * 16)
    more = [*sixteen, *(unsigned(made_up(n)) for n in (16, 17))]
    check("eighteen", "of more the largest are not", more, [*[bad] * 16, left, left])
    check("eighteen-reversed", "whatever their position", more[::-1], [left, left, *[bad] * 16])
    check(
        "repeated",
        "equal pairs count as one",
        [*sixteen, *(unsigned({**made_up(n), "signed_at": "x"}) for n in range(16))],
        [bad] * 32,
    )
    check(
        "genuine-behind",
        "a genuine receipt behind sixteen made up ones is not checked",
        [*sixteen, unsigned(own)],
        [*[bad] * 16, left],
    )
    check("genuine-among", "nor reported otherwise", [unsigned(own), *sixteen[:15]], [good, *[bad] * 15])
    check(
        "valid-apart",
        "that of a valid record_created is always checked, and does not count",
        [created(own), *sixteen],
        [good, *[bad] * 16],
    )
    valid = [created(made_up(n)) for n in range(18)]
    check("valid-many", "however many there are", valid, [bad] * 18)
    check("valid-and-unsigned", "the same pair of an unverified element counts for itself", [*valid, *(unsigned(made_up(n)) for n in range(18))],
          [*[bad] * 34, left, left])  # fmt: skip
    others = [attached(DEMO, RECORD, "citation", {"receipt": made_up(n)}, CREATED) for n in range(17)]
    check(
        "valid-of-other-type",
        "a valid event of another type is not a record_created",
        others,
        [*[bad] * 16, left],
    )
    cheap = [
        (made_up(0, algorithm="x"), ("invalid", "algorithm")), (made_up(0, signature_b64="!"), ("invalid", "encoding")),
        (made_up(0, signature_b64=None), ("not_signed", None)), (made_up(0, key_id="!"), ("unknown_key", "key_unknown")),
        (made_up(0, key_id=1), ("invalid", "type")),
    ]  # fmt: skip
    behind = [unsigned(made_up(n)) for n in range(1, 18)]
    check("cheap-first", "a receipt that needs no signature check does not count", [*(unsigned(one) for one, _ in cheap), *behind],
          [*(word for _, word in cheap), *[bad] * 16, left])  # fmt: skip
    last = [
        unsigned(
            {**stated, "signature_b64": stated["signature_b64"] and "zzzz"}
            if stated.get("algorithm") == "x"
            else stated
        )
        for stated, _ in cheap
    ]
    check(
        "cheap-last",
        "and is reported however large it is",
        [*behind, *last],
        [*[bad] * 16, left, *(word for _, word in cheap)],
    )
    check(
        "revoked",
        "nor does what no key may sign",
        more,
        [("invalid", "key_revoked")] * 18,
        policy(policy_key(DEMO, status="revoked")),
    )
    check("one-key-may", "a key of several that may sign is enough to need one", more, [*[bad] * 16, left, left],
          policy(policy_key(DEMO, status="revoked"), policy_key(AUTHOR, key_id=DEMO.key_id)))  # fmt: skip
    low, high = (Signer(100 + n, f"s{n}", name) for n, name in enumerate(("\uffee", "\U00010000")))
    named = [unsigned(made_up(n, key_id=one.key_id)) for n, one in enumerate([high] * 9 + [low] * 9)]
    check(
        "code-points",
        "key ids by code point, which UTF-16 orders otherwise, before signatures",
        named,
        [*[bad] * 7, left, left, *[bad] * 9],
        policy(low, high),
    )
    return file


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

    def refuse(name: str, about: str, clauses: str, made: Json, verdict: str, code: str | None, *, named: bool = True,
               stated: Json | None = None, control: str = "base", unsigned: tuple[str, ...] = ()) -> None:  # fmt: skip
        arguments = args(made)
        if stated is not None:
            file.parts[f"policy-{name}"] = as_json(stated)
            arguments["policy"] = part(f"policy-{name}")
        file.add(name, about, clauses, "check", arguments, {"ok": {"elements": [copy(0, made if named else None, verdict, code, unsigned)]}},
                 control)  # fmt: skip

    for row in TAMPERED:
        refuse(row.name.replace("_", "-"), row.about, row.clauses, row.make(base), row.verdict, row.code,
               named=row.clauses != "CHECK-1")  # fmt: skip
    # CHECK-3: the id of another event.
    other = alias("other")
    refuse("id-of-another", "the id and the signature of another event: a genuine signature, but for other content", "CHECK-3",
           {**base, "event_id": other["event_id"], "signature": other["signature"]}, "invalid", "hash_mismatch")  # fmt: skip
    refuse("id-of-another-only", "only the id of another event: the content is genuine", "CHECK-3",
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
        refuse(name, about, "CHECK-4 NUM-2", alias(name, subject=subject), "invalid", "subject")
    # CHECK-5.
    refuse("unknown-key-of-author", "the key_id of another signer", "CHECK-5 POL-3", sign(changed(base, ("signer", "key_id"), AUTHOR.key_id), DEMO),
           "unknown_key", "key_unknown")  # fmt: skip
    refuse("unknown-third-signer", "a genuine signature by a key of no policy", "CHECK-5 POL-3", attached(STRANGER, RECORD, "alias_added", payloads.alias_added("example", "s"), CREATED),
           "unknown_key", "key_unknown")  # fmt: skip
    refuse("unknown-signature-key-id", "the signature names another key", "CHECK-5", changed(base, ("signature", "key_id"), DEMO_NEXT.key_id),
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
    refuse("twins-revoked", "of two keys of one name the revoked one", "CHECK-5 POL-6 POL-4", of_twin, "invalid", "key_revoked",
           stated=policy(DEMO, policy_key(twin, status="revoked")), control="twins-other")  # fmt: skip
    refuse("twins-role", "rights belong to the raw key", "CHECK-5 POL-6 CHECK-6", base, "invalid", "key_role",
           stated=policy(twin, policy_key(DEMO, event_types=["citation"])), control="twins")  # fmt: skip
    refuse("twins-signature-of-other", "the key that the fingerprint names, and no other", "CHECK-5 POL-6 CHECK-9",
           changed(anonymous(base), ("signature", "signature_b64"), b64(twin.sign(signed_bytes(base)))), "invalid", "signature_invalid",
           stated=policy(DEMO, twin), control="twins")  # fmt: skip
    refuse("twins-fingerprint-of-none", "a fingerprint of neither", "CHECK-5 POL-6",
           changed(anonymous(base), ("signer", "public_key_fingerprint"), "0" * 32), "unknown_key", "key_unknown",
           stated=policy(DEMO, twin), control="twins")  # fmt: skip
    refuse("fingerprint-of-another-name", "a fingerprint of a key of another name selects none", "CHECK-5",
           changed(anonymous(base), ("signer", "public_key_fingerprint"), DEMO_NEXT.fingerprint), "unknown_key", "key_unknown")  # fmt: skip
    # CHECK-6.
    narrow = policy(policy_key(DEMO, event_types=["citation", "graph_snapshot"]), AUTHOR)
    refuse(
        "role", "the key may not sign this type", "CHECK-6 POL-2", base, "invalid", "key_role", stated=narrow
    )
    refuse(
        "role-case",
        "types are compared exactly",
        "CHECK-6 POL-2",
        base,
        "invalid",
        "key_role",
        stated=policy(policy_key(DEMO, event_types=["Alias_added"])),
    )
    refuse(
        "role-star-in-list",
        "a star in a list is a type of that name",
        "CHECK-6 POL-2",
        base,
        "invalid",
        "key_role",
        stated=policy(policy_key(DEMO, event_types=["*"])),
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
    refuse(
        "revoked",
        "a revoked key",
        "CHECK-6 POL-4",
        base,
        "invalid",
        "key_revoked",
        stated=policy(policy_key(DEMO, status="revoked")),
        control="revoked-accepted",
    )
    early = alias("early", "0001-01-01T00:00:00Z")
    refuse("revoked-early", "a claimed time does not make a revoked key valid", "CHECK-6 POL-4", early, "invalid", "key_revoked",
           stated=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
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
    refuse("accepted-id-claimed", "accepted ids are compared with the recomputed id, not with the claimed one", "CHECK-6 POL-4 CHECK-3", moved, "invalid", "key_revoked",
           stated=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
    refuse("role-before-revoked", "the type before the revocation", "CHECK-6", base, "invalid", "key_role",
           stated=policy(policy_key(DEMO, status="revoked", event_types=["citation"])), control="revoked-accepted")  # fmt: skip
    stolen = {**moved, "signature": base["signature"]}
    refuse("accepted-id-and-signature-claimed", "nor with the signature of the accepted event", "CHECK-6 POL-4 CHECK-3", stolen, "invalid", "key_revoked",
           stated=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
    refuse("accepted-other-id-claimed", "accepted content under another id is altered, not revoked", "CHECK-6 POL-4 CHECK-3",
           changed(base, ("event_id",), other["event_id"]), "invalid", "hash_mismatch",
           stated=policy(policy_key(DEMO, status="revoked", accepted_event_ids=[base["event_id"]])), control="revoked-accepted")  # fmt: skip
    # CHECK-9.
    refuse("receipt-signature", "a receipt's signature is none of an event", "CHECK-9 SIG-1 REC-4",
           changed(base, ("signature", "signature_b64"), receipt(DEMO, RECORD, CREATED)["signature_b64"]), "invalid", "signature_invalid")  # fmt: skip
    refuse("other-key", "signed by another key of the policy", "CHECK-9", changed(base, ("signature", "signature_b64"), b64(AUTHOR.sign(signed_bytes(base)))),
           "invalid", "signature_invalid")  # fmt: skip
    refuse("rotated-key", "by another key of the same signer", "CHECK-9 POL-3", changed(base, ("signature", "signature_b64"), b64(DEMO_NEXT.sign(signed_bytes(base)))),
           "invalid", "signature_invalid")  # fmt: skip
    # Two faults: the earlier check decides.
    nobody = attached(
        STRANGER, RECORD, "alias_added", payloads.alias_added("example", "p"), CREATED, subject=OTHER_NUMBER
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
        refuse(
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
        refuse(
            f"order-{name}",
            "two faults: the earlier check decides",
            f"{clauses} CHECK-14",
            made,
            "invalid",
            code,
            stated=policy(key),
        )
    return file


def copies_of_one() -> File:
    """Copies of one event, and one bad event among good ones (CHECK-11, CHECK-12)."""
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
        told: list[Json],
        unsigned: tuple[str, ...] = (),
    ) -> None:
        listed = sorted(
            (decided(made, word, code, unsigned) for made, word, code in by_id),
            key=lambda one: str(one["event_id"]),
        )
        file.accept(name, about, clauses, "check", args(*elements), events=listed, elements=told)

    check(
        "twice",
        "one event twice is one event",
        "CHECK-11",
        [good, good],
        [(good, "verified", None)],
        [copy(0, good, "verified"), copy(1, good, "verified")],
    )
    spoilt = flipped(good)
    for name, order in (("valid-first", [good, spoilt]), ("valid-last", [spoilt, good])):
        words = {id(good): ("verified", None), id(spoilt): ("invalid", "signature_invalid")}
        check(name, "the element that got furthest decides, whatever its position", "CHECK-11", list(order), [(good, "verified", None)],
              [copy(place, made, *words[id(made)]) for place, made in enumerate(order)])  # fmt: skip
    unsigned, unpadded = (
        without(good, ("signature",)),
        changed(good, ("signature", "signature_b64"), good["signature"]["signature_b64"][:86]),
    )
    check("furthest", "of elements that all fail the one that got furthest", "CHECK-11", [unsigned, spoilt, unpadded], [(good, "invalid", "signature_invalid")],
          [copy(0, good, "not_signed"), copy(1, good, "invalid", "signature_invalid"), copy(2, good, "invalid", "encoding")])  # fmt: skip
    stated_other = changed(good, ("event_id",), other["event_id"])
    stated_text = changed(good, ("event_id",), "x")
    nobody = changed(good, ("signature", "key_id"), "x")
    wrong_algorithm = changed(good, ("signature", "algorithm"), "x")
    ladder: list[Step] = [
        (good, "verified", None), (spoilt, "invalid", "signature_invalid"), (stated_other, "invalid", "hash_mismatch"),
        (stated_text, "invalid", "encoding"), (wrong_algorithm, "invalid", "algorithm"), (unsigned, "not_signed", None),
        (nobody, "unknown_key", "key_unknown"),
    ]  # fmt: skip
    for (first, _), label, pair in _both_ways(ladder):
        name = f"further-{first[2] or first[1]}{label}".replace("_", "-")
        check(name, "of two elements of one id the one that got further decides", "CHECK-11", [made for made, _, _ in pair],
              [(good, first[1], first[2])], [copy(place, good, word, code) for place, (_, word, code) in enumerate(pair)])  # fmt: skip
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
        ("unsigned-member-of-invalid", "of an element that does not decide too", [good, decorated(spoilt)]),
        ("unsigned-member-of-invalid-first", "in any order", [decorated(spoilt), good]),
    ):  # fmt: skip
        each = [
            (verified,) if "verified" in made["signature"] else (note,) if "note" in made["signature"] else ()
            for made in elements
        ]
        said = [
            ("invalid", "signature_invalid") if made == decorated(spoilt) else ("verified", None)
            for made in elements
        ]
        check(name, about, "CHECK-11 EVT-5", list(elements), [(good, "verified", None)],
              [copy(place, good, said[place][0], said[place][1], each[place]) for place in range(len(elements))],
              tuple(sorted({pointer for pointers in each for pointer in pointers})))  # fmt: skip
    nameless = anonymous(good)
    check("without-id", "an element without an id is the same event", "CHECK-11 CHECK-3", [nameless, good], [(good, "verified", None)],
          [copy(0, good, "verified"), copy(1, good, "verified")])  # fmt: skip
    time_only = changed(good, ("created_at",), "today")
    rows: list[Any] = [None, 1, "x", [], {}, time_only, good, spoilt, "not an object"]
    told = [copy(place, None, "invalid", "type") for place in range(4)] + [
        copy(4, None, "not_signed"), copy(5, None, "invalid", "time"), copy(6, good, "verified"), copy(7, good, "invalid", "signature_invalid"), copy(8, None, "invalid", "type")]  # fmt: skip
    check("junk", "elements that are no event are listed by pointer and change nothing else", "CHECK-12 CHECK-11 FAULT-3",
          [to_json(row).decode() if not isinstance(row, dict) else row for row in rows], [(good, "verified", None)], told)  # fmt: skip
    broken = to_json(other).decode()[:-1] + ',"x":1.0}'
    check("value-fault-beside", "a value-level fault is confined to its element", "CHECK-12 FAULT-3", [broken, good, broken], [(good, "verified", None)],
          [copy(0, None, "invalid", "number_form"), copy(1, good, "verified"), copy(2, None, "invalid", "number_form")])  # fmt: skip
    flat = flat_event(
        DEMO, payloads.integrity(RECORD, "2026-06-02T08:00:00Z"), "2026-06-02T08:00:01.000000+00:00", 1
    )
    listed = sorted([decided(good, "verified"), decided(flat, "unbound", event_id_=flat["payload_sha256"])],
                    key=lambda one: str(one["event_id"]))  # fmt: skip
    file.accept(
        "flat-beside",
        "a flat event is listed by its claimed digest",
        "CHECK-11 EVT-7",
        "check",
        args(flat, good, flat),
        events=listed,
    )
    file.accept("many", "a hundred events", "CHECK-12", "check", args(*(alias(str(n)) for n in range(100))),
                events=sorted((decided(alias(str(n)), "verified") for n in range(100)), key=lambda one: str(one["event_id"])))  # fmt: skip
    return file


def _of_one_payload(file: File) -> None:
    """Elements of several keys with one id: their format covers the payload alone, which may be an event's content."""
    rule = EVENT_FORMATS["event-payload-digest"]
    whole = attached(MIRROR, RECORD, "alias_added", payloads.alias_added("example", "whole"), CREATED)
    content = anonymous(without(whole, ("signature",)))
    unbound, remarked, role, gone = (
        attached(one, RECORD, "citation", content, CREATED, rule=rule)
        for one in (DEMO, AUTHOR, DEMO_NEXT, DEMO_OLD)
    )
    file.parts["policy-payload"] = as_json(policy(
        MIRROR, policy_key(DEMO, event_formats=[rule.name]), policy_key(AUTHOR, event_formats=[rule.name, "unknown"]),
        policy_key(DEMO_NEXT, event_formats=[rule.name], event_types=["graph_snapshot"]),
        policy_key(DEMO_OLD, event_formats=[rule.name], status="revoked"),
    ))  # fmt: skip
    outside = [f"/{name}" for name in sorted(unbound.keys() - {"event_id", "signature", "payload"})]
    ladder: list[Step] = [
        (whole, "verified", None), (unbound, "unbound", None),
        (changed(remarked, ("signature", "signature_b64"), "x"), "unbound", "encoding"),
        (changed(remarked, ("signature", "algorithm"), "x"), "unbound", "algorithm"),
        (flipped(whole), "invalid", "signature_invalid"),
        (gone, "invalid", "key_revoked"), (role, "invalid", "key_role"),
        (without(whole, ("signature",)), "not_signed", None),
    ]  # fmt: skip
    for (first, second), label, pair in _both_ways(ladder):
        told = [{"pointer": f"/events/{place}", "event_id": whole["event_id"], "verdict": word, "code": code,
                 "unsigned": [] if made["signer"] == whole["signer"] else outside} for place, (made, word, code) in enumerate(pair)]  # fmt: skip
        carried = outside if any(made["signer"] != whole["signer"] for made, _, _ in pair) else []
        decides = decided(whole, first[1], first[2], carried)
        name = f"payload-{first[1]}-{first[2]}-before-{second[1]}{label}".replace("_", "-").replace(
            "-None", ""
        )
        file.accept(name, "valid, then unbound, then others; then who got further; then the smallest code", "CHECK-11 RULE-3", "check",
                    {**args(*(made for made, _, _ in pair)), "policy": part("policy-payload")}, events=[decides], elements=told)  # fmt: skip


#: An element, its verdict and its code.
Step: TypeAlias = tuple[Json, str, str | None]


def _both_ways(ladder: list[Step]) -> Iterator[tuple[tuple[Step, Step], str, list[Step]]]:
    """Each step of a ladder and the next one, in both orders of a bundle."""
    for first, second in pairwise(ladder):
        yield (first, second), "", [first, second]
        yield (first, second), "-reversed", [second, first]


def bundles() -> File:
    """The frame of a bundle (BUN-1 to BUN-6)."""
    file = File(
        "check",
        "bundles",
        "The frame of a bundle: faults that reject it, and those that are only reported.",
        parts(),
    )
    made = alias("in a bundle")
    value: Any
    new: Any
    stated: Any
    base = bundle(RECORD, [made], aliases_at=CREATED)
    sound = {
        "pith_number": NUMBER,
        "canonical_sha256": RECORD_SHA256,
        "elements": [copy(0, made, "verified")],
        "mismatches": [],
    }

    def arguments(data: Bytes, format: str | None = None) -> Json:
        return {"data": data, "policy": part("policy"), "format": format}

    def spelt(value: Any) -> Bytes:
        return as_text(to_json(value))

    def accept(name: str, about: str, clauses: str, value: Json, **more: Any) -> None:
        file.accept(name, about, clauses, "check", arguments(spelt(value)), **{**sound, **more})

    def refuse(
        name: str,
        about: str,
        clauses: str,
        data: Bytes,
        code: str,
        control: str = "base",
        *,
        pointer: str | None = None,
        format: str | None = None,
    ) -> None:
        file.refuse(name, about, clauses, "check", arguments(data, format), code, control, pointer=pointer)

    accept("base", "a bundle as the registry orders it", "BUN-1 BUN-2 BUN-3", base)
    accept("reversed", "the order of members does not matter", "BUN-2", dict(reversed(base.items())))
    accept(
        "unknown-member", "other members are ignored", "BUN-6", {**base, "future": {"x": 1}, "__proto__": []}
    )
    accept(
        "no-optional",
        "what is only compared may be absent",
        "BUN-6",
        {
            name: base[name]
            for name in (
                "bundle_type",
                "bundle_version",
                "canonical_record",
                "canonical_sha256",
                "pith_number",
                "events",
            )
        },
    )
    accept(
        "no-events",
        "a bundle may be without events",
        "BUN-2",
        changed(base, ("events",), []),
        elements=[],
        events=[],
    )
    accept("respelt-json", "white space and escapes do not matter", "BUN-1", base)
    file.vectors[-1]["args"]["data"] = as_text(json.dumps(base, indent=2).encode())
    binary = cbor(base)
    file.accept(
        "cbor",
        "the same in CBOR, known by its first byte",
        "BUN-1",
        "check",
        arguments(hexed(binary)),
        **sound,
    )
    file.accept("cbor-named", "the format named", "BUN-1", "check", arguments(hexed(binary), "cbor"), **sound)
    file.accept("json-named", "the format named", "BUN-1", "check", arguments(spelt(base), "json"), **sound)
    refuse(
        "json-as-cbor",
        "a requested format is not replaced",
        "BUN-1",
        spelt(base),
        "cbor_truncated",
        "json-named",
        format="cbor",
    )
    refuse(
        "cbor-as-json",
        "a requested format is not replaced",
        "BUN-1 JSON-2",
        hexed(binary),
        "utf8",
        "cbor-named",
        format="json",
    )
    refuse(
        "cbor-array",
        "a CBOR array is read as JSON, since its first byte is not that of a map",
        "BUN-1",
        hexed(b"\x81" + binary),
        "utf8",
        "cbor",
    )
    refuse(
        "cbor-empty",
        "the empty map is CBOR too",
        "BUN-1 BUN-2",
        hexed("a0"),
        "type",
        "cbor",
        pointer="/bundle_type",
    )
    refuse(
        "cbor-indefinite",
        "and the head of an indefinite one",
        "BUN-1 CBOR-3",
        hexed("bf ff"),
        "cbor_indefinite",
        "cbor",
    )
    refuse("cbor-c0", "the next byte is none of a map", "BUN-1 JSON-2", hexed("c0 a0"), "utf8", "cbor")
    for name, source in (("null", "null"), ("array", "[]"), ("string", '"x"'), ("number", "1")):
        refuse(f"is-{name}", "a bundle is an object", "BUN-1", text(source), "type", pointer="")
    for name, source, code in (
        ("empty", "", "syntax"),
        ("cut", to_json(base).decode()[:-1], "syntax"),
        ("html", "<!doctype html>", "syntax"),
    ):
        refuse(f"text-{name}", "a text-level fault refuses the input", "FAULT-3 JSON-6", text(source), code)
    refuse(
        "gzip", "nothing is decompressed", "FAULT-3 JSON-2", hexed("1f 8b 08 00 00 00 00 00 00 03"), "utf8"
    )
    for member, value, code, about in (
        ("bundle_type", "pith_mirror_manifest", "type", "another file"), ("bundle_type", None, "type", "null"), ("bundle_type", "Pith_open_graph_bundle", "type", "another case"),
        ("bundle_version", "1.1", "version", "a newer version"), ("bundle_version", "0.9", "version", "an older version"), ("bundle_version", "1", "version", "1 is not 1.0"),
        ("bundle_version", 1, "type", "a number"), ("bundle_version", None, "type", "null"), ("events", None, "type", "null"), ("events", {}, "type", "an object"),
        ("events", "x", "type", "a string"), ("canonical_record", None, "type", "null"), ("canonical_record", [], "type", "an array"),
        ("canonical_sha256", "0" * 64, "hash_mismatch", "another hash"), ("canonical_sha256", RECORD_SHA256.upper(), "hash_mismatch", "upper case"),
        ("canonical_sha256", None, "hash_mismatch", "null"), ("canonical_sha256", "sha256:" + RECORD_SHA256, "hash_mismatch", "a prefix"),
        ("pith_number", OTHER_NUMBER, "subject", "another number"), ("pith_number", NUMBER.lower(), "subject", "lower case"), ("pith_number", "pith:" + NUMBER[10:18], "subject", "a short form"),
        ("pith_number", "pith:2004:" + NUMBER[10:], "subject", "another year"), ("pith_number", None, "subject", "null"), ("pith_number", 1, "subject", "a number"),
    ):  # fmt: skip
        label = f"{member.replace('_', '-')}-{about.replace(' ', '-')}"
        refuse(label, f"{member}: {about}", "BUN-2" if member in ("bundle_type", "bundle_version", "events") else "BUN-3 REC-1" if member == "canonical_record" else "BUN-3",
               spelt(changed(base, (member,), value)), code, pointer=f"/{member}")  # fmt: skip
    for member, code in (
        ("bundle_type", "type"),
        ("bundle_version", "type"),
        ("events", "type"),
        ("canonical_record", "type"),
        ("canonical_sha256", "hash_mismatch"),
        ("pith_number", "subject"),
    ):
        refuse(
            f"without-{member.replace('_', '-')}",
            f"{member} is required",
            "BUN-2 BUN-3",
            spelt(without(base, (member,))),
            code,
        )
    for leaf in (
        ("metadata", "license"),
        ("metadata", "title_canon_sha256"),
        ("source", "version"),
        ("metadata", "submitted_at"),
        ("source", "id"),
    ):
        value = {
            "license": "x",
            "title_canon_sha256": "0" * 64,
            "version": 2,
            "submitted_at": "2003-05-25T19:15:21Z",
            "id": "hep-lat/0305022",
        }[leaf[1]]
        refuse(f"record-{leaf[1].replace('_', '-')}", "a changed record has another hash", "BUN-3 CANON-2", spelt(changed(base, ("canonical_record", *leaf), value)), "hash_mismatch",
               pointer="/canonical_sha256")  # fmt: skip
    refuse(
        "record-member-added",
        "an added member too",
        "BUN-3 DATA-9",
        spelt(changed(base, ("canonical_record", "x"), 1)),
        "hash_mismatch",
    )
    refuse(
        "record-member-removed",
        "a required member",
        "BUN-3 REC-1",
        spelt(without(base, ("canonical_record", "source"))),
        "type",
        pointer="/canonical_record/source",
    )
    refuse(
        "record-event-type",
        "a record is no event",
        "BUN-3 REC-4",
        spelt(changed(base, ("canonical_record", "event_type"), "x")),
        "type",
        pointer="/canonical_record/event_type",
    )
    refuse("record-time", "a fault of the record points into the bundle", "BUN-3 REC-2", spelt(changed(base, ("canonical_record", "metadata", "submitted_at"), "2003")), "time",
           pointer="/canonical_record/metadata/submitted_at")  # fmt: skip
    # Year of the arXiv id.
    crossed = {**RECORD, "source": {**RECORD["source"], "id": "hep-lat/0212001"}}
    named = pith_number(crossed).replace("pith:2003:", "pith:2002:")
    for label, stated in (("submitted", pith_number(crossed)), ("arxiv-id", named)):
        subject = attached(
            DEMO, crossed, "alias_added", payloads.alias_added("example", "year"), CREATED, subject=named
        )
        file.accept(f"year-of-{label}", "either year may be stated", "BUN-3 NUM-3 CHECK-4", "check", arguments(spelt(bundle(crossed, [subject], pith_number=stated))),
                    pith_number=pith_number(crossed), elements=[copy(0, subject, "verified")], canonical_sha256=canonical_hash(crossed))  # fmt: skip
    # The order of BUN-4.
    for name, about, value, code in (
        ("type-first", "the type before the version", changed(changed(base, ("bundle_type",), "x"), ("bundle_version",), "2"), "type"),
        ("version-first", "the version before the events", changed(changed(base, ("bundle_version",), "2"), ("events",), None), "version"),
        ("events-first", "the events before the record", changed(changed(base, ("events",), None), ("canonical_record", "schema_version"), "2"), "type"),
        ("record-first", "the record before its hash", changed(changed(base, ("canonical_record", "schema_version"), "2"), ("canonical_sha256",), "x"), "version"),
        ("hash-first", "the hash before the number", changed(changed(base, ("canonical_sha256",), "x"), ("pith_number",), "x"), "hash_mismatch"),
    ):  # fmt: skip
        refuse(f"order-{name}", about, "BUN-4", spelt(value), code)
    refuse("order-value-fault-first", "a value-level fault of the frame before the frame", "BUN-4 FAULT-3 FAULT-1",
           text(to_json(changed(base, ("bundle_type",), "x")).decode()[:-1] + ',"x":-0}'), "number_form")  # fmt: skip
    # FAULT-3 outside of elements.
    whole = to_json(base).decode()
    for name, source, code in (
        ("value-fault-outside", whole[:-1] + ',"x":1.0}', "number_form"), ("value-fault-in-record", whole.replace('"version":1', '"version":1.0', 1), "number_form"),
        ("duplicate-events", whole[:-1] + ',"events":[]}', "duplicate_key"), ("duplicate-outside", whole[:-1] + ',"pith_number":""}', "duplicate_key"),
        ("surrogate-outside", whole[:-1] + ',"x":"\\ud800"}', "surrogate"), ("fault-in-nested-events", whole[:-1] + ',"x":{"events":[1.0]}}', "number_form"),
    ):  # fmt: skip
        refuse(
            name, "a value-level fault outside the elements refuses the bundle", "FAULT-3", text(source), code
        )
    # BUN-6.
    for name, about, path, new, stated in (
        ("short-other", "another short form", ("short_pith_number",), "pith:AAAAAAAA", ["/short_pith_number"]),
        ("short-12", "a form of 12 characters is not the one of this member", ("short_pith_number",), "pith:" + NUMBER[10:22], ["/short_pith_number"]),
        ("short-16", "nor one of 16", ("short_pith_number",), "pith:" + NUMBER[10:26], ["/short_pith_number"]),
        ("short-bare", "nor the bare characters", ("short_pith_number",), NUMBER[10:18], ["/short_pith_number"]),
        ("short-full", "nor the full number", ("short_pith_number",), NUMBER, ["/short_pith_number"]),
        ("source-no-version", "a member is missing", ("source",), {"kind": "arxiv", "id": RECORD["source"]["id"]}, ["/source"]),
        ("source-kind", "another kind", ("source", "kind"), "doi", ["/source"]),
        ("source-id", "another id", ("source", "id"), "x", ["/source"]),
        ("source-array", "an array", ("source",), [], ["/source"]),
        ("alias-number-kind", "a kind that is not a string", ("source_aliases", 1, "alias_kind"), 1, ["/source_aliases/1"]),
        ("alias-derived-null", "a derived kind without a value", ("source_aliases", 0), {"alias_kind": "arxiv"}, ["/source_aliases/0"]),
        ("alias-other-null", "an alias of another kind without a string", ("source_aliases", 1), {"alias_kind": "openalex", "alias_value": None}, ["/source_aliases/1"]),
        ("alias-other-number", "or with a number", ("source_aliases", 1), {"alias_kind": "openalex", "alias_value": 1}, ["/source_aliases/1"]),
        ("alias-repeated", "each alias is compared", ("source_aliases", 1), {"alias_kind": "arxiv", "alias_value": "x"}, ["/source_aliases/1"]),
        ("aliases-object", "an object is no array", ("source_aliases",), {}, ["/source_aliases"]),
        ("short-null", "null", ("short_pith_number",), None, ["/short_pith_number"]),
        ("source-version", "another version", ("source", "version"), 2, ["/source"]),
        ("source-true", "true is not 1", ("source", "version"), True, ["/source"]),
        ("source-null", "null", ("source",), None, ["/source"]),
        ("source-extra", "more members than are compared", ("source", "x"), 1, []),
        ("alias-value", "another value of a derived alias", ("source_aliases", 0, "alias_value"), "1", ["/source_aliases/0"]),
        ("alias-kind", "an alias of another kind", ("source_aliases", 0, "alias_kind"), "openalex", []),
        ("alias-time", "its time is not compared", ("source_aliases", 0, "created_at"), "never", []),
        ("alias-string", "an alias is an object", ("source_aliases", 1), "x", ["/source_aliases/1"]),
        ("alias-null-value", "with two strings", ("source_aliases", 1, "alias_value"), None, ["/source_aliases/1"]),
        ("aliases-null", "an array", ("source_aliases",), None, ["/source_aliases"]),
        ("aliases-empty", "it may be empty", ("source_aliases",), [], []),
    ):  # fmt: skip
        accept(
            f"claimed-{name}",
            f"{about}: reported at most, no effect",
            "BUN-6 ALIAS-2",
            changed(base, path, new),
            mismatches=stated,
        )
    everything = {
        **base,
        "source_aliases": ["x", *base["source_aliases"], None],
        "source": None,
        "short_pith_number": 1,
    }
    accept("claimed-all", "in the order of the clause, not of the members", "BUN-6", everything,
           mismatches=["/short_pith_number", "/source", "/source_aliases/0", f"/source_aliases/{len(base['source_aliases']) + 1}"])  # fmt: skip
    # Limits of a bundle.
    frame = parts()["frame"]
    accept_depth = joined(frame, text("]"), text(',"x":'), repeated("[", 63), repeated("]", 63), text("}"))
    file.accept("depth-64", "in a bundle 64 levels", "LIM-2", "check", arguments(accept_depth), elements=[])
    refuse(
        "depth-65",
        "one more",
        "LIM-2",
        joined(frame, text("]"), text(',"x":'), repeated("[", 64), repeated("]", 64), text("}")),
        "depth",
        "depth-64",
    )
    nulls = joined(frame, repeated("0,", 4_999), text("0]}"))
    file.accept("events-5000", "5,000 elements", "LIM-5", "check", arguments(nulls), events=[])
    refuse(
        "events-5001",
        "one more",
        "LIM-5",
        joined(frame, repeated("0,", 5_000), text("0]}")),
        "events",
        "events-5000",
        pointer="/events",
    )
    bare = to_json({**base, "events": []}).decode().partition('"source_aliases":[')
    rest = bare[2][bare[2].index("]") :]
    one = '{"alias_kind":"x","alias_value":"y"}'
    file.accept(
        "aliases-1000",
        "1,000 aliases",
        "LIM-4",
        "check",
        arguments(joined(text(bare[0] + bare[1]), repeated(one + ",", 999), text(one + rest))),
        mismatches=[],
    )
    refuse(
        "aliases-1001",
        "one more",
        "LIM-4",
        joined(text(bare[0] + bare[1]), repeated(one + ",", 1_000), text(one + rest)),
        "size",
        "aliases-1000",
    )
    _limits_apply_once(file, arguments)
    file.accept("built-in-policy", "without a policy only the registry's key is known", "POL-5", "check", {"data": spelt(base), "policy": None, "format": None},
                policy_sha256=policy_sha256(policy(REGISTRY_KEY)), elements=[copy(0, made, "unknown_key", "key_unknown")])  # fmt: skip
    keyed = {
        **base,
        "keys": [policy_key(STRANGER)],
        "policy": policy(STRANGER),
        "public_key": STRANGER.public_key.hex(),
    }
    strange = attached(STRANGER, RECORD, "alias_added", payloads.alias_added("example", "k"), CREATED)
    file.accept("keys-in-bundle", "nothing in a bundle adds a key", "POL-3", "check", arguments(spelt({**keyed, "events": [strange]})),
                elements=[copy(0, strange, "unknown_key", "key_unknown")])  # fmt: skip
    return file


#: Used by the tests of the generator: these functions stay in the order of the checks.
def _limits_apply_once(file: File, arguments: Callable[[Bytes], Json]) -> None:
    """LIM-10: the record in a bundle is part of the input and no input of its own."""

    def laden(member: str) -> Json:
        return bundle({**RECORD, "x": member}, [])

    def with_run(data: bytes, run: bytes, times: int) -> Bytes:
        front, behind = data.split(run * times)
        return joined(hexed(front), repeated(hexed(run), times), hexed(behind))

    many, most = 900_000, 1_048_576
    value = laden("\x01" * many)
    file.accept("record-canonical-over-size", "a CBOR input of 0.9 MB; the canonical bytes of its record have 5.4 MB",
                "LIM-10", "check", arguments(with_run(cbor(value), b"\x01", many)),
                canonical_sha256=value["canonical_sha256"], elements=[])  # fmt: skip
    file.refuse("record-json-over-size", "the same bundle in JSON is an input of 5.4 MB", "LIM-10 LIM-1", "check",
                arguments(with_run(to_json(value), b"\\u0001", many)), "size", "record-canonical-over-size")  # fmt: skip
    file.accept("record-string-at-limit", "a string of the record has the limit of any string", "LIM-10 LIM-4", "check",
                arguments(with_run(cbor(laden("y" * most)), b"y", most)), elements=[])  # fmt: skip
    file.refuse("record-string-over-limit", "one byte more", "LIM-10 LIM-4", "check",
                arguments(with_run(cbor(laden("y" * (most + 1))), b"y", most + 1)), "size", "record-string-at-limit")  # fmt: skip


FAMILIES: Final = (receipts, receipts_elsewhere, receipts_bounded, one_fault, copies_of_one, bundles)


def files() -> list[File]:
    """The files of the two stages."""
    return [family() for family in FAMILIES]


__all__ = ["created", "event", "files", "plus_order"]
