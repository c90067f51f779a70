"""``pithbundle mirror sync``: keep a store up to date with mirrors (spec SYNC-7 to SYNC-14)."""

from __future__ import annotations

from types import ModuleType

import click

from pithbundle.cli.extras import needing, needing_zstd
from pithbundle.cli.inputs import PATH, json_option
from pithbundle.cli.numeric import decimal, whole
from pithbundle.cli.output import Output


def _work() -> tuple[ModuleType, ModuleType]:
    """The modules that do the work and print; they need two extras.

    Raises:
        click.UsageError: one of them is not installed.
    """
    with needing_zstd(), needing("mirror", "mirrors need aiohttp and stamina", "aiohttp", "stamina", "yarl"):
        from pithbundle.cli import mirror_sync_print, mirror_sync_run
    return mirror_sync_run, mirror_sync_print


@click.command(
    "sync",
    epilog="\b\nExamples:\n  pithbundle mirror sync --from https://mirror.example --store store\n"
    "  pithbundle mirror sync --from pith-mirrors.json --store store \\\n"
    "    --numbers numbers.txt\n\n"
    "Exit status: 0 the store has what the mirrors have; 1 something in quarantine, or an "
    "invalid element, contradicts the policy, or a file that was given is not in its form; "
    "2 usage error, or a file that cannot be read or written; 3 a mirror or a record could not "
    "be reached, is stale, or cannot be compared.",
)
@click.option(
    "--from",
    "sources",
    multiple=True,
    required=True,
    metavar="MANIFEST|URL",
    help="A mirror, as https://mirror.example, or a manifest of mirrors: a file, or a URL that ends in "
    ".json; may be repeated.",
)
@click.option("--store", required=True, type=PATH, metavar="DIR", help="The store to bring up to date.")
@click.option(
    "--numbers",
    "numbers_path",
    type=PATH,
    metavar="FILE",
    help="Pith Numbers, one a line, to request of mirrors without digests; by default those of the store.",
)
@click.option(
    "--rate",
    callback=decimal(0.01, 1000),
    metavar="N",
    help="Requests a second to one mirror; by default 5.",
)
@click.option(
    "--max-requests",
    callback=whole(1, 10**12),
    metavar="N",
    help="Requests to all mirrors together; the next run continues.",
)
@click.option("--allow-loopback-http", is_flag=True, help="Accept http:// of this machine, as for a test.")
@json_option
@click.pass_obj
def command(
    out: Output,
    sources: tuple[str, ...],
    store: str,
    numbers_path: str | None,
    rate: float | None,
    max_requests: int | None,
    allow_loopback_http: bool,
) -> int:
    """Add to the store DIR what mirrors have and it lacks.

    Of a mirror with digests only what changed is requested; an empty store receives its packs first. A
    run that is interrupted continues where it ended. Every bundle is verified under the policy of the
    store, which loses no event, whatever a mirror serves later. No mirror delays another.
    """
    run, printing = _work()
    options = run.options_of(rate, max_requests, allow_loopback_http)
    done = run.synchronised(sources, store, numbers_path, options)
    return int(printing.print_done(out, store, done))
