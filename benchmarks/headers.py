"""Reading block headers against a bare loop of double SHA-256 over the same headers, in turns in one run.

The headers are mined here with next to no work. What is read is a chain from its first block on: links, proof
of work, targets of two epochs, and the blocks that are looked for. The target is 0.6 of the rate of the loop.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from struct import Struct

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests")]

from timing import best_of, medians_of  # noqa: E402

from kit import mined  # noqa: E402
from pithbundle.evidence import Checkpoints, read_headers  # noqa: E402

NO_TABLE = Checkpoints(())
_HEADER = Struct("80s")


def main() -> None:
    data = mined.chain()
    network = mined.network(data)
    count = len(data) // 80

    def bare() -> None:
        for (header,) in _HEADER.iter_unpack(data):
            sha256(sha256(header).digest()).digest()

    def read() -> None:
        read_headers([("chain", data)], checkpoints=NO_TABLE, network=network)

    (file,) = read_headers([("chain", data)], checkpoints=NO_TABLE, network=network).files
    assert (file.strength, file.count) == ("chain", count)
    candidates = {"bare loop": bare, "read_headers": read}
    for name, found in (("best", best_of(candidates, 4, 3)), ("median", medians_of(candidates, 4, 3))):
        rates = {each: count / seconds for each, seconds in found.items()}
        ratio = rates["read_headers"] / rates["bare loop"]
        print(
            f"{name}: " + ", ".join(f"{each} {rate:,.0f} headers/s" for each, rate in rates.items()), end=""
        )
        print(f", ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
