"""Options of the commands that read containers of bundles (spec ARCH-11, ARCH-12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from pithbundle.cli.inputs import PATH, json_option, limit_option, policy_option
from pithbundle.cli.numeric import size
from pithbundle.encoding.limits import Limits

F = TypeVar("F", bound=Callable[..., Any])

#: The formats of inputs; tests/cli/test_archive.py compares them with those of the library.
FORMATS: Final = tuple(
    f"{container}{compression}"
    for container in ("json", "cbor", "jsonl", "cborseq", "tar")
    for compression in ("", ".zst", ".gz")
)


class FolderPath(click.Path):
    """A path for which shells complete folders alone; whether it is one is checked where it is used."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the one item that asks the shell for the names of folders."""
        return [CompletionItem(incomplete, type="dir")]


FOLDER: Final = FolderPath()


def size_options(command: F) -> F:
    """Add ``--max-raw`` and ``--limit``, passed as ``max_raw`` and ``limits``."""
    command = click.option(
        "--max-raw",
        callback=size(1, 10**15),
        metavar="SIZE",
        help="The most bytes of one bundle, decompressed, as 16MiB: the limit size, 4194304.",
    )(command)
    return limit_option(command)


def with_max_raw(limits: Limits, max_raw: int | None) -> Limits:
    """Return the limits with the one of ``--max-raw``."""
    return limits if max_raw is None else replace(limits, size=max_raw)


from_option: Final = click.option(
    "--from",
    "form",
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    help="The format of the files IN: json, cbor, jsonl, cborseq or tar, perhaps with .zst or .gz; "
    "by default that of the name.",
)


def collecting_options(name: str) -> Callable[[F], F]:
    """Add IN..., ``-o`` and ``--force`` of a command that makes a folder of all bundles of its inputs.

    Args:
        name: of the command.
    """

    def add(command: F) -> F:
        command = click.option("--force", is_flag=True, help=f"Replace an existing output of {name}.")(
            command
        )
        command = click.option(
            "-o", "--output", required=True, type=FOLDER, metavar="OUT", help="The folder to write."
        )(command)
        return click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=PATH)(command)

    return add


def reading_options(command: F) -> F:
    """Add how its inputs are read: ``--from``, ``--policy``, ``--max-raw``, ``--limit``; and ``--json``."""
    return from_option(policy_option(size_options(json_option(command))))
