"""Stores that are damaged, edited by hand, shared by processes, or in a hostile place (F1, F2, F4 to F9)."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from kit.command_line import process_env, run
from kit.crash import Failing
from kit.disks import filled
from kit.runs import spread
from kit.stores import POLICY, body, ids, make, segments, suffix, tables, unverified, wanted
from pithbundle import FileError, PithError, Verifier
from pithbundle.store import Store, StoredEntry
from pithbundle.store.index import FILES, INDEX

SEEDS: Final = range(1, 13)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two origins, sealed once, with a quarantine; no test changes it."""
    path = tmp_path_factory.mktemp("store") / "s"
    store = make(path)
    for seed in SEEDS:
        store.add(body(seed, 1), origin="a", address="192.0.2.1")
    store.seal()
    for seed in SEEDS:
        store.add(body(seed, 1, 2, more=(unverified(seed, 3),) if seed % 3 == 0 else ()), origin="b")
        store.add(body(seed), origin="a")
    store.close()
    return path


@pytest.fixture
def path(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample, tmp_path / "s"))


def all_entries(store: Store) -> list[StoredEntry]:
    return [one for seed in SEEDS for one in store.entries(suffix(seed))]


# -- F6: damage --------------------------------------------------------------------------------


class Damage:
    """One damage of a store: the bytes of a segment, or of the index."""

    def __init__(self, path: Path, seed: int) -> None:
        drawn = random.Random(seed)
        files = [*segments(path), *segments(path, "quarantine")]
        self.kind = drawn.choice(["flip", "flip", "cut", "zero", "insert", "remove", "swap", "index", "gone"])
        self.file = path / INDEX if self.kind in ("index", "gone") else drawn.choice(files)
        data = bytearray(self.file.read_bytes())
        start = drawn.randrange(len(data))
        end = start + 1
        if self.kind in ("flip", "index"):
            data[start] ^= 1 << drawn.randrange(8)
            if self.kind == "index" and drawn.random() < 0.5:
                start -= start % 4096
                data[start : start + 4096] = bytes(len(data[start : start + 4096]))
        elif self.kind == "cut":
            end = len(data)
            del data[start:]
        elif self.kind == "zero":
            end = min(len(data), start + drawn.randrange(1, 4_096))
            data[start:end] = bytes(end - start)
        elif self.kind == "insert":
            data[start:start] = drawn.choice([b"junk", b"\x5b\x2a\x4d\x18", bytes(100)])
        elif self.kind == "remove":
            end = min(len(data), start + drawn.randrange(1, 300))
            del data[start:end]
        elif self.kind == "swap":
            end = min(len(data), start + 200)
            half = (end - start) // 2
            data[start:end] = data[start + half : end] + data[start : start + half]
        self.start, self.end = start, end
        if self.kind == "gone":
            self.file.unlink()
        else:
            self.file.write_bytes(data)

    def hits(self, entry: StoredEntry) -> bool:
        """Whether bytes of an entry were damaged."""
        inside = entry.offset < self.end and self.start < entry.offset + entry.length
        if self.kind == "insert" and entry.offset == self.start:
            inside = False
        is_file = self.file.parent.name == entry.area and self.file.name == entry.segment
        return is_file and inside


def _require_there(store: Store, known: list[StoredEntry], hit: set[str]) -> bool:
    """Check that what is served is genuine; return whether all that was not hit is there."""
    is_whole = True
    for number in SEEDS:
        served = store.bundles_of(suffix(number))
        intact = [
            one for one in known
            if one.suffix == suffix(number) and one.is_admitted and one.entry_sha256 not in hit
        ]  # fmt: skip
        expected = {f"sha256:{name}" for one in intact for name in one.event_ids}
        is_whole &= expected <= ids(store, number)
        for part in served.parts if served is not None else ():
            assert Verifier(POLICY).verify(part).record.number.suffix == suffix(number)
    return is_whole


