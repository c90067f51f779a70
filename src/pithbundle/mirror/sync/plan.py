"""Which records of a mirror are requested: by deltas, by digests, or by numbers (spec SYNC-7, SYNC-8)."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from pithbundle.digests.delta import Change
from pithbundle.digests.differences import Descent, Want, not_comparable
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import build
from pithbundle.errors import DigestError, NetworkError
from pithbundle.mirror.remote import ABSENT, Remote, descend
from pithbundle.mirror.sync.known import KnownMirror, Reached, Row
from pithbundle.mirror.sync.local import LocalTree, changed, merged
from pithbundle.mirror.sync.results import MirrorResult
from pithbundle.mirror.sync.worker import Worker
from pithbundle.net import Known
from pithbundle.newtypes import DigestHex
from pithbundle.store import Store

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")
#: How many records are decided at once.
_BATCH: Final = 256
#: How many rows are written in one transaction.
_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record that is requested."""

    suffix: str
    #: The digest that the mirror states; None where it states none.
    leaf: str | None
    #: The bundle of it that the store has of this mirror.
    known: Known | None


class Plan:
    """Decides which records of one mirror are requested.

    Args:
        remote: the mirror.
        store: the store, which is used by the worker alone.
        worker: runs what uses the store.
        numbers: the suffixes to request of a mirror without digests; None for all that the store has.
        result: takes what is found on the way.
    """

    def __init__(
        self,
        remote: Remote,
        store: Store,
        worker: Worker,
        numbers: Sequence[str] | None,
        result: MirrorResult,
    ) -> None:
        self._remote = remote
        self._store = store
        self._work = worker
        self._numbers = numbers
        self._result = result
        self.known = KnownMirror(store, remote.base)
        #: Whether the digests of the store and of the mirror are of one policy and one set of rules.
        self.is_comparable = False

    async def wanted(self, head: Head | None) -> AsyncGenerator[list[Wanted], None]:
        """The records to request, in batches (SYNC-7).

        Raises:
            NetworkError: the mirror cannot be read any more.
        """
        self.is_comparable = head is not None and await self._work(partial(self._compare, head))
        if head is not None:
            reached = await self._work(self.known.reached)
            if reached is not None and self._is_same(head, reached):
                self._result.how = "nothing"
                return
            try:
                async with aclosing(self._by_digests(head, reached)) as steps:
                    async for batch in steps:
                        yield batch
                return
            except DigestError as error:
                self._result.problems.add(error.detached())
            except NetworkError as error:
                if not _is_absent(error):
                    raise
                self._result.problems.add(error.detached())
        self._result.how = "numbers"
        async with aclosing(self._by_numbers()) as steps:
            async for batch in steps:
                yield batch

    def _compare(self, head: Head) -> bool:
        with self._store.view() as view:
            reason = not_comparable(head, view)
        self._result.not_comparable = reason or ""
        return reason is None

    @staticmethod
    def _is_same(head: Head, reached: Reached) -> bool:
        return (reached.root, reached.rules, reached.policy_sha256) == (
            head.root, head.rules, head.policy_sha256
        )  # fmt: skip

    # -- numbers --------------------------------------------------------------------------

    async def _by_numbers(self) -> AsyncGenerator[list[Wanted], None]:
        if self._numbers is not None:
            for batch in _batches(self._numbers):
                yield await self._work(partial(self._wanted_by_number, batch))
            return
        async with self._work.opened(self._store.view) as view:
            suffixes = view.suffixes()
            while batch := await self._work(lambda: [*itertools.islice(suffixes, _BATCH)]):
                yield await self._work(partial(self._wanted_by_number, batch))

    def _wanted_by_number(self, suffixes: Sequence[str]) -> list[Wanted]:
        return [Wanted(each, None, self._known(each, self.known.row(each))) for each in suffixes]

    def _known(self, suffix: str, row: Row | None) -> Known | None:
        """The bundle for a conditional request; where no entity tag is known, with the one that is usual."""
        if row is not None and row.known is not None:
            return row.known
        entries = [one for one in self._store.entries(suffix) if one.origin == self._remote.base]
        admitted = [one for one in entries if one.is_admitted]
        if not admitted:
            return None
        digest = admitted[-1].sha256
        return Known(f'"{digest}"', DigestHex(digest))

    # -- digests --------------------------------------------------------------------------

    async def _by_digests(self, head: Head, reached: Reached | None) -> AsyncGenerator[list[Wanted], None]:
        changes = await self._changes(head, reached)
        if changes is None:
            self._result.how = "digests"
            async with aclosing(self._by_descent(head)) as batches:
                async for batch in batches:
                    yield batch
            return
        self._result.how = "deltas"
        for some in _batches(changes):
            yield await self._work(partial(self._decide, [(one.suffix, one.after) for one in some]))

    async def _changes(self, head: Head, reached: Reached | None) -> tuple[Change, ...] | None:
        """The changes since the head that was reached; None if the deltas do not lead there (MIRROR-5)."""
        if reached is None:
            return None
        try:
            changes = await self._remote.changes(head, reached.root)
        except DigestError as error:
            self._result.problems.add(error.detached())
            return None
        except NetworkError as error:
            if not _is_absent(error):
                raise
            return None
        if changes is None or not await self._work(partial(self._leads_to, (head, changes))):
            return None
        return changes

    def _leads_to(self, given: tuple[Head, tuple[Change, ...]]) -> bool:
        """Whether what the store has, with changes, is what the head states."""
        head, changes = given
        after = {change.suffix: change.after for change in changes}
        try:
            return build(changed(self._lines(), after), head.records).root == head.root
        except DigestError:
            return False

    def _lines(self) -> Iterator[LeafLine]:
        """What the mirror claimed of the records that were received."""
        return (LeafLine(suffix, row.leaf) for suffix, row in self.known.rows() if row.leaf)

    async def _by_descent(self, head: Head) -> AsyncGenerator[list[Wanted], None]:
        own: dict[str, str] = {}
        async with self._work.opened(partial(self._local, own)) as local:

            async def of_local(want: Want) -> bytes:
                return local.file(want.name)

            some: list[tuple[str, str | None]] = []
            async for each in descend(Descent(local.tree, head.tree), of_local, self._remote.wanted):
                own.pop(each.suffix, None)
                some.append((each.suffix, each.right))
                if len(some) == _BATCH:
                    yield await self._work(partial(self._decide, some))
                    some = []
            yield await self._work(partial(self._decide, some))
        # What the store has of other mirrors is what this one states: it is not requested later either.
        await self._work(partial(self._confirm, [*own.items()]))

    def _local(self, own: dict[str, str]) -> LocalTree:
        """What was received of the mirror; what the store has of others fills the gaps (SYNC-8).

        Args:
            own: takes the latter, by suffix.
        """
        with self._store.view() as view:

            def lines() -> Iterator[tuple[LeafLine, bool]]:
                return merged(self._lines(), view.lines() if self.is_comparable else ())

            count = 0
            for line, is_received in lines():
                count += 1
                if not is_received:
                    own[line.suffix] = line.digest
            return LocalTree((line for line, _ in lines()), count)

    def _decide(self, some: Iterable[tuple[str, str | None]]) -> list[Wanted]:
        """Which of some records are requested; the digest is what the mirror states, None for nothing."""
        wanted: list[Wanted] = []
        rows: dict[str, Row | None] = {}
        for suffix, leaf in some:
            row = self.known.row(suffix)
            if leaf is None:
                if row is not None:
                    rows[suffix] = None
                    self._result.removed.add(suffix)
            elif row is not None and row.leaf == leaf:
                pass
            elif self.is_comparable and self._store.leaf(suffix) == leaf:
                rows[suffix] = Row(leaf)
                self._result.same += 1
            else:
                wanted.append(Wanted(suffix, leaf, self._known(suffix, row)))
        if rows:
            self.known.write(rows)
        return wanted

    def _confirm(self, lines: Sequence[tuple[str, str]]) -> None:
        """Note records of which the store has what the mirror states."""
        for some in _batches(lines, _ROWS):
            self.known.write({suffix: Row(leaf) for suffix, leaf in some})
            self._result.same += len(some)


def _is_absent(error: NetworkError) -> bool:
    return error.exchange is not None and error.exchange.status in ABSENT


def _batches(items: Sequence[_Given], size: int = _BATCH) -> Iterator[Sequence[_Given]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
