"""The events of a record as rows of its page: what each states, and what it changed (spec PAGE-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from pithbundle.bundle.number import PithNumber
from pithbundle.codes import CODES
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import NumberError
from pithbundle.joined import Listed, Unverified
from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType, MergeRules
from pithbundle.merge.state import State
from pithbundle.merge.timeline import Moment
from pithbundle.mirror.pages.place import Place
from pithbundle.report import Report
from pithbundle.sentences import Tone, relations_of, tone_of
from pithbundle.statuses import WITHOUT_CODE, why_not_applied
from pithbundle.wording import plural

#: The most events that a page lists, the latest first; the bundle has them all.
MOST_EVENTS: Final = 1_000
#: The most entries of one section that a page lists.
MOST_ENTRIES: Final = 200
_DIGITS: Final = 12

#: Members that are long, or shown in another place of the page.
_NOT_LISTED: Final = frozenset(
    {
        "arxiv_id", "canonical_record", "canonical_sha256", "event_id", "event_type", "evidence",
        "evidence_hash", "graph_snapshot", "proof_b64", "receipt",
    }
)  # fmt: skip
#: The sections of a page, in their order, and their headings; others follow under their own names.
_HEADINGS: Final[dict[str, str]] = {
    "citations": "Cited by",
    "integrity_findings": "Integrity findings",
    "replications": "Replications",
    "author_claims": "Author claims",
    "storage_attestations": "Storage attestations",
    "timestamp_anchors": "Timestamp anchors",
}
#: Sections whose events are in the timeline alone.
_IN_TIMELINE: Final = frozenset(
    {"checkpoints", "graph_snapshots", "retractions", "source_aliases", "receipt"}
)


def short(event_id: str) -> str:
    """Return the first digits of an id, by which a row is linked."""
    return event_id.removeprefix("sha256:")[:_DIGITS]


@dataclass(frozen=True, slots=True)
class Row:
    """A valid event. Its texts are hostile."""

    event_id: str
    short: str
    event_type: str
    created_at: str
    signer: str
    key_id: str
    #: Empty for an active key.
    key_status: str
    #: ``verified`` or ``unknown_type``.
    status: str
    change: str
    tone: Tone
    in_conflict: bool
    #: Words, and the short id that they lead to; empty where it is not on the page.
    relations: tuple[tuple[str, str, bool], ...]
    members: tuple[tuple[str, str], ...]
    not_applied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unchecked:
    """An element that could not be checked under the policy: all that it states is a claim."""

    status: str
    meaning: str
    claimed_type: str
    claims: str
    short: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A current entry of a section."""

    short: str
    is_listed: bool
    signer: str
    created_at: str
    members: tuple[tuple[str, str], ...]
    #: A link to the page of a work that has a Pith Number.
    link: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """The current entries of one kind: the latest ones, and how many there are."""

    heading: str
    rows: tuple[EntryRow, ...]
    count: int


def members_of(payload: Object, event_type: EventType | None) -> tuple[tuple[str, str], ...]:
    """Return the members of a payload that merge reads, as text."""
    found = []
    for name in () if event_type is None else event_type.members:
        value = payload.get(name)
        if name in _NOT_LISTED or value is None or type(value) is dict:
            continue
        text = plural(len(value), "id") if type(value) is list else str(value)
        found.append((name, text))
    return tuple(found)


def rows_of(report: Report, moments: Sequence[Moment], conflicts: Set[str]) -> tuple[Row, ...]:
    """Return the latest valid events, the latest one first.

    Args:
        report: on all bundles that are served of the record.
        moments: the timeline of its ledger.
        conflicts: the ids of all events in conflict.
    """
    rules = report.rules
    listed: Mapping[str, Listed] = {one.element.event_id or "": one for one in report.events}
    latest = moments[-MOST_EVENTS:]
    there = {moment.event.event_id for moment in latest}

    def row(moment: Moment) -> Row:
        event = moment.event
        one = listed[event.event_id]
        key_status = event.key.status
        return Row(
            event_id=event.event_id,
            short=short(event.event_id),
            event_type=event.event_type,
            created_at=str(event.created_at),
            signer=event.signer,
            key_id=event.key_id,
            key_status="" if key_status == "active" else key_status,
            status=one.element.verdict.status,
            change=moment.change,
            tone=tone_of(moment.change),
            in_conflict=event.event_id in conflicts,
            relations=tuple(
                (words, "" if other is None else short(other), other in there)
                for words, other in relations_of(moment, conflicts)
            ),
            members=()
            if moment.section is None
            else members_of(event.payload, _type(rules, event.event_type)),
            not_applied=tuple(
                why_not_applied(report, one, reason) for reason in one.not_applied if reason != "retracted"
            ),
        )

    return tuple(row(moment) for moment in reversed(latest))


def _type(rules: MergeRules | None, name: str) -> EventType | None:
    return None if rules is None else rules.event_types.get(name)


def unchecked_of(elements: Sequence[Unverified]) -> tuple[Unchecked, ...]:
    """Return the first elements that could not be checked under the policy (UNV-1)."""
    return tuple(_unchecked(one) for one in elements[:MOST_EVENTS])


def _unchecked(one: Unverified) -> Unchecked:
    element = one.element
    fault = element.verdict.fault
    status = element.verdict.status
    if status in WITHOUT_CODE or fault is None:
        meaning = WITHOUT_CODE[status][1]
    else:
        meaning = CODES[fault.code].meaning
    claim = element.claim
    claims = "" if claim is None else f"{claim.signer_id} {claim.key_id}"
    identity = element.event_id or one.element_sha256
    return Unchecked(status, meaning, element.claimed_type or "", claims, short(identity))


def sections_of(state: State, place: Place, there: Set[str]) -> tuple[Section, ...]:
    """Return the current entries by section, the latest ones first.

    Args:
        state: of the record.
        place: where the page is.
        there: the short ids of the rows of the page.
    """
    sections = state.sections
    names = [name for name in _HEADINGS if name in sections]
    names += [name for name in sections if name not in _HEADINGS and name not in _IN_TIMELINE]
    return tuple(
        Section(
            _HEADINGS.get(name, name),
            tuple(_entry_rows(reversed(sections[name][-MOST_ENTRIES:]), state, place, there)),
            len(sections[name]),
        )
        for name in names
        if sections[name]
    )


def _entry_rows(entries: Iterator[Entry], state: State, place: Place, there: Set[str]) -> Iterator[EntryRow]:
    for entry in entries:
        payload = entry.payload
        identity = short(entry.event_id)
        members = members_of(payload, state.rules.event_types.get(entry.event_type))
        yield EntryRow(
            identity,
            identity in there,
            entry.signer_id,
            str(entry.created_at),
            members,
            _page_of(payload.get("citing_work"), place),
        )


def _page_of(work: Value, place: Place) -> str | None:
    """The page of a work that has a Pith Number: the one link that an event can lead to."""
    if type(work) is not str:
        return None
    try:
        return place.page_of(PithNumber.parse(work).suffix)
    except NumberError:
        return None
