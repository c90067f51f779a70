"""``pithbundle evidence``: check what the events of a record claim, with files that the user has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from pithbundle.bundle.reader import Bundle
from pithbundle.cli.evidence_files import read_arxiv, read_contents, read_persons, read_warcs
from pithbundle.cli.evidence_inputs import read_chain, read_proofs
from pithbundle.cli.evidence_print import print_evidence
from pithbundle.cli.extras import needing
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import PATH, rejecting, require_single_stdin, write_files
from pithbundle.cli.load import LoadedRecord, load_record, record_options, require_absent
from pithbundle.cli.output import Output
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.spellings import digest_of
from pithbundle.encoding.values import Object
from pithbundle.evidence import EvidenceReport, Material, check_evidence, check_proofs, claims_of
from pithbundle.evidence.capture_claims import wanted_captures
from pithbundle.files import STDIN, require_writable
from pithbundle.progress import Progress
from pithbundle.report import Report

#: The parameters that name files beside the bundles, each several.
_OTHERS: Final = ("header_paths", "proof_paths", "content_paths", "warc_paths", "orcid_paths", "arxiv_paths")


@click.command(
    "evidence",
    epilog="\b\nExamples:\n  pithbundle evidence bundle.json\n"
    "  pithbundle evidence bundle.json --headers headers/\n"
    "  pithbundle evidence bundle.json --headers block.bin --block 358391:HASH\n"
    "  pithbundle evidence --ots proof.ots --digest HEX --headers headers/\n\n"
    "Exit status: 0 every claim was checked, and none is contradicted; 1 a claim is contradicted, or the "
    "only FILE is rejected; 2 usage error, or an unusable file; 3 something could not be checked.",
)
@click.argument("files", metavar="[FILE...]", nargs=-1, type=PATH)
@click.option(
    "--headers",
    "header_paths",
    multiple=True,
    type=PATH,
    metavar="FILE|DIR",
    help="Block headers of Bitcoin, 80 bytes each; may be repeated. Of a DIR: *.bin, *.dat, *.headers.",
)
@click.option(
    "--block",
    "blocks",
    multiple=True,
    metavar="HEIGHT:HASH",
    help="A block that you know to be in the chain; may be repeated.",
)
@click.option(
    "--checkpoints",
    "table_path",
    type=PATH,
    metavar="FILE",
    help="Hashes of the last blocks of the epochs, in place of the built-in table.",
)
@click.option(
    "--ots",
    "proof_paths",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="A proof of OpenTimestamps of the canonical hash, which no event needs to contain; may be repeated.",
)
@click.option(
    "--digest",
    "digest_text",
    metavar="HEX",
    help="Without FILE: the SHA-256 that the proofs of --ots have to be of.",
)
@click.option(
    "--file",
    "content_paths",
    multiple=True,
    type=PATH,
    metavar="PATH",
    help="A file that is the content of a capture, of any size; may be repeated.",
)
@click.option(
    "--warc",
    "warc_paths",
    multiple=True,
    type=PATH,
    metavar="PATH",
    help="A WARC file that contains captures; may be repeated.",
)
@click.option(
    "--orcid",
    "orcid_paths",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="A saved record of ORCID, JSON or XML; may be repeated.",
)
@click.option(
    "--arxiv",
    "arxiv_paths",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Metadata of arXiv, from which the record may follow; may be repeated.",
)
@click.option("--html", "html_path", type=PATH, metavar="OUT", help="Write the report as a page here.")
@click.option("--force", is_flag=True, help="Replace an existing OUT of --html.")
@record_options
@click.pass_obj
def command(
    out: Output,
    /,
    files: tuple[str, ...],
    digest_text: str | None,
    html_path: str | None,
    force: bool,
    policy_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
    **given: Any,
) -> int:
    """Check what the events of the bundles FILE claim, with files that you have.

    The state says who signed what. A signed claim may be false: here each claim that evidence
    can speak of has a finding, with what it rests on and what it does not show. A claim
    without a verified signature is listed apart. No state changes, and no request is made.

    A timestamp names a block of Bitcoin. It is confirmed by the header of that block, which
    you give: from the first block on, in files that lead to a block of the table, or in files
    that lead to a block that you name with --block.

    A capture is of this paper by its URL, and stored by a file with its content: one that you
    saved, or a payload of a WARC file. A claim of authorship has a well-formed identifier, and
    a saved record of ORCID lists the paper; nothing in such a record is signed. The record
    itself follows from metadata of arXiv, or differs in members that are listed.

    Without FILE the proofs of --ots are checked against --digest: the canonical hash of a
    record, or the SHA-256 of whatever was stamped.
    """
    inputs = [policy_path, given["table_path"], *files, *(path for name in _OTHERS for path in given[name])]
    require_single_stdin(*inputs)
    guard_inputs(inputs, [("--html", html_path)])
    if html_path is not None:
        _require_page(html_path, force)
    digest = None if digest_text is None else _digest(digest_text)
    _require_one_subject(files, digest, given)
    bundles: list[Bundle] = []
    loaded = None if digest else load_record(files, policy_path, limits, encoding, bundles)
    with progress_bar("reading", None) as bar:
        material = _material(given, limits, loaded, bundles, bar)
        bar.begin("checking", None)
        if loaded is None:
            found = check_proofs(digest or b"", material)
        else:
            found = check_evidence(loaded.report, bundles, material)
    if html_path is not None:
        _write_page(html_path, force, found, loaded, bundles)
    if out.as_json:
        return out.result(found.outcome, found.exit_status, {**_record_value(loaded), **found.to_value()})
    if loaded is None:
        out.heading("digest", found.digest.hex())
    else:
        loaded.headline(out)
        loaded.record(out)
    print_evidence(out, found)
    return found.exit_status


def _digest(text: str) -> bytes:
    found = digest_of(text.lower())
    if found is None:
        message = f"{text!r} is no SHA-256: 64 hexadecimal digits"
        raise click.BadParameter(message, click.get_current_context(), param_hint="--digest")
    return found


def _material(
    given: dict[str, Any],
    limits: Limits,
    loaded: LoadedRecord | None,
    bundles: Sequence[Bundle],
    bar: Progress,
) -> Material:
    record = None if loaded is None else loaded.report.record
    return Material(
        read_chain(given["header_paths"], given["blocks"], given["table_path"], bar),
        read_proofs(given["proof_paths"]),
        read_contents(given["content_paths"], bar),
        read_warcs(given["warc_paths"], lambda: _wanted(loaded, bundles), bar),
        read_persons(given["orcid_paths"], limits),
        read_arxiv(given["arxiv_paths"], record, limits),
    )


def _require_one_subject(files: Sequence[str], digest: bytes | None, given: dict[str, Any]) -> None:
    """Check that there is something to check: bundles, or proofs of one digest.

    Raises:
        click.UsageError: there is nothing, or both.
    """
    context = click.get_current_context()
    if digest is None:
        if not files:
            raise click.UsageError("missing argument FILE. Without a bundle: --ots and --digest", context)
    elif files:
        raise click.UsageError("FILE and --digest exclude each other: a record has its own digest", context)
    elif not given["proof_paths"]:
        raise click.UsageError("--digest needs a proof: add --ots FILE", context)
    elif any(given[name] for name in ("content_paths", "warc_paths", "orcid_paths", "arxiv_paths")):
        raise click.UsageError(
            "--file, --warc, --orcid and --arxiv are about the claims of a bundle: add FILE", context
        )


def _wanted(loaded: LoadedRecord | None, bundles: Sequence[Bundle]) -> frozenset[tuple[str, str]]:
    return frozenset() if loaded is None else wanted_captures(claims_of(loaded.report, bundles))


def _record_value(loaded: LoadedRecord | None) -> Object:
    """The members of the record; those of a digest alone say that there is none."""
    if loaded is not None:
        return loaded.value()
    names = ("outcomes", "pith_number", "rules", "policy", "events_sha256", "state_sha256")
    return {**dict.fromkeys(names), "rejected": []}


def _require_page(path: str, force: bool) -> None:
    """Check that a page can be made and written, before files of many gigabytes are read.

    Raises:
        InputRejected: a file is there, or none can be written.
        click.UsageError: the page needs a file, or an extra.
    """
    if path == STDIN:
        raise click.UsageError("a page needs a file", click.get_current_context())
    require_absent([path], force)
    _page_maker()
    with rejecting(path):
        require_writable(path)


def _page_maker() -> Callable[[EvidenceReport, Report | None, Sequence[Bundle]], bytes]:
    with needing("mirror", "a page needs jinja2", "jinja2", "markupsafe"):
        from pithbundle.mirror.pages.evidence_report import evidence_page
    return evidence_page


def _write_page(
    path: str, force: bool, found: EvidenceReport, loaded: LoadedRecord | None, bundles: Sequence[Bundle]
) -> None:
    page = _page_maker()(found, None if loaded is None else loaded.report, bundles)
    write_files({path: page}, force)
