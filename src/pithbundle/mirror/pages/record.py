"""The page of a record: from what is served of it to bytes of HTML (spec PAGE-1 to PAGE-7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from pithbundle.badge import badge_of
from pithbundle.bundle.reader import read_bundle
from pithbundle.bundle.record import Record
from pithbundle.citation import CitationFormat, cite, work_of
from pithbundle.codes import CODES
from pithbundle.digests.lines import leaf_digest
from pithbundle.merge.state import State
from pithbundle.mirror.pages.evidence import record_evidence
from pithbundle.mirror.pages.paper import elements_of, paper_of
from pithbundle.mirror.pages.place import Place
from pithbundle.mirror.pages.rendering import render
from pithbundle.mirror.pages.rows import MOST_ENTRIES, rows_of, sections_of, short, unchecked_of
from pithbundle.mirror.served_folder import BADGE
from pithbundle.outcomes import EXIT_STATUS, MEANING
from pithbundle.paper.latex import preamble
from pithbundle.report import Report
from pithbundle.sentences import NOT_LISTED, conflict_sentence, nothing_missing_sentence
from pithbundle.statuses import WITHOUT_CODE
from pithbundle.wording import plural

#: How an outcome is shown, by its exit status.
_TONES: Final = {0: "good", 1: "bad"}
#: The citations of a page by their names.
_FORMATS: Final[dict[str, CitationFormat]] = {"BibTeX": "bibtex", "CSL-JSON": "csl-json"}


@dataclass(frozen=True, slots=True)
class Download:
    """A document of the record that the page leads to."""

    #: Relative to the base URL of the mirror.
    address: str
    label: str
    bytes: int
    sha256: str


def record_page(
    report: Report, parts: Sequence[bytes], downloads: Sequence[Download], place: Place, policy_sha256: str
) -> bytes:
    """Return the page of a record.

    It follows from the arguments alone, so that it changes only with the record.

    Args:
        report: on all bundles that are served of the record, which were verified.
        parts: these bundles; read for a title and for claims that nothing signs.
        downloads: the documents of the record.
        place: where the page is.
        policy_sha256: of the policy of the mirror, in hex.

    Raises:
        ValueError: the report has no record.
    """
    ledger, state = report.ledger, report.state
    if ledger is None or state is None:
        raise ValueError("the report has no record")
    record = ledger.record
    moments = ledger.timeline()
    rows = rows_of(report, moments, {name for group in state.equivocations for name in group.event_ids})
    there = {row.short for row in rows}
    bundles = [read_bundle(part) for part in parts] if report.unverified else []
    paper = paper_of(record, state, elements_of(bundles))
    values: dict[str, object] = {
        "root": place.root,
        "home": place.home,
        "number": str(record.number),
        "short_number": record.number.short,
        "canonical_sha256": record.hex,
        "paper": paper,
        "evidence": record_evidence(report, bundles),
        **_uses(report, record, paper.title),
        "outcome": report.outcome,
        "outcome_tone": _TONES.get(EXIT_STATUS[report.outcome], "open"),
        "meanings": [MEANING[outcome] for outcome in report.outcomes],
        "status_line": state.status_line(),
        "rows": rows,
        "there": there,
        "event_count": len(moments),
        "unchecked": unchecked_of(report.unverified),
        "unchecked_count": len(report.unverified),
        "conflicts": _conflicts(state),
        "completeness": [*_completeness(report)],
        "retractions": _retractions(state, there),
        "retraction_count": len(state.retractions),
        "sections": sections_of(state, place, there),
        "aliases": _aliases(state),
        "receipts": _receipts(report),
        "events_sha256": state.events_sha256,
        "state_sha256": state.sha256,
        "digest": leaf_digest(record.hex, state.events_sha256, state.sha256, report.unverified_sha256),
        "rules": ledger.rules.name,
        "policy_sha256": policy_sha256,
        "downloads": downloads,
    }
    values["check"] = _check(values, place, downloads)
    return render("record.html", values)


def _check(values: Mapping[str, object], place: Place, downloads: Sequence[Download]) -> dict[str, object]:
    """Return what the reader's browser needs to check the page again (PAGE-9)."""
    names = "canonical_sha256", "events_sha256", "state_sha256", "digest", "policy_sha256", "outcome"
    return {
        "root": place.root,
        "parts": _bundles(downloads),
        "state": next((one.address for one in downloads if one.label == "state.json"), ""),
        "claimed": {"pith_number": values["number"], **{name: values[name] for name in names}},
    }


def _bundles(downloads: Sequence[Download]) -> list[str]:
    """The addresses of all bundles of the record (MIRROR-13)."""
    parts = [one.address for one in downloads if one.label.startswith("parts/")]
    whole = [one.address for one in downloads if one.label in ("bundle.json", "bundle.cbor")]
    return parts or whole[-1:]


def _uses(report: Report, record: Record, title: str | None) -> dict[str, object]:
    """What a reader copies, and the badge (PAGE-14)."""
    suffix = record.number.suffix
    work = None if title is None else work_of(record, title)
    return {
        "badge": Markup(badge_of(report).svg().decode("ascii")),
        "badge_address": f"pith/{suffix}{BADGE}",
        "latex": "\n".join(preamble(suffix)),
        # None without a title that the number covers (CITE-1).
        "citations": []
        if work is None
        else [(name, cite(work, of).decode()) for name, of in _FORMATS.items()],
    }


def _aliases(state: State) -> list[tuple[str, str, bool, str]]:
    return [
        (alias.alias_kind, alias.alias_value, alias.derived, "" if alias.event_id is None else "signed")
        for alias in state.source_aliases
    ]


def _conflicts(state: State) -> list[tuple[str, str, list[str]]]:
    return [
        (conflict_sentence(group, group.signer), group.instant, [*map(short, group.event_ids)])
        for group in state.equivocations[:MOST_ENTRIES]
    ]


def _completeness(report: Report) -> Iterable[tuple[bool, str, list[str]]]:
    """Whether something is missing, a sentence, and ids; as the command line prints it (MERGE-9)."""
    known = False
    for found in report.completeness:
        signer = found.signer
        if found.missing:
            known = True
            missing = plural(len(found.missing), "event")
            listed = [*map(short, found.missing[:MOST_ENTRIES])]
            yield True, f"{missing} that {signer} listed", listed
        elif found.as_of is not None:
            known = True
            yield False, nothing_missing_sentence(found, signer, short(found.as_of[1])), []
    if not known:
        yield False, NOT_LISTED, []


def _retractions(state: State, there: set[str]) -> list[tuple[str, str, bool, str, str, str]]:
    """Effect, the retracted event and whether it is on the page, signer, time, reason; the latest first."""
    return [
        (one.effect, short(one.retracted_id), short(one.retracted_id) in there, one.signer_id,
         str(one.created_at), one.reason or "")
        for one in reversed(state.retractions[-MOST_ENTRIES:])
    ]  # fmt: skip


def _receipts(report: Report) -> list[tuple[str, str, str]]:
    """Status, names of the key, and what the status means if it is not ``verified``."""
    found: list[tuple[str, str, str]] = []
    for _, receipt in report.receipts[:MOST_ENTRIES]:
        status, fault = receipt.verdict.status, receipt.verdict.fault
        meaning = ""
        if status in WITHOUT_CODE:
            meaning = WITHOUT_CODE[status][1]
        elif fault is not None:
            meaning = CODES[fault.code].meaning
        names = f"{receipt.signer or 'no signer'} {receipt.key_id or 'no key'}"
        found.append((status, names, meaning))
    return found
