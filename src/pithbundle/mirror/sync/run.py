"""Synchronising a store with several mirrors at once, each with its own result (spec SYNC-7 to SYNC-14)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, TypeAlias

from pithbundle.digests.head import Head
from pithbundle.errors import ArchiveError, BundleError, DigestError, InputError, NetworkError
from pithbundle.mirror.digest_files import DigestFiles, FileCache
from pithbundle.mirror.manifest import Mirror
from pithbundle.mirror.publication import Publication, is_in_progress
from pithbundle.mirror.remote import HeldHead, Remote
from pithbundle.mirror.sync.fetching import Fetching
from pithbundle.mirror.sync.known import Reached
from pithbundle.mirror.sync.packs import Packs
from pithbundle.mirror.sync.plan import Plan, Wanted
from pithbundle.mirror.sync.results import Listed, MirrorResult
from pithbundle.mirror.sync.storing import Storing
from pithbundle.mirror.sync.worker import Worker
from pithbundle.mirror.together import together
from pithbundle.net import AsyncClient
from pithbundle.store import Store

#: How often a mirror is read again whose records change while they are read.
_ROUNDS: Final = 3

#: Is given the number of records that are done, again and again.
Progress: TypeAlias = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all mirrors use."""

    client: AsyncClient
    store: Store
    worker: Worker
    numbers: Sequence[str] | None
    progress: Progress


async def synchronise(
    client: AsyncClient,
    store: Store,
    mirrors: Sequence[Mirror],
    *,
    numbers: Sequence[str] | None = None,
    progress: Progress = lambda _: None,
) -> list[MirrorResult]:
    """Bring a store up to date with mirrors, all at once.

    What a mirror sends, or does not send, is part of its own result and delays no other.

    Args:
        client: an open client.
        store: the store; nothing else of this process uses it meanwhile.
        mirrors: the mirrors, each base URL once.
        numbers: the suffixes to request of a mirror without digests; None for all that the store has.
        progress: is given the number of records that are done, again and again.

    Returns:
        The result of each mirror, in the same order.

    Raises:
        FileError: ``io``: the store cannot be written. What was received before is kept.
        StoreError: ``store``: the store is damaged.
    """
    with Worker() as worker:
        shared = _Shared(client, store, worker, numbers, progress)
        is_empty = await worker(lambda: next(store.records(), None) is None)
        return await together(_Sync(shared, each).run(is_empty) for each in mirrors)


class _Sync:
    """The synchronisation with one mirror."""

    def __init__(self, shared: _Shared, mirror: Mirror) -> None:
        self._shared = shared
        self._remote = Remote(shared.client, mirror)
        self._result = MirrorResult(mirror.base)
        self._plan = Plan(self._remote, shared.store, shared.worker, shared.numbers, self._result)
        self._storing = Storing(shared.store, mirror.base, self._plan.known, self._result)

    async def run(self, is_empty: bool) -> MirrorResult:
        """Do it; whatever the mirror does wrong is in the result."""
        result = self._result
        try:
            await self._run(is_empty)
        except (NetworkError, DigestError, ArchiveError, BundleError, InputError) as error:
            result.error = error.detached()
            result.complete = False
        result.requests, result.received_bytes = self._remote.requests, self._remote.received_bytes
        return result

    async def _run(self, is_empty: bool) -> None:
        held = await self._head()
        if held is not None and held.head.archive is not None:
            shared, known = self._shared, self._plan.known
            if is_empty or await shared.worker(known.is_taking_packs):
                packs = Packs(self._remote, shared.store, shared.worker, known, self._result, shared.progress)
                await packs.take(held.head.archive)
        for _ in range(_ROUNDS):
            is_received = await self._round(held)
            again = await self._head() if held is not None and self._result.differing.count else None
            if held is None or again is None or again.head.sha256 == held.head.sha256:
                break
            # A mirror that publishes meanwhile has another head now, and its bundles are of that one.
            held = again
            self._result.differing = Listed()
            self._storing.differing.clear()
        else:
            return
        if again is not None:
            await self._take_publication(again.head)
        await self._end(held, is_received)

    async def _take_publication(self, head: Head) -> None:
        """Note the records that are of the generation that the mirror is publishing (SYNC-8)."""
        try:
            following = await self._remote.next_head()
        except (NetworkError, DigestError):
            return
        if following is None or not is_in_progress(head, following.head):
            return
        publication = Publication(head, following, DigestFiles(self._remote.file, FileCache()))
        ahead: dict[str, str] = {}
        for suffix, digests in self._storing.differing.items():
            found = digests.intersection(await publication.digests(suffix) or ())
            if found:
                ahead[suffix] = min(found)
        await self._shared.worker(lambda: self._plan.known.claim(ahead))
        result = self._result
        for suffix in ahead:
            result.ahead.add(suffix)
        differing = result.differing
        first = [each for each in differing.first if each not in ahead]
        result.differing = Listed(first, differing.count - len(ahead))

    async def _head(self) -> HeldHead | None:
        try:
            held = await self._remote.head()
        except DigestError as error:
            self._result.problems.add(error.detached())
            return None
        self._result.head = None if held is None else held.head
        return held

    async def _round(self, held: HeldHead | None) -> bool:
        """Request what is wanted under a head; whether all of it was received."""
        result, shared = self._result, self._shared
        failed = result.failed.count
        fetching = Fetching(self._remote, self._storing, shared.worker, result, shared.progress)
        self._storing.has_digests = held is not None
        await fetching.run(self._noted(self._plan.wanted(None if held is None else held.head)))
        is_nothing = result.how == "numbers" and not result.requested
        return result.failed.count == failed and not is_nothing

    async def _end(self, held: HeldHead | None, is_received: bool) -> None:
        """Note how far it got (SYNC-10)."""
        result = self._result
        result.complete = is_received and not result.differing.count
        if held is not None and result.complete and result.how in ("deltas", "digests"):
            head = held.head
            reached = Reached(head.root, head.rules, head.policy_sha256, head.generation, head.sha256)
            await self._shared.worker(lambda: self._plan.known.reach(reached))

    async def _noted(self, batches: AsyncGenerator[list[Wanted], None]) -> AsyncGenerator[list[Wanted], None]:
        """The batches of the plan, which knows only while it runs whether digests can be compared."""
        async with aclosing(batches):
            async for batch in batches:
                self._storing.is_comparable = self._plan.is_comparable
                yield batch
