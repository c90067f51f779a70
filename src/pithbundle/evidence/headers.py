"""Block headers that the user has, and how strong what they show is (spec EVID-8 to EVID-14).

A lone header with proof of work shows little: the work of an old block takes a machine of today some days.
What counts is that the header is in the chain. So headers show something only if the chain from its first
block on is there with enough work, or if they lead to a block that a table or the user names.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from pithbundle.brief import brief
from pithbundle.encoding.timestamps import instant_of_count
from pithbundle.errors import EvidenceError, Fault
from pithbundle.evidence.checkpoints import Block, Checkpoints
from pithbundle.evidence.difficulty import target_of
from pithbundle.evidence.header_paths import (
    STRENGTHS,
    Path,
    Strength,
    begins_chain,
    best_chain,
    paths_to_blocks,
)
from pithbundle.evidence.header_runs import Run, header_hash, read_run
from pithbundle.evidence.header_tree import Node, Reason, check, locate, trees


@dataclass(frozen=True, slots=True)
class Network:
    """What defines the chain of a network (EVID-9, EVID-13)."""

    #: The hash of its first block, in the order in which headers contain it.
    genesis: bytes
    #: The compact form of the greatest target.
    limit_bits: int
    #: The work that a chain from the first block on needs.
    minimum_work: int


#: Bitcoin. The work is that of the headers 0 to 832,607, which the tests compute from their targets.
BITCOIN: Final = Network(
    bytes.fromhex("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")[::-1],
    0x1D00FFFF,
    0x6CBA0D1CA348F46FA817CBA0,
)


@dataclass(frozen=True, slots=True)
class Header:
    """One header, its height and how it is known to be in the chain."""

    #: The number of headers before it.
    height: int
    #: Its 80 bytes.
    data: bytes
    #: How it is known to be in the chain.
    strength: Strength

    __repr__ = brief

    @property
    def merkle_root(self) -> bytes:
        """The 32 bytes that are the digest of the transactions of the block."""
        return self.data[36:68]

    @property
    def time(self) -> str:
        """The time that it has, ``YYYY-MM-DDTHH:MM:SSZ``. Whoever made the block chose it, within limits."""
        # Every number of 32 bits is a second of a year that has four digits.
        seconds = int.from_bytes(self.data[68:72], "little")
        return f"{(instant_of_count(seconds, 1) or '')[:19]}Z"

    @property
    def block(self) -> Block:
        """Its height and hash."""
        return Block(self.height, header_hash(self.data))


@dataclass(frozen=True, slots=True)
class HeaderFile:
    """What the headers of one file are used for (EVID-14)."""

    #: The name of the file. May contain hostile text.
    name: str
    #: The number of headers; 0 where the reason is ``invalid`` and the file was not read to its end.
    count: int
    #: The height of its first header, where it is known.
    first: int | None
    #: How its first header is known to be in the chain, if it is.
    strength: Strength | None
    #: The height of the last header of which the same is known.
    last: int | None
    #: Why its headers, or those after the known ones, show nothing.
    reason: Reason | None
    #: What is wrong with the file, where the reason is ``invalid``.
    fault: Fault | None
    #: The work of its headers; 0 where it was not read to its end (EVID-13).
    work: int = 0


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of files, each with what it shows. :func:`read_headers` makes it."""

    #: Each file, in the order in which it was given.
    files: tuple[HeaderFile, ...] = ()
    #: The blocks that the user named and of which there is no header.
    missing: tuple[Block, ...] = ()
    #: The SHA-256 of the table by which they were checked (EVID-13).
    checkpoints_sha256: str = field(default_factory=lambda: Checkpoints.shipped().sha256)
    _paths: tuple[Any, ...] = ()  # Path is private, and its name would be public here

    __repr__ = brief

    def at(self, height: int) -> tuple[Header, ...]:
        """Return the header of a height, of the strongest strength that there is for it (EVID-13).

        It is one, or none; only if the user named blocks of two chains can there be more.
        """
        for strength in STRENGTHS:
            of_it: list[Path] = [path for path in self._paths if path.strength == strength]
            found = {path.header(height) for path in of_it if path.covers(height)}
            if found:
                return tuple(Header(height, data, strength) for data in sorted(found))
        return ()


