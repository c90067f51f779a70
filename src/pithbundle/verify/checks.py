"""The checks: who signed what, and nothing else (spec CHECK-1 to CHECK-14, FORMAT-8, FORMAT-9, FORMAT-14).

Each format of the policy that reads an element gives a verdict, by the checks of CHECK-14 in
their order (:mod:`pithbundle.verify.readings`); FORMAT-9 chooses among them. An element that no
format reads is ``unknown_format``: it may be an event of a registry whose format the policy does
not know. Under a key that lists ``unknown`` nothing is ``invalid`` (CHECK-13).

What the caller must still do: decide whether the policy is the right one, and what the
events mean (merge). Whether a proof, a link or a claim is true is never decided here.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

from pithbundle.bundle.event import SignedContent
from pithbundle.bundle.event_format import INTEGRITY_1
from pithbundle.bundle.event_reader import FormatReader
from pithbundle.bundle.event_reading import Reading
from pithbundle.bundle.flat_event import FlatReading, read_flat
from pithbundle.bundle.reader import Bundle
from pithbundle.encoding.canonical import encode, encode_canonical, sha256_hex
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import Fault
from pithbundle.newtypes import DigestHex, EventId, Instant
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.readings import VERIFIED, Judge, Judged
from pithbundle.verify.receipts import CARRIER, Receipt, Receipts, receipt_at
from pithbundle.verify.signatures import SignatureCache, Signatures
from pithbundle.verify.verdicts import (
    STEP_READ,
    STEP_VALID,
    UNVERIFIED,
    CheckedBundle,
    CheckedEvent,
    SignedEvent,
    Status,
    Verdict,
    checked_bundle,
    checked_event,
    signed_event,
)

_UNKNOWN_TYPE: Final = Verdict("unknown_type", STEP_VALID)
_UNKNOWN_FORMAT: Final = Verdict("unknown_format", STEP_READ)
_NO_OBJECT: Final = Fault("type", "an event must be an object", "")
#: A string of 64 bytes in hex, base64, base64url or base32 in the JSON of an element, whatever its prefix.
_SIGNATURE_SHAPE: Final = re.compile(
    rb'"(?:[A-Za-z0-9-]{1,16}:)?(?:[0-9A-Fa-f]{128}|[A-Za-z0-9+/_-]{86}(?:==)?|[A-Za-z2-7]{103}=?)"'
)


def check(
    bundle: Bundle,
    policy: Policy,
    known_types: Set[str],
    *,
    cache: SignatureCache | None = None,
) -> CheckedBundle:
    """Check every event and receipt of ``bundle`` under ``policy``.

    A valid event of a type outside ``known_types`` is ``unknown_type``. No event raises an
    error: its verdict states what is wrong, and the others are checked as without it. ``cache``
    may be shared by the checks of many bundles.
    """
    run = _Run(bundle, policy, known_types, {} if cache is None else cache)
    events = tuple([run.element(index, claimed) for index, claimed in enumerate(bundle.events)])
    return checked_bundle(
        bundle.record, policy.sha256, events, run.receipts.verdicts(),
        bundle.mismatches, (*run.signed.values(),),
    )  # fmt: skip


class _Run:
    """One call of :func:`check`: what every element is checked against."""

    __slots__ = ("judge", "known_types", "only", "receipts", "signed", "signers")

    def __init__(self, bundle: Bundle, policy: Policy, known_types: Set[str], cache: SignatureCache) -> None:
        signatures = Signatures(policy, cache)
        self.judge = Judge(signatures, bundle.record, bundle.events_within_depth)
        formats = self.judge.formats
        #: The one format of the policy, where it has one.
        self.only = formats.readers[0] if len(formats.readers) == 1 and not formats.flat else None
        self.known_types = known_types
        self.receipts = Receipts(signatures, bundle.record)
        self.signers: dict[bytes, bytes] = {}
        #: The valid event of each id, with its payload.
        self.signed: dict[str, tuple[SignedEvent, Object]] = {}

    def element(self, index: int, claimed: Value | Fault) -> CheckedEvent:
        if type(claimed) is not dict:
            # FORMAT-14: no format reads it, and only where no other is possible it is wrong.
            status: Status = "invalid" if self.judge.knows_one_format else "unknown_format"
            if isinstance(claimed, Fault):
                return CheckedEvent(index, None, None, Verdict(status, STEP_READ, claimed))
            identity = None if status == "invalid" else _identity(claimed)
            verdict = Verdict(status, STEP_READ, _NO_OBJECT)
            return CheckedEvent(index, None, None, verdict, element_sha256=identity)
        if self.only is not None:
            reading = self.only.read(claimed)
            if reading is None:
                return self.unread(index, claimed)
            return self.decided(index, claimed, self.judge.event(self.only, reading, None), ())
        judged = self.readings(claimed)
        if not judged:
            return self.unread(index, claimed)
        # Formats are sorted by digest, so the first of equals is that of the smallest (FORMAT-9).
        best = min(judged, key=lambda one: one.verdict.reading_rank)
        remarks = [
            one.verdict.fault
            for one in judged
            if one is not best and one.verdict.status == "invalid" and one.verdict.fault is not None
        ]
        return self.decided(index, claimed, best, tuple(remarks))

    def readings(self, element: Object) -> list[Judged]:
        """The verdict under each format of the policy that reads the element (FORMAT-8)."""
        judged = []
        contents: dict[str, SignedContent | Fault] = {}
        formats = self.judge.formats
        for reader in formats.readers:
            reading = reader.read(element)
            if reading is not None:
                judged.append(self.judge.event(reader, reading, contents))
        if formats.flat:
            flat = read_flat(element)
            if flat is not None:
                judged.append(self.judge.flat(flat))
        return judged

    def unread(self, index: int, element: Object) -> CheckedEvent:
        """An element that no format of the policy reads; its receipt is taken up."""
        event_type, claimed_id = element.get("event_type"), element.get("event_id")
        self.collect(event_type, element.get("payload"), "/payload", index, None)
        return CheckedEvent(
            index,
            None,
            event_type if type(event_type) is str else None,
            _UNKNOWN_FORMAT,
            claimed_id=claimed_id if type(claimed_id) is str else None,
            element_sha256=_identity(element),
        )

    def decided(
        self, index: int, element: Object, judged: Judged, remarks: tuple[Fault, ...]
    ) -> CheckedEvent:
        """An element with the verdict of one of its readings."""
        verdict, reading, reader, content = judged[:4]
        if reader is None or reading is None:
            return self.flat(index, element, judged, remarks)
        event_id = None if content is None else content.event_id
        if verdict is VERIFIED:
            if reading.event_type not in self.known_types:
                verdict = _UNKNOWN_TYPE
            # Positional, in the order of the fields: this is made for each event.
            return checked_event(
                index, event_id, reading.event_type, verdict, self.valid(index, reader, reading, judged),
                reader.unsigned(element), judged.key, None, None, reader.format, None, remarks,
            )  # fmt: skip
        self.collect(reading.event_type, reading.payload, reader.pointers["payload"], index, event_id)
        identity, elsewhere = _unverified(element, verdict)
        return checked_event(
            index, event_id, reading.event_type, verdict, None,
            () if event_id is None else reader.unsigned(element), judged.key, judged.claim,
            reading.event_id if event_id is None and type(reading.event_id) is str else None,
            reader.format, identity, remarks, elsewhere,
        )  # fmt: skip

    def flat(self, index: int, element: Object, judged: Judged, remarks: tuple[Fault, ...]) -> CheckedEvent:
        """An element whose verdict is that of the flat shape (EVT-8)."""
        reading: FlatReading = judged.flat  # type: ignore[assignment]
        event_id = None if judged.verdict.status == "unknown_format" else reading.listed_id
        self.collect(reading.event_type, reading.payload, "/payload", index, event_id)
        identity, elsewhere = _unverified(element, judged.verdict)
        return CheckedEvent(
            index, event_id, reading.event_type, judged.verdict, key=judged.key, claim=judged.claim,
            event_format=INTEGRITY_1, remarks=remarks,
            element_sha256=identity, signature_elsewhere=elsewhere,
        )  # fmt: skip

    def valid(self, index: int, reader: FormatReader, reading: Reading, judged: Judged) -> SignedEvent:
        """The event as its signed content and its one signature, its receipt checked."""
        # A format that binds has all of these.
        content: SignedContent = judged.content  # type: ignore[assignment]
        key: PolicyKey = judged.key  # type: ignore[assignment]
        instant: Instant = judged.instant  # type: ignore[assignment]
        created_at: str | int = reading.created_at  # type: ignore[assignment]
        receipt_verified = False
        payload = reading.payload
        found = receipt_at(reading.event_type, payload) if "receipt" in payload else None
        if found is not None:
            receipt = Receipt(found[0], reader.pointers["payload"] + "/receipt", index, content.event_id)
            if reading.event_type == CARRIER:
                receipt_verified = self.receipts.check(receipt)
            else:
                self.receipts.collect(receipt)
        valid = signed_event(
            content.event_id, reading.event_type, reading.target, created_at, instant,
            instant + content.event_id, content.payload, self.signer(reader.signer(reading)),
            content.canonical, judged.raw, key, receipt_verified, reader.format,
        )  # fmt: skip
        other = self.signed.get(content.event_id)
        if other is None or valid.is_kept_before(other[0]):
            self.signed[content.event_id] = valid, payload
        return valid

    def collect(
        self, event_type: Value, payload: Value, where: str, index: int, event_id: str | None
    ) -> None:
        """Take up the receipt, if there is one, of an element that is not a valid record_created."""
        found = receipt_at(event_type, payload)
        if found is not None:
            event = None if event_id is None else EventId(event_id)
            self.receipts.collect(Receipt(found[0], where + "/receipt", index, event))

    def signer(self, claimed: Object) -> bytes:
        """The canonical bytes of a signer, one copy for all of its events."""
        written = encode(claimed)
        known = self.signers.get(written)
        if known is None:
            known = encode_canonical(claimed)
            self.signers[known] = known
        return known


def _identity(element: Value) -> DigestHex:
    """``element_sha256``: the digest of a whole element (UNV-1)."""
    return sha256_hex(encode(element))


def _unverified(element: Object, verdict: Verdict) -> tuple[DigestHex | None, bool]:
    """Of an unverified element ``element_sha256`` (UNV-1), and whether a signature may be elsewhere in it."""
    if verdict.status not in UNVERIFIED:
        return None, False
    written = encode(element)
    elsewhere = verdict.status == "not_signed" and _SIGNATURE_SHAPE.search(written) is not None
    return sha256_hex(written), elsewhere
