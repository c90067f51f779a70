"""The members of an element that no signature covers (spec EVT-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_format_document import Constant
from pithbundle.bundle.event_pointers import Path, is_index, region
from pithbundle.encoding.values import Object, Value, pointer


@dataclass(frozen=True, slots=True)
class _Node:
    """What lies below one pointer; ``below`` has the tokens that lead on."""

    covered: bool
    below: dict[str, _Below]
    #: The tokens of ``below`` that are not signed whole: the only ones to look at.
    open: tuple[tuple[str, _Below], ...]


#: Whether a value is signed whole, or what lies below it.
_Below: TypeAlias = bool | _Node
#: The paths of objects, each with the names that it may have.
_Outline: TypeAlias = tuple[tuple[Path, frozenset[str]], ...]


def unsigned_finder(event_format: EventFormat) -> Callable[[Object], tuple[str, ...]]:
    """A function that returns the pointers of the unsigned members of an element, sorted."""
    body, proof = event_format._body, event_format._proof
    known = [*proof.roles.values(), *proof.constants]
    known += [] if isinstance(proof.key_id, Constant) else proof.key_id
    signed = {path for path in known if region(path, body.base, body.excluded) != "inside"}
    payload = body.roles["payload"]
    if not isinstance(payload, Constant) and "payload_sha256" in body.roles and not body.covers(payload):
        # The hash covers all of it, also what the content excludes.
        signed.add(payload)
    points = (*signed, body.base, *body.excluded)

    def below(path: Path, covered: bool) -> _Below:
        if path in signed:
            return True
        covered = (covered or path == body.base) and path not in body.excluded
        tokens = {
            point[len(path)] for point in points if len(point) > len(path) and point[: len(path)] == path
        }
        if not tokens:
            return covered
        nodes = {token: below((*path, token), covered) for token in sorted(tokens)}
        return _Node(
            covered, nodes, tuple((token, node) for token, node in nodes.items() if node is not True)
        )

    root = below((), False)
    outline = _outline(root, ())

    def find(element: Object) -> tuple[str, ...]:
        if outline is not None and _has_only(element, outline):
            return ()
        found: list[Path] = []
        _walk(element, root, (), found)
        return tuple(sorted(pointer([*path]) for path in found)) if found else ()

    return find


def _outline(node: _Below, path: Path) -> _Outline | None:
    """The objects that are not signed whole, each with the names of its members that are known.

    None where a known member is not signed either: it is looked for in every element.
    """
    if not isinstance(node, _Node):
        return None
    found: _Outline = () if node.covered else ((path, frozenset(node.below)),)
    for token, below in node.open:
        inside = _outline(below, (*path, token))
        if inside is None:
            return None
        found += inside
    return found


def _has_only(element: Object, outline: _Outline) -> bool:
    """Whether an element is as its writer made it: known members, in objects that are there.

    It saves the walk: 0.3 of 0.5 microseconds.
    """
    for path, names in outline:
        value: Value = element
        for token in path:
            value = value.get(token) if type(value) is dict else None
        if type(value) is not dict or not names.issuperset(value):
            return False
    return True


def _walk(value: Value, node: _Below, path: Path, found: list[Path]) -> None:
    if node is True:
        return  # only an item of an array
    if node is False:
        found.append(path)
    elif type(value) is dict:
        if not node.covered and not value.keys() <= node.below.keys():
            found += [(*path, name) for name in value if name not in node.below]
        for token, below in node.open:
            if token in value:
                _walk(value[token], below, (*path, token), found)
    elif type(value) is list:
        for at, item in enumerate(value):
            token = str(at)
            below = node.below.get(token, False) if is_index(token) else False
            # An exported array has null where no pointer leads (FORMAT-12).
            if item is not None:
                _walk(item, below, (*path, token), found)
    elif value is not None and not node.covered:
        found.append(path)
