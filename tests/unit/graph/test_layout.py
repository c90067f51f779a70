"""Where nodes are: apart from each other, and the same on every machine (GRAPH-9)."""

from __future__ import annotations

import ast
from math import hypot

import pytest

from kit.data import REPO
from pithbundle.graph.layout import Part, Point, _neighbours, parts_of, placed

STAR = [(0, other) for other in range(1, 200)]
CYCLE = [(at, (at + 1) % 30) if at < 29 else (0, 29) for at in range(30)]


def nearest(points: list[Point]) -> float:
    """The shortest distance between two points."""
    return min(
        hypot(one.x - other.x, one.y - other.y) for at, one in enumerate(points) for other in points[:at]
    )


@pytest.mark.parametrize("pairs", [STAR, CYCLE, [(0, 1), (1, 2)]], ids=["star", "cycle", "path"])
def test_no_two_nodes_are_at_one_place(pairs: list[tuple[int, int]]) -> None:
    count = 1 + max(map(max, pairs))
    (part,) = parts_of(count, pairs)
    assert sorted(part.nodes) == [*range(count)] and nearest([*part.points]) > 0.6
    assert part.width >= part.height


def test_what_is_not_connected_is_a_part_of_its_own() -> None:
    parts = parts_of(40, [(0, 5), (5, 9), (2, 3)])
    assert [len(part.nodes) for part in parts[:3]] == [3, 2, 1] and len(parts) == 37
    assert parts[0].nodes[0] == 5 and parts[1].nodes == (2, 3)
    assert parts_of(0, []) == []


def test_parts_are_apart_and_the_first_is_in_the_middle() -> None:
    parts = parts_of(120, [*STAR[:49], *((at, at + 1) for at in range(50, 90, 2))])
    middles = placed(parts, 1.5)
    points = [
        Point(point.x + middle.x, point.y + middle.y)
        for part, middle in zip(parts, middles, strict=True)
        for point in part.points
    ]
    assert middles[0] == (0.0, 0.0) and nearest(points) > 0.6
    width = max(one.x for one in points) - min(one.x for one in points)
    height = max(one.y for one in points) - min(one.y for one in points)
    assert width > height


def test_nodes_at_one_place_are_moved_apart() -> None:
    assert _neighbours([1.0, 1.0, 5.0], [1.0, 1.0, 5.0], 2.0) == [(0, 1, 0.001, 0.0, 1e-6)]


def test_pairs_of_neighbouring_cells_are_found_once() -> None:
    xs = [0.1 * at * at % 7 for at in range(60)]
    ys = [0.3 * at % 5 for at in range(60)]
    expected = {
        (at, to)
        for to in range(60)
        for at in range(to)
        if (xs[at] - xs[to]) ** 2 + (ys[at] - ys[to]) ** 2 < 1
    }
    found = [(min(one[:2]), max(one[:2])) for one in _neighbours(xs, ys, 1.0)]
    assert sorted(found) == sorted(expected)


def test_only_exact_operations_are_used() -> None:
    """Sines, powers and sums of the library may differ in the last bit from machine to machine."""
    for name in ("layout", "labels", "picture"):
        tree = ast.parse((REPO / "src" / "pithbundle" / "graph" / f"{name}.py").read_bytes())
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Pow)
            if isinstance(node, ast.ImportFrom) and node.module == "math":
                assert [alias.name for alias in node.names] == ["sqrt"]


def test_the_places_are_these_on_every_machine() -> None:
    parts = parts_of(9, [(0, 1), (0, 2), (0, 3), (2, 3), (3, 4), (6, 7)])
    assert parts[1] == Part((6, 7), (Point(-0.5, 0.0), Point(0.5, 0.0)), 1.0, 0.0)
    (x, y) = parts[0].points[0]
    assert (x.hex(), y.hex()) == ("-0x1.5f5f67c9ef3c4p-1", "0x1.f0cb5ce9f1db8p-5")
    (x, y) = placed(parts, 1.5)[-1]
    assert (x.hex(), y.hex()) == ("0x1.3c4c8e665984dp+1", "0x1.2b9425ec9f14dp+0")
