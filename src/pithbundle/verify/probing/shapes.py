"""Shapes and lengths of elements without their content: what can be published (spec PROBE-8).

A value is never shown: of a string its length and what it could be, of a number its digits, of an object how
many members it has. Names of members are shown near the top where they are plain words, since a registry's
names are its format and not a person's data; inside the payload and deeper they are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from pithbundle.encoding.values import Object
from pithbundle.verify.probing.candidates import decode, time_form
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.known_types import KNOWN_TYPES
from pithbundle.verify.probing.lenient import Node, Number, walk
from pithbundle.verify.probing.recipes import payload_name

#: Names that are shown: words of a program.
_NAME: Final = re.compile("[A-Za-z_][A-Za-z0-9_]{0,31}")
#: How deep names are shown; how many members and shapes.
_DEEPEST: Final = 2
_MOST_MEMBERS: Final = 60
_MOST_SHAPES: Final = 20


#: A description with the place of a length, and the length; None where it has none.
_Kind: TypeAlias = tuple[str, int | None]


def shapes_of(elements: Sequence[Element]) -> list[Object]:
    """Return each different shape among elements, the commonest first, with how many have it.

    Shapes that differ in lengths alone are one, with the least and the greatest length.
    """
    groups: dict[tuple[tuple[str, str], ...], list[list[_Kind]]] = {}
    for element in elements:
        members = _members(element)
        key = tuple((pointer, kind[0]) for pointer, kind in members)
        groups.setdefault(key, []).append([kind for _, kind in members])
    ordered = sorted(groups.items(), key=lambda each: (-len(each[1]), each[0]))
    return [
        {
            "count": len(found),
            "members": dict(zip((pointer for pointer, _ in key), map(_range, *found), strict=True)),
        }
        for key, found in ordered[:_MOST_SHAPES]
    ]


def _range(*kinds: _Kind) -> str:
    """One description of equal kinds with the range of their lengths."""
    lengths = sorted({length for _, length in kinds if length is not None})
    if not lengths:
        return kinds[0][0]
    shown = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
    return kinds[0][0].format(shown)


def _members(element: Element) -> list[tuple[str, _Kind]]:
    payload = payload_name(element.value)
    found: list[tuple[str, _Kind]] = []
    for path, node in walk(element.value, _DEEPEST):
        # What is in the payload is content, its names too.
        if path and (path[0] != payload or len(path) == 1):
            steps = [_step(step) for step in path]
            found.append(("/" + "/".join(steps), _kind(node)))
            if len(found) == _MOST_MEMBERS:
                break
    return found


def _step(step: str | int) -> str:
    """A step as it is shown: a name that is no plain word by its length."""
    if type(step) is int:
        return str(step)
    return str(step) if _NAME.fullmatch(str(step)) else f"({len(str(step))} characters)"


def _kind(node: Node) -> _Kind:
    if type(node) is dict:
        return "object of {} members", len(node)
    if type(node) is list:
        return "array of {} items", len(node)
    if type(node) is Number:
        time = time_form(node)
        return "number of {} characters" + (f", may be a time in {time}" if time else ""), len(node.text)
    if type(node) is str:
        return _string(node)
    return "null" if node is None else "a boolean", None


def _string(text: str) -> _Kind:
    decoded = decode(text)
    if decoded is not None:
        # The name of another prefix is content.
        form = decoded[0] if " and " not in decoded[0] else "a prefix and " + decoded[0].split(" and ")[1]
        return f"string of {{}} characters, {len(decoded[1])} bytes in {form}", len(text)
    if is_number(text):
        return "a full Pith Number", None
    if text in KNOWN_TYPES:
        return "a known event type", None
    time = time_form(text)
    return "string of {} characters" + (f", a time ({time})" if time else ""), len(text)
