"""The report: the verdict on every element of the inputs of one record (spec REPORT-1, REPORT-2).

A report is for people and programs. It is never part of a state, so it may name files,
locations and everything else that differs between readers. Text and JSON are made of the
same members: a renderer decides nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object, require_type
from pithbundle.errors import PithError
from pithbundle.joined import (
    Input,
    Joined,
    Listed,
    Location,
    Unverified,
    join,
    join_receipts,
    join_unverified,
    merge_by_record,
    unverified_sha256,
)
from pithbundle.merge.completeness import Completeness
from pithbundle.merge.lazy import lazy
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.state import State
from pithbundle.newtypes import DigestHex
from pithbundle.outcomes import EXIT_STATUS, Outcome, raise_for, together
from pithbundle.report_json import report_value
from pithbundle.verify.verdicts import UNVERIFIED, ReceiptVerdict, Verdict, maker

#: The codes of warnings (REPORT-4).
WarningCode: TypeAlias = Literal["warn_future", "warn_stale", "warn_unsigned"]


@dataclass(frozen=True, slots=True)
class Rejection:
    """One named input that was rejected as a whole; immutable.

    ``error`` is a copy of the error without its traceback, which would refer to the whole input.
    ``advice`` is what to do, if more is known than of the code.

    Raises:
        TypeError: ``name`` is not a str, or ``error`` is not a :class:`PithError`.
    """

    name: str
    error: PithError
    advice: str = ""

    __repr__ = brief

    def __post_init__(self) -> None:
        require_type("name", self.name, str)
        require_type("error", self.error, PithError)
        # A frozen dataclass sets its own fields this way only.
        object.__setattr__(self, "error", self.error.detached())

    @property
    def hint(self) -> str:
        """What the reader of the rejection can do."""
        return self.advice or self.error.hint


@dataclass(frozen=True, slots=True)
class Clock:
    """What the caller's clock shows, as instants (TIME-2): the library has none (REPORT-4).

    An event after ``future_after`` is from the future; a set whose newest event is before
    ``stale_before`` is stale.
    """

    future_after: str
    stale_before: str | None = None


@dataclass(frozen=True, slots=True)
class ReportWarning:
    """What a reader should know and no verdict reports (REPORT-4); it changes no outcome."""

    code: WarningCode
    event_id: str | None
    detail: str

    __repr__ = brief


@dataclass(frozen=True, repr=False, init=False)
class Report:
    """The report on the inputs of one record; immutable.

    ``ledger`` has the valid events of all inputs, None where there is no input. ``rejected`` are
    the inputs that were rejected as a whole: they may have been of any record. ``clock`` is
    needed for warnings alone.
    """

    inputs: tuple[Input, ...]
    ledger: Ledger | None = None
    rejected: tuple[Rejection, ...] = ()
    clock: Clock | None = None

    def __init__(self, *_: object, **__: object) -> None:
        """Raise: the ledger of a report follows from its inputs, so a verifier makes both.

        Raises:
            TypeError: always.
        """
        raise TypeError("a report is made by Verifier.verify_each, verify_together or VerifiedBundle.report")

    @classmethod
    def _of(
        cls,
        inputs: Iterable[Input],
        ledger: Ledger | None = None,
        rejected: Iterable[Rejection] = (),
        clock: Clock | None = None,
    ) -> Report:
        """Internal: the report of checked inputs of one record; ``ledger`` is the union of theirs.

        Raises:
            ValueError: the ledger is not that of the inputs.
        """
        inputs = tuple(inputs)
        _require_ledger_of(inputs, ledger)
        made = object.__new__(cls)
        made.__dict__.update(inputs=inputs, ledger=ledger, rejected=tuple(rejected), clock=clock)
        return made

    def __repr__(self) -> str:
        number = self.record and self.record.number
        return f"Report({number}, {self.outcome}, inputs={len(self.inputs)}, events={len(self.events)})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The views follow from the members; they are computed again when they are read.
        return _report, (self.inputs, self.ledger, self.rejected, self.clock)

    @property
    def record(self) -> Record | None:
        """The record of the inputs, None where every input was rejected."""
        return self.inputs[0].record if self.inputs else None

    @property
    def rules(self) -> MergeRules | None:
        """The merge rules, None where every input was rejected."""
        return None if self.ledger is None else self.ledger.rules

    @property
    def state(self) -> State | None:
        """The current state of the valid events of all inputs, None where every input was rejected."""
        return None if self.ledger is None else self.ledger.snapshot()

    @lazy
    def _joined(self) -> tuple[dict[str, Joined], tuple[Listed, ...]]:
        return join(self.inputs)

    @lazy
    def events(self) -> tuple[Listed, ...]:
        """Every id, in order of first appearance, by the deciding element (CHECK-11)."""
        not_applied = _not_applied(self.ledger)
        return tuple(
            Listed(
                one.element, one.location, tuple(one.locations), tuple(sorted(one.unsigned)),
                not_applied.get(one.element.event_id or "", ()) if one.element.event else (),
            )
            for one in self._joined[0].values()
        )  # fmt: skip

    @property
    def without_id(self) -> tuple[Listed, ...]:
        """The elements without an id, whatever their verdict; malformed ones are among them."""
        return self._joined[1]

    @lazy
    def unverified(self) -> tuple[Unverified, ...]:
        """The elements that could not be checked under the policy, each identity once (UNV-2)."""
        return join_unverified(self.inputs)

    @lazy
    def unverified_sha256(self) -> DigestHex:
        """The digest of the identities of the unverified elements, in hex (UNV-2)."""
        return unverified_sha256(one.element_sha256 for one in self.unverified)

    @lazy
    def receipts(self) -> tuple[tuple[Location, ReceiptVerdict], ...]:
        """The receipts, each once for each event that contains it (RCPT-4)."""
        return tuple(join_receipts(self.inputs))

    @property
    def completeness(self) -> tuple[Completeness, ...]:
        """For each signer the missing ids, and as of which checkpoint nothing is missing (MERGE-9)."""
        return () if self.ledger is None else self.ledger.completeness()

    @property
    def verdicts(self) -> Iterator[Verdict]:
        """Every verdict that counts for the outcome."""
        yield from (listed.element.verdict for listed in self.events)
        yield from (listed.element.verdict for listed in self.without_id)
        yield from (receipt.verdict for _, receipt in self.receipts)

    @property
    def signature_verifies(self) -> bool:
        """Whether any signature, of an event or of a receipt, verifies under the policy."""
        return any(verdict.valid for verdict in self.verdicts)

    @property
    def has_unverified_elements(self) -> bool:
        """Whether an element could not be checked under the policy: it may be valid under another."""
        return any(one.element.verdict.status in UNVERIFIED for one in (*self.events, *self.without_id))

    @lazy
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome that holds, in the order of REPORT-2; at least one."""
        statuses = {verdict.status for verdict in self.verdicts}
        holds: dict[Outcome, bool] = {
            "rejected": bool(self.rejected),
            "invalid": "invalid" in statuses,
            "conflict": self.state is not None and bool(self.state.equivocations),
            "incomplete": any(missing for _, missing, _ in self.completeness),
            "unverified": bool(statuses & UNVERIFIED) or (bool(self.inputs) and not self.signature_verifies),
        }
        return together(outcome for outcome, agrees in holds.items() if agrees)

    @property
    def outcome(self) -> Outcome:
        """The first outcome that holds (REPORT-2)."""
        return self.outcomes[0]

    @property
    def exit_status(self) -> int:
        """The exit status of the outcome (REPORT-2)."""
        return EXIT_STATUS[self.outcome]

    def raise_for_outcome(self) -> None:
        """Return if the outcome is ``valid``.

        Raises:
            OutcomeError: it is another.
        """
        raise_for(self.outcomes)

    @property
    def warnings(self) -> Iterator[ReportWarning]:
        """Members that nothing signs; and by the caller's clock, what is from the future or stale."""
        for listed in self.events:
            if listed.unsigned:
                yield ReportWarning("warn_unsigned", listed.element.event_id, ", ".join(listed.unsigned))
        if self.clock is None:
            return
        dated = [listed.element.event for listed in self.events if listed.element.event is not None]
        for event in dated:
            if event.instant > self.clock.future_after:
                yield ReportWarning("warn_future", event.event_id, str(event.created_at))
        newest = max(dated, key=lambda event: event.order, default=None)
        if newest is not None and newest.instant < (self.clock.stale_before or ""):
            yield ReportWarning("warn_stale", newest.event_id, str(newest.created_at))

    def to_value(self) -> Object:
        """The report as one JSON object (REPORT-1); a new one each time."""
        return report_value(self)


