"""``pithbundle store``: keep the bundles of a mirror as they were received (spec STORE-1 to STORE-13)."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Final

import click

from pithbundle.cli.archive_options import from_option
from pithbundle.cli.clock import time_option_value
from pithbundle.cli.extras import needing_zstd
from pithbundle.cli.guard import is_inside
from pithbundle.cli.inputs import PATH, json_option, output_options, policy_option, read_policy
from pithbundle.cli.load import require_absent
from pithbundle.cli.numeric import whole
from pithbundle.cli.output import Output
from pithbundle.files import STDIN

_FAILED: Final = "2 usage error, or a file that cannot be read or written."


def _stores() -> tuple[ModuleType, ModuleType]:
    """The modules that do the work and print; they need zstd, which is an extra.

    Raises:
        click.UsageError: zstd is not installed.
    """
    with needing_zstd():
        from pithbundle.cli import store_print, store_run
    return store_run, store_print


def _guard_store(store: str, option: str, path: str | None) -> None:
    """Check that an output is not inside the store.

    Raises:
        click.UsageError: it is.
    """
    if path not in (None, STDIN):
        inside, found = os.path.realpath(store), os.path.realpath(str(path))
        if os.path.commonpath([inside, found]) == inside:
            message = f"{option} {path} is inside the store, and its files are never overwritten"
            raise click.UsageError(message, click.get_current_context())


_store_argument: Final = click.argument("store", metavar="DIR", type=click.Path())
_jobs_option: Final = click.option(
    "--jobs",
    callback=whole(1, 256),
    metavar="N",
    help="Processes that verify; by default one for each core. One verifies the first 500 bundles.",
)
_source_option: Final = click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="ORIGIN",
    help="An origin whose bundles are preferred, the first one most; may be repeated.",
)


@click.group(
    "store", epilog="\b\nExample:\n  pithbundle store add mirror downloads/ --origin https://pith.example"
)
def command() -> None:
    """Keep the bundles of a mirror, as they were received, with where each is from.

    A store is a folder of segments that are only appended to, and an index that can be made anew. A
    bundle is admitted if a signature of a key of its policy over its record verifies; everything else is
    in quarantine, with the reason.
    """


@command.command(
    "init",
    epilog="\b\nExamples:\n  pithbundle store init mirror\n"
    "  pithbundle store init mirror --policy p.json --source https://pith.example\n\n"
    "Exit status: 0; 2 usage error, or a file that cannot be read or written.",
)
@_store_argument
@policy_option
@_source_option
@json_option
@click.pass_obj
def init(out: Output, store: str, policy_path: str | None, sources: tuple[str, ...]) -> int:
    """Make the empty store DIR, which must not exist.

    The policy is copied into the store, so that every process decides alike.
    """
    run, printing = _stores()
    policy = read_policy(policy_path)
    with run.failing(store):
        made = run.Store.create(store, policy, sources=sources)
        made.close()
    return int(printing.print_made(out, made))


@command.command(
    "add",
    epilog="\b\nExamples:\n  pithbundle store add mirror downloads/ --origin https://pith.example\n"
    "  pithbundle store add mirror bundle.json more.jsonl.gz\n\n"
    "Exit status: 0; 1 something is in quarantine or was rejected, the rest was added; "
    "2 usage error, or a file that cannot be read or written.",
)
@_store_argument
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=PATH)
@click.option(
    "--origin",
    default="local",
    metavar="NAME",
    help="Where they are from: a URL or a name; by default local.",
)
@click.option("--requested", metavar="NUMBER", help="The number for which they were requested.")
@click.option("--received-at", metavar="TIME", help="When, as 2026-11-20T00:00:00Z; by default now.")
@from_option
@json_option
@click.pass_obj
def add(
    out: Output,
    store: str,
    inputs: tuple[str, ...],
    origin: str,
    requested: str | None,
    received_at: str | None,
    form: str | None,
) -> int:
    """Add the bundles of IN to the store DIR; equal ones of one origin once.

    IN is what pithbundle archive pack takes. Each bundle is verified, appended and synced before it is
    counted: once this ends, no crash takes it. A file that is no bundle is kept in quarantine; in a
    container it is rejected.
    """
    for each in inputs:
        if each != STDIN and is_inside(each, store):
            message = f"{each} is the store itself, or in it: give what it is to receive"
            raise click.UsageError(message, click.get_current_context())
    run, printing = _stores()
    suffix = "" if requested is None else run.suffix_of(requested)
    moment = "" if received_at is None else time_option_value("--received-at", received_at)
    found = run.add(store, inputs, form, origin, suffix, moment)
    return int(printing.print_added(out, store, found))


@command.command(
    "list",
    epilog="\b\nExamples:\n  pithbundle store list mirror\n  pithbundle store list mirror --quarantine\n\n"
    "Exit status: 0; 2 usage error, or a file that cannot be read or written.",
)
@_store_argument
@click.option("--quarantine", is_flag=True, help="List what is in quarantine, and why.")
@json_option
@click.pass_obj
def list_(out: Output, store: str, quarantine: bool) -> int:
    """List the records of the store DIR, as its index states them."""
    run, printing = _stores()
    with run.opened(store) as found:
        return int(
            printing.print_quarantine(out, found) if quarantine else printing.print_records(out, found)
        )


@command.command(
    "show",
    epilog="\b\nExamples:\n  pithbundle store show mirror OMJFN3CZBZK4KRI4XCDIFRLNQH\n"
    "  pithbundle store show mirror pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH --json\n\n"
    "Exit status: 0; 1 the store has no admitted bundle of it; " + _FAILED,
)
@_store_argument
@click.argument("number", metavar="NUMBER")
@json_option
@click.pass_obj
def show(out: Output, store: str, number: str) -> int:
    """Show a record of the store DIR: its state, its digests, and each bundle with where it is from.

    NUMBER is a suffix of 26 characters or a full Pith Number. The bundles are verified again.
    """
    run, printing = _stores()
    suffix = run.suffix_of(number)
    with run.opened(store) as found:
        return int(printing.print_record(out, found, suffix))


@command.command(
    "export",
    epilog="\b\nExamples:\n  pithbundle store export mirror OMJFN3CZBZK4KRI4XCDIFRLNQH -o bundle.json\n"
    "  pithbundle store export mirror OMJFN3CZBZK4KRI4XCDIFRLNQH --out-dir parts\n\n"
    "Exit status: 0; 1 the store has no such bundle, or it is damaged; " + _FAILED,
)
@_store_argument
@click.argument("number", metavar="[NUMBER]", required=False)
@click.option("--bundle", metavar="SHA256", help="The bundle with this SHA-256, also from quarantine.")
@click.option("--out-dir", type=PATH, metavar="DIR", help="Write the parts here, one file each.")
@output_options
@json_option
@click.pass_obj
def export(
    out: Output,
    store: str,
    number: str | None,
    bundle: str | None,
    out_dir: str | None,
    output: str | None,
    force: bool,
) -> int:
    """Write the bundle of a record as the store DIR serves it.

    That is a bundle as it was received where one has all valid events or elements that could not be
    checked, otherwise all valid events in as many parts as needed.
    """
    ctx = click.get_current_context()
    if (number is None) == (bundle is None):
        raise click.UsageError("give either NUMBER or --bundle", ctx)
    if out_dir is not None and output is not None:
        raise click.UsageError("-o and --out-dir exclude each other", ctx)
    if out.as_json and out_dir is None and output in (None, STDIN):
        raise click.UsageError("with --json the bundle needs a file: add -o FILE or --out-dir DIR", ctx)
    run, printing = _stores()
    _guard_store(store, "-o", output)
    _guard_store(store, "--out-dir", out_dir)
    require_absent([output], force)
    suffix = "" if number is None else run.suffix_of(number)
    with run.opened(store) as found:
        return int(printing.export(out, found, suffix, bundle, output, out_dir, force))


@command.command(
    "check",
    epilog="\b\nExample:\n  pithbundle store check mirror\n\n"
    "Exit status: 0 sound; 1 something is damaged; " + _FAILED,
)
@_store_argument
@_jobs_option
@json_option
@click.pass_obj
def check(out: Output, store: str, jobs: int | None) -> int:
    """Check the store DIR: every byte of its segments, every signature, and every row of its index.

    Nothing is changed. What is damaged is listed with its position.
    """
    run, printing = _stores()
    return int(printing.print_checked(out, store, run.check(store, jobs)))


@command.command(
    "repair",
    epilog="\b\nExamples:\n  pithbundle store repair mirror\n"
    "  pithbundle store repair mirror --policy policy.json\n\n"
    "Exit status: 0; 1 something is damaged, the rest was repaired; " + _FAILED,
)
@_store_argument
@click.option("--policy", "policy_path", type=PATH, metavar="FILE", help="Replace the policy of the store.")
@_source_option
@_jobs_option
@json_option
@click.pass_obj
def repair(
    out: Output, store: str, policy_path: str | None, sources: tuple[str, ...], jobs: int | None
) -> int:
    """Make the index of the store DIR anew of its segments.

    With --policy every admission is decided again, so that bundles whose key or event format was unknown
    are verified now. With --source the order of origins is replaced.
    """
    run, printing = _stores()
    policy = None if policy_path is None else read_policy(policy_path)
    return int(printing.print_checked(out, store, run.repair(store, policy, sources, jobs)))


@command.command(
    "seal",
    epilog="\b\nExample:\n  pithbundle store seal mirror\n\n"
    "Exit status: 0; 1 something was damaged, the rest was sealed; " + _FAILED,
)
@_store_argument
@json_option
@click.pass_obj
def seal(out: Output, store: str) -> int:
    """Write the bundles of the store DIR that are kept into sorted segments, and remove the old ones.

    Of each record and origin the newest two are kept, what has a valid event that no other has, and what
    has invalid elements.
    """
    run, printing = _stores()
    return int(printing.print_sealed(out, store, run.seal(store)))


@command.command(
    "drop",
    epilog="\b\nExamples:\n  pithbundle store drop mirror --origin https://hostile.example\n"
    "  pithbundle store drop mirror --code key_unknown\n\n"
    "Exit status: 0; 1 something was damaged, the rest was dropped; " + _FAILED,
)
@_store_argument
@click.option("--origin", metavar="NAME", help="Drop what is from here: a URL or a name.")
@click.option("--code", metavar="CODE", help="Drop what is in quarantine for this reason.")
@json_option
@click.pass_obj
def drop(out: Output, store: str, origin: str | None, code: str | None) -> int:
    """Drop files from the quarantine of the store DIR, for ever.

    pithbundle store list --quarantine prints origin and code of each. With both options a file must be of
    both. Nothing that was admitted is dropped. A synchronisation with an origin that still serves such files
    can bring them back.
    """
    ctx = click.get_current_context()
    if not origin and not code:
        raise click.UsageError("say what is dropped: give --origin, --code or both", ctx)
    run, printing = _stores()
    return int(printing.print_dropped(out, store, run.drop(store, origin or "", code or "")))
