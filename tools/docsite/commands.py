"""The command reference, from the same declarations as ``--help``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Final

import click

from pithbundle.cli.main import COMMANDS, group

PROGRAM: Final = "pithbundle"


def escape(text: str) -> str:
    """Plain text as Markdown that reads the same."""
    return re.sub(r"([\\`*_<>\[\]|{}#])", r"\\\1", text)


def reference() -> str:
    """The sections of all commands, those of the program itself first.

    Raises:
        ValueError: a command or an option has no help.
    """
    parts = [*_command(_context(group, PROGRAM), group, 2)]
    for name in COMMANDS:
        command = import_module(f"pithbundle.cli.commands.{COMMANDS[name][0]}").command
        parts += _command(_context(command, f"{PROGRAM} {name}"), command, 2)
    return "\n\n".join(parts) + "\n"


def _context(command: click.Command, name: str) -> click.Context:
    # With the settings of the program: click keeps the help option that it makes here.
    return click.Context(command, info_name=name, **group.context_settings)


def _command(context: click.Context, command: click.Command, level: int) -> Iterator[str]:
    name = context.info_name or PROGRAM
    if not command.help:
        raise ValueError(f"{name} has no help")
    yield f"{'#' * level} {name}"
    yield _literal(" ".join([name, *command.collect_usage_pieces(context)]))
    yield from _paragraphs(command.help)
    rows = [_option(context, param) for param in command.get_params(context) if not _hidden(param)]
    if shown := [row for row in rows if row]:
        yield "\n".join(["| option | meaning |", "|---|---|", *shown])
    if command.epilog:
        yield from _paragraphs(command.epilog)
    # The commands of the program itself have sections of their own level.
    if isinstance(command, click.Group) and command is not group:
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            if found is not None:
                yield from _command(_context(found, f"{name} {sub}"), found, level + 1)


def _hidden(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and param.hidden


def _option(context: click.Context, param: click.Parameter) -> str:
    """One row of the table; nothing for an argument, which the text of the command explains."""
    if not isinstance(param, click.Option) and param.param_type_name == "argument":
        return ""
    record = param.get_help_record(context)
    if not record or not record[1]:
        raise ValueError(f"{context.info_name}: {param.name} has no help")
    spelling, meaning = record
    # The site tool shows a backslash before a pipe in a code span, and needs none there.
    return f"| `{spelling}` | {escape(meaning)} |"


def _paragraphs(text: str) -> Iterator[str]:
    r"""Prose as prose; what click prints verbatim (after ``\b``) as a literal block."""
    for paragraph in re.split(r"\n *\n", text.strip("\n")):
        lines = [line for line in paragraph.splitlines() if line.strip()]
        if lines and lines[0].strip() == "\b":
            yield _literal("\n".join(lines[1:]))
        else:
            yield escape(" ".join(line.strip() for line in lines))


def _literal(text: str) -> str:
    return f"```text\n{text}\n```"
