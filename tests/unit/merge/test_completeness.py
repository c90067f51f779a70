"""Completeness: what checkpoints that count list and no valid event has (MERGE-9).

The rules are tested through a ledger in ``test_ledger.py``; here, what the functions return.
"""

from __future__ import annotations

from kit import AUTHOR, DEMO, attached, made_record, payloads
from kit.results import WHEN, checked, ledger_of
from pithbundle.merge.completeness import Completeness, completeness_of, missing_ids
from pithbundle.newtypes import EventId, Instant

RECORD = made_record()
ABSENT = EventId("sha256:" + "f" * 64)


def test_missing_ids_are_of_each_signer_with_a_checkpoint_and_completeness_of_every_signer() -> None:
    cited = attached(AUTHOR, RECORD, "citation", payloads.citation("w"), WHEN)
    whole = attached(AUTHOR, RECORD, "checkpoint", payloads.checkpoint([cited["event_id"]]), WHEN)
    listing = attached(
        DEMO, RECORD, "checkpoint", payloads.checkpoint(sorted([cited["event_id"], ABSENT])), WHEN
    )
    selection = ledger_of(checked(RECORD, [cited, whole, listing]))._selection
    assert missing_ids(selection) == {"author.example": (), "demo.example": (ABSENT,)}
    instant = Instant("2026-05-18T01:39:14.000000")
    assert completeness_of(selection) == (
        Completeness("author.example", (), (instant, whole["event_id"])),
        Completeness("demo.example", (ABSENT,), None),
    )
    without = ledger_of(checked(RECORD, [cited]))._selection
    assert missing_ids(without) == {}
    assert completeness_of(without) == (Completeness("author.example", (), None),)
