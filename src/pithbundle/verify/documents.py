"""Documents of the registry under a policy: the findings and the outcome (spec DOC-3 to DOC-10).

Nothing of such a document enters a state, and no key of one is ever added to a policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.document import DocumentError, Finding, Path, ReadDocument, record_of
from pithbundle.bundle.document_types import (
    GRAPH,
    INTEGRITY,
    MANIFEST,
    PUBLIC_KEY,
    RECORD_DOCUMENT,
    STATE,
)
from pithbundle.bundle.record import Record
from pithbundle.bundle.record_documents import Paper, derived_record, record_findings
from pithbundle.bundle.snapshots import snapshot_findings
from pithbundle.ed25519.strict import SIGNATURE_BYTES
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.spellings import base64_bytes, hex_bytes
from pithbundle.encoding.values import Object, Value
from pithbundle.encoding.values import pointer as pointer_of
from pithbundle.newtypes import Pointer
from pithbundle.verify.key_documents import key_file_findings, manifest_findings
from pithbundle.verify.policy import Policy, PolicyKey

#: The verdict on the signature of one event of an integrity document (DOC-8).
DigestStatus: TypeAlias = Literal["not_signed", "unknown_key", "unbound", "invalid"]

#: What :func:`verify_document` takes.
DOCUMENTS: Final = frozenset({STATE, RECORD_DOCUMENT, GRAPH, INTEGRITY, MANIFEST, PUBLIC_KEY})


@dataclass(frozen=True, slots=True)
class DigestVerdict:
    """The verdict on the signature over one ``payload_sha256``; it never binds a payload (DOC-8)."""

    pointer: Pointer
    status: DigestStatus
    #: Why the signature does not verify, where it was tried: a remark, or the fault if invalid.
    code: str | None
    #: The key of the policy that verifies it.
    key: PolicyKey | None
    key_id: str | None
    payload_sha256: str | None

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What was found in one document under a policy (DOC-3)."""

    document: ReadDocument
    #: The record of the document, or the one that follows from its metadata (DOC-7).
    record: Record | None
    findings: tuple[Finding, ...] = ()
    digests: tuple[DigestVerdict, ...] = ()
    #: The key of the policy that has the bytes of each key of the document, by its pointer.
    keys: tuple[tuple[Pointer, PolicyKey | None], ...] = ()

    def __repr__(self) -> str:
        number = "" if self.record is None else f", {self.record.number}"
        return f"DocumentReport({self.document.kind.name}{number}, findings={len(self.findings)})"

    @property
    def is_derived(self) -> bool:
        """Whether the record is not in the document, and follows from its metadata."""
        return self.record is not None and self.document.kind is GRAPH

    @property
    def outcome(self) -> Literal["invalid", "unverified"]:
        """The outcome: nothing, or not the content, of such a document is signed (DOC-3)."""
        return "invalid" if any(one.status == "invalid" for one in self.digests) else "unverified"


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
        DocumentError: the document is rejected, or is of another kind (``type``).
        RecordError: its record is not one, or ``abstract`` is outside the data model.
        InvalidKeyError: the key of a key file is not acceptable.
    """
    check = _CHECKS.get(document.kind)
    if check is not None:
        return check(document, policy)
    if document.kind is INTEGRITY:
        return DocumentReport(document, None, digests=_digests(document, policy, limits))
    if document.kind not in DOCUMENTS:
        raise DocumentError(
            "type", f"{document.kind.description} is no document of the registry", clause="DOC-2"
        )
    record = record_of(document)
    if document.kind is RECORD_DOCUMENT and record is None and document.is_complete():
        raise DocumentError("type", "a record document has a canonical_record", pointer="/canonical_record")
    if document.kind is GRAPH:
        record = derived_record(document, abstract)
        paper = Paper(None, abstract)
    else:
        paper = Paper(record, abstract)
    found = _state_findings(document, record) if document.kind is STATE else record_findings(document, paper)
    return DocumentReport(document, record, (*found, *snapshot_findings(document)))


def _state_findings(document: ReadDocument, record: Record | None) -> Iterator[Finding]:
    """The findings of the members of a state: without its events the rest of it is claimed (DOC-4)."""
    for name in document.members():
        if record is not None and name in ("pith_number", "canonical_sha256"):
            yield Finding.at((name,), "reproduced", "recomputed from the record")
        else:
            yield Finding.at((name,), "claimed")
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
            yield Finding.at((*at, index), "agrees" if agrees else "differs", "the record determines it")
        index += 1


# -- integrity documents ------------------------------------------------------------------


def _digests(document: ReadDocument, policy: Policy, limits: Limits) -> tuple[DigestVerdict, ...]:
    above = () if type(document.value) is list else ("events",)
    events = document.get(*above)
    listed = events if type(events) is list else []
    if len(listed) > limits.events:
        raise DocumentError.over_limit("events", limits.events, len(listed), pointer=pointer_of(above))
    return tuple(
        _digest(event, pointer_of((*above, index)), policy)
        for index, event in enumerate(listed)
        if type(event) is dict
    )


def _digest(event: Object, where: Pointer, policy: Policy) -> DigestVerdict:
    key_id, claimed = event.get("signing_key_id"), event.get("payload_sha256")
    named = (_text(key_id), _text(claimed))
    if event.get("signature_b64") is None:
        return DigestVerdict(where, "not_signed", None, None, *named)
    keys = policy.keys_with_id(key_id) if type(key_id) is str else ()
    if not keys:
        return DigestVerdict(where, "unknown_key", "key_unknown", None, *named)
    digest = hex_bytes(claimed, 32) if type(claimed) is str else None
    text = event["signature_b64"]
    signature = base64_bytes(text, SIGNATURE_BYTES) if type(text) is str else None
    if digest is None or signature is None:
        return _failed(where, "encoding", keys, named)
    event_type = event.get("event_type")
    code = "key_role"
    for key in keys:
        if type(event_type) is not str or not key.may_sign(event_type):
            continue
        # A revoked key accepts ids of events, and no event of such a document has one that is bound.
        if key.status == "revoked":
            code = "key_revoked"
            continue
        code = "signature_invalid"
        if key.public_key.verify(digest, signature):
            return DigestVerdict(where, "unbound", None, key, *named)
    return _failed(where, code, keys, named)


def _failed(
    where: Pointer, code: str, keys: tuple[PolicyKey, ...], named: tuple[str | None, str | None]
) -> DigestVerdict:
    """The verdict where no key verifies: a remark if the format of a key's events may be another."""
    unknown = any(key.lists_unknown for key in keys)
    return DigestVerdict(where, "unbound" if unknown else "invalid", code, None, *named)


def _text(value: Value) -> str | None:
    return value if type(value) is str else None


# -- keys ---------------------------------------------------------------------------------


def _manifest(document: ReadDocument, policy: Policy) -> DocumentReport:
    found, keys = manifest_findings(document, policy)
    return DocumentReport(document, None, found, keys=keys)


def _key_file(document: ReadDocument, policy: Policy) -> DocumentReport:
    found, keys = key_file_findings(document, policy)
    return DocumentReport(document, None, found, keys=keys)


_CHECKS: Final = {MANIFEST: _manifest, PUBLIC_KEY: _key_file}
