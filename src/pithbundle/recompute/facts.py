"""Counts of records, which add up to the summary (spec RECOMP-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

from pithbundle.archive.rejected import Rejections
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object
from pithbundle.outcomes import EXIT_STATUS, Outcome, outcome_value, together
from pithbundle.report import Report

SUMMARY_TYPE: Final = "pithbundle_recompute_summary"
SUMMARY_VERSION: Final = "1"

#: The counters of RECOMP-6 by name.
COUNTERS: Final = ("outcomes", "elements", "receipts", "codes", "event_types", "signers")
#: Counts of one record: a name of COUNTERS, what is counted, how often.
Facts = list[tuple[str, str, int]]


def facts_of(report: Report) -> Facts:
    """Count what the report on one record contains; the outcomes are those that hold, the first first."""
    found: dict[tuple[str, str], int] = {("outcomes", outcome): 1 for outcome in report.outcomes}
    counted: Counter[tuple[str, str]] = Counter()
    for listed in (*report.events, *report.without_id):
        verdict = listed.element.verdict
        counted["elements", verdict.status] += 1
        if verdict.code is not None:
            counted["codes", verdict.code] += 1
        if listed.element.event is not None:
            counted["event_types", listed.element.event.event_type] += 1
    for _, receipt in report.receipts:
        counted["receipts", receipt.verdict.status] += 1
        if receipt.verdict.code is not None:
            counted["codes", receipt.verdict.code] += 1
    for _, missing, as_of in report.completeness:
        if missing:
            counted["signers", "incomplete"] += 1
            counted["signers", "missing"] += len(missing)
        elif as_of is not None:
            counted["signers", "complete"] += 1
    counted["", "unverified"] = len(report.unverified)
    counted["", "equivocations"] = 0 if report.state is None else len(report.state.equivocations)
    found.update({key: count for key, count in counted.items() if count})
    return [(name, what, count) for (name, what), count in found.items()]


class Tally:
    """The sum of the facts of many records."""

    def __init__(self) -> None:
        self.records = 0
        #: The number of different lines.
        self.bundles = 0
        self._counts: Counter[tuple[str, str]] = Counter()
        self._by_first: Counter[Outcome] = Counter()
        self._held: set[Outcome] = set()

    def add(self, bundles: int, facts: Iterable[tuple[str, str, int]]) -> None:
        """Add one record."""
        self.records += 1
        self.bundles += bundles
        held: list[Outcome] = []
        for name, what, count in facts:
            if name == "outcomes":
                held += [outcome for outcome in EXIT_STATUS if outcome == what]
            else:
                self._counts[name, what] += count
        self._held.update(held)
        self._by_first[together(held)[0]] += 1

    def outcomes(self, rejected: Rejections) -> tuple[Outcome, ...]:
        """Every outcome that holds of all records together (REPORT-2)."""
        return together({*self._held, "rejected"} if len(rejected) else self._held)

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
            "outcomes_of_records": {outcome: self._by_first[outcome] for outcome in EXIT_STATUS},
        }
        for name in COUNTERS[1:]:
            value[name] = {what: count for (of, what), count in sorted(self._counts.items()) if of == name}
        for what in ("equivocations", "unverified"):
            value[what] = self._counts["", what]
        return value
