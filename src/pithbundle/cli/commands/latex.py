"""``pithbundle latex``: the lines and the package that put a Pith Number into a paper."""

from __future__ import annotations

import re
from typing import Final

import click

from pithbundle.bundle.number import PithNumber, is_suffix, suffix_of
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import PATH, InputRejected, encoding_option, json_option, limit_option
from pithbundle.cli.load import write_all
from pithbundle.cli.number_files import Reading, one_record
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import portable
from pithbundle.errors import NumberError
from pithbundle.paper.latex import PACKAGE_FILE, package, preamble

#: What is no path of a file in most cases, but a number with a mistake.
_LIKE_A_NUMBER: Final = re.compile(r"(?:pith:)?[0-9A-Za-z:]+")


@click.command(
    "latex",
    epilog="\b\nExamples:\n  pithbundle latex OMJFN3CZBZK4KRI4XCDIFRLNQH -o paper/\n"
    "  pithbundle latex bundle.json\n\n"
    "Exit status: 0 success; 1 the record is rejected, or a number that the file claims "
    "differs; 2 usage error, or a file that cannot be read or written.",
)
@click.argument("file", metavar="SUFFIX|BUNDLE", type=PATH)
@click.option("-o", "--out-dir", type=PATH, metavar="DIR", help=f"Write {PACKAGE_FILE} into this folder.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output, file: str, out_dir: str | None, force: bool, encoding: Encoding | None, limits: Limits
) -> int:
    r"""Print the lines that put a Pith Number into a paper in LaTeX.

    SUFFIX is a suffix or a full number; a BUNDLE is a file as of pithbundle number, whose
    number is recomputed. Nothing else of it is printed. With -o the package pithbundle is
    written, which the lines need: a linked badge after the title, and the number in the
    metadata of the PDF. It is under the LPPL 1.3c, and independent of the package pith of
    the registry.
    """
    number, suffix = _number(file, Reading(limits, encoding, False, None))
    lines = preamble(suffix)
    inputs = [] if number is None else [file]
    written = [] if out_dir is None else write_all(out_dir, [PACKAGE_FILE], [package()], force, inputs)
    if out.as_json:
        members = {
            "pith_number": None if number is None else str(number),
            "suffix": suffix,
            "preamble": [*lines],
            "files": [portable(each) for each in written],
        }
        return out.result(SUCCESS, Exit.VALID, members)
    if not written:
        out.raw("".join(f"{line}\n" for line in lines).encode())
        return Exit.VALID
    out.heading("written", out.show(written[0]))
    for line in lines:
        out.detail("preamble", line)
    return Exit.VALID


def _number(file: str, reading: Reading) -> tuple[PithNumber | None, str]:
    """The number of a file, None for a suffix alone; and the suffix.

    Raises:
        InputRejected: the file cannot be read, or has no number that can be recomputed.
        click.UsageError: a number has another form, or the file has several.
    """
    if is_suffix(file) or file.startswith("pith:"):
        try:
            return None, suffix_of(file)
        except NumberError as error:
            what = error.fault.detail or error.fault.message
            message = f"{what}. It is pith:YYYY: and 26 characters A-Z2-7"
            raise click.UsageError(message, click.get_current_context()) from error
    try:
        record, _ = one_record(file, reading, "A paper has one number: give its suffix")
    except InputRejected as rejection:
        if rejection.error.code == "io" and _LIKE_A_NUMBER.fullmatch(file):
            hint = "a suffix is 26 characters A-Z2-7; anything else is the name of a file"
            raise InputRejected(file, rejection.error, rejection.status, hint) from rejection
        raise
    return record.number, record.number.suffix
