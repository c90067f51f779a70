"""Joined results: with a cache, neighbouring units are written by copying their frames (RECOMP-10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.archives import write
from kit.recomputed import files_of, registry, units_of, verifier
from pithbundle import FileError
from pithbundle.archive.borders import ends_frame
from pithbundle.archive.writer import PackWriter
from pithbundle.durable import Folder
from pithbundle.recompute import joining
from pithbundle.recompute.cache import Cache
from pithbundle.recompute.joining import joined
from pithbundle.recompute.kept import Kept
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.pool import Pool
from pithbundle.recompute.result import FoundRow, Row, UnitResult, result_of
from pithbundle.recompute.run import recompute
from pithbundle.recompute.store import Store, UnitRef
from pithbundle.recompute.work import Join, Outcome, Work, performed

#: Suffixes in order; a frame ends after those that are marked.
PLAIN = [f"{'A' * 23}{char}AB" for char in "ABCDEFGHIJKLMNO"]
ENDS = [f"{'A' * 23}{char}AA" for char in "PQRST"]


def row(suffix: str, lines: str = "x") -> FoundRow:
    return FoundRow(Row(suffix, (lines,), ()), f"{suffix} d\n".encode(), suffix.encode(), b"r")


def in_store(store: Store, refs: Iterable[UnitRef | None]) -> list[UnitRef]:
    """The units of a store, joined by this process."""
    units = [ref for ref in refs if ref is not None]
    return joined(store, Kept(store), Keys.of(verifier()), units, Pool(verifier(), 1))


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive in which limits end most frames."""
    monkeypatch.setattr("pithbundle.archive.borders.MAX_LINES", 5)
    monkeypatch.setattr("pithbundle.archive.borders._FRAME_DIVISOR", 4)
    write(tmp_path / "in", registry(40))
    return tmp_path


def work(path: Path, out: str, **options: Any) -> dict[str, bytes]:
    recompute([str(path / "in")], str(path / out), verifier(), **options)
    return files_of(path / out)


