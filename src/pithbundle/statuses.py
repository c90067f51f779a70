"""Meaning and hint of each status that can have no code (spec CHECK-14, FORMAT-9, RCPT-4, PROBE-12)."""

from __future__ import annotations

from typing import Final

from pithbundle.codes import CODES
from pithbundle.joined import Listed
from pithbundle.report import Report
from pithbundle.verify.verdicts import CheckedEvent

#: What the reader of an element that cannot be checked can do (FORMAT-9).
UNKNOWN_FORMAT: Final = "the event format is not known to this policy: run `pithbundle probe`"

#: Clause, meaning and hint of each status that can have no code.
WITHOUT_CODE: Final[dict[str, tuple[str, str, str]]] = {
    "not_signed": (
        "CHECK-2",
        "there is no signature where it must be",
        "fetch the bundle from another mirror; where the signature is elsewhere: run `pithbundle probe`",
    ),
    "unbound": (
        "CHECK-13",
        "no signature is known to cover the text: the event format may be another, or covers too little",
        UNKNOWN_FORMAT,
    ),
    "unknown_format": (
        "FORMAT-9",
        "no event format that the policy lists for the key reads the element",
        UNKNOWN_FORMAT,
    ),
    "not_checked": (
        "RCPT-4",
        "of the receipts in elements that are not valid only so many are checked; no outcome depends on it",
        "a receipt in a valid record_created event is always checked",
    ),
    "unknown_type": (
        "CHECK-10",
        "the signature verifies; these merge rules do not define the type: listed and not applied",
        "check for a newer version of pithbundle",
    ),
}


#: The description of such an event where it is listed.
BRIEFLY: Final = {
    "not_signed": "no signature where it must be",
    "unbound": "not known to be signed as it is",
    "unknown_format": "no event format of the policy reads it",
    "not_checked": "one of many receipts in elements that are not valid",
}


def why_not_applied(report: Report, listed: Listed, reason: str) -> str:
    """Return why a valid event has no part in the state: what does not conform, and where (MERGE-6)."""
    if reason == "retracted":
        return "retracted by its signer"
    event, rules, record = listed.element.event, report.rules, report.record
    # An event that is not applied is of a type of the rules: of the others the status says so.
    where = (
        None
        if event is None or rules is None or record is None
        else rules.event_types[event.event_type].schema_fault(event.target, event.payload, record)
    )
    at = "" if where is None else f" at {where[1]}"
    # Rules of a caller may have codes of their own.
    meaning = f": {CODES[reason].meaning}" if reason in CODES else ""
    return f"schema error{at} [{reason}, KIND-2]{meaning}"


def files_to_probe(report: Report) -> dict[str, None]:
    """Return the files whose event format may be another than those of the policy (PROBE-12), in order.

    None of a record with anything invalid: its elements that nothing reads may be junk.
    """
    if report.outcome not in ("incomplete", "unverified"):
        return {}
    # All copies of an event: which of equal rank is listed depends on the order of the inputs (CHECK-11).
    valid = {one.element.event_id for one in report.events if one.element.verdict.valid}
    return dict.fromkeys(
        given.name
        for given in report.inputs
        for element in given.events
        if element.event_id not in valid and _may_be_of_another_format(element)
    )


def _may_be_of_another_format(element: CheckedEvent) -> bool:
    return element.verdict.status in ("unbound", "unknown_format") or element.signature_elsewhere
