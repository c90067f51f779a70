r"""Manual pages in roff, made of the same declarations as ``--help``.

Only macros of man(7) that every renderer has are used: TH, SH, TP, PP, nf, fi, B, I. Text is
escaped so that a renderer prints it unchanged: a backslash as ``\e``, a hyphen as ``\-``, and
a leading ``.`` or ``'`` after ``\&``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import click

from pithbundle import __version__

#: Sections that an epilog of a command begins with, by its first word.
_HEADS: Final = {"Example": "EXAMPLES", "Examples": "EXAMPLES", "Exit": "EXIT STATUS"}
_ENVIRONMENT: Final = (
    ("PITHBUNDLE_POLICY", "The policy file, if --policy is not given and this is not empty."),
    ("NO_COLOR", "If this is not empty, no colour is used; --color takes precedence."),
)


def page_name(path: str) -> str:
    """Return the name of the page of a command: ``pithbundle policy check`` has pithbundle-policy-check."""
    return path.replace(" ", "-")


def page(context: click.Context, command: click.Command, summary: str, others: list[str]) -> str:
    """Return the manual page of a command.

    Args:
        context: the context of the command, with its path as the name.
        command: the command.
        summary: one line, without a full stop.
        others: the paths of related commands.
    """
    path = context.info_name or ""
    lines = [
        f'.TH "{escape(page_name(path).upper())}" "1" "" "pithbundle {escape(__version__)}" "User Commands"',
        ".SH NAME",
        f"{escape(page_name(path))} \\- {escape(summary)}",
        ".SH SYNOPSIS",
        f".B {escape(path)}",
        escape(" ".join(command.collect_usage_pieces(context))),
        ".SH DESCRIPTION",
        *_paragraphs(command.help or ""),
    ]
    if isinstance(command, click.Group):
        lines.append(".SH COMMANDS")
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                lines += [".TP", f".B {escape(name)}", escape(found.get_short_help_str().removesuffix("."))]
    lines.append(".SH OPTIONS")
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and record[1]:
            lines += [".TP", f".B {escape(record[0])}", escape(record[1])]
    lines += _epilog(command.epilog or "")
    lines.append(".SH ENVIRONMENT")
    for name, meaning in _ENVIRONMENT:
        lines += [".TP", f".B {name}", escape(meaning)]
    if others:
        lines += [".SH SEE ALSO", ", ".join(f"\\fB{escape(page_name(other))}\\fR(1)" for other in others)]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Return text as roff prints it unchanged, on one line."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ")
    return f"\\&{text}" if text[:1] in (".", "'") else text


def _paragraphs(text: str) -> Iterator[str]:
    first = True
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        lines = [line for line in paragraph.splitlines() if line.strip()]
        if not lines:
            continue
        if not first:
            yield ".PP"
        first = False
        if lines[0].strip() == "\b":
            yield from _literal(lines[1:])
        else:
            yield escape(" ".join(line.strip() for line in lines))


def _epilog(text: str) -> Iterator[str]:
    """Yield the sections of an epilog: examples unchanged, the exit statuses as text."""
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        lines = [line for line in paragraph.splitlines() if line.strip() not in ("", "\b")]
        if not lines:
            continue
        head, _, rest = lines[0].partition(":")
        section = _HEADS.get(head.split()[0])
        if section is None:
            yield ".PP"
            yield escape(" ".join(lines))
            continue
        yield f".SH {section}"
        if section == "EXAMPLES":
            yield from _literal([line.removeprefix("  ") for line in lines[1:]])
        else:
            yield escape(" ".join([rest, *lines[1:]]).strip())


def _literal(lines: list[str]) -> Iterator[str]:
    yield ".nf"
    for line in lines:
        yield escape(line)
    yield ".fi"
