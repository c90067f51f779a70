"""Findings on timestamps: of the proof that an event contains, and of a proof in a file (spec EVID-20)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.encoding.spellings import base64_bytes, digest_of
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import EvidenceError, Fault
from pithbundle.evidence.event_claims import EventClaim
from pithbundle.evidence.findings import NOTHING_SHOWN, Effect, Finding, not_checked
from pithbundle.evidence.headers import Headers
from pithbundle.evidence.ots import Proof
from pithbundle.evidence.timestamps import (
    DOES_NOT_SHOW,
    AttestationFinding,
    ProofFinding,
    TimestampStatus,
    check_proof,
)

#: The type of the events, and the kind of the findings.
TIMESTAMP_EVENT: Final = "timestamp_anchor"
KIND: Final = "timestamp"
_CLAUSE: Final = "EVID-20"
#: What an unconfirmed proof in a file does not show: a file claims nothing.
_NOTHING_SHOWN_BY_FILE: Final = "when the digest existed, or that it did not"
#: What each status of a proof means for the claim (EVID-18).
EFFECTS: Final[dict[TimestampStatus, Effect]] = {
    "confirmed": "supports",
    "contradicted": "contradicts",
    "other_digest": "contradicts",
    "differs_from_given": "open",
    "no_header": "open",
    "pending": "open",
    "unsupported": "open",
}


def timestamp_finding(claim: EventClaim, digest: bytes, headers: Headers) -> Finding:
    """Check the proof of a timestamp event (EVID-20).

    Args:
        claim: the claim of the event.
        digest: the canonical hash of its record.
        headers: the headers that the user has.
    """
    text = claim.payload.get("proof_b64")
    if text is None:
        return not_checked(claim, KIND, "the event contains no proof", _CLAUSE)
    claimed = claim.payload.get("canonical_sha256")
    # An unverified element may lack it, or write it in another way; its proof has the digest all the same.
    other = digest_of(claimed) if type(claimed) is str else None
    if other not in (None, digest):
        sentence = "the event states another hash than that of the record"
        return Finding(claim, None, KIND, "other_digest", "contradicts", sentence, (), NOTHING_SHOWN, _CLAUSE)
    data = _decoded(text)
    if data is None:
        sentence = "the proof is not in base64"
        return Finding(claim, None, KIND, "unreadable", "open", sentence, (), NOTHING_SHOWN, _CLAUSE)
    return _of_data(claim, None, data, digest, headers)


def proof_finding(name: str, data: bytes, digest: bytes, headers: Headers) -> Finding:
    """Check a proof that is in a file, without any event (EVID-20).

    Args:
        name: the name of the file.
        data: its bytes.
        digest: the canonical hash of the record.
        headers: the headers that the user has.
    """
    return _of_data(None, name, data, digest, headers)


def _of_data(
    claim: EventClaim | None, name: str | None, data: bytes, digest: bytes, headers: Headers
) -> Finding:
    try:
        proof = Proof.from_bytes(data)
    except EvidenceError as error:
        return _unreadable(claim, name, error.fault)
    found = check_proof(proof, digest, headers)
    return Finding(
        claim, name, KIND, found.status, EFFECTS[found.status], found.sentence, tuple(_rests_on(found)),
        DOES_NOT_SHOW if found.status == "confirmed" else _nothing_shown(claim), _CLAUSE, found.to_value(),
    )  # fmt: skip


def _nothing_shown(claim: EventClaim | None) -> str:
    return _NOTHING_SHOWN_BY_FILE if claim is None else NOTHING_SHOWN


def _unreadable(claim: EventClaim | None, name: str | None, fault: Fault) -> Finding:
    details: Object = {"fault": fault.to_value()}
    sentence = f"the proof cannot be read: {fault.message} [{fault.code}, {fault.clause}]"
    shown = _nothing_shown(claim)
    return Finding(claim, name, KIND, "unreadable", "open", sentence, (), shown, _CLAUSE, details)


def _decoded(text: Value) -> bytes | None:
    if type(text) is not str:
        return None
    padding = len(text) - len(text.rstrip("="))
    return base64_bytes(text, len(text) // 4 * 3 - padding)


def _rests_on(found: ProofFinding) -> Iterator[tuple[str, str]]:
    decisive: AttestationFinding | None = found.decisive
    if decisive is None:
        return
    if decisive.header is not None:
        yield "block", str(decisive.header.block)
        yield "time", decisive.header.time
        yield "strength", decisive.header.strength
    elif decisive.attestation.uri is not None:
        yield "calendar", decisive.attestation.uri
