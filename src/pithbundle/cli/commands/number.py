"""``pithbundle number``: the Pith Number of records or bundles, recomputed and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import click

from pithbundle.bundle.document_types import BUNDLE, RECORD, RECORD_DOCUMENT, recognise
from pithbundle.bundle.reader import subject_fault
from pithbundle.bundle.record import Record
from pithbundle.cli.inputs import (
    PATH,
    InputRejected,
    format_option,
    json_option,
    limit_option,
    read_bytes,
    rejecting,
    require_single_stdin,
)
from pithbundle.cli.output import Exit, Output, worst
from pithbundle.encoding.cbor import read_cbor
from pithbundle.encoding.json_reader import read_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding, detect_encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import Fault, PithError, RecordError


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


@click.command(
    "number",
    epilog="\b\nExamples:\n  pithbundle number record.json\n"
    "  pithbundle number --json bundle.json other.cbor",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@format_option
@limit_option
@json_option
@click.pass_obj
def command(out: Output, files: tuple[str, ...], format: Encoding | None, limits: Limits) -> int:
    """Recompute the Pith Number of the records in each FILE.

    A file is a canonical record, a bundle or other object with a canonical_record, or a
    list of these. If a pith_number or canonical_sha256 in the file differs, the exit status
    is 1. No signature is checked; use pithbundle verify for that.
    """
    require_single_stdin(*files)
    statuses: list[int] = []
    all_found: list[Found] = []
    results: list[Value] = []
    for file in files:
        try:
            found = list(_numbers(file, limits, format))
        except InputRejected as rejection:
            statuses.append(rejection.status)
            all_found.append(Found("", None, (rejection.error.fault,)))
            results.append(_value(file, all_found[-1], rejection.hint))
            out.print_rejection(rejection.path, rejection.error, rejection.hint)
            continue
        all_found += found
        for item in found:
            statuses.append(Exit.INVALID if item.faults else Exit.VALID)
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
        rejected = any(item.record is None and item.faults[0].code != "io" for item in found)
        return "rejected" if rejected else "invalid"
    return "unverified" if status == Exit.USAGE else "valid"


def _numbers(file: str, limits: Limits, format: Encoding | None) -> Iterator[Found]:
    data = read_bytes(file, limits.size)
    with rejecting(file, data=data):
        read = read_cbor if (format or detect_encoding(data)) == "cbor" else read_json
        # As a bundle is read: a fault inside an event does not affect the record.
        document = read(data, limits, confine="events", depth=limits.bundle_depth)
        if None in document.faults:
            raise PithError.of(document.faults[None])
        value = document.value
        if value == []:
            raise RecordError("type", "an empty list: there is no record in it", pointer="")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield _number(item, f"/{index}")
    else:
        found = _number(value, "")
        if found.record is None and found.faults[0].code == "type":
            # Most often the file is no record at all: say what it is.
            kind = recognise(value)
            if kind not in (RECORD, RECORD_DOCUMENT, BUNDLE):
                found = replace(found, hint=f"the file is {kind.description}: {kind.use}")
        yield found


def _number(value: Value, pointer: str) -> Found:
    claimed: Object = {}
    if isinstance(value, dict) and "canonical_record" in value:
        claimed, value = value, value["canonical_record"]
    try:
        record = Record.from_read(value, f"{pointer}/canonical_record" if claimed else pointer)
    except PithError as error:
        return Found(pointer, None, (error.fault,))
    faults = []
    if "pith_number" in claimed:
        mismatch = subject_fault(claimed["pith_number"], record)
        if mismatch is not None:
            faults.append(
                Fault("subject", f"claimed {_brief(claimed['pith_number'])}", f"{pointer}/pith_number")
            )
    if "canonical_sha256" in claimed and claimed["canonical_sha256"] != record.hex:
        detail = f"claimed {_brief(claimed['canonical_sha256'])}"
        faults.append(Fault("hash_mismatch", detail, f"{pointer}/canonical_sha256"))
    return Found(pointer, record, tuple(faults), tuple(_notes(claimed, record)))


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
        out.heading("number", str(item.record.number), "plain")
    out.detail("file", where)
    out.detail("short", item.record.number.short)
    out.detail("sha256", item.record.hex)
    for kind, value in item.record.aliases:
        out.detail("alias", f"{kind} {out.show(value)}")
    for note in item.notes:
        out.detail("no effect", out.show(note))


def _value(file: str, item: Found, hint: str = "") -> Object:
    """One result: the number and what is claimed of it, or the error for which there is none."""
    result: Object = {"file": portable(file), "pointer": item.pointer}
    if item.record is None:
        fault = item.faults[0]
        return {**result, "error": {**fault.to_value(), "hint": hint or item.hint or fault.hint}}
    return {
        **result,
        "error": None,
        "faults": [fault.to_value() for fault in item.faults],
        "pith_number": str(item.record.number),
        "short_pith_number": item.record.number.short,
        "canonical_sha256": item.record.hex,
        "aliases": [{"alias_kind": kind, "alias_value": value} for kind, value in item.record.aliases],
        "unsigned_differences": [*item.notes],
    }