def _damaged(path: Path, seed: int, known: list[StoredEntry]) -> None:
    damage = Damage(path, seed)
    hit = {one.entry_sha256 for one in known if damage.hits(one)}
    with Store.open(str(path)) as store:
        is_whole = _require_there(store, known, hit)
        checked = store.check()
        # Only rows of the index can hide what is there, and the check names them.
        assert is_whole or (damage.kind == "index" and checked.difference_count), (seed, damage.kind)
        repaired = store.repair()
        assert _require_there(store, known, hit), (seed, damage.kind)
        assert store.check().difference_count == 0
        left = {one.entry_sha256: one for one in all_entries(store)}
        for one in known:
            if one.entry_sha256 not in hit:
                assert store.body(left[one.entry_sha256])
                continue
            assert one.entry_sha256 not in left
            # Named by its place; of a file that ends before it nothing is left to name.
            is_behind = damage.kind == "cut" and damage.start <= one.offset
            assert is_behind or any(
                (found.area, found.segment) == (one.area, one.segment)
                and found.offset < one.offset + one.length and one.offset < found.offset + found.length + 300
                for found in repaired.damage
            ), (seed, damage.kind)  # fmt: skip


@pytest.mark.parametrize("first", spread(range(0, 500, 50), ordinary=(0,)))
def test_500_damages_lose_what_they_hit_and_name_it(sample: Path, tmp_path: Path, first: int) -> None:
    with Store.open(str(sample)) as store:
        known = all_entries(store)
    assert len(known) == 3 * len(SEEDS)
    for seed in range(first, first + 50):
        path = Path(shutil.copytree(sample, tmp_path / "s"))
        _damaged(path, seed, known)
        shutil.rmtree(path)


def test_an_entry_that_was_cut_off_is_named_by_the_length_that_is_missing(path: Path) -> None:
    """A file that ends at the border of an entry looks whole: only the index knows that there was more."""
    with Store.open(str(path)) as store:
        known = [one for one in all_entries(store) if one.segment == segments(path)[-1].name and not one.code]
        last = max(known, key=lambda one: one.offset)
    os.truncate(path / "segments" / last.segment, last.offset + 30)
    with Store.open(str(path)) as store:
        (damage,) = store.check().damage
        assert (damage.segment, damage.offset) == (last.segment, last.offset)


def test_an_index_that_was_edited_by_hand_changes_nothing_that_is_served(path: Path) -> None:
    with Store.open(str(path)) as store:
        before = {seed: store.bundles_of(suffix(seed)) for seed in SEEDS}
    connection = sqlite3.connect(path / INDEX, isolation_level=None)
    connection.execute("UPDATE records SET canonical_sha256 = 'x', leaf = 'x', state = x'7b7d', valid = 99")
    connection.execute("UPDATE entries SET valid_ids = x'', reason = 'x', origin = 'evil'")
    connection.execute("DELETE FROM events")
    connection.close()
    with Store.open(str(path)) as store:
        for seed in SEEDS:
            assert store.bundles_of(suffix(seed)) == before[seed] is not None
            assert ids(store, seed) == wanted(seed, 1, 2)
        assert store.check().difference_count > 30
        assert store.repair().is_sound
        assert {seed: store.bundles_of(suffix(seed)) for seed in SEEDS} == before


def test_the_bytes_of_another_bundle_are_never_served(path: Path) -> None:
    """F7: an entry of another record under the position of this one."""
    with Store.open(str(path)) as store:
        one, other = store.entries(suffix(1))[0], store.entries(suffix(2))[0]
        store._keeper.index.connection.execute(
            "UPDATE entries SET offset = ?, length = ? WHERE entry_sha256 = ?",
            (other.offset, other.length, one.entry_sha256),
        )
        served = store.bundles_of(suffix(1))
        assert served is not None
        for part in served.parts:
            assert Verifier(POLICY).verify(part).record.number.suffix == suffix(1)


# -- F5: processes ------------------------------------------------------------------------------


def _adding(path: str, process: int, count: int, shared: int) -> None:
    with Store.open(path) as store:
        for number in range(count):
            seed = 10_000 + (number if number % shared == 0 else process * 1_000 + number)
            assert store.add(body(seed, process + 1), origin=f"p{process}").outcome == "added"
            if number % 7 == 0:
                store.add(b"junk %d %d" % (process, number), origin=f"p{process}")


