"""Labels: which, where, and that none overlaps another one (GRAPH-9)."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pithbundle.graph.labels import HEIGHT, Mark, labels_of, name_of, sign_of, width_of
from pithbundle.graph.model import Node

NAMES = ("other:a", "arxiv:2001.10000", f"pith:{'A' * 26}", "claimant:再現性センター", f"other:{'W' * 90}")
SIZE = 3_000
#: A node, with as many findings as the last number is odd.
marks = st.lists(
    st.builds(
        Mark,
        st.builds(Node, st.sampled_from(NAMES)),
        st.integers(0, SIZE),
        st.integers(0, SIZE),
        st.integers(12, 170),
    ),
    max_size=30,
)


@given(marks, st.integers(0, 20), st.integers(0, 5))
def test_no_two_labels_overlap_and_none_leaves_the_picture(given_: list[Mark], most: int, first: int) -> None:
    labels = labels_of(given_, SIZE, SIZE, most, first)
    assert len(labels) <= most and len({label.mark for label in labels}) == len(labels)
    for one, other in combinations(labels, 2):
        apart = (
            one.x + one.width <= other.x or other.x + other.width <= one.x
            or one.y + HEIGHT <= other.y or other.y + HEIGHT <= one.y
        )  # fmt: skip
        assert apart and not one.overlaps(other) and not other.overlaps(one)
    for label in labels:
        assert 0 <= label.x <= SIZE - label.width and 0 <= label.y <= SIZE - HEIGHT
        for mark in given_[:first] if label.mark < first else given_:
            inside_x = label.x - mark.radius < mark.x < label.x + label.width + mark.radius
            assert not (inside_x and label.y - mark.radius < mark.y < label.y + HEIGHT + mark.radius)


def test_a_label_is_beside_its_node_or_where_there_is_room() -> None:
    node = Node("other:abc")
    (label,) = labels_of([Mark(node, 1_000, 1_000, 50)], SIZE, SIZE, 9, 0)
    assert label.x > 1_050 and label.y < 1_000 < label.y + HEIGHT
    (label,) = labels_of([Mark(node, SIZE - 200, 1_000, 50)], SIZE, SIZE, 9, 0)
    assert label.y > 1_050
    assert labels_of([Mark(node, 20, 20, 50)], 100, 100, 9, 0) == ()
    # The most cited is named although other nodes are in the way.
    crowd = [
        Mark(node, 1_000 + east * 120, 1_000 + down * 120, 40)
        for east in range(-4, 5)
        for down in range(-2, 3)
    ]
    crowd.sort(key=lambda mark: (mark.x, mark.y) != (1_000, 1_000))
    assert 0 not in {label.mark for label in labels_of(crowd, SIZE, SIZE, 99, 0)}
    assert 0 in {label.mark for label in labels_of(crowd, SIZE, SIZE, 99, 1)}


def test_a_name_is_short_and_visible() -> None:
    assert name_of(Node(f"pith:{'A' * 26}")) == f"pith:{'A' * 7}…"
    assert name_of(Node("claimant:\u202e<b>\n")) == "\\u{202e}<b>\\u{a}"
    assert len(name_of(Node(f"other:{'x' * 5_000}"))) == 26
    assert name_of(Node("arxiv:2001.10000")) == "arXiv:2001.10000"
    assert width_of("abc") < width_of("вдж") < width_of("再現性")
    sign = sign_of(Mark(Node("other:a"), 500, 500, 50))
    assert sign.x > 500 > sign.y
