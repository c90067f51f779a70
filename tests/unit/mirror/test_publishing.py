"""Publishing a store: order, what is written, kill points, heads that another store made (MIRROR-17)."""

from __future__ import annotations

import random
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from kit.publications import add, files, head, leaves, require_published, require_readable, run
from kit.published import TIME, Killed, kill_at
from kit.signing import MIRROR
from kit.stores import POLICY, WIDER, body, make, suffix, unverified
from kit.trees import KEY
from pithbundle import cbor_bytes, parse_json
from pithbundle.digests.head import Head
from pithbundle.errors import DigestError, FileError
from pithbundle.mirror import publishing
from pithbundle.mirror.publishing import publish
from pithbundle.mirror.site import Site
from pithbundle.mirror.target import LocalTarget
from pithbundle.store import Store


def test_everything_is_written_and_the_second_time_nothing(tmp_path: Path) -> None:
    given = [(body(seed, *range(1, seed)), "a") for seed in range(2, 8)]
    given += [(body(9, 1), "a"), (body(9, 2), "b"), (cbor_bytes(parse_json(body(10, 1))), "a")]
    make(tmp_path / "s", *given).close()
    done = run(tmp_path, base_url="https://mirror.example", packs=True)
    assert (done.is_new, done.records, done.changed, done.removed) == (True, 8, 8, 0)
    before = files(tmp_path / "to")
    assert done.written == len(before) and done.bytes == sum(map(len, before.values()))
    with Site.open(str(tmp_path / "s"), base_url="https://mirror.example") as site:
        assert {*site.paths()} == {*before} - {"pith-digests/next.json"}
    require_published(tmp_path / "to")
    again = run(tmp_path, base_url="https://mirror.example", packs=True)
    assert (again.is_new, again.changed, again.written, again.removed) == (False, 0, 0, 0)
    assert files(tmp_path / "to") == before
    # The note can be lost: everything is compared.
    shutil.rmtree(tmp_path / "s" / "served" / "targets")
    again = run(tmp_path, base_url="https://mirror.example")
    assert (again.changed, again.written, again.removed) == (8, 0, 0)


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    make(tmp_path / "s", *((body(seed, 1), "a") for seed in range(1, 30))).close()
    run(tmp_path)
    add(tmp_path, (body(5, 1, 2), "a"), (body(40, 1), "b"))
    done = run(tmp_path)
    # Four files for each record, a root, a delta, the next head, the head.
    assert (done.changed, done.written, done.removed) == (2, 2 * 4 + 4, 0)
    require_published(tmp_path / "to")
    assert head(tmp_path / "to").generation == 2


def test_any_history_ends_in_the_tree_of_a_publication_from_nothing(tmp_path: Path) -> None:
    for number in range(6):
        drawn = random.Random(number)
        root = tmp_path / str(number)
        root.mkdir()
        make(root / "s").close()
        for _ in range(5):
            for _ in range(drawn.randrange(4)):
                seed = drawn.randrange(1, 9)
                more = (unverified(seed, drawn.randrange(9)),) if drawn.random() < 0.3 else ()
                marks = drawn.sample(range(1, 9), drawn.randrange(1, 4))
                add(root, (body(seed, *marks, more=more), drawn.choice("ab")))
            run(root)
            require_published(root / "to")
        run(root, to="fresh")
        old, new = files(root / "to"), files(root / "fresh")
        assert {name for name in new if "digests" not in name and "/parts/" not in name} == {
            name for name in old if "digests" not in name and "/parts/" not in name
        }
        assert all(old[name] == data for name, data in new.items())


