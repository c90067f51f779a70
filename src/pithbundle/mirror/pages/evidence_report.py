"""A report on evidence as one HTML file, which loads nothing and links to nothing (spec PAGE-15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.bundle.reader import Bundle
from pithbundle.evidence import EvidenceOutcome, EvidenceReport, HeaderFile, Material
from pithbundle.evidence.findings import Effect
from pithbundle.evidence.header_words import REASONS, STRENGTHS
from pithbundle.evidence.metadata_findings import METADATA
from pithbundle.evidence.timestamp_claims import KIND
from pithbundle.mirror.pages.evidence import EFFECTS, Card, cards_of
from pithbundle.mirror.pages.paper import elements_of, paper_of
from pithbundle.mirror.pages.rendering import render_alone
from pithbundle.outcomes import MEANING
from pithbundle.report import Report
from pithbundle.wording import plural

#: The most claims under one heading, and the most persons, that a report shows.
MOST_CLAIMS: Final = 1_000
#: By outcome: how the report is shown, its word, and what it means (EVID-19).
_OUTCOMES: Final[dict[EvidenceOutcome, tuple[str, str, str]]] = {
    "contradicted": (
        "bad",
        "contradicted",
        "A claim or proof does not agree with what it was compared with.",
    ),
    "not_checked": ("open", "not checked to its end", "Nothing is contradicted. Something was not checked."),
    "checked": ("good", "checked", "Each claim and each proof agrees with what it was compared with."),
}
#: What the findings of an effect are called where they are counted.
_COUNTED: Final[dict[Effect, str]] = {
    "contradicts": "contradicting",
    "open": "open",
    "supports": "supporting",
}
#: The same where there is nothing to check, which is no praise.
_NO_CLAIM: Final = "open", "nothing to check", "There is no claim that evidence can speak of."


@dataclass(frozen=True, slots=True)
class Group:
    """Claims under one heading: those that are shown, and how many there are."""

    heading: str
    note: str
    cards: tuple[Card, ...]
    count: int


def evidence_page(found: EvidenceReport, report: Report | None, bundles: Sequence[Bundle] = ()) -> bytes:
    """Return the page of a report on evidence.

    Args:
        found: the report on evidence.
        report: on the bundles; None where proofs were checked against a digest alone.
        bundles: the bundles, of which a title is shown if the number covers it.
    """
    is_empty = found.outcome == "checked" and not found.findings
    tone, word, sentence = _NO_CLAIM if is_empty else _OUTCOMES[found.outcome]
    effects = [one.effect for one in found.findings]
    headers, persons = found.material.headers, found.persons
    values: dict[str, object] = {
        "digest": found.digest.hex(),
        "tone": tone,
        "word": word,
        "sentence": sentence,
        "counts": [(of, _COUNTED[effect], effects.count(effect)) for effect, (of, _) in EFFECTS.items()],
        "groups": [*_groups(found)],
        "persons": [
            (one.orcid, one.spellings, len(one.claims), one.unverified) for one in persons[:MOST_CLAIMS]
        ],
        "person_count": len(persons),
        "headers": [_header_row(file) for file in headers.files],
        "missing": [str(block) for block in headers.missing],
        "given": _given(found.material),
        "table": headers.checkpoints_sha256,
        **_of_record(report, bundles),
    }
    return render_alone("evidence.html", "page.css", values)


def _groups(found: EvidenceReport) -> Iterator[Group]:
    groups = (
        ("Claims with a verified signature", "A key of the policy signed each of these.", found.of_entries),
        (
            "Proofs in files",
            "No event contains these proofs: you gave them.",
            [one for one in found.of_files if one.kind == KIND],
        ),
        (
            "Metadata of arXiv",
            "What arXiv publishes of the paper, beside the record. Nobody signs it.",
            [one for one in found.of_files if one.kind == METADATA],
        ),
        (
            "Claims without a verified signature",
            "Nobody is known to have made these claims. What evidence shows of one holds whoever made it.",
            found.of_unverified_elements,
        ),
    )
    for heading, note, findings in groups:
        cards = cards_of(findings)
        if cards:
            yield Group(heading, note, cards[:MOST_CLAIMS], len(cards))


def _of_record(report: Report | None, bundles: Sequence[Bundle]) -> dict[str, object]:
    """What is shown of the record and of its verification; nothing of a digest alone."""
    if report is None or report.ledger is None or report.state is None:
        return {"number": None, "title": None, "meanings": [], "facts": [], "rejected": []}
    record, state = report.ledger.record, report.state
    return {
        "number": str(record.number),
        "title": paper_of(record, state, elements_of(bundles)).title,
        "meanings": [MEANING[outcome] for outcome in report.outcomes],
        "facts": [
            ("events_sha256", state.events_sha256),
            ("state_sha256", state.sha256),
            ("rules", report.ledger.rules.name),
            ("policy", report.inputs[0].policy_sha256),
        ],
        "rejected": [(one.name, str(one.error)) for one in report.rejected],
    }


def _header_row(file: HeaderFile) -> tuple[str, str, str, str, str]:
    """The tone, the name, the heights, in words what is known of them, and what is wrong."""
    count = plural(file.count, "header")
    wrong = "" if file.reason is None else REASONS[file.reason]
    if file.fault is not None:
        wrong = f"{wrong}: {file.fault.message} [{file.fault.code}, {file.fault.clause}]"
    if file.strength is None:
        return "open", file.name, count, "show nothing", wrong
    words = f"{file.strength}: {STRENGTHS[file.strength]}"
    return "good", file.name, f"{count}, blocks {file.first} to {file.last} are known", words, wrong


def _given(material: Material) -> list[tuple[str, str]]:
    """What the user gave, by kind. What there is nothing of is named too: it could check nothing."""
    counts = (
        ("block headers", "file", len(material.headers.files) or None),
        ("proofs in files", "file", len(material.proofs) or None),
        ("contents of captures", "file", len(material.contents) or None),
        # Files without a payload of a claim were given all the same.
        ("captures in WARC files", "payload", None if material.payloads is None else len(material.payloads)),
        ("saved records of ORCID", "file", len(material.persons) or None),
        ("metadata of arXiv", "file", len(material.metadata) or None),
    )
    return [(name, "none" if count is None else plural(count, noun)) for name, noun, count in counts]
