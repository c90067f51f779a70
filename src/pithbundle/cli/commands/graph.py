"""``pithbundle graph``: citations and replications over many bundles (spec GRAPH-1 to GRAPH-9)."""

from __future__ import annotations

from types import ModuleType
from typing import Final

import click

from pithbundle.cli.archive_options import collecting_options, reading_options, with_max_raw
from pithbundle.cli.extras import needing_zstd
from pithbundle.cli.guard import guard_archives, guard_inputs, require_name_of
from pithbundle.cli.inputs import read_policy, require_single_stdin
from pithbundle.cli.output import Output
from pithbundle.encoding.limits import Limits

#: What is written beside JSON Lines: the formats, and the names of their files.
_FORMATS: Final = {"graphml": "graph.graphml", "html": "index.html"}


def _work() -> ModuleType:
    """The module that does the work; it needs zstd, which is an extra.

    Raises:
        click.UsageError: zstd is not installed.
    """
    with needing_zstd():
        from pithbundle.cli import graph_run
    return graph_run


def _require_no_format(output: str) -> None:
    """Check that the name of the output is not that of a file in one of the formats.

    Raises:
        click.UsageError: it is.
    """
    ending = output.rpartition(".")[2].lower()
    if ending in _FORMATS:
        message = (
            f"-o {output} is a folder here, and no file in {ending}: name a folder, "
            f"and --format {ending} writes {_FORMATS[ending]} into it"
        )
        raise click.UsageError(message, click.get_current_context())


@click.command(
    "graph",
    epilog="\b\nExamples:\n  pithbundle graph mirror -o graph\n"
    "  pithbundle graph downloads/ more.jsonl.gz -o graph --policy mine.json\n"
    "  pithbundle graph mirror -o graph --format graphml --format html\n\n"
    "Exit status: 0; 1 something was rejected, the rest was read; "
    "2 usage error, or a file that cannot be read or written; 3 claims without "
    "a verified signature are there, in files of their own.",
)
@collecting_options("graph")
@click.option(
    "--format",
    "formats",
    type=click.Choice(["jsonl", *_FORMATS]),
    multiple=True,
    help="Also write graph.graphml, for Gephi, networkx and others; or index.html, a page with a picture, "
    "which needs the extra mirror.",
)
@reading_options
@click.pass_obj
def command(
    out: Output,
    inputs: tuple[str, ...],
    output: str,
    force: bool,
    formats: tuple[str, ...],
    form: str | None,
    policy_path: str | None,
    max_raw: int | None,
    limits: Limits,
) -> int:
    """Collect who cites and replicates what, over all bundles of IN.

    IN is what pithbundle archive pack takes: archives, stores, bundles, folders of them. OUT is a
    folder: nodes.jsonl has a line for each work, with what is claimed for and against it, findings and
    retractions; edges.jsonl has a line for each claim. Spellings of a DOI, an arXiv id or a Pith Number
    are one work here, and identical claims of one signer are one claim. Claims without a verified
    signature are in unverified-nodes.jsonl and unverified-edges.jsonl, and nowhere else. The same
    bundles give the same bytes, in whatever order and files.
    """
    guard_inputs([*inputs, policy_path], [("-o", output)])
    guard_archives(inputs, "-o", output)
    require_name_of(output, "folder", "name a folder for the files of the graph")
    _require_no_format(output)
    run = _work()
    require_single_stdin(policy_path, *inputs)
    policy = read_policy(policy_path)
    found = run.run(inputs, form, output, formats, policy, with_max_raw(limits, max_raw), force)
    return int(run.print_graph(out, output, policy, policy_path, found))
