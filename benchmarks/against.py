"""What reading and checking costs compared with another commit: 1,000 events, signatures cached.

    git worktree add ../base COMMIT
    python benchmarks/against.py --base ../base

Two processes, one for each source tree, take turns in one run, so that a slow spell of the machine
hits both. Times are those of the processor, so other work on the machine costs neither. The result is
the ratio of the best times, which noise only ever adds to, and that of the medians beside it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import IO, cast

REPO = Path(__file__).resolve().parent.parent
#: Run in each tree: reads the bundle and the policy, then verifies once for each line that it gets.
WORKER = """
import sys, time
from pathlib import Path
from pithbundle import Policy, Verifier
data, policy = (Path(name).read_bytes() for name in sys.argv[1:3])
verifier = Verifier(Policy.from_bytes(policy))
assert len(verifier.verify(data).ledger) == int(sys.argv[3])
for line in sys.stdin:
    calls = int(line)
    start = time.process_time()
    for _ in range(calls):
        verifier.verify(data)
    print((time.process_time() - start) / calls, flush=True)
"""


def main(arguments: list[str]) -> int:
    """Measure, print the ratio, and return 1 if it is over ``--most``."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--base", type=Path, required=True, help="a checkout of the other commit")
    options.add_argument("--events", type=int, default=1_000)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--most", type=float, help="exit with 1 where the ratio is greater")
    chosen = options.parse_args(arguments)
    sys.path.insert(0, str(REPO / "tests"))
    from kit import SIGNERS, big_bundle, policy, to_json

    with tempfile.TemporaryDirectory() as folder:
        bundle, pinned = Path(folder, "bundle.json"), Path(folder, "policy.json")
        bundle.write_bytes(to_json(next(iter(big_bundle(chosen.events)))))
        # Without event_formats: another commit may know the default by another name.
        made = policy(*SIGNERS)
        keys = [
            {name: value for name, value in key.items() if name != "event_formats"} for key in made["keys"]
        ]
        pinned.write_bytes(to_json({**made, "keys": keys}))
        workers = {
            name: subprocess.Popen(
                [sys.executable, "-c", WORKER, str(bundle), str(pinned), str(chosen.events)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env={"PYTHONPATH": str(tree / "src")},
            )
            for name, tree in (("base", chosen.base), ("here", REPO))
        }  # fmt: skip
        times: dict[str, list[float]] = {name: [] for name in workers}
        for _ in range(chosen.rounds):
            for name, worker in workers.items():
                print(1, file=cast("IO[str]", worker.stdin), flush=True)
                times[name].append(float(cast("IO[str]", worker.stdout).readline()))
        for worker in workers.values():
            cast("IO[str]", worker.stdin).close()
            worker.wait()
    best = {name: min(found) for name, found in times.items()}
    medians = {name: median(found) for name, found in times.items()}
    ratio = best["here"] / best["base"]
    of_medians = round(medians["here"] / medians["base"], 3)
    print(
        json.dumps(
            {"events": chosen.events, "seconds": best, "ratio": round(ratio, 3), "of_medians": of_medians}
        )
    )
    return int(chosen.most is not None and ratio > chosen.most)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
