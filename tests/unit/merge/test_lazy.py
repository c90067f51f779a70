"""A lazy attribute is computed once for each instance, and is not copied with it unless requested."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest

from pithbundle.merge.lazy import lazy

CALLS: list[int] = []


@dataclass(frozen=True)
class Doubled:
    """A frozen value with one lazy attribute."""

    number: int

    @lazy
    def twice(self) -> int:
        """Twice the number."""
        CALLS.append(self.number)
        return self.number * 2


def test_it_is_computed_when_first_read_and_then_kept() -> None:
    CALLS.clear()
    one, other = Doubled(1), Doubled(2)
    assert CALLS == []
    assert (one.twice, one.twice, other.twice, one.twice) == (2, 2, 4, 2)
    assert CALLS == [1, 2]


def test_it_belongs_to_a_frozen_class() -> None:
    assert isinstance(Doubled.twice, lazy)
    assert Doubled.twice.__doc__ == "Twice the number."
    with pytest.raises(FrozenInstanceError):
        Doubled(1).twice = 3
