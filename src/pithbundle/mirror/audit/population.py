"""What the sample of an audit is drawn from (spec AUDIT-14)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

from pithbundle.digests.differences import Descent, Want
from pithbundle.digests.head import Head
from pithbundle.digests.tree import Tree
from pithbundle.errors import DigestError, NetworkError
from pithbundle.mirror.audit.mirrors import Mirror
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.sample import draws, sample_of
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
    mirrors: Sequence[Mirror], store: Reference | None, first: Mirror | None, options: Wanted, seed: str
) -> tuple[list[str], int | None]:
    """Return the records that are read whatever the digests state, and how many there were to draw from.

    The population is what the store has and what the user named; without both it is what the tree of one
    mirror lists. With ``full`` it is all that the store, the user and any mirror list.

    Returns:
        The suffixes, sorted, and the size of the population; None for that if a tree was not read as a
        whole.
    """
    known = {*options.numbers, *(() if store is None else store.suffixes())}
    if options.full:
        for mirror in mirrors:
            known.update(await listed_by(mirror))
        return sorted(known), len(known)
    if known:
        return sample_of(known, seed, options.sample), len(known)
    candidates = (first, *mirrors)
    source = next((one for one in candidates if one and one.head and not one.digests_failed), None)
    if source is None or source.head is None or not options.sample:
        return [], None
    if source.head.records <= _WHOLE * options.sample:
        listed = await listed_by(source)
        return sample_of(listed, seed, options.sample), len(listed)
    return await _drawn(source, source.head, seed, options.sample), None


async def listed_by(mirror: Mirror) -> set[str]:
    """The records that a mirror lists, whatever its policy; none if its digests cannot be read."""
    if mirror.head is None or mirror.is_given_up or mirror.digests_failed:
        return set()

    async def theirs(want: Want) -> bytes:
        return await mirror.files.get(want.name, want.limit)

    async def nothing(_: Want) -> bytes:
        return b""

    try:
        descent = Descent(mirror.head.tree, _NOTHING)
        return {one.suffix async for one in descend(descent, theirs, nothing)}
    except (DigestError, NetworkError) as error:
        mirror.note_error(error)
    return set()


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
