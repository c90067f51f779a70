"""``pithbundle schema``: the JSON Schema of what a command prints with ``--json``."""

from __future__ import annotations

import difflib

import click

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import json_option
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.schemas import names, schema
from pithbundle.cli.shells import words_of

_COMPLETE = words_of(lambda: [name.replace("_", " ") for name in names()])


@click.command(
    "schema",
    epilog="\b\nExamples:\n  pithbundle schema\n  pithbundle schema verify > verify.schema.json\n"
    "  pithbundle schema policy check",
)
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=_COMPLETE)
@json_option
@click.pass_obj
def command(out: Output, words: tuple[str, ...]) -> int:
    """Print the JSON Schema of what COMMAND prints with --json, or list the schemas.

    Every output of --json is one object that begins with type, version, outcome,
    exit_status and error. The schemas are closed: no output has a member that its schema
    does not define.
    """
    if not words:
        if out.as_json:
            return out.result(SUCCESS, Exit.VALID, {"schemas": [*names()], "schema": None})
        for each in names():
            out.line(each.replace("_", " "))
        return Exit.VALID
    name = "_".join(words).replace(" ", "_")
    if name not in names():
        near = difflib.get_close_matches(name, names(), 1)
        suggestion = f"Did you mean {near[0].replace('_', ' ')!r}?" if near else "Run pithbundle schema"
        message = f"no schema of {' '.join(words)!r}. {suggestion}"
        raise click.UsageError(message, click.get_current_context())
    if out.as_json:
        return out.result(SUCCESS, Exit.VALID, {"schemas": [name], "schema": schema(name)})
    out.json(schema(name))
    return Exit.VALID
