"""The words of an audit: the exit status of each, and what its evidence shows (spec AUDIT-1, AUDIT-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

#: What an audit finds of a mirror, or of a mirror and a record.
Word: TypeAlias = Literal[
    "conflict",
    "forged",
    "altered",
    "wrong_record",
    "state_differs",
    "digest_differs",
    "digest_invalid",
    "stale",
    "missing",
    "unverified_differs",
    "moving",
    "unreachable",
    "not_comparable",
    "extra",
    "same",
]
#: What the evidence of a finding shows: see AUDIT-2.
Evidence: TypeAlias = Literal["signer", "mirror", "reproducible", "observed"]


@dataclass(frozen=True, slots=True)
class WordInfo:
    """What follows from one word."""

    #: 0, 1 or 3 (AUDIT-1).
    exit_status: int
    #: The classes that its evidence can have, the first one unless a head is signed (AUDIT-2).
    evidence: tuple[Evidence, ...]
    meaning: str


#: Every word, the gravest first (AUDIT-1).
WORDS: Final[dict[Word, WordInfo]] = {
    "conflict": WordInfo(1, ("signer", "mirror"), "two statements of one signer contradict each other"),
    "forged": WordInfo(1, ("reproducible",), "an element names a key that did not sign it"),
    "altered": WordInfo(1, ("reproducible",), "an element was changed after it was signed"),
    "wrong_record": WordInfo(1, ("reproducible",), "the record is not the one of the number"),
    "state_differs": WordInfo(1, ("reproducible",), "the state does not follow from the bundle"),
    "digest_differs": WordInfo(1, ("reproducible",), "the digest does not follow from the bundle"),
    "digest_invalid": WordInfo(1, ("reproducible",), "a file of the digests is not in its form"),
    "stale": WordInfo(3, ("observed",), "the mirror has less than it served before"),
    "missing": WordInfo(3, ("observed",), "valid events of another side are not there"),
    "unverified_differs": WordInfo(3, ("observed",), "elements that nobody can check differ"),
    "moving": WordInfo(3, ("observed",), "the mirror changed during each attempt to read it"),
    "unreachable": WordInfo(3, ("observed",), "the mirror did not answer"),
    "not_comparable": WordInfo(3, ("observed",), "what was received cannot be compared"),
    "extra": WordInfo(0, ("observed",), "valid events that no other side has"),
    "same": WordInfo(0, ("observed",), "no difference was found"),
}
#: The words of which a finding is written.
REPORTED: Final = frozenset(WORDS) - {"same", "extra"}


def exit_status(words: Iterable[Word]) -> int:
    """The exit status of what was found: 1 before 3 before 0 (AUDIT-1)."""
    found = {WORDS[word].exit_status for word in words}
    return next((status for status in (1, 3) if status in found), 0)
