"""Findings on claims of authorship, of events (ORCID-7)."""

from __future__ import annotations

from typing import Any

import pytest

from kit.captures import PERSON, external_id, orcid_json, record, source, work
from pithbundle.evidence import EventClaim, Finding, OrcidRecord, read_orcid
from pithbundle.evidence.person_claims import AUTHOR_EVENT, author_findings
from pithbundle.joined import Location
from pithbundle.newtypes import Pointer


def findings(*saved: OrcidRecord, **members: Any) -> list[Finding]:
    payload = {"scheme": "orcid", "identifier": PERSON, "strength": "strong", **members}
    place = Location(0, "a", 0, Pointer(""))
    claim = EventClaim("not_signed", AUTHOR_EVENT, payload, None, "0" * 64, None, place)
    found = list(author_findings(claim, record(), saved))
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
    assert "unsigned" in listing.sentence and form.details == listing.details


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


@pytest.mark.parametrize("member", ["scheme", "identifier"])
def test_a_claim_without_its_texts_is_not_checked(member: str) -> None:
    assert [each.status for each in findings(**{member: None})] == ["not_checked"]
