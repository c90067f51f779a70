"""Crashes while a store is written: what was answered is there (F3, STORE-4, STORE-13)."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from kit.crash import crashes, killed_at, recorded
from kit.stores import POLICY, WIDER, body, ids, make, segments, suffix, tables, wanted
from pithbundle import durable
from pithbundle.store import Store
from pithbundle.store import segments as module
from pithbundle.store.index import FILES, Index

OLD: Final = {seed: (1, 2) for seed in range(1, 6)}


def old_store(path: Path) -> None:
    """A store with five records of two origins each, some of whose entries are not kept."""
    with make(path) as store:
        for seed in OLD:
            store.add(body(seed, 1), origin="a")
            store.add(body(seed, 2), origin="b")
            store.add(body(seed), origin="hostile")
            for _ in range(2):
                store.add(body(seed, 1, 2), origin="a")
                store.add(body(seed, 2, 1), origin="a")
        store.add(b"junk", origin="a")


def require_old(path: Path) -> None:
    """Check that nothing that was answered is lost, and that the index follows from the segments."""
    with Store.open(str(path)) as store:
        for seed, marks in OLD.items():
            assert ids(store, seed) >= wanted(seed, *marks)
        # All of an origin is dropped or nothing, and nothing else.
        quarantined = [(one.origin, one.suffix) for one in store.quarantined()]
        assert quarantined in ([("a", "")], [*(("hostile", suffix(seed)) for seed in OLD), ("a", "")])
        assert store.check().difference_count == 0


def remove_index(path: Path) -> None:
    for name in FILES:
        (path / name).unlink(missing_ok=True)


def adding(path: Path) -> list[int]:
    """Add three bundles one after the other and return those that were answered."""
    answered = []
    with Store.open(str(path)) as store:
        for seed in (11, 12, 13):
            store.add(body(seed, 1), origin="a")
            answered.append(seed)
    return answered


def sealing(path: Path) -> None:
    with Store.open(str(path)) as store:
        store.seal()


def dropping(path: Path) -> None:
    with Store.open(str(path)) as store:
        store.drop(origin="hostile")


def repairing(path: Path) -> None:
    with Store.open(str(path)) as store:
        store.repair(policy=WIDER, sources=["b"])


WORK: Final[dict[str, Callable[[Path], object]]] = {
    "add": adding,
    "seal": sealing,
    "drop": dropping,
    "repair": repairing,
}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("has_index", [True, False])
@pytest.mark.parametrize("draws", [1, pytest.param(10, marks=pytest.mark.long)])
def test_a_crash_of_the_machine_at_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: str, has_index: bool, draws: int
) -> None:
    """Recorded writes, with those that were not synced dropped, cut or replaced by zeros."""
    root = tmp_path / "disk"
    root.mkdir()
    old_store(root / "s")
    synced: list[int] = []
    disk, operations = recorded(root, monkeypatch, lambda: WORK[work](root / "s"))
    if work == "add":
        # An entry is answered once its segment, and the name of a new one, are on the disk.
        synced = [at for at, one in enumerate(operations) if one.name == "sync"]
        assert len(synced) == 3

    def check(left: Path, at: int) -> None:
        if not has_index:
            remove_index(left / "s")
        require_old(left / "s")
        with Store.open(str(left / "s")) as store:
            for number, seed in enumerate((11, 12, 13)):
                if work == "add" and at > synced[number]:
                    assert ids(store, seed) == wanted(seed, 1), "answered, and lost"
            assert store.policy in (POLICY, WIDER)
            # Everything goes on, and the tables are again a function of the segments.
            store.add(body(20, 1), origin="a")
            store.seal()
            assert ids(store, 20) == wanted(20, 1) and store.check().is_sound
        made = tables(left / "s")
        remove_index(left / "s")
        require_old(left / "s")
        assert tables(left / "s") == made

    crashes(root, disk, operations, check, draws)


@pytest.mark.parametrize("missing", ["sync", "sync_folder"])
def test_the_simulation_notices_a_missing_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    make(root / "s").close()
    disk, operations = recorded(root, monkeypatch, lambda: adding(root / "s"))
    kept = [one for one in operations if one.name != missing]
    lost = 0

    def check(left: Path, at: int) -> None:
        nonlocal lost
        if at == len(kept):
            remove_index(left / "s")
            with Store.open(str(left / "s")) as store:
                lost += any(ids(store, seed) != wanted(seed, 1) for seed in (11, 12, 13))

    crashes(root, disk, kept, check, 20)
    assert lost


# -- processes that are killed -----------------------------------------------------------------


def _killed(tmp_path: Path, points: int, work: str) -> int:
    old_store(tmp_path / "old")
    before = tables(tmp_path / "old")
    killed = 0
    for at in range(points):
        path = Path(shutil.copytree(tmp_path / "old", tmp_path / "s"))
        log = tmp_path / "answered"
        log.write_bytes(b"")

        def run(path: Path = path, log: Path = log) -> None:
            if work == "add":
                with Store.open(str(path)) as store:
                    for seed in range(100, 100 + points):
                        store.add(body(seed, 1), origin="a")
                        with log.open("ab", buffering=0) as file:
                            file.write(b"%d\n" % seed)
            else:
                for _ in range(points):
                    WORK[work](path)

        killed += killed_at(at, (at % 5) / 4, run)
        require_old(path)
        with Store.open(str(path)) as store:
            for seed in map(int, log.read_text().split()):
                assert ids(store, seed) == wanted(seed, 1), "answered, and lost"
            made = tables(path)
            store.add(body(30, 1), origin="a")
            assert ids(store, 30) == wanted(30, 1)
        assert work != "seal" or len(made["records"]) == len(before["records"])
        shutil.rmtree(path)
    return killed


@pytest.mark.parametrize("work", WORK)
def test_killed_at_any_operation(tmp_path: Path, work: str) -> None:
    assert _killed(tmp_path, 12, work) == 12


@pytest.mark.long
@pytest.mark.parametrize("work", WORK)
def test_killed_at_200_points(tmp_path: Path, work: str) -> None:
    """F3."""
    assert _killed(tmp_path, 200, work) == 200


@pytest.mark.parametrize("at", range(4))
def test_killed_between_the_steps_of_sealing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """After the new segments are written, inside the transaction, after it, and between two removals."""

    class Killed(BaseException):
        pass

    def dying(*_: object, **__: object) -> Any:
        raise Killed

    old_store(tmp_path / "s")
    monkeypatch.setattr(module, "MAX_BYTES", 2_000)
    before = len(segments(tmp_path / "s"))
    with monkeypatch.context() as patch:
        name = ["put_segment", "drop_segment", "obsolete", "forget_obsolete"][at]
        with Store.open(str(tmp_path / "s")) as store:
            patch.setattr(Index, name, dying)
            with pytest.raises(Killed):
                store.seal()
    assert at > 0 or len(segments(tmp_path / "s")) > before
    # With the index, and without it.
    copy = Path(shutil.copytree(tmp_path / "s", tmp_path / "copy"))
    remove_index(copy)
    for path in (tmp_path / "s", copy):
        require_old(path)
        with Store.open(str(path)) as opened:
            opened.seal()
            assert opened.check().is_sound
        made = tables(path)
        remove_index(path)
        require_old(path)
        assert tables(path) == made
        names = [each.name for each in segments(path)]
        assert all("sealed" in each for each in names)


def test_torn_ends_are_named_and_lose_nothing_else(tmp_path: Path) -> None:
    """Every length at which an entry may be cut, with what a disk may have behind it."""
    path = tmp_path / "s"
    make(path, (body(1, 1), "a"), (body(2, 1), "a")).close()
    (segment,) = segments(path)
    whole = segment.read_bytes()
    with Store.open(str(path)) as store:
        (last,) = store.entries(suffix(2))
    drawn = random.Random(4)
    for cut in sorted(drawn.sample(range(last.offset + 1, len(whole)), 12)):
        for rest in (b"", bytes(50), drawn.randbytes(20)):
            copy = Path(shutil.copytree(path, tmp_path / "copy"))
            (copy / "segments" / segment.name).write_bytes(whole[:cut] + rest)
            remove_index(copy)
            with Store.open(str(copy)) as store:
                assert ids(store, 1) == wanted(1, 1) and store.record(suffix(2)) is None
                (damage,) = store.check().damage
                assert (damage.offset, damage.length) == (last.offset, cut + len(rest) - last.offset)
                store.add(body(2, 1), origin="a")
                assert ids(store, 2) == wanted(2, 1)
                assert store.check().damage == (damage,)
                assert store.seal().damage == (damage,) and store.check().is_sound
            shutil.rmtree(copy)


def test_an_answer_comes_after_the_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make(tmp_path / "s") as store:
        calls: list[str] = []

        def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any) -> Any:
                calls.append(name)
                return real(*args)

            return call

        for name in ("write", "sync", "sync_folder"):
            monkeypatch.setattr(durable, name, noting(name, getattr(durable, name)))
        store.add(body(1, 1), origin="a")
        assert calls == ["write", "sync", "sync_folder"]
        store.add(body(2, 1), origin="a")
        assert calls[3:] == ["write", "sync"]
