"""author_claim: a person says that this paper is theirs (spec KIND-8).

Another strength at a later time is a revision of the claim, at the same instant a conflict.
"""

from __future__ import annotations

from pithbundle.merge.schema import EventType, identifier, name, word

EVENT_TYPE = EventType(
    event_type="author_claim",
    target="record",
    section="author_claims",
    select="latest",
    members={"scheme": name, "identifier": identifier, "strength": word("strong", "weak")},
    slot=("scheme", "identifier"),
    deciding=("strength",),
)
