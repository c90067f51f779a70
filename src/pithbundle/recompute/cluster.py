"""Units on a cluster: the results in the order of the units, as of processes (spec RECOMP-14, RECOMP-15).

What is sent and received is behind :class:`Connection`, so that order, window and what becomes of
lost workers are decided here, without the packages of a cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Generic, Protocol, TypeVar

from pithbundle.archive.reader import Reader
from pithbundle.recompute.pool import WINDOW
from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.scan import Scan, Scanned
from pithbundle.recompute.work import Outcome, Work

T = TypeVar("T")

#: How many windows of units may be in memory, in flight or waiting for a unit before them.
_HELD: Final = 2


class Connection(Protocol):
    """A cluster. Numbers are those of units in flight; a unit is in flight once at a time."""

    def workers(self) -> int:
        """The number of workers, now or a moment ago."""

    def reads(self, archive: Reader) -> bool:
        """Whether every worker finds the archive where this machine does."""

    def submit(self, number: int, work: Work) -> None:
        """Send a unit.

        Raises:
            FileError: ``io``: the cluster cannot be reached any more.
        """

    def next(self) -> tuple[int, bytes | None]:
        """Wait for any unit in flight, and return its result; None where the workers that had it ended.

        Raises:
            FileError: ``io``: the cluster cannot be reached any more, or has no worker.
        """

    def close(self) -> None:
        """Give up what is in flight, and close the connection."""


class ClusterPool(Generic[T]):
    """Computes units on a cluster; used as :class:`pithbundle.recompute.pool.Pool` is.

    Args:
        connection: the cluster, which is closed at the end.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._flying: dict[int, tuple[T, Work]] = {}

    def __enter__(self) -> ClusterPool[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def jobs(self) -> int:
        """The number of workers."""
        return self._connection.workers()

    def reads(self, archive: Reader) -> bool:
        """Whether the workers read the packs of an archive; else they are sent the bytes (RECOMP-18)."""
        return self._connection.reads(archive)

    def results(self, units: Iterable[tuple[T, Work] | None]) -> Iterator[tuple[T, Outcome | None]]:
        """The result of each unit in the order of the units; None for one that ended its workers.

        Raises:
            FileError: ``io``: the cluster cannot be reached any more, or has no worker.
            ArchiveError: a result was damaged on its way.
        """
        rest = iter(units)
        held: dict[int, tuple[T, Outcome | None]] = {}
        following = 0
        while True:
            self._fill(rest, following, len(held))
            if not self._flying:
                return
            held.update(self._next())
            while following in held:
                yield held.pop(following)
                following += 1

    def _fill(self, rest: Iterator[tuple[T, Work] | None], following: int, held: int) -> None:
        """Send units until the window is full, or there is no next one for now."""
        window = WINDOW * max(1, self._connection.workers())
        while len(self._flying) < window and len(self._flying) + held < _HELD * window:
            unit = next(rest, None)
            if unit is None:
                return
            number, (name, work) = following + held + len(self._flying), unit
            self._flying[number] = name, work
            self._connection.submit(number, work)

    def _next(self) -> Iterator[tuple[int, tuple[T, Outcome | None]]]:
        """The next result; or, if a unit was given up, all that are in flight, and then it again."""
        lost: dict[int, tuple[T, Work]] = {}
        while True:
            number, data = self._connection.next()
            name, work = self._flying.pop(number)
            if data is not None:
                yield number, (name, _read(work, data))
            else:
                lost[number] = name, work
            if not lost or not self._flying:
                break
        # A worker that ends takes all units that it had with it: which of them ended it shows only alone.
        for number, (name, work) in lost.items():
            self._connection.submit(number, work)
            _, data = self._connection.next()
            yield number, (name, None if data is None else _read(work, data))


def _read(work: Work, data: bytes) -> Outcome:
    return Scanned.from_bytes(data) if isinstance(work, Scan) else UnitResult.from_bytes(data)
