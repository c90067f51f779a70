# ruff: noqa: E501  (tables: one vector, one row)
"""Stage receipt: receipts, where they are looked for, and how many are checked."""

from __future__ import annotations

from typing import Any

from kit import (
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    REGISTRY_KEY,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    event_id,
    flat_event,
    made_record,
    payloads,
    policy,
    policy_key,
    receipt,
    to_json,
)
from kit.demo import RECEIPT
from kit.formats import FAMILY
from kit.signing import b64
from kit.tampered import changed, flipped, respelt, without
from vectorgen.events import alias
from vectorgen.fixtures import (
    AUTHOR,
    CREATED,
    FLAT_POLICY,
    MIRROR,
    RECORD,
    RECORD_SHA256,
    args,
    copy,
    parts,
)
from vectorgen.vector_file import File, as_json, joined, part, text


def created(claimed: Any, when: str = CREATED, signer: Signer = DEMO, **extra: Any) -> Json:
    """A record_created event with a receipt."""
    payload = payloads.record_created(RECORD, claimed, **extra)
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
        claimed: Any,
        verdict: str,
        code: str | None = None,
        claimed_policy: Json | None = None,
        event_signer: Signer = DEMO,
    ) -> None:
        made = created(claimed, signer=event_signer)
        arguments = args(made)
        if claimed_policy is not None:
            file.parts[f"policy-{name}"] = as_json(claimed_policy)
            arguments["policy"] = part(f"policy-{name}")
        reported = {
            "event_id": event_id(made),
            "pointer": "/events/0/payload/receipt",
            "verdict": verdict,
            "code": code,
        }
        file.add(name, about, f"RCPT-2 {clauses}".strip(), "check", arguments,
                 {"ok": {"receipts": [reported], "elements": [copy(0, made, "verified")]}}, None if name == "verified" else "verified")  # fmt: skip

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
    accepted = policy(
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
        accepted,
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
    for name, about, claimed, verdict, code in (
        ("kind-before-key", "the form before the key", {**own, "kind": "x", "key_id": "x"}, "invalid", "type"),
        ("key-before-unsigned", "the key before the signature", {**own, "key_id": "x", "signature_b64": None}, "unknown_key", "key_unknown"),
        ("key-before-signature-type", "no receipt is invalid under a key that is not in the policy", {**own, "key_id": "x", "signature_b64": 1}, "unknown_key", "key_unknown"),
        ("key-before-algorithm", "the key before the algorithm", {**own, "key_id": "x", "algorithm": "x"}, "unknown_key", "key_unknown"),
        ("key-empty", "the empty string is a key_id", {**own, "key_id": ""}, "unknown_key", "key_unknown"),
        ("unsigned-before-algorithm", "the signature before the algorithm", {**own, "signature_b64": None, "algorithm": "x"}, "not_signed", None),
        ("signature-type-before-algorithm", "the type before the algorithm", {**own, "signature_b64": 1, "algorithm": "x"}, "invalid", "type"),
        ("algorithm-before-form", "the algorithm before the form", {**own, "signature_b64": "x", "algorithm": "x"}, "invalid", "algorithm"),
    ):  # fmt: skip
        check(f"order-{name}", about, "", claimed, verdict, code)
    no_role, gone = {"event_types": ["citation"]}, {"status": "revoked"}
    for name, about, keys, claimed, code in (
        ("role-before-algorithm", "the right before the algorithm", [policy_key(DEMO, **no_role)], {**own, "algorithm": "x"}, "key_role"),
        ("revoked-before-algorithm", "the revocation too", [policy_key(DEMO, **gone)], {**own, "algorithm": "x"}, "key_revoked"),
        ("role-before-revoked", "the type before the revocation", [policy_key(DEMO, **gone, **no_role)], own, "key_role"),
        ("tie", "of several that got as far the smallest code", [policy_key(DEMO, **no_role), policy_key(AUTHOR, key_id=DEMO.key_id, **gone)], of_third, "key_revoked"),
        ("tie-other-way", "whichever key has it", [policy_key(DEMO, **gone), policy_key(AUTHOR, key_id=DEMO.key_id, **no_role)], of_third, "key_revoked"),
        ("algorithm-beside-role", "the algorithm is further than the right", [policy_key(DEMO, **no_role), policy_key(AUTHOR, key_id=DEMO.key_id)], {**own, "algorithm": "x"}, "algorithm"),
        ("form-beside-role", "the spelling too", [policy_key(DEMO, **no_role), policy_key(AUTHOR, key_id=DEMO.key_id)], {**own, "signature_b64": "x"}, "encoding"),
    ):  # fmt: skip
        made_policy = policy(*keys, DEMO_NEXT)
        check(
            f"order-{name}", about, "CHECK-6", claimed, "invalid", code, made_policy, event_signer=DEMO_NEXT
        )
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
    for label, formats in (
        ("event-payload-hex", [FAMILY["event-payload-hex"]]),
        ("unknown", ["unknown"]),
        ("both", ["pithbundle-event-1", "unknown"]),
    ):
        claimed = {**receipt(AUTHOR, RECORD, CREATED), "key_id": "r"}
        named_r = policy(DEMO, policy_key(AUTHOR, key_id="r", event_formats=formats))
        check(
            f"format-{label}",
            "the formats of its key have no part in it",
            "FORMAT-6",
            claimed,
            "verified",
            None,
            named_r,
        )
        wrong = {**receipt(MIRROR, RECORD, CREATED), "key_id": "r"}
        check(
            f"format-{label}-invalid",
            "an invalid receipt stays one",
            "FORMAT-6",
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

    def reported(index: int, made: Json, verdict: str = "verified", code: str | None = None) -> Json:
        return {
            "event_id": event_id(made),
            "pointer": f"/events/{index}/payload/receipt",
            "verdict": verdict,
            "code": code,
        }

    real = policy(DEMO, REGISTRY_KEY)
    file.parts["policy-real"] = as_json(real)
    made = created(RECEIPT)
    file.accept("real", "the registry's own signature, in an event of a test key", "RCPT-1 RCPT-2 KEY-1 SIG-1", "check",
                {**args(made), "policy": part("policy-real")}, receipts=[reported(0, made)])  # fmt: skip
    snapshot = attached(DEMO, RECORD, "graph_snapshot", {"graph_snapshot": {}, "receipt": own}, CREATED)
    file.accept(
        "in-other-event",
        "every element's payload is looked into",
        "RCPT-4",
        "check",
        args(snapshot),
        receipts=[reported(0, snapshot)],
    )
    for label, value in (("total", {"total": 1}), ("string", "paid"), ("null", None), ("array", [own]),
                         ("event-signature", changed(own, ("kind",), "pith_event_signature")), ("no-kind", without(own, ("kind",)))):  # fmt: skip
        bill = attached(DEMO, RECORD, "citation", {"receipt": value}, CREATED)
        file.accept(f"in-other-event-{label}", "a member named receipt of another event type is no receipt", "RCPT-4", "check", args(bill),
                    receipts=[], elements=[copy(0, bill, "verified")])  # fmt: skip
        in_created = {**created(value), "target": 1}
        file.add(f"in-malformed-created-{label}", "in a record_created, well-formed or not, it can only be a receipt", "RCPT-4 RCPT-2", "check", args(in_created),
                 {"ok": {"receipts": [{**reported(0, in_created, "invalid", "type"), "event_id": None}]}}, "of-malformed-event")  # fmt: skip
    kinded = attached(DEMO, RECORD, "citation", {"receipt": without(own, ("key_id",))}, CREATED)
    file.add("in-other-event-no-key-id", "an object of kind pith_receipt is a receipt, with all its faults", "RCPT-4 RCPT-2", "check", args(kinded),
             {"ok": {"receipts": [reported(0, kinded, "invalid", "type")]}}, "in-other-event")  # fmt: skip
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
    unknown_signer = created(own, signer=UNKNOWN_SIGNER)
    file.accept("of-unknown-signer", "its verdict does not hang on that of the event", "RCPT-2 RCPT-3", "check", args(unknown_signer),
                receipts=[reported(0, unknown_signer)], elements=[copy(0, unknown_signer, "unknown_key", "key_unknown")])  # fmt: skip
    unsigned = without(sound, ("signature",))
    file.accept("of-unsigned-event", "nor on its signature", "RCPT-2 RCPT-3", "check", args(unsigned),
                receipts=[reported(0, unsigned)], elements=[copy(0, unsigned, "not_signed")])  # fmt: skip
    malformed = changed(sound, ("created_at",), "today")
    file.accept("of-malformed-event", "nor on its form", "RCPT-4", "check", args(malformed),
                receipts=[{**reported(0, malformed), "event_id": None}], elements=[copy(0, None, "invalid", "time")])  # fmt: skip
    bare: Json = {"payload": {"receipt": own}}
    file.accept("of-nothing-else", "nor on anything else", "RCPT-4", "check", args(bare),
                receipts=[{**reported(0, bare), "event_id": None}], elements=[copy(0, None, "unknown_format")])  # fmt: skip
    for label, tamper in (
        ("unsigned", lambda made: without(made, ("signature",))),
        ("forged", flipped),
        ("unknown-signer", lambda made: changed(made, ("signature", "key_id"), "x")),
        ("altered", lambda made: changed(made, ("payload", "more"), 1)),
    ):  # fmt: skip
        other = tamper(snapshot)
        file.accept(
            f"in-other-event-{label}",
            "of another type and not valid",
            "RCPT-4",
            "check",
            args(other),
            receipts=[reported(0, other)],
        )
    faulty = to_json(sound).decode()[:-1] + ',"x":1.0}'
    file.accept("of-value-fault", "an element with a value-level fault is not read", "RCPT-4 FAULT-3", "check", args(faulty),
                receipts=[], elements=[copy(0, None, "invalid", "number_form")])  # fmt: skip
    finding = {**payloads.integrity(RECORD, "2026-06-02T08:00:00Z"), "receipt": own}
    flat = flat_event(DEMO, finding, "2026-06-02T08:00:01.000000+00:00", 1)
    file.parts["flat-policy"] = as_json(FLAT_POLICY)

    def flat_args(one: Json) -> Json:
        return {**args(one), "policy": part("flat-policy")}

    for label, made_flat in (("flat", flat), ("flat-created", {**flat, "event_type": "record_created"}),
                             ("flat-moved", changed(flat, ("payload", "arxiv_id"), "x"))):  # fmt: skip
        file.accept(f"of-{label}", "a flat element carries one too, listed by payload_sha256", "RCPT-4 EVT-7", "check", flat_args(made_flat),
                    receipts=[{**reported(0, made_flat), "event_id": flat["payload_sha256"]}])  # fmt: skip
    flat_text = {**changed(flat, ("payload", "receipt"), "x"), "event_type": "record_created"}
    file.add("of-flat-created-string", "of that type whatever it is", "RCPT-4 EVT-7", "check", flat_args(flat_text),
             {"ok": {"receipts": [{**reported(0, flat_text, "invalid", "type"), "event_id": flat["payload_sha256"]}]}}, "of-flat-created")  # fmt: skip
    flat_bad = changed(flat, ("created_at",), "never")
    file.accept("of-flat-malformed", "a malformed one without an id", "RCPT-4 EVT-7", "check", flat_args(flat_bad),
                receipts=[{**reported(0, flat_bad), "event_id": None}])  # fmt: skip
    file.parts["policy-unknown"] = as_json(policy(policy_key(DEMO, event_formats=["unknown"])))
    file.accept("of-unknown-format", "an element of unknown format, without an id", "RCPT-4 CHECK-13", "check", {**args(sound), "policy": part("policy-unknown")},
                receipts=[{**reported(0, sound), "event_id": None}], elements=[{**copy(0, None, "unknown_format")}])  # fmt: skip
    second = created(own, "2026-05-19T00:00:00Z")
    file.accept(
        "two",
        "each event its own",
        "RCPT-3",
        "check",
        args(sound, alias("between"), second),
        receipts=[reported(0, sound), reported(2, second)],
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

    def unsigned(claimed: Json) -> Json:
        return {name: value for name, value in created(claimed).items() if name != "signature"}

    def check(
        name: str,
        about: str,
        elements: list[Json],
        words: list[tuple[str, str | None]],
        claimed: Json | None = None,
    ) -> None:
        arguments = args(*elements)
        if claimed is not None:
            file.parts[f"policy-{name}"] = as_json(claimed)
            arguments["policy"] = part(f"policy-{name}")
        reported = [{"event_id": event_id(made), "pointer": f"/events/{index}/payload/receipt", "verdict": status, "code": code}
                for index, (made, (status, code)) in enumerate(zip(elements, words, strict=True))]  # fmt: skip
        file.add(
            name,
            about,
            "RCPT-4",
            "check",
            arguments,
            {"ok": {"receipts": reported}},
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
          [*(status for _, status in cheap), *[bad] * 16, left])  # fmt: skip
    last = [
        unsigned(
            {**claimed, "signature_b64": claimed["signature_b64"] and "zzzz"}
            if claimed.get("algorithm") == "x"
            else claimed
        )
        for claimed, _ in cheap
    ]
    check(
        "cheap-last",
        "and is reported however large it is",
        [*behind, *last],
        [*[bad] * 16, left, *(status for _, status in cheap)],
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


def files() -> list[File]:
    """The files of this module."""
    return [receipts(), receipts_elsewhere(), receipts_bounded()]
