"""Comparing bundles, states or reports in terms of events and verdicts, not of text (spec DIFF-1, DIFF-2).

Each side is reduced to what it knows: the verdict of every id, and, where it has one, the
state. Two sides of different forms are compared in what both know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, TypeAlias

from pithbundle.bundle.document_types import REPORT_TYPE, STATE_TYPE
from pithbundle.comparison.published import Difference, compare_states
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import PithError
from pithbundle.merge.merged import Merged
from pithbundle.report import Report


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
    """What one side says of an event; ``verdict`` is None where only a state shows it."""

    event_type: str | None
    verdict: str | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a diff knows; a side that names no record is of no other side's record."""

    form: Form
    pith_number: str | None
    events: dict[str, Judged]
    state: Object | None = None
    #: The deciding word of each entry of the state, by its winners.
    words: dict[tuple[str, ...], str] = field(default_factory=dict)
    labels: Object = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """An event that the two sides judge differently; None where a side does not know it."""

    event_id: str
    left: Judged | None
    right: Judged | None


@dataclass(frozen=True, slots=True)
class Diff:
    """What two sides say differently (DIFF-2)."""

    same_record: bool
    events: tuple[Change, ...]
    state: tuple[Difference, ...]
    #: Winners that stand on both sides for another reason: the word on the left and on the right.
    decisions: tuple[tuple[tuple[str, ...], str, str], ...]
    labels: tuple[tuple[str, Value, Value], ...]

    @property
    def equal(self) -> bool:
        """Whether the sides agree on the record, on every event and on every entry of the state."""
        return self.same_record and not self.events and all(d.group == "labels" for d in self.state)


_LABELS: Final = ("policy_sha256", "rules", "events_sha256", "state_sha256")


def side_of_bundle(report: Report, merged: Merged) -> Side:
    """A bundle, or several, checked and merged."""
    events = {
        str(listed.copy.event_id): Judged(
            listed.copy.claimed_type, listed.copy.verdict.status, listed.copy.verdict.code
        )
        for listed in report.events
    }
    words: dict[tuple[str, ...], str] = {
        decision.winners: decision.reason for decision in merged.view.trace() if decision.winners
    }
    value = report.to_value()
    labels: Object = {name: value[name] for name in _LABELS if name in value}
    return Side("bundle", str(merged.ledger.record.number), events, merged.state, words, labels)


def side_of_value(value: Value) -> Side:
    """A state.json or a report, recognised by its own type member (DIFF-1).

    Raises:
        SideError: ``type`` for anything else.
    """
    if type(value) is dict and value.get("state_type") == STATE_TYPE:
        return Side("state", _text(value.get("pith_number")), _events_of_state(value), value)
    if type(value) is dict and value.get("report_type") == REPORT_TYPE:
        labels: Object = {name: value[name] for name in _LABELS if name in value}
        return Side("report", _number_of_report(value), _events_of_report(value), None, {}, labels)
    raise SideError("type", "neither a bundle, nor a state.json, nor a report of pithbundle", pointer="")


def diff(left: Side, right: Side) -> Diff:
    """Compare two sides (DIFF-2). Events stand by id; what only one form can know is not a difference."""
    same = left.pith_number == right.pith_number
    both_judge = "state" not in (left.form, right.form)
    changes = []
    for name in sorted({*left.events, *right.events}):
        mine, other = left.events.get(name), right.events.get(name)
        if both_judge or left.form == right.form:
            differs = mine != other
        else:
            # A state shows standing events only: one that it lacks may have lost its slot.
            shown, judged = (mine, other) if left.form == "state" else (other, mine)
            differs = shown is not None and (judged is None or judged.verdict not in _SHOWABLE)
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
        (wins, word, right.words[wins])
        for wins, word in sorted(left.words.items())
        if right.words.get(wins, word) != word
    )
    return Diff(same, tuple(changes), state, decisions, labels)


_SHOWABLE: Final = frozenset({"verified", "unknown_type"})


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
    stated = first.get("pith_number") if type(first) is dict else None
    return _text(report.get("pith_number", stated))


def _events_of_report(report: Object) -> dict[str, Judged]:
    listed = report.get("events")
    found: dict[str, Judged] = {}
    for entry in listed if type(listed) is list else ():
        name = entry.get("event_id") if type(entry) is dict else None
        if type(entry) is dict and type(name) is str:
            found[name] = Judged(
                _text(entry.get("event_type")), _text(entry.get("verdict")), _text(entry.get("code"))
            )
    return found


def _text(value: Value) -> str | None:
    return value if type(value) is str else None
