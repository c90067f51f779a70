"""Keys, signatures, events and bundles, written from spec.md and not from the package.

What the package computes is computed here a second time, with ``json`` and ``hashlib``
alone, so that a test compares two answers. Event formats are documents (:mod:`kit.formats`); that of
events is ``pithbundle-event-1`` unless a test names another. Values are plain ``dict``s, so that a
test may corrupt any of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from nacl.signing import SigningKey

from kit.oracle import formats
from kit.oracle.formats import PITHBUNDLE_EVENT_1

Json: TypeAlias = dict[str, Any]

BUNDLE_TYPE: Final = "pith_open_graph_bundle"
ALGORITHM: Final = "ed25519"

#: The order of the prime subgroup of Ed25519: a signature's S is below it.
L: Final = 2**252 + 27742317777372353535851937790883648493


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value: the formula of the registry, verbatim."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def to_json(value: Any, *, indent: int | None = None) -> bytes:
    """A value as a bundle is published: members in the order they were built, not sorted."""
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(value, separators=separators, ensure_ascii=False, indent=indent).encode()


def sha256_hex(data: bytes) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def b64(data: bytes) -> str:
    """Standard padded base64."""
    return base64.b64encode(data).decode()


@cache
def _signing_key(seed: bytes) -> SigningKey:
    return SigningKey(seed)


@lru_cache(maxsize=1 << 16)
def _signature(seed: bytes, message: bytes) -> bytes:
    # A drawn example repeats events far more often than it changes them.
    return bytes(_signing_key(seed).sign(message).signature)


@dataclass(frozen=True, slots=True)
class Signer:
    """A test key and the members with which an event describes its signer.

    The seed is SHA-256 of ``pithbundle test key N``. It is published on purpose: nobody
    may trust these keys, and anyone can build the same vectors.
    """

    number: int
    signer_id: str
    key_id: str
    signer_type: str = "pith_registry"

    @property
    def seed(self) -> bytes:
        """The 32 bytes of the private seed."""
        return hashlib.sha256(b"pithbundle test key %d" % self.number).digest()

    @property
    def public_key(self) -> bytes:
        """The raw 32-byte key."""
        return bytes(_signing_key(self.seed).verify_key)

    @property
    def fingerprint(self) -> str:
        """Hex of the first 16 bytes of SHA-256 of the raw key."""
        return sha256_hex(self.public_key)[:32]

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of a message."""
        return _signature(self.seed, message)

    def described(self) -> Json:
        """The ``signer`` member of an event."""
        return {
            "signer_id": self.signer_id,
            "signer_type": self.signer_type,
            "key_id": self.key_id,
            "public_key_fingerprint": self.fingerprint,
        }


#: Replaces the registry.
DEMO: Final = Signer(1, "demo.example", "demo-2026-05")
#: A second key of the same signer: rotation.
DEMO_NEXT: Final = Signer(2, "demo.example", "demo-2026-06")
#: A third key of the same signer, which the demo's policy revokes.
DEMO_OLD: Final = Signer(3, "demo.example", "demo-2026-04")
AUTHOR: Final = Signer(4, "author.example", "author-1", "author")
MIRROR: Final = Signer(5, "mirror.example", "mirror-1", "mirror")
#: In no policy.
UNKNOWN_SIGNER: Final = Signer(6, "stranger.example", "stranger-1")
SIGNERS: Final = (DEMO, DEMO_NEXT, DEMO_OLD, AUTHOR, MIRROR, UNKNOWN_SIGNER)


def canonical_hash(record: Json) -> str:
    """Hex SHA-256 of a record's canonical bytes."""
    return sha256_hex(canonical(record))


def suffix(record: Json) -> str:
    """The 26 base32 characters of a record's Pith Number."""
    return base64.b32encode(hashlib.sha256(canonical(record)).digest()).decode()[:26]


def pith_number(record: Json) -> str:
    """The full Pith Number, its year that of ``submitted_at``."""
    return f"pith:{record['metadata']['submitted_at'][:4]}:{suffix(record)}"


def aliases(record: Json, created_at: str, *, doi: bool = True) -> list[Json]:
    """The aliases that anyone can derive, as a bundle lists them: sorted by kind."""
    source, number = record["source"], suffix(record)
    values = {
        "arxiv": source["id"],
        "arxiv_version": f"{source['id']}v{source['version']}",
        "doi": f"10.48550/arxiv.{source['id']}",
        "pith_short_12": number[:12],
        "pith_short_16": number[:16],
        "pith_short_8": number[:8],
    }
    if not doi:
        del values["doi"]
    return [{"alias_kind": k, "alias_value": v, "created_at": created_at} for k, v in sorted(values.items())]


def content(event: Json, document: Json = PITHBUNDLE_EVENT_1) -> Any:
    """What an event's id and signature cover under a format."""
    if document is PITHBUNDLE_EVENT_1:
        return {name: value for name, value in event.items() if name not in ("event_id", "signature")}
    return formats.content(document, event)


