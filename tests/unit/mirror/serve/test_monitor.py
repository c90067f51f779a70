"""The second port (SERVE-13)."""

from __future__ import annotations

from pathlib import Path

from kit.servers import TIME, served
from kit.stores import body, make, suffix


def test_health_and_metrics(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1, 2), "a")).close()
    with served(tmp_path / "s") as server:
        target = f"/pith/{suffix(1)}.json"
        for _ in range(3):
            assert server.ask(target).status == 200
        health = server.ask("/health", port=server.monitor_port)
        assert health.json == {"status": "ok", "generation": 1, "generated_at": TIME}
        assert health.fields["cache-control"] == "no-store"
        metrics = server.metrics()
        assert metrics['responses_total{status="200"}'] == 3
        assert (metrics['cache_total{result="hit"}'], metrics['cache_total{result="miss"}']) == (2, 1)
        assert (metrics["generation"], metrics["records"], metrics["events"]) == (1, 1, 2)
        assert metrics["connections_accepted_total"] == 3 and metrics["cache_bytes"] > 2_048
        reply = server.ask("/metrics", port=server.monitor_port)
        assert reply.fields["content-type"].startswith("application/openmetrics-text")
        # Neither is on the first port, and no document is on the second.
        assert server.ask("/metrics").status == server.ask("/health").status == 404
        for port_target, fields, method, status in (
            (target, [], "GET", 404),
            ("/health?x", [], "GET", 404),
            ("/health", [], "POST", 405),
            ("/health", ["Host: attacker.example"], "GET", 421),
            ("/health", [], "HEAD", 200),
        ):
            assert server.ask(port_target, *fields, method=method, port=server.monitor_port).status == status


def test_without_an_origin_there_is_no_head(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", origin=None) as server:
        assert server.ask("/health", port=server.monitor_port).json == {"status": "ok"}
        assert "generation" not in server.metrics()
        assert server.ask("/pith-digests/head.json").status == 404
