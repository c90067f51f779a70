# ruff: noqa: E501  (tables: documents)
"""Event formats written a second time, from spec/formats.md and spec/checks.md and without the package.

Documents are plain ``dict``s. Each function reads the document itself and keeps nothing: slow, and
easy to compare with the clauses. :mod:`kit.formats` makes elements; here they are read and judged.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from kit.oracle.schema import EVENT_TYPES, canonical

Json: TypeAlias = dict[str, Any]

#: What is not there; ``None`` is JSON's null.
ABSENT: Final = object()
TYPES: Final[dict[str, tuple[type, ...]]] = {
    "array": (list,), "boolean": (bool,), "integer": (int,), "number": (int, float), "object": (dict,), "string": (str,),
}  # fmt: skip
OPTIONAL: Final = ("algorithm", "event_id", "fingerprint", "signature")
UNVERIFIED: Final = ("unbound", "unknown_format", "unknown_key", "not_signed")

PITHBUNDLE_EVENT_1: Final[Json] = {
    "format_type": "pithbundle_event_format",
    "format_version": "1",
    "name": "pithbundle-event-1",
    "body": {
        "excluded": ["/event_id", "/signature"],
        "required": {"/signer": "object", "/signer/public_key_fingerprint": "string", "/signer/signer_type": "string"},
        "roles": {
            "event_type": "/event_type", "subject": "/subject_pith_number", "target": "/target",
            "payload": "/payload", "created_at": "/created_at", "signer_id": "/signer/signer_id",
        },
    },
    "proof": {
        "roles": {
            "signature": "/signature/signature_b64", "event_id": "/event_id",
            "key_id": ["/signature/key_id", "/signer/key_id"],
            "fingerprint": "/signer/public_key_fingerprint", "algorithm": "/signature/algorithm",
        },
        "constants": {"/signature/kind": "pith_event_signature"},
    },
}  # fmt: skip
NAMED: Final[dict[str, Json]] = {"pithbundle-event-1": PITHBUNDLE_EVENT_1}

_BODY: Final[Json] = {
    "base": "", "excluded": [], "required": {}, "wrapper": None, "escape": "none", "payload_wrapper": None,
    "constants": {}, "time": "rfc3339",
}  # fmt: skip
_PROOF: Final[Json] = {
    "constants": {}, "algorithm_text": "ed25519", "signs": "digest", "signature_text": "base64", "id_text": "prefixed",
}  # fmt: skip


def effective(document: Json) -> Json:
    """The effective document, without its name (FORMAT-1)."""
    body = {**_BODY, **document["body"]}
    proof = {**_PROOF, **document["proof"], "roles": dict(document["proof"]["roles"])}
    body["excluded"] = sorted(body["excluded"])
    key_id = proof["roles"]["key_id"]
    if not isinstance(key_id, dict):
        proof["roles"]["key_id"] = sorted([key_id] if isinstance(key_id, str) else key_id)
    return {
        "format_type": document["format_type"],
        "format_version": document["format_version"],
        "body": body,
        "proof": proof,
    }


def format_sha256(document: Json) -> str:
    """The digest that names a format (FORMAT-1)."""
    return hashlib.sha256(canonical(effective(document))).hexdigest()


def tokens(pointer: str) -> list[str]:
    """The tokens of a pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def above(pointer: str, other: str) -> bool:
    """Whether a pointer is equal to another or above it."""
    return other == pointer or other.startswith(pointer + "/")


def region(document: Json, pointer: str) -> str:
    """The part of an element to which a pointer belongs (FORMAT-2)."""
    body = effective(document)["body"]
    if any(above(each, pointer) for each in body["excluded"]):
        return "outside"
    if above(body["base"], pointer):
        return "inside"
    return "above" if above(pointer, body["base"]) else "outside"


