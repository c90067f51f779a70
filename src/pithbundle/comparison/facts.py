"""Comparing a record document or a graph document with another document or a bundle (spec DIFF-3).

Each side is reduced to facts: named values that a record, a paper and a graph snapshot have. What
only one side has is not comparable, and no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.bundle.document import DocumentError, ReadDocument, record_of, same
from pithbundle.bundle.document_types import BUNDLE, GRAPH, RECORD_DOCUMENT, STATE, Document
from pithbundle.bundle.record import Record
from pithbundle.bundle.record_documents import derived_metadata, derived_record
from pithbundle.comparison.published import state_value
from pithbundle.encoding.timestamps import instant
from pithbundle.encoding.values import Object, Value
from pithbundle.report import Report

#: How a fact compares; ``only left`` and ``only right`` are not comparable.
FactHow: TypeAlias = Literal["agrees", "differs", "only left", "only right"]

#: The kinds of documents for which facts are compared.
OF_FACTS: Final = frozenset({RECORD_DOCUMENT, GRAPH})
#: Members of ``paper`` that a record does not determine.
_OF_PAPER: Final = ("title", "headline", "authors_text", "abstract_excerpt")


@dataclass(frozen=True, slots=True)
class Facts:
    """What one side has: by name, as claimed or recomputed."""

    kind: Document
    pith_number: str | None
    values: dict[str, Value]
    #: The event whose graph snapshot was used, where the side is a bundle or a state.
    snapshot_event: str | None = None

    def __repr__(self) -> str:
        return f"Facts({self.kind.name}, {self.pith_number}, {len(self.values)} values)"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of two sides; the value of a side that has none is None."""

    name: str
    how: FactHow
    left: Value
    right: Value


def facts_of_document(document: ReadDocument) -> Facts:
    """Return the facts of a record document, a graph document or a state (DIFF-3).

    Raises:
        DocumentError: the document is rejected, or is of another kind (``type``).
        RecordError: its record is not one.
    """
    kind = document.kind
    if kind is GRAPH:
        record = derived_record(document)
        values = {**_of_record(derived_metadata(document)), **_of_snapshot(document.members())}
        return Facts(kind, _number(record), _with_hash(values, record))
    if kind not in (RECORD_DOCUMENT, STATE):
        raise DocumentError(
            "type", f"{kind.description} has no facts to compare", pointer="", clause="DIFF-3"
        )
    record = record_of(document)
    values = {} if record is None else _of_record(record.value)
    event_id = None
    if kind is STATE:
        event_id, snapshot = _newest(document.get("current", "graph_snapshots"))
        values |= _of_snapshot(snapshot)
    else:
        values |= _of_paper(document.members("paper"))
    return Facts(kind, _number(record), _with_hash(values, record), event_id)


def facts_of_report(report: Report) -> Facts:
    """Return the facts of a verified bundle: of its record, and of its newest valid graph snapshot (DIFF-3).

    Raises:
        DocumentError: ``type``: the bundle is rejected.
    """
    record = report.record
    if record is None or report.state is None:
        raise DocumentError("type", "a bundle that is rejected has no facts", clause="DIFF-3")
    current = state_value(report.state)["current"]
    sections = current if type(current) is dict else {}
    event_id, snapshot = _newest(sections.get("graph_snapshots"))
    values = {**_of_record(record.value), **_of_snapshot(snapshot)}
    return Facts(BUNDLE, str(record.number), _with_hash(values, record), event_id)


def are_equal(facts: Sequence[Fact]) -> bool:
    """Whether no fact of both sides differs, and at least one agrees (DIFF-3)."""
    hows = {fact.how for fact in facts}
    return "agrees" in hows and "differs" not in hows


def compare_facts(left: Facts, right: Facts) -> tuple[Fact, ...]:
    """Compare two sides, fact by fact: those of both first, in the order of their names (DIFF-3)."""
    both = sorted(left.values.keys() & right.values.keys())
    found = []
    for name in both:
        one, other = left.values[name], right.values[name]
        found.append(Fact(name, "agrees" if same(one, other) else "differs", one, other))
    found += [Fact(name, "only left", left.values[name], None) for name in sorted(left.values.keys() - both)]
    found += [
        Fact(name, "only right", None, right.values[name]) for name in sorted(right.values.keys() - both)
    ]
    return tuple(found)


def _number(record: Record | None) -> str | None:
    return None if record is None else str(record.number)


def _with_hash(values: dict[str, Value], record: Record | None) -> dict[str, Value]:
    return values if record is None else {"canonical_sha256": record.hex, **values}


def _of_record(record: Object) -> dict[str, Value]:
    """The facts of a record, or of what follows for one from a graph document."""
    found: dict[str, Value] = {}
    for name, value in record.items():
        if type(value) is dict:
            found |= {f"record/{name}/{inner}": member for inner, member in value.items()}
        else:
            found[f"record/{name}"] = value
    return found


def _of_paper(paper: Object) -> dict[str, Value]:
    return {f"paper/{name}": paper[name] for name in _OF_PAPER if name in paper}


def _of_snapshot(snapshot: Object) -> dict[str, Value]:
    """The facts of a graph snapshot, in an event or a graph document of its own."""
    paper = snapshot.get("paper")
    values = _of_paper(paper if type(paper) is dict else {})
    for name, value in snapshot.items():
        if name not in ("paper", "source"):
            values[f"graph/{name}"] = value
    return values


def _newest(entries: Value) -> tuple[str | None, Object]:
    """The event id and the graph snapshot of the newest entry; of one instant the smallest id."""
    found: list[tuple[str, str, Object]] = []
    for entry in entries if type(entries) is list else ():
        payload = entry.get("payload") if type(entry) is dict else None
        snapshot = payload.get("graph_snapshot") if type(payload) is dict else None
        if type(entry) is dict and type(snapshot) is dict:
            event_id, created_at = entry.get("event_id"), entry.get("created_at")
            moment = instant(created_at) if type(created_at) is str else None
            found.append((moment or "", event_id if type(event_id) is str else "", snapshot))
    if not found:
        return None, {}
    last = max(moment for moment, _, _ in found)
    event_id, snapshot = min(
        ((name, value) for moment, name, value in found if moment == last), key=lambda pair: pair[0]
    )
    return event_id, snapshot
