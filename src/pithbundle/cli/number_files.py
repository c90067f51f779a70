"""The records of a file and their numbers, and how what is claimed beside them compares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import click

from pithbundle.bundle.document import DocumentError, Path, ReadDocument, read_document
from pithbundle.bundle.document_types import (
    BUNDLE,
    GRAPH,
    INTEGRITY,
    MANIFEST,
    PUBLIC_KEY,
    RECORD,
    RECORD_DOCUMENT,
    STATE,
    Document,
    recognise,
)
from pithbundle.bundle.reader import subject_fault
from pithbundle.bundle.record import Record
from pithbundle.bundle.record_documents import derived_record
from pithbundle.cli.inputs import InputRejected, input_name, read_bytes, rejecting
from pithbundle.cli.number_arxiv import Beside, Papers
from pithbundle.cli.output import Exit
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value
from pithbundle.encoding.values import pointer as pointer_of
from pithbundle.errors import Fault, PithError, RecordError
from pithbundle.evidence.arxiv import MetadataError
from pithbundle.newtypes import Pointer

#: The hint for an element of a list that is no record.
_NO_RECORD: Final = "an element of a list is a canonical record, or an object with a canonical_record"


@dataclass(frozen=True, slots=True)
class Found:
    """One record of a file: its number and how that compares, or why it has none."""

    pointer: str
    record: Record | None
    #: Why the record is rejected, or a claimed number or hash is wrong.
    faults: tuple[Fault, ...]
    #: Wrong members that nothing uses: reported, without effect (BUN-6).
    notes: tuple[str, ...] = ()
    #: What to do where the record is rejected.
    hint: str = ""
    #: Whether the record follows from metadata (DOC-7), and is not in the file.
    derived: bool = False
    #: Of a file that was cut: the innermost container that it does not close (TRUNC-3).
    cut_in: str | None = None
    #: What the file claims of a record that is not complete, and so not recomputed.
    claims: Object = field(default_factory=dict)
    #: What a file of arXiv's metadata gives for it; None if none was given.
    beside: Beside | None = None
    #: The identifier that was asked for, where the record follows from metadata alone or is not found there.
    arxiv_id: str | None = None
    #: The title that the file claims beside the record. Nothing is checked of it yet.
    title: str | None = None

    @property
    def status(self) -> Exit:
        """The exit status: a fault, a record that is not complete or not reproduced, or a number."""
        if self.faults:
            return Exit.INVALID
        if self.record is None or (self.beside is not None and not self.beside.reproduced):
            return Exit.UNVERIFIED
        return Exit.VALID


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read."""

    limits: Limits
    encoding: Encoding | None
    truncated: bool
    abstract: str | None


def numbers(file: str, reading: Reading) -> Iterator[Found]:
    """The records of a file.

    Raises:
        InputRejected: it cannot be read, or has no record.
    """
    data = read_bytes(file, reading.limits.size)
    with rejecting(file, data=data):
        document = read_document(data, reading.limits, encoding=reading.encoding, truncated=reading.truncated)
        value = document.value
        if value == [] and document.is_complete():
            raise RecordError("type", "an empty list: there is no record in it", pointer="")
        if document.kind in (INTEGRITY, MANIFEST, PUBLIC_KEY):
            raise DocumentError(
                "type", f"{document.kind.description} has no record, and so no number", pointer=""
            )
    found = (
        [_number(document, (index,), reading.abstract) for index in range(len(value))]
        if isinstance(value, list)
        else [_number(document, (), reading.abstract)]
    )
    for one in found:
        if isinstance(value, list) and one.record is None and one.faults and one.faults[0].code == "type":
            one = replace(one, hint=_NO_RECORD)
        if not isinstance(value, list) and one.record is None and one.faults and one.faults[0].code == "type":
            # The most frequent cause: the file is not a record, so its type is reported.
            kind = document.kind
            if kind not in (RECORD, RECORD_DOCUMENT, BUNDLE, STATE, GRAPH):
                one = replace(one, hint=f"the file is {kind.description}: {kind.use}")
        yield replace(one, cut_in=document.open_pointer)


