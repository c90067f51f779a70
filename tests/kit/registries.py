"""Imaginary registries: bundles whose event formats are drawn from the rules of event formats alone.

Written before the search that has to find these formats, from the rules and from nothing else: no module of
the package is imported, keys, ids and signatures are made here with ``hashlib``, ``json`` and PyNaCl. A drawn
registry has names, orders, wrappers and texts of its own; its true format is a document to compare with.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

Json: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str | int, ...]

#: The closed list of the specification.
WRAPPERS: Final = ("body", "content", "data", "event", "envelope", "message", "payload", "signed")
TARGETS: Final = {
    "alias_added": "record",
    "author_claim": "record",
    "citation": "record",
    "replication": "record",
    "storage_attestation": "record",
    "timestamp_anchor": "record",
    "graph_snapshot": "graph",
}
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "event_type": ("event_type", "type", "kind", "eventType", "action", "ev", "what"),
    "subject": ("subject_pith_number", "subject", "pith_number", "about", "pith", "of", "record_id"),
    "target": ("target", "scope", "aspect", "applies_to", "tgt"),
    "payload": ("payload", "data", "details", "content_json", "claims_about", "p", "body_json"),
    "payload_sha256": ("payload_sha256", "payload_hash", "data_digest", "ph"),
    "created_at": ("created_at", "time", "ts", "issued", "iat", "when", "createdAt"),
    "signer_id": ("signer_id", "issuer", "iss", "by", "authority", "origin"),
    "signature": ("signature_b64", "signature", "sig", "value", "proofValue", "s"),
    "event_id": ("event_id", "id", "hash", "digest", "cid", "ref"),
    "key_id": ("key_id", "kid", "keyId", "signing_key_id", "verification_key"),
    "fingerprint": ("public_key_fingerprint", "fingerprint", "fp", "thumbprint"),
    "algorithm": ("algorithm", "alg", "suite"),
}
_EXTRA: Final = (
    "version",
    "note",
    "seq",
    "lang",
    "nonce",
    "schema",
    "x_trace",
    "rev",
    "flags",
    "comment_text",
)
_UNSIGNED: Final = ("received_at", "mirror", "cache", "score", "display", "etag", "source_url", "hops")
_GROUPS: Final = ("meta", "header", "env", "info", "about_it", "h")
_BASES: Final = ("event", "body", "record_event", "core", "statement")
_PROOFS: Final = ("signature", "proof", "seal", "auth", "attestation")
_TEXT: Final = ("plain", "Grüße", "emoji 😀", "del \x7f", "数学", 'quote " \\ /', "tab\tline\n", "e\u0301")


def canonical(value: Any, *, escape: bool = False) -> bytes:
    """The canonical bytes of a value, or those with every character outside U+0020 to U+007E escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=escape)
    return (text.replace("\x7f", "\\u007f") if escape else text).encode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@dataclass(frozen=True, slots=True)
class Key:
    """A published test key; its seed is SHA-256 of ``pithbundle registry key N``."""

    number: int
    signer_id: str
    key_id: str

    @property
    def signing(self) -> SigningKey:
        return SigningKey(sha256(b"pithbundle registry key %d" % self.number))

    @property
    def raw(self) -> bytes:
        return bytes(self.signing.verify_key)

    @property
    def fingerprint(self) -> str:
        return sha256(self.raw)[:16].hex()

    def sign(self, message: bytes) -> bytes:
        return bytes(self.signing.sign(message).signature)

    def in_policy(self, event_formats: list[Any]) -> Json:
        return {
            "signer_id": self.signer_id,
            "key_id": self.key_id,
            "public_key_hex": self.raw.hex(),
            "event_types": "*",
            "status": "active",
            "accepted_event_ids": [],
            "event_formats": event_formats,
        }


