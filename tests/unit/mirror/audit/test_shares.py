"""What each mirror may use up (AUDIT-18)."""

from __future__ import annotations

import pytest

from pithbundle.mirror.audit import shares
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import finding_name
from pithbundle.mirror.audit.shares import Places, excess, fair, mirror_digest, share_of
from pithbundle.mirror.audit.words import Word

ONE, OTHER = "https://one.example", "https://other.example"


def name(word: Word = "missing", base: str = ONE, suffix: str = "A" * 26, of: str = "x") -> str:
    return finding_name(Found(word, base, suffix, (of,)).key)


def test_the_share_of_a_name_is_its_word_its_kind_and_its_mirror() -> None:
    assert (
        share_of(name()) == share_of(name(suffix="B" * 26, of="y")) == ("missing", True, mirror_digest(ONE))
    )
    assert share_of(name(suffix="")) == ("missing", False, mirror_digest(ONE + "/"))
    assert len({share_of(name()), share_of(name("stale")), share_of(name(base=OTHER))}) == 3
    assert share_of("new.part") is None


def test_the_oldest_names_that_were_not_found_again_are_too_many() -> None:
    first, second, third = (name(of=of) for of in "abc")
    alone = name("forged")
    assert excess([first, alone, second, third], (), 2) == [first]
    assert excess([first, alone, second, third], [first], 2) == [second]
    assert excess([first, second, alone], (), 2) == []
    # The bound is one, whatever was found again.
    assert excess([first, second, third], [first, third], 1) == [second, first]


def test_what_was_reported_takes_no_place_of_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARE", 1)
    found = [Found("missing", ONE, "A" * 26, (of,)) for of in "abcd"]
    names = [finding_name(one.key) for one in found]
    places = Places(names[:2])
    held = [places.has_room(one, each) for one, each in zip(found, names, strict=True)]
    assert held == [True, False, True, False] and places.again == {*names[:2]}


def test_each_mirror_has_as_many_places_the_gravest_first() -> None:
    flood = [Found("missing", ONE, "A" * 26, (f"{number}",)) for number in range(10)]
    grave = Found("forged", ONE, "B" * 26)
    others = [Found("missing", OTHER, "C" * 26), Found("missing", OTHER, "D" * 26)]
    assert fair([*flood, grave, *others], 4) == [flood[0], grave, *others]
    assert fair([*flood, grave], 3) == [*flood[:2], grave]
    assert fair(others, 2) == others
