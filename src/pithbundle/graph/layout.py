"""Where the nodes of a picture are: by forces within what is connected, then side by side (spec GRAPH-9).

Only the four operations and the square root of IEEE 754 doubles are used, in one order. Each is exact to the
last bit on every machine, which sines and powers are not: so a picture has the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final, NamedTuple

#: The golden angle as a rotation: its cosine and sine.
_COS: Final = -0.737368878078320
_SIN: Final = 0.675490294261524
#: An edge has about the length 1. Nodes further apart than this do not repel each other.
_REACH: Final = 2.0
#: How near two nodes may be at last, and how many rounds bring that about.
_APART: Final = 0.82
_ROUNDS, _PARTING = 90, 40
#: The rounds of forces of the largest pictures, so that the time is bounded by nodes and edges.
_LEAST_ROUNDS: Final = 30
#: What is between two parts, and how far two places that are tried for one are from each other.
_GAP, _STEP = 0.9, 0.35
#: The cells around one of which each pair of neighbours is visited once.
_AROUND: Final = ((0, 0), (1, 0), (-1, 1), (0, 1), (1, 1))


class Point(NamedTuple):
    """A place, in lengths of an edge."""

    x: float
    y: float


class Part(NamedTuple):
    """What is connected: its nodes, their places around the middle, and how far they reach from it."""

    nodes: tuple[int, ...]
    points: tuple[Point, ...]
    width: float
    height: float


def parts_of(count: int, pairs: Sequence[tuple[int, int]]) -> list[Part]:
    """Lay out what is connected, the largest first.

    Args:
        count: of nodes, which are numbered; earlier ones are nearer the middle.
        pairs: the nodes that an edge connects, each pair once and of two nodes.
    """
    near: list[list[int]] = [[] for _ in range(count)]
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    seen = [False] * count
    found: list[Part] = []
    for start in range(count):
        if not seen[start]:
            found.append(_part(_levels(start, near, seen), near))
    return sorted(found, key=lambda part: (-len(part.nodes), part.nodes))


def _levels(start: int, near: Sequence[Sequence[int]], seen: list[bool]) -> list[list[int]]:
    """What is connected with a node, by distance from the node of it that has most neighbours."""
    whole = _reached(start, near, seen)
    middle = min(whole, key=lambda node: (-len(near[node]), node))
    for node in whole:
        seen[node] = False
    levels, level = [], [middle]
    seen[middle] = True
    while level:
        levels.append(level)
        after = []
        for node in level:
            for other in near[node]:
                if not seen[other]:
                    seen[other] = True
                    after.append(other)
        level = after
    return levels


def _reached(start: int, near: Sequence[Sequence[int]], seen: list[bool]) -> list[int]:
    seen[start] = True
    found = [start]
    for node in found:
        for other in near[node]:
            if not seen[other]:
                seen[other] = True
                found.append(other)
    return found


def _part(levels: Sequence[Sequence[int]], near: Sequence[Sequence[int]]) -> Part:
    nodes = [node for level in levels for node in level]
    at = {node: place for place, node in enumerate(nodes)}
    xs, ys = _rings([len(level) for level in levels])
    pairs = [(at[node], at[other]) for node in nodes for other in near[node] if at[node] < at[other]]
    if len(nodes) > 2:
        _settle(xs, ys, pairs)
        _turn(xs, ys)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    middle = Point((left + right) / 2, (top + bottom) / 2)
    points = tuple(Point(x - middle.x, y - middle.y) for x, y in zip(xs, ys, strict=True))
    return Part(tuple(nodes), points, right - left, bottom - top)


def _rings(sizes: Sequence[int]) -> tuple[list[float], list[float]]:
    """Places at which to begin: levels around each other, as dense as a picture is at last.

    The nodes of a level go round it in their order, which is that of their neighbours in the level before.
    """
    xs: list[float] = []
    ys: list[float] = []
    inside = 0
    for size in sizes:
        spread = 0.0
        for place in range(size):
            # Within a ring the distances vary by the golden section, so that it is filled.
            spread += 0.618033988749895
            spread -= spread // 1
            radius = sqrt((inside + spread * size) * 0.35) if inside else 0.0
            x, y = _direction(4 * (place + 0.5) / size)
            xs.append(x * radius)
            ys.append(y * radius)
        inside += size
    if len(xs) == 2:
        xs[1], ys[1] = 1.0, 0.0
    return xs, ys


def _direction(turn: float) -> Point:
    """A unit vector after so many quarters of a turn, nearly even: without a sine."""
    quarter = int(turn) % 4
    part = turn - turn // 1
    x, y = 1 - part, part
    length = sqrt(x * x + y * y)
    x, y = x / length, y / length
    return (Point(x, y), Point(-y, x), Point(-x, -y), Point(y, -x))[quarter]


def _settle(xs: list[float], ys: list[float], pairs: Sequence[tuple[int, int]]) -> None:
    """Move nodes by forces: neighbours attract each other, nodes that are near repel each other."""
    count = len(xs)
    degree = [0] * count
    for one, other in pairs:
        degree[one] += 1
        degree[other] += 1
    # A node with many neighbours has need of room around it.
    pull = [1.6 / sqrt(max(degree[one], degree[other])) for one, other in pairs]
    rounds = max(_LEAST_ROUNDS, min(_ROUNDS, 120_000 // (count + len(pairs))))
    for done in range(rounds):
        dx, dy = [0.0] * count, [0.0] * count
        for one, other, east, north, square in _neighbours(xs, ys, _REACH):
            force = min(1 / square, 9.0)
            dx[one] -= east * force
            dy[one] -= north * force
            dx[other] += east * force
            dy[other] += north * force
        for (one, other), force in zip(pairs, pull, strict=True):
            east, north = (xs[other] - xs[one]) * force, (ys[other] - ys[one]) * force
            dx[one] += east
            dy[one] += north
            dx[other] -= east
            dy[other] -= north
        most = 0.7 * (1 - done / rounds) + 0.02
        for node in range(count):
            length = sqrt(dx[node] * dx[node] + dy[node] * dy[node])
            step = most / length if length > most else 1.0
            xs[node] += dx[node] * step
            ys[node] += dy[node] * step
    _part_them(xs, ys)


def _part_them(xs: list[float], ys: list[float]) -> None:
    """Move nodes that are too near from each other."""
    for _ in range(_PARTING):
        moved = False
        for one, other, east, north, square in _neighbours(xs, ys, _APART):
            length = sqrt(square)
            push = (_APART - length) / length / 2
            xs[one] -= east * push
            ys[one] -= north * push
            xs[other] += east * push
            ys[other] += north * push
            moved = True
        if not moved:
            return


def _neighbours(
    xs: Sequence[float], ys: Sequence[float], reach: float
) -> list[tuple[int, int, float, float, float]]:
    """Each two nodes that are at most so far apart: from one to the other, and the square of that."""
    cells: dict[tuple[int, int], list[int]] = {}
    for node in range(len(xs)):
        cells.setdefault((int(xs[node] // reach), int(ys[node] // reach)), []).append(node)
    most = reach * reach
    found = []
    for (column, row), nodes in cells.items():
        for right, down in _AROUND:
            others = cells.get((column + right, row + down))
            if others is None:
                continue
            for place, one in enumerate(nodes):
                x, y = xs[one], ys[one]
                for other in nodes[place + 1 :] if right == down == 0 else others:
                    east, north = xs[other] - x, ys[other] - y
                    square = east * east + north * north
                    if square < most:
                        if square < 1e-6:
                            east, north, square = 0.001, 0.0, 1e-6
                        found.append((one, other, east, north, square))
    return found


def _turn(xs: list[float], ys: list[float]) -> None:
    """Turn what is higher than wide by a quarter, since pictures are wider than high."""
    if max(ys) - min(ys) > max(xs) - min(xs):
        xs[:], ys[:] = [-y for y in ys], [*xs]


def placed(parts: Sequence[Part], ratio: float) -> list[Point]:
    """Where the middles of the parts are: each as near the middle of the picture as there is room.

    Args:
        parts: in the order in which they take their places.
        ratio: of the width of the picture to its height.
    """
    wide = sqrt(ratio)
    taken: set[tuple[int, int]] = set()
    found = []
    # What had no room for a part has none for another one like it later.
    tried: dict[tuple[tuple[Point, ...], int], tuple[int, float, float]] = {}
    for part in parts:
        key = part.points, len(part.nodes)
        step, x, y = tried.get(key, (0, 1.0, 0.0))
        while True:
            radius = _STEP * sqrt(step)
            middle = Point(x * radius * wide, y * radius / wide)
            if taken.isdisjoint(_cells(part, middle)):
                break
            step, x, y = step + 1, x * _COS - y * _SIN, x * _SIN + y * _COS
        tried[key] = step, x, y
        taken.update(_covered(part, middle))
        found.append(middle)
    return found


def _cells(part: Part, middle: Point) -> list[tuple[int, int]]:
    """The cells of a grid in which nodes of a part are."""
    return [(int((middle.x + x) // 1), int((middle.y + y) // 1)) for x, y in part.points]


def _covered(part: Part, middle: Point) -> list[tuple[int, int]]:
    """The cells that an ellipse around a part touches, with a gap."""
    across, down = part.width / 2 + _GAP, part.height / 2 + _GAP
    found = []
    for column in range(int((middle.x - across) // 1), int((middle.x + across) // 1) + 1):
        for row in range(int((middle.y - down) // 1), int((middle.y + down) // 1) + 1):
            # The point of the cell that is nearest to the middle.
            x = max(column - middle.x, middle.x - column - 1, 0.0) / across
            y = max(row - middle.y, middle.y - row - 1, 0.0) / down
            if x * x + y * y <= 1:
                found.append((column, row))
    return found
