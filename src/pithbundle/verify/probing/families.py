"""Families: which members of an element may be left out together (spec PROBE-4).

A signature does not cover itself, so of the value at a base the members that lead to a candidate for the
signature, and to one for the id, are left out or opened: an open object stays, and its members are left out
one by one. Every other member at the top, and in an open object, is a slot: it is kept or left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.verify.probing.candidates import Candidate
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.lenient import Path, value_at

#: The most bases, candidates for a signature and candidates for an id that are combined.
_MOST_BASES: Final = 10
_MOST_SIGNATURES: Final = 3
_MOST_IDS: Final = 3
#: The weight of an id that is neither beside the content nor beside the signature, and of other objects.
_FAR: Final = 4


@dataclass(frozen=True, slots=True)
class Family:
    """The subsets of ``slots`` that are left out of the value at ``base`` beside ``forced``."""

    base: Path
    forced: tuple[Path, ...]
    open: frozenset[Path]
    slots: tuple[Path, ...]
    #: The base-2 logarithm of how much later it is tried than the first family.
    weight: int


def families(element: Element) -> list[Family]:
    """Return the families of an element, each once, likelier ones first."""
    found: dict[tuple[Path, tuple[Path, ...], frozenset[Path]], Family] = {}
    for base, weight in _bases(element):
        for forced, opened, more in _exclusions(element, base):
            key = (base, tuple(sorted(forced, key=repr)), opened)
            slots = tuple(_slots(element, base, forced, opened))
            if key not in found and slots:
                found[key] = Family(base, key[1], opened, slots, weight + more)
    return sorted(found.values(), key=lambda each: each.weight)


def may_state(family: Family, digest: Candidate) -> bool:
    """Whether a digest may be of the kept members: it is not among them, or can be left out."""
    path, base = digest.path, family.base
    if path[: len(base)] != base:
        return True
    return path[:-1] in {base, *family.open} or any(path[: len(out)] == out for out in family.forced)


def _bases(element: Element) -> Iterator[tuple[Path, int]]:
    """The element, and the objects one and two levels below it, as far as objects lead."""
    found: list[Path] = [()]
    for depth in (0, 1):
        for path in [path for path in found if len(path) == depth]:
            value = value_at(element.value, path)
            for name, item in value.items() if type(value) is dict else ():
                if type(item) is dict and item:
                    found.append((*path, name))
    for path in found[:_MOST_BASES]:
        yield path, len(path)


def _exclusions(element: Element, base: Path) -> Iterator[tuple[frozenset[Path], frozenset[Path], int]]:
    """What is left out for a signature and an id, which objects stay open for it, and the weight."""
    signatures = element.signatures[:_MOST_SIGNATURES]
    ids = [each for each in element.digests if len(each.raw) == 32 and len(each.path) <= len(base) + 2]
    homes = {base, *(each.path[:-1] for each in signatures)}
    # An id is beside the content or beside the signature; elsewhere a digest is rather of something else.
    near = [each for each in ids if each.path[:-1] in homes][:_MOST_IDS]
    far = [each for each in ids if each.path[:-1] not in homes][:_MOST_IDS]
    for s_weight, s_forced, s_open in _ways(signatures, base, required=True):
        ways = [*_ways(near, base, required=False)]
        ways += [(weight + _FAR, *way) for weight, *way in _ways(far, base, required=True) if far]  # type: ignore[misc]
        for i_weight, i_forced, i_open in ways:
            # An id in an object that is left out whole needs nothing more.
            if any(path[: len(out)] == out for path in (*i_open, *i_forced) for out in s_forced - i_forced):
                continue
            forced, opened = s_forced | i_forced, s_open | i_open
            if any(path in forced for path in opened):
                continue
            yield forced, opened, s_weight + i_weight
    yield from _opened(element, base, signatures)


def _opened(
    element: Element, base: Path, signatures: list[Candidate]
) -> Iterator[tuple[frozenset[Path], frozenset[Path], int]]:
    """Other objects whose members are left out one by one, beside a signature that is left out whole."""
    value = value_at(element.value, base)
    _, forced, _ = next(_ways(signatures, base, required=True))
    for name, item in value.items() if type(value) is dict else ():
        path = (*base, name)
        if type(item) is dict and len(item) > 1 and path not in forced:
            yield forced, frozenset({path}), _FAR


def _ways(
    found: list[Candidate], base: Path, *, required: bool
) -> Iterator[tuple[int, frozenset[Path], frozenset[Path]]]:
    """For each candidate below a base: left out with its top member, or alone with its object open."""
    inside = [each.path for each in found if each.path[: len(base)] == base and len(each.path) > len(base)]
    if not inside or not required:
        yield (0 if not inside else 1), frozenset(), frozenset()
    for rank, path in enumerate(inside):
        # An excluded pointer passes through objects only: an array is left out whole.
        end = next((at for at, step in enumerate(path) if type(step) is int), len(path))
        top = path[: len(base) + 1]
        yield 2 * rank, frozenset({top}), frozenset()
        if end > len(base) + 1:
            opened = frozenset(path[:at] for at in range(len(base) + 1, end))
            yield 2 * rank + 1, frozenset({path[:end]}), opened


def _slots(element: Element, base: Path, forced: frozenset[Path], opened: frozenset[Path]) -> Iterator[Path]:
    for path in (base, *sorted(opened, key=repr)):
        value = value_at(element.value, path)
        for name in value if type(value) is dict else ():
            each = (*path, name)
            if each not in forced and each not in opened:
                yield each
