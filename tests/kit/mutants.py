"""Files that differ in a few bytes from good ones, and what readers make of them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence


def mutants(samples: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Files with bytes changed, removed, repeated, moved and added."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(samples))
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(data) + 1)
            end = min(len(data), at + chance.choice((1, 1, 2, 9, 33)))
            change = chance.randrange(6)
            if change == 0 and at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            elif change == 1:
                data[at:end] = chance.choice(
                    (b"\r\n", b"\n", b":", b"0", b"9" * 9, b"\x00", b"\xff", b"\x1f\x8b", b'"', b"<")
                )
            elif change == 2:
                del data[at:end]
            elif change == 3:
                data[at:at] = data[at:end] * chance.randrange(1, 40)
            elif change == 4:
                data[at:at] = bytes(data[chance.randrange(len(data) + 1) :][:60])
            else:
                data[at:] = b""
        yield bytes(data)


def outcomes(
    read: Callable[[bytes], str], samples: Sequence[bytes], count: int, seed: int
) -> tuple[set[str], float]:
    """The outcomes of mutants, and the seconds of the slowest one.

    ``read`` returns a finding, or the code of the one error, which is shorter than any finding.
    """
    seen, slowest = set(), 0.0
    for data in mutants(samples, count, seed):
        begun = time.process_time()
        found = read(data)
        slowest = max(slowest, time.process_time() - begun)
        seen.add(found if len(found) < 30 else "finding")
    return seen, slowest
