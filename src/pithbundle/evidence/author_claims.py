"""What is found of a claim of authorship: its form, and what a saved record of ORCID lists (spec ORCID-1 to
ORCID-6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.record import Record
from pithbundle.encoding.values import portable
from pithbundle.evidence.orcid import form_of, has_checksum
from pithbundle.evidence.orcid_record import ExternalId, OrcidRecord, Party, Work
from pithbundle.evidence.papers import named_by_identifier, paper_of

#: What is found of the form of an identifier (ORCID-2, ORCID-6).
ClaimForm: TypeAlias = Literal[
    "well_formed", "out_of_range", "bad_checksum", "not_orcid", "malformed", "not_checked"
]
#: What saved records show of a claim (ORCID-5).
Listing: TypeAlias = Literal["listed", "not_listed", "other_person", "not_given", "not_checked"]
#: Who asserts that a work is of a person (ORCID-5).
AssertedBy: TypeAlias = Literal["the person", "another", "unknown"]

#: How many works a finding names at most; the others are counted (ORCID-5).
MOST_NAMED: Final = 20
#: The characters of a text of a saved record that are shown at most.
_LONGEST: Final = 256
#: What no finding about a claim of authorship shows (ORCID-5).
DOES_NOT_SHOW: Final = (
    "that the person wrote the paper, or made or knows of the claim; nothing in a record of ORCID is signed"
)
#: The forms of other identifiers (ORCID-6).
_FORMS: Final = {
    "arxiv": re.compile(
        r"(?:https?://arxiv\.org/a/|arxiv\.org/a/)?[a-z][a-z-]*_[a-z](?:_[a-z])*_[1-9][0-9]{0,4}"
    ).fullmatch,
    "did": re.compile(r"did:[a-z0-9]{1,32}:[A-Za-z0-9._:%-]{1,400}").fullmatch,
    "github": re.compile(
        r"(?:(?:https?://)?github\.com/)?(?=[A-Za-z0-9-]{1,39}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
    ).fullmatch,
}
_ISNI: Final = re.compile(
    r"(?:(?:https?://)?(?:www\.)?isni\.org/(?:isni/)?)?"
    r"([0-9]{4})[ -]?([0-9]{4})[ -]?([0-9]{4})[ -]?([0-9]{3}[0-9X])"
).fullmatch


@dataclass(frozen=True, slots=True)
class Assertion:
    """A work of a saved record that is this paper, and who put it there (ORCID-5)."""

    by: AssertedBy
    #: The identifier that names the paper.
    identifier: ExternalId
    source: Party
    origin: Party

    __repr__ = brief

    @property
    def party(self) -> str:
        """Who asserts it, in one text: the name, else the iD or the identifier of a program."""
        party = self.origin or self.source
        return _shown(party.name or party.orcid or party.client_id or self.by)

    def to_value(self) -> dict[str, Any]:
        """The assertion as JSON: strings."""
        return {
            "by": self.by,
            "identifier": portable(_shown(self.identifier.value)),
            "kind": portable(_shown(self.identifier.kind)),
            "source": _value_of(self.source),
            "origin": _value_of(self.origin),
        }


@dataclass(frozen=True, slots=True)
class AuthorFinding:
    """What is found of a claim of authorship (ORCID-2, ORCID-5)."""

    scheme: str
    #: As the claim has it.
    identifier: str
    form: ClaimForm
    #: The one form of an iD, for spellings of it alike; None of another identifier (ORCID-1).
    person: str | None
    listing: Listing
    #: The works that are this paper, if it is listed: the first 20.
    assertions: tuple[Assertion, ...]
    #: How many there are.
    count: int = 0
    #: Who asserts them, of all, each once.
    asserted_by: tuple[AssertedBy, ...] = ()

    __repr__ = brief

    @property
    def sentence(self) -> str:
        """What was found, for people."""
        return f"{_FORM_SENTENCES[self.form]}; {self._of_listing()}"

    @property
    def _clause(self) -> str:
        if self.scheme != "orcid":
            return "ORCID-6"
        return "ORCID-2" if self.person is None else "ORCID-5"

    def _of_listing(self) -> str:
        if self.listing != "listed":
            return _LISTING_SENTENCES[self.listing]
        by = " and ".join(self.asserted_by)
        return f"the saved record of ORCID, unsigned, lists this paper, asserted by {by}"

    def to_value(self) -> dict[str, Any]:
        """The finding as JSON: strings, arrays and null."""
        return {
            "scheme": self.scheme,
            "identifier": self.identifier,
            "person": self.person,
            "form": self.form,
            "listing": self.listing,
            "assertions": [each.to_value() for each in self.assertions],
            "more_assertions": self.count - len(self.assertions),
            "form_sentence": _FORM_SENTENCES[self.form],
            "listing_sentence": self._of_listing(),
            "clause": self._clause,
            "does_not_show": DOES_NOT_SHOW,
        }


_BY: Final[tuple[AssertedBy, ...]] = ("the person", "another", "unknown")
_FORM_SENTENCES: Final[dict[ClaimForm, str]] = {
    "well_formed": "the identifier has the form of its scheme",
    "out_of_range": "the identifier has the checksum of an ORCID iD and is in no range that ORCID assigns",
    "bad_checksum": "the identifier has the form of an ORCID iD and not its checksum",
    "not_orcid": "the identifier is no spelling of an ORCID iD",
    "malformed": "the identifier has not the form of its scheme",
    "not_checked": "identifiers of this scheme are not checked",
}
_LISTING_SENTENCES: Final[dict[Listing, str]] = {
    "listed": "",
    "not_listed": "the saved record of ORCID, unsigned, does not list this paper",
    "other_person": "the saved records are of other persons",
    "not_given": "no saved record of ORCID was given",
    "not_checked": "no record of it can be compared",
}


class SavedRecords:
    """The records of ORCID that the user has, each compared with a paper once (ORCID-5).

    Args:
        record: the record of the paper.
        saved: the records of ORCID.
    """

    def __init__(self, record: Record, saved: Iterable[OrcidRecord] = ()) -> None:
        self._paper = paper_of(record)
        self._persons: dict[str, list[Assertion]] = {}
        self._findings: dict[tuple[str, str], tuple[AuthorFinding, dict[str, Any]]] = {}
        for each in saved:
            own = self._persons.setdefault(each.orcid, [])
            if self._paper is not None:
                own.extend(_assertions(self._paper, each))
        self._by = {
            person: tuple(sorted({each.by for each in own}, key=_BY.index))
            for person, own in self._persons.items()
        }

    def checked(self, scheme: str, identifier: str) -> tuple[AuthorFinding, dict[str, Any]]:
        """The finding on an identifier, and the finding as JSON; each is made once."""
        key = scheme, identifier
        if key not in self._findings:
            found = self.check(scheme, identifier)
            self._findings[key] = found, found.to_value()
        return self._findings[key]

    def check(self, scheme: str, identifier: str) -> AuthorFinding:
        """Check a claim of authorship (ORCID-2, ORCID-5, ORCID-6)."""
        if scheme != "orcid":
            form = _other_form(scheme, identifier)
            return AuthorFinding(scheme, identifier, form, None, "not_checked", ())
        of_id, person = form_of(identifier)
        found = () if person is None else self._persons.get(person, ())
        listing: Listing
        if person is None:
            listing = "not_checked"
        elif person not in self._persons:
            listing = "other_person" if self._persons else "not_given"
        elif self._paper is None:
            listing = "not_checked"
        else:
            listing = "listed" if found else "not_listed"
        by = self._by[person] if found and person is not None else ()
        return AuthorFinding(
            scheme, identifier, of_id, person, listing, tuple(found[:MOST_NAMED]), len(found), by
        )


def check_author(
    record: Record, scheme: str, identifier: str, saved: Sequence[OrcidRecord] = ()
) -> AuthorFinding:
    """Check a claim of authorship (ORCID-2, ORCID-5, ORCID-6).

    Args:
        record: the record of the paper.
        scheme: as ``orcid``, of the claim.
        identifier: that of the claim, in any spelling.
        saved: the records of ORCID that the user has.
    """
    return SavedRecords(record, saved).check(scheme, identifier)


def by_person(findings: Iterable[AuthorFinding]) -> tuple[tuple[AuthorFinding, ...], ...]:
    """The findings of each person, in their order: spellings of one iD are one (ORCID-3)."""
    persons: dict[tuple[str, str], list[AuthorFinding]] = {}
    for each in findings:
        persons.setdefault(("", each.person) if each.person else (each.scheme, each.identifier), []).append(
            each
        )
    return tuple(tuple(each) for each in persons.values())


def _assertions(paper: str, saved: OrcidRecord) -> Iterator[Assertion]:
    for work in saved.works:
        identifier = _names(work, paper)
        if identifier is not None:
            yield Assertion(_asserted_by(saved, work), identifier, work.source, work.origin)


def _names(work: Work, paper: str) -> ExternalId | None:
    """The first identifier by which a work is this paper itself, and no part or version of it."""
    for each in work.ids:
        if each.relationship == "self" and each.kind in ("arxiv", "doi"):
            for text in (each.value, each.normalized):
                named = named_by_identifier(text)
                if named is not None and named.arxiv_id == paper:
                    return each
    return None


def _asserted_by(record: OrcidRecord, work: Work) -> AssertedBy:
    """Who made the connection: the origin of the assertion if it is there, otherwise the source."""
    party = work.origin or work.source
    if not party:
        return "unknown"
    return "the person" if form_of(party.orcid)[1] == record.orcid else "another"


def _other_form(scheme: str, identifier: str) -> ClaimForm:
    if scheme == "isni":
        found = _ISNI(identifier)
        return "well_formed" if found and has_checksum("".join(found.groups())) else "malformed"
    matches = _FORMS.get(scheme)
    if matches is None:
        return "not_checked"
    return "well_formed" if matches(identifier) else "malformed"


def _value_of(party: Party) -> dict[str, str]:
    texts = {"orcid": party.orcid, "client_id": party.client_id, "name": party.name}
    return {name: portable(_shown(text)) for name, text in texts.items()}


def _shown(text: str) -> str:
    """A text of a saved record, which may have millions of characters and is shown for each claim."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
