"""Findings on claims of authorship: the form of the identifier, and saved records of ORCID (spec ORCID-7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.brief import brief
from pithbundle.encoding.values import Object, portable
from pithbundle.evidence.author_claims import (
    DOES_NOT_SHOW,
    MOST_NAMED,
    AuthorFinding,
    ClaimForm,
    Listing,
    SavedRecords,
)
from pithbundle.evidence.event_claims import EventClaim
from pithbundle.evidence.findings import Effect, Finding, not_checked

#: The type of the events.
AUTHOR_EVENT: Final = "author_claim"
_CLAUSE: Final = "ORCID-7"
#: What each word means for the claim (ORCID-7); those that are not here leave it open.
_OF_FORM: Final[dict[ClaimForm, Effect]] = {"well_formed": "supports", "bad_checksum": "contradicts"}
_OF_LISTING: Final[dict[Listing, Effect]] = {"listed": "supports"}
#: The members of the details that are of one of the two findings alone.
_PARTS: Final = {
    "form": ("form", "form_sentence"),
    "listing": ("listing", "listing_sentence", "assertions", "more_assertions"),
}


def author_findings(claim: EventClaim, saved: SavedRecords) -> Iterator[Finding]:
    """Check what an event claims of an author (ORCID-7).

    Args:
        claim: the claim of the event.
        saved: the records of ORCID that the user has, beside the record of the claim.
    """
    scheme, identifier = claim.payload.get("scheme"), claim.payload.get("identifier")
    if type(scheme) is not str or type(identifier) is not str:
        yield not_checked(claim, "author_form", "the event does not name a scheme and an identifier", _CLAUSE)
        return
    found, value = saved.checked(scheme, identifier)

    def finding(part: str, status: str, effect: Effect, rests_on: tuple[tuple[str, str], ...]) -> Finding:
        others = {name for of_part, names in _PARTS.items() if of_part != part for name in names}
        details = {name: member for name, member in value.items() if name not in others}
        sentence = str(value[f"{part}_sentence"])
        return Finding(
            claim, None, f"author_{part}", status, effect, sentence, rests_on, DOES_NOT_SHOW, _CLAUSE, details
        )

    yield finding("form", found.form, _OF_FORM.get(found.form, "open"), _person(found))
    yield finding("listing", found.listing, _OF_LISTING.get(found.listing, "open"), tuple(_rests_on(found)))


@dataclass(slots=True)
class Person:
    """One person, and the claims that name the person (ORCID-3)."""

    #: The iD in its canonical form.
    orcid: str
    #: The claims, in the order of the report.
    claims: list[EventClaim]
    #: The spellings of the iD in them, each once: the first 20.
    spellings: list[str]

    __repr__ = brief

    @property
    def unverified(self) -> int:
        """How many of the claims have no verified signature."""
        return sum(not claim.is_verified for claim in self.claims)

    def to_value(self) -> Object:
        """The person as JSON."""
        return {
            "orcid": self.orcid,
            "spellings": [portable(each) for each in self.spellings],
            "claims": [
                {"event_id": claim.event_id, "element_sha256": claim.element_sha256} for claim in self.claims
            ],
        }


def persons_of(findings: Iterable[Finding]) -> tuple[Person, ...]:
    """Return the persons whom claims of authorship name, each once however the iD is spelt (ORCID-3)."""
    persons: dict[str, Person] = {}
    for one in findings:
        details = one.details if one.kind == "author_form" else None
        orcid = None if details is None else details["person"]
        if one.claim is None or type(orcid) is not str:
            continue
        person = persons.setdefault(orcid, Person(orcid, [], []))
        person.claims.append(one.claim)
        spelling = str(one.claim.payload["identifier"])
        if spelling not in person.spellings and len(person.spellings) < MOST_NAMED:
            person.spellings.append(spelling)
    return tuple(persons.values())


def _person(found: AuthorFinding) -> tuple[tuple[str, str], ...]:
    written = ("identifier", found.identifier)
    return (written,) if found.person is None else (written, ("person", found.person))


def _rests_on(found: AuthorFinding) -> Iterator[tuple[str, str]]:
    for each in found.assertions:
        yield "asserted by", each.party
    more = found.count - len(found.assertions)
    if more:
        yield "and", f"{more} more"
