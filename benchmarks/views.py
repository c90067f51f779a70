"""What every view of a merged set costs, from 1,000 to 100,000 expensive events (tests/kit/crowds.py).

A cell is the processor's time in milliseconds; after the last size is how much more an event
costs there than at the first size, as a multiple of n log n: 1 is n log n exactly, and a quadratic
view would show 60 or more. From some ten thousand events on everything waits for memory, which
is a factor of two.

``--commands`` runs the command line on really signed bundles instead, in processes of their own.
"""

from __future__ import annotations

import argparse
import gc
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "tests"))

from kit import crowds  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
COMMANDS = ("verify", "merge", "status", "timeline", "explain", "proof", "export", "diff")


def measured(name: str, sizes: Sequence[int]) -> dict[str, list[float]]:
    """Milliseconds of each view at each size."""
    rows: dict[str, list[float]] = {}
    for size in sizes:
        parts, ledger = crowds.made(name, size)
        gc.collect()
        gc.disable()
        for view, look in crowds.VIEWS.items():
            best = float("inf")
            for _ in range(max(1, 20_000 // size)):
                start = time.thread_time()
                look(parts, ledger)
                best = min(best, time.thread_time() - start)
            rows.setdefault(view, []).append(best * 1e3)
        gc.enable()
    return rows


def commands(name: str, size: int) -> dict[str, float]:
    """Seconds of each command on a crowd of signed events."""
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = [str(path) for path in crowds.write(name, size, folder)]
        for command in COMMANDS:
            files = paths if command != "diff" else [paths[0], paths[-1]]
            more = ["--out-dir", str(folder / command)] if command in ("export", "proof") else []
            line = [sys.executable, "-m", "pithbundle", command, *files, *more, "--json"]
            if command == "merge":
                line[-1:] = ["-o", str(folder / "state.json")]
            start = time.perf_counter()
            done = subprocess.run(
                [*line, "--policy", str(folder / "policy.json")], capture_output=True, check=False
            )
            found[command] = time.perf_counter() - start
            if done.returncode not in (0, 1, 3):
                raise SystemExit(f"{command}: exit {done.returncode}: {done.stderr[:500]!r}")
    return found


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of events")
    options.add_argument(
        "--crowds", nargs="*", choices=[*crowds.CROWDS], default=["revisions", "checkpoints", "mixed"],
        help="sets of events; all are in tests/kit/crowds.py",
    )  # fmt: skip
    options.add_argument("--commands", action="store_true", help="measure the command line")
    chosen = options.parse_args(arguments)
    for name in chosen.crowds:
        print(f"{name}: {crowds.CROWDS[name].__doc__}")
        if chosen.commands:
            columns = [commands(name, size) for size in chosen.sizes]
            for command in COMMANDS:
                print(f"  {command:18}" + "".join(f"{column[command]:10.2f} s" for column in columns))
            continue
        first, last = chosen.sizes[0], chosen.sizes[-1]
        growth = last * math.log(last) / (first * math.log(first))
        print(" " * 20 + "".join(f"{size:11,}" for size in chosen.sizes) + "   of n log n")
        for view, row in measured(name, chosen.sizes).items():
            # What takes microseconds shows no growth.
            times = f"{row[-1] / max(row[0], 0.05) / growth:13.2f}"
            print(f"  {view:18}" + "".join(f"{cell:11.2f}" for cell in row) + times, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
