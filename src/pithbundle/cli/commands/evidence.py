"""``pithbundle evidence``: check what the events of a record claim, with files that the user has."""

from __future__ import annotations

import click

from pithbundle.bundle.reader import Bundle
from pithbundle.cli.evidence_files import read_contents, read_persons, read_warcs
from pithbundle.cli.evidence_inputs import read_chain, read_proofs
from pithbundle.cli.evidence_print import print_evidence
from pithbundle.cli.inputs import PATH, require_single_stdin
from pithbundle.cli.load import files_argument, load_record, record_options
from pithbundle.cli.output import Output
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.evidence import Material, check_evidence, claims_of
from pithbundle.evidence.capture_claims import wanted_captures


@click.command(
    "evidence",
    epilog="\b\nExamples:\n  pithbundle evidence bundle.json\n"
    "  pithbundle evidence bundle.json --headers headers/\n"
    "  pithbundle evidence bundle.json --headers block.bin --block 358391:HASH\n\n"
    "Exit status: 0 every claim was checked, and none is contradicted; 1 a claim is contradicted, or the "
    "only FILE is rejected; 2 usage error, or an unusable file; 3 something could not be checked.",
)
@files_argument
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
@record_options
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    header_paths: tuple[str, ...],
    blocks: tuple[str, ...],
    table_path: str | None,
    proof_paths: tuple[str, ...],
    content_paths: tuple[str, ...],
    warc_paths: tuple[str, ...],
    orcid_paths: tuple[str, ...],
    policy_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
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
    a saved record of ORCID lists the paper; nothing in such a record is signed.
    """
    others = (*header_paths, *proof_paths, *content_paths, *warc_paths, *orcid_paths)
    require_single_stdin(policy_path, table_path, *files, *others)
    bundles: list[Bundle] = []
    loaded = load_record(files, policy_path, limits, encoding, bundles)
    material = Material(
        read_chain(header_paths, blocks, table_path),
        read_proofs(proof_paths),
        read_contents(content_paths),
        read_warcs(warc_paths, lambda: wanted_captures(claims_of(loaded.report, bundles))),
        read_persons(orcid_paths, limits),
    )
    found = check_evidence(loaded.report, bundles, material)
    if out.as_json:
        return out.result(found.outcome, found.exit_status, {**loaded.value(), **found.to_value()})
    loaded.headline(out)
    loaded.record(out)
    print_evidence(out, found)
    return found.exit_status
