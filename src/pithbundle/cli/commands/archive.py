"""``pithbundle archive``: many bundles as one archive (spec ARCH-1 to ARCH-15)."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, Literal, TypeVar

import click

from pithbundle.cli.archive_options import FOLDER, from_option, size_options, with_max_raw
from pithbundle.cli.extras import needing_zstd
from pithbundle.cli.guard import guard_archives, guard_inputs, require_name_of
from pithbundle.cli.inputs import PATH, deliver, json_option
from pithbundle.cli.numeric import whole
from pithbundle.cli.output import Output
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.files import STDIN

F = TypeVar("F", bound=Callable[..., Any])

_STATUS: Final = (
    "Exit status: 0; 1 something was rejected, the rest was {}; 2 usage "
    "error, or a file that cannot be read or written."
)


def _archives() -> tuple[ModuleType, ModuleType]:
    """The modules that do the work and print; they need zstd, which is an extra.

    Raises:
        click.UsageError: zstd is not installed.
    """
    with needing_zstd():
        from pithbundle.cli import archive_print, archive_run
    return archive_run, archive_print


def _output_options(what: str) -> Callable[[F], F]:
    """Add ``-o`` and ``--force``, passed as ``output`` and ``force``."""

    def add(command: F) -> F:
        command = click.option("--force", is_flag=True, help=f"Replace an existing {what}.")(command)
        return click.option(
            "-o", "--output", required=True, type=click.Path(), metavar="OUT", help="Where it is written."
        )(command)

    return add


_level_option: Final = click.option(
    "--level",
    callback=whole(1, 22),
    metavar="NUMBER",
    default="3",
    help="The level of zstd, 1 to 22; by default 3.",
)


@click.group("archive", epilog="\b\nExample:\n  pithbundle archive pack downloads/ -o mirror")
def command() -> None:
    """Keep many bundles as one archive: sorted, compressed, each found by its suffix.

    An archive is a folder of packs. zstd -dc PACK prints the bundles of a pack, one a line. Nothing
    is verified here: an archive contains bundles as they are.
    """


@command.command(
    "pack",
    epilog="\b\nExamples:\n  pithbundle archive pack downloads/ more.jsonl.gz -o mirror\n"
    "  pithbundle archive pack --from jsonl - -o mirror < bundles.jsonl\n\n" + _STATUS.format("packed"),
)
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=PATH)
@_output_options("archive")
@_level_option
@from_option
@size_options
@json_option
@click.pass_obj
def pack(
    out: Output,
    inputs: tuple[str, ...],
    output: str,
    force: bool,
    level: int,
    form: str | None,
    max_raw: int | None,
    limits: Limits,
) -> int:
    """Write the bundles of IN as the archive OUT: sorted, equal ones once.

    IN is an archive, a file whose name ends in .json, .cbor, .jsonl, .cborseq or .tar, perhaps with
    .zst or .gz after it, or a folder: then all of these in it and below it. Each bundle is read
    strictly; no signature is checked. What is no bundle is listed, and the rest is packed; if there
    is none, nothing is written or replaced.
    """
    guard_inputs(inputs, [("-o", output)])
    guard_archives(inputs, "-o", output)
    require_name_of(output, "folder", "name a folder; pithbundle archive unpack writes tar and parquet")
    run, printing = _archives()
    found = run.pack(inputs, output, force, level, form, with_max_raw(limits, max_raw))
    return int(printing.print_written(out, output, found))


@command.command(
    "merge",
    epilog="\b\nExample:\n  pithbundle archive merge mirror-1 mirror-2 -o both\n\n"
    + _STATUS.format("merged"),
)
@click.argument("inputs", metavar="DIR...", nargs=-1, required=True, type=FOLDER)
@_output_options("archive")
@_level_option
@size_options
@json_option
@click.pass_obj
def merge(
    out: Output,
    inputs: tuple[str, ...],
    output: str,
    force: bool,
    level: int,
    max_raw: int | None,
    limits: Limits,
) -> int:
    """Write the union of the archives DIR as the archive OUT: equal bundles once.

    The archives are read side by side, so that memory does not grow with them. A table or a tar of
    the union is what pithbundle archive unpack writes of OUT.
    """
    guard_inputs(inputs, [("-o", output)])
    guard_archives(inputs, "-o", output)
    require_name_of(output, "folder", "merge into a folder, then unpack that: unpack writes tar and parquet")
    run, printing = _archives()
    found = run.merge(inputs, output, force, level, with_max_raw(limits, max_raw))
    return int(printing.print_written(out, output, found))


def _kind_of_name(output: str) -> Literal["folder", "tar", "parquet"]:
    """What unpack writes without ``--to``."""
    name = output.lower()
    return "tar" if name.endswith(".tar") else "parquet" if name.endswith(".parquet") else "folder"


@command.command(
    "unpack",
    epilog="\b\nExamples:\n  pithbundle archive unpack mirror -o bundles\n"
    "  pithbundle archive unpack downloads/ -o bundles.tar\n"
    "  pithbundle archive unpack mirror -o bundles.parquet\n\n" + _STATUS.format("unpacked"),
)
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=PATH)
@_output_options("output")
@click.option(
    "--to",
    type=click.Choice(["folder", "tar", "parquet"]),
    help="By default tar or parquet if OUT ends in .tar or .parquet, otherwise folder.",
)
@from_option
@size_options
@json_option
@click.pass_obj
def unpack(
    out: Output,
    inputs: tuple[str, ...],
    output: str,
    force: bool,
    to: Literal["folder", "tar", "parquet"] | None,
    form: str | None,
    max_raw: int | None,
    limits: Limits,
) -> int:
    """Write each bundle of IN as a file of its own, into the folder or the tar OUT, or into a table.

    IN is what pithbundle archive pack takes, an archive for example. A bundle has the bytes that it
    has in IN. Its file is named by its suffix and the beginning of the SHA-256 of its line, so that
    equal bundles are one file. A table in Parquet, for analysts, has a row for each bundle and is
    never read again; it needs the extra parquet.
    """
    kind = to or _kind_of_name(output)
    guard_inputs(inputs, [("-o", output)])
    guard_archives(inputs, "-o", output)
    require_name_of(output, kind, "name a folder, a file in .tar or one in .parquet")
    run, printing = _archives()
    found = run.unpack(
        inputs,
        output,
        force,
        kind,
        form,
        with_max_raw(limits, max_raw),
    )
    return int(printing.print_unpacked(out, output, found))


@command.command(
    "list",
    epilog="\b\nExamples:\n  pithbundle archive list mirror\n"
    "  pithbundle archive list --bundles mirror | head",
)
@click.argument("archive", metavar="DIR", type=FOLDER)
@click.option("--bundles", is_flag=True, help="Print suffix, SHA-256, bytes and encoding of each bundle.")
@size_options
@json_option
@click.pass_obj
def list_(out: Output, archive: str, bundles: bool, max_raw: int | None, limits: Limits) -> int:
    """List the packs of the archive DIR, as its manifest states them, or its bundles."""
    if bundles and out.as_json:
        raise click.UsageError(
            "--bundles and --json exclude each other: the lines of --bundles are for programs too",
            click.get_current_context(),
        )
    run, printing = _archives()
    reader = run.open_archive(archive, with_max_raw(limits, max_raw))
    return int(printing.list_bundles(out, reader) if bundles else printing.list_packs(out, reader))


@command.command(
    "get",
    epilog="\b\nExamples:\n  pithbundle archive get mirror OMJFN3CZBZK4KRI4XCDIFRLNQH\n"
    "  pithbundle archive get mirror pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH -o x.json\n\n"
    "Exit status: 0 found; 1 not found, or a part that was needed is damaged; 2 "
    "usage error, or a file that cannot be read or written.",
)
@click.argument("archive", metavar="DIR", type=FOLDER)
@click.argument("suffix", metavar="NUMBER")
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Write to this file, atomically.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--encoding", type=click.Choice(["json", "cbor"]), help="Only the bundles in this encoding.")
@size_options
@json_option
@click.pass_obj
def get(
    out: Output,
    archive: str,
    suffix: str,
    output: str | None,
    force: bool,
    encoding: Encoding | None,
    max_raw: int | None,
    limits: Limits,
) -> int:
    """Print the bundles of one record from the archive DIR: in JSON one a line.

    NUMBER is a suffix of 26 characters or a full Pith Number, whose year must be that of the
    record. The index and one frame are read, and the suffix of each bundle is recomputed. With
    --json the positions are printed, and the bundles are written to the FILE of -o.
    """
    run, printing = _archives()
    if output is not None:
        guard_inputs((archive, *_files_in(archive)), [("-o", output)])
        guard_archives([archive], "-o", output)
    number, suffix = suffix, run.suffix_of(suffix)
    reader = run.open_archive(archive, with_max_raw(limits, max_raw))
    with run.failing(archive):
        lookup = run.only(run.require_number(reader.get(suffix), number), encoding)
    if lookup.entries and (output is not None or not out.as_json):
        run.require_one_encoding(lookup)
        if out.as_json and output == STDIN:
            message = "with --json the bundles need a file: add -o FILE"
            raise click.UsageError(message, click.get_current_context())
        deliver(out, b"".join([entry.line.raw for entry in lookup.entries]), output, force)
    return int(printing.print_lookup(out, archive, suffix, lookup, encoding))


def _files_in(folder: str) -> list[str]:
    """The files of an archive, each of which is an input; none where it cannot be listed."""
    try:
        return [entry.path for entry in os.scandir(folder)]
    except OSError:
        return []


@command.command(
    "check",
    epilog="\b\nExamples:\n  pithbundle archive check mirror\n  pithbundle archive check mirror --reindex\n\n"
    "Exit status: 0 sound; 1 something is damaged or missing; 2 usage error, or a "
    "file that cannot be read or written.",
)
@click.argument("archive", metavar="DIR", type=FOLDER)
@click.option("--reindex", is_flag=True, help="Write the index of each sound pack anew, if it differs.")
@size_options
@json_option
@click.pass_obj
def check(out: Output, archive: str, reindex: bool, max_raw: int | None, limits: Limits) -> int:
    """Check the archive DIR: every hash, frame, bundle, border and index.

    Each damaged part is listed with its position; the rest can still be read. No signature is
    checked.
    """
    run, printing = _archives()
    reader = run.open_archive(archive, with_max_raw(limits, max_raw))
    with run.failing(archive):
        checked = run.check(reader, reindex)
    return int(printing.print_checked(out, archive, checked))