def covered(document: Json, role: Any) -> bool:
    """Whether a role is covered by the content (FORMAT-2)."""
    if role is None:
        return False
    if isinstance(role, dict):
        return True
    excluded = effective(document)["body"]["excluded"]
    return region(document, role) == "inside" and not any(above(role, each) for each in excluded)


def binds(document: Json) -> bool:
    """FORMAT-4."""
    roles = document["body"]["roles"]
    names = ("event_type", "subject", "target", "created_at", "signer_id")
    whole = covered(document, roles["payload"]) or "payload_sha256" in roles
    return whole and all(covered(document, roles.get(name)) for name in names)


def at(value: Any, pointer: str, *, arrays: bool = False) -> Any:
    """What is at a pointer."""
    for token in tokens(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif (
            arrays
            and isinstance(value, list)
            and re.fullmatch("0|[1-9][0-9]?", token)
            and int(token) < min(len(value), 64)
        ):
            value = value[int(token)]
        else:
            return ABSENT
    return value


def proof_at(document: Json, element: Json, pointer: str) -> Any:
    """What is at a pointer of ``proof``: outside the content it may pass through arrays."""
    return at(element, pointer, arrays=region(document, pointer) == "outside")


def is_of(value: Any, kind: str) -> bool:
    """Whether a value has a JSON type."""
    return type(value) in TYPES[kind]


def same(value: Any, constant: Any) -> bool:
    """Equal in value and JSON type."""
    return type(value) is type(constant) and bool(value == constant)


def role_types(document: Json) -> dict[str, str]:
    """The JSON type of each role of the body."""
    time = "string" if effective(document)["body"]["time"] == "rfc3339" else "integer"
    names = ("event_type", "subject", "target", "payload_sha256", "signer_id")
    return {**dict.fromkeys(names, "string"), "payload": "object", "created_at": time}


def parent(pointer: str) -> str:
    """The pointer of what contains it."""
    return pointer.rpartition("/")[0]


def role(document: Json, element: Json, name: str) -> Any:
    """The value of a role of the body."""
    where = document["body"]["roles"].get(name)
    if where is None:
        return ABSENT
    return where["constant"] if isinstance(where, dict) else at(element, where)


def key_pointers(document: Json) -> list[str]:
    """The pointers of ``key_id``."""
    key_id = effective(document)["proof"]["roles"]["key_id"]
    return [] if isinstance(key_id, dict) else key_id


def signature(document: Json, element: Json) -> Any:
    """The signature as the element contains it."""
    return proof_at(document, element, document["proof"]["roles"]["signature"])


def reads(document: Json, element: Any) -> bool:
    """FORMAT-8."""
    if not isinstance(element, dict):
        return False
    body, proof = effective(document)["body"], effective(document)["proof"]
    if not is_of(at(element, body["base"]), "object"):
        return False
    if not all(is_of(at(element, parent(each)), "object") for each in body["excluded"]):
        return False
    types = role_types(document)
    if not all(is_of(role(document, element, name), types[name]) for name in body["roles"]):
        return False
    if not all(is_of(at(element, where), kind) for where, kind in body["required"].items()):
        return False
    if not all(same(at(element, where), value) for where, value in body["constants"].items()):
        return False
    signed = signature(document, element) not in (ABSENT, None)
    for where in key_pointers(document):
        if (signed or region(document, where) == "inside") and not is_of(
            proof_at(document, element, where), "string"
        ):
            return False
    for where, value in proof["constants"].items():
        if (signed or region(document, where) == "inside") and not same(
            proof_at(document, element, where), value
        ):
            return False
    return True


def content(document: Json, element: Json) -> Json:
    """The value at ``base`` without the excluded pointers (FORMAT-3)."""
    copy: Json = json.loads(canonical(element))
    for each in effective(document)["body"]["excluded"]:
        container = at(copy, parent(each))
        container.pop(tokens(each)[-1], None)
    found: Json = at(copy, effective(document)["body"]["base"])
    return found


def escaped(data: bytes, escape: str) -> bytes:
    """Canonical bytes under an escape (FORMAT-3)."""
    if escape == "none":
        return data
    return re.sub(
        "[^ -~]", lambda found: json.dumps(found[0])[1:-1] if found[0] != "\x7f" else "\\u007f", data.decode()
    ).encode()


def wrapped(value: Any, wrapper: str | None) -> Any:
    """A value in an object of one member."""
    return value if wrapper is None else {wrapper: value}


def signed_bytes(document: Json, element: Json) -> bytes:
    """M (FORMAT-3)."""
    body = effective(document)["body"]
    return escaped(canonical(wrapped(content(document, element), body["wrapper"])), body["escape"])


def event_id(document: Json, element: Json) -> str:
    """The id of an element (FORMAT-10)."""
    return "sha256:" + hashlib.sha256(signed_bytes(document, element)).hexdigest()


def message_of(document: Json, digest: bytes, m: bytes) -> bytes:
    """The message of the signature (FORMAT-1)."""
    return {
        "digest": digest,
        "hex": digest.hex().encode(),
        "prefixed": b"sha256:" + digest.hex().encode(),
        "bytes": m,
    }[effective(document)["proof"]["signs"]]


def message(document: Json, element: Json) -> bytes:
    """The message that the signature of an element signs."""
    m = signed_bytes(document, element)
    return message_of(document, hashlib.sha256(m).digest(), m)


def payload_sha256(document: Json, payload: Json) -> str:
    """The hex digits of the hash of a payload (FORMAT-4)."""
    body = effective(document)["body"]
    return hashlib.sha256(
        escaped(canonical(wrapped(payload, body["payload_wrapper"])), body["escape"])
    ).hexdigest()


def hash_digits(text: str) -> str | None:
    """The hex digits of a hash in either text (FORMAT-4)."""
    found = re.fullmatch("(?:sha256:)?([0-9a-f]{64})", text)
    return None if found is None else found[1]


def instant(text: str) -> str | None:
    """The instant of a timestamp, None where it is none (TIME-1, TIME-2)."""
    found = re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{3}|[0-9]{6}))?(?:Z|\+00:00)",
        text,
        re.ASCII,
    )
    if found is None:
        return None
    try:
        datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return f"{found[1]}.{found[2] or '':0<6}"


