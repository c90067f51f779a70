"""The memory of recompute does not grow with the number of bundles (C1)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from kit import bundle, made_record, pith_number, to_json
from kit.archives import write
from kit.data import REPO
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.manifest import MANIFEST, Manifest, PackInfo, pack_name
from pithbundle.archive.zstd import compress

#: What the lines of one record may take in KiB, whatever their size: 32 MiB of them are held (RECOMP-8).
MOST_OF_LINES = 64 * 1024

RUN = """
import sys
from kit.memory import peak_kib
from kit.recomputed import verifier
from pithbundle.recompute.run import recompute
if __name__ == "__main__":
    found = recompute([sys.argv[1]], sys.argv[2], verifier(), jobs=int(sys.argv[3]))
    print(found.summary["records"], peak_kib())
"""


def small_lines(count: int) -> Iterator[Line]:
    """Lines of so many records without events: what costs memory for each record is in them, no signature."""
    for seed in range(count):
        record = made_record(seed)
        data = to_json(bundle(record, []))
        yield Line(pith_number(record)[-26:], sha256(data).digest(), data, "json")


def peak_of(folder: Path, count: int) -> int:
    """The peak of the parent, which reads and writes while two processes verify, in KiB."""
    archive = folder / str(count)
    write(archive, small_lines(count))
    records, peak = records_and_peak(folder, archive, 2)
    assert records == count
    return peak


def records_and_peak(folder: Path, archive: Path, jobs: int) -> tuple[int, int]:
    """The number of records of an archive, and the peak of the process that recomputes it, in KiB."""
    (folder / "run.py").write_text(RUN)
    ran = subprocess.run(
        [sys.executable, str(folder / "run.py"), str(archive), f"{archive}-out", str(jobs)],
        env={"PYTHONPATH": f"{REPO / 'src'}:{REPO / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    records, peak = map(int, ran.stdout.split())
    return records, peak


def lines_of_one_record(count: int) -> list[Line]:
    """Lines of a megabyte each, of which no one frame has two."""
    record = made_record(1)
    notes = (f"{number} {'x' * 10**6}" for number in range(count))
    return sorted(line_of(to_json(bundle(record, []) | {"note": note})) for note in notes)


@pytest.mark.slow
def test_the_lines_of_one_record_are_not_in_memory_together(tmp_path: Path) -> None:
    peaks = {}
    for count in (2, 100):
        archive = tmp_path / str(count)
        write(archive, lines_of_one_record(count))
        records, peaks[count] = records_and_peak(tmp_path, archive, 1)
        assert records == 1
    assert peaks[100] - peaks[2] < MOST_OF_LINES, peaks


SORT = """
import sys
from kit.memory import peak_kib
from pithbundle.archive.lines import Line
from pithbundle.archive.sort import FAN_IN, LineSorter
from pithbundle.durable import Folder
if __name__ == "__main__":
    with Folder.open(sys.argv[1]) as folder:
        sorter = LineSorter(folder, 1)
        for number in range(FAN_IN):
            sorter.add(Line("A" * 26, number.to_bytes(32), bytes(1 << 20), "json"))
        before = peak_kib()
        assert sum(len(line.data) for line in sorter.sorted()) == FAN_IN << 20
        print(peak_kib() - before)
"""


def test_sorting_holds_no_line_of_each_run(tmp_path: Path) -> None:
    """However large the lines are: one of them, and the keys of the others."""
    (tmp_path / "sort.py").write_text(SORT)
    (tmp_path / "runs").mkdir()
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "sort.py"), str(tmp_path / "runs")],
        env={"PYTHONPATH": f"{REPO / 'src'}:{REPO / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(ran.stdout) < 16 * 1024


@pytest.mark.parametrize(
    "many", [pytest.param(10_000, marks=pytest.mark.slow), pytest.param(300_000, marks=pytest.mark.long)]
)
def test_the_peak_of_the_parent_does_not_grow_with_the_bundles(tmp_path: Path, many: int) -> None:
    few = peak_of(tmp_path, 1_000)
    most = peak_of(tmp_path, many)
    assert max(few, most) < 200 * 1024, (few, most)
    assert abs(most - few) <= 0.2 * few, (few, most)


def junk(folder: Path, frames: int) -> Path:
    """An archive of one pack with so many frames of some bytes, of which none has a bundle."""
    raws = [b"%x\n" % number for number in range(frames)]
    data, content = b"".join(map(compress, raws)), sha256(b"".join(raws)).hexdigest()
    info = PackInfo(
        pack_name(content, "json"), "A" * 26, "B" * 26, frames, frames, sum(map(len, raws)), len(data),
        content, sha256(data).hexdigest(),
    )  # fmt: skip
    archive = folder / f"junk-{frames}"
    archive.mkdir()
    (archive / info.file).write_bytes(data)
    (archive / MANIFEST).write_bytes(Manifest((info,), "1").to_bytes())
    return archive


@pytest.mark.parametrize(
    ("frames", "jobs"),
    [
        pytest.param(20_000, 1, marks=pytest.mark.slow),
        pytest.param(40_000, 2, marks=pytest.mark.long),
        pytest.param(1_000_000, 1, marks=pytest.mark.long),
    ],
)
def test_a_frame_without_a_bundle_takes_few_bytes_of_the_parent(
    tmp_path: Path, frames: int, jobs: int
) -> None:
    """It has 15 in the archive; each took 190 here, and 355 with two processes (RECOMP-18)."""
    peaks = {}
    for count in (1_000, frames):
        records, peaks[count] = records_and_peak(tmp_path, junk(tmp_path, count), jobs)
        assert records == 0
    # A scan of a pack is held three times while it arrives.
    scans = 4 << 12 if jobs > 1 else 0
    assert (peaks[frames] - peaks[1_000] - scans) * 1024 < 140 * frames, peaks
    assert peaks[frames] < 200 * 1024
