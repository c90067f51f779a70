"""The second port of a server, for whoever runs it: health and counts (spec SERVE-13)."""

from __future__ import annotations

import json
from collections.abc import Sized
from typing import Any

from pithbundle.mirror.answers import JSON
from pithbundle.mirror.serve.app import Receive, Scope, Send
from pithbundle.mirror.serve.cache import Cache
from pithbundle.mirror.serve.counts import OPENMETRICS, Counts, openmetrics
from pithbundle.mirror.serve.hosts import Hosts
from pithbundle.mirror.serve.requests import Request
from pithbundle.mirror.site import Site


class Monitor:
    """Answers ``/health`` and ``/metrics``.

    Args:
        site: what is served.
        hosts: the names under which this port is reached.
        counts: what happened.
        open_connections: those of the first port.
        cache: what is held.
    """

    def __init__(
        self, site: Site, hosts: Hosts, counts: Counts, open_connections: Sized, cache: Cache
    ) -> None:
        self._site = site
        self._hosts = hosts
        self._counts = counts
        self._open = open_connections
        self._cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, media_type, body = self._answer(scope)
        headers = [
            (b"content-type", media_type.encode("ascii")),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope) -> tuple[int, str, bytes]:
        hosts = Request.of(scope["headers"]).hosts
        if len(hosts) != 1 or not self._hosts.accept(hosts[0]):
            return 421, "text/plain; charset=us-ascii", b"unknown host\n"
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "text/plain; charset=us-ascii", b"GET and HEAD only\n"
        if scope["raw_target"] == b"/health":
            return 200, JSON, self._health()
        if scope["raw_target"] == b"/metrics":
            return 200, OPENMETRICS, openmetrics(self._counts, self._gauges())
        return 404, "text/plain; charset=us-ascii", b"/health and /metrics\n"

    def _health(self) -> bytes:
        head = self._site.head
        value: dict[str, Any] = {"status": "stale" if self._counts.renewal_failed else "ok"}
        if head is not None:
            value["generation"], value["generated_at"] = head.generation, head.generated_at
        return json.dumps(value).encode("ascii") + b"\n"

    def _gauges(self) -> dict[str, int]:
        found = {"connections": len(self._open), "cache_bytes": self._cache.bytes}
        head = self._site.head
        if head is not None:
            found |= {"generation": head.generation, "records": head.records, "events": head.events}
        return found