def one_record(file: str, reading: Reading, what: str) -> tuple[Record, str | None]:
    """The record of a file that has one, and the title that the file claims.

    Args:
        file: its path.
        reading: how it is read.
        what: what has one record, for an error: as in ``a paper has one number``.

    Raises:
        InputRejected: it cannot be read, or has no record that can be recomputed.
        click.UsageError: it has several.
    """
    found = [*numbers(file, reading)]
    for each in found:
        if each.faults:
            raise InputRejected(file, PithError.of(each.faults[0]), Exit.INVALID, each.hint or None)
    by_number = {each.record.number: (each.record, each.title) for each in found if each.record is not None}
    if len(by_number) != 1:
        message = f"{input_name(file)} has {len(by_number)} records. {what}"
        raise click.UsageError(message, click.get_current_context())
    return next(iter(by_number.values()))


def of_paper(arxiv_id: str, papers: Papers) -> Found:
    """The record that follows from the metadata of a paper (ARXIV-3)."""
    metadata = papers.get(arxiv_id)
    if metadata is None:
        return Found("", None, (), arxiv_id=arxiv_id)
    if isinstance(metadata, MetadataError):
        return Found("", None, (metadata.fault,), arxiv_id=arxiv_id)
    return Found("", metadata.record, (), arxiv_id=arxiv_id)


def _number(document: ReadDocument, at: Path, abstract: str | None) -> Found:
    """The record at a path of a document, and how what is claimed beside it compares."""
    pointer = pointer_of(at)
    kind = recognise(document.get(*at)) if at else document.kind
    if kind is GRAPH and not at:
        return _derived(document, abstract)
    path, has_claims = _record_at(document, at, kind)
    cut_before = document.get(*path) is None and not document.is_complete(*at)
    if cut_before or not document.is_complete(*path):
        return Found(pointer, None, (), claims=document.members(*at))
    claimed = document.members(*at) if has_claims else {}
    try:
        record = Record.from_read(document.get(*path), pointer_of(path))
    except PithError as error:
        return Found(pointer, None, (error.fault,))
    faults = []
    if "pith_number" in claimed:
        mismatch = subject_fault(claimed["pith_number"], record)
        if mismatch is not None:
            faults.append(
                Fault(
                    "subject",
                    f"claimed {brief_claim(claimed['pith_number'])}",
                    _member(pointer, "pith_number"),
                )
            )
    if "canonical_sha256" in claimed and claimed["canonical_sha256"] != record.hex:
        detail = f"claimed {brief_claim(claimed['canonical_sha256'])}"
        faults.append(Fault("hash_mismatch", detail, _member(pointer, "canonical_sha256")))
    title = document.members(*at, "paper").get("title") if has_claims else None
    shown = title if isinstance(title, str) else None
    return Found(pointer, record, tuple(faults), tuple(_notes(claimed, record)), title=shown)


def _record_at(document: ReadDocument, at: Path, kind: Document) -> tuple[Path, bool]:
    """Where the record of the object at a path is, and whether the members beside it are claims of it."""
    inside = (*at, "current", "canonical_record") if kind is STATE else (*at, "canonical_record")
    has_record = inside[-1] in document.members(*inside[:-1]) or not document.is_complete(*inside)
    return (inside, True) if has_record or kind is STATE else (at, False)


def _member(pointer: Pointer, name: str) -> Pointer:
    return Pointer(f"{pointer}/{name}")


def _derived(document: ReadDocument, abstract: str | None) -> Found:
    """The number that follows from the metadata of a graph document (DOC-7)."""
    record = derived_record(document, abstract)
    if record is not None:
        return Found("", record, (), derived=True)
    if not document.is_complete():
        return Found("", None, ())
    detail = "no record follows from it: a member is missing or wrong, or the abstract is cut; see --abstract"
    return Found("", None, (Fault("type", detail, Pointer(""), ruled_by="DOC-7"),))


def _notes(claimed: Object, record: Record) -> Iterator[str]:
    number = record.number
    if "short_pith_number" in claimed and claimed["short_pith_number"] != number.short:
        yield f"short_pith_number: claimed {brief_claim(claimed['short_pith_number'])}"
    derived = dict(record.aliases)
    listed = claimed.get("source_aliases")
    for alias in listed if isinstance(listed, list) else ():
        if isinstance(alias, dict):
            kind, value = alias.get("alias_kind"), alias.get("alias_value")
            if isinstance(kind, str) and kind in derived and value != derived[kind]:
                yield f"alias {kind}: claimed {brief_claim(value)}"


def brief_claim(value: Value) -> str:
    """A claim as one line."""
    return value if isinstance(value, str) else "not a string"
