"""Timing on a busy machine: every candidate in turn, many rounds, the best or the median of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median


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


def medians_of(
    candidates: Mapping[str, Callable[[], object]], seconds: float, calls: int = 5
) -> dict[str, float]:
    """Return the median seconds for one call of each candidate, measured in turns for ``seconds``."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, call in candidates.items():
            start = time.perf_counter()
            for _ in range(calls):
                call()
            times[name].append((time.perf_counter() - start) / calls)
    return {name: median(found) for name, found in times.items()}
