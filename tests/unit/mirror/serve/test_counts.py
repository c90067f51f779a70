"""Counts as OpenMetrics (SERVE-13)."""

from __future__ import annotations

from pithbundle.mirror.serve.counts import Counts, openmetrics


def test_the_text_of_all_counts() -> None:
    counts = Counts(connections=3, renewals=1, renewal_failed=True)
    counts.responses.update([200, 200, 404])
    counts.closed["displaced"] += 1
    lines = openmetrics(counts, {"generation": 7}).decode().splitlines()
    assert lines[-1] == "# EOF" and len(set(lines)) == len(lines)
    assert {
        "# TYPE pithbundle_serve_responses counter",
        'pithbundle_serve_responses_total{status="200"} 2',
        'pithbundle_serve_responses_total{status="404"} 1',
        "pithbundle_serve_connections_accepted_total 3",
        'pithbundle_serve_connections_closed_total{reason="displaced"} 1',
        'pithbundle_serve_connections_closed_total{reason="refused"} 0',
        'pithbundle_serve_cache_total{result="hit"} 0',
        "pithbundle_serve_renewals_total 1",
        "# TYPE pithbundle_serve_generation gauge",
        "pithbundle_serve_generation 7",
        "pithbundle_serve_renewal_failed 1",
    } <= set(lines)
    # Each sample follows the line with the type of its family.
    family = ""
    for line in lines[:-1]:
        if line.startswith("# TYPE "):
            family = line.split()[2]
        else:
            assert line.startswith(family)
