"""A frozen map keeps its order, cannot be changed, and pickles and copies."""

from __future__ import annotations

import copy
import pickle
from types import MappingProxyType
from typing import Any

import pytest

from pithbundle.merge.frozen_map import FrozenMap

MADE = FrozenMap({"b": [1], "a": [2]})


def test_it_is_a_mapping_in_its_order() -> None:
    assert (len(MADE), [*MADE], [*MADE.keys()]) == (2, ["b", "a"], ["b", "a"])
    assert ([*MADE.values()], [*MADE.items()]) == ([[1], [2]], [("b", [1]), ("a", [2])])
    assert ("a" in MADE, "c" in MADE) == (True, False)
    assert (MADE["a"], MADE.get("a"), MADE.get("c"), MADE.get("c", 3)) == ([2], [2], None, 3)
    with pytest.raises(KeyError):
        MADE["c"]
    assert repr(MADE) == "<FrozenMap of 2>"


def test_two_are_equal_if_their_items_are_in_one_order() -> None:
    same, reordered = FrozenMap({"b": [1], "a": [2]}), FrozenMap({"a": [2], "b": [1]})
    assert same == MADE
    assert reordered != MADE
    # As for OrderedDict: other mappings have no order to compare.
    for other in (dict(MADE), dict(reordered), MappingProxyType(dict(MADE))):
        assert (MADE.__eq__(other), other == MADE) == (True, True)
    assert (MADE.__eq__({"b": [1]}), MADE.__eq__([*MADE])) == (False, NotImplemented)
    with pytest.raises(TypeError):
        hash(MADE)


def test_it_cannot_be_changed() -> None:
    given = {"a": 1}
    made: Any = FrozenMap(given)
    given["b"] = 2
    with pytest.raises(TypeError):
        made["a"] = 2
    with pytest.raises(TypeError):
        del made["a"]
    for name in ("_items", "other"):
        with pytest.raises(AttributeError):
            setattr(made, name, {})
        with pytest.raises(AttributeError):
            delattr(made, name)
    assert made == {"a": 1}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_pickles(protocol: int) -> None:
    again = pickle.loads(pickle.dumps(MADE, protocol))
    assert again == MADE
    assert [*again] == [*MADE]


def test_it_copies() -> None:
    assert copy.copy(MADE) == copy.deepcopy(MADE) == MADE
    assert copy.deepcopy(MADE)["a"] is not MADE["a"]
