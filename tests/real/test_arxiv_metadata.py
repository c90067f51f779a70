"""Real metadata of arXiv gives real Pith Numbers (ARXIV-1 to ARXIV-4)."""

from __future__ import annotations

import json

from kit.arxiv import metadata_in, real_records
from kit.data import real
from pithbundle.bundle.record import Record
from pithbundle.evidence.arxiv import compare


def test_the_numbers_of_real_metadata() -> None:
    data = real("arxiv_metadata.jsonl").read_bytes()
    ids = [json.loads(line)["id"] for line in data.splitlines()]
    found, known = metadata_in(data, *ids), real_records()
    assert len(found) == len(ids) == 3
    for name, each in found.items():
        assert str(each.record.number) == known[name]["pith_number"]
        assert compare(each, Record.from_value(known[name]["canonical_record"])).reason is None
