"""Processor time of every candidate in turns, many rounds, the best or the median of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median


def best_of(
    candidates: Mapping[str, Callable[[], object]], seconds: float, calls: int = 20
) -> dict[str, float]:
    """Return the best seconds for one call of each candidate: noise only ever adds."""
    return {name: min(found) for name, found in _in_turns(candidates, seconds, calls).items()}


def medians_of(
    candidates: Mapping[str, Callable[[], object]], seconds: float, calls: int = 5
) -> dict[str, float]:
    """Return the median seconds for one call of each candidate."""
    return {name: median(found) for name, found in _in_turns(candidates, seconds, calls).items()}


def _in_turns(
    candidates: Mapping[str, Callable[[], object]], seconds: float, calls: int
) -> dict[str, list[float]]:
    """Seconds for one call of each candidate, round after round for ``seconds``; at least one round.

    In turns, so that a slow spell of the machine hits all of them.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    end = time.perf_counter() + seconds
    while True:
        for name, call in candidates.items():
            start = time.process_time()
            for _ in range(calls):
                call()
            times[name].append((time.process_time() - start) / calls)
        if time.perf_counter() >= end:
            return times
