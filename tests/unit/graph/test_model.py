"""Graphs: identical claims, stances, what counts, two graphs (GRAPH-3 to GRAPH-6)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import UNKNOWN_SIGNER, Json, Signer, bundle, canonical, made_record, payloads, pith_number
from kit.graphs import FIRST, SECOND, VERIFIER, built, bundle_of, made
from pithbundle.graph import GraphBuilder, claims_of_bundles
from pithbundle.graph.model import COUNTED_AS, STANCES, Graph

WORKS = ("arXiv:1203.00001", "10.48550/arXiv.1203.00001v2", "doi:10.1000/x", "w", pith_number(made_record(2)))


def cites(work: str, word: str = "supports", signer: Signer = FIRST, seed: int = 1, minute: int = 0) -> Json:
    return made(signer, seed, "citation", payloads.citation(work, word), minute)


def test_spellings_of_one_work_are_one_claim_of_a_signer() -> None:
    events = [cites(WORKS[0]), cites(WORKS[1]), cites(WORKS[0], minute=3), cites(WORKS[0], signer=SECOND)]
    graph = built({1: events}).build()
    mine, other = sorted(graph.edges, key=lambda edge: -len(edge.ids))
    assert mine.ids == tuple(sorted(each["event_id"] for each in events[:3])) and mine.repeated == 2
    assert mine.spellings == tuple(sorted(WORKS[:2])) and other.repeated == 0
    assert mine.source == other.source == "arxiv:1203.00001"
    (target,) = (node for node in graph.nodes if node.records)
    assert (target.cited_by, target.relationships, target.count("for")) == (1, {"supports": 2}, 2)
    assert (graph.repeated, graph.records, target.claims) == (2, 1, 2)


def test_other_words_are_other_claims() -> None:
    graph = built({1: [cites("w", "supports"), cites("w", "refutes"), cites("w", "compares")]}).build()
    assert {(edge.claim.relationship, edge.stance) for edge in graph.edges} == {
        ("supports", "for"), ("refutes", "against"), ("compares", "neutral"),
    }  # fmt: skip
    (target,) = (node for node in graph.nodes if node.records)
    assert target.cited_by == 1 and sum(target.relationships.values()) == 3


@pytest.mark.parametrize(
    ("moderation", "counted_as"), [("accepted", "current"), ("pending", "pending"), ("rejected", "rejected")]
)
def test_a_replication_counts_as_it_is_moderated(moderation: str, counted_as: str) -> None:
    payload = payloads.replication("Ada", "c", moderation=moderation, outcome="refutes")
    graph = built({1: [made(FIRST, 1, "replication", payload)]}).build()
    assert (graph.edges[0].counted_as, graph.edges[0].stance) == (counted_as, "against")
    target = next(node for node in graph.nodes if node.records)
    assert target.replications == ({"refutes": 1} if counted_as == "current" else {})
    assert target.cited_by == 0 and target.count("against", counted_as) == 1  # type: ignore[arg-type]
    assert [node.id for node in graph.nodes if node.kind == "claimant"] == ["claimant:Ada"]


def test_what_is_retracted_is_counted_apart_until_it_is_claimed_again() -> None:
    event = cites("w")
    takes = made(FIRST, 1, "event_retracted", payloads.event_retracted(event["event_id"]), 5)
    (edge,) = built({1: [event, takes]}).build().edges
    assert (edge.counted_as, edge.ids, edge.retracted) == ("retracted", (), (event["event_id"],))
    again = cites("w", minute=9)
    graph = built({1: [event, takes, again]}).build()
    (edge,) = graph.edges
    assert (edge.counted_as, edge.ids, edge.retracted) == (
        "current",
        (again["event_id"],),
        (event["event_id"],),
    )
    assert graph.count("for", "current") == 1 and graph.count("for", "retracted") == 0


def test_a_number_whose_record_is_read_is_its_node() -> None:
    number = pith_number(made_record(2))
    alone = built({1: [cites(number)]}).build()
    assert [edge.source for edge in alone.edges] == [f"pith:{number[10:]}"]
    both = built({1: [cites(number)], 2: []}).build()
    name = f"arxiv:{made_record(2)['source']['id']}"
    assert [edge.source for edge in both.edges] == [name] and len(both.nodes) == 2
    assert next(node for node in both.nodes if node.id == name).name == f"arXiv:{name[6:]}"


def test_a_number_and_the_arxiv_id_of_its_record_are_one_source() -> None:
    spellings = (pith_number(made_record(2)), f"arXiv:{made_record(2)['source']['id']}")
    apart = built({1: [cites(each) for each in spellings]}).build()
    assert len(apart.edges) == 2
    graph = built({1: [cites(each) for each in spellings], 2: []}).build()
    (edge,) = graph.edges
    assert edge.spellings == tuple(sorted(spellings)) and len(edge.ids) == 2 and graph.repeated == 1
    target = next(node for node in graph.nodes if node.id == edge.target)
    assert (target.cited_by, target.relationships, target.count("for")) == (1, {"supports": 1}, 1)


def test_versions_of_a_paper_are_one_node() -> None:
    builder = GraphBuilder()
    for version in (1, 2):
        record = made_record(1)
        record["source"]["version"] = version
        event = payloads.attached(FIRST, record, "citation", payloads.citation("w"), "2026-06-01T00:00:00Z")
        data = canonical(bundle(record, [event]))
        builder.add(claims_of_bundles(VERIFIER, [data]))
    graph = builder.build()
    (node,) = (node for node in graph.nodes if node.records)
    assert [one.version for one in sorted(node.records, key=lambda one: one.version)] == [1, 2]
    assert len(graph.edges) == 2 and node.cited_by == 1 and graph.records == 2


def test_a_work_that_cites_itself_is_counted_apart() -> None:
    own = f"arXiv:{made_record(1)['source']['id']}"
    retracted = cites(own, "extends")
    takes = made(FIRST, 1, "event_retracted", payloads.event_retracted(retracted["event_id"]), 5)
    graph = built({1: [cites(own), cites(f"{own}v7", "refutes"), cites("w"), retracted, takes]}).build()
    target = next(node for node in graph.nodes if node.records)
    assert (target.cited_by, target.relationships, target.count("for")) == (1, {"supports": 1}, 1)
    assert (target.count("for", "self_citation"), target.count("against", "self_citation")) == (1, 1)
    assert target.count("neutral", "retracted") == 1 and target.claims_made == 3


def test_a_finding_names_the_version_that_it_is_about() -> None:
    builder = GraphBuilder()
    for version in (2, 1):
        record = made_record(1)
        record["source"]["version"] = version
        payload = payloads.integrity(record, "2026-06-01T00:00:00Z")
        event = payloads.attached(FIRST, record, "pith.integrity.v1", payload, "2026-06-01T00:00:00Z")
        builder.add(claims_of_bundles(VERIFIER, [canonical(bundle(record, [event] * (version == 1)))]))
    (node,) = builder.build().nodes
    (first,) = (one.number for one in node.records if one.version == 1)
    assert [(one.record, one.version) for one in node.findings] == [(first, 1)]
    assert len({one.number for one in node.records}) == 2


def test_unverified_claims_are_a_graph_of_their_own() -> None:
    finding = payloads.integrity(made_record(1), "2026-06-01T00:00:00Z")
    events = [
        cites("w"), cites("w", signer=UNKNOWN_SIGNER), cites("x", "refutes", UNKNOWN_SIGNER),
        made(UNKNOWN_SIGNER, 1, "pith.integrity.v1", finding), {"event_type": "citation"},
    ]  # fmt: skip
    builder = built({1: events, 2: []})
    verified, apart = builder.build(), builder.build_unverified()
    assert (len(verified.edges), verified.count("against", "current"), verified.findings) == (1, 0, 0)
    assert (len(apart.edges), apart.count("for", "current"), apart.findings) == (2, 1, 1)
    assert (verified.records, apart.records, builder.unread) == (2, 1, 1)
    assert "nodes=" in repr(verified) and "Edge" in repr(apart.edges[0])


def test_a_record_is_added_once() -> None:
    claims = claims_of_bundles(VERIFIER, [bundle_of(1, [])])
    builder = GraphBuilder()
    builder.add(claims)
    with pytest.raises(ValueError, match="taken already"):
        builder.add(claims)


events = st.builds(
    cites,
    st.sampled_from(WORKS),
    st.sampled_from(("supports", "refutes", "cites")),
    st.sampled_from((FIRST, SECOND, UNKNOWN_SIGNER)),
    st.just(1),
    st.integers(0, 3),
)


@settings(max_examples=12)
@given(st.lists(events, max_size=8), st.randoms(use_true_random=False))
def test_no_order_matters_and_every_claim_is_counted_once(drawn: list[Json], order: random.Random) -> None:
    given = {1: drawn, 2: [], 3: []}
    first = built(given)
    shuffled = [*drawn, *drawn[:2]]
    order.shuffle(shuffled)
    seeds = [*given]
    order.shuffle(seeds)
    second = built({seed: shuffled if seed == 1 else [] for seed in seeds})
    for one, other in (
        (first.build(), second.build()),
        (first.build_unverified(), second.build_unverified()),
    ):
        assert one == other
        check_counts(one)
    ids = [
        each
        for graph in (first.build(), first.build_unverified())
        for edge in graph.edges
        for each in edge.ids
    ]
    assert len(ids) == len({*ids}) == len({canonical(each) for each in drawn})


def check_counts(graph: Graph) -> None:
    """Every edge is counted at its target, under one stance and one way of counting, and at its source."""
    counts = sum(graph.count(stance, counted_as) for stance in STANCES for counted_as in COUNTED_AS)
    assert counts == len(graph.edges) == sum(node.claims_made for node in graph.nodes)
    ids = [node.id for node in graph.nodes]
    assert ids == sorted({*ids}) and {*ids} >= {
        name for edge in graph.edges for name in (edge.source, edge.target)
    }
