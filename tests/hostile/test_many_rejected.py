"""Archives of many bundles, and inputs of a million lines that are none (C5, ARCH-5, ARCH-12)."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.archives import lines
from kit.data import REPO
from pithbundle.archive import Rejections, Writer, read_bundles, zstd
from pithbundle.archive.inputs import FORMATS
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.manifest import read_index
from pithbundle.archive.reader import Reader


@pytest.mark.parametrize("count", [5_000, pytest.param(1_000_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", ["jsonl", "cborseq"])
def test_a_million_entries_that_are_no_bundles_are_a_hundred_and_a_count(
    tmp_path: Path, form: str, count: int
) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        for number in range(count - 1):
            file.write(b"[%d]\n" % number if form == "jsonl" else b"\x1b" + number.to_bytes(8))
    rejected = Rejections()
    assert [*read_bundles(str(path), FORMATS[form], rejected)] == []
    listed = [*rejected]
    assert len(rejected) == count - 1
    assert len(listed) == 101 and listed[-1].count == count - 101
    # The last one that is read is a bundle.
    with path.open("ab") as file:
        file.write(lines(1)[0].raw if form == "jsonl" else b"")
    assert len([*read_bundles(str(path), FORMATS[form], Rejections())]) == (form == "jsonl")


def recipe() -> Any:
    """The recipe of the generated archive, which the benchmarks use."""
    path = REPO / "benchmarks" / "archive_recipe.py"
    spec = importlib.util.spec_from_file_location("archive_recipe", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def one_frame(given: Iterator[Line]) -> int:
    """The bytes of one frame of all lines, at the level of archives."""
    library: Any = vars(zstd)["_zstd"]
    parameter = library.CompressionParameter
    options: dict[int, int] = {parameter.compression_level: zstd.DEFAULT_LEVEL, parameter.checksum_flag: 1}
    compressor = library.ZstdCompressor(options=options)
    return sum(len(compressor.compress(line.raw)) for line in given) + len(compressor.flush())


def frames_of(path: Path) -> tuple[set[str], set[tuple[str, int]]]:
    """The packs of an archive, and its frames by their first suffix and raw size."""
    frames = set()
    for index in path.glob("*.idx"):
        entries = read_index(index.read_bytes())
        assert entries is not None
        frames |= {(entry.first_suffix, entry.raw_length) for entry in entries}
    return {pack.name for pack in path.glob("*.zst")}, frames


@pytest.mark.parametrize("count", [400, pytest.param(100_000, marks=pytest.mark.long)])
def test_packs_are_small_and_one_bundle_changes_few(tmp_path: Path, count: int) -> None:
    make: Callable[[int], bytes] = recipe().made_bundle

    def write(name: str, last: int) -> None:
        with Writer(tmp_path / name) as writer:
            for number in range(last):
                writer.add(line_of(make(number)))
            writer.finish()

    write("a", count)
    packed = sum(pack.stat().st_size for pack in (tmp_path / "a").glob("*.zst"))
    whole = one_frame(entry.line for entry in Reader(tmp_path / "a").entries(Rejections()))
    assert packed <= 1.06 * whole
    write("b", count + 1)
    one, other = frames_of(tmp_path / "a"), frames_of(tmp_path / "b")
    assert 1 <= len(other[0] - one[0]) <= 2
    assert 1 <= len(other[1] - one[1]) <= 4
