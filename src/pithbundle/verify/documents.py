"""Documents of the registry under a policy: the findings and the outcome (spec DOC-3 to DOC-10).

Nothing of such a document enters a state, and no key of one is ever added to a policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.document import DocumentError, Finding, Path, ReadDocument, finding, record_of
from pithbundle.bundle.document_types import (
    GRAPH,
    INTEGRITY,
    MANIFEST,
    PUBLIC_KEY,
    RECORD_DOCUMENT,
    STATE,
    Document,
)
from pithbundle.bundle.event_format import INTEGRITY_1
from pithbundle.bundle.record import Record
from pithbundle.bundle.record_documents import Paper, derived_record, record_findings
from pithbundle.bundle.snapshots import snapshot_findings
from pithbundle.ed25519.strict import SIGNATURE_BYTES
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.spellings import base64_bytes, hex_bytes
from pithbundle.encoding.values import Object, Value
from pithbundle.encoding.values import pointer as pointer_of
from pithbundle.newtypes import DigestHex, Pointer
from pithbundle.verify.key_documents import DocumentKey, key_file_findings, manifest_findings
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.verdicts import maker

#: The types of documents that have a report.
DocumentType: TypeAlias = Literal["state", "record_document", "graph", "integrity", "manifest", "key"]
#: How the number of a document is known: it is recomputed; it is computed and the document claims none;
#: or the document has no record, and one follows from its metadata (DOC-7).
NumberStatus: TypeAlias = Literal["reproduced", "computed", "derived"]
#: The verdict on the signature of one event of an integrity document (DOC-8).
SignatureStatus: TypeAlias = Literal["not_signed", "unknown_key", "unknown_format", "unbound", "invalid"]

#: What :func:`verify_document` takes, by the name of its type.
DOCUMENTS: Final[dict[str, Document]] = {
    each.name: each for each in (STATE, RECORD_DOCUMENT, GRAPH, INTEGRITY, MANIFEST, PUBLIC_KEY)
}


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """The verdict on the signature over one ``payload_sha256``; it never binds a payload (DOC-8)."""

    pointer: Pointer
    status: SignatureStatus
    #: Why the signature does not verify, where it was tried: a remark, or the fault if invalid.
    code: str | None
    #: The key of the policy that verifies it.
    key: PolicyKey | None
    #: As claimed, where they are strings.
    key_id: str | None
    payload_sha256: str | None

    __repr__ = brief

    def to_value(self) -> Object:
        """Return it as JSON; ``policy_key`` is the key that verifies it."""
        return {
            "pointer": self.pointer,
            "verdict": self.status,
            "code": self.code,
            "key_id": self.key_id,
            "payload_sha256": self.payload_sha256,
            "policy_key": None if self.key is None else _key_value(self.key),
        }


def _key_value(key: PolicyKey) -> Object:
    return {"signer_id": key.signer_id, "key_id": key.key_id, "status": key.status}


@dataclass(frozen=True, slots=True, init=False)
class DocumentReport:
    """What was found in one document of the registry under a policy (DOC-3); immutable.

    Nothing of such a document is signed, or its content is not: ``findings`` states of each member
    whether recomputing confirms it. A document that is rejected has no report.
    """

    document_type: DocumentType
    encoding: Encoding
    #: The digest of the effective policy, in hex (POL-5).
    policy_sha256: DigestHex
    #: The record of the document, or the one that follows from its metadata (DOC-7).
    record: Record | None
    #: How the number of the record is known; None without a record.
    number_status: NumberStatus | None
    findings: tuple[Finding, ...]
    #: The signatures of an integrity document, in its order (DOC-8).
    signatures: tuple[SignatureVerdict, ...]
    #: The keys of a manifest or key file, in its order (DOC-9, DOC-10).
    keys: tuple[DocumentKey, ...]

    def __init__(self, *_: object, **__: object) -> None:
        """Raise TypeError: its members follow from one document, so a verifier makes all of them.

        Raises:
            TypeError: always.
        """
        raise TypeError("the report of a document is made by Verifier.verify_document")

    def __repr__(self) -> str:
        number = "" if self.record is None else f", {self.record.number}"
        return f"DocumentReport({self.document_type}{number}, findings={len(self.findings)})"

    @property
    def description(self) -> str:
        """The type of the document in words, with its article."""
        return DOCUMENTS[self.document_type].description

    @property
    def outcome(self) -> Literal["invalid", "unverified"]:
        """The outcome, which is never ``valid``: nothing, or not the content, is signed (DOC-3)."""
        return "invalid" if any(one.status == "invalid" for one in self.signatures) else "unverified"

    def to_value(self) -> Object:
        """Return the report as JSON, a new object each time; an element of ``documents`` of ``--json``."""
        record = self.record
        return {
            "document_type": self.document_type,
            "encoding": self.encoding,
            "outcome": self.outcome,
            "pith_number": None if record is None else str(record.number),
            "number_status": self.number_status,
            "canonical_sha256": None if record is None else record.hex,
            "findings": [
                {"pointer": one.pointer, "status": one.status, "detail": one.detail} for one in self.findings
            ],
            "keys": [
                {"pointer": one.pointer, "policy_key": None if one.key is None else _key_value(one.key)}
                for one in self.keys
            ],
            "signatures": [one.to_value() for one in self.signatures],
        }


_document_report: Final = maker(DocumentReport)


def verify_document(
    document: ReadDocument, policy: Policy, *, abstract: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> DocumentReport:
    """Recompute and compare what a document has (DOC-3 to DOC-10).

    Args:
        document: a state, record document, graph document, integrity document, manifest or key file.
        policy: the keys that signatures and keys are checked under.
        abstract: the abstract of the paper, where the user has it (DOC-6).
        limits: ``limits.events`` bounds the events of an integrity document.

    Raises:
        DocumentError: the document is rejected, or is of another type (``type``).
        RecordError: its record is not one, or ``abstract`` is outside the data model.
        InvalidKeyError: the key of a key file is not acceptable.
    """
    kind = document.kind
    if DOCUMENTS.get(kind.name) is not kind:
        types = ", ".join(each.description for each in DOCUMENTS.values())
        raise DocumentError("type", f"{kind.description} is none of these: {types}", clause="DOC-2")
    record: Record | None = None
    findings: tuple[Finding, ...] = ()
    keys: tuple[DocumentKey, ...] = ()
    signatures: tuple[SignatureVerdict, ...] = ()
    if kind is INTEGRITY:
        signatures = _signatures(document, policy, limits)
    elif kind is MANIFEST:
        findings, keys = manifest_findings(document, policy)
    elif kind is PUBLIC_KEY:
        findings, keys = key_file_findings(document, policy)
    else:
        record, findings = _of_record(document, abstract)
    return _document_report(
        kind.name, document.encoding, policy.sha256, record, _number_status(document, record),
        findings, signatures, keys,
    )  # fmt: skip


def _number_status(document: ReadDocument, record: Record | None) -> NumberStatus | None:
    if record is None:
        return None
    if document.kind is GRAPH:
        return "derived"
    return "reproduced" if "pith_number" in document.members() else "computed"


def _of_record(document: ReadDocument, abstract: str | None) -> tuple[Record | None, tuple[Finding, ...]]:
    """The record of a state, record document or graph document, and the findings (DOC-4 to DOC-7)."""
    record = record_of(document)
    if document.kind is STATE:
        return record, (*_state_findings(document, record), *snapshot_findings(document))
    if document.kind is RECORD_DOCUMENT and record is None and document.is_complete():
        raise DocumentError("type", "a record document has a canonical_record", pointer="/canonical_record")
    found = record_findings(document, Paper(record, abstract))
    # A graph document has no record: what follows from its members says nothing about them.
    if document.kind is GRAPH:
        record = derived_record(document, abstract)
    return record, (*found, *snapshot_findings(document))


def _state_findings(document: ReadDocument, record: Record | None) -> Iterator[Finding]:
    """The findings of the members of a state: without its events the rest of it is claimed (DOC-4)."""
    for name in document.members():
        if record is not None and name in ("pith_number", "canonical_sha256"):
            yield finding((name,), "reproduced", "recomputed from the record")
        else:
            yield finding((name,), "claimed")
    if record is not None:
        yield from _aliases(document, record, ("current", "source_aliases"))


def _aliases(document: ReadDocument, record: Record, at: Path) -> Iterator[Finding]:
    """The findings of the aliases of a kind that the record determines (ALIAS-1)."""
    derived = dict(record.aliases)
    # An array that is cut has its complete elements, from the first.
    index = 0
    while members := document.members(*at, index):
        kind = members.get("alias_kind")
        if type(kind) is str and kind in derived and "alias_value" in members:
            agrees = members["alias_value"] == derived[kind]
            yield finding((*at, index), "agrees" if agrees else "differs", "the record determines it")
        index += 1


# -- integrity documents ------------------------------------------------------------------


def _signatures(document: ReadDocument, policy: Policy, limits: Limits) -> tuple[SignatureVerdict, ...]:
    above = () if type(document.value) is list else ("events",)
    events = document.get(*above)
    listed = events if type(events) is list else []
    if len(listed) > limits.events:
        raise DocumentError.over_limit("events", limits.events, len(listed), pointer=pointer_of(above))
    return tuple(
        _signature(event, pointer_of((*above, index)), policy)
        for index, event in enumerate(listed)
        if type(event) is dict
    )


def _signature(event: Object, where: Pointer, policy: Policy) -> SignatureVerdict:
    """The verdict on one element (DOC-8)."""
    key_id, claimed = _string(event.get("signing_key_id")), _string(event.get("payload_sha256"))

    def verdict(status: SignatureStatus, code: str | None, key: PolicyKey | None = None) -> SignatureVerdict:
        return SignatureVerdict(where, status, code, key, key_id, claimed)

    if event.get("signature_b64") is None:
        return verdict("not_signed", None)
    keys = () if key_id is None else policy.keys_with_id(key_id)
    if not keys:
        return verdict("unknown_key", "key_unknown")
    # Under another format this is no signature over the digest, and contradicts nothing.
    is_unknown = any(key.lists_unknown for key in keys)
    candidates = [key for key in keys if key.lists_unknown or INTEGRITY_1.sha256 in key.format_sha256s]
    if not candidates:
        return verdict("unknown_format", None)
    key, code = _signed_by(event, claimed, candidates)
    if key is not None:
        return verdict("unbound", None, key)
    return verdict("unbound" if is_unknown else "invalid", code)


def _signed_by(
    event: Object, claimed: str | None, keys: Sequence[PolicyKey]
) -> tuple[PolicyKey | None, str | None]:
    """The first key that verifies the signature over the digest; or None, and the code of the last check."""
    digest = None if claimed is None else hex_bytes(claimed, 32)
    text = _string(event["signature_b64"])
    signature = None if text is None else base64_bytes(text, SIGNATURE_BYTES)
    if digest is None or signature is None:
        return None, "encoding"
    event_type = _string(event.get("event_type"))
    code = "key_role"
    for key in keys:
        if event_type is None or not key.may_sign(event_type):
            continue
        # A revoked key accepts ids of events, and no event of such a document has one that is bound.
        if key.status == "revoked":
            code = "key_revoked"
            continue
        code = "signature_invalid"
        if key.public_key.verify(digest, signature):
            return key, None
    return None, code


def _string(value: Value) -> str | None:
    return value if type(value) is str else None
