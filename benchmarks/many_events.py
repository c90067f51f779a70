"""How cost grows with the number of events of one record, from 100 to 100,000, in parts of 5,000.

Signatures are checked once and dominate; what is measured apart is the merge of verified
events, state bytes included, and adding one event to a large ledger. Memory is the growth
of the process's peak, so each size runs in a process of its own. The worst single addition
is a pause of Python's collector, which walks the whole process; the median is the ledger's.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "tests"))

SIZES = (100, 1_000, 10_000, 100_000)


def timed(call: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def make(size: int, folder: Path) -> None:
    """Write the bundles of ``size`` events and the policy that knows their signers."""
    from kit import SIGNERS, big_bundle, policy, to_json

    for index, part in enumerate(big_bundle(size)):
        (folder / f"{index:04d}.json").write_bytes(to_json(part))
    (folder / "policy.json").write_bytes(to_json(policy(*SIGNERS)))


def one(folder: Path) -> dict[str, float]:
    from pithbundle import MERGE_1, Ledger, Policy, read_bundle
    from pithbundle.verify.checks import check

    parts = [path.read_bytes() for path in sorted(folder.glob("[0-9]*.json"))]
    keys = Policy.from_bytes((folder / "policy.json").read_bytes())
    before = peak()
    start = time.perf_counter()
    checked = [check(read_bundle(part), keys, MERGE_1.event_types.keys()) for part in parts]
    checking = time.perf_counter() - start
    rounds = max(5, 20_000 // max(1, len(checked[0].events) * len(checked)))

    def merge() -> bytes:
        ledgers = [
            Ledger._of_checked(part.record, part.policy_sha256, MERGE_1, part.signed) for part in checked
        ]
        builder = ledgers[0].builder()
        for ledger in ledgers[1:]:
            builder.add(ledger)
        return builder.build().snapshot().to_json()

    merging = timed(merge, rounds)
    memory = peak() - before
    first = checked[0]
    ledgers = [
        Ledger._of_checked(first.record, first.policy_sha256, MERGE_1, [pair])
        for part in checked
        for pair in part.signed
    ]
    builder = Ledger._of_checked(first.record, first.policy_sha256, MERGE_1, ()).builder()
    for ledger in ledgers[:-200]:
        builder.add(ledger)
    adding = []
    for ledger in ledgers[-200:]:
        start = time.perf_counter()
        builder.add(ledger)
        adding.append(time.perf_counter() - start)
    return {
        "events": len(ledgers),
        "bytes": sum(map(len, parts)),
        "check_seconds": checking,
        "merge_seconds": merging,
        "merge_events_per_second": len(ledgers) / merging,
        "add_one_median_seconds": sorted(adding)[len(adding) // 2],
        "add_one_worst_seconds": max(adding),
        "peak_bytes": memory,
    }


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of events")
    options.add_argument("--json", action="store_true", help="print one JSON object a line")
    options.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args(arguments)
    if chosen.make:
        make(int(chosen.make[0]), Path(chosen.make[1]))
        return 0
    if chosen.one is not None:
        print(json.dumps(one(chosen.one)))
        return 0
    rows = []
    for size in chosen.sizes:
        # Made in one process and measured in another: what the generator leaves behind would
        # be walked by the collector of the one that merges.
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, __file__, "--make", str(size), folder], check=True)
            command = [sys.executable, __file__, "--one", folder]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        rows.append(json.loads(done.stdout))
        if chosen.json:
            print(json.dumps(rows[-1]), flush=True)
    if chosen.json:
        return 0
    print("   events   check s  us/event   merge s  events/s  of n log n", end="")
    print("  add 1 us  worst us  peak MiB  bytes/event")
    first = rows[0]
    unit = first["merge_seconds"] / (first["events"] * math.log(first["events"]))
    for row in rows:
        count = row["events"]
        print(
            f"{count:9d}{row['check_seconds']:10.3f}{row['check_seconds'] / count * 1e6:10.1f}"
            f"{row['merge_seconds']:10.3f}{row['merge_events_per_second']:10.0f}"
            f"{row['merge_seconds'] / (unit * count * math.log(count)):12.2f}"
            f"{row['add_one_median_seconds'] * 1e6:10.1f}{row['add_one_worst_seconds'] * 1e6:10.1f}"
            f"{row['peak_bytes'] / 2**20:10.1f}{row['peak_bytes'] / count:13.0f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