def test_a_run_that_finds_everything_compresses_no_state_again(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = work(archive, "plain")
    cache = str(archive / "cache")
    assert work(archive, "first", cache=cache) == plain
    units = units_of(archive / "first")["computed"]
    entries = len([*(archive / "cache").glob("*/*")])
    assert entries > units, "nothing was joined"
    written: list[object] = []
    real = PackWriter.write

    def counted(*given: Any) -> None:
        written.append(given)
        real(*given)

    monkeypatch.setattr(PackWriter, "write", counted)
    assert work(archive, "again", cache=cache, recheck=0) == plain
    with_joined = len(written)
    monkeypatch.setattr(joining, "_MOST", 1)
    assert work(archive, "apart", cache=cache, recheck=0) == plain
    assert with_joined < len(written) - with_joined
    counts = units_of(archive / "again")
    assert (counts["cache_hits"], counts["computed"]) == (units, 0)
    assert len([*(archive / "cache").glob("*/*")]) == entries


def test_a_joined_result_is_computed_again_like_any_other(archive: Path) -> None:
    cache = archive / "cache"
    plain = work(archive, "first", cache=str(cache))
    before = {path: path.read_bytes() for path in cache.glob("*/*")}
    assert work(archive, "again", cache=str(cache), recheck=100) == plain
    # A joined result has read no lines. All of them are cut.
    for path, data in before.items():
        start = data.index(b"pithbundle unit 1\n")
        if UnitResult.from_bytes(data[start:]).read == 0:
            path.write_bytes(data[:-1])
    assert work(archive, "cut", cache=str(cache), recheck=0) == plain
    assert {path: path.read_bytes() for path in cache.glob("*/*")} == before


def test_another_joined_result_ends_the_run(tmp_path: Path) -> None:
    keys = Keys.of(verifier())
    with Cache(str(tmp_path / "cache")) as cache:

        def found(name: str) -> tuple[str, bytes]:
            """The key and the joined result of two units, in a run of its own."""
            (tmp_path / name).mkdir()
            with Folder.open(str(tmp_path / name)) as folder, closing(Store(folder)) as store:
                refs = [store.add(result_of([row(each)]), at) for at, each in enumerate((PLAIN[0], ENDS[0]))]
                units = [ref for ref in refs if ref is not None]
                (one,) = joined(store, Kept(store, cache, percent=100), keys, units, Pool(verifier(), 1))
                return keys.of_joined(each.digest for each in units), store.read(one).to_bytes()

        key, block = found("first")
        assert cache.get(key) == block and found("again") == (key, block)
        cache.put(key, replace(UnitResult.from_bytes(block), read=1).to_bytes())
        with pytest.raises(FileError) as caught:
            found("other")
        assert caught.value.code == "cache"


def test_numbers_of_frames_are_in_no_joined_result(tmp_path: Path) -> None:
    blocks = []
    for first in (0, 7):
        (tmp_path / str(first)).mkdir()
        with Folder.open(str(tmp_path / str(first))) as folder, closing(Store(folder)) as store:
            refs = [
                store.add(result_of([row(each)]), first + at) for at, each in enumerate((PLAIN[0], ENDS[0]))
            ]
            (one,) = joined(
                store,
                Kept(store),
                Keys.of(verifier()),
                [ref for ref in refs if ref is not None],
                Pool(verifier(), 1),
            )
            blocks.append(store.read(one).to_bytes())
    assert blocks[0] == blocks[1]


def test_processes_join_results_without_a_cache(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left to the parent is to copy the frames."""

    class Two(Pool[Any]):
        """Two processes, which are this one: others would not know the limits."""

        def results(self, units: Iterable[tuple[Any, Work] | None]) -> Iterator[tuple[Any, Outcome]]:
            for unit in units:
                assert unit is not None
                works.append(unit[1])
                yield unit[0], performed(verifier(), unit[1])

    works: list[Work] = []
    plain = work(archive, "plain")
    written: list[object] = []
    real = PackWriter.write

    def counted(*given: Any) -> None:
        written.append(given)
        real(*given)

    monkeypatch.setattr(PackWriter, "write", counted)
    assert work(archive, "one", jobs=1) == plain
    alone = len(written)
    assert work(archive, "two", pool=Two(verifier(), 2)) == plain
    assert len(written) - alone < alone and any(isinstance(each, Join) for each in works)


def test_joining_that_is_lost_leaves_the_units_apart(tmp_path: Path) -> None:
    class Losing(Pool[Any]):
        def results(self, units: Iterable[tuple[Any, Any] | None]) -> Iterator[tuple[Any, None]]:
            for unit in units:
                assert unit is not None
                yield unit[0], None

    with Folder.open(str(tmp_path)) as folder, closing(Store(folder)) as store:
        refs = [store.add(result_of([row(each)]), at) for at, each in enumerate((PLAIN[0], ENDS[0]))]
        units = [ref for ref in refs if ref is not None]
        assert joined(store, Kept(store), Keys.of(verifier()), units, Losing(verifier(), 1)) == units


@pytest.mark.parametrize(
    ("units", "wanted"),
    [
        ([[PLAIN[0]], [PLAIN[1], ENDS[0]]], [[PLAIN[0], PLAIN[1], ENDS[0]]]),
        ([[PLAIN[0], ENDS[0]], [ENDS[1]]], [[PLAIN[0], ENDS[0]], [ENDS[1]]]),
        # No border after the last one: what would follow it is not known.
        ([[PLAIN[0]], [PLAIN[1]]], [[PLAIN[0]], [PLAIN[1]]]),
        ([[ENDS[0]], [ENDS[1]], [ENDS[2] + "", ENDS[3]]], [[ENDS[0]], [ENDS[1]], [ENDS[2], ENDS[3]]]),
        # More than are joined.
        ([[each] for each in (*PLAIN[:8], ENDS[0])], [[each] for each in (*PLAIN[:8], ENDS[0])]),
        ([[each] for each in (*PLAIN[:7], ENDS[0])], [[*PLAIN[:7], ENDS[0]]]),
    ],
)
def test_units_are_joined_from_a_border_to_a_border(
    tmp_path: Path, units: list[list[str]], wanted: list[list[str]]
) -> None:
    assert suffixes(tmp_path, [[row(each) for each in unit] for unit in units]) == wanted


def test_what_overlaps_or_collides_is_left(tmp_path: Path) -> None:
    a, b, c, d = PLAIN[:4]
    twice = [[row(a)], [row(b), row(d)], [row(c, "y")], [row(ENDS[0])], [row(ENDS[1])]]
    assert suffixes(tmp_path, twice) == [[a], [b, d], [c], [ENDS[0]], [ENDS[1]]]
    collides = replace(row(b), row=Row(b, ("x",), (), True), state=b"", report=b"", digests=b"")
    assert suffixes(tmp_path, [[row(a)], [collides], [row(c)], [row(ENDS[0])], [row(ENDS[1])]]) == [
        [a], [], [c], [ENDS[0]], [ENDS[1]],
    ]  # fmt: skip
    # After the border that follows, units are joined again.
    again = [[row(a)], [collides], [row(ENDS[0])], [row(ENDS[1])], [row(f"{ENDS[1][:-1]}B")], [row(ENDS[2])]]
    assert suffixes(tmp_path, again)[3:] == [[ENDS[1]], [f"{ENDS[1][:-1]}B", ENDS[2]]]


def suffixes(tmp_path: Path, units: list[list[FoundRow]]) -> list[list[str]]:
    """The suffixes of the units that are left, of which none is lost."""
    assert ends_frame(ENDS[0]) and not ends_frame(PLAIN[0])
    with Folder.open(str(tmp_path)) as folder, closing(Store(folder)) as store:
        refs = [store.add(result_of(unit), at) for at, unit in enumerate(units)]
        found = joined(
            store,
            Kept(store),
            Keys.of(verifier()),
            [ref for ref in refs if ref is not None],
            Pool(verifier(), 1),
        )
        return [[*store.read(ref).suffixes()] for ref in found]
