"""checkpoint: a signer lists the events that a bundle should hold (spec KIND-13, MERGE-9)."""

from __future__ import annotations

from pithbundle.merge.schema import Kind, sorted_ids

KIND = Kind(
    event_type="checkpoint",
    target="bundle",
    section="checkpoints",
    select="each",
    members={"event_ids": sorted_ids},
)
