"""``pithbundle mirror publish``: a store as files for a plain file server (spec MIRROR-17)."""

from __future__ import annotations

import click

from pithbundle.cli.extras import needing_zstd
from pithbundle.cli.guard import is_inside
from pithbundle.cli.inputs import json_option
from pithbundle.cli.mirror_options import naming_options, signing_options
from pithbundle.cli.output import Output


@click.command(
    "publish",
    epilog="\b\nExamples:\n  pithbundle mirror publish --store mirror --to public --origin mirror.example\n"
    "  pithbundle mirror publish --store mirror --to public \\\n"
    "    --base-url https://mirror.example\n"
    "  pithbundle mirror publish --store mirror --to public \\\n"
    "    --sign-with ./sign --sign-key HEX\n"
    "  pithbundle mirror publish --store mirror --to s3://bucket/mine --storage s3\n\n"
    "Exit status: 0; 1 something is damaged, or the signature is none of the head; 2 usage "
    "error, a later head is there already, or a file that cannot be read or written.",
)
@click.option("--store", required=True, type=click.Path(), metavar="DIR", help="The store.")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(),
    metavar="DIR",
    help="The folder to write, or s3://BUCKET/PREFIX with --storage s3.",
)
@click.option(
    "--storage",
    "schemes",
    multiple=True,
    type=click.Choice(["s3"]),
    help="Use object storage if --to begins with this scheme; needs pithbundle[cluster].",
)
@naming_options
@click.option("--packs", is_flag=True, help="Write an archive of all bundles anew, for those who begin.")
@click.option("--pages", is_flag=True, help="Write a page in HTML for each record; needs pithbundle[mirror].")
@click.option("--adopt", is_flag=True, help="Go on after the head at DIR, though this store did not make it.")
@signing_options
@click.option("--generated-at", metavar="TIME", help="When, as 2026-11-20T00:00:00Z; by default now.")
@json_option
@click.pass_obj
def command(
    out: Output,
    store: str,
    target: str,
    schemes: tuple[str, ...],
    origin: str | None,
    base_url: str | None,
    packs: bool,
    pages: bool,
    adopt: bool,
    sign_with: str | None,
    sign_key: str | None,
    generated_at: str | None,
) -> int:
    """Write what a store serves into a folder, for a plain file server.

    Only what changed is written, and the head last: readers of the head before find what they need at any
    time, and a run that was interrupted is completed by the next one. If the folder has a head that this
    store did not make, nothing is written.
    """
    is_local = "://" not in target
    if is_local and (is_inside(target, store) or is_inside(store, target)):
        message = f"--to {target} and the store contain each other: name a folder beside it"
        raise click.UsageError(message, click.get_current_context())
    with needing_zstd():
        from pithbundle.cli import mirror_publish_run as run
    sign = run.signing(sign_with, sign_key)
    done = run.publish(
        store, target, schemes, origin, base_url, sign, generated_at, packs=packs, adopt=adopt, pages=pages
    )
    return int(run.print_published(out, store, target, done))