def test_a_kill_at_any_point_leaves_what_readers_need(tmp_path: Path) -> None:
    """At each change of the target: a reader of the old head finds all, and the next run completes."""
    given = [(body(seed, 1), "a") for seed in range(1, 6)]
    given += [(body(6, 1, more=(unverified(6, 1),)), "a"), (body(6, 2), "b")]
    make(tmp_path / "s", *given).close()
    run(tmp_path, packs=True)
    shutil.copytree(tmp_path / "s", tmp_path / "s0")
    shutil.copytree(tmp_path / "to", tmp_path / "to0")
    at, ends = 0, False
    while not ends:
        at += 1
        for name in ("s", "to"):
            shutil.rmtree(tmp_path / name)
            shutil.copytree(tmp_path / f"{name}0", tmp_path / name)
        add(tmp_path, (body(1, 1, 2), "a"), (body(6, 1, 2), "a"), (body(7, 1), "a"))
        with LocalTarget(str(tmp_path / "to")) as target:
            counted = kill_at(target, at)
            try:
                publish(str(tmp_path / "s"), target, packs=True, generated_at=TIME)
                ends = True
            except Killed:
                assert counted() == at
        require_readable(tmp_path / "to")
        if at % 3 == 0:
            add(tmp_path, (body(1, 1, 3), "b"))
        done = run(tmp_path, packs=True)
        require_published(tmp_path / "to")
        assert head(tmp_path / "to") == done.head
        assert run(tmp_path, packs=True).written == 0
    assert at > 20


