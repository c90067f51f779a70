"""A picture of a graph, in whole numbers: what is drawn, where, and which names are shown (spec GRAPH-9).

How it looks is of the page. Every length is in tenths of a pixel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

from pithbundle.brief import brief
from pithbundle.graph.labels import Label, Mark, labels_of
from pithbundle.graph.layout import Part, Point, parts_of, placed
from pithbundle.graph.model import CountedAs, Edge, Graph, Node, Stance

#: The most nodes and lines that are drawn: so that the time is bounded, and something can be seen.
MOST_NODES: Final = 1_000
MOST_LINES: Final = 3_000
#: The most labels (GRAPH-9).
MOST_LABELS: Final = 60
#: The longest distance of two neighbours, and the radii of nodes.
_LONGEST_EDGE: Final = 1_100
_LEAST, _GROWTH, _LARGEST = 42, 22, 170
#: How far a line bends to a side, as a part of its length; the head of an arrow.
_BEND: Final = 0.1
_HEAD: Final = 60
#: What a line that bends leaves free at the borders.
_FREE: Final = 20


class Sheet(NamedTuple):
    """The paper of a picture."""

    width: int
    #: The height that it has at most.
    height: int
    #: Left free at each side and at top and bottom.
    margin: int
    labels: int
    #: So many nodes are named before room is looked for.
    first: int


WIDE: Final = Sheet(11_600, 9_000, 500, MOST_LABELS, 15)
#: For a window of 390 pixels.
NARROW: Final = Sheet(3_560, 5_600, 300, 20, 6)


class Line(NamedTuple):
    """Claims from one node about another one, with one word and counted in one way."""

    source: int
    target: int
    word: str
    stance: Stance
    counted_as: CountedAs
    claims: int


class Drawing(NamedTuple):
    """A line on a sheet: a path of SVG, and the middle of it."""

    line: Line
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph on a sheet."""

    width: int
    height: int
    #: In the order of :attr:`Choice.nodes`.
    marks: tuple[Mark, ...]
    drawings: tuple[Drawing, ...]
    labels: tuple[Label, ...]

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a graph is drawn, and where the parts of it are to each other."""

    #: The most cited first.
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    #: The nodes with claims or findings, and the lines between those drawn, drawn or not.
    all_nodes: int
    all_lines: int
    parts: tuple[Part, ...]

    __repr__ = brief

    def on(self, sheet: Sheet) -> Picture:
        """Draw it on a sheet."""
        middles = placed(self.parts, sheet.width / sheet.height)
        points = [Point(0.0, 0.0)] * len(self.nodes)
        for part, middle in zip(self.parts, middles, strict=True):
            for node, point in zip(part.nodes, part.points, strict=True):
                points[node] = Point(point.x + middle.x, point.y + middle.y)
        if not points:
            return Picture(sheet.width, 0, (), (), ())
        left, right = min(one.x for one in points), max(one.x for one in points)
        top, bottom = min(one.y for one in points), max(one.y for one in points)
        room, high = sheet.width - 2 * sheet.margin, sheet.height - 2 * sheet.margin
        unit = min(_LONGEST_EDGE, room / max(right - left, 0.1), high / max(bottom - top, 0.1))
        shift = (sheet.width - (right - left) * unit) / 2
        marks = tuple(
            Mark(
                node,
                int(shift + (point.x - left) * unit),
                int(sheet.margin + (point.y - top) * unit),
                _radius(node, unit),
            )
            for node, point in zip(self.nodes, points, strict=True)
        )
        height = int((bottom - top) * unit) + 2 * sheet.margin
        labels = labels_of(marks, sheet.width, height, sheet.labels, sheet.first)
        drawings = _drawings(self.lines, marks, sheet.width, height)
        return Picture(sheet.width, height, marks, drawings, labels)


def choose(graph: Graph, most_nodes: int = MOST_NODES, most_lines: int = MOST_LINES) -> Choice:
    """Choose what is drawn: the most cited nodes, and of the lines between them first those for and against.

    Nodes without claims and findings are not drawn.
    """
    worth = [node for node in graph.nodes if node.claims or node.findings]
    nodes = sorted(worth, key=rank)[:most_nodes]
    numbers = {node.id: at for at, node in enumerate(nodes)}
    lines = _lines(graph.edges, numbers)
    chosen = sorted(lines, key=lambda line: (line.stance == "neutral", *line))[:most_lines]
    pairs = {(min(one[:2]), max(one[:2])) for one in chosen if one.source != one.target}
    parts = parts_of(len(nodes), sorted(pairs))
    return Choice(tuple(nodes), tuple(chosen), len(worth), len(lines), tuple(parts))


def rank(node: Node) -> tuple[int, int, int, str]:
    """The order of nodes: by how many works they are cited, then by claims and findings."""
    return -node.cited_by, -sum(node.counts.values()), -len(node.findings) - node.claims_made, node.id


def _lines(edges: Sequence[Edge], numbers: dict[str, int]) -> list[Line]:
    found: dict[tuple[int, int, str, Stance, CountedAs], int] = {}
    for edge in edges:
        source, target = numbers.get(edge.source), numbers.get(edge.target)
        if source is not None and target is not None:
            key = source, target, edge.claim.relationship, edge.stance, edge.counted_as
            found[key] = found.get(key, 0) + 1
    return [Line(*key, claims) for key, claims in found.items()]


def _radius(node: Node, unit: float) -> int:
    largest = min(_LARGEST, 0.4 * unit)
    least = max(_LEAST, 0.06 * unit)
    return max(12, int(min(least + _GROWTH * sqrt(node.cited_by), largest)))


def _drawings(lines: Sequence[Line], marks: Sequence[Mark], width: int, height: int) -> tuple[Drawing, ...]:
    pairs = [(min(line[:2]), max(line[:2])) for line in lines]
    counts = Counter(pairs)
    seen: Counter[tuple[int, int]] = Counter()
    found = []
    for line, pair in zip(lines, pairs, strict=True):
        one, other = marks[line.source], marks[line.target]
        nth, count = seen[pair], counts[pair]
        seen[pair] += 1
        if one is other:
            found.append(_loop(line, one, nth, count))
        else:
            most = _most_bend(one, other, width, height)
            found.append(_arc(line, one, other, _spread(_BEND, _BEND, nth, count, most)))
    return tuple(found)


def _spread(least: float, step: float, nth: int, count: int, most: float) -> float:
    """How far the nth of so many lines bends: as usual, or evenly as far as there is room."""
    if least + step * (count - 1) <= most:
        return least + step * nth
    return most * (count + nth + 1) / (2 * count)


def _most_bend(one: Mark, other: Mark, width: int, height: int) -> float:
    """How far a line may bend so that its middle, half as far from the nodes, is in the picture."""
    x, y = (one.x + other.x) / 2, (one.y + other.y) / 2
    east, south = other.y - one.y, one.x - other.x
    # The line begins and ends at the borders of its nodes, on the side to which it bends.
    free = _FREE + max(one.radius, other.radius)
    found = [
        2 * ((most - at if move > 0 else at) - free) / abs(move)
        for at, move, most in ((x, east, width), (y, south, height))
        if move
    ]
    return max(_BEND, min(found, default=_BEND))


def _loop(line: Line, mark: Mark, nth: int, count: int) -> Drawing:
    """A line from a node to itself: above it, each further one around the last."""
    x, y = mark.x, mark.y - mark.radius
    reach = int(_spread(mark.radius + 130, 60, nth, count, max(0, y - _FREE) * 4 / 3))
    path = f"M{x - 20} {y}C{x - reach} {y - reach} {x + reach} {y - reach} {x + 20} {y}"
    return Drawing(line, path, x, y - 3 * reach // 4)


def _arc(line: Line, one: Mark, other: Mark, bend: float) -> Drawing:
    """A line that bends to the left, so that the way back is another line; each further one bends more."""
    east, north = other.x - one.x, other.y - one.y
    length = max(1.0, sqrt(east * east + north * north))
    control = Point((one.x + other.x) / 2 + north * bend, (one.y + other.y) / 2 - east * bend)
    start = _toward(one, control, one.radius + 8)
    end = _toward(other, control, other.radius + 12)
    middle = Point((start.x + 2 * control.x + end.x) / 4, (start.y + 2 * control.y + end.y) / 4)
    path = f"M{_at(start)}Q{_at(control)} {_at(end)}"
    head = min(_HEAD, length / 4)
    back = _toward(Mark(other.node, int(end.x), int(end.y), 0), control, head)
    side = Point((back.y - end.y) * 0.45, (end.x - back.x) * 0.45)
    first, second = Point(back.x + side.x, back.y + side.y), Point(back.x - side.x, back.y - side.y)
    arrow = f"M{_at(first)}L{_at(end)}L{_at(second)}"
    return Drawing(line, path + arrow, int(middle.x), int(middle.y))


def _toward(mark: Mark, point: Point, distance: float) -> Point:
    """The point that is so far from a mark, in the direction of another point."""
    east, north = point.x - mark.x, point.y - mark.y
    length = max(1.0, sqrt(east * east + north * north))
    part = min(1.0, distance / length)
    return Point(mark.x + east * part, mark.y + north * part)


def _at(point: Point) -> str:
    return f"{int(point.x)} {int(point.y)}"
