"""Findings on a record beside metadata of arXiv (ARXIV-4)."""

from __future__ import annotations

from typing import Any

import pytest

from kit import made_record
from kit.arxiv import Paper
from pithbundle.bundle.record import Record
from pithbundle.evidence import Material, check_claims
from pithbundle.evidence.arxiv import MetadataError
from pithbundle.evidence.metadata_findings import DOES_NOT_SHOW, id_of, metadata_finding

PAPER = Paper()
RECORD = PAPER.metadata.record


def test_a_record_that_follows_is_supported_and_its_title_shown() -> None:
    one = metadata_finding("a.xml", PAPER.metadata, RECORD)
    assert (one.claim, one.file, one.status, one.effect) == (None, "a.xml", "reproduced", "supports")
    assert one.rests_on == (("title", "A Title <in> Two & a Half Lines"),)
    assert one.details is not None and one.details["reproduced"] is True
    assert (one.clause, one.does_not_show) == ("ARXIV-4", DOES_NOT_SHOW)


@pytest.mark.parametrize(
    ("changed", "status", "differs"),
    [
        ({"title": "Another"}, "edited", ("metadata/title_canon_sha256", "another text")),
        (
            {"categories": "hep-lat"},
            "edited",
            ("metadata/cross_cats_sorted", "none, in the record hep-ph, math.NT"),
        ),
        ({"dates": PAPER.dates[:1]}, "older_version", ("source/version", "1, in the record 2")),
    ],
)
def test_a_reason_leaves_the_record_open_and_shows_no_title(
    changed: dict[str, Any], status: str, differs: tuple[str, str]
) -> None:
    one = metadata_finding("a.xml", PAPER.but(**changed).metadata, RECORD)
    assert (one.status, one.effect, one.rests_on) == (status, "open", (differs,))
    assert one.details is not None and one.details["reason"] == status


def test_what_is_not_compared_says_why() -> None:
    error = MetadataError("time", "1203.00001: a date")
    other = made_record()
    other["source"]["kind"] = "zenodo"
    for metadata, record, why in (
        (None, RECORD, "there is no metadata of 1203.00001 in it"),
        (error, RECORD, "1203.00001: a date [time, ARXIV-3]"),
        (PAPER.metadata, Record.from_value(other), "the source of the record is zenodo, not arxiv"),
    ):
        one = metadata_finding("a.xml", metadata, record)
        assert (one.status, one.effect, one.rests_on, one.details) == ("not_checked", "open", (), None)
        assert one.sentence == f"not compared: {why}"
    assert id_of(None) is None


def test_the_report_has_a_finding_for_each_file() -> None:
    material = Material(metadata=(("a.xml", PAPER.metadata), ("b.xml", None)))
    found = check_claims((), RECORD, material)
    assert [(one.file, one.status) for one in found] == [("a.xml", "reproduced"), ("b.xml", "not_checked")]
