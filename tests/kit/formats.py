# ruff: noqa: E501  (tables: documents)
"""Event formats of the tests as documents, and elements made under any document.

:data:`LAYOUTS` are formats that a registry might use, each different in another respect;
:data:`FAMILY` is what the twenty named rules of earlier versions expressed. The documents are
written by hand; digests and signatures come from :mod:`kit.oracle.formats`.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from kit.oracle.formats import (
    ABSENT,
    PITHBUNDLE_EVENT_1,
    at,
    covered,
    effective,
    event_id,
    id_text,
    key_pointers,
    message,
    parent,
    payload_sha256,
    put,
    put_in_objects,
    signature_text,
)
from kit.signing import Json, Signer, pith_number

OURS: Final = PITHBUNDLE_EVENT_1


def renamed(document: Json, name: str, **changes: Any) -> Json:
    """A copy of a document under another name; ``body`` and ``proof`` of ``changes`` update theirs."""
    made: Json = copy.deepcopy(document)
    made["name"] = name
    for part, members in changes.items():
        for member, value in members.items():
            made[part][member] = {**made[part].get(member, {}), **value} if member == "roles" else value
    return made


def _family() -> dict[str, Json]:
    made = {}
    for cover, excluded in (
        ("full", ()),
        ("no-signer", ("/signer",)),
        ("no-time", ("/created_at",)),
        ("no-signer-no-time", ("/created_at", "/signer")),
        ("payload", None),
    ):
        for signs in ("digest", "hex", "prefixed", "bytes"):
            document = renamed(OURS, f"event-{cover}-{signs}", proof={"signs": signs})
            body = document["body"]
            if excluded is None:
                body.update(base="/payload", excluded=[], required={})
                body["roles"]["target"] = {"constant": "record"}
            else:
                body["excluded"] = [*body["excluded"], *excluded]
                if "/signer" in excluded:
                    body["required"] = {}
            made[document["name"]] = document
    del made["event-full-digest"]
    return {OURS["name"]: OURS, **made}


#: What the named rules of earlier versions expressed: a cover and what is signed.
FAMILY: Final = _family()


def _document(name: str, body: Json, proof: Json) -> Json:
    return {
        "format_type": "pithbundle_event_format",
        "format_version": "1",
        "name": name,
        "body": body,
        "proof": proof,
    }


#: Signature and key beside the members, no object for either, times in milliseconds.
FLAT_MILLISECONDS: Final = _document(
    "flat-milliseconds",
    {
        "excluded": ["/sig", "/id"],
        "time": "milliseconds",
        "roles": {
            "event_type": "/type", "subject": "/pith", "target": "/on", "payload": "/data", "created_at": "/at",
            "signer_id": "/by",
        },
    },
    {
        "roles": {"signature": "/sig", "event_id": "/id", "key_id": "/key"},
        "signs": "hex", "signature_text": "hex", "id_text": "hex",
    },
)  # fmt: skip

#: The event in an object of its own, signatures in an array, a wrapper, ASCII, the payload hashed.
DETACHED: Final = _document(
    "detached",
    {
        "base": "/event/head",
        "wrapper": "event",
        "escape": "ascii",
        "payload_wrapper": "payload",
        "required": {"/event/head/v": "integer"},
        "constants": {"/event/head/kind": "pith", "/event/head/v": 2},
        "roles": {
            "event_type": "/event/head/type", "subject": "/event/head/subject", "target": "/event/head/target",
            "payload": "/event/payload", "payload_sha256": "/event/head/payload_sha256",
            "created_at": "/event/head/meta/created_at", "signer_id": "/event/head/meta/by/id",
        },
        "time": "seconds",
    },
    {
        "roles": {
            "signature": "/signatures/1/value", "event_id": "/event/id", "key_id": ["/signatures/1/key", "/event/head/meta/by/key"],
            "fingerprint": "/signatures/1/fingerprint", "algorithm": "/signatures/1/alg",
        },
        "constants": {"/signatures/1/use": "event", "/event/draft": False, "/event/expires": None},
        "algorithm_text": "EdDSA", "signs": "bytes", "signature_text": "base64url",
    },
)  # fmt: skip

#: The signer and the target are the document's own; the id is inside an object that is signed.
CONSTANT_SIGNER: Final = _document(
    "constant-signer",
    {
        "excluded": ["/meta/id", "/proof"],
        "roles": {
            "event_type": "/event_type", "subject": "/subject_pith_number", "target": {"constant": "record"},
            "payload": "/payload", "created_at": "/created_at", "signer_id": {"constant": "demo.example"},
        },
    },
    {
        "roles": {"signature": "/proof", "event_id": "/meta/id", "key_id": {"constant": "demo-2026-05"}},
        "signs": "prefixed",
    },
)  # fmt: skip

#: Our own, with one difference each.
SIGNED_HEX: Final = renamed(OURS, "signed-hex", proof={"signs": "hex"})
IN_WRAPPER: Final = renamed(OURS, "in-wrapper", body={"wrapper": "event"})
ASCII: Final = renamed(OURS, "ascii", body={"escape": "ascii"})
HEX_ID: Final = renamed(OURS, "hex-id", proof={"id_text": "hex"})
URL_SIGNATURE: Final = renamed(OURS, "url-signature", proof={"signature_text": "base64url"})
EDDSA: Final = renamed(OURS, "eddsa", proof={"algorithm_text": "EdDSA", "signs": "bytes"})

#: Formats that bind; no two of them give one signed value two meanings unless a test makes one that does.
LAYOUTS: Final = (
    OURS, SIGNED_HEX, IN_WRAPPER, ASCII, FLAT_MILLISECONDS, DETACHED, EDDSA, URL_SIGNATURE,
)  # fmt: skip


def element(
    document: Json,
    signer: Signer,
    record: Json,
    event_type: str,
    target: str,
    payload: Json,
    created_at: str | int,
    *,
    extra: Json | None = None,
    with_id: bool = True,
) -> Json:
    """A signed element under a document; ``extra`` has values at further pointers, made before signing."""
    body, proof = effective(document)["body"], effective(document)["proof"]
    values = {
        "event_type": event_type, "subject": pith_number(record), "target": target, "payload": payload,
        "payload_sha256": payload_sha256(document, payload), "created_at": created_at, "signer_id": signer.signer_id,
    }  # fmt: skip
    written: Json = {where: values[name] for name, where in body["roles"].items() if isinstance(where, str)}
    written.update(dict.fromkeys(key_pointers(document), signer.key_id))
    written.update(body["constants"])
    written.update(proof["constants"])
    roles = proof["roles"]
    if "fingerprint" in roles:
        written[roles["fingerprint"]] = signer.fingerprint
    if "algorithm" in roles:
        written[roles["algorithm"]] = proof["algorithm_text"]
    if "/signer/signer_type" in body["required"]:
        written["/signer/signer_type"] = signer.signer_type
    written.update(extra or {})
    made: Json = {}
    pointers = [*written, roles["signature"], *([roles["event_id"]] if "event_id" in roles else [])]
    of_body = [where for where in body["roles"].values() if isinstance(where, str)]
    for where, value in written.items():
        if where in of_body:
            put_in_objects(made, where, value)
    for where, value in written.items():
        if where not in of_body:
            put(made, where, value, pointers)
    for each in body["excluded"]:
        if at(made, parent(each)) is ABSENT:
            put(made, parent(each), {}, pointers)
    return signed(document, signer, made, with_id=with_id)


def signed(document: Json, signer: Signer, made: Json, *, with_id: bool = True) -> Json:
    """A copy of an element with id and signature made (again)."""
    made = copy.deepcopy(made)
    roles = effective(document)["proof"]["roles"]
    text = signature_text(document, signer.sign(message(document, made)))
    inner = event_id(document, made)
    written = {roles["signature"]: text}
    if with_id and "event_id" in roles:
        written[roles["event_id"]] = id_text(document, inner)
    for where, value in written.items():
        put(made, where, value, [*written])
    return made


__all__ = [
    "ASCII", "CONSTANT_SIGNER", "DETACHED", "EDDSA", "FAMILY", "FLAT_MILLISECONDS", "HEX_ID", "IN_WRAPPER", "LAYOUTS", "OURS",
    "SIGNED_HEX", "URL_SIGNATURE", "covered", "element", "renamed", "signed",
]  # fmt: skip
