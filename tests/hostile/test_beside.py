"""One store, synchronised, published and served at once: no record is lost, no reader sees half of one.

Whoever has to wait for another says so (STORE-4, MIRROR-17, SERVE-12, SYNC-10).
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import run
from kit.mirrors import FakeMirror, Publisher, digests_of, serving, synchronised
from kit.publications import head, leaves, require_published, require_readable
from kit.publications import run as publish
from kit.servers import eventually, served
from kit.stores import POLICY, body, make, suffix, unverified
from pithbundle.durable import Folder
from pithbundle.mirror.served_folder import ServedFolder
from pithbundle.mirror.target import LocalTarget
from pithbundle.store import Store
from pithbundle.verifier import Verifier


class Beside(threading.Thread):
    """Does something again and again beside the test, at least once, until it is stopped."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work
        self._stopped = threading.Event()
        self.failed: list[BaseException] = []
        self.rounds = 0

    def run(self) -> None:
        try:
            while not (self._stopped.is_set() and self.rounds):
                self._work()
                self.rounds += 1
        except BaseException as error:
            self.failed.append(error)

    def __enter__(self) -> Beside:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.join()
        if self.failed:
            raise self.failed[0]


class Growing:
    """A mirror of which each generation has one more record, and more events of each."""

    def __init__(self, folder: Path, mirror: FakeMirror) -> None:
        self._store = make(folder / "source")
        self._publisher = Publisher(folder, mirror)
        self._generation = 0

    def grow(self) -> dict[str, str]:
        """Publish the next generation; its digests."""
        self._generation += 1
        marks = range(1, self._generation + 1)
        for seed in marks:
            self._store.add(body(seed, *marks, more=(unverified(seed, 1),)), origin="a")
            self._store.add(body(seed, 100 + self._generation), origin="b")
        self._publisher.publish(self._store, archive=True, second=self._generation)
        return digests_of(self._store)

    def close(self) -> None:
        self._store.close()


class Reader:
    """Reads every record that it ever saw, of a server: none of them is lost or half."""

    def __init__(self, ask: Callable[[str], Any], path: Path) -> None:
        self._ask = ask
        self._path = path
        self._ids: dict[str, set[str]] = {}
        self._verifier = Verifier(POLICY)

    def read(self) -> None:
        with Store.open(str(self._path)) as store:
            known = {row.suffix for row in store.records()} | self._ids.keys()
        for name in known:
            reply = self._ask(f"/pith/{name}/bundle.json")
            if reply.status == 404:
                # The server has not looked at the store since it was added.
                assert name not in self._ids
                continue
            listing = self._ask(f"/pith/{name}/parts.json")
            parts = [reply.body]
            for one in json.loads(listing.body)["parts"] if listing.status == 200 else ():
                part = self._ask(f"/pith/{name}/parts/{one['sha256']}.json")
                # A part of the generation before is gone; the next list names others.
                parts += [part.body] if part.status == 200 else []
            (report,) = self._verifier.verify_together(("", part) for part in parts)
            assert report.record is not None and not report.rejected and report.ledger is not None
            found: set[str] = {event.event_id for event in report.ledger}
            if len(parts) == 1:
                assert found
            self._ids[name] = found


@pytest.mark.parametrize("generations", [4, pytest.param(25, marks=pytest.mark.long)])
def test_a_store_is_synchronised_published_and_served_at_once(tmp_path: Path, generations: int) -> None:
    mirror, path, to = FakeMirror(), tmp_path / "s", tmp_path / "to"
    Store.create(str(path), POLICY).close()
    growing = Growing(tmp_path, mirror)

    def publishing() -> None:
        publish(tmp_path, packs=True, pages=True)
        require_readable(to)

    with contextlib.closing(growing), serving(mirror), served(path, packs=True, pages=True) as server:
        reader = Reader(server.ask, path)
        with Beside(publishing) as publisher, Beside(reader.read) as reading:
            for _ in range(generations):
                expected = growing.grow()
                with Store.open(str(path)) as store:
                    (result,) = synchronised(store, mirror)
                    assert result.complete and not result.failed.count and result.error is None
                    assert digests_of(store) == expected
        assert publisher.rounds and reading.rounds
        publishing()
        require_published(to)
        assert leaves(to, head(to)) == expected

        def serves_all() -> bool:
            return bool(server.ask("/pith-digests/head.json").json["root"] == head(to).root)

        assert eventually(serves_all)
        assert server.reports == []
    with Store.open(str(path)) as store:
        assert store.check().is_sound and digests_of(store) == expected


# -- messages ----------------------------------------------------------------------------------


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store with a record, and processes that wait for a moment where they would wait for a minute."""
    real = Folder.locked
    monkeypatch.setattr(Folder, "locked", lambda self, seconds=0.0: real(self, min(seconds, 0.02)))
    make(tmp_path / "s", (body(1, 1), "a")).close()
    yield tmp_path / "s"


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """The store, held by another process."""
    with Folder.open(str(path)) as folder, folder.locked():
        yield


def test_who_waits_for_a_store_for_too_long_gets_an_error(impatient: Path, tmp_path: Path) -> None:
    mirror, path = FakeMirror(), str(impatient)
    with make(tmp_path / "source", (body(2, 1), "a")) as source:
        Publisher(tmp_path, mirror).publish(source)
    (tmp_path / "2.json").write_bytes(body(2, 1))
    with serving(mirror):
        sync = [
            "mirror",
            "sync",
            "--store",
            path,
            "--from",
            mirror.base,
            "--allow-loopback-http",
            "--rate",
            "1000",
        ]
        with held(impatient):
            for words in (sync, ["store", "add", path, str(tmp_path / "2.json")]):
                done = run(*words)
                assert done.status == 2 and done.stdout == b"", words
                assert f"{path}: another process has held the store for 60 seconds" in done.err, words
                assert "try again when it is done" in done.err
            # Readers wait for nobody.
            publish_words = ["mirror", "publish", "--store", path, "--to", str(tmp_path / "to")]
            done = run(*publish_words, "--origin", "mirror.example")
            assert done.status == 0, done.err
            assert run("store", "list", path).status == 0
        assert run(*sync).status == 0
    with Store.open(path) as store:
        assert digests_of(store).keys() == {suffix(1), suffix(2)}


def test_two_publications_wait_for_each_other(impatient: Path, tmp_path: Path) -> None:
    to = str(tmp_path / "to")
    words = ["mirror", "publish", "--store", str(impatient), "--to", to, "--origin", "mirror.example"]
    with LocalTarget(to):
        done = run(*words)
        assert done.status == 2 and f"{to}: another process publishes there" in done.err
    with ServedFolder(str(impatient)).locked():
        done = run(*words)
        assert done.status == 2 and "another process has held it for 60 seconds" in done.err
    assert run(*words).status == 0
    require_published(tmp_path / "to")
