"""What is rejected of the inputs, in their order (spec RECOMP-2).

Results are found in an order that depends on the number of processes, and on which of them were kept
of an earlier run. So each rejection has a number, and of a file and a code the first hundred by number
are listed.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from pithbundle.archive.rejected import MOST, RejectedEntry, Rejections, not_listed
from pithbundle.errors import PithError

#: The number of what was read, and of the entry in it, then the entry.
_Numbered: TypeAlias = tuple[int, int, RejectedEntry]


class Notes:
    """Collects rejections in any order."""

    def __init__(self) -> None:
        self._listed: defaultdict[tuple[str, str], list[_Numbered]] = defaultdict(list)
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, number: int, path: str, position: str, error: PithError) -> None:
        """Note one rejection."""
        one = Rejections()
        one.add(path, position, error)
        self.take(number, one)

    def take(self, number: int, entries: Iterable[RejectedEntry]) -> None:
        """Note what one unit rejected, in its order; counts of what it did not list come last in it."""
        for at, entry in enumerate(entries):
            key = entry.path, entry.code
            self._counts[key] += entry.count
            if entry.count == 1:
                listed = self._listed[key]
                insort(listed, (number, at, entry), key=lambda each: each[:2])
                del listed[MOST:]

    def __len__(self) -> int:
        return self._counts.total()

    def rejections(self) -> Rejections:
        """Everything in the order of the numbers."""
        found = Rejections()
        for _, _, entry in sorted(
            (each for listed in self._listed.values() for each in listed), key=lambda each: each[:2]
        ):
            found.take(entry)
        for (path, code), count in self._counts.items():
            more = count - len(self._listed[path, code])
            if more:
                found.take(not_listed(path, code, more))
        return found
