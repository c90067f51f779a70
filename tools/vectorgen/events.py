# ruff: noqa: E501  (tables: one vector, one row)
"""Stage event: one element at a time, valid, malformed, altered, and at a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kit import (
    Json,
    attached,
    event,
    payloads,
    sign,
    to_json,
)
from kit.formats import FAMILY
from kit.oracle.formats import check_answer
from kit.signing import signature_member, signed_bytes
from kit.tampered import anonymous, changed, decorated, without
from vectorgen.fixtures import (
    CREATED,
    DEMO,
    POLICY,
    RECORD,
    args,
    copy,
    decided,
    element,
    parts,
)
from vectorgen.numbers import NOT_TIMES, TIMES
from vectorgen.vector_file import Bytes, File, joined, part, repeated, text

ALIAS: Final = payloads.alias_added("example", "x")


def alias(name: str, when: str = CREATED, **extra: Any) -> Json:
    """A valid event, another for each name."""
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
    ("year-id", "the year of the arXiv id may replace that of the submission", "CHECK-4 NUM-3", alias("subject"), "verified", ()),
)  # fmt: skip


def verdicts() -> File:
    """Valid events."""
    file = File(
        "event", "valid", "Events that are well-formed and validly signed, each alone in a bundle.", parts()
    )
    for name, about, clauses, made, verdict, unsigned in GOOD:
        if name != "year-id":
            file.accept(
                name, about, clauses, "check", args(made), elements=[copy(0, made, verdict, None, unsigned)]
            )
    for name, about, spelling in TIMES:
        made = alias(f"time-{name}", spelling)
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

    def reject(name: str, about: str, clauses: str, made: Json | str, code: str | None = None) -> None:
        """``code`` is that of a text with a value-level fault or of no object; the oracle judges the rest."""
        if isinstance(made, str):
            reported = copy(0, None, "invalid", code)
        else:
            reported = check_answer(POLICY, RECORD, [made])["elements"][0]
        first = {"invalid": "CHECK-1", "unknown_key": "CHECK-5", "not_signed": "CHECK-2"}.get(
            reported["verdict"], "FORMAT-8"
        )
        listed = (
            [{name: value for name, value in reported.items() if name != "pointer"}]
            if reported["event_id"]
            else []
        )
        file.add(
            name,
            about,
            f"{first} {clauses}",
            "check",
            args(made),
            {"ok": {"elements": [reported], "events": listed}},
            "base",
        )

    for path, allowed in MEMBERS:
        label = "-".join(path).replace("_", "-")
        for kind, value in OF_TYPE.items():
            if kind not in allowed and kind != "float":
                reject(
                    f"{label}-{kind}",
                    f"{'.'.join(path)} of another type",
                    "EVT-1",
                    changed(BASE, path, value),
                )
        if path not in (("event_id",), ("signature",)):
            reject(f"{label}-missing", f"{'.'.join(path)} is required", "EVT-1", without(BASE, path))
    reject(
        "kind-receipt",
        "a receipt's signature is none of an event",
        "EVT-1",
        changed(BASE, ("signature", "kind"), "pith_receipt"),
    )
    for name, made in OF_TYPE.items():
        if name != "object":
            reject(f"element-{name}", "an element is an object", "CHECK-14", to_json(made).decode(), "type")
    reject("element-empty", "no format reads an object without members", "EVT-1", {})
    reject("element-record", "nor a record", "REC-4", RECORD)
    reject("element-bundle", "nor a bundle", "EVT-1", {"bundle_type": "pith_open_graph_bundle", "events": []})
    reject(
        "element-signature-alone",
        "an object with nothing but a signature",
        "EVT-1",
        {"signature": {}},
    )
    for name, about, spelling, _ in NOT_TIMES:
        reject(f"time-{name}", about, "EVT-2 TIME-1", changed(BASE, ("created_at",), spelling))

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
        reject(f"value-{name}", about, f"FAULT-3 {clauses}", whole[:-1] + f',"future":{source}}}', code)
    reject(
        "duplicate-member",
        "a member of the event twice",
        "FAULT-3 DATA-8",
        whole[:-1] + ',"target":"graph"}',
        "duplicate_key",
    )
    reject(
        "first-value-fault",
        "the first of two in one event",
        "FAULT-2 FAULT-3",
        whole[:-1] + ',"a":1.0,"b":NaN}',
        "number_form",
    )
    reject(
        "in-not-an-object",
        "a value-level fault before that the element is no object",
        "EVT-6 FAULT-3",
        "1.0",
        "number_form",
    )

    # The order of the checks: two faults in one event.
    for name, about, made in (
        (
            "type-before-time",
            "types before the time",
            changed(changed(BASE, ("created_at",), "x"), ("event_id",), 1),
        ),
        (
            "types-by-name",
            "the algorithm before the id",
            changed(changed(BASE, ("signature", "algorithm"), 1), ("event_id",), 1),
        ),
        (
            "time-before-depth",
            "the time before depth",
            changed(changed(BASE, ("created_at",), "x"), ("future",), nested(24)),
        ),
    ):
        reject(f"order-{name}", about, "EVT-6", made)
    reject("order-value-first", "a value-level fault before everything", "EVT-6 FAULT-3",
           to_json(without(BASE, ("target",))).decode()[:-1] + ',"future":1.0}', "number_form")  # fmt: skip
    reject("order-value-before-key", "before the key too: nothing in it was read for certain", "EVT-6 FAULT-3",
           to_json(changed(BASE, ("signer", "signer_id"), "nobody")).decode()[:-1] + ',"future":1.0}', "number_form")  # fmt: skip
    reject("order-value-before-signature", "and before a missing signature", "EVT-6 FAULT-3",
           to_json(without(BASE, ("signature",))).decode()[:-1] + ',"future":1.0}', "number_form")  # fmt: skip
    _members_in_order(reject)
    _keys_first(reject)
    return file


#: Required members in the order in which a missing one is reported (EVT-6), each with a wrong value.
IN_ORDER: Final = (
    ("created_at",), ("event_id",), ("event_type",), ("payload",), ("signature", "key_id"), ("signature", "kind"),
    ("signature", "signature_b64"), ("signer", "key_id"), ("signer", "public_key_fingerprint"), ("signer", "signer_id"),
    ("signer", "signer_type"), ("subject_pith_number",), ("target",),
)  # fmt: skip


def _members_in_order(reject: Callable[..., None]) -> None:
    """What decides reading comes before every fault."""
    made = BASE
    for path in reversed(IN_ORDER):
        made = changed(made, path, 1)
    reject("all-members-wrong", "every member of another type: no format reads it", "EVT-1", made)
    reject("member-before-time", "a member that decides reading, before the time", "EVT-6",
           changed(changed(BASE, ("created_at",), "never"), ("target",), None))  # fmt: skip
    reject("time-before-nodes", "the time before the value count", "EVT-6",
           changed(changed(BASE, ("created_at",), "never"), ("future",), [0] * 20_000))  # fmt: skip


def _keys_first(reject: Callable[..., None]) -> None:
    """CHECK-5 and CHECK-2 come before CHECK-1, on whatever the element is otherwise."""
    nobody = changed(BASE, ("signer", "signer_id"), "nobody")
    unsigned = without(BASE, ("signature",))
    broken: tuple[tuple[str, Callable[[Json], Json]], ...] = (
        ("no-target", lambda e: without(e, ("target",))),
        ("time", lambda e: changed(e, ("created_at",), "never")),
        ("payload-array", lambda e: changed(e, ("payload",), [])),
        ("depth", lambda e: {**e, "deep": nested(24)}),
        ("nodes", lambda e: {**e, "list": [0] * 20_000}),
        ("signer-type", lambda e: without(e, ("signer", "signer_type"))),
    )
    for name, tamper in broken:
        reject(
            f"unknown-key-and-{name}",
            "the key is looked up before content is judged",
            "EVT-6",
            tamper(nobody),
        )
        reject(
            f"unsigned-and-{name}",
            "a missing signature is reported before the form",
            "EVT-6",
            tamper(unsigned),
        )
        reject(
            f"unknown-key-unsigned-and-{name}",
            "the key first of all",
            "EVT-6",
            tamper(without(nobody, ("signature",))),
        )
    for name, made in (
        ("null-signature-no-signer", {**without(BASE, ("signer",)), "signature": None}),
        ("no-signer", without(BASE, ("signer",))),
        ("no-signer-other-signature-key", changed(without(BASE, ("signer",)), ("signature", "key_id"), "x")),
        ("no-signer-id-wrong-fingerprint", changed(without(BASE, ("signer", "signer_id")), ("signer", "public_key_fingerprint"), "x")),
        ("key-id-number-other-signature-key", changed(changed(BASE, ("signer", "key_id"), 1), ("signature", "key_id"), "x")),
        ("fingerprint-missing-signature-other", changed(without(BASE, ("signer", "public_key_fingerprint")), ("signature", "key_id"), "x")),
        ("fingerprint-null", changed(BASE, ("signer", "public_key_fingerprint"), None)),
        ("fingerprint-null-of-nobody", changed(nobody, ("signer", "public_key_fingerprint"), None)),
        ("fingerprint-other-no-target", changed(without(BASE, ("target",)), ("signer", "public_key_fingerprint"), "x")),
        ("signature-key-other-no-target", changed(without(BASE, ("target",)), ("signature", "key_id"), "x")),
        ("signature-key-other-kind-other", changed(changed(BASE, ("signature", "kind"), "x"), ("signature", "key_id"), "x")),
        ("signature-string-of-nobody", changed(nobody, ("signature",), "x")),
        ("signature-key-number", changed(BASE, ("signature", "key_id"), 1)),
    ):  # fmt: skip
        reject(
            f"named-{name}",
            "what a malformed element claims of its key, and the verdict",
            "EVT-1 EVT-6",
            made,
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
        reported = copy(0, made if code is None else None, verdict, code)
        if code is not None and control is None:
            control = name.replace("-over", "")
        file.add(name, about, "LIM-6 CHECK-1" if control is None or control == name.replace("-over", "") else "LIM-6 EVT-6 CHECK-1", "check", {"data": data, "policy": part("policy"), "format": None},
                 {"ok": {"elements": [reported]}}, control)  # fmt: skip

    def filled(name: str, filler: str, unit: str, times: int) -> tuple[Json, Bytes]:
        made = alias(name, extra={"filler": filler})
        before, _, after = to_json(made).decode().partition(filler)
        return made, joined(text(before), repeated(unit, times), text(after))

    room = 262_144 - len(signed_bytes({**alias("size"), "filler": ""}, FAMILY["event-full-bytes"]))
    check("size", "262,144 canonical bytes", *filled("size", "f" * room, "f", room), "verified")
    check(
        "size-over",
        "one byte more",
        *filled("size", "f" * (room + 1), "f", room + 1),
        "invalid",
        "event_size",
    )
    odd = 262_144 - len(signed_bytes({**alias("bytes"), "filler": ""}, FAMILY["event-full-bytes"]))
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


def resigned() -> File:
    """What the signature covers: everything in the body, and nothing else."""
    file = File(
        "event",
        "altered",
        "One member changed after signing, without the id: the signature decides.",
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
        tampered = changed(made, path, value)
        name = "-".join(path).replace("_", "-") + ("-half" if value == 0.5 else "")
        file.add(name, f"{'.'.join(path)} is signed", "EVT-3 EVT-4 CHECK-9", "check", args(tampered),
                 {"ok": {"elements": [copy(0, tampered, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    less = without(made, ("future",))
    file.add("without-future", "an unknown member is signed", "EVT-3 CHECK-9", "check", args(less),
             {"ok": {"elements": [copy(0, less, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    for form in ("hex", "prefixed", "bytes"):
        other = {
            **made,
            "signature": signature_member(DEMO, signed_bytes(made, FAMILY[f"event-full-{form}"])),
        }
        file.add(f"signed-{form}", "pithbundle-event-1 signs the raw 32 bytes", "EVT-4 FORMAT-1 SIG-1", "check", args(other),
                 {"ok": {"elements": [copy(0, other, "invalid", "signature_invalid")]}}, "base")  # fmt: skip
    return file


def files() -> list[File]:
    """The files of this module."""
    return [verdicts(), malformed(), limits(), resigned()]
