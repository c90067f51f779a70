"""``pithbundle export``: write the valid events of a record as bundles."""

from __future__ import annotations

from dataclasses import replace

import click

from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import PATH, deliver, output_options, rejecting
from pithbundle.cli.load import (
    LoadedRecord,
    files_argument,
    load_record,
    record_options,
    require_absent,
    write_all,
)
from pithbundle.cli.numeric import whole
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Value, portable
from pithbundle.errors import InputError
from pithbundle.files import STDIN
from pithbundle.merge.ledger import Ledger
from pithbundle.wording import plural


@click.command(
    "export",
    epilog="\b\nExamples:\n  pithbundle export part1.json part2.json -o whole.json\n"
    "  pithbundle export huge.json --events 1000 --out-dir parts\n\n" + EXIT_STATUS_HELP,
)
@files_argument
@output_options
@click.option("--out-dir", type=PATH, metavar="DIR", help="Write the parts here, one file each.")
@click.option(
    "--events",
    callback=whole(1, DEFAULT_LIMITS.events),
    metavar="NUMBER",
    default=str(DEFAULT_LIMITS.events),
    help=f"The most events in one part; by default {DEFAULT_LIMITS.events}.",
)
@record_options
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    output: str | None,
    force: bool,
    out_dir: str | None,
    events: int,
    policy_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Write the valid events of the bundles FILE as one bundle, or as parts in DIR.

    Only what your policy finds valid is written, each event once, with one signature
    and nothing unsigned. Each part is within the limits of an input, and the parts
    give the same state as FILE under the same policy. The summary goes to stderr.
    """
    ctx = click.get_current_context()
    if out_dir is not None and output is not None:
        raise click.UsageError("-o and --out-dir exclude each other", ctx)
    if out.as_json and out_dir is None and output in (None, STDIN):
        raise click.UsageError("with --json the bundle needs a file: add -o FILE or --out-dir DIR", ctx)
    inputs = [*files, policy_path]
    if out_dir is None:
        guard_inputs(inputs, [("-o", output)])
    require_absent([output], force)
    loaded = load_record(files, policy_path, limits, encoding)
    ledger = loaded.ledger
    with rejecting(files[0]):
        parts = _parts(ledger, events, limits)
    if out_dir is not None:
        names = [f"{ledger.record.number.suffix}-part-{index:04}.json" for index in range(1, len(parts) + 1)]
        written = write_all(out_dir, names, parts, force, inputs)
    elif len(parts) > 1:
        raise click.UsageError(f"{plural(len(parts), 'part')} do not fit into one file: use --out-dir", ctx)
    else:
        deliver(out, parts[0], output, force)
        written = [STDIN if output is None else output]
        if out.tty and output in (None, STDIN):
            out.raw(b"\n")
    _print(out, loaded, written, list(map(len, parts)))
    return loaded.status


def _parts(ledger: Ledger, events: int, limits: Limits) -> list[bytes]:
    """The bundles of an export, readable without options where the record and each event allow it."""
    try:
        return ledger.export(replace(DEFAULT_LIMITS, events=events))
    except InputError:
        # Read under a raised limit, it is written under that limit too (EXPORT-2).
        return ledger.export(replace(limits, events=events))


def _print(out: Output, loaded: LoadedRecord, written: list[str], sizes: list[int]) -> None:
    """Print what was written, to stderr or as JSON."""
    count = len(loaded.ledger)
    if out.as_json:
        parts: list[Value] = [
            {"file": portable(path), "bytes": size} for path, size in zip(written, sizes, strict=True)
        ]
        loaded.result(out, {"events": count, "parts": parts})
        return
    err = out.on_stderr()
    loaded.headline(err)
    loaded.record(err)
    err.heading("export", f"{plural(count, 'valid event')} in {plural(len(sizes), 'part')}")
    for path, size in zip(written, sizes, strict=True):
        where = "standard output" if path == STDIN else err.show(path)
        err.detail("part", f"{plural(size, 'byte')} to {where}")
    report = loaded.report
    excluded = sum(one.element.event is None for one in report.events) + len(report.without_id)
    if excluded:
        err.detail("excluded", f"{plural(excluded, 'event')} not valid")
