"""Runs with a cache: what is found is not computed, and what is damaged is (RECOMP-10)."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.recomputed import files_of, in_cbor, registry, units_of, verifier, write_frames
from pithbundle import FileError, Limits, Policy, Verifier
from pithbundle.archive.lines import Line
from pithbundle.recompute import known, pool
from pithbundle.recompute.cache import Cache, is_rechecked
from pithbundle.recompute.known import Task
from pithbundle.recompute.result import MAGIC, UnitResult
from pithbundle.recompute.run import recompute
from pithbundle.recompute.unit import Parts, compute

LINES = registry(8)
#: Lines of two archives, so that there are shared records.
ONE = [line for at, line in enumerate(LINES) if at % 5 != 1]
OTHER = [line for at, line in enumerate(LINES) if at % 5 < 2]


@pytest.fixture(autouse=True)
def a_frame_is_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.recompute.frame_runs.MOST_FRAMES", 1)


def work(tmp_path: Path, chosen: Verifier | None = None, **options: Any) -> dict[str, bytes]:
    """Recompute both archives with the cache and return the output."""
    out = tmp_path / "out"
    shutil.rmtree(out, ignore_errors=True)
    archives = [str(each) for each in sorted(tmp_path.glob("in-*"))]
    recompute(archives, str(out), chosen or verifier(), **{"cache": str(tmp_path / "cache"), **options})
    return files_of(out)


def counts(tmp_path: Path) -> tuple[int, int, int]:
    """How many units were found, computed and computed again."""
    found = units_of(tmp_path / "out")
    return found["cache_hits"], found["computed"], found["rechecked"]


def inputs(tmp_path: Path, *archives: Iterable[Line]) -> None:
    for path in tmp_path.glob("in-*"):
        shutil.rmtree(path)
    for number, lines in enumerate(archives):
        write_frames(tmp_path / f"in-{number}", lines, 3)


def entries(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "cache").glob("*/*") if path.is_file())


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """The output of the first run, which fills the cache."""
    inputs(tmp_path, ONE, OTHER)
    return work(tmp_path)


def test_a_second_run_computes_nothing(tmp_path: Path, whole: dict[str, bytes]) -> None:
    _, units, _ = counts(tmp_path)
    assert units == len(entries(tmp_path)) > 8
    assert work(tmp_path, recheck=0) == whole and counts(tmp_path) == (units, 0, 0)
    assert work(tmp_path, cache=None) == whole and counts(tmp_path) == (0, units, 0)


def test_any_number_of_processes_fills_and_uses_it(tmp_path: Path) -> None:
    inputs(tmp_path, ONE, OTHER)
    plain = work(tmp_path, cache=None)
    assert work(tmp_path, jobs=2) == plain
    _, units, _ = counts(tmp_path)
    before = [path.read_bytes() for path in entries(tmp_path)]
    for path in entries(tmp_path)[::2]:
        path.unlink()
    half = units - len(entries(tmp_path))
    assert work(tmp_path, jobs=2, recheck=0) == plain and counts(tmp_path) == (units - half, half, 0)
    assert [path.read_bytes() for path in entries(tmp_path)] == before
    assert work(tmp_path, jobs=2, recheck=100) == plain and counts(tmp_path) == (units, 0, units)


def test_other_packs_with_the_same_frames_are_found(tmp_path: Path, whole: dict[str, bytes]) -> None:
    _, units, _ = counts(tmp_path)
    for number in (0, 1):
        (tmp_path / f"in-{number}").rename(tmp_path / f"in-{9 - number}")
    assert work(tmp_path, recheck=0) == whole and counts(tmp_path) == (units, 0, 0)


def test_what_a_result_depends_on_is_in_its_key(tmp_path: Path, whole: dict[str, bytes]) -> None:
    _, units, _ = counts(tmp_path)
    policy = verifier().policy
    for chosen in (Verifier(Policy.registry()), Verifier(policy, limits=Limits(events=4_999))):
        work(tmp_path, chosen)
        assert counts(tmp_path)[0] == 0
    assert work(tmp_path, recheck=0) == whole
    inputs(tmp_path, in_cbor(ONE), OTHER)
    work(tmp_path)
    found, computed, _ = counts(tmp_path)
    assert 0 < found < units and computed > 0


# -- a share that is computed again ----------------------------------------------------------


def test_a_share_is_computed_again(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that has some units, not all: which ones follows from the program too."""
    _, units, _ = counts(tmp_path)
    drawn: set[tuple[str, str]] = set()

    def draw(key: str, salt: str, percent: int) -> bool:
        drawn.add((key, salt))
        return is_rechecked(key, salt, percent)

    with monkeypatch.context() as patch:
        patch.setattr(known, "is_rechecked", draw)
        assert work(tmp_path, recheck=100) == whole and counts(tmp_path) == (units, 0, units)
    shares = {share: sum(is_rechecked(*each, share) for each in drawn) for share in range(101)}
    share = next(share for share, count in shares.items() if 0 < count < units)
    assert work(tmp_path, recheck=share) == whole
    found = counts(tmp_path)
    assert found[2] == shares[share] and work(tmp_path, recheck=share) == whole and counts(tmp_path) == found


