"""``pithbundle convert``: the same value as canonical JSON or deterministic CBOR."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import (
    PATH,
    deliver,
    encoding_option,
    json_option,
    limit_option,
    output_options,
    read_value,
    rejecting,
)
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import portable

if TYPE_CHECKING:
    from pithbundle.encoding.parsed import Encoding


@click.command(
    "convert",
    epilog="\b\nExamples:\n  pithbundle convert bundle.json --to cbor -o bundle.cbor\n"
    "  pithbundle convert bundle.cbor --to json | jq .",
)
@click.argument("file", type=PATH)
@click.option("--to", required=True, type=click.Choice(["json", "cbor"]), help="The encoding to write.")
@output_options
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    file: str,
    to: str,
    output: str | None,
    force: bool,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Write FILE as canonical JSON or deterministic CBOR; the conversion loses nothing.

    Nothing is verified; use pithbundle verify for that. With --json, a description of the
    written file is printed.
    """
    if out.as_json and output in (None, "-"):
        raise click.UsageError("--json describes a file: add -o FILE", click.get_current_context())
    guard_inputs([file], [("-o", output)])
    value = read_value(file, limits, encoding)
    with rejecting(file):
        if to == "cbor":
            from pithbundle.encoding.cbor import cbor_bytes

            data = cbor_bytes(value, limits)
        else:
            from pithbundle.encoding.canonical import canonical_bytes

            data = canonical_bytes(value, limits)
    deliver(out, data, output, force)
    if out.as_json:
        written = {"file": portable(str(output)), "bytes": len(data), "encoding": to}
        return out.result(SUCCESS, Exit.VALID, written)
    return Exit.VALID
