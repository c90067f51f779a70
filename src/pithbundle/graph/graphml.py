"""The graph as GraphML, for programs that draw and analyse graphs (spec GRAPH-8).

Nodes and edges are numbered, because an id of GraphML is an NMTOKEN: no text of others is in an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pithbundle.encoding.values import Value
from pithbundle.escape import visible
from pithbundle.graph.model import COUNTED_AS, STANCES, Edge, Graph, Node
from pithbundle.graph.rows import edge_value, in_parts
from pithbundle.merge.event_types.citation import RELATIONSHIPS
from pithbundle.merge.event_types.replication import OUTCOMES

#: The name of the file of a graph; that of unverified claims begins as their other files do.
GRAPHML: Final = "graph.graphml"
#: The longest label, in characters; the identifier is whole.
_LABEL: Final = 80
_NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
#: What XML 1.0 cannot have, not even as a reference.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: The attributes of nodes and of edges, with their types.
_OF_NODES: Final = {
    **dict.fromkeys(("identifier", "label", "kind", "records"), "string"),
    **dict.fromkeys(
        (
            "cited_by",
            *STANCES,
            *COUNTED_AS[1:],
            "claims_made",
            "findings",
            "retracted_findings",
            *(f"citations_{one}" for one in RELATIONSHIPS),
            *(f"replications_{one}" for one in OUTCOMES),
        ),
        "int",
    ),
}
_OF_EDGES: Final = {
    "verified": "boolean",
    **dict.fromkeys(
        ("record", "kind", "signer", "stance", "counted_as", "relationship", "outcome", "replication_kind",
         "moderation", "claim", "url", "ids", "retracted", "spellings"),
        "string",
    ),
}  # fmt: skip
_ABOUT: Final = {
    True: "Claims of events with a verified signature.",
    False: "Claims without a verified signature: anybody can write them.",
}


def graphml(graph: Graph, *, verified: bool) -> Iterator[bytes]:
    """Return the graph as the parts of a GraphML file.

    Args:
        graph: nodes and edges, in its order.
        verified: whether a signature covers its claims.
    """
    return in_parts(line.encode("utf-8") for line in _lines(graph, verified))


def _lines(graph: Graph, verified: bool) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<graphml xmlns="{_NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{_NAMESPACE} {_NAMESPACE}/1.0/graphml.xsd">'
    )
    for kind, names in (("node", _OF_NODES), ("edge", _OF_EDGES)):
        for name, of_type in names.items():
            yield f'<key id="{kind}-{name}" for="{kind}" attr.name="{name}" attr.type="{of_type}"/>'
    yield '<graph id="claims" edgedefault="directed">'
    yield f"<desc>{_ABOUT[verified]}</desc>"
    numbers = {node.id: at for at, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        yield f'<node id="n{numbers[node.id]}">{_data("node", _of_node(node))}</node>'
    for at, edge in enumerate(graph.edges):
        ends = f'source="n{numbers[edge.source]}" target="n{numbers[edge.target]}"'
        yield f'<edge id="e{at}" {ends}>{_data("edge", _of_edge(edge, verified))}</edge>'
    yield "</graph>"
    yield "</graphml>"


def _data(kind: str, values: dict[str, Value]) -> str:
    """The values that there are, in their order."""
    return "".join(
        f'<data key="{kind}-{name}">{_text(value)}</data>'
        for name, value in values.items()
        if value is not None
    )


def _text(value: Value) -> str:
    if type(value) is bool:
        return "true" if value else "false"
    text = _FORBIDDEN.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", str(value))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A reader of XML makes a line feed of it otherwise.
    return text.replace("\r", "&#13;")


def _of_node(node: Node) -> dict[str, Value]:
    apart: dict[str, Value] = {
        one: sum(node.count(stance, one) for stance in STANCES) for one in COUNTED_AS[1:]
    }
    return {
        "identifier": node.id,
        "label": visible(node.name, _LABEL),
        "kind": node.kind,
        "records": " ".join(one.number for one in node.records) or None,
        "cited_by": node.cited_by,
        **{stance: node.count(stance) for stance in STANCES},
        **apart,
        "claims_made": node.claims_made,
        "findings": len(node.findings),
        "retracted_findings": sum(one.retracted for one in node.findings),
        **{f"citations_{one}": node.relationships.get(one) for one in RELATIONSHIPS},
        **{f"replications_{one}": node.replications.get(one) for one in OUTCOMES},
    }


def _of_edge(edge: Edge, verified: bool) -> dict[str, Value]:
    value = edge_value(edge, verified=verified)
    # A claimant has one spelling, which is its node; works and ids have no space.
    spellings = edge.spellings if edge.claim.kind == "citation" else ()
    lists = {"ids": edge.ids, "retracted": edge.retracted, "spellings": spellings}
    texts: dict[str, Value] = {name: " ".join(each) or None for name, each in lists.items()}
    return {name: texts[name] if name in texts else value[name] for name in _OF_EDGES}
