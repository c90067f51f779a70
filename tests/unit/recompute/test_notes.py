"""Rejections in the order of the inputs, whatever the order in which they are found (RECOMP-2)."""

from __future__ import annotations

import random

from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.errors import ArchiveError
from pithbundle.recompute.notes import Notes


def of_unit(number: int, count: int) -> list[RejectedEntry]:
    found = Rejections()
    for line in range(count):
        found.add("a", f"frame {number}, line {line}", ArchiveError("archive", "x"))
    return [*found]


def test_the_order_in_which_they_are_found_changes_nothing() -> None:
    units = [(number, of_unit(number, count)) for number, count in enumerate([3, 0, 60, 1, 101, 250, 2])]
    units += [(number + 7, [RejectedEntry("b", f"{number}", "syntax", "y")]) for number in range(100)]
    in_order = Rejections()
    for _, entries in units:
        for entry in entries:
            in_order.take(entry)
    for seed in range(20):
        random.Random(seed).shuffle(units)
        notes = Notes()
        for number, entries in units:
            notes.take(number, entries)
        found = [*notes.rejections()]
        assert found == [*in_order] and len(notes) == len(notes.rejections()) == len(in_order) == 517


def test_one_is_noted_as_rejections_have_it() -> None:
    notes, plain = Notes(), Rejections()
    for number in (2, 1):
        error = ArchiveError("archive", f"reason {number}", offset=number)
        notes.add(number, "a", f"at {number}", error)
        plain.add("a", f"at {number}", error)
    assert [*notes.rejections()] == [*plain][::-1]