@dataclass(frozen=True, slots=True)
class Registry:
    """A drawn registry: its true format, its record, its events, and junk among them."""

    seed: int
    document: Json
    key: Key
    record: Json
    #: Untouched events, each a dict whose order is that of the file.
    events: list[Json]
    #: The same events with junk among them; objects all, so that none is invalid by itself.
    mixed: list[Any]
    #: JSON texts that replace strings in the file: numbers outside the data model.
    spellings: dict[str, str]
    #: Pointers of members that no signature covers and no role names.
    unsigned: list[Path] = field(default_factory=list)

    @property
    def number(self) -> str:
        return pith_number(self.record)

    def bundle(self, events: list[Any] | None = None) -> bytes:
        """A bundle of the events, members as built."""
        made = bundle(self.record, self.events if events is None else events)
        text = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
        for stand_in, spelt in self.spellings.items():
            text = text.replace(json.dumps(stand_in), spelt)
        return text.encode()

    def policy(self, event_formats: list[Any]) -> bytes:
        """A policy of the registry's one key."""
        return policy(self.key.in_policy(event_formats))


def policy(*keys: Json) -> bytes:
    """A policy file."""
    return canonical({"policy_type": "pithbundle_policy", "policy_version": "1", "keys": list(keys)})


def pith_number(record: Json) -> str:
    suffix = base64.b32encode(sha256(canonical(record))).decode()[:26]
    return f"pith:{record['metadata']['submitted_at'][:4]}:{suffix}"


def bundle(record: Json, events: list[Any]) -> Json:
    number, source = pith_number(record), record["source"]
    return {
        "bundle_type": "pith_open_graph_bundle",
        "bundle_version": "1.0",
        "pith_number": number,
        "short_pith_number": "pith:" + number[10:18],
        "canonical_record": record,
        "canonical_sha256": sha256(canonical(record)).hex(),
        "source": {"kind": source["kind"], "id": source["id"], "version": source["version"]},
        "source_aliases": [
            {"alias_kind": "arxiv", "alias_value": source["id"], "created_at": "2026-05-18T01:39:14Z"}
        ],
        "events": events,
    }


# -- pointers -------------------------------------------------------------------------------------


def pointer(path: Path) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def steps(text: str) -> Path:
    """The path of a pointer; digits index arrays only in proofs, where :func:`at` decides by the value."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def put(value: Any, path: Path, item: Any) -> None:
    for step in path[:-1]:
        value = value.setdefault(step, {})
    value[path[-1]] = item


def without(value: Any, path: Path) -> None:
    for step in path[:-1]:
        value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            return
    value.pop(path[-1], None)


# -- what a format signs ---------------------------------------------------------------


def content(event: Json, document: Json) -> Any:
    body = document["body"]
    found = copy.deepcopy(at(event, steps(body["base"])))
    for text in body["excluded"]:
        without(found, steps(text)[len(steps(body["base"])) :])
    return found


def message_bytes(event: Json, document: Json) -> bytes:
    body = document["body"]
    found = content(event, document)
    if body["wrapper"] is not None:
        found = {body["wrapper"]: found}
    return canonical(found, escape=body["escape"] == "ascii")


def signed(data: bytes, signs: str) -> bytes:
    digest = sha256(data)
    return {
        "digest": digest,
        "hex": digest.hex().encode(),
        "prefixed": b"sha256:" + digest.hex().encode(),
        "bytes": data,
    }[signs]


def signature_text(raw: bytes, form: str) -> str:
    if form == "base64":
        return base64.b64encode(raw).decode()
    return raw.hex() if form == "hex" else base64.urlsafe_b64encode(raw).decode().rstrip("=")


# -- drawing ------------------------------------------------------------------------------------------


class _Layout:
    """Where a drawn registry writes what; one object for one draw."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.taken: set[tuple[Path, str]] = set()
        self.base: Path = tuple(rng.sample(_BASES, rng.choices((0, 1, 2), (6, 3, 1))[0]))
        #: Role: path or constant, in the order of the file.
        self.roles: dict[str, Path] = {}
        self.constants: dict[str, str] = {}
        self.excluded: list[Path] = []
        self.extra: list[Path] = []
        self.unsigned: list[Path] = []
        self.never: list[Path] = []
        self.bare_payload_hash = rng.random() < 0.5
        self.groups = [
            (*self.base, name) for name in rng.sample(_GROUPS, rng.choices((0, 1, 2), (5, 3, 1))[0])
        ]

    def name(self, parent: Path, names: tuple[str, ...]) -> Path:
        """A name that no member of the same object has."""
        rng = self.rng
        while True:
            name = (
                rng.choice(names)
                if rng.random() < 0.8
                else "".join(rng.choices("abcdefgxyz_", k=rng.randint(1, 6)))
            )
            if name.isdigit() or (parent, name) in self.taken:
                names = (*names, names[0] + str(rng.randint(2, 99)))
                continue
            self.taken.add((parent, name))
            return (*parent, name)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability


