"""Counts in words."""

from __future__ import annotations

from pithbundle.wording import more, plural


def test_one_is_no_plural() -> None:
    assert [plural(count, "event") for count in (0, 1, 2)] == ["0 events", "1 event", "2 events"]
    assert [plural(count, "entry", "entries") for count in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]


def test_what_was_not_listed() -> None:
    assert [more(count, "row") for count in (1, 2)] == ["1 more row", "2 more rows"]
    assert more(2, "entry", "entries") == "2 more entries"
