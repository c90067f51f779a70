"""What reading a snapshot of arXiv's metadata costs: against orjson over all of its lines, and in memory.

    python benchmarks/arxiv_snapshot.py --megabytes 500 --rounds 5

A generated snapshot is read for one paper near its end and for a hundred, as `number --arxiv` reads it, while
orjson parses every line, which is the least that a script would do. Best of rounds in which all take turns,
in processor time; the memory is the peak of a process that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from pithbundle.evidence import read_metadata
from pithbundle.files import read_blocks

WORDS = "lattice gauge field action paper model result method energy state proof bound limit graph".split()


def write(path: Path, size: int) -> list[str]:
    """Write a snapshot of so many bytes; return the identifiers of its papers."""
    drawn, ids, written = random.Random(1), [], 0
    with path.open("wb") as file:
        while written < size:
            ids.append(f"{1000 + len(ids) // 20_000:04}.{len(ids) % 20_000:05}")
            abstract = " ".join(drawn.choices(WORDS, k=180))
            value = {
                "id": ids[-1],
                "submitter": "Ada Example",
                "authors": "Ada Example and Ben Sample",
                "title": " ".join(drawn.choices(WORDS, k=9)),
                "categories": "hep-lat hep-ph",
                "license": None,
                "abstract": f"  {abstract}\n",
                "versions": [{"version": "v1", "created": "Thu, 1 Mar 2012 09:00:00 GMT"}],
            }
            written += file.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")
    return ids


def read(path: Path, wanted: list[str]) -> None:
    """Read the papers that are wanted."""
    found = read_metadata(read_blocks(str(path)), wanted)
    if len(found) != len(wanted):
        raise SystemExit("a paper was not found")


def parse_all(path: Path) -> None:
    """Parse every line by orjson."""
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def main() -> None:
    """Measure one snapshot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peak", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        read(Path(given.peak[0]), given.peak[1:])
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot.jsonl"
        ids = write(path, given.megabytes * 1_000_000)
        candidates: dict[str, Callable[[], None]] = {
            "orjson, every line": lambda: parse_all(path),
            "one paper": lambda: read(path, ids[-2:-1]),
            "a hundred papers": lambda: read(path, ids[-1 :: -len(ids) // 100][:100]),
        }
        best: dict[str, float] = {}
        for _ in range(given.rounds):
            for name, call in candidates.items():
                start = time.process_time()
                call()
                best[name] = min(best.get(name, float("inf")), time.process_time() - start)
        print(f"{given.megabytes} MB, {len(ids):,} papers")
        for name, seconds in best.items():
            print(f"  {name:20}{seconds:8.2f} s{seconds / best['orjson, every line']:8.2f} times orjson")
        words = [sys.executable, __file__, "--peak", str(path), ids[-2]]
        peak = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        print(f"  peak of the memory {float(peak):.0f} MB")


if __name__ == "__main__":
    main()
