"""The report: what was checked and what came of it (spec REPORT-1, REPORT-2).

A report is for people and programs; it is never part of a state, so it may name files,
locations and everything else that differs from one reader to the next. Text and JSON are
made of the same members: whoever prints a report decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.bundle.document_types import REPORT_TYPE
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import PithError
from pithbundle.merge.merged import Merged
from pithbundle.verify.verdicts import CheckedBundle, CheckedEvent, Identity, ReceiptVerdict, Verdict

WarningCode: TypeAlias = Literal["warn_future", "warn_stale", "warn_unsigned"]

#: What a run came to (REPORT-2).
Outcome: TypeAlias = Literal["rejected", "invalid", "conflict", "incomplete", "unverified", "valid"]

#: Every outcome with its exit status, in the order in which the first that holds is chosen.
EXIT_STATUS: Final[dict[Outcome, int]] = {
    "rejected": 1,
    "invalid": 1,
    "conflict": 1,
    "incomplete": 3,
    "unverified": 3,
    "valid": 0,
}

REPORT_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is: the input by its position and name, the element, the pointer in the input.

    ``input`` is the position in :attr:`Report.inputs`, since two inputs may have one name.
    ``index`` is that of the element of ``events``.
    """

    input: int
    file: str
    index: int
    pointer: str

    def to_value(self) -> Object:
        """The location as JSON."""
        return {
            "input": self.input,
            "file": portable(self.file),
            "index": self.index,
            "pointer": self.pointer,
        }


@dataclass(frozen=True, slots=True)
class Input:
    """One named input that was read and checked."""

    name: str
    checked: CheckedBundle


@dataclass(frozen=True, slots=True)
class Rejection:
    """One named input that was refused whole; ``advice`` is what to do, if more is known than of the code."""

    name: str
    error: PithError
    advice: str = ""

    @property
    def hint(self) -> str:
        """What the reader of the refusal can do."""
        return self.advice or self.error.hint


@dataclass(frozen=True, slots=True)
class Listed:
    """One id over all inputs: the element that decides, where all elements of the id are.

    ``unsigned`` names what any of them carries unsigned. ``not_applied`` says why a valid
    event has no part in the state: ``retracted``, or the code of what does not conform.
    """

    copy: CheckedEvent
    location: Location
    locations: tuple[Location, ...]
    unsigned: tuple[str, ...] = ()
    not_applied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """What the caller's clock says, as instants (TIME-2): the library has none (REPORT-4).

    An event after ``future_after`` is from the future; a set whose newest event is before
    ``stale_before`` is stale.
    """

    future_after: str
    stale_before: str | None = None


@dataclass(frozen=True, slots=True)
class Warning:
    """What a reader should know and no verdict says (REPORT-4); it changes no outcome."""

    code: WarningCode
    event_id: str | None
    detail: str


