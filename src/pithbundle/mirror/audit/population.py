"""What the sample of an audit is drawn from (spec AUDIT-14)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from hashlib import sha256
from typing import Final, Protocol

from pithbundle.digests.differences import Descent, Want
from pithbundle.digests.head import Head
from pithbundle.digests.tree import Tree
from pithbundle.errors import DigestError, NetworkError
from pithbundle.mirror.audit.mirrors import Mirror
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.sample import draws, sample_of
from pithbundle.mirror.audit.suffixes import Suffixes, each_once
from pithbundle.mirror.remote import descend

#: A tree with at most so many records for each that is wanted is read as a whole.
_WHOLE: Final = 4
_NOTHING: Final = Tree(sha256(b"").hexdigest(), 0, 0)


class Wanted(Protocol):
    """The options that matter here."""

    @property
    def sample(self) -> int:
        """How many records are drawn."""

    @property
    def full(self) -> bool:
        """Whether all of them are."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Suffixes that the user named."""


async def population_of(
    mirrors: Sequence[Mirror],
    store: Reference | None,
    first: Mirror | None,
    options: Wanted,
    seed: str,
    chosen: Suffixes,
) -> tuple[int, int | None]:
    """Choose the records that are read whatever the digests state.

    The population is what the store has and what the user named; without both it is what the tree of one
    mirror lists. With ``full`` it is all that the store, the user and any mirror list.

    Args:
        mirrors: all mirrors.
        store: that of the reader.
        first: the mirror whose tree the others are compared with.
        options: what the user wants.
        seed: 32 hex digits.
        chosen: takes the suffixes.

    Returns:
        How many were chosen, and the size of the population; None for that if a tree was not read as a whole.

    Raises:
        FileError: ``io``: there is no room for them.
    """
    known = each_once(sorted(options.numbers), () if store is None else store.suffixes())
    if options.full:
        chosen.add(known)
        for mirror in mirrors:
            try:
                await chosen.add_listed(listed_by(mirror))
            except (DigestError, NetworkError) as error:
                mirror.note_error(error)
        count = chosen.count()
        return count, count
    drawn, population = await _sample(known, (first, *mirrors), seed, options.sample)
    chosen.add(drawn)
    return len(drawn), population


async def _sample(
    known: Iterator[str], candidates: Sequence[Mirror | None], seed: str, count: int
) -> tuple[list[str], int | None]:
    """A sample of the suffixes that are known, or of what a mirror lists; and the number of all of them."""
    counted = _Counted(known)
    drawn = sample_of(counted, seed, count)
    if population := counted.all():
        return drawn, population
    source = next((one for one in candidates if one and one.head and not one.digests_failed), None)
    if source is None or source.head is None or not count:
        return [], None
    if source.head.records > _WHOLE * count:
        return await _drawn(source, source.head, seed, count), None
    listed: list[str] = []
    try:
        listed = [suffix async for suffix in listed_by(source)]
    except (DigestError, NetworkError) as error:
        source.note_error(error)
    return sample_of(listed, seed, count), len(listed)


class _Counted:
    """Counts what is taken of an iterator."""

    def __init__(self, given: Iterator[str]) -> None:
        self._given = given
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        for each in self._given:
            self._count += 1
            yield each

    def all(self) -> int:
        """How many there were, those that nobody took among them."""
        return self._count + sum(1 for _ in self._given)


async def listed_by(mirror: Mirror) -> AsyncIterator[str]:
    """The records that a mirror lists, in their order, whatever its policy; none if it was given up.

    Raises:
        DigestError: its digests are not in their form.
        NetworkError: they cannot be read.
    """
    if mirror.head is None or mirror.is_given_up or mirror.digests_failed:
        return

    async def theirs(want: Want) -> bytes:
        return await mirror.files.get(want.name, want.limit)

    async def nothing(_: Want) -> bytes:
        return b""

    async for one in descend(Descent(mirror.head.tree, _NOTHING), theirs, nothing):
        yield one.suffix


async def _drawn(mirror: Mirror, head: Head, seed: str, count: int) -> list[str]:
    """Records of a tree, each with the same chance; only leaves that were drawn are read."""
    found: set[str] = set()
    try:
        for draw in draws(seed, head.depth, head.records, count):
            lines = await mirror.files.leaf_of(head.tree, draw.prefix)
            if draw.index < len(lines):
                found.add(lines[draw.index].suffix)
            if len(found) == count:
                break
    except (DigestError, NetworkError) as error:
        mirror.note_error(error)
    return sorted(found)
