"""What the events and the record claim, checked from files that the user has (EVID-1 to EVID-21, OTS-1 to
OTS-4, NODE-1 to NODE-5, ARXIV-1 to ARXIV-4, CAPT-1 to CAPT-8, ORCID-1 to ORCID-6).

Bitcoin timestamps: :mod:`~pithbundle.evidence.ots` reads a proof,
:mod:`~pithbundle.evidence.ots_writing` writes one and adds the answer of a calendar to it,
:mod:`~pithbundle.evidence.header_fetch` says which requests bring the headers of a node,
:mod:`~pithbundle.evidence.headers` reads block headers and says how strong what they show is,
:mod:`~pithbundle.evidence.checkpoints` defines the blocks that are known by their hashes, and
:mod:`~pithbundle.evidence.timestamps` says what a proof shows by the headers.

Metadata of arXiv: :mod:`~pithbundle.evidence.arxiv_files` reads it in each of its forms, and
:mod:`~pithbundle.evidence.arxiv` computes the record that follows from it and compares another one with it.

Captures of an archive: :mod:`~pithbundle.evidence.captures` says what a claim of one shows,
:mod:`~pithbundle.evidence.contents` hashes what the user has of it, and ``pithbundle.evidence.warc``, which
needs the extra ``warc``, finds it in a WARC file.

Claims of authorship: :mod:`~pithbundle.evidence.author_claims` says what a claim shows, and
:mod:`~pithbundle.evidence.orcid_files` reads a saved record of ORCID.

The report: :mod:`~pithbundle.evidence.event_claims` finds what the events of a record claim, and
:mod:`~pithbundle.evidence.evidence_report` has a finding for each of these claims.

Nothing here reads a file or makes a request, and nothing here changes a state: what is found is a report of
its own.
"""

from __future__ import annotations

from pithbundle.errors import EvidenceError
from pithbundle.evidence.arxiv import (
    ArxivMetadata,
    Compared,
    Comparison,
    MetadataError,
    MetadataReason,
    compare,
)
from pithbundle.evidence.arxiv_files import read_metadata
from pithbundle.evidence.author_claims import (
    AssertedBy,
    Assertion,
    AuthorFinding,
    ClaimForm,
    Listing,
    by_person,
    check_author,
)
from pithbundle.evidence.capture_urls import CaptureForm, CaptureSubject, CaptureUrl
from pithbundle.evidence.captures import (
    CaptureClaim,
    CaptureFinding,
    ContentFinding,
    ContentStatus,
    check_capture,
)
from pithbundle.evidence.checkpoints import Block, Checkpoints
from pithbundle.evidence.contents import BytesForm, Content, content_of
from pithbundle.evidence.event_claims import EventClaim, claims_of
from pithbundle.evidence.evidence_report import (
    EvidenceOutcome,
    EvidenceReport,
    Material,
    check_claims,
    check_evidence,
    check_proofs,
)
from pithbundle.evidence.findings import Effect, Finding
from pithbundle.evidence.header_fetch import FetchOutcome, HeaderFetch, NodeInfo
from pithbundle.evidence.header_paths import Strength
from pithbundle.evidence.header_tree import Reason
from pithbundle.evidence.headers import BITCOIN, Header, HeaderFile, Headers, Network, read_headers
from pithbundle.evidence.orcid_files import read_orcid
from pithbundle.evidence.orcid_record import ExternalId, OrcidRecord, Party, Work
from pithbundle.evidence.ots import (
    Attestation,
    AttestationKind,
    HashName,
    Operation,
    OperationName,
    Proof,
    Step,
)
from pithbundle.evidence.ots_writing import Upgrade, proof_bytes, upgrade
from pithbundle.evidence.payloads import OwnDigest, Payload
from pithbundle.evidence.person_claims import Person
from pithbundle.evidence.timestamps import AttestationFinding, ProofFinding, TimestampStatus, check_proof

__all__ = [
    "BITCOIN",
    "ArxivMetadata",
    "AssertedBy",
    "Assertion",
    "Attestation",
    "AttestationFinding",
    "AttestationKind",
    "AuthorFinding",
    "Block",
    "BytesForm",
    "CaptureClaim",
    "CaptureFinding",
    "CaptureForm",
    "CaptureSubject",
    "CaptureUrl",
    "Checkpoints",
    "ClaimForm",
    "Compared",
    "Comparison",
    "Content",
    "ContentFinding",
    "ContentStatus",
    "Effect",
    "EventClaim",
    "EvidenceError",
    "EvidenceOutcome",
    "EvidenceReport",
    "ExternalId",
    "FetchOutcome",
    "Finding",
    "HashName",
    "Header",
    "HeaderFetch",
    "HeaderFile",
    "Headers",
    "Listing",
    "Material",
    "MetadataError",
    "MetadataReason",
    "Network",
    "NodeInfo",
    "Operation",
    "OperationName",
    "OrcidRecord",
    "OwnDigest",
    "Party",
    "Payload",
    "Person",
    "Proof",
    "ProofFinding",
    "Reason",
    "Step",
    "Strength",
    "TimestampStatus",
    "Upgrade",
    "Work",
    "by_person",
    "check_author",
    "check_capture",
    "check_claims",
    "check_evidence",
    "check_proof",
    "check_proofs",
    "claims_of",
    "compare",
    "content_of",
    "proof_bytes",
    "read_headers",
    "read_metadata",
    "read_orcid",
    "upgrade",
]
