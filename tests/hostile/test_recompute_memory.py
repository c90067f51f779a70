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
from pithbundle.archive.lines import Line

RUN = """
import sys
from kit.memory import peak_kib
from kit.recomputed import verifier
from pithbundle.recompute.run import recompute
if __name__ == "__main__":
    found = recompute([sys.argv[1]], sys.argv[2], verifier(), jobs=2)
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
    (folder / "run.py").write_text(RUN)
    ran = subprocess.run(
        [sys.executable, str(folder / "run.py"), str(archive), str(folder / f"out-{count}")],
        env={"PYTHONPATH": f"{REPO / 'src'}:{REPO / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    records, peak = map(int, ran.stdout.split())
    assert records == count
    return peak


@pytest.mark.parametrize(
    "many", [pytest.param(20_000, marks=pytest.mark.slow), pytest.param(300_000, marks=pytest.mark.long)]
)
def test_the_peak_of_the_parent_does_not_grow_with_the_bundles(tmp_path: Path, many: int) -> None:
    few = peak_of(tmp_path, 1_000)
    most = peak_of(tmp_path, many)
    assert max(few, most) < 200 * 1024, (few, most)
    assert abs(most - few) <= 0.2 * few, (few, most)
