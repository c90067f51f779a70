"""``pithbundle recompute``: the states of all records of archives (spec RECOMP-1 to RECOMP-7)."""

from __future__ import annotations

from types import ModuleType

import click

from pithbundle.cli.extras import how_to_install
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import json_option, limit_option, policy_option, read_policy
from pithbundle.cli.numeric import whole
from pithbundle.cli.output import Output
from pithbundle.encoding.limits import Limits


def _work() -> ModuleType:
    """The module that does the work; it needs zstd, which is an extra.

    Raises:
        click.UsageError: zstd is not installed.
    """
    try:
        from pithbundle.cli import recompute_run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("backports", "compression"):
            raise
        raise click.UsageError(
            f"archives need zstd, which is not installed. {how_to_install('archive')}",
            click.get_current_context(),
        ) from error
    return recompute_run


@click.command(
    "recompute",
    epilog="\b\nExamples:\n  pithbundle recompute mirror -o states\n"
    "  pithbundle recompute mirror-1 mirror-2 -o states --policy mine.json\n\n"
    "\b\nExit status: 0 every record is valid; 1 something is rejected, invalid or in\n"
    "conflict; 2 usage error, or a file that cannot be read or written; 3 a record\n"
    "is incomplete or unverified.",
)
@click.argument("archives", metavar="ARCHIVE...", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", required=True, type=click.Path(), metavar="OUT", help="The folder to write.")
@click.option("--force", is_flag=True, help="Replace an existing output of recompute.")
@click.option("--jobs", callback=whole(1, 256), metavar="N", help="Processes; by default one for each core.")
@policy_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    archives: tuple[str, ...],
    output: str,
    force: bool,
    jobs: int | None,
    policy_path: str | None,
    limits: Limits,
) -> int:
    """Verify and merge all bundles of ARCHIVEs, and write the state of every record.

    OUT is a folder: states and reports as packs, digests.txt with the digests of each record, by
    which two mirrors compare a whole registry, rejected.jsonl and summary.json. Memory does not grow
    with the archives. The output is the same whatever archives, packs and processes the bundles
    are divided into. What cannot be read is listed, and the rest is recomputed.
    """
    guard_inputs([*archives, policy_path], [("-o", output)])
    policy = read_policy(policy_path)
    found = _work().run(archives, output, policy, limits, jobs, force)
    return int(_work().print_recomputed(out, output, policy, policy_path, found))
