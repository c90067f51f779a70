"""A signal at any await of the commands of mirrors: nothing is lost, no file is half (CLI-7, SYNC-10)."""

from __future__ import annotations

import gc
import queue
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from kit.command_line import Result, run
from kit.interrupts import At, in_callback, in_callbacks_from, interrupted, moments_of, some_of
from kit.mirrors import FakeMirror, Publisher, digests_of, serving
from kit.served_lies import Lying, findings
from kit.servers import Connection
from kit.signing import AUTHOR, DEMO, MIRROR, policy, to_json
from kit.stores import POLICY, body, make, suffix, unverified
from pithbundle.cli import mirror_serve_run
from pithbundle.mirror.audit.watch import Cursor
from pithbundle.store import Store

FAST: Final = ("--allow-loopback-http", "--rate", "1000")
#: How many moments are tried: a few in the ordinary run, all of them in the long one.
POINTS: Final = pytest.mark.parametrize("points", [3, pytest.param(0, marks=pytest.mark.long)])
#: Signals that a user, a system or a closed terminal sends.
NUMBERS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def signal_at(at: int) -> tuple[At, signal.Signals]:
    """Which signal comes at a moment, and whether alone: a user who waits sends it again and again."""
    return in_callbacks_from if at % 2 else in_callback, NUMBERS[at % len(NUMBERS)]


def ended_by(number: signal.Signals) -> Result:
    """What a command gives that a signal ends (CLI-7)."""
    return Result(128 + number, b"", b"\n" if number is signal.SIGINT else b"")


