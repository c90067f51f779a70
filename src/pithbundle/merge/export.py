"""Exporting a merged set as bundles again, each within the limits of an input (spec EXPORT-1 to EXPORT-3).

The export contains what was verified: signed contents with the one signature kept. Reading
it gives the same current state, unrecognised list and digests.
"""

from __future__ import annotations

from collections.abc import Iterable

from pithbundle.bundle.record import Record
from pithbundle.bundle.writer import signed_element, write_bundles
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object
from pithbundle.verify.verdicts import SignedEvent


def signed_event(event: SignedEvent) -> Object:
    """The event as an element of a bundle (EXPORT-1, FORMAT-12)."""
    return signed_element(
        event.event_format,
        event.signed_content,
        event.payload_bytes,
        event.event_id,
        event.key.key_id,
        event.key.fingerprint,
        event.signature,
    )


def export_events(record: Record, events: Iterable[SignedEvent], limits: Limits) -> list[bytes]:
    """The events of a record as JSON bundles, in the order given; at least one bundle (EXPORT-2).

    Raises:
        InputError: as :func:`pithbundle.bundle.writer.write_bundles`.
    """
    return write_bundles(record, map(signed_event, events), limits)
