"""What anyone can do to the server of a mirror, each threat by its number of inputs (G1 to G6)."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.hostile_paths import HOSTILE_PATHS, encodings
from kit.servers import Connection, Server, eventually, request, served
from kit.stores import POLICY, WIDER, body, invalid, make, suffix, unverified, wanted
from pithbundle import Verifier
from pithbundle.mirror.serve.limits import ServeLimits
from pithbundle.store import Store

S = suffix(1)
STATE = f"/pith/{S}/state.json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("serve") / "s"
    make(path, (body(1, 1, 2), "a"), (body(2, 1), "a")).close()
    with served(path, packs=True) as found:
        yield found


# -- G1 -----------------------------------------------------------------------------------------

#: Where a path may be written: N is 175 texts, three encodings of each, at one of these places in turn.
PLACES = (
    "/pith/{}", "/pith/{}/bundle.json", "/pith-packs/{}", "/pith-digests/{}",
    "/.well-known/pith/{}/bundle.json",
    "/{}",
)  # fmt: skip


def test_g1_no_address_leads_to_a_file(server: Server) -> None:
    targets = [
        PLACES[number % len(PLACES)].format(each)
        for number, text in enumerate(HOSTILE_PATHS)
        for each in encodings(text)
    ]
    assert len(HOSTILE_PATHS) == 175 and len(targets) == 525
    known = {f"/{path}" for path in server.site.paths()}
    connection = server.connect()
    for target in targets:
        head = b"GET " + target.encode("utf-8", "surrogatepass") + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.send(head)
        reply = connection.reply()
        assert target not in known
        # What no request line can have ends the connection.
        assert reply.status in (302, 404, 400, 413, 414), (target, reply.status)
        if reply.status == 302:
            assert reply.fields["location"].rpartition("/")[2] == S, target
        else:
            assert reply.body.count(b"\n") == 1 and b"root:" not in reply.body
        if reply.status in (400, 413, 414):
            connection.close()
            connection = server.connect()
    connection.close()
    assert server.ask(STATE).status == 200 and not server.reports


# -- G2 -----------------------------------------------------------------------------------------

#: The ways to be slow: what is sent first, then again and again. N is 20.
SLOW = [
    (start, drip)
    for start in (b"", b"GET", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n", request("/x") + b"G")
    for drip in (b"", b"X", b"X: y\r\n", b"\r")
]  # fmt: skip


@pytest.mark.parametrize("seconds", [0.4])
def test_g2_slow_and_idle_clients_are_cut_off(tmp_path: Path, seconds: float) -> None:
    assert len(SLOW) == 20
    make(tmp_path / "s", (body(1, 1), "a")).close()
    limits = ServeLimits(head_seconds=seconds, linger_seconds=seconds)
    with served(tmp_path / "s", limits=limits) as server:
        connections = [server.connect() for _ in SLOW]
        for connection, (start, _) in zip(connections, SLOW, strict=True):
            connection.send(start)
        until = time.monotonic() + 30
        waiting = [*zip(connections, (drip for _, drip in SLOW), strict=True)]
        while waiting and time.monotonic() < until:
            assert server.ask(STATE).status == 200
            waiting = [(each, drip) for each, drip in waiting if goes_on(each, drip)]
        assert waiting == []
        assert eventually(lambda: server.metrics()["connections"] == 0)
        for connection in connections:
            connection.close()


def goes_on(connection: Connection, drip: bytes) -> bool:
    """Whether the server still waits for this client."""
    connection.socket.settimeout(0.01)
    try:
        connection.send(drip)
        return connection.socket.recv(1 << 16) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def test_g2_a_fast_client_beside_200_connections(server: Server) -> None:
    idle = [server.connect() for _ in range(200)]
    for number, each in enumerate(idle):
        if number % 2:
            try:
                each.send(b"GET / HTTP/1.1\r\nX: ")
            except OSError:
                assert number < 140
    with server.connect() as fast:
        for _ in range(50):
            assert fast.ask(STATE).status == 200
        metrics = server.metrics()
        assert metrics["connections"] <= 64
        assert metrics['connections_closed_total{reason="displaced"}'] >= 137
    for each in idle:
        each.close()


# -- G3 -----------------------------------------------------------------------------------------

METHODS = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "PURGE", "M-SEARCH")
#: N is 30: methods, heads, bodies.
LARGE: list[bytes] = [
    *(request(STATE, method=method) for method in METHODS),
    *(request(STATE, "Content-Length: 10", method=method) + b"x" * 10
      for method in ("GET", "HEAD", *METHODS[:3])),
    *(request("/" + "a" * size) for size in (8_179, 10_000, 16_384, 100_000, 1_000_000)),
    *(request("/x", "X: " + "a" * size) for size in (16_384, 20_000, 100_000, 1_000_000, 3_000_000)),
    request("/x", *["X: y"] * 100_000),
    request(STATE, "Transfer-Encoding: chunked") + b"ffffffff\r\n",
    request(STATE, "Content-Length: 99999999999999999999"),
    b"\x00" * 100_000,
    b"\r\n" * 50_000,
]  # fmt: skip


@pytest.mark.parametrize("number", range(30))
def test_g3_large_requests_bodies_and_other_methods(server: Server, number: int) -> None:
    assert len(LARGE) == 30
    with server.connect() as connection:
        connection.send(LARGE[number])
        reply = connection.reply("HEAD" if LARGE[number].startswith(b"HEAD") else "GET")
        assert reply.status in (400, 405, 413, 414, 431)
        if reply.status != 405:
            assert connection.ended()
    assert server.ask(STATE).status == 200


# -- G4 and G6 ------------------------------------------------------------------------------------


def parts(server: Server, of: str) -> list[bytes]:
    listed = server.ask(f"/pith/{of}/parts.json")
    if listed.status == 404:
        found = server.ask(f"/pith/{of}/bundle.json")
        return [found.body] if found.status == 200 else []
    return [server.ask(f"/pith/{of}/parts/{part['sha256']}.json").body for part in listed.json["parts"]]


def valid_ids(bodies: list[bytes]) -> set[str]:
    (report,) = Verifier(POLICY).verify_together(("", each) for each in bodies)
    assert report.ledger is not None
    return {one.event_id for one in report.ledger}


def test_g4_only_what_was_admitted_is_served(tmp_path: Path) -> None:
    """40 bundles: each as it was received, but for those that contradict the policy."""
    make(tmp_path / "s").close()
    good = {suffix(seed): body(seed, 1, more=(unverified(seed, 5),) * (seed % 2)) for seed in range(1, 21)}
    bad = {suffix(seed): body(seed, 1, more=(invalid(seed, 2),)) for seed in range(21, 41)}
    with Store.open(str(tmp_path / "s")) as store:
        for data in (*good.values(), *bad.values()):
            store.add(data, origin="a")
    with served(tmp_path / "s") as server:
        for of, data in good.items():
            reply = server.ask(f"/pith/{of}/bundle.json")
            assert reply.body == data and reply.fields["x-content-type-options"] == "nosniff"
            assert reply.fields["content-type"] == "application/json" and reply.fields["etag"]
            assert reply.fields.get("pith-unverified", "0") == str(data.count(unverified_id(data)) and 1)
        for of, data in bad.items():
            found = parts(server, of)
            assert data not in found
            # The invalid element is in nothing that is served.
            assert all(b"2025-12-31" not in each for each in found)


def unverified_id(data: bytes) -> bytes:
    """A mark of the elements of the key that the policy does not know."""
    return b"archive.example/" + b"%d/5" % next(
        seed for seed in range(1, 41) if suffix(seed).encode() in data
    )


def test_g6_what_is_served_only_grows(tmp_path: Path) -> None:
    """50 further bundles, most of them older or smaller than what is served."""
    draw = random.Random(6)
    make(tmp_path / "s", (body(1, 1, 2, 3), "a")).close()
    with served(tmp_path / "s", renew_seconds=3600) as server, Store.open(str(tmp_path / "s")) as store:
        known = {1, 2, 3}
        for _ in range(50):
            marks = draw.sample(range(1, 30), draw.randrange(1, 4))
            known |= {*marks}
            store.add(body(1, *marks), origin=draw.choice("abc"))
            server.site.refresh()
            assert valid_ids(parts(server, S)) == wanted(1, *known)


def test_g4_another_policy_serves_by_its_own_keys(tmp_path: Path) -> None:
    store = Store.create(str(tmp_path / "s"), WIDER)
    store.add(body(1, 1, more=(unverified(1, 5),)), origin="a")
    store.close()
    with served(tmp_path / "s") as server:
        reply = server.ask(f"/pith/{S}/state.json")
        assert "pith-unverified" not in reply.fields and reply.json["valid_event_count"] == 2


# -- G5 -----------------------------------------------------------------------------------------

#: Names that a page of another site may have directed at this machine. N is 16.
OTHERS = [
    "attacker.example", "attacker.example:80", "localhost.attacker.example", "127.0.0.1.attacker.example",
    "localhost:80@attacker.example", "mirror.example.attacker.example", "xmirror.example", "mirror.example.",
    "localhost.", "127.0.0.1.", "127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0", "",
]  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_g5_a_request_under_the_name_of_another_is_not_answered(server: Server, name: str) -> None:
    assert len(OTHERS) == 16
    for target in (STATE, "/pith-digests/head.json", "/nothing"):
        reply = server.ask(target, f"Host: {name}")
        assert reply.status == 421 and S.encode() not in reply.body
    assert server.ask("/metrics", f"Host: {name}", port=server.monitor_port).status == 421
