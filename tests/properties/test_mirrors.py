"""What a mirror publishes is what a reader gets: synchronised into an empty store, and audited (MIRROR-16).

A mirror of another kind joins by an entry in SERVERS.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from kit.audits import VERIFIER
from kit.mirrors import FakeMirror, client, digests_of, serving
from kit.published import files_of, published
from kit.servers import eventually
from kit.servers import served as server_of
from kit.stores import POLICY, WIDER, body, ids, invalid, make, suffix, unverified, wanted
from pithbundle import cbor_bytes, parse_json
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.run import Audit, AuditOptions, Outside, audit
from pithbundle.mirror.manifest import Mirror
from pithbundle.mirror.remote import Remote
from pithbundle.mirror.sync.results import MirrorResult
from pithbundle.mirror.sync.run import synchronise
from pithbundle.store import Store
from pithbundle.verifier import Verifier


@dataclass(frozen=True)
class Served:
    """A mirror: its base URL, and how it takes what its store has now."""

    base: str
    refresh: Callable[[], None]


@contextlib.contextmanager
def plain_files(store: Path) -> Iterator[Served]:
    """A store that is published behind a plain file server."""
    mirror, to = FakeMirror(), store.parent / f"{store.name}.published"

    def refresh() -> None:
        published(store, to)
        mirror.files = files_of(to)

    refresh()
    with serving(mirror):
        yield Served(mirror.base, refresh)


@contextlib.contextmanager
def server(store: Path) -> Iterator[Served]:
    """A store that is served over HTTP, with a head whenever it has something else (SERVE-12)."""
    with server_of(store, base_url=None) as running:

        def refresh() -> None:
            assert eventually(running.site.is_current)

        yield Served(running.base, refresh)
        assert running.reports == []


#: The ways in which a store becomes a mirror.
SERVERS: Final[dict[str, Callable[[Path], AbstractContextManager[Served]]]] = {
    "publish": plain_files,
    "serve": server,
}

#: By its seed, the bundles of a record and their origins.
RECORDS: Final[dict[int, list[tuple[bytes, str]]]] = {
    1: [(body(1, 1), "a")],
    2: [(body(2, 1, 2), "a"), (body(2, 2, 3), "b")],  # a union, exported
    3: [(body(3, 1, more=(unverified(3, 1),)), "a")],
    4: [(body(4, 1, more=(unverified(4, 1), unverified(4, 2))), "a"), (body(4, 2), "b")],  # in two parts
    5: [(cbor_bytes(parse_json(body(5, 1, 2))), "a")],
    6: [(body(6, 1, more=(invalid(6, 9),)), "a"), (body(6, 2), "a")],  # an invalid element beside good ones
    7: [(body(7, 1, more=(unverified(7, 1),)), "a"), (body(7, 2, more=(unverified(7, 2),)), "b")],
}
CHANGES: Final = [
    (body(1, 1, 5), "a"), (body(8, 1), "a"), (body(4, 1, 3, more=(unverified(4, 2),)), "a"),
    (body(3, 1, more=(unverified(3, 1), unverified(3, 2))), "a"),
]  # fmt: skip


@pytest.fixture(params=SERVERS)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Served]]:
    store = tmp_path / "source"
    make(store, *(each for given in RECORDS.values() for each in given)).close()
    with SERVERS[request.param](store) as found:
        yield store, found


def change(store: Path, *given: tuple[bytes, str]) -> None:
    with Store.open(str(store)) as opened:
        for data, origin in given:
            opened.add(data, origin=origin)


def synchronised(store: Store, *bases: str) -> list[MirrorResult]:
    async def run() -> list[MirrorResult]:
        async with client() as opened:
            mirrors = [Mirror.at(base, allow_loopback_http=True) for base in bases]
            return await synchronise(opened, store, mirrors)

    return asyncio.run(run())


def audited(*bases: str, store: Reference | None = None, verifier: Verifier = VERIFIER) -> Audit:
    async def no_pause(_: float) -> None:
        await asyncio.sleep(0)

    async def run() -> Audit:
        async with client() as opened:
            readers = [Remote(opened, base) for base in bases]
            used = verifier if store is None else store.verifier
            options = AuditOptions(full=True)
            return await audit(
                readers, used, store, options, lambda *_: True, outside=Outside(sleep=no_pause)
            )

    return asyncio.run(run())


def source_digests(store: Path) -> dict[str, str]:
    with Store.open(str(store)) as opened:
        return digests_of(opened)


def test_an_empty_store_becomes_the_store_of_the_mirror(served: tuple[Path, Served], tmp_path: Path) -> None:
    """Every digest is the same, those of unverified elements among them; then a change costs a delta."""
    source, mirror = served
    with Store.create(str(tmp_path / "reader"), POLICY) as reader:
        (first,) = synchronised(reader, mirror.base)
        assert first.is_clean, first
        assert digests_of(reader) == source_digests(source)
        (again,) = synchronised(reader, mirror.base)
        assert again.how == "nothing" and again.requests == 1
        change(source, *CHANGES)
        mirror.refresh()
        (second,) = synchronised(reader, mirror.base)
        assert second.how == "deltas" and second.requested == 4 and second.is_clean, second
        assert digests_of(reader) == source_digests(source)
        # A mirror of the mirror is equal too.
        assert ids(reader, 4) == wanted(4, 1, 2, 3)


def test_a_mirror_is_the_same_as_its_store_and_as_another_mirror(
    served: tuple[Path, Served], tmp_path: Path
) -> None:
    source, mirror = served
    with Store.open(str(source)) as opened, Reference(opened) as reference:
        found = audited(mirror.base, store=reference)
    assert {*found.counts} == {"same"} and found.counts["same"] == len(RECORDS)
    with Store.create(str(tmp_path / "reader"), POLICY) as reader:
        synchronised(reader, mirror.base)
    with plain_files(tmp_path / "reader") as second:
        both = audited(mirror.base, second.base)
    assert {*both.counts} == {"same"} and both.exit_status == 0


def test_unverified_elements_accuse_nobody_and_are_kept(served: tuple[Path, Served], tmp_path: Path) -> None:
    """STORE-6 and AUDIT-9: a difference is one of exit 3; a key that is found later verifies what is kept."""
    source, mirror = served
    with Store.create(str(tmp_path / "reader"), POLICY) as reader:
        synchronised(reader, mirror.base)
        change(source, CHANGES[3])
        mirror.refresh()
        with Reference(reader) as reference:
            found = audited(mirror.base, store=reference)
        assert {*found.counts} == {"same", "unverified_differs"} and found.exit_status == 3
        synchronised(reader, mirror.base)
        reader.repair(policy=WIDER)
        for seed, marks in ((3, (1, 2)), (4, (1, 2)), (7, (1,))):
            known = {unverified(seed, mark)["event_id"] for mark in marks}
            assert known <= ids(reader, seed), seed


def test_a_reader_with_another_policy_accuses_nobody(served: tuple[Path, Served]) -> None:
    """Elements that the mirror could not check are valid for the reader, and so not in its states."""
    _, mirror = served
    found = audited(mirror.base, mirror.base, verifier=Verifier(WIDER))
    assert found.exit_status in (0, 3)
    assert not {*found.counts} & {"forged", "altered", "state_differs", "digest_differs", "wrong_record"}


@pytest.mark.slow
def test_a_record_in_many_parts(served: tuple[Path, Served], tmp_path: Path) -> None:
    """A bundle has 5,000 events at most."""
    source, mirror = served
    change(source, *((body(9, *range(at, at + 1_750)), "a") for at in (0, 1_750, 3_500)))
    mirror.refresh()
    with Store.create(str(tmp_path / "reader"), POLICY) as reader:
        (result,) = synchronised(reader, mirror.base)
        assert result.is_clean and len(ids(reader, 9)) == 5_250
        assert digests_of(reader) == source_digests(source)
        with Reference(reader) as reference:
            found = audited(mirror.base, store=reference)
        assert {*found.counts} == {"same"}
    assert suffix(9) in source_digests(source)
