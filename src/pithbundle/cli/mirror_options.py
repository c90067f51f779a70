"""The options of the commands that make heads of a mirror from its store (spec MIRROR-4, MIRROR-6)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import click

Command: TypeAlias = Callable[..., int]


def naming_options(command: Command) -> Command:
    """Add what the head and the manifest call the mirror; the command gets ``origin`` and ``base_url``."""
    origin = click.option(
        "--origin",
        metavar="NAME",
        help="The name of the mirror, as mirror.example; needed for the first head only.",
    )
    base_url = click.option(
        "--base-url", metavar="URL", help="Under which it is reached; without it there is no manifest."
    )
    return origin(base_url(command))


def signing_options(command: Command) -> Command:
    """Add what signs heads; the command gets ``sign_with`` and ``sign_key``, both or neither.

    Raises:
        click.UsageError: from the command: one is given without the other.
    """

    @click.option(
        "--sign-with",
        metavar="CMD",
        help="Receives the message on its standard input and writes the 64 raw bytes of the signature; "
        "no shell.",
    )
    @click.option("--sign-key", metavar="HEX", help="The public key of --sign-with, 64 hex digits.")
    @functools.wraps(command)
    def with_both(*args: Any, sign_with: str | None, sign_key: str | None, **others: Any) -> int:
        if (sign_with is None) != (sign_key is None):
            raise click.UsageError("--sign-with and --sign-key need each other", click.get_current_context())
        return command(*args, sign_with=sign_with, sign_key=sign_key, **others)

    return with_both
