"""What a badge states of a record: a state, a few words, digests (spec BADGE-1, BADGE-2, BADGE-4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from pithbundle.badge.drawing import draw
from pithbundle.encoding.values import Object
from pithbundle.merge.state import State
from pithbundle.outcomes import MEANING, Outcome
from pithbundle.report import Report
from pithbundle.verify.verdicts import UNVERIFIED, Verdict
from pithbundle.wording import plural

#: What a badge shows, in the order in which the first that applies is chosen (BADGE-2).
BadgeState: TypeAlias = Literal[
    "rejected", "invalid", "conflict", "incomplete", "partly", "unchecked", "record_only", "noted", "valid"
]
#: Every state, in that order.
STATES: Final[tuple[BadgeState, ...]] = get_args(BadgeState)

#: What the word *valid* means, and what it does not.
_LIMITS: Final = (
    "Valid means that signatures by keys of this policy are genuine. It does not mean that what they "
    "state is true, that no event is missing, or that nothing newer exists."
)


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge states; immutable. It has no text of an event, and follows from a report alone."""

    state: BadgeState
    #: What was found, in a few words of ASCII, as ``3 signatures valid``.
    words: str
    pith_number: str
    #: ``pith:`` and eight characters.
    short_number: str
    #: In hex, as all digests here.
    canonical_sha256: str
    policy_sha256: str
    rules: str
    events_sha256: str
    state_sha256: str
    unverified_sha256: str
    #: Every outcome that holds, the first of which decides the exit status (REPORT-2).
    outcomes: tuple[Outcome, ...]
    #: Signatures of events and receipts that verify under the policy, equal receipts once.
    valid_signatures: int
    #: Elements that the policy does not check.
    unverified_elements: int
    #: The line of STATUS-2.
    status_line: str

    @property
    def title(self) -> str:
        """What the badge states, for a reader who does not see it."""
        return f"Pith Number {self.pith_number}: {self.words}"

    @property
    def description(self) -> str:
        """What the words rest on, and what they do not show."""
        found = "; ".join(MEANING[outcome] for outcome in self.outcomes)
        if self.state == "record_only":
            found = "the number follows from the record, and there is no event that a signature could cover"
        return (
            f"Result: {found}. Status: {self.status_line}. Policy: {self.policy_sha256[:8]}; "
            f"the metadata of this picture has all digests. {_LIMITS}"
        )

    def to_value(self) -> Object:
        """Return the object that is in the metadata of the picture (BADGE-4); a new one each time."""
        return {
            "type": "pithbundle_badge",
            "version": "1",
            "state": self.state,
            "words": self.words,
            "outcomes": [*self.outcomes],
            "pith_number": self.pith_number,
            "canonical_sha256": self.canonical_sha256,
            "policy_sha256": self.policy_sha256,
            "rules": self.rules,
            "events_sha256": self.events_sha256,
            "state_sha256": self.state_sha256,
            "unverified_sha256": self.unverified_sha256,
            "valid_signatures": self.valid_signatures,
            "unverified_elements": self.unverified_elements,
            "status_line": self.status_line,
        }

    def svg(self) -> bytes:
        """Return the picture, the same bytes for the same badge (BADGE-3)."""
        below = [
            f"policy {self.policy_sha256[:8]}",
            f"events {self.events_sha256[:8]}",
            f"state {self.state_sha256[:8]}",
        ]
        if self.unverified_elements:
            below.append(f"not checked {self.unverified_sha256[:8]}")
        return draw(
            self.state, self.short_number, self.words, below, self.title, self.description, self.to_value()
        )


def badge_of(report: Report) -> Badge:
    """Return what a badge states of a record.

    Raises:
        ValueError: the report has no record, since every input was rejected.
    """
    ledger, current = report.ledger, report.state
    if ledger is None or current is None:
        raise ValueError("a badge states what was checked of a record: every input was rejected")
    elements = [one.element.verdict for one in (*report.events, *report.without_id)]
    receipts = _receipts(report)
    valid = sum(verdict.valid for verdict in (*elements, *receipts))
    signatures = f"{plural(valid, 'signature')} valid"
    notes = _notes(current)
    state = _state(report, bool(valid), bool(notes))
    number = ledger.record.number
    words: dict[BadgeState, list[str]] = {
        "rejected": [f"{plural(len(report.rejected), 'input')} rejected"],
        "invalid": _counted(elements, receipts, ("invalid",), "invalid"),
        "conflict": [plural(len(current.equivocations), "conflict")],
        "incomplete": [f"{plural(sum(len(one.missing) for one in report.completeness), 'event')} missing"],
        "partly": [signatures, *_counted(elements, receipts, UNVERIFIED, "not checked")],
        "unchecked": _counted(elements, receipts, UNVERIFIED, "not checked"),
        "record_only": ["record only", "no events"],
        "noted": [signatures, *notes],
        "valid": [signatures],
    }
    return Badge(
        state=state,
        words=", ".join(words[state]),
        pith_number=str(number),
        short_number=number.short,
        canonical_sha256=ledger.record.hex,
        policy_sha256=report.inputs[0].policy_sha256,
        rules=ledger.rules.name,
        events_sha256=current.events_sha256,
        state_sha256=current.sha256,
        unverified_sha256=report.unverified_sha256,
        outcomes=report.outcomes,
        valid_signatures=valid,
        unverified_elements=len(report.unverified),
        status_line=current.status_line(),
    )


def _state(report: Report, verifies: bool, noted: bool) -> BadgeState:
    outcome = report.outcome
    if outcome == "valid":
        return "noted" if noted else "valid"
    if outcome != "unverified":
        return outcome
    if verifies:
        return "partly"
    return "unchecked" if report.events or report.without_id else "record_only"


def _receipts(report: Report) -> list[Verdict]:
    """The verdicts on the receipts, each receipt once however many events contain it.

    A receipt signs the record and no event, so a copy of it is no second signature. Where one copy was
    checked and another was not, the checked one counts.
    """
    found: dict[bytes, Verdict] = {}
    for _, receipt in report.receipts:
        if receipt.sha256 not in found or found[receipt.sha256].status == "not_checked":
            found[receipt.sha256] = receipt.verdict
    return [*found.values()]


def _counted(
    elements: Sequence[Verdict], receipts: Sequence[Verdict], statuses: Collection[str], words: str
) -> list[str]:
    """How many elements and receipts have one of the statuses; what there is none of is left out."""
    counts = (sum(one.status in statuses for one in verdicts) for verdicts in (elements, receipts))
    nouns = ("element", "receipt")
    return [f"{plural(count, noun)} {words}" for count, noun in zip(counts, nouns, strict=True) if count]


def _notes(state: State) -> list[str]:
    """What a reader of a valid record must not overlook: findings that were not rescinded, retractions."""
    findings = sum(one.verdict_class != "rescinded" for one in state.integrity_findings)
    retractions = sum(one.effect == "applied" for one in state.retractions)
    counts = (findings, "integrity finding"), (retractions, "retraction")
    return [plural(count, noun) for count, noun in counts if count]
