"""Which requests bring the headers of a node, and what follows from each answer (spec NODE-1 to NODE-4).

Nothing here makes a request: the caller sends what :attr:`HeaderFetch.path` says and hands over the body.
Every header is checked before it counts, as far as the headers before it allow; whether they are in the chain
is for :func:`~pithbundle.evidence.headers.read_headers` to say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pithbundle.errors import EvidenceError
from pithbundle.evidence.checkpoints import Block, Checkpoints
from pithbundle.evidence.difficulty import EPOCH, reachable, retarget, target_of, work_of
from pithbundle.evidence.header_runs import HEADER_BYTES, MOST_HEADERS, header_hash, read_run
from pithbundle.evidence.headers import BITCOIN, Network

#: The headers of one answer at most: a node sends no more.
AT_ONCE: Final = 2_000
#: The bytes of an answer at most.
ANSWER_BYTES: Final = AT_ONCE * HEADER_BYTES
_INFO: Final = "/rest/chaininfo.json"
#: How often a node may answer that it does not have a block in its chain.
_MOST_MISSED: Final = 64

#: How a fetch ended (NODE-4).
FetchOutcome: TypeAlias = Literal["current", "downloading", "behind"]


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What a node says of itself. It proves nothing."""

    #: The name of its chain, ``main`` in Bitcoin. May contain hostile text.
    chain: str
    #: The height of its last block.
    blocks: int
    #: Whether it still fetches the blocks of the past.
    is_downloading: bool


