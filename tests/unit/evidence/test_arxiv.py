"""Records of arXiv's metadata, and how they compare (ARXIV-3, ARXIV-4)."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.arxiv import DATES, Paper
from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import abstract_sha256, title_sha256
from pithbundle.evidence.arxiv import MEMBERS, MetadataError, compare


def test_a_record_follows_from_metadata() -> None:
    record = Paper().metadata.record
    assert record.value == {
        "metadata": {
            "abstract_canon_sha256": abstract_sha256("an abstract: $x < y$. its second line."),
            "cross_cats_sorted": ["hep-ph", "math.NT"],
            "license": "http://creativecommons.org/licenses/by/4.0/",
            "primary_cat": "hep-lat",
            "submitted_at": "2012-03-01T09:00:00Z",
            "title_canon_sha256": title_sha256("a title <in> two & a half lines"),
        },
        "schema_version": "1.0",
        "source": {"id": "1203.00001", "kind": "arxiv", "version": 2},
    }
    assert record.number.year == 2012


@pytest.mark.parametrize("license", [None, "", "  \n"])
def test_without_a_license_it_is_empty(license: str | None) -> None:
    assert Paper(license=license).metadata.license == ""


@given(st.permutations(DATES))
def test_versions_are_in_any_order(dates: list[tuple[str, str]]) -> None:
    metadata = Paper(dates=tuple(dates)).metadata
    assert metadata == Paper(dates=DATES).metadata
    assert (metadata.versions, metadata.version) == ((1, 2, 10), 10)
    assert metadata.submitted_at == "2012-03-01T09:00:00Z"


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("Wed, 28 Feb 2018 19:00:00 GMT", "2018-02-28T19:00:00Z"),
        ("Sat, 29 Feb 2020 00:00:00 GMT", "2020-02-29T00:00:00Z"),
        ("Fri, 1 Jan 1999 01:01:10 GMT", "1999-01-01T01:01:10Z"),
        ("Fri,  1 Jan 1999 01:01:10 GMT", "1999-01-01T01:01:10Z"),
        ("\nMon, 01 Jan 1999 01:01:10 GMT ", "1999-01-01T01:01:10Z"),
    ],
)
def test_a_date_has_one_form(date: str, time: str) -> None:
    assert Paper(dates=(("v1", date),)).metadata.submitted_at == time


@pytest.mark.parametrize(
    "date",
    [
        "", "2018-02-28T19:00:00Z", "Wed, 28 feb 2018 19:00:00 GMT", "Wed, 30 Feb 2018 19:00:00 GMT",
        "Thu, 29 Feb 2018 19:00:00 GMT", "Wed, 28 Feb 2018 25:00:00 GMT", "Wed, 28 Feb 18 19:00:00 GMT",
        "Wed, 28 Feb 2018 19:00:00 EST", "Wed, 28 Feb 2018 19:00:00 +0000", "Mi, 28 Feb 2018 19:00:00 GMT",
        "Wed, ２８ Feb 2018 19:00:00 GMT", "Wed, 0 Feb 2018 19:00:00 GMT", "Wed, 28 Feb 0000 19:00:00 GMT",
    ],
)  # fmt: skip
def test_another_date_is_rejected(date: str) -> None:
    with pytest.raises(MetadataError) as caught:
        _ = Paper(dates=(("v1", date),)).metadata
    assert (caught.value.code, caught.value.clause) == ("time", "ARXIV-3")
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"arxiv_id": ""}, "no identifier"),
        ({"title": None}, "no title"),
        ({"abstract": None}, "no abstract"),
        ({"categories": " \n"}, "no categories"),
        ({"categories": None}, "no categories"),
        ({"dates": ()}, "no date of its first version"),
        ({"dates": DATES[1:]}, "no date of its first version"),
        ({"dates": (*DATES, DATES[0])}, "each once"),
        ({"dates": (("v01", DATES[0][1]),)}, "v1, v2"),
        ({"dates": (("1", DATES[0][1]),)}, "v1, v2"),
        ({"dates": (("v0", DATES[0][1]),)}, "v1, v2"),
        ({"dates": (("v1", DATES[0][1]), ("v9999999999999999", DATES[0][1]))}, "v1, v2"),
    ],
)
def test_a_part_that_is_missing_or_wrong_is_reported(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(MetadataError, match=words) as caught:
        _ = Paper().but(**changed).metadata
    assert (caught.value.code, caught.value.clause) == ("type", "ARXIV-2")


@pytest.mark.parametrize("name", ["title", "abstract", "license", "categories", "arxiv_id"])
def test_a_text_outside_of_the_data_model_is_rejected(name: str) -> None:
    with pytest.raises(MetadataError) as caught:
        _ = Paper().but(**{name: "a\x00b"}).metadata
    assert caught.value.code == "string"


def record(paper: Paper, **more: Any) -> Record:
    return Record.from_value({**paper.metadata.record.value, **more})


def test_a_record_that_follows_is_reproduced() -> None:
    found = compare(Paper().metadata, record(Paper()))
    assert found.reason is None and all(each.agrees for each in found.members)
    assert [each.path for each in found.members] == [*MEMBERS]


@pytest.mark.parametrize(
    ("changed", "member"),
    [
        ({"title": "Another"}, "title_canon_sha256"),
        ({"abstract": "Another"}, "abstract_canon_sha256"),
        ({"categories": "hep-ph hep-lat math.NT"}, "primary_cat"),
        ({"categories": "hep-lat hep-ph"}, "cross_cats_sorted"),
        ({"license": None}, "license"),
        ({"dates": (("v1", DATES[1][1]), DATES[1])}, "submitted_at"),
    ],
)
def test_what_was_edited_is_named(changed: dict[str, Any], member: str) -> None:
    metadata = Paper().but(**changed).metadata
    found = compare(metadata, record(Paper()))
    differ = {each.path for each in found.members if not each.agrees}
    assert found.reason == "edited" and ("metadata", member) in differ
    assert {path[0] for path in differ} == {"metadata"}
    (one,) = (each for each in found.members if each.path[1] == member)
    assert one.of_metadata != one.of_record


def test_versions_are_the_reason_before_what_differs() -> None:
    one, two = Paper(dates=DATES[:1]), Paper(title="Newer")
    newer, older = compare(two.metadata, record(one)), compare(one.metadata, record(two))
    assert (newer.reason, older.reason) == ("newer_version", "older_version")
    assert {each.path[1] for each in newer.members if not each.agrees} == {"version", "title_canon_sha256"}


def test_members_that_metadata_does_not_have_are_a_reason() -> None:
    found = compare(Paper().metadata, record(Paper(), more="x"))
    assert found.reason == "other_members" and all(each.agrees for each in found.members)
