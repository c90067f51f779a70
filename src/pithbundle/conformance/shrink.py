"""Making a disagreement small: the smallest inputs that still show it, within a budget.

Every step removes something and asks whether the disagreement is still there; what stays
is minimal in the sense that no single removal tried here keeps it. Deterministic: no clock
and no chance, so the same disagreement shrinks to the same case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from pithbundle.conformance.vectorfiles import MAX_DEPTH, depth


@dataclass(frozen=True, slots=True)
class Case:
    """One request of a differential run: ``inputs`` are bundles, or the one input of a reader."""

    op: str
    inputs: tuple[bytes, ...]
    policy: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes of all inputs."""
        return sum(map(len, self.inputs)) + len(self.policy or b"")


#: Questions to two workers that one disagreement may cost.
BUDGET: Final = 2_000
#: Below this length single bytes are tried, above it only larger pieces.
_BYTEWISE: Final = 2_048


def shrink(case: Case, disagrees: Callable[[Case], bool], budget: int = BUDGET) -> Case:
    """Return the smallest case found that still disagrees; ``case`` itself if nothing can go."""
    left = budget
    smallest = case
    again = True
    while again:
        again = False
        for attempt in _attempts(smallest):
            if left <= 0:
                return smallest
            left -= 1
            if disagrees(attempt):
                # What could be removed before may be so again: start over on what is left.
                smallest, again = attempt, True
                break
    return smallest


def _attempts(case: Case) -> Iterator[Case]:
    """Smaller cases, the boldest first."""
    if case.policy is not None:
        yield replace(case, policy=None)
        for smaller in _without_members(case.policy):
            yield replace(case, policy=smaller)
    if len(case.inputs) > 1:
        for index in range(len(case.inputs)):
            yield replace(case, inputs=case.inputs[:index] + case.inputs[index + 1 :])
    for index, data in enumerate(case.inputs):
        for smaller in _smaller(data):
            if len(smaller) < len(data):
                yield replace(case, inputs=(*case.inputs[:index], smaller, *case.inputs[index + 1 :]))


def _smaller(data: bytes) -> Iterator[bytes]:
    yield from _without_members(data)
    yield from _without_bytes(data)


def _without_members(data: bytes) -> Iterator[bytes]:
    """The JSON value of ``data`` with something left out, large pieces first; none if it is not JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    if depth(value) > MAX_DEPTH:
        # It could be read and not be written.
        return
    if type(value) is dict and type(value.get("events")) is list:
        for fewer in _pieces(value["events"]):
            yield _written({**value, "events": fewer})
    yield from (_written(smaller) for smaller in _trimmed(value))


def _pieces(items: list[Any]) -> Iterator[list[Any]]:
    """A list with runs of items left out, halves first."""
    length = len(items)
    run = length
    while run:
        for start in range(0, length, run):
            yield items[:start] + items[start + run :]
        run //= 2


def _trimmed(value: Any, level: int = 0) -> Iterator[Any]:
    """A value with one member or item left out, at any of the first levels."""
    if level > 6:
        return
    if type(value) is dict:
        for name in value:
            yield {other: member for other, member in value.items() if other != name}
        for name, member in value.items():
            for smaller in _trimmed(member, level + 1):
                yield {**value, name: smaller}
    elif type(value) is list:
        for index, item in enumerate(value):
            yield value[:index] + value[index + 1 :]
            for smaller in _trimmed(item, level + 1):
                yield [*value[:index], smaller, *value[index + 1 :]]


def _written(value: Any) -> bytes:
    # Escaped, so that a lone surrogate can be written: it may be what the two disagree about.
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _without_bytes(data: bytes) -> Iterator[bytes]:
    run = len(data) // 2
    least = 1 if len(data) <= _BYTEWISE else len(data) // 64
    while run >= least and run:
        for start in range(0, len(data), run):
            yield data[:start] + data[start + run :]
        run //= 2
