"""Comparing our state with a downloaded state.json (spec REPORT-3).

Every difference is named and put into one of three groups; only the first is a failure.
``signed``: content that signatures or the record decide. ``unsigned``: aliases and times
that nothing signs. ``labels``: names, versions, counters, and empty sections that only
one side knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.canonical import encode
from pithbundle.errors import InputError
from pithbundle.jsontext import parse_json
from pithbundle.model import DEFAULT_LIMITS, Limits, Object, Value, pointer

Group: TypeAlias = Literal["signed", "unsigned", "labels"]
How: TypeAlias = Literal["differs", "only ours", "only theirs"]

_DERIVED: Final = frozenset({"arxiv", "arxiv_version", "pith_short_8", "pith_short_12", "pith_short_16"})
_SIGNED_MEMBERS: Final = frozenset({"pith_number", "current"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its group, where it is, and both values; the absent side is None."""

    group: Group
    pointer: str
    how: How
    ours: Value = None
    theirs: Value = None


def read_state(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Object:
    """Read a state.json strictly; it is only ever compared, never believed.

    Raises:
        InputError: the bytes are outside the profile, or not an object (``type``).
    """
    value = parse_json(data, limits)
    if type(value) is not dict:
        raise InputError("type", "a state must be an object", pointer="")
    return value


def compare_states(ours: Object, theirs: Object) -> list[Difference]:
    """Return every difference between two states, members that only one side knows included."""
    return [difference for name in _names(ours, theirs) for difference in _member(name, ours, theirs)]


def _member(name: str, ours: Object, theirs: Object) -> Iterator[Difference]:
    mine, other = ours.get(name), theirs.get(name)
    if name == "current" and type(mine) is dict and type(other) is dict:
        return _current(mine, other)
    return _values("signed" if name in _SIGNED_MEMBERS else "labels", [name], ours, theirs, name)


def _current(ours: Object, theirs: Object) -> Iterator[Difference]:
    for name in _names(ours, theirs):
        path: list[str | int] = ["current", name]
        mine, other = ours.get(name), theirs.get(name)
        if (name not in ours or name not in theirs) and not mine and not other:
            yield from _values("labels", path, ours, theirs, name)
        elif name == "source_aliases" and type(mine) is list and type(other) is list:
            yield from _aliases(path, mine, other)
        elif type(mine) is list and type(other) is list:
            yield from _matched("signed", path, mine, other, _event_key)
        else:
            yield from _values("signed", path, ours, theirs, name)


def _aliases(path: list[str | int], ours: list[Value], theirs: list[Value]) -> Iterator[Difference]:
    for difference in _matched("unsigned", path, ours, theirs, _alias_key):
        alias = difference.theirs
        kind = alias.get("alias_kind") if type(alias) is dict else None
        if difference.how == "only theirs" and kind in _DERIVED:
            # The record gives this alias another value: that is not a matter of what is unsigned.
            yield Difference("signed", difference.pointer, difference.how, None, alias)
        else:
            yield difference


def _matched(
    group: Group,
    path: list[str | int],
    ours: list[Value],
    theirs: list[Value],
    key: Callable[[Value], bytes],
) -> Iterator[Difference]:
    """Compare two lists whose elements have an identity, so that one insertion is one difference."""
    left, right = _identified(ours, key), _identified(theirs, key)
    for name, (place, value) in left.items():
        if name not in right:
            yield Difference(group, pointer([*path, place]), "only ours", value)
            continue
        yield from _deep(group, [*path, place], value, right[name][1])
    for name, (place, value) in right.items():
        if name not in left:
            yield Difference(group, pointer([*path, place]), "only theirs", None, value)
    in_both = [name for name in left if name in right]
    if in_both != [name for name in right if name in left]:
        yield Difference("labels", pointer(path), "differs", "order", "another order")


def _identified(
    values: list[Value], key: Callable[[Value], bytes]
) -> dict[tuple[bytes, int], tuple[int, Value]]:
    """The elements by identity; a state from elsewhere may repeat one, so the repeats are numbered."""
    seen: Counter[bytes] = Counter()
    found = {}
    for place, value in enumerate(values):
        name = key(value)
        found[name, seen[name]] = place, value
        seen[name] += 1
    return found


def _event_key(value: Value) -> bytes:
    identity = value.get("event_id") if type(value) is dict else None
    return encode(value if identity is None else identity)


def _alias_key(value: Value) -> bytes:
    if type(value) is not dict:
        return encode(value)
    return encode([value.get("alias_kind"), value.get("alias_value")])


def _deep(group: Group, path: list[str | int], ours: Value, theirs: Value) -> Iterator[Difference]:
    if encode(ours) == encode(theirs):
        return
    if type(ours) is dict and type(theirs) is dict:
        for name in _names(ours, theirs):
            yield from _values(group, [*path, name], ours, theirs, name)
    elif type(ours) is list and type(theirs) is list:
        for place in range(max(len(ours), len(theirs))):
            where: list[str | int] = [*path, place]
            if place >= len(theirs):
                yield Difference(group, pointer(where), "only ours", ours[place])
            elif place >= len(ours):
                yield Difference(group, pointer(where), "only theirs", None, theirs[place])
            else:
                yield from _deep(group, where, ours[place], theirs[place])
    else:
        yield Difference(group, pointer(path), "differs", ours, theirs)


def _values(
    group: Group, path: list[str | int], ours: Object, theirs: Object, name: str
) -> Iterator[Difference]:
    if name not in theirs:
        yield Difference(group, pointer(path), "only ours", ours[name])
    elif name not in ours:
        yield Difference(group, pointer(path), "only theirs", None, theirs[name])
    else:
        yield from _deep(group, path, ours[name], theirs[name])


def _names(ours: Object, theirs: Object) -> list[str]:
    return [*ours, *(name for name in theirs if name not in ours)]
