"""replication: somebody repeated, falsified or formalised a claim of the paper (spec KIND-10).

Every one stands: a replication that fails never cancels one that succeeds.
"""

from __future__ import annotations

from pithbundle.merge.schema import EventType, prose, web_url, word

EVENT_TYPE = EventType(
    event_type="replication",
    target="record",
    section="replications",
    select="all",
    members={
        "claimant": prose(512),
        "claim": prose(4096),
        "url": web_url,
        "kind": word("replication", "falsification", "formal_bridge"),
        "outcome": word("supports", "refutes", "inconclusive"),
        "moderation": word("pending", "accepted", "rejected"),
    },
    optional=frozenset({"url"}),
)
