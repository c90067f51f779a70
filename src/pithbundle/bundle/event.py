"""One event of a bundle: its members, its signed content, its id (spec EVT-1 to EVT-7).

After the checks an event *is* its signed content. This module reads an element and separates
the signed content from the rest, which is reported as ``unsigned`` and dropped. It knows no
policy and no cryptography but SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from pithbundle.bundle.event_formats import ENVELOPE, EventFormat
from pithbundle.encoding.canonical import digest, encode_canonical, raw_json
from pithbundle.encoding.timestamps import instant
from pithbundle.encoding.values import EventId, Instant, Object, Value, pointer
from pithbundle.errors import Fault

#: Limits of one event, without ``event_id`` and ``signature``; part of the rules (LIM-6).
MAX_EVENT_BYTES: Final = 262_144
MAX_DEPTH: Final = 24
MAX_NODES: Final = 20_000

_STRINGS: Final = ("created_at", "event_type", "subject_pith_number", "target")
_SIGNER_STRINGS: Final = ("key_id", "public_key_fingerprint", "signer_id", "signer_type")
_SIGNATURE_MEMBERS: Final = frozenset({"kind", "key_id", "algorithm", "signature_b64"})
_FLAT_MARKS: Final = frozenset({"payload_sha256", "signature_b64", "signing_key_id"})
_ENVELOPE_MARKS: Final = frozenset({"signature", "signer", "subject_pith_number", "target"})


class Signature(NamedTuple):
    """The signature member as claimed: nothing in it is trusted or decoded yet.

    ``algorithm`` may be any value: only the exact string ``ed25519`` passes (CHECK-7).
    """

    key_id: str
    algorithm: Value
    text: str


class Envelope(NamedTuple):
    """A well-formed event of the envelope spelling; nothing in it is verified."""

    members: Object
    event_type: str
    subject: str
    target: str
    payload: Object
    created_at: str
    instant: Instant
    signer: Object
    signer_id: str
    key_id: str
    fingerprint: str
    claimed_id: str | None
    signature: Signature | None
    unsigned: tuple[str, ...]


class FlatEvent(NamedTuple):
    """A well-formed event of the flat spelling of integrity.json (EVT-7); nothing in it is verified.

    How its digest is made is unknown, so it is listed by ``payload_sha256`` and never merged.
    """

    event_type: str
    payload_sha256: str
    signature_text: str | None
    signing_key_id: str
    payload: Object


class SignedContent(NamedTuple):
    """What a format signs of an event: canonical bytes, the payload's, their digest, the id made of it."""

    canonical: bytes
    payload: bytes
    digest: bytes
    event_id: EventId


def read_event(value: Value) -> Envelope | FlatEvent | Fault:
    """Return the event in ``value``, or the first fault of its form, pointing inside it (CHECK-1).

    Order: spelling, members and types (sorted by name, the signer's and the signature's
    below theirs), time; the limits are :func:`signed_content`'s (EVT-6).
    """
    if type(value) is not dict:
        return Fault("type", "an event must be an object", "")
    if not _FLAT_MARKS.isdisjoint(value):
        if not _ENVELOPE_MARKS.isdisjoint(value):
            return Fault("type", "an event of both spellings, envelope and flat", "")
        return _read_flat(value)
    return _read_envelope(value)


def _read_envelope(value: Object) -> Envelope | Fault:
    get = value.get
    created_at, event_type, subject, target = map(get, _STRINGS)
    payload, signer, claimed_id = get("payload"), get("signer"), get("event_id")
    if type(created_at) is not str:
        return _wrong(value, "created_at", "a string")
    if type(claimed_id) is not str and (claimed_id is not None or "event_id" in value):
        return _wrong(value, "event_id", "a string, or absent")
    if type(event_type) is not str:
        return _wrong(value, "event_type", "a string")
    if type(payload) is not dict:
        return _wrong(value, "payload", "an object")
    claimed = get("signature")
    signature = None if claimed is None else _read_signature(claimed)
    if type(signature) is Fault:
        return signature
    if type(signer) is not dict:
        return _wrong(value, "signer", "an object")
    key_id, fingerprint, signer_id, signer_type = map(signer.get, _SIGNER_STRINGS)
    if (
        type(key_id) is not str
        or type(fingerprint) is not str
        or type(signer_id) is not str
        or type(signer_type) is not str
    ):
        name = next(name for name in _SIGNER_STRINGS if type(signer.get(name)) is not str)
        return _wrong(signer, name, "a string", "/signer")
    if type(subject) is not str:
        return _wrong(value, "subject_pith_number", "a string")
    if type(target) is not str:
        return _wrong(value, "target", "a string")
    moment = instant(created_at)
    if moment is None:
        return Fault("time", "created_at is not a time of the accepted grammar", "/created_at")
    unsigned: tuple[str, ...] = ()
    if type(claimed) is dict and not claimed.keys() <= _SIGNATURE_MEMBERS:
        unsigned = tuple(pointer(["signature", name]) for name in sorted(claimed.keys() - _SIGNATURE_MEMBERS))
    return Envelope(
        value, event_type, subject, target, payload, created_at, moment,
        signer, signer_id, key_id, fingerprint, claimed_id,
        signature if type(signature) is Signature else None, unsigned,
    )  # fmt: skip


