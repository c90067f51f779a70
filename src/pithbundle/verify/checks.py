"""The checks: who signed what, and nothing else (spec CHECK-1 to CHECK-13).

On each element of the envelope spelling, in this order; the first that fails gives status and
code. The numbers are those of the specification; the key comes first, so that nobody is
accused under a key that nobody pinned:

 1. it is an object, without a value-level fault
 2. CHECK-5: the policy has the key that it names
 3. CHECK-2: a signature is there
 4. CHECK-1: it is well-formed: spelling, members, types, time, limits
 5. CHECK-4: the subject is this record
 6. CHECK-6: the key may sign this type, and if it is revoked it lists this id in ``accepted_event_ids``
 7. CHECK-7: the algorithm is ``ed25519``
 8. CHECK-8: the id and the signature are in their one text form
 9. CHECK-3: the id is absent or the recomputed one
10. CHECK-9: the signature verifies
11. CHECK-10: the format binds, and the type belongs to the merge rules: ``verified``; another:
    ``unknown_type``

Under a key whose format is ``unknown`` nothing is ``invalid`` (CHECK-13).

What the caller must still do: decide whether the policy is his, and what the events mean
(merge). Whether a proof, a link or a claim is true is never decided here.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from pithbundle.bundle.event import (
    Envelope,
    FlatEvent,
    Signature,
    SignedContent,
    is_flat,
    read_event,
    signed_content,
)
from pithbundle.bundle.event_formats import EVENT_V1, EventFormat
from pithbundle.bundle.reader import Bundle, subject_fault
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, encode_canonical
from pithbundle.encoding.spellings import event_id_digest, hex_bytes
from pithbundle.encoding.values import EventId, Object, Value
from pithbundle.encoding.values import pointer as pointer_of
from pithbundle.errors import Fault
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.receipts import CARRIER, Receipts, receipt_at
from pithbundle.verify.signatures import (
    ALGORITHM,
    SignatureCache,
    Signatures,
    Stated,
    algorithm_fault,
    not_verified,
    raw_signature,
    right,
    unknown_key_id,
)
from pithbundle.verify.verdicts import (
    STEP_ENCODING,
    STEP_FORM,
    STEP_ID,
    STEP_KEY,
    STEP_READ,
    STEP_SIGNED,
    STEP_SUBJECT,
    STEP_UNBOUND,
    STEP_VALID,
    CheckedBundle,
    CheckedEvent,
    Claim,
    IdCovers,
    SignedEvent,
    Verdict,
    checked_bundle,
    checked_event,
    signed_event,
)

__all__ = ["SignatureCache", "check"]

_VERIFIED: Final = Verdict("verified", STEP_VALID)
_UNKNOWN_TYPE: Final = Verdict("unknown_type", STEP_VALID)
_UNBOUND: Final = Verdict("unbound", STEP_UNBOUND)
_NOT_SIGNED: Final = Verdict("not_signed", STEP_SIGNED)


def check(
    bundle: Bundle,
    policy: Policy,
    known_types: Set[str],
    *,
    cache: SignatureCache | None = None,
) -> CheckedBundle:
    """Check every event and receipt of ``bundle`` under ``policy``.

    A valid event of a type outside ``known_types`` is ``unknown_type``. No event raises an
    error: its verdict says what is wrong, and the others are checked as without it. ``cache``
    may be shared by the checks of many bundles.
    """
    run = _Run(bundle, policy, known_types, {} if cache is None else cache)
    events = tuple([run.element(index, stated) for index, stated in enumerate(bundle.events)])
    return checked_bundle(
        bundle.record, policy.sha256, events, run.receipts.verdicts(),
        bundle.mismatches, (*run.signed.values(),),
    )  # fmt: skip


class _Run:
    """One call of :func:`check`: what every element is checked against."""

    __slots__ = (
        "bundle", "known_types", "number", "policy", "receipts", "record", "signatures", "signed", "signers",
    )  # fmt: skip

    def __init__(self, bundle: Bundle, policy: Policy, known_types: Set[str], cache: SignatureCache) -> None:
        self.bundle = bundle
        self.record: Record = bundle.record
        self.number = str(bundle.record.number)
        self.policy = policy
        self.known_types = known_types
        self.signatures = Signatures(policy, cache)
        self.receipts = Receipts(self.signatures, self.record)
        self.signers: dict[bytes, bytes] = {}
        #: The valid event of each id, with its payload.
        self.signed: dict[str, tuple[SignedEvent, Object]] = {}

    def element(self, index: int, stated: Value | Fault) -> CheckedEvent:
        event = stated if isinstance(stated, Fault) else read_event(stated)
        if isinstance(event, FlatEvent):
            return self.flat(index, event)
        if isinstance(stated, Fault) or type(stated) is not dict:
            fault = event if isinstance(event, Fault) else None
            return CheckedEvent(index, None, None, Verdict("invalid", STEP_READ, fault))
        if isinstance(event, Fault) and is_flat(stated):
            return self.malformed_flat(index, stated, event)
        return self.envelope(index, stated, event)

    def without_id(
        self, index: int, stated: Object, keys: tuple[PolicyKey, ...], verdict: Verdict, claim: Claim | None
    ) -> CheckedEvent:
        """An object that is an element without an id; its receipt is taken up."""
        event_type, claimed_id = stated.get("event_type"), stated.get("event_id")
        self.collect(event_type, stated.get("payload"), index, None)
        return CheckedEvent(
            index,
            None,
            event_type if type(event_type) is str else None,
            verdict,
            # Where several keys are left, the one that the element names is not known.
            key=keys[0] if len(keys) == 1 else None,
            claim=claim,
            claimed_id=claimed_id if type(claimed_id) is str else None,
        )

    def malformed_flat(self, index: int, stated: Object, fault: Fault) -> CheckedEvent:
        """A malformed element of the flat spelling; its key and signature come first (CHECK-5, CHECK-2)."""
        keys, unknown = _named_flat(stated, self.policy)
        verdict = _before_form(unknown, stated.get("signature_b64"))
        verdict = verdict or _tolerant(Verdict("invalid", STEP_FORM, fault), keys)
        claim = None if unknown is None else _claim_flat(stated.get("signing_key_id"))
        return self.without_id(index, stated, (), verdict, claim)

    def envelope(self, index: int, stated: Object, event: Envelope | Fault) -> CheckedEvent:
        """The checks of the envelope spelling; the key and the signature come first (CHECK-5, CHECK-2)."""
        keys, unknown = _named(stated, self.policy)
        verdict = _before_form(unknown, stated.get("signature"))
        claim = None if unknown is None else _claim(stated)
        if unknown is None and keys and all(key.event_format is None for key in keys):
            # CHECK-13: no format is tried.
            return self.without_id(index, stated, keys, verdict or _UNBOUND, claim)
        # A well-formed signer states a fingerprint, so a well-formed event names one key at most.
        event_format = EVENT_V1 if unknown is not None or not keys else keys[0].event_format or EVENT_V1
        body = self.bound(event, event_format)
        if isinstance(event, Fault) or isinstance(body, Fault):
            fault = body if isinstance(body, Fault) else None
            verdict = verdict or _tolerant(Verdict("invalid", STEP_FORM, fault), keys)
            return self.without_id(index, stated, keys, verdict, claim)
        unsigned = event.unsigned
        if event_format is not EVENT_V1:
            unsigned += tuple(pointer_of([name]) for name in event_format.unsigned_members(stated.keys()))
        valid = None
        if verdict is None:
            verdict, valid = self.judged(index, event, keys[0], event_format, body)
        if valid is None:
            self.collect(event.event_type, event.payload, index, body.event_id)
        covers: IdCovers = "payload" if event_format.payload_only else "event"
        return checked_event(
            index, body.event_id, event.event_type, verdict, valid, unsigned,
            keys[0] if keys else None, covers, claim,
        )  # fmt: skip

    def bound(self, event: Envelope | Fault, event_format: EventFormat) -> SignedContent | Fault:
        """The signed content of an event under a format, or the fault of its form or size (CHECK-1)."""
        if isinstance(event, Fault):
            return event
        return signed_content(event, event_format, within_limits=self.bundle.events_within_limits)

    def judged(
        self, index: int, event: Envelope, key: PolicyKey, event_format: EventFormat, body: SignedContent
    ) -> tuple[Verdict, SignedEvent | None]:
        """What a well-formed and signed event of a known key comes to, and the event if it is valid."""
        refused, raw = self.refused(event, key, event_format, body)
        if refused is not None:
            return _tolerant(refused, (key,)), None
        if not event_format.is_binding:
            return _UNBOUND, None
        known = event.event_type in self.known_types
        return (_VERIFIED if known else _UNKNOWN_TYPE), self.valid(index, event, body, raw, key)

    def valid(
        self, index: int, event: Envelope, body: SignedContent, raw: bytes, key: PolicyKey
    ) -> SignedEvent:
        """The event as its signed content and its one signature, its receipt checked."""
        receipt_verified = False
        stated = receipt_at(event.event_type, event.payload)
        if stated is not None:
            if event.event_type == CARRIER:
                receipt_verified = self.receipts.check(stated[0], index, body.event_id)
            else:
                self.receipts.collect(stated[0], index, body.event_id)
        # Positional, in the order of the fields: this is made for each event.
        valid = signed_event(
            body.event_id, event.event_type, event.target, event.created_at, event.instant,
            event.instant + body.event_id, body.payload, self.signer(event.signer), body.canonical,
            raw, key, receipt_verified,
        )  # fmt: skip
        other = self.signed.get(body.event_id)
        if other is None or raw < other[0].signature:
            # Of several valid elements of one id the smallest signature is kept (CHECK-11).
            self.signed[body.event_id] = valid, event.payload
        return valid

    def collect(self, event_type: Value, payload: Value, index: int, event_id: EventId | None) -> None:
        """Take up the receipt, if there is one, of an element that is not a valid record_created."""
        stated = receipt_at(event_type, payload)
        if stated is not None:
            self.receipts.collect(stated[0], index, event_id)

    def signer(self, stated: Object) -> bytes:
        """The canonical bytes of a signer, one copy for all of its events."""
        written = encode(stated)
        known = self.signers.get(written)
        if known is None:
            known = encode_canonical(stated)
            self.signers[known] = known
        return known

    def refused(
        self, event: Envelope, key: PolicyKey, event_format: EventFormat, body: SignedContent
    ) -> tuple[Verdict | None, bytes]:
        """CHECK-4 to CHECK-9: the verdict of the first that fails, or None and the raw signature."""
        signature: Signature = event.signature  # type: ignore[assignment]
        if event.subject != self.number:
            wrong = subject_fault(event.subject, self.record)
            if wrong is not None:
                fault = Fault("subject", wrong, "/subject_pith_number")
                return Verdict("invalid", STEP_SUBJECT, fault), b""
        verdict = right(key, event.event_type, body.event_id, "/event_type", "/signer/key_id")
        verdict = verdict or algorithm_fault(signature.algorithm, "/signature")
        if verdict is not None:
            return verdict, b""
        stated, other = event.claimed_id, None
        if stated is not None and stated != body.event_id:
            other = event_id_digest(stated)
            if other is None:
                fault = Fault("encoding", "must be sha256: and 64 lower-case hex digits", "/event_id")
                return Verdict("invalid", STEP_ENCODING, fault), b""
        raw = raw_signature(signature.text, "/signature")
        if isinstance(raw, Verdict):
            return raw, b""
        genuine = self.signatures.valid(key, event_format.message(body.canonical, body.digest), raw)
        if other is not None:
            return self.mismatch(genuine, key, event_format.message_of_digest(other), raw, body.event_id), b""
        return (None if genuine else not_verified("/signature")), raw

    def mismatch(
        self, genuine: bool, key: PolicyKey, stated: bytes | None, raw: bytes, event_id: EventId
    ) -> Verdict:
        """CHECK-3 failed: say which content the signature is for; ``stated`` is the claimed id's message."""
        if genuine:
            detail = f"the content is genuine; the claimed id is not its id, {event_id}"
        elif stated is not None and self.signatures.valid(key, stated, raw):
            detail = (
                "the signature is genuine, but for other content: this element was altered; "
                f"its id is {event_id}"
            )
        else:
            detail = (
                f"no genuine signature, neither for this content nor for the claimed id; its id is {event_id}"
            )
        return Verdict("invalid", STEP_ID, Fault("hash_mismatch", detail, "/event_id"))

    def flat(self, index: int, event: FlatEvent) -> CheckedEvent:
        """The checks of the flat spelling (EVT-8): unbound at best."""
        digest = hex_bytes(event.payload_sha256, 32)
        # A flat event is listed by its claimed digest (EVT-8).
        name = None if digest is None else EventId(event.payload_sha256)
        self.collect(event.event_type, event.payload, index, name)
        verdict, key = self.flat_verdict(event, digest)
        if verdict.status == "invalid":
            verdict = _tolerant(verdict, self.policy.keys_with_id(event.signing_key_id))
        claim = _claim_flat(event.signing_key_id) if verdict.status == "unknown_key" else None
        return CheckedEvent(index, name, event.event_type, verdict, key=key, id_covers="stated", claim=claim)

    def flat_verdict(self, event: FlatEvent, digest: bytes | None) -> tuple[Verdict, PolicyKey | None]:
        if not self.policy.keys_with_id(event.signing_key_id):
            return Verdict("unknown_key", STEP_KEY, unknown_key_id("/signing_key_id")), None
        if event.signature_text is None:
            return _NOT_SIGNED, None
        if event.payload.get("arxiv_id") != self.record.source_id:
            fault = Fault("subject", "arxiv_id is not the record's source.id", "/payload/arxiv_id")
            return Verdict("invalid", STEP_SUBJECT, fault), None
        if digest is None:
            fault = Fault("encoding", "must be 64 lower-case hex digits", "/payload_sha256")
            return Verdict("invalid", STEP_ENCODING, fault), None
        key_id, text = event.signing_key_id, event.signature_text
        attempt = self.signatures.attempt(
            Stated(key_id, "/signing_key_id", event.event_type, ALGORITHM, text)
        )
        key = self.signatures.verifies(attempt, digest)
        return (attempt.failed, None) if key is None else (_UNBOUND, key)


