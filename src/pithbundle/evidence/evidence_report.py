"""The report on evidence: a finding for each claim of a record that evidence can speak of (spec EVID-17).

A new kind of evidence has a module with its findings, what the user gives for it in :class:`Material`, and a
row in ``_CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.reader import Bundle
from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object, portable
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError
from pithbundle.evidence.author_claims import SavedRecords
from pithbundle.evidence.capture_claims import CAPTURE_EVENT, capture_findings
from pithbundle.evidence.captures import HeldContents
from pithbundle.evidence.contents import Content
from pithbundle.evidence.event_claims import EventClaim, claims_of
from pithbundle.evidence.findings import EXIT_STATUS, Finding
from pithbundle.evidence.headers import HeaderFile, Headers
from pithbundle.evidence.metadata_findings import metadata_finding
from pithbundle.evidence.orcid_record import OrcidRecord
from pithbundle.evidence.payloads import Payload
from pithbundle.evidence.person_claims import AUTHOR_EVENT, Person, author_findings, persons_of
from pithbundle.evidence.timestamp_claims import TIMESTAMP_EVENT, proof_finding, timestamp_finding
from pithbundle.outcomes import Outcome
from pithbundle.report import Report

#: What a report on evidence came to (EVID-19).
EvidenceOutcome: TypeAlias = Literal["contradicted", "not_checked", "checked"]
_OUTCOMES: Final[dict[int, EvidenceOutcome]] = {1: "contradicted", 3: "not_checked", 0: "checked"}


@dataclass(frozen=True, slots=True)
class Material:
    """What the user has, with which claims are checked."""

    #: Block headers.
    headers: Headers = field(default_factory=Headers)
    #: The name and the bytes of each timestamp proof that is not in an event.
    proofs: tuple[tuple[str, bytes], ...] = ()
    #: The digests of files that are the content of captures.
    contents: tuple[Content, ...] = ()
    #: The payloads of captures in WARC files; None without such files.
    payloads: tuple[Payload, ...] | None = None
    #: Saved records of ORCID.
    persons: tuple[OrcidRecord, ...] = ()
    #: The name of each file of arXiv's metadata, and what it has of the paper of the record.
    metadata: tuple[tuple[str, ArxivMetadata | MetadataError | None], ...] = ()

    __repr__ = brief


class _Prepared:
    """The material beside one record, looked through once for all claims."""

    def __init__(self, record: Record, material: Material) -> None:
        self.record = record
        self.headers = material.headers
        self.contents = HeldContents(material.contents, material.payloads)
        self.persons = SavedRecords(record, material.persons)


#: By type of event: what is found of its claim.
_CHECKS: Final[dict[str, Callable[[EventClaim, _Prepared], Iterable[Finding]]]] = {
    TIMESTAMP_EVENT: lambda claim, held: [timestamp_finding(claim, held.record.sha256, held.headers)],
    CAPTURE_EVENT: lambda claim, held: capture_findings(claim, held.record, held.contents),
    AUTHOR_EVENT: lambda claim, held: author_findings(claim, held.persons),
}
#: The types of the events that evidence can speak of (EVID-17).
CLAIM_TYPES: Final = frozenset(_CHECKS)


def check_claims(claims: Iterable[EventClaim], record: Record, material: Material) -> tuple[Finding, ...]:
    """Check the claims of a record that evidence can speak of (EVID-17).

    Args:
        claims: the claims, as :func:`claims_of` returns them. Those of other types of events are passed over.
        record: the record.
        material: what the user has.

    Returns:
        The findings in the order of the claims, then those on the proofs in no event, and on metadata.
    """
    return tuple(_findings(claims, record, material))


def _findings(claims: Iterable[EventClaim], record: Record, material: Material) -> Iterator[Finding]:
    held = _Prepared(record, material)
    for claim in claims:
        if claim.event_type in _CHECKS:
            yield from _CHECKS[claim.event_type](claim, held)
    yield from _of_proofs(record.sha256, material)
    for name, metadata in material.metadata:
        yield metadata_finding(name, metadata, record)


def _of_proofs(digest: bytes, material: Material) -> Iterator[Finding]:
    for name, data in material.proofs:
        yield proof_finding(name, data, digest, material.headers)


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """The findings on one record, or on one digest (EVID-17)."""

    #: What the verification of the inputs came to (REPORT-2); None of a digest without a record.
    verification: Outcome | None
    #: The canonical hash of the record, or the digest that proofs were checked against.
    digest: bytes
    #: The findings.
    findings: tuple[Finding, ...]
    #: What the user gave for them.
    material: Material

    __repr__ = brief

    @property
    def of_entries(self) -> tuple[Finding, ...]:
        """The findings on entries of the state, which a verified signature covers."""
        return tuple(one for one in self.findings if one.claim is not None and one.claim.is_verified)

    @property
    def of_unverified_elements(self) -> tuple[Finding, ...]:
        """The findings on unverified elements: claims without a verified signature."""
        return tuple(one for one in self.findings if one.claim is not None and not one.claim.is_verified)

    @property
    def of_files(self) -> tuple[Finding, ...]:
        """The findings on files that were given, without any event."""
        return tuple(one for one in self.findings if one.claim is None)

    @property
    def persons(self) -> tuple[Person, ...]:
        """The persons whom claims of authorship name, each once however the iD is spelt (ORCID-3)."""
        return persons_of(self.findings)

    @property
    def exit_status(self) -> int:
        """1 if a finding contradicts its claim, 3 if something was not checked, else 0 (EVID-19)."""
        found = {EXIT_STATUS[one.effect] for one in self.findings}
        if self.verification not in (None, "valid"):
            found.add(3)
        return next((status for status in (1, 3) if status in found), 0)

    @property
    def outcome(self) -> EvidenceOutcome:
        """The word for the exit status (EVID-19)."""
        return _OUTCOMES[self.exit_status]

    def to_value(self) -> Object:
        """The report as JSON."""
        return {
            "digest": self.digest.hex(),
            "of_entries": [one.to_value() for one in self.of_entries],
            "of_unverified_elements": [one.to_value() for one in self.of_unverified_elements],
            "of_files": [one.to_value() for one in self.of_files],
            "persons": [one.to_value() for one in self.persons],
            "headers": [_file_value(file) for file in self.material.headers.files],
            "missing_blocks": [str(block) for block in self.material.headers.missing],
            "checkpoints_sha256": self.material.headers.checkpoints_sha256,
        }


def _file_value(file: HeaderFile) -> Object:
    return {
        "file": portable(file.name),
        "count": file.count,
        "first": file.first,
        "strength": file.strength,
        "last": file.last,
        "reason": file.reason,
        "fault": None if file.fault is None else file.fault.to_value(),
    }


def check_evidence(report: Report, bundles: Iterable[Bundle], material: Material) -> EvidenceReport:
    """Check the claims of the events of one record (EVID-17 to EVID-20).

    Args:
        report: the report on the bundles, as :meth:`Verifier.verify_together` returns it.
        bundles: the same bundles as :func:`read_bundle` reads them, for the claims without a verified
            signature.
        material: what the user has.

    Raises:
        ValueError: the report is of no record.
    """
    if report.record is None:
        raise ValueError("every input of the report was rejected")
    found = check_claims(claims_of(report, bundles), report.record, material)
    return EvidenceReport(report.outcome, report.record.sha256, found, material)


def check_proofs(digest: bytes, material: Material) -> EvidenceReport:
    """Check proofs in files against a digest, without any bundle (EVID-20).

    Args:
        digest: the 32 bytes that the proofs have to be of.
        material: what the user has; the proofs and the headers of it count.

    Raises:
        ValueError: the digest has another length.
    """
    if len(digest) != 32:
        raise ValueError(f"a digest has 32 bytes, not {len(digest)}")
    return EvidenceReport(None, digest, tuple(_of_proofs(digest, material)), material)
