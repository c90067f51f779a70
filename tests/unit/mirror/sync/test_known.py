"""What a store knows of a mirror; damaged cursors cost requests and nothing else (SYNC-10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.stores import make, suffix
from pithbundle.mirror.sync.known import KnownMirror, Reached, Row
from pithbundle.net import Known
from pithbundle.newtypes import DigestHex

LEAF, SHA = "a" * 32, "b" * 64


@pytest.mark.parametrize(
    "row",
    [Row(), Row(LEAF), Row(LEAF, SHA), Row(LEAF, SHA, '"x"'), Row("", SHA, 'W/"x"'), Row("", SHA, '""')],
)
def test_a_row_is_read_as_it_was_written(row: Row) -> None:
    assert Row.from_text(row.to_text()) == row
    assert (row.known is not None) == bool(row.sha256 and row.etag)


@pytest.mark.parametrize(
    "text", ["", "x", f"{LEAF} {SHA}", f"{LEAF} {SHA} x", f'{LEAF} {SHA} "\n"', f"{LEAF[1:]} - -"]
)
def test_a_damaged_row_is_empty(text: str) -> None:
    assert Row.from_text(text) == Row()


def test_mirrors_are_apart(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        one, other = KnownMirror(store, "https://a.example"), KnownMirror(store, "https://a.example/b")
        one.write({suffix(1): Row(LEAF), suffix(2): Row(LEAF, SHA, '"x"')})
        other.write({suffix(1): Row("c" * 32)})
        assert dict(one.rows()) == {suffix(1): Row(LEAF), suffix(2): Row(LEAF, SHA, '"x"')}
        assert [suffix for suffix, _ in one.rows()] == sorted([suffix(1), suffix(2)])
        assert dict(other.rows()) == {suffix(1): Row("c" * 32)}
        found = one.row(suffix(2))
        assert (
            found is not None and found.known == Known('"x"', DigestHex(SHA)) and one.row(suffix(3)) is None
        )
        one.write({suffix(1): None})
        assert one.row(suffix(1)) is None and other.row(suffix(1)) is not None


def test_the_head_that_was_reached(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        known = KnownMirror(store, "https://a.example")
        assert known.reached() is None
        reached = Reached(SHA, "pithbundle-merge-1", SHA, 7, SHA)
        known.reach(reached)
        assert known.reached() == reached
        for damaged in ("", "[]", "{}", '{"root":1}', known_text(reached).replace(SHA, "../x")):
            store.set_cursor("sync mirror https://a.example", damaged)
            assert known.reached() is None


def known_text(reached: Reached) -> str:
    return f'{{"root":"{reached.root}","rules":"x","policy_sha256":"x","generation":1,"head_sha256":"x"}}'


def test_packs(tmp_path: Path) -> None:
    with make(tmp_path / "s") as store:
        known = KnownMirror(store, "https://a.example")
        assert not known.is_taking_packs()
        known.take_packs(done=False)
        known.put_pack(SHA)
        assert known.is_taking_packs() and known.has_pack(SHA) and not known.has_pack("c" * 64)
        known.take_packs(done=True)
        assert not known.is_taking_packs() and not known.has_pack(SHA)
