"""What a timestamp proof shows of a digest, by the headers that the user has (spec EVID-15, EVID-16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.evidence.header_paths import STRENGTHS
from pithbundle.evidence.headers import Header, Headers
from pithbundle.evidence.ots import Attestation, Proof

#: What is found of an attestation or of a whole proof (EVID-15).
TimestampStatus: TypeAlias = Literal[
    "confirmed",
    "contradicted",
    "differs_from_given",
    "no_header",
    "pending",
    "unsupported",
    "other_digest",
]
#: The status of a proof is the first of these that one of its attestations has (EVID-15).
_ORDER: Final[tuple[TimestampStatus, ...]] = (
    "confirmed",
    "contradicted",
    "differs_from_given",
    "no_header",
    "pending",
    "unsupported",
)

#: The longest message that is shown, in bytes; no longer one can be a Merkle root.
_LONGEST: Final = 64
#: How many attestations the value of a finding names at most; the others are counted (EVID-15).
MOST_NAMED: Final = 100
#: How many headers follow one of strength ``chain`` that is held against a proof.
_SETTLED: Final = 6
#: What a confirmed proof does not show (EVID-16).
DOES_NOT_SHOW: Final = (
    "when it was made before that, who made it, or that it is true; "
    "the time of a header can be wrong by about two hours"
)


@dataclass(frozen=True, slots=True)
class AttestationFinding:
    """What is found of one attestation (EVID-15)."""

    status: TimestampStatus
    #: The attestation.
    attestation: Attestation
    #: The header that decides, of ``confirmed``, ``contradicted`` and ``differs_from_given``.
    header: Header | None

    __repr__ = brief

    @property
    def sentence(self) -> str:
        """What was found, for people (EVID-16)."""
        height, header = self.attestation.height, self.header
        if self.status == "confirmed" and header is not None:
            return f"existed by block {height}, header time {header.time}"
        if self.status == "pending":
            return f"not in a block yet, by {self.attestation.uri}"
        if self.status == "no_header":
            return f"block {height} is named, and no header shows which one it is"
        if self.status == "unsupported":
            return f"an attestation that is not checked: {_unsupported(self.attestation)}"
        which = "the chain" if self.status == "contradicted" else "those that you named"
        return f"block {height} of {which} does not contain it"

    def to_value(self) -> dict[str, Any]:
        """The finding as JSON: strings, integers and null."""
        attestation, header = self.attestation, self.header
        message = attestation.message
        return {
            "status": self.status,
            "sentence": self.sentence,
            "kind": attestation.kind,
            "tag": attestation.tag.hex(),
            "message": None if message is None or len(message) > _LONGEST else message.hex(),
            "height": attestation.height,
            "calendar": attestation.uri,
            "block": None if header is None else header.block.hex,
            "time": None if header is None else header.time,
            "strength": None if header is None else header.strength,
        }


@dataclass(frozen=True, slots=True)
class ProofFinding:
    """What is found of a proof (EVID-15)."""

    status: TimestampStatus
    #: The proof.
    proof: Proof
    #: What is found of each attestation, in their order; empty if the proof is of another digest.
    attestations: tuple[AttestationFinding, ...]
    #: That on which the status rests; None if the proof is of another digest.
    decisive: AttestationFinding | None

    __repr__ = brief

    @property
    def sentence(self) -> str:
        """What was found, for people (EVID-16)."""
        if self.decisive is not None:
            return self.decisive.sentence
        of = f"{self.proof.hash_name} {self.proof.digest.hex()}"
        if self.status == "unsupported":
            return f"the proof is of a digest that is not compared: {of}"
        return f"the proof is of another digest: {of}"

    def to_value(self) -> dict[str, Any]:
        """The finding as JSON: strings, integers and null."""
        return {
            "status": self.status,
            "sentence": self.sentence,
            "clause": "EVID-15",
            "does_not_show": DOES_NOT_SHOW,
            "hash_name": self.proof.hash_name,
            "digest": self.proof.digest.hex(),
            "attestations": [one.to_value() for one in self.attestations[:MOST_NAMED]],
            "more_attestations": max(0, len(self.attestations) - MOST_NAMED),
        }


def check_proof(proof: Proof, digest: bytes, headers: Headers) -> ProofFinding:
    """Check what a proof shows of a SHA-256 (EVID-15).

    Args:
        proof: the proof.
        digest: the 32 bytes of which it should be a proof, as the canonical hash of a record.
        headers: the headers that the user has; ``Headers()`` without any.
    """
    if proof.hash_name != "sha256":
        # It may be the digest of the same bytes by another function, so it contradicts nothing.
        return ProofFinding("unsupported", proof, (), None)
    if proof.digest != digest:
        return ProofFinding("other_digest", proof, (), None)
    found = tuple(_check(attestation, headers) for attestation in proof.attestations)
    decisive = min(found, key=_rank)
    return ProofFinding(decisive.status, proof, found, decisive)


def _check(attestation: Attestation, headers: Headers) -> AttestationFinding:
    if attestation.kind == "pending":
        return AttestationFinding("pending", attestation, None)
    if attestation.kind != "bitcoin" or attestation.message is None or attestation.height is None:
        return AttestationFinding("unsupported", attestation, None)
    candidates = headers.at(attestation.height)
    for header in candidates:
        if header.merkle_root == attestation.message:
            return AttestationFinding("confirmed", attestation, header)
    if not candidates or _may_be_replaced(candidates[0], headers):
        return AttestationFinding("no_header", attestation, None)
    header = candidates[0]
    # That the user named a block is no evidence against a proof.
    given = header.strength == "given"
    return AttestationFinding("differs_from_given" if given else "contradicted", attestation, header)


def _may_be_replaced(header: Header, headers: Headers) -> bool:
    """Whether a chain may still give up a header: another block of its height is no false one then."""
    return header.strength == "chain" and not headers.at(header.height + _SETTLED)


def _rank(finding: AttestationFinding) -> tuple[int, int, int]:
    """By status, then by strength, then the earliest block; of equal ones the first in the proof decides."""
    header = finding.header
    strength = 0 if header is None else STRENGTHS.index(header.strength)
    return _ORDER.index(finding.status), strength, finding.attestation.height or 0


def _unsupported(attestation: Attestation) -> str:
    if attestation.kind == "unknown":
        return f"its kind is unknown, 0x{attestation.tag.hex()}"
    if attestation.kind == "bitcoin":
        return f"Bitcoin block {attestation.height}, behind an operation that is not computed"
    return f"{attestation.kind.capitalize()} block {attestation.height}"
