"""``pithbundle mirror``: what mirrors state that they have, and two of them compared (spec MIRROR-1)."""

from __future__ import annotations

from types import ModuleType

import click

from pithbundle.cli.commands import mirror_audit, mirror_publish, mirror_serve, mirror_sync
from pithbundle.cli.extras import needing_zstd
from pithbundle.cli.guard import guard_archives, guard_inputs, is_inside
from pithbundle.cli.inputs import json_option, policy_option, read_policy
from pithbundle.cli.numeric import whole
from pithbundle.cli.output import Output


def _work() -> tuple[ModuleType, ModuleType]:
    """The modules that do the work and print; they need zstd, which is an extra.

    Raises:
        click.UsageError: zstd is not installed.
    """
    with needing_zstd():
        from pithbundle.cli import mirror_print, mirror_run
    return mirror_run, mirror_print


@click.group(
    "mirror", epilog="\b\nExample:\n  pithbundle mirror compare mine/pith-digests theirs/pith-digests"
)
def command() -> None:
    """State what a mirror has, as a tree of digests, and compare two mirrors by it.

    A digest is a claim of the mirror: it saves requests, and no verdict depends on it.
    """


_jobs_option = click.option(
    "--jobs",
    callback=whole(1, 256),
    metavar="N",
    help="Processes that verify an archive; by default one for each core.",
)


@command.command(
    "digests",
    epilog="\b\nExamples:\n  pithbundle mirror digests store -o pith-digests --origin mirror.example\n"
    "  pithbundle mirror digests states/digests.txt -o pith-digests\n\n"
    "Exit status: 0; 1 something is damaged, or a leaf would be too large; 2 usage error, or "
    "a file that cannot be read or written.",
)
@click.argument("source", metavar="IN", type=click.Path())
@click.option("-o", "--output", required=True, type=click.Path(), metavar="DIR", help="The folder to write.")
@click.option(
    "--origin",
    metavar="NAME",
    help="The name of the mirror, as mirror.example; needed for the first head only.",
)
@click.option(
    "--archive", metavar="PATH", help="The path of pith-archive.json, relative to that of the mirror."
)
@click.option("--generated-at", metavar="TIME", help="When, as 2026-11-20T00:00:00Z; by default now.")
@_jobs_option
@policy_option
@json_option
@click.pass_obj
def digests(
    out: Output,
    source: str,
    output: str,
    origin: str | None,
    archive: str | None,
    generated_at: str | None,
    jobs: int | None,
    policy_path: str | None,
) -> int:
    """Write the digests of IN into the folder DIR, or bring those there up to date.

    IN is a store, an archive, or an output of recompute or its digests.txt. An archive is verified first,
    under --policy; the others have the policy that they were made with. The files are named by their
    content, the head is written last, and files of the last 64 generations stay. Where nothing changed,
    nothing is written.
    """
    guard_inputs([source, policy_path], [("-o", output)])
    guard_archives([source], "-o", output)
    if is_inside(output, source):
        message = f"-o {output} is inside {source}: name a folder beside it"
        raise click.UsageError(message, click.get_current_context())
    run, printing = _work()
    policy = read_policy(policy_path)
    done = run.write(source, output, origin, archive, generated_at, policy, jobs)
    return int(printing.print_digests(out, source, output, done))


@command.command(
    "compare",
    epilog="\b\nExamples:\n  pithbundle mirror compare mine/pith-digests theirs/pith-digests\n"
    "  pithbundle mirror compare store archive --policy policy.json\n\n"
    "Exit status: 0 equal; 1 different, or something is damaged; 2 usage error, or a file "
    "that cannot be read; 3 not comparable: another policy or other merge rules.",
)
@click.argument("left", metavar="A", type=click.Path())
@click.argument("right", metavar="B", type=click.Path())
@_jobs_option
@policy_option
@json_option
@click.pass_obj
def compare(out: Output, left: str, right: str, jobs: int | None, policy_path: str | None) -> int:
    """List the records of which A and B state different things.

    Each is a folder of digests, a store, an archive, or an output of recompute or its digests.txt. Of two
    folders of digests only the files are read whose names differ. Under another policy or other merge
    rules the same bundles have other digests: then nothing is compared.
    """
    run, printing = _work()
    policy = read_policy(policy_path)
    return int(printing.print_compared(out, run.compared(left, right, policy, jobs)))


command.add_command(mirror_publish.command)
for _each in (mirror_audit.audit, mirror_audit.watch, mirror_audit.check_finding):
    command.add_command(_each)
command.add_command(mirror_sync.command)
command.add_command(mirror_serve.command)