def _processes(path: Path, processes: int, count: int, shared: int) -> None:
    make(path).close()
    context = multiprocessing.get_context("fork")
    running = [
        context.Process(target=_adding, args=(str(path), process, count, shared))
        for process in range(processes)
    ]
    for each in running:
        each.start()
    for each in running:
        each.join()
    assert [each.exitcode for each in running] == [0] * processes
    made = tables(path)
    with Store.open(str(path)) as store:
        assert store.check().is_sound
        for number in range(count):
            if number % shared == 0:
                assert ids(store, 10_000 + number) == wanted(10_000 + number, *range(1, processes + 1))
            else:
                for process in range(processes):
                    seed = 10_000 + process * 1_000 + number
                    assert ids(store, seed) == wanted(seed, process + 1)
    sequences = [row[1] for row in made["entries"]]
    assert sorted(sequences) == [*range(1, len(sequences) + 1)]
    for name in FILES:
        (path / name).unlink(missing_ok=True)
    Store.open(str(path)).close()
    assert tables(path) == made


def test_processes_that_add_lose_nothing(tmp_path: Path) -> None:
    _processes(tmp_path / "s", 4, 25, 5)


@pytest.mark.long
def test_8_processes_of_500_additions_lose_nothing(tmp_path: Path) -> None:
    """F5."""
    _processes(tmp_path / "s", 8, 500, 50)


@pytest.mark.signals
def test_a_lock_ends_with_its_process(path: Path) -> None:
    """F5: a stale lock needs no recovery, because the system ends it."""
    script = (
        "import sys, time; from pithbundle.store.keeper import Keeper\n"
        f"with Keeper({str(path)!r}).locked():\n print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", script], env=process_env(), stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline() == b"held\n"
    with Store.open(str(path), patience=0.05) as store:
        with pytest.raises(FileError, match="another process"):
            store.add(body(50, 1), origin="a")
        child.kill()
        child.wait()
        assert store.add(body(50, 1), origin="a").outcome == "added"
    child.stdout.close()


# -- F1, F2, F4, F8, F9 -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["segments/00000002.seg", "index.sqlite", "index.sqlite-wal", "policy.json"])
@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "dangling"])
def test_what_is_no_regular_file_is_not_followed(path: Path, tmp_path: Path, name: str, kind: str) -> None:
    """F1: nothing outside is written, and nothing waits."""
    target = tmp_path / "outside"
    target.write_bytes(b"precious")
    place = path / name
    kept = place.read_bytes() if place.exists() else b""
    place.unlink(missing_ok=True)
    if kind == "link":
        place.symlink_to(target)
    elif kind == "dangling":
        place.symlink_to(tmp_path / "nowhere")
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        place.mkdir()
    with pytest.raises(PithError), Store.open(str(path)) as store:
        store.add(body(60, 1), origin="a")
        store.repair()
    assert target.read_bytes() == b"precious" and not (tmp_path / "nowhere").exists()
    place.rmdir() if kind == "folder" else place.unlink()
    if kept and name != "index.sqlite":
        place.write_bytes(kept)
    with Store.open(str(path)) as store:
        assert ids(store, 1) == wanted(1, 1, 2)


def test_nothing_is_made_where_something_is(tmp_path: Path) -> None:
    """F2."""
    for kind in ("file", "folder", "link", "dangling", "fifo"):
        place = tmp_path / kind
        if kind == "file":
            place.write_bytes(b"old")
        elif kind == "folder":
            place.mkdir()
        elif kind == "fifo":
            os.mkfifo(place)
        else:
            place.symlink_to(tmp_path / ("file" if kind == "link" else "nowhere"))
        with pytest.raises(FileError):
            Store.create(str(place), POLICY)
    assert (tmp_path / "file").read_bytes() == b"old" and os.listdir(tmp_path / "folder") == []
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", ["create", "write", "sync", "sync_folder", "rename"])
def test_an_error_of_the_disk_keeps_what_there_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    """F4."""
    with Store.open(str(path)) as store:
        for at in (1, 2):
            for work in ("add", "seal", "repair"):
                with monkeypatch.context() as patch:
                    failing = Failing(patch, [call], at, number)
                    try:
                        if work == "add":
                            store.add(body(70 + at, 1), origin="a")
                        elif work == "seal":
                            store.seal()
                        else:
                            store.repair(sources=["b"])
                    except FileError as error:
                        assert os.strerror(number).lower() in str(error).lower()
                    else:
                        assert not failing.has_failed
        for seed in SEEDS:
            assert ids(store, seed) == wanted(seed, 1, 2)
        assert store.repair().records >= len(SEEDS)
        assert store.add(body(75, 1), origin="a").outcome == "added"


