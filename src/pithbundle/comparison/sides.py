"""Comparing bundles, states or reports in terms of events and verdicts, not of text (spec DIFF-1, DIFF-2).

Each side is reduced to what it knows: the verdict of every id, and, where it has one, the
state. Two sides of different forms are compared in what both know.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.document_types import REPORT_TYPE, STATE_TYPE
from pithbundle.comparison.published import Difference, compare_states, state_value
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import PithError
from pithbundle.merge.state import State
from pithbundle.report import Report
from pithbundle.verify.verdicts import UNVERIFIED, VALID


class SideError(PithError):
    """A value that is no side of a diff."""

    CLAUSES: ClassVar[dict[str, str]] = {"type": "DIFF-1"}

    @property
    def hint(self) -> str:
        """What the reader of the error can do."""
        return "pithbundle merge writes a state with -o and a report with --report"


Form: TypeAlias = Literal["bundle", "state", "report"]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of one side on an event; ``verdict`` is None where only a state shows it."""

    event_type: str | None
    verdict: str | None
    code: str | None = None
    #: Whether the side has the id only as the claim of an element that it could not check.
    claimed: bool = False

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a diff knows; a side that names no record is of no other side's record."""

    form: Form
    pith_number: str | None
    events: dict[str, Judged]
    state: Object | None = None
    #: The reason of each entry of the state, by its winners.
    reasons: dict[tuple[str, ...], str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    #: The number of unverified elements, of which only identities are known (UNV-2).
    unverified: int = 0
    #: What the report states of each of them, by its identity (UNV-1); empty for a state.
    identities: dict[str, Object] = field(default_factory=dict)

    def only_here(self, other: Side) -> list[tuple[str, Object]]:
        """The unverified elements that the other side does not have; none if one side is a state."""
        if "state" in (self.form, other.form):
            return []
        return sorted((name, one) for name, one in self.identities.items() if name not in other.identities)


@dataclass(frozen=True, slots=True)
class Change:
    """An event that the two sides judge differently; None where a side does not know it."""

    event_id: str
    left: Judged | None
    right: Judged | None

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Diff:
    """The differences of two sides (DIFF-2); immutable."""

    same_record: bool
    events: tuple[Change, ...]
    state: tuple[Difference, ...]
    #: Winners of both sides with another reason: the reason on the left and on the right.
    decisions: tuple[tuple[tuple[str, ...], str, str], ...]
    labels: tuple[tuple[str, str, str], ...]

    def __repr__(self) -> str:
        counts = f"events={len(self.events)}, state={len(self.state)}, decisions={len(self.decisions)}"
        return f"Diff(equal={self.equal}, same_record={self.same_record}, {counts})"

    @property
    def unverified_differ(self) -> bool:
        """Whether the unverified elements of the sides have other identities (UNV-2)."""
        return any(name == "unverified_sha256" for name, _, _ in self.labels)

    @property
    def equal(self) -> bool:
        """Whether the sides agree on the record, on every event and on every entry of the state."""
        return self._same_entries and not self.events

    @property
    def only_unverified_differ(self) -> bool:
        """Whether unverified elements differ and nothing else does: no side is accused (DIFF-2)."""
        changed = (judged for change in self.events for judged in (change.left, change.right))
        checked = any(judged is not None and judged.verdict not in UNVERIFIED for judged in changed)
        return self._same_entries and not checked and (bool(self.events) or self.unverified_differ)

    @property
    def _same_entries(self) -> bool:
        return self.same_record and all(difference.group == "labels" for difference in self.state)


#: Members that name what a side is made of; a difference of one of them alone is no difference (DIFF-2).
_LABELS: Final = ("policy_sha256", "rules", "events_sha256", "state_sha256", "unverified_sha256")


def diff(left: Report | State, right: Report | State) -> Diff:
    """Compare two reports, two states, or one of each (DIFF-2).

    Raises:
        TypeError: a side is neither a :class:`Report` nor a :class:`State`.
    """
    return diff_sides(_side(left), _side(right))


def _side(given: Report | State) -> Side:
    if isinstance(given, Report):
        return side_of_report(given)
    if isinstance(given, State):
        return side_of_state(given)
    raise TypeError(f"a side must be a Report or a State, not {type(given).__name__}")


def side_of_report(report: Report) -> Side:
    """The side of one or several bundles that were verified."""
    events = {
        str(listed.element.event_id): Judged(
            listed.element.claimed_type, listed.element.verdict.status, listed.element.verdict.code
        )
        for listed in report.events
    }
    for listed in report.without_id:
        element = listed.element
        if element.claimed_id is not None:
            judged = Judged(element.claimed_type, element.verdict.status, element.verdict.code, claimed=True)
            events.setdefault(element.claimed_id, judged)
    value = report.to_value()
    labels = _labels(value)
    number = None if report.record is None else str(report.record.number)
    unverified = _count(value)
    if report.state is None:
        return Side(
            "bundle", number, events, labels=labels, unverified=unverified, identities=_identities(value)
        )
    state = side_of_state(report.state)
    return replace(
        state,
        form="bundle",
        events=events,
        labels=labels,
        unverified=unverified,
        identities=_identities(value),
    )


def _labels(report: Object) -> dict[str, str]:
    """The labels of a report; what is not a string is no label."""
    found = ((name, report.get(name)) for name in _LABELS)
    return {name: value for name, value in found if type(value) is str}


def _count(report: Object) -> int:
    count = report.get("unverified_count")
    return count if type(count) is int else 0


def _identities(report: Object) -> dict[str, Object]:
    """The unverified elements of a report by their identities; what is of another form is none."""
    listed = report.get("unverified")
    found: dict[str, Object] = {}
    for one in listed if type(listed) is list else ():
        name = one.get("element_sha256") if type(one) is dict else None
        if type(one) is dict and type(name) is str:
            found[name] = one
    return found


def side_of_state(state: State) -> Side:
    """The side of a state that was computed here."""
    reasons: dict[tuple[str, ...], str] = {
        decision.winners: decision.reason for decision in state.trace() if decision.winners
    }
    value = state_value(state)
    return Side("state", str(state.record.number), _events_of_state(value), value, reasons)


def side_of_value(value: Value) -> Side:
    """A state.json or a report, recognised by its own type member (DIFF-1).

    Raises:
        SideError: ``type`` for anything else.
    """
    if type(value) is dict and value.get("state_type") == STATE_TYPE:
        return Side("state", _text(value.get("pith_number")), _events_of_state(value), value)
    if type(value) is dict and value.get("report_type") == REPORT_TYPE:
        labels = _labels(value)
        events = _events_of_report(value)
        number = _number_of_report(value)
        return Side("report", number, events, None, {}, labels, _count(value), _identities(value))
    raise SideError("type", "neither a bundle, nor a state.json, nor a report of pithbundle", pointer="")


def diff_sides(left: Side, right: Side) -> Diff:
    """Compare two sides (DIFF-2); what only one form of a side can contain is no difference."""
    # A side that names no record is not known to be of the record of the other.
    same = left.pith_number is not None and left.pith_number == right.pith_number
    both_judge = "state" not in (left.form, right.form)
    changes = []
    for name in sorted({*left.events, *right.events}):
        mine, other = left.events.get(name), right.events.get(name)
        if both_judge or left.form == right.form:
            differs = mine != other
        else:
            # A state shows current events only: one that it lacks may be superseded.
            shown, judged = (mine, other) if left.form == "state" else (other, mine)
            differs = shown is not None and (judged is None or judged.verdict not in VALID)
        if differs:
            changes.append(Change(name, mine, other))
    state: tuple[Difference, ...] = ()
    if left.state is not None and right.state is not None:
        state = tuple(compare_states(left.state, right.state))
    labels = tuple(
        (name, left.labels[name], right.labels[name])
        for name in _LABELS
        if name in left.labels and name in right.labels and left.labels[name] != right.labels[name]
    )
    decisions = tuple(
        (winners, reason, right.reasons[winners])
        for winners, reason in sorted(left.reasons.items())
        if right.reasons.get(winners, reason) != reason
    )
    return Diff(same, tuple(changes), state, decisions, labels)


def _events_of_state(state: Object) -> dict[str, Judged]:
    current, unrecognised = state.get("current"), state.get("unrecognised")
    sections = [*current.values()] if type(current) is dict else []
    found: dict[str, Judged] = {}
    for section in (*sections, unrecognised):
        for entry in section if type(section) is list else ():
            name = entry.get("event_id") if type(entry) is dict else None
            if type(entry) is dict and type(name) is str:
                found[name] = Judged(_text(entry.get("event_type")), None, _text(entry.get("code")))
    return found


def _number_of_report(report: Object) -> str | None:
    """The number of what was merged; of a report on checks alone, that of its first input."""
    inputs = report.get("inputs")
    first = inputs[0] if type(inputs) is list and inputs else None
    claimed = first.get("pith_number") if type(first) is dict else None
    return _text(report.get("pith_number", claimed))


def _events_of_report(report: Object) -> dict[str, Judged]:
    listed = report.get("events")
    found: dict[str, Judged] = {}
    for entry in listed if type(listed) is list else ():
        name = entry.get("event_id") if type(entry) is dict else None
        if type(entry) is dict and type(name) is str:
            found[name] = _judged(entry, claimed=False)
    without_id = report.get("without_id")
    for entry in without_id if type(without_id) is list else ():
        name = entry.get("claimed_event_id") if type(entry) is dict else None
        if type(entry) is dict and type(name) is str:
            found.setdefault(name, _judged(entry, claimed=True))
    return found


def _judged(entry: Object, *, claimed: bool) -> Judged:
    event_type, verdict, code = map(entry.get, ("event_type", "verdict", "code"))
    return Judged(_text(event_type), _text(verdict), _text(code), claimed)


def _text(value: Value) -> str | None:
    return value if type(value) is str else None
