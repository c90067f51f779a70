"""Crashes during a publication: readers find a whole generation, the next run completes it (MIRROR-17)."""

from __future__ import annotations

import errno
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from kit.crash import Failing, crashes, killed_at, recorded
from kit.publications import add, head, require_published, require_readable, run
from kit.stores import POLICY, WIDER, body, make, unverified
from pithbundle.errors import FileError
from pithbundle.store import Store


def prepare(root: Path) -> None:
    """A store that was published with packs, and has a record with parts."""
    given = [(body(seed, 1), "a") for seed in (1, 2)]
    given += [(body(3, 1, more=(unverified(3, 1),)), "a"), (body(3, 2), "b")]
    make(root / "s", *given).close()
    run(root, packs=True)


def changed(root: Path) -> None:
    """Two records changed, one was added, the archive is another one."""
    prepare(root)
    add(root, (body(1, 1, 2), "a"), (body(3, 1, 2), "a"), (body(4, 1), "a"))


def first(root: Path) -> None:
    """Nothing was published yet."""
    make(root / "s", (body(1, 1), "a"), (body(2, 1, more=(unverified(2, 1),)), "a")).close()


def withdrawn(root: Path) -> None:
    """A record is not served any more."""
    with make(root / "s", (body(1, 1), "a"), (body(3, more=(unverified(3, 1),)), "a")) as store:
        store.repair(policy=WIDER)
    run(root, packs=True)
    with Store.open(str(root / "s")) as store:
        store.repair(policy=POLICY)


PREPARED: Final[dict[str, Callable[[Path], None]]] = {
    "changed": changed,
    "first": first,
    "withdrawn": withdrawn,
}


def require_completed(root: Path) -> None:
    """A reader is served whole, and the next run completes what was begun."""
    require_readable(root / "to")
    done = run(root, packs=True)
    require_published(root / "to")
    assert head(root / "to") == done.head
    assert run(root, packs=True).written == 0


@pytest.mark.parametrize("name", PREPARED)
@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
def test_a_crash_of_the_machine_at_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    """Recorded writes, with those that were not synced dropped, cut or replaced by zeros."""
    root = tmp_path / "disk"
    root.mkdir()
    PREPARED[name](root)
    disk, operations = recorded(root, monkeypatch, lambda: run(root, packs=True))
    assert len(operations) > 40 and operations[-1].name in ("sync_folder", "remove", "remove_folder")
    seen = 0

    def check(left: Path, at: int) -> None:
        nonlocal seen
        if at % step == 0 or at == len(operations):
            require_completed(left)
            seen += 1

    crashes(root, disk, operations, check, 1)
    assert seen > len(operations) // step


def test_files_are_on_the_disk_before_the_next_head_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of digests is synced between the last file and ``next.json``, and before the head."""
    changed(tmp_path)
    _, operations = recorded(tmp_path, monkeypatch, lambda: run(tmp_path, packs=True))
    folder = str(tmp_path / "to" / "pith-digests")
    steps = [
        Path(one.paths[-1]).name if one.name == "rename" else one.name
        for one in operations
        if one.name in ("rename", "sync_folder") and one.paths[0].startswith(folder)
    ]
    kinds = ["file" if name.endswith(".txt") else name for name in steps]
    assert [*dict.fromkeys(kinds)][:3] == ["file", "sync_folder", "next.json"]
    assert kinds[kinds.index("next.json") + 1 :] == ["sync_folder", "head.json", "sync_folder"]


@pytest.mark.parametrize("step", [50, pytest.param(1, marks=pytest.mark.long)])
def test_a_process_that_is_killed_at_200_points(tmp_path: Path, step: int) -> None:
    """F3: at each operation on the disk, with a share of the bytes of a write."""
    prepared = {}
    for name, make_ready in PREPARED.items():
        prepared[name] = tmp_path / name
        prepared[name].mkdir()
        make_ready(prepared[name])
    killed = 0
    for before in prepared.values():
        at, was_killed = 0, True
        while was_killed:
            root = tmp_path / "run"
            shutil.copytree(before, root)
            share = random.Random(at).random()
            was_killed = killed_at(at, share, lambda root=root: run(root, packs=True))  # type: ignore[misc]
            require_completed(root)
            shutil.rmtree(root)
            killed += was_killed
            at += step
    assert killed * step >= 200


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_leaves_what_readers_need(tmp_path: Path, number: int) -> None:
    """A full, a read-only and a broken disk: an error, never a torn generation."""
    before = tmp_path / "before"
    before.mkdir()
    changed(before)
    at, failed = 1, True
    while failed:
        root = tmp_path / "run"
        shutil.copytree(before, root)
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(
                patch, ("create", "write", "sync", "rename", "make_folder", "sync_folder"), at, number
            )
            try:
                run(root, packs=True)
            except FileError:
                assert failing.has_failed
            failed = failing.has_failed
        require_completed(root)
        shutil.rmtree(root)
        at += 7
    assert at > 50
