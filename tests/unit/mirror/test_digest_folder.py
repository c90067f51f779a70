"""A folder of digests: order of writing, generations, deltas, and what is removed (MIRROR-9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kit.signing import MIRROR
from kit.trees import KEY, POLICY, TIME, changed, line, lines
from pithbundle import durable
from pithbundle.digests.delta import apply, follow, require_head
from pithbundle.digests.head import Head
from pithbundle.digests.kept import GENERATIONS
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import names_of, walk
from pithbundle.durable import Folder
from pithbundle.errors import DigestError
from pithbundle.mirror.digest_folder import DigestFolder, Published, Statement, write_digests


def publish(
    path: Path, given: list[LeafLine], sign: Callable[[Head], Head] | None = None, **members: object
) -> Published:
    statement = Statement("mirror.example", "pithbundle-merge-1", POLICY, len(given), 7, TIME)
    return write_digests(f"{path}/", lambda: given, replace(statement, **members), sign)  # type: ignore[arg-type]


def content(path: Path) -> list[LeafLine]:
    """The lines of the current head, its files read and checked."""
    with Folder.open(str(path)) as folder:
        files = DigestFolder(folder)
        head = files.head()
        assert head is not None
        return list(walk(head.tree, files.fetch))


def files_of(path: Path) -> set[str]:
    return {each.name for each in path.iterdir()}


def test_the_first_generation(tmp_path: Path) -> None:
    found = publish(tmp_path / "d", lines(300), archive="pith-archive.json")
    assert found.is_new and found.head.generation == 1 and found.head.events == 7 and found.removed == 0
    assert content(tmp_path / "d") == lines(300)
    assert found.written == len(files_of(tmp_path / "d")) - 2
    assert (tmp_path / "d" / "kept.txt").read_bytes() == b""


def test_the_next_generation_writes_what_changed_and_a_delta(tmp_path: Path) -> None:
    path, given = tmp_path / "d", lines(300)
    first = publish(path, given)
    after = sorted([changed(given[0]), *given[2:], line(1000)])
    found = publish(path, after)
    assert (found.head.generation, found.head.previous) == (2, first.head.sha256)
    assert found.written <= 3 + 1 + 1 and content(path) == after
    with Folder.open(str(path)) as folder:
        changes = follow(found.head, first.head.root, DigestFolder(folder).fetch)
    assert changes is not None and len(changes) == 3
    require_head(apply(given, changes), found.head)


def test_what_is_the_same_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "d"
    first = publish(path, lines(300))
    before = {each.name: each.stat().st_mtime_ns for each in path.iterdir()}
    again = publish(path, lines(300), generated_at="2026-11-21T00:00:00Z")
    assert not again.is_new and again.head == first.head and again.written == 0
    assert {each.name: each.stat().st_mtime_ns for each in path.iterdir()} == before
    other = publish(path, lines(300), events=8)
    assert other.is_new and other.head.delta is None and other.head.root == first.head.root


def test_a_signed_head(tmp_path: Path) -> None:
    path = tmp_path / "d"
    publish(path, lines(3))
    found = publish(path, lines(3), lambda head: head.signed(KEY, MIRROR.sign(head.message)))
    assert found.is_new and found.head.signature_status(KEY) == "signed"
    assert Head.from_bytes((path / "head.json").read_bytes()) == found.head


def test_files_of_the_last_64_generations_stay(tmp_path: Path) -> None:
    path, heads = tmp_path / "d", []
    for at in range(GENERATIONS + 3):
        heads.append(publish(path, lines(3 + at)).head)
        with Folder.open(str(path)) as folder:
            files = DigestFolder(folder)
            for head in heads[-GENERATIONS:]:
                assert head.delta is None or files.fetch(head.delta, 1 << 20)
                assert len(list(walk(head.tree, files.fetch))) == head.records
            used = {
                name
                for head in heads[-GENERATIONS:]
                for name in [*names_of(head.tree, files.fetch), head.delta]
            }
            assert files.names() == used - {None}


def test_children_come_first_and_the_head_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str] = []
    original = durable.rename

    def rename(old: str, new: str, folder: int) -> None:
        named.append(new)
        original(old, new, folder)

    monkeypatch.setattr(durable, "rename", rename)
    found = publish(tmp_path / "d", lines(300))
    assert named[-3:] == [f"{found.head.root}.txt", "kept.txt", "head.json"]


def test_an_interruption_leaves_the_generation_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each change of the disk: the head before, complete, or the new one; the next run finishes."""
    path, given, after = tmp_path / "d", lines(200), sorted([*lines(199), line(500)])
    publish(path, given)
    names = ["write", "sync", "rename", "create"]
    originals = {name: getattr(durable, name) for name in names}
    for stop in range(60):
        left = [stop]

        def counted(name: str, left: list[int] = left) -> Callable[..., object]:
            def call(*args: object) -> object:
                left[0] -= 1
                if left[0] < 0:
                    raise OSError(28, "No space left on device")
                return originals[name](*args)

            return call

        for name in names:
            monkeypatch.setattr(durable, name, counted(name))
        try:
            done = publish(path, after if stop % 2 else given, events=stop)
        except OSError:
            done = None
        for name in names:
            monkeypatch.setattr(durable, name, originals[name])
        assert content(path) in (given, after)
        if done is not None:
            assert content(path) == (after if stop % 2 else given)
            break
    publish(path, given, events=1000)
    assert content(path) == given and "new.part" not in files_of(path)


def test_a_damaged_file_is_written_again_and_costs_the_delta(tmp_path: Path) -> None:
    path = tmp_path / "d"
    first = publish(path, lines(300))
    (path / f"{first.head.root}.txt").write_bytes(b"x")
    found = publish(path, sorted([*lines(300), line(1000)]))
    assert found.head.delta is None and len(content(path)) == 301
    one = next(
        each
        for each in path.iterdir()
        if each.name not in ("head.json", "kept.txt", f"{first.head.root}.txt")
    )
    one.unlink()
    again = publish(path, sorted([*lines(300), line(1000)]))
    assert not again.is_new and len(content(path)) == 301


def test_a_folder_that_is_another(tmp_path: Path) -> None:
    path = tmp_path / "d"
    publish(path, lines(3))
    with pytest.raises(OSError, match=r"contains the digests of mirror\.example, not of other\.example"):
        publish(path, lines(3), origin="other.example")
    (path / "notes").write_bytes(b"")
    with pytest.raises(OSError, match="which pithbundle did not write"):
        publish(path, lines(4))
    (path / "notes").unlink()
    (path / "head.json").write_bytes(b"{}")
    with pytest.raises(DigestError):
        publish(path, lines(4))


def test_another_process_that_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "d"
    publish(path, lines(3))
    with Folder.open(str(path)) as folder, folder.locked(), pytest.raises(BlockingIOError):
        publish(path, lines(4))


def test_lines_that_are_not_as_many_leave_the_head(tmp_path: Path) -> None:
    path = tmp_path / "d"
    first = publish(path, lines(3))
    with pytest.raises(DigestError, match="4 records, but the depth is that of 5"):
        publish(path, lines(4), records=5)
    assert content(path) == lines(3) and Head.from_bytes((path / "head.json").read_bytes()) == first.head


def test_a_link_is_no_head(tmp_path: Path) -> None:
    path = tmp_path / "d"
    publish(path, lines(3))
    (path / "head.json").rename(tmp_path / "head")
    (path / "head.json").symlink_to(tmp_path / "head")
    with pytest.raises(OSError, match="symbolic links"):
        publish(path, lines(4))
