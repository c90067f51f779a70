"""The page of a graph: its picture, and a table beneath it (spec GRAPH-9)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from pithbundle.graph.labels import sign_of
from pithbundle.graph.model import COUNTED_AS, STANCES, Graph, Node
from pithbundle.graph.picture import NARROW, WIDE, Choice, Picture, choose, rank
from pithbundle.merge.event_types.citation import RELATIONSHIPS
from pithbundle.merge.event_types.replication import OUTCOMES
from pithbundle.mirror.pages.rendering import render_alone
from pithbundle.wording import plural

#: The most rows of a table.
MOST_ROWS: Final = 1_000
#: The words of lines, in the order of the legend.
_WORDS: Final = tuple(dict.fromkeys(RELATIONSHIPS + OUTCOMES))
_STANCES: Final = {"for": "For", "against": "Against", "neutral": "Neutral"}


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row of the table has beside its node."""

    node: Node
    relationships: str
    apart: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """A graph with everything that the page shows of it."""

    graph: Graph
    title: str
    description: str
    caption: str
    choice: Choice
    wide: Picture
    narrow: Picture
    #: Current claims by their word.
    words: dict[str, int]
    #: Claims that are not counted as current.
    apart: int
    has_claimants: bool
    #: Whether a node has findings all of which are retracted.
    has_gone: bool
    #: What the picture does not show, in sentences.
    drawn: str
    rows: tuple[_Row, ...]
    more: str
    nothing: str


def graph_page(verified: Graph, unverified: Graph, policy_sha256: str, unread: int = 0) -> bytes:
    """Return the page of two graphs, which needs no other file.

    Args:
        verified: of the claims of valid events.
        unverified: of the claims of unverified elements.
        policy_sha256: of the policy, in hex.
        unread: unverified elements that may be claims and are not read (GRAPH-2).
    """
    values: dict[str, object] = {
        "verified": _shown(verified, "with a verified signature"),
        "unverified": _shown(unverified, "without a verified signature"),
        "stances": STANCES,
        "words": _STANCES,
        "described": _described,
        "sign_of": sign_of,
        "policy": policy_sha256,
        "unread": unread,
    }
    return render_alone("graph.html", "graph.css", values)


def _shown(graph: Graph, which: str) -> _Shown:
    choice = choose(graph)
    wide, narrow = choice.on(WIDE), choice.on(NARROW)
    current = Counter(edge.claim.relationship for edge in graph.edges if edge.counted_as == "current")
    worth = sorted((node for node in graph.nodes if node.counts or node.findings), key=rank)
    counts = ", ".join(f"{graph.count(stance, 'current')} {stance}" for stance in STANCES)
    return _Shown(
        graph=graph,
        title=f"Graph of the claims {which}",
        description=f"{plural(len(choice.nodes), 'node')} and {plural(len(choice.lines), 'line')}: claims "
        f"that count are {counts}. The table below has the numbers of each work.",
        caption=f"Works of which something is claimed {which}, the most cited first",
        choice=choice,
        wide=wide,
        narrow=narrow,
        words={word: current[word] for word in _WORDS if current[word]},
        apart=sum(edge.counted_as != "current" for edge in graph.edges),
        has_claimants=any(node.kind == "claimant" for node in choice.nodes),
        has_gone=any(node.findings and all(one.retracted for one in node.findings) for node in choice.nodes),
        drawn=_drawn(graph, choice, wide),
        rows=tuple(_row(node) for node in worth[:MOST_ROWS]),
        more=f"{len(worth) - MOST_ROWS} more are in the files beside this page." * (len(worth) > MOST_ROWS),
        nothing=f"There are no claims and no findings {which}.",
    )


def _drawn(graph: Graph, choice: Choice, wide: Picture) -> str:
    found = ["An arrow leads from the work that cites, or from the claimant, to the work that it is about."]
    if (claims := sum(line.claims for line in choice.lines)) > len(choice.lines):
        found.append(
            "A line is all claims with one word between two nodes that are counted in one way: "
            f"{plural(len(choice.lines), 'line')} for {plural(claims, 'claim')}."
        )
    if choice.all_nodes > len(choice.nodes):
        found.append(
            f"Drawn are the {len(choice.nodes)} most cited of {choice.all_nodes} nodes, "
            "and only lines between them."
        )
    if choice.all_lines > len(choice.lines):
        found.append(
            f"Drawn are {len(choice.lines)} of {choice.all_lines} lines, those for and against first."
        )
    if left := len(graph.nodes) - choice.all_nodes:
        found.append(f"Not drawn: {plural(left, 'work')} without claims and findings.")
    if len(wide.labels) < len(choice.nodes):
        found.append("Named are the most cited for which there is room.")
    return " ".join(found)


def _row(node: Node) -> _Row:
    parts = [_listed(node.relationships)]
    if node.replications:
        parts.append(f"replications: {_listed(node.replications)}")
    apart: dict[str, int] = {
        one: sum(node.count(stance, one) for stance in STANCES) for one in COUNTED_AS[1:]
    }
    return _Row(node, "; ".join(filter(None, parts)), _listed(apart))


def _listed(counts: dict[str, int]) -> str:
    """Counts with their words, the most frequent first."""
    found = sorted(((-count, word) for word, count in counts.items() if count))
    return ", ".join(f"{word.replace('_', ' ')} {-count}" for count, word in found)


def _described(node: Node) -> str:
    """What is known of a node, for the text that a pointer shows."""
    parts = [f"cited by {node.cited_by}"]
    parts += [f"{count} {stance}" for stance in STANCES if (count := node.count(stance))]
    if node.findings:
        parts.append(plural(len(node.findings), "finding"))
    if node.claims_made:
        parts.append(f"makes {plural(node.claims_made, 'claim')}")
    return ", ".join(parts)
