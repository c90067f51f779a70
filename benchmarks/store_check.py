"""What ``pithbundle store check --jobs 2`` gains, beside what two processes gain that only verify signatures.

Elapsed time, in turns, the best of the rounds: only an idle machine shows it. The second ratio is of the bare
verification of signatures in as many processes, which nothing that verifies them can exceed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "tests"))

from kit.stores import body, make  # noqa: E402
from pithbundle.store import Incoming, Store  # noqa: E402

_SIGNATURES = """
import sys
from nacl.signing import SigningKey
key = SigningKey(bytes(32))
message = bytes(500)
signature = key.sign(message).signature
verify = key.verify_key.verify
print(flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[1])):
    verify(message, signature)
"""


def elapsed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def signatures(count: int, jobs: int) -> float:
    """Seconds of the verification of signatures, shared by processes that have started."""
    line = [sys.executable, "-c", _SIGNATURES, str(count // jobs)]
    children = [
        subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(jobs)
    ]
    for child in children:
        if child.stdout is not None:
            child.stdout.readline()

    def work() -> None:
        for child in children:
            if child.stdin is not None:
                child.stdin.write("\n")
                child.stdin.flush()
        for child in children:
            child.wait()

    seconds = elapsed(work)
    for child in children:
        child.communicate()
    return seconds


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=4_000, help="records, of five events each")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary, make(Path(temporary) / "s") as store:
        given = (Incoming(body(seed, *range(5)), "a") for seed in range(chosen.records))
        for _ in store.add_many(given):
            pass
        best: dict[tuple[str, int], float] = {}
        for _ in range(chosen.rounds):
            for jobs in (1, 2):
                # Opened anew: what one round verified is not held for the next.
                with Store.open(store.path) as opened:
                    seconds = {
                        "check": elapsed(lambda opened=opened, jobs=jobs: opened.check(jobs=jobs)),  # type: ignore[misc]
                        "signatures": signatures(5 * chosen.records, jobs),
                    }
                for name, value in seconds.items():
                    best[name, jobs] = min(value, best.get((name, jobs), value))
    print(f"{chosen.records:,} records of 5 events, best of {chosen.rounds} rounds")
    for name in ("check", "signatures"):
        one, two = best[name, 1], best[name, 2]
        print(f"  {name:12}{one:8.2f} s with one process{two:8.2f} s with two   gain {one / two:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