def _draw_body(layout: _Layout, document: Json) -> None:
    chance, base = layout.chance, layout.base
    for step in range(len(base)):
        layout.taken.add((base[:step], str(base[step])))
    for group in layout.groups:
        layout.taken.add((base, str(group[-1])))
    for role in ("event_type", "subject", "target", "created_at", "signer_id"):
        if (role == "target" and chance(0.1)) or (role == "signer_id" and chance(0.08)):
            layout.constants[role] = ""
            continue
        parent = layout.rng.choice(layout.groups) if layout.groups and chance(0.35) else base
        layout.roles[role] = layout.name(parent, _NAMES[role])
    hashed = chance(0.2)
    outside = hashed and base and chance(0.5)
    layout.roles["payload"] = layout.name(() if outside else base, _NAMES["payload"])
    if hashed:
        layout.roles["payload_sha256"] = layout.name(base, _NAMES["payload_sha256"])
        document["body"]["payload_wrapper"] = layout.rng.choice(WRAPPERS) if chance(0.3) else None
        if not outside:
            layout.excluded.append(layout.roles["payload"])
    for _ in range(layout.rng.randint(0, 2)):
        layout.extra.append(layout.name(base, _EXTRA))
    for _ in range(layout.rng.choices((0, 1, 2), (5, 3, 2))[0]):
        path = layout.name(base, _UNSIGNED)
        layout.excluded.append(path)
        layout.unsigned.append(path)
    if chance(0.3):
        layout.never.append(layout.name(base, ("never", "legacy", "deleted_at")))
        layout.excluded.append(layout.never[0])


def _draw_proof(layout: _Layout, document: Json) -> None:
    chance, base, rng = layout.chance, layout.base, layout.rng
    home: Path = base if chance(0.4) else ()
    inside = home == base
    shape = rng.choices(("beside", "object", "open", "list"), (3, 4, 2, 2))[0]
    if shape == "open" and not inside:
        shape = "object"
    where: Path = home
    if shape != "beside":
        where = layout.name(home, _PROOFS)
    if shape in ("object", "list") and inside:
        layout.excluded.append(where)
    if shape == "list":
        where = (*where, 0)
    open_ = inside and shape in ("beside", "open")

    def place(role: str, covered: bool) -> None:
        path = layout.name(where, _NAMES[role])
        layout.roles[role] = path
        if open_ and not covered:
            layout.excluded.append(path)

    place("signature", False)
    if chance(0.8):
        if chance(0.5) or shape == "list":
            parent: Path = home
            path = layout.name(parent, _NAMES["event_id"])
            layout.roles["event_id"] = path
            if inside:
                layout.excluded.append(path)
        else:
            place("event_id", False)
    covered = open_ and chance(0.6)
    if chance(0.9):
        place("key_id", covered)
        if chance(0.2):
            layout.roles["second_key_id"] = layout.name(base, ("signing_key", "keyRef"))
    else:
        layout.constants["key_id"] = ""
    if chance(0.4):
        place("fingerprint", covered)
    if chance(0.6):
        place("algorithm", covered)


def _document(layout: _Layout, document: Json) -> None:
    """Write the drawn paths into the document."""
    body, proof = document["body"], document["proof"]
    body["base"] = pointer(layout.base)
    body["excluded"] = sorted(pointer(path) for path in layout.excluded)
    for role in ("event_type", "subject", "target", "payload", "payload_sha256", "created_at", "signer_id"):
        if role in layout.roles:
            body["roles"][role] = pointer(layout.roles[role])
        elif role in layout.constants:
            body["roles"][role] = {"constant": layout.constants[role]}
    for role in ("signature", "event_id", "key_id", "fingerprint", "algorithm"):
        if role in layout.roles:
            proof["roles"][role] = pointer(layout.roles[role])
        elif role in layout.constants:
            proof["roles"][role] = {"constant": layout.constants[role]}
    if "second_key_id" in layout.roles:
        proof["roles"]["key_id"] = sorted([proof["roles"]["key_id"], pointer(layout.roles["second_key_id"])])


