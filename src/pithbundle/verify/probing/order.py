"""The order of tasks: what is likely first, everything in the end (spec PROBE-5).

The order doubles: at level L every stream (an element, a family, a variant, a way to test) is taken as far as
about 2^L hashes go, less its weight. So what is likely is tried first, an unlikely idea is reached too, and
junk costs its share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from heapq import heappop, heappush
from math import comb
from typing import Final, NamedTuple

from pithbundle.verify.probing.builder import Written, differing, long_strings
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.families import may_state
from pithbundle.verify.probing.lenient import Path
from pithbundle.verify.probing.recipes import CLAIMED, Variant, claimed_types
from pithbundle.verify.probing.tasks import (
    MAX_EXCLUDED,
    VARIANTS,
    Material,
    Position,
    Task,
    Way,
)

#: A signature check costs about as much as so many hashed preimages.
CHECK: Final = 16
#: The most work of one task, in hashed preimages: some tenths of a second.
LARGEST_TASK: Final = 1 << 15
#: Weights of the ways beyond those of families and variants.
_HASHES: Final = 5
_TEXTS: Final = 12
#: How many long strings a task has, and how many characters of a base cost as much as one more preimage.
_STRINGS: Final = 4
_CHARACTERS: Final = 4096


class _Stream(NamedTuple):
    """One element, family, variant and way: the levels at which subsets of each size are tried."""

    element: int
    way: Way
    family: int
    variant: int
    slots: int
    unit: int
    weight: int

    def level(self, size: int) -> int:
        """The level at which subsets of a size are tried."""
        return _levels(self.slots, self.unit)[size] + self.weight


@lru_cache(maxsize=4096)
def _levels(slots: int, unit: int) -> tuple[int, ...]:
    """The base-2 logarithm of the work up to each size, without weights."""
    work, found = 0, []
    for size in range(min(slots, MAX_EXCLUDED) + 1):
        work += comb(slots, size) * unit
        found.append(work.bit_length())
    return tuple(found)


def ordered_tasks(
    material: Material, is_open: Callable[[int], bool], after: Position | None = None
) -> Iterator[Task]:
    """Yield every task, least level first; elements that are not open are passed over.

    The order of two tasks depends on the elements, keys and documents alone: a search can be resumed at the
    position of a task, whatever was open when.

    Args:
        material: the elements and keys.
        is_open: whether an element, by its index, is still to be explained. It is asked each time, so that
            what is found shortens the search.
        after: only tasks after this position are yielded.
    """
    for task in _all(material, is_open):
        if after is None or task.position > after:
            yield task


def _all(material: Material, is_open: Callable[[int], bool]) -> Iterator[Task]:
    # An element that begins is its index, one whose strings are due the complement of it.
    waiting: dict[int, list[_Stream | int]] = {}
    # A heap: there may be as many levels as elements.
    levels: list[int] = []

    def wait(until: int, item: _Stream | int) -> None:
        if until not in waiting:
            waiting[until] = []
            heappush(levels, until)
        waiting[until].append(item)

    for at, weight in _ranks(material.elements):
        wait(weight + 1, at)
    sizes: dict[_Stream, int] = {}
    while levels:
        # Elements in which nothing is to be tried have no task at which a search would look at the clock.
        material.check()
        level = heappop(levels)
        for item in sorted(waiting.pop(level), key=_position):
            if isinstance(item, int):
                if item < 0:
                    yield from (task for task in _texts(material, level, ~item) if is_open(~item))
                elif is_open(item):
                    yield Task(level, item, "claimed")
                    wait(level + _TEXTS, ~item)
                    for stream in _streams(material, item, level - 1):
                        # Those that are due already are taken at the next level.
                        wait(max(level + 1, stream.level(0)), stream)
                continue
            size = sizes.pop(item, 0)
            while size < len(_levels(item.slots, item.unit)) and item.level(size) <= level:
                for task in _slices(level, item, size):
                    if is_open(item.element):
                        yield task
                size += 1
            if size < len(_levels(item.slots, item.unit)) and is_open(item.element):
                sizes[item] = size
                wait(item.level(size), item)


def _position(item: _Stream | int) -> tuple[int, str, int, int]:
    """The position of an item within its level: that of its tasks."""
    if isinstance(item, int):
        return (item, "claimed", 0, 0) if item >= 0 else (~item, "texts", 0, 0)
    return item.element, item.way, item.family, item.variant


def _ranks(elements: Sequence[Element]) -> list[tuple[int, int]]:
    """Each element with its weight: breadth first over shapes, larger ones and inputs first."""
    groups: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for at, element in enumerate(elements):
        groups.setdefault((element.source, element.shape), []).append(at)
    ordered = sorted(groups.values(), key=lambda group: -len(group))
    found = []
    for number, group in enumerate(ordered):
        # Spread over the group: what follows each other in a bundle is often alike.
        step = max(1, len(group) // 8)
        spread = [at for start in range(step) for at in group[start::step]]
        found += [(at, rank + number.bit_length() // 2) for rank, at in enumerate(spread)]
    return sorted(found, key=lambda each: each[1])


def _streams(material: Material, at: int, rank: int) -> Iterator[_Stream]:
    element = material.elements[at]
    keys = len(material.keys_of(at))
    written: dict[Path, Written] = {}
    for number, family in enumerate(material.families(at)):
        material.check()
        of_base = written.get(family.base) or Written(element, family.base)
        written[family.base] = of_base
        # A large preimage costs as much as several.
        large = 1 + of_base.size // _CHARACTERS
        checks = CHECK * 4 * keys * len(material.signatures(at, family))
        has_digest = any(may_state(family, each) for each in element.digests)
        differs = differing(element, family, of_base)
        for index, (variant, weight) in enumerate(VARIANTS):
            if differs(variant):
                made = _preimages(element, variant) * large
                ways: list[tuple[Way, int, int]] = [("digest", made, 0)] if has_digest else []
                ways += (
                    [("signature", checks * made, 0), ("hashes", checks * made, _HASHES)] if checks else []
                )
                for way, unit, more in ways:
                    whole = weight + family.weight + rank + more
                    yield _Stream(at, way, number, index, len(family.slots), unit, whole)


def _preimages(element: Element, variant: Variant) -> int:
    """How many preimages of an element each subset has."""
    if variant.link is not None:
        return len(element.other_ids)
    if variant.pae == CLAIMED:
        return len(claimed_types(element))
    return len(element.jws_headers) if variant.jws else 1


def _texts(material: Material, level: int, at: int) -> Iterator[Task]:
    """The long strings of an element, a few in each task."""
    for start in range(0, len(long_strings(material.elements[at])), _STRINGS):
        yield Task(level, at, "texts", start=start, stop=start + _STRINGS)


def _slices(level: int, stream: _Stream, size: int) -> Iterator[Task]:
    """The subsets of one size, in tasks of bounded work."""
    total, step = comb(stream.slots, size), max(1, LARGEST_TASK // stream.unit)
    for start in range(0, total, step):
        stop = min(total, start + step)
        yield Task(level, stream.element, stream.way, stream.family, stream.variant, size, start, stop)