class Report:
    """The report on the inputs of one record, and on those refused beside them."""

    def __init__(
        self,
        inputs: Sequence[Input],
        merged: Merged | None = None,
        refused: Sequence[Rejection] = (),
        clock: Clock | None = None,
    ) -> None:
        self.inputs = tuple(inputs)
        self.merged = merged
        self.refused = tuple(refused)
        self.clock = clock
        #: Every id, in order of first appearance, by the element that decides: a valid one, else an
        #: unbound one, else the one that got furthest (CHECK-11).
        self.events: tuple[Listed, ...]
        #: The elements without an id, whatever their verdict: malformed ones among them.
        self.without_id: tuple[Listed, ...]
        joined, self.without_id = _join(self.inputs)
        not_applied = _not_applied(merged)
        self.events = tuple(
            Listed(
                one.element, one.location, tuple(one.locations), tuple(sorted(one.unsigned)),
                not_applied.get(one.element.id or "", ()) if one.element.event else (),
            )
            for one in joined.values()
        )  # fmt: skip
        #: The receipts, each once for each event that carries it.
        self.receipts = tuple(_receipts(self.inputs))
        #: For each signer the missing ids, and as of what nothing is missing (MERGE-9).
        self.completeness = () if merged is None else merged.ledger.completeness()
        #: Every outcome that holds, in the order of :data:`EXIT_STATUS`; at least one (REPORT-2).
        self.outcomes = self._outcomes()

    @property
    def verdicts(self) -> Iterator[Verdict]:
        """Every verdict that counts for the outcome."""
        yield from (listed.copy.verdict for listed in self.events)
        yield from (listed.copy.verdict for listed in self.without_id)
        yield from (receipt.verdict for _, receipt in self.receipts)

    @property
    def signature_verifies(self) -> bool:
        """Whether any signature, of an event or of a receipt, verifies under the policy."""
        return any(verdict.valid for verdict in self.verdicts)

    def _outcomes(self) -> tuple[Outcome, ...]:
        words = {verdict.status for verdict in self.verdicts}
        holds: dict[Outcome, bool] = {
            "rejected": bool(self.refused),
            "invalid": "invalid" in words,
            "conflict": self.merged is not None and bool(self.merged.view.equivocations),
            "incomplete": any(missing for _, missing, _ in self.completeness),
            "unverified": bool(words & _UNVERIFIED) or (bool(self.inputs) and not self.signature_verifies),
        }
        return together(outcome for outcome, held in holds.items() if held)

    @property
    def outcome(self) -> Outcome:
        """The first outcome that holds (REPORT-2)."""
        return self.outcomes[0]

    @property
    def exit_status(self) -> int:
        """The exit status of the outcome (REPORT-2)."""
        return EXIT_STATUS[self.outcome]

    @property
    def warnings(self) -> Iterator[Warning]:
        """Members that nothing signs; and by the caller's clock, what is from the future or stale."""
        for listed in self.events:
            if listed.unsigned:
                yield Warning("warn_unsigned", listed.copy.event_id, ", ".join(listed.unsigned))
        if self.clock is None:
            return
        dated = [listed.copy.event for listed in self.events if listed.copy.event is not None]
        for event in dated:
            if event.instant > self.clock.future_after:
                yield Warning("warn_future", event.event_id, event.created_at)
        newest = max(dated, key=lambda event: event.order, default=None)
        if newest is not None and newest.instant < (self.clock.stale_before or ""):
            yield Warning("warn_stale", newest.event_id, newest.created_at)

    def to_value(self) -> Object:
        """The report as one JSON object."""
        value: Object = {
            "report_type": REPORT_TYPE,
            "report_version": REPORT_VERSION,
            **outcome_value(self.outcomes),
            "inputs": [_input(given) for given in self.inputs],
            "rejected": [
                {"file": portable(given.name), **given.error.fault.to_value()} for given in self.refused
            ],
            "events": [_event(listed) for listed in self.events],
            "without_id": [_event(listed) for listed in self.without_id],
            "receipts": [_receipt(location, receipt) for location, receipt in self.receipts],
        }
        value["warnings"] = [
            {"code": warning.code, "event_id": warning.event_id, "detail": warning.detail}
            for warning in self.warnings
        ]
        if self.inputs:
            value["policy_sha256"] = self.inputs[0].checked.policy_sha256
        if self.merged is not None:
            value.update(_merged(self.merged))
            value["completeness"] = [
                {"signer": signer, "missing": [*missing], "as_of": as_of and [*as_of]}
                for signer, missing, as_of in self.completeness
            ]
        return value


_UNVERIFIED: Final = frozenset({"unbound", "unknown_key", "not_signed"})


