"""Event formats for differential runs: drawn documents, policies that list them, and elements of them.

Nothing here signs. What an event of ``pithbundle-event-1`` signs depends on its content alone, so
the same content under another base, with its signature elsewhere and in another text, is a genuine
event of another format (FORMAT-3).
"""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pithbundle.conformance.mutated import Draws
from pithbundle.conformance.protocol import Json

#: The roles of the content of ``pithbundle-event-1``, and where they are in it.
_ROLES: Final = {
    "event_type": "/event_type", "subject": "/subject_pith_number", "target": "/target",
    "payload": "/payload", "created_at": "/created_at", "signer_id": "/signer/signer_id",
}  # fmt: skip
_NAMED: Final = ("pithbundle-event-1", "integrity-1", "unknown")
#: Places beside the content, of which some overlap or index arrays.
_PLACES: Final = (
    "/proof/sig", "/proof/id", "/proof/0", "/proof/1/sig", "/proof/1/id", "/proof/1/key", "/sig", "/eid",
    "/signatures/1/value", "/signatures/0/value", "/signature/signature_b64", "/event_id",
    "/x~1y/~0", "/meta/a/b",
)  # fmt: skip
_ODD_POINTERS: Final = (
    "", "/", "x", "/-", "/~2", "/signer", "/signer/key_id", "/payload", "/payload/x", "/target",
    "/created_at", "/signed", "/signed/signer", "/proof", "/proof/64", "/proof/01", "/a" * 16, "/a" * 17,
    "/\uff5e", "/event_id/x",
)  # fmt: skip
_ODD_MEMBERS: Final[tuple[tuple[str, Any], ...]] = (
    ("format_version", "2"), ("name", "unknown"), ("name", "pithbundle-event-1"), ("name", "Upper"),
    ("more", 1), ("body", None), ("proof", []),
)  # fmt: skip
#: Indexes that are written.
_LONGEST: Final = 100


def drawn_document(draws: Draws, odd: bool = True) -> Json:
    """A document that signs what ``pithbundle-event-1`` signs, perhaps changed; in any way if ``odd``."""
    base = draws.choice(("", "", "/signed", "/a/b"))
    places = [draws.choice(_PLACES) for _ in range(4)]
    signature, event_id = places[0], places[1]
    proof_roles: Json = {"signature": signature, "key_id": f"{base}/signer/key_id"}
    body: Json = {
        "base": base,
        "excluded": [f"/{one}" for one in sorted({place.split("/")[1] for place in places})]
        if base == ""
        else [],
        "roles": {role: base + pointer for role, pointer in _ROLES.items()},
    }
    if draws.below(2):
        proof_roles["event_id"] = event_id
    if draws.below(3) == 0:
        proof_roles["key_id"] = [f"{base}/signer/key_id", places[2]]
    if draws.below(3) == 0:
        proof_roles["fingerprint"] = f"{base}/signer/public_key_fingerprint"
    if draws.below(4) == 0:
        proof_roles["algorithm"] = places[3]
    proof: Json = {"roles": proof_roles}
    if draws.below(2):
        proof["signature_text"] = draws.choice(("base64", "base64url", "hex"))
    if draws.below(2):
        proof["id_text"] = draws.choice(("prefixed", "hex"))
    if draws.below(4) == 0:
        proof["algorithm_text"] = draws.choice(("ed25519", "EdDSA", "Ed25519"))
    if draws.below(4) == 0:
        proof["constants"] = {draws.choice(_PLACES): draws.choice((1, True, None, "x"))}
    document: Json = {
        "format_type": "pithbundle_event_format",
        "format_version": "1",
        "name": f"drawn-{draws.below(50)}",
        "body": body,
        "proof": proof,
    }
    for _ in range(max(0, draws.below(5) - 2)):
        _change(draws, document, base, odd)
    return document


def _change(draws: Draws, document: Json, base: str, odd: bool) -> None:
    """One change: the document is another format, or one that does not bind, or none if ``odd``."""
    body, proof = document["body"], document["proof"]
    if type(body) is not dict or type(proof) is not dict:
        return
    changes = (_swapped, _constant, _without_role, _required, _body_constant, _excluded, _option, _odd)
    draws.choice(changes if odd else _SOUND)(draws, document, base)


def _swapped(draws: Draws, document: Json, base: str) -> None:
    """Two strings change places: the same signed value has another meaning."""
    roles = document["body"]["roles"]
    one, other = draws.choice((("event_type", "target"), ("subject", "target"), ("signer_id", "target")))
    if one in roles and other in roles:
        roles[one], roles[other] = roles[other], roles[one]


def _constant(draws: Draws, document: Json, base: str) -> None:
    document["body"]["roles"][draws.choice(("event_type", "target", "signer_id", "subject"))] = {
        "constant": draws.choice(("record", "demo.example", "graph", ""))
    }


def _without_role(draws: Draws, document: Json, base: str) -> None:
    document["body"]["roles"].pop(draws.choice(tuple(_ROLES)), None)


def _unbound(draws: Draws, document: Json, base: str) -> None:
    document["body"]["roles"].pop(draws.choice(("subject", "created_at")), None)


def _signer(draws: Draws, document: Json, base: str) -> None:
    document["body"]["roles"]["signer_id"] = {"constant": "demo.example"}


def _note(draws: Draws, document: Json, base: str) -> None:
    document["body"]["excluded"].append(base + draws.choice(("/note", "/payload/note", "/signer/note")))


