"""Families: which members of an element may be excluded together (spec PROBE-4, PROBE-11).

A signature does not cover itself, so of the value at a base the members that lead to a candidate for the
signature, and to one for the id, are excluded or opened: an open object stays, and its members are excluded
one by one. Every other member at the top, and in an open object, is a slot: it is kept or excluded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from pithbundle.verify.probing.candidates import Candidate, time_form
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.known_types import KNOWN_TYPES, TARGETS
from pithbundle.verify.probing.lenient import Path, value_at
from pithbundle.verify.probing.recipes import payload_name

#: The most bases, candidates for a signature and candidates for an id that are combined.
_MOST_BASES: Final = 10
_MOST_SIGNATURES: Final = 3
_MOST_IDS: Final = 3
#: The most members that are excluded one by one, and objects of a base that are opened beside a signature.
MOST_SLOTS: Final = 256
_MOST_OPENED: Final = 8
#: The weight of an id that is neither beside the content nor beside the signature, and of other objects.
_FAR: Final = 4
#: The weight of leaving out what a signature is likely to cover.
_UNLIKELY: Final = 2


@dataclass(frozen=True, slots=True)
class Family:
    """The subsets of ``slots`` that are excluded from the value at ``base`` beside ``excluded``."""

    base: Path
    excluded: tuple[Path, ...]
    open: frozenset[Path]
    slots: tuple[Path, ...]
    #: The base-2 logarithm of how much later it is tried than the first family.
    weight: int
    #: Where it is not empty, only subsets with one of these slots: another family tries the others.
    fresh: tuple[Path, ...] = ()


def families(element: Element) -> list[Family]:
    """Return the families of an element, each once, likelier ones first."""
    found: dict[tuple[Path, tuple[Path, ...], frozenset[Path]], Family] = {}
    for base, weight in _bases(element):
        for excluded, opened, more in _exclusions(element, base):
            key = (base, tuple(sorted(excluded, key=repr)), opened)
            slots = tuple(_slots(element, base, excluded, opened))
            if key not in found and slots:
                found[key] = Family(base, key[1], opened, slots, weight + more)
    payload = payload_name(element.value)
    split = [part for family in found.values() for part in _by_likelihood(element, family, payload)]
    return sorted(split, key=lambda each: each.weight)


def _by_likelihood(element: Element, family: Family, payload: str | None) -> list[Family]:
    """The subsets of a family without what a signature is likely to cover, then those with one of them."""
    covered = _likely_covered(element, family.slots, payload)
    others = tuple(path for path in family.slots if path not in covered)
    if not covered or not others:
        return [family]
    return [
        replace(family, slots=others),
        replace(family, fresh=covered, weight=family.weight + _UNLIKELY),
    ]


def _likely_covered(element: Element, slots: tuple[Path, ...], payload: str | None) -> tuple[Path, ...]:
    """The only Pith Number, known type, target and time among the slots, and the payload.

    An event format binds if these are covered (FORMAT-4). Of several times, one may be unsigned. A payload
    may be excluded where a digest beside it covers it.
    """
    found: dict[str, list[Path]] = {}
    for path in slots:
        value = value_at(element.value, path)
        if is_number(value):
            found.setdefault("subject", []).append(path)
        elif type(value) is str and value in KNOWN_TYPES:
            found.setdefault("event_type", []).append(path)
        elif type(value) is str and value in TARGETS:
            found.setdefault("target", []).append(path)
        elif time_form(value) is not None:
            found.setdefault("created_at", []).append(path)
    is_hashed = any(len(each.raw) == 32 and each.path[:1] != (payload,) for each in element.digests)
    if payload is not None and (payload,) in slots and not is_hashed:
        found["payload"] = [(payload,)]
    return tuple(paths[0] for paths in found.values() if len(paths) == 1)


def may_state(family: Family, digest: Candidate) -> bool:
    """Whether a digest may be of the kept members: it is not among them, or can be excluded."""
    path, base = digest.path, family.base
    if path[: len(base)] != base:
        return True
    return path[:-1] in {base, *family.open} or any(path[: len(out)] == out for out in family.excluded)


def _bases(element: Element) -> Iterator[tuple[Path, int]]:
    """The element, and the objects one and two levels below it, as far as objects lead."""
    found: list[Path] = [()]
    for depth in (0, 1):
        for path in [path for path in found if len(path) == depth]:
            value = value_at(element.value, path)
            objects = (
                (*path, name)
                for name, item in (value.items() if type(value) is dict else ())
                if type(item) is dict and item
            )
            found += islice(objects, _MOST_BASES - len(found))
    for path in found:
        yield path, len(path)


def _exclusions(element: Element, base: Path) -> Iterator[tuple[frozenset[Path], frozenset[Path], int]]:
    """What is excluded for a signature and an id, which objects stay open for it, and the weight."""
    signatures = element.signatures[:_MOST_SIGNATURES]
    ids = [each for each in element.digests if len(each.raw) == 32 and len(each.path) <= len(base) + 2]
    homes = {base, *(each.path[:-1] for each in signatures)}
    # An id is beside the content or beside the signature; elsewhere a digest is rather of something else.
    near = [each for each in ids if each.path[:-1] in homes][:_MOST_IDS]
    far = [each for each in ids if each.path[:-1] not in homes][:_MOST_IDS]
    for s_weight, s_excluded, s_open in _ways(signatures, base, required=True):
        ways = [*_ways(near, base, required=False)]
        ways += [(weight + _FAR, *way) for weight, *way in _ways(far, base, required=True) if far]  # type: ignore[misc]
        for i_weight, i_excluded, i_open in ways:
            # An id in an object that is excluded whole needs nothing more.
            if any(
                path[: len(out)] == out for path in (*i_open, *i_excluded) for out in s_excluded - i_excluded
            ):
                continue
            excluded, opened = s_excluded | i_excluded, s_open | i_open
            if any(path in excluded for path in opened):
                continue
            yield excluded, opened, s_weight + i_weight
    yield from _opened(element, base, signatures)


def _opened(
    element: Element, base: Path, signatures: list[Candidate]
) -> Iterator[tuple[frozenset[Path], frozenset[Path], int]]:
    """Other objects whose members are excluded one by one, beside a signature that is excluded whole."""
    value = value_at(element.value, base)
    _, excluded, _ = next(_ways(signatures, base, required=True))
    objects = (
        (*base, name)
        for name, item in (value.items() if type(value) is dict else ())
        if type(item) is dict and len(item) > 1 and (*base, name) not in excluded
    )
    for path in islice(objects, _MOST_OPENED):
        yield excluded, frozenset({path}), _FAR


def _ways(
    found: list[Candidate], base: Path, *, required: bool
) -> Iterator[tuple[int, frozenset[Path], frozenset[Path]]]:
    """For each candidate below a base: excluded with its top member, or alone with its object open."""
    inside = [each.path for each in found if each.path[: len(base)] == base and len(each.path) > len(base)]
    # A base beside a candidate may be signed as it is, whatever candidates are inside it: an embedded event
    # has one of its own.
    if len(inside) < len(found) or not inside or not required:
        yield (0 if not inside else 1), frozenset(), frozenset()
    for rank, path in enumerate(inside):
        # An excluded pointer passes through objects only: an array is excluded whole.
        end = next((at for at, step in enumerate(path) if type(step) is int), len(path))
        top = path[: len(base) + 1]
        yield 2 * rank, frozenset({top}), frozenset()
        if end > len(base) + 1:
            opened = frozenset(path[:at] for at in range(len(base) + 1, end))
            yield 2 * rank + 1, frozenset({path[:end]}), opened


def _slots(
    element: Element, base: Path, excluded: frozenset[Path], opened: frozenset[Path]
) -> Iterator[Path]:
    # Of the base and of each open object as many: a wide one hides no other.
    most = MOST_SLOTS // (1 + len(opened))
    for path in (base, *sorted(opened, key=repr)):
        value = value_at(element.value, path)
        members = ((*path, name) for name in (value if type(value) is dict else ()))
        yield from islice((each for each in members if each not in excluded and each not in opened), most)
