"""A report as a JSON value (spec REPORT-1). It decides nothing: its members are those of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pithbundle.bundle.document_types import REPORT_TYPE
from pithbundle.bundle.event_format import AnyFormat
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.joined import Input, Listed, Location, Unverified
from pithbundle.merge.ledger import Ledger
from pithbundle.outcomes import outcome_value
from pithbundle.verify.verdicts import ReceiptVerdict, Verdict

if TYPE_CHECKING:
    # The report has a method that returns this value: each names the type of the other.
    from pithbundle.report import Report

REPORT_VERSION: Final = "1"


def report_value(report: Report) -> Object:
    """The report as one JSON object; a new one each time."""
    value: Object = {
        "report_type": REPORT_TYPE,
        "report_version": REPORT_VERSION,
        **outcome_value(report.outcomes),
        "inputs": [_input_value(given) for given in report.inputs],
        "rejected": [
            {"file": portable(given.name), **given.error.fault.to_value()} for given in report.rejected
        ],
        "events": [_event_value(listed) for listed in report.events],
        "without_id": [_event_value(listed) for listed in report.without_id],
        "receipts": [_receipt_value(location, receipt) for location, receipt in report.receipts],
        "unverified": [_unverified_value(one) for one in report.unverified],
        "unverified_count": len(report.unverified),
        "unverified_sha256": report.unverified_sha256,
        "warnings": [
            {"code": warning.code, "event_id": warning.event_id, "detail": warning.detail}
            for warning in report.warnings
        ],
    }
    if report.inputs:
        value["policy_sha256"] = report.inputs[0].policy_sha256
    if report.ledger is not None:
        value.update(_ledger_value(report.ledger))
        value["completeness"] = [
            {"signer": signer, "missing": [*missing], "as_of": as_of and [*as_of]}
            for signer, missing, as_of in report.completeness
        ]
    return value


def _input_value(given: Input) -> Value:
    """One input, by its name and record."""
    return {
        "file": portable(given.name),
        "pith_number": str(given.record.number),
        "canonical_sha256": given.record.hex,
        "elements": len(given.events),
        "mismatches": [fault.to_value() for fault in given.mismatches],
    }


def _event_value(listed: Listed) -> Value:
    """One id, or one element without an id."""
    element = listed.element
    value: Object = {
        "event_id": element.event_id,
        "event_type": element.claimed_type,
        **_verdict_value(element.verdict),
        "event_format": _format_value(element.event_format),
    }
    if element.event is not None:
        value.update(element.event.to_value())
        value["not_applied"] = [*listed.not_applied]
    if element.fingerprint is not None:
        # Of an element that is not valid: the key that it names, not one that signed it (POL-6).
        value["public_key_fingerprint"] = element.fingerprint
    if element.claim is not None:
        value["claim"] = {"signer_id": element.claim.signer_id, "key_id": element.claim.key_id}
    if element.claimed_id is not None:
        value["claimed_event_id"] = element.claimed_id
    value["location"] = listed.location.to_value()
    value["locations"] = [location.to_value() for location in listed.locations]
    value["unsigned"] = [*listed.unsigned]
    value["remarks"] = [fault.to_value() for fault in element.remarks]
    return value


def _unverified_value(unverified: Unverified) -> Value:
    """One unverified element, by its identity (UNV-2)."""
    element = unverified.element
    return {
        "element_sha256": unverified.element_sha256,
        "event_type": element.claimed_type,
        **_verdict_value(element.verdict),
        "event_format": _format_value(element.event_format),
        "locations": [location.to_value() for location in unverified.locations],
    }


def _format_value(event_format: AnyFormat | None) -> Value:
    """The format that a verdict is of; null where no format reads the element (FORMAT-9)."""
    if event_format is None:
        return None
    return {"name": event_format.name, "format_sha256": event_format.sha256}


def _receipt_value(location: Location, receipt: ReceiptVerdict) -> Value:
    """One receipt and where it is."""
    return {
        "location": location.to_value(),
        "event_id": receipt.event_id,
        "key_id": receipt.key_id,
        "signer": receipt.signer,
        "public_key_fingerprint": receipt.fingerprint,
        **_verdict_value(receipt.verdict),
    }


def _verdict_value(verdict: Verdict) -> Object:
    fault = verdict.fault
    return {"verdict": verdict.status, **({"code": None} if fault is None else fault.to_value())}


def _ledger_value(ledger: Ledger) -> Object:
    """The digests, counters and findings of the merged events."""
    view = ledger.snapshot()
    return {
        "rules": ledger.rules.name,
        "pith_number": str(ledger.record.number),
        "canonical_sha256": ledger.record.hex,
        "events_sha256": ledger.events_sha256,
        "state_sha256": view.sha256,
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
