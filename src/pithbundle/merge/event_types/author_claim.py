"""author_claim: a person claims to be an author of this paper (spec KIND-8).

Another strength at a later time is a revision of the claim, at the same instant a conflict.
"""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import identifier, name, one_of


@dataclass(frozen=True, slots=True, repr=False)
class AuthorClaim(Entry):
    """A current author claim; ``strength`` is ``strong`` or ``weak``."""

    scheme: str
    identifier: str
    strength: str


EVENT_TYPE = EventType(
    event_type="author_claim",
    target="record",
    section="author_claims",
    select="latest",
    members={"scheme": name, "identifier": identifier, "strength": one_of("strong", "weak")},
    entry=AuthorClaim,
    slot=("scheme", "identifier"),
    deciding=("strength",),
)
