"""What a server counts, as OpenMetrics: pure but for the counting (spec SERVE-13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"

#: Why the server closed a connection before its client did.
Closing: TypeAlias = Literal["head_timeout", "response_timeout", "displaced", "refused"]
CLOSINGS: Final[tuple[Closing, ...]] = ("head_timeout", "response_timeout", "displaced", "refused")


@dataclass(slots=True)
class Counts:
    """What happened since the server started."""

    #: Responses by their status.
    responses: Counter[int] = field(default_factory=Counter)
    connections: int = 0
    closed: Counter[Closing] = field(default_factory=Counter)
    #: Requests that were answered from memory, and those that were not.
    cache_hits: int = 0
    cache_misses: int = 0
    #: Further views of the store, and attempts that failed.
    renewals: int = 0
    failed_renewals: int = 0
    #: Whether the last attempt failed.
    renewal_failed: bool = False


def openmetrics(counts: Counts, gauges: Mapping[str, int]) -> bytes:
    """Return the counts for a collector.

    Args:
        counts: what happened.
        gauges: what is now, by names without ``pithbundle_serve_``.
    """
    return "".join(f"{line}\n" for line in [*_lines(counts, gauges), "# EOF"]).encode("ascii")


def _lines(counts: Counts, gauges: Mapping[str, int]) -> Iterator[str]:
    yield from _family("responses", {f'status="{key}"': n for key, n in sorted(counts.responses.items())})
    yield from _family("connections_accepted", {"": counts.connections})
    yield from _family("connections_closed", {f'reason="{key}"': counts.closed[key] for key in CLOSINGS})
    yield from _family("cache", {'result="hit"': counts.cache_hits, 'result="miss"': counts.cache_misses})
    yield from _family("renewals", {"": counts.renewals})
    yield from _family("renewals_failed", {"": counts.failed_renewals})
    for name, value in {**gauges, "renewal_failed": int(counts.renewal_failed)}.items():
        yield f"# TYPE pithbundle_serve_{name} gauge"
        yield f"pithbundle_serve_{name} {value}"


def _family(name: str, samples: Mapping[str, int]) -> Iterator[str]:
    yield f"# TYPE pithbundle_serve_{name} counter"
    for labels, value in samples.items():
        yield f"pithbundle_serve_{name}_total{f'{{{labels}}}' if labels else ''} {value}"
