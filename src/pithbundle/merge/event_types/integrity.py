"""pith.integrity.v1: a detector found something about the paper (spec KIND-11).

Two emissions with one evidence_hash are one finding, so detector and hash are the slot.
"""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object
from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import an_object, grammar, moment, one_of, prose, sha256_hex, whole

_NAME = grammar(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
_TEXT = prose(65_536)


@dataclass(frozen=True, slots=True, repr=False)
class IntegrityFinding(Entry):
    """A current finding of a detector."""

    detector: str
    detector_version: str
    finding_type: str
    verdict_class: str
    severity: str
    arxiv_id: str
    evidence_hash: str
    audited_at: str
    paper_version: int | None
    snippet: str | None
    note: str | None
    ref_index: int | None
    detected_doi: str | None
    detected_arxiv_id: str | None
    external_url: str | None
    resolved_title: str | None
    detector_url: str | None

    @property
    def evidence(self) -> Object:
        """The evidence as signed, decoded each time."""
        evidence = self.payload["evidence"]
        return evidence if type(evidence) is dict else {}


def _is_of_this_paper(payload: Object, record: Record) -> str | None:
    return None if payload["arxiv_id"] == record.source_id else "subject"


EVENT_TYPE = EventType(
    event_type="pith.integrity.v1",
    target="record",
    section="integrity_findings",
    select="latest",
    members={
        "event_type": one_of("pith.integrity.v1"),
        "detector": _NAME,
        "detector_version": grammar(r"[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}"),
        "finding_type": _NAME,
        "verdict_class": one_of("incontrovertible", "cross_source", "threshold_with_margin", "rescinded"),
        "severity": one_of("critical", "advisory", "informational"),
        "arxiv_id": grammar(r"[!-~]{1,64}"),
        "evidence_hash": sha256_hex,
        "evidence": an_object,
        "audited_at": moment,
        "paper_version": whole(1),
        "snippet": _TEXT,
        "note": _TEXT,
        "ref_index": whole(0),
        "detected_doi": _TEXT,
        "detected_arxiv_id": _TEXT,
        "external_url": _TEXT,
        "resolved_title": _TEXT,
        "detector_url": _TEXT,
    },
    entry=IntegrityFinding,
    optional=frozenset(
        {
            "paper_version", "snippet", "note", "ref_index", "detected_doi",
            "detected_arxiv_id", "external_url", "resolved_title", "detector_url",
        }
    ),
    slot=("detector", "evidence_hash"),
    deciding=("finding_type", "verdict_class", "severity"),
    match=_is_of_this_paper,
)  # fmt: skip
