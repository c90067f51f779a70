"""``pithbundle cite``: a citation of the record of a bundle, with a title that its number covers."""

from __future__ import annotations

from typing import cast

import click

from pithbundle.citation import AUTHORS_NOTE, FORMATS, LINKS, CitationFormat, Work, cite, work_of
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import (
    PATH,
    deliver,
    encoding_option,
    json_option,
    limit_option,
    output_options,
    rejecting,
    require_file_beside_json,
    require_single_stdin,
)
from pithbundle.cli.load import require_absent
from pithbundle.cli.number_arxiv import read_papers
from pithbundle.cli.number_files import Reading, one_record
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.canonical import sha256_hex
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import portable
from pithbundle.evidence.arxiv import ArxivMetadata
from pithbundle.evidence.metadata_findings import id_of
from pithbundle.files import STDIN
from pithbundle.wording import plural


@click.command(
    "cite",
    epilog="\b\nExamples:\n  pithbundle cite bundle.json --arxiv metadata.json\n"
    "  pithbundle cite bundle.json --title 'The Title' --format csl-json\n\n"
    "Exit status: 0 the citation has a title, or is of links alone; 1 FILE is rejected; 2 usage error, or an "
    "unusable file; 3 it has no title.",
)
@click.argument("file", metavar="FILE", type=PATH)
@click.option(
    "--arxiv", "arxiv_path", type=PATH, metavar="METADATA", help="Metadata of arXiv, with the title."
)
@click.option("--title", metavar="TEXT", help="The title of the paper.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="bibtex",
    help="How it is written; by default bibtex.",
)
@output_options
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    file: str,
    arxiv_path: str | None,
    title: str | None,
    form: str,
    output: str | None,
    force: bool,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Write a citation of the record of FILE, a bundle, a record document or a canonical record.

    A record has no title, but the hash of one. The title that you give, or that metadata of
    arXiv or the record document has, is written only if it has that hash. Authors are in no
    hash: they come from the metadata beside such a title, and the citation says so. No
    signature is checked; use pithbundle verify for that.
    """
    context = click.get_current_context()
    require_single_stdin(file, arxiv_path)
    if title is not None and arxiv_path is not None:
        raise click.UsageError("--title and --arxiv exclude each other", context)
    require_file_beside_json(out.as_json, output, "citation")
    guard_inputs([file, arxiv_path], [("-o", output)])
    require_absent([output], force)
    record, claimed = one_record(file, Reading(limits, encoding, False, None), "A citation is of one record")
    authors, wanted = "", id_of(record)
    if arxiv_path is not None:
        papers = read_papers(arxiv_path, [wanted] if wanted else [], limits, named=True)
        found = papers.get(wanted) if wanted else None
        if isinstance(found, ArxivMetadata):
            title, authors = found.title, found.authors
    if title is None and arxiv_path is None:
        title = claimed
    with rejecting("--title", Exit.USAGE):
        work = work_of(record, title, authors)
    written = cite(work, cast("CitationFormat", form))
    deliver(out, written, output, force)
    return _print(out, work, written, form, STDIN if output is None else output)


def _print(out: Output, work: Work, written: bytes, form: str, path: str) -> int:
    """Print what was written, to stderr or as JSON; return the exit status."""
    lacking = work.title is None and form not in LINKS
    status = Exit.UNVERIFIED if lacking else Exit.VALID
    number = str(work.record.number)
    if out.as_json:
        members = {
            "pith_number": number, "canonical_sha256": work.record.hex, "format": form, "title": work.title,
            "authors": work.authors or None, "file": portable(path), "bytes": len(written),
            "sha256": sha256_hex(written),
        }  # fmt: skip
        return out.result("unverified" if lacking else "valid", status, members)
    err = out.on_stderr()
    err.heading("citation", number, "plain")
    if lacking:
        err.detail("title", "none: no text with the hash of the title was given")
    elif form not in LINKS:
        err.detail("title", err.show(work.title, 200))
    if work.authors and form not in LINKS:
        err.detail("authors", f"{err.show(work.authors, 200)}: {AUTHORS_NOTE}")
    where = "standard output" if path == STDIN else err.show(path)
    err.detail("file", f"{plural(len(written), 'byte')} of {form} to {where}")
    return status