def together(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of several reports as those of one: each that holds, ``valid`` if no other does."""
    found = {*outcomes} - {"valid"}
    return tuple(outcome for outcome in EXIT_STATUS if outcome in found) or ("valid",)


def outcome_value(outcomes: Sequence[Outcome]) -> Object:
    """The members that every JSON output has: the outcome, all that hold, the exit status."""
    return {
        "outcome": outcomes[0],
        "outcomes": [*outcomes],
        "exit_status": EXIT_STATUS[outcomes[0]],
    }


@dataclass(slots=True)
class _Joined:
    """The elements of one id, over all inputs: the one that decides, and where all are."""

    element: CheckedEvent
    location: Location
    locations: list[Location]
    unsigned: set[str]


def _join(inputs: Sequence[Input]) -> tuple[dict[str, _Joined], tuple[Listed, ...]]:
    """Join the elements of all inputs, and list those without an id; linear in the elements (CHECK-11).

    This is the one place where elements are joined.
    """
    joined: dict[str, _Joined] = {}
    without_id = []
    for position, given in enumerate(inputs):
        for element in given.checked.events:
            location = Location(position, given.name, element.index, element.pointer)
            if element.id is None:
                without_id.append(Listed(element, location, (location,), element.unsigned))
                continue
            known = joined.get(element.id)
            if known is None:
                joined[element.id] = _Joined(element, location, [location], {*element.unsigned})
                continue
            known.locations.append(location)
            known.unsigned.update(element.unsigned)
            if element.before(known.element):
                known.element, known.location = element, location
    return joined, tuple(without_id)


def _not_applied(merged: Merged | None) -> dict[str, tuple[str, ...]]:
    """For each valid event with no part in the state, why (MERGE-6, MERGE-7)."""
    if merged is None:
        return {}
    # A type of no kind is a verdict of its own: unknown_type.
    found: dict[str, tuple[str, ...]]
    found = {one.event_id: (one.code,) for one in merged.view.unrecognised if one.code != "unknown_type"}
    for name in merged.ledger.retracted:
        found[name] = (*found.get(name, ()), "retracted")
    return found


def _receipts(inputs: Sequence[Input]) -> Iterable[tuple[Location, ReceiptVerdict]]:
    """The receipts, each once for the elements of one identity (RCPT-4)."""
    found: dict[Identity | int, tuple[Location, ReceiptVerdict]] = {}
    for position, given in enumerate(inputs):
        for receipt in given.checked.receipts:
            # Elements of one id that covers the same part of them contain one receipt: the payload is
            # in that part. Under formats that cover different parts the payload of one element may be
            # the content of another, with another receipt. Where one element was checked and another
            # was not, the checked one is reported. The id of a flat element is no digest of its
            # content (EVT-7): its receipt is listed by itself.
            identity = given.checked.events[receipt.element].identity
            name = len(found) if identity is None or identity[1] == "stated" else identity
            if name not in found or found[name][1].verdict.status == "not_checked":
                location = Location(position, given.name, receipt.element, receipt.pointer)
                found[name] = location, receipt
    return found.values()


def _input(given: Input) -> Value:
    checked = given.checked
    return {
        "file": portable(given.name),
        "pith_number": str(checked.record.number),
        "canonical_sha256": checked.record.hex,
        "elements": len(checked.events),
        "mismatches": [fault.to_value() for fault in checked.mismatches],
    }


def _event(listed: Listed) -> Value:
    copy = listed.copy
    value: Object = {"event_id": copy.event_id, "event_type": copy.claimed_type, **_verdict(copy.verdict)}
    if copy.event is not None:
        value["created_at"] = copy.event.created_at
        value["signer"] = copy.event.signer
        value["key_id"] = copy.event.key_id
        value["not_applied"] = [*listed.not_applied]
    if copy.fingerprint is not None:
        # Of an element that is not valid: the key that it names, not one that signed it (POL-6).
        value["public_key_fingerprint"] = copy.fingerprint
    if copy.claim is not None:
        value["claim"] = {"signer_id": copy.claim.signer_id, "key_id": copy.claim.key_id}
    if copy.claimed_id is not None:
        value["claimed_event_id"] = copy.claimed_id
    value["location"] = listed.location.to_value()
    value["locations"] = [location.to_value() for location in listed.locations]
    value["unsigned"] = [*listed.unsigned]
    return value


def _receipt(location: Location, receipt: ReceiptVerdict) -> Value:
    return {
        "location": location.to_value(),
        "event_id": receipt.event_id,
        "key_id": receipt.key_id,
        "signer": receipt.signer,
        "public_key_fingerprint": receipt.fingerprint,
        **_verdict(receipt.verdict),
    }


def _verdict(verdict: Verdict) -> Object:
    fault = verdict.fault
    return {"verdict": verdict.status, **({"code": None} if fault is None else fault.to_value())}


def _merged(merged: Merged) -> Object:
    view, ledger = merged.view, merged.ledger
    return {
        "rules": ledger.rules.name,
        "pith_number": str(ledger.record.number),
        "canonical_sha256": ledger.record.hex,
        "events_sha256": merged.events_sha256,
        "state_sha256": merged.state_sha256,
        "event_count": view.event_count,
        "valid_event_count": view.valid_event_count,
        "invalid_event_count": view.invalid_event_count,
        "equivocations": [
            {"event_type": group.event_type, "signer": group.signer, "event_ids": [*group.event_ids]}
            for group in view.equivocations
        ],
        "unrecognised": [
            {"event_id": one.event_id, "event_type": one.event_type, "code": one.code}
            for one in view.unrecognised
        ],
    }