def moment(document: Json, created_at: Any) -> str | None:
    """The instant of a time (FORMAT-11)."""
    form = effective(document)["body"]["time"]
    if form == "rfc3339":
        return instant(created_at)
    try:
        step = timedelta(seconds=created_at) if form == "seconds" else timedelta(milliseconds=created_at)
        found = datetime(1970, 1, 1, tzinfo=UTC) + step
    except OverflowError:
        return None
    return f"{found.year:04}-{found:%m-%dT%H:%M:%S.%f}"


def meaning(document: Json, signed_value: Json) -> Any:
    """The meaning of a signed value under a format that binds, None where it has none (FORMAT-5)."""
    body = effective(document)["body"]
    inner: Any = signed_value
    if body["wrapper"] is not None:
        if [*signed_value] != [body["wrapper"]]:
            return None
        inner = signed_value[body["wrapper"]]
    if not isinstance(inner, dict):
        return None
    cut = len(body["base"])
    for each in body["excluded"]:
        if at(inner, each[cut:]) is not ABSENT or not is_of(at(inner, parent(each[cut:])), "object"):
            return None
    if not all(is_of(at(inner, where[cut:]), kind) for where, kind in body["required"].items()):
        return None
    if not all(same(at(inner, where[cut:]), value) for where, value in body["constants"].items()):
        return None
    found: Json = {}
    types = role_types(document)
    for name, where in body["roles"].items():
        if name == "payload" and not covered(document, where):
            continue
        found[name] = where["constant"] if isinstance(where, dict) else at(inner, where[cut:])
        if not is_of(found[name], types[name]):
            return None
    when = moment(document, found["created_at"])
    digits = hash_digits(found["payload_sha256"]) if "payload_sha256" in found else ""
    if when is None or digits is None:
        return None
    payload = canonical(found["payload"]) if "payload" in found else (digits, body["payload_wrapper"])
    where = body["roles"]["signer_id"]
    deep = not isinstance(where, dict) and len(tokens(where[cut:])) > 1
    signer = at(inner, parent(where[cut:])) if deep else {"signer_id": found["signer_id"]}
    names = ("event_type", "subject", "target", "signer_id")
    return (
        *(found[name] for name in names),
        payload,
        canonical(found["created_at"]),
        when,
        canonical(signer),
    )


