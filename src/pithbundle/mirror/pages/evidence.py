"""What evidence shows of claims, as cards for pages (spec PAGE-13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pithbundle.bundle.reader import Bundle
from pithbundle.evidence import EventClaim, Finding, Material, check_claims, claims_of
from pithbundle.evidence.evidence_report import CLAIM_TYPES
from pithbundle.evidence.findings import Effect
from pithbundle.evidence.header_words import STRENGTHS
from pithbundle.evidence.metadata_findings import METADATA
from pithbundle.mirror.pages.rows import MOST_ENTRIES, short
from pithbundle.report import Report

#: The kinds that rest on a file of the user alone: without one they say nothing of the claim.
_OF_FILES: Final = frozenset(("capture_content", "author_listing"))
#: How a finding is shown, and what it means for its claim; the gravest first.
EFFECTS: Final[dict[Effect, tuple[str, str]]] = {
    "contradicts": ("bad", "contradicts the claim"),
    "open": ("open", "leaves it open"),
    "supports": ("good", "supports the claim"),
}
#: The same of a proof in a file, which claims nothing.
_OF_PROOFS: Final[dict[Effect, str]] = {
    "contradicts": "does not hold for this digest",
    "open": "leaves it open",
    "supports": "holds for this digest",
}
#: The same of metadata beside the record; it contradicts nothing.
_OF_METADATA: Final = {**_OF_PROOFS, "supports": "agrees with the record"}
_TONES: Final = tuple(tone for tone, _ in EFFECTS.values())
#: By member of what a finding rests on: the strength of a header in words.
_STRENGTHS: Final = {("strength", str(name)): f"{name}, {words}" for name, words in STRENGTHS.items()}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding on a claim. Its texts are hostile."""

    tone: str
    word: str
    kind: str
    sentence: str
    meaning: str
    rests_on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A claim, or a proof in a file, and all that was found of it. Its texts are hostile."""

    #: The gravest of its findings.
    tone: str
    #: The type of the event; ``proof`` of a file.
    heading: str
    #: None without a verified signature.
    signer: str | None
    #: The first digits of the event or the element; empty of a file.
    short: str
    #: The file, and where in it; empty on the page of a record.
    where: str
    findings: tuple[FindingRow, ...]
    does_not_show: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """What a mirror finds of the claims of a record with nothing but its bundles (PAGE-13)."""

    signed: tuple[Card, ...]
    signed_count: int
    unsigned: tuple[Card, ...]
    unsigned_count: int


def cards_of(findings: Iterable[Finding], *, with_places: bool = True) -> tuple[Card, ...]:
    """Return a card for each claim, those with the gravest findings first.

    Args:
        findings: those on one claim follow each other.
        with_places: whether a card says in which file the claim is.
    """
    groups = groupby(findings, key=lambda one: (one.claim, one.file))
    return tuple(
        sorted(
            (_card([*group], with_places) for _, group in groups), key=lambda card: _TONES.index(card.tone)
        )
    )


def _card(findings: Sequence[Finding], with_places: bool) -> Card:
    first = findings[0]
    claim = first.claim
    rows = tuple(_row(one) for one in findings)
    tone = min((row.tone for row in rows), key=_TONES.index)
    missing = tuple(dict.fromkeys(one.does_not_show for one in findings))
    clauses = tuple(dict.fromkeys(one.clause for one in findings))
    if claim is None:
        heading = "metadata of arXiv" if first.kind == METADATA else "proof in a file"
        return Card(tone, heading, None, "", first.file or "", rows, missing, clauses)
    where = f"{claim.location.file} {claim.location.pointer}" if with_places else ""
    identity = short(claim.event_id or claim.element_sha256 or "")
    return Card(tone, claim.event_type, claim.signer, identity, where, rows, missing, clauses)


def _row(one: Finding) -> FindingRow:
    tone, meaning = EFFECTS[one.effect]
    if one.claim is None:
        meaning = (_OF_METADATA if one.kind == METADATA else _OF_PROOFS)[one.effect]
    rests_on = tuple((name, _STRENGTHS.get((name, text), text)) for name, text in one.rests_on)
    kind, word = one.kind.replace("_", " "), one.status.replace("_", " ")
    return FindingRow(tone, word, kind, one.sentence, meaning, rests_on)


def record_evidence(report: Report, bundles: Iterable[Bundle]) -> RecordEvidence:
    """Check the claims of a record with nothing but its bundles (PAGE-13).

    Of each kind the claims that a page lists are checked, the latest entries and the first elements: what a
    signer appends costs a mirror no more than that.

    Args:
        report: on the bundles.
        bundles: the same bundles, for the claims without a verified signature.

    Raises:
        ValueError: the report is of no record.
    """
    record = report.record
    if record is None:
        raise ValueError("every input of the report was rejected")
    claims = [claim for claim in claims_of(report, bundles) if claim.event_type in CLAIM_TYPES]
    signed = [claim for claim in claims if claim.is_verified]
    unsigned = [claim for claim in claims if not claim.is_verified]

    def cards(some: Sequence[EventClaim]) -> tuple[Card, ...]:
        found = check_claims(some, record, Material())
        return cards_of((one for one in found if one.kind not in _OF_FILES), with_places=False)

    return RecordEvidence(
        cards(signed[-MOST_ENTRIES:]), len(signed), cards(unsigned[:MOST_ENTRIES]), len(unsigned)
    )
