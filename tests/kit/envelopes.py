"""Envelopes written by hand: how registries may plausibly write and sign an event.

Each function returns an element of a bundle with a payload of the caller. They are made by the testkit of
:mod:`kit.registries`, without the package.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from kit.registries import Json, Key, bundle, canonical, draw, pith_number, policy, sha256

KEY: Final = Key(3, "registry.example", "k-2026")
RECORD: Final = draw(1).record
NUMBER: Final = pith_number(RECORD)
KINDS: Final = ("citation", "author_claim", "replication", "citation", "storage_attestation")
#: Another record, to which an event may refer.
OTHER: Final = "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"
STATEMENT: Final = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True, slots=True)
class Event:
    """What an envelope is made of; ``number`` makes the times and ids of several events differ."""

    number: int
    kind: str
    payload: Json

    @property
    def time(self) -> str:
        return f"2026-06-0{1 + self.number}T10:0{self.number}:00Z"

    @property
    def later(self) -> str:
        return f"2026-06-0{2 + self.number}T11:00:00Z"


Envelope: TypeAlias = Callable[[Event], Json]
#: What probing settles; what it finds with a caution, because an event inside another one looks alike; and
#: what no event format can state.
SETTLED: Final[dict[str, Envelope]] = {}
DOUBTFUL: Final[dict[str, Envelope]] = {}
IN_WORDS: Final[dict[str, Envelope]] = {}


def _in(group: dict[str, Envelope]) -> Callable[[Envelope], Envelope]:
    def add(envelope: Envelope) -> Envelope:
        group[envelope.__name__] = envelope
        return envelope

    return add


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sign(value: Any) -> bytes:
    return KEY.sign(canonical(value))


def _core(event: Event, **more: Any) -> Json:
    return {
        "type": event.kind, "subject": NUMBER, "target": "record", "created_at": event.time,
        "signer_id": KEY.signer_id, "payload": event.payload, **more,
    }  # fmt: skip


def _whole(covered: Json, **more: Any) -> Json:
    """An element whose signature is over all these members."""
    return {**covered, "sig": _b64(_sign(covered)), **more}


def payload(number: int, kind: str) -> Json:
    """A payload with the members of its type."""
    members: dict[str, Json] = {
        "citation": {"citing_work": f"w{number}", "relationship": "extends", "why": f"Grüße {number}"},
        "author_claim": {"scheme": "orcid", "identifier": f"00-{number}", "strength": "strong"},
        "replication": {"claimant": "someone", "claim": f"c{number}", "kind": "replication",
                        "outcome": "supports", "moderation": "pending"},
        "storage_attestation": {"provider": "archive.example", "url": f"https://archive.example/{number}",
                                "captured_at": "2026-05-20T00:00:00Z", "content_sha256": "ab" * 32},
    }  # fmt: skip
    return members[kind]


def events(count: int = 5) -> list[Event]:
    """Several events of known types."""
    return [Event(n, KINDS[n % 5], payload(n, KINDS[n % 5])) for n in range(count)]


def comments(inner: Envelope, place: str, *, kind: str | None = None, count: int = 3) -> list[Event]:
    """Events whose payloads contain what a third party wrote: an event in another envelope.

    Args:
        inner: the envelope of what is embedded.
        place: whether it is the ``payload``, a ``member`` of it, or ``beside`` the members of its type.
        kind: the type of the outer events; without one they have the type of the embedded one.
        count: how many.
    """
    found = []
    for event in events(count):
        embedded = inner(event)
        members = event.payload if place == "beside" else {"text": "look"}
        outer = embedded if place == "payload" else {**members, "quoted": embedded}
        found.append(Event(event.number, kind or event.kind, outer))
    return found


def bundle_of(envelope: Envelope, made: list[Event]) -> bytes:
    """A bundle of events in one envelope."""
    return canonical(bundle(RECORD, [envelope(event) for event in made]))


def keys() -> bytes:
    """The policy with the key of the envelopes, whose event format is not known."""
    return policy(KEY.in_policy(["unknown"]))


# -- beside the members -----------------------------------------------------------------------------


@_in(SETTLED)
def signature_beside(event: Event) -> Json:
    return _whole(_core(event))


@_in(SETTLED)
def signature_in_an_object(event: Event) -> Json:
    made = _core(event)
    return {**made, "signature": {"key_id": KEY.key_id, "algorithm": "Ed25519", "value": _b64(_sign(made))}}


@_in(SETTLED)
def signatures_in_a_list(event: Event) -> Json:
    made = _core(event)
    return {**made, "signatures": [{"keyid": KEY.key_id, "sig": _b64(KEY.sign(sha256(canonical(made))))}]}


@_in(SETTLED)
def cloud_event(event: Event) -> Json:
    made = {
        "specversion": "1.0", "id": f"e-{event.number}", "source": KEY.signer_id, "type": event.kind,
        "subject": NUMBER, "time": event.time, "datacontenttype": "application/json", "data": event.payload,
    }  # fmt: skip
    return {**made, "signature": _b64(_sign(made)), "keyid": KEY.key_id}


@_in(SETTLED)
def activity(event: Event) -> Json:
    return _whole({
        "@context": "https://www.w3.org/ns/activitystreams", "type": event.kind, "actor": KEY.signer_id,
        "object": event.payload, "target": NUMBER, "published": event.time,
    })  # fmt: skip


@_in(SETTLED)
def hub_event(event: Event) -> Json:
    return _whole({
        "id": str(9000 + event.number), "event": event.kind, "actor": {"login": KEY.signer_id, "id": 7},
        "repo": {"pith": NUMBER}, "created_at": event.time, "payload": event.payload, "public": True,
    })  # fmt: skip


@_in(SETTLED)
def milliseconds_without_signer(event: Event) -> Json:
    made = {
        "event_type": event.kind, "pith_number": NUMBER, "ts": 1_780_000_000_000 + event.number,
        "payload": event.payload,
    }  # fmt: skip
    return {**made, "sig": _sign(made).hex()}


@_in(SETTLED)
def seconds_and_hex_digest(event: Event) -> Json:
    made = {
        "event_type": event.kind, "pith_number": NUMBER, "ts": 1_780_000_000 + event.number,
        "payload": event.payload, "nonce": event.number * 7919,
    }  # fmt: skip
    digest = sha256(canonical(made)).hex()
    return {**made, "id": digest, "sig": KEY.sign(digest.encode()).hex()}


@_in(SETTLED)
def chained(event: Event) -> Json:
    before = "sha256:" + sha256(b"%d" % event.number).hex()
    return _whole(_core(event, supersedes=None, prev=before, sequence=event.number))


@_in(SETTLED)
def words_beside(event: Event) -> Json:
    return _whole(_core(event, category="scholarly", status="final", lang="en", related=OTHER))


@_in(SETTLED)
def context_beside(event: Event) -> Json:
    return _whole(_core(event, context={"client": "web", "lang": "en", "received": event.later}))


@_in(DOUBTFUL)
def another_time_with_another_name(event: Event) -> Json:
    made = _core(event)
    del made["created_at"]
    return _whole({**made, "at": event.time, "valid_from": event.later})


# -- roles in objects ---------------------------------------------------------------------------


@_in(SETTLED)
def header_and_payload(event: Event) -> Json:
    time = 1_780_000_000_000 + event.number
    header = {"type": event.kind, "subject": NUMBER, "ts": time, "by": KEY.signer_id}
    return _whole({"header": header, "payload": event.payload, "schema": "pith-event"})


@_in(SETTLED)
def context_with_roles(event: Event) -> Json:
    context = {"subject": NUMBER, "actor": KEY.signer_id, "time": event.time, "lang": "en"}
    return _whole({"type": event.kind, "payload": event.payload, "context": context})


@_in(SETTLED)
def actor_and_record(event: Event) -> Json:
    return _whole({
        "action": event.kind, "actor": {"id": KEY.signer_id, "name": "The Registry"},
        "record": {"pith_number": NUMBER, "title": "A title"}, "when": event.time, "details": event.payload,
    })  # fmt: skip


@_in(SETTLED)
def attributes(event: Event) -> Json:
    members = {"created_at": event.time, "issuer": KEY.signer_id, "subject": NUMBER, "details": event.payload}
    return _whole({"type": event.kind, "id": f"e{event.number}", "attributes": members})


@_in(SETTLED)
def attributes_and_relationships(event: Event) -> Json:
    members = {"created_at": event.time, "issuer": KEY.signer_id, "payload": event.payload}
    related = {"record": {"data": {"id": NUMBER}}}
    return _whole(
        {"type": event.kind, "id": f"e{event.number}", "attributes": members, "relationships": related}
    )


@_in(SETTLED)
def payload_in_an_object(event: Event) -> Json:
    made = _core(event)
    data = {"version": 1, "value": made.pop("payload")}
    return _whole({**made, "data": data})


@_in(SETTLED)
def statement_with_predicate(event: Event) -> Json:
    made = {
        "_type": STATEMENT, "subject": NUMBER, "predicateType": event.kind, "predicate": event.payload,
        "issuer": KEY.signer_id, "issued": event.time,
    }  # fmt: skip
    return {**made, "signatures": [{"keyid": KEY.key_id, "sig": _b64(_sign(made))}]}


@_in(DOUBTFUL)
def statement_with_a_payload_in_the_predicate(event: Event) -> Json:
    predicate = {"builder": KEY.signer_id, "timestamp": event.time, "statement": event.payload}
    subject = {"name": NUMBER, "digest": {"sha256": "ab" * 32}}
    made = {"_type": STATEMENT, "subject": subject, "predicateType": event.kind, "predicate": predicate}
    return {**made, "signatures": [{"keyid": KEY.key_id, "sig": _b64(_sign(made))}]}


@_in(SETTLED)
def claim_with_the_digest_of_assertions(event: Event) -> Json:
    claim = {
        "kind": event.kind, "about": NUMBER,
        "issuer": KEY.signer_id, "time": event.time,
        "assertion_hash": "sha256:" + sha256(canonical(event.payload)).hex(),
    }  # fmt: skip
    proof = {"alg": "ed25519", "sig": _b64(_sign(claim))}
    label = f"urn:uuid:{event.number}"
    return {"label": label, "claim": claim, "assertions": event.payload, "claim_signature": proof}


@_in(SETTLED)
def verifiable_credential(event: Event) -> Json:
    made = {
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential", "PithEvent"],
        "id": f"urn:uuid:{event.number}", "issuer": KEY.signer_id, "validFrom": event.time,
        "credentialSubject": {"id": NUMBER, "event_type": event.kind, "payload": event.payload},
    }  # fmt: skip
    proof = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "created": event.time,
        "verificationMethod": KEY.key_id, "proofValue": _b64url(_sign(made)),
    }  # fmt: skip
    return {**made, "proof": proof}


# -- an event in an object ------------------------------------------------------------------------------


@_in(SETTLED)
def event_and_signature(event: Event) -> Json:
    made = _core(event)
    return {"event": made, "sig": _b64(_sign(made))}


@_in(SETTLED)
def event_of_a_signed_kind(event: Event) -> Json:
    return _whole({"kind": "pith_event", "version": 1, "event": _core(event)})


@_in(SETTLED)
def event_of_a_kind_and_a_time_unsigned(event: Event) -> Json:
    made = _core(event)
    return {"kind": "pith_event", "received_at": event.later, "event": made, "signature": _b64(_sign(made))}


@_in(SETTLED)
def event_with_a_signed_count(event: Event) -> Json:
    return _whole({"seq": event.number + 1, "network": "main", "event": _core(event)})


@_in(SETTLED)
def event_with_a_signed_media_type(event: Event) -> Json:
    return _whole({"mediaType": "application/vnd.pith.event+json", "event": _core(event)})


@_in(SETTLED)
def event_with_a_signed_domain(event: Event) -> Json:
    return _whole({"domain": "pith.science/event/v1", "body": _core(event)})


@_in(SETTLED)
def event_in_a_wrapper(event: Event) -> Json:
    made = _core(event)
    return {"message": made, "signature": _b64(_sign({"message": made}))}


@_in(SETTLED)
def protected_and_payload(event: Event) -> Json:
    made = _core(event)
    del made["payload"]
    data = {**made, "data": event.payload}
    header = {"alg": "EdDSA", "kid": KEY.key_id, "typ": "JWT"}
    return _whole({"protected": header, "payload": data})


@_in(SETTLED)
def event_two_levels_below(event: Event) -> Json:
    made = _core(event)
    signature = {"kid": KEY.key_id, "value": _b64(_sign(made))}
    return {"envelope": {"event": made, "signature": signature}, "transport": {"node": "eu-1", "hops": 2}}


@_in(SETTLED)
def event_and_signed_meta(event: Event) -> Json:
    made = {"event": _core(event), "meta": {"node": "eu-1", "schema": "v2"}}
    return {**made, "signature": {"kid": KEY.key_id, "value": _b64(_sign(made))}}


# -- what an event inside another one may look like, too ---------------------------------------


@_in(DOUBTFUL)
def event_of_a_kind_of_its_own(event: Event) -> Json:
    return _whole({"kind": "notice", "event": _core(event)})


@_in(DOUBTFUL)
def event_under_a_name_of_its_own(event: Event) -> Json:
    return _whole({"NoticePosted": _core(event)})


@_in(DOUBTFUL)
def event_with_words_in_a_list(event: Event) -> Json:
    return _whole({"kinds": ["notice"], "event": _core(event)})


@_in(DOUBTFUL)
def event_and_a_signed_time(event: Event) -> Json:
    return _whole({"received_at": event.later, "event": _core(event)})


@_in(DOUBTFUL)
def event_and_its_index_unsigned(event: Event) -> Json:
    made = _core(event)
    index = {"event_type": event.kind, "pith_number": NUMBER, "created_at": event.time}
    return {**index, "event": made, "signature": _b64(_sign(made))}


@_in(DOUBTFUL)
def event_and_its_roles_signed(event: Event) -> Json:
    roles = {"event_type": event.kind, "pith_number": NUMBER, "created_at": event.time}
    return _whole({**roles, "event": _core(event)})


@_in(DOUBTFUL)
def time_in_an_object_and_outside(event: Event) -> Json:
    context = {"subject": NUMBER, "actor": KEY.signer_id, "time": event.time}
    return _whole({"type": event.kind, "payload": event.payload, "received": event.later, "context": context})


@_in(DOUBTFUL)
def time_in_attributes_and_in_the_proof(event: Event) -> Json:
    members = {"created_at": event.time, "issuer": KEY.signer_id, "subject": NUMBER, "details": event.payload}
    made = {"type": event.kind, "attributes": members}
    return {**made, "proof": {"when": event.later, "sig": _b64(_sign(made))}}


@_in(DOUBTFUL)
def two_times_of_one_kind(event: Event) -> Json:
    made = _core(event)
    del made["created_at"]
    return _whole({**made, "occurred_at": event.time, "recorded_at": event.later})


@_in(DOUBTFUL)
def claim_with_words_and_the_digest_of_assertions(event: Event) -> Json:
    claim = {
        "claim_generator": "pith/1.0", "label": "pith.claim", "kind": event.kind, "about": NUMBER,
        "issuer": KEY.signer_id, "time": event.time,
        "assertion_hash": "sha256:" + sha256(canonical(event.payload)).hex(),
    }  # fmt: skip
    proof = {"alg": "ed25519", "sig": _b64(_sign(claim))}
    label = f"urn:uuid:{event.number}"
    return {"label": label, "claim": claim, "assertions": event.payload, "claim_signature": proof}


# -- what no event format states -----------------------------------------------------------------------


@_in(IN_WORDS)
def dsse(event: Event) -> Json:
    data, kind = canonical(_core(event)), b"application/vnd.pith.event+json"
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(data), data)
    signature = {"keyid": KEY.key_id, "sig": _b64(KEY.sign(message))}
    return {"payloadType": kind.decode(), "payload": _b64(data), "signatures": [signature]}


@_in(IN_WORDS)
def flattened_jws(event: Event) -> Json:
    header, body = _b64url(canonical({"alg": "EdDSA", "kid": KEY.key_id})), _b64url(canonical(_core(event)))
    return {"protected": header, "payload": body, "signature": _b64url(KEY.sign(f"{header}.{body}".encode()))}


@_in(IN_WORDS)
def detached_jws(event: Event) -> Json:
    made = _core(event)
    header, body = _b64url(canonical({"alg": "EdDSA", "kid": KEY.key_id})), _b64url(canonical(made))
    return {**made, "jws": f"{header}..{_b64url(KEY.sign(f'{header}.{body}'.encode()))}"}


def drawn(count: int, seed: int) -> list[tuple[str, str]]:
    """Pairs of the names of an outer and an inner envelope, drawn."""
    rng = random.Random(f"envelopes {seed}")
    outer, inner = sorted({**SETTLED, **DOUBTFUL}), sorted({**SETTLED, **DOUBTFUL})
    return [(rng.choice(outer), rng.choice(inner)) for _ in range(count)]


def texts(value: Any) -> str:
    """A value as text, to look for what a third party wrote."""
    return json.dumps(value, sort_keys=True)
