"""A plan to read pointers of an object that pass through objects only, compiled once (spec FORMAT-8).

A plan is a list of steps. Each takes several members of one object at once, and the types of all
are compared as one tuple, which costs a fraction of asking for one pointer after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from pithbundle.bundle.event_format_document import JsonType, Scalar
from pithbundle.bundle.event_pointers import Path
from pithbundle.encoding.values import Object, Value

_KINDS: Final[Mapping[JsonType, frozenset[type]]] = {
    "array": frozenset({list}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "object": frozenset({dict}),
    "string": frozenset({str}),
}

#: One step: the index of the object among the values read so far, its members.
_Step = tuple[int, Callable[[Any], tuple[Value, ...]]]


class Plan:
    """Reads the values at paths of an object, or finds that one is missing or of another type."""

    __slots__ = ("_constants", "_index", "_loose", "_steps", "_types", "never")

    def __init__(
        self,
        kinds: Iterable[tuple[Path, JsonType]],
        constants: Iterable[tuple[Path, Scalar]] = (),
    ) -> None:
        """Compile the paths, each with its JSON type, and constants, each with its value.

        A path may occur more than once: each of its requirements applies.
        """
        values = [*constants]
        allowed: dict[Path, frozenset[type]] = {(): _KINDS["object"]}
        wanted = [(path, _KINDS[kind]) for path, kind in kinds]
        wanted += [(path, frozenset({type(value)})) for path, value in values]
        for path, types in wanted:
            for length in range(len(path)):
                above = path[:length]
                allowed[above] = allowed.get(above, _KINDS["object"]) & _KINDS["object"]
            allowed[path] = allowed.get(path, types) & types
        #: Whether no object can have all of it: one path is demanded with two types.
        self.never = not all(allowed.values())
        self._index: dict[Path, int] = {(): 0}
        self._steps: list[_Step] = []
        parents = sorted({path[:-1] for path in allowed if path}, key=len)
        for parent in parents:
            names = [path[-1] for path in allowed if path and path[:-1] == parent]
            for name in names:
                self._index[(*parent, name)] = len(self._index)
            self._steps.append((self._index[parent], getter(names)))
        ordered = [allowed[path] for path in self._index]
        #: The one type of each value, None where it is not exactly one; those are ``_loose``.
        self._types = tuple([next(iter(types)) if len(types) == 1 else None for types in ordered])
        self._loose = [(at, types) for at, types in enumerate(ordered) if len(types) != 1]
        self._constants = [(self._index[path], value) for path, value in values]

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, path: object) -> bool:
        return path in self._index

    def index(self, path: Path) -> int:
        """Where in the values of :meth:`read` the value at a path is."""
        return self._index[path]

    def read(self, value: Object) -> list[Value] | None:
        """The value at every path, None where one is missing, of another type or another constant."""
        values: list[Value] = [value]
        try:
            for at, members in self._steps:
                values += members(values[at])
        except (KeyError, TypeError):
            # A member is missing, or what should have it is no object: a list takes no name.
            return None
        if (*map(type, values),) != self._types and not self._fits(values):
            return None
        for at, expected in self._constants:
            if values[at] != expected:
                return None
        return values

    def _fits(self, values: list[Value]) -> bool:
        """Whether the types are allowed where some path may have several."""
        return all(
            kind is None or type(value) is kind for value, kind in zip(values, self._types, strict=True)
        ) and all(type(values[at]) in kinds for at, kinds in self._loose)


def getter(names: Sequence[str] | Sequence[int]) -> Callable[[Any], tuple[Value, ...]]:
    """A function that returns several items of a dict or list as a tuple, whatever their number."""
    if len(names) > 1:
        return itemgetter(*names)
    if not names:
        return lambda value: ()
    one = itemgetter(names[0])
    return lambda value: (one(value),)
