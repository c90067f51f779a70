"""What the bundles of one record claim: citations, replications, findings (spec GRAPH-2, GRAPH-4, GRAPH-5).

Claims of valid events are read from the merged state and from what was retracted of it. Claims of unverified
elements are read from the elements, by the same schema, and stay apart from them everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.reader import Bundle
from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object, Value
from pithbundle.graph.works import Work, work_of
from pithbundle.merge.event_types.citation import EVENT_TYPE as CITATION
from pithbundle.merge.event_types.integrity import EVENT_TYPE as INTEGRITY
from pithbundle.merge.event_types.replication import EVENT_TYPE as REPLICATION
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.state import State
from pithbundle.outcomes import Outcome
from pithbundle.report import Report

#: The event types of which the graph is made.
_READ: Final = {each.event_type: each for each in (CITATION, REPLICATION, INTEGRITY)}
#: What a claim is: of a work that cites, or of a claimant.
ClaimKind: TypeAlias = Literal["citation", "replication"]


class Claim(NamedTuple):
    """What one signer claims of a record; equal ones are identical claims (GRAPH-4).

    ``signer`` is empty where an unverified element names none. Members that a kind does not have are empty.
    """

    #: The suffix of the record.
    record: str
    kind: ClaimKind
    #: The id of the node that cites the record, or claims something of it.
    source: str
    #: The relationship of a citation, the outcome of a replication.
    relationship: str
    signer: str
    replication_kind: str = ""
    moderation: str = ""
    claim: str = ""
    url: str = ""


class Occurrence(NamedTuple):
    """One event or unverified element with a claim: its id or identity, and how it spells the source."""

    id: str
    spelling: str
    retracted: bool


class Finding(NamedTuple):
    """What a detector reports of a record, by its signer."""

    #: The number of the record; a node may have several, of one version each.
    record: str
    version: int
    detector: str
    finding_type: str
    verdict_class: str
    severity: str
    signer: str
    id: str
    retracted: bool


#: What one event or element came to.
Read: TypeAlias = tuple[Claim, Occurrence] | Finding


@dataclass(frozen=True, slots=True)
class RecordNode:
    """A record that was read: its names and the outcome of its report."""

    number: str
    suffix: str
    canonical_sha256: str
    version: int
    outcome: Outcome
    #: The work that it is a version of.
    work: Work


@dataclass(frozen=True, slots=True)
class RecordClaims:
    """The claims of all bundles of one record."""

    record: RecordNode
    #: Of valid events; then of unverified elements, whose signers are claimed too.
    verified: tuple[Read, ...]
    unverified: tuple[Read, ...]
    #: Unverified elements that may be claims and are not read: they name no type, or do not conform.
    unread: int

    __repr__ = brief


def claims_of(report: Report, bundles: Sequence[Bundle]) -> RecordClaims:
    """Read the claims of the bundles of one record.

    Args:
        report: on all bundles of the record, none of which was rejected.
        bundles: as they were read, in the order of the report.

    Raises:
        ValueError: the report has no record, or is on other bundles.
    """
    record, ledger, state = report.record, report.ledger, report.state
    same = [each.record for each in bundles] == [each.record for each in report.inputs]
    if record is None or ledger is None or state is None or not same:
        raise ValueError("the bundles are not those of the report")
    unverified, unread = _unverified(report, record, bundles)
    return RecordClaims(
        record_node(record, report.outcome), tuple(_verified(ledger, state, record)), unverified, unread
    )


def record_node(record: Record, outcome: Outcome) -> RecordNode:
    """The record as a node; a record with an arXiv id is a version of that paper (GRAPH-3)."""
    suffix = record.number.suffix
    work = Work("pith", suffix) if record.arxiv_id is None else work_of(f"arxiv:{record.arxiv_id}")
    return RecordNode(str(record.number), suffix, record.hex, record.version, outcome, work)


def _verified(ledger: Ledger, state: State, record: Record) -> Iterator[Read]:
    for entry in (*state.citations, *state.replications, *state.integrity_findings):
        yield _read(entry.event_type, entry.payload, record, entry.signer_id, entry.event_id, False)
    for name in ledger.retracted:
        event = ledger[name]
        event_type = _READ.get(event.event_type)
        if event_type is not None and event_type.schema_error(event.target, event.payload, record) is None:
            yield _read(event.event_type, event.payload, record, event.signer, name, True)


def _unverified(report: Report, record: Record, bundles: Sequence[Bundle]) -> tuple[tuple[Read, ...], int]:
    """The claims of unverified elements, and how many elements may be claims and are not read."""
    found: list[Read] = []
    unread = 0
    for one in report.unverified:
        name = one.element.claimed_type
        event_type = None if name is None else _READ.get(name)
        if event_type is None:
            # What names another type is none of these claims; what names none may be one.
            unread += name is None
            continue
        at = one.locations[0]
        element = bundles[at.input].events[at.index]
        payload = _payload(element, event_type, record) if type(element) is dict else None
        if payload is None:
            unread += 1
            continue
        key = one.element.key
        signer = _named_signer(element) if key is None else key.signer_id
        found.append(_read(event_type.event_type, payload, record, signer, one.element_sha256, False))
    return tuple(found), unread


def _payload(element: Object, event_type: EventType, record: Record) -> Object | None:
    """What conforms to the event type: the member ``payload`` of an element, or all of a flat one."""
    candidates: tuple[Value, ...] = (element.get("payload"), element)
    for each in candidates:
        if type(each) is dict and event_type.schema_error(event_type.target, each, record) is None:
            return each
    return None


def _named_signer(element: object) -> str:
    """The signer that an element names where an event of ours has it; nobody vouches for it."""
    signer = element.get("signer") if type(element) is dict else None
    name = signer.get("signer_id") if type(signer) is dict else None
    return name if type(name) is str else ""


def _read(name: str, payload: Object, record: Record, signer: str, identity: str, retracted: bool) -> Read:
    """The claim of a payload that conforms to its event type."""
    suffix = record.number.suffix

    def text(member: str) -> str:
        value = payload.get(member)
        return "" if value is None else str(value)

    if name == INTEGRITY.event_type:
        return Finding(
            str(record.number), record.version, text("detector"), text("finding_type"),
            text("verdict_class"), text("severity"), signer, identity, retracted,
        )  # fmt: skip
    if name == CITATION.event_type:
        spelling = text("citing_work")
        source = work_of(spelling).id
        return Claim(suffix, "citation", source, text("relationship"), signer), Occurrence(
            identity, spelling, retracted
        )
    spelling = text("claimant")
    claim = Claim(
        suffix, "replication", f"claimant:{spelling}", text("outcome"), signer, text("kind"),
        text("moderation"), text("claim"), text("url"),
    )  # fmt: skip
    return claim, Occurrence(identity, spelling, retracted)
