"""The first records of each outcome that asks for a look (spec RECOMP-20)."""

from __future__ import annotations

from typing import Final

from pithbundle.recompute.result import Row, UnitResult

#: The records of one outcome that are kept.
MOST: Final = 3


class FirstRecords:
    """Of each first outcome but ``valid``, the records with the smallest suffixes.

    Rows of a unit are read only while one of its outcomes has too few.
    """

    def __init__(self) -> None:
        #: By outcome the suffixes, and the number of lines of each.
        self.by_outcome: dict[str, list[tuple[str, int]]] = {}

    def add(self, row: Row) -> None:
        """Take the next record, in the order of the suffixes."""
        for name, what, _ in row.facts:
            if name == "first" and self._lacks(what):
                self.by_outcome.setdefault(what, []).append((row.suffix, len(row.lines)))

    def add_unit(self, result: UnitResult) -> None:
        """Take the records of the next unit, which is written whole."""
        if any(name == "first" and self._lacks(what) for name, what, _ in result.counts[2]):
            for each in result.records(outputs=False):
                self.add(each.row)

    def _lacks(self, outcome: str) -> bool:
        return outcome != "valid" and len(self.by_outcome.get(outcome, ())) < MOST
