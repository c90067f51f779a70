"""``pithbundle headers``: block headers of a node, and what headers in files show."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Final

import click

from pithbundle.cli.evidence_inputs import read_chain
from pithbundle.cli.extras import needing
from pithbundle.cli.headers_print import print_checked, print_fetched
from pithbundle.cli.inputs import PATH, json_option, rejecting, require_single_stdin
from pithbundle.cli.numeric import decimal, whole
from pithbundle.cli.output import Output
from pithbundle.evidence.difficulty import EPOCH
from pithbundle.evidence.header_runs import HEADER_BYTES, MOST_HEADERS
from pithbundle.files import read_regular

#: The node of this machine: Bitcoin Core with -rest, on its usual port.
_NODE: Final = "http://127.0.0.1:8332"
#: The name of the file in a folder that -o names.
_NAME: Final = "bitcoin-headers.bin"
_BYTES: Final = HEADER_BYTES * MOST_HEADERS


@click.group("headers", epilog="\b\nExample:\n  pithbundle headers check headers.bin")
def command() -> None:
    """Fetch block headers of Bitcoin from your own node, and check those in files.

    Timestamp proofs are checked against headers. A file is the headers themselves, 80 bytes
    each, one after the other.
    """


def _run() -> ModuleType:
    """The module that makes requests.

    Raises:
        click.UsageError: the extra is not installed.
    """
    with needing("mirror", "requests need aiohttp and stamina", "aiohttp", "stamina", "yarl"):
        from pithbundle.cli import headers_run
    return headers_run


@command.command(
    "fetch",
    epilog="\b\nExamples:\n  pithbundle headers fetch -o bitcoin-headers.bin\n"
    "  pithbundle headers fetch -o epoch.bin --first 358848 --last 360863\n\n"
    "Exit status: 0 the file has all that the node has, or all up to --last; 1 the file or an "
    "answer violates a rule; 2 usage error, or a file that cannot be read or written; 3 the node "
    "was not reached, has less than the file, or is still downloading.",
)
@click.option("--from", "url", default=_NODE, metavar="URL", help=f"The node; by default {_NODE}.")
@click.option(
    "-o", "--output", required=True, type=PATH, metavar="FILE|DIR", help="The file to make or to go on with."
)
@click.option(
    "--first",
    callback=whole(0, MOST_HEADERS),
    metavar="HEIGHT",
    help="Where a new file begins: 0, which is the default, or the first block of an epoch after one of the "
    "table.",
)
@click.option("--last", callback=whole(0, MOST_HEADERS), metavar="HEIGHT", help="The last block to request.")
@click.option(
    "--timeout", callback=decimal(0.1, 3600), metavar="SECONDS", help="For one request; by default 30."
)
@json_option
@click.pass_obj
def fetch(
    out: Output, url: str, output: str, first: int | None, last: int | None, timeout: float | None
) -> int:
    """Make FILE as long as the chain of a node of Bitcoin Core, by its REST interface.

    The node runs with -rest and needs no password. Nothing else is asked than a line about
    its chain, and headers. Each header is checked before it is written; the file is replaced
    only by one with more work. A run that is interrupted keeps what it has, and the next one
    goes on. Of a node elsewhere https is needed, as of a mirror.
    """
    run = _run()
    context = click.get_current_context()
    base = run.base_of(url)
    if first is not None and first % EPOCH:
        raise click.UsageError(f"--first is 0 or a multiple of {EPOCH}", context)
    path = os.path.join(output, _NAME) if os.path.isdir(output) else output
    data = b""
    if os.path.lexists(path):
        with rejecting(path):
            data = read_regular(path, _BYTES)
        if first is not None:
            raise click.UsageError(f"--first is for a new file, and {path} exists", context)
    if last is not None and last < (first or 0):
        raise click.UsageError("--last is before --first", context)
    done = run.fetched(base, path, data, first or 0, last, 30.0 if timeout is None else timeout)
    return print_fetched(out, base, path, done)


@command.command(
    "check",
    epilog="\b\nExamples:\n  pithbundle headers check bitcoin-headers.bin\n"
    "  pithbundle headers check headers --json\n\n"
    "Exit status: 0 every header is known to be in the chain; 1 a file violates a rule, or is not "
    "in the chain; 2 usage error, a file that cannot be read, or a table that is none; 3 of some headers "
    "nothing is known.",
)
@click.argument("files", metavar="FILE|DIR...", nargs=-1, required=True, type=PATH)
@click.option(
    "--block",
    "blocks",
    multiple=True,
    metavar="HEIGHT:HASH",
    help="A block of which you know that it is in the chain; may be repeated.",
)
@click.option(
    "--checkpoints",
    "table_path",
    type=PATH,
    metavar="FILE",
    help="Your table of the last hashes of the epochs, one a line, in place of the built-in one.",
)
@json_option
@click.pass_obj
def check(out: Output, files: tuple[str, ...], blocks: tuple[str, ...], table_path: str | None) -> int:
    """Show the range of the headers in each FILE, how they are known, and their first fault.

    Of a DIR the files *.bin, *.dat and *.headers are read. Headers of several files belong
    together where one follows the other. The strength is chain, checkpoint or given; without
    one the headers show nothing, and the reason is shown.
    """
    require_single_stdin(table_path, *files)
    return print_checked(out, read_chain(files, blocks, table_path))
