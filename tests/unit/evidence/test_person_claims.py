"""Findings on claims of authorship, of events (ORCID-7)."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from kit.captures import PERSON, external_id, orcid_json, record, source, work
from pithbundle.evidence import EventClaim, Finding, OrcidRecord, read_orcid
from pithbundle.evidence.author_claims import SavedRecords
from pithbundle.evidence.papers import named_by_identifier
from pithbundle.evidence.person_claims import AUTHOR_EVENT, author_findings, persons_of
from pithbundle.joined import Location
from pithbundle.newtypes import Pointer


def findings(*saved: OrcidRecord, **members: Any) -> list[Finding]:
    payload = {"scheme": "orcid", "identifier": PERSON, "strength": "strong", **members}
    place = Location(0, "a", 0, Pointer(""))
    claim = EventClaim("not_signed", AUTHOR_EVENT, payload, None, "0" * 64, None, place)
    found = list(author_findings(claim, SavedRecords(record(), saved)))
    assert all(each.claim is claim and each.clause == "ORCID-7" for each in found)
    return found


def test_a_claim_has_two_findings() -> None:
    parties = {
        **source(client="0000-0001-5109-3700", name="A Press"),
        **source("assertion-origin", orcid=PERSON),
    }
    saved = read_orcid(
        orcid_json(work(external_id()), work(external_id(), source=parties), work(external_id(), source={}))
    )
    form, listing = findings(saved)
    assert (form.kind, form.status, form.effect) == ("author_form", "well_formed", "supports")
    assert form.rests_on == (("identifier", PERSON), ("person", f"https://orcid.org/{PERSON}"))
    assert (listing.kind, listing.status, listing.effect) == ("author_listing", "listed", "supports")
    assert listing.rests_on == (("asserted by", PERSON), ("asserted by", PERSON), ("asserted by", "unknown"))
    assert "unsigned" in listing.sentence
    assert form.details is not None and listing.details is not None
    common = {"scheme", "identifier", "person", "clause", "does_not_show"}
    assert {*form.details} == common | {"form", "form_sentence"}
    assert {*listing.details} == common | {"listing", "listing_sentence", "assertions", "more_assertions"}


@pytest.mark.parametrize(
    ("identifier", "status", "effect"),
    [
        ("0000-0002-1825-0098", "bad_checksum", "contradicts"),
        ("x", "not_orcid", "open"),
        ("8888-8888-8888-8880", "out_of_range", "open"),
    ],
)
def test_only_a_wrong_checksum_contradicts(identifier: str, status: str, effect: str) -> None:
    form, listing = findings(identifier=identifier)
    assert (form.status, form.effect, listing.effect) == (status, effect, "open")


def test_spellings_of_one_id_rest_on_one_person() -> None:
    people = {findings(identifier=each)[0].rests_on[1] for each in (PERSON, PERSON.replace("-", ""))}
    assert people == {("person", f"https://orcid.org/{PERSON}")}
    assert findings(scheme="github", identifier="x")[0].rests_on == (("identifier", "x"),)


def test_at_most_20_works_are_named_and_the_others_are_counted() -> None:
    long = source(client="0000-0001-5109-3700", name="é" * 5_000)
    saved = read_orcid(orcid_json(*[work(external_id())] * 30, work(external_id(), source=long)))
    _, listing = findings(saved)
    assert listing.rests_on == (("asserted by", PERSON),) * 20 + (("and", "11 more"),)
    assert listing.sentence.endswith("asserted by the person and another")
    assert listing.details is not None and listing.details["more_assertions"] == 11
    _, one = findings(read_orcid(orcid_json(work(external_id(), source=long))))
    assert one.rests_on == (("asserted by", "é" * 255 + "…"),)


def test_the_works_of_a_record_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Mock(wraps=named_by_identifier)
    monkeypatch.setattr("pithbundle.evidence.author_claims.named_by_identifier", counted)
    saved = SavedRecords(record(), [read_orcid(orcid_json(*[work(external_id())] * 50))])
    for _ in range(100):
        assert saved.check("orcid", PERSON).count == 50
    assert saved.checked("orcid", PERSON) is saved.checked("orcid", PERSON)
    assert counted.call_count == 50


def test_a_person_is_listed_once_with_at_most_20_spellings() -> None:
    other = "0000-0001-5109-3700"
    texts = [PERSON, other, PERSON.replace("-", ""), PERSON, "x", f"https://orcid.org/{PERSON}"]
    found = [one for text in texts for one in findings(identifier=text)]
    found += findings(scheme="github", identifier="octocat") + findings(identifier=None)
    one, two = persons_of(found)
    assert (one.orcid, len(one.claims), one.unverified) == (f"https://orcid.org/{PERSON}", 4, 4)
    assert one.spellings == [PERSON, texts[2], texts[5]] and two.spellings == [other]
    assert one.to_value()["claims"] == [{"event_id": None, "element_sha256": "0" * 64}] * 4
    monkey = [Finding(each.claim, None, each.kind, "x", "open", "x", (), "x", "x") for each in found]
    assert persons_of(monkey) == ()


@pytest.mark.parametrize("member", ["scheme", "identifier"])
def test_a_claim_without_its_texts_is_not_checked(member: str) -> None:
    assert [each.status for each in findings(**{member: None})] == ["not_checked"]