@pytest.fixture(autouse=True)
def nothing_is_left(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No thread goes on, and no event loop reports that an exception was lost in it."""
    before = {*threading.enumerate()}
    yield
    gc.collect()
    assert {*threading.enumerate()} <= before
    records = [*caplog.get_records("call"), *caplog.records]
    assert [one.getMessage() for one in records if one.name == "asyncio"] == []


# -- mirror sync -------------------------------------------------------------------------------


def published(tmp_path: Path, mirror: FakeMirror) -> dict[str, str]:
    """A mirror with packs of an earlier generation, changed records, and a record in parts; its digests."""
    publisher = Publisher(tmp_path, mirror)
    with make(tmp_path / "source", (body(1, 1), "a"), (body(2, 1), "a")) as source:
        publisher.publish(source, archive=True)
        packs = {path: data for path, data in mirror.files.items() if path.startswith("/archive/")}
        for data, origin in (
            (body(2, 1, 2), "a"),
            (body(3, 1, more=(unverified(3, 1),)), "a"),
            (body(3, 2), "b"),
        ):
            source.add(data, origin=origin)
        publisher.publish(source, archive=True, second=1)
        for path in [path for path in mirror.files if path.startswith("/archive/")]:
            del mirror.files[path]
        mirror.files.update(packs)
        return digests_of(source)


def require_sound(path: Path) -> None:
    """Nothing that was appended is damaged, and the index follows from it."""
    with Store.open(str(path)) as store:
        assert store.check().is_sound


def require_synchronised(path: Path, expected: dict[str, str]) -> None:
    require_sound(path)
    with Store.open(str(path)) as store:
        assert digests_of(store) == expected
    assert [*(path / "downloads").glob("*")] == []


@pytest.mark.signals
@pytest.mark.parametrize("has_digests", [True, False], ids=["digests", "numbers"])
@POINTS
def test_a_signal_at_an_await_of_a_synchronisation(tmp_path: Path, has_digests: bool, points: int) -> None:
    mirror = FakeMirror()
    expected = published(tmp_path, mirror)
    numbers = tmp_path / "numbers"
    numbers.write_text("".join(f"{one}\n" for one in expected))
    if not has_digests:
        del mirror.files["/pith-digests/head.json"]
    Store.create(str(tmp_path / "first"), POLICY).close()
    path = tmp_path / "s"
    with serving(mirror):
        words = ["mirror", "sync", "--store", str(path), "--from", mirror.base, *FAST]
        words += [] if has_digests else ["--numbers", str(numbers)]
        shutil.copytree(tmp_path / "first", path)
        count = moments_of(in_callback, *words)
        if not has_digests:
            # Then nothing says that the bundle of a record is one of several.
            with Store.open(str(path)) as store:
                assert digests_of(store).keys() == expected.keys()
                expected = digests_of(store)
        require_synchronised(path, expected)
        assert count > 100
        for at in some_of(count, points):
            shutil.rmtree(path)
            shutil.copytree(tmp_path / "first", path)
            moments, number = signal_at(at)
            result, has_come = interrupted(moments, at, number, *words)
            assert not has_come or result == ended_by(number), at
            require_sound(path)
            assert run(*words).status == 0
            require_synchronised(path, expected)


# -- mirror audit and mirror watch -------------------------------------------------------------


@pytest.mark.signals
@POINTS
def test_a_signal_at_an_await_of_a_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: int
) -> None:
    monkeypatch.setattr("pithbundle.mirror.audit.second_reads.PAUSES", (0.0, 0.0, 0.0))
    (tmp_path / "policy.json").write_bytes(to_json(policy(DEMO, AUTHOR, MIRROR)))
    folder = tmp_path / "w"
    one, other = Lying(), Lying("forged_event", "other_state")
    with serving(one, other):
        words = ["mirror", "watch", one.base, other.base, *FAST, "-o", str(folder), "--once", "--full"]
        words += ["--policy", str(tmp_path / "policy.json"), "--html", str(tmp_path / "w.html")]
        count = moments_of(in_callback, *words)
        expected = findings(folder)
        assert count > 100 and len(expected) == 2
        for at in some_of(count, points):
            shutil.rmtree(folder)
            (tmp_path / "w.html").unlink(missing_ok=True)
            moments, number = signal_at(at)
            result, has_come = interrupted(moments, at, number, *words)
            if not has_come:
                continue
            assert result == ended_by(number), at
            assert findings(folder) <= expected
            assert not (folder / "cursor.json").exists() and not (tmp_path / "w.html").exists()
            again = run(*words)
            assert again.status == 1 and "2 new findings" in again.out
            assert findings(folder) == expected
            cursor = Cursor.from_bytes((folder / "cursor.json").read_bytes())
            assert {*cursor.reported} == expected


# -- mirror serve ------------------------------------------------------------------------------

S: Final = suffix(1)
TARGETS: Final = (f"/pith/{S}/state.json", f"/pith/{S}", "/", "/find?q=x", f"/pith/{S}/bundle.json")


class Client(threading.Thread):
    """Asks a server again and again, until it ends the connection."""

    def __init__(self, ports: queue.Queue[int]) -> None:
        super().__init__()
        self._ports = ports
        self.replies = 0
        #: What was received of a response that did not become whole.
        self.rest = b""

    def run(self) -> None:
        port = self._ports.get()
        if port:
            with Connection(port) as connection:
                try:
                    while True:
                        connection.ask(TARGETS[self.replies % len(TARGETS)], "Accept: text/html")
                        self.replies += 1
                except (EOFError, ConnectionError):
                    self.rest = connection._received


@pytest.mark.signals
@POINTS
def test_a_signal_at_an_await_of_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: int
) -> None:
    """Before it listens the signal ends it as any command, afterwards the server ends whole responses."""
    make(tmp_path / "s", (body(1, 1), "a")).close()
    ports: queue.Queue[int] = queue.Queue()

    def started(out: Any, store: str, site: Any, found: Any) -> None:
        ports.put(found.port)

    monkeypatch.setattr(mirror_serve_run, "_print_started", started)
    words = ["mirror", "serve", "--store", str(tmp_path / "s"), "--port", "0", "--origin", "mirror.example"]
    for at in some_of(150, points):
        client = Client(ports)
        client.start()
        number = NUMBERS[at % len(NUMBERS)]
        result, has_come = interrupted(in_callback, at, number, *words)
        ports.put(0)
        client.join()
        was_started = ports.qsize() == 1
        while not ports.empty():
            ports.get()
        assert has_come and result == (Result(0, b"", b"") if was_started else ended_by(number)), at
        assert client.rest == b"" and (at < 100 or client.replies), at
        require_sound(tmp_path / "s")
