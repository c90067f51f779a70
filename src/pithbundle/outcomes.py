"""Outcomes: the result of the verification of inputs (spec REPORT-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from pithbundle.encoding.values import Object

#: What a run came to (REPORT-2).
Outcome: TypeAlias = Literal["rejected", "invalid", "conflict", "incomplete", "unverified", "valid"]

#: Every outcome with its exit status, in the order in which the first that holds is chosen.
EXIT_STATUS: Final[dict[Outcome, int]] = {
    "rejected": 1,
    "invalid": 1,
    "conflict": 1,
    "incomplete": 3,
    "unverified": 3,
    "valid": 0,
}

#: What each outcome means, in the words of the report.
MEANING: Final[dict[Outcome, str]] = {
    "rejected": "an input was rejected as a whole",
    "invalid": "an event or a receipt is invalid",
    "conflict": "events of one signer contradict each other",
    "incomplete": "an event that a checkpoint lists is missing",
    "unverified": "not every signature could be checked under the policy",
    "valid": "every event and every receipt is valid",
}


class OutcomeError(Exception):
    """The outcome is not ``valid``; ``raise_for_outcome`` raises it (REPORT-2).

    ``outcome`` is the first outcome that holds, ``outcomes`` has all of them.
    """

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = tuple(outcomes)
        super().__init__(self.outcomes)

    @property
    def outcome(self) -> Outcome:
        """The first outcome that holds."""
        return self.outcomes[0]

    def __str__(self) -> str:
        return f"{self.outcome}: {MEANING[self.outcome]}; the report lists the elements"


def raise_for(outcomes: Sequence[Outcome]) -> None:
    """Raise unless the outcome is ``valid``.

    Raises:
        OutcomeError: it is another.
    """
    if outcomes[0] != "valid":
        raise OutcomeError(outcomes)


def together(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of several reports as those of one: each that holds, ``valid`` if no other does."""
    found = {*outcomes} - {"valid"}
    return tuple(outcome for outcome in EXIT_STATUS if outcome in found) or ("valid",)


def outcome_value(outcomes: Sequence[Outcome]) -> Object:
    """The members that every JSON output has: the outcome, all that hold, the exit status."""
    return {
        "outcome": outcomes[0],
        "outcomes": [*outcomes],
        "exit_status": EXIT_STATUS[outcomes[0]],
    }
