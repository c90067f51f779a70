"""Lines in any order as an archive in the part of an output (RECOMP-12)."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.archives import items, lines, write
from kit.recomputed import EndsAfter, expected, read_output, registry, units_of, verifier
from pithbundle import durable
from pithbundle.archive.lines import Line
from pithbundle.archive.reader import Reader
from pithbundle.archive.writer import PART_FILES
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.recompute.pool import Pool
from pithbundle.recompute.run import recompute
from pithbundle.recompute.sorted_lines import SORTED, position_of, remove_sorted, write_sorted


def shuffled(given: list[Line], seed: int) -> list[Line]:
    return random.Random(seed).sample(given, len(given))


@pytest.mark.parametrize("run_bytes", [1, 20_000, 1 << 26])
def test_it_is_the_archive_of_the_same_lines(tmp_path: Path, run_bytes: int) -> None:
    given = [*lines(300), *items(40), *lines(10)]
    packed = write(tmp_path / "packed", given)
    with Folder.open(str(tmp_path)) as folder:
        reader = Reader(write_sorted(folder, shuffled(given, 1), run_bytes))
        assert reader.path == str(tmp_path / SORTED)
        assert [info.content_sha256 for info in reader.packs] == [
            info.content_sha256 for info in packed.packs
        ]
        names = [each.name for each in (tmp_path / SORTED).iterdir()]
        assert all(PART_FILES.fullmatch(name) for name in names)
        assert not any(name.startswith("run-") for name in names)
        remove_sorted(folder)
        assert not (tmp_path / SORTED).exists()


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, written = durable.write, 0

    def write_some(descriptor: int, data: bytes | memoryview) -> None:
        nonlocal written
        written += len(data)
        if written > 10_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor, data)

    monkeypatch.setattr(durable, "write", write_some)
    with pytest.raises(FileError, match="space"):
        recompute([], str(tmp_path / "out"), verifier(), lines=registry(12))
    assert os.listdir(tmp_path) == []


def test_lines_alone_are_an_input(tmp_path: Path) -> None:
    recompute([], str(tmp_path / "out"), verifier(), lines=reversed(registry(4)))
    found = read_output(tmp_path / "out")
    assert (found.states, found.digests) == expected(registry(4)) and found.rejected == []


class Losing(Pool[Any]):
    """A pool whose processes end with every unit."""

    def results(self, units: Iterable[tuple[Any, Any] | None]) -> Iterator[tuple[Any, None]]:
        for unit in units:
            if unit is not None:
                yield unit[0], None


def test_a_lost_unit_of_sorted_lines_is_named_by_its_record(tmp_path: Path) -> None:
    lines = registry(4)
    recompute([], str(tmp_path / "out"), verifier(), lines=lines, pool=Losing(verifier(), 1))
    (entry,) = read_output(tmp_path / "out").rejected
    assert (entry["file"], entry["code"]) == ("", "worker_lost")
    assert entry["position"] == f"the frame of the record {lines[0].suffix}, after sorting"


def test_no_lines(tmp_path: Path) -> None:
    with Folder.open(str(tmp_path)) as folder:
        remove_sorted(folder)
        assert Reader(write_sorted(folder, ())).packs == ()


def test_what_is_not_known_is_not_removed(tmp_path: Path) -> None:
    with Folder.open(str(tmp_path)) as folder:
        write_sorted(folder, lines(3))
        (tmp_path / SORTED / "mine").write_bytes(b"x")
        with pytest.raises(OSError, match="did not write"):
            remove_sorted(folder)


def test_a_frame_is_named_by_its_first_record(tmp_path: Path) -> None:
    with Folder.open(str(tmp_path)) as folder:
        reader = Reader(write_sorted(folder, lines(300)))
    (info,) = reader.packs
    index = reader.index(info)
    assert index is not None and len(index) > 1
    for entry in index:
        found = position_of(reader, str(tmp_path / SORTED / info.file), entry.offset)
        assert found == f"the frame of the record {entry.first_suffix}, after sorting"


def test_a_run_goes_on_with_the_same_lines_in_any_container(tmp_path: Path) -> None:
    """The plan has the hashes of the sorted lines (RECOMP-8), whatever files they came from."""
    lines = registry(6)
    write(tmp_path / "packed", lines)
    ways: list[dict[str, Any]] = [{"lines": reversed(lines)}, {"archives": [str(tmp_path / "packed")]}]
    for number, given in enumerate(ways):
        out = str(tmp_path / f"out-{number}")
        with pytest.raises(KeyboardInterrupt):
            recompute([], out, verifier(), lines=iter(lines), progress=EndsAfter(1, KeyboardInterrupt()))
        assert not os.path.exists(f"{out}.part/{SORTED}")
        with pytest.raises(FileError, match="inputs differ"):
            recompute([], out, verifier(), lines=lines[1:], resume=True)
        recompute(given.pop("archives", []), out, verifier(), resume=True, **given)
        assert units_of(Path(out))["resumed"] == 1
        found = read_output(Path(out))
        assert (found.states, found.digests) == expected(lines)
