"""An event type that the package does not have: docs/guides/add-an-event-type.md shows this declaration.

peer_review: the referees of a journal came to a decision; the latest decision of a round is current.
"""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import name, one_of, whole


@dataclass(frozen=True, slots=True)
class PeerReview(Entry):
    """A current decision of the referees of a journal."""

    journal: str
    round: int
    decision: str


EVENT_TYPE = EventType(
    event_type="peer_review",
    target="record",
    section="peer_reviews",
    select="latest",
    members={"journal": name, "round": whole(1), "decision": one_of("accept", "revise", "reject")},
    entry=PeerReview,
    slot=("journal", "round"),
)
