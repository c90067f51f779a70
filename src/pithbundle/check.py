"""The checks: who signed what, and nothing else (spec CHECK-1 to CHECK-12).

On each copy of an event, in this order; the first that fails gives word and code:

 1. it is well-formed: spelling, members, types, time, limits, value-level faults
 2. a signature is there
 3. the id is absent or the recomputed one; another ``sha256:`` id makes it unbound at best
 4. the subject is this record
 5. the policy has the key, and fingerprint and key ids agree with it
 6. the key may sign this type, and if it is revoked it honours this id
 7. the algorithm is ``ed25519``
 8. the signature is in its one text form
 9. the signature verifies
10. the type belongs to the merge rules: ``verified``; another: ``unknown_type``

What the caller must still do: decide whether the policy is his, and what the events mean
(merge). Whether a proof, a link or a claim is true is never decided here.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final, TypeAlias

from pithbundle.bundle import Bundle, subject_fault
from pithbundle.canonical import encode, encode_kept
from pithbundle.errors import Fault
from pithbundle.event import Body, Envelope, FlatEvent, Signature, bind, read_event
from pithbundle.kinds import MERGE_1, MergeRules
from pithbundle.model import Object, Value
from pithbundle.model import pointer as pointer_of
from pithbundle.policy import Policy, PolicyKey
from pithbundle.record import Record
from pithbundle.rules import EVENT_V1, RULES, EventRule
from pithbundle.textforms import base64_bytes, event_id_digest, hex_bytes
from pithbundle.verdicts import STEP_UNBOUND, STEP_VALID, Checked, Copy, ReceiptVerdict, ValidEvent, Verdict

#: Results of signature checks, keyed by (raw key, message, raw signature): a pure function,
#: so sharing one between calls changes no verdict, only time (CHECK-9).
SignatureCache: TypeAlias = MutableMapping[tuple[bytes, bytes, bytes], bool]

_SIGNATURE_BYTES: Final = 64
_NO_SUCH_KEY: Final = "the policy has no key of this key_id"
_VERIFIED: Final = Verdict("verified", STEP_VALID)
_UNKNOWN_TYPE: Final = Verdict("unknown_type", STEP_VALID)


def check(
    bundle: Bundle,
    policy: Policy | None = None,
    *,
    rules: MergeRules = MERGE_1,
    cache: SignatureCache | None = None,
) -> Checked:
    """Check every event and receipt of ``bundle`` under ``policy`` (the registry's key by default).

    No event can make this raise: what is wrong with one is its verdict, and never spoils
    the rest. ``cache`` may be shared by the checks of many bundles.
    """
    run = _Run(bundle, policy or Policy.default(), rules, {} if cache is None else cache)
    copies = tuple(run.copy(place, stated) for place, stated in enumerate(bundle.events))
    spoken = speak(copies)
    valid = tuple([copy.event for copy in spoken.values() if copy.event is not None])
    return Checked(
        bundle.record, bundle.number, run.policy.sha256, copies, spoken,
        tuple(run.receipts), bundle.stated, valid,
    )  # fmt: skip


def speak(copies: tuple[Copy, ...]) -> dict[str, Copy]:
    """Return for each id the copy that speaks (CHECK-11); malformed elements have no id."""
    spoken: dict[str, Copy] = {}
    for copy in copies:
        if copy.event_id is None:
            continue
        other = spoken.get(copy.event_id)
        if other is None or copy.before(other):
            spoken[copy.event_id] = copy
    return spoken


class _Run:
    """One call of :func:`check`: what every copy is checked against."""

    __slots__ = ("bundle", "cache", "number", "policy", "receipts", "record", "rules", "signers")

    def __init__(self, bundle: Bundle, policy: Policy, rules: MergeRules, cache: SignatureCache) -> None:
        self.bundle = bundle
        self.record: Record = bundle.record
        self.number = str(bundle.number)
        self.policy = policy
        self.rules = rules
        self.cache = cache
        self.receipts: list[ReceiptVerdict] = []
        self.signers: dict[bytes, bytes] = {}

    def copy(self, place: int, stated: Value | Fault) -> Copy:
        pointer = f"/events/{place}"
        event = stated if type(stated) is Fault else read_event(stated)  # type: ignore[arg-type]
        if type(event) is Envelope:
            return self.envelope(pointer, event)
        if type(event) is FlatEvent:
            return self.flat(pointer, event)
        return _malformed(pointer, event, stated)  # type: ignore[arg-type]

    def envelope(self, pointer: str, event: Envelope) -> Copy:
        key = self.policy.key(event.signer_id, event.key_id)
        rule = EVENT_V1 if key is None else RULES[key.event_rule]
        body = bind(event, rule, within_limits=self.bundle.events_within_limits)
        if type(body) is not Body:
            return _malformed(pointer, body, event.members)  # type: ignore[arg-type]
        receipt_verified = False
        if event.event_type == "record_created" and "receipt" in event.payload:
            place = f"{pointer}/payload/receipt"
            receipt_verified = self.receipt(event.payload["receipt"], place, body.event_id)
        verdict, signature = self.verdict(event, key, rule, body)
        unsigned = event.unsigned
        if rule is not EVENT_V1:
            unsigned += tuple(pointer_of([name]) for name in rule.uncovered(event.members.keys()))
        valid = None
        if verdict.valid and key is not None:
            event_type, target = event.event_type, event.target if rule.covers_target else None
            kind = self.rules.kinds.get(event_type)
            if kind is not None:
                # One text for all events of a kind: equal texts, and faster to compare.
                event_type = kind.event_type
                target = kind.target if target == kind.target else target
            valid = ValidEvent(
                event_id=body.event_id,
                event_type=event_type,
                target=target,
                created_at=event.created_at,
                instant=event.instant,
                order=event.instant + body.event_id,
                payload=event.payload,
                payload_bytes=body.payload,
                signer_bytes=self.signer(event.signer) if rule.covers_signer else None,
                body=body.canonical,
                signature=signature,
                key=key,
                receipt_verified=receipt_verified,
            )
            valid = valid._replace(placed=self.rules.place(valid, self.record))
        return Copy(pointer, body.event_id, event.event_type, verdict, valid, unsigned)

    def signer(self, stated: Object) -> bytes:
        """The canonical bytes of a signer, one copy for all of its events."""
        written = encode(stated)
        known = self.signers.get(written)
        if known is None:
            known = encode_kept(stated)
            self.signers[known] = known
        return known

    def verdict(
        self, event: Envelope, key: PolicyKey | None, rule: EventRule, body: Body
    ) -> tuple[Verdict, bytes]:
        signature = event.signature
        if signature is None:  # 2
            return Verdict("not_signed", 2), b""
        stated = event.stated_id
        message: bytes | None
        if stated is None or stated == body.event_id:  # 3
            bound = True
            message = rule.message(body.canonical, body.digest)
        else:
            bound = False
            digest = event_id_digest(stated)
            if digest is None:
                fault = Fault("encoding", "must be sha256: and 64 lower-case hex digits", "/event_id")
                return Verdict("invalid", 3, fault), b""
            message = rule.message_of_digest(digest)
        raw, refused = self.signed(event, signature, key, message, body.event_id)  # 4 to 9
        if not bound:
            fault = Fault("hash_mismatch", f"the recomputed id is {body.event_id}", "/event_id")
            return (Verdict("invalid", 3, fault) if refused else Verdict("unbound", STEP_UNBOUND, fault)), raw
        if refused is not None:
            return refused, raw
        if not rule.binds:
            return Verdict("unbound", STEP_UNBOUND), raw
        return (_VERIFIED if event.event_type in self.rules.kinds else _UNKNOWN_TYPE), raw  # 10

    def signed(
        self, event: Envelope, stated: Signature, key: PolicyKey | None, message: bytes | None, event_id: str
    ) -> tuple[bytes, Verdict | None]:
        """Checks 4 to 9: the raw signature, and the verdict of the first that fails."""
        if event.subject != self.number:  # 4
            wrong = subject_fault(event.subject, self.record, self.bundle.number)
            if wrong is not None:
                return b"", Verdict("invalid", 4, Fault("subject", wrong, "/subject_pith_number"))
        if key is None:  # 5
            fault = Fault("key_unknown", "the policy has no key of this signer_id and key_id", "/signer")
            return b"", Verdict("unknown_key", 5, fault)
        if event.fingerprint != key.public_key.fingerprint_hex:
            fault = Fault("key_unknown", "not the fingerprint of the key in the policy",
                          "/signer/public_key_fingerprint")  # fmt: skip
            return b"", Verdict("unknown_key", 5, fault)
        if stated.key_id != event.key_id:
            fault = Fault("key_unknown", "differs from the signer's key_id", "/signature/key_id")
            return b"", Verdict("unknown_key", 5, fault)
        refused = self.right(key, event.event_type, event_id)  # 6
        if refused is not None:
            return b"", refused
        return self.verifies(key, stated.algorithm, stated.text, message, "/signature")

    def right(
        self,
        key: PolicyKey,
        event_type: str,
        event_id: str | None,
        type_at: str = "/event_type",
        key_at: str = "/signer/key_id",
    ) -> Verdict | None:
        """Check 6: the key may sign this type, and if revoked it honours this id."""
        if not key.may_sign(event_type):
            return Verdict("invalid", 6, Fault("key_role", "", type_at))
        if key.status == "revoked" and event_id not in key.honours:
            return Verdict("invalid", 6, Fault("key_revoked", "", key_at))
        return None

    def verifies(
        self, key: PolicyKey, algorithm: Value, text: str, message: bytes | None, above: str
    ) -> tuple[bytes, Verdict | None]:
        """Checks 7 to 9: algorithm, text form, signature."""
        if algorithm != "ed25519":  # 7
            return b"", Verdict("invalid", 7, Fault("algorithm", "", f"{above}/algorithm"))
        raw = base64_bytes(text, _SIGNATURE_BYTES)
        if raw is None:  # 8
            detail = "a signature is 64 bytes in padded standard base64, 88 characters"
            return b"", Verdict("invalid", 8, Fault("encoding", detail, f"{above}/signature_b64"))
        if message is None or not self.signature_valid(key, message, raw):  # 9
            fault = Fault("signature_invalid", "", f"{above}/signature_b64")
            return raw, Verdict("invalid", 9, fault)
        return raw, None

    def signature_valid(self, key: PolicyKey, message: bytes, raw: bytes) -> bool:
        question = (key.public_key.raw, message, raw)
        known = self.cache.get(question)
        if known is None:
            known = self.cache[question] = key.public_key.verify(message, raw)
        return known

    def receipt(self, stated: Value, pointer: str, event_id: str | None) -> bool:
        """Check one receipt (RCPT-2), note its verdict, return whether it is verified."""
        verdict, key_id, signer = self.receipt_verdict(stated)
        self.receipts.append(ReceiptVerdict(verdict, event_id, pointer, key_id, signer))
        return verdict.word == "verified"

    def receipt_verdict(self, stated: Value) -> tuple[Verdict, str | None, str | None]:
        if type(stated) is not dict:
            return Verdict("invalid", 1, Fault("type", "a receipt must be an object", "")), None, None
        key_id, text = stated.get("key_id"), stated.get("signature_b64")
        if stated.get("kind") != "pith_receipt":
            return Verdict("invalid", 1, Fault("type", 'must be "pith_receipt"', "/kind")), None, None
        if type(key_id) is not str:
            return Verdict("invalid", 1, Fault("type", "must be a text", "/key_id")), None, None
        if text is None:
            return Verdict("not_signed", 2), key_id, None
        if type(text) is not str:
            return Verdict("invalid", 1, Fault("type", "must be a text", "/signature_b64")), key_id, None
        verdict, key = self.any_key(
            key_id, "/key_id", "record_created", stated.get("algorithm"), text, self.record.sha256
        )
        return verdict or _VERIFIED, key_id, key.signer_id if key else None

    def any_key(
        self,
        key_id: str,
        pointer: str,
        event_type: str,
        algorithm: Value,
        text: str,
        message: bytes,
    ) -> tuple[Verdict | None, PolicyKey | None]:
        """Checks 5 to 9 where a key_id is stated and no signer: every key of that id may answer.

        The key that verifies, or the verdict of the one that got furthest (CHECK-11). A revoked
        key never does: it honours ids of events, and there is none here (RCPT-2).
        """
        refused: list[Verdict] = []
        for key in self.policy.keys_with_id(key_id):
            verdict = self.right(key, event_type, None, pointer, pointer)
            if verdict is None:
                verdict = self.verifies(key, algorithm, text, message, "")[1]
            if verdict is None:
                return None, key
            refused.append(verdict)
        if refused:
            return min(refused, key=lambda verdict: verdict.rank), None
        return Verdict("unknown_key", 5, Fault("key_unknown", _NO_SUCH_KEY, pointer)), None

    def flat(self, pointer: str, event: FlatEvent) -> Copy:
        """Checks of the flat spelling (EVT-7): unbound at best."""
        digest = hex_bytes(event.payload_sha256, 32)
        name = None if digest is None else event.payload_sha256
        return Copy(pointer, name, event.event_type, self.flat_verdict(event, digest), flat=True)

    def flat_verdict(self, event: FlatEvent, digest: bytes | None) -> Verdict:
        if event.signature_text is None:
            return Verdict("not_signed", 2)
        if digest is None:
            fault = Fault("encoding", "must be 64 lower-case hex digits", "/payload_sha256")
            return Verdict("invalid", 3, fault)
        source: Object = self.record.value["source"]  # type: ignore[assignment]
        if event.arxiv_id != source["id"]:
            fault = Fault("subject", "arxiv_id is not the record's source.id", "/payload/arxiv_id")
            return Verdict("invalid", 4, fault)
        verdict, _ = self.any_key(
            event.signing_key_id, "/signing_key_id", event.event_type, "ed25519", event.signature_text, digest
        )
        return verdict or Verdict("unbound", STEP_UNBOUND)


def _malformed(pointer: str, fault: Fault, stated: Value | Fault) -> Copy:
    label = stated.get("event_type") if type(stated) is dict else None
    return Copy(pointer, None, label if type(label) is str else None, Verdict("invalid", 1, fault))
