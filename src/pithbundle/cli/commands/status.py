"""``pithbundle status``: the status line of a record, recomputed from its events."""

from __future__ import annotations

import click

from pithbundle.cli.load import files_argument, fold, fold_options
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.encoding.document import Format
from pithbundle.encoding.values import Limits


@click.command(
    "status",
    epilog="\b\nExamples:\n  pithbundle status bundle.json\n"
    "  pithbundle status --json part1.json part2.json | jq .status.citations\n\n" + EXIT_STATUS_HELP,
)
@files_argument
@fold_options
@click.pass_obj
def command(
    out: Output, files: tuple[str, ...], policy_path: str | None, format: Format | None, limits: Limits
) -> int:
    """Say in one line what stands for the record of the bundles FILE.

    Supporting and refuting work is counted side by side: nothing cancels anything. A count
    says that signers of your policy said so, not that it is true.
    """
    folded = fold(out, files, policy_path, limits, format)
    view = folded.merged.view
    if out.as_json:
        out.json({**folded.value(), "status": view.status(), "status_line": view.status_line()})
        return folded.status
    folded.headline(out)
    folded.record(out)
    out.verdict("status", view.status_line())
    return folded.status
