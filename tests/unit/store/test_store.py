"""A store as its callers use it (STORE-1, STORE-4, STORE-9, STORE-12)."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kit import UNKNOWN_SIGNER, made_record, policy, to_json
from kit.payloads import attached, citation
from kit.signing import DEMO
from kit.stores import (
    POLICY,
    WIDER,
    body,
    event,
    ids,
    invalid,
    make,
    segments,
    suffix,
    tables,
    unverified,
    wanted,
)  # fmt: skip
from pithbundle import FileError, InputError, PithError, Policy, Verifier, cbor_bytes, parse_json
from pithbundle.errors import StoreError
from pithbundle.store import Added, Incoming, Store, records
from pithbundle.store import store as module


def outcomes(store: Store, *given: tuple[bytes, str]) -> list[str]:
    return [store.add(data, origin=origin).outcome for data, origin in given]


def test_a_bundle_is_kept_as_it_was_received(tmp_path: Path) -> None:
    """F7: the bytes that were verified are those that are kept and returned, whatever their spelling."""
    spellings = [
        body(1, 1), json.dumps(json.loads(body(1, 1)), indent=3).encode() + b"\n\n",
        cbor_bytes(parse_json(body(1, 1))),
    ]  # fmt: skip
    with make(tmp_path / "s") as store:
        for number, data in enumerate(spellings):
            added = store.add(data, origin=f"o{number}", address="192.0.2.7", requested=suffix(1))
            assert added.outcome == "added"
            assert store.body(added.entry) == data
            assert added.entry.sha256 == sha256(data).hexdigest()
        served = store.bundles_of(suffix(1))
        assert served is not None and served.parts == (spellings[0],)
        assert [one.address for one in store.entries(suffix(1))] == ["192.0.2.7"] * 3
        assert ids(store, 1) == wanted(1, 1)


def test_equal_bytes_of_one_origin_are_kept_once(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        assert outcomes(store, (body(1, 1), "a"), (body(1, 1), "a"), (body(1, 1), "b")) == [
            "added", "unchanged", "added",
        ]  # fmt: skip
        assert outcomes(store, (body(1, 2), "a"), (body(1, 1), "a")) == ["added", "added"]
        for _ in range(2):
            assert outcomes(store, (b"junk", "a"), (b"junk", "b")) == ["quarantined"] * 2
        assert len([*store.quarantined()]) == 2
        # In one batch too.
        many = [
            Incoming(body(2, 1), "a"),
            Incoming(body(2, 1), "a"),
            Incoming(b"x", "a"),
            Incoming(b"x", "a"),
        ]
        found = [*store.add_many(many)]
        assert [one.outcome for one in found] == ["added", "unchanged", "quarantined", "quarantined"]
        assert found[2].entry.entry_sha256 == found[3].entry.entry_sha256


def test_the_quarantine_has_reason_and_bytes_and_is_part_of_no_record(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1), "a")) as store:
        added = store.add(body(1), origin="a")
        assert (added.outcome, added.entry.code) == ("quarantined", "key_unknown")
        wrong = store.add(body(1, 2), origin="a", requested=suffix(2)).entry
        assert (wrong.code, wrong.suffix, wrong.area) == ("subject", suffix(1), "quarantine")
        assert store.body(wrong) == body(1, 2)
        assert f"the bundle of {suffix(1)} was served for {suffix(2)}" in wrong.reason
        assert ids(store, 1) == wanted(1, 1)
        assert store.record(suffix(2)) is None and store.bundles_of(suffix(2)) is None
        assert [one.code for one in store.quarantined()] == ["key_unknown", "subject"]
        unreadable = store.add(b"{", origin="a", requested=suffix(3)).entry
        assert store.entries(suffix(3)) == [unreadable]
        assert store.entry(unreadable.sha256) == store.entry(unreadable.entry_sha256) == unreadable
        assert store.entry("0" * 64) is None


def test_valid_events_join_over_all_origins_for_ever(tmp_path: Path) -> None:
    """B5, G6: whatever smaller bundles follow, no valid event goes."""
    with make(tmp_path / "s", (body(1, 1, 2), "a"), (body(1, 3), "b")) as store:
        for _ in range(3):
            for marks in ((1,), (2,), (3,)):
                store.add(body(1, *marks), origin="a")
                assert ids(store, 1) == wanted(1, 1, 2, 3)
        store.seal()
        assert ids(store, 1) == wanted(1, 1, 2, 3)


def test_several_bundles_are_served_as_an_export_that_reads_back(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1), "a"), (body(1, 2), "b")) as store:
        served = store.bundles_of(suffix(1))
        assert served is not None and served.entry is None and served.unverified == 0
        verifier = Verifier(POLICY)
        (report,) = verifier.verify_together((str(at), part) for at, part in enumerate(served.parts))
        assert report.ledger is not None and report.outcome == "valid"
        row = served.record.row
        assert (report.ledger.events_sha256, report.ledger.snapshot().sha256) == (
            row.events_sha256,
            row.state_sha256,
        )
        assert row.unverified_sha256 == report.unverified_sha256
        assert row.state == report.ledger.snapshot().to_json()


def test_a_record_with_unverified_elements_is_served_whole_with_all_valid_events(tmp_path: Path) -> None:
    data = body(1, 1, more=(unverified(1, 5), unverified(1, 6)))
    with make(tmp_path / "s", (data, "a"), (body(1, 1, 2), "b")) as store:
        served = store.bundles_of(suffix(1))
        assert served is not None and served.parts[0] == data and served.unverified == 2
        assert ids(store, 1) == wanted(1, 1, 2)
        (report,) = Verifier(POLICY).verify_together(("", part) for part in served.parts)
        assert report.ledger is not None
        row = served.record.row
        four = row.canonical_sha256, row.events_sha256, row.state_sha256, row.unverified_sha256
        assert four == (
            report.ledger.record.hex, report.ledger.events_sha256, report.ledger.snapshot().sha256,
            report.unverified_sha256,
        )  # fmt: skip
        assert row.leaf == sha256(bytes.fromhex("".join(four))).hexdigest()[:32]
        assert [one.leaf for one in store.records()] == [row.leaf]
        assert json.loads(row.state)["valid_event_count"] == len(report.ledger) == 2
        # A bundle that has all of them is the only part.
        store.add(body(1, 1, 2, more=(unverified(1, 5),)), origin="a")
        again = store.bundles_of(suffix(1))
        assert again is not None and len(again.parts) == again.unverified == 1


def test_the_order_of_origins_is_the_users(tmp_path: Path) -> None:
    more = (unverified(1, 5),)
    with make(tmp_path / "s", (body(1, 1), "a"), (body(1, 1, more=more), "b")) as store:
        assert store.sources == ()
        first = store.bundles_of(suffix(1))
        store.repair(sources=["b", "a"])
        second = store.bundles_of(suffix(1))
        assert first is not None and second is not None
        assert (first.parts, second.parts) == ((body(1, 1),), (body(1, 1, more=more),))
        with pytest.raises(StoreError, match="origin"):
            store.repair(sources=[""])
    with make(tmp_path / "t", sources=["b"]) as store:
        assert store.sources == ("b",)
    for source in ("", "x" * 1025, "\ud800", "a\0", 7):
        with pytest.raises(StoreError):
            Store.create(str(tmp_path / "u"), POLICY, sources=[source])  # type: ignore[list-item]
    assert not (tmp_path / "u").exists()


def test_an_event_format_that_is_found_later_verifies_what_was_kept(tmp_path: Path) -> None:
    """A key that the policy did not have: bodies of the segments and of the quarantine are decided again."""
    with make(tmp_path / "s", (body(1, 1, more=(unverified(1, 2),)), "a")) as store:
        store.add(body(2, more=(unverified(2, 1),)), origin="a")
        assert ids(store, 1) == wanted(1, 1) and store.record(suffix(2)) is None
        with contextlib.closing(Store.open(store.path)) as other:
            store.repair(policy=WIDER)
            assert len(ids(store, 1)) == 2 and len(ids(store, 2)) == 1
            # Another process that had it open notices.
            assert len(ids(other, 1)) == 2 and other.policy == WIDER
        assert [*store.quarantined()] == []
        store.seal()
        assert [one.area for one in store.entries(suffix(2))] == ["segments"]
        assert len(ids(store, 2)) == 1 and store.check().is_sound
        store.repair(policy=POLICY)
        assert store.record(suffix(2)) is None
        assert [one.area for one in store.quarantined()] == ["segments"]
        store.seal()
        assert len([*store.quarantined()]) == 1 and store.check().is_sound
        with pytest.raises(PithError):
            store.repair(policy=Policy.from_value({}))
    with Store.open(str(tmp_path / "s")) as store:
        assert store.policy == POLICY


def test_invalid_elements_are_evidence(tmp_path: Path) -> None:
    data = body(1, 1, more=(invalid(1, 9),))
    with make(
        tmp_path / "s", (data, "a"), (body(1, 2), "a"), (body(1, 2, 3), "a"), (body(1, 2), "a")
    ) as store:
        assert ids(store, 1) == wanted(1, 1, 2, 3)
        sealed = store.seal()
        assert (sealed.entries, sealed.dropped) == (3, 1)
        assert data in [store.body(one) for one in store.entries(suffix(1))]
        served = store.bundles_of(suffix(1))
        assert served is not None and served.entry is None
        assert b"2025-12-31" not in b"".join(served.parts)


def test_verified_at_the_first_request_and_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STORE-9: counted calls of a process that has just opened the store."""
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")).close()
    calls = []
    real = Verifier.verify

    def counted(self: Verifier, data: bytes, **options: Any) -> Any:
        calls.append(data)
        return real(self, data, **options)

    monkeypatch.setattr(Verifier, "verify", counted)
    with Store.open(str(tmp_path / "s")) as store, Store.open(str(tmp_path / "s")) as other:
        for _ in range(3):
            store.bundles_of(suffix(1))
        assert calls == [body(1, 1)]
        other.add(body(1, 1, 2), origin="b")
        calls.clear()
        assert ids(store, 1) == wanted(1, 1, 2)
        assert calls == [body(1, 1, 2)]
        monkeypatch.setattr(records, "_MOST_HELD", 1)
        store.record(suffix(2))
        store.record(suffix(1))


