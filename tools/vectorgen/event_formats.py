# ruff: noqa: E501  (tables: one vector, one row)
"""Stage event: event formats, and keys whose format is unknown (RULE-1 to RULE-3, CHECK-13)."""

from __future__ import annotations

from kit import (
    Json,
    Signer,
    attached,
    event,
    event_id,
    payloads,
    policy,
    policy_key,
    to_json,
)
from kit.tampered import anonymous, changed, decorated, without
from pithbundle.bundle.event_formats import EVENT_FORMATS
from vectorgen.events import ALIAS, BASE, alias, nested
from vectorgen.fixtures import (
    CREATED,
    DEMO,
    POLICY,
    RECORD,
    args,
    bundle_of,
    copy,
    parts,
)
from vectorgen.vector_file import File, as_text, part


def rules() -> File:
    """Every event format of the family."""
    file = File(
        "event",
        "formats",
        "The same event under each event format, with a policy whose key lists that format.",
    )
    for name, rule in EVENT_FORMATS.items():
        claimed = {**POLICY, "keys": [policy_key(DEMO, event_formats=[name])]}
        made = attached(
            DEMO, RECORD, "alias_added", payloads.alias_added("example", "rule"), CREATED, rule=rule
        )
        binds = name == "event-v1" or name.startswith("event-full-")
        left = [
            m
            for m in made
            if m not in ("event_id", "signature")
            and (m in rule.excluded or (rule.payload_only and m != "payload"))
        ]
        reported = {
            **copy(0, made, "verified" if binds else "unbound", None, [f"/{m}" for m in left]),
            "event_id": made["event_id"],
        }
        whole = {"frame": parts()["frame"], f"policy-{name}": as_text(to_json(claimed))}
        file.parts.update(whole)

        def check(label: str, about: str, clauses: str, event_: Json, expect: Json, control: str | None,
                  policy_part: str = f"policy-{name}") -> None:  # fmt: skip
            arguments = {"data": bundle_of(event_), "policy": part(policy_part), "format": None}
            file.add(label, about, clauses, "check", arguments, {"ok": {"elements": [expect]}}, control)

        clauses = "RULE-1 RULE-2 RULE-5" + ("" if binds else " RULE-3") + (" RULE-4 EVT-5" if left else "")
        check(
            name,
            "id and signature are made by this format",
            clauses,
            made,
            reported,
            None if binds else "event-v1",
        )
        if name != "event-v1":
            under_v1 = attached(DEMO, RECORD, "alias_added", payloads.alias_added("example", "v1"), CREATED)
            id_here = event_id(under_v1, rule)
            if id_here == event_id(under_v1):  # event-full-*: only what is signed differs
                expect = {
                    **copy(0, under_v1, "invalid", "signature_invalid"),
                    "unsigned": [f"/{m}" for m in left],
                }
            else:
                expect = {**copy(0, under_v1, "invalid", "hash_mismatch"), "event_id": id_here,
                          "unsigned": sorted(f"/{m}" for m in left)}  # fmt: skip
            check(f"{name}-of-event-v1", "an event made by event-v1 is another event under this format", "RULE-1 RULE-2 CHECK-3",
                  under_v1, expect, name if binds else "event-v1")  # fmt: skip
    loose = EVENT_FORMATS["event-no-time-digest"]
    strange = event(DEMO, RECORD, "peer_review", "record", {}, CREATED, rule=loose)
    file.add("unknown-type-without-time", "a type of no rules, in a format that does not bind", "RULE-3 CHECK-10", "check",
             {"data": bundle_of(strange), "policy": part("policy-event-no-time-digest"), "format": None},
             {"ok": {"elements": [{**copy(0, strange, "unbound", None, ["/created_at"]), "event_id": strange["event_id"]}]}}, "event-v1")  # fmt: skip
    unsigned_rule = {**BASE, "event_formats": ["event-payload-digest"]}
    file.parts["policy"] = parts()["policy"]
    arguments = {"data": bundle_of(unsigned_rule), "policy": part("policy"), "format": None}
    file.add("format-in-event", "a format named by the event selects nothing", "RULE-1", "check", arguments,
             {"ok": {"elements": [copy(0, unsigned_rule, "invalid", "hash_mismatch")]}}, "event-v1")  # fmt: skip
    _read_as_v1(file)
    return file


