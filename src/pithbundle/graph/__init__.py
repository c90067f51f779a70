"""Citations and replications over many bundles, as a graph (GRAPH-1 to GRAPH-9).

:func:`~pithbundle.graph.reading.claims_of_bundles` reads what the bundles of one record claim,
:class:`~pithbundle.graph.model.GraphBuilder` takes the claims of many records and makes a graph of those of
valid events, and one of those of unverified elements. :mod:`~pithbundle.graph.rows` writes a graph
as JSON Lines, :mod:`~pithbundle.graph.graphml` as GraphML.

Nothing here reads a file, and nothing here changes a state: spellings of identifiers are made equal in the
graph alone.
"""

from __future__ import annotations

from pithbundle.graph.claims import (
    Claim,
    ClaimKind,
    Finding,
    Occurrence,
    Read,
    RecordClaims,
    RecordNode,
    claims_of,
)
from pithbundle.graph.graphml import graphml
from pithbundle.graph.model import CountedAs, Counts, Edge, Graph, GraphBuilder, Node, Stance
from pithbundle.graph.reading import claims_of_bundles
from pithbundle.graph.rows import edge_lines, node_lines
from pithbundle.graph.works import Work, WorkKind, work_of

__all__ = [
    "Claim",
    "ClaimKind",
    "CountedAs",
    "Counts",
    "Edge",
    "Finding",
    "Graph",
    "GraphBuilder",
    "Node",
    "Occurrence",
    "Read",
    "RecordClaims",
    "RecordNode",
    "Stance",
    "Work",
    "WorkKind",
    "claims_of",
    "claims_of_bundles",
    "edge_lines",
    "graphml",
    "node_lines",
    "work_of",
]