class HeaderFetch:
    """The headers of one file, and the requests that make it as long as the chain of a node (NODE-1).

    Args:
        data: the headers that are there; empty for a new file.
        first: the height of the first header of a new file.
        last: the height after which nothing is requested; None for all that the node has.
        checkpoints: the table of blocks; that of this package where it is None.
        network: what defines the chain. Tests alone have a reason to name another one.

    Raises:
        EvidenceError: ``headers_invalid``: the headers violate EVID-8 to EVID-11 or the table, or begin where
            no file does (NODE-3).
    """

    def __init__(
        self,
        data: bytes = b"",
        *,
        first: int = 0,
        last: int | None = None,
        checkpoints: Checkpoints | None = None,
        network: Network = BITCOIN,
    ) -> None:
        self._how = (checkpoints, network)
        table = (Checkpoints.shipped() if checkpoints is None else checkpoints).blocks
        self._table = {block.height: block.digest for block in table}
        self._limit = target_of(network.limit_bits) or 0
        self._genesis = network.genesis
        #: The height of the first header.
        self.first = self._first_of(data) if data else first
        if self.first and self.first - 1 not in self._table:
            raise _error(f"the table has no block before the height {self.first}", "NODE-3")
        #: What the node says of itself, once it was asked.
        self.info: NodeInfo | None = None
        self._most = MOST_HEADERS if last is None else min(MOST_HEADERS, last + 1 - self.first)
        #: The header before the first one, where the node sent it.
        self._before = b""
        self._data = bytearray()
        self._extend(data)
        self._had = self._kept = data
        self._missed = 0
        #: How many headers are given up at the next block that the node misses.
        self._back = 1
        self._is_done = False

    @property
    def path(self) -> str | None:
        """The path of the next request; None if there is none (NODE-1)."""
        if self.info is None:
            return _INFO
        if self._is_done or self.count >= self._most:
            return None
        return f"/rest/headers/{AT_ONCE}/{self._asked[::-1].hex()}.bin"

    def accept(self, body: bytes) -> None:
        """Take the body of the answer to the last request (NODE-2).

        Raises:
            EvidenceError: ``headers_invalid``: it is not what a node answers, a header violates EVID-9 to
                EVID-11 or the table, or the node is of another chain. What was taken before stays.
        """
        if self.info is None:
            self.info = _read_info(body)
            return
        if not body:
            self._step_back(self.info)
            return
        if len(body) % HEADER_BYTES or len(body) > ANSWER_BYTES:
            raise _error(f"an answer of {len(body)} bytes is no headers", "NODE-2")
        if header_hash(body[:HEADER_BYTES]) != self._asked:
            raise _error("the answer does not begin with the block that was requested", "NODE-2")
        rest = body[HEADER_BYTES:]
        if not self._data:
            if self.first:
                self._before = body[:HEADER_BYTES]
            else:
                rest = body
        self._is_done = not rest
        self._extend(rest[: HEADER_BYTES * (self._most - self.count)])
        self._back = 1

    def compare(self, data: bytes) -> None:
        """Take what the file has now, where something else wrote it meanwhile (NODE-4).

        Raises:
            EvidenceError: ``headers_invalid``: these are no headers, or they begin at another height.
        """
        checkpoints, network = self._how
        if data and HeaderFetch(data, checkpoints=checkpoints, network=network).first != self.first:
            raise _error("the file begins at another height than before", "NODE-4")
        ours, common = self.data, _common(self.data, data)
        if _work(data[common:]) >= _work(ours[common:]):
            self._kept = data
        self._had = data

    @property
    def data(self) -> bytes:
        """The headers: of what was there and what the node has, the one with more work (NODE-4)."""
        common = _common(self._kept, self._data)
        if _work(self._data[common:]) > _work(self._kept[common:]):
            self._kept = bytes(self._data)
        return self._kept

    @property
    def outcome(self) -> FetchOutcome:
        """How the fetch ended, once no request is left (NODE-4)."""
        is_all = bool(self._data) and self.data == self._data
        if is_all and self.count >= self._most:
            return "current"
        if self.info is not None and self.info.is_downloading:
            return "downloading"
        return "current" if is_all else "behind"

    @property
    def added(self) -> int:
        """How many headers :attr:`data` has that were not there."""
        data = self.data
        return (len(data) - _common(self._had, data)) // HEADER_BYTES

    @property
    def removed(self) -> int:
        """How many headers that were there :attr:`data` does not have."""
        return (len(self._had) - _common(self._had, self.data)) // HEADER_BYTES

    @property
    def count(self) -> int:
        """How many headers there are, as far as the chain of the node was read."""
        return len(self._data) // HEADER_BYTES

    @property
    def _asked(self) -> bytes:
        """The hash of the block that the next answer begins with: the last one that is there."""
        return header_hash(bytes(self._data[-HEADER_BYTES:])) if self._data else self._anchor

    @property
    def _anchor(self) -> bytes:
        return self._table[self.first - 1] if self.first else self._genesis

    def _first_of(self, data: bytes) -> int:
        before, begin = data[4:36], header_hash(data[:HEADER_BYTES])
        if begin == self._genesis:
            return 0
        heights = {digest: height for height, digest in self._table.items()}
        if before in heights:
            return heights[before] + 1
        raise _error("the file begins neither with the first block nor after one of the table", "NODE-3")

    def _step_back(self, info: NodeInfo) -> None:
        """The node does not have the last header that is there: go back to one that it may have."""
        self._missed += 1
        if self._missed > _MOST_MISSED:
            raise _error("the chain of the node changes faster than it is read", "NODE-2")
        if self._data:
            _ = self.data  # keeps what has more work
            del self._data[-HEADER_BYTES * self._back :]
            self._back *= 2
        elif info.blocks < self.first:
            self._is_done = True
        else:
            block = Block(max(self.first - 1, 0), self._anchor)
            raise _error(f"the node has another chain, which it calls {info.chain}: not {block}", "NODE-2")

    def _extend(self, data: bytes) -> None:
        """Add headers that follow those that are there."""
        if not data:
            return
        run = read_run(data, frozenset(), self._limit)
        # Of a file from the first block on, that one was compared before.
        if (self._data or self.first) and run.previous != self._asked:
            raise _error("the first new header does not follow the last one", "EVID-10")
        start = len(self._data)
        self._data += data
        try:
            for index in range(start // HEADER_BYTES, self.count):
                self._check(index)
        except EvidenceError:
            del self._data[start:]
            raise

    def _check(self, index: int) -> None:
        """Check the target of a header, and its hash where the table has one (EVID-11, EVID-13)."""
        data, height = self._data, self.first + index
        bits = _number(data, index, 72)
        before = _number(data, index - 1, 72) if index else None
        if before is None and self._before:
            before = int.from_bytes(self._before[72:76], "little")
        if before is not None and height % EPOCH:
            sound = bits == before
        elif before is not None and index >= EPOCH:
            seconds = _number(data, index - 1, 68) - _number(data, index - EPOCH, 68)
            sound = bits == retarget(target_of(before) or 0, seconds, self._limit)
        else:
            sound = before is None or reachable(target_of(before) or 0, target_of(bits) or 0, self._limit)
        if not sound:
            raise _error(f"block {height}: its target does not follow from those before it", "EVID-11")
        if height in self._table:
            at = HEADER_BYTES * index
            if header_hash(bytes(data[at : at + HEADER_BYTES])) != self._table[height]:
                raise _error(f"block {height} is not that of the table", "EVID-13")


def _number(data: bytes | bytearray, index: int, at: int) -> int:
    at += HEADER_BYTES * index
    return int.from_bytes(data[at : at + 4], "little")


def _common(one: bytes, other: bytes | bytearray) -> int:
    """The bytes of the headers with which both begin."""
    # A header contains the hash of the one before it: what is equal at a height is equal below it.
    low, high = 0, min(len(one), len(other)) // HEADER_BYTES
    while low < high:
        middle = (low + high) // 2
        at = HEADER_BYTES * middle
        if one[at : at + HEADER_BYTES] == other[at : at + HEADER_BYTES]:
            low = middle + 1
        else:
            high = middle
    return HEADER_BYTES * low


def _work(data: bytes | bytearray) -> int:
    """The work of headers whose targets are targets."""
    counts: dict[int, int] = {}
    for index in range(len(data) // HEADER_BYTES):
        bits = _number(data, index, 72)
        counts[bits] = counts.get(bits, 0) + 1
    return sum(count * work_of(target_of(bits) or 0) for bits, count in counts.items())


def _read_info(body: bytes) -> NodeInfo:
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    value = value if isinstance(value, dict) else {}
    # A node before version 0.17 does not say whether it is downloading.
    found = value.get("chain"), value.get("blocks"), value.get("initialblockdownload", False)
    if tuple(map(type, found)) != (str, int, bool):
        raise _error(f"the answer to {_INFO} is not that of Bitcoin Core", "NODE-2")
    return NodeInfo(*found)


def _error(detail: str, clause: str) -> EvidenceError:
    return EvidenceError("headers_invalid", detail, clause=clause)
