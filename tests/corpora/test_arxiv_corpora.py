"""Samples of arXiv's metadata, and every number that was recomputed from it (ARXIV-1 to ARXIV-4)."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from kit.arxiv import metadata_in, real_records
from kit.data import shared
from pithbundle.bundle.record import Record
from pithbundle.errors import PithError
from pithbundle.evidence.arxiv import compare, metadata_of
from pithbundle.evidence.arxiv_files import read_metadata


def test_every_number_that_was_recomputed() -> None:
    """The dates of later versions are not known there; only their number is in a record."""
    papers = json.loads(shared("evidence/arxiv/recomputed.json").read_bytes())
    assert len(papers) >= 4
    for paper in papers:
        date = datetime.strptime(paper["submitted_at"], "%Y-%m-%dT%H:%M:%SZ")
        written = date.strftime("%a, %d %b %Y %H:%M:%S GMT")
        texts = {name: paper[name] for name in ("title", "abstract", "categories", "license")}
        dates = [(f"v{number + 1}", written) for number in range(paper["version"])]
        assert str(metadata_of(paper["id"], dates, **texts).record.number) == paper["number"]


def test_every_listing_agrees_with_its_record() -> None:
    """A listing is an ``.abs`` file without its abstract."""
    known = real_records()
    listings = json.loads(shared("evidence/arxiv/listings.json").read_bytes())
    assert len(listings) >= 5
    for listing in listings:
        data = f"\\\\\n{listing['block']}\n  An abstract.\n\\\\\n".encode()
        found = metadata_in(data, listing["id"])[listing["id"]]
        record = Record.from_value(known[listing["id"]]["canonical_record"])
        differ = {each.path[1] for each in compare(found, record).members if not each.agrees}
        assert differ == {"abstract_canon_sha256"}, listing["id"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("arxivraw_1803.00010.xml", ["1803.00010"]),
        ("ftp_hep-th_papers_9901_9901001.abs", ["hep-th/9901001"]),
        ("kaggle_sample_lines.jsonl", ["hep-th/9608091", "2101.11408"]),
    ],
)
def test_samples_of_each_form(name: str, wanted: list[str]) -> None:
    found = metadata_in(shared(f"evidence/arxiv/{name}").read_bytes(), *wanted)
    assert [*found] == wanted
    known = real_records()
    for each in wanted:
        if each in known:
            assert str(found[each].record.number) == known[each]["pith_number"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("oai_arXiv_1401.2122.xml", "type"),
        ("oai_dc_0901_2443.xml", "type"),
        ("orig_hep-th_papers_9901_9901001v1.abs", "type"),
        ("atom_id_astro-ph_0601001_s0_m100_3150dca9dc76.json", "syntax"),
    ],
)
def test_other_forms_lack_what_a_record_needs(name: str, code: str) -> None:
    with pytest.raises(PithError) as caught:
        read_metadata([shared(f"evidence/arxiv/{name}").read_bytes()])
    assert caught.value.code == code