def _payload(rng: random.Random, kind: str, text: Callable[[], str], extra: Json) -> Json:
    digest = sha256(rng.randbytes(8)).hex()
    made: dict[str, Json] = {
        "alias_added": {"alias_kind": "example", "alias_value": text()},
        "author_claim": {"scheme": "orcid", "identifier": f"00-{rng.randint(1, 999)}", "strength": "strong"},
        "citation": {"citing_work": f"w{rng.randint(1, 10**6)}", "relationship": "extends", "why": text()},
        "replication": {
            "claimant": "someone", "claim": text(), "kind": "replication",
            "outcome": "supports", "moderation": "pending",
        },
        "storage_attestation": {
            "provider": "archive.example", "url": "https://archive.example/1",
            "captured_at": "2026-05-20T00:00:00Z", "content_sha256": digest,
        },
        "timestamp_anchor": {
            "canonical_sha256": digest, "proof_b64": base64.b64encode(rng.randbytes(64)).decode(),
        },
        "graph_snapshot": {"graph_snapshot": {"claims": {"count": 0, "items": []}, "label": text()}},
    }  # fmt: skip
    items = list((made[kind] | extra).items())
    rng.shuffle(items)
    return dict(items)


def _time(rng: random.Random, form: str, digits: int, zone: str) -> Any:
    seconds = rng.randint(1_770_000_000, 1_780_000_000)
    if form == "seconds":
        return seconds
    if form == "milliseconds":
        return seconds * 1000 + rng.randint(0, 999)
    day, rest = 1 + (seconds // 86_400) % 28, seconds % 86_400
    text = f"2026-0{1 + seconds % 9}-{day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return text + (f".{rng.randint(0, 10**digits - 1):0{digits}}" if digits else "") + zone


def _record(rng: random.Random) -> Json:
    return {
        "source": {
            "id": f"23{rng.randint(10, 12)}.{rng.randint(10_000, 19_999)}",
            "kind": "arxiv",
            "version": 1,
        },
        "metadata": {
            "license": "",
            "primary_cat": "cs.CL",
            "submitted_at": "2023-04-03T20:58:15Z",
            "cross_cats_sorted": [],
            "title_canon_sha256": sha256(rng.randbytes(8)).hex(),
            "abstract_canon_sha256": sha256(rng.randbytes(8)).hex(),
        },
        "schema_version": "1.0",
    }


def draw(seed: int, *, outside_model: bool = False) -> Registry:
    """The registry of a seed; with ``outside_model`` each payload contains 1.0, 1e-05 and 2^60."""
    rng = random.Random(f"pithbundle registry {seed}")
    layout = _Layout(rng)
    time = rng.choices(("rfc3339", "seconds", "milliseconds"), (7, 2, 1))[0]
    document: Json = {
        "format_type": "pithbundle_event_format",
        "format_version": "1",
        "name": f"registry-{seed}",
        "body": {
            "base": "", "excluded": [], "required": {},
            "wrapper": rng.choice(WRAPPERS) if rng.random() < 0.35 else None,
            "escape": rng.choice(("none", "ascii")),
            "payload_wrapper": None, "roles": {}, "constants": {}, "time": time,
        },
        "proof": {
            "roles": {}, "constants": {}, "algorithm_text": "ed25519",
            "signs": rng.choice(("digest", "hex", "prefixed", "bytes")),
            "signature_text": rng.choice(("base64", "base64url", "hex")),
            "id_text": rng.choice(("prefixed", "hex")),
        },
    }  # fmt: skip
    key = Key(seed % 7, rng.choice(("registry.example", "open.example")), f"k-{rng.randint(1, 99)}")
    _draw_body(layout, document)
    _draw_proof(layout, document)
    if "algorithm" in layout.roles:
        document["proof"]["algorithm_text"] = rng.choice(("ed25519", "Ed25519", "EdDSA"))
    layout.constants |= {
        name: {"signer_id": key.signer_id, "key_id": key.key_id, "target": "record"}[name]
        for name in layout.constants
    }
    _document(layout, document)
    record = _record(rng)
    order = _order(rng, layout)
    digits, zone = rng.choice((0, 3, 6)), rng.choice(("Z", "+00:00"))
    texts = _TEXT if rng.random() < 0.7 else _TEXT[:1]
    spellings = {"@one@": "1.0", "@small@": "1e-05", "@big@": str(2**60)} if outside_model else {}

    def event() -> Json:
        kind = rng.choice(
            [kind for kind, target in TARGETS.items() if "target" in layout.roles or target == "record"]
        )
        extra = {"one": "@one@", "small": ["@small@"], "big": "@big@"} if outside_model else {}
        payload = _payload(rng, kind, lambda: f"{rng.choice(texts)} {rng.randint(1, 999)}", extra)
        values = {
            "event_type": kind, "subject": pith_number(record), "target": TARGETS[kind], "payload": payload,
            "created_at": _time(rng, time, digits, zone), "signer_id": key.signer_id,
            "key_id": key.key_id, "second_key_id": key.key_id, "fingerprint": key.fingerprint,
            "algorithm": document["proof"]["algorithm_text"],
        }  # fmt: skip
        return _signed_event(rng, layout, document, key, values, order, spellings)

    events = [event() for _ in range(rng.randint(3, 7))]
    mixed: list[Any] = [*events]
    for junk in _junk(rng, events, layout, max(1, round(len(events) * 3 / 7))):
        mixed.insert(rng.randint(0, len(mixed)), junk)
    unsigned = [path for path in layout.unsigned if all(_has(each, path) for each in events)]
    return Registry(seed, document, key, record, events, mixed, spellings, unsigned)


def _has(event: Json, path: Path) -> bool:
    try:
        at(event, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _order(rng: random.Random, layout: _Layout) -> list[tuple[str, Path]]:
    """Everything that an event contains, in the order of the file."""
    paths = [(role, path) for role, path in layout.roles.items() if 0 not in path]
    paths += [("extra", path) for path in layout.extra] + [("unsigned", path) for path in layout.unsigned]
    rng.shuffle(paths)
    return paths


def _spelt(value: Any, spellings: dict[str, str]) -> Any:
    """A value whose stand-ins are numbers that Python writes with the original spelling."""
    if isinstance(value, dict):
        return {name: _spelt(item, spellings) for name, item in value.items()}
    if isinstance(value, list):
        return [_spelt(item, spellings) for item in value]
    return json.loads(spellings[value]) if isinstance(value, str) and value in spellings else value


def _signed_event(
    rng: random.Random, layout: _Layout, document: Json, key: Key, values: Json,
    order: list[tuple[str, Path]], spellings: dict[str, str],
) -> Json:  # fmt: skip
    made: Json = {}
    body = document["body"]
    in_list: Json = {}
    for role, path in layout.roles.items():
        if 0 in path:
            in_list[str(path[-1])] = "" if role == "signature" else values.get(role)
            put(made, path[: path.index(0)], [in_list])
    for role, path in order:
        if role == "extra":
            put(made, path, rng.choice((1, "v1", None, True, {"a": [rng.randint(1, 9)]}, "2.0")))
        elif role == "unsigned":
            if rng.random() < 0.85:
                put(made, path, rng.choice(("cdn", 7, {"n": rng.randint(1, 99)}, "2026-07-01T00:00:00Z")))
        elif role == "payload_sha256":
            wrapped: Any = _spelt(values["payload"], spellings)
            if body["payload_wrapper"] is not None:
                wrapped = {body["payload_wrapper"]: wrapped}
            digest = sha256(canonical(wrapped, escape=body["escape"] == "ascii")).hex()
            put(made, path, digest if layout.bare_payload_hash else "sha256:" + digest)
        else:
            put(made, path, values.get(role, ""))
    data = message_bytes(_spelt(made, spellings), document)
    proof = document["proof"]
    raw = key.sign(signed(data, proof["signs"]))
    text = signature_text(raw, proof["signature_text"])
    path = layout.roles["signature"]
    if 0 in path:
        in_list[str(path[-1])] = text
    else:
        put(made, path, text)
    if "event_id" in layout.roles:
        digest = sha256(data).hex()
        put(made, layout.roles["event_id"], digest if proof["id_text"] == "hex" else "sha256:" + digest)
    return made


def _junk(rng: random.Random, events: list[Json], layout: _Layout, count: int) -> Iterator[Json]:
    """Objects that are no events of the registry: of other shapes, or of its shape, wrongly signed."""
    for _ in range(count):
        kind = rng.randrange(4)
        if kind == 0:
            yield {name: rng.choice((1, None, "text", [], {"x": 1})) for name in rng.sample(_EXTRA, 3)}
        elif kind == 1:
            yield {
                "id": "sha256:" + sha256(rng.randbytes(8)).hex(),
                "sig": base64.b64encode(rng.randbytes(64)).decode(),
                "data": {"n": rng.randint(1, 9)},
            }
        elif kind == 2:
            made = copy.deepcopy(rng.choice(events))
            put_text(made, layout.roles["signature"], rng.randbytes(64))
            yield made
        else:
            made = copy.deepcopy(rng.choice(events))
            without(made, layout.roles["signature"][:1])
            yield made


def put_text(event: Json, path: Path, raw: bytes) -> None:
    """Replace a signature by other bytes, in the text form of the one that is there."""
    text = at(event, path)
    form = "hex" if len(text) == 128 else "base64" if text.endswith("=") else "base64url"
    holder = at(event, path[:-1])
    holder[path[-1]] = signature_text(raw, form)


# -- changes of one letter ------------------------------------------------------------------------------


def changed(registry: Registry, what: str, rng: random.Random) -> Json | None:
    """The first event with one letter changed, or None where the format has no such member."""
    event = copy.deepcopy(registry.events[0])
    body, proof = registry.document["body"]["roles"], registry.document["proof"]["roles"]
    if what == "unsigned":
        if not registry.unsigned:
            return None
        holder = at(event, registry.unsigned[0][:-1])
        holder[registry.unsigned[0][-1]] = "another"
        return event
    if what == "role_name":
        path = steps(body["event_type"])
        holder = at(event, path[:-1])
        holder[f"{path[-1]}x"] = holder.pop(path[-1])
        return event
    role = {"type": "event_type", "time": "created_at"}.get(what, what)
    text = body.get(role, proof.get(role))
    text = text[0] if isinstance(text, list) else text
    if not isinstance(text, str):
        return None
    path = steps(text)
    holder, name = at(event, path[:-1]), path[-1]
    holder = holder[0] if isinstance(holder, list) else holder
    value = holder[name]
    if role == "payload":
        value["another"] = "x"
    elif isinstance(value, int):
        holder[name] = value + 1
    elif role == "created_at":
        holder[name] = value[:18] + str((int(value[18]) + 1) % 10) + value[19:]
    else:
        holder[name] = value[:-1] + ("A" if value[-1] != "A" else "B")
    return event


# -- a format document evaluated on an event, by the rules alone -------------------------------------------


def follow(event: Json, text: str) -> Any:
    """The value at a pointer; digits index arrays."""
    return at(event, steps(text))


def verifies(event: Json, document: Json, key: Key, number: str) -> bool:
    """Whether an event is valid under a document and a key: read, bound, signed, its claimed id equal."""
    body, proof = document["body"], document["proof"]
    try:
        roles = {role: _claimed(event, where) for role, where in {**body["roles"], **proof["roles"]}.items()}
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    data = message_bytes(event, document)
    try:
        raw = _decoded(roles["signature"], proof["signature_text"])
        key.signing.verify_key.verify(signed(data, proof["signs"]), raw)
    except (BadSignatureError, ValueError):
        return False
    digest = sha256(data).hex()
    claimed_id = digest if proof["id_text"] == "hex" else "sha256:" + digest
    key_ids = roles["key_id"] if isinstance(roles["key_id"], list) else [roles["key_id"]]
    return (
        isinstance(roles["event_type"], str)
        and isinstance(roles["payload"], dict)
        and roles["subject"] == number
        and roles["signer_id"] == key.signer_id
        and set(key_ids) == {key.key_id}
        and roles.get("event_id", claimed_id) == claimed_id
        and roles.get("fingerprint", key.fingerprint) == key.fingerprint
        and roles.get("algorithm", proof["algorithm_text"]) == proof["algorithm_text"]
        and _payload_is_covered(roles, body)
        and isinstance(roles["created_at"], str) == (body["time"] == "rfc3339")
    )


def _claimed(event: Json, where: Any) -> Any:
    if isinstance(where, list):
        return [follow(event, text) for text in where]
    return where["constant"] if isinstance(where, dict) else follow(event, where)


def _payload_is_covered(roles: Json, body: Json) -> bool:
    if "payload_sha256" not in roles:
        pointers = body["excluded"]
        where = body["roles"]["payload"]
        return where.startswith(body["base"] + "/") and not any(
            (where + "/").startswith(out + "/") or (out + "/").startswith(where + "/") for out in pointers
        )
    payload = roles["payload"]
    if body["payload_wrapper"] is not None:
        payload = {body["payload_wrapper"]: payload}
    digest = sha256(canonical(payload, escape=body["escape"] == "ascii")).hex()
    return roles["payload_sha256"] in (digest, "sha256:" + digest)


def _decoded(text: str, form: str) -> bytes:
    if form == "hex":
        return bytes.fromhex(text)
    if form == "base64":
        return base64.b64decode(text, validate=True)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# -- events that embed other events -----------------------------------------------------------------------


def resigned(event: Json, document: Json, key: Key) -> Json:
    """An event whose members were changed, with the hash of its payload, its signature and its id anew."""
    body, proof = document["body"], document["proof"]
    if "payload_sha256" in body["roles"]:
        payload = follow(event, body["roles"]["payload"])
        if body["payload_wrapper"] is not None:
            payload = {body["payload_wrapper"]: payload}
        digest = sha256(canonical(payload, escape=body["escape"] == "ascii")).hex()
        _replace(event, body["roles"]["payload_sha256"], "sha256:" + digest)
    data = message_bytes(event, document)
    text = signature_text(key.sign(signed(data, proof["signs"])), proof["signature_text"])
    _replace(event, proof["roles"]["signature"], text)
    if "event_id" in proof["roles"]:
        digest = sha256(data).hex()
        prefix = "" if proof["id_text"] == "hex" else "sha256:"
        _replace(event, proof["roles"]["event_id"], prefix + digest)
    return event


def _replace(event: Json, text: str, item: Any) -> None:
    path = steps(text)
    holder = at(event, path[:-1])
    holder[int(path[-1]) if isinstance(holder, list) else path[-1]] = item


#: How an event embeds another: as its payload, or as a member of it.
PLACES: Final = ("payload", "member", "deeper")


def embedding(registry: Registry, foreign: Registry, place: str, *, known: bool) -> Registry:
    """A registry whose payloads embed complete events of another about the same record by the same signer.

    Args:
        registry: what signs the outer events.
        foreign: whose events are embedded, signed anew by its own key.
        place: one of :data:`PLACES`.
        known: whether the outer types stay known ones.
    """
    events = []
    for index, event in enumerate(copy.deepcopy(registry.events)):
        inner = copy.deepcopy(foreign.events[index % len(foreign.events)])
        roles = foreign.document["body"]["roles"]
        for role, text in (("subject", registry.number), ("signer_id", registry.key.signer_id)):
            if isinstance(roles.get(role), str):
                _replace(inner, roles[role], text)
        inner = resigned(inner, foreign.document, foreign.key)
        outer = registry.document["body"]["roles"]
        payload: Json = follow(event, outer["payload"])
        if place == "payload":
            payload = inner
        else:
            payload["quoted"] = inner if place == "member" else {"from": "elsewhere", "event": inner}
        _replace(event, outer["payload"], payload)
        if not known:
            _replace(event, outer["event_type"], f"comment_{('posted', 'edited')[index % 2]}")
        events.append(resigned(event, registry.document, registry.key))
    return replace(registry, events=events, mixed=[*events])