def raw_signature(document: Json, text: str) -> bytes | None:
    """The 64 bytes of a signature in the text of the format."""
    form = effective(document)["proof"]["signature_text"]
    try:
        raw = {
            "base64": lambda: base64.b64decode(text, validate=True),
            "base64url": lambda: base64.urlsafe_b64decode(text + "=="),
            "hex": lambda: bytes.fromhex(text),
        }[form]()
    except ValueError:
        return None
    return raw if len(raw) == 64 and signature_text(document, raw) == text else None


def signature_text(document: Json, raw: bytes) -> str:
    """A signature in the text of the format."""
    form = effective(document)["proof"]["signature_text"]
    if form == "hex":
        return raw.hex()
    if form == "base64":
        return base64.b64encode(raw).decode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def id_text(document: Json, inner: str) -> str:
    """An id in the text of the format (FORMAT-10)."""
    return inner if effective(document)["proof"]["id_text"] == "prefixed" else inner.removeprefix("sha256:")


def verifies(public_key_hex: str, signed: bytes, raw: bytes) -> bool:
    """Whether a signature verifies; the strict rules of SIG-2 do not matter to what the kit signs."""
    try:
        VerifyKey(bytes.fromhex(public_key_hex)).verify(signed, raw)
    except BadSignatureError:
        return False
    return True


def limit_code(value: Json) -> str | None:
    """Depth and value count, level by level (EVT-6)."""
    level: list[Any] = [value]
    depth, count = 0, 1
    while level:
        depth += 1
        if depth > 24:
            return "depth"
        inside = [item for one in level for item in (one.values() if isinstance(one, dict) else one)]
        count += len(inside)
        if count > 20_000:
            return "nodes"
        level = [item for item in inside if isinstance(item, dict | list)]
    return None


def form_code(document: Json, element: Json) -> str | None:
    """CHECK-1: the code of the first fault of EVT-6."""
    for name in OPTIONAL:
        where = document["proof"]["roles"].get(name)
        found = ABSENT if where is None else proof_at(document, element, where)
        if found is not ABSENT and not isinstance(found, str) and not (name == "signature" and found is None):
            return "type"
    created_at = role(document, element, "created_at")
    if created_at is not ABSENT and moment(document, created_at) is None:
        return "time"
    parts = [content(document, element)]
    if not covered(document, document["body"]["roles"]["payload"]):
        parts.append(role(document, element, "payload"))
    for one in parts:
        code = limit_code(one)
        if code is not None:
            return code
    return "event_size" if any(len(canonical(one)) > 262_144 for one in parts) else None


def fingerprint(key: Json) -> str:
    """The hex fingerprint of a key (KEY-3)."""
    return hashlib.sha256(bytes.fromhex(key["public_key_hex"])).hexdigest()[:32]


def listed(key: Json) -> list[Any]:
    """The formats that a key lists: documents, ``integrity-1``, ``unknown``."""
    return [
        NAMED.get(item, item) if isinstance(item, str) else item
        for item in key.get("event_formats", ["pithbundle-event-1"])
    ]


def format_name(item: Any) -> str:
    """How the effective policy names an item (FORMAT-7)."""
    return item if isinstance(item, str) else format_sha256(item)


