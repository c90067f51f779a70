"""Sorting in bounded memory: runs on disk, merged (ARCH-4)."""

from __future__ import annotations

import os
import random
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle.archive import sort
from pithbundle.archive.lines import Line
from pithbundle.archive.sort import LineSorter, merged, unique
from pithbundle.durable import Folder


def line(number: int, encoding: str = "json") -> Line:
    data = b"%d" % number
    return Line(f"{'ABCD'[number % 4]:A<26}", sha256(data).digest(), data, encoding)  # type: ignore[arg-type]


@pytest.mark.parametrize("run_bytes", [1, 5_000, 1 << 20])
@pytest.mark.parametrize("fan_in", [2, 64])
def test_any_order_gives_one_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_bytes: int, fan_in: int
) -> None:
    monkeypatch.setattr(sort, "FAN_IN", fan_in)
    given_lines = [line(number % 60, "cbor" if number % 3 else "json") for number in range(100)]
    random.Random(run_bytes).shuffle(given_lines)
    with Folder.open(str(tmp_path)) as folder:
        sorter = LineSorter(folder, run_bytes)
        for each in given_lines:
            sorter.add(each)
        found = [*sorter.sorted()]
        assert [*sorter.sorted()] == []
    wanted = sorted(set(given_lines), key=lambda each: (each.encoding == "cbor", each.suffix, each.digest))
    assert found == wanted
    assert [*tmp_path.iterdir()] == []


def test_few_runs_are_open_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a registry there are more than a process may have files."""
    monkeypatch.setattr(sort, "FAN_IN", 3)
    most = 0

    def open_file(folder: Folder, name: str) -> int:
        nonlocal most
        descriptor = real(folder, name)
        most = max(most, len(os.listdir("/proc/self/fd")) - before)
        return descriptor

    real = Folder.open_file
    with Folder.open(str(tmp_path)) as folder:
        sorter = LineSorter(folder, 1)
        for number in range(20):
            sorter.add(line(number))
        before = len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(Folder, "open_file", open_file)
        assert len([*sorter.sorted()]) == 20
    # The runs, and the one that is written.
    assert 3 <= most <= 4


def test_nothing_is_written_for_what_fits(tmp_path: Path) -> None:
    with Folder.open(str(tmp_path)) as folder:
        sorter = LineSorter(folder)
        sorter.add(line(1))
        assert [*tmp_path.iterdir()] == []
        assert [*sorter.sorted()] == [line(1)]


@given(st.lists(st.lists(st.integers(0, 30), max_size=10), max_size=4))
def test_a_merge_is_a_union(numbers: list[list[int]]) -> None:
    runs = [sorted(map(line, each)) for each in numbers]
    assert [*merged(map(iter, runs))] == sorted({line(number) for each in numbers for number in each})


def test_equal_lines_of_two_encodings_are_two() -> None:
    assert len([*unique([line(1), line(1), line(1, "cbor")])]) == 2
