"""Findings on claims of authorship: the form of the identifier, and saved records of ORCID (spec ORCID-7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.bundle.record import Record
from pithbundle.evidence.author_claims import DOES_NOT_SHOW, AuthorFinding, ClaimForm, Listing, check_author
from pithbundle.evidence.event_claims import EventClaim
from pithbundle.evidence.findings import Effect, Finding, not_checked
from pithbundle.evidence.orcid_record import OrcidRecord

#: The type of the events.
AUTHOR_EVENT: Final = "author_claim"
_CLAUSE: Final = "ORCID-7"
#: What each word means for the claim (ORCID-7); those that are not here leave it open.
_OF_FORM: Final[dict[ClaimForm, Effect]] = {"well_formed": "supports", "bad_checksum": "contradicts"}
_OF_LISTING: Final[dict[Listing, Effect]] = {"listed": "supports"}


def author_findings(claim: EventClaim, record: Record, saved: tuple[OrcidRecord, ...]) -> Iterator[Finding]:
    """Check what an event claims of an author (ORCID-7).

    Args:
        claim: the claim of the event.
        record: its record.
        saved: the records of ORCID that the user has.
    """
    scheme, identifier = claim.payload.get("scheme"), claim.payload.get("identifier")
    if type(scheme) is not str or type(identifier) is not str:
        yield not_checked(claim, "author_form", "the event does not name a scheme and an identifier", _CLAUSE)
        return
    found = check_author(record, scheme, identifier, saved)
    value = found.to_value()

    def finding(part: str, status: str, effect: Effect, rests_on: tuple[tuple[str, str], ...]) -> Finding:
        sentence = str(value[f"{part}_sentence"])
        return Finding(
            claim, None, f"author_{part}", status, effect, sentence, rests_on, DOES_NOT_SHOW, _CLAUSE, value
        )

    yield finding("form", found.form, _OF_FORM.get(found.form, "open"), _person(found))
    yield finding("listing", found.listing, _OF_LISTING.get(found.listing, "open"), tuple(_rests_on(found)))


def _person(found: AuthorFinding) -> tuple[tuple[str, str], ...]:
    written = ("identifier", found.identifier)
    return (written,) if found.person is None else (written, ("person", found.person))


def _rests_on(found: AuthorFinding) -> Iterator[tuple[str, str]]:
    for each in found.assertions:
        party = each.origin or each.source
        yield "asserted by", party.name or party.orcid or party.client_id or each.by
