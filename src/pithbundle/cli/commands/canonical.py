"""``pithbundle canonical``: the canonical bytes of a file, or their digest."""

from __future__ import annotations

import hashlib
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
    read_value,
    rejecting,
)
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.limits import Limits

if TYPE_CHECKING:
    from pithbundle.encoding.parsed import Encoding


@click.command(
    "canonical",
    epilog="\b\nExamples:\n  pithbundle canonical record.json | sha256sum\n"
    "  pithbundle canonical --digest record.json",
)
@click.argument("file", type=PATH)
@click.option("--digest", is_flag=True, help="Print the SHA-256 of the bytes in hex instead.")
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(out: Output, file: str, digest: bool, encoding: Encoding | None, limits: Limits) -> int:
    """Print the canonical bytes of FILE, exactly, without a newline at the end.

    Nothing is verified; use pithbundle verify for that.
    """
    guard_inputs([file], [("-o", None)])
    value = read_value(file, limits, encoding)
    with rejecting(file):
        data = canonical_bytes(value, limits)
    sha256 = hashlib.sha256(data).hexdigest()
    if out.as_json:
        text = None if digest else data.decode()
        return out.result(SUCCESS, Exit.VALID, {"bytes": len(data), "sha256": sha256, "canonical": text})
    if digest:
        out.line(sha256)
    else:
        deliver(out, data, None)
    return Exit.VALID
