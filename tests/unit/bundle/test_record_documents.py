"""Record documents and graph documents: what a record determines of them (DOC-5 to DOC-7)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit import changed, without
from kit.documents import (
    ABSTRACT,
    GRAPH,
    TITLE,
    beginnings,
    excerpt_of,
    graph_document,
    real_graph,
    record_document,
    record_value,
)
from pithbundle.bundle.document import ReadDocument, read_document, record_of
from pithbundle.bundle.record import Record
from pithbundle.bundle.record_documents import (
    _PATHS,
    Paper,
    _determined,
    derived_record,
    record_findings,
)

DOCUMENT = record_document()
RECORD = Record.from_value(DOCUMENT["canonical_record"])


def read(value: Any, **options: Any) -> ReadDocument:
    return read_document(json.dumps(value).encode(), **options)


def findings(value: Any, abstract: str | None = None) -> dict[str, str]:
    document = read(value)
    return {
        one.pointer: one.status for one in record_findings(document, Paper(record_of(document), abstract))
    }


def test_every_member_has_one_finding() -> None:
    assert findings(DOCUMENT) == {
        "/record_type": "claimed",
        "/schema_url": "claimed",
        "/pith_number": "reproduced",
        "/short_pith_number": "agrees",
        "/schema_version": "agrees",
        "/canonical_sha256": "reproduced",
        "/attestation_state": "claimed",
        "/canonical_record": "agrees",
        "/paper/title": "reproduced",
        "/paper/license": "agrees",
        "/paper/headline": "claimed",
        "/paper/cross_cats": "agrees",
        "/paper/primary_cat": "agrees",
        "/paper/authors_text": "claimed",
        "/paper/submitted_at": "agrees",
        "/paper/abstract_excerpt": "claimed",
        "/source/kind": "agrees",
        "/source/id": "agrees",
        "/source/version": "agrees",
        "/verification_status/content_addressed": "claimed",
        "/verification_status/pith_receipt": "claimed",
        "/verification_status/weak_author_claims": "claimed",
    }


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        (("short_pith_number",), "pith:AAAAAAAA", "differs"),
        (("schema_version",), "1.1", "differs"),
        (("source", "kind"), "doi", "differs"),
        (("source", "id"), "1505.05858", "differs"),
        (("source", "version"), True, "differs"),
        (("source", "version"), 7.5, "differs"),
        (("source", "extra"), 1, "claimed"),
        (("paper", "license"), None, "differs"),
        (("paper", "primary_cat"), "math.AG", "differs"),
        (("paper", "submitted_at"), "2015-05-21T19:51:50Z", "differs"),
        (("paper", "cross_cats"), ["math-ph"], "differs"),
        (("paper", "cross_cats"), "math-ph", "differs"),
        (("paper", "cross_cats"), ["math-ph", "math.AG"], "agrees"),
        (("paper", "cross_cats"), [1, "math.AG"], "differs"),
        (("paper", "title"), TITLE.upper() + " ", "reproduced"),
        (("paper", "title"), TITLE + ".", "not_reproduced"),
        (("paper", "title"), None, "differs"),
        (("paper", "abstract_excerpt"), None, "differs"),
        (("paper", "authors_text"), "B. Author", "claimed"),
        (("verification_status", "pith_receipt"), "no", "claimed"),
    ],
)
def test_a_member_that_contradicts_the_record(path: Any, value: Any, status: str) -> None:
    found = findings(changed(DOCUMENT, path, value))
    assert found["/" + "/".join(path)] == status
    expected = findings(DOCUMENT)
    assert {at for at, one in found.items() if one != expected.get(at)} <= {"/" + "/".join(path)}


def test_an_object_with_another_value_in_its_place_is_claimed() -> None:
    assert findings({**DOCUMENT, "paper": [], "source": "arxiv"})["/paper"] == "claimed"


@pytest.mark.parametrize(
    ("excerpt", "abstract", "status"),
    [
        (excerpt_of(), None, "claimed"),
        (excerpt_of(), ABSTRACT, "agrees"),
        (excerpt_of(), "  " + ABSTRACT.replace(" ", "\n\t"), "agrees"),
        (excerpt_of(), ABSTRACT.upper(), "differs"),
        (excerpt_of(), ABSTRACT + "x", "claimed"),
        ("x" + excerpt_of(), ABSTRACT, "differs"),
        (excerpt_of()[:599], None, "not_reproduced"),
    ],
)
def test_an_excerpt_that_was_cut_is_the_beginning_of_an_abstract(
    excerpt: str, abstract: str | None, status: str
) -> None:
    found = findings(changed(DOCUMENT, ("paper", "abstract_excerpt"), excerpt), abstract)
    assert found["/paper/abstract_excerpt"] == status


def test_a_short_excerpt_is_the_whole_abstract() -> None:
    document = record_document(abstract="Short.")
    assert findings(document)["/paper/abstract_excerpt"] == "reproduced"
    assert findings(document, "Another one.")["/paper/abstract_excerpt"] == "reproduced"
    other = changed(document, ("paper", "abstract_excerpt"), "Shorter.")
    assert findings(other, "Short.")["/paper/abstract_excerpt"] == "not_reproduced"


def test_without_a_complete_record_nothing_is_compared() -> None:
    (text,) = beginnings("record_document_prefixes")
    document = read_document(text.encode(), truncated=True)
    found = {str(one.pointer): one.status for one in record_findings(document, Paper(None))}
    determined = {"/" + "/".join(map(str, path)) for path in _PATHS}
    for pointer, status in found.items():
        checked = pointer in determined or pointer in ("/pith_number", "/canonical_sha256")
        assert status == ("unknown" if checked else "claimed"), pointer
    assert found["/paper/title"] == "unknown"


def test_the_paths_are_those_of_what_a_record_determines() -> None:
    assert {*_determined(RECORD)} == _PATHS


def test_the_real_graph_document_derives_the_number_that_it_is_served_under() -> None:
    record = derived_record(read_document(real_graph()))
    assert record is not None and str(record.number) == f"pith:2016:{GRAPH}"


def test_a_graph_document_is_claimed() -> None:
    document = read(graph_document())
    found = {one.pointer: one.status for one in record_findings(document, Paper(None))}
    assert {*found.values()} == {"claimed"}
    assert "/claims" in found and "/source/id" in found


def test_the_record_of_a_graph_document() -> None:
    value = graph_document()
    expected = Record.from_value(record_value(abstract="A short abstract."))
    assert derived_record(read(value)) == expected
    # What has another meaning derives another record; what is no record derives none.
    other = derived_record(read(changed(value, ("paper", "title"), "Another title")))
    assert other is not None and other != expected
    for path, wrong in [
        (("paper", "title"), None),
        (("paper", "abstract_excerpt"), 1),
        (("paper", "cross_cats"), [1]),
        (("paper", "submitted_at"), "2015"),
        (("source", "version"), "7"),
    ]:
        assert derived_record(read(changed(value, path, wrong))) is None, path
    assert derived_record(read(without(value, ("source",)))) is None


def test_a_graph_document_whose_excerpt_was_cut_needs_the_abstract() -> None:
    document = read(graph_document(ABSTRACT))
    assert derived_record(document) is None
    assert derived_record(document, "Another one. " + ABSTRACT) is None
    assert derived_record(document, ABSTRACT) == RECORD


def test_a_graph_document_that_is_cut_derives_a_record_from_complete_members_alone() -> None:
    data = json.dumps(graph_document()).encode()
    expected = Record.from_value(record_value(abstract="A short abstract."))
    ends = [cut for cut in range(len(data) + 1) if derived_record(read_document(data[:cut], truncated=True))]
    assert min(ends) == data.index(b'"version": 7') + len(b'"version": 7') + 1
    for cut in ends:
        assert derived_record(read_document(data[:cut], truncated=True)) == expected
