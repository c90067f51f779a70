"""A server from its start to its end, and further views of its store (SERVE-12, SERVE-14)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from kit.servers import eventually, request, served
from kit.stores import body, make, suffix
from pithbundle.errors import FileError
from pithbundle.mirror.serve.counts import Counts
from pithbundle.mirror.serve.limits import ServeLimits
from pithbundle.mirror.serve.protocol import Gate
from pithbundle.mirror.serve.server import ServeOptions, Started, _config, serve
from pithbundle.mirror.site import Site
from pithbundle.store import Store

S = suffix(1)


def test_what_another_process_adds_is_served_with_a_new_head(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s") as server, server.connect() as connection:
        first = connection.ask(f"/pith/{S}/state.json")
        assert connection.ask("/pith-digests/head.json").json["generation"] == 1
        with Store.open(str(tmp_path / "s")) as store:
            store.add(body(1, 2), origin="a")
            store.add(body(2, 1), origin="a")
        assert eventually(lambda: connection.ask("/pith-digests/head.json").json["records"] == 2)
        later = connection.ask(f"/pith/{S}/state.json", f"If-None-Match: {first.fields['etag']}")
        assert later.status == 200 and later.json["valid_event_count"] == 2
        assert connection.ask(f"/pith/{suffix(2)}.json").status == 200
        assert server.metrics()["renewals_total"] >= 1 and not server.reports


def test_if_the_store_cannot_be_read_anew_the_view_before_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s") as server:

        def failing(*_: Any, **__: Any) -> None:
            raise FileError.at("served", "no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(Site, "refresh", failing)
            with Store.open(str(tmp_path / "s")) as store:
                store.add(body(2, 1), origin="a")
            assert eventually(lambda: server.metrics()["renewals_failed_total"] >= 3)
            assert server.ask(f"/pith/{S}.json").status == 200
            assert server.ask("/health", port=server.monitor_port).json["status"] == "stale"
            assert server.metrics()["renewal_failed"] == 1
        assert eventually(lambda: server.ask(f"/pith/{suffix(2)}.json").status == 200)
        assert eventually(lambda: server.metrics()["renewal_failed"] == 0)
    # Once for as long as it lasted.
    assert len(server.reports) == 1 and "no space left on device" in server.reports[0]


def test_a_running_response_ends_before_the_server_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    go, find = threading.Event(), Site.find

    def waiting(self: Site, path: str, page: bool = False) -> object:
        if path == "wait":
            go.wait(20)
        return find(self, path, page)

    monkeypatch.setattr(Site, "find", waiting)
    with served(tmp_path / "s") as server, server.connect() as idle, server.connect() as busy:
        assert idle.ask("/x").status == 404
        busy.send(request("/wait"))
        assert eventually(lambda: server.metrics()['cache_total{result="miss"}'] == 2)
        server.end()
        # A connection that waits for a head is closed, and no further one is taken.
        assert idle.ended()
        assert eventually(lambda: not can_connect(server.port))
        go.set()
        reply = busy.reply()
        assert reply.status == 404 and busy.ended()


def can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("how", ["deadline", "second signal"])
def test_a_response_that_nobody_takes_does_not_hold_the_server(tmp_path: Path, how: str) -> None:
    make(tmp_path / "s", (body(1, *range(1, 400)), "a")).close()
    seconds = 1.0 if how == "deadline" else 60.0
    with served(tmp_path / "s", limits=ServeLimits(shutdown_seconds=seconds)) as server:
        connection = server.connect()
        connection.send(request(f"/pith/{S}/state.json") * 60)
        time.sleep(0.5)
        started = time.monotonic()
        server.end()
        if how != "deadline":
            time.sleep(0.2)
            server.end()
    assert time.monotonic() - started < 20
    connection.close()


def test_a_port_that_is_in_use(tmp_path: Path) -> None:
    make(tmp_path / "s").close()
    with served(tmp_path / "s") as server:
        options: list[dict[str, Any]] = [{"port": server.port}, {"monitor_port": server.port}]
        for given in options:
            with pytest.raises(FileError, match="address already in use"), served(tmp_path / "s", **given):
                pass
        assert server.ask("/pith-digests/head.json").status == 200


def test_nothing_goes_on_if_it_cannot_be_printed_where_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of the output that has gone left servers behind, whose sockets were closed below them."""
    left: set[Any] = set()

    def started(found: Started) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(
        asyncio.runners, "_cancel_all_tasks", lambda loop: left.update(asyncio.all_tasks(loop))
    )
    make(tmp_path / "s").close()
    with Site.open(str(tmp_path / "s"), origin="mirror.example") as site:
        options = ServeOptions(port=0, monitor_port=0)
        with pytest.raises(BrokenPipeError):
            serve(site, options, started, print, lambda _: contextlib.nullcontext())
    assert left == set()


def test_a_burst_of_connections_displaces_no_client_whose_request_is_there() -> None:
    """What the loop accepts at once is far less than the connections that there may be (SERVE-4)."""
    made = _config(None, Gate(ServeLimits(), Counts()))
    assert made.backlog * 4 <= ServeLimits().connections
