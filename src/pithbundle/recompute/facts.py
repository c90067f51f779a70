"""Counts of records, which add up to the summary (spec RECOMP-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Final, TypeAlias

from pithbundle.archive.rejected import Rejections
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object
from pithbundle.outcomes import EXIT_STATUS, Outcome, outcome_value, together
from pithbundle.report import Report

SUMMARY_TYPE: Final = "pithbundle_recompute_summary"
SUMMARY_VERSION: Final = "1"

#: The counters of RECOMP-6 by name; ``first`` counts first outcomes, ``outcomes`` all that hold.
COUNTERS: Final = ("elements", "receipts", "codes", "event_types", "signers")
#: Counts of one record: a name of COUNTERS or another, what is counted, how often.
Facts: TypeAlias = tuple[tuple[str, str, int], ...]
#: Counts of several records: the number of records and of lines, and the sum of their facts, sorted.
Counts: TypeAlias = tuple[int, int, Facts]


def facts_of(report: Report) -> Facts:
    """Count what the report on one record contains."""
    outcomes = report.outcomes
    found: list[tuple[str, str]] = [("first", outcomes[0]), *(("outcomes", each) for each in outcomes)]
    for listed in (*report.events, *report.without_id):
        element = listed.element
        verdict = element.verdict
        found.append(("elements", verdict.status))
        if verdict.code is not None:
            found.append(("codes", verdict.code))
        if element.event is not None:
            found.append(("event_types", element.event.event_type))
    for _, receipt in report.receipts:
        found.append(("receipts", receipt.verdict.status))
        if receipt.verdict.code is not None:
            found.append(("codes", receipt.verdict.code))
    missing = 0
    for _, absent, as_of in report.completeness:
        missing += len(absent)
        if absent or as_of is not None:
            found.append(("signers", "incomplete" if absent else "complete"))
    counted: dict[tuple[str, str], int] = {}
    for key in found:
        counted[key] = counted.get(key, 0) + 1
    numbers = {
        ("signers", "missing"): missing,
        ("", "unverified"): len(report.unverified),
        ("", "equivocations"): 0 if report.state is None else len(report.state.equivocations),
    }
    counted.update({key: number for key, number in numbers.items() if number})
    return tuple([(*key, number) for key, number in counted.items()])


class Tally:
    """The sum of the facts of many records."""

    def __init__(self) -> None:
        self.records = 0
        #: The number of different lines.
        self.bundles = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, bundles: int, facts: Iterable[tuple[str, str, int]]) -> None:
        """Add one record."""
        self.add_counts((1, bundles, facts))

    def add_counts(self, counts: tuple[int, int, Iterable[tuple[str, str, int]]]) -> None:
        """Add several records that were counted."""
        records, bundles, facts = counts
        self.records += records
        self.bundles += bundles
        for name, what, count in facts:
            self._counts[name, what] += count

    def counts(self) -> Counts:
        """Return the sum, equal for equal records in any order."""
        facts = sorted((name, what, count) for (name, what), count in self._counts.items())
        return self.records, self.bundles, tuple(facts)

    def outcomes(self, rejected: Rejections) -> tuple[Outcome, ...]:
        """Every outcome that holds of all records together (REPORT-2)."""
        held: set[Outcome] = {outcome for outcome in EXIT_STATUS if self._counts["outcomes", outcome]}
        return together({*held, "rejected"} if len(rejected) else held)

    def to_value(self, rejected: Rejections, *, policy_sha256: str, rules: str, limits: Limits) -> Object:
        """Return ``summary.json`` (RECOMP-6)."""
        codes: Counter[str] = Counter()
        for entry in rejected:
            codes[entry.code] += entry.count
        value: Object = {
            "summary_type": SUMMARY_TYPE,
            "summary_version": SUMMARY_VERSION,
            **outcome_value(self.outcomes(rejected)),
            "policy_sha256": policy_sha256,
            "rules": rules,
            "limits": asdict(limits),
            "bundles": self.bundles,
            "records": self.records,
            "rejected": dict(sorted(codes.items())),
            "outcomes_of_records": {outcome: self._counts["first", outcome] for outcome in EXIT_STATUS},
        }
        counted = sorted(self._counts.items())
        for name in COUNTERS:
            value[name] = {what: count for (of, what), count in counted if of == name}
        for what in ("equivocations", "unverified"):
            value[what] = self._counts["", what]
        return value