def test_the_index_is_never_returned_in_place_of_what_was_verified(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with Store.open(str(tmp_path / "s")) as store:
        connection = store._keeper.index.connection
        connection.execute(
            "UPDATE records SET state = x'00', leaf = 'lie', events_sha256 = 'lie', served = ''"
        )
        served = store.bundles_of(suffix(1))
        assert served is not None and served.parts == (body(1, 1),)
        assert served.record.row.leaf != "lie"
        checked = store.check()
        assert checked.differences == (f"records {suffix(1)}",) and not checked.is_sound
        assert store.repair().is_sound and store.check().is_sound


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"origin": ""}, "type"),
        ({"origin": "a", "requested": "../../etc"}, "type"),
        ({"origin": "a", "address": "x\n"}, "type"),
        ({"origin": "a", "address": "1" * 65}, "type"),
    ],
)
def test_arguments(tmp_path: Path, arguments: dict[str, str], kind: str) -> None:
    """D8, F8: a suffix is checked before anything is written."""
    with make(tmp_path / "s") as store:
        with pytest.raises(StoreError) as raised:
            store.add(body(1, 1), **arguments)
        assert raised.value.code == kind
        assert tables(tmp_path / "s")["entries"] == []


def test_a_batch_keeps_what_came_before_what_is_rejected(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        given = [Incoming(body(1, 1), "a"), Incoming(bytes(4_194_305), "a"), Incoming(body(2, 1), "a")]
        found: list[Added] = []
        with pytest.raises(InputError, match="4194304"):
            found.extend(store.add_many(given))
        assert ids(store, 1) and not ids(store, 2)
        wrong = Incoming(body(1, 1), "a", received_at="2026-11-20")
        with pytest.raises(StoreError, match="YYYY"):
            [*store.add_many([wrong])]
        right = Incoming(body(3, 1), "a", received_at="2026-11-20T00:00:00Z")
        assert [one.entry.received_at for one in store.add_many([right])] == ["2026-11-20T00:00:00Z"]
        assert [*store.add_many([])] == []


def test_batches_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)
    with make(tmp_path / "s") as store:
        assert len([*store.add_many(Incoming(body(seed, 1), "a") for seed in range(1, 6))]) == 5
        assert len([*store.records()]) == 5


