"""The files of mirrors' digests, requested once (spec MIRROR-3)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import LEAF_BYTES, NODE_BYTES, Tree, TreeReader
from pithbundle.errors import DigestError

#: The bytes of files that are held for all mirrors of an audit.
_MOST_BYTES: Final = 64 << 20

#: How many leaves of a mirror are held as lines, of at most 64 KiB.
_MOST_LEAVES: Final = 8

#: Requests a file by its name and compares it with the name.
RequestFile: TypeAlias = Callable[[str, int], Awaitable[bytes]]


class FileCache:
    """Files of all mirrors by their names: a name is the SHA-256 of the content, whoever served it."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, name: str) -> bytes | None:
        """Return the file of a name, if it is held."""
        found = self._held.get(name)
        if found is not None:
            self._held.move_to_end(name)
        return found

    def put(self, name: str, content: bytes) -> None:
        """Hold a file."""
        if name not in self._held:
            self._held[name] = content
            self._bytes += len(content)
            while self._bytes > _MOST_BYTES:
                self._bytes -= len(self._held.popitem(last=False)[1])

    def parent(self, name: str) -> tuple[str, bytes] | None:
        """Return the name and the content of a file that names this one."""
        needle = f" {name}\n".encode("ascii")
        return next(((of, held) for of, held in self._held.items() if needle in held), None)


@dataclass(slots=True)
class DigestFiles:
    """The files of one mirror."""

    request: RequestFile
    cache: FileCache
    #: By the name, who requests a file now: the others wait for it.
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict, kw_only=True)
    #: The leaves that were read last, by the root and the prefix: many records of one are asked for in a row.
    _leaves: OrderedDict[tuple[Tree, str], list[LeafLine]] = field(default_factory=OrderedDict, kw_only=True)

    def note_wrong(self, name: str, error: DigestError) -> None:
        """Is called with the error of a file that is not the one of its name."""

    async def get(self, name: str, limit: int) -> bytes:
        """Return the file of a name.

        Raises:
            NetworkError: it cannot be had.
            DigestError: ``digest_invalid``: it is not the one of its name.
        """
        async with self._turns.setdefault(name, asyncio.Lock()):
            held = self.cache.get(name)
            if held is None:
                try:
                    held = await self.request(name, limit)
                except DigestError as error:
                    self.note_wrong(name, error)
                    raise
                self.cache.put(name, held)
        self._turns.pop(name, None)
        return held

    async def leaf_of(self, tree: Tree, suffix: str) -> list[LeafLine]:
        """Return the lines of the leaf in which a record is, or would be.

        Args:
            tree: of the head.
            suffix: of the record, or the prefix of a leaf.

        Raises:
            DigestError: ``digest_invalid``: a file is not in its form, or not the one of its name.
            NetworkError: a file cannot be had.
        """
        wanted = (tree, suffix[: tree.depth])
        if (held := self._leaves.get(wanted)) is not None:
            return held
        prefix, name = "", tree.root
        while len(prefix) < tree.depth:
            children = children_of(tree, prefix, name, await self.get(name, NODE_BYTES))
            prefix = suffix[: len(prefix) + 1]
            if prefix not in children:
                return []
            name = children[prefix]
        lines = _reader(tree, await self.get(name, LEAF_BYTES)).leaf(prefix, name)
        self._leaves[wanted] = lines
        if len(self._leaves) > _MOST_LEAVES:
            self._leaves.popitem(last=False)
        return lines

    async def digest_of(self, tree: Tree, suffix: str) -> str | None:
        """Return the digest that a tree has of a record; None where it has none.

        Raises:
            DigestError: as :meth:`leaf_of`.
            NetworkError: as :meth:`leaf_of`.
        """
        return next((one.digest for one in await self.leaf_of(tree, suffix) if one.suffix == suffix), None)


def _reader(tree: Tree, data: bytes) -> TreeReader:
    return TreeReader(tree, lambda _name, limit: data[: limit + 1])


def children_of(tree: Tree, prefix: str, name: str, data: bytes) -> dict[str, str]:
    """Return the names of the files below a node, by their prefixes.

    Raises:
        DigestError: ``digest_invalid``: the node is not in its form.
    """
    return dict(_reader(tree, data).children(prefix, name))
