"""``pithbundle status``: the status line of a record, recomputed from its events."""

from __future__ import annotations

import click

from pithbundle.cli.load import files_argument, load_record, record_options
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding


@click.command(
    "status",
    epilog="\b\nExamples:\n  pithbundle status bundle.json\n"
    "  pithbundle status --json part1.json part2.json | jq .status.citations\n\n" + EXIT_STATUS_HELP,
)
@files_argument
@record_options
@click.pass_obj
def command(
    out: Output, files: tuple[str, ...], policy_path: str | None, encoding: Encoding | None, limits: Limits
) -> int:
    """Print a one-line summary of the record of the bundles FILE.

    Supporting and refuting work is counted separately, without netting. A count means that
    signers of your policy claim something, not that it is true.
    """
    loaded = load_record(files, policy_path, limits, encoding)
    state = loaded.state
    if out.as_json:
        return loaded.result(out, {"status": state.status(), "status_line": state.status_line()})
    loaded.headline(out)
    loaded.record(out)
    out.heading("status", state.status_line())
    return loaded.status
