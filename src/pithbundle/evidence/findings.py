"""One finding on one claim, in the form that all kinds of evidence have (spec EVID-17, EVID-18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.encoding.values import Object, portable
from pithbundle.evidence.event_claims import EventClaim

#: What a finding means for its claim (EVID-18): ``open`` where it was not checked to its end.
Effect: TypeAlias = Literal["supports", "contradicts", "open"]
#: The exit status of each effect (EVID-19).
EXIT_STATUS: Final[dict[Effect, int]] = {"supports": 0, "contradicts": 1, "open": 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """What evidence shows of one claim (EVID-17)."""

    #: The claim; None of a proof that was given without an event.
    claim: EventClaim | None
    #: The name of the file that was given in place of a claim. May contain hostile text.
    file: str | None
    #: The kind of evidence, as ``timestamp``.
    kind: str
    #: The word for what was found, of the words of this kind.
    status: str
    #: What that means for the claim.
    effect: Effect
    #: What was found, for people. May contain hostile text.
    sentence: str
    #: What it rests on: names and texts. The texts may contain hostile text.
    rests_on: tuple[tuple[str, str], ...]
    #: What it does not show.
    does_not_show: str
    #: The clause that defines the words.
    clause: str
    #: More of it, as JSON, in the form of its kind; None without any.
    details: Object | None = None

    __repr__ = brief

    def to_value(self) -> Object:
        """The finding as JSON."""
        return {
            "claim": None if self.claim is None else self.claim.to_value(),
            "file": None if self.file is None else portable(self.file),
            "kind": self.kind,
            "status": self.status,
            "effect": self.effect,
            "sentence": portable(self.sentence),
            "rests_on": [{"name": name, "value": portable(text)} for name, text in self.rests_on],
            "does_not_show": self.does_not_show,
            "clause": self.clause,
            "details": self.details,
        }


#: What a finding does not show where nothing was checked (EVID-18).
NOTHING_SHOWN: Final = "that the claim is true, or that it is not"


def not_checked(claim: EventClaim, kind: str, sentence: str, clause: str) -> Finding:
    """The finding on a claim for which there is nothing to check it with (EVID-18)."""
    return Finding(claim, None, kind, "not_checked", "open", sentence, (), NOTHING_SHOWN, clause)
