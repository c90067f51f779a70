"""The graph as JSON Lines: a line for each node and each edge (spec GRAPH-7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object
from pithbundle.graph.claims import Finding, RecordNode
from pithbundle.graph.model import COUNTED_AS, STANCES, Edge, Graph, Node

#: The names of the files of a graph, and what those of unverified claims begin with (GRAPH-7).
NODES: Final = "nodes.jsonl"
EDGES: Final = "edges.jsonl"
APART: Final = "unverified-"
#: About so many bytes are written at once.
_PART: Final = 1 << 16


def node_lines(graph: Graph) -> Iterator[bytes]:
    """The nodes by id, as the parts of a file."""
    return in_parts(encode(node_value(node)) for node in graph.nodes)


def edge_lines(graph: Graph, *, verified: bool) -> Iterator[bytes]:
    """The edges by target, source and claim, as the parts of a file; each says whether it is verified."""
    return in_parts(encode(edge_value(edge, verified=verified)) for edge in graph.edges)


def in_parts(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Join lines to parts of a file; a line feed ends each line."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held += (line, b"\n")
        size += len(line) + 1
        if size >= _PART:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def node_value(node: Node) -> Object:
    """One node as a JSON object."""
    return {
        "id": node.id,
        "kind": node.kind,
        "records": [_record(one) for one in node.records],
        "cited_by": node.cited_by,
        "relationships": {**node.relationships},
        "replications": {**node.replications},
        "claims": {stance: {each: node.count(stance, each) for each in COUNTED_AS} for stance in STANCES},
        "claims_made": node.claims_made,
        "findings": [_finding(one) for one in node.findings],
    }


def edge_value(edge: Edge, *, verified: bool) -> Object:
    """One edge as a JSON object; members that its kind does not have are null."""
    claim = edge.claim
    return {
        "source": edge.source,
        "target": edge.target,
        "record": edge.record,
        "kind": claim.kind,
        "verified": verified,
        "signer": claim.signer or None,
        "stance": edge.stance,
        "counted_as": edge.counted_as,
        "relationship": claim.relationship if claim.kind == "citation" else None,
        "outcome": claim.relationship if claim.kind == "replication" else None,
        "replication_kind": claim.replication_kind or None,
        "moderation": claim.moderation or None,
        "claim": claim.claim or None,
        "url": claim.url or None,
        "ids": [*edge.ids],
        "retracted": [*edge.retracted],
        "spellings": [*edge.spellings],
    }


def _record(record: RecordNode) -> Object:
    return {
        "pith_number": record.number,
        "canonical_sha256": record.canonical_sha256,
        "version": record.version,
        "outcome": record.outcome,
    }


def _finding(finding: Finding) -> Object:
    return {
        "record": finding.record,
        "version": finding.version,
        "detector": finding.detector,
        "finding_type": finding.finding_type,
        "verdict_class": finding.verdict_class,
        "severity": finding.severity,
        "signer": finding.signer or None,
        "id": finding.id,
        "retracted": finding.retracted,
    }
