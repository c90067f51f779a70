"""Which headers are known to be in the chain, and how (spec EVID-13)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.evidence.header_runs import Run
from pithbundle.evidence.header_tree import Node

#: How headers are known to be in the chain, strongest first (EVID-13).
Strength: TypeAlias = Literal["chain", "checkpoint", "given"]
STRENGTHS: Final[tuple[Strength, ...]] = ("chain", "checkpoint", "given")


@dataclass(frozen=True, slots=True)
class Path:
    """The headers from the root of a tree to one header, by their heights."""

    strength: Strength
    #: The height after the last one.
    end: int
    #: The heights from which on a run has the header, and these runs.
    starts: tuple[int, ...]
    runs: tuple[Run, ...]

    __repr__ = brief

    def covers(self, height: int) -> bool:
        """Whether the path has a header of this height."""
        return self.starts[0] <= height < self.end

    def header(self, height: int) -> bytes:
        """The 80 bytes of the header of a height that it covers."""
        at = bisect_right(self.starts, height) - 1
        return self.runs[at].header(height - self.starts[at])

    def common(self, node: Node) -> int:
        """How many headers of a run are on the path, counted from the first one of the run."""
        start = node.start
        if start is None or not self.covers(start):
            return 0
        # A header contains the hash of the one before it: what is equal at a height is equal below it.
        low, high = 0, min(node.run.count, self.end - start)
        while low < high:
            middle = (low + high) // 2
            if self.header(start + middle) == node.run.header(middle):
                low = middle + 1
            else:
                high = middle
        return low


def path_to(strength: Strength, node: Node, index: int) -> Path:
    """Return the path to one header of a run whose heights are known."""
    end = node.first + index + 1
    parts = [(node.first, node.run)]
    while node.parent is not None:
        node = node.parent
        parts.append((node.first, node.run))
    starts, runs = zip(*reversed(parts), strict=True)
    return Path(strength, end, starts, runs)


def paths_to_blocks(tree: list[Node], strength: Strength, blocks: Collection[bytes]) -> Iterator[Path]:
    """Yield the paths to blocks in runs without a fault, without those that are part of another one."""
    covered: dict[Node, int] = {}
    for node in reversed(tree):  # a run after all that follow it
        if node.reason is None:
            index = max((at for digest, at in node.run.found.items() if digest in blocks), default=-1)
            if index > covered.get(node, -1):
                yield path_to(strength, node, index)
                covered[node] = index
        if node in covered and node.parent is not None:
            covered[node.parent] = max(covered.get(node.parent, -1), node.at)


def best_chain(forest: list[list[Node]], genesis: bytes, minimum_work: int) -> Path | None:
    """Return the path of the most work from the first block on, or None if it has less than the minimum."""
    nodes = [node for tree in forest if begins_chain(tree, genesis) for node in tree if node.reason is None]
    # Of two with the same work one is chosen by its hash, so that the order of files does not decide.
    best = max(nodes, key=lambda node: (node.total, node.run.last), default=None)
    if best is None or best.total < minimum_work:
        return None
    return path_to("chain", best, best.run.count - 1)


def begins_chain(tree: list[Node], genesis: bytes) -> bool:
    """Return whether a tree begins with the first block of the chain."""
    return tree[0].run.found.get(genesis) == 0
