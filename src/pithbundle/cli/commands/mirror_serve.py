"""``pithbundle mirror serve``: a store over HTTP (spec SERVE-1 to SERVE-14)."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import click

from pithbundle.cli.extras import needing, needing_zstd
from pithbundle.cli.inputs import PATH, json_option
from pithbundle.cli.mirror_options import naming_options, signing_options
from pithbundle.cli.numeric import decimal, whole
from pithbundle.cli.output import Output


def _work() -> ModuleType:
    """The module that does the work and prints; it needs two extras.

    Raises:
        click.UsageError: one of them is not installed.
    """
    with (
        needing_zstd(),
        needing("serve", "a server needs uvicorn and httptools", "uvicorn", "httptools"),
    ):
        from pithbundle.cli import mirror_serve_run
    return mirror_serve_run


@click.command(
    "serve",
    epilog="\b\nExamples:\n  pithbundle mirror serve --store mirror --origin mirror.example\n"
    "  pithbundle mirror serve --store mirror --metrics-port 9100 \\\n"
    "    --base-url https://mirror.example\n"
    "  pithbundle mirror serve --store mirror --address 0.0.0.0 --expose \\\n"
    "    --host mirror.example\n\n"
    "Exit status: 0 ended by SIGINT, SIGTERM or SIGHUP; 1 the store is damaged; 2 usage error, "
    "a port that cannot be opened, or a file that cannot be read or written.",
)
@click.option("--store", required=True, type=PATH, metavar="DIR", help="The store.")
@click.option(
    "--address",
    default="127.0.0.1",
    metavar="IP",
    help="Of this machine, to listen on; by default 127.0.0.1.",
)
@click.option(
    "--port", callback=whole(0, 65_535), metavar="N", help="By default 8080; 0 for any that is free."
)
@click.option("--expose", is_flag=True, help="Accept that --address can be reached from other machines.")
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A name that requests may have in Host, beside those of this machine for itself and that of "
    "--base-url; may be repeated.",
)
@click.option(
    "--metrics-port",
    callback=whole(0, 65_535),
    metavar="N",
    help="Serve /health and /metrics at 127.0.0.1 on this port.",
)
@click.option(
    "--renew",
    callback=decimal(0.1, 86_400),
    metavar="SECONDS",
    help="How often to look whether the store has changed; by default 5.",
)
@naming_options
@click.option(
    "--packs", is_flag=True, help="Write an archive of all bundles anew first, for those who begin."
)
@signing_options
@json_option
@click.pass_obj
def command(out: Output, /, **given: Any) -> int:
    """Serve a store to other mirrors and to readers over HTTP.

    Bundles, states, digests and packs are of one moment of the store. Browsers receive a page of each
    record, if jinja2 is installed. What another process adds to the store is served a few seconds later, with
    a new head. By default only this machine reaches the server: put a proxy with TLS before it. One line is
    printed when it listens, with --json one object. A signal ends it once the running responses are complete,
    after 10 seconds at most.
    """
    return int(_work().served(out, **given))
