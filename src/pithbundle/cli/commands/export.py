"""``pithbundle export``: the valid events of a record as bundles again."""

from __future__ import annotations

from dataclasses import replace

import click

from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import PATH, about, deliver, output_options
from pithbundle.cli.load import files_argument, fold, fold_options, require_free, write_all
from pithbundle.cli.numeric import whole
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.cli.render import plural
from pithbundle.encoding.document import Format
from pithbundle.encoding.values import DEFAULT_LIMITS, Limits
from pithbundle.files import STDIN


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
@fold_options
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    output: str | None,
    force: bool,
    out_dir: str | None,
    events: int,
    policy_path: str | None,
    format: Format | None,
    limits: Limits,
) -> int:
    """Write the valid events of the bundles FILE as one bundle, or as parts in DIR.

    Only what your policy finds valid is written, each event once, with the one signature
    kept and nothing unsigned. Each part is within the limits of an input, and the parts
    give the same state as FILE under the same policy. What is said of them goes to stderr.
    """
    ctx = click.get_current_context()
    if out_dir is not None and output is not None:
        raise click.UsageError("-o and --out-dir exclude each other", ctx)
    if out.as_json and out_dir is None and output in (None, STDIN):
        raise click.UsageError("with --json the bundle needs a file: add -o FILE or --out-dir DIR", ctx)
    inputs = [*files, policy_path]
    if out_dir is None:
        guard_inputs(inputs, [("-o", output)])
    require_free([output], force)
    folded = fold(out, files, policy_path, limits, format)
    ledger = folded.merged.ledger
    with about(files[0]):
        parts = ledger.export(replace(DEFAULT_LIMITS, events=events))
    if out_dir is not None:
        names = (f"{ledger.record.number.suffix}-part-{place:04}.json" for place in range(1, len(parts) + 1))
        written = write_all(out_dir, dict(zip(names, parts, strict=True)), force, inputs)
    elif len(parts) > 1:
        raise click.UsageError(f"{plural(len(parts), 'part')} do not fit into one file: use --out-dir", ctx)
    else:
        deliver(out, parts[0], output, force)
        written = [STDIN if output is None else output]
        if out.tty and output in (None, STDIN):
            out.raw(b"\n")
    if out.as_json:
        out.json(
            {
                **folded.value(),
                "events": len(ledger),
                "parts": [
                    {"file": path, "bytes": len(part)} for path, part in zip(written, parts, strict=True)
                ],
            }
        )
        return folded.status
    said = out.aside()
    folded.headline(said)
    folded.record(said)
    said.verdict("export", f"{plural(len(ledger), 'valid event')} in {plural(len(parts), 'part')}")
    for path, part in zip(written, parts, strict=True):
        where = "standard output" if path == STDIN else said.show(path)
        said.detail("part", f"{plural(len(part), 'byte')} to {where}")
    report = folded.report
    left_out = sum(one.copy.event is None for one in report.events) + len(report.without_id)
    if left_out:
        said.detail("left out", f"{plural(left_out, 'event')} not valid")
    return folded.status
