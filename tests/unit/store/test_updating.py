"""Rows of the index: records, digests, damage that is found while reading (STORE-9 to STORE-11)."""

from __future__ import annotations

import random
from hashlib import sha256
from pathlib import Path

import pytest

from kit.stores import POLICY, body, ids, invalid, make, segments, suffix, tables, unverified, wanted
from pithbundle import Verifier
from pithbundle.errors import StoreError
from pithbundle.store import Store
from pithbundle.store.index import FILES


def damage(path: Path, store: Store, seed: int, number: int) -> None:
    entry = store.entries(suffix(seed))[number]
    (segment,) = segments(path)
    data = bytearray(segment.read_bytes())
    data[entry.offset + entry.length // 2 + entry.length // 4] ^= 8
    segment.write_bytes(data)


def test_a_damaged_entry_is_set_aside_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s"
    make(path, (body(1, 1), "a"), (body(1, 2), "b"), (body(2, 1), "a")).close()
    with Store.open(str(path)) as store:
        damage(path, store, 1, 0)
        assert ids(store, 1) == wanted(1, 2) and ids(store, 2) == wanted(2, 1)
        (found,) = store.check().damage
        assert (found.suffix, found.sha256) == (suffix(1), sha256(body(1, 1)).hexdigest())
        made = tables(path)
        assert store.repair().damage == (found,)
        assert tables(path) == made
        # Added again, it is there again.
        assert store.add(body(1, 1), origin="a").outcome == "added"
        assert ids(store, 1) == wanted(1, 1, 2)


def test_a_damaged_entry_is_set_aside_when_its_record_changes(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with make(path, (body(1, 1), "a")) as store:
        damage(path, store, 1, 0)
        store.add(body(1, 2), origin="b")
        assert ids(store, 1) == wanted(1, 2)
        assert len(store.check().damage) == 1
        assert len(store.entries(suffix(1))) == 1


def test_a_record_whose_only_entry_is_damaged_is_no_record(tmp_path: Path) -> None:
    path = tmp_path / "s"
    make(path, (body(1, 1), "a")).close()
    with Store.open(str(path)) as store:
        damage(path, store, 1, 0)
        assert store.record(suffix(1)) is None and [*store.records()] == []
        assert len(store.check().damage) == 1


def test_an_entry_that_is_elsewhere_is_not_taken(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1), "a"), (body(1, 1), "b")) as store:
        one, two = store.entries(suffix(1))
        store._keeper.index.connection.execute(
            "UPDATE entries SET offset = ?, length = ? WHERE entry_sha256 = ?",
            (two.offset, two.length, one.entry_sha256),
        )
        (wrong,) = [each for each in store.entries(suffix(1)) if each.sequence == 1]
        with pytest.raises(StoreError, match="not where the index states"):
            store.body(wrong)


def test_the_digests_of_what_is_served_are_those_of_its_reader(tmp_path: Path) -> None:
    """100 drawn records: whoever reads what is served computes the leaf digest (STORE-10)."""
    drawn = random.Random(11)
    with make(tmp_path / "s") as store:
        for seed in range(1, 101):
            for number in range(drawn.randrange(1, 4)):
                more = [unverified(seed, drawn.randrange(9)) for _ in range(drawn.choice([0, 0, 1, 2]))]
                more += [invalid(seed, 99)] if drawn.random() < 0.2 else []
                marks = drawn.sample(range(20), drawn.randrange(1, 4))
                store.add(body(seed, *marks, more=tuple(more)), origin=f"o{number}")
        kinds = set()
        for row in store.records():
            served = store.bundles_of(row.suffix)
            assert served is not None and served.record.row == row
            kinds.add((served.entry is None, bool(served.unverified)))
            (report,) = Verifier(POLICY).verify_together(("", part) for part in served.parts)
            assert report.ledger is not None and report.ledger.record.hex == row.canonical_sha256
            assert report.outcome in ("valid", "unverified")
            digests = (
                row.canonical_sha256, report.ledger.events_sha256, report.ledger.snapshot().sha256,
                report.unverified_sha256,
            )  # fmt: skip
            assert row.leaf == sha256(bytes.fromhex("".join(digests))).hexdigest()[:32]
            assert len(report.unverified) == row.unverified == served.unverified
        assert kinds == {(True, False), (False, False), (False, True)}


def test_the_order_of_bundles_of_several_origins_changes_no_digest(tmp_path: Path) -> None:
    given = [(body(1, 1, 2), "a"), (body(1, 3), "b"), (body(2, 1), "b"), (body(2, 4, 1), "c")]
    found = set()
    for number in range(6):
        random.Random(number).shuffle(given)
        with make(tmp_path / str(number), *given) as store:
            found.add(tuple((row.suffix, row.leaf, row.state) for row in store.records()))
    assert len(found) == 1


def test_tables_that_are_made_anew_are_equal(tmp_path: Path) -> None:
    """A drawn history of additions, sealing and repair: the tables are a function of the segments."""
    path = tmp_path / "s"
    drawn = random.Random(12)
    store = make(path)
    for step in range(60):
        seed = drawn.randrange(1, 6)
        more = (unverified(seed, drawn.randrange(4)),) if drawn.random() < 0.3 else ()
        data = drawn.choice(
            [body(seed, *drawn.sample(range(9), 2), more=more), body(seed), b"junk %d" % step]
        )
        store.add(data, origin=drawn.choice("abc"), requested=drawn.choice(["", "", suffix(seed)]))
        if step % 20 == 10:
            store.seal()
        if step % 10 == 0:
            made = tables(path)
            store.close()
            for name in FILES:
                (path / name).unlink(missing_ok=True)
            store = Store.open(str(path))
            assert tables(path) == made
    assert store.check().is_sound
    assert len(made["entries"]) > 30
    store.close()
