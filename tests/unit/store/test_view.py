"""A store at one moment: additions, sealing and another policy change nothing of it (STORE-14)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kit.signing import Json
from kit.stores import POLICY, WIDER, body, event, make, segments, suffix, unverified, wanted
from pithbundle.digests.lines import LeafLine
from pithbundle.errors import StoreError
from pithbundle.store import View, view
from pithbundle.store.index import INDEX, Index


def ids(found: View, seed: int) -> set[str]:
    record = found.record(suffix(seed))
    return set() if record is None else {one.event_id for one in record.ledger}


def test_what_is_added_later_is_not_seen(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")) as store, store.view() as before:
        store.add(body(1, 1, 2), origin="a")
        store.add(body(3, 1), origin="a")
        with store.view() as after:
            assert (before.records, before.events) == (2, 2)
            assert (after.records, after.events) == (3, 4)
            assert ids(before, 1) == wanted(1, 1) and ids(before, 3) == set()
            assert ids(after, 1) == wanted(1, 1, 2) and ids(after, 3) == wanted(3, 1)
            assert [*before.suffixes()] == sorted([suffix(1), suffix(2)])
            assert [*after.lines()] == [LeafLine(row.suffix, row.leaf) for row in store.records()]
            old, new = before.bundles_of(suffix(1)), after.bundles_of(suffix(1))
            assert old is not None and old.parts == (body(1, 1),) and old.entry is not None
            assert new is not None and new.parts == (body(1, 1, 2),)
            assert before.bundles_of(suffix(3)) is None


def test_another_process_changes_nothing_of_a_view(tmp_path: Path) -> None:
    """A view keeps its lock: whoever ends last writes the log of the index back, over what the view reads."""
    path = tmp_path / "s"
    # The connection of the store is older than the view, so that opening the view could end its locks.
    with make(path, (body(1, 1), "a")) as store, store.view() as before:
        # As of a mirror, which makes the digests before it is asked for a record.
        assert len([*before.lines()]) == 1
        script = (
            "import sys\nfrom pithbundle.store import Store\n"
            "with Store.open(sys.argv[1]) as store: store.add(sys.stdin.buffer.read(), origin='a')"
        )
        subprocess.run([sys.executable, "-c", script, str(path)], input=body(2, 1), timeout=60, check=True)
        # From pages of the index that the view had not read before.
        assert before.bundles_of(suffix(2)) is None
        assert (path / f"{INDEX}-wal").exists()
        assert [*before.suffixes()] == [suffix(1)] and before.records == 1
        with store.view() as after:
            assert after.bundles_of(suffix(2)) is not None and after.records == 2
        assert before.bundles_of(suffix(1)) is not None and before.bundles_of(suffix(2)) is None


def test_the_union_is_exported_and_unverified_elements_are_counted(tmp_path: Path) -> None:
    more: tuple[Json, ...] = (unverified(2, 1),)
    given = (body(1, 1), "a"), (body(1, 2), "b"), (body(2, 1, more=more), "a")
    with make(tmp_path / "s", *given) as store, store.view() as found:
        union, kept = found.bundles_of(suffix(1)), found.bundles_of(suffix(2))
        assert union is not None and (union.entry, union.unverified) == (None, 0)
        assert kept is not None and (kept.parts, kept.unverified) == ((body(2, 1, more=more),), 1)
        assert found.policy_sha256 == POLICY.sha256 and found.rules == "pithbundle-merge-1"


def test_names_are_looked_up(tmp_path: Path) -> None:
    given = [(body(seed, 1), "a") for seed in range(1, 6)]
    with make(tmp_path / "s", *given) as store, store.view() as found:
        record = found.record(suffix(1))
        assert record is not None
        aliases = [alias.alias_value for alias in record.ledger.snapshot().source_aliases]
        assert aliases and found.suffixes_of_alias(aliases[0], 9) == [suffix(1)]
        assert found.suffixes_that_begin(suffix(1)[:8], 9) == [suffix(1)]
        assert found.suffixes_that_begin("", 9) == [*found.suffixes()]
        assert len(found.suffixes_that_begin("", 2)) == 2
        assert found.cited_by("arxiv:0000.00000", 9) == []


def test_many_records_are_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make(tmp_path / "s", *((body(seed, 1), "a") for seed in range(1, 6))) as store:
        for size in (1, 2, 5, 6):
            monkeypatch.setattr(view, "_PAGE", size)
            with store.view() as found:
                assert [*found.suffixes()] == sorted(suffix(seed) for seed in range(1, 6))
                assert len([*found.lines()]) == 5


def test_a_record_is_verified_once_and_few_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "_MOST_HELD", 1)
    with make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")) as store, store.view() as found:
        first = found.record(suffix(1))
        assert found.record(suffix(1)) is first
        found.record(suffix(2))
        assert found.record(suffix(1)) is not first


def test_a_sealed_segment_needs_another_view(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1), "a")) as store, store.view() as before:
        store.seal()
        with pytest.raises(StoreError, match="not where they were"):
            before.record(suffix(1))
        with store.view() as after:
            assert ids(after, 1) == wanted(1, 1)


def test_an_entry_that_is_damaged_is_no_record(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1), "a")) as store, store.view() as found:
        (segment,) = segments(tmp_path / "s")
        segment.write_bytes(segment.read_bytes()[:-1] + b"x")
        with pytest.raises(StoreError):
            found.bundles_of(suffix(1))


def test_a_row_that_was_edited_is_damage(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1), "a")) as store:
        index = store._keeper.index.connection
        for values in ("leaf = 'x'", "leaf = x'00'", "suffix = 'short'", "suffix = x'ff'"):
            index.execute(f"UPDATE records SET {values}")
            with store.view() as found, pytest.raises(StoreError, match="damaged"):
                [*found.lines()]
        with store.view() as found, pytest.raises(StoreError, match="another suffix"):
            [*found.suffixes()]


def test_a_view_is_of_the_policy_that_the_store_has_now(tmp_path: Path) -> None:
    """Another process may have replaced it: the index and the judge are of one policy."""
    with make(tmp_path / "s", (body(1, 1, more=(unverified(1, 2),)), "a")) as store:
        with make(tmp_path / "other") as _, type(store).open(store.path) as second:
            second.repair(policy=WIDER)
        with store.view() as found:
            assert found.policy_sha256 == WIDER.sha256
            assert ids(found, 1) == {event(1, 1)["event_id"], unverified(1, 2)["event_id"]}


def test_a_view_is_opened_by_a_store() -> None:
    with pytest.raises(TypeError, match=r"Store\.view"):
        View()


def test_a_connection_that_cannot_be_used_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make(tmp_path / "s", (body(1, 1), "a")) as store:
        original, calls = Index.meta, 0

        def meta(index: Index) -> dict[str, str]:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise StoreError("store", "broken")
            return {} if calls == 4 else original(index)

        monkeypatch.setattr(Index, "meta", meta)
        with pytest.raises(StoreError, match="broken"):
            store.view()
        # The policy was replaced between the two looks: the next attempt succeeds.
        store.view().close()
        assert calls == 6
