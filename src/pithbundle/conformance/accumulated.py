"""One digest over many merges (vectors/accumulated.md)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, raw_json
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Object
from pithbundle.errors import RecordError
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy


def accumulate(record: Record, events: Sequence[bytes], policy: Policy, seed: str, count: int) -> str:
    """Merge ``count`` drawn pairs of bundles and return one digest of their states (accumulated.md).

    Each event is checked once: what is drawn is which of them meet, and in which order.

    Raises:
        RecordError: ``type``, if an event of the pool is not valid under the policy.
    """
    frame: Object = {
        "bundle_type": "pith_open_graph_bundle",
        "bundle_version": "1.0",
        "pith_number": str(record.number),
        "canonical_record": raw_json(record.canonical),
        "canonical_sha256": record.hex,
        "events": [],
    }
    verifier = Verifier(policy)
    empty = verifier.verify(encode(frame)).ledger
    pool = [verifier.verify(encode({**frame, "events": [parse_json(event)]})).ledger for event in events]
    if not all(pool):
        raise RecordError("type", "an event of the pool is not valid")
    running = sha256()
    for index in range(count):
        block = sha256(f"{seed}/{index}".encode()).digest()
        builder = empty.builder()
        for mask, turn in ((block[:8], block[16]), (block[8:16], block[17])):
            bits = int.from_bytes(mask)
            drawn = [event for at, event in enumerate(pool) if bits >> at & 1]
            start = turn % len(drawn) if drawn else 0
            part = empty.builder()
            for event in (*drawn[start:], *drawn[:start]):
                part.add(event)
            builder.add(part.build())
        running.update(sha256(builder.build().snapshot().to_json()).digest())
    return running.hexdigest()
