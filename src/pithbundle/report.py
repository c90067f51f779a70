"""The report: what was checked and what came of it (spec REPORT-1, REPORT-2).

A report is for people and programs; it is never part of a state, so it may name files,
places and everything else that differs from one reader to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pithbundle.errors import Fault, PithError
from pithbundle.merge import Merged
from pithbundle.model import Object, Value
from pithbundle.verdicts import Checked, Copy, ReceiptVerdict, Verdict

WarningCode: TypeAlias = Literal["warn_future", "warn_stale", "warn_unsigned"]

#: What a whole run came to, in the order of how much it should worry (REPORT-2).
Outcome: TypeAlias = Literal["valid", "unverified", "invalid"]

EXIT_STATUS: dict[Outcome, int] = {"valid": 0, "invalid": 1, "unverified": 3}

REPORT_TYPE = "pithbundle_report"
REPORT_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Input:
    """One named input that was read and checked."""

    name: str
    checked: Checked


@dataclass(frozen=True, slots=True)
class Refused:
    """One named input that was refused whole."""

    name: str
    error: PithError


@dataclass(frozen=True, slots=True)
class Listed:
    """One id over all inputs: the copy that speaks, where all its copies stand, what is unsigned."""

    copy: Copy
    places: tuple[str, ...]
    unsigned: tuple[str, ...]


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
        refused: Sequence[Refused] = (),
        clock: Clock | None = None,
    ) -> None:
        self.inputs = tuple(inputs)
        self.merged = merged
        self.refused = tuple(refused)
        self.clock = clock
        #: Every id, in order of first appearance; the copy that got furthest speaks (CHECK-11).
        self.events = tuple(_listed(self.inputs))
        #: The malformed elements, with their place.
        self.malformed: tuple[tuple[str, Copy], ...] = tuple(
            (place(given.name, copy.pointer), copy)
            for given in self.inputs
            for copy in given.checked.malformed
        )
        #: The receipts, each once for each event that carries it.
        self.receipts = tuple(_receipts(self.inputs))

    @property
    def verdicts(self) -> Iterator[Verdict]:
        """Every verdict that counts for the outcome."""
        yield from (listed.copy.verdict for listed in self.events)
        yield from (copy.verdict for _, copy in self.malformed)
        yield from (receipt.verdict for _, receipt in self.receipts)

    @property
    def outcome(self) -> Outcome:
        """``invalid`` before ``unverified`` before ``valid`` (REPORT-2)."""
        words = {verdict.word for verdict in self.verdicts}
        equivocates = self.merged is not None and bool(self.merged.view.equivocations)
        if self.refused or "invalid" in words or equivocates:
            return "invalid"
        return "unverified" if words & {"unbound", "unknown_key", "not_signed"} else "valid"

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
            "outcome": self.outcome,
            "exit_status": EXIT_STATUS[self.outcome],
            "inputs": [_input(given) for given in self.inputs],
            "refused": [{"input": given.name, **_fault(given.error.fault)} for given in self.refused],
            "events": [_event(listed) for listed in self.events],
            "malformed": [
                {"place": where, "event_type": copy.label, **_verdict(copy.verdict)}
                for where, copy in self.malformed
            ],
            "receipts": [
                {
                    "place": where,
                    "event_id": receipt.event_id,
                    "key_id": receipt.key_id,
                    "signer": receipt.signer,
                    **_verdict(receipt.verdict),
                }
                for where, receipt in self.receipts
            ],
        }
        value["warnings"] = [
            {"code": warning.code, "event_id": warning.event_id, "detail": warning.detail}
            for warning in self.warnings
        ]
        if self.inputs:
            value["policy_sha256"] = self.inputs[0].checked.policy_sha256
        if self.merged is not None:
            value.update(_merged(self.merged))
        return value


def place(name: str, pointer: str) -> str:
    """Where something stands: the input's name, ``#``, and the JSON pointer in it."""
    return f"{name}#{pointer}"


def _listed(inputs: Sequence[Input]) -> Iterator[Listed]:
    spoken: dict[str, Copy] = {}
    places: dict[str, list[str]] = {}
    unsigned: dict[str, set[str]] = {}
    for given in inputs:
        for name, copy in given.checked.spoken.items():
            other = spoken.get(name)
            if other is None or copy.before(other):
                spoken[name] = copy
        for copy in given.checked.copies:
            if copy.event_id is not None:
                places.setdefault(copy.event_id, []).append(place(given.name, copy.pointer))
                unsigned.setdefault(copy.event_id, set()).update(copy.unsigned)
    for name, copy in spoken.items():
        yield Listed(copy, tuple(places[name]), tuple(sorted(unsigned[name])))


def _receipts(inputs: Sequence[Input]) -> Iterator[tuple[str, ReceiptVerdict]]:
    seen: set[str | None] = set()
    for given in inputs:
        for receipt in given.checked.receipts:
            # Copies of one event carry one receipt: its payload is in the body.
            if receipt.event_id not in seen:
                seen.add(receipt.event_id)
                yield place(given.name, receipt.pointer), receipt


def _input(given: Input) -> Value:
    checked = given.checked
    return {
        "input": given.name,
        "pith_number": str(checked.number),
        "canonical_sha256": checked.record.hex,
        "elements": len(checked.copies),
        "stated": [_fault(fault) for fault in checked.stated],
    }


def _event(listed: Listed) -> Value:
    copy = listed.copy
    value: Object = {"event_id": copy.event_id, "event_type": copy.label, **_verdict(copy.verdict)}
    if copy.event is not None:
        value["created_at"] = copy.event.created_at
        value["signer"] = copy.event.signer
        value["key_id"] = copy.event.key_id
    value["places"] = [*listed.places]
    value["unsigned"] = [*listed.unsigned]
    return value


def _verdict(verdict: Verdict) -> Object:
    fault = verdict.fault
    told = _fault(fault) if fault is not None else {"code": None}
    return {"verdict": verdict.word, **told}


def _fault(fault: Fault) -> Object:
    return {
        "code": fault.code,
        "clause": fault.clause,
        "message": fault.message,
        "pointer": fault.pointer,
        "offset": fault.offset,
    }


def _merged(merged: Merged) -> Object:
    view, ledger = merged.view, merged.ledger
    return {
        "rules": ledger.rules.name,
        "pith_number": str(ledger.number),
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
            {"event_id": event.event_id, "event_type": event.event_type, "code": code}
            for event, code in view.unrecognised
        ],
        "completeness": [
            {"signer": signer, "missing": [*missing], "as_of": as_of and [*as_of]}
            for signer, missing, as_of in ledger.completeness()
        ],
    }
