# ruff: noqa: E501  (tables: one vector, one row)
"""Stage event: one element at a time, well-formed or not, under every event rule."""

from __future__ import annotations

from typing import Any, Final

from forge import Json, attached, event, event_id, flat_event, payloads, policy_key, sign, to_json
from forge.core import signature_member, signed_bytes
from forge.tamper import anonymous, changed, decorated, without
from pithbundle.rules import RULES
from vectorgen.core import Bytes, File, as_text, joined, part, repeated, text
from vectorgen.house import CREATED, DEMO, POLICY, RECORD, args, bundle_of, copy, element, parts
from vectorgen.numbers import NOT_TIMES, TIMES

ALIAS: Final = payloads.alias_added("example", "x")


def alias(name: str, when: str = CREATED, **extra: Any) -> Json:
    """A sound event, its own for each name."""
    return attached(DEMO, RECORD, "alias_added", payloads.alias_added("example", name), when, **extra)


BASE: Final = alias("base")

#: name, comment, clauses, event, verdict, unsigned pointers.
GOOD: Final[tuple[tuple[str, str, str, Json, str, tuple[str, ...]], ...]] = (
    ("base", "every member, sound", "EVT-1 EVT-3 EVT-4 CHECK-10 SIG-1", BASE, "verified", ()),
    ("no-event-id", "the id may be absent", "EVT-1 CHECK-3", alias("no-event-id", with_id=False), "verified", ()),
    ("member-order", "the order of members does not matter", "EVT-4 CANON-1", dict(reversed(alias("order").items())), "verified", ()),
    ("unknown-type", "another type is valid, and not of the merge rules", "CHECK-10 EVT-1",
     event(DEMO, RECORD, "peer_review", "record", {"score": 1}, CREATED), "unknown_type", ()),
    ("near-type-space", "a type is compared exactly", "CHECK-10", event(DEMO, RECORD, "record_created ", "record", {}, CREATED), "unknown_type", ()),
    ("near-type-case", "in its case too", "CHECK-10", event(DEMO, RECORD, "Alias_added", "record", ALIAS, CREATED), "unknown_type", ()),
    ("near-type-zero-width", "and to the invisible", "CHECK-10", event(DEMO, RECORD, "alias_added\u200b", "record", ALIAS, CREATED), "unknown_type", ()),
    ("type-empty", "any text is a type", "EVT-1 CHECK-10", event(DEMO, RECORD, "", "record", {}, CREATED), "unknown_type", ()),
    ("type-proto", "a type named __proto__", "CHECK-10", event(DEMO, RECORD, "__proto__", "record", {}, CREATED), "unknown_type", ()),
    ("type-constructor", "a type named constructor", "CHECK-10", event(DEMO, RECORD, "constructor", "record", {}, CREATED), "unknown_type", ()),
    ("type-to-string", "a type named toString", "CHECK-10", event(DEMO, RECORD, "toString", "record", {}, CREATED), "unknown_type", ()),
    ("empty-payload", "a payload may be empty: that it does not fit is merge's to say", "EVT-1 CHECK-10 CHECK-12",
     event(DEMO, RECORD, "alias_added", "record", {}, CREATED), "verified", ()),
    ("any-target", "any text is a target", "EVT-1", event(DEMO, RECORD, "alias_added", "moon", ALIAS, CREATED), "verified", ()),
    ("extra-member", "an unknown member is in the body and signed", "EVT-3 DATA-9", alias("extra", extra={"future": {"x": [1, 0.5]}}), "verified", ()),
    ("extra-proto", "a member named __proto__ is in the body", "EVT-3 CANON-1", alias("proto", extra={"__proto__": {"event_type": "x"}}), "verified", ()),
    ("extra-numeric", "members 10 and 9 sort as texts", "EVT-3 CANON-1", alias("numeric", extra={"10": 1, "9": 2}), "verified", ()),
    ("payload-numeric", "in the payload too", "EVT-4 CANON-1",
     attached(DEMO, RECORD, "alias_added", {**ALIAS, "9": 1, "10": 2, "constructor": {"__proto__": 0}}, CREATED), "verified", ()),
    ("payload-utf16", "texts that sort differently in UTF-16 stand as they are", "EVT-4 CANON-1",
     attached(DEMO, RECORD, "alias_added", {**ALIAS, "note": "\U00010000\uff5e", "list": ["\uff5e", "\U00010000"]}, CREATED), "verified", ()),
    ("signer-extra", "an unknown member of the signer is in the body", "EVT-3",
     sign({**BASE, "signer": {**DEMO.described(), "site": "x"}}, DEMO), "verified", ()),
    ("signer-type-any", "the signer's type is any text", "EVT-1", sign({**BASE, "signer": {**DEMO.described(), "signer_type": ""}}, DEMO), "verified", ()),
    ("signature-extra", "an unsigned member beside the signature's four is dropped and named", "EVT-5",
     decorated(alias("signature-extra")), "verified", ("/signature/verified",)),
    ("signature-extras", "several, and a name that a pointer escapes", "EVT-5 ERR-1",
     changed(changed(alias("signature-extras"), ("signature", "a/b"), 1), ("signature", "~"), {}), "verified", ("/signature/a~1b", "/signature/~0")),
    ("year-id", "the year of the arXiv id may stand for that of the submission", "CHECK-4 NUM-3", alias("subject"), "verified", ()),
)  # fmt: skip