def lists(key: Json, name: str) -> bool:
    """Whether a key lists a format by its ``format_sha256`` or name."""
    return any(item == name if isinstance(item, str) else format_sha256(item) == name for item in listed(key))


def formats_of(policy: Json) -> dict[str, Any]:
    """The formats of a policy by their ``format_sha256``."""
    found = {}
    for key in policy["keys"]:
        for item in listed(key):
            if item != "unknown":
                found[item if isinstance(item, str) else format_sha256(item)] = item
    return found


def agreeing(policy: Json, document: Json, element: Json) -> list[Json]:
    """CHECK-5: the keys that agree with an element, by raw key."""
    key_id = effective(document)["proof"]["roles"]["key_id"]
    ids = [key_id["constant"]] if isinstance(key_id, dict) else [
        found for where in key_id if isinstance(found := proof_at(document, element, where), str)
    ]  # fmt: skip
    where = document["proof"]["roles"].get("fingerprint")
    claimed = None if where is None else proof_at(document, element, where)
    found = [
        key
        for key in policy["keys"]
        if key["signer_id"] == role(document, element, "signer_id")
        and all(key["key_id"] == each for each in ids)
        and (not isinstance(claimed, str) or claimed == fingerprint(key))
    ]
    return sorted(found, key=lambda key: bytes.fromhex(key["public_key_hex"]))


def may_be_unknown(policy: Json, document: Json, element: Json) -> bool:
    """CHECK-13: a key lists ``unknown`` that agrees with what the element states, constants aside."""
    freed = []
    for key in policy["keys"]:
        one = copy.deepcopy(document)
        if isinstance(one["body"]["roles"]["signer_id"], dict):
            one["body"]["roles"]["signer_id"] = {"constant": key["signer_id"]}
        if isinstance(one["proof"]["roles"]["key_id"], dict):
            one["proof"]["roles"]["key_id"] = {"constant": key["key_id"]}
        freed += agreeing({"keys": [key]}, one, element)
    return any(lists(key, "unknown") for key in freed)


def key_code(document: Json, element: Json, key: Json) -> tuple[int, str] | None:
    """CHECK-6 to CHECK-9 under one key: number and code of the first that fails."""
    proof = effective(document)["proof"]
    inner = event_id(document, element)
    event_type = role(document, element, "event_type")
    if key.get("event_types", "*") != "*" and event_type not in key["event_types"]:
        return 6, "key_role"
    if key.get("status") == "revoked" and inner not in key.get("accepted_event_ids", []):
        return 6, "key_revoked"
    roles = proof["roles"]
    if "algorithm" in roles and proof_at(document, element, roles["algorithm"]) != proof["algorithm_text"]:
        return 7, "algorithm"
    claimed = proof_at(document, element, roles["event_id"]) if "event_id" in roles else ABSENT
    if claimed is not ABSENT:
        digits = hash_digits(str(claimed))
        if digits is None or claimed != id_text(document, "sha256:" + digits):
            return 8, "encoding"
    raw = raw_signature(document, signature(document, element))
    if raw is None:
        return 8, "encoding"
    hashed = role(document, element, "payload_sha256")
    if hashed is not ABSENT:
        if hash_digits(hashed) is None:
            return 8, "encoding"
        if hash_digits(hashed) != payload_sha256(document, role(document, element, "payload")):
            return 9, "hash_mismatch"
    if claimed is not ABSENT and claimed != id_text(document, inner):
        return 9, "hash_mismatch"
    if not verifies(key["public_key_hex"], message(document, element), raw):
        return 10, "signature_invalid"
    return None


def only_ours(policy: Json) -> bool:
    """Whether every key lists ``pithbundle-event-1`` alone (FORMAT-14)."""
    return all(
        [*map(format_name, listed(key))] == [format_sha256(PITHBUNDLE_EVENT_1)] for key in policy["keys"]
    )


Verdict: TypeAlias = tuple[str, int, str | None]


