"""Cursors, and what a synchronisation adds and asks (STORE-4, STORE-11, SYNC-10, SYNC-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from kit.stores import body, event, invalid, make, suffix, unverified, wanted
from pithbundle.errors import StoreError
from pithbundle.store import Added, Incoming


def incoming(seed: int, *marks: int, **options: object) -> Incoming:
    return Incoming(body(seed, *marks, **options), "m", requested=suffix(seed))  # type: ignore[arg-type]


def test_cursors_by_prefix(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        store.set_cursors({f"a {number:05}": str(number) for number in range(2500)})
        store.set_cursors({"ab": "x", "b": "y", "a 00007": None})
        found = [*store.cursors("a ")]
        assert len(found) == 2499 and found == sorted(found) and found[7] == ("00008", "8")
        assert [*store.cursors("c")] == [] and store.cursor("ab") == "x" and store.cursor("absent") is None
        store.set_cursor("ab", None)
        assert store.cursor("ab") is None


def test_cursors_are_written_with_the_bundles(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:

        def note(added: Sequence[Added | None]) -> Mapping[str, str | None]:
            assert store.leaf(suffix(1)) is not None
            return {"done": " ".join(one.outcome for one in added if one is not None)}

        store.take([incoming(1, 1), incoming(2, 1)], note)
        assert store.cursor("done") == "added added"

        def fails(_: Sequence[Added | None]) -> Mapping[str, str | None]:
            raise KeyError

        with pytest.raises(KeyError):
            store.take([incoming(3, 1)], fails)
        assert store.cursor("done") == "added added"
        with pytest.raises(StoreError):
            store.take([Incoming(b"", "")])


def test_a_smaller_bundle_is_not_added(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        first = incoming(1, 1, 2, more=(unverified(1, 5),))

        def outcome(given: Incoming) -> str:
            (added,) = store.take([given])
            assert added is not None
            return added.outcome

        assert outcome(first) == "added" and outcome(first) == "unchanged"
        for less in (incoming(1, 1, 2), incoming(1, 1, more=(unverified(1, 5),)), incoming(1, 2)):
            assert outcome(less) == "smaller"
        # The same elements in other bytes, others, and an invalid one are evidence.
        assert outcome(incoming(1, 2, 1, more=(unverified(1, 5),))) == "added"
        assert outcome(incoming(1, 3)) == "added"
        assert outcome(incoming(1, more=(event(1, 3), invalid(1, 4)))) == "added"
        assert outcome(Incoming(body(1, 1), "other")) == "added"


def test_what_is_not_admitted_may_be_left_out(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        given = [Incoming(b"junk", "m"), incoming(1, 1)]
        first, second = store.take(given, quarantine=False)
        assert first is None and second is not None and second.outcome == "added"
        assert [*store.quarantined()] == []
        first, _ = store.take(given)
        assert first is not None and first.outcome == "quarantined"


def test_the_leaf_and_the_ids_of_bundles(tmp_path: Path) -> None:
    with make(tmp_path / "s", (body(1, 1, 2), "m")) as store:
        assert (
            store.leaf(suffix(1)) == store.leaf_of([body(1, 1), body(1, 2)]) == store.leaf_of([body(1, 1, 2)])
        )
        assert store.leaf(suffix(2)) is None and store.leaf_of([b"junk"]) is None
        assert store.leaf_of([body(1, 1), body(2, 1)]) is None
        more = (unverified(1, 5),)
        assert store.leaf_of([body(1, 1, 2, more=more)]) != store.leaf(suffix(1))
        assert store.leaf_of([body(1, 1, more=more), body(1, 2, more=more)]) == store.leaf_of(
            [body(1, 1, 2, more=more)]
        )
        valid, others = store.ids_of([body(1, 1), body(1, 2, more=(unverified(1, 5),))])
        assert {f"sha256:{one}" for one in valid} == wanted(1, 1, 2) and len(others) == 1
