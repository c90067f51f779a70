"""Counts of records, which add up to the summary (spec RECOMP-6)."""

from __future__ import annotations

from collections import Counter, defaultdict
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
    outcomes, state = report.outcomes, report.state
    counted: defaultdict[tuple[str, str], int] = defaultdict(int)
    counted["first", outcomes[0]] = 1
    for outcome in outcomes:
        counted["outcomes", outcome] = 1
    for listed in (*report.events, *report.without_id):
        element = listed.element
        verdict, event = element.verdict, element.event
        counted["elements", verdict.status] += 1
        if (code := verdict.code) is not None:
            counted["codes", code] += 1
        if event is not None:
            counted["event_types", event.event_type] += 1
    for _, receipt in report.receipts:
        verdict = receipt.verdict
        counted["receipts", verdict.status] += 1
        if (code := verdict.code) is not None:
            counted["codes", code] += 1
    for _, missing, as_of in report.completeness:
        if missing:
            counted["signers", "incomplete"] += 1
            counted["signers", "missing"] += len(missing)
        elif as_of is not None:
            counted["signers", "complete"] += 1
    if report.unverified:
        counted["", "unverified"] = len(report.unverified)
    if state is not None and state.equivocations:
        counted["", "equivocations"] = len(state.equivocations)
    return tuple([(name, what, count) for (name, what), count in counted.items()])


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