def test_a_kill_during_the_first_publication(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")).close()
    for at in range(1, 12):
        with LocalTarget(str(tmp_path / "to")) as target:
            kill_at(target, at)
            with pytest.raises(Killed):
                publish(str(tmp_path / "s"), target, origin="mirror.example", base_url="https://m.example")
        require_readable(tmp_path / "to")
    run(tmp_path, base_url="https://m.example")
    require_published(tmp_path / "to")


def test_a_temporary_file_of_a_killed_run_is_replaced(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    run(tmp_path, packs=True)
    for folder in ("pith-digests", f"pith/{suffix(1)}", "pith-packs"):
        (tmp_path / "to" / folder / ".new.part").write_text("x")
    add(tmp_path, (body(1, 1, 2), "a"))
    run(tmp_path, packs=True)
    require_published(tmp_path / "to")
    assert [name for name in files(tmp_path / "to") if "part" in name] == []


def test_a_later_head_of_another_store_is_never_replaced(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    run(tmp_path)
    shutil.copytree(tmp_path / "s", tmp_path / "backup")
    add(tmp_path, (body(2, 1), "a"))
    run(tmp_path)
    before = files(tmp_path / "to")
    ours = files(tmp_path / "backup" / "served")
    add(tmp_path, (body(3, 1), "a"), store="backup")
    with pytest.raises(FileError, match="has a later head than this store, generation 2"):
        run(tmp_path, store="backup")
    # Nothing was made either: a head of the same generation would contradict the one that is there.
    assert files(tmp_path / "to") == before and files(tmp_path / "backup" / "served") == ours
    done = run(tmp_path, store="backup", adopt=True)
    assert (done.head.generation, done.head.previous) == (
        3,
        Head.from_bytes(before["pith-digests/head.json"]).sha256,
    )
    require_published(tmp_path / "to")
    # The record of the other store is not there any more, nor are its files.
    assert not (tmp_path / "to" / "pith" / suffix(2)).exists() or suffix(2) not in leaves(
        tmp_path / "to", done.head
    )
    # The first store is now the one that is behind.
    with pytest.raises(FileError, match="later head"):
        run(tmp_path)


def test_an_earlier_head_of_another_store_is_not_replaced(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    make(tmp_path / "other", (body(2, 1), "a")).close()
    run(tmp_path, store="other")
    for seed in (3, 4):
        add(tmp_path, (body(seed, 1), "a"))
        run(tmp_path, to="elsewhere")
    with pytest.raises(FileError, match="a head that this store did not make, generation 1"):
        run(tmp_path)
    with pytest.raises(FileError, match=r"has the head of mirror\.example, not of b"):
        run(tmp_path, origin="b")
    assert run(tmp_path, adopt=True).head.generation == 2
    # A target may be behind by some generations of this store.
    run(tmp_path, to="late")
    for seed in (5, 6):
        add(tmp_path, (body(seed, 1), "a"))
        run(tmp_path)
    assert run(tmp_path, to="late").head.generation == 4
    require_published(tmp_path / "late")


def test_a_store_that_lost_its_folder_adopts_the_head(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    run(tmp_path)
    shutil.rmtree(tmp_path / "s" / "served")
    with pytest.raises(FileError, match="or this one was restored"):
        run(tmp_path)
    assert run(tmp_path, adopt=True).is_new is False
    add(tmp_path, (body(1, 1, 2), "a"))
    assert run(tmp_path).head.generation == 2


def test_the_head_is_stored_before_it_is_published(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with LocalTarget(str(tmp_path / "to")) as target:
        kill_at(target, 1)
        with pytest.raises(Killed):
            publish(str(tmp_path / "s"), target, origin="mirror.example")
    stored = (tmp_path / "s" / "served" / "pith-digests" / "head.json").read_bytes()
    run(tmp_path, generated_at="2026-11-21T00:00:00Z")
    assert files(tmp_path / "to")["pith-digests/head.json"] == stored


def test_a_signature_is_checked_and_stored_in_the_head(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()

    def sign(one: Head) -> Head:
        return one.signed(KEY, MIRROR.sign(one.message))

    run(tmp_path, sign=sign)
    assert head(tmp_path / "to").signature_status(KEY) == "signed"
    assert run(tmp_path, sign=sign).written == 0
    add(tmp_path, (body(2, 1), "a"))
    before = files(tmp_path / "to"), files(tmp_path / "s" / "served")
    with pytest.raises(DigestError, match="not a signature"):
        run(tmp_path, sign=lambda one: one.signed(KEY, bytes(64)))
    assert files(tmp_path / "to") == before[0]
    assert files(tmp_path / "s" / "served")["pith-digests/head.json"] == before[1]["pith-digests/head.json"]


def test_records_that_are_gone_are_removed_after_the_head(tmp_path: Path) -> None:
    given = (body(1, 1), "a"), (body(2, 1), "a"), (body(3, more=(unverified(3, 1),)), "a")
    with make(tmp_path / "s", *given) as store:
        store.repair(policy=WIDER)
    run(tmp_path)
    assert (tmp_path / "to" / "pith" / suffix(3)).is_dir()
    with Store.open(str(tmp_path / "s")) as store:
        store.repair(policy=POLICY)
    done = run(tmp_path)
    assert (done.withdrawn, done.removed) == (1, 4 + 0) and done.head.policy_sha256 == POLICY.sha256
    assert not [name for name in files(tmp_path / "to") if suffix(3) in name]
    assert not (tmp_path / "to" / "pith" / suffix(3)).exists()
    require_published(tmp_path / "to")


def test_parts_of_the_list_before_stay_until_the_next_change(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1, more=(unverified(1, 5),)), "a"), (body(1, 2), "b")).close()
    folder = tmp_path / "to" / "pith" / suffix(1) / "parts"
    run(tmp_path)
    first = {each.name for each in folder.iterdir()}
    add(tmp_path, (body(1, 3), "b"))
    run(tmp_path)
    second = {each.name for each in folder.iterdir()}
    assert len(first) == 2 and first < second and len(second) == 3
    add(tmp_path, (body(1, 4), "b"))
    run(tmp_path)
    third = {each.name for each in folder.iterdir()}
    assert len(third) == 3 and third != second
    add(tmp_path, (body(1, 1, 2, 3, 4, more=(unverified(1, 5),)), "a"))
    run(tmp_path)
    assert not (folder.parent / "parts.json").exists()
    require_published(tmp_path / "to")
    (folder.parent / "parts.json").write_bytes(b"{}")
    add(tmp_path, (body(1, 1, 2, 3, 4, 6, more=(unverified(1, 5),)), "a"))
    run(tmp_path)
    assert not folder.exists()


def test_packs_that_no_manifest_names_are_removed(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    seen = []
    for mark in range(2, 6):
        run(tmp_path, packs=True)
        seen.append({each.name for each in (tmp_path / "to" / "pith-packs").iterdir()})
        add(tmp_path, (body(1, 1, mark), "a"))
    # The packs of this manifest and of the one before.
    assert [len(each) for each in seen] == [3, 5, 5, 5]
    (tmp_path / "to" / "pith-packs" / "pith-archive.json").write_bytes(b"x")
    run(tmp_path, packs=True)
    assert len([*(tmp_path / "to" / "pith-packs").iterdir()]) == 3


def test_what_is_in_the_way_is_an_error(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with pytest.raises(FileError, match="add --origin"):
        run(tmp_path, origin=None)
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError):
        run(tmp_path, to="file")
    with pytest.raises(FileError):
        run(tmp_path, to="absent/to")
    (tmp_path / "to2").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "to2" / "pith").symlink_to(tmp_path / "outside")
    with pytest.raises(FileError):
        run(tmp_path, to="to2")
    assert files(tmp_path / "outside") == {}
    with LocalTarget(str(tmp_path / "to")), pytest.raises(FileError, match="another process publishes there"):
        run(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"x", b"{}\n", b'{"target": 1}\n', None])
def test_a_damaged_note_costs_a_comparison(tmp_path: Path, damage: bytes | None) -> None:
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")).close()
    run(tmp_path)
    (note,) = (tmp_path / "s" / "served" / "targets").iterdir()
    if damage is None:
        first, *lines = note.read_bytes().splitlines(keepends=True)
        damage = first + b"".join(reversed(lines))
    note.write_bytes(damage)
    (note.parent / f"{note.name}.tmp").write_text("x")
    done = run(tmp_path)
    assert done.written == 0 and done.changed >= 1
    assert run(tmp_path).changed == 0
    assert sha256(note.read_bytes()).hexdigest() and [each.name for each in note.parent.iterdir()] == [
        note.name
    ]


def test_a_run_ends_at_what_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    (tmp_path / "s" / "served").mkdir()
    (tmp_path / "s" / "served" / "targets").write_text("x")
    with pytest.raises(FileError):
        run(tmp_path)
    assert not (tmp_path / "to" / "pith-digests" / "head.json").exists()
    (tmp_path / "s" / "served" / "targets").unlink()
    monkeypatch.setattr(publishing, "_DOCUMENTS", "2")
    assert run(tmp_path).changed == 1


def test_pages_change_with_their_records_alone(tmp_path: Path) -> None:
    make(tmp_path / "s", *((body(seed, 1), "a") for seed in range(1, 5))).close()
    assert run(tmp_path, pages=True).written == len(files(tmp_path / "to"))
    before = files(tmp_path / "to")
    assert {name for name in before if name.endswith(".html")} == {
        "index.html",
        "pith-pages/check.html",
        *(f"pith/{suffix(seed)}/index.html" for seed in range(1, 5)),
    }
    again = run(tmp_path, pages=True, generated_at="2026-11-21T00:00:00Z")
    assert (again.written, again.removed) == (0, 0)
    add(tmp_path, (body(2, 1, 2), "a"))
    assert run(tmp_path, pages=True).changed == 1
    after = files(tmp_path / "to")
    ends = (".html", ".svg")
    changed = {name for name in before if name.endswith(ends) and before[name] != after[name]}
    assert changed == {f"pith/{suffix(2)}/index.html", f"pith/{suffix(2)}/badge.svg"}


def test_without_pages_those_of_before_are_removed(tmp_path: Path) -> None:
    make(tmp_path / "s", *((body(seed, 1), "a") for seed in range(1, 5))).close()
    run(tmp_path)
    plain = files(tmp_path / "to")
    loaded = run(tmp_path, pages=True).written - 8
    assert loaded > 0
    done = run(tmp_path)
    assert done.removed == loaded + 8 and files(tmp_path / "to") == plain
    assert run(tmp_path).removed == 0
    # An index page that is not ours is neither written nor removed.
    (tmp_path / "to" / "index.html").write_text("mine")
    run(tmp_path, pages=True)
    assert run(tmp_path).removed == loaded + 7
    assert (tmp_path / "to" / "index.html").read_text() == "mine"
