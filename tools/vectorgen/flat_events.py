# ruff: noqa: E501  (tables: one vector, one row)
"""Stage event: the flat spelling (EVT-7, EVT-8)."""

from __future__ import annotations

from kit import (
    Json,
    Signer,
    flat_event,
    payloads,
    policy,
    policy_key,
    to_json,
)
from kit.tampered import changed, without
from vectorgen.events import BASE, nested
from vectorgen.fixtures import (
    DEMO,
    RECORD,
    args,
    copy,
    element,
    frame,
    parts,
)
from vectorgen.vector_file import File, as_text, joined, part, text


def flat() -> File:
    """The flat spelling of integrity.json (EVT-7)."""
    file = File(
        "event",
        "flat",
        "The flat spelling: unbound at best, listed by payload_sha256, never merged.",
        parts(),
    )
    made = flat_event(
        DEMO, payloads.integrity(RECORD, "2026-06-02T08:00:00Z"), "2026-06-02T08:00:01.000000+00:00", 7001
    )

    def reported(verdict: str, code: str | None, event_: Json, named: bool = True) -> Json:
        return {
            "pointer": "/events/0",
            "event_id": event_["payload_sha256"] if named else None,
            "verdict": verdict,
            "code": code,
            "unsigned": [],
        }

    def check(
        name: str,
        about: str,
        clauses: str,
        event_: Json,
        verdict: str,
        code: str | None,
        *,
        named: bool = True,
    ) -> None:
        file.add(name, about, f"EVT-7 {clauses}".strip(), "check", args(event_), {"ok": {"elements": [reported(verdict, code, event_, named)]}},
                 None if name == "unbound" else "unbound")  # fmt: skip

    check(
        "unbound",
        "its signature verifies over the claimed digest; nothing else is known",
        "CHECK-10",
        made,
        "unbound",
        None,
    )
    check(
        "payload-changed",
        "the payload is not bound to the digest",
        "",
        changed(made, ("payload", "severity"), "critical"),
        "unbound",
        None,
    )
    check(
        "time-changed",
        "the time is not signed",
        "",
        changed(made, ("created_at",), "2026-06-03T08:00:01.000000+00:00"),
        "unbound",
        None,
    )
    check("id-changed", "the integer is not signed", "", changed(made, ("event_id",), -7), "unbound", None)
    check(
        "other-type",
        "another type of the flat spelling",
        "",
        changed(made, ("event_type",), "x"),
        "unbound",
        None,
    )
    check("no-signature", "no signature", "EVT-8", without(made, ("signature_b64",)), "not_signed", None)
    check(
        "null-signature",
        "null is no signature",
        "EVT-8",
        changed(made, ("signature_b64",), None),
        "not_signed",
        None,
    )
    check("digest-upper", "64 lower-case digits", "TEXT-2 EVT-8", changed(made, ("payload_sha256",), made["payload_sha256"].upper()),
          "invalid", "encoding", named=False)  # fmt: skip
    check(
        "digest-short",
        "64 digits",
        "TEXT-2 EVT-8",
        changed(made, ("payload_sha256",), "ab"),
        "invalid",
        "encoding",
        named=False,
    )
    check("digest-prefix", "without a prefix", "TEXT-2 EVT-8", changed(made, ("payload_sha256",), "sha256:" + made["payload_sha256"]),
          "invalid", "encoding", named=False)  # fmt: skip
    check("digest-other", "another digest than the signed one", "EVT-8 CHECK-9", changed(made, ("payload_sha256",), "0" * 64),
          "invalid", "signature_invalid")  # fmt: skip
    moved = changed(made, ("payload", "arxiv_id"), "2304.01373")
    check("arxiv-id-other", "of another record", "EVT-8", moved, "invalid", "subject")
    check(
        "arxiv-id-missing",
        "of no record",
        "EVT-8",
        without(made, ("payload", "arxiv_id")),
        "invalid",
        "subject",
    )
    check(
        "arxiv-id-number",
        "by exact type",
        "EVT-8",
        changed(made, ("payload", "arxiv_id"), 1),
        "invalid",
        "subject",
    )
    nobody = changed(made, ("signing_key_id",), "other")
    numbered = {**RECORD, "source": {"id": "7", "kind": "example", "version": 1}}
    file.parts["frame-numbered"] = frame(numbered)
    for label, value, verdict, code in (
        ("string", "7", "unbound", None),
        ("number", 7, "invalid", "subject"),
    ):
        seven = changed(made, ("payload", "arxiv_id"), value)
        data = joined(part("frame-numbered"), element(seven), text("]}"))
        file.add(f"arxiv-id-seven-{label}", "a number is not its string", "EVT-8", "check", {"data": data, "policy": part("policy"), "format": None},
                 {"ok": {"elements": [reported(verdict, code, seven)]}}, None if code is None else "arxiv-id-seven-string")  # fmt: skip
    check("key-unknown", "no key of this id", "EVT-8", nobody, "unknown_key", "key_unknown")
    check("signature-flipped", "another signature", "EVT-8 CHECK-9", changed(made, ("signature_b64",), "A" * 86 + "=="),
          "invalid", "signature_invalid")  # fmt: skip
    check("signature-unpadded", "one spelling", "EVT-8 CHECK-8", changed(made, ("signature_b64",), made["signature_b64"][:-2]),
          "invalid", "encoding")  # fmt: skip
    check("signature-empty", "the empty string is a signature of another form", "EVT-8 CHECK-8", changed(made, ("signature_b64",), ""),
          "invalid", "encoding")  # fmt: skip
    for algorithm in ("ed25519", "none", None):
        check(
            f"algorithm-{algorithm}",
            "there is no algorithm, so CHECK-7 does not apply",
            "EVT-8",
            {**made, "algorithm": algorithm},
            "unbound",
            None,
        )
    # The order of EVT-8: two faults each.
    malformed_one = changed(made, ("created_at",), 1)
    upper = made["payload_sha256"].upper()
    for name, event_, verdict, code, named in (
        ("key-before-signature", without(nobody, ("signature_b64",)), "unknown_key", "key_unknown", True),
        ("key-before-form", changed(nobody, ("created_at",), 1), "unknown_key", "key_unknown", False),
        ("key-before-subject", changed(nobody, ("payload", "arxiv_id"), "x"), "unknown_key", "key_unknown", True),
        ("key-before-digest", changed(nobody, ("payload_sha256",), upper), "unknown_key", "key_unknown", False),
        ("signature-before-form", without(malformed_one, ("signature_b64",)), "not_signed", None, False),
        ("signature-before-subject", without(moved, ("signature_b64",)), "not_signed", None, True),
        ("signature-before-digest", changed(without(made, ("signature_b64",)), ("payload_sha256",), upper), "not_signed", None, False),
        ("no-key-named-unsigned", without(without(made, ("signature_b64",)), ("signing_key_id",)), "not_signed", None, False),
        ("key-number-unsigned", changed(without(made, ("signature_b64",)), ("signing_key_id",), 1), "not_signed", None, False),
        ("form-before-subject", changed(malformed_one, ("payload", "arxiv_id"), "x"), "invalid", "type", False),
        ("type-before-time", changed(changed(made, ("created_at",), "never"), ("payload_sha256",), 1), "invalid", "type", False),
        ("time-before-digest", changed(changed(made, ("created_at",), "never"), ("payload_sha256",), "x"), "invalid", "time", False),
        ("subject-before-digest", changed(moved, ("payload_sha256",), upper), "invalid", "subject", False),
        ("digest-before-signature-form", changed(changed(made, ("payload_sha256",), upper), ("signature_b64",), "x"), "invalid", "encoding", False),
    ):  # fmt: skip
        check(
            f"order-{name}",
            "two faults: the earlier decides",
            "EVT-8 EVT-6",
            event_,
            verdict,
            code,
            named=named,
        )
    check(
        "only-a-mark",
        "one member of the flat spelling makes it flat",
        "EVT-8",
        {"payload_sha256": "x"},
        "not_signed",
        None,
        named=False,
    )
    # LIM-6 is not asked of what is not hashed.
    for name, extra in (("deep", nested(40)), ("wide", [0] * 20_000), ("large", "f" * 262_145)):
        check(
            f"limit-{name}",
            "LIM-6 does not hold for it",
            "LIM-6",
            changed(made, ("payload", "more"), extra),
            "unbound",
            None,
        )
    _flat_keys(file, made)
    for name, path, wrong in (
        ("id-string", ("event_id",), "7001"), ("id-true", ("event_id",), True), ("id-null", ("event_id",), None),
        ("type-null", ("event_type",), None), ("created-at-null", ("created_at",), None), ("payload-null", ("payload",), None),
        ("digest-null", ("payload_sha256",), None), ("digest-number", ("payload_sha256",), 1), ("key-id-null", ("signing_key_id",), None),
        ("signature-number", ("signature_b64",), 1), ("payload-array", ("payload",), []),
    ):  # fmt: skip
        check(
            name,
            "a member of another type",
            "CHECK-1",
            changed(made, path, wrong),
            "invalid",
            "type",
            named=False,
        )
    for name in ("event_id", "event_type", "created_at", "payload", "payload_sha256", "signing_key_id"):
        check(
            f"without-{name.replace('_', '-')}",
            "a required member",
            "CHECK-1",
            without(made, (name,)),
            "invalid",
            "type",
            named=False,
        )
    check(
        "time",
        "a time of the grammar",
        "EVT-2",
        changed(made, ("created_at",), "2026-06-02"),
        "invalid",
        "time",
        named=False,
    )
    for name in ("signature", "signer", "subject_pith_number", "target"):
        # Checked as an envelope: it names no key, and carries no signature of an envelope.
        check(f"both-{name.replace('_', '-')}", "of both spellings: checked as an envelope, not signed as one", "EVT-6 CHECK-2",
              {**made, name: None}, "not_signed", None, named=False)  # fmt: skip
    check(
        "both-signed",
        "of both spellings, with a signature of the envelope",
        "EVT-6 CHECK-1",
        {**made, "signature": {}},
        "invalid",
        "type",
        named=False,
    )
    signer = {"signer_id": "nobody", "key_id": "x"}
    check("both-of-nobody", "of both spellings, by a key of no policy", "EVT-6 CHECK-5", {**made, "signature": {}, "signer": signer},
          "unknown_key", "key_unknown", named=False)  # fmt: skip
    check(
        "both-other-signing-key",
        "the flat members name no key then",
        "EVT-6 CHECK-2",
        {**nobody, "target": "record"},
        "not_signed",
        None,
        named=False,
    )
    for name in ("payload_sha256", "signature_b64", "signing_key_id"):
        mixed = {**BASE, name: "x"}
        file.add(f"envelope-{name.replace('_', '-')}", "of both spellings", "EVT-7 EVT-6", "check", args(mixed),
                 {"ok": {"elements": [copy(0, None, "invalid", "type")]}}, "event/valid/base")  # fmt: skip
        mixed = {**BASE, name: None}
        file.add(f"envelope-null-{name.replace('_', '-')}", "null is a member", "EVT-7 EVT-6", "check", args(mixed),
                 {"ok": {"elements": [copy(0, None, "invalid", "type")]}}, "event/valid/base")  # fmt: skip
    return file


