"""The files of a tree of digests: written in one pass, read strictly (spec MIRROR-2, MIRROR-3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from pithbundle.digests.lines import LINE_BYTES, LeafLine, parse_line
from pithbundle.errors import DigestError

#: The tree is as deep as is needed for so many records in a leaf on average (MIRROR-2).
RECORDS_OF_A_LEAF: Final = 128
#: The depth of a tree at most (MIRROR-2).
MAX_DEPTH: Final = 6
#: Bytes of a node at most (MIRROR-2).
NODE_BYTES: Final = 4096
#: Bytes of a leaf at most (MIRROR-2).
LEAF_BYTES: Final = 65536
#: The ending of the name of each file but the head (MIRROR-2).
ENDING: Final = ".txt"

_NAME: Final = re.compile("[0-9a-f]{64}").fullmatch
_CHILD: Final = re.compile(rb"([A-Z2-7]{1,6}) ([0-9a-f]{64})").fullmatch

#: Returns the bytes of the file of a name, 64 hex digits, and reads at most one byte more than the limit
#: in bytes (MIRROR-3). It raises what it wants where it cannot.
Fetch: TypeAlias = Callable[[str, int], bytes]
#: Writes the bytes of the file of a name (MIRROR-2). A name that was written before has the same bytes.
Write: TypeAlias = Callable[[str, bytes], object]


@dataclass(frozen=True, slots=True)
class Tree:
    """The root of a tree, and what is needed to read it (MIRROR-2)."""

    #: The name of its file: the SHA-256 of the content in hex.
    root: str
    #: How many levels of nodes are above the leaves, 0 to MAX_DEPTH.
    depth: int
    #: The number of leaf lines.
    records: int


def depth_of(records: int) -> int:
    """Return the depth of the tree of so many records (MIRROR-2)."""
    depth = 0
    while depth < MAX_DEPTH and records > RECORDS_OF_A_LEAF * 32**depth:
        depth += 1
    return depth


def is_name(text: str) -> bool:
    """Whether ``text`` is the name of a file of a tree: 64 lower-case hex digits (MIRROR-2)."""
    return _NAME(text) is not None


def discard(name: str, data: bytes) -> None:
    """Write nothing: the tree is built for its root alone (MIRROR-2)."""


class TreeBuilder:
    """Build a tree of lines that come in their order; children are written before their parents (MIRROR-2).

    It needs the memory of one file of each level.

    Args:
        records: how many lines will be added: the depth follows from it.
        write: receives the name and the content of each file.
    """

    def __init__(self, records: int, write: Write = discard) -> None:
        self.depth = depth_of(records)
        self._expected, self._records = records, 0
        self._write = write
        # By the length of their prefix: the open node of each level, and the open leaf.
        self._open = [bytearray() for _ in range(self.depth + 1)]
        self._last = ""

    def add(self, line: LeafLine) -> None:
        """Add the next line.

        Raises:
            DigestError: ``digest_invalid``: it is not after the line before, or its leaf is too large.
        """
        last, leaf = self._last, self._open[self.depth]
        if line.suffix <= last:
            raise DigestError("digest_invalid", f"{line.suffix} is not after {last}", clause="MIRROR-2")
        if last and line.suffix[: self.depth] != last[: self.depth]:
            self._close(_common(line.suffix, last))
        elif len(leaf) + LINE_BYTES > LEAF_BYTES:
            detail = f"the leaf {last[: self.depth] or 'of all records'} has more than {LEAF_BYTES} bytes"
            raise DigestError("digest_invalid", detail, clause="MIRROR-2")
        leaf += line.to_bytes()
        self._last = line.suffix
        self._records += 1

    def finish(self) -> Tree:
        """Write what is open, the root last, and return the tree.

        Raises:
            DigestError: ``digest_invalid``: there were not as many lines as was given.
        """
        if self._records != self._expected:
            detail = f"{self._records} records, but the depth is that of {self._expected}"
            raise DigestError("digest_invalid", detail, clause="MIRROR-2")
        self._close(0)
        return Tree(self._put(self._open[0]), self.depth, self._records)

    def _close(self, level: int) -> None:
        """Write the open files whose prefix is longer than ``level``."""
        for longer in range(self.depth, level, -1):
            name = self._put(self._open[longer])
            self._open[longer - 1] += f"{self._last[:longer]} {name}\n".encode("ascii")
            self._open[longer].clear()

    def _put(self, content: bytearray) -> str:
        data = bytes(content)
        name = sha256(data).hexdigest()
        self._write(name, data)
        return name


def build(lines: Iterable[LeafLine], records: int, write: Write = discard) -> Tree:
    """Build the tree of ``records`` lines that come in their order (MIRROR-2).

    Raises:
        DigestError: ``digest_invalid``, as :class:`TreeBuilder`.
    """
    builder = TreeBuilder(records, write)
    for line in lines:
        builder.add(line)
    return builder.finish()


def _common(one: str, other: str) -> int:
    """The number of characters with which both begin; the two differ."""
    return next(at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right)


# -- reading ---------------------------------------------------------------------------------


class TreeReader:
    """Read the files of one tree, each checked against its name and its form (MIRROR-3).

    Args:
        tree: as the head of the mirror states it.
        fetch: returns a file by its name.

    Attributes:
        lines: how many leaf lines were read.
    """

    def __init__(self, tree: Tree, fetch: Fetch) -> None:
        self.tree = tree
        self._fetch = fetch
        self.lines = 0

    def children(self, prefix: str, name: str) -> list[tuple[str, str]]:
        """Return the prefix and the name of each child of a node.

        Raises:
            DigestError: ``digest_invalid``: it is not the file of that name, or not in its form.
        """
        data = fetch_file(self._fetch, name, NODE_BYTES)
        found: list[tuple[str, str]] = []
        last = ""
        for number, line in enumerate(split_lines(name, data), 1):
            child = _CHILD(line)
            if child is None:
                raise malformed(name, f"line {number} is not a line of a node")
            at = child[1].decode("ascii")
            if at[:-1] != prefix:
                raise malformed(name, f"line {number} is of another node than {prefix or 'the root'}")
            if at <= last:
                raise malformed(name, f"line {number} is not after the line before")
            last = at
            found.append((at, child[2].decode("ascii")))
        if not found:
            raise malformed(name, "a node without a line")
        return found

    def leaf(self, prefix: str, name: str) -> list[LeafLine]:
        """Return the lines of a leaf.

        Raises:
            DigestError: ``digest_invalid``: it is not the file of that name, or not in its form.
        """
        data = fetch_file(self._fetch, name, LEAF_BYTES)
        found: list[LeafLine] = []
        last = ""
        for number, raw in enumerate(split_lines(name, data), 1):
            line = parse_line(raw)
            if line is None:
                raise malformed(name, f"line {number} is not a line of a leaf")
            if not line.suffix.startswith(prefix):
                raise malformed(name, f"line {number} is of another leaf than {prefix}")
            if line.suffix <= last:
                raise malformed(name, f"line {number} is not after the line before")
            last = line.suffix
            found.append(line)
        if not found and self.tree.records:
            raise malformed(name, "a leaf without a line")
        self.lines += len(found)
        if self.lines > self.tree.records:
            raise malformed(name, f"the tree has more than the {self.tree.records} records of its head")
        return found

    def lines_below(self, prefix: str, name: str) -> Iterator[LeafLine]:
        """Return the lines below a file of the tree, in their order.

        Raises:
            DigestError: as :meth:`children` and :meth:`leaf`.
        """
        if len(prefix) == self.tree.depth:
            yield from self.leaf(prefix, name)
        else:
            for child, of_child in self.children(prefix, name):
                yield from self.lines_below(child, of_child)


def walk(tree: Tree, fetch: Fetch) -> Iterator[LeafLine]:
    """Return all lines of a tree in their order (MIRROR-3).

    Raises:
        DigestError: ``digest_invalid``: a file is not that of its name or not in its form, or the tree
            has another number of records than its head states.
    """
    reader = TreeReader(tree, fetch)
    yield from reader.lines_below("", tree.root)
    if reader.lines != tree.records:
        raise malformed(tree.root, f"{reader.lines} records, but the head states {tree.records}")


def names_of(tree: Tree, fetch: Fetch) -> Iterator[str]:
    """Return the names of all files of a tree; no leaf is read (MIRROR-3).

    Raises:
        DigestError: ``digest_invalid``: a node is not the file of its name, or not in its form.
    """
    reader = TreeReader(tree, fetch)
    open_ = [("", tree.root)]
    while open_:
        prefix, name = open_.pop()
        yield name
        if len(prefix) < tree.depth:
            open_ += reader.children(prefix, name)


def fetch_file(fetch: Fetch, name: str, limit: int) -> bytes:
    """Fetch a file and check that it is the one of its name (MIRROR-3).

    Raises:
        DigestError: ``digest_invalid``: it has more than ``limit`` bytes, or another SHA-256.
    """
    return check_file(name, fetch(name, limit), limit)


def check_file(name: str, data: bytes, limit: int) -> bytes:
    """Check that a content is that of the file of a name, and return it (MIRROR-3).

    Raises:
        DigestError: ``digest_invalid``: it has more than ``limit`` bytes, or another SHA-256.
    """
    if len(data) > limit:
        raise malformed(name, f"more than {limit} bytes")
    if sha256(data).hexdigest() != name:
        raise malformed(name, "the content has another SHA-256 than its name")
    return data


def split_lines(name: str, data: bytes) -> list[bytes]:
    """Return the lines of a file without their line feeds.

    Raises:
        DigestError: ``digest_invalid``: the last one has none.
    """
    if data and not data.endswith(b"\n"):
        raise malformed(name, "the last line has no line feed")
    return data.split(b"\n")[:-1]


def malformed(name: str, detail: str) -> DigestError:
    """Return the error of one file of a tree."""
    return DigestError("digest_invalid", f"{name}{ENDING}: {detail}", clause="MIRROR-3")
