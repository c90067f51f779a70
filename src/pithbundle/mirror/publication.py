"""A publication in progress, as the mirror states it with its next head (spec MIRROR-17).

A publisher of files writes the next head, then the documents of records one after the other, then the head.
One that is interrupted stays so until its next run. Until then the document of a record that changes is of
one of the generations on the way from the head to the next one.
"""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field

from pithbundle.digests.delta import DELTA_BYTES, Delta, chain_to
from pithbundle.digests.head import Head
from pithbundle.errors import DigestError, NetworkError
from pithbundle.mirror.digest_files import DigestFiles
from pithbundle.mirror.remote import HeldHead


def is_in_progress(head: Head | None, following: Head) -> bool:
    """Whether a next head states a publication, and is not what an earlier one left there.

    Args:
        head: the head that was read; None if the mirror has none: its first publication.
        following: the next head.
    """
    if head is None:
        return True
    names = (head.origin, head.rules, head.policy_sha256)
    if (following.origin, following.rules, following.policy_sha256) != names:
        return False
    if following.generation == head.generation + 1:
        return following.previous == head.sha256
    # A publication that was interrupted, and another one of a later generation in its place.
    return following.generation > head.generation


@dataclass(slots=True)
class Publication:
    """A publication in progress."""

    #: The head before it; None for the first one.
    head: Head | None
    following: HeldHead
    files: DigestFiles
    _digests_between: dict[str, set[str | None]] | None = field(default=None, init=False)
    _has_no_deltas: bool = field(default=False, init=False)

    async def digests(self, suffix: str) -> set[str | None] | None:
        """Return the digests that a record has in it: in the head, in the next one, and between them.

        Returns:
            None if nobody knows: there is no head, or nothing leads from it to the next one. Files that a
            next head needs are not judged: they may be gone. An empty set if the record does not change.
        """
        head, following = self.head, self.following.head
        if head is None:
            return None
        between = await self._between(head)
        if between is not None:
            return between.get(suffix, set())
        if following.generation > head.generation + 1:
            return None
        try:
            found = {await self.files.digest_of(one.tree, suffix) for one in (head, following)}
        except (DigestError, NetworkError):
            return None
        return found if len(found) > 1 else set()

    async def _between(self, head: Head) -> dict[str, set[str | None]] | None:
        """By suffix, the digests in the deltas from the next head back to the head (MIRROR-5).

        Returns:
            None if there are no deltas that lead there.
        """
        if self._digests_between is None and not self._has_no_deltas:
            with contextlib.suppress(DigestError, NetworkError):
                self._digests_between = await self._chain(head)
            self._has_no_deltas = self._digests_between is None
        return self._digests_between

    async def _chain(self, head: Head) -> dict[str, set[str | None]] | None:
        steps = chain_to(self.following.head, head.root)
        try:
            name = next(steps)
            while True:
                name = steps.send(await self.files.get(name, DELTA_BYTES))
        except StopIteration as end:
            chain: list[Delta] | None = end.value
        if chain is None:
            return None
        found: dict[str, set[str | None]] = {}
        for change in itertools.chain.from_iterable(delta.changes for delta in chain):
            found.setdefault(change.suffix, set()).update((change.before, change.after))
        return found
