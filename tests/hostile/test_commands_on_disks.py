"""Commands that a signal, a kill or a failing disk stops at any operation (F3, F4; CLI-7, STORE-4, AUDIT-12).

What was there stays, nothing is half, the error is named, and the same command completes the work.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path
from typing import Final

import pytest

from kit.command_line import run
from kit.crash import OPERATIONS, Failing, killed_at
from kit.disks import filled
from kit.interrupts import at_operation, interrupted, moments_of, some_of
from kit.mirrors import serving
from kit.publications import add, require_published, require_readable
from kit.publications import run as publish
from kit.runs import spread
from kit.served_lies import Lying, findings
from kit.stores import POLICY, WIDER, body, ids, make, suffix, unverified, wanted
from pithbundle.encoding.canonical import encode
from pithbundle.mirror.audit.watch import Cursor
from pithbundle.store import Store
from pithbundle.store.index import FILES

#: How many operations are tried: a few in the ordinary and in the slow run, all of them in the long one.
_ALL: Final = pytest.param(0, marks=pytest.mark.long)
FEW: Final = pytest.mark.parametrize("points", [2, _ALL])
SOME: Final = pytest.mark.parametrize("points", [pytest.param(4, marks=pytest.mark.slow), _ALL])
#: The seeds of records that are in a store before, and of those that are added.
OLD: Final = (1, 2, 3)
NEW: Final = (4, 5, 6, 7)


@dataclass(frozen=True)
class Case:
    """One command, on a folder that is the same each time."""

    prepare: Callable[[Path], None]
    words: Callable[[Path], list[str]]
    #: What holds whatever happened to the command.
    require_kept: Callable[[Path], None]
    #: What holds once it ran whole.
    require_done: Callable[[Path], None]
    #: The exit status of a run that nothing stops.
    status: int = 0


# -- store add ---------------------------------------------------------------------------------


def before_add(root: Path) -> None:
    make(root / "s", *((body(seed, 1), "a") for seed in OLD), (b"junk", "a")).close()
    (root / "in").mkdir()
    for seed in NEW:
        (root / "in" / f"{seed}.json").write_bytes(body(seed, 1))
    (root / "in" / "none.json").write_bytes(b"more junk")


def require_old(root: Path) -> None:
    with Store.open(str(root / "s")) as store:
        assert all(ids(store, seed) >= wanted(seed, 1) for seed in OLD)
        found = store.check()
        assert not found.difference_count and not found.unknown


def require_added(root: Path) -> None:
    require_old(root)
    with Store.open(str(root / "s")) as store:
        assert all(ids(store, seed) == wanted(seed, 1) for seed in (*OLD, *NEW))
        assert sorted(map(store.body, store.quarantined())) == [b"junk", b"more junk"]


def words_of_add(root: Path) -> list[str]:
    return ["store", "add", str(root / "s"), str(root / "in"), "--origin", "a"]


# -- store repair ------------------------------------------------------------------------------


def before_repair(root: Path) -> None:
    """The key of some events is found; the order of origins is another one."""
    (root / "wider.json").write_bytes(encode(WIDER.to_value()))
    given = [(body(seed, 1, more=(unverified(seed, 1),)), "a") for seed in OLD]
    make(root / "s", *given, (body(9, more=(unverified(9, 1),)), "b")).close()


def before_repair_of_all(root: Path) -> None:
    """The index is lost too."""
    before_repair(root)
    for name in FILES:
        (root / "s" / name).unlink(missing_ok=True)


def require_policy(root: Path) -> None:
    require_old(root)
    with Store.open(str(root / "s")) as store:
        # The record that no known key signed is in quarantine or admitted, and there in any case.
        is_admitted = store.record(suffix(9)) is not None
        assert is_admitted == (store.policy == WIDER) and store.policy in (POLICY, WIDER)
        assert is_admitted or len([*store.quarantined()]) == 1


def require_repaired(root: Path) -> None:
    require_policy(root)
    with Store.open(str(root / "s")) as store:
        assert store.policy == WIDER
        assert all(len(ids(store, seed)) == 2 for seed in OLD) and len(ids(store, 9)) == 1


def words_of_repair(root: Path) -> list[str]:
    words = ["store", "repair", str(root / "s"), "--policy", str(root / "wider.json")]
    return [*words, "--source", "b", "--source", "a", "--jobs", "1"]


# -- mirror publish ----------------------------------------------------------------------------


def before_publish(root: Path) -> None:
    make(root / "s", *((body(seed, 1), "a") for seed in OLD)).close()
    publish(root, packs=True)
    add(root, (body(1, 1, 2), "a"), (body(3, 2, more=(unverified(3, 1),)), "b"), (body(4, 1), "a"))


def require_generation(root: Path) -> None:
    require_old(root)
    require_readable(root / "to")


def require_next_generation(root: Path) -> None:
    require_published(root / "to")
    assert publish(root, packs=True).written == 0


def words_of_publish(root: Path) -> list[str]:
    words = ["mirror", "publish", "--store", str(root / "s"), "--to", str(root / "to"), "--packs"]
    return [*words, "--origin", "mirror.example", "--generated-at", "2026-11-21T00:00:00Z"]


CASES: Final[dict[str, Case]] = {
    "add": Case(before_add, words_of_add, require_old, require_added, 1),
    "repair": Case(before_repair, words_of_repair, require_policy, require_repaired),
    "repair-all": Case(before_repair_of_all, words_of_repair, require_policy, require_repaired),
    "publish": Case(before_publish, words_of_publish, require_generation, require_next_generation),
}
NAMES: Final = [*CASES, "watch"]


# -- mirror watch ------------------------------------------------------------------------------


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, Case]]:
    """All commands; those of mirrors with mirrors that answer."""
    # Several transactions in one command.
    monkeypatch.setattr("pithbundle.store.store._BATCH", 2)
    monkeypatch.setattr("pithbundle.mirror.audit.second_reads.PAUSES", (0.0, 0.0, 0.0))
    one, other = Lying(), Lying("forged_event", "other_state")
    with serving(one, other):
        yield {**CASES, "watch": watch(one.base, other.base)}


def watch(*bases: str) -> Case:
    def prepare(root: Path) -> None:
        (root / "policy.json").write_bytes(encode(POLICY.to_value()))

    def words(root: Path) -> list[str]:
        given = ["mirror", "watch", *bases, "--allow-loopback-http", "--rate", "1000", "--once", "--full"]
        given += ["--policy", str(root / "policy.json"), "-o", str(root / "w")]
        return [*given, "--html", str(root / "w.html"), "--metrics", str(root / "m.txt")]

    def reported(root: Path) -> set[str]:
        path = root / "w" / "cursor.json"
        return {*Cursor.from_bytes(path.read_bytes() if path.exists() else None).reported}

    def require_kept(root: Path) -> None:
        assert reported(root) <= findings(root / "w")

    def require_done(root: Path) -> None:
        assert len(findings(root / "w")) == 2 and reported(root) == findings(root / "w")
        assert (root / "w.html").read_bytes().endswith(b"</html>\n")
        assert (root / "m.txt").read_bytes().endswith(b"# EOF\n")

    return Case(prepare, words, require_kept, require_done, 1)


def temporary(root: Path) -> list[Path]:
    """The temporary files that are left; the next run takes over a folder that is not whole."""
    return [each for each in root.rglob("*") if each.name.endswith((".part", ".tmp")) and each.is_file()]


@dataclass
class Prepared:
    """A case in a folder, which is made again for each try."""

    case: Case
    before: Path
    root: Path
    count: int

    @classmethod
    def of(cls, case: Case, tmp_path: Path) -> Prepared:
        before = tmp_path / "before"
        before.mkdir()
        case.prepare(before)
        made = cls(case, before, tmp_path / "root", 0)
        made.again()
        made.count = moments_of(at_operation, *made.words)
        case.require_done(made.root)
        assert made.count > 3
        return made

    @property
    def words(self) -> list[str]:
        return self.case.words(self.root)

    def again(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.before, self.root)

    def completed(self) -> None:
        """The same command completes it."""
        self.case.require_kept(self.root)
        assert run(*self.words).status == self.case.status
        self.case.require_done(self.root)


@pytest.mark.signals
@pytest.mark.parametrize("name", NAMES)
@FEW
def test_a_signal_at_an_operation(tmp_path: Path, cases: Mapping[str, Case], name: str, points: int) -> None:
    made = Prepared.of(cases[name], tmp_path)
    for at in some_of(made.count, points):
        made.again()
        result, has_come = interrupted(at_operation, at, signal.SIGTERM, *made.words)
        assert has_come and (result.status, result.stderr) == (128 + signal.SIGTERM, b""), at
        assert temporary(made.root) == [], at
        made.completed()


@pytest.mark.parametrize("name", NAMES)
@SOME
def test_a_process_that_is_killed_at_an_operation(
    tmp_path: Path, cases: Mapping[str, Case], name: str, points: int
) -> None:
    made = Prepared.of(cases[name], tmp_path)
    for at in some_of(made.count, points):
        made.again()
        assert killed_at(at - 1, random.Random(at).random(), lambda: run(*made.words)), at
        made.completed()


@pytest.mark.parametrize(
    ("number", "points"),
    [
        pytest.param(errno.ENOSPC, 4, marks=pytest.mark.slow),
        *(pytest.param(each, 0, marks=pytest.mark.long) for each in (errno.ENOSPC, errno.EROFS, errno.EIO)),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_disk_that_fails_at_an_operation(
    tmp_path: Path, cases: Mapping[str, Case], name: str, number: int, points: int
) -> None:
    made = Prepared.of(cases[name], tmp_path)
    for at in some_of(made.count, points):
        made.again()
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(patch, OPERATIONS, at, number)
            result = run(*made.words)
        assert failing.has_failed, at
        if result.status == made.case.status:
            # What is not needed may fail, as to remove a second name of a file.
            made.case.require_done(made.root)
            continue
        assert result.status == 2, at
        assert os.strerror(number).lower() in result.err and str(made.root) in result.err, at
        made.completed()


# -- what is no file, and a full disk ----------------------------------------------------------


def put(kind: str, place: Path, elsewhere: Path) -> None:
    """Put something else in the place of a file or a folder."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "link":
        place.symlink_to(elsewhere)
    elif kind == "fifo":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        # Only the administrator of a system makes a device.
        with contextlib.suppress(PermissionError):
            os.mknod(place, stat.S_IFCHR | 0o600, os.makedev(1, 3))


