# ruff: noqa: E501  (tables: one vector, one row)
"""Stage policy: format documents, and policies that list them (FORMAT-1, FORMAT-2, FORMAT-4, FORMAT-6, FORMAT-7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kit import DEMO, DEMO_NEXT, Json, canonical, policy, policy_key, sha256_hex, to_json
from kit.formats import DETACHED, OURS, renamed
from kit.oracle import formats as oracle
from vectorgen.vector_file import File, as_json, as_text

#: A document of few members: the members of an event in one object, signature and id among them.
ONE: Json = {
    "format_type": "pithbundle_event_format",
    "format_version": "1",
    "name": "one",
    "body": {
        "excluded": ["/id", "/sig"],
        "roles": {
            "event_type": "/type", "subject": "/about", "target": "/on", "payload": "/data", "created_at": "/at", "signer_id": "/by",
        },
    },
    "proof": {"roles": {"signature": "/sig", "event_id": "/id", "key_id": "/key"}},
}  # fmt: skip


def body(**changes: Any) -> Json:
    """The document with other members of ``body``."""
    return {**ONE, "body": {**ONE["body"], **changes}}


def proof(**changes: Any) -> Json:
    """The document with other members of ``proof``."""
    return {**ONE, "proof": {**ONE["proof"], **changes}}


def body_roles(**changes: Any) -> Json:
    """The document with other roles of ``body``; None takes one away."""
    roles = {**ONE["body"]["roles"], **changes}
    return body(roles={name: where for name, where in roles.items() if where is not None})


def proof_roles(**changes: Any) -> Json:
    """The document with other roles of ``proof``; None takes one away."""
    roles = {**ONE["proof"]["roles"], **changes}
    return proof(roles={name: where for name, where in roles.items() if where is not None})


def _written_out(document: Json) -> Json:
    """The effective document with its name: what is written of a format."""
    return {"name": document["name"], **oracle.effective(document)}


def _required(count: int) -> Json:
    return {f"/r{number}": "string" for number in range(count)}


def _of_size(size: int, unit: str = "x", measured: Callable[[Json], Json] = _written_out) -> Json:
    """A document of which so many canonical bytes are measured, filled with constants of a character."""
    made = body(constants={f"/c{number}": "" for number in range(10)})
    constants = made["body"]["constants"]
    for name in constants:
        free = size - len(canonical(measured(made)))
        constants[name] = unit * min(2000, free // len(unit.encode()))
    constants["/c9"] += "x" * (size - len(canonical(measured(made))))
    assert len(canonical(measured(made))) == size
    return made


def _as_given(document: Json) -> Json:
    return document


_NESTED: Json = {
    **ONE,
    "body": {
        "base": "/signed/event",
        "roles": {
            "event_type": "/signed/event/type", "subject": "/signed/event/about", "target": {"constant": "record"},
            "payload": "/payload", "payload_sha256": "/signed/event/hash", "created_at": "/signed/event/at",
            "signer_id": {"constant": "demo.example"},
        },
    },
    "proof": {"roles": {"signature": "/signed/proofs/0/sig", "key_id": {"constant": "demo-2026-05"}}},
}  # fmt: skip


def _accepted(file: File) -> None:
    for name, about, clauses, document in (
        ("one", "every default is written out", "FORMAT-1 FORMAT-4", ONE),
        ("another-name", "a name is no part of the digest", "FORMAT-1", {**ONE, "name": "0.two_2-x"}),
        ("event-1", "the built-in format as a document", "FORMAT-1", OURS),
        ("event-1-renamed", "the built-in format under another name", "FORMAT-1", {**OURS, "name": "mine"}),
        ("detached", "a document with every member", "FORMAT-1 FORMAT-2", DETACHED),
        ("spelt-out", "defaults that are written", "FORMAT-1", {
            **body(base="", required={}, wrapper=None, escape="none", payload_wrapper=None, constants={}, time="rfc3339"),
            "proof": {**ONE["proof"], "constants": {}, "algorithm_text": "ed25519", "signs": "digest", "signature_text": "base64", "id_text": "prefixed"},
        }),
        ("excluded-order", "excluded pointers are sorted", "FORMAT-1", body(excluded=["/sig", "/id"])),
        ("key-id-list", "one key_id is an array of one", "FORMAT-1", proof_roles(key_id=["/key"])),
        ("key-id-order", "key_id pointers are sorted by code point", "FORMAT-1", proof_roles(key_id=["/key", "/by2", "/Key"])),
        ("base-not-at-the-top", "nested, hashed payload, constants for what is not written", "FORMAT-1 FORMAT-2 FORMAT-4", _NESTED),
        ("constants-of-every-type", "constants are strings, integers, booleans and null", "FORMAT-1", body(constants={"/a": None, "/b": False, "/c": -1, "/d": ""})),
        ("pointers-32", "32 pointers", "FORMAT-1", body(required=_required(20))),
        ("size-16384", "an effective document of as many bytes as allowed", "FORMAT-1", _of_size(16_384)),
        ("size-16384-written-out", "the effective document of as many bytes as allowed, itself a document", "FORMAT-1", _written_out(_of_size(16_384))),
        ("tokens-16", "16 tokens", "FORMAT-2", body_roles(subject="/a" * 16)),
        ("tilde-0-1", "~01 is ~1, not a solidus", "FORMAT-2", body_roles(subject="/a~01b/~1~0")),
        ("empty-token", "an empty name is a name", "FORMAT-2", body_roles(subject="/")),
        ("text-limit", "a constant of 256 bytes", "FORMAT-1", body_roles(target={"constant": "\u00e9" * 128})),
        ("not-overlapping", "a pointer that begins with the characters of another", "FORMAT-2", proof_roles(algorithm="/sig2", fingerprint="/i")),
        ("key-inside", "key_id, fingerprint, algorithm and constants may be signed", "FORMAT-2", {**proof_roles(fingerprint="/fp", algorithm="/alg"), "body": {**ONE["body"], "excluded": ["/id", "/sig"]}}),
        ("indexes", "tokens of proof pointers outside the content may be 0 to 63", "FORMAT-2", body(excluded=["/id", "/sig", "/list"]) | {"proof": {"roles": {"signature": "/list/63", "key_id": "/list/0/key"}}}),
        ("without-subject", "without a subject it does not bind", "FORMAT-4", body_roles(subject=None)),
        ("without-time", "without a time it does not bind", "FORMAT-4", body_roles(created_at=None)),
        ("subject-excluded", "a subject that is not signed", "FORMAT-4", body(excluded=["/id", "/sig", "/about"])),
        ("type-excluded", "an event type that is not signed", "FORMAT-4", body(excluded=["/id", "/sig", "/type"])),
        ("signer-excluded", "a signer that is not signed", "FORMAT-4", body(excluded=["/id", "/sig", "/by"])),
        ("time-excluded", "a time that is not signed", "FORMAT-4", body(excluded=["/id", "/sig", "/at"])),
        ("payload-excluded", "a payload that is not signed", "FORMAT-4", body(excluded=["/id", "/sig", "/data"])),
        ("payload-in-part", "a part of the payload is not signed", "FORMAT-4", body(excluded=["/id", "/sig", "/data/note"])),
        ("payload-hashed", "a payload whose hash is signed", "FORMAT-4", {**body_roles(payload_sha256="/hash"), "body": {**body_roles(payload_sha256="/hash")["body"], "excluded": ["/id", "/sig", "/data"]}}),
        ("constant-signer", "constants are covered", "FORMAT-4", body_roles(signer_id={"constant": "demo.example"}, event_type={"constant": "citation"}, target={"constant": "record"})),
    ):  # fmt: skip
        ok = {
            "name": document["name"],
            "effective": as_json(oracle.effective(document)),
            "format_sha256": oracle.format_sha256(document),
            "is_binding": oracle.binds(document),
        }
        file.add(name, about, clauses, "format", {"data": as_text(to_json(document))}, {"ok": ok})


def _rejected(file: File) -> None:
    hashed = body_roles(payload_sha256="/hash")["body"]
    for name, about, clause, pointer, document in (
        ("array", "an array", "FORMAT-1", "", [ONE]),
        ("size-16385", "an effective document of one byte more than allowed", "FORMAT-1", "", _of_size(16_385)),
        ("size-in-characters", "bytes are counted, not characters", "FORMAT-1", "", _of_size(16_385, "\u00e9")),
        ("size-as-given", "a document of as many bytes as allowed, whose effective document is longer", "FORMAT-1", "", _of_size(16_384, measured=_as_given)),
        ("size-before-type", "the bytes of the document come before its type", "FORMAT-2", "", {**_of_size(17_000, measured=_as_given), "format_type": 1}),
        ("size-after-name", "those of the effective document come after its name", "FORMAT-2", "/name", {**_of_size(16_400), "name": ""}),
        ("size-before-requirements", "and before the requirements", "FORMAT-2", "", {**_of_size(16_400), "proof": {"roles": {**ONE["proof"]["roles"], "signature": "/by"}}}),
        ("type-other", "another format_type", "FORMAT-1", "/format_type", {**ONE, "format_type": "pithbundle_policy"}),
        ("version-number", "the version is a string", "FORMAT-1", "/format_version", {**ONE, "format_version": 1}),
        ("unknown-member", "unknown members, sorted", "FORMAT-1", "/a~1b", {**ONE, "z": 1, "a/b": 1}),
        ("name-missing", "no name", "FORMAT-1", "/name", {name: value for name, value in ONE.items() if name != "name"}),
        ("name-upper", "a name in capitals", "FORMAT-1", "/name", {**ONE, "name": "One"}),
        ("name-dot", "a name begins with a letter or a digit", "FORMAT-1", "/name", {**ONE, "name": ".one"}),
        ("name-65", "a name of 65 characters", "FORMAT-1", "/name", {**ONE, "name": "a" * 65}),
        ("name-unknown", "unknown is no name of a document", "FORMAT-1", "/name", {**ONE, "name": "unknown"}),
        ("name-integrity-1", "integrity-1 is no name of a document", "FORMAT-1", "/name", {**ONE, "name": "integrity-1"}),
        ("name-unknown-first", "such a name comes before what follows it", "FORMAT-2", "/name", {**body(base=1), "name": "unknown"}),
        ("name-integrity-1-first", "the other too", "FORMAT-2", "/name", {**body(excluded=["/id", "/sig", "/id"]), "name": "integrity-1"}),
        ("name-event-1-last", "that of the built-in document comes last: it needs the whole", "FORMAT-2", "/proof/roles/signature", {**proof_roles(signature="/data"), "name": "pithbundle-event-1"}),
        ("name-event-1", "the name of the built-in document for another", "FORMAT-1", "/name", {**ONE, "name": "pithbundle-event-1"}),
        ("body-missing", "no body", "FORMAT-1", "/body", {name: value for name, value in ONE.items() if name != "body"}),
        ("body-unknown", "unknown members of body come first", "FORMAT-1", "/body/wrap", body(wrap=1, base=1)),
        ("base-number", "a base that is no string", "FORMAT-2", "/body/base", body(base=1)),
        ("pointer-without-solidus", "a pointer begins with a solidus", "FORMAT-2", "/body/base", body(base="a")),
        ("pointer-dash", "no token is -", "FORMAT-2", "/body/roles/subject", body_roles(subject="/a/-")),
        ("pointer-tilde", "a tilde that escapes nothing", "FORMAT-2", "/body/roles/subject", body_roles(subject="/a~2")),
        ("pointer-tilde-end", "a tilde at the end", "FORMAT-2", "/body/roles/subject", body_roles(subject="/a~")),
        ("pointer-17", "17 tokens", "FORMAT-2", "/body/roles/subject", body_roles(subject="/a" * 17)),
        ("pointer-no-member-name", "a token that can be no name of a member", "FORMAT-2", "/body/roles/subject", body_roles(subject="/\uff5e")),
        ("pointer-long-name", "a name of 257 bytes", "FORMAT-2", "/body/roles/subject", body_roles(subject="/" + "a" * 257)),
        ("excluded-object", "excluded is an array", "FORMAT-1", "/body/excluded", body(excluded={})),
        ("excluded-twice", "the second of two equal ones", "FORMAT-1", "/body/excluded/2", body(excluded=["/id", "/sig", "/id"])),
        ("required-type", "no JSON type, the first of sorted pointers", "FORMAT-1", "/body/required/~1a", body(required={"/b": "text", "/a": "null"})),
        ("required-pointer", "no pointer", "FORMAT-1", "/body/required/a", body(required={"a": "string"})),
        ("wrapper-other", "a wrapper that is not in the list", "FORMAT-1", "/body/wrapper", body(wrapper="envelop")),
        ("escape-null", "escape has no null", "FORMAT-1", "/body/escape", body(escape=None)),
        ("payload-wrapper-other", "a payload wrapper that is not in the list", "FORMAT-1", "/body/payload_wrapper", body(payload_wrapper="")),
        ("roles-missing", "no roles", "FORMAT-1", "/body/roles", {**ONE, "body": {}}),
        ("role-unknown", "a role of no clause", "FORMAT-1", "/body/roles/actor", body_roles(actor="/by")),
        ("role-of-proof", "a role of proof in body", "FORMAT-1", "/body/roles/key_id", body_roles(key_id="/key")),
        ("event-type-missing", "event_type is required", "FORMAT-1", "/body/roles/event_type", body_roles(event_type=None)),
        ("target-missing", "target is required", "FORMAT-1", "/body/roles/target", body_roles(target=None)),
        ("payload-missing", "payload is required", "FORMAT-1", "/body/roles/payload", body_roles(payload=None)),
        ("signer-missing", "signer_id is required", "FORMAT-1", "/body/roles/signer_id", body_roles(signer_id=None)),
        ("subject-constant", "a subject is no constant", "FORMAT-1", "/body/roles/subject", body_roles(subject={"constant": "x"})),
        ("time-constant", "a time is no constant", "FORMAT-1", "/body/roles/created_at", body_roles(created_at={"constant": "2026-05-18T01:39:14Z"})),
        ("payload-constant", "a payload is no constant", "FORMAT-1", "/body/roles/payload", body_roles(payload={"constant": "x"})),
        ("constant-empty", "an empty constant", "FORMAT-1", "/body/roles/target", body_roles(target={"constant": ""})),
        ("constant-257", "a constant of 257 bytes in 129 characters", "FORMAT-1", "/body/roles/target", body_roles(target={"constant": "\u00e9" * 128 + "x"})),
        ("constant-more", "a constant with another member", "FORMAT-1", "/body/roles/target", body_roles(target={"constant": "x", "default": "y"})),
        ("constants-float", "a float is no constant", "FORMAT-1", "/body/constants/~1v", body(constants={"/v": 0.5})),
        ("constants-array", "an array is no constant", "FORMAT-1", "/body/constants/~1v", body(constants={"/v": []})),
        ("time-other", "a time of no form", "FORMAT-1", "/body/time", body(time="iso8601")),
        ("proof-array", "proof is an object", "FORMAT-1", "/proof", {**ONE, "proof": []}),
        ("proof-unknown", "an unknown member of proof", "FORMAT-1", "/proof/sign", proof(sign="digest")),
        ("signature-missing", "signature is required", "FORMAT-1", "/proof/roles/signature", proof_roles(signature=None)),
        ("key-id-missing", "key_id is required", "FORMAT-1", "/proof/roles/key_id", proof_roles(key_id=None)),
        ("key-id-empty", "no key_id in the array", "FORMAT-1", "/proof/roles/key_id", proof_roles(key_id=[])),
        ("key-id-twice", "a key_id twice", "FORMAT-1", "/proof/roles/key_id/1", proof_roles(key_id=["/key", "/key"])),
        ("fingerprint-constant", "a fingerprint is no constant", "FORMAT-1", "/proof/roles/fingerprint", proof_roles(fingerprint={"constant": "x"})),
        ("algorithm-text-empty", "an empty text of the algorithm", "FORMAT-1", "/proof/algorithm_text", proof(algorithm_text="")),
        ("signs-other", "a message of no form", "FORMAT-1", "/proof/signs", proof(signs="id")),
        ("signature-text-other", "a text of no form", "FORMAT-1", "/proof/signature_text", proof(signature_text="base32")),
        ("id-text-other", "an id of no form", "FORMAT-1", "/proof/id_text", proof(id_text="base64")),
        ("pointers-33", "33 pointers", "FORMAT-1", "", body(required=_required(21))),
        ("excluded-outside", "an excluded pointer that is not below base", "FORMAT-2", "/body/excluded/0", {**_NESTED, "body": {**_NESTED["body"], "excluded": ["/signed"]}}),
        ("excluded-base", "base itself is excluded", "FORMAT-2", "/body/excluded/0", body(excluded=[""])),
        ("excluded-below", "an excluded pointer below another", "FORMAT-2", "/body/excluded/2", body(excluded=["/id", "/sig", "/sig/x"])),
        ("excluded-above", "an excluded pointer above another", "FORMAT-2", "/body/excluded/1", body(excluded=["/sig/x", "/sig", "/id"])),
        ("required-outside", "a required pointer that is not signed", "FORMAT-2", "/body/required/~1sig~1x", body(required={"/sig/x": "string"})),
        ("constant-outside", "a constant of body that is not signed", "FORMAT-2", "/body/constants/~1id", body(constants={"/id": "x"})),
        ("target-outside", "a target that is not signed", "FORMAT-2", "/body/roles/target", body(excluded=["/id", "/sig", "/on"])),
        ("target-in-part", "a part of the target is not signed", "FORMAT-2", "/body/roles/target", body(excluded=["/id", "/sig", "/on/x"])),
        ("hash-outside", "a hash of the payload that is not signed", "FORMAT-2", "/body/roles/payload_sha256", {**ONE, "body": {**hashed, "excluded": ["/id", "/sig", "/hash"]}}),
        ("signature-inside", "a signature that would sign itself", "FORMAT-2", "/proof/roles/signature", body(excluded=["/id"])),
        ("id-inside", "an id that would be a part of itself", "FORMAT-2", "/proof/roles/event_id", body(excluded=["/sig"])),
        ("key-id-above", "a key_id above the content", "FORMAT-2", "/proof/roles/key_id", {**_NESTED, "proof": {"roles": {**_NESTED["proof"]["roles"], "key_id": "/signed"}}}),
        ("key-id-item-above", "an item of key_id above the content", "FORMAT-2", "/proof/roles/key_id/1", {**_NESTED, "proof": {"roles": {**_NESTED["proof"]["roles"], "key_id": ["/key", "/signed"]}}}),
        ("overlap-equal", "two roles at one pointer", "FORMAT-2", "/proof/roles/fingerprint", proof_roles(fingerprint="/sig")),
        ("overlap-below", "a constant below the signature", "FORMAT-2", "/proof/constants/~1sig~1kind", proof(constants={"/sig/kind": "x"})),
        ("overlap-above", "an algorithm above the signature", "FORMAT-2", "/proof/roles/algorithm", {**proof_roles(signature="/sig/value", algorithm="/sig")}),
        ("overlap-payload", "an algorithm in a payload that is not signed", "FORMAT-2", "/proof/roles/algorithm", {**proof_roles(algorithm="/data/alg"), "body": {**hashed, "excluded": ["/id", "/sig", "/data"]}}),
        ("overlap-payload-in-part", "a fingerprint in the part of a hashed payload that is not in the content", "FORMAT-2", "/proof/roles/fingerprint", {**proof_roles(fingerprint="/data/fp"), "body": {**hashed, "excluded": ["/id", "/sig", "/data/fp"]}}),
        ("order-body-before-proof", "body is read before proof", "FORMAT-2", "/body/time", {**body(time=1), "proof": 1}),
        ("order-members-before-pointers", "all members are read before pointers are compared", "FORMAT-2", "/proof/signs", {**body(excluded=["/id"]), "proof": {**ONE["proof"], "signs": 1}}),
    ):  # fmt: skip
        file.reject(
            name,
            about,
            clause,
            "format",
            {"data": as_text(to_json(document))},
            "format",
            "one",
            pointer=pointer,
        )


def _policies(file: File) -> None:
    def named(number: int, name: str | None = None) -> Json:
        return {**body(required={f"/r{number}": "string"}), "name": name or f"f{number}"}

    def of(*keys: list[Any]) -> Json:
        signers = (DEMO, DEMO_NEXT)
        return policy(
            *(
                policy_key(signer, event_formats=formats)
                for signer, formats in zip(signers, keys, strict=False)
            )
        )

    eight = [named(number) for number in range(8)]
    for name, about, clauses, claimed in (
        ("policy-formats", "digests sorted, then integrity-1, then unknown", "FORMAT-7 POL-5", of(["unknown", "integrity-1", named(1), "pithbundle-event-1", ONE])),
        ("policy-document-of-event-1", "a name and its document are one policy", "FORMAT-7", of([OURS])),
        ("policy-eight", "eight formats, one of them twice", "FORMAT-6", of(eight, ["unknown", named(3)])),
        ("policy-two-names-of-one", "one format under two names", "FORMAT-1 FORMAT-6", of([ONE], [{**ONE, "name": "two"}])),
        ("policy-event-1-twice", "a built-in format and its document under another name, in two keys", "FORMAT-6", of(["pithbundle-event-1"], [renamed(OURS, "mine")])),
    ):  # fmt: skip
        keys = [
            {
                **key,
                "event_formats": sorted(
                    item if isinstance(item, str) else oracle.format_sha256(item)
                    for item in oracle.listed(key)
                ),
            }
            for key in claimed["keys"]
        ]
        keys.sort(key=lambda key: str(key["public_key_hex"]))
        effective = {**claimed, "keys": keys}
        ok = {"effective": as_json(effective), "policy_sha256": sha256_hex(canonical(effective))}
        file.add(name, about, clauses, "policy", {"data": as_text(to_json(claimed))}, {"ok": ok})
    for name, about, clauses, code, pointer, claimed in (
        ("policy-empty", "no format", "FORMAT-6", "policy", "/keys/0/event_formats", of([])),
        ("policy-nine-items", "nine items of one key", "FORMAT-6", "policy", "/keys/0/event_formats", of([*eight, "unknown"])),
        ("policy-ninth-format", "a ninth format", "FORMAT-6", "policy", "/keys/1/event_formats", of(eight, [named(8)])),
        ("policy-ninth-built-in", "built-in formats count", "FORMAT-6", "policy", "/keys/1/event_formats", of(eight, ["integrity-1"])),
        ("policy-repeated", "one format under two names in one key", "FORMAT-6", "policy", "/keys/0/event_formats/2", of([ONE, "unknown", {**ONE, "name": "two"}])),
        ("policy-repeated-built-in", "a built-in format and its document in one key", "FORMAT-6", "policy", "/keys/0/event_formats/1", of(["pithbundle-event-1", OURS])),
        ("policy-one-name", "two formats of one name in one key", "FORMAT-1 FORMAT-6", "policy", "/keys/0/event_formats", of([named(0, "a"), named(1, "a")])),
        ("policy-one-name-of-two-keys", "two formats of one name in two keys", "FORMAT-1 FORMAT-6", "policy", "/keys/1/event_formats", of([named(0, "a")], [named(1, "a")])),
        ("policy-old-name", "no built-in format", "FORMAT-6", "policy", "/keys/0/event_formats/0", of(["event-v1"])),
        ("policy-number", "no format at all", "FORMAT-6", "policy", "/keys/0/event_formats/1", of(["unknown", 1])),
        ("policy-document-fault", "a fault of a document, at its location", "FORMAT-1 POL-2", "format", "/keys/0/event_formats/1/proof/signs", of([ONE, proof(signs="x")])),
        ("policy-name-before-number", "the name is compared before formats are counted", "POL-7", "policy", "/keys/1/event_formats", of(eight, [named(8, "f0")])),
    ):  # fmt: skip
        file.reject(
            name,
            about,
            clauses,
            "policy",
            {"data": as_text(to_json(claimed))},
            code,
            "policy-eight",
            pointer=pointer,
        )


def files() -> list[File]:
    """The files of this module."""
    file = File("policy", "documents", "Format documents, and policies that list them.")
    _accepted(file)
    _rejected(file)
    _policies(file)
    return [file]
