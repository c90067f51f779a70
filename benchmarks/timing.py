"""Timing that stands a busy machine: every candidate in turn, many rounds, the best of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def best_of(
    candidates: Mapping[str, Callable[[], object]], seconds: float, calls: int = 20
) -> dict[str, float]:
    """Return the best seconds for one call of each candidate, measured in turns for ``seconds``.

    In turns, so that a slow spell of the machine hits all of them; the best, because noise
    only ever adds.
    """
    best = dict.fromkeys(candidates, float("inf"))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, call in candidates.items():
            start = time.perf_counter()
            for _ in range(calls):
                call()
            best[name] = min(best[name], (time.perf_counter() - start) / calls)
    return best
