"""What a record is about: what its number covers, and what somebody claims of it (spec PAGE-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.bundle.reader import Bundle
from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import title_sha256
from pithbundle.encoding.values import Object, Value, string_fault
from pithbundle.errors import Fault
from pithbundle.merge.state import State
from pithbundle.mirror.contents import title_of

#: Statements of authors that are shown.
_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Paper:
    """What is shown of a paper. Its texts are hostile."""

    #: Has the hash that the record states, whoever wrote it; None without such a title.
    title: str | None
    #: Each signer with the authors that its latest graph snapshot states: the number does not cover them.
    authors: tuple[tuple[str, str], ...]
    category: str
    others: tuple[str, ...]
    submitted_at: str
    license: str
    source_kind: str
    source_id: str
    version: int
    #: Where the paper is, if the record has an arXiv id in its grammar.
    url: str | None


def paper_of(record: Record, state: State, elements: Iterable[Value]) -> Paper:
    """Return what is shown of the paper of a record.

    Args:
        record: the record.
        state: its state.
        elements: elements that are not valid: a title in them counts if it has the hash of the record.
    """
    metadata = _object(record.value["metadata"])
    crossed = metadata["cross_cats_sorted"]
    return Paper(
        title=title_of(record, state) or _title_in(elements, metadata["title_canon_sha256"]),
        authors=tuple(_authors(state))[:_MOST],
        category=str(metadata["primary_cat"]),
        others=tuple(str(one) for one in crossed) if type(crossed) is list else (),
        submitted_at=str(metadata["submitted_at"]),
        license=str(metadata["license"]),
        source_kind=record.source_kind,
        source_id=record.source_id,
        version=record.version,
        url=None if record.arxiv_id is None else f"https://arxiv.org/abs/{record.arxiv_id}",
    )


def elements_of(bundles: Iterable[Bundle]) -> Iterator[Value]:
    """The elements of bundles that a title is looked for in: those that could be read."""
    return (event for bundle in bundles for event in bundle.events if not isinstance(event, Fault))


def _title_in(elements: Iterable[Value], expected: Value) -> str | None:
    for element in elements:
        snapshot = _object(_object(_object(element).get("payload")).get("graph_snapshot"))
        title = _object(snapshot.get("paper")).get("title")
        if type(title) is str and string_fault(title) is None and title_sha256(title) == expected:
            return title
    return None


def _authors(state: State) -> Sequence[tuple[str, str]]:
    """The authors of the latest graph snapshot of each signer that states any."""
    found: dict[str, str] = {}
    for snapshot in state.graph_snapshots:
        text = _object(snapshot.graph_snapshot.get("paper")).get("authors_text")
        if type(text) is str and text:
            found[snapshot.signer_id] = text
    return sorted(found.items())


def _object(value: Value) -> Object:
    return value if type(value) is dict else {}
