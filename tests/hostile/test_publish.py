"""Publications that are disturbed: never a torn generation, never the files of others (MIRROR-17)."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from kit.publications import add, files, head, require_published, require_readable, run
from kit.published import TIME
from kit.stores import body, make, suffix
from pithbundle.errors import FileError
from pithbundle.mirror.publishing import publish
from pithbundle.mirror.target import LocalTarget


def test_a_publication_while_bundles_are_added(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    run(tmp_path)
    failed: list[BaseException] = []

    def adding() -> None:
        try:
            for mark in range(2, 30):
                add(tmp_path, (body(mark % 4 + 1, 1, mark), "a"))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=adding)
    thread.start()
    try:
        while thread.is_alive():
            done = run(tmp_path)
            require_published(tmp_path / "to")
            assert head(tmp_path / "to") == done.head
    finally:
        thread.join()
    assert failed == []
    run(tmp_path)
    assert head(tmp_path / "to").records == 4
    require_published(tmp_path / "to")


def test_publications_to_two_folders_at_once(tmp_path: Path) -> None:
    make(tmp_path / "s", *((body(seed, 1), "a") for seed in range(1, 6))).close()
    done: dict[str, object] = {}

    def publishing(to: str) -> None:
        try:
            done[to] = run(tmp_path, to=to).head
        except BaseException as error:
            done[to] = error

    threads = [threading.Thread(target=publishing, args=(to,)) for to in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each for each in done.values() if isinstance(each, BaseException)] == []
    assert done["one"] == done["two"] == head(tmp_path / "one") == head(tmp_path / "two")
    for to in done:
        require_published(tmp_path / to)


def test_a_folder_has_one_publisher_at_a_time(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    run(tmp_path)
    before = files(tmp_path / "to")
    add(tmp_path, (body(2, 1), "a"))
    with LocalTarget(str(tmp_path / "to")), pytest.raises(FileError, match="another process publishes there"):
        run(tmp_path)
    assert files(tmp_path / "to") == before


FOREIGN = (
    "index.html",
    "pith/notes.txt",
    "pith-digests/robots.txt",
    "pith-digests/old/x.txt",
    "pith-packs/README",
    f"pith/{suffix(1)}/note.txt",
    f"pith/{suffix(3)}/note.txt",
    f"pith/{suffix(1)}/parts/mine.json",
    ".hidden",
)


def test_files_of_others_stay(tmp_path: Path) -> None:
    """Also where records, parts, packs and digests beside them are removed."""
    make(tmp_path / "s", (body(1, 1), "a"), (body(3, 1), "a")).close()
    run(tmp_path, packs=True)
    for name in FOREIGN:
        (tmp_path / "to" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "to" / name).write_text("mine")
    make(tmp_path / "other", (body(1, 1), "a")).close()
    for mark in range(2, 5):
        add(tmp_path, (body(1, 1, mark), "a"), store="other")
        run(tmp_path, store="other", adopt=mark == 2, packs=True)
    require_published(tmp_path / "to")
    assert head(tmp_path / "to").records == 1
    assert [name for name in FOREIGN if (tmp_path / "to" / name).read_text() != "mine"] == []
    assert not (tmp_path / "to" / "pith" / suffix(3) / "bundle.json").exists()


@pytest.mark.parametrize(
    "name",
    [
        "pith-digests",
        "pith-digests/head.json",
        "pith-digests/next.json",
        "pith-digests/.new.part",
        f"pith/{suffix(1)}",
        f"pith/{suffix(1)}/bundle.json",
        f"pith/{suffix(1)}.json",
        ".well-known",
        "pith-signing-key.json",
    ],
)
def test_no_link_is_followed(tmp_path: Path, name: str) -> None:
    """What a link leads to is neither changed nor removed; what is published stays readable."""
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")).close()
    run(tmp_path)
    place, outside = tmp_path / "to" / name, tmp_path / "outside"
    if place.is_dir():
        shutil.move(place, outside)
    else:
        outside.write_bytes(place.read_bytes() if place.exists() else b"mine")
        place.unlink(missing_ok=True)
    place.symlink_to(outside)
    before = files(outside) if outside.is_dir() else outside.read_bytes()
    add(tmp_path, (body(1, 1, 2), "a"), (body(2, 1, 2), "a"))
    try:
        run(tmp_path)
    except FileError as error:
        # A directory of the target, or something that is read before it is replaced.
        assert name.split("/")[0] in str(error) or os.fspath(tmp_path / "to") in str(error)
        place.unlink()
        (shutil.copytree if outside.is_dir() else shutil.copy)(outside, place)
        require_readable(tmp_path / "to")
        run(tmp_path, adopt=name == "pith-digests/head.json")
    assert (files(outside) if outside.is_dir() else outside.read_bytes()) == before
    require_published(tmp_path / "to")


def test_a_target_that_is_removed_meanwhile_is_an_error(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with LocalTarget(str(tmp_path / "to")) as target:
        shutil.rmtree(tmp_path / "to")
        with pytest.raises(FileError):
            publish(str(tmp_path / "s"), target, origin="mirror.example", generated_at=TIME)
    run(tmp_path)
    require_published(tmp_path / "to")


def test_a_restored_store_never_contradicts_what_it_published(tmp_path: Path) -> None:
    """The store is older than the target: nothing is made, so that no second head of a generation exists."""
    make(tmp_path / "s", (body(1, 1), "a")).close()
    run(tmp_path)
    shutil.copytree(tmp_path / "s", tmp_path / "backup")
    add(tmp_path, (body(2, 1), "a"))
    run(tmp_path)
    published = files(tmp_path / "to")
    shutil.rmtree(tmp_path / "s")
    shutil.move(tmp_path / "backup", tmp_path / "s")
    add(tmp_path, (body(3, 1), "a"))
    made = files(tmp_path / "s" / "served")
    with pytest.raises(FileError, match="or this one was restored"):
        run(tmp_path)
    assert files(tmp_path / "to") == published and files(tmp_path / "s" / "served") == made
    assert run(tmp_path, adopt=True).head.generation == 3
    require_published(tmp_path / "to")
