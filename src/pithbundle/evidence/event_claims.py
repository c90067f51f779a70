"""The claims that evidence is about: the entries of a state, and unverified elements (spec EVID-17)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pithbundle.brief import brief
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_reader import reader_of
from pithbundle.bundle.reader import Bundle
from pithbundle.encoding.canonical import encode, sha256_hex
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.joined import Location
from pithbundle.report import Report
from pithbundle.verify.verdicts import CheckedEvent, Status


@dataclass(frozen=True, slots=True)
class EventClaim:
    """What one event claims: a current entry of the state, or an element without a verified signature."""

    #: ``verified`` of an entry of the state, else the verdict on the element.
    status: Status
    #: The type; of an unverified element as it states it. May contain hostile text.
    event_type: str
    #: The payload. Of an unverified element it may have any members.
    payload: Object
    #: The id of an event that is verified; None of an unverified element.
    event_id: str | None
    #: The identity of an unverified element, in hex (UNV-1); None of a verified event.
    element_sha256: str | None
    #: Who signed it, by the policy; None of an unverified element.
    signer: str | None
    #: Where the element is that decides.
    location: Location

    __repr__ = brief

    @property
    def is_verified(self) -> bool:
        """Whether a signature that the policy verifies covers it."""
        return self.event_id is not None

    def to_value(self) -> Object:
        """Which claim it is, as JSON."""
        return {
            "status": self.status,
            "event_type": portable(self.event_type),
            "event_id": self.event_id,
            "element_sha256": self.element_sha256,
            "signer": None if self.signer is None else portable(self.signer),
            "location": self.location.to_value(),
        }


def claims_of(report: Report, bundles: Iterable[Bundle] = ()) -> tuple[EventClaim, ...]:
    """Return the claims of the events of one record (EVID-17).

    Args:
        report: the report on the inputs.
        bundles: the inputs as they were read. A report does not keep what no signature covers, so the claim
            of an unverified element is found in these alone.

    Returns:
        The entries of the state in their order, and then the unverified elements in the order of the report.
    """
    return (*_entries(report), *_unverified(report, bundles))


def _entries(report: Report) -> Iterable[EventClaim]:
    if report.state is None:
        return
    locations = {one.element.event_id: one.location for one in report.events}
    for section in report.state.sections.values():
        for entry in section:
            yield EventClaim(
                "verified", entry.event_type, entry.payload, entry.event_id, None, entry.signer_id,
                locations[entry.event_id],
            )  # fmt: skip


def _unverified(report: Report, bundles: Iterable[Bundle]) -> Iterable[EventClaim]:
    wanted = {one.element_sha256 for one in report.unverified}
    elements: dict[str, Object] = {}
    for bundle in bundles if wanted else ():
        for element in bundle.events:
            if type(element) is dict:
                elements[sha256_hex(encode(element))] = element
    for one in report.unverified:
        element, event_type = elements.get(one.element_sha256), one.element.claimed_type
        payload = None if element is None else _payload(one.element, element)
        if type(payload) is dict and event_type is not None:
            yield EventClaim(
                one.element.verdict.status, event_type, payload, None, one.element_sha256, None,
                one.locations[0],
            )  # fmt: skip


def _payload(checked: CheckedEvent, element: Object) -> Value:
    """The payload where the format of the verdict has it, else the member of this name."""
    known = checked.event_format
    reading = reader_of(known).read(element) if isinstance(known, EventFormat) else None
    return element.get("payload") if reading is None else reading.payload
