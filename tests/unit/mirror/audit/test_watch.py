"""A watch reports each finding once, and what passes only when it stays (AUDIT-15)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pithbundle.errors import FindingError
from pithbundle.mirror.audit.classify import NOT_REQUESTED, Found
from pithbundle.mirror.audit.watch import Cursor

BASE = "https://a.example"
MISSING = Found("missing", BASE, "A" * 26, ("x",))
GONE = Found("unreachable", BASE, "", (), "timeout")


def test_a_finding_is_reported_once_also_after_a_restart() -> None:
    cursor = Cursor()
    assert cursor.take([MISSING, MISSING, Found("same", BASE)], 3) == [MISSING]
    again = Cursor.from_bytes(cursor.to_bytes())
    assert again.take([MISSING], 3) == [] and again.to_bytes() == cursor.to_bytes()
    other = Found("missing", BASE, "A" * 26, ("x", "y"))
    assert again.take([MISSING, other], 3) == [other]


def test_unreachable_is_reported_after_so_many_rounds_in_a_row() -> None:
    cursor = Cursor()
    for expected in ([], [], [GONE], []):
        cursor = Cursor.from_bytes(cursor.to_bytes())
        assert cursor.take([GONE], 3) == expected
    cursor = Cursor()
    for found, expected in (([GONE], []), ([], []), ([GONE], []), ([GONE], []), ([GONE], [GONE])):
        assert cursor.take(found, 3) == expected
    assert Cursor().take([GONE], 1) == [GONE]
    assert Cursor().take([Found("unreachable", BASE, "A" * 26, (), NOT_REQUESTED)], 1) == []


def test_mirrors_that_are_not_watched_any_more_fill_no_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cursor of more than 64 MiB was written, and no later run could read it."""
    cursor = Cursor()
    other = Found("missing", "https://b.example", "A" * 26, ("x",))
    cursor.take([other, MISSING], 3)
    cursor.forget_others([BASE])
    assert len(cursor.reported) == 2
    monkeypatch.setattr("pithbundle.mirror.audit.watch._MOST_NAMES", 1)
    cursor.forget_others([BASE + "/"])
    assert cursor.take([other, MISSING], 3) == [other]


def test_of_too_many_names_as_many_stay_as_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as many of each share of many mirrors would make the cursor too large to be read."""
    monkeypatch.setattr("pithbundle.mirror.audit.watch._MOST_NAMES", 3)
    monkeypatch.setattr("pithbundle.mirror.audit.watch.SHARE", 2)
    found = [Found("missing", BASE, "A" * 26, (of,)) for of in "abcd"]
    cursor = Cursor()
    cursor.take(found[:3], 3)
    assert len(cursor.reported) == 3
    cursor.take(found[3:], 3, known=[*cursor.reported])
    assert cursor.take(found[2:], 3) == [] and len(cursor.reported) == 2


def test_rounds_are_counted_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.mirror.audit.watch._ROUNDS", 2)
    cursor = Cursor()
    for at in range(3):
        cursor.end_round(f"{at}", [("forged", 1), ("missing", 2), ("same", 5), ("conflict", at)])
    assert cursor.rounds == [
        {"ended_at": "1", "wrong": 2, "open": 2}, {"ended_at": "2", "wrong": 3, "open": 2},
    ]  # fmt: skip
    assert Cursor.from_bytes(None) == Cursor()


@pytest.mark.parametrize(
    "change",
    [
        {"cursor_type": "x"}, {"reported": {}}, {"reported": [1]}, {"waiting": []}, {"waiting": {"x": "1"}},
        {"rounds": {}}, {"rounds": [1]}, {"more": 1}, {"cursor_version": "2"},
    ],
)  # fmt: skip
def test_a_damaged_cursor_is_rejected_and_says_what_to_do(change: dict[str, Any]) -> None:
    value = json.loads(Cursor({"a": None}, {"b": 1}, [{"ended_at": "x"}]).to_bytes())
    data = json.dumps({**value, **change}, separators=(",", ":"), sort_keys=True).encode()
    with pytest.raises(FindingError, match="remove it"):
        Cursor.from_bytes(data)


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{"])
def test_what_is_no_cursor_is_rejected(data: bytes) -> None:
    with pytest.raises(FindingError):
        Cursor.from_bytes(data)
