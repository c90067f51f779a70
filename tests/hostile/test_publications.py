"""A store that is being published: no accusation, and a lie beside it is found (AUDIT-17, SYNC-8)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kit.audits import VERIFIER, Audited, audited
from kit.lying_mirror import KEY, LyingMirror, Wire
from kit.mirrors import FakeMirror, digests_of, serving, synchronised
from kit.published import Folder, files_of, published
from kit.signing import MIRROR, to_json
from kit.stores import POLICY, WIDER, body, invalid, make, suffix, unverified
from pithbundle.digests.head import Head
from pithbundle.errors import NetworkError
from pithbundle.mirror.audit.finding import read_finding
from pithbundle.mirror.audit.recheck import recheck
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.watch import Cursor
from pithbundle.mirror.audit.words import WORDS
from pithbundle.mirror.sync.results import MirrorResult, exit_status
from pithbundle.net.exchange import Exchange
from pithbundle.store import Store
from pithbundle.verifier import Verifier

#: Bundles of several origins: record 5 is served in parts, 6 has unverified elements and parts.
FIRST = [
    *((body(seed, 1), "a") for seed in range(1, 5)),
    (body(6, 1, more=(unverified(6, 1),)), "a"),
    (body(6, 2), "b"),
]
CHANGES = [
    (body(1, 1, 2), "a"),
    (body(2, 1, more=(unverified(2, 7),)), "a"),
    (body(6, 1, 3, more=(unverified(6, 2),)), "a"),
    (body(7, 1), "b"),
]


BASE = "https://p.example"


def grave(found: Audited) -> list[str]:
    """What accuses somebody."""
    return [one.word for one, _ in found.kept if WORDS[one.word].exit_status == 1]


def path(seed: int, name: str = "bundle.json") -> str:
    return f"/pith/{suffix(seed)}/{name}"


class Trees:
    """A store and its target before a change, to begin from again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        make(root / "s0", *FIRST).close()
        published(root / "s0", root / "to0")
        self.store, self.to = root / "s", root / "to"

    def restore(self) -> None:
        for name in ("s", "to"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            shutil.copytree(self.root / f"{name}0", self.root / name)

    def change(self, *given: tuple[bytes, str]) -> None:
        with Store.open(str(self.store)) as store:
            for data, origin in given:
                store.add(data, origin=origin)


def audit_of(store: Path, folder: Folder, **options: Any) -> Audited:
    with Store.open(str(store)) as opened, Reference(opened) as reference:
        return audited(folder, store=reference, **options)


@pytest.mark.slow
def test_a_publication_that_ends_at_any_file_is_not_accused(tmp_path: Path) -> None:
    trees = Trees(tmp_path)
    at, codes = 0, set()
    while True:
        at += 1
        trees.restore()
        trees.change(*CHANGES)
        done = published(trees.store, trees.to, kill=at)
        found = audit_of(trees.store, Folder.of(trees.to))
        assert grave(found) == [], (at, [one for one, _ in found.kept])
        assert found.audit.exit_status in (0, 3)
        codes |= {one.code for one, _ in found.kept if one.word == "moving"}
        if done is not None:
            break
    assert found.words() == [] and at > 15
    # Some of them were only explained by the next head.
    assert codes == {"publishing"}


# -- one that ended in the middle --------------------------------------------------------------


@dataclass(frozen=True)
class Halves:
    """A store and the files of its target: of one publication that ended in the middle, and of two."""

    store: Path
    #: The store before the second publication.
    first: Path
    once: dict[str, bytes]
    #: The first one, completed.
    done: dict[str, bytes]
    twice: dict[str, bytes]

    def folder(self, name: str = "once") -> Folder:
        return Folder(BASE, dict(getattr(self, name)))

    def audit(self, folder: Folder, **options: Any) -> Audited:
        return audit_of(self.store, folder, **options)


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Halves:
    trees = Trees(tmp_path_factory.mktemp("halves"))
    trees.restore()
    trees.change(*CHANGES)
    # After the bundle of a record, before its state.
    published(trees.store, trees.to, kill=path(1, "state.json")[1:])
    once = files_of(trees.to)
    first, to = trees.root / "first", trees.root / "done"
    shutil.copytree(trees.store, first)
    shutil.copytree(trees.to, to)
    published(first, to)
    trees.change((body(3, 1, 2), "a"), (body(1, 1, 2, 9), "a"))
    published(trees.store, trees.to, kill=path(min((1, 3), key=suffix), "state.json")[1:])
    return Halves(trees.store, first, once, files_of(to), files_of(trees.to))


def head_of(files: dict[str, bytes], name: str = "head.json") -> Head:
    return Head.from_bytes(files[f"/pith-digests/{name}"])


def test_what_is_being_published_is_moving(halves: Halves) -> None:
    found = halves.audit(halves.folder())
    assert grave(found) == [] and found.audit.exit_status == 3
    moving = [one for one, _ in found.kept if one.word == "moving"]
    assert moving and {one.code for one in moving} == {"publishing"}
    assert "generation 2, begun at 2026-11-20T00:00:00Z, is not complete" in moving[0].message
    # The evidence is the next head, which reads back.
    finding = next(one for one in found.findings() if one.word == "moving")
    heads = [Head.from_bytes(data).generation for data in finding.bodies("head")]
    assert heads[-1] == 2 and recheck(read_finding(finding.to_bytes()), VERIFIER, {}).evidence == "observed"
    # Without a store the mirror contradicts itself in the same way.
    alone = audited(halves.folder(), LyingMirror.of({}, "https://other.example"))
    assert grave(alone) == [] and "moving" in alone.words("p")


def test_a_second_publication_in_place_of_the_first_is_explained_by_deltas(halves: Halves) -> None:
    folder = halves.folder("twice")
    head, following = head_of(folder.files), head_of(folder.files, "next.json")
    assert (head.generation, following.generation) == (1, 3) and following.previous != head.sha256
    assert grave(halves.audit(folder)) == []
    # Without the deltas nobody knows what was in between: nothing is accused.
    delta = f"/pith-digests/{following.delta}.txt"
    del folder.files[delta]
    assert grave(halves.audit(folder)) == []
    folder.files[delta] = b"no delta"
    assert grave(halves.audit(folder)) == []


@pytest.mark.parametrize("name", ["once", "twice"])
def test_a_lie_beside_a_publication_is_found(halves: Halves, name: str) -> None:
    """A record that does not change in it, and one that does, with what neither generation has."""
    for seed in (4, 1):
        folder = halves.folder(name)
        folder.files[path(seed)] = body(seed, 77)
        found = halves.audit(folder)
        assert "digest_differs" in grave(found), (seed, found.words())
    folder = halves.folder(name)
    folder.files[path(4, "state.json")] = folder.files[path(3, "state.json")]
    assert grave(halves.audit(folder)) == ["state_differs"]


def test_a_forged_element_is_found_though_the_record_is_being_published(halves: Halves) -> None:
    """``moving`` hides nothing that the bundle alone shows."""
    folder = halves.folder()
    moving = next(one for one, _ in halves.audit(folder).kept if one.word == "moving")
    seed = next(seed for seed in range(1, 8) if suffix(seed) == moving.suffix)
    value = json.loads(folder.files[path(seed)])
    value["events"].append(invalid(seed, 30))
    folder.files[path(seed)] = to_json(value)
    assert {"altered", "moving"} <= {*halves.audit(folder).words()}


def test_a_next_head_that_does_not_follow_excuses_nothing(halves: Halves) -> None:
    """One that a publication left, one of another mirror, one that is none, and none."""
    folder = halves.folder()
    following = head_of(folder.files, "next.json")
    lies = {
        "none": None,
        "the head again": folder.files["/pith-digests/head.json"],
        "no head": b"<html>",
        "another mirror": replace(following, origin="other.example").to_bytes(),
        "another policy": replace(following, policy_sha256="0" * 64).to_bytes(),
        "another head before": replace(following, previous="0" * 64).to_bytes(),
    }
    for name, data in lies.items():
        folder.files.pop("/pith-digests/next.json", None)
        if data is not None:
            folder.files["/pith-digests/next.json"] = data
        assert "digest_differs" in grave(halves.audit(folder)), name


def test_a_next_head_that_stays_is_reported_by_a_watch(halves: Halves) -> None:
    """A mirror that leaves its next head there for ever is not accused, and not passed over."""
    cursor, folder = Cursor(), halves.folder()
    reported = [
        [one.word for one in cursor.take(halves.audit(folder).audit.found, patience=3)] for _ in range(4)
    ]
    assert ["moving" in words for words in reported] == [False, False, True, False]


def test_a_next_head_without_an_answer_leaves_it_open(halves: Halves) -> None:
    folder = halves.folder()
    wire = Wire(folder)
    get = wire.get

    async def silent(url: str, **options: Any) -> Exchange:
        if url.endswith("next.json"):
            raise NetworkError.at("timeout", url, "the exchange did not end in 30 seconds")
        return await get(url, **options)

    wire.get = silent  # type: ignore[method-assign]
    found = halves.audit(folder, wire=wire)
    assert grave(found) == [] and "timeout" in {one.code for one, _ in found.kept if one.word == "moving"}


def test_a_first_publication_that_ended_is_not_accused(halves: Halves) -> None:
    """There is no head yet, and a second run has replaced bundles of the first one before their states."""
    folder = halves.folder()
    del folder.files["/pith-digests/head.json"]
    found = halves.audit(folder, numbers=tuple(map(suffix, range(1, 8))))
    assert grave(found) == [] and "moving" in found.words()


def test_a_publication_under_another_policy_is_not_accused(halves: Halves) -> None:
    other = LyingMirror.of({}, "https://other.example")
    found = audited(halves.folder(), other, verifier=Verifier(WIDER), numbers=tuple(map(suffix, range(1, 8))))
    assert grave(found) == [] and "not_comparable" in found.words("p")


def test_two_next_heads_of_one_key_contradict_each_other(halves: Halves) -> None:
    """A signed next head is a head: another one of its generation is evidence against the mirror."""
    folder = halves.folder()
    following = head_of(folder.files, "next.json")
    other = replace(following, root="0" * 64)
    signed = [one.signed(KEY, MIRROR.sign(one.message)) for one in (following, other)]
    folder.files["/pith-digests/next.json"] = signed[0].to_bytes()
    found = halves.audit(folder, keys=[(BASE, KEY)], earlier_heads=((BASE, signed[1].to_bytes()),))
    assert "conflict" in found.words()


# -- synchronisation ---------------------------------------------------------------------------


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[tuple[FakeMirror, Store]]:
    mirror = FakeMirror()
    with serving(mirror), Store.create(str(tmp_path / "reader"), POLICY) as store:
        yield mirror, store


def take(mirror: FakeMirror, store: Store) -> MirrorResult:
    (result,) = synchronised(store, mirror)
    return result


def test_a_store_takes_what_is_being_published_once(halves: Halves, reader: tuple[FakeMirror, Store]) -> None:
    mirror, store = reader
    mirror.files = dict(halves.once)
    result = take(mirror, store)
    assert result.is_clean and result.ahead.count and not result.differing.count
    assert exit_status([result]) == 0
    ahead = {*result.ahead.first}
    # Nothing is requested while nothing changes, and nothing again once the publication is complete.
    mirror.take_requests()
    assert take(mirror, store).how == "nothing" and len(mirror.take_requests()) == 1
    mirror.files = dict(halves.done)
    result = take(mirror, store)
    assert result.is_clean and result.how == "deltas" and not result.ahead.count
    assert not {path.split("/")[2] for path in mirror.requests if path.startswith("/pith/")} & ahead
    with Store.open(str(halves.first)) as source:
        assert digests_of(store) == digests_of(source)


def test_what_neither_generation_has_is_requested_again(
    halves: Halves, reader: tuple[FakeMirror, Store]
) -> None:
    mirror, store = reader
    mirror.files = {**halves.once, path(4): body(4, 77), path(1): body(1, 78)}
    result = take(mirror, store)
    assert {*result.differing.first} == {suffix(4), suffix(1)} and result.ahead.count
    assert exit_status([result]) == 3 and not result.complete
    mirror.take_requests()
    assert take(mirror, store).requested >= 2


@pytest.mark.parametrize("data", [None, b"<html>", b"{}"], ids=["absent", "page", "no head"])
def test_without_a_next_head_it_is_requested_again(
    halves: Halves, reader: tuple[FakeMirror, Store], data: bytes | None
) -> None:
    mirror, store = reader
    mirror.files = dict(halves.once)
    del mirror.files["/pith-digests/next.json"]
    if data is not None:
        mirror.files["/pith-digests/next.json"] = data
    result = take(mirror, store)
    assert result.differing.count and not result.ahead.count and exit_status([result]) == 3


@pytest.mark.slow
def test_a_store_reads_a_publication_that_ends_at_any_file(tmp_path: Path) -> None:
    trees, at, mirror = Trees(tmp_path), 0, FakeMirror()
    with serving(mirror):
        while True:
            at += 1
            trees.restore()
            trees.change(*CHANGES)
            done = published(trees.store, trees.to, kill=at)
            mirror.files = files_of(trees.to)
            with Store.create(str(tmp_path / f"reader{at}"), POLICY) as store:
                result = take(mirror, store)
                # A part may be there before the list that names it: that record is requested again.
                assert not result.contradicts and not result.failed.count, (at, result)
                if done is None:
                    published(trees.store, trees.to)
                mirror.files = files_of(trees.to)
                result = take(mirror, store)
                assert result.is_clean, (at, result)
                with Store.open(str(trees.store)) as source:
                    assert digests_of(store) == digests_of(source)
            if done is not None:
                break
    assert at > 15
