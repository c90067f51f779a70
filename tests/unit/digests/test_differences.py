"""The descent to the lines in which two trees differ, and what it costs (MIRROR-8)."""

from __future__ import annotations

import pytest

from kit.trees import Files, changed, head, line, lines
from pithbundle.digests.differences import Descent, Difference, not_comparable, tree_differences
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import Tree, build


class Pair:
    """Two mirrors; the requests to each are counted."""

    def __init__(self, left: list[LeafLine], right: list[LeafLine]) -> None:
        self.left, self.right = Files(), Files()
        self.trees: tuple[Tree, Tree] = (self.left.build(left), self.right.build(right))

    def compare(self) -> list[Difference]:
        return list(tree_differences(*self.trees, self.left.fetch, self.right.fetch))


def test_equal_trees_cost_nothing() -> None:
    pair = Pair(lines(5000), lines(5000))
    assert pair.compare() == [] and pair.left.requests == pair.right.requests == 0


def test_one_difference_costs_one_file_of_each_level() -> None:
    given = lines(5000)
    pair = Pair(given, [changed(given[77]) if one == given[77] else one for one in given])
    assert pair.compare() == [Difference(given[77].suffix, given[77].digest, changed(given[77]).digest)]
    assert pair.left.requests == pair.right.requests == 3


def test_files_that_are_wanted_at_once_differ_too() -> None:
    given = lines(5000)
    pair = Pair(given, [changed(given[77]) if one == given[77] else one for one in given])
    descent, found, count = Descent(*pair.trees), list[Difference](), 0
    while wanted := descent.wanted():
        count += len(wanted)
        files = {"left": pair.left, "right": pair.right}
        found += descent.take([files[one.side].fetch(one.name, one.limit) for one in wanted])
    assert len(found) == 1 and count == 6


def test_a_record_of_one_side() -> None:
    given = lines(5000)
    pair = Pair(given, sorted([*given[1:], line(9000)]))
    assert pair.compare() == sorted(
        [
            Difference(given[0].suffix, given[0].digest, None),
            Difference(line(9000).suffix, None, line(9000).digest),
        ],
        key=lambda found: found.suffix,
    )


def test_a_prefix_that_only_one_side_has() -> None:
    given = [one for one in lines(400) if not one.suffix.startswith("A")]
    more = [LeafLine("A" + one.suffix[1:], one.digest) for one in given[:5]]
    pair = Pair(given, sorted(given + more))
    assert [found.suffix for found in pair.compare()] == sorted(one.suffix for one in more)
    assert pair.left.requests == 1 and pair.right.requests == 2
    backwards = Pair(sorted(given + more), given)
    assert [(found.left is None, found.right) for found in backwards.compare()] == [(False, None)] * 5


@pytest.mark.parametrize(
    ("left", "right"), [(0, 100), (100, 200), (200, 100), (128, 129), (4096, 4097), (4200, 50)]
)
def test_trees_of_other_depths(left: int, right: int) -> None:
    pair = Pair(lines(left), lines(right))
    only = {one.suffix for one in lines(max(left, right))} - {one.suffix for one in lines(min(left, right))}
    found = pair.compare()
    assert [each.suffix for each in found] == sorted(only)
    assert all(
        (each.left is None) == (left < right) and (each.right is None) == (right < left) for each in found
    )


def test_other_policies_and_rules_are_not_comparable() -> None:
    tree = build([], 0)
    one = head(tree)
    assert not_comparable(one, head(tree, 5, origin="other.example")) is None
    assert "another policy" in (not_comparable(one, head(tree, policy_sha256="b" * 64)) or "")
    assert "other merge rules" in (not_comparable(one, head(tree, rules="pithbundle-merge-2")) or "")


def measured(records: int, changes: int) -> tuple[int, int, int]:
    """The requests and bytes to one of two mirrors that differ in so many records, and the depth."""
    given = lines(records)
    touched = {line(number * 2).suffix for number in range(changes)}
    files = Files()
    left = files.build(given)
    right = files.build([changed(one) if one.suffix in touched else one for one in given])
    other = Files()
    other.by_name = files.by_name
    found = list(tree_differences(left, right, files.fetch, other.fetch))
    assert {each.suffix for each in found} == touched
    assert files.requests == other.requests
    return files.requests, max(files.bytes, other.bytes), left.depth


def test_the_cost_at_30_000_records() -> None:
    requests, size, depth = measured(30_000, 1)
    assert (depth, requests) == (2, 3) and size < 12_000
    requests, size, _ = measured(30_000, 100)
    assert requests < 1 + 32 + 100 and size < 1_000_000


@pytest.mark.long
def test_the_cost_at_3_million_records() -> None:
    """1 differing record: head, 3 nodes and a leaf, 13 KB. 1,000 differing records: under 7.5 MB."""
    requests, size, depth = measured(3_000_000, 1)
    assert (depth, requests + 1) == (3, 5) and size + 1000 <= 13_800
    requests, size, _ = measured(3_000_000, 1000)
    assert requests <= 1 + 32 + 1000 + 1000 and size + 1000 < 7_500_000