def test_what_later_parts_look_up(tmp_path: Path) -> None:
    record = made_record(1)
    cites = attached(
        DEMO, record, "citation", citation("pith:2026:" + "A" * 26, "supports"), "2026-01-01T00:00:00Z"
    )
    with make(tmp_path / "s", (body(1, 1, more=(cites,)), "a"), (body(2, 1), "a")) as store:
        assert store.suffixes_of_event(event(1, 1)["event_id"]) == [suffix(1)]
        assert store.suffixes_of_alias(record["source"]["id"]) == [suffix(1)]
        assert store.cited_by("pith:2026:" + "A" * 26) == [(suffix(1), "supports")]
        assert store.cited_by("x") == [] and store.suffixes_of_alias("x") == []
        assert store.cursor("a") is None
        store.set_cursor("a", "5")
        store.set_cursor("a", "6")
        assert store.cursor("a") == "6"
        store.repair()
        assert store.cursor("a") is None


def test_collisions_are_set_aside(tmp_path: Path) -> None:
    """Two records of one number cannot be made, so one is made up: the first keeps the suffix (MERGE-2)."""
    with make(tmp_path / "s", (body(1, 1), "a"), (body(1, 2), "b"), (body(1, 3), "c")) as store:
        one, two, three = store.entries(suffix(1))
        index = store._keeper.index
        updater = store._keeper.updater(index)
        with index.writing():
            decided = updater._decided([one, replace(two, canonical_sha256="0" * 64), three])
        assert [each.code for each in decided] == ["", "collision", ""]
        assert [(each.code, each.kept) for each in store.entries(suffix(1))] == [
            ("", True), ("collision", False), ("", True),
        ]  # fmt: skip
        assert ids(store, 1) == wanted(1, 1, 3)
        # Without the first, it is the second's.
        with index.writing():
            decided = updater._decided([decided[1], three])
        assert [each.code for each in decided] == ["", "collision"]


