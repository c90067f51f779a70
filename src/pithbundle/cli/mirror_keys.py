"""The keys that a user pins for mirrors: ``--mirror-key`` and ``--mirror-keys`` (spec MIRROR-6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import click

from pithbundle.cli.inputs import PATH, read_bytes
from pithbundle.cli.output import Exit
from pithbundle.ed25519.strict import PublicKey
from pithbundle.errors import InvalidKeyError

F = TypeVar("F", bound=Callable[..., Any])
_BYTES: Final = 1 << 20
_BASE: Final = re.compile(r"(https?)://([^/]*)(.*)").fullmatch
_PORTS: Final = {"https": ":443", "http": ":80"}


def mirror_key_options(command: F) -> F:
    """Add ``--mirror-key`` and ``--mirror-keys``; :func:`read_keys` reads them."""
    command = click.option(
        "--mirror-keys",
        "keys_path",
        type=PATH,
        metavar="FILE",
        help="The same for many mirrors: a line URL=HEX for each; # begins a comment.",
    )(command)
    return click.option(
        "--mirror-key",
        "key_options",
        multiple=True,
        metavar="URL=HEX",
        help="The key of a mirror, which signs its heads and no events; may be repeated.",
    )(command)


def read_keys(given: Iterable[str], path: str | None) -> tuple[tuple[str, PublicKey], ...]:
    """Return the base URLs of mirrors with their keys.

    Raises:
        InputRejected: the file cannot be read.
        click.UsageError: something is not in the form URL=HEX.
    """
    lines = [(text, "--mirror-key") for text in given]
    if path is not None:
        text = read_bytes(path, _BYTES, Exit.USAGE).decode("utf-8", "replace")
        where = f"--mirror-keys {path}"
        lines += [
            (line.strip(), f"{where}, line {at}")
            for at, line in enumerate(text.splitlines(), 1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
    return tuple(_key(text, where) for text, where in lines)


def _key(text: str, where: str) -> tuple[str, PublicKey]:
    base, sign, digits = text.rpartition("=")
    if not sign or not base:
        raise click.UsageError(f"{where}: write URL=HEX", click.get_current_context())
    try:
        return _one_form(base.strip()), PublicKey.from_hex(digits.strip())
    except InvalidKeyError as error:
        message = f"{where}: {error.fault.detail or error.fault.message}"
        raise click.UsageError(message, click.get_current_context()) from error


def _one_form(base: str) -> str:
    """A base URL as audits and findings write it: a key of another spelling would be of no mirror (NET-2).

    Findings are checked without the network client, which reads URLs. So what is no URL stays as it is.
    """
    found = _BASE(base)
    if found is None:
        return base.rstrip("/")
    scheme, authority, path = found.groups()
    host = authority.lower().removesuffix(_PORTS[scheme])
    return f"{scheme}://{host}{path}".rstrip("/")