def _read_as_v1(file: File) -> None:
    """What fails CHECK-5 is read as event-v1, whatever format other keys of the signer list (RULE-1)."""
    made = alias("of no key")
    for name, about, tampered in (
        ("other-key-id", "another key_id of a known signer", changed(changed(made, ("signer", "key_id"), "x"), ("signature", "key_id"), "x")),
        ("other-fingerprint", "another fingerprint of a known name", changed(made, ("signer", "public_key_fingerprint"), "0" * 32)),
        ("other-signature-key", "another key_id in the signature", changed(made, ("signature", "key_id"), "x")),
        ("other-signer", "another signer of a known key_id", changed(made, ("signer", "signer_id"), "x")),
    ):  # fmt: skip
        for form in ("event-payload-digest", "unknown"):
            label = f"policy-read-{form}"
            file.parts[label] = as_text(to_json({**POLICY, "keys": [policy_key(DEMO, event_formats=[form])]}))
            arguments = {"data": bundle_of(tampered), "policy": part(label), "format": None}
            # The id is that of event-v1, of which the signer is a part.
            file.add(f"{name}-beside-{form}", f"{about}: read as event-v1", "RULE-1 CHECK-5", "check", arguments,
                     {"ok": {"elements": [copy(0, tampered, "unknown_key", "key_unknown")]}}, "event-v1")  # fmt: skip