def test_a_store_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    make(tmp_path / "s").close()
    assert sorted(os.listdir(tmp_path / "s"))[:5] == [
        "index.sqlite", "pith-store.json", "policy.json", "quarantine", "segments",
    ]  # fmt: skip
    for path in (tmp_path / "s", tmp_path, tmp_path / "absent" / "s"):
        with pytest.raises(FileError):
            Store.create(str(path), POLICY)
    with pytest.raises(FileError, match=r"pith-store\.json"):
        Store.open(str(tmp_path))
    with pytest.raises(FileError):
        Store.open(str(tmp_path / "absent"))
    with Store.open(str(tmp_path / "s")) as store:
        assert repr(store).startswith("Store(")
    with pytest.raises(TypeError, match=r"Store\.open"):
        Store()


def test_threads_share_a_store(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:

        def work(first: int) -> None:
            for seed in range(first, first + 10):
                store.add(body(seed, 1), origin="a")
                assert ids(store, seed) == wanted(seed, 1)

        threads = [threading.Thread(target=work, args=(first,)) for first in range(100, 140, 10)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len([*store.records()]) == 40 and store.check().is_sound


def test_another_key_admits(tmp_path: Path) -> None:
    only = Policy.from_bytes(to_json(policy(UNKNOWN_SIGNER)))
    with Store.create(str(tmp_path / "s"), only) as store:
        assert store.add(body(1, 1), origin="a").entry.code == "key_unknown"
        assert store.add(body(1, more=(unverified(1, 1),)), origin="a").outcome == "added"
        assert len(segments(tmp_path / "s")) == 1 == len(segments(tmp_path / "s", "quarantine"))
