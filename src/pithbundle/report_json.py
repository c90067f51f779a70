"""The parts of a report as JSON values (spec REPORT-1)."""

from __future__ import annotations

from pithbundle.encoding.values import Object, Value, portable
from pithbundle.joined import Input, Listed, Location
from pithbundle.merge.ledger import Ledger
from pithbundle.verify.verdicts import ReceiptVerdict, Verdict


def input_value(given: Input) -> Value:
    """One input, by its name and record."""
    return {
        "file": portable(given.name),
        "pith_number": str(given.record.number),
        "canonical_sha256": given.record.hex,
        "elements": len(given.events),
        "mismatches": [fault.to_value() for fault in given.mismatches],
    }


def event_value(listed: Listed) -> Value:
    """One id, or one element without an id."""
    copy = listed.element
    value: Object = {"event_id": copy.id, "event_type": copy.claimed_type, **_verdict(copy.verdict)}
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


def receipt_value(location: Location, receipt: ReceiptVerdict) -> Value:
    """One receipt and where it is."""
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


def ledger_value(ledger: Ledger) -> Object:
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
