# ruff: noqa: E501  (tables: one vector, one row)
"""Event formats as documents: what is one, and how elements are read, judged, merged and exported under several.

Expectations are those of :mod:`kit.oracle.formats`, which is written from the specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any, Final

from kit import (
    DEMO,
    DEMO_NEXT,
    MIRROR,
    Json,
    Signer,
    canonical,
    oracle,
    payloads,
    policy,
    policy_key,
    sha256_hex,
    sign,
    to_json,
)
from kit.formats import (
    ASCII,
    CONSTANT_SIGNER,
    DETACHED,
    EDDSA,
    FAMILY,
    FLAT_MILLISECONDS,
    HEX_ID,
    IN_WRAPPER,
    LAYOUTS,
    OURS,
    SIGNED_HEX,
    URL_SIGNATURE,
    element,
    renamed,
    signed,
)
from kit.oracle import formats
from kit.tampered import changed, without
from vectorgen.answers import Beside, answer
from vectorgen.events import BASE, nested
from vectorgen.fixtures import CREATED, RECORD, bundle_of, frame, parts
from vectorgen.vector_file import Bytes, File, as_json, as_text, joined, part, text

#: The time of each form: the same instant for all but that of milliseconds.
TIMES: Final[dict[str, Any]] = {
    "rfc3339": "2026-05-18T01:39:14Z",
    "seconds": 1779068354,
    "milliseconds": 1779068354078,
}
ALL: Final = (*LAYOUTS, HEX_ID, CONSTANT_SIGNER)


def time_of(document: Json, later: int = 0) -> Any:
    """A time as a document writes it, so many seconds after the first."""
    form = formats.effective(document)["body"]["time"]
    if form == "rfc3339":
        return (
            f"2026-05-18T01:{39 + later // 60:02}:{14 + later % 60:02}Z"
            if later < 46
            else f"2026-05-18T02:{later // 60:02}:{later % 60:02}Z"
        )
    return TIMES[form] + later * (1 if form == "seconds" else 1000)


def made(document: Json, value: str = "x", signer: Signer = DEMO, later: int = 0, **more: Any) -> Json:
    """An alias_added under a document."""
    return element(
        document,
        signer,
        RECORD,
        "alias_added",
        "record",
        payloads.alias_added("example", value),
        time_of(document, later),
        **more,
    )


def listing(*items: Any, signer: Signer = DEMO, **more: Any) -> Json:
    """A policy whose one key lists formats."""
    return policy(policy_key(signer, event_formats=[*items], **more))


def documents() -> File:
    """Documents that are formats, and what is none (FORMAT-1, FORMAT-2)."""
    file = File(
        "policy",
        "formats",
        "Format documents: their effective form, digest and binding; faults with their location.",
    )

    def accept(name: str, about: str, clauses: str, document: Json) -> None:
        reported = {"name": document["name"], "effective": as_json(formats.effective(document)),
                "format_sha256": formats.format_sha256(document), "is_binding": formats.binds(document)}  # fmt: skip
        file.add(name, about, clauses, "format", {"data": as_json(document)}, {"ok": reported})

    for document in {one["name"]: one for one in (*FAMILY.values(), *ALL)}.values():
        accept(document["name"], "a format", "FORMAT-1 FORMAT-4", document)
    written = {"name": OURS["name"], **formats.effective(OURS)}
    accept("defaults-written", "every default written out: the same digest", "FORMAT-1", written)
    lone = renamed(OURS, "lone", proof={"roles": {"key_id": "/signer/key_id"}})
    accept("key-id-pointer", "a pointer is an array of one", "FORMAT-1", lone)
    accept(
        "key-id-array",
        "the same digest",
        "FORMAT-1",
        renamed(OURS, "lone", proof={"roles": {"key_id": ["/signer/key_id"]}}),
    )
    accept("sorted", "arrays in any order", "FORMAT-1", renamed(OURS, "sorted", body={"excluded": ["/signature", "/event_id"]},
                                                                 proof={"roles": {"key_id": ["/signer/key_id", "/signature/key_id"]}}))  # fmt: skip
    for name, role in (("subject", "subject"), ("time", "created_at")):
        bare = renamed(OURS, f"no-{name}")
        del bare["body"]["roles"][role]
        accept(f"no-{name}", "a format without this role does not bind", "FORMAT-4", bare)
    hashed = renamed(
        OURS,
        "hashed",
        body={
            "excluded": ["/event_id", "/signature", "/payload"],
            "roles": {"payload_sha256": "/payload_sha256"},
        },
    )
    accept("payload-hashed", "a payload outside the content is covered by its hash", "FORMAT-4", hashed)
    unhashed = renamed(OURS, "unhashed", body={"excluded": ["/event_id", "/signature", "/payload"]})
    accept("payload-excluded", "and not without it", "FORMAT-4", unhashed)
    for name in ("event_type", "target", "signer_id"):
        accept(
            f"constant-{name}",
            "a constant is covered",
            "FORMAT-4 FORMAT-2",
            renamed(OURS, "constant", body={"roles": {name: {"constant": "x"}}}),
        )
    most = {f"/m{n:02}": "string" for n in range(16)}
    accept("pointers-32", "32 pointers", "FORMAT-1", renamed(OURS, "many", body={"required": most}))
    accept(
        "tokens-16",
        "a pointer of 16 tokens",
        "FORMAT-2",
        renamed(OURS, "deep", body={"required": {"/a" * 16: "string"}}),
    )
    accept(
        "escaped-token",
        "tokens are escaped",
        "FORMAT-2",
        renamed(OURS, "escaped", body={"required": {"/a~1b~0c": "string"}}),
    )
    accept("name-longest", "a name of 64 characters", "FORMAT-1", renamed(OURS, "0" * 64))
    for kind in ("array", "boolean", "integer", "number", "object", "string"):
        accept(
            f"type-{kind}", "a JSON type", "FORMAT-1", renamed(OURS, kind, body={"required": {"/more": kind}})
        )
    for wrapper in ("body", "content", "data", "envelope", "event", "message", "payload", "signed"):
        accept(
            f"wrapper-{wrapper}",
            "a wrapper",
            "FORMAT-1",
            renamed(OURS, wrapper, body={"wrapper": wrapper, "payload_wrapper": wrapper}),
        )
    _rejected(file)
    return file


def _rejected(file: File) -> None:
    path: tuple[str, ...]
    value: Any

    def reject(name: str, about: str, document: Any, pointer: str, clauses: str = "FORMAT-1") -> None:
        file.reject(
            name,
            about,
            clauses,
            "format",
            {"data": as_json(document)},
            "format",
            "pithbundle-event-1",
            pointer=pointer,
        )

    base = renamed(OURS, "base")
    for name, value in (("null", None), ("array", []), ("string", "x"), ("empty", {})):
        reject(
            f"is-{name}", "a document is an object with a type", value, "/format_type" if value == {} else ""
        )
    long = {**base, "more": "x" * 16_384}
    reject("size", "more than 16,384 canonical bytes, before its members", long, "")
    for path, about, values in (
        (("format_type",), "the type", ("x", 1)), (("format_version",), "the version", ("2", 1)),
        (("name",), "1 to 64 characters of names", ("", "A", "-x", "x" * 65, "x y", 1, None, "x\n")),
        (("name",), "not a name of something built in", ("unknown", "integrity-1")),
        (("body",), "an object", ([], None)), (("body", "base"), "a pointer", ("x", 1, "/-", "/a~2", "/a~")),
        (("body", "excluded"), "an array", ({}, "/x")), (("body", "required"), "an object", ([],)),
        (("body", "wrapper"), "a listed name", ("x", "Event", 1)), (("body", "payload_wrapper"), "a listed name", ("x", {})),
        (("body", "escape"), "none or ascii", ("ASCII", None)), (("body", "roles"), "an object", ([], None)),
        (("body", "roles", "event_type"), "a pointer or a constant", (1, None, [], {"constant": 1}, {"constant": ""}, {"constant": "x", "more": 1}, {"constant": "x" * 257})),
        (("body", "roles", "subject"), "a pointer: no constant", ({"constant": "x"},)),
        (("body", "roles", "payload"), "a pointer: no constant", ({"constant": "x"}, {})),
        (("body", "roles", "created_at"), "a pointer: no constant", ({"constant": "2026-05-18T01:39:14Z"},)),
        (("body", "constants"), "an object", ([],)), (("body", "time"), "a form of times", ("iso", None, 1)),
        (("proof",), "an object", ([], None)), (("proof", "roles"), "an object", ([],)),
        (("proof", "roles", "signature"), "a pointer", ({"constant": "x"}, None)),
        (("proof", "roles", "fingerprint"), "a pointer", ({"constant": "x"},)),
        (("proof", "roles", "key_id"), "not empty", ([], {}, 1)),
        (("proof", "constants"), "an object", ("x",)), (("proof", "algorithm_text"), "a string of 1 to 256 bytes", ("", "x" * 257, None)),
        (("proof", "signs"), "a message", ("id", "sha256", None)), (("proof", "signature_text"), "a text of bytes", ("base32", None)),
        (("proof", "id_text"), "a text of ids", ("base64", None)),
    ):  # fmt: skip
        for at, value in enumerate(values):
            label = "-".join(path).replace("_", "-")
            reject(
                f"{label}-{at}-{about.split()[0]}-{about.split()[-1]}".replace(":", "").replace(",", ""),
                about,
                changed(base, path, value),
                "/" + "/".join(path),
            )
    for path in (("format_type",), ("format_version",), ("name",), ("body",), ("proof",), ("body", "roles"), ("proof", "roles"),
                 ("body", "roles", "event_type"), ("body", "roles", "target"), ("body", "roles", "payload"), ("body", "roles", "signer_id"),
                 ("proof", "roles", "signature"), ("proof", "roles", "key_id")):  # fmt: skip
        reject(
            f"without-{'-'.join(path)}".replace("_", "-"),
            "a required member",
            without(base, path),
            "/" + "/".join(path),
        )
    for path in ((), ("body",), ("proof",), ("body", "roles"), ("proof", "roles")):
        reject(
            f"unknown-{'-'.join(path) or 'member'}",
            "an unknown member; the first in order",
            changed(changed(base, (*path, "zz"), 1), (*path, "y/~"), 1),
            "".join(f"/{one}" for one in (*path, "y~1~0")),
        )
    reject(
        "name-of-ours",
        "another document under the name of a built-in one",
        changed(base, ("name",), "pithbundle-event-1") | {"proof": {**base["proof"], "signs": "hex"}},
        "/name",
    )
    for name, about, document, pointer in (
        ("excluded-item", "a pointer", changed(base, ("body", "excluded", 1), "x"), "/body/excluded/1"),
        ("excluded-twice", "none twice", renamed(base, "x", body={"excluded": ["/signature", "/event_id", "/signature"]}), "/body/excluded/2"),
        ("required-pointer", "a pointer", renamed(base, "x", body={"required": {"x": "string"}}), "/body/required/x"),
        ("required-type", "a JSON type", renamed(base, "x", body={"required": {"/x": "text"}}), "/body/required/~1x"),
        ("required-first", "members by name, sorted", renamed(base, "x", body={"required": {"/b": 1, "/a": 1}}), "/body/required/~1a"),
        ("constants-float", "no floats", renamed(base, "x", body={"constants": {"/x": 0.5}}), "/body/constants/~1x"),
        ("constants-object", "scalars only", renamed(base, "x", proof={"constants": {"/signature/x": {}}}), "/proof/constants/~1signature~1x"),
        ("key-id-item", "a pointer", renamed(base, "x", proof={"roles": {"key_id": ["/signer/key_id", 1]}}), "/proof/roles/key_id/1"),
        ("key-id-twice", "none twice", renamed(base, "x", proof={"roles": {"key_id": ["/signer/key_id"] * 2}}), "/proof/roles/key_id/1"),
        ("tokens-17", "17 tokens", renamed(base, "x", body={"required": {"/a" * 17: "string"}}), "/body/required/" + "~1a" * 17),
        ("token-high", "a token that is no member name", renamed(base, "x", body={"excluded": ["/event_id", "/signature", "/\ue000"]}), "/body/excluded/2"),
        ("pointers-33", "33 pointers", renamed(base, "x", body={"required": {f"/m{n:02}": "string" for n in range(17)}}), ""),
    ):  # fmt: skip
        reject(name, about, document, pointer, "FORMAT-1 FORMAT-2")
    inner = renamed(base, "x", body={"base": "/event", "excluded": [], "required": {}, "roles": {
        "event_type": "/event/event_type", "subject": "/event/subject", "target": "/event/target", "payload": "/event/payload",
        "created_at": "/event/created_at", "signer_id": "/event/signer_id"}},
        proof={"roles": {"signature": "/sig", "event_id": "/id", "key_id": "/key", "fingerprint": "/fp", "algorithm": "/alg"}, "constants": {}})  # fmt: skip
    for name, about, document, pointer in (
        ("excluded-outside", "an excluded pointer is below base", renamed(inner, "x", body={"excluded": ["/other"]}), "/body/excluded/0"),
        ("excluded-base", "and not base", renamed(inner, "x", body={"excluded": ["/event"]}), "/body/excluded/0"),
        ("excluded-all", "nor the element", renamed(base, "x", body={"excluded": [""]}), "/body/excluded/0"),
        ("excluded-above", "none above another", renamed(base, "x", body={"excluded": ["/signature", "/event_id", "/signature/x"]}), "/body/excluded/2"),
        ("excluded-below", "whichever is first", renamed(base, "x", body={"excluded": ["/signature/x", "/event_id", "/signature"]}), "/body/excluded/2"),
        ("required-excluded", "required pointers are inside", renamed(base, "x", body={"required": {"/signature/note": "string"}}), "/body/required/~1signature~1note"),
        ("required-outside", "below base", renamed(inner, "x", body={"required": {"/other": "string"}}), "/body/required/~1other"),
        ("required-above", "not above it", renamed(inner, "x", body={"required": {"": "object"}}), "/body/required/"),
        ("constants-outside", "so are constants of the body", renamed(inner, "x", body={"constants": {"/other": 1}}), "/body/constants/~1other"),
        ("target-excluded", "the target is covered", renamed(base, "x", body={"excluded": ["/event_id", "/signature", "/target"]}), "/body/roles/target"),
        ("target-outside", "also if base is deeper", renamed(inner, "x", body={"roles": {"target": "/target"}}), "/body/roles/target"),
        ("hash-excluded", "so is the hash of the payload", renamed(base, "x", body={"excluded": ["/event_id", "/signature", "/h"], "roles": {"payload_sha256": "/h"}}), "/body/roles/payload_sha256"),
        ("signature-inside", "no signature signs itself", renamed(base, "x", body={"excluded": ["/event_id"]}), "/proof/roles/signature"),
        ("signature-above", "nor what it is in", renamed(inner, "x", proof={"roles": {"signature": ""}}), "/proof/roles/signature"),
        ("id-inside", "no id its own digest", renamed(base, "x", body={"excluded": ["/signature"]}), "/proof/roles/event_id"),
        ("key-id-above", "no key id contains the content", renamed(inner, "x", proof={"roles": {"key_id": ["/key", ""]}}), "/proof/roles/key_id/1"),
        ("fingerprint-above", "nor a fingerprint", renamed(inner, "x", proof={"roles": {"fingerprint": ""}}), "/proof/roles/fingerprint"),
        ("algorithm-above", "nor an algorithm", renamed(inner, "x", proof={"roles": {"algorithm": ""}}), "/proof/roles/algorithm"),
        ("proof-constants-above", "nor a constant", renamed(inner, "x", proof={"constants": {"": 1}}), "/proof/constants/"),
        ("overlap-id", "the id at the signature", renamed(inner, "x", proof={"roles": {"event_id": "/sig"}}), "/proof/roles/event_id"),
        ("overlap-below", "below it", renamed(inner, "x", proof={"roles": {"key_id": "/sig/key"}}), "/proof/roles/key_id"),
        ("overlap-above", "above it", renamed(inner, "x", proof={"roles": {"signature": "/sig/value", "algorithm": "/sig"}}), "/proof/roles/algorithm"),
        ("overlap-constant", "a constant too", renamed(inner, "x", proof={"constants": {"/fp": "x"}}), "/proof/constants/~1fp"),
        ("overlap-payload", "the hashed payload too", renamed(inner, "x", body={"roles": {"payload": "/payload", "payload_sha256": "/event/h"}}, proof={"roles": {"signature": "/payload/sig"}}), "/proof/roles/signature"),
        ("overlap-partly-excluded", "a payload of which a part is excluded", renamed(inner, "x", body={"excluded": ["/event/payload/fp"], "roles": {"payload_sha256": "/event/h"}}, proof={"roles": {"fingerprint": "/event/payload/fp"}}), "/proof/roles/fingerprint"),
        ("first-excluded", "excluded pointers before required ones", renamed(base, "x", body={"excluded": [""], "required": {"/signature": "object"}}), "/body/excluded/0"),
        ("first-target", "the target before the signature", renamed(base, "x", body={"excluded": ["/target"]}), "/body/roles/target"),
    ):  # fmt: skip
        reject(name, about, document, pointer, "FORMAT-2")


class Reading:
    """Vectors of ``check``: elements under a policy, with the verdicts of the oracle."""

    def __init__(self, name: str, about: str) -> None:
        self.file = File("event", name, about, {"frame": frame()})
        self.policies: dict[bytes, str] = {}

    def policy_part(self, claimed: Json) -> Bytes:
        """The part of a policy, each written once."""
        data = to_json(claimed)
        if data not in self.policies:
            self.policies[data] = f"policy-{len(self.policies)}"
            self.file.parts[self.policies[data]] = as_text(data)
        return part(self.policies[data])

    def check(self, name: str, about: str, clauses: str, claimed: Json, *elements: Any, control: str | None = None,
              expect: Sequence[tuple[str, str | None]] = ()) -> None:  # fmt: skip
        """Add a vector; ``expect`` are status and code of each element, by hand."""
        reported = formats.check_answer(claimed, RECORD, elements)
        found = [(one["verdict"], one["code"]) for one in reported["elements"]]
        if expect and found != [*expect]:
            raise ValueError(f"{name}: the oracle computes {found}, the table has {expect}")
        self.file.add(name, about, clauses, "check", {"data": bundle_of(*elements), "policy": self.policy_part(claimed), "format": None},
                      {"ok": reported}, control)  # fmt: skip


def reading() -> File:
    """An element under each format, and what one change of it comes to (FORMAT-3, FORMAT-4, FORMAT-8 to FORMAT-11)."""
    made_here = Reading("formats", "An event under each of several formats, and the same with one change.")
    check = made_here.check
    for document in ALL:
        name = document["name"]
        claimed = listing(document)
        whole = made(document, "b\u00e4se \x7f\U0001f600")
        check(
            name,
            "id and signature are made by this format",
            "FORMAT-3 FORMAT-8 CHECK-10",
            claimed,
            whole,
            expect=[("verified", None)],
        )
        check(f"{name}-unknown-type", "a type of no merge rules", "CHECK-10", claimed,
              element(document, DEMO, RECORD, "peer_review", "record", {}, time_of(document)), expect=[("unknown_type", None)], control=name)  # fmt: skip
        roles = document["body"]["roles"]
        for role, value in (("event_type", "citation"), ("target", "graph"), ("payload", {"alias_kind": "example", "alias_value": "y"}),
                            ("created_at", time_of(document, 1))):  # fmt: skip
            if isinstance(roles[role], str):
                altered = changed(whole, tuple(formats.tokens(roles[role])), value)
                check(
                    f"{name}-{role}-altered".replace("_", "-"),
                    "a covered member is altered",
                    "FORMAT-4 CHECK-3",
                    claimed,
                    altered,
                    expect=[("invalid", "hash_mismatch")],
                    control=name,
                )
        pointers = {"signature": "/".join(formats.tokens(document["proof"]["roles"]["signature"]))}
        where = tuple(int(one) if one.isdigit() else one for one in pointers["signature"].split("/"))
        check(
            f"{name}-null-signature",
            "null is no signature",
            "FORMAT-8 CHECK-2",
            claimed,
            changed(whole, where, None),
            expect=[("not_signed", None)],
            control=name,
        )
        check(
            f"{name}-number-signature",
            "a signature of another type",
            "FORMAT-8 CHECK-1",
            claimed,
            changed(whole, where, 1),
            expect=[("invalid", "type")],
            control=name,
        )
        check(
            f"{name}-signature-text",
            "a signature in another text",
            "CHECK-8",
            claimed,
            changed(
                whole,
                where,
                "!" + formats.at(whole, document["proof"]["roles"]["signature"], arrays=True)[1:],
            ),
            expect=[("invalid", "encoding")],
            control=name,
        )
        times = {"rfc3339": "never", "seconds": 253402300800, "milliseconds": -62135596800001}
        late = changed(
            whole,
            tuple(formats.tokens(roles["created_at"])),
            times[formats.effective(document)["body"]["time"]],
        )
        check(
            f"{name}-time",
            "a time outside the form: well-formed comes before the id",
            "FORMAT-11 EVT-6 FORMAT-14",
            claimed,
            late,
            expect=[("invalid", "time")],
            control=name,
        )
        nobody = made(document, signer=Signer(300, DEMO.signer_id, DEMO.key_id))
        if "fingerprint" in document["proof"]["roles"]:
            check(
                f"{name}-other-key",
                "a key of this name with another fingerprint",
                "CHECK-5",
                claimed,
                nobody,
                expect=[("unknown_key", "key_unknown")],
                control=name,
            )
        else:
            check(
                f"{name}-other-key",
                "a key of this name: its signature does not verify",
                "CHECK-9",
                claimed,
                nobody,
                expect=[("invalid", "signature_invalid")],
                control=name,
            )
        check(
            f"{name}-not-ours", "an event of ours under it", "FORMAT-8 FORMAT-9", claimed, BASE, control=name
        )
        check(
            f"{name}-under-ours",
            "an event of it under ours",
            "FORMAT-8 FORMAT-9",
            listing(OURS),
            whole,
            control=name,
        )
        check(f"{name}-unlisted", "a key of the name that does not list it", "FORMAT-9 CHECK-5",
              policy(policy_key(DEMO, event_formats=[FAMILY["event-payload-bytes"]]), policy_key(MIRROR, event_formats=[document])), whole, control=name)  # fmt: skip
        check(
            f"{name}-no-id",
            "an id may be absent",
            "FORMAT-8 EVT-4",
            claimed,
            made(document, with_id=False),
            expect=[("verified", None)],
        )
    for document in FAMILY.values():
        name = document["name"]
        whole = element(
            OURS, DEMO, RECORD, "alias_added", "record", payloads.alias_added("example", name), CREATED
        )
        check(f"family-{name}", "a cover and a message", "FORMAT-1 FORMAT-4 EVT-5", listing(document), sign(whole, DEMO, document),
              expect=[("verified" if formats.binds(document) else "unbound", None)], control="pithbundle-event-1")  # fmt: skip
        if document is not OURS:
            check(
                f"family-{name}-of-ours",
                "an event of ours is another event under this format",
                "FORMAT-1 CHECK-3 CHECK-9",
                listing(document),
                whole,
                control="pithbundle-event-1",
            )
    _details(made_here)
    return made_here.file


def _details(here: Reading) -> None:
    """The parts of FORMAT-1 to FORMAT-11 that no layout shows alone."""
    check = here.check
    detached = made(DETACHED)
    claimed = listing(DETACHED)
    for name, about, value, expect in (
        ("constant-true", "a constant of another type", changed(detached, ("event", "draft"), 0), ("unknown_format", None)),
        ("constant-missing", "a constant that is missing", without(detached, ("event", "expires")), ("unknown_format", None)),
        ("constant-body", "a constant of the body", changed(detached, ("event", "head", "v"), 3), ("unknown_format", None)),
        ("proof-missing-unsigned", "without a signature proof is not demanded", {"event": {**detached["event"]}, "signatures": []}, ("not_signed", None)),
        ("proof-other-unsigned", "whatever it is", changed(changed(detached, ("signatures", 1, "value"), None), ("event", "draft"), "x"), ("not_signed", None)),
        ("array-object", "an object in place of the array", {**detached, "signatures": {"1": detached["signatures"][1]}}, ("verified", None)),
        ("array-first", "the first item is unsigned", changed(detached, ("signatures", 0), {"note": 1}), ("verified", None)),
        ("array-more", "further items", {**detached, "signatures": [*detached["signatures"], None, 5]}, ("verified", None)),
        ("key-ids-differ", "key ids that differ", changed(detached, ("signatures", 1, "key"), "x"), ("unknown_key", "key_unknown")),
        ("key-id-number", "a key id of another type", changed(detached, ("signatures", 1, "key"), 1), ("unknown_format", None)),
        ("algorithm", "the word of the format", changed(detached, ("signatures", 1, "alg"), "ed25519"), ("invalid", "algorithm")),
        ("algorithm-missing", "an absent one is another", without(detached, ("signatures", 1, "alg")), ("invalid", "algorithm")),
        ("algorithm-type", "an optional role of another type", changed(detached, ("signatures", 1, "alg"), None), ("invalid", "type")),
        ("fingerprint-missing", "a fingerprint may be absent", without(detached, ("signatures", 1, "fingerprint")), ("verified", None)),
        ("fingerprint-null", "an optional role of another type", changed(detached, ("signatures", 1, "fingerprint"), None), ("invalid", "type")),
        ("hash-text", "the hash of the payload in its text", signed(DETACHED, DEMO, changed(detached, ("event", "head", "payload_sha256"), "x")), ("invalid", "encoding")),
        ("hash-prefixed", "or prefixed", signed(DETACHED, DEMO, changed(detached, ("event", "head", "payload_sha256"), "sha256:" + detached["event"]["head"]["payload_sha256"])), ("verified", None)),
        ("hash-other", "another hash, signed", signed(DETACHED, DEMO, changed(detached, ("event", "head", "payload_sha256"), "0" * 64)), ("invalid", "hash_mismatch")),
        ("payload-large", "a hashed payload over the size", element(DETACHED, DEMO, RECORD, "alias_added", "record", {"x": "f" * 262_144}, time_of(DETACHED)), ("unknown_format", "event_size")),
        ("payload-deep", "nested too deeply", element(DETACHED, DEMO, RECORD, "alias_added", "record", {"x": nested(24)}, time_of(DETACHED)), ("unknown_format", "depth")),
        ("base-array", "base is an object", changed(detached, ("event", "head"), []), ("unknown_format", None)),
        ("time-true", "true is no integer", changed(detached, ("event", "head", "meta", "created_at"), True), ("unknown_format", None)),
        ("beside", "members beside the content are unsigned", {**changed(detached, ("event", "more"), 1), "more": 1}, ("verified", None)),
        ("inside", "members inside it are signed", changed(detached, ("event", "head", "more"), 1), ("invalid", "hash_mismatch")),
    ):  # fmt: skip
        check(
            f"detached-{name}",
            about,
            "FORMAT-8 FORMAT-4 EVT-5" if expect[0] == "verified" else "FORMAT-8 FORMAT-4 FORMAT-14",
            claimed,
            value,
            expect=[expect],
            control="detached",
        )
    apart = made(CONSTANT_SIGNER)
    check(
        "constant-signer-no-container",
        "the object above an excluded pointer is demanded",
        "FORMAT-8",
        listing(CONSTANT_SIGNER),
        without(apart, ("meta",)),
        expect=[("unknown_format", None)],
        control="constant-signer",
    )
    for name, document in (("hex", HEX_ID), ("prefixed", OURS)):
        other = made(HEX_ID if document is OURS else OURS)
        check(
            f"id-text-{name}",
            "an id in the other text",
            "FORMAT-10 CHECK-8",
            listing(document),
            other,
            expect=[("invalid", "encoding")],
            control="pithbundle-event-1",
        )
    large = sign({**without(BASE, ("signature",)), "deep": nested(24)}, DEMO)
    for name, claimed_, verdict in (
        ("ours", listing(OURS), "invalid"), ("two", listing(OURS, SIGNED_HEX), "unknown_format"),
        ("unknown", listing(OURS, "unknown"), "unbound"), ("integrity", listing(OURS, "integrity-1"), "unknown_format"),
        ("other-key", policy(policy_key(DEMO), policy_key(MIRROR, event_formats=["unknown"])), "unknown_format"),
    ):  # fmt: skip
        check(
            f"limit-{name}",
            "a limit accuses only where every key lists ours alone",
            "FORMAT-14 LIM-6",
            claimed_,
            large,
            expect=[(verdict, "depth")],
            control="pithbundle-event-1",
        )
        strange: list[Any] = ["eyJhbGciOiJFZERTQSJ9..c2ln", 7, None, []]
        status = "invalid" if name == "ours" else "unknown_format"
        kept = [formats.element_sha256({"verdict": status}, each) for each in strange]
        here.file.add(f"no-object-{name}", "so does an element that is not an object", "FORMAT-14 CHECK-14 UNV-1", "check",
                      {"data": bundle_of(*(to_json(each).decode() for each in strange)), "policy": here.policy_part(claimed_), "format": None},
                      {"ok": {"elements": [{"pointer": f"/events/{at}", "event_id": None, "code": "type", "unsigned": [],
                                            "verdict": status} for at in range(4)],
                              "formats": [None] * 4, "unverified": kept, "unverified_sha256": formats.unverified_sha256(kept)}},
                      here.file.ident("pithbundle-event-1"))  # fmt: skip
        text_ = to_json(BASE).decode()[:-1] + ',"x":1.0}'
        verdict = "invalid" if name == "ours" else "unknown_format"
        here.file.add(f"value-fault-{name}", "so does a value-level fault", "FORMAT-14 FAULT-3 UNV-1", "check",
                      {"data": bundle_of(text_), "policy": here.policy_part(claimed_), "format": None},
                      {"ok": {"elements": [{"pointer": "/events/0", "event_id": None, "verdict": verdict, "code": "number_form", "unsigned": []}],
                              "formats": [None], "unverified": [None], "unverified_sha256": formats.unverified_sha256([])}},
                      here.file.ident("pithbundle-event-1"))  # fmt: skip


def unknown() -> File:
    """Elements that cannot be checked: unknown formats, keys that list ``unknown``, identities (FORMAT-9, UNV-1, UNV-2)."""
    here = Reading("unknown", "Elements of unknown format, and keys whose format may be another.")
    check = here.check
    ours, both, alone = listing(OURS), listing(OURS, "unknown"), listing("unknown")
    registry = listing("integrity-1", "unknown")
    check("base", "under a key of our format", "FORMAT-9", ours, BASE, expect=[("verified", None)])
    check("base-both", "beside unknown", "CHECK-13", both, BASE, expect=[("verified", None)])
    variants: tuple[tuple[str, str, Json], ...] = (
        ("signature-beside", "the signature beside the event", {**without(BASE, ("signature",)), "signature_b64": BASE["signature"]["signature_b64"], "key_id": DEMO.key_id}),
        ("no-kind", "no kind", without(BASE, ("signature", "kind"))),
        ("other-kind", "another kind", changed(BASE, ("signature", "kind"), "ed25519_signature")),
        ("signatures", "signatures as an array", {**without(BASE, ("signature",)), "signatures": [BASE["signature"]]}),
        ("milliseconds", "milliseconds", changed(BASE, ("created_at",), 1779068354078)),
        ("no-signer", "no signer", without(BASE, ("signer",))), ("no-time", "no time", without(BASE, ("created_at",))),
        ("wrapped", "in an object", {"event": BASE}), ("no-target", "no target", without(BASE, ("target",))),
        ("empty", "an object without members", {}), ("record", "a record", RECORD),
        ("all-wrong", "every member of another type", dict.fromkeys(BASE, 1)),
    )  # fmt: skip
    for name, about, variant in variants:
        for label, claimed in (("ours", ours), ("both", both), ("alone", alone), ("registry", registry)):
            # An envelope of our own format without its signature is read, and not signed.
            unsigned = label in ("ours", "both") and name in ("signature-beside", "signatures")
            check(f"{label}-{name}", f"{about}: not invalid", "FORMAT-8 FORMAT-9 UNV-1", claimed, variant, control="base",
                  expect=[("not_signed" if unsigned else "unknown_format", None)])  # fmt: skip
    altered: tuple[tuple[str, Json, str], ...] = (
        ("altered", changed(BASE, ("payload", "alias_value"), "y"), "hash_mismatch"),
        ("id-of-another-form", changed(BASE, ("event_id",), "7001"), "encoding"),
        ("subject", sign(changed(without(BASE, ("signature",)), ("subject_pith_number",), "pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"), DEMO), "subject"),
        ("algorithm", changed(BASE, ("signature", "algorithm"), "Ed25519"), "algorithm"),
        ("signature-encoding", changed(BASE, ("signature", "signature_b64"), "x"), "encoding"),
        ("time", changed(BASE, ("created_at",), "never"), "time"),
        ("id-number", changed(BASE, ("event_id",), 1), "type"),
        ("depth", {**BASE, "deep": nested(24)}, "depth"),
    )  # fmt: skip
    for name, event_, code in altered:
        check(
            f"both-{name}",
            "unbound in place of invalid; the code is kept",
            "CHECK-13",
            both,
            event_,
            expect=[("unbound", code)],
            control="base",
        )
        check(
            f"alone-{name}",
            "no format is tried",
            "FORMAT-9",
            alone,
            event_,
            expect=[("unknown_format", None)],
            control="base",
        )
    role = listing(OURS, "unknown", event_types=["citation"])
    check(
        "both-role",
        "a right that is missing is a remark",
        "CHECK-13 CHECK-6",
        role,
        BASE,
        expect=[("unbound", "key_role")],
        control="base",
    )
    revoked = listing(OURS, "unknown", status="revoked")
    check(
        "both-revoked",
        "so is a revocation",
        "CHECK-13 CHECK-6",
        revoked,
        BASE,
        expect=[("unbound", "key_revoked")],
        control="base",
    )
    for label, claimed in (("both", both), ("ours", ours)):
        gone = without(BASE, ("signature",))
        check(
            f"{label}-unsigned",
            "a missing signature is reported",
            "CHECK-2 UNV-1",
            claimed,
            gone,
            expect=[("not_signed", None)],
            control="base",
        )
        other = changed(BASE, ("signature", "key_id"), "x")
        check(
            f"{label}-key",
            "so is an unknown key",
            "CHECK-5 UNV-1",
            claimed,
            other,
            expect=[("unknown_key", "key_unknown")],
            control="base",
        )
    twin = Signer(100, DEMO.signer_id, DEMO.key_id)
    two = policy(policy_key(DEMO, event_formats=["unknown"]), policy_key(twin))
    of_twin = element(
        OURS, twin, RECORD, "alias_added", "record", payloads.alias_added("example", "t"), CREATED
    )
    check(
        "two-base",
        "the fingerprint chooses the key; it does not list the format",
        "CHECK-5 FORMAT-9",
        two,
        BASE,
        expect=[("unknown_format", None)],
        control="base",
    )
    check("two-twin", "or the other", "CHECK-5 POL-6", two, of_twin, expect=[("verified", None)])
    check(
        "two-twin-altered",
        "of which nothing is tolerated",
        "CHECK-13",
        two,
        changed(of_twin, ("signature", "algorithm"), "x"),
        expect=[("invalid", "algorithm")],
        control="base",
    )
    nameless = renamed(
        URL_SIGNATURE,
        "no-fingerprint",
        body={"excluded": ["/event_id", "/fp", "/signature"], "required": {"/signer": "object"}},
        proof={"roles": {"fingerprint": "/fp"}},
    )
    loose = policy(
        policy_key(DEMO, event_formats=[nameless, "unknown"]), policy_key(twin, event_formats=[nameless])
    )
    of_loose = without(element(nameless, twin, RECORD, "alias_added", "record", {}, CREATED), ("fp",))
    check(
        "agreeing-two",
        "without a fingerprint both keys agree: one verifies",
        "CHECK-5",
        loose,
        of_loose,
        expect=[("verified", None)],
    )
    check(
        "agreeing-unknown",
        "and one that lists unknown is enough",
        "CHECK-13",
        loose,
        changed(of_loose, ("payload",), {"x": 1}),
        expect=[("unbound", "hash_mismatch")],
        control="base",
    )
    several = [
        BASE,
        without(BASE, ("signature",)),
        {},
        RECORD,
        {},
        without(BASE, ("signature",)),
        [],
        changed(BASE, ("payload",), {}),
    ]
    check(
        "identities",
        "equal elements have one identity; invalid ones have none",
        "UNV-1 UNV-2",
        ours,
        *several,
        control="base",
    )
    check(
        "identities-registry",
        "whatever the members' order",
        "UNV-1 UNV-2",
        registry,
        *several[::-1],
        dict(reversed(BASE.items())),
        control="base",
    )
    check("empty", "no element", "UNV-2", ours)
    return here.file


def _two_meanings() -> tuple[Json, Json]:
    """A format in which event type and target change places, and an element that both read."""
    crossed = renamed(OURS, "crossed", body={"roles": {"event_type": "/target", "target": "/event_type"}})
    return crossed, element(
        OURS, DEMO, RECORD, "record", "alias_added", payloads.alias_added("example", "x"), CREATED
    )


def meanings() -> File:
    """Several formats in one policy: which reading decides, and signed values of two meanings (FORMAT-5, FORMAT-9)."""
    here = Reading("meanings", "Several formats in one policy: which reading decides, and what is ambiguous.")
    check = here.check
    eight = [*LAYOUTS]
    for count, some in (("two", [OURS, SIGNED_HEX]), ("eight", eight)):
        elements = [made(one, f"{count}-{one['name']}") for one in some]
        check(
            f"{count}-one-key",
            "one key lists all of them",
            "FORMAT-6 FORMAT-9",
            listing(*some),
            *elements,
            expect=[("verified", None)] * len(some),
        )
        apart = policy(policy_key(DEMO, event_formats=some[:1]), policy_key(MIRROR, event_formats=some[1:]))
        check(
            f"{count}-two-keys",
            "each key its own",
            "FORMAT-6 FORMAT-9",
            apart,
            *elements,
            *(made(one, signer=MIRROR) for one in some),
            control=f"{count}-one-key",
        )
    both = listing(OURS, SIGNED_HEX)
    check(
        "valid-before-invalid",
        "read by two formats, valid under one",
        "FORMAT-9",
        both,
        BASE,
        expect=[("verified", None)],
    )
    check(
        "invalid-under-both",
        "altered under both: the furthest",
        "FORMAT-9",
        both,
        changed(BASE, ("payload",), {}),
        control="two-one-key",
    )
    loose = FAMILY["event-no-time-digest"]
    sign_loose = sign(without(BASE, ("signature",)), DEMO, loose)
    check(
        "unbound-before-invalid",
        "verified under a format that does not bind, invalid under one that does",
        "FORMAT-9",
        listing(OURS, loose),
        sign_loose,
        expect=[("unbound", None)],
        control="two-one-key",
    )
    check(
        "not-signed-before-key",
        "not signed under one, of no key under the other",
        "FORMAT-9",
        listing(OURS, IN_WRAPPER),
        without(BASE, ("signature",)),
        expect=[("not_signed", None)],
        control="two-one-key",
    )
    mixed = policy(
        policy_key(DEMO, event_formats=[OURS]),
        policy_key(MIRROR, event_formats=[FLAT_MILLISECONDS, "unknown"]),
    )
    double = {**BASE, **made(FLAT_MILLISECONDS, signer=MIRROR)}
    check(
        "members-added",
        "an event of one format with members of another: altered under the first",
        "FORMAT-9 CHECK-13",
        mixed,
        double,
        control="two-one-key",
    )
    crossed, event_ = _two_meanings()
    other = signed(crossed, DEMO, event_)
    for name, claimed in (("one-key", listing(OURS, crossed)), ("two-keys", policy(policy_key(DEMO, event_formats=[OURS]), policy_key(MIRROR, event_formats=[crossed]))),
                         ("other-key", policy(policy_key(DEMO, event_formats=[crossed]), policy_key(MIRROR, event_formats=[OURS])))):  # fmt: skip
        check(
            f"ambiguous-{name}",
            "type and target change places: one signed value, two meanings",
            "FORMAT-5",
            claimed,
            event_,
            expect=[("unbound", "ambiguous")],
            control="two-one-key",
        )
        check(
            f"ambiguous-{name}-again",
            "from the other side",
            "FORMAT-5",
            claimed,
            other,
            expect=[("unbound", "ambiguous")],
            control="two-one-key",
        )
    check(
        "not-ambiguous-alone",
        "under one of them it has one meaning",
        "FORMAT-5",
        listing(OURS),
        event_,
        expect=[("unknown_type", None)],
    )
    hexed = renamed(crossed, "crossed-hex", proof={"signs": "hex"})
    check(
        "ambiguous-other-message",
        "what is signed does not matter: id and meaning are of the value",
        "FORMAT-5",
        listing(OURS, hexed),
        event_,
        expect=[("unbound", "ambiguous")],
        control="two-one-key",
    )
    check(
        "ambiguous-altered",
        "altered it is invalid, not ambiguous",
        "FORMAT-5 CHECK-3",
        listing(OURS, crossed),
        changed(event_, ("payload",), {}),
        control="two-one-key",
    )
    loose_crossed = renamed(
        crossed, "crossed-loose", body={"excluded": ["/event_id", "/signature", "/created_at"]}
    )
    check(
        "not-binding",
        "a format that does not bind gives no meaning",
        "FORMAT-5 FORMAT-4",
        listing(OURS, loose_crossed),
        event_,
        expect=[("unknown_type", None)],
    )
    constant = renamed(CONSTANT_SIGNER, "constant-other", body={"excluded": ["/event_id", "/signature"], "roles": {"signer_id": {"constant": "other.example"}}},
                       proof={"roles": {"signature": "/signature/signature_b64", "event_id": "/event_id"}})  # fmt: skip
    check(
        "constant-signer",
        "a constant signer makes events of others ambiguous",
        "FORMAT-5 FORMAT-6",
        listing(OURS, constant),
        BASE,
        expect=[("unbound", "ambiguous")],
        control="two-one-key",
    )
    named = renamed(
        OURS,
        "signer-beside",
        body={"required": {"/signer/signer_type": "string"}, "roles": {"signer_id": "/issuer"}},
    )
    doubled = element(
        OURS,
        DEMO,
        RECORD,
        "alias_added",
        "record",
        payloads.alias_added("example", "d"),
        CREATED,
        extra={"/issuer": DEMO.signer_id},
    )
    check(
        "signer-object",
        "the signer as the state shows it is part of the meaning",
        "FORMAT-5",
        listing(OURS, named),
        doubled,
        expect=[("unbound", "ambiguous")],
        control="two-one-key",
    )
    plain = renamed(DETACHED, "detached-plain", body={"payload_wrapper": None})
    detached = made(DETACHED)
    check(
        "payload-wrapper",
        "one hash, with and without a wrapper: two payloads",
        "FORMAT-5",
        listing(DETACHED, plain),
        detached,
        expect=[("unbound", "ambiguous")],
        control="eight-one-key",
    )
    unescaped = renamed(DETACHED, "detached-unescaped", body={"escape": "none"})
    check(
        "escape",
        "the escape is no part of a meaning",
        "FORMAT-5",
        listing(DETACHED, unescaped),
        detached,
        expect=[("verified", None)],
    )
    demanding = renamed(crossed, "crossed-demanding", body={"required": {"/future": "string"}})
    check(
        "required-missing",
        "a format that demands more gives no meaning",
        "FORMAT-5",
        listing(OURS, demanding),
        event_,
        expect=[("unknown_type", None)],
    )
    parted = renamed(crossed, "crossed-excluded", body={"excluded": ["/event_id", "/signature", "/future"]})
    future = element(OURS, DEMO, RECORD, "record", "alias_added", {}, CREATED, extra={"/future": "x"})
    check(
        "excluded-present",
        "nor one that would exclude a part of the value",
        "FORMAT-5",
        listing(OURS, parted),
        future,
        expect=[("unknown_type", None)],
    )
    check(
        "excluded-absent",
        "unless that part is absent",
        "FORMAT-5",
        listing(OURS, parted),
        event_,
        expect=[("unbound", "ambiguous")],
        control="two-one-key",
    )
    wrapped = renamed(crossed, "crossed-wrapped", body={"wrapper": "event"})
    check(
        "wrapper",
        "under a wrapper the value is another",
        "FORMAT-5 FORMAT-3",
        listing(OURS, wrapped),
        event_,
        expect=[("unknown_type", None)],
    )
    check(
        "remarks",
        "an element that three formats read",
        "FORMAT-9",
        listing(OURS, SIGNED_HEX, EDDSA),
        changed(BASE, ("event_id",), "x"),
        control="two-one-key",
    )
    check(
        "flat-beside",
        "an element of both built-in formats",
        "FORMAT-9 EVT-7",
        listing(OURS, "integrity-1"),
        {**BASE, "event_id": 1, "payload_sha256": "ab" * 32, "signing_key_id": DEMO.key_id},
        control="two-one-key",
    )
    return here.file


def merged() -> File:
    """Events of several formats in one bundle: states, exports, ids in both texts (FORMAT-5, FORMAT-7, FORMAT-10 to FORMAT-12)."""
    file = File(
        "merge",
        "formats",
        "Events of several formats of one policy: one state, whatever the order.",
        {"frame": frame()},
    )
    claims = [
        element(one, DEMO, RECORD, "author_claim", "record", payloads.author_claim(payloads.orcid(1), strength=strength), time_of(one, later))
        for one, strength, later in ((OURS, "strong", 1), (FLAT_MILLISECONDS, "weak", 2), (DETACHED, "strong", 2))
    ]  # fmt: skip
    documents_ = [OURS, FLAT_MILLISECONDS, DETACHED]
    taken = made(IN_WRAPPER, "taken")
    taken_id = formats.event_id(IN_WRAPPER, taken)
    pairs = [
        *zip(documents_, claims, strict=True),
        (IN_WRAPPER, taken),
        (HEX_ID, element(HEX_ID, DEMO, RECORD, "event_retracted", "event", {"event_id": taken_id.removeprefix("sha256:")}, time_of(HEX_ID, 3))),
        (OURS, element(OURS, DEMO, RECORD, "checkpoint", "bundle", {"event_ids": sorted([taken_id.removeprefix("sha256:")])}, time_of(OURS, 4))),
    ]  # fmt: skip
    claimed = listing(OURS, FLAT_MILLISECONDS, DETACHED, IN_WRAPPER, HEX_ID, "integrity-1", "unknown")
    file.parts["policy"] = as_json(claimed)
    names = []
    for at, (_, one) in enumerate(pairs):
        names.append(f"e{at}")
        file.parts[names[-1]] = as_text(to_json(one))
    expect = answer(RECORD, [formats.view(*pair) for pair in pairs], claimed)

    def bundles(order: Sequence[int]) -> list[Bytes]:
        return [{"$bundle": ["frame", *(names[at] for at in order)]}]

    variants: list[Json] = [
        {"name": f"order {order}", "args": {"inputs": bundles(order)}} for order in permutations(range(6))
    ][1:]
    variants += [
        {"name": f"apart {at}", "args": {"inputs": [*bundles(range(at)), *bundles(range(at, 6))]}}
        for at in range(1, 6)
    ]
    file.add("six", "six events of five formats: every order, and apart", "FORMAT-5 FORMAT-7 FORMAT-10 FORMAT-11 LAW-1", "merge",
             {"inputs": bundles(range(6)), "policy": part("policy")}, {"ok": {**expect, "unverified_sha256": formats.unverified_sha256([]), "unverified_count": 0}}, variants=variants)  # fmt: skip
    raw = {id(one): DEMO.sign(formats.message(document, one)) for document, one in pairs}
    key = policy_key(DEMO)
    in_order = sorted(pairs, key=lambda pair: oracle.order(formats.view(*pair)))
    exported = [
        sha256_hex(canonical(formats.exported(document, one, key, raw[id(one)])))
        for document, one in in_order
    ]
    file.add("six-exported", "each in its own format", "FORMAT-12 EXPORT-1 EXPORT-3", "export", {"inputs": bundles(range(6)), "policy": part("policy")},
             {"ok": {**expect, "elements": exported}})  # fmt: skip
    junk: list[Any] = [{}, without(BASE, ("signature",)), changed(BASE, ("signature", "key_id"), "x"), {}]
    beside = answer(RECORD, [formats.view(*pair) for pair in pairs], claimed, Beside(
        verdicts=_deciding(claimed, junk[1:3]),
        without_id=((0, "/events/6", "unknown_format", None), (0, "/events/9", "unknown_format", None))))  # fmt: skip
    file.parts["junk"] = text(",".join(to_json(one).decode() for one in junk))
    identities = [sha256_hex(canonical(one)) for one in junk]
    file.add("six-and-unverified", "unverified elements change nothing in the state; equal ones count once", "FORMAT-15 UNV-2 LAW-2 STATE-7", "merge",
             {"inputs": [{"$bundle": ["frame", *names, "junk"]}], "policy": part("policy")},
             {"ok": {**beside, "unverified_sha256": formats.unverified_sha256(identities), "unverified_count": 3}}, "six")  # fmt: skip
    _occurrences(file)
    return file


def _deciding(claimed: Json, elements: Sequence[Json]) -> tuple[tuple[str, str, str | None], ...]:
    """The verdicts of elements of other ids than the events, those of one id by the one that got further."""
    found: dict[str, tuple[str, str, str | None]] = {}
    for one in elements:
        reported = formats.element_answer(claimed, RECORD, one)
        # Not signed got further than an unknown key (CHECK-11).
        if reported["event_id"] not in found or reported["verdict"] == "not_signed":
            found[reported["event_id"]] = (reported["event_id"], reported["verdict"], reported["code"])
    return tuple(sorted(found.values()))


def _occurrences(file: File) -> None:
    """Of one id under several formats and keys the smallest occurrence is kept (FORMAT-12, CHECK-11)."""
    keyless = renamed(
        OURS,
        "keyless",
        body={"required": {"/signer": "object"}},
        proof={"roles": {"key_id": "/signature/key_id", "fingerprint": "/signature/fp"}},
    )
    hexed = renamed(keyless, "keyless-hex", proof={"signs": "hex"})
    twin = Signer(301, DEMO.signer_id, "twin")
    claimed = policy(
        policy_key(DEMO, event_formats=[keyless, hexed]), policy_key(twin, event_formats=[hexed, keyless])
    )
    file.parts["policy-twins"] = as_json(claimed)
    base = element(
        keyless, DEMO, RECORD, "alias_added", "record", payloads.alias_added("example", "twins"), CREATED
    )
    found = []
    for document in (keyless, hexed):
        for signer in (DEMO, twin):
            again = changed(
                changed(base, ("signature", "key_id"), signer.key_id), ("signature", "fp"), signer.fingerprint
            )
            again = signed(document, signer, again)
            raw = signer.sign(formats.message(document, again))
            found.append(((raw, signer.public_key, formats.format_sha256(document)), document, signer, again))
    found.sort(key=lambda one: one[0])
    (raw, _, _), document, signer, kept = found[0]
    expect = answer(RECORD, [formats.view(document, kept)], claimed)
    wanted = [sha256_hex(canonical(formats.exported(document, kept, policy_key(signer), raw)))]
    inputs = [joined(part("frame"), as_text(to_json(one)), text("]}")) for *_, one in found]
    variants = [
        {"name": f"order {order}", "args": {"inputs": [inputs[at] for at in order]}}
        for order in permutations(range(4))
    ][1:]
    file.add("occurrences", "one id under two keys and two messages: the smallest raw signature is exported", "FORMAT-12 CHECK-11", "export",
             {"inputs": inputs, "policy": part("policy-twins")}, {"ok": {**expect, "elements": wanted}}, variants=variants)  # fmt: skip


def files() -> list[File]:
    """The files of this module."""
    return [documents(), reading(), unknown(), meanings(), merged()]


__all__ = ["ASCII", "DEMO_NEXT", "files", "parts"]
