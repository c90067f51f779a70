"""The classification of an event, made once when it enters a ledger (spec KIND-2, MERGE-5 to MERGE-9).

It is a pure function of the event, the record and the merge rules. It is made while the
payload is at hand, and keeps what every view needs of the payload but its canonical bytes.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final, NamedTuple

from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.verify.verdicts import SignedEvent


class ClassifiedEvent(NamedTuple):
    """A valid event and how the merge rules classify it."""

    event: SignedEvent
    #: None if the event conforms, ``unknown_type``, or the code of the schema error (MERGE-6).
    code: str | None
    #: The slot of a conforming event (MERGE-5).
    slot: bytes = b""
    #: The strings that its event type keeps of a conforming payload.
    kept: tuple[str, ...] = ()
    #: The deciding members of a conforming payload as canonical bytes (MERGE-8).
    deciding: bytes = b""


#: The key of the total order of events (MERGE-4).
ORDER: Final = attrgetter("event.order")


def classify(event: SignedEvent, payload: Object, record: Record, rules: MergeRules) -> ClassifiedEvent:
    """Classify a valid event of ``record``, whose ``payload`` is at hand."""
    event_type = rules.event_types.get(event.event_type)
    if event_type is None:
        return ClassifiedEvent(event, "unknown_type")
    code = event_type.schema_error(event.target, payload, record)
    if code is not None:
        return ClassifiedEvent(event, code)
    slot = event_type.slot_of(event.signer, payload) if event_type.select == "latest" else b""
    kept = () if event_type.keeps is None else event_type.keeps(payload)
    deciding = event_type.deciding_bytes(payload) if event_type.deciding else b""
    # A named tuple takes 0.2 microseconds by _make, 0.5 by its class.
    return ClassifiedEvent._make((event, None, slot, kept, deciding))
