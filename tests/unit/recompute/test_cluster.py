"""Units on a cluster: order, window, workers that end (RECOMP-14, RECOMP-15); without Dask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.recomputed import read_output, registry, run, verifier
from pithbundle.archive.reader import Reader
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.errors import PithError
from pithbundle.recompute.cluster import ClusterPool
from pithbundle.recompute.pool import WINDOW
from pithbundle.recompute.run import recompute
from pithbundle.recompute.scan import Scan
from pithbundle.recompute.unit import Parts, compute
from pithbundle.recompute.work import FramesAt, LinesAt, Work, parts_of, performed

LINES = registry(5)


def units(count: int) -> list[tuple[str, Parts]]:
    return [(f"unit {number}", [("json", LINES[number % len(LINES)].raw)]) for number in range(count)]


class Workers:
    """Workers that finish units in any order; one for which ``ends`` is true is given up with all others."""

    def __init__(self, count: int = 2, ends: Callable[[int], bool] = lambda _: False) -> None:
        self.count = count
        self.ends = ends
        self.flying: dict[int, Parts] = {}
        self.submitted: list[int] = []
        self.alone: list[int] = []
        self.most = 0
        self.given_up: list[int] = []
        self.closed = 0

    def workers(self) -> int:
        return self.count

    def reads(self, archive: Reader) -> bool:
        return False

    def submit(self, number: int, work: Work) -> None:
        assert not isinstance(work, Scan)
        assert number not in self.flying
        if number in self.submitted:
            self.alone.append(number)
            assert not self.flying, "beside another unit"
        self.flying[number] = parts_of(work, DEFAULT_LIMITS)
        self.submitted.append(number)
        self.most = max(self.most, len(self.flying))

    def next(self) -> tuple[int, bytes | None]:
        number = max(self.flying, key=lambda each: (each * 7 % 5, each))
        bad = next((each for each in self.flying if self.ends(each)), None)
        if bad is not None and not self.given_up:
            self.given_up = [*self.flying]
        if self.given_up:
            number = self.given_up.pop()
            del self.flying[number]
            return number, None
        return number, self.result(self.flying.pop(number))

    def result(self, parts: Parts) -> bytes:
        return compute(verifier(), parts).to_bytes()

    def close(self) -> None:
        self.closed += 1


def test_results_are_in_the_order_of_the_units() -> None:
    workers = Workers()
    with ClusterPool[str](workers) as pool:
        assert pool.jobs == 2
        found = [*pool.results(units(40))]
    assert found == [(name, compute(verifier(), parts)) for name, parts in units(40)]
    assert workers.submitted == [*range(40)] and workers.closed == 1


@pytest.mark.parametrize("count", [0, 1, 3])
def test_at_most_four_units_for_each_worker_are_in_flight(count: int) -> None:
    workers = Workers(count)
    found = [*ClusterPool[str](workers).results(units(40))]
    assert workers.most == WINDOW * max(1, count) and len(found) == 40


def test_no_more_is_read_while_the_first_unit_is_not_done() -> None:
    class SlowFirst(Workers):
        def next(self) -> tuple[int, bytes | None]:
            number = max(self.flying)
            return number, self.result(self.flying.pop(number))

    read = 0

    def counted() -> Iterator[tuple[str, Parts]]:
        nonlocal read
        for unit in units(100):
            read += 1
            yield unit

    results = ClusterPool[str](SlowFirst(2)).results(counted())
    assert next(results)[0] == "unit 0" and read == 2 * WINDOW * 2
    assert [name for name, _ in results] == [f"unit {number}" for number in range(1, 100)] and read == 100


class Readers(Workers):
    """Workers that find the archives, and finish what they have in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.works: dict[int, Work] = {}

    def reads(self, archive: Reader) -> bool:
        return True

    def submit(self, number: int, work: Work) -> None:
        assert isinstance(work, Scan | FramesAt | LinesAt)
        self.works[number] = work

    def next(self) -> tuple[int, bytes | None]:
        number = max(self.works, key=lambda each: (each * 7 % 5, each))
        return number, performed(verifier(), self.works.pop(number)).to_bytes()


def test_workers_that_read_the_archives_themselves(tmp_path: Path) -> None:
    parts = [LINES[0::2], LINES[1::2], LINES[3:9]]
    wanted = run(tmp_path, *parts)
    folders = [str(tmp_path / f"out-in-{number}") for number in range(3)]
    recompute(folders, str(tmp_path / "there"), verifier(), pool=ClusterPool(Readers()))
    assert read_output(tmp_path / "there") == wanted


def test_a_unit_that_ends_its_workers_is_the_only_one_lost() -> None:
    workers = Workers(2, lambda number: number == 9)
    found = [*ClusterPool[str](workers).results(units(30))]
    assert [name for name, _ in found] == [f"unit {number}" for number in range(30)]
    assert [name for name, result in found if result is None] == ["unit 9"]
    # Each of those that were given up with it was computed again, alone.
    assert 9 in workers.alone and 1 < len(workers.alone) <= WINDOW * 2


def test_a_result_that_was_damaged_on_its_way_is_an_error() -> None:
    class Damaging(Workers):
        def result(self, parts: Parts) -> bytes:
            data = bytearray(super().result(parts))
            data[len(data) // 2] ^= 1
            return bytes(data)

    workers = Damaging()
    with pytest.raises(PithError), ClusterPool[str](workers) as pool:
        [*pool.results(units(3))]
    assert workers.closed == 1