def is_ambiguous(policy: Json, document: Json, element: Json) -> bool:
    """FORMAT-5."""
    value = wrapped(content(document, element), effective(document)["body"]["wrapper"])
    documents = [one for one in formats_of(policy).values() if isinstance(one, dict) and binds(one)]
    return len({meaning(one, value) for one in documents} - {None}) > 1


def reading(policy: Json, record: Json, document: Json, element: Json) -> Verdict:
    """The verdict of one reading: status, check, code (CHECK-14)."""
    keys = agreeing(policy, document, element)
    if not keys:
        return "unknown_key", 1, "key_unknown"
    candidates = [key for key in keys if lists(key, format_sha256(document))]
    if not candidates:
        return "unknown_format", 2, None
    if signature(document, element) in (ABSENT, None):
        return "not_signed", 3, None
    code = form_code(document, element)
    if code is not None:
        failed = (4, code)
    else:
        subject = role(document, element, "subject")
        if subject is not ABSENT and subject not in numbers(record):
            failed = (5, "subject")
        else:
            results = [key_code(document, element, key) for key in candidates]
            if None in results:
                if not binds(document):
                    return "unbound", 12, None
                if is_ambiguous(policy, document, element):
                    return "unbound", 11, "ambiguous"
                known = role(document, element, "event_type") in EVENT_TYPES
                return ("verified" if known else "unknown_type"), 13, None
            failed = min((result for result in results if result), key=lambda result: (-result[0], result[1]))
    if may_be_unknown(policy, document, element):
        return "unbound", *failed
    if failed[1] in ("depth", "nodes", "event_size") and not only_ours(policy):
        return "unknown_format", *failed
    return "invalid", *failed


def numbers(record: Json) -> list[str]:
    """The full numbers of a record: one of the year of ``submitted_at``, one of the year of the arXiv id."""
    suffix = base64.b32encode(hashlib.sha256(canonical(record)).digest()).decode()[:26]
    years = [record["metadata"]["submitted_at"][:4]]
    found = re.search(r"(?:^|/)([0-9]{2})[0-9]{2}[.0-9]", str(record["source"]["id"]))
    if found:
        years.append(("19" if found[1] >= "91" else "20") + found[1])
    return [f"pith:{year}:{suffix}" for year in years]


def reads_flat(element: Any) -> bool:
    """EVT-7: whether ``integrity-1`` reads an element."""
    return isinstance(element, dict) and all(
        is_of(element.get(name, ABSENT), kind)
        for name, kind in (
            ("event_type", "string"),
            ("payload_sha256", "string"),
            ("signing_key_id", "string"),
            ("created_at", "string"),
            ("event_id", "integer"),
            ("payload", "object"),
        )
    )


def flat_reading(policy: Json, record: Json, element: Json) -> Verdict:
    """EVT-8."""
    keys = [key for key in policy["keys"] if key["key_id"] == element["signing_key_id"]]
    if not keys:
        return "unknown_key", 1, "key_unknown"
    candidates = [key for key in keys if lists(key, "integrity-1")]
    if not candidates:
        return "unknown_format", 2, None
    claimed = element.get("signature_b64")
    if claimed is None:
        return "not_signed", 3, None
    failed = flat_failure(record, element, candidates)
    if failed is None:
        return "unbound", 12, None
    return ("unbound" if any(lists(key, "unknown") for key in keys) else "invalid"), *failed


