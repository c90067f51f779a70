"""Pictures: what is drawn, that labels do not overlap, the same bytes (GRAPH-9)."""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import combinations

import pytest

from kit import made_record, payloads
from kit.graphs import FIRST, SECOND, built, generated, made
from pithbundle.graph import Graph
from pithbundle.graph.picture import MOST_LABELS, NARROW, WIDE, Choice, Sheet, choose, rank
from pithbundle.merge.event_types.citation import RELATIONSHIPS


@pytest.fixture(scope="module")
def large() -> Choice:
    return choose(generated(1_000, 1_700))


@pytest.mark.parametrize("sheet", [WIDE, NARROW], ids=["wide", "narrow"])
def test_at_1000_nodes_no_two_labels_overlap_and_at_most_60_are_shown(sheet: Sheet, large: Choice) -> None:
    assert len(large.nodes) == 1_000
    drawn = large.on(sheet)
    assert 8 <= len(drawn.labels) <= sheet.labels <= MOST_LABELS == 60
    assert not any(one.overlaps(other) for one, other in combinations(drawn.labels, 2))
    # The most cited are named.
    assert {*range(4)} <= {label.mark for label in drawn.labels}
    for mark in drawn.marks:
        assert mark.radius <= mark.x <= drawn.width - mark.radius
        assert mark.radius <= mark.y <= drawn.height - mark.radius
    assert drawn.height <= sheet.height


def test_beyond_the_bounds_the_most_cited_and_what_is_for_and_against_are_drawn() -> None:
    graph = generated(60, 300)
    whole, some = choose(graph), choose(graph, 20, 30)
    assert some.nodes == whole.nodes[:20] and (len(some.lines), some.all_nodes) == (30, len(whole.nodes))
    assert some.all_lines == sum(max(line[:2]) < 20 for line in whole.lines) > 30
    stances = [line.stance == "neutral" for line in some.lines]
    assert stances == sorted(stances)
    assert [*whole.nodes] == sorted(whole.nodes, key=rank)
    assert sum(line.claims for line in whole.lines) == len(graph.edges)


def test_a_line_is_of_a_word_and_a_way_of_counting() -> None:
    own = payloads.citation("arXiv:1311.7638", "extends")
    events = [
        made(FIRST, 1, "citation", payloads.citation("w", "supports")),
        made(SECOND, 1, "citation", payloads.citation("w", "supports")),
        made(SECOND, 1, "citation", payloads.citation("w", "refutes")),
        made(FIRST, 1, "citation", own),
        made(FIRST, 1, "citation", {**own, "relationship": "cites"}),
    ]
    graph = built({1: events, 2: []}).build()
    choice = choose(graph)
    assert [(line.word, line.counted_as, line.claims) for line in choice.lines] == [
        ("refutes", "current", 1), ("supports", "current", 2), ("cites", "self_citation", 1),
        ("extends", "self_citation", 1),
    ]  # fmt: skip
    # A record of which nothing is claimed is not drawn.
    assert len(choice.nodes) == 2 < len(graph.nodes)
    paths = [drawing.path for drawing in choice.on(WIDE).drawings]
    assert len({*paths}) == len(paths) == 4 and sum("C" in path for path in paths) == 2
    assert all(re.fullmatch(r"[MQLC \d-]+", path) for path in paths)


@pytest.mark.parametrize("sheet", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_line_leaves_the_picture(sheet: Sheet) -> None:
    own = f"arXiv:{made_record(1)['source']['id']}"
    cites = [payloads.citation(source, word) for source in (own, "w") for word in RELATIONSHIPS]
    events = [made(FIRST, 1, "citation", each) for each in cites]
    many = [made(FIRST, 1, "citation", payloads.citation(f"w{number}", "cites")) for number in range(40)]
    gone = [
        made(FIRST, 1, "event_retracted", payloads.event_retracted(each["event_id"]), 5) for each in events
    ]
    again = [made(SECOND, 1, "citation", each) for each in cites]
    for graph in (built({1: events + gone + again}).build(), built({1: events + many}).build()):
        drawn = choose(graph).on(sheet)
        assert len(drawn.drawings) >= 16 and len({one.path for one in drawn.drawings}) == len(drawn.drawings)
        for one in drawn.drawings:
            assert 0 < one.x < drawn.width and 0 < one.y < drawn.height


def test_nothing_is_drawn_of_an_empty_graph() -> None:
    assert choose(Graph((), (), 0)).on(WIDE).marks == ()
    assert "Picture" in repr(choose(generated(1, 0)).on(WIDE)) and "Choice" in repr(choose(Graph((), (), 0)))


def test_the_picture_is_this_on_every_machine() -> None:
    drawn = choose(generated(40, 80)).on(WIDE)
    text = (
        repr([(mark.x, mark.y, mark.radius) for mark in drawn.marks])
        + repr(drawn.drawings)
        + repr(drawn.labels)
    )
    assert (
        sha256(text.encode()).hexdigest()
        == "915c09ebe51d738437a56d37ae9d55e3f2ac371d7b36b90bbf70a7f69245e606"
    )