def _claim(stated: Object) -> Claim:
    """Whose an element of an unknown key claims to be."""
    signer: Object = stated["signer"]  # type: ignore[assignment]
    return Claim(str(signer["signer_id"]), str(signer["key_id"]))


def _claim_flat(key_id: Value) -> Claim:
    # The flat spelling names a key and no signer.
    return Claim("", str(key_id))


def _before_form(unknown: Fault | None, signature: object) -> Verdict | None:
    """CHECK-5 and CHECK-2, which are asked before the form: the verdict of the first that fails."""
    if unknown is not None:
        return Verdict("unknown_key", STEP_KEY, unknown)
    return _NOT_SIGNED if signature is None else None


def _tolerant(verdict: Verdict, keys: tuple[PolicyKey, ...]) -> Verdict:
    """CHECK-13: where a key lists ``unknown`` nothing is invalid, and the code stays as a remark."""
    if any(key.lists_unknown for key in keys):
        return Verdict("unbound", verdict.step, verdict.fault)
    return verdict


def _named(stated: Object, policy: Policy) -> tuple[tuple[PolicyKey, ...], Fault | None]:
    """CHECK-5 on any object: the keys that it names, and the fault if none is left.

    An element that states no signer_id and key_id names no key and has no fault here.
    """
    signer, signature = stated.get("signer"), stated.get("signature")
    if type(signer) is not dict:
        return (), None
    signer_id, key_id, fingerprint = map(signer.get, ("signer_id", "key_id", "public_key_fingerprint"))
    if type(signer_id) is not str or type(key_id) is not str:
        return (), None
    keys = policy.keys_of(signer_id, key_id)
    if not keys:
        return (), Fault("key_unknown", "the policy has no key of this signer_id and key_id", "/signer")
    if type(fingerprint) is str:
        named = policy.key(signer_id, key_id, fingerprint)
        if named is None:
            where = "/signer/public_key_fingerprint"
            return (), Fault("key_unknown", "not the fingerprint of a key in the policy", where)
        keys = (named,)
    if type(signature) is dict:
        signature_key_id = signature.get("key_id")
        if type(signature_key_id) is str and signature_key_id != key_id:
            return keys, Fault("key_unknown", "differs from the signer's key_id", "/signature/key_id")
    return keys, None


def _named_flat(stated: Object, policy: Policy) -> tuple[tuple[PolicyKey, ...], Fault | None]:
    """The keys that an element of the flat spelling names, and the fault if there is none (EVT-8)."""
    key_id = stated.get("signing_key_id")
    if type(key_id) is not str:
        return (), None
    keys = policy.keys_with_id(key_id)
    return keys, None if keys else unknown_key_id("/signing_key_id")
