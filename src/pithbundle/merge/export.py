"""Exporting a merged set as bundles again, each within the limits of an input (spec EXPORT-1 to EXPORT-3).

What goes out is what was verified: bodies with the one signature kept. Reading the parts
back gives the same current state, unrecognised list and digests.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from typing import Final

from pithbundle.bundle.reader import BUNDLE_TYPE, BUNDLE_VERSION
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, encode_ordered, written
from pithbundle.encoding.json_reader import read_json
from pithbundle.encoding.values import Limits, Object, Value
from pithbundle.errors import InputError
from pithbundle.verify.verdicts import SignedEvent


def signed_event(event: SignedEvent) -> Object:
    """The event as an element of a bundle: its body, its id and its signature (EXPORT-1).

    For :mod:`canonical` to write.
    """
    members = body_members(event)
    members["event_id"] = event.event_id
    members["signature"] = {
        "algorithm": "ed25519",
        "key_id": event.key.key_id,
        "kind": "pith_event_signature",
        "signature_b64": b2a_base64(event.signature, newline=False).decode("ascii"),
    }
    return members


def body_members(event: SignedEvent) -> Object:
    """The members of the body, read back from its canonical bytes."""
    body = read_json(event.body, _UNBOUNDED).value
    return dict(body) if type(body) is dict else {}


def export_events(record: Record, events: Iterable[SignedEvent], limits: Limits) -> list[bytes]:
    """The events of a record as JSON bundles, in the order given; at least one part (EXPORT-2).

    Each part is within ``limits``. Without events it is one bundle without events.

    Raises:
        InputError: ``size``, ``nodes`` or ``events`` where not even one event fits into a part.
    """
    frame = _frame(record)
    # The record may carry unknown members, so the frame is weighed and not assumed small.
    alone = encode_ordered({**frame, "events": []})
    frame_size, frame_nodes = len(alone), read_json(alone, _UNBOUNDED).nodes
    _require(frame_size, frame_nodes, 0, limits)
    parts: list[list[Value]] = [[]]
    size, nodes = frame_size, frame_nodes
    for written_event, event_size, event_nodes in _elements(events):
        full = (
            len(parts[-1]) >= limits.events
            or size + event_size + 1 > limits.size
            or nodes + event_nodes > limits.nodes
        )
        if full and parts[-1]:
            parts.append([])
            size, nodes = frame_size, frame_nodes
        if not parts[-1]:
            _require(frame_size + event_size, frame_nodes + event_nodes, 1, limits)
        parts[-1].append(written_event)
        size += event_size + 1
        nodes += event_nodes
    return [encode_ordered({**frame, "events": part}) for part in parts]


def _require(size: int, nodes: int, events: int, limits: Limits) -> None:
    detail = "the record and one event do not fit into one bundle within the limits"
    for code, found, limit in (
        ("size", size, limits.size),
        ("nodes", nodes, limits.nodes),
        ("events", events, limits.events),
    ):
        if found > limit:
            raise InputError(code, f"{detail}: {found} over {limit}")


def _elements(events: Iterable[SignedEvent]) -> Iterator[tuple[Value, int, int]]:
    for event in events:
        canonical = encode(signed_event(event))
        yield written(canonical), len(canonical), read_json(canonical, _UNBOUNDED).nodes


def _frame(record: Record) -> Object:
    return {
        "bundle_type": BUNDLE_TYPE,
        "bundle_version": BUNDLE_VERSION,
        "pith_number": str(record.number),
        "short_pith_number": record.number.short,
        "canonical_record": written(record.canonical),
        "canonical_sha256": record.hex,
        "source": written(encode(record.value["source"])),
        "source_aliases": [],
    }


_UNBOUNDED: Final = Limits(size=1 << 40, depth=64, nodes=1 << 40, text=1 << 40)