def flat_failure(record: Json, element: Json, candidates: Sequence[Json]) -> tuple[int, str] | None:
    """EVT-8, 4 to 7."""
    claimed = element["signature_b64"]
    if not isinstance(claimed, str):
        return 4, "type"
    if instant(element["created_at"]) is None:
        return 4, "time"
    if element["payload"].get("arxiv_id") != record["source"]["id"]:
        return 5, "subject"
    if not re.fullmatch("[0-9a-f]{64}", element["payload_sha256"]):
        return 8, "encoding"
    results = []
    for key in candidates:
        raw = raw_signature(PITHBUNDLE_EVENT_1, claimed)
        if key.get("event_types", "*") != "*" and element["event_type"] not in key["event_types"]:
            results.append((6, "key_role"))
        elif key.get("status") == "revoked":
            results.append((6, "key_revoked"))
        elif raw is None:
            results.append((8, "encoding"))
        elif verifies(key["public_key_hex"], bytes.fromhex(element["payload_sha256"]), raw):
            return None
        else:
            results.append((10, "signature_invalid"))
    return min(results, key=lambda result: (-result[0], result[1]))


_ORDER: Final = ("verified", "unbound", "invalid", "not_signed", "unknown_key", "unknown_format")


def element_answer(policy: Json, record: Json, element: Any) -> Json:
    """What ``check`` answers of an element: ``event_id``, ``verdict``, ``code``, ``unsigned``, ``format``."""
    if not isinstance(element, dict):
        verdict = "invalid" if only_ours(policy) else "unknown_format"
        return {"event_id": None, "verdict": verdict, "code": "type", "unsigned": [], "format": None}
    found = []
    for name, document in formats_of(policy).items():
        if document == "integrity-1" and reads_flat(element):
            found.append((flat_reading(policy, record, element), name, document))
        elif isinstance(document, dict) and reads(document, element):
            found.append((reading(policy, record, document, element), name, document))
    if not found:
        return {"event_id": None, "verdict": "unknown_format", "code": None, "unsigned": [], "format": None}
    (status, check, code), name, document = min(found, key=_rank)
    named: str | None = None
    unsigned: list[str] = []
    if document == "integrity-1":
        formed = instant(element["created_at"]) is not None and isinstance(
            element.get("signature_b64"), str | None
        )
        digits = re.fullmatch("[0-9a-f]{64}", element["payload_sha256"])
        named = element["payload_sha256"] if formed and digits and status != "unknown_format" else None
    elif check != 2 and form_code(document, element) is None:
        named = event_id(document, element)
        unsigned = unsigned_of(document, element)
    return {"event_id": named, "verdict": status, "code": code, "unsigned": unsigned, "format": name}


def _rank(found: tuple[Verdict, str, Any]) -> tuple[int, int, str, str]:
    (status, check, code), name, _ = found
    rank = _ORDER.index("verified" if status == "unknown_type" else status)
    return rank, -check, code or "", name


def view(document: Json, element: Json) -> Json:
    """An event under a format as the merge of the oracle takes it (FORMAT-5, FORMAT-10, FORMAT-11)."""
    found = {
        name: role(document, element, name) for name in ("event_type", "target", "payload", "created_at")
    }
    base = effective(document)["body"]["base"]
    where = document["body"]["roles"]["signer_id"]
    deep = isinstance(where, str) and len(tokens(where[len(base) :])) > 1
    signer_id = role(document, element, "signer_id")
    inside = content(document, element)
    return {
        **found,
        "signer": at(inside, parent(where[len(base) :])) if deep else {"signer_id": signer_id},
        "~event_id": event_id(document, element),
        "~instant": moment(document, found["created_at"]),
        "~signer_id": signer_id,
    }


def unsigned_of(document: Json, element: Json) -> list[str]:
    """EVT-5: the topmost values with no covered pointer, none of ``proof``, no hashed payload in them."""
    body, proof = effective(document)["body"], effective(document)["proof"]
    known = [where for name, where in proof["roles"].items() if name != "key_id"]
    known += [*key_pointers(document), *proof["constants"]]
    if "payload_sha256" in body["roles"]:
        known.append(body["roles"]["payload"])
    found: list[str] = []

    def walk(value: Any, pointer: str) -> None:
        if pointer in known or covered(document, pointer):
            return
        leads = any(
            above(pointer, each) for each in (*known, body["base"], *body["excluded"]) if each != pointer
        )
        leads = leads or pointer == body["base"]
        if not leads:
            found.append(pointer)
        elif isinstance(value, dict):
            for name, member in value.items():
                walk(member, pointer + "/" + name.replace("~", "~0").replace("/", "~1"))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if item is not None and index < 64:
                    walk(item, f"{pointer}/{index}")
                elif item is not None:
                    found.append(f"{pointer}/{index}")
        elif value is not None:
            found.append(pointer)

    walk(element, "")
    return sorted(found)