def test_names_and_modes(path: Path) -> None:
    """F8: names of files are numbers, whatever the bundles and origins are; never wider than 0644."""
    with Store.open(str(path)) as store:
        for origin in ("../../etc/passwd", "a/b\\c", "CON", "x" * 1_024, "\u202eevil\x1b[31m"):
            assert store.add(body(80, 1), origin=origin).outcome == "added"
        old = os.umask(0)
        try:
            store.seal()
            store.repair()
            store.add(body(81, 1), origin="a")
        finally:
            os.umask(old)
    for each in path.rglob("*"):
        assert each.name.isascii() and len(each.name) < 30
        limit = 0o755 if each.is_dir() else 0o644
        assert each.stat().st_mode & 0o777 & ~limit == 0, each


def _environments() -> Iterator[dict[str, str]]:
    yield {}
    yield {"TZ": "Pacific/Kiritimati"}
    yield {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}
    yield {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}


def test_a_hostile_folder_and_environment_change_nothing(path: Path, tmp_path: Path) -> None:
    """F9: same rows from anywhere, times in UTC, and no module of the folder where it runs."""
    place = tmp_path / "here"
    place.mkdir()
    for name in ("sqlite3", "json", "pithbundle", "fcntl"):
        (place / f"{name}.py").write_text("raise SystemExit(99)")
    script = (
        "import sys; sys.path[:] = [each for each in sys.path if each not in ('', '.')]\n"
        "from pithbundle.store import Store\n"
        f"store = Store.open({str(path)!r}); store.repair()\n"
        "print([(row.suffix, row.leaf) for row in store.records()])\n"
        f"print(store.add(b'x' + sys.argv[1].encode(), origin='e').entry.received_at[-1])"
    )
    found = set()
    for number, changes in enumerate(_environments()):
        done = subprocess.run(
            [sys.executable, "-c", script, str(number)], cwd=place, env={**process_env(), **changes},
            capture_output=True, check=True,
        )  # fmt: skip
        found.add(done.stdout)
    assert len(found) == 1 and found.pop().endswith(b"Z\n")


def test_a_bundle_that_looks_like_entries_stays_one(path: Path) -> None:
    """The bytes of a segment in a bundle: what is in quarantine is never taken for entries, even damaged."""
    data = segments(path)[0].read_bytes()
    with Store.open(str(path)) as store:
        before = len([*store.quarantined()])
        added = store.add(data, origin="evil").entry
        assert store.body(added) == data and sha256(data).hexdigest() == added.sha256
        assert len([*store.quarantined()]) == before + 1
        store.repair()
        assert len([*store.quarantined()]) == before + 1


# -- a full disk -------------------------------------------------------------------------------


@pytest.mark.parametrize("is_simulated", [False, True])
def test_a_full_disk_is_named_and_what_is_there_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_simulated: bool
) -> None:
    """It was reported as ``disk I/O error``, for reading too: SQLite wants a file that connections share."""
    if is_simulated:
        monkeypatch.setenv("PATH", "")

    def old_store(folder: Path) -> None:
        make(folder / "s", (body(1, 1), "a"), (body(2, 1), "a"), (b"{", "a")).close()

    with filled(tmp_path / "disk", old_store, monkeypatch) as disk:
        store = str(disk / "s")
        shown = {
            args: run("store", args[0], store, *args[1:])
            for args in (
                ("list",),
                ("list", "--quarantine"),
                ("show", suffix(1)),
                ("export", suffix(2)),
                ("check",),
            )
        }
        assert [done.status for done in shown.values()] == [0] * 5, shown
        assert shown["export", suffix(2)].stdout == body(2, 1)
        new = tmp_path / "new.json"
        new.write_bytes(body(3, 1))
        for args in (
            ("store", "add", store, str(new)),
            ("store", "seal", store),
            ("mirror", "digests", store, "-o", str(tmp_path / "d"), "--origin", "x"),
        ):
            done = run(*args)
            assert done.status == 2 and "no space left on device" in done.err, (args, done.err)
            assert "hint: free space there, or write to another disk; nothing that was there" in done.err
        (disk / "fill").unlink()
        # The last block of a segment may have had room for what was added.
        assert {*run("store", "list", store).out.splitlines()} >= {*shown[("list",)].out.splitlines()}
        for more in (("add", store, str(new)), ("check", store), ("seal", store), ("check", store)):
            assert run("store", *more).status == 0
