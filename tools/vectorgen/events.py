# ruff: noqa: E501  (tables: one vector, one row)
"""Stage event: one element at a time, well-formed or not, under every event format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kit import (
    Json,
    Signer,
    attached,
    event,
    event_id,
    flat_event,
    payloads,
    policy,
    policy_key,
    sign,
    to_json,
)
from kit.signing import signature_member, signed_bytes
from kit.tampered import anonymous, changed, decorated, without
from pithbundle.bundle.event_formats import EVENT_FORMATS
from vectorgen.core import Bytes, File, as_text, joined, part, repeated, text
from vectorgen.house import (
    CREATED,
    DEMO,
    POLICY,
    RECORD,
    args,
    bundle_of,
    copy,
    decided,
    element,
    frame,
    parts,
)
from vectorgen.numbers import NOT_TIMES, TIMES

ALIAS: Final = payloads.alias_added("example", "x")


def alias(name: str, when: str = CREATED, **extra: Any) -> Json:
    """A sound event, its own for each name."""
    return attached(DEMO, RECORD, "alias_added", payloads.alias_added("example", name), when, **extra)


BASE: Final = alias("base")

#: name, comment, clauses, event, verdict, unsigned pointers.
GOOD: Final[tuple[tuple[str, str, str, Json, str, tuple[str, ...]], ...]] = (
    ("base", "every member, valid", "EVT-1 EVT-3 EVT-4 CHECK-10 SIG-1", BASE, "verified", ()),
    ("no-event-id", "the id may be absent", "EVT-1 CHECK-3", alias("no-event-id", with_id=False), "verified", ()),
    ("member-order", "the order of members does not matter", "EVT-4 CANON-1", dict(reversed(alias("order").items())), "verified", ()),
    ("unknown-type", "another type is valid, and not of the merge rules", "CHECK-10 EVT-1",
     event(DEMO, RECORD, "peer_review", "record", {"score": 1}, CREATED), "unknown_type", ()),
    ("near-type-space", "a type is compared exactly", "CHECK-10", event(DEMO, RECORD, "record_created ", "record", {}, CREATED), "unknown_type", ()),
    ("near-type-case", "in its case too", "CHECK-10", event(DEMO, RECORD, "Alias_added", "record", ALIAS, CREATED), "unknown_type", ()),
    ("near-type-zero-width", "and to the invisible", "CHECK-10", event(DEMO, RECORD, "alias_added\u200b", "record", ALIAS, CREATED), "unknown_type", ()),
    ("type-empty", "any string is a type", "EVT-1 CHECK-10", event(DEMO, RECORD, "", "record", {}, CREATED), "unknown_type", ()),
    ("type-proto", "a type named __proto__", "CHECK-10", event(DEMO, RECORD, "__proto__", "record", {}, CREATED), "unknown_type", ()),
    ("type-constructor", "a type named constructor", "CHECK-10", event(DEMO, RECORD, "constructor", "record", {}, CREATED), "unknown_type", ()),
    ("type-to-string", "a type named toString", "CHECK-10", event(DEMO, RECORD, "toString", "record", {}, CREATED), "unknown_type", ()),
    ("empty-payload", "a payload may be empty: the schema belongs to the merge", "EVT-1 CHECK-10 CHECK-12",
     event(DEMO, RECORD, "alias_added", "record", {}, CREATED), "verified", ()),
    ("any-target", "any string is a target", "EVT-1", event(DEMO, RECORD, "alias_added", "moon", ALIAS, CREATED), "verified", ()),
    ("extra-member", "an unknown member is in the body and signed", "EVT-3 DATA-9", alias("extra", extra={"future": {"x": [1, 0.5]}}), "verified", ()),
    ("extra-proto", "a member named __proto__ is in the body", "EVT-3 CANON-1", alias("proto", extra={"__proto__": {"event_type": "x"}}), "verified", ()),
    ("extra-numeric", "members 10 and 9 sort as strings", "EVT-3 CANON-1", alias("numeric", extra={"10": 1, "9": 2}), "verified", ()),
    ("payload-numeric", "in the payload too", "EVT-4 CANON-1",
     attached(DEMO, RECORD, "alias_added", {**ALIAS, "9": 1, "10": 2, "constructor": {"__proto__": 0}}, CREATED), "verified", ()),
    ("payload-utf16", "strings that sort differently in UTF-16 are unchanged", "EVT-4 CANON-1",
     attached(DEMO, RECORD, "alias_added", {**ALIAS, "note": "\U00010000\uff5e", "list": ["\uff5e", "\U00010000"]}, CREATED), "verified", ()),
    ("signer-extra", "an unknown member of the signer is in the body", "EVT-3",
     sign({**BASE, "signer": {**DEMO.described(), "site": "x"}}, DEMO), "verified", ()),
    ("signer-type-any", "the signer's type is any string", "EVT-1", sign({**BASE, "signer": {**DEMO.described(), "signer_type": ""}}, DEMO), "verified", ()),
    ("signature-extra", "an unsigned member beside the signature's four is dropped and named", "EVT-5",
     decorated(alias("signature-extra")), "verified", ("/signature/verified",)),
    ("signature-extras", "several, and a name that a pointer escapes", "EVT-5 ERR-1",
     changed(changed(alias("signature-extras"), ("signature", "a/b"), 1), ("signature", "~"), {}), "verified", ("/signature/a~1b", "/signature/~0")),
    ("year-id", "the year of the arXiv id may stand for that of the submission", "CHECK-4 NUM-3", alias("subject"), "verified", ()),
)  # fmt: skip


def verdicts() -> File:
    """Sound events."""
    file = File(
        "event", "valid", "Events that are well-formed and validly signed, each alone in a bundle.", parts()
    )
    for name, about, clauses, made, verdict, unsigned in GOOD:
        if name != "year-id":
            file.accept(
                name, about, clauses, "check", args(made), elements=[copy(0, made, verdict, None, unsigned)]
            )
    for name, about, said in TIMES:
        made = alias(f"time-{name}", said)
        file.accept(
            f"time-{name}", about, "EVT-2 TIME-1", "check", args(made), elements=[copy(0, made, "verified")]
        )
    bare = without(alias("bare"), ("signature",))
    file.add("signature-absent", "no signature", "EVT-1 CHECK-2", "check", args(bare),
             {"ok": {"elements": [copy(0, bare, "not_signed")]}}, "base")  # fmt: skip
    null = changed(alias("null"), ("signature",), None)
    file.add("signature-null", "null is no signature", "EVT-1 CHECK-2", "check", args(null),
             {"ok": {"elements": [copy(0, null, "not_signed")]}}, "base")  # fmt: skip
    respelt = alias("respelt")
    respelt["signature"]["Algorithm"] = respelt["signature"].pop("algorithm")
    file.add("signature-extra-in-place", "four members of which one is another: it is named too", "EVT-5 CHECK-7", "check", args(respelt),
             {"ok": {"elements": [copy(0, respelt, "invalid", "algorithm", ("/signature/Algorithm",))]}}, "signature-extra")  # fmt: skip
    return file


#: A value of each JSON type, by the name of the type.
OF_TYPE: Final[dict[str, Any]] = {
    "null": None, "true": True, "number": 1, "float": 0.5, "string": "x", "array": [], "object": {},
}  # fmt: skip
#: Member and the types that it may have.
MEMBERS: Final = (
    (("created_at",), ("string",)),
    (("event_id",), ("string",)),
    (("event_type",), ("string",)),
    (("payload",), ("object",)),
    (("signature",), ("object", "null")),
    (("signature", "key_id"), ("string",)),
    (("signature", "kind"), ()),
    (("signature", "signature_b64"), ("string",)),
    (("signer",), ("object",)),
    (("signer", "key_id"), ("string",)),
    (("signer", "public_key_fingerprint"), ("string",)),
    (("signer", "signer_id"), ("string",)),
    (("signer", "signer_type"), ("string",)),
    (("subject_pith_number",), ("string",)),
    (("target",), ("string",)),
)


def malformed() -> File:
    """Elements that are no event."""
    file = File(
        "event",
        "malformed",
        "Elements that are no event: invalid, with the fault's code, listed by pointer.",
        parts(),
    )
    file.accept("base", "a valid event", "CHECK-1 EVT-1", "check", args(BASE), elements=[copy(0, BASE, "verified")], events=[
        decided(BASE, "verified")])  # fmt: skip

    def refuse(
        name: str, about: str, clauses: str, made: Json | str, code: str | None, verdict: str = "invalid"
    ) -> None:
        told = {"elements": [copy(0, None, verdict, code)], "events": []}
        first = "CHECK-1" if verdict == "invalid" else "CHECK-5" if verdict == "unknown_key" else "CHECK-2"
        file.add(name, about, f"{first} {clauses}", "check", args(made), {"ok": told}, "base")

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
    refuse(
        "element-empty",
        "an object without members is not signed",
        "EVT-1 EVT-6",
        "{}",
        None,
        "not_signed",
    )
    refuse("element-record", "nor is a record", "EVT-6 REC-4", RECORD, None, "not_signed")
    refuse(
        "element-bundle",
        "nor is a bundle",
        "EVT-6",
        {"bundle_type": "pith_open_graph_bundle", "events": []},
        None,
        "not_signed",
    )
    refuse(
        "element-signature-alone",
        "an object with nothing but a signature",
        "EVT-1",
        {"signature": {}},
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
    refuse("order-value-before-key", "before the key too: nothing in it was read for certain", "EVT-6 FAULT-3",
           to_json(changed(BASE, ("signer", "signer_id"), "nobody")).decode()[:-1] + ',"future":1.0}', "number_form")  # fmt: skip
    refuse("order-value-before-signature", "and before a missing signature", "EVT-6 FAULT-3",
           to_json(without(BASE, ("signature",))).decode()[:-1] + ',"future":1.0}', "number_form")  # fmt: skip
    _members_in_order(refuse)
    _keys_first(refuse)
    return file


#: Required members in the order in which a missing one is reported (EVT-6), each with a wrong value.
IN_ORDER: Final = (
    ("created_at",), ("event_id",), ("event_type",), ("payload",), ("signature", "key_id"), ("signature", "kind"),
    ("signature", "signature_b64"), ("signer", "key_id"), ("signer", "public_key_fingerprint"), ("signer", "signer_id"),
    ("signer", "signer_type"), ("subject_pith_number",), ("target",),
)  # fmt: skip


def _members_in_order(refuse: Callable[..., None]) -> None:
    """All are ``type``: that there is one fault is shown, its order is for a reader of messages."""
    made = BASE
    for path in reversed(IN_ORDER):
        made = changed(made, path, 1)
    refuse("all-members-wrong", "every member of another type", "EVT-1 EVT-6", made, "type")
    refuse("member-before-time", "a member behind created_at in order, before the time", "EVT-6",
           changed(changed(BASE, ("created_at",), "never"), ("target",), None), "type")  # fmt: skip
    refuse("both-before-time", "both spellings before the time", "EVT-6 EVT-7",
           {**changed(BASE, ("created_at",), "never"), "payload_sha256": "x"}, "type")  # fmt: skip
    refuse("time-before-nodes", "the time before the value count", "EVT-6",
           changed(changed(BASE, ("created_at",), "never"), ("future",), [0] * 20_000), "time")  # fmt: skip


def _keys_first(refuse: Callable[..., None]) -> None:
    """CHECK-5 and CHECK-2 come before CHECK-1, on whatever the element is otherwise."""
    nobody = changed(BASE, ("signer", "signer_id"), "nobody")
    unsigned = without(BASE, ("signature",))
    broken: tuple[tuple[str, Callable[[Json], Json]], ...] = (
        ("no-target", lambda e: without(e, ("target",))),
        ("time", lambda e: changed(e, ("created_at",), "never")),
        ("payload-array", lambda e: changed(e, ("payload",), [])),
        ("both-spellings", lambda e: {**e, "payload_sha256": "x"}),
        ("depth", lambda e: {**e, "deep": nested(24)}),
        ("nodes", lambda e: {**e, "list": [0] * 20_000}),
        ("signer-type", lambda e: without(e, ("signer", "signer_type"))),
    )
    for name, spoil in broken:
        refuse(f"unknown-key-and-{name}", "the key is looked up before content is judged", "EVT-6", spoil(nobody),
               "key_unknown", "unknown_key")  # fmt: skip
        refuse(
            f"unsigned-and-{name}",
            "a missing signature is reported before the form",
            "EVT-6",
            spoil(unsigned),
            None,
            "not_signed",
        )
        refuse(f"unknown-key-unsigned-and-{name}", "the key first of all", "EVT-6", spoil(without(nobody, ("signature",))),
               "key_unknown", "unknown_key")  # fmt: skip
    for name, made, code, verdict in (
        ("null-signature-no-signer", {**without(BASE, ("signer",)), "signature": None}, None, "not_signed"),
        ("no-signer", without(BASE, ("signer",)), "type", "invalid"),
        ("no-signer-other-signature-key", changed(without(BASE, ("signer",)), ("signature", "key_id"), "x"), "type", "invalid"),
        ("no-signer-id-wrong-fingerprint", changed(without(BASE, ("signer", "signer_id")), ("signer", "public_key_fingerprint"), "x"), "type", "invalid"),
        ("key-id-number-other-signature-key", changed(changed(BASE, ("signer", "key_id"), 1), ("signature", "key_id"), "x"), "type", "invalid"),
        ("fingerprint-missing-signature-other", changed(without(BASE, ("signer", "public_key_fingerprint")), ("signature", "key_id"), "x"), "key_unknown", "unknown_key"),
        ("fingerprint-null", changed(BASE, ("signer", "public_key_fingerprint"), None), "type", "invalid"),
        ("fingerprint-null-of-nobody", changed(nobody, ("signer", "public_key_fingerprint"), None), "key_unknown", "unknown_key"),
        ("fingerprint-other-no-target", changed(without(BASE, ("target",)), ("signer", "public_key_fingerprint"), "x"), "key_unknown", "unknown_key"),
        ("signature-key-other-no-target", changed(without(BASE, ("target",)), ("signature", "key_id"), "x"), "key_unknown", "unknown_key"),
        ("signature-key-other-kind-other", changed(changed(BASE, ("signature", "kind"), "x"), ("signature", "key_id"), "x"), "key_unknown", "unknown_key"),
        ("signature-string-of-nobody", changed(nobody, ("signature",), "x"), "key_unknown", "unknown_key"),
        ("signature-key-number", changed(BASE, ("signature", "key_id"), 1), "type", "invalid"),
    ):  # fmt: skip
        refuse(
            f"named-{name}",
            "what a malformed element claims of its key, and the verdict",
            "EVT-1 EVT-6",
            made,
            code,
            verdict,
        )


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

    def check(name: str, about: str, made: Json, spelt: Bytes, verdict: str, code: str | None = None,
              control: str | None = None) -> None:  # fmt: skip
        data = joined(part("frame"), spelt, text("]}"))
        told = copy(0, made if code is None else None, verdict, code)
        if code is not None and control is None:
            control = name.replace("-over", "")
        file.add(name, about, "LIM-6 CHECK-1" if control is None or control == name.replace("-over", "") else "LIM-6 EVT-6 CHECK-1", "check", {"data": data, "policy": part("policy"), "format": None},
                 {"ok": {"elements": [told]}}, control)  # fmt: skip

    def filled(name: str, filler: str, unit: str, times: int) -> tuple[Json, Bytes]:
        made = alias(name, extra={"filler": filler})
        before, _, after = to_json(made).decode().partition(filler)
        return made, joined(text(before), repeated(unit, times), text(after))

    room = 262_144 - len(signed_bytes({**alias("size"), "filler": ""}, EVENT_FORMATS["event-full-bytes"]))
    check("size", "262,144 canonical bytes", *filled("size", "f" * room, "f", room), "verified")
    check(
        "size-over",
        "one byte more",
        *filled("size", "f" * (room + 1), "f", room + 1),
        "invalid",
        "event_size",
    )
    odd = 262_144 - len(signed_bytes({**alias("bytes"), "filler": ""}, EVENT_FORMATS["event-full-bytes"]))
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
             args(deep), {"ok": {"elements": [copy(0, deep, "verified", None, ["/signature/deep"])]}})  # fmt: skip

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
    _levels(check)
    made = alias("nodes-signature")
    wide = changed(made, ("signature", "wide"), [0] * 20_000)
    file.add("nodes-in-signature", "the values of the signature are not counted", "LIM-6 EVT-5", "check",
             args(wide), {"ok": {"elements": [copy(0, wide, "verified", None, ["/signature/wide"])]}})  # fmt: skip
    both = alias("both", extra={"deep": nested(24), "filler": "f" * 300_000})
    spelt_before, _, spelt_after = to_json(both).decode().partition("f" * 300_000)
    check("depth-over-before-size", "depth before size", both,
          joined(text(spelt_before), repeated("f", 300_000), text(spelt_after)), "invalid", "depth")  # fmt: skip
    file.vectors[-1]["control"] = file.ident("depth")
    return file


def _levels(check: Callable[..., None]) -> None:
    """Depth and value count, level by level (EVT-6)."""

    def deep(name: str, about: str, items: int, *, inner: int, code: str) -> None:
        # Arrays at levels 2 to 24; in the last one an array of ``inner`` values, and zeros.
        value: list[Any] = [[0] * inner, *[0] * items]
        for _ in range(22):
            value = [value]
        made = alias("levels", extra={"deep": value})
        before, _, after = to_json(made).decode().partition("0," * (items - 1) + "0]")
        spelt = joined(text(before), repeated("0,", items - 1), text("0]" + after))
        check(name, about, made, spelt, "invalid", code, control="depth")

    base = alias("levels", extra={"deep": []})
    # All values down to those directly inside the array of level 24, but for its zeros.
    count = 1 + 7 + len(base["payload"]) + len(base["signer"]) + 22 + 1
    room = 20_000 - count
    deep(
        "level-24-full",
        "20,000 values down to level 24, and a container below: depth",
        room,
        inner=0,
        code="depth",
    )
    deep(
        "level-24-over",
        "one value more: the values of a level are counted before the next level is looked at",
        room + 1,
        inner=0,
        code="nodes",
    )
    deep("level-25-over", "values below level 24 are never counted: depth", room, inner=1, code="depth")
    wide = alias("levels", extra={"deep": nested(24), "wide": [0] * 20_000})
    before, _, after = to_json(wide).decode().partition("[" + "0," * 19_999 + "0]")
    check("level-3-over", "too many values above, too deep below: the upper level first", wide,
          joined(text(before + "["), repeated("0,", 19_999), text("0]" + after)), "invalid", "nodes", control="nodes")  # fmt: skip
    large = alias("levels", extra={"wide": ["ffffffffffffffff"] * 20_000})
    before, _, after = to_json(large).decode().partition('["ffff')
    check("nodes-before-size", "the value count before the size", large,
          joined(text(before + "["), repeated('"ffffffffffffffff",', 19_999), text('"ffffffffffffffff"]' + after.partition("]")[2])),
          "invalid", "nodes", control="nodes")  # fmt: skip


def rules() -> File:
    """Every event format of the family."""
    file = File(
        "event",
        "formats",
        "The same event under each event format, with a policy whose key lists that format.",
    )
    for name, rule in EVENT_FORMATS.items():
        stated = {**POLICY, "keys": [policy_key(DEMO, event_formats=[name])]}
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
        told = {
            **copy(0, made, "verified" if binds else "unbound", None, [f"/{m}" for m in left]),
            "event_id": made["event_id"],
        }
        whole = {"frame": parts()["frame"], f"policy-{name}": as_text(to_json(stated))}
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
            told,
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
    for name, about, spoilt in (
        ("other-key-id", "another key_id of a known signer", changed(changed(made, ("signer", "key_id"), "x"), ("signature", "key_id"), "x")),
        ("other-fingerprint", "another fingerprint of a known name", changed(made, ("signer", "public_key_fingerprint"), "0" * 32)),
        ("other-signature-key", "another key_id in the signature", changed(made, ("signature", "key_id"), "x")),
        ("other-signer", "another signer of a known key_id", changed(made, ("signer", "signer_id"), "x")),
    ):  # fmt: skip
        for form in ("event-payload-digest", "unknown"):
            label = f"policy-read-{form}"
            file.parts[label] = as_text(to_json({**POLICY, "keys": [policy_key(DEMO, event_formats=[form])]}))
            arguments = {"data": bundle_of(spoilt), "policy": part(label), "format": None}
            # The id is that of event-v1, of which the signer is a part.
            file.add(f"{name}-beside-{form}", f"{about}: read as event-v1", "RULE-1 CHECK-5", "check", arguments,
                     {"ok": {"elements": [copy(0, spoilt, "unknown_key", "key_unknown")]}}, "event-v1")  # fmt: skip


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
    for name, stated in policies.items():
        file.parts[f"policy-{name}"] = as_text(to_json(stated))
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
        told = {
            "pointer": "/events/0",
            "event_id": event_id_,
            "verdict": verdict,
            "code": code,
            "unsigned": list(unsigned),
        }
        file.add(f"{keys}-{name}", about, f"CHECK-13 RULE-1 {clauses}".strip(), "check",
                 {"data": bundle_of(made), "policy": part(f"policy-{keys}"), "format": None},
                 {"ok": {"elements": [told], "receipts": []}}, None if verdict == "verified" else "base")  # fmt: skip

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
    spoilt = changed(of_twin, ("signature", "algorithm"), "x")
    check(
        "twin-algorithm",
        "of which nothing is tolerated",
        "two",
        spoilt,
        "invalid",
        "algorithm",
        event_id_=of_twin["event_id"],
        clauses="CHECK-7",
    )
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
        file.add(name, about, f"EVT-7 {clauses}".strip(), "check", args(event_), {"ok": {"elements": [told(verdict, code, event_, named)]}},
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
                 {"ok": {"elements": [told(verdict, code, seven)]}}, None if code is None else "arxiv-id-seven-string")  # fmt: skip
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
        # CheckedBundle as an envelope: it names no key, and carries no signature of an envelope.
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


def resigned() -> File:
    """What the signature covers: everything in the body, and nothing else."""
    file = File(
        "event",
        "altered",
        "One member changed after signing, the id left out: the signature decides.",
        parts(),
    )
    made = anonymous(alias("covered", extra={"future": 1}))
    file.accept(
        "base", "nothing changed", "EVT-3 EVT-4", "check", args(made), elements=[copy(0, made, "verified")]
    )
    for path, value in (
        (("target",), "graph"), (("created_at",), "2026-05-18T01:39:14+00:00"), (("event_type",), "citation"),
        (("payload", "alias_value"), "y"), (("payload", "more"), None), (("signer", "signer_type"), "author"),
        (("signer", "more"), 1), (("future",), 2), (("future",), 0.5), (("more",), {}),
    ):  # fmt: skip
        spoilt = changed(made, path, value)
        name = "-".join(path).replace("_", "-") + ("-half" if value == 0.5 else "")
        file.add(name, f"{'.'.join(path)} is signed", "EVT-3 EVT-4 CHECK-9", "check", args(spoilt),
                 {"ok": {"elements": [copy(0, spoilt, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    less = without(made, ("future",))
    file.add("without-future", "an unknown member is signed", "EVT-3 CHECK-9", "check", args(less),
             {"ok": {"elements": [copy(0, less, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    for name, form in (("hex", "event-full-hex"), ("id", "event-full-id"), ("bytes", "event-full-bytes")):
        other = {**made, "signature": signature_member(DEMO, signed_bytes(made, EVENT_FORMATS[form]))}
        file.add(f"signed-{name}", "event-v1 signs the raw 32 bytes", "EVT-4 RULE-2 SIG-1", "check", args(other),
                 {"ok": {"elements": [copy(0, other, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [verdicts(), malformed(), limits(), rules(), unknown(), flat(), resigned()]
