"""``pithbundle number``: the Pith Number of records or bundles, recomputed and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import click

from pithbundle.cli.document_file import read_abstract
from pithbundle.cli.inputs import (
    PATH,
    InputRejected,
    abstract_option,
    encoding_option,
    json_option,
    limit_option,
    require_single_stdin,
    truncated_option,
)
from pithbundle.cli.number_arxiv import beside, beside_value, print_beside, read_papers
from pithbundle.cli.number_files import Found, Reading, brief_claim, numbers, of_paper
from pithbundle.cli.output import Exit, Output, worst
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.evidence.metadata_findings import id_of

#: What is shown of a record that is not complete.
_CLAIMS: Final = ("pith_number", "canonical_sha256")


@click.command(
    "number",
    epilog="\b\nExamples:\n  pithbundle number record.json\n"
    "  pithbundle number --json bundle.json other.cbor\n"
    "  pithbundle number --truncated beginning.json\n"
    "  pithbundle number --arxiv metadata.json --id 0805.1230\n"
    "  pithbundle number --arxiv metadata.xml bundle.json\n\n"
    "Exit status: 0 the numbers were recomputed; 1 a record is rejected or a claim "
    "differs; 2 usage error, or an unusable file; 3 a record is not complete, or does "
    "not follow from the metadata.",
)
@click.argument("files", metavar="[FILE...]", nargs=-1, type=PATH)
@click.option(
    "--arxiv",
    "arxiv_path",
    type=PATH,
    metavar="METADATA",
    help="Metadata of arXiv: arXivRaw as XML, the snapshot as JSON lines, or an .abs file.",
)
@click.option(
    "--id",
    "arxiv_ids",
    multiple=True,
    metavar="ID",
    help="Compute the number of this paper of METADATA, as 0805.1230; may be repeated.",
)
@truncated_option
@abstract_option
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    arxiv_path: str | None,
    arxiv_ids: tuple[str, ...],
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

    With --arxiv a number is computed from metadata of arXiv alone, and every record of FILE
    is compared with the metadata of its paper. Metadata has the texts of the newest version
    only, and nobody signs it: a difference is shown with its reason, and is no fault.
    """
    require_single_stdin(abstract_path, arxiv_path, *files)
    context = click.get_current_context()
    if truncated and encoding == "cbor":
        raise click.UsageError("--truncated reads JSON alone", context)
    if arxiv_ids and arxiv_path is None:
        raise click.UsageError("--id names a paper of the file that --arxiv names", context)
    if not files and arxiv_path is None:
        raise click.MissingParameter(ctx=context, param_hint="FILE...", param_type="argument")
    reading = Reading(limits, encoding, truncated, read_abstract(abstract_path, limits))
    given = [each for file in files for each in _of_file(file, reading)]
    if arxiv_path is not None:
        given = _with_metadata(given, arxiv_path, arxiv_ids, limits)
    results: list[Value] = []
    for file, item, rejection in given:
        results.append(_value(file, item, "" if rejection is None else rejection.hint))
        if rejection is not None:
            out.print_rejection(rejection.path, rejection.error, rejection.hint)
        elif not out.as_json:
            _print(out, file, item)
    status = worst([item.status if rejection is None else rejection.status for _, item, rejection in given])
    if out.as_json:
        return out.result(_outcome([item for _, item, _ in given], status), status, {"results": results})
    return status


#: A file, what was found in it, and why it is rejected as a whole.
_Given: TypeAlias = tuple[str, Found, InputRejected | None]


def _of_file(file: str, reading: Reading) -> Iterator[_Given]:
    try:
        found = list(numbers(file, reading))
    except InputRejected as rejection:
        yield file, Found("", None, (rejection.error.fault,)), rejection
        return
    for item in found:
        yield file, item, None


def _with_metadata(given: list[_Given], path: str, ids: Sequence[str], limits: Limits) -> list[_Given]:
    """What was found beside the metadata of its paper, and the papers that are named.

    Raises:
        InputRejected: the file of metadata cannot be read, or has none of the forms.
    """
    of_records = {id_of(item.record) for _, item, _ in given} - {None}
    wanted = [*dict.fromkeys([*ids, *sorted(map(str, of_records))])]
    papers = read_papers(path, wanted, limits, named=bool(given))
    found: list[_Given] = []
    for arxiv_id in ids or ([] if given else papers):
        found.append((path, of_paper(arxiv_id, papers), None))
    for file, item, rejection in given:
        if item.record is not None:
            item = replace(item, beside=beside(item.record, papers, path))
        found.append((file, item, rejection))
    return found


def _outcome(found: Sequence[Found], status: int) -> str:
    """The outcome in the words of REPORT-2: a rejected record, a wrong claim, a file that cannot be read."""
    if status == Exit.INVALID:
        rejected = any(item.record is None and item.faults and item.faults[0].code != "io" for item in found)
        return "rejected" if rejected else "invalid"
    return "valid" if status == Exit.VALID else "unverified"


def _print(out: Output, file: str, item: Found) -> None:
    where = out.file_name(file) + (f" at {out.show(item.pointer)}" if item.pointer else "")
    if item.record is None and not item.faults:
        if item.arxiv_id is not None:
            _print_missing(out, where, item)
        else:
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
        if item.arxiv_id is not None:
            how = f", computed from metadata of {out.show(item.arxiv_id)}"
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
    if item.beside is not None:
        print_beside(out, item.beside)


def _print_missing(out: Output, where: str, item: Found) -> None:
    """Print that a file of metadata does not have a paper."""
    out.heading("missing", out.show(item.arxiv_id, 80), "doubtful")
    out.detail("file", where)
    out.detail("why", "the file has no metadata of this paper; an identifier is 0805.1230 or hep-th/9901001")


def _print_incomplete(out: Output, where: str, item: Found) -> None:
    """Print what a file that was cut claims: nothing of it was recomputed."""
    out.heading("incomplete", where, "doubtful")
    out.detail("truncated", f"the file is cut in {_cut_in(out, item)}, before the end of the record")
    for name in _CLAIMS:
        if name in item.claims:
            out.detail("claimed", f"{name} {out.show(brief_claim(item.claims[name]), 80)}")
    out.detail("why", "a number is the hash of a whole record: nothing was recomputed")


def _cut_in(out: Output, item: Found) -> str:
    return out.show(item.cut_in or "the top level", 120)


def _value(file: str, item: Found, hint: str = "") -> Object:
    """One result: the number and what is claimed of it, or the error for which there is none."""
    result: Object = {"file": portable(file), "pointer": item.pointer}
    result["truncated"] = item.cut_in
    result["arxiv_id"] = item.arxiv_id
    if item.record is None and not item.faults:
        return {
            **result,
            "error": None,
            "claims": {n: brief_claim(item.claims[n]) for n in _CLAIMS if n in item.claims},
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
        "arxiv": beside_value(item.beside),
        "unsigned_differences": [*item.notes],
    }
