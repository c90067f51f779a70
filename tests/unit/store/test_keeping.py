"""What is kept of a record and what is served (STORE-6, STORE-7, STORE-8)."""

from __future__ import annotations

import random
from hashlib import sha256
from typing import Any

import pytest

from pithbundle.store.keeping import StoredEntry, kept_of, newest_first, served_of


def entry(sequence: int, origin: str, *ids: int, unverified: int = 0, invalid: int = 0) -> StoredEntry:
    values: dict[str, Any] = {
        "entry_sha256": f"{sequence:064x}", "area": "segments", "segment": "00000001.seg", "offset": 0,
        "length": 1, "suffix": "A" * 26, "canonical_sha256": "", "sha256": "", "size": 1, "encoding": "json",
        "address": "", "received_at": "", "requested": "", "code": "", "reason": "", "kept": False,
    }  # fmt: skip
    packed = b"".join(sorted(sha256(b"%d" % each).digest() for each in ids))
    return StoredEntry(
        sequence=sequence, origin=origin, valid_ids=packed, unverified_ids=bytes(32 * unverified),
        invalid=invalid, **values,
    )  # fmt: skip


def kept(*entries: StoredEntry) -> list[int]:
    names = kept_of(entries)
    return sorted(one.sequence for one in entries if one.entry_sha256 in names)


def served(*entries: StoredEntry, sources: tuple[str, ...] = ()) -> int | None:
    found = served_of(entries, sources)
    return None if found is None else found.sequence


def test_the_newest_two_of_each_origin_are_kept() -> None:
    assert kept(*(entry(number, "a", 1) for number in range(1, 6)), entry(9, "b", 1)) == [4, 5, 9]


def test_an_older_one_is_kept_if_it_alone_has_an_event() -> None:
    assert kept(entry(1, "a", 1, 2), entry(2, "a", 1, 2), entry(3, "a", 1), entry(4, "a", 1)) == [2, 3, 4]
    assert kept(entry(1, "a", 1, 2), entry(2, "a", 1), entry(3, "a", 1), entry(4, "b", 2)) == [2, 3, 4]
    # Unverified elements alone keep nothing: they are not joined.
    assert kept(entry(1, "a", 1, unverified=3), entry(2, "a", 1), entry(3, "a", 1)) == [2, 3]


def test_evidence_is_kept_and_takes_no_place_of_another() -> None:
    """STORE-7."""
    assert kept(entry(1, "a", 1, invalid=1), entry(2, "a", 1), entry(3, "a", 1), entry(4, "a", 1)) == [
        1,
        3,
        4,
    ]


def test_evidence_is_bounded_and_nobody_pushes_it_out() -> None:
    """STORE-7: the first four of an origin, the first 32 of a record."""
    many = [entry(number, "a", 1, invalid=1) for number in range(1, 21)]
    assert kept(*many) == [1, 2, 3, 4, 19, 20]
    # What has an event of its own is kept in any case.
    assert kept(*many[:9], entry(10, "a", 1, 2, invalid=1), *many[10:]) == [1, 2, 3, 4, 10, 19, 20]
    crowd = [entry(number, f"o{number % 40}", 1, invalid=1) for number in range(1, 161)]
    assert kept(*crowd) == [*range(1, 33), *range(81, 161)]


def test_what_is_kept_is_kept_again_and_loses_no_event() -> None:
    """500 histories: keeping is idempotent, does not depend on the order of rows, and covers all ids."""
    drawn = random.Random(5)
    for _ in range(500):
        entries = [
            entry(
                number, drawn.choice("abc"), *drawn.sample(range(6), drawn.randrange(1, 4)),
                invalid=drawn.random() < 0.5,
            )
            for number in range(1, drawn.randrange(2, 15))
        ]  # fmt: skip
        names = kept_of(entries)
        chosen = [one for one in entries if one.entry_sha256 in names]
        assert kept_of(chosen) == names == kept_of(drawn.sample(entries, len(entries)))
        assert {name for one in chosen for name in one.event_ids} == {
            name for one in entries for name in one.event_ids
        }


def test_the_newest_entry_of_the_first_origin_is_served_with_what_cannot_be_checked() -> None:
    entries = (entry(1, "a", 1, unverified=2), entry(2, "b", 1, 2), entry(3, "b", 1, 2, 3))
    assert served(*entries) == 1
    assert served(*entries, sources=("b",)) == 3
    assert served(*entries, sources=("c", "b", "a")) == 3
    assert entries[0].unverified == 2


def test_a_last_origin_with_unverified_elements_changes_nothing() -> None:
    assert served(entry(1, "a", 1), entry(2, "z", 1, unverified=9)) == 1
    # An event that only it has is served in an export, without what cannot be checked.
    assert served(entry(1, "a", 1), entry(2, "z", 1, 2, unverified=9)) is None


def test_one_bundle_with_all_events_is_served_as_it_was_received() -> None:
    assert served(entry(1, "a", 1), entry(2, "b", 1, 2), entry(3, "c", 1, 2)) == 2
    assert served(entry(1, "a", 1), entry(2, "b", 1, 2), entry(3, "c", 1, 2), sources=("c",)) == 3
    # The one before the newest, where the newest lacks an event.
    assert served(entry(1, "a", 1, 2), entry(2, "a", 1)) == 1
    assert served(entry(1, "a", 1, 2), entry(2, "a", 1), entry(3, "a", 1)) is None
    assert served(entry(1, "a", 1), entry(2, "b", 2)) is None


def test_invalid_elements_are_never_served() -> None:
    assert served(entry(1, "a", 1, invalid=1)) is None
    assert served(entry(1, "a", 1, unverified=1, invalid=1), entry(2, "b", 1)) == 2
    assert served(entry(1, "a", 1), entry(2, "a", 1, unverified=3, invalid=1)) == 1


def test_newest_first() -> None:
    found = newest_first([entry(2, "a"), entry(3, "b"), entry(1, "c")])
    assert [one.sequence for one in found] == [3, 2, 1]


@pytest.mark.parametrize("code", ["", "subject"])
def test_an_entry_is_admitted_without_a_code(code: str) -> None:
    import dataclasses

    assert dataclasses.replace(entry(1, "a"), code=code).is_admitted is (not code)
