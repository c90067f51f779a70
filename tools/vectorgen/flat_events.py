# ruff: noqa: E501  (tables: one vector, one row)
"""Stage event: the flat spelling (EVT-7, EVT-8)."""

from __future__ import annotations

from typing import Any

from kit import (
    Json,
    Signer,
    flat_event,
    payloads,
    policy,
    policy_key,
    to_json,
)
from kit.oracle import formats
from kit.tampered import changed, without
from vectorgen.events import BASE, nested
from vectorgen.fixtures import (
    DEMO,
    FLAT_POLICY,
    RECORD,
    args,
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
        parts(FLAT_POLICY),
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
        expect = reported(verdict, code, event_, named)
        if formats.check_answer(FLAT_POLICY, RECORD, [event_])["elements"] != [expect]:
            raise ValueError(
                f"{name}: {formats.check_answer(FLAT_POLICY, RECORD, [event_])['elements']}, {expect}"
            )
        file.add(name, about, f"EVT-7 {clauses}".strip(), "check", args(event_), {"ok": {"elements": [expect]}},
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
    malformed_one = changed(made, ("created_at",), "x")
    upper = made["payload_sha256"].upper()
    for name, event_, verdict, code, named in (
        ("key-before-signature", without(nobody, ("signature_b64",)), "unknown_key", "key_unknown", True),
        ("key-before-form", changed(nobody, ("created_at",), "x"), "unknown_key", "key_unknown", False),
        ("key-before-subject", changed(nobody, ("payload", "arxiv_id"), "x"), "unknown_key", "key_unknown", True),
        ("key-before-digest", changed(nobody, ("payload_sha256",), upper), "unknown_key", "key_unknown", False),
        ("signature-before-form", without(malformed_one, ("signature_b64",)), "not_signed", None, False),
        ("signature-before-subject", without(moved, ("signature_b64",)), "not_signed", None, True),
        ("signature-before-digest", changed(without(made, ("signature_b64",)), ("payload_sha256",), upper), "not_signed", None, False),
        ("no-key-named-unsigned", without(without(made, ("signature_b64",)), ("signing_key_id",)), "unknown_format", None, False),
        ("key-number-unsigned", changed(without(made, ("signature_b64",)), ("signing_key_id",), 1), "unknown_format", None, False),
        ("form-before-subject", changed(malformed_one, ("payload", "arxiv_id"), "x"), "invalid", "time", False),
        ("type-before-time", changed(changed(made, ("created_at",), "never"), ("signature_b64",), 1), "invalid", "type", False),
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
        "one member of the flat shape is not enough",
        "FORMAT-8",
        {"payload_sha256": "x"},
        "unknown_format",
        None,
        named=False,
    )
    # LIM-6 does not apply to what is not hashed.
    for name, extra in (("deep", nested(40)), ("wide", [0] * 20_000), ("large", "f" * 262_145)):
        check(
            f"limit-{name}",
            "LIM-6 does not apply to it",
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
        ("payload-array", ("payload",), []),
    ):  # fmt: skip
        check(
            name,
            "a member of another type decides reading",
            "FORMAT-8",
            changed(made, path, wrong),
            "unknown_format",
            None,
            named=False,
        )
    for name in ("event_id", "event_type", "created_at", "payload", "payload_sha256", "signing_key_id"):
        check(
            f"without-{name.replace('_', '-')}",
            "a required member decides reading",
            "FORMAT-8",
            without(made, (name,)),
            "unknown_format",
            None,
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
    check(
        "signature-number",
        "a signature of another type",
        "CHECK-1",
        changed(made, ("signature_b64",), 1),
        "invalid",
        "type",
        named=False,
    )
    for name in ("signature", "signer", "subject_pith_number", "target"):
        check(
            f"both-{name.replace('_', '-')}",
            "members of an envelope beside it change nothing",
            "FORMAT-8",
            {**made, name: None},
            "unbound",
            None,
        )
    for name in ("payload_sha256", "signature_b64", "signing_key_id"):
        mixed = {**BASE, name: "x"}
        file.add(f"envelope-{name.replace('_', '-')}", "a member of the flat shape in an envelope is a member of its content", "EVT-7 FORMAT-8", "check", args(mixed),
                 {"ok": {"elements": formats.check_answer(FLAT_POLICY, RECORD, [mixed])["elements"]}}, "event/valid/base")  # fmt: skip
    return file


def _flat_keys(file: File, made: Json) -> None:
    """The rights of the keys of its key_id, and which of several decides (EVT-8, RCPT-2)."""

    def key(signer: Signer, **changes: Any) -> Json:
        return policy_key(signer, **{"event_formats": ["integrity-1"], **changes})

    other_type = changed(made, ("event_type",), "citation")
    digest_id = "sha256:" + made["payload_sha256"]
    twin, third = (Signer(100 + n, f"twin-{n}.example", DEMO.key_id) for n in range(2))
    flipped_one = changed(made, ("signature_b64",), "A" * 86 + "==")
    short = changed(made, ("signature_b64",), "x")
    no_role = {"event_types": ["citation"]}
    for name, about, keys, event_, verdict, code in (
        ("role", "the key may not sign this type", [key(DEMO, **no_role)], made, "invalid", "key_role"),
        ("role-own-type", "the type is its own", [key(DEMO, **no_role)], other_type, "unbound", None),
        ("role-granted", "the key may sign this type", [key(DEMO, event_types=["pith.integrity.v1"])], made, "unbound", None),
        ("role-record-created", "a receipt needs no type", [key(DEMO, event_types=["record_created"])], made, "invalid", "key_role"),
        ("retired", "a retired key is as an active one", [key(DEMO, status="retired")], made, "unbound", None),
        ("revoked", "a revoked key accepts no flat event", [key(DEMO, status="revoked")], made, "invalid", "key_revoked"),
        ("revoked-accepted", "nor one whose digest is accepted", [key(DEMO, status="revoked", accepted_event_ids=[digest_id])], made, "invalid", "key_revoked"),
        ("of-another-key", "of several keys one that verifies is enough", [key(twin), key(DEMO), key(third)], made, "unbound", None),
        ("furthest", "else the one that got furthest", [key(twin, **no_role), key(DEMO)], flipped_one, "invalid", "signature_invalid"),
        ("tie-smallest", "of several the smallest code", [key(twin, **no_role), key(DEMO, status="revoked")], made, "invalid", "key_revoked"),
        ("tie-smallest-other", "whichever key has it", [key(twin, status="revoked"), key(DEMO, **no_role)], made, "invalid", "key_revoked"),
        ("role-before-form", "the key's event types before the spelling of the signature", [key(DEMO, **no_role)], short, "invalid", "key_role"),
        ("form-beside-role", "the spelling is further than the event types", [key(twin, **no_role), key(DEMO)], short, "invalid", "encoding"),
        ("unknown", "a key of unknown format", [key(DEMO, event_formats=["integrity-1", "unknown"])], made, "unbound", None),
        ("unknown-flipped", "under one nothing is invalid, and the code stays", [key(DEMO, event_formats=["integrity-1", "unknown"])], flipped_one, "unbound", "signature_invalid"),
        ("unknown-role", "nor a right that is missing", [key(DEMO, event_formats=["pithbundle-event-1", "integrity-1", "unknown"], **no_role)], made, "unbound", "key_role"),
        ("unknown-of-another", "one key of the key_id that lists unknown is enough", [key(DEMO), key(twin, event_formats=["integrity-1", "unknown"])], flipped_one, "unbound", "signature_invalid"),
        ("unknown-subject", "nor a subject", [key(DEMO, event_formats=["integrity-1", "unknown"])], changed(made, ("payload", "arxiv_id"), "x"), "unbound", "subject"),
        ("unknown-unsigned", "a missing signature is reported", [key(DEMO, event_formats=["integrity-1", "unknown"])], without(made, ("signature_b64",)), "not_signed", None),
        ("unknown-malformed", "nor a form", [key(DEMO, event_formats=["integrity-1", "unknown"])], changed(made, ("created_at",), "x"), "unbound", "time"),
        ("other-format", "a key that does not list the format", [policy_key(DEMO), key(twin, key_id="x")], made, "unknown_format", None),
        ("other-format-beside", "only those that list it are candidates", [policy_key(DEMO), key(twin)], made, "invalid", "signature_invalid"),
        ("unknown-alone", "nor one that lists unknown alone", [key(DEMO, event_formats=["unknown"]), key(twin, key_id="x")], made, "unknown_format", None),
        ("unknown-digest", "nor a digest of another form", [key(DEMO, event_formats=["integrity-1", "unknown"])], changed(made, ("payload_sha256",), "x"), "unbound", "encoding"),
    ):  # fmt: skip
        file.parts[f"policy-{name}"] = as_text(to_json(policy(*keys)))
        listed = (
            (
                event_["payload_sha256"]
                if code not in ("time", "encoding") or name == "form-beside-role"
                else None
            )
            if verdict != "unknown_format"
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