def verdicts() -> File:
    """Sound events."""
    file = File(
        "event", "sound", "Events that are well-formed and validly signed, each alone in a bundle.", parts()
    )
    for name, about, clauses, made, verdict, unsigned in GOOD:
        if name != "year-id":
            file.accept(
                name, about, clauses, "check", args(made), copies=[copy(0, made, verdict, None, unsigned)]
            )
    for name, about, said in TIMES:
        made = alias(f"time-{name}", said)
        file.accept(
            f"time-{name}", about, "EVT-2 TIME-1", "check", args(made), copies=[copy(0, made, "verified")]
        )
    bare = without(alias("bare"), ("signature",))
    file.add("signature-absent", "no signature", "EVT-1 CHECK-2", "check", args(bare),
             {"ok": {"copies": [copy(0, bare, "not_signed")]}}, "base")  # fmt: skip
    null = changed(alias("null"), ("signature",), None)
    file.add("signature-null", "null is no signature", "EVT-1 CHECK-2", "check", args(null),
             {"ok": {"copies": [copy(0, null, "not_signed")]}}, "base")  # fmt: skip
    respelt = alias("respelt")
    respelt["signature"]["Algorithm"] = respelt["signature"].pop("algorithm")
    file.add("signature-extra-in-place", "four members of which one is another: it is named too", "EVT-5 CHECK-7", "check", args(respelt),
             {"ok": {"copies": [copy(0, respelt, "invalid", "algorithm", ("/signature/Algorithm",))]}}, "signature-extra")  # fmt: skip
    return file


#: A value of each JSON type, by the name of the type.
OF_TYPE: Final[dict[str, Any]] = {
    "null": None, "true": True, "number": 1, "float": 0.5, "text": "x", "array": [], "object": {},
}  # fmt: skip
#: Member and the types that it may have.
MEMBERS: Final = (
    (("created_at",), ("text",)),
    (("event_id",), ("text",)),
    (("event_type",), ("text",)),
    (("payload",), ("object",)),
    (("signature",), ("object", "null")),
    (("signature", "key_id"), ("text",)),
    (("signature", "kind"), ()),
    (("signature", "signature_b64"), ("text",)),
    (("signer",), ("object",)),
    (("signer", "key_id"), ("text",)),
    (("signer", "public_key_fingerprint"), ("text",)),
    (("signer", "signer_id"), ("text",)),
    (("signer", "signer_type"), ("text",)),
    (("subject_pith_number",), ("text",)),
    (("target",), ("text",)),
)


