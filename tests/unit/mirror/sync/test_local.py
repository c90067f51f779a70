"""A tree of lines in a temporary file, and lines of two sources in one order (SYNC-8)."""

from __future__ import annotations

import pytest

from kit.trees import Files, changed, line, lines
from pithbundle.digests.tree import walk
from pithbundle.errors import DigestError
from pithbundle.mirror.sync.local import LocalTree, merged
from pithbundle.mirror.sync.local import changed as after_changes


@pytest.mark.parametrize("count", [0, 1, 200, 5000])
def test_a_tree_has_the_files_of_its_lines(count: int) -> None:
    given = lines(count)
    with LocalTree(given, count) as local:
        assert local.tree == Files().build(given)
        assert [*walk(local.tree, lambda name, _: local.file(name))] == given


def test_lines_that_are_no_tree() -> None:
    with pytest.raises(DigestError):
        LocalTree(lines(3), 4)


def test_lines_of_two_sources() -> None:
    one, two, three = lines(3)
    assert [*merged([], [])] == []
    assert [*merged([one, three], [changed(one), two])] == [(one, True), (two, False), (three, True)]
    assert [*merged([two], [one, changed(two), three])] == [(one, False), (two, True), (three, False)]
    assert [*merged([one], [])] == [(one, True)] and [*merged([], [one])] == [(one, False)]


def test_lines_after_changes() -> None:
    given = lines(3)
    one, two, three = given
    more = line(99)
    after = {
        one.suffix: None,
        two.suffix: changed(two).digest,
        more.suffix: more.digest,
        line(98).suffix: None,
    }
    assert [*after_changes(given, after)] == sorted([changed(two), three, more])