def element_sha256(answer: Json, element: Any) -> str | None:
    """UNV-1."""
    return hashlib.sha256(canonical(element)).hexdigest() if answer["verdict"] in UNVERIFIED else None


def unverified_sha256(identities: Iterable[str | None]) -> str:
    """UNV-2."""
    return hashlib.sha256(canonical(sorted({name for name in identities if name is not None}))).hexdigest()


def check_answer(policy: Json, record: Json, elements: Sequence[Any]) -> Json:
    """The members of the answer of ``check`` that formats decide, of elements without value-level faults."""
    answers = [element_answer(policy, record, element) for element in elements]
    identities = [element_sha256(answer, element) for answer, element in zip(answers, elements, strict=True)]
    return {
        "elements": [
            {
                "pointer": f"/events/{index}",
                **{name: answer[name] for name in ("event_id", "verdict", "code", "unsigned")},
            }
            for index, answer in enumerate(answers)
        ],
        "formats": [answer["format"] for answer in answers],
        "unverified": identities,
        "unverified_sha256": unverified_sha256(identities),
    }


def exported(document: Json, element: Json, key: Json, raw: bytes) -> Json:
    """FORMAT-12: the exported element of a valid event."""
    body, proof = effective(document)["body"], effective(document)["proof"]
    inner = event_id(document, element)
    made: Json = content(document, element)
    for token in reversed(tokens(body["base"])):
        made = {token: made}
    texts = {
        "signature": signature_text(document, raw), "event_id": id_text(document, inner),
        "fingerprint": fingerprint(key), "algorithm": proof["algorithm_text"],
    }  # fmt: skip
    written = {where: texts[name] for name, where in proof["roles"].items() if name != "key_id"}
    written.update(dict.fromkeys(key_pointers(document), key["key_id"]))
    written.update(proof["constants"])
    written = {where: value for where, value in written.items() if region(document, where) == "outside"}
    if not covered(document, body["roles"]["payload"]):
        put_in_objects(made, body["roles"]["payload"], role(document, element, "payload"))
    for where, value in written.items():
        put(made, where, value, [*written])
    return made


def put_in_objects(element: Json, pointer: str, value: Any) -> None:
    """Write a value at a pointer of ``body``: only objects lead to it (FORMAT-2)."""
    *path, last = tokens(pointer)
    container: Any = element
    for token in path:
        container = container.setdefault(token, {})
    container[last] = value


def put(element: Json, pointer: str, value: Any, pointers: Sequence[str]) -> None:
    """Write a value at a pointer; containers are made as FORMAT-12 requires."""
    container: Any = element
    path = tokens(pointer)
    for depth, token in enumerate(path):
        here = pointer if depth + 1 == len(path) else "".join(
            "/" + one.replace("~", "~0").replace("/", "~1") for one in path[: depth + 1]
        )  # fmt: skip
        new = value
        if depth + 1 < len(path):
            below = [tokens(each)[depth + 1] for each in pointers if above(here, each) and each != here]
            new = [] if all(re.fullmatch("0|[1-9]|[1-5][0-9]|6[0-3]", each) for each in below) else {}
        if isinstance(container, list):
            container.extend([None] * (int(token) + 1 - len(container)))
            if container[int(token)] is None or depth + 1 == len(path):
                container[int(token)] = new
            container = container[int(token)]
        else:
            if token not in container or depth + 1 == len(path):
                container[token] = new
            container = container[token]


__all__ = [name for name in dir() if not name.startswith("_")]
