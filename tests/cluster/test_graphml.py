"""GraphML as networkx reads it (GRAPH-8); networkx comes with the packages of clusters."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit import payloads
from kit.graphs import FIRST, SECOND, built, made
from pithbundle.graph import graphml

pytestmark = pytest.mark.cluster


def test_networkx_reads_every_node_and_edge(tmp_path: Path) -> None:
    import networkx

    hostile = '\u202e\u0001"<Ada>]]>&amp;\r\n'
    events = [
        made(FIRST, 1, "citation", payloads.citation("doi:10.1000/x<&'", "supports")),
        made(SECOND, 1, "citation", payloads.citation("doi:10.1000/x<&'", "refutes")),
        made(SECOND, 1, "replication", payloads.replication(hostile, "c")),
    ]
    graph = built({1: events, 2: []}).build()
    (tmp_path / "graph.graphml").write_bytes(b"".join(graphml(graph, verified=True)))
    read = networkx.read_graphml(tmp_path / "graph.graphml", force_multigraph=True)
    assert [each["identifier"] for _, each in read.nodes(data=True)] == [
        node.id.replace("\u0001", "\\u{1}") for node in graph.nodes
    ]
    found = sorted((each["stance"], each["signer"]) for _, _, each in read.edges(data=True))
    assert found == sorted((edge.stance, edge.claim.signer) for edge in graph.edges)
    cited = max(each["cited_by"] for _, each in read.nodes(data=True))
    assert read.is_directed() and cited == 1
