"""Record documents and graph documents: which members a record determines (spec DOC-5 to DOC-7).

What a record does not determine is claimed: the names of authors, a headline, a status.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.bundle.document import Finding, Path, ReadDocument, finding, same
from pithbundle.bundle.document_types import GRAPH
from pithbundle.bundle.record import SCHEMA_VERSION, Record
from pithbundle.bundle.titles import WHITE_SPACE, abstract_sha256, title_sha256
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import RecordError

#: The characters of an excerpt that was cut (DOC-6).
EXCERPT_CHARACTERS: Final = 600
_SHORT: Final[Path] = ("short_pith_number",)
_VERSION: Final[Path] = ("schema_version",)
_TITLE: Final[Path] = ("paper", "title")
_EXCERPT: Final[Path] = ("paper", "abstract_excerpt")
_CROSS_CATS: Final[Path] = ("paper", "cross_cats")
#: The objects whose members have findings of their own.
_INSIDE: Final = frozenset({"paper", "source", "verdict", "verification_status"})
#: Members that :func:`pithbundle.bundle.document.record_of` has checked.
_CHECKED: Final = frozenset({"canonical_record", "canonical_sha256", "pith_number"})
#: The members of ``paper`` that a record has as they are.
_AS_THEY_ARE: Final = ("license", "primary_cat", "submitted_at")
#: By the path of a member in the document: the path in the record of what determines it (DOC-5).
_MEMBERS: Final[dict[Path, tuple[str, str]]] = {
    **{("source", name): ("source", name) for name in ("id", "kind", "version")},
    **{("paper", name): ("metadata", name) for name in _AS_THEY_ARE},
    _CROSS_CATS: ("metadata", "cross_cats_sorted"),
    _TITLE: ("metadata", "title_canon_sha256"),
    _EXCERPT: ("metadata", "abstract_canon_sha256"),
}
#: The paths of all that a record determines.
_PATHS: Final = frozenset({_SHORT, _VERSION, *_MEMBERS})
_NOT_COMPLETE: Final = "the record is not complete"


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of the paper of a document: its record, if it has one, and an abstract from elsewhere."""

    record: Record | None
    abstract: str | None = None


def record_findings(document: ReadDocument, paper: Paper) -> tuple[Finding, ...]:
    """Return the findings of a record document or a graph document, in its order (DOC-5, DOC-6).

    Args:
        document: the document; :func:`pithbundle.bundle.document.record_of` accepted its record.
        paper: its record, and the abstract that the user gives.
    """
    return tuple(_findings(document, paper))


def _findings(document: ReadDocument, paper: Paper) -> Iterator[Finding]:
    determined = {} if paper.record is None else _determined(paper.record)
    for name, value in document.members().items():
        if name in _CHECKED:
            yield _checked(name, paper.record)
        elif name not in _INSIDE or type(value) is not dict:
            yield _finding(document, (name,), value, determined, paper)
    for above in sorted(_INSIDE):
        for name, value in document.members(above).items():
            yield _finding(document, (above, name), value, determined, paper)


def _checked(name: str, record: Record | None) -> Finding:
    if record is None:
        return finding((name,), "unknown", _NOT_COMPLETE)
    if name == "canonical_record":
        return finding((name,), "agrees", "a well-formed record")
    return finding((name,), "reproduced", "recomputed from the record")


def _determined(record: Record) -> dict[Path, Value]:
    """What a record determines, by the path of the member (DOC-5)."""
    found: dict[Path, Value] = {_SHORT: record.number.short, _VERSION: SCHEMA_VERSION}
    for path, (above, name) in _MEMBERS.items():
        found[path] = _object(record.value[above])[name]
    return found


def _finding(
    document: ReadDocument, path: Path, value: Value, determined: dict[Path, Value], paper: Paper
) -> Finding:
    if path not in _PATHS or (document.kind is GRAPH and paper.record is None):
        return finding(path, "claimed")
    if path not in determined:
        return finding(path, "unknown", _NOT_COMPLETE)
    expected = determined[path]
    if path == _TITLE:
        return _title(value, expected)
    if path == _EXCERPT:
        return _excerpt(value, expected, paper.abstract)
    agrees = same(_sorted(value) if path == _CROSS_CATS else value, expected)
    return finding(path, "agrees" if agrees else "differs", "the record determines it")


def _title(value: Value, expected: Value) -> Finding:
    if type(value) is not str:
        return finding(_TITLE, "differs", "not a string")
    reproduced = title_sha256(value) == expected
    return finding(_TITLE, "reproduced" if reproduced else "not_reproduced", "title_canon_sha256")


def _excerpt(value: Value, expected: Value, abstract: str | None) -> Finding:
    if type(value) is not str:
        return finding(_EXCERPT, "differs", "not a string")
    if len(value) < EXCERPT_CHARACTERS:
        reproduced = abstract_sha256(value) == expected
        return finding(
            _EXCERPT,
            "reproduced" if reproduced else "not_reproduced",
            "abstract_canon_sha256, as a whole abstract",
        )
    if abstract is None or abstract_sha256(abstract) != expected:
        return finding(_EXCERPT, "claimed", "" if abstract is None else "the abstract given is another one")
    agrees = _begins(abstract, value)
    return finding(_EXCERPT, "agrees" if agrees else "differs", "the beginning of the abstract given")


def _begins(abstract: str, excerpt: str) -> bool:
    """Whether an abstract begins with an excerpt, ignoring white space (DOC-6)."""
    return _spaced(abstract).startswith(_spaced(excerpt))


def _spaced(text: str) -> str:
    """A text with one space for each run of white space, and none at its ends."""
    return WHITE_SPACE.sub(" ", text).strip(" ")


def _sorted(value: Value) -> Value:
    if type(value) is list and all(type(element) is str for element in value):
        return sorted(value, key=str)
    return value


def _object(value: Value) -> Object:
    return value if type(value) is dict else {}


def derived_metadata(document: ReadDocument, abstract: str | None = None) -> Object:
    """Return what follows for a record from the complete metadata of a graph document (DOC-7).

    A member of the record that does not follow is absent.

    Args:
        document: a graph document.
        abstract: the abstract, where the excerpt of the document is cut; it is used only if the
            excerpt is its beginning.
    """
    paper, source = document.members("paper"), document.members("source")
    metadata: Object = {name: paper[name] for name in _AS_THEY_ARE if name in paper}
    if "cross_cats" in paper:
        metadata["cross_cats_sorted"] = _sorted(paper["cross_cats"])
    title, excerpt = paper.get("title"), paper.get("abstract_excerpt")
    if type(title) is str:
        metadata["title_canon_sha256"] = title_sha256(title)
    if type(excerpt) is str:
        whole: str | None = excerpt
        if len(excerpt) >= EXCERPT_CHARACTERS:
            whole = abstract if abstract is not None and _begins(abstract, excerpt) else None
        if whole is not None:
            metadata["abstract_canon_sha256"] = abstract_sha256(whole)
    found: Object = {name: source[name] for name in ("id", "kind", "version") if name in source}
    return {"metadata": metadata, "schema_version": SCHEMA_VERSION, "source": found}


def derived_record(document: ReadDocument, abstract: str | None = None) -> Record | None:
    """Return the record that follows from the metadata of a graph document, or None (DOC-7).

    ``abstract`` is as for :func:`derived_metadata`.
    """
    try:
        return Record.from_read(derived_metadata(document, abstract))
    except RecordError:
        return None
