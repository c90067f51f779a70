"""The tree of commands, walked as the program walks it.

A command keeps the option ``--help`` of the first context that asks for it: a context without the
settings of the program would leave it without ``-h`` for every test that runs after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from pithbundle.cli.main import group
from pithbundle.cli.output import Output


def context_of(command: click.Command, parent: click.Context | None = None) -> click.Context:
    """A context as the program makes it, without arguments."""
    settings: dict[str, Any] = dict(command.context_settings)
    name = command.name if parent else "pithbundle"
    return click.Context(command, parent=parent, info_name=name, obj=Output(), **settings)


def find(words: list[str]) -> tuple[click.Command | None, click.Context, list[str]]:
    """The command that the words after ``pithbundle`` name, the context above it, and the other words."""
    command: click.Command | None = group
    context = above = context_of(group)
    while words and isinstance(command, click.Group):
        above, (word, *words) = context, words
        command = command.get_command(above, word)
        if command is not None:
            context = context_of(command, above)
    return command, above, words


def parsed(words: list[str]) -> dict[str, Any]:
    """The parameters of a command line, as the program reads it; nothing is run."""
    command, above, rest = find(words)
    assert command is not None, words
    return command.make_context(command.name, rest, parent=above).params


def commands(
    of: click.Command = group, above: click.Context | None = None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that name it."""
    if not isinstance(of, click.Group):
        yield path, of
        return
    context = context_of(of, above)
    for name in of.list_commands(context):
        found = of.get_command(context, name)
        assert found is not None, name
        yield from commands(found, context, (*path, name))
