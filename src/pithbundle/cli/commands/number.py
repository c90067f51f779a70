"""``pithbundle number``: the Pith Number of records or bundles, recomputed and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from pithbundle.cli.document_file import read_abstract
from pithbundle.cli.inputs import (
    PATH,
    InputRejected,
    abstract_option,
    encoding_option,
    json_option,
    limit_option,
    read_bytes,
    rejecting,
    require_single_stdin,
    truncated_option,
)
from pithbundle.cli.output import Exit, Output, worst
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.encoding.values import pointer as pointer_of
from pithbundle.errors import Fault, PithError, RecordError
from pithbundle.newtypes import Pointer

#: What is shown of a record that is not complete.
_CLAIMS: Final = ("pith_number", "canonical_sha256")


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

    @property
    def status(self) -> Exit:
        """The exit status: a fault, a record that is not complete, or a number."""
        if self.faults:
            return Exit.INVALID
        return Exit.UNVERIFIED if self.record is None else Exit.VALID


@click.command(
    "number",
    epilog="\b\nExamples:\n  pithbundle number record.json\n"
    "  pithbundle number --json bundle.json other.cbor\n"
    "  pithbundle number --truncated beginning.json\n\n"
    "Exit status: 0 the numbers were recomputed; 1 a record is rejected or a claim "
    "differs; 2 usage error, or an unusable file; 3 a record is not complete.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@truncated_option
@abstract_option
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    truncated: bool,
    abstract_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Recompute the Pith Number of the records in each FILE.

    A file is a canonical record, a bundle, a state or other object with a canonical_record,
    or a list of these. Of a graph document, which has no record, the number is derived from
    its metadata; an abstract that was cut there is completed by --abstract. If a pith_number
    or canonical_sha256 in the file differs, the exit status is 1. No signature is checked;
    use pithbundle verify for that.

    With --truncated a FILE may be the beginning of a JSON document. A number is recomputed
    only from a record that is complete in it.
    """
    require_single_stdin(abstract_path, *files)
    if truncated and encoding == "cbor":
        raise click.UsageError("--truncated reads JSON alone", click.get_current_context())
    reading = _Reading(limits, encoding, truncated, read_abstract(abstract_path, limits))
    statuses: list[int] = []
    all_found: list[Found] = []
    results: list[Value] = []
    for file in files:
        try:
            found = list(_numbers(file, reading))
        except InputRejected as rejection:
            statuses.append(rejection.status)
            all_found.append(Found("", None, (rejection.error.fault,)))
            results.append(_value(file, all_found[-1], rejection.hint))
            out.print_rejection(rejection.path, rejection.error, rejection.hint)
            continue
        all_found += found
        for item in found:
            statuses.append(item.status)
            results.append(_value(file, item))
            if not out.as_json:
                _print(out, file, item)
    status = worst(statuses)
    if out.as_json:
        return out.result(_outcome(all_found, status), status, {"results": results})
    return status


def _outcome(found: Sequence[Found], status: int) -> str:
    """The outcome in the words of REPORT-2: a rejected record, a wrong claim, a file that cannot be read."""
    if status == Exit.INVALID:
        rejected = any(item.record is None and item.faults and item.faults[0].code != "io" for item in found)
        return "rejected" if rejected else "invalid"
    return "valid" if status == Exit.VALID else "unverified"


@dataclass(frozen=True, slots=True)
class _Reading:
    """How files are read."""

    limits: Limits
    encoding: Encoding | None
    truncated: bool
    abstract: str | None


def _numbers(file: str, reading: _Reading) -> Iterator[Found]:
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
                Fault("subject", f"claimed {_brief(claimed['pith_number'])}", _member(pointer, "pith_number"))
            )
    if "canonical_sha256" in claimed and claimed["canonical_sha256"] != record.hex:
        detail = f"claimed {_brief(claimed['canonical_sha256'])}"
        faults.append(Fault("hash_mismatch", detail, _member(pointer, "canonical_sha256")))
    return Found(pointer, record, tuple(faults), tuple(_notes(claimed, record)))


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
        yield f"short_pith_number: claimed {_brief(claimed['short_pith_number'])}"
    derived = dict(record.aliases)
    listed = claimed.get("source_aliases")
    for alias in listed if isinstance(listed, list) else ():
        if isinstance(alias, dict):
            kind, value = alias.get("alias_kind"), alias.get("alias_value")
            if isinstance(kind, str) and kind in derived and value != derived[kind]:
                yield f"alias {kind}: claimed {_brief(value)}"


def _brief(value: Value) -> str:
    return value if isinstance(value, str) else "not a string"


def _print(out: Output, file: str, item: Found) -> None:
    where = out.file_name(file) + (f" at {out.show(item.pointer)}" if item.pointer else "")
    if item.record is None and not item.faults:
        _print_incomplete(out, where, item)
        return
    if item.record is None:
        fault = item.faults[0]
        out.heading("rejected", where)
        out.detail("why", f"{fault.message} {fault.location} [{fault.code}, {fault.clause}]")
        out.detail("hint", item.hint or fault.hint)
        return
    if item.faults:
        out.heading("mismatch", str(item.record.number), "bad")
        for fault in item.faults:
            out.detail("differs", f"{fault.message} {fault.location} [{fault.code}, {fault.clause}]")
    else:
        how = ", derived from metadata: the file has no record" if item.derived else ""
        out.heading("number", f"{item.record.number}{how}", "plain")
    out.detail("file", where)
    if item.cut_in is not None:
        out.detail("truncated", f"the file is cut in {_cut_in(out, item)}; the record is complete")
    out.detail("short", item.record.number.short)
    out.detail("sha256", item.record.hex)
    for kind, value in item.record.aliases:
        out.detail("alias", f"{kind} {out.show(value)}")
    for note in item.notes:
        out.detail("no effect", out.show(note))


def _print_incomplete(out: Output, where: str, item: Found) -> None:
    """Print what a file that was cut claims: nothing of it was recomputed."""
    out.heading("incomplete", where, "doubtful")
    out.detail("truncated", f"the file is cut in {_cut_in(out, item)}, before the end of the record")
    for name in _CLAIMS:
        if name in item.claims:
            out.detail("claimed", f"{name} {out.show(_brief(item.claims[name]), 80)}")
    out.detail("why", "a number is the hash of a whole record: nothing was recomputed")


def _cut_in(out: Output, item: Found) -> str:
    return out.show(item.cut_in or "the top level", 120)


def _value(file: str, item: Found, hint: str = "") -> Object:
    """One result: the number and what is claimed of it, or the error for which there is none."""
    result: Object = {"file": portable(file), "pointer": item.pointer}
    result["truncated"] = item.cut_in
    if item.record is None and not item.faults:
        return {
            **result,
            "error": None,
            "claims": {n: _brief(item.claims[n]) for n in _CLAIMS if n in item.claims},
        }
    if item.record is None:
        fault = item.faults[0]
        return {**result, "error": {**fault.to_value(), "hint": hint or item.hint or fault.hint}}
    return {
        **result,
        "error": None,
        "derived": item.derived,
        "faults": [fault.to_value() for fault in item.faults],
        "pith_number": str(item.record.number),
        "short_pith_number": item.record.number.short,
        "canonical_sha256": item.record.hex,
        "aliases": [{"alias_kind": kind, "alias_value": value} for kind, value in item.record.aliases],
        "unsigned_differences": [*item.notes],
    }