def malformed() -> File:
    """Elements that are no event."""
    file = File(
        "event",
        "malformed",
        "Elements that are no event: invalid, with the fault's code, listed by place.",
        parts(),
    )
    file.accept("base", "a sound event", "CHECK-1 EVT-1", "check", args(BASE), copies=[copy(0, BASE, "verified")], events=[
        {"event_id": event_id(BASE), "verdict": "verified", "code": None}])  # fmt: skip

    def refuse(name: str, about: str, clauses: str, made: Json | str, code: str) -> None:
        told = {"copies": [copy(0, None, "invalid", code)], "events": []}
        file.add(name, about, f"CHECK-1 {clauses}", "check", args(made), {"ok": told}, "base")

    for path, allowed in MEMBERS:
        label = "-".join(path).replace("_", "-")
        for kind, value in OF_TYPE.items():
            if kind not in allowed and kind != "float":
                refuse(
                    f"{label}-{kind}",
                    f"{'.'.join(path)} of another type",
                    "EVT-1",
                    changed(BASE, path, value),
                    "type",
                )
        if path not in (("event_id",), ("signature",)):
            refuse(f"{label}-missing", f"{'.'.join(path)} is required", "EVT-1", without(BASE, path), "type")
    refuse(
        "kind-receipt",
        "a receipt's signature is none of an event",
        "EVT-1",
        changed(BASE, ("signature", "kind"), "pith_receipt"),
        "type",
    )
    for name, made in OF_TYPE.items():
        if name != "object":
            refuse(f"element-{name}", "an element is an object", "EVT-6", to_json(made).decode(), "type")
    refuse("element-empty", "an object without members", "EVT-1 EVT-6", "{}", "type")
    refuse("element-record", "a record is no event", "EVT-6 REC-4", RECORD, "type")
    refuse(
        "element-bundle",
        "a bundle is no event",
        "EVT-6",
        {"bundle_type": "pith_open_graph_bundle", "events": []},
        "type",
    )
    for name, about, said, _ in NOT_TIMES:
        refuse(f"time-{name}", about, "EVT-2 TIME-1", changed(BASE, ("created_at",), said), "time")

    whole = to_json(BASE).decode()
    for name, about, clauses, source, code in (
        ("minus-zero", "a number in another form", "DATA-3", "-0", "number_form"),
        ("whole-float", "a whole float", "DATA-3", "1.0", "number_form"),
        ("exponent", "an exponent", "DATA-3", "1e2", "number_form"),
        ("large", "an integer beyond 2^53 - 1", "DATA-2", "9007199254740992", "number_range"),
        ("huge", "a number beyond a double", "DATA-2", "1e400", "number_range"),
        ("nan", "not a number", "DATA-4", "NaN", "number_nonfinite"),
        ("infinity", "an infinity", "DATA-4", "-Infinity", "number_nonfinite"),
        ("surrogate", "a lone surrogate", "DATA-5", '"\\ud800"', "surrogate"),
        ("nul", "U+0000", "DATA-6", '"\\u0000"', "string"),
        ("non-character", "a non-character", "DATA-6", '"\\uffff"', "string"),
        ("key-high", "a key above U+D7FF", "DATA-7", '{"\\ue000":1}', "key"),
        ("key-long", "a key of 257 bytes", "DATA-7", '{"' + "k" * 257 + '":1}', "key"),
        ("duplicate", "one key twice", "DATA-8", '{"a":1,"a":2}', "duplicate_key"),
        ("deep-inside", "however deep", "DATA-3", "[[[{}, [-0]]]]", "number_form"),
    ):
        refuse(f"value-{name}", about, f"FAULT-3 {clauses}", whole[:-1] + f',"future":{source}}}', code)
    refuse(
        "duplicate-member",
        "a member of the event twice",
        "FAULT-3 DATA-8",
        whole[:-1] + ',"target":"graph"}',
        "duplicate_key",
    )
    refuse(
        "first-value-fault",
        "the first of two in one event",
        "FAULT-2 FAULT-3",
        whole[:-1] + ',"a":1.0,"b":NaN}',
        "number_form",
    )
    refuse(
        "in-not-an-object",
        "a value-level fault before that the element is no object",
        "EVT-6 FAULT-3",
        "1.0",
        "number_form",
    )

    # The order of the checks: two faults in one event.
    for name, about, made, code in (
        (
            "both-before-members",
            "both spellings before members",
            {**without(BASE, ("created_at",)), "payload_sha256": "x"},
            "type",
        ),
        (
            "created-at-before-time",
            "types before the time",
            changed(changed(BASE, ("created_at",), "x"), ("target",), 1),
            "type",
        ),
        (
            "time-before-depth",
            "the time before depth",
            changed(changed(BASE, ("created_at",), "x"), ("future",), nested(24)),
            "time",
        ),
    ):
        refuse(f"order-{name}", about, "EVT-6", made, code)
    refuse("order-value-first", "a value-level fault before everything", "EVT-6 FAULT-3",
           to_json(without(BASE, ("target",))).decode()[:-1] + ',"future":1.0}', "number_form")  # fmt: skip
    return file