def _required(draws: Draws, document: Json, base: str) -> None:
    pointer = draws.choice(
        (base + "/payload/strength", base + "/signer", base + "/future", draws.choice(_ODD_POINTERS))
    )
    kind = draws.choice(("array", "boolean", "integer", "number", "object", "string", "null"))
    document["body"].setdefault("required", {})[pointer] = kind


def _body_constant(draws: Draws, document: Json, base: str) -> None:
    pointer = draws.choice((base + "/target", base + "/signer/signer_type", draws.choice(_ODD_POINTERS)))
    document["body"].setdefault("constants", {})[pointer] = draws.choice(
        ("record", "pith_registry", 0, False, None, 0.5)
    )


def _excluded(draws: Draws, document: Json, base: str) -> None:
    pointer = draws.choice((base + "/note", base + "/payload/note", draws.choice(_ODD_POINTERS)))
    document["body"]["excluded"].append(pointer)


def _option(draws: Draws, document: Json, base: str) -> None:
    member, name, value = draws.choice((
        ("body", "wrapper", "event"), ("body", "escape", "ascii"), ("body", "payload_wrapper", "payload"),
        ("body", "time", "seconds"), ("body", "time", "milliseconds"), ("proof", "signs", "hex"),
        ("proof", "signs", "prefixed"), ("proof", "signs", "bytes"), ("body", "wrapper", "other"),
        ("proof", "signs", "raw"),
    ))  # fmt: skip
    document[member][name] = value


def _odd(draws: Draws, document: Json, base: str) -> None:
    if draws.below(2):
        name, value = draws.choice(_ODD_MEMBERS)
        document[name] = value
        return
    member = draws.choice(("body", "proof"))
    roles = document[member]["roles"]
    roles[draws.choice((*roles, "payload_sha256", "fingerprint"))] = draws.choice(_ODD_POINTERS)


#: Changes after which a document is mostly a format.
_SOUND: Final = (_swapped, _unbound, _signer, _note)


def drawn_policy(draws: Draws, policy: Any, documents: Sequence[Any]) -> bytes:
    """The policy with drawn formats for each of its keys."""
    keys = policy.get("keys") if type(policy) is dict else None
    changed = []
    for key in keys if type(keys) is list else ():
        if type(key) is not dict or draws.below(8) == 0:
            changed.append(key)
            continue
        formats = [
            draws.choice(documents) if documents and draws.below(3) else draws.choice(_NAMED)
            for _ in range(1 + draws.below(4))
        ]
        # Mostly without repetition, which rejects the policy.
        unique = list({json.dumps(one, sort_keys=True): one for one in formats}.values())
        changed.append({**key, "event_formats": unique if draws.below(16) else formats})
    return json.dumps({**policy, "keys": changed} if type(policy) is dict else policy).encode()


def rehoused(draws: Draws, event: Any, document: Any) -> Any:
    """The event as an element of the document: its content at the base, its proof at the pointers."""
    if type(event) is not dict or type(event.get("signature")) is not dict or type(document) is not dict:
        return event
    try:
        return _element(event, document["body"], document["proof"])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # A document that no implementation accepts: the element is left as it is.
        return event


def _element(event: Json, body: Json, proof: Json) -> Any:
    content = {name: value for name, value in event.items() if name not in ("event_id", "signature")}
    base = _tokens(body.get("base", ""))
    element: Any = content
    for token in reversed(base):
        element = {token: element}
    signature = event["signature"]
    roles = proof["roles"]
    values: list[tuple[str, Any]] = list(proof.get("constants", {}).items())
    values.append(
        (roles["signature"], _signature_text(signature["signature_b64"], proof.get("signature_text")))
    )
    if "event_id" in roles and "event_id" in event:
        event_id = event["event_id"]
        values.append((roles["event_id"], event_id[7:] if proof.get("id_text") == "hex" else event_id))
    if "algorithm" in roles:
        values.append((roles["algorithm"], proof.get("algorithm_text", "ed25519")))
    key_ids = roles["key_id"]
    for pointer in key_ids if type(key_ids) is list else [key_ids]:
        if type(pointer) is str:
            values.append((pointer, signature.get("key_id")))
    for pointer, value in values:
        element = _written(element, _tokens(pointer), value)
    return element


def _signature_text(text: str, form: Any) -> str:
    if form not in ("hex", "base64url"):
        return text
    raw = b64decode(text)
    return raw.hex() if form == "hex" else urlsafe_b64encode(raw).decode().rstrip("=")


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _written(container: Any, tokens: Sequence[str], value: Any) -> Any:
    """A copy of the container with the value at the tokens; an index makes an array where nothing is."""
    if not tokens:
        return value
    token, rest = tokens[0], tokens[1:]
    if container is None:
        container = [] if token.isdigit() else {}
    if type(container) is list:
        if int(token) > _LONGEST:
            raise IndexError(token)
        items = container + [None] * (int(token) + 1 - len(container))
        items[int(token)] = _written(items[int(token)], rest, value)
        return items
    return {**container, token: _written(container.get(token), rest, value)}


def documents_of(policy: bytes) -> Iterable[Json]:
    """The documents that a policy file lists; none if it is not one."""
    try:
        value = json.loads(policy)
    except (ValueError, RecursionError):
        return
    for key in _listed(value, "keys"):
        for item in _listed(key, "event_formats"):
            if type(item) is dict:
                yield item


def _listed(value: Any, name: str) -> list[Any]:
    members = value.get(name) if type(value) is dict else None
    return members if type(members) is list else []
