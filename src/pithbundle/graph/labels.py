"""Which nodes of a picture have a label, and where: no two labels overlap (spec GRAPH-9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from pithbundle.badge.widths import text_width
from pithbundle.escape import visible
from pithbundle.graph.model import Node

#: Tenths of a pixel, as all lengths here: the size of the letters, the height of a label, what is around it.
SIZE: Final = 115
HEIGHT: Final = 150
_GAP: Final = 25
#: Half of the width of the sign of a finding.
SIGN: Final = 62
#: The longest label, in characters; of a number its scheme and eight characters tell it from others.
_LONGEST: Final = 26
_OF_NUMBER: Final = len("pith:") + 8
#: Characters from here on are taken for wide ones.
_WIDE: Final = "\u1100"


class Mark(NamedTuple):
    """A node in a picture: its middle and its radius."""

    node: Node
    x: int
    y: int
    radius: int


class Label(NamedTuple):
    """The name of a node: the left upper corner of its box, its width, and which mark it names."""

    text: str
    x: int
    y: int
    width: int
    mark: int

    def overlaps(self, other: Label) -> bool:
        """Whether the boxes of two labels have a part in common."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + HEIGHT
            and other.y < self.y + HEIGHT
        )


def labels_of(marks: Sequence[Mark], width: int, height: int, most: int, first: int) -> tuple[Label, ...]:
    """Label the nodes in their order, as long as there is room.

    Args:
        marks: the most important first.
        width: of the picture; no label leaves it.
        height: of the picture.
        most: how many labels there may be.
        first: so many of the nodes are named even where their labels cover later ones.
    """
    found: list[Label] = []
    signs = [sign_of(mark) for mark in marks if mark.node.findings]
    for at, mark in enumerate(marks):
        if len(found) == most:
            break
        for label in _places(mark, at):
            if (
                _is_inside(label, width, height)
                and not any(map(label.overlaps, found))
                and not _covers(label, marks[:first] if at < first else marks)
                and not _covers(label, signs)
            ):
                found.append(label)
                break
    return tuple(found)


def sign_of(mark: Mark) -> Mark:
    """Where the sign of a node with findings is: at its upper right."""
    off = mark.radius * 7 // 10 + SIGN * 2 // 3
    return Mark(mark.node, mark.x + off, mark.y - off, SIGN)


def name_of(node: Node) -> str:
    """The name of a node, visible and short."""
    name = visible(node.name, 2 * _LONGEST)
    longest = _OF_NUMBER if node.kind == "pith" else _LONGEST
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def width_of(text: str) -> int:
    """The width of a label; a reader of the picture fits its font to it."""
    narrow = "".join(one for one in text if one.isascii())
    others = [one for one in text if not one.isascii()]
    return text_width(narrow, SIZE) + sum(SIZE if one >= _WIDE else SIZE * 2 // 3 for one in others)


def _places(mark: Mark, at: int) -> Iterator[Label]:
    """Beside, below, above and before the node."""
    text = name_of(mark.node)
    width = width_of(text)
    off = mark.radius + _GAP
    middle, top = mark.x - width // 2, mark.y - HEIGHT // 2
    for x, y in (
        (mark.x + off, top),
        (middle, mark.y + off),
        (middle, mark.y - off - HEIGHT),
        (mark.x - off - width, top),
    ):
        yield Label(text, x, y, width, at)


def _is_inside(label: Label, width: int, height: int) -> bool:
    return label.x >= 0 and label.y >= 0 and label.x + label.width <= width and label.y + HEIGHT <= height


def _covers(label: Label, marks: Iterable[Mark]) -> bool:
    """Whether a label would cover a node."""
    left, right, top, bottom = label.x, label.x + label.width, label.y, label.y + HEIGHT
    for _, x, y, radius in marks:
        if left - radius < x < right + radius and top - radius < y < bottom + radius:
            return True
    return False