def nested(depth: int) -> list[Any]:
    """Arrays in arrays."""
    made: list[Any] = []
    for _ in range(depth - 1):
        made = [made]
    return made


def limits() -> File:
    """The limits of one event (LIM-6)."""
    file = File(
        "event",
        "limits",
        "Events at a limit and one over it. The rules hold for all, whatever the limits of inputs.",
        parts(),
    )

    def check(name: str, about: str, made: Json, spelt: Bytes, verdict: str, code: str | None = None) -> None:
        data = joined(part("frame"), spelt, text("]}"))
        told = copy(0, made if code is None else None, verdict, code)
        control = None if code is None else name.replace("-over", "")
        file.add(name, about, "LIM-6 CHECK-1", "check", {"data": data, "policy": part("policy"), "format": None},
                 {"ok": {"copies": [told]}}, control)  # fmt: skip

    def filled(name: str, filler: str, unit: str, times: int) -> tuple[Json, Bytes]:
        made = alias(name, extra={"filler": filler})
        before, _, after = to_json(made).decode().partition(filler)
        return made, joined(text(before), repeated(unit, times), text(after))

    room = 262_144 - len(signed_bytes({**alias("size"), "filler": ""}, RULES["event-full-bytes"]))
    check("size", "262,144 canonical bytes", *filled("size", "f" * room, "f", room), "verified")
    check(
        "size-over",
        "one byte more",
        *filled("size", "f" * (room + 1), "f", room + 1),
        "invalid",
        "event_size",
    )
    odd = 262_144 - len(signed_bytes({**alias("bytes"), "filler": ""}, RULES["event-full-bytes"]))
    times = odd // 2
    check(
        "size-in-bytes",
        "counted in UTF-8 bytes",
        *filled("bytes", "\u00e9" * times, "\u00e9", times),
        "verified",
    )
    check(
        "size-in-bytes-over",
        "one character more",
        *filled("bytes", "\u00e9" * (times + 1), "\u00e9", times + 1),
        "invalid",
        "event_size",
    )

    # The event itself is the first level, the array the second.
    for name, about, depth, code in (
        ("depth", "24 levels", 23, None),
        ("depth-over", "25 levels", 24, "depth"),
    ):
        made = alias("depth", extra={"deep": nested(depth)})
        check(name, about, made, element(made), "verified" if code is None else "invalid", code)
    made = alias("depth-signature")
    deep = changed(made, ("signature", "deep"), nested(40))
    file.add("depth-in-signature", "the signature and the id are not measured", "LIM-6 EVT-5 LIM-2", "check",
             args(deep), {"ok": {"copies": [copy(0, deep, "verified", None, ["/signature/deep"])]}})  # fmt: skip

    base = alias("nodes", extra={"list": []})
    # The event, its members and those of payload and signer, without id and signature.
    count = 1 + 7 + len(base["payload"]) + len(base["signer"])
    for name, about, over, code in (
        ("nodes", "20,000 values", 0, None),
        ("nodes-over", "one more", 1, "nodes"),
    ):
        items = 20_000 - count + over
        made = alias("nodes", extra={"list": [0] * items})
        before, _, after = to_json(made).decode().partition("[" + "0," * (items - 1) + "0]")
        spelt = joined(text(before + "["), repeated("0,", items - 1), text("0]" + after))
        check(name, about, made, spelt, "verified" if code is None else "invalid", code)
    both = alias("both", extra={"deep": nested(24), "filler": "f" * 300_000})
    spelt_before, _, spelt_after = to_json(both).decode().partition("f" * 300_000)
    check("depth-over-before-size", "depth before size", both,
          joined(text(spelt_before), repeated("f", 300_000), text(spelt_after)), "invalid", "depth")  # fmt: skip
    file.vectors[-1]["control"] = file.ident("depth")
    return file