def test_another_registry_has_another_share(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one share would be computed again for ever, and the rest never."""

    def shares(*archives: Iterable[Line]) -> dict[str, bool]:
        drawn: dict[str, bool] = {}

        def draw(key: str, salt: str, percent: int) -> bool:
            drawn[key] = is_rechecked(key, salt, percent)
            return drawn[key]

        inputs(tmp_path, *archives)
        with monkeypatch.context() as patch:
            patch.setattr(known, "is_rechecked", draw)
            work(tmp_path, recheck=50)
        return drawn

    one, again, grown = shares(ONE, OTHER), shares(ONE, OTHER), shares(ONE, OTHER, registry(12)[24:])
    assert one == again and len(one) > 8
    common = {*one} & {*grown}
    assert len(common) > 8 and any(one[key] != grown[key] for key in common)


def other_result(path: Path) -> None:
    """Replace the result of an entry by a sound block with other counts, as a fault of a program would."""
    data = path.read_bytes()
    start = data.index(MAGIC)
    result = UnitResult.from_bytes(data[start:])
    block = replace(result, read=result.read + 1).to_bytes()
    with Cache(str(path.parent.parent)) as cache:
        cache.put(path.name, block)


def test_one_disagreement_ends_the_run_and_names_the_entry(tmp_path: Path, whole: dict[str, bytes]) -> None:
    path = entries(tmp_path)[3]
    other_result(path)
    before = path.read_bytes()
    with pytest.raises(FileError, match="another result than a new computation") as caught:
        work(tmp_path, recheck=100)
    assert caught.value.code == "cache" and str(path) in str(caught.value)
    assert "remove the folder of the cache" in caught.value.hint
    assert path.read_bytes() == before and not (tmp_path / "out").exists()
    # What to do: another cache.
    shutil.rmtree(tmp_path / "cache")
    assert work(tmp_path, recheck=100, resume=True) == whole


# -- damage ----------------------------------------------------------------------------------


def damaged(path: Path, other: Path, seed: int) -> None:
    """Flip, cut, zero or lengthen an entry, or give it the content of another."""
    drawn = random.Random(seed)
    data = path.read_bytes()
    at = drawn.randrange(len(data))
    path.write_bytes(
        [
            data[:at] + bytes([data[at] ^ 1 << drawn.randrange(8)]) + data[at + 1 :],
            data[:at],
            data[:at] + bytes(len(data) - at),
            data + b"\0",
            other.read_bytes(),
        ][seed % 5]
    )


@pytest.mark.parametrize("count", [10, pytest.param(150, marks=pytest.mark.long)])
def test_damage_costs_the_entries_that_it_hits(tmp_path: Path, whole: dict[str, bytes], count: int) -> None:
    _, units, _ = counts(tmp_path)
    paths = entries(tmp_path)
    sound = [path.read_bytes() for path in paths]
    for seed in range(count):
        one, other = random.Random(-seed).sample(paths, 2)
        damaged(one, other, seed)
        lost = sum(path.read_bytes() != data for path, data in zip(paths, sound, strict=True))
        assert work(tmp_path, recheck=0) == whole, seed
        assert lost <= 1 and counts(tmp_path) == (units - lost, lost, 0), seed
        assert [path.read_bytes() for path in paths] == sound


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_an_entry_that_is_no_file_is_replaced(tmp_path: Path, whole: dict[str, bytes], kind: str) -> None:
    path = entries(tmp_path)[0]
    path.rename(tmp_path / "other")
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "other")
    assert work(tmp_path, recheck=0) == whole and counts(tmp_path)[1] == 1
    assert path.is_file() and not path.is_symlink()


def test_an_entry_that_is_a_folder_ends_the_run(tmp_path: Path, whole: dict[str, bytes]) -> None:
    path = entries(tmp_path)[0]
    path.unlink()
    path.mkdir()
    with pytest.raises(FileError, match=r"cache.*is a directory"):
        work(tmp_path)


@pytest.mark.parametrize("kind", ["file", "link", "fifo", "device", "writable", "foreign"])
def test_a_folder_that_is_no_cache(tmp_path: Path, kind: str) -> None:
    inputs(tmp_path, ONE)
    path = tmp_path / "cache"
    if kind == "file":
        path.write_text("kept")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind in ("link", "device"):
        path.symlink_to("/dev/null" if kind == "device" else "in-0")
    else:
        path.mkdir()
        path.chmod(0o777 if kind == "writable" else 0o700)
        if kind == "foreign":
            (path / "thesis.txt").write_text("kept")
    with pytest.raises(FileError, match="cache: ") as caught:
        work(tmp_path)
    assert caught.value.code == "io" and sorted(os.listdir(tmp_path)) == ["cache", "in-0"]


# -- a bound on the bytes --------------------------------------------------------------------


@pytest.mark.parametrize("most", [0, 3_000, 10**9])
def test_a_cache_that_is_made_smaller_while_a_run_uses_it_changes_no_byte(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Another process removes entries between any two looks of the run."""
    _, units, _ = counts(tmp_path)
    real = known.KnownResults.find

    def find(self: known.KnownResults, source: int, key: str) -> object:
        with Cache(str(tmp_path / "cache")) as other:
            other.shrink(most)
        return real(self, source, key)

    with monkeypatch.context() as patch:
        patch.setattr(known.KnownResults, "find", find)
        assert work(tmp_path, recheck=50) == whole
    found, computed, _ = counts(tmp_path)
    assert found + computed == units and (computed > 0) == (most < 10**9)
    assert work(tmp_path, recheck=0) == whole


def test_entries_that_no_run_finds_any_more_are_removed_first(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    mine = entries(tmp_path)
    for path in mine:
        os.utime(path, (1_700_000_000, 1_700_000_000))
    work(tmp_path, Verifier(Policy.registry()))
    for path in {*entries(tmp_path)} - {*mine}:
        os.utime(path, (1_700_000_001, 1_700_000_001))
    assert work(tmp_path, recheck=0) == whole
    with Cache(str(tmp_path / "cache")) as cache:
        cache.shrink(sum(path.stat().st_size for path in mine))
    assert entries(tmp_path) == mine


# -- what is never kept ----------------------------------------------------------------------


def test_a_unit_that_is_lost_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs(tmp_path, ONE, OTHER)
    lost = next(iter(ONE)).raw

    def results(
        self: pool.Pool[Task], units: Iterable[tuple[Task, Parts]]
    ) -> Iterator[tuple[Task, UnitResult | None]]:
        for name, parts in units:
            yield name, None if lost in next(iter(parts))[1] else compute(verifier(), parts)

    with monkeypatch.context() as patch:
        patch.setattr(pool.Pool, "results", results)
        work(tmp_path)
    units = units_of(tmp_path / "out")
    assert units["lost"] > 0 and units["computed"] == len(entries(tmp_path))
    whole = work(tmp_path, recheck=0)
    assert counts(tmp_path)[1] > 0 and whole == work(tmp_path, cache=None)


def test_the_results_of_a_resumed_run_are_not_taken_from_the_cache(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is a result of the cache that was noted before the run ended looked for again."""
    _, units, _ = counts(tmp_path)
    real = known.KnownResults.find
    calls = 0

    def find(self: known.KnownResults, source: int, key: str) -> object:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt
        return real(self, source, key)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(known.KnownResults, "find", find)
        work(tmp_path, recheck=0)
    assert work(tmp_path, recheck=0, resume=True) == whole
    found = units_of(tmp_path / "out")
    assert (found["resumed"], found["cache_hits"], found["computed"]) == (4, units - 4, 0)
