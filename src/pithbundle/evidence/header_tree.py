"""How runs of headers belong together: what each follows, its heights, its targets (spec EVID-11, EVID-12).

Runs overlap and fork, so a run follows one header of another run, at its end or inside it. A run that
follows none of the others is a root. All loops go from the roots on; none is recursive, since each of ten
thousand files may have one header.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pithbundle.errors import EvidenceError, Fault
from pithbundle.evidence.checkpoints import Block
from pithbundle.evidence.difficulty import EPOCH, reachable, retarget, target_of
from pithbundle.evidence.header_runs import Run, header_error

#: Why headers, or the rest of them, show nothing (EVID-14).
Reason: TypeAlias = Literal[
    "invalid", "follows_invalid", "not_linked", "not_in_chain", "low_work", "not_pinned"
]


@dataclass(slots=True, eq=False)
class Node:
    """A run, the header of another run that it follows, and what follows from that."""

    run: Run
    parent: Node | None = None
    #: The index of that header in its run.
    at: int = 0
    children: list[Node] = field(default_factory=list)
    #: The headers from the first one of the root to the first one of this run.
    distance: int = 0
    #: The height of the first header, where it is known.
    start: int | None = None
    #: The work of the headers before the first one, from the root on.
    work: int = 0
    #: The time of the first header of the epoch of the header before the first one, where it is known.
    epoch_time: int | None = None
    #: Why its headers are not used, if they are not.
    reason: Reason | None = None
    fault: Fault | None = None

    @property
    def first(self) -> int:
        """The height of the first header of a run whose heights are known."""
        return self.start or 0

    @property
    def total(self) -> int:
        """The work of all headers from the first one of the root to the last one of this run."""
        return self.work + self.run.work_to(self.run.count - 1)


def trees(runs: Iterable[Run]) -> list[list[Node]]:
    """Join the runs; return the nodes of each tree, each before those that follow it (EVID-12).

    The result does not depend on the order of the runs.
    """
    ordered = sorted(runs, key=lambda run: (run.previous, run.count, run.last))
    nodes = [Node(run) for run in ordered]
    where = {digest: (node, index) for node in reversed(nodes) for digest, index in node.run.found.items()}
    roots = []
    for node in nodes:
        if node.run.previous in where:
            node.parent, node.at = where[node.run.previous]
            node.parent.children.append(node)
        else:
            roots.append(node)
    return [_tree(root) for root in roots]


def _tree(root: Node) -> list[Node]:
    found = [root]
    for node in found:  # which grows
        for child in node.children:
            child.distance = node.distance + child.at + 1
            child.work = node.work + node.run.work_to(child.at)
            found.append(child)
    return found


def locate(tree: list[Node], fixed: Mapping[bytes, int], named: Mapping[bytes, int]) -> None:
    """Set the heights of a tree by the blocks that it contains, or that its root follows (EVID-12).

    Args:
        tree: the nodes.
        fixed: the heights of the blocks of the table and of the first block, by their hashes.
        named: those that the user named.

    Raises:
        EvidenceError: ``headers_invalid``: the user named a block by a height that it does not have.
    """
    heights = sorted(first for _, first in _first_heights(tree, fixed))
    by_name = sorted((first, digest) for digest, first in _first_heights(tree, named))
    if not heights and not by_name:
        return
    first = heights[0] if heights else by_name[0][0]
    for other, digest in by_name:
        if other != first or first < 0:
            height = named[digest]
            detail = f"{Block(height, digest)}: the headers contain this block, and at another height"
            raise EvidenceError("headers_invalid", detail, clause="EVID-12")
    if first >= 0:
        for node in tree:
            node.start = first + node.distance


def _first_heights(tree: list[Node], blocks: Mapping[bytes, int]) -> Iterator[tuple[bytes, int]]:
    """Each of the blocks in the tree, and the height that the first header of the root has by it."""
    before = tree[0].run.previous
    if before in blocks:
        yield before, blocks[before] + 1
    for node in tree:
        for digest, index in node.run.found.items():
            if digest in blocks:
                yield digest, blocks[digest] - index - node.distance


def check(tree: list[Node], table: Mapping[int, bytes], limit: int) -> None:
    """Set the reason of each run of a tree that is not used, whatever else there is (EVID-11, EVID-13).

    Args:
        tree: the nodes.
        table: the hashes of the table of checkpoints, by their heights.
        limit: the greatest target of the network.
    """
    for node in tree:
        parent = node.parent
        if node.start is None:
            node.reason = "not_linked"
        elif parent is not None and parent.reason is not None:
            node.reason = "not_in_chain" if parent.reason == "not_in_chain" else "follows_invalid"
        else:
            _check(node, node.start, table, limit)


def _check(node: Node, start: int, table: Mapping[int, bytes], limit: int) -> None:
    run, parent = node.run, node.parent
    if parent is not None:
        of_epoch = (start - 1) % EPOCH
        node.epoch_time = parent.run.time(node.at - of_epoch) if node.at >= of_epoch else parent.epoch_time
    try:
        _check_changes(node, start)
        for index in range(-start % EPOCH, run.count, EPOCH):
            _check_epoch(node, index, limit)
    except EvidenceError as error:
        node.reason, node.fault = "invalid", error.fault
        return
    for index in range((EPOCH - 1 - start) % EPOCH, run.count, EPOCH):
        expected = table.get(start + index)
        if expected is not None and run.found.get(expected) != index:
            node.reason = "not_in_chain"


def _before(node: Node, index: int) -> tuple[Run, int] | None:
    """The run and the index of the header before one of a run, if it is there."""
    if index:
        return node.run, index - 1
    return None if node.parent is None else (node.parent.run, node.at)


def _check_changes(node: Node, start: int) -> None:
    for index, bits in zip(node.run.starts, node.run.bits, strict=True):
        before = _before(node, index)
        if before is not None and (start + index) % EPOCH and before[0].bits_at(before[1]) != bits:
            reason = f"its target is not that of the epoch, in which it has the height {start + index}"
            raise header_error(index, "EVID-11", reason)


def _check_epoch(node: Node, index: int, limit: int) -> None:
    """Check the target of the first header of an epoch against the epoch before, as far as that is known."""
    before = _before(node, index)
    if before is None:
        return
    of_before, last = before
    target, bits = target_of(of_before.bits_at(last)) or 0, node.run.bits_at(index)
    first = node.run.time(index - EPOCH) if index >= EPOCH else node.epoch_time
    if first is None:
        sound = reachable(target, target_of(bits) or 0, limit)
    else:
        sound = retarget(target, of_before.time(last) - first, limit) == bits
    if not sound:
        raise header_error(
            index, "EVID-11", "its target does not follow from the times of the epoch before it"
        )