def unknown() -> File:
    """Keys whose format is unknown (CHECK-13)."""
    file = File(
        "event",
        "unknown",
        "Elements that name a key whose event format is unknown, alone or beside another.",
        parts(),
    )
    twin = Signer(100, DEMO.signer_id, DEMO.key_id)
    policies = {
        "alone": policy(policy_key(DEMO, event_formats=["unknown"])),
        "beside": policy(policy_key(DEMO, event_formats=["event-v1", "unknown"])),
        "beside-payload": policy(policy_key(DEMO, event_formats=["event-payload-digest", "unknown"])),
        "two": policy(policy_key(DEMO, event_formats=["unknown"]), policy_key(twin)),
        "two-unknown": policy(
            policy_key(DEMO, event_formats=["unknown"]), policy_key(twin, event_formats=["unknown"])
        ),
        "types": policy(
            policy_key(DEMO, event_formats=["unknown"], event_types=["citation"], status="revoked")
        ),
        "beside-types": policy(
            policy_key(DEMO, event_formats=["event-v1", "unknown"], event_types=["citation"])
        ),
        "beside-revoked": policy(policy_key(DEMO, event_formats=["event-v1", "unknown"], status="revoked")),
    }
    for name, claimed in policies.items():
        file.parts[f"policy-{name}"] = as_text(to_json(claimed))
    file.accept(
        "base",
        "under a key of event-v1",
        "CHECK-10",
        "check",
        args(BASE),
        elements=[copy(0, BASE, "verified")],
    )

    def check(name: str, about: str, keys: str, made: Json | str, verdict: str, code: str | None = None, *,
              event_id_: str | None = None, unsigned: tuple[str, ...] = (), clauses: str = "") -> None:  # fmt: skip
        reported = {
            "pointer": "/events/0",
            "event_id": event_id_,
            "verdict": verdict,
            "code": code,
            "unsigned": list(unsigned),
        }
        file.add(f"{keys}-{name}", about, f"CHECK-13 RULE-1 {clauses}".strip(), "check",
                 {"data": bundle_of(made), "policy": part(f"policy-{keys}"), "format": None},
                 {"ok": {"elements": [reported], "receipts": []}}, None if verdict == "verified" else "base")  # fmt: skip

    malformed_ones: tuple[tuple[str, Json, str | None], ...] = (
        ("no-target", without(BASE, ("target",)), "type"),
        ("time", changed(BASE, ("created_at",), "never"), "time"),
        ("time-number", changed(BASE, ("created_at",), 1779070754), "type"),
        ("both-spellings", {**BASE, "payload_sha256": "ab" * 32}, "type"),
        ("depth", {**BASE, "deep": nested(24)}, "depth"),
        ("signature-string", changed(BASE, ("signature",), "x"), "type"),
        ("signature-kind", changed(BASE, ("signature", "kind"), "pith_receipt"), "type"),
        ("no-fingerprint", without(BASE, ("signer", "public_key_fingerprint")), "type"),
    )
    well_formed: tuple[tuple[str, Json, str | None], ...] = (
        ("altered", changed(BASE, ("payload", "alias_value"), "y"), "hash_mismatch"),
        ("id-of-another-form", changed(BASE, ("event_id",), "7001"), "encoding"),
        ("id-other", changed(BASE, ("event_id",), "sha256:" + "0" * 64), "hash_mismatch"),
        ("subject", alias("subject", subject="pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"), "subject"),
        ("algorithm", changed(BASE, ("signature", "algorithm"), "Ed25519"), "algorithm"),
        ("signature-encoding", changed(BASE, ("signature", "signature_b64"), "x"), "encoding"),
        ("signature-other", changed(anonymous(BASE), ("payload",), {}), "signature_invalid"),
        ("marked", decorated(BASE), None),
        ("unknown-type", event(DEMO, RECORD, "peer_review", "record", {}, CREATED), None),
    )
    for name, made, code in malformed_ones:
        check(name, "no form of an event is asked for", "alone", made, "unbound")
        check(name, "the code of event-v1 is kept", "beside", made, "unbound", code, clauses="CHECK-1")
    for name, made, code in (("base", BASE, None), *well_formed):
        check(name, "whatever its id and signature", "alone", made, "unbound")
        word = "unbound" if code else "unknown_type" if name == "unknown-type" else "verified"
        marked = ("/signature/verified",) if name == "marked" else ()
        check(
            name,
            "unbound in place of invalid; the code is kept",
            "beside",
            made,
            word,
            code,
            event_id_=event_id(made),
            unsigned=marked,
        )
    check("role", "no right is asked for", "types", BASE, "unbound")
    check(
        "role",
        "a right that is missing is a remark",
        "beside-types",
        BASE,
        "unbound",
        "key_role",
        event_id_=BASE["event_id"],
        clauses="CHECK-6",
    )
    check(
        "base",
        "a revocation is a remark",
        "beside-revoked",
        BASE,
        "unbound",
        "key_revoked",
        event_id_=BASE["event_id"],
        clauses="CHECK-6",
    )
    payload_rule = EVENT_FORMATS["event-payload-digest"]
    of_payload = attached(DEMO, RECORD, "alias_added", ALIAS, CREATED, rule=payload_rule)
    outside = tuple(f"/{name}" for name in sorted(of_payload.keys() - {"event_id", "signature", "payload"}))
    check("base", "a format that does not bind, beside unknown", "beside-payload", of_payload, "unbound", None,
          event_id_=of_payload["event_id"], unsigned=outside, clauses="RULE-3")  # fmt: skip
    for keys in ("alone", "beside"):
        gone = without(BASE, ("signature",))
        check(
            "unsigned",
            "a missing signature is reported",
            keys,
            gone,
            "not_signed",
            None,
            event_id_=None if keys == "alone" else BASE["event_id"],
            clauses="CHECK-2",
        )
        check(
            "unsigned-malformed",
            "of a malformed one too",
            keys,
            without(gone, ("target",)),
            "not_signed",
            None,
            clauses="CHECK-2",
        )
        other = changed(BASE, ("signature", "key_id"), "x")
        check("signature-key-other", "an unknown key is reported, and the element read as event-v1", keys, other, "unknown_key", "key_unknown",
              event_id_=event_id(other), clauses="CHECK-5")  # fmt: skip
        check(
            "signature-key-other-malformed",
            "of a malformed one too",
            keys,
            without(other, ("target",)),
            "unknown_key",
            "key_unknown",
            clauses="CHECK-5",
        )
        check(
            "value-fault",
            "in a value-level fault no key was read",
            keys,
            to_json(BASE).decode()[:-1] + ',"x":1.0}',
            "invalid",
            "number_form",
            clauses="FAULT-3",
        )
    nameless = without(BASE, ("signer", "public_key_fingerprint"))
    check(
        "no-fingerprint",
        "one of two candidate keys lists unknown: the code of the other is kept",
        "two",
        nameless,
        "unbound",
        "type",
    )
    check("no-fingerprint", "all candidates list unknown alone", "two-unknown", nameless, "unbound")
    of_twin = attached(twin, RECORD, "alias_added", ALIAS, CREATED)
    check("base", "the fingerprint chooses the key of unknown format", "two", BASE, "unbound")
    check(
        "twin",
        "or the other",
        "two",
        of_twin,
        "verified",
        None,
        event_id_=of_twin["event_id"],
        clauses="CHECK-5 POL-6",
    )
    for name, made, verdict, code in (
        ("twin-malformed", without(of_twin, ("target",)), "invalid", "type"),
        ("malformed", without(BASE, ("target",)), "unbound", None),
    ):  # fmt: skip
        check(
            name,
            "of a malformed element too the fingerprint chooses the candidate",
            "two",
            made,
            verdict,
            code,
            clauses="CHECK-5 POL-6",
        )
    tampered = changed(of_twin, ("signature", "algorithm"), "x")
    check(
        "twin-algorithm",
        "of which nothing is tolerated",
        "two",
        tampered,
        "invalid",
        "algorithm",
        event_id_=of_twin["event_id"],
        clauses="CHECK-7",
    )
    return file


def files() -> list[File]:
    """The files of this module."""
    return [rules(), unknown()]
