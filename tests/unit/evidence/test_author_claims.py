"""What is found of a claim of authorship (ORCID-3, ORCID-5, ORCID-6)."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from kit.captures import PERSON, external_id, orcid_json, record, source, work
from pithbundle.evidence import AuthorFinding, OrcidRecord, by_person, check_author, read_orcid
from pithbundle.evidence.author_claims import DOES_NOT_SHOW

OTHER: Final = "0000-0001-5109-3700"
CANONICAL: Final = f"https://orcid.org/{PERSON}"


def saved(*summaries: Any, person: str = PERSON) -> OrcidRecord:
    return read_orcid(orcid_json(*summaries, person=person))


def found(*given: OrcidRecord, identifier: str = PERSON, arxiv_id: str = "1203.00001") -> AuthorFinding:
    return check_author(record(arxiv_id), "orcid", identifier, given)


@pytest.mark.parametrize(
    "identifier",
    [
        external_id(),
        external_id("arXiv:1203.00001v1"),
        external_id("https://arxiv.org/abs/1203.00001"),
        external_id("10.48550/ARXIV.1203.00001", "doi"),
        external_id("as entered", normalized="arXiv:1203.00001"),
        external_id("https://doi.org/10.48550/arXiv.1203.00001", "doi"),
    ],
)
def test_a_record_lists_the_paper_by_an_identifier_of_its_own(identifier: Any) -> None:
    finding = found(saved(work(external_id("978", "isbn")), work(external_id("x", "doi"), identifier)))
    (assertion,) = finding.assertions
    assert (finding.listing, finding.form, finding.person) == ("listed", "well_formed", CANONICAL)
    assert assertion.identifier.value == identifier["external-id-value"]
    assert "unsigned, lists this paper, asserted by the person" in finding.sentence


@pytest.mark.parametrize(
    "identifier",
    [
        external_id("1203.00002"),
        external_id(relationship="part-of"),
        external_id(relationship="version-of"),
        external_id(kind="isbn"),
        external_id(""),
    ],
)
def test_another_identifier_lists_nothing(identifier: Any) -> None:
    assert found(saved(work(identifier), work())).listing == "not_listed"


@pytest.mark.parametrize(
    ("parties", "by"),
    [
        (source(orcid=PERSON), "the person"),
        (source(orcid=OTHER), "another"),
        (source(client=OTHER, name="A Press"), "another"),
        ({**source(client=OTHER), **source("assertion-origin", orcid=PERSON)}, "the person"),
        ({**source(orcid=PERSON), **source("assertion-origin", client=OTHER)}, "another"),
        (source(), "unknown"),
    ],
)
def test_who_asserts_it_is_the_origin_or_the_source(parties: Any, by: str) -> None:
    finding = found(saved(work(external_id(), source=parties)))
    assert [each.by for each in finding.assertions] == [by]
    assert finding.sentence.endswith(f"asserted by {by}")


def test_all_that_assert_it_are_named_once() -> None:
    summaries = [work(external_id(), source=source(orcid=each)) for each in (OTHER, PERSON, OTHER)]
    assert found(saved(*summaries)).sentence.endswith("asserted by the person and another")
    # Of several files of one person each counts.
    assert len(found(saved(summaries[0]), saved(), saved(*summaries[1:])).assertions) == 3


def test_records_of_others_and_none_are_different_findings() -> None:
    assert found(saved(work(external_id()), person=OTHER)).listing == "other_person"
    assert found().listing == "not_given"
    assert found(saved(work(external_id())), arxiv_id="of-no-form").listing == "not_checked"


@pytest.mark.parametrize(
    ("identifier", "form"), [("0000-0002-1825-0098", "bad_checksum"), ("warner_s_1", "not_orcid")]
)
def test_what_is_no_id_is_compared_with_nothing(identifier: str, form: str) -> None:
    finding = found(saved(work(external_id())), identifier=identifier)
    assert (finding.form, finding.listing, finding.person) == (form, "not_checked", None)


def test_an_id_out_of_range_is_compared() -> None:
    finding = found(
        saved(work(external_id()), person="8888-8888-8888-8880"), identifier="8888-8888-8888-8880"
    )
    assert (finding.form, finding.listing) == ("out_of_range", "listed")


def test_spellings_of_one_id_are_one_person() -> None:
    texts = [
        PERSON,
        OTHER,
        CANONICAL,
        PERSON.replace("-", ""),
        f"orcid.org/{PERSON}",
        f"http://orcid.org/{PERSON}",
    ]
    findings = [found(identifier=each) for each in texts]
    groups = by_person([*findings, found(identifier="x"), check_author(record(), "github", "x")])
    assert [[each.identifier for each in group] for group in groups] == [
        [PERSON, *texts[2:]], [OTHER], ["x"], ["x"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "identifier", "form"),
    [
        ("isni", "0000 0002 1825 0097", "well_formed"),
        ("isni", "https://isni.org/isni/0000000218250097", "well_formed"),
        ("isni", "0000000218250098", "malformed"),
        ("isni", "x", "malformed"),
        ("arxiv", "warner_s_1", "well_formed"),
        ("arxiv", "https://arxiv.org/a/warner_s_1", "well_formed"),
        ("arxiv", "warner", "malformed"),
        ("arxiv", "warner_s_0", "malformed"),
        ("github", "octo-cat", "well_formed"),
        ("github", "https://github.com/octocat", "well_formed"),
        ("github", "-cat", "malformed"),
        ("github", "a--b", "malformed"),
        ("github", "a" * 40, "malformed"),
        ("did", "did:key:z6MkhaXgBZD", "well_formed"),
        ("did", "did:KEY:x", "malformed"),
        ("did", "key:x", "malformed"),
        ("email", "a@example.org", "not_checked"),
        ("ORCID", PERSON, "not_checked"),
    ],
)
def test_other_schemes_have_a_form_or_are_not_checked(scheme: str, identifier: str, form: str) -> None:
    finding = check_author(record(), scheme, identifier, [saved(work(external_id()))])
    assert (finding.form, finding.person, finding.listing) == (form, None, "not_checked")


def test_a_finding_as_json_says_what_it_does_not_show() -> None:
    value = found(saved(work(external_id(), source=source(client=OTHER, name="A Press")))).to_value()
    assert value["assertions"] == [
        {
            "by": "another",
            "identifier": "1203.00001",
            "kind": "arxiv",
            "source": {"orcid": "", "client_id": OTHER, "name": "A Press"},
            "origin": {"orcid": "", "client_id": "", "name": ""},
        }
    ]
    assert (value["clause"], value["does_not_show"]) == ("ORCID-5", DOES_NOT_SHOW)
    assert "signed" in DOES_NOT_SHOW and json.dumps(value)
    assert found(identifier="x").to_value()["clause"] == "ORCID-2"
    assert check_author(record(), "github", "x").to_value()["clause"] == "ORCID-6"
