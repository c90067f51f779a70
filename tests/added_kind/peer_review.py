"""A kind that the package does not have: what adding one takes is this file and one vector.

peer_review: a named journal's referees came to a decision; the newest decision of a
round stands.
"""

from __future__ import annotations

from pithbundle.merge.schema import EventType, name, whole, word

EVENT_TYPE = EventType(
    event_type="peer_review",
    target="record",
    section="peer_reviews",
    select="latest",
    members={"journal": name, "round": whole(1), "decision": word("accept", "revise", "reject")},
    slot=("journal", "round"),
)
