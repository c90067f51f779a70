"""An immutable mapping in the order in which it was made.

``types.MappingProxyType`` is a view, which does not pickle or copy, and its equality ignores
the order. The order of event types and of their members is part of a rule set (MERGE-1, KIND-2).
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Generic, TypeVar, final, overload

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)
D = TypeVar("D")


@final
class FrozenMap(Mapping[K, V_co], Generic[K, V_co]):
    """A read-only copy of a mapping.

    As for ``collections.OrderedDict``, two are equal if they have equal items in the same order,
    and one equals another mapping if the items are equal. It pickles where its items do.
    """

    __slots__ = ("_items",)

    _items: dict[K, V_co]

    def __init__(self, items: Mapping[K, V_co]) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot assign to {name}: a FrozenMap is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {name}: a FrozenMap is immutable")

    def __repr__(self) -> str:
        return f"<FrozenMap of {len(self)}>"

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __getitem__(self, key: K) -> V_co:
        """The value of a key.

        Raises:
            KeyError: there is none.
        """
        return self._items[key]

    @overload
    def get(self, key: K, /) -> V_co | None: ...
    @overload
    def get(self, key: K, /, default: V_co | D) -> V_co | D: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        """The value of a key, or ``default``."""
        return self._items.get(key, default)

    # The views of a dict, whose lookups are faster than those of Mapping.

    def keys(self) -> KeysView[K]:
        """The keys in their order."""
        return self._items.keys()

    def values(self) -> ValuesView[V_co]:
        """The values in their order."""
        return self._items.values()

    def items(self) -> ItemsView[K, V_co]:
        """The items in their order."""
        return self._items.items()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMap):
            return [*self._items.items()] == [*other._items.items()]
        return self._items == dict(other) if isinstance(other, Mapping) else NotImplemented

    # As of every mapping: the values need not have one.
    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMap, (self._items,)
