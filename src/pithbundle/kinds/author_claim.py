"""author_claim: a person says that this paper is theirs (spec KIND-8)."""

from __future__ import annotations

from pithbundle.kinds.fit import Kind, identifier, name, word

KIND = Kind(
    event_type="author_claim",
    target="record",
    section="author_claims",
    select="latest",
    members={"scheme": name, "identifier": identifier, "strength": word("strong", "weak")},
    slot=("scheme", "identifier", "strength"),
)
