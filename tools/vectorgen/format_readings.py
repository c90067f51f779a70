# ruff: noqa: E501  (tables: one vector, one row)
"""Stage event: elements under formats of the policy (FORMAT-2 to FORMAT-15, UNV-1, UNV-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit import AUTHOR, DEMO, DEMO_NEXT, Json, Signer, payloads, policy, policy_key, to_json
from kit.formats import DETACHED, IN_WRAPPER, OURS, element, renamed, signed
from kit.oracle import formats as oracle
from kit.tampered import changed, without
from vectorgen.fixtures import CREATED, RECORD, bundle_of, frame
from vectorgen.format_documents import ONE, body, body_roles, proof, proof_roles
from vectorgen.vector_file import File, as_text, part

#: A second key of the same names.
TWIN = Signer(100, DEMO.signer_id, DEMO.key_id)
PAYLOAD = payloads.alias_added("example", "foreign")
Want = tuple[str, str | None]
VERIFIED: Want = ("verified", None)
UNREAD: Want = ("unknown_format", None)


def alias(
    document: Json = ONE,
    signer: Signer = DEMO,
    created_at: Any = CREATED,
    payload: Json = PAYLOAD,
    **more: Any,
) -> Json:
    """A signed element of a document; ``extra`` has values at further pointers."""
    return element(document, signer, RECORD, "alias_added", "record", payload, created_at, **more)


def lists(*formats: Any, signer: Signer = DEMO, **changes: Any) -> Json:
    """A key that lists formats."""
    return policy_key(signer, event_formats=[*formats], **changes)


class Table:
    """A file whose vectors check elements under policies of their own."""

    def __init__(self, file: File) -> None:
        self.file = file
        file.parts["frame"] = frame()

    def row(
        self,
        name: str,
        about: str,
        clauses: str,
        claimed: Json | Sequence[Any],
        found: Json | Sequence[Any],
        *wanted: Want,
        control: str = "base",
        receipts: Any = None,
    ) -> None:
        """A vector; ``claimed`` is a policy or the formats of its one key, ``found`` one element or a list of them."""
        chosen = claimed if isinstance(claimed, dict) else policy(lists(*claimed))
        elements = [found] if isinstance(found, dict) else [*found]
        answer = oracle.check_answer(chosen, RECORD, elements)
        assert [(one["verdict"], one["code"]) for one in answer["elements"]] == [*wanted], (
            name,
            answer["elements"],
        )
        if receipts is not None:
            answer["receipts"] = receipts
        label = next(
            (known for known, value in self.file.parts.items() if value == as_text(to_json(chosen))),
            f"policy-{name}",
        )
        self.file.parts[label] = as_text(to_json(chosen))
        good = all(status in ("verified", "unknown_type") for status, _ in wanted)
        args = {"data": bundle_of(*elements), "policy": part(label), "format": None}
        self.file.add(name, about, clauses, "check", args, {"ok": answer}, None if good else control)


def _long(unit: str, count: int) -> Json:
    return {**PAYLOAD, "note": unit * count}


def _deep(levels: int) -> Json:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return {**PAYLOAD, "note": value}


def pointers() -> File:
    """Where a format reads (FORMAT-2, FORMAT-8)."""
    file = File("event", "pointers", "Where event formats read: pointers, arrays, types, constants.")
    table = Table(file)
    base = alias()
    table.row("base", "an element of a format of the policy", "FORMAT-8", [ONE], base, VERIFIED)
    in_list = {
        **ONE,
        "body": {**ONE["body"], "excluded": ["/id", "/list"]},
        "proof": {"roles": {"signature": "/list/1", "event_id": "/id", "key_id": "/key"}},
    }
    listed = alias(in_list)
    value = listed["list"][1]
    table.row("array", "a signature in an array", "FORMAT-2", [in_list], listed, VERIFIED)
    table.row(
        "array-other-items",
        "other items of the array are not signed",
        "FORMAT-2 EVT-5",
        [in_list],
        {**listed, "list": ["x", value, None, {"y": 1}]},
        VERIFIED,
    )
    table.row(
        "array-object",
        "at an object an index is the name of a member",
        "FORMAT-2",
        [in_list],
        {**listed, "list": {"1": value}},
        VERIFIED,
    )
    table.row(
        "array-short",
        "an array without the item",
        "FORMAT-2 CHECK-2",
        [in_list],
        {**listed, "list": [value]},
        ("not_signed", None),
    )
    zero = {**in_list, "proof": {"roles": {**in_list["proof"]["roles"], "signature": "/list/01"}}}
    in_zero = {name: member for name, member in alias(zero).items() if name != "list"}
    text = oracle.signature_text(zero, DEMO.sign(oracle.message(zero, {**in_zero, "list": {}})))
    table.row(
        "leading-zero-object",
        "01 is the name of a member",
        "FORMAT-2",
        [zero],
        {**in_zero, "list": {"01": text}},
        VERIFIED,
    )
    table.row(
        "leading-zero-array",
        "01 indexes no array",
        "FORMAT-2",
        [zero],
        {**in_zero, "list": ["x", text]},
        ("not_signed", None),
    )
    far = {**in_list, "proof": {"roles": {**in_list["proof"]["roles"], "signature": "/list/64"}}}
    text = oracle.signature_text(far, DEMO.sign(oracle.message(far, {**in_zero, "list": {}})))
    table.row(
        "index-64-object",
        "64 is the name of a member",
        "FORMAT-2",
        [far],
        {**in_zero, "list": {"64": text}},
        VERIFIED,
    )
    table.row(
        "index-64-array",
        "64 indexes no array",
        "FORMAT-2",
        [far],
        {**in_zero, "list": [*["x"] * 64, text]},
        ("not_signed", None),
    )
    last = {**in_list, "proof": {"roles": {**in_list["proof"]["roles"], "signature": "/list/63"}}}
    text = oracle.signature_text(last, DEMO.sign(oracle.message(last, {**in_zero, "list": {}})))
    table.row(
        "index-63-array",
        "63 indexes an array",
        "FORMAT-2",
        [last],
        {**in_zero, "list": [*["x"] * 63, text]},
        VERIFIED,
    )
    typed = body_roles(event_type="/types/0", subject="/about")
    made = alias(typed, extra={})
    made = {**made, "types": {"0": "alias_added"}}
    made = signed(typed, DEMO, made)
    table.row(
        "body-object", "a token of the body is the name of a member", "FORMAT-2", [typed], made, VERIFIED
    )
    table.row(
        "body-array",
        "pointers of the body pass through objects only",
        "FORMAT-2 FORMAT-8",
        [typed],
        signed(typed, DEMO, {**made, "types": ["alias_added"]}),
        UNREAD,
    )
    tilde = body_roles(subject="/a~01b/~1~0")
    made = signed(
        tilde,
        DEMO,
        {**{name: member for name, member in base.items() if name != "about"}, "a~1b": {"/~": base["about"]}},
    )
    table.row("escapes", "~01 is ~1 and not a solidus", "FORMAT-2", [tilde], made, VERIFIED)
    based = {
        **ONE,
        "body": {
            "base": "/e/x",
            "roles": {name: f"/e/x{where}" for name, where in ONE["body"]["roles"].items()},
        },
        "proof": {"roles": {"signature": "/sig", "event_id": "/id", "key_id": "/e/x/key"}},
    }
    nested = alias(based)
    table.row("base-nested", "signed is the value at base", "FORMAT-3", [based], nested, VERIFIED)
    table.row(
        "base-beside",
        "what is beside base is not signed",
        "FORMAT-3 EVT-5",
        [based],
        {**nested, "note": 1, "e": {**nested["e"], "y": None}},
        VERIFIED,
    )
    table.row(
        "base-array",
        "base is an object",
        "FORMAT-8",
        [based],
        {**nested, "e": {"x": [nested["e"]["x"]]}},
        UNREAD,
    )
    for name, member, odd in (
        ("type", "type", 1), ("subject", "about", None), ("target", "on", ["record"]), ("payload", "data", []), ("payload-null", "data", None),
        ("time", "at", 1779070754), ("signer", "by", {}), ("key", "key", 7),
    ):  # fmt: skip
        table.row(
            f"role-{name}",
            "a required member of another JSON type",
            "FORMAT-8",
            [ONE],
            changed(base, (member,), odd),
            UNREAD,
        )
    for name, member in (
        ("type", "type"),
        ("subject", "about"),
        ("target", "on"),
        ("payload", "data"),
        ("time", "at"),
        ("signer", "by"),
        ("key", "key"),
    ):
        table.row(
            f"without-{name}",
            "a required member that is absent",
            "FORMAT-8",
            [ONE],
            without(base, (member,)),
            UNREAD,
        )
    unsigned = without(base, ("sig",))
    table.row(
        "unsigned",
        "without a signature key_id inside the content is required",
        "FORMAT-8",
        [ONE],
        without(unsigned, ("key",)),
        UNREAD,
    )
    beside = {
        **ONE,
        "body": {**ONE["body"], "excluded": ["/id", "/sig", "/key", "/v"]},
        "proof": {"roles": ONE["proof"]["roles"], "constants": {"/v": 1}},
    }
    made = alias(beside)
    table.row(
        "proof-outside", "key_id and a constant outside the content", "FORMAT-8", [beside], made, VERIFIED
    )
    table.row(
        "proof-outside-unsigned",
        "without a signature nothing of proof outside the content is required",
        "FORMAT-8 CHECK-2",
        [beside],
        without(without(without(made, ("sig",)), ("key",)), ("v",)),
        ("not_signed", None),
    )
    table.row(
        "proof-outside-null",
        "a signature that is null is none",
        "FORMAT-8 CHECK-2",
        [beside],
        {**without(made, ("v",)), "sig": None, "key": 1},
        ("not_signed", None),
    )
    table.row(
        "proof-outside-without-key",
        "with a signature key_id is required",
        "FORMAT-8",
        [beside],
        without(made, ("key",)),
        UNREAD,
    )
    odds: dict[str, Any] = {"true": True, "float": 1.5, "string": "1", "absent": None}
    for name, odd in odds.items():
        tampered = without(made, ("v",)) if odd is None else {**made, "v": odd}
        table.row(
            f"constant-{name}",
            "a constant is equal in value and JSON type",
            "FORMAT-8",
            [beside],
            tampered,
            UNREAD,
        )
    inside = {**body(constants={"/v": 0, "/w": None}), "proof": {**ONE["proof"], "constants": {"/u": False}}}
    made = alias(inside)
    table.row("constants-inside", "constants of the content", "FORMAT-8", [inside], made, VERIFIED)
    table.row(
        "constants-inside-unsigned",
        "a constant of proof inside the content is required without a signature",
        "FORMAT-8",
        [inside],
        without(without(made, ("sig",)), ("u",)),
        UNREAD,
    )
    table.row(
        "constants-inside-false",
        "false is not 0",
        "FORMAT-8",
        [inside],
        signed(inside, DEMO, {**made, "v": False}),
        UNREAD,
    )
    table.row(
        "constants-inside-absent",
        "an absent constant is not null",
        "FORMAT-8",
        [inside],
        signed(inside, DEMO, without(made, ("w",))),
        UNREAD,
    )
    for name, claimed, expected in (("", 0, VERIFIED), ("-differ", 1, UNREAD), ("-false", False, UNREAD)):
        twice = {**body(constants={"/v": 0}), "proof": {**ONE["proof"], "constants": {"/v": claimed}}}
        table.row(
            f"constants-twice{name}",
            "a constant of body that proof states too: both are required",
            "FORMAT-8",
            [twice],
            signed(twice, DEMO, {**alias(twice), "v": claimed}),
            expected,
        )
    types: tuple[tuple[str, Any, Any], ...] = (
        ("array", [], {}), ("boolean", False, 0), ("integer", 1, 1.5), ("integer", 1, True), ("number", 0.5, "1"), ("number", 1, False), ("object", {}, []), ("string", "", None),
    )  # fmt: skip
    for kind, good, odd in types:
        needs = body(required={"/v": kind})
        made = signed(needs, DEMO, {**base, "v": good})
        label = f"required-{kind}-{type(good).__name__}-{type(odd).__name__}"
        table.row(label, f"a member of the type {kind}", "FORMAT-8", [needs], made, VERIFIED)
        table.row(
            f"{label}-other",
            f"a member of another type than {kind}",
            "FORMAT-8",
            [needs],
            signed(needs, DEMO, {**base, "v": odd}),
            UNREAD,
            control=label,
        )
    parent = body(excluded=["/id", "/sig", "/meta/note"])
    made = signed(parent, DEMO, {**base, "meta": {"x": 1}})
    table.row("parent", "the object that contains an excluded pointer", "FORMAT-8", [parent], made, VERIFIED)
    table.row("parent-absent", "it is required", "FORMAT-8", [parent], without(made, ("meta",)), UNREAD)
    table.row("parent-array", "it is an object", "FORMAT-8", [parent], {**made, "meta": []}, UNREAD)
    table.row(
        "parent-excluded",
        "what is at the excluded pointer is not signed",
        "FORMAT-3 EVT-5",
        [parent],
        {**made, "meta": {"x": 1, "note": {"y": 2}}},
        VERIFIED,
    )
    table.row(
        "optional-id",
        "an id of another JSON type decides no reading",
        "FORMAT-8 CHECK-1",
        [ONE],
        {**base, "id": 1},
        ("invalid", "type"),
    )
    table.row(
        "optional-id-null",
        "null is no string",
        "FORMAT-8 CHECK-1",
        [ONE],
        {**base, "id": None},
        ("invalid", "type"),
    )
    table.row(
        "optional-signature",
        "a signature of another JSON type",
        "FORMAT-8 CHECK-1",
        [ONE],
        {**base, "sig": {"value": base["sig"]}},
        ("invalid", "type"),
    )
    table.row("optional-absent", "an id that is absent", "FORMAT-8", [ONE], without(base, ("id",)), VERIFIED)
    return file


def messages() -> File:
    """What is signed, and how it is written (FORMAT-1, FORMAT-3, FORMAT-4, FORMAT-11)."""
    file = File(
        "event", "messages", "What event formats sign, and the texts of ids, signatures, hashes and times."
    )
    table = Table(file)
    table.row("base", "an element of a format of the policy", "FORMAT-3", [ONE], alias(), VERIFIED)
    odd = {**PAYLOAD, "note": '\u007f\u0080\u00e9\ud7ff\uffee\U0001f600\U0010fffd\n\u001f"\\'}
    for escape in ("none", "ascii"):
        document = body(escape=escape)
        table.row(
            f"escape-{escape}",
            "characters outside of ASCII, and U+007F",
            "FORMAT-3",
            [document],
            alias(document, payload=odd),
            VERIFIED,
        )
        table.row(
            f"escape-{escape}-of-the-other",
            "M of the other escape",
            "FORMAT-3",
            [body(escape="ascii" if escape == "none" else "none")],
            alias(document, payload=odd),
            ("invalid", "hash_mismatch"),
        )
    made = alias(IN_WRAPPER)
    table.row("wrapper", "the content in an object", "FORMAT-3", [IN_WRAPPER], made, VERIFIED)
    table.row(
        "wrapper-of-none",
        "a wrapper that was not signed",
        "FORMAT-3",
        [IN_WRAPPER],
        alias(OURS),
        ("invalid", "hash_mismatch"),
    )
    table.row(
        "wrapper-other",
        "another wrapper",
        "FORMAT-3",
        [renamed(OURS, "x", body={"wrapper": "content"})],
        made,
        ("invalid", "hash_mismatch"),
    )
    for signs in ("digest", "hex", "prefixed", "bytes"):
        document = proof(signs=signs)
        made = alias(document)
        table.row(f"signs-{signs}", f"signed is {signs}", "FORMAT-1", [document], made, VERIFIED)
        table.row(
            f"signs-{signs}-altered",
            "the claimed digest is signed",
            "CHECK-3",
            [document],
            {**made, "note": 1},
            ("invalid", "hash_mismatch"),
        )
        other = "hex" if signs == "digest" else "digest"
        table.row(
            f"signs-{signs}-of-{other}",
            f"signed was {other}",
            "FORMAT-1 CHECK-9",
            [document],
            alias(proof(signs=other)),
            ("invalid", "signature_invalid"),
        )
    forms = {form: proof(signature_text=form) for form in ("base64", "base64url", "hex")}
    for form, document in forms.items():
        made = alias(document)
        table.row(f"signature-{form}", "the text of a signature", "FORMAT-1", [document], made, VERIFIED)
        for other, spelt in forms.items():
            if other != form:
                table.row(
                    f"signature-{form}-in-{other}",
                    "a signature in another text",
                    "CHECK-8",
                    [document],
                    alias(spelt),
                    ("invalid", "encoding"),
                )
    url = alias(forms["base64url"])
    for name, text in (
        ("padded", url["sig"] + "=="),
        ("one-pad", url["sig"] + "="),
        ("short", url["sig"][:-1]),
        ("long", url["sig"] + "A"),
        (
            "unused-bits",
            url["sig"][:-1] + "B",
        ),
    ):
        table.row(
            f"base64url-{name}",
            "base64url has no padding, 86 characters, and unused bits of zero",
            "FORMAT-1 CHECK-8",
            [forms["base64url"]],
            {**url, "sig": text},
            ("invalid", "encoding"),
        )
    hexed = alias(forms["hex"])
    table.row(
        "hex-upper",
        "hex is in lower case",
        "FORMAT-1 CHECK-8",
        [forms["hex"]],
        {**hexed, "sig": hexed["sig"].upper()},
        ("invalid", "encoding"),
    )
    for form, document in (("prefixed", ONE), ("hex", proof(id_text="hex"))):
        made = alias(document)
        table.row(f"id-{form}", "the text of an id", "FORMAT-10", [document], made, VERIFIED)
        text = made["id"].removeprefix("sha256:")
        other = f"sha256:{text}" if form == "hex" else text
        table.row(
            f"id-{form}-other",
            "an id in the other text",
            "FORMAT-10 CHECK-8",
            [document],
            {**made, "id": other},
            ("invalid", "encoding"),
        )
        table.row(
            f"id-{form}-differs",
            "an id of other content",
            "FORMAT-10 CHECK-3",
            [document],
            {**made, "id": made["id"][:-1] + ("0" if made["id"][-1] != "0" else "1")},
            ("invalid", "hash_mismatch"),
        )
    named = proof_roles(algorithm="/alg")
    for algorithm in ("ed25519", "EdDSA"):
        document = {**named, "proof": {**named["proof"], "algorithm_text": algorithm}}
        made = alias(document)
        other = "EdDSA" if algorithm == "ed25519" else "ed25519"
        table.row(f"algorithm-{algorithm}", "the exact word", "CHECK-7", [document], made, VERIFIED)
        table.row(
            f"algorithm-{algorithm}-other",
            "another word, signed",
            "CHECK-7",
            [document],
            signed(document, DEMO, {**made, "alg": other}),
            ("invalid", "algorithm"),
        )
        table.row(
            f"algorithm-{algorithm}-absent",
            "a word that the format names",
            "CHECK-7",
            [document],
            signed(document, DEMO, without(made, ("alg",))),
            ("invalid", "algorithm"),
        )
    _hashes(table)
    _times(table)
    _limits(table)
    return file


def _hashes(table: Table) -> None:
    hashed = body_roles(payload_sha256="/hash")["body"]
    plain = {**ONE, "body": {**hashed, "excluded": ["/id", "/sig", "/data"]}}
    odd = {**PAYLOAD, "note": "\u00e9\u007f"}
    for name, document in (
        ("plain", plain), ("wrapped", {**plain, "body": {**plain["body"], "payload_wrapper": "payload"}}),
        ("ascii", {**plain, "body": {**plain["body"], "escape": "ascii"}}),
    ):  # fmt: skip
        made = alias(document, payload=odd)
        table.row(f"hash-{name}", "a payload whose hash is signed", "FORMAT-4", [document], made, VERIFIED)
        table.row(
            f"hash-{name}-altered",
            "another payload",
            "FORMAT-4 CHECK-3",
            [document],
            {**made, "data": PAYLOAD},
            ("invalid", "hash_mismatch"),
        )
        prefixed = signed(document, DEMO, {**made, "hash": "sha256:" + made["hash"]})
        table.row(f"hash-{name}-prefixed", "a hash with a prefix", "FORMAT-4", [document], prefixed, VERIFIED)
    made = alias(plain)
    table.row(
        "hash-upper",
        "a hash in capitals",
        "FORMAT-4 CHECK-8",
        [plain],
        signed(plain, DEMO, {**made, "hash": made["hash"].upper()}),
        ("invalid", "encoding"),
    )
    table.row(
        "hash-number",
        "a hash that is no string",
        "FORMAT-8",
        [plain],
        signed(plain, DEMO, {**made, "hash": 1}),
        UNREAD,
    )
    table.row(
        "hash-absent",
        "a hash that is absent",
        "FORMAT-8",
        [plain],
        signed(plain, DEMO, without(made, ("hash",))),
        UNREAD,
    )
    table.row(
        "payload-absent",
        "a hashed payload that is absent",
        "FORMAT-8",
        [plain],
        without(made, ("data",)),
        UNREAD,
    )
    partly = {**ONE, "body": {**hashed, "excluded": ["/id", "/sig", "/data/note"]}}
    made = alias(partly, payload=odd)
    table.row(
        "hash-partly-excluded",
        "the hash covers the whole payload, a member that the content excludes among it",
        "FORMAT-4 EVT-5",
        [partly],
        made,
        VERIFIED,
    )
    table.row(
        "hash-partly-excluded-altered",
        "another value of that member",
        "FORMAT-4 CHECK-3",
        [partly],
        changed(made, ("data", "note"), "x"),
        ("invalid", "hash_mismatch"),
    )
    both = {**ONE, "body": hashed}
    made = alias(both)
    table.row("hash-of-covered", "payload and hash are signed", "FORMAT-4", [both], made, VERIFIED)
    table.row(
        "hash-of-covered-differs",
        "the payload is compared with its hash",
        "FORMAT-4 CHECK-3",
        [both],
        signed(both, DEMO, {**made, "hash": "0" * 64}),
        ("invalid", "hash_mismatch"),
    )
    altered = {**alias(plain), "data": {}}
    table.row(
        "hash-before-signature",
        "the hash is compared before the signature is checked",
        "CHECK-14",
        [plain],
        {**altered, "sig": alias()["sig"]},
        ("invalid", "hash_mismatch"),
    )
    table.row(
        "signature-text-before-hash-text",
        "texts in the order of CHECK-8",
        "CHECK-8",
        [plain],
        {**signed(plain, DEMO, {**alias(plain), "hash": "x"}), "sig": "x"},
        ("invalid", "encoding"),
    )
    weak = {**ONE, "body": {**ONE["body"], "excluded": ["/id", "/sig", "/data"]}}
    table.row(
        "payload-not-signed",
        "a payload that nothing covers",
        "FORMAT-4 EVT-5 CHECK-10",
        [weak],
        alias(weak),
        ("unbound", None),
    )
    for role in ("subject", "created_at"):
        loose = body_roles(**{role: None})
        table.row(
            f"without-{role}",
            "a format that does not bind",
            "FORMAT-4 CHECK-4 CHECK-10",
            [loose],
            alias(loose),
            ("unbound", None),
        )


def _times(table: Table) -> None:
    for form, cases in {
        "seconds": ((0, True), (-1, True), (1779070754, True), (-62135596800, True), (-62135596801, False), (253402300799, True), (253402300800, False), (9007199254740991, False)),
        "milliseconds": ((1779070754123, True), (-1, True), (-62135596800000, True), (-62135596800001, False), (253402300799999, True), (253402300800000, False), (-9007199254740991, False)),
    }.items():  # fmt: skip
        document = body(time=form)
        for value, good in cases:
            table.row(
                f"{form}-{value}",
                "years 1 to 9999",
                "FORMAT-11",
                [document],
                alias(document, created_at=value),
                VERIFIED if good else ("invalid", "time"),
                control=f"{form}-{cases[0][0]}",
            )
        table.row(
            f"{form}-float",
            "a float is no integer",
            "FORMAT-11 FORMAT-8",
            [document],
            alias(document, created_at=0.5),
            UNREAD,
        )
        table.row(
            f"{form}-text",
            "a timestamp is no integer",
            "FORMAT-11 FORMAT-8",
            [document],
            alias(document),
            UNREAD,
        )
    table.row(
        "rfc3339-day",
        "a day that does not exist",
        "FORMAT-11 EVT-2",
        [ONE],
        alias(created_at="2026-02-29T00:00:00Z"),
        ("invalid", "time"),
    )


def _limits(table: Table) -> None:
    ascii_ = body(escape="ascii")
    table.row(
        "size-escaped",
        "size is measured without the escape",
        "FORMAT-3 LIM-6",
        [ascii_],
        alias(ascii_, payload=_long("\u00e9", 100_000)),
        VERIFIED,
    )
    table.row(
        "size-over",
        "a content over the limit of size",
        "FORMAT-14 LIM-6",
        [ONE],
        alias(payload=_long("x", 262_144)),
        ("unknown_format", "event_size"),
    )
    wrapper = body(wrapper="event")
    exact = alias(wrapper, payload=_deep(22))
    table.row(
        "depth-wrapper", "depth is measured without the wrapper", "FORMAT-3 LIM-6", [wrapper], exact, VERIFIED
    )
    table.row(
        "depth-over",
        "a content that is too deep",
        "FORMAT-14 LIM-6",
        [wrapper],
        alias(wrapper, payload=_deep(23)),
        ("unknown_format", "depth"),
    )
    hashed = {
        **ONE,
        "body": {**body_roles(payload_sha256="/hash")["body"], "excluded": ["/id", "/sig", "/data"]},
    }
    table.row(
        "hashed-depth",
        "a hashed payload has the depth of the limit by itself",
        "FORMAT-3 LIM-6",
        [hashed],
        alias(hashed, payload=_deep(23)),
        VERIFIED,
    )
    table.row(
        "hashed-depth-over",
        "a hashed payload that is too deep",
        "FORMAT-3 FORMAT-14",
        [hashed],
        alias(hashed, payload=_deep(24)),
        ("unknown_format", "depth"),
    )
    table.row(
        "hashed-size-over",
        "a hashed payload over the limit of size",
        "FORMAT-3 FORMAT-14",
        [hashed],
        alias(hashed, payload=_long("x", 262_144)),
        ("unknown_format", "event_size"),
    )
    table.row(
        "hashed-size",
        "content and hashed payload are measured each by itself",
        "FORMAT-3 LIM-6",
        [hashed],
        signed(hashed, DEMO, {**alias(hashed, payload=_long("x", 200_000)), "note": "y" * 200_000}),
        VERIFIED,
    )
    table.row(
        "limit-beside-unknown",
        "a limit under a key that lists unknown",
        "CHECK-13 FORMAT-14",
        [ONE, "unknown"],
        alias(payload=_long("x", 262_144)),
        ("unbound", "event_size"),
    )
    big = alias(OURS, payload=_long("x", 262_144))
    table.row(
        "limit-event-1-alone",
        "a limit where every key has pithbundle-event-1 alone",
        "FORMAT-14",
        ["pithbundle-event-1"],
        big,
        ("invalid", "event_size"),
    )
    table.row(
        "limit-event-1-document",
        "the document of pithbundle-event-1 is the same format",
        "FORMAT-14",
        [renamed(OURS, "mine")],
        big,
        ("invalid", "event_size"),
    )
    two = policy(lists("pithbundle-event-1"), lists("pithbundle-event-1", "unknown", signer=DEMO_NEXT))
    table.row(
        "limit-event-1-beside-unknown",
        "another key lists unknown too",
        "FORMAT-14",
        two,
        big,
        ("unknown_format", "event_size"),
    )
    table.row(
        "limit-event-1-beside-other",
        "another key lists another format",
        "FORMAT-14",
        policy(lists("pithbundle-event-1"), lists(ONE, signer=DEMO_NEXT)),
        big,
        ("unknown_format", "event_size"),
    )
    table.row(
        "limit-before-subject",
        "limits come before the subject",
        "CHECK-14",
        [ONE],
        signed(ONE, DEMO, {**alias(payload=_long("x", 262_144)), "about": "x"}),
        ("unknown_format", "event_size"),
    )
    table.row(
        "limit-of-unknown-key",
        "an unknown key before a limit",
        "CHECK-14",
        [ONE],
        {**alias(payload=_long("x", 262_144)), "key": "x"},
        ("unknown_key", "key_unknown"),
    )


def verdicts() -> File:
    """Keys, several formats, meanings, unverified elements (FORMAT-5, FORMAT-9, FORMAT-14, UNV-1, UNV-2)."""
    file = File(
        "event", "several", "Several keys and several formats: which reading decides, and what is ambiguous."
    )
    table = Table(file)
    base = alias()
    table.row("base", "an element of a format of the policy", "FORMAT-9", [ONE], base, VERIFIED)
    _keys(table, base)
    _readings(table, base)
    _meanings(table, base)
    _unverified(table, base)
    return file


def _keys(table: Table, base: Json) -> None:
    twins = policy(lists(ONE), lists(ONE, signer=TWIN))
    table.row(
        "twin-first",
        "two keys of one name: the one that verifies decides",
        "CHECK-14 CHECK-5",
        twins,
        [base, alias(signer=TWIN)],
        VERIFIED,
        VERIFIED,
    )
    roles = policy(
        lists(ONE, event_types=["citation"]),
        lists(ONE, signer=TWIN, event_types=["citation"], status="revoked"),
    )
    table.row(
        "twins-fail",
        "of candidates that fail the same check the smallest code",
        "CHECK-14",
        roles,
        base,
        ("invalid", "key_role"),
    )
    further = policy(lists(ONE, event_types=["citation"]), lists(ONE, signer=TWIN))
    for name, signer in (("further", DEMO), ("furthest-verifies", TWIN)):
        table.row(
            f"twins-{name}",
            "the candidate that passes most checks decides",
            "CHECK-14",
            further,
            alias(signer=signer),
            ("invalid", "signature_invalid") if signer is DEMO else VERIFIED,
        )
    table.row(
        "twin-not-listed",
        "a key of this name that does not list the format is not tried",
        "CHECK-5",
        policy(lists("pithbundle-event-1"), lists(ONE, signer=TWIN)),
        base,
        ("invalid", "signature_invalid"),
    )
    table.row(
        "not-listed",
        "the key does not list the format that reads the element",
        "CHECK-5 FORMAT-9",
        policy(lists("pithbundle-event-1"), lists(ONE, signer=DEMO_NEXT)),
        base,
        UNREAD,
    )
    table.row(
        "not-listed-unknown",
        "the key lists unknown alone",
        "CHECK-5 FORMAT-9",
        policy(lists("unknown"), lists(ONE, signer=DEMO_NEXT)),
        base,
        UNREAD,
    )
    table.row(
        "not-listed-unsigned",
        "the format is looked up before the signature",
        "CHECK-14",
        policy(lists("unknown"), lists(ONE, signer=DEMO_NEXT)),
        without(base, ("sig",)),
        UNREAD,
    )
    altered = {**base, "note": 1}
    table.row(
        "unknown-beside",
        "a key that lists unknown too",
        "CHECK-13",
        [ONE, "unknown"],
        altered,
        ("unbound", "hash_mismatch"),
    )
    table.row(
        "unknown-of-twin",
        "another key that agrees lists unknown alone",
        "CHECK-13",
        policy(lists(ONE), lists("unknown", signer=TWIN)),
        altered,
        ("unbound", "hash_mismatch"),
    )
    table.row(
        "unknown-of-other",
        "a key that does not agree lists unknown",
        "CHECK-13",
        policy(lists(ONE), lists("unknown", signer=DEMO_NEXT)),
        altered,
        ("invalid", "hash_mismatch"),
    )
    table.row(
        "unknown-unsigned",
        "not signed stays not signed",
        "CHECK-13",
        [ONE, "unknown"],
        without(base, ("sig",)),
        ("not_signed", None),
    )
    two_ids = proof_roles(key_id=["/key", "/key2"])
    made = alias(two_ids)
    table.row("key-ids", "two equal key ids", "CHECK-5", [two_ids], made, VERIFIED)
    for name in ("key", "key2"):
        table.row(
            f"key-ids-{name}-differs",
            "key ids that differ",
            "CHECK-5",
            [two_ids],
            signed(two_ids, DEMO, {**made, name: "x"}),
            ("unknown_key", "key_unknown"),
        )
    both = policy(lists(two_ids), lists(two_ids, signer=DEMO_NEXT))
    table.row(
        "key-ids-of-two-keys",
        "key ids of two keys",
        "CHECK-5",
        both,
        signed(two_ids, DEMO, {**made, "key2": DEMO_NEXT.key_id}),
        ("unknown_key", "key_unknown"),
    )
    constant = proof_roles(key_id={"constant": DEMO.key_id})
    made = signed(constant, DEMO, without(base, ("key",)))
    table.row("key-id-constant", "a key id of the document", "CHECK-5", [constant], made, VERIFIED)
    table.row(
        "key-id-constant-other",
        "a key id of the document that no key has",
        "CHECK-5",
        [proof_roles(key_id={"constant": "x"})],
        made,
        ("unknown_key", "key_unknown"),
    )
    of_next = signed(constant, DEMO_NEXT, made)
    nobody = body_roles(signer_id={"constant": DEMO.signer_id})
    nobody = {**nobody, "proof": constant["proof"]}
    of_author = signed(nobody, AUTHOR, without(made, ("by",)))
    no_signer = body_roles(signer_id={"constant": DEMO.signer_id})
    of_nobody = signed(no_signer, AUTHOR, without(base, ("by",)))
    apart = {
        **body(
            base="/e",
            excluded=[],
            roles={name: f"/e{where}" for name, where in ONE["body"]["roles"].items()}
            | {"signer_id": "/who/is/it"},
        ),
        "proof": {"roles": {"signature": "/sig", "key_id": "/e/key"}},
    }
    table.row(
        "signer-outside",
        "the signer id is outside of the base",
        "FORMAT-4 FORMAT-8",
        [apart],
        alias(apart),
        ("unbound", None),
    )
    printed = proof_roles(key_id={"constant": DEMO.key_id}, fingerprint="/fp")
    of_print = signed(printed, DEMO_NEXT, {**made, "fp": DEMO.fingerprint})
    unread = ("unbound", "signature_invalid")
    accused = ("invalid", "signature_invalid")
    for name, about, document, other, one, expected in (
        ("key-id", "an event of a key of the signer that lists unknown, not of the constant key id", constant, DEMO_NEXT, of_next, unread),
        ("key-id-signer", "the signer is stated, and another signer lists unknown", constant, AUTHOR, of_next, accused),
        ("key-id-fingerprint", "the fingerprint is stated, and the key that lists unknown has another", printed, DEMO_NEXT, of_print, accused),
        ("both", "signer and key id are constants: nothing states which key it is", nobody, AUTHOR, of_author, unread),
        ("signer", "the key id is stated, and the key that lists unknown has another", no_signer, AUTHOR, of_nobody, accused),
        ("signer-same", "the key id is stated, and a key of another signer has it and lists unknown", no_signer, Signer(101, "other.example", DEMO.key_id), of_nobody, unread),
    ):  # fmt: skip
        table.row(
            f"unknown-of-constant-{name}",
            about,
            "CHECK-13",
            policy(lists(document), lists("unknown", signer=other)),
            one,
            expected,
        )
    named = proof_roles(fingerprint="/fp")
    made = alias(named)
    table.row("fingerprint", "a fingerprint that is signed", "CHECK-5", [named], made, VERIFIED)
    table.row(
        "fingerprint-absent",
        "a fingerprint that is absent",
        "CHECK-5",
        [named],
        signed(named, DEMO, without(made, ("fp",))),
        VERIFIED,
    )
    table.row(
        "fingerprint-other",
        "a fingerprint of no key",
        "CHECK-5",
        [named],
        signed(named, DEMO, {**made, "fp": "0" * 32}),
        ("unknown_key", "key_unknown"),
    )
    table.row(
        "fingerprint-of-twin",
        "a fingerprint chooses among keys of one name",
        "CHECK-5",
        policy(lists(named), lists(named, signer=TWIN)),
        signed(named, DEMO, {**made, "fp": TWIN.fingerprint}),
        ("invalid", "signature_invalid"),
    )
    subject = alias()
    for name, text in (
        ("short", f"pith:{subject['about'].rpartition(':')[2][:8]}"),
        ("other", "pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"),
    ):
        table.row(
            f"subject-{name}",
            "the subject is the full number of this record",
            "CHECK-4",
            [ONE],
            signed(ONE, DEMO, {**subject, "about": text}),
            ("invalid", "subject"),
        )
    revoked = oracle.event_id(ONE, base)
    table.row(
        "accepted",
        "an accepted id of a revoked key is in the inner form",
        "FORMAT-10 CHECK-6",
        policy(lists(proof(id_text="hex"), status="revoked", accepted_event_ids=[revoked])),
        alias(proof(id_text="hex")),
        VERIFIED,
    )


def _readings(table: Table, base: Json) -> None:
    weak = {**body_roles(created_at=None), "name": "weak"}
    weak["body"] = {**weak["body"], "excluded": ["/id", "/sig", "/note"]}
    noted = {**base, "note": 1}
    table.row(
        "unbound-before-invalid",
        "a reading that verifies and does not bind, before one that fails",
        "FORMAT-9",
        [ONE, weak],
        noted,
        ("unbound", None),
    )
    signs = {**proof(signs="bytes"), "name": "bytes"}
    table.row(
        "valid-before-invalid",
        "a reading that is valid before one that fails",
        "FORMAT-9",
        [ONE, signs],
        base,
        VERIFIED,
    )
    hexed = {**proof(id_text="hex"), "name": "hexed"}
    table.row(
        "furthest-invalid",
        "of two readings that fail the one that passed more checks",
        "FORMAT-9",
        [ONE, hexed],
        {**base, "note": 1},
        ("invalid", "hash_mismatch"),
    )
    url = {**proof(signature_text="hex"), "name": "hex-signature"}
    table.row(
        "one-check",
        "of two readings that fail one check the smallest format_sha256",
        "FORMAT-9",
        [hexed, url],
        {**base, "sig": "x", "id": "y"},
        ("invalid", "encoding"),
    )
    other_role = {
        **ONE,
        "name": "other",
        "body": {**ONE["body"], "roles": {**ONE["body"]["roles"], "event_type": "/on", "target": "/type"}},
    }
    codes = policy(lists(ONE, other_role, status="revoked", event_types=["record"]))
    table.row(
        "one-check-two-codes",
        "of two readings that fail one check the smallest code",
        "FORMAT-9",
        codes,
        base,
        ("invalid", "key_revoked"),
    )
    codes = policy(lists(ONE, other_role, status="revoked", event_types=["alias_added"]))
    table.row(
        "one-check-two-codes-again",
        "the same, where the other reading has the smallest code",
        "FORMAT-9",
        codes,
        base,
        ("invalid", "key_revoked"),
    )
    by_key = {
        **ONE,
        "name": "by-key",
        "body": {**ONE["body"], "roles": {**ONE["body"]["roles"], "signer_id": "/who"}},
    }
    table.row(
        "invalid-before-unknown-key",
        "invalid before an unknown key",
        "FORMAT-9",
        [ONE, by_key],
        signed(ONE, DEMO, {**base, "who": "x", "about": "x"}),
        ("invalid", "subject"),
    )
    other_sig = {
        **ONE,
        "name": "other-sig",
        "body": {**ONE["body"], "excluded": ["/id", "/sig", "/sig2"]},
        "proof": {"roles": {"signature": "/sig2", "key_id": "/key"}},
    }
    table.row(
        "not-signed-before-unknown-key",
        "not signed before an unknown key",
        "FORMAT-9",
        [other_sig, by_key],
        {**base, "who": "x"},
        ("not_signed", None),
    )
    unlisted = policy(lists(by_key), lists(ONE, signer=DEMO_NEXT))
    table.row(
        "unknown-key-before-unknown-format",
        "an unknown key before an unknown format",
        "FORMAT-9",
        unlisted,
        {**base, "who": "x"},
        ("unknown_key", "key_unknown"),
    )
    eight = [{**body(required={f"/r{number}": "string"}), "name": f"f{number}"} for number in range(8)]
    elements = [signed(one, DEMO, {**base, f"r{number}": "x"}) for number, one in enumerate(eight)]
    table.row(
        "eight", "eight formats, an element of each", "FORMAT-6 FORMAT-9", eight, elements, *[VERIFIED] * 8
    )
    flat = {
        "event_id": 1,
        "event_type": "x",
        "payload_sha256": "ab" * 32,
        "signing_key_id": DEMO.key_id,
        "created_at": CREATED,
        "payload": {"arxiv_id": RECORD["source"]["id"]},
    }
    table.row(
        "both-shapes",
        "an element that two formats read, one of them flat",
        "FORMAT-9 EVT-7",
        [OURS, "integrity-1"],
        {**alias(OURS), **flat, "event_id": 1, "event_type": "alias_added"},
        ("invalid", "type"),
    )
    table.row("no-object", "what is no object", "CHECK-14", [ONE], [base, *[]], VERIFIED)


def _meanings(table: Table, base: Json) -> None:
    def swapped(one: str, other: str, **more: Any) -> Json:
        roles = ONE["body"]["roles"]
        made = body_roles(**{one: roles[other], other: roles[one]})
        return {**made, "name": "swapped", "body": {**made["body"], **more}}

    changed_target = swapped("event_type", "target")
    table.row(
        "ambiguous",
        "two formats give one signed value two meanings",
        "FORMAT-5",
        [ONE, changed_target],
        base,
        ("unbound", "ambiguous"),
    )
    table.row(
        "ambiguous-other-key",
        "the other format is of another key",
        "FORMAT-5",
        policy(lists(ONE), lists(changed_target, signer=DEMO_NEXT)),
        base,
        ("unbound", "ambiguous"),
    )
    table.row(
        "ambiguous-target",
        "another target alone",
        "FORMAT-5",
        [ONE, {**body_roles(target={"constant": "graph"}), "name": "x"}],
        base,
        ("unbound", "ambiguous"),
    )
    table.row(
        "ambiguous-proof",
        "another proof does not matter",
        "FORMAT-5",
        [
            ONE,
            {
                **changed_target,
                "proof": {
                    "roles": {"signature": "/sig", "key_id": "/key"},
                    "signs": "hex",
                    "signature_text": "hex",
                },
            },
        ],
        base,
        ("unbound", "ambiguous"),
    )
    table.row(
        "ambiguous-escape",
        "another escape does not matter",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", escape="ascii")],
        base,
        ("unbound", "ambiguous"),
    )
    table.row(
        "ambiguous-signer-constant",
        "a constant signer",
        "FORMAT-5",
        [ONE, {**body_roles(signer_id={"constant": "other.example"}), "name": "x"}],
        base,
        ("unbound", "ambiguous"),
    )
    table.row(
        "ambiguous-same-signer",
        "a constant signer of the same name gives the same event",
        "FORMAT-5",
        [ONE, {**body_roles(signer_id={"constant": DEMO.signer_id}), "name": "x"}],
        base,
        VERIFIED,
    )
    table.row(
        "one-meaning",
        "two formats that give one meaning",
        "FORMAT-5",
        [ONE, {**body(excluded=["/id", "/sig", "/more"]), "name": "x"}],
        base,
        VERIFIED,
    )
    table.row(
        "no-meaning-unbound",
        "a format that does not bind gives no meaning",
        "FORMAT-5",
        [
            ONE,
            {
                **swapped("event_type", "target"),
                "body": {**swapped("event_type", "target")["body"], "excluded": ["/id", "/sig", "/about"]},
            },
        ],
        base,
        VERIFIED,
    )
    table.row(
        "no-meaning-without-subject",
        "a format without a subject gives no meaning",
        "FORMAT-5",
        [
            ONE,
            {
                **ONE,
                "name": "x",
                "body": {
                    **ONE["body"],
                    "roles": {
                        name: where
                        for name, where in changed_target["body"]["roles"].items()
                        if name != "subject"
                    },
                },
            },
        ],
        base,
        VERIFIED,
    )
    table.row(
        "no-meaning-required",
        "a member that the other format requires is absent",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", required={"/v": "string"})],
        base,
        VERIFIED,
    )
    needed = signed(ONE, DEMO, {**base, "v": "x"})
    table.row(
        "meaning-required",
        "a member that the other format requires is there",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", required={"/v": "string"})],
        needed,
        ("unbound", "ambiguous"),
    )
    table.row(
        "no-meaning-constant",
        "a constant of the other format differs",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", constants={"/v": "y"})],
        needed,
        VERIFIED,
    )
    table.row(
        "no-meaning-excluded",
        "a value at a pointer that the other format excludes",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", excluded=["/id", "/sig", "/v"])],
        needed,
        VERIFIED,
    )
    table.row(
        "no-meaning-parent",
        "the object above an excluded pointer is absent",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", excluded=["/id", "/sig", "/m/v"])],
        base,
        VERIFIED,
    )
    table.row(
        "meaning-parent",
        "the object above an excluded pointer is there",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", excluded=["/id", "/sig", "/m/v"])],
        signed(ONE, DEMO, {**base, "m": {}}),
        ("unbound", "ambiguous"),
    )
    table.row(
        "no-meaning-wrapper",
        "the other format has a wrapper",
        "FORMAT-5",
        [ONE, swapped("event_type", "target", wrapper="event")],
        base,
        VERIFIED,
    )
    in_event, in_data = body(wrapper="event"), swapped("event_type", "target", wrapper="data")
    table.row(
        "no-meaning-other-wrapper",
        "the other format has another wrapper",
        "FORMAT-5",
        [in_event, in_data],
        alias(in_event),
        VERIFIED,
    )
    table.row(
        "meaning-wrapper",
        "the other format has the same wrapper",
        "FORMAT-5",
        [in_event, swapped("event_type", "target", wrapper="event")],
        alias(in_event),
        ("unbound", "ambiguous"),
    )
    inner = {
        **ONE,
        "name": "inner",
        "body": {
            "base": "",
            "excluded": ["/id", "/sig"],
            "roles": {name: f"/event{where}" for name, where in ONE["body"]["roles"].items()},
        },
        "proof": {"roles": {"signature": "/sig", "event_id": "/id", "key_id": "/event/key"}},
    }
    table.row(
        "meaning-of-wrapper-as-member",
        "a wrapper of one format is a member of another: the signer objects differ",
        "FORMAT-5",
        [in_event, inner],
        alias(in_event),
        ("unbound", "ambiguous"),
    )
    seconds, millis = {**body(time="seconds"), "name": "s"}, {**body(time="milliseconds"), "name": "ms"}
    table.row(
        "ambiguous-instant",
        "one number is two instants",
        "FORMAT-5 FORMAT-11",
        [seconds, millis],
        alias(seconds, created_at=1779070754),
        ("unbound", "ambiguous"),
    )
    table.row(
        "one-instant",
        "zero is one instant",
        "FORMAT-5 FORMAT-11",
        [seconds, millis],
        alias(seconds, created_at=0),
        VERIFIED,
    )
    table.row(
        "no-meaning-time",
        "a number that is no time of the other format",
        "FORMAT-5 FORMAT-11",
        [seconds, millis],
        alias(millis, created_at=1779070754123),
        VERIFIED,
    )
    hashed = {
        **ONE,
        "body": {**body_roles(payload_sha256="/hash")["body"], "excluded": ["/id", "/sig", "/data"]},
    }
    wrapped = {**hashed, "name": "wrapped", "body": {**hashed["body"], "payload_wrapper": "payload"}}
    table.row(
        "ambiguous-payload-wrapper",
        "one hash with and without a wrapper",
        "FORMAT-5",
        [hashed, wrapped],
        alias(hashed),
        ("unbound", "ambiguous"),
    )
    both = {**ONE, "name": "both", "body": body_roles(payload_sha256="/hash")["body"]}
    twice = signed(both, DEMO, alias(both))
    moved = {
        **both,
        "name": "moved",
        "body": {**both["body"], "roles": {**both["body"]["roles"], "payload": "/data2"}},
    }
    table.row(
        "ambiguous-payload",
        "two payloads in one signed value",
        "FORMAT-5",
        [both, moved],
        signed(both, DEMO, {**twice, "data2": {}}),
        ("unbound", "ambiguous"),
    )
    table.row(
        "no-meaning-hash",
        "a hash of the other format that is in no text",
        "FORMAT-5",
        [
            ONE,
            {
                **both,
                "body": {
                    **both["body"],
                    "roles": {**both["body"]["roles"], "event_type": "/on", "target": "/type"},
                },
            },
        ],
        signed(ONE, DEMO, {**base, "hash": "x"}),
        VERIFIED,
    )
    deep = {**ONE, "body": {**ONE["body"], "roles": {**ONE["body"]["roles"], "signer_id": "/who/id"}}}
    deeper = {
        **deep,
        "name": "deeper",
        "body": {**deep["body"], "roles": {**deep["body"]["roles"], "signer_id": "/who/x/id"}},
    }
    signer = signed(
        deep, DEMO, {**without(base, ("by",)), "who": {"id": DEMO.signer_id, "x": {"id": DEMO.signer_id}}}
    )
    table.row(
        "ambiguous-signer-object",
        "one signer id in two signer objects",
        "FORMAT-5",
        [deep, deeper],
        signer,
        ("unbound", "ambiguous"),
    )
    table.row(
        "ambiguous-of-unknown",
        "a key that lists unknown does not change it",
        "FORMAT-5 CHECK-13",
        [ONE, changed_target, "unknown"],
        base,
        ("unbound", "ambiguous"),
    )
    table.row(
        "altered-before-ambiguous",
        "what fails is not ambiguous",
        "FORMAT-5 CHECK-14",
        [ONE, changed_target],
        {**base, "note": 1},
        ("invalid", "hash_mismatch"),
    )
    v1 = alias(OURS)
    away = renamed(OURS, "away", body={"roles": {"target": "/event_type", "event_type": "/target"}})
    table.row(
        "ambiguous-event-1",
        "the built-in format has no priority",
        "FORMAT-5",
        ["pithbundle-event-1", away],
        v1,
        ("unbound", "ambiguous"),
    )


def _unverified(table: Table, base: Json) -> None:
    elements = [
        {},
        {"x": 1},
        {"x": 1.5},
        {"x": 1},
        {**base, "key": "z"},
        without(base, ("sig",)),
        {**base, "note": 1},
        base,
    ]
    wants: list[Want] = [
        UNREAD,
        UNREAD,
        UNREAD,
        UNREAD,
        ("unknown_key", "key_unknown"),
        ("not_signed", None),
        ("invalid", "hash_mismatch"),
        VERIFIED,
    ]
    table.row(
        "unverified",
        "identities of whole elements, each once",
        "UNV-1 UNV-2 FORMAT-15",
        [ONE],
        elements,
        *wants,
    )
    table.row(
        "unverified-order",
        "their digest does not depend on the order",
        "UNV-2",
        [ONE],
        elements[::-1],
        *wants[::-1],
    )
    table.row(
        "unverified-unbound",
        "unbound elements are unverified, whatever the remark",
        "UNV-1",
        [ONE, "unknown"],
        [{**base, "note": 1}, {**base, "on": "x"}],
        ("unbound", "hash_mismatch"),
        ("unbound", "hash_mismatch"),
    )
    table.row("unverified-none", "none", "UNV-2", [ONE], base, VERIFIED)
    detached = element(DETACHED, DEMO, RECORD, "alias_added", "record", PAYLOAD, 1779070754)
    good = detached["signatures"][1]
    for name, about, made in (
        ("beside", "members beside the content, an item before, a member in the way", {**detached, "note": {"x": 1}, "signatures": [{"value": "x"}, {**good, "extra": None}, 3]}),
        ("null-on-the-way", "a null that leads to nothing", {**detached, "event": {**detached["event"], "y": None}}),
        ("nulls-in-array", "nulls of an array", {**detached, "signatures": [None, good, None]}),
        ("scalar-beside", "a member of an object above the content", {**detached, "event": {**detached["event"], "z": 0}}),
    ):  # fmt: skip
        table.row(f"unsigned-{name}", about, "EVT-5", [DETACHED], made, VERIFIED)
    nothing = {**detached, "signatures": None}
    table.row(
        "unsigned-signatures-null",
        "a null that the signature would be in",
        "EVT-5 CHECK-2",
        [DETACHED],
        nothing,
        ("not_signed", None),
    )
    table.row(
        "unsigned-signatures-string",
        "a string where the signature would be in",
        "EVT-5 CHECK-2",
        [DETACHED],
        {**detached, "signatures": "x"},
        ("not_signed", None),
    )
    receipt = {"kind": "pith_receipt", "key_id": "nobody", "algorithm": "ed25519", "signature_b64": None}
    placed = alias(payload={**PAYLOAD, "receipt": receipt})
    fake = signed(ONE, DEMO, {**alias(), "payload": {"receipt": receipt}})
    unread = {"payload": {"receipt": receipt}}
    entry = {"verdict": "unknown_key", "code": "key_unknown"}
    table.row("receipts", "a receipt is in the payload of the reading, or at /payload/receipt where nothing reads", "RCPT-4", [ONE], [placed, fake, unread], VERIFIED, VERIFIED, UNREAD, receipts=[
        {"event_id": oracle.event_id(ONE, placed), "pointer": "/events/0/data/receipt", **entry},
        {"event_id": None, "pointer": "/events/2/payload/receipt", **entry},
    ])  # fmt: skip


def files() -> list[File]:
    """The files of this module."""
    return [pointers(), messages(), verdicts()]
