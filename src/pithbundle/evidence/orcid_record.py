"""A saved record of ORCID, or its list of works: what it lists, and by whom (spec ORCID-4).

ORCID's public interface answers in JSON or XML, of version 3.0. Nothing in an answer is signed.
"""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.brief import brief


@dataclass(frozen=True, slots=True)
class ExternalId:
    """An identifier of a work."""

    #: ``arxiv``, ``doi`` or another word, in lower case.
    kind: str
    #: As it was entered.
    value: str
    #: As ORCID normalised it; empty without one.
    normalized: str
    #: ``self``, ``part-of``, ``version-of`` or another word.
    relationship: str

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Party:
    """A person or a program, as ORCID names them; each part is empty where it is not there."""

    #: The path of an iD, as ``0000-0002-1825-0097``.
    orcid: str = ""
    #: The identifier of a program.
    client_id: str = ""
    name: str = ""

    __repr__ = brief

    def __bool__(self) -> bool:
        return bool(self.orcid or self.client_id or self.name)


@dataclass(frozen=True, slots=True)
class Work:
    """A work of the list, by one source."""

    ids: tuple[ExternalId, ...]
    #: Who added it.
    source: Party
    #: Who made the connection, where that is another one.
    origin: Party

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class OrcidRecord:
    """What a file says of one person (ORCID-4)."""

    #: The iD in its canonical form.
    orcid: str
    works: tuple[Work, ...]

    __repr__ = brief
