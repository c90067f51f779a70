"""The graph of the claims of many records (spec GRAPH-3 to GRAPH-6).

A graph is a function of the set of what was added: nothing depends on an order. What grows is one entry for
each record, each different claim and each event or element with one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

from pithbundle.brief import brief
from pithbundle.graph.claims import Claim, Finding, Occurrence, Read, RecordClaims, RecordNode

#: What a claim is to what it is about, by its own word.
Stance: TypeAlias = Literal["for", "against", "neutral"]
#: Whether a claim counts: what is not current is shown and counted apart.
CountedAs: TypeAlias = Literal["current", "self_citation", "pending", "rejected", "retracted"]
STANCES: Final[tuple[Stance, ...]] = get_args(Stance)
COUNTED_AS: Final[tuple[CountedAs, ...]] = get_args(CountedAs)
_STANCE: Final[dict[str, Stance]] = {"supports": "for", "refutes": "against"}
_BY_MODERATION: Final[dict[str, CountedAs]] = {"pending": "pending", "rejected": "rejected"}
#: How many claims of each stance are counted as what.
Counts: TypeAlias = dict[tuple[Stance, CountedAs], int]


@dataclass(frozen=True, slots=True)
class Edge:
    """One claim of one signer, from the work or person that it names to the work of the record."""

    source: str
    target: str
    claim: Claim
    #: The number of the record.
    record: str
    #: The ids of the events, or identities of the elements, that make the claim now; then the retracted ones.
    ids: tuple[str, ...]
    retracted: tuple[str, ...]
    #: How they spell the source.
    spellings: tuple[str, ...]

    __repr__ = brief

    @property
    def stance(self) -> Stance:
        """What the claim is to the record (GRAPH-5)."""
        return _STANCE.get(self.claim.relationship, "neutral")

    @property
    def counted_as(self) -> CountedAs:
        """Whether the claim counts (GRAPH-5)."""
        if not self.ids:
            return "retracted"
        if self.source == self.target:
            return "self_citation"
        return _BY_MODERATION.get(self.claim.moderation, "current")

    @property
    def repeated(self) -> int:
        """How many more events or elements make the identical claim (GRAPH-4)."""
        return max(0, len(self.ids) - 1)


@dataclass(frozen=True, slots=True)
class Node:
    """A work with what is claimed of it, or one who claims something of a work."""

    #: The kind of a work and its value, or ``claimant:`` and the name as signed.
    id: str
    #: The records that were read of it, by number.
    records: tuple[RecordNode, ...] = ()
    findings: tuple[Finding, ...] = ()
    #: The other works that cite it now, and their claims by relationship.
    cited_by: int = 0
    relationships: dict[str, int] = field(default_factory=dict)
    #: The outcomes of replications that count.
    replications: dict[str, int] = field(default_factory=dict)
    #: All claims of it.
    counts: Counts = field(default_factory=dict)
    #: The claims that it makes.
    claims_made: int = 0

    __repr__ = brief

    @property
    def kind(self) -> str:
        """``arxiv``, ``doi``, ``pith``, ``other`` or ``claimant``."""
        return self.id.partition(":")[0]

    @property
    def name(self) -> str:
        """The identifier as people write it, or the text; hostile."""
        kind, _, value = self.id.partition(":")
        return value if kind in ("other", "claimant") else f"arXiv:{value}" if kind == "arxiv" else self.id

    @property
    def claims(self) -> int:
        """How many claims are made of it, and by it."""
        return sum(self.counts.values()) + self.claims_made

    def count(self, stance: Stance, counted_as: CountedAs = "current") -> int:
        """How many claims of this stance are counted so."""
        return self.counts.get((stance, counted_as), 0)


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by id, and edges by what they claim."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    #: The records that are in it.
    records: int

    def count(self, stance: Stance, counted_as: CountedAs) -> int:
        """How many claims of this stance are counted so, over all nodes."""
        return sum(node.count(stance, counted_as) for node in self.nodes)

    @property
    def repeated(self) -> int:
        """How many events or elements make a claim that another one of their signer makes (GRAPH-4)."""
        return sum(edge.repeated for edge in self.edges)

    @property
    def findings(self) -> int:
        """How many findings there are, retracted ones too."""
        return sum(len(node.findings) for node in self.nodes)

    def __repr__(self) -> str:
        return f"Graph(nodes={len(self.nodes)}, edges={len(self.edges)}, records={self.records})"


class GraphBuilder:
    """Takes the claims of records in any order, each record once, and makes two graphs of them.

    Attributes:
        unread: unverified elements that may be claims and are not read.
    """

    def __init__(self) -> None:
        self.unread = 0
        self._records: dict[str, RecordNode] = {}
        self._verified = _Claims()
        self._unverified = _Claims()

    def add(self, claims: RecordClaims) -> None:
        """Take the claims of a record.

        Raises:
            ValueError: claims of this record were taken already.
        """
        suffix = claims.record.suffix
        if suffix in self._records:
            raise ValueError(f"the claims of {suffix} were taken already: add all of its bundles at once")
        self._records[suffix] = claims.record
        self._verified.add(suffix, claims.verified)
        self._unverified.add(suffix, claims.unverified)
        self.unread += claims.unread

    def build(self) -> Graph:
        """The graph of the claims of valid events, with every record (GRAPH-6)."""
        return _graph(self._records, self._records, self._verified)

    def build_unverified(self) -> Graph:
        """The graph of the claims of unverified elements, with their records alone (GRAPH-6)."""
        return _graph(self._records, self._unverified.records, self._unverified)


class _Claims:
    """Claims with the events or elements that make them."""

    def __init__(self) -> None:
        # Tuples, since nearly every claim has one occurrence: a set of one is four times as large.
        self.claims: dict[Claim, tuple[Occurrence, ...]] = {}
        self.findings: dict[str, list[Finding]] = {}
        self.records: set[str] = set()

    def add(self, suffix: str, found: Iterable[Read]) -> None:
        made: dict[Claim, list[Occurrence]] = {}
        for each in found:
            self.records.add(suffix)
            if isinstance(each, Finding):
                self.findings.setdefault(suffix, []).append(each)
            else:
                claim, occurrence = each
                made.setdefault(claim, []).append(occurrence)
        for claim, occurrences in made.items():
            # A claim names its record, whose claims are added once.
            self.claims[claim] = tuple(occurrences)


def _graph(known: dict[str, RecordNode], records: Iterable[str], claims: _Claims) -> Graph:
    nodes: dict[str, _Tally] = {}
    for suffix in records:
        node = nodes.setdefault(known[suffix].work.id, _Tally())
        node.records.append(known[suffix])
        node.findings += claims.findings.get(suffix, ())
    # A number and the arXiv id of its record are one source once that record was read (GRAPH-4).
    identical: dict[Claim, tuple[Occurrence, ...]] = {}
    for claim, occurrences in claims.claims.items():
        source = _resolved(known, claim.source)
        same = claim if source == claim.source else claim._replace(source=source)
        identical[same] = identical.get(same, ()) + occurrences
    edges = sorted((_edge(known, *each) for each in identical.items()), key=_order)
    for edge in edges:
        nodes.setdefault(edge.target, _Tally()).take(edge)
        nodes.setdefault(edge.source, _Tally()).made += 1
    # What was counted of a node is released with it.
    made = tuple(nodes.pop(name).node(name) for name in sorted(nodes))
    return Graph(made, tuple(edges), sum(len(each.records) for each in made))


def _edge(known: dict[str, RecordNode], claim: Claim, occurrences: tuple[Occurrence, ...]) -> Edge:
    record = known[claim.record]
    return Edge(
        claim.source,
        record.work.id,
        claim,
        record.number,
        tuple(sorted({one.id for one in occurrences if not one.retracted})),
        tuple(sorted({one.id for one in occurrences if one.retracted})),
        tuple(sorted({one.spelling for one in occurrences})),
    )


def _resolved(known: dict[str, RecordNode], source: str) -> str:
    """The id of the work of a number whose record was read; any other id as it is (GRAPH-3)."""
    kind, _, value = source.partition(":")
    return known[value].work.id if kind == "pith" and value in known else source


def _order(edge: Edge) -> tuple[str, str, Claim]:
    return edge.target, edge.source, edge.claim


class _Tally:
    """What is counted of a node."""

    __slots__ = ("citing", "counts", "findings", "made", "outcomes", "records", "relationships")

    def __init__(self) -> None:
        self.records: list[RecordNode] = []
        self.findings: list[Finding] = []
        self.citing: set[str] = set()
        self.relationships: dict[str, int] = {}
        self.outcomes: dict[str, int] = {}
        self.counts: Counts = {}
        self.made = 0

    def take(self, edge: Edge) -> None:
        """Count a claim of the node."""
        at = edge.stance, edge.counted_as
        self.counts[at] = self.counts.get(at, 0) + 1
        if edge.counted_as != "current":
            return
        is_citation = edge.claim.kind == "citation"
        words = self.relationships if is_citation else self.outcomes
        words[edge.claim.relationship] = words.get(edge.claim.relationship, 0) + 1
        if is_citation:
            self.citing.add(edge.source)

    def node(self, name: str) -> Node:
        """The node with everything that was counted."""
        records = tuple(sorted(self.records, key=lambda one: one.number))
        return Node(
            name, records, tuple(sorted(self.findings)), len(self.citing), self.relationships, self.outcomes,
            self.counts, self.made,
        )  # fmt: skip
