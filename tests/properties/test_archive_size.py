"""Generated archives: their size against one frame of all, and what one more bundle changes (ARCH-5)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kit.data import REPO


@pytest.mark.slow
def test_frames_cost_at_most_six_percent_and_one_bundle_changes_at_most_four() -> None:
    done = subprocess.run(
        [sys.executable, REPO / "benchmarks" / "archives.py", "1000"],
        env={"PYTHONPATH": str(REPO / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    size, average, ratio, to_one, changed, *_ = map(float, done.stdout.splitlines()[-1].split())
    assert size == 1_000 and 6_400 < average < 7_000
    assert ratio > 4 and to_one <= 1.06
    assert 1 <= changed <= 4