def event_id(event: Json, document: Json = PITHBUNDLE_EVENT_1) -> str:
    """The id that an event has under a format, whatever id it contains."""
    if document is PITHBUNDLE_EVENT_1:
        return "sha256:" + sha256_hex(canonical(content(event)))
    return formats.event_id(document, event)


def signed_bytes(event: Json, document: Json = PITHBUNDLE_EVENT_1) -> bytes:
    """The message that an event's signature signs under a format."""
    if document is PITHBUNDLE_EVENT_1:
        return hashlib.sha256(canonical(content(event))).digest()
    return formats.message(document, event)


def signature_member(signer: Signer, message: bytes) -> Json:
    """The ``signature`` member: exactly four members."""
    return {
        "kind": "pith_event_signature",
        "key_id": signer.key_id,
        "algorithm": ALGORITHM,
        "signature_b64": b64(signer.sign(message)),
    }


def sign(
    unsigned: Json, signer: Signer, document: Json = PITHBUNDLE_EVENT_1, *, with_id: bool = True
) -> Json:
    """A copy of an event with its id and signature made (again). Its members may be anything."""
    event = {k: v for k, v in unsigned.items() if k not in ("event_id", "signature")}
    message = signed_bytes(event, document)
    if with_id:
        event["event_id"] = event_id(event, document)
    event["signature"] = signature_member(signer, message)
    return event


def event(
    signer: Signer,
    record: Json,
    event_type: str,
    target: str,
    payload: Any,
    created_at: str,
    *,
    document: Json = PITHBUNDLE_EVENT_1,
    subject: str | None = None,
    extra: Mapping[str, Any] | None = None,
    with_id: bool = True,
) -> Json:
    """A signed event. ``extra`` members are in the body and so are signed; ``subject`` overrides."""
    unsigned = {
        "event_type": event_type,
        "subject_pith_number": pith_number(record) if subject is None else subject,
        "target": target,
        "payload": payload,
        "created_at": created_at,
        "signer": signer.described(),
        **(extra or {}),
    }
    return sign(unsigned, signer, document, with_id=with_id)


def receipt(signer: Signer, record: Json, signed_at: str) -> Json:
    """A receipt: a signature over the raw canonical hash of a record."""
    return {
        "kind": "pith_receipt",
        "key_id": signer.key_id,
        "algorithm": ALGORITHM,
        "signed_at": signed_at,
        "signature_b64": b64(signer.sign(hashlib.sha256(canonical(record)).digest())),
    }


def flat_event(signer: Signer, payload: Json, created_at: str, number: int) -> Json:
    """An event in the spelling of integrity.json, under ``integrity-1``.

    Its digest is that of the canonical payload, which is a guess: the registry's rule has not been seen.
    """
    digest = hashlib.sha256(canonical(payload)).digest()
    return {
        "event_id": number,
        "event_type": "pith.integrity.v1",
        "payload_sha256": digest.hex(),
        "signature_b64": b64(signer.sign(digest)),
        "signing_key_id": signer.key_id,
        "created_at": created_at,
        "payload": payload,
    }


def bundle(
    record: Json,
    events: Iterable[Any],
    *,
    aliases_at: str = "2026-05-18T01:39:14Z",
    omit: Iterable[str] = (),
    **changes: Any,
) -> Json:
    """A bundle, members in the registry's order. ``changes`` replace or add members, ``omit`` drops some."""
    number, source = pith_number(record), record["source"]
    made: Json = {
        "bundle_type": BUNDLE_TYPE,
        "bundle_version": "1.0",
        "pith_number": number,
        "short_pith_number": "pith:" + number[10:18],
        "canonical_record": record,
        "canonical_sha256": canonical_hash(record),
        "source": {"kind": source["kind"], "id": source["id"], "version": source["version"]},
        "source_aliases": aliases(record, aliases_at),
        "events": list(events),
        **changes,
    }
    for name in omit:
        del made[name]
    return made


def policy_key(signer: Signer, **changes: Any) -> Json:
    """One key of a policy: active, for every type, under ``pithbundle-event-1``, unless changed."""
    return {
        "signer_id": signer.signer_id,
        "key_id": signer.key_id,
        "public_key_hex": signer.public_key.hex(),
        "event_types": "*",
        "status": "active",
        "accepted_event_ids": [],
        "event_formats": ["pithbundle-event-1"],
        **changes,
    }


#: The registry's real key, as the built-in policy has it. Nothing here can sign with it.
REGISTRY_KEY: Final[Json] = {
    "signer_id": "pith.science",
    "key_id": "pith-v1-2026-05",
    "public_key_hex": "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3",
    "event_types": "*",
    "status": "active",
    "accepted_event_ids": [],
    "event_formats": ["integrity-1", "unknown"],
}


def policy(*keys: Signer | Json, **changes: Any) -> Json:
    """A policy of signers (with :func:`policy_key`'s defaults) and of keys already spelt out."""
    return {
        "policy_type": "pithbundle_policy",
        "policy_version": "1",
        "keys": [policy_key(key) if isinstance(key, Signer) else dict(key) for key in keys],
        **changes,
    }
