"""Laws of digests: one set, one tree; a comparison finds the exact difference (MIRROR-2, MIRROR-8)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kit.trees import Files, changed, head, line, naive_tree
from pithbundle.digests.delta import Change, Delta, apply, delta_of, follow, require_head
from pithbundle.digests.differences import Descent, Difference, compare_lines, tree_differences
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import walk

#: By suffix, which digest a mirror has of a record; more than 128 so that both depths occur.
POOL = [line(number) for number in range(160)]
MIRRORS = st.dictionaries(st.sampled_from(range(160)), st.booleans(), max_size=160) | st.builds(
    lambda out, other: {at: at in other for at in range(160) if at not in out},
    st.sets(st.sampled_from(range(160)), max_size=40),
    st.sets(st.sampled_from(range(160)), max_size=40),
)


def lines_of(mirror: dict[int, bool]) -> list[LeafLine]:
    return sorted(changed(POOL[at]) if other else POOL[at] for at, other in mirror.items())


def expected(left: list[LeafLine], right: list[LeafLine]) -> list[Difference]:
    """The symmetric difference by dictionaries."""
    one, other = dict(left), dict(right)
    return [
        Difference(suffix, one.get(suffix), other.get(suffix))
        for suffix in sorted(one.keys() | other.keys())
        if one.get(suffix) != other.get(suffix)
    ]


@given(MIRRORS)
def test_a_set_has_one_tree(mirror: dict[int, bool]) -> None:
    given_lines = lines_of(mirror)
    files = Files()
    tree = files.build(given_lines)
    assert set(files.by_name.values()) == set(naive_tree(reversed(given_lines)).values())
    assert list(walk(tree, files.fetch)) == given_lines


@given(MIRRORS, MIRRORS)
def test_a_comparison_finds_the_symmetric_difference(left: dict[int, bool], right: dict[int, bool]) -> None:
    one, other, files = lines_of(left), lines_of(right), Files()
    trees = files.build(one), files.build(other)
    found = list(tree_differences(*trees, files.fetch, files.fetch))
    assert found == expected(one, other) == list(compare_lines(one, other))
    assert (found == []) == (trees[0].root == trees[1].root)


@given(MIRRORS, MIRRORS, st.integers(1, 64))
def test_a_descent_finds_the_same_whatever_is_read_at_once(
    left: dict[int, bool], right: dict[int, bool], most: int
) -> None:
    one, other, files = lines_of(left), lines_of(right), Files()
    trees = files.build(one), files.build(other)
    list(tree_differences(*trees, files.fetch, files.fetch))
    requests = files.requests
    descent, found = Descent(*trees), []
    while wanted := descent.wanted(most):
        assert len(wanted) <= most + 1
        found += descent.take([files.fetch(want.name, want.limit) for want in wanted])
    assert found == expected(one, other)
    assert files.requests == 2 * requests


@given(st.lists(MIRRORS, min_size=2, max_size=5), st.data())
def test_deltas_lead_to_the_same_tree(history: list[dict[int, bool]], data: st.DataObject) -> None:
    files = Files()
    states = [lines_of(each) for each in history]
    roots = [files.build(each).root for each in states]
    delta: Delta | None = None
    for at in range(1, len(states)):
        changes = (
            Change(found.suffix, found.left, found.right) for found in expected(states[at - 1], states[at])
        )
        delta = delta_of(roots[at - 1], roots[at], delta.name if delta else None, changes)
        assert delta is not None
        assert files.put(delta.to_bytes()) == delta.name
    last = head(files.build(states[-1]), len(states), delta=delta and delta.name)
    held = data.draw(st.sampled_from(range(len(states))))
    found = follow(last, roots[held], files.fetch)
    assert found is not None
    after = list(apply(states[held], found))
    assert after == states[-1]
    require_head(after, last)
    assert files.build(after) == last.tree