def _read_signature(claimed: Value) -> Signature | Fault:
    if type(claimed) is not dict:
        return Fault("type", "must be an object", "/signature")
    key_id, kind, text = map(claimed.get, ("key_id", "kind", "signature_b64"))
    if type(key_id) is not str:
        return _wrong(claimed, "key_id", "a string", "/signature")
    if kind != "pith_event_signature":
        return _wrong(claimed, "kind", '"pith_event_signature"', "/signature")
    if type(text) is not str:
        return _wrong(claimed, "signature_b64", "a string", "/signature")
    return Signature(key_id, claimed.get("algorithm"), text)


def _read_flat(value: Object) -> FlatEvent | Fault:
    digest_text, key_id = value.get("payload_sha256"), value.get("signing_key_id")
    signature, payload = value.get("signature_b64"), value.get("payload")
    created_at, event_type = value.get("created_at"), value.get("event_type")
    if type(created_at) is not str:
        return _wrong(value, "created_at", "a string")
    if type(value.get("event_id")) is not int:
        return _wrong(value, "event_id", "an integer")
    if type(event_type) is not str:
        return _wrong(value, "event_type", "a string")
    if type(payload) is not dict:
        return _wrong(value, "payload", "an object")
    if type(digest_text) is not str:
        return _wrong(value, "payload_sha256", "a string")
    if signature is not None and type(signature) is not str:
        return _wrong(value, "signature_b64", "a string")
    if type(key_id) is not str:
        return _wrong(value, "signing_key_id", "a string")
    if instant(created_at) is None:
        return Fault("time", "created_at is not a time of the accepted grammar", "/created_at")
    return FlatEvent(event_type, digest_text, signature, key_id, payload)


def is_flat(value: Object) -> bool:
    """Whether an element is of the flat spelling alone; what is of both is read as an envelope (EVT-7)."""
    return not _FLAT_MARKS.isdisjoint(value) and _ENVELOPE_MARKS.isdisjoint(value)


def _wrong(value: Object, name: str, expected: str, above: str = "") -> Fault:
    must = f"must be {expected}" if name in value else f"member {name} is missing; it must be {expected}"
    return Fault("type", must, f"{above}/{name}")


def signed_content(
    envelope: Envelope, event_format: EventFormat, *, within_limits: bool = False
) -> SignedContent | Fault:
    """Return the signed content of an event under a format, or the fault of an event over its limits.

    ``within_limits`` says that depth and value count are already known to be within
    LIM-6, as when the whole input is: then only the size is measured.
    """
    found = _whole(envelope, within_limits)
    return found if isinstance(found, Fault) else _content(found, event_format)


def signed_contents(envelope: Envelope, formats: Iterable[EventFormat]) -> dict[str, SignedContent] | Fault:
    """Return the signed content of an event under each format, by its name, each encoded once."""
    found = _whole(envelope, False)
    if isinstance(found, Fault):
        return found
    by_exclusion: dict[tuple[bool, frozenset[str]], SignedContent] = {}
    contents = {}
    for event_format in formats:
        exclusion = (event_format.payload_only, event_format.excluded)
        if exclusion not in by_exclusion:
            by_exclusion[exclusion] = _content(found, event_format)
        contents[event_format.name] = by_exclusion[exclusion]
    return contents


#: An event without ``event_id`` and ``signature``: its members, its canonical bytes, its payload's.
_Whole: TypeAlias = tuple[Object, bytes, bytes]


def _whole(envelope: Envelope, within_limits: bool) -> _Whole | Fault:
    whole = {name: value for name, value in envelope.members.items() if name not in ENVELOPE}
    if not within_limits:
        fault = _measure(whole)
        if fault is not None:
            return fault
    payload = encode_canonical(envelope.payload)
    whole["payload"] = raw_json(payload)
    canonical = encode_canonical(whole)
    if len(canonical) > MAX_EVENT_BYTES:
        return Fault("event_size", f"an event of {len(canonical)} canonical bytes", "")
    return whole, canonical, payload


def _content(whole: _Whole, event_format: EventFormat) -> SignedContent:
    members, canonical, payload = whole
    if event_format.payload_only:
        canonical = payload
    elif event_format.excluded != ENVELOPE:
        canonical = encode_canonical(
            {name: value for name, value in members.items() if name not in event_format.excluded}
        )
    hashed = digest(canonical)
    return SignedContent(canonical, payload, hashed, EventId("sha256:" + hashed.hex()))


def _measure(whole: Object) -> Fault | None:
    level: list[Value] = [whole]
    depth, nodes = 0, 1
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return Fault("depth", f"an event nested deeper than {MAX_DEPTH}", "")
        below: list[Value] = []
        for container in level:
            values = container.values() if type(container) is dict else container
            nodes += len(values)  # type: ignore[arg-type]
            below += [value for value in values if type(value) is dict or type(value) is list]  # type: ignore[union-attr]
        if nodes > MAX_NODES:
            return Fault("nodes", f"an event of more than {MAX_NODES} values", "")
        level = below
    return None
