"""A representation shows the members, and has at most 200 characters whatever they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from pithbundle.brief import LONGEST, brief


@dataclass(frozen=True)
class Made:
    """A value of any members."""

    one: Any
    two: Any = None
    hidden: int = field(default=0, repr=False)

    __repr__ = brief


class Pair(NamedTuple):
    """A named tuple of any members."""

    one: Any
    two: Any

    def __repr__(self) -> str:
        return brief(self)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Made(1), "Made(one=1, two=None)"),
        (Made("x" * 36, ()), f"Made(one='{'x' * 36}', two=())"),
        (Made("x" * 37, b"y" * 37), f"Made(one='{'x' * 24}'... (37), two=b'{'y' * 24}'... (37))"),
        (Made(("a",), ("a", "b")), "Made(one=('a',), two=<2 items>)"),
        (Made({"a": 1, "b": 2}, frozenset({1, 2, 3})), "Made(one=<2 items>, two=<3 items>)"),
        (Made(Pair(1, Made(2))), "Made(one=Pair(one=1, two=Made(one=2, two=None)), two=None)"),
        (Made("\x1b[31m\u202e"), r"Made(one='\x1b[31m\u202e', two=None)"),
        (Made(Made("x" * 36, "x" * 36)), f"Made(one=Made(one='{'x' * 36}', two='xxx..., two=None)"),
    ],
)
def test_the_members_are_shown(value: Any, shown: str) -> None:
    assert repr(value) == shown


HUGE = ["\U0010ffff" * 10**6, b"\0" * 10**6, [0] * 10**6, 10**3000, ["x" * 10**6]]


@pytest.mark.parametrize("member", HUGE, ids=range(len(HUGE)))
def test_it_is_short(member: Any) -> None:
    inner = Made(Made(member), member)
    for value in (Made(member, member), Pair(member, member), Made(inner, Pair(member, 1))):
        assert len(repr(value)) <= LONGEST


def test_the_whole_is_cut_at_the_longest() -> None:
    shown = repr(Pair("\U0010ffff" * 36, "\U0010ffff" * 36))
    assert (len(shown), shown[-3:]) == (LONGEST, "...")