@dataclass(frozen=True, slots=True, init=False)
class FileReport:
    """The report on one named input, or its rejection; one of the two is None."""

    name: str
    report: Report | None
    rejection: Rejection | None

    __repr__ = brief

    def __init__(self, *_: object, **__: object) -> None:
        """Raise: a file has either a report or a rejection, and a verifier makes both.

        Raises:
            TypeError: always.
        """
        raise TypeError("a report on a file is made by Verifier.verify_each")

    @classmethod
    def _of(cls, name: str, found: Report | Rejection) -> FileReport:
        """Internal: the report on a named input, or its rejection."""
        rejected = isinstance(found, Rejection)
        return _file_report(name, None if rejected else found, found if rejected else None)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome that holds (REPORT-2)."""
        return ("rejected",) if self.report is None else self.report.outcomes

    @property
    def outcome(self) -> Outcome:
        """The first outcome that holds (REPORT-2)."""
        return self.outcomes[0]

    @property
    def exit_status(self) -> int:
        """The exit status of the outcome (REPORT-2)."""
        return EXIT_STATUS[self.outcome]

    def raise_for_outcome(self) -> None:
        """Return if the outcome is ``valid``.

        Raises:
            PithError: the input was rejected; the error is that of the rejection.
            OutcomeError: the outcome is another.
        """
        if self.rejection is not None:
            raise self.rejection.error.detached()
        raise_for(self.outcomes)


_file_report: Final = maker(FileReport)


def reports_of(
    inputs: Iterable[tuple[Input, Ledger]],
    rejected: Iterable[Rejection] = (),
    clock: Clock | None = None,
) -> list[Report]:
    """One report for each record, in order of first appearance; each has every rejected input.

    Inputs of records with one number and two hashes are rejected here, all of them (MERGE-2).
    Where nothing is left but rejected inputs there is one report of no record.
    """
    merged, colliding = merge_by_record(inputs)
    # One tuple for all reports: there may be as many rejected inputs as records.
    all_rejected = (*rejected, *(Rejection(given.name, error) for given, error in colliding))
    if not merged:
        return [Report._of((), None, all_rejected, clock)] if all_rejected else []
    return [Report._of(group, ledger, all_rejected, clock) for group, ledger in merged]


def one_record(reports: Sequence[Report]) -> Report:
    """The only report of inputs that must be of one record; ``reports`` has at least one.

    Raises:
        MergeError: the second report is of another record than the first.
    """
    ledgers = [report.ledger for report in reports if report.ledger is not None]
    for one, other in itertools.pairwise(ledgers):
        _ = one | other
    return reports[0]


def _report(
    inputs: tuple[Input, ...], ledger: Ledger | None, rejected: tuple[Rejection, ...], clock: Clock | None
) -> Report:
    return Report._of(inputs, ledger, rejected, clock)


def _require_ledger_of(inputs: tuple[Input, ...], ledger: Ledger | None) -> None:
    """Check that a ledger is of the record and policy of the inputs, and has their valid events alone.

    Raises:
        ValueError: it is not, or it is absent, or there is one without inputs.
    """
    valid = {one.event.event_id for given in inputs for one in given.events if one.event is not None}
    if ledger is None:
        agrees = not inputs
    else:
        parts = {(given.record.sha256, given.policy_sha256) for given in inputs}
        agrees = parts == {(ledger.record.sha256, ledger.policy_sha256)}
        agrees = agrees and len(ledger) == len(valid) and all(event_id in ledger for event_id in valid)
    if not agrees:
        raise ValueError("the ledger of a report must be that of its inputs")


def _not_applied(ledger: Ledger | None) -> dict[str, tuple[str, ...]]:
    """For each valid event with no part in the state, why (MERGE-6, MERGE-7)."""
    if ledger is None:
        return {}
    # An event type outside the rule set has a verdict of its own: unknown_type.
    found: dict[str, tuple[str, ...]]
    found = {
        one.event_id: (one.code,) for one in ledger.snapshot().unrecognised if one.code != "unknown_type"
    }
    for name in ledger.retracted:
        found[name] = (*found.get(name, ()), "retracted")
    return found