def rules() -> File:
    """Every event rule of the family."""
    file = File(
        "event", "rules", "The same event under each event rule, with a policy whose key names that rule."
    )
    for name, rule in RULES.items():
        stated = {**POLICY, "keys": [policy_key(DEMO, event_rule=name)]}
        made = attached(
            DEMO, RECORD, "alias_added", payloads.alias_added("example", "rule"), CREATED, rule=rule
        )
        binds = not rule.payload_only and "created_at" not in rule.left_out
        left = [
            m
            for m in made
            if m not in ("event_id", "signature")
            and (m in rule.left_out or (rule.payload_only and m != "payload"))
        ]
        told = {
            **copy(0, made, "verified" if binds else "unbound", None, [f"/{m}" for m in left]),
            "event_id": made["event_id"],
        }
        whole = {"frame": parts()["frame"], f"policy-{name}": as_text(to_json(stated))}
        file.parts.update(whole)

        def check(label: str, about: str, clauses: str, event_: Json, expect: Json, control: str | None,
                  policy_part: str = f"policy-{name}") -> None:  # fmt: skip
            arguments = {"data": bundle_of(event_), "policy": part(policy_part), "format": None}
            file.add(label, about, clauses, "check", arguments, {"ok": {"copies": [expect]}}, control)

        clauses = "RULE-1 RULE-2 RULE-5" + ("" if binds else " RULE-3") + (" RULE-4 EVT-5" if left else "")
        check(
            name, "id and signature are made by this rule", clauses, made, told, None if binds else "event-v1"
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
                # The stated id is another: it goes on with the stated digest, which verifies where a digest is signed.
                word = "unbound" if rule.signed == "digest" else "invalid"
                expect = {**copy(0, under_v1, word, "hash_mismatch"), "event_id": id_here,
                          "unsigned": sorted(f"/{m}" for m in left)}  # fmt: skip
            check(f"{name}-of-event-v1", "an event made by event-v1 is another event under this rule", "RULE-1 RULE-2 CHECK-3",
                  under_v1, expect, name if binds else "event-v1")  # fmt: skip
    unsigned_rule = {**BASE, "event_rule": "event-payload-digest"}
    file.parts["policy"] = parts()["policy"]
    arguments = {"data": bundle_of(unsigned_rule), "policy": part("policy"), "format": None}
    file.add("rule-in-event", "a rule stated by the event chooses nothing", "RULE-1", "check", arguments,
             {"ok": {"copies": [copy(0, unsigned_rule, "unbound", "hash_mismatch")]}}, "event-v1")  # fmt: skip
    return file


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

    def told(verdict: str, code: str | None, event_: Json, named: bool = True) -> Json:
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
        file.add(name, about, f"EVT-7 {clauses}".strip(), "check", args(event_), {"ok": {"copies": [told(verdict, code, event_, named)]}},
                 None if name == "unbound" else "unbound")  # fmt: skip

    check(
        "unbound",
        "its signature verifies over the stated digest; that is all that is known",
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
    check("no-signature", "no signature", "CHECK-2", without(made, ("signature_b64",)), "not_signed", None)
    check(
        "null-signature",
        "null is no signature",
        "CHECK-2",
        changed(made, ("signature_b64",), None),
        "not_signed",
        None,
    )
    check(
        "digest-upper",
        "64 lower-case digits",
        "TEXT-2",
        changed(made, ("payload_sha256",), made["payload_sha256"].upper()),
        "invalid",
        "encoding",
        named=False,
    )
    check(
        "digest-short",
        "64 digits",
        "TEXT-2",
        changed(made, ("payload_sha256",), "ab"),
        "invalid",
        "encoding",
        named=False,
    )
    check(
        "digest-other",
        "another digest than the signed one",
        "CHECK-9",
        changed(made, ("payload_sha256",), "0" * 64),
        "invalid",
        "signature_invalid",
    )
    check(
        "arxiv-id-other",
        "of another record",
        "",
        changed(made, ("payload", "arxiv_id"), "2304.01373"),
        "invalid",
        "subject",
    )
    check(
        "arxiv-id-missing", "of no record", "", without(made, ("payload", "arxiv_id")), "invalid", "subject"
    )
    check(
        "arxiv-id-number",
        "by exact type",
        "",
        changed(made, ("payload", "arxiv_id"), 1),
        "invalid",
        "subject",
    )
    check(
        "key-unknown",
        "no key of this id",
        "CHECK-5",
        changed(made, ("signing_key_id",), "other"),
        "unknown_key",
        "key_unknown",
    )
    check(
        "signature-flipped",
        "another signature",
        "CHECK-9",
        changed(made, ("signature_b64",), "A" * 86 + "=="),
        "invalid",
        "signature_invalid",
    )
    check(
        "signature-unpadded",
        "one spelling",
        "CHECK-8",
        changed(made, ("signature_b64",), made["signature_b64"][:-2]),
        "invalid",
        "encoding",
    )
    for name, path, value in (
        ("id-text", ("event_id",), "7001"), ("id-true", ("event_id",), True), ("id-null", ("event_id",), None),
        ("type-null", ("event_type",), None), ("created-at-null", ("created_at",), None), ("payload-null", ("payload",), None),
        ("digest-null", ("payload_sha256",), None), ("digest-number", ("payload_sha256",), 1), ("key-id-null", ("signing_key_id",), None),
        ("signature-number", ("signature_b64",), 1), ("payload-array", ("payload",), []),
    ):  # fmt: skip
        check(
            name,
            "a member of another type",
            "CHECK-1",
            changed(made, path, value),
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
        check(
            f"both-{name.replace('_', '-')}",
            "of both spellings",
            "EVT-6",
            {**made, name: None},
            "invalid",
            "type",
            named=False,
        )
    for name in ("payload_sha256", "signature_b64", "signing_key_id"):
        mixed = {**BASE, name: "x"}
        file.add(f"envelope-{name.replace('_', '-')}", "of both spellings", "EVT-7 EVT-6", "check", args(mixed),
                 {"ok": {"copies": [copy(0, None, "invalid", "type")]}}, "event/sound/base")  # fmt: skip
    return file


def resigned() -> File:
    """What the signature covers: everything in the body, and nothing else."""
    file = File(
        "event",
        "covered",
        "One member changed after signing, the id left out: the signature decides.",
        parts(),
    )
    made = anonymous(alias("covered", extra={"future": 1}))
    file.accept(
        "base", "nothing changed", "EVT-3 EVT-4", "check", args(made), copies=[copy(0, made, "verified")]
    )
    for path, value in (
        (("target",), "graph"), (("created_at",), "2026-05-18T01:39:14+00:00"), (("event_type",), "citation"),
        (("payload", "alias_value"), "y"), (("payload", "more"), None), (("signer", "signer_type"), "author"),
        (("signer", "more"), 1), (("future",), 2), (("future",), 0.5), (("more",), {}),
    ):  # fmt: skip
        spoilt = changed(made, path, value)
        name = "-".join(path).replace("_", "-") + ("-half" if value == 0.5 else "")
        file.add(name, f"{'.'.join(path)} is signed", "EVT-3 EVT-4 CHECK-9", "check", args(spoilt),
                 {"ok": {"copies": [copy(0, spoilt, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    less = without(made, ("future",))
    file.add("without-future", "an unknown member is signed", "EVT-3 CHECK-9", "check", args(less),
             {"ok": {"copies": [copy(0, less, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    for name, form in (("hex", "event-full-hex"), ("id", "event-full-id"), ("bytes", "event-full-bytes")):
        other = {**made, "signature": signature_member(DEMO, signed_bytes(made, RULES[form]))}
        file.add(f"signed-{name}", "event-v1 signs the raw 32 bytes", "EVT-4 RULE-2 SIG-1", "check", args(other),
                 {"ok": {"copies": [copy(0, other, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [verdicts(), malformed(), limits(), rules(), flat(), resigned()]