KINDS: Final = ("link", "fifo", "folder", "device")
PLACES: Final = ("w", "w/findings", "w/heads", "w/cursor.json", "w/report.json", "w/findings/new.part")


@pytest.mark.parametrize(
    ("place", "kind"), spread(product(PLACES, KINDS), slow=[*zip(PLACES, cycle(KINDS), strict=False)])
)
def test_what_is_no_file_in_the_folder_of_a_watch(
    tmp_path: Path, cases: Mapping[str, Case], place: str, kind: str
) -> None:
    case, elsewhere = cases["watch"], tmp_path / "elsewhere"
    elsewhere.write_bytes(b"other")
    case.prepare(tmp_path)
    put(kind, tmp_path / place, elsewhere)
    result = run(*case.words(tmp_path))
    assert elsewhere.read_bytes() == b"other" and not elsewhere.is_symlink()
    if result.status == 2:
        assert f"{tmp_path}/w" in result.err
        (tmp_path / place).rmdir() if kind == "folder" else (tmp_path / place).unlink()
        case.require_kept(tmp_path)
        result = run(*case.words(tmp_path))
    assert result.status == case.status
    case.require_done(tmp_path)


@pytest.mark.parametrize("is_simulated", [False, True])
def test_a_watch_on_a_full_disk_loses_nothing(
    tmp_path: Path, cases: Mapping[str, Case], monkeypatch: pytest.MonkeyPatch, is_simulated: bool
) -> None:
    if is_simulated:
        monkeypatch.setenv("PATH", "")
    case = cases["watch"]
    with filled(tmp_path / "disk", case.prepare, monkeypatch) as disk:
        result = run(*case.words(disk))
        assert result.status == 2 and "no space left on device" in result.err
        assert "hint: free space there" in result.err
        case.require_kept(disk)
        (disk / "fill").unlink()
        assert run(*case.words(disk)).status == case.status
        case.require_done(disk)
