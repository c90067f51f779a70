"""Sentences on what follows from events, for the command line and the pages of a mirror.

One word for one thing, wherever a person reads it. Texts of others are made safe to show by the
caller: before they become part of a sentence, or the sentence as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final, Literal, TypeAlias

from pithbundle.merge.completeness import Completeness
from pithbundle.merge.equivocation import Equivocation
from pithbundle.merge.timeline import Change, Moment
from pithbundle.newtypes import EventId

#: How a change is shown: one that takes something back, or leaves it open, is doubtful.
Tone: TypeAlias = Literal["good", "doubtful", "quiet"]

_TONES: Final[dict[Change, Tone]] = {
    "retracts": "doubtful", "withdrawn": "doubtful", "rejected": "doubtful", "waits": "doubtful",
    "unrecognised": "doubtful", "restates": "quiet", "superseded": "quiet", "lists": "quiet",
}  # fmt: skip

#: The words between the change and the first id that it concerns.
_FIRST_OTHER: Final[dict[Change, str]] = {
    "replaces": "replaces", "restates": "restates", "superseded": "superseded by", "retracts": "retracts",
    "withdrawn": "retracted by", "waits": "waits for", "rejected": "names",
}  # fmt: skip

#: Where no checkpoint lists what there should be (MERGE-9).
NOT_LISTED: Final = "unknown: no checkpoint lists the events"


def tone_of(change: Change) -> Tone:
    """Return how a change is shown."""
    return _TONES.get(change, "good")


def relations_of(moment: Moment, conflicts: Set[str]) -> Iterator[tuple[str, EventId | None]]:
    """Yield what an event has to do with others: words, and the id after them if there is one.

    Args:
        moment: of the timeline (TIMELINE-2).
        conflicts: the ids of all events in conflict (MERGE-8).
    """
    if moment.others:
        yield _FIRST_OTHER[moment.change], moment.others[0]
        if moment.change == "retracts":
            for other in moment.others[1:]:
                yield "restores", other
    if moment.event.event_id in conflicts:
        yield "in conflict with another event of its signer", None
    if moment.retracted_by and moment.change != "withdrawn":
        yield "retracted by", moment.retracted_by[0]


def conflict_sentence(group: Equivocation, signer: str) -> str:
    """Return what a group of events that contradict each other is (MERGE-8).

    Args:
        group: the events.
        signer: theirs, as it is shown.
    """
    return f"{group.event_type}: {len(group.event_ids)} events signed by {signer} contradict each other"


def nothing_missing_sentence(found: Completeness, signer: str, short: str) -> str:
    """Return what a checkpoint shows of which nothing is missing; no more is claimed (MERGE-9).

    Args:
        found: of a signer, with ``as_of``.
        signer: the signer, as it is shown.
        short: the first digits of the id of the checkpoint.
    """
    instant = "" if found.as_of is None else found.as_of[0]
    return f"nothing that {signer} listed by {instant} {short} is missing"