def read_headers(
    files: Iterable[tuple[str, bytes]],
    *,
    blocks: Iterable[Block] = (),
    checkpoints: Checkpoints | None = None,
    network: Network = BITCOIN,
) -> Headers:
    """Read and check the headers of files (EVID-8 to EVID-14).

    Args:
        files: the name and the bytes of each file: 80 bytes for each header. What is wrong with a file is no
            error: its entry in :attr:`Headers.files` names it, and the other files are used.
        blocks: the blocks of which the user says that they are in the chain.
        checkpoints: the table of blocks; that of this package where it is None.
        network: what defines the chain. Tests alone have a reason to name another one.

    Raises:
        EvidenceError: ``headers_invalid``: the user named two blocks of one height, or a block by a height
            that it does not have (EVID-12).
    """
    inputs = [*files]
    named = _named(blocks)
    used = Checkpoints.shipped() if checkpoints is None else checkpoints
    table = used.blocks
    fixed = {network.genesis: 0, **{block.digest: block.height for block in table}}
    limit = target_of(network.limit_bits) or 0
    wanted = {*fixed, *named, *(data[4:36] for _, data in inputs)}
    read = [(name, _read(data, wanted, limit)) for name, data in inputs]
    forest = trees({_key(run): run for _, run in read if isinstance(run, Run)}.values())
    heights = {block.height: block.digest for block in table}
    paths: list[Path] = []
    for tree in forest:
        locate(tree, fixed, named)
        check(tree, heights, limit)
        paths += paths_to_blocks(tree, "checkpoint", {*heights.values()})
        paths += paths_to_blocks(tree, "given", named.keys())
    chain = best_chain(forest, network.genesis, network.minimum_work)
    paths += [] if chain is None else [chain]
    nodes = {_key(node.run): (node, begins_chain(tree, network.genesis)) for tree in forest for node in tree}
    found = {digest for node, _ in nodes.values() for digest in node.run.found}
    return Headers(
        tuple(
            _file(name, *nodes[_key(run)], paths)
            if isinstance(run, Run)
            else HeaderFile(name, 0, None, None, None, "invalid", run)
            for name, run in read
        ),
        tuple(Block(height, digest) for digest, height in named.items() if digest not in found),
        used.sha256,
        tuple(paths),
    )


def _named(blocks: Iterable[Block]) -> dict[bytes, int]:
    named: dict[bytes, int] = {}
    heights: dict[int, bytes] = {}
    for block in blocks:
        if heights.setdefault(block.height, block.digest) != block.digest:
            raise _misnamed(block, "you named another block of this height")
        if named.setdefault(block.digest, block.height) != block.height:
            raise _misnamed(block, "you named this block by another height")
    return named


def _misnamed(block: Block, reason: str) -> EvidenceError:
    return EvidenceError("headers_invalid", f"{block}: {reason}", clause="EVID-12")


def _read(data: bytes, wanted: AbstractSet[bytes], limit: int) -> Run | Fault:
    try:
        return read_run(data, wanted, limit)
    except EvidenceError as error:
        return error.fault


def _key(run: Run) -> tuple[bytes, int, bytes]:
    """What two runs of the same headers have in common."""
    return run.previous, run.count, run.last


def _file(name: str, node: Node, from_first: bool, paths: list[Path]) -> HeaderFile:
    count = node.run.count
    work = node.run.work_to(count - 1)
    if node.reason is not None or node.start is None:
        return HeaderFile(name, count, node.start, None, None, node.reason, node.fault, work)
    known = {
        strength: max((path.common(node) for path in paths if path.strength == strength), default=0)
        for strength in STRENGTHS
    }
    strength = next((each for each in STRENGTHS if known[each]), None)
    last = None if strength is None else node.start + known[strength] - 1
    end = max(known.values())
    reason: Reason | None = None
    if end < count:
        reason = "low_work" if from_first else "not_pinned"
        if any(path.covers(node.start + end) for path in paths):
            reason = "not_in_chain"
    return HeaderFile(name, count, node.start, strength, last, reason, None, work)
