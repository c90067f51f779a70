"""Which digests a record has in a publication in progress (MIRROR-17, AUDIT-17)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from kit.lying_mirror import exchange_of
from kit.trees import Files, head, line
from pithbundle.digests.delta import Change, delta_of
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.errors import NetworkError
from pithbundle.mirror.digest_files import DigestFiles, FileCache
from pithbundle.mirror.publication import Publication, is_in_progress
from pithbundle.mirror.remote import HeldHead

SAME, CHANGED, TWICE = line(1), line(2), line(3)


class Generations:
    """Three generations, with the deltas between them."""

    def __init__(self, *, deltas: bool = True) -> None:
        self.files = Files()
        versions = [(0, 0), (1, 1), (1, 2)]
        self.heads: list[Head] = []
        delta: str | None = None
        for number, (one, two) in enumerate(versions, 1):
            now = sorted([SAME, line(2, one), line(3, two)])
            tree = self.files.build(now)
            if number > 1 and deltas:
                made = delta_of(self.heads[-1].root, tree.root, delta, self._changes(versions, number))
                assert made is not None
                delta = self.files.put(made.to_bytes())
            previous = self.heads[-1].sha256 if self.heads else None
            self.heads.append(replace(head(tree, number), previous=previous, delta=delta))

    @staticmethod
    def _changes(versions: list[tuple[int, int]], number: int) -> list[Change]:
        before, after = versions[number - 2], versions[number - 1]
        pairs: list[tuple[LeafLine, LeafLine]] = [
            (line(2, before[0]), line(2, after[0])), (line(3, before[1]), line(3, after[1])),
        ]  # fmt: skip
        found = (Change(old.suffix, old.digest, new.digest) for old, new in pairs if old != new)
        return sorted(found, key=lambda one: one.suffix)

    def publication(self, first: Head | None, last: Head) -> Publication:
        async def request(name: str, limit: int) -> bytes:
            if name not in self.files.by_name:
                raise NetworkError("http", "404")
            return self.files.fetch(name, limit)

        held = HeldHead(last, exchange_of(last.to_bytes()))
        return Publication(first, held, DigestFiles(request, FileCache()))

    def digests(self, first: int, last: int) -> list[Any]:
        """Those of the records of which none, one and two change."""
        publication = self.publication(self.heads[first], self.heads[last])

        async def work() -> list[Any]:
            return [await publication.digests(one.suffix) for one in (SAME, CHANGED, TWICE)]

        return asyncio.run(work())


@pytest.mark.parametrize("deltas", [True, False])
def test_the_digests_of_two_heads(deltas: bool) -> None:
    made = Generations(deltas=deltas)
    changed = {CHANGED.digest, line(2, 1).digest}
    assert made.digests(0, 1) == [set(), changed, {TWICE.digest, line(3, 1).digest}]
    # The one delta, or the two roots, once each.
    assert made.files.requests == (1 if deltas else 2)


def test_what_was_between_two_heads_is_in_the_deltas() -> None:
    made = Generations()
    between = {line(3, version).digest for version in range(3)}
    assert made.digests(0, 2) == [set(), {CHANGED.digest, line(2, 1).digest}, between]
    assert Generations(deltas=False).digests(0, 2) == [None] * 3


def test_files_that_are_gone_leave_it_open() -> None:
    made = Generations()
    one = made.publication(made.heads[0], made.heads[1])
    made.files.by_name.clear()
    assert asyncio.run(one.digests(SAME.suffix)) is None
    assert asyncio.run(made.publication(None, made.heads[0]).digests(SAME.suffix)) is None


def test_a_damaged_delta_is_replaced_by_the_trees() -> None:
    made = Generations()
    del made.files.by_name[made.heads[1].delta or ""]
    assert made.digests(0, 1)[0] == set() and made.digests(0, 1)[1] == {CHANGED.digest, line(2, 1).digest}


def test_a_delta_that_leads_elsewhere_explains_nothing() -> None:
    made = Generations()
    made.heads[1] = replace(made.heads[1], delta=made.heads[2].delta)
    # What comes after the next head is no digest on the way to it.
    assert made.digests(0, 1) == [
        set(), {CHANGED.digest, line(2, 1).digest}, {TWICE.digest, line(3, 1).digest},
    ]  # fmt: skip


def test_which_next_head_states_a_publication() -> None:
    first, second, third = Generations().heads
    assert is_in_progress(None, first) and is_in_progress(first, second) and is_in_progress(first, third)
    assert not is_in_progress(second, second) and not is_in_progress(second, first)
    others: tuple[dict[str, Any], ...] = (
        {"previous": "0" * 64}, {"origin": "x"}, {"rules": "x"}, {"policy_sha256": "b" * 64},
    )  # fmt: skip
    for changes in others:
        assert not is_in_progress(first, replace(second, **changes)), changes