def _flat_keys(file: File, made: Json) -> None:
    """The rights of the keys of its key_id, and which of several decides (EVT-8, RCPT-2)."""
    other_type = changed(made, ("event_type",), "citation")
    digest_id = "sha256:" + made["payload_sha256"]
    twin, third = (Signer(100 + n, f"twin-{n}.example", DEMO.key_id) for n in range(2))
    flipped_one = changed(made, ("signature_b64",), "A" * 86 + "==")
    short = changed(made, ("signature_b64",), "x")
    no_role = {"event_types": ["citation"]}
    for name, about, keys, event_, verdict, code in (
        ("role", "the key may not sign this type", [policy_key(DEMO, **no_role)], made, "invalid", "key_role"),
        ("role-own-type", "the type is its own", [policy_key(DEMO, **no_role)], other_type, "unbound", None),
        ("role-granted", "the key may sign this type", [policy_key(DEMO, event_types=["pith.integrity.v1"])], made, "unbound", None),
        ("role-record-created", "the type of a receipt is not asked for", [policy_key(DEMO, event_types=["record_created"])], made, "invalid", "key_role"),
        ("retired", "a retired key is as an active one", [policy_key(DEMO, status="retired")], made, "unbound", None),
        ("revoked", "a revoked key accepts no flat event", [policy_key(DEMO, status="revoked")], made, "invalid", "key_revoked"),
        ("revoked-accepted", "nor one whose digest is accepted", [policy_key(DEMO, status="revoked", accepted_event_ids=[digest_id])], made, "invalid", "key_revoked"),
        ("of-another-key", "of several keys one that verifies is enough", [policy_key(twin), policy_key(DEMO), policy_key(third)], made, "unbound", None),
        ("furthest", "else the one that got furthest", [policy_key(twin, **no_role), policy_key(DEMO)], flipped_one, "invalid", "signature_invalid"),
        ("tie-smallest", "of several the smallest code", [policy_key(twin, **no_role), policy_key(DEMO, status="revoked")], made, "invalid", "key_revoked"),
        ("tie-smallest-other", "whichever key has it", [policy_key(twin, status="revoked"), policy_key(DEMO, **no_role)], made, "invalid", "key_revoked"),
        ("role-before-form", "the key's event types before the spelling of the signature", [policy_key(DEMO, **no_role)], short, "invalid", "key_role"),
        ("form-beside-role", "the spelling is further than the event types", [policy_key(twin, **no_role), policy_key(DEMO)], short, "invalid", "encoding"),
        ("unknown", "a key of unknown format", [policy_key(DEMO, event_formats=["unknown"])], made, "unbound", None),
        ("unknown-flipped", "under one nothing is invalid, and the code stays", [policy_key(DEMO, event_formats=["unknown"])], flipped_one, "unbound", "signature_invalid"),
        ("unknown-role", "nor a right that is missing", [policy_key(DEMO, event_formats=["event-v1", "unknown"], **no_role)], made, "unbound", "key_role"),
        ("unknown-of-another", "one key of the key_id that lists unknown is enough", [policy_key(DEMO), policy_key(twin, event_formats=["unknown"])], flipped_one, "unbound", "signature_invalid"),
        ("unknown-subject", "nor a subject", [policy_key(DEMO, event_formats=["unknown"])], changed(made, ("payload", "arxiv_id"), "x"), "unbound", "subject"),
        ("unknown-unsigned", "a missing signature is reported", [policy_key(DEMO, event_formats=["unknown"])], without(made, ("signature_b64",)), "not_signed", None),
        ("unknown-malformed", "nor a form", [policy_key(DEMO, event_formats=["unknown"])], changed(made, ("created_at",), 1), "unbound", "type"),
        ("unknown-digest", "nor a digest of another form", [policy_key(DEMO, event_formats=["unknown"])], changed(made, ("payload_sha256",), "x"), "unbound", "encoding"),
    ):  # fmt: skip
        file.parts[f"policy-{name}"] = as_text(to_json(policy(*keys)))
        listed = (
            event_["payload_sha256"]
            if code not in ("type", "encoding") or name == "form-beside-role"
            else None
        )
        expected: Json = {
            "pointer": "/events/0", "event_id": listed, "verdict": verdict, "code": code, "unsigned": [],
        }  # fmt: skip
        clauses = "EVT-8 CHECK-6" + (" CHECK-13" if name.startswith("unknown") else "")
        file.add(f"of-key-{name}", about, clauses, "check", {**args(event_), "policy": part(f"policy-{name}")},
                 {"ok": {"elements": [expected]}}, None if verdict == "unbound" and code is None else "unbound")  # fmt: skip


def files() -> list[File]:
    """The files of this module."""
    return [flat()]
