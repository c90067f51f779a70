"""``pithbundle pdf``: the Pith Number that a PDF names, beside that of a bundle."""

from __future__ import annotations

from typing import Final

import click

from pithbundle.bundle.number import PithNumber, is_suffix
from pithbundle.cli.extras import needing
from pithbundle.cli.inputs import (
    PATH,
    InputRejected,
    encoding_option,
    json_option,
    limit_option,
    rejecting,
    require_single_stdin,
)
from pithbundle.cli.number_files import Reading, one_record
from pithbundle.cli.output import Output, Style
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import portable
from pithbundle.errors import EvidenceError
from pithbundle.files import read_blocks
from pithbundle.paper.pdf_numbers import NumberInPdf, ReadPdf, Status
from pithbundle.paper.pdf_process import MOST_BYTES, read_apart

#: What no output leaves out (PDF-4).
UNSIGNED: Final = "nobody signs the metadata of a PDF: anybody can write any number into it"
_MEANING: Final[dict[Status, str]] = {
    "present": "the number that the PDF names",
    "same": "the PDF names the number of the bundle",
    "differs": "the PDF names another number than that of the bundle",
    "several": "the PDF names several numbers",
    "malformed": "the PDF has a key PithNumber, and its text is no Pith Number",
    "absent": "the PDF names no Pith Number",
}
_STYLES: Final[dict[Status, Style]] = {"differs": "bad", "several": "doubtful", "malformed": "doubtful"}


@click.command(
    "pdf",
    epilog="\b\nExamples:\n  pithbundle pdf paper.pdf\n  pithbundle pdf paper.pdf bundle.json\n\n"
    "Exit status: 0 it names one number, that of BUNDLE if given; 1 another number, or a file is rejected; 2 "
    "usage error, or a file that cannot be read; 3 it names none or several, or a part of it cannot be read.",
)
@click.argument("file", metavar="FILE", type=PATH)
@click.argument("bundle", metavar="[BUNDLE]", type=PATH, required=False)
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(out: Output, file: str, bundle: str | None, encoding: Encoding | None, limits: Limits) -> int:
    """Print the Pith Number that FILE, a PDF, names, and compare it with that of BUNDLE.

    BUNDLE is a file as of pithbundle number, whose number is recomputed; --from and --limit
    are of it. The document information, XMP and links of the PDF are read, and no text on
    its pages. Nobody signs them: anybody can write any number into a PDF. It needs pypdf,
    the extra pdf.
    """
    require_single_stdin(file, bundle)
    with rejecting(file), needing("pdf", "reading a PDF needs pypdf", "pypdf"):
        found = read_apart(_read(file))
    number = None if bundle is None else _number(bundle, Reading(limits, encoding, False, None))
    status, ended = found.status(number), found.exit_status(number)
    if out.as_json:
        members = {
            "file": portable(file),
            "bundle": None if bundle is None else portable(bundle),
            "pith_number": None if number is None else str(number),
            "numbers": [each.to_value(number) for each in found.numbers],
            "unread": [{"part": part, "reason": portable(reason)} for part, reason in found.unread],
            "repair": portable(found.repair) or None,
            "pages": found.pages,
            "note": UNSIGNED,
        }
        return out.result(status, ended, members)
    _print(out, found, status, number)
    return ended


def _number(path: str, reading: Reading) -> PithNumber:
    """The number of the bundle, recomputed.

    Raises:
        InputRejected: it cannot be read, or has no number that can be recomputed.
        click.UsageError: it has several.
    """
    try:
        record, _ = one_record(path, reading, "A PDF names one number: give a file with one record")
    except InputRejected as rejection:
        if rejection.error.code == "io" and (is_suffix(path) or path.startswith("pith:")):
            hint = "BUNDLE is a file, whose number is recomputed; without it the number in the PDF is printed"
            raise InputRejected(path, rejection.error, rejection.status, hint) from rejection
        raise
    return record.number


def _read(path: str) -> bytes:
    """The bytes of a file.

    Raises:
        EvidenceError: ``pdf_invalid``: it is over the limit.
        FileError: it cannot be read.
    """
    data = bytearray()
    for block in read_blocks(path):
        data += block
        if len(data) > MOST_BYTES:
            raise EvidenceError("pdf_invalid", f"more than the limit of {MOST_BYTES >> 20} MiB")
    return bytes(data)


def _print(out: Output, found: ReadPdf, status: Status, number: PithNumber | None) -> None:
    """Print the result as text."""
    of_what = ", as far as it was read" if found.unread else ""
    out.heading(status, _MEANING[status] + of_what, _STYLES.get(status, "plain"))
    if number is not None:
        out.detail("bundle", f"{number}, recomputed")
    for each in found.numbers:
        out.detail(each.place, _line(out, each, number))
    for part, reason in found.unread:
        out.detail("not read", f"{part}: {out.show(reason, 200)}")
    if found.repair:
        out.detail("repaired", f"the file is not in the form of a PDF: {out.show(found.repair, 200)}")
    out.detail("unsigned", UNSIGNED)


def _line(out: Output, found: NumberInPdf, number: PithNumber | None) -> str:
    """One number: where it is, and how it compares."""
    where = f"page {found.page}" if found.place == "link" else out.show(found.name, 60)
    if found.number is None:
        return f"{where}: not a Pith Number: {out.show(found.text, 80) or 'an empty text'}"
    words = found.number if number is None else f"{found.number}, {found.compared(number)}"
    return f"{where}: {words}" if found.names else f"{where} mentions {words}"
