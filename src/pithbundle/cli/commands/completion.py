"""``pithbundle completion``: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import json_option
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.shells import register


@click.command(
    "completion",
    epilog="\b\nExamples:\n"
    "  pithbundle completion bash >> ~/.bash_completion\n"
    '  eval "$(pithbundle completion zsh)"\n'
    "  pithbundle completion fish > ~/.config/fish/completions/pithbundle.fish",
)
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script of SHELL: bash, zsh or fish."""
    out: Output = ctx.obj
    register()
    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(f"click knows no completion for {shell}", ctx)
    # The base class only: that of bash runs the bash of this machine to get its version first,
    # and the script may be meant for another.
    script = ShellComplete.source(
        completer(ctx.find_root().command, {}, "pithbundle", "_PITHBUNDLE_COMPLETE")
    )
    if out.as_json:
        return out.result(SUCCESS, Exit.VALID, {"shell": shell, "script": script})
    out.raw(script.encode())
    return Exit.VALID
