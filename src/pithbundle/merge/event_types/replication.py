"""replication: somebody repeated, falsified or formalised a claim of the paper (spec KIND-10).

All are current: a replication that fails does not cancel one that succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import EventType
from pithbundle.merge.schema import one_of, prose, web_url

#: What may come of a replication.
OUTCOMES = ("supports", "refutes", "inconclusive")


@dataclass(frozen=True, slots=True, repr=False)
class Replication(Entry):
    """A current replication, of any outcome and moderation."""

    claimant: str
    claim: str
    url: str | None
    kind: str
    outcome: str
    moderation: str


EVENT_TYPE = EventType(
    event_type="replication",
    target="record",
    section="replications",
    select="all",
    members={
        "claimant": prose(512),
        "claim": prose(4096),
        "url": web_url,
        "kind": one_of("replication", "falsification", "formal_bridge"),
        "outcome": one_of(*OUTCOMES),
        "moderation": one_of("pending", "accepted", "rejected"),
    },
    entry=Replication,
    optional=frozenset({"url"}),
)
