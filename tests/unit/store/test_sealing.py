"""Sealing: sorted segments of what is kept (STORE-13)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.stores import WIDER, body, ids, invalid, make, segments, suffix, tables, unverified, wanted
from pithbundle import durable
from pithbundle.errors import StoreError
from pithbundle.store import Store, sealing
from pithbundle.store import segments as module
from pithbundle.store.entry import Found
from pithbundle.store.index import FILES


def filled(path: Path) -> Store:
    store = make(path)
    for mark in range(1, 5):
        for seed in (3, 1, 2):
            store.add(body(seed, mark, 9), origin="a")
    store.add(b"junk", origin="a")
    return store


def heads(store: Store) -> list[tuple[str, int]]:
    area = store._keeper.areas["segments"]
    return [
        (found.head.suffix, found.head.sequence)
        for name, size in area.sizes().items()
        for found in area.scan(name, 0, size)
        if isinstance(found, Found)
    ]


def test_sealed_segments_are_sorted_and_have_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3_000)
    with filled(tmp_path / "s") as store:
        # Nothing is dropped that has an event of its own.
        assert store.seal().dropped == 0
        assert heads(store) == sorted(heads(store)) and len(heads(store)) == 12
        assert len(segments(tmp_path / "s")) > 2
        for _ in range(3):
            for mark in (1, 2):
                store.add(body(1, mark), origin="b")
        before = {seed: ids(store, seed) for seed in (1, 2, 3)}
        found = store.seal()
        assert found.dropped == 6 and found.new_bytes < found.old_bytes and found.damage == ()
        assert heads(store) == sorted(heads(store))
        assert {seed: ids(store, seed) for seed in (1, 2, 3)} == before
        assert store.check().is_sound
        made = tables(tmp_path / "s")
        store.add(body(4, 1), origin="a")
        assert "sealed" not in segments(tmp_path / "s")[-1].name
        assert ids(store, 4) == wanted(4, 1)
        assert len(tables(tmp_path / "s")["records"]) == len(made["records"]) + 1


def test_repair_after_sealing_gives_equal_tables(tmp_path: Path) -> None:
    with filled(tmp_path / "s") as store:
        store.seal()
    made = tables(tmp_path / "s")
    for name in FILES:
        (tmp_path / "s" / name).unlink(missing_ok=True)
    with Store.open(str(tmp_path / "s")) as store:
        assert tables(tmp_path / "s") == made and store.check().is_sound


def test_an_empty_store_is_sealed(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        assert store.seal().entries == 0 and store.seal().new_bytes == 0


def test_damage_is_named_and_its_segment_is_left(tmp_path: Path) -> None:
    with filled(tmp_path / "s") as store:
        first = store.entries(suffix(3))[0]
        (segment,) = segments(tmp_path / "s")
        data = bytearray(segment.read_bytes())
        data[first.offset + first.length - 3] ^= 1
        segment.write_bytes(data)
        found = store.seal()
        assert [(each.suffix, each.offset) for each in found.damage] == [(suffix(3), first.offset)]
        assert ids(store, 3) == wanted(3, 2, 3, 4, 9)
        assert sorted(os.listdir(tmp_path / "s" / "segments")) == ["00000001.damaged", "00000002-sealed.seg"]
        assert store.check().is_sound


def test_readers_that_are_open_follow(tmp_path: Path) -> None:
    with filled(tmp_path / "s") as store, Store.open(str(tmp_path / "s")) as other:
        assert ids(other, 1) == wanted(1, 1, 2, 3, 4, 9)
        store.seal()
        served = other.bundles_of(suffix(1))
        assert served is not None and ids(other, 1) == wanted(1, 1, 2, 3, 4, 9)


def test_many_entries_are_read_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_BATCH", sealing._BATCH.replace("1000", "2"))
    with filled(tmp_path / "s") as store:
        assert store.seal().entries == 12


def test_what_fails_leaves_the_old_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled(tmp_path / "s") as store:
        before = tables(tmp_path / "s")

        def failing(*_: object) -> None:
            raise OSError(28, "no space")

        with monkeypatch.context() as patch:
            patch.setattr(durable, "sync", failing)
            with pytest.raises(Exception, match="no space"):
                store.seal()
        assert tables(tmp_path / "s") == before and store.check().is_sound
        assert store.seal().entries == 12


# -- dropping from the quarantine (STORE-15) ---------------------------------------------------


def with_quarantine(path: Path) -> Store:
    """Files of two origins in quarantine, for two reasons, and one that a wider policy admits."""
    store = make(path, (body(1, 1), "a"))
    for origin in ("a", "hostile"):
        store.add(b"junk", origin=origin)
        store.add(body(2), origin=origin)
    store.add(body(3, more=(unverified(3, 1),)), origin="hostile")
    return store


def left(store: Store) -> list[tuple[str, str]]:
    return [(one.origin, one.code) for one in store.quarantined()]


def test_an_origin_or_a_reason_is_dropped_from_the_quarantine(tmp_path: Path) -> None:
    with with_quarantine(tmp_path / "s") as store:
        assert len(left(store)) == 5
        assert store.drop(origin="nobody").dropped == 0 and len(left(store)) == 5
        found = store.drop(origin="hostile", code="syntax")
        assert (found.dropped, found.entries, found.damage) == (1, 4, ())
        assert found.new_bytes < found.old_bytes
        assert ("hostile", "syntax") not in left(store) and len(left(store)) == 4
        with Store.open(str(tmp_path / "s")) as other:
            assert other.drop(code="key_unknown").dropped == 3
        assert left(store) == [("a", "syntax")]
        assert store.body(next(store.quarantined())) == b"junk"
        # What follows is appended, and everything is a function of the segments.
        assert store.add(b"{", origin="hostile").outcome == "quarantined"
        made = tables(tmp_path / "s")
        assert store.check().is_sound and store.repair().is_sound and tables(tmp_path / "s") == made
        assert store.drop(origin="a").dropped == 1 and store.drop(origin="hostile").entries == 0
        assert segments(tmp_path / "s", "quarantine") == [] and store.check().is_sound
        assert ids(store, 1) == wanted(1, 1)
        with pytest.raises(StoreError, match="an origin or a code"):
            store.drop()


def test_what_was_admitted_since_then_is_not_dropped(tmp_path: Path) -> None:
    with with_quarantine(tmp_path / "s") as store:
        store.repair(policy=WIDER)
        assert store.record(suffix(3)) is not None
        assert store.drop(origin="hostile").dropped == 2
        assert store.record(suffix(3)) is not None and left(store) == [("a", "syntax"), ("a", "key_unknown")]
        store.seal()
        assert store.drop(origin="hostile").dropped == 0 and store.record(suffix(3)) is not None
        assert store.check().is_sound


def test_damage_of_the_quarantine_is_named_and_left(tmp_path: Path) -> None:
    with with_quarantine(tmp_path / "s") as store:
        (segment,) = segments(tmp_path / "s", "quarantine")
        data = bytearray(segment.read_bytes())
        data[-3] ^= 1
        segment.write_bytes(data)
        found = store.drop(origin="a")
        assert (found.dropped, found.entries, len(found.damage)) == (2, 2, 1)
        assert left(store) == [("hostile", "syntax"), ("hostile", "key_unknown")] and store.check().is_sound


def test_sealing_counts_the_evidence_that_it_drops(tmp_path: Path) -> None:
    """STORE-7: a mirror that sends a forged element again and again fills no disk."""
    with make(tmp_path / "s") as store:
        for mark in range(10):
            store.add(body(1, 1, more=(invalid(1, 20 + mark),)), origin="a")
        found = store.seal()
        assert (found.entries, found.dropped, found.dropped_evidence) == (6, 4, 4)
        assert store.seal().dropped == 0 and store.check().is_sound
