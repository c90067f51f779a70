"""pithbundle: recompute the current state of a Pith bundle, trusting nothing but the keys of a policy.

Bytes in, a value or a :class:`PithError` out::

    verifier = Verifier(Policy.from_file("policy.json"))
    bundle = verifier.verify(data)      # the verdict on every event
    bundle.raise_for_outcome()
    state = bundle.ledger.snapshot()    # what follows from the valid ones

Everything that this module names is public. Results are immutable and can be pickled.
"""

from __future__ import annotations

from pithbundle.bundle.document import DocumentError, Finding, FindingStatus
from pithbundle.bundle.event_format import AnyFormat, EventFormat, FlatFormat
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.reader import Bundle, read_bundle, read_bundle_file
from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import abstract_sha256, title_sha256
from pithbundle.comparison.published import Difference, DifferenceGroup, HowDifferent
from pithbundle.comparison.sides import Change, Diff, Judged, SideError, diff
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import BytesLike, Object, Value
from pithbundle.errors import (
    BundleError,
    Fault,
    FileError,
    FormatError,
    InputError,
    InvalidKeyError,
    MergeError,
    NumberError,
    PithError,
    PolicyError,
    RecordError,
)
from pithbundle.joined import Input, Listed, Location, Unverified
from pithbundle.merge.completeness import Completeness
from pithbundle.merge.entries import Entry
from pithbundle.merge.equivocation import Equivocation
from pithbundle.merge.event_types.alias_added import Alias
from pithbundle.merge.event_types.author_claim import AuthorClaim
from pithbundle.merge.event_types.checkpoint import Checkpoint
from pithbundle.merge.event_types.citation import Citation
from pithbundle.merge.event_types.event_retracted import Effect, Retraction
from pithbundle.merge.event_types.graph_snapshot import GraphSnapshot
from pithbundle.merge.event_types.integrity import IntegrityFinding
from pithbundle.merge.event_types.record_created import Receipt
from pithbundle.merge.event_types.replication import Replication
from pithbundle.merge.event_types.storage_attestation import StorageAttestation
from pithbundle.merge.event_types.timestamp_anchor import TimestampAnchor
from pithbundle.merge.explain import Explanation
from pithbundle.merge.ledger import Ledger, LedgerBuilder
from pithbundle.merge.rule_sets import EventType, KeptStrings, MergeRules, PayloadCheck, SelectionRule
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.schema import MemberCheck
from pithbundle.merge.selection import Loser, ReasonCode
from pithbundle.merge.state import State, Unrecognised
from pithbundle.merge.timeline import Moment
from pithbundle.merge.trace import Decision
from pithbundle.newtypes import DigestHex, EventId, Instant, Pointer
from pithbundle.outcomes import Outcome, OutcomeError
from pithbundle.proof import EquivocationProof, ProofError
from pithbundle.report import Clock, FileReport, Rejection, Report, ReportWarning, WarningCode
from pithbundle.verifier import Advise, NamedInput, VerifiedBundle, Verifier
from pithbundle.verify.documents import (
    DocumentReport,
    DocumentType,
    NumberStatus,
    SignatureStatus,
    SignatureVerdict,
)
from pithbundle.verify.key_documents import DocumentKey
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.policy_members import KeyStatus
from pithbundle.verify.probing.results import ElementLocation, Found, ProbeResult, ProbeStatus
from pithbundle.verify.probing.run import probe
from pithbundle.verify.verdicts import CheckedEvent, Claim, ReceiptVerdict, SignedEvent, Status, Verdict

#: The version of the package, as in its metadata.
__version__ = "0.1.0"

__all__ = [
    "MERGE_1",
    "Advise",
    "Alias",
    "AnyFormat",
    "AuthorClaim",
    "Bundle",
    "BundleError",
    "BytesLike",
    "Change",
    "CheckedEvent",
    "Checkpoint",
    "Citation",
    "Claim",
    "Clock",
    "Completeness",
    "Decision",
    "Diff",
    "Difference",
    "DifferenceGroup",
    "DigestHex",
    "DocumentError",
    "DocumentKey",
    "DocumentReport",
    "DocumentType",
    "Effect",
    "ElementLocation",
    "Encoding",
    "Entry",
    "Equivocation",
    "EquivocationProof",
    "EventFormat",
    "EventId",
    "EventType",
    "Explanation",
    "Fault",
    "FileError",
    "FileReport",
    "Finding",
    "FindingStatus",
    "FlatFormat",
    "FormatError",
    "Found",
    "GraphSnapshot",
    "HowDifferent",
    "Input",
    "InputError",
    "Instant",
    "IntegrityFinding",
    "InvalidKeyError",
    "Judged",
    "KeptStrings",
    "KeyStatus",
    "Ledger",
    "LedgerBuilder",
    "Limits",
    "Listed",
    "Location",
    "Loser",
    "MemberCheck",
    "MergeError",
    "MergeRules",
    "Moment",
    "NamedInput",
    "NumberError",
    "NumberStatus",
    "Object",
    "Outcome",
    "OutcomeError",
    "PayloadCheck",
    "PithError",
    "PithNumber",
    "Pointer",
    "Policy",
    "PolicyError",
    "PolicyKey",
    "ProbeResult",
    "ProbeStatus",
    "ProofError",
    "PublicKey",
    "ReasonCode",
    "Receipt",
    "ReceiptVerdict",
    "Record",
    "RecordError",
    "Rejection",
    "Replication",
    "Report",
    "ReportWarning",
    "Retraction",
    "SelectionRule",
    "SideError",
    "SignatureStatus",
    "SignatureVerdict",
    "SignedEvent",
    "State",
    "Status",
    "StorageAttestation",
    "TimestampAnchor",
    "Unrecognised",
    "Unverified",
    "Value",
    "Verdict",
    "VerifiedBundle",
    "Verifier",
    "WarningCode",
    "__version__",
    "abstract_sha256",
    "canonical_bytes",
    "cbor_bytes",
    "diff",
    "parse_cbor",
    "parse_json",
    "probe",
    "read_bundle",
    "read_bundle_file",
    "title_sha256",
]
