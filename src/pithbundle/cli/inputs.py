"""Inputs of commands: files, their encoding, limits, the policy; and where results go (spec CLI-1, CLI-3)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from pithbundle.bundle.document_types import POLICY, Document
from pithbundle.cli.numeric import whole_number
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding, detect_encoding
from pithbundle.encoding.values import Value
from pithbundle.errors import FileError, InputError, PithError
from pithbundle.escape import visible
from pithbundle.files import STDIN, read_input, write_outputs

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

F = TypeVar("F", bound=Callable[..., Any])

# -- options that several commands share --------------------------------------------------

# readable=False: the error comes from reading the file, in the form of this program, not from click.
PATH: Final = click.Path(allow_dash=True, readable=False)


def _set_json(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    out: Output = ctx.find_object(Output)  # type: ignore[assignment]
    out.as_json, out.command = value, ctx.command_path


def _set_colour(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value in ("always", "never"):
        ctx.find_object(Output).choose_colour(value == "always")  # type: ignore[union-attr]


def _note_source(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if ctx.get_parameter_source(str(param.name)) is click.core.ParameterSource.ENVIRONMENT:
        ctx.find_object(Output).policy_of_environment = value  # type: ignore[union-attr]
    return value


def _read_limits(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> Limits:
    known = [field.name for field in fields(Limits)]
    changed: dict[str, int] = {}
    for item in value:
        name, _, number = item.partition("=")
        found = whole_number(number)
        if name not in known or found is None:
            raise click.BadParameter(
                f"{item!r} is not NAME=NUMBER, with at most 15 digits and NAME one of {', '.join(known)}",
                ctx,
                param,
            )
        changed[name] = found
    if "depth" in changed:
        changed.setdefault("bundle_depth", changed["depth"])  # a bundle is an input too
    return replace(DEFAULT_LIMITS, **changed)


def json_option(command: F) -> F:
    """Add ``--json``, which sets :attr:`Output.as_json` (CLI-9), and ``--color``."""
    command = click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        expose_value=False,
        callback=_set_colour,
        help="Use colour: by default on a terminal, unless NO_COLOR is set.",
    )(command)
    return click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_set_json,
        help="Print JSON for programs.",
    )(command)


def _set_json_lines(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    out: Output = ctx.find_object(Output)  # type: ignore[assignment]
    out.as_json_lines, out.command = value, ctx.command_path
    return value


def json_lines_option(command: F) -> F:
    """Add ``--jsonl``, passed as ``jsonl``, which sets :attr:`Output.as_json_lines` (CLI-9)."""
    return click.option(
        "--jsonl",
        is_flag=True,
        is_eager=True,
        callback=_set_json_lines,
        help="Print a JSON object for each file, one a line, and a summary.",
    )(command)


def encoding_option(command: F) -> F:
    """Add ``--from``, passed as ``encoding``."""
    return _from_option("encoding")(command)


def format_option(command: F) -> F:
    """Add ``--from``, passed as ``format``."""
    return _from_option("format")(command)


def _from_option(parameter: str) -> Callable[[F], F]:
    return click.option(
        "--from",
        parameter,
        type=click.Choice(["json", "cbor"]),
        help="The encoding of FILE; by default detected from its first byte.",
    )


def limit_option(command: F) -> F:
    """Add ``--limit``, passed as ``limits``."""
    return click.option(
        "--limit",
        "limits",
        multiple=True,
        metavar="NAME=NUMBER",
        callback=_read_limits,
        help="Change a limit on the input, as in size=16000000; see LIM-1 to LIM-5.",
    )(command)


def truncated_option(command: F) -> F:
    """Add ``--truncated``, passed as ``truncated`` (TRUNC-1)."""
    return click.option(
        "--truncated",
        is_flag=True,
        help="Read the complete members of a JSON file that was cut.",
    )(command)


def abstract_option(command: F) -> F:
    """Add ``--abstract``, passed as ``abstract_path`` (DOC-6)."""
    return click.option(
        "--abstract",
        "abstract_path",
        type=PATH,
        metavar="FILE",
        help="The abstract of the paper, as text: compared with the excerpt of a document.",
    )(command)


def policy_option(command: F) -> F:
    """Add ``--policy``, passed as ``policy_path``; :func:`read_policy` reads it."""
    return click.option(
        "--policy",
        "policy_path",
        type=PATH,
        metavar="FILE",
        envvar="PITHBUNDLE_POLICY",
        callback=_note_source,
        help="Your policy; by default that of $PITHBUNDLE_POLICY, else the built-in one.",
    )(command)


def output_options(command: F) -> F:
    """Add ``-o`` and ``--force``, passed as ``output`` and ``force``; :func:`deliver` uses them."""
    command = click.option("--force", is_flag=True, help="Replace an existing file.")(command)
    return click.option("-o", "--output", type=PATH, metavar="FILE", help="Write to this file, atomically.")(
        command
    )


# -- rejected inputs -----------------------------------------------------------------------------


class InputRejected(Exception):
    """An input without which a command cannot continue: which one, why, and the exit status."""

    def __init__(self, path: str, error: PithError, status: Exit, hint: str | None = None) -> None:
        super().__init__(path, error, status, hint)
        self.path = path
        self.error = error
        self.status = status
        #: What the user can do; may be empty.
        self.hint = error.hint if hint is None else hint


@contextlib.contextmanager
def rejecting(
    path: str,
    status: Exit = Exit.INVALID,
    *,
    data: bytes | None = None,
    expected: tuple[Document, ...] = (),
    inputs: int = 1,
) -> Iterator[None]:
    """Attribute every error raised inside to the file ``path``.

    The exit status is ``status``, but 2 for a file that cannot be read or written. ``data`` are
    the bytes of the file: the hint depends on them, and on the kinds of documents that are expected.

    Raises:
        InputRejected: for any :class:`PithError`.
    """
    try:
        yield
    except PithError as error:
        from pithbundle.cli.input_hints import hint_for

        chosen = Exit.USAGE if isinstance(error, FileError) else status
        hint = hint_for(path, data, error, expected=expected, inputs=inputs)
        raise InputRejected(path, error, chosen, hint) from error


# -- reading ------------------------------------------------------------------------------


def require_single_stdin(*paths: str | None) -> None:
    """Check that at most one of the paths is standard input, which can be read only once.

    Raises:
        click.UsageError: two of them are ``-``.
    """
    if sum(path == STDIN for path in paths) > 1:
        raise click.UsageError("standard input can be read only once", click.get_current_context())


def input_name(path: str) -> str:
    """The name of an input as it is: the message of a usage error is escaped where it is printed."""
    return "standard input" if path == STDIN else path


def read_bytes(
    path: str,
    size: int,
    status: Exit = Exit.INVALID,
    *,
    expected: tuple[Document, ...] = (),
    inputs: int = 1,
) -> bytes:
    """Return the bytes of an input, which may have the size of so many ``inputs``.

    Raises:
        InputRejected: it cannot be read, or has more than ``size`` bytes.
    """
    with rejecting(path, status, data=b"", expected=expected, inputs=inputs):
        return read_input(path, size)


def read_value(path: str, limits: Limits, encoding: Encoding | None = None) -> Value:
    """Return the value of a JSON or CBOR input.

    Raises:
        InputRejected: it cannot be read, or is outside the profile.
    """
    return parse(path, read_bytes(path, limits.size), limits, encoding)


def parse(path: str, data: bytes, limits: Limits, encoding: Encoding | None = None) -> Value:
    """Return the value of bytes that were read from ``path``.

    Raises:
        InputRejected: they are outside the profile.
    """
    with rejecting(path, data=data):
        if (encoding or detect_encoding(data)) == "cbor":
            from pithbundle.encoding.cbor import parse_cbor

            return parse_cbor(data, limits)
        from pithbundle.encoding.json_reader import parse_json

        return parse_json(data, limits)


def read_policy(path: str | None) -> Policy:
    """Return the policy of a file, or the built-in one for None.

    Raises:
        InputRejected: it cannot be read or applied, which is a usage error: exit status 2.
    """
    from pithbundle.verify.policy import Policy

    if path is None:
        return Policy.registry()
    return read_policy_file(path, Exit.USAGE)


def read_policy_file(path: str, status: Exit) -> Policy:
    """Return the policy of a file.

    Raises:
        InputRejected: it cannot be read or applied; with ``status`` if it can be read.
    """
    from pithbundle.verify.policy import Policy

    data = read_bytes(path, DEFAULT_LIMITS.size, status, expected=(POLICY,))
    with rejecting(path, status, data=data, expected=(POLICY,)):
        return Policy.from_bytes(data)


# -- delivering ---------------------------------------------------------------------------


def require_file_beside_json(as_json: bool, output: str | None, what: str) -> None:
    """Check that ``--json`` and exact bytes do not share stdout.

    Raises:
        click.UsageError: they do.
    """
    if as_json and output in (None, STDIN):
        message = f"with --json the {what} needs a file: add -o FILE"
        raise click.UsageError(message, click.get_current_context())


def deliver(out: Output, data: bytes, output: str | None, force: bool = False) -> None:
    """Send exact bytes to a file, or to stdout where ``output`` is None or ``-``.

    Raises:
        InputRejected: the file cannot be written.
        click.UsageError: stdout is a terminal and the bytes are not safe to show there.
    """
    if output is not None and output != STDIN:
        write_files({output: data}, force)
        return
    if out.tty and not _harmless(data):
        raise click.UsageError(
            "these bytes are not safe on a terminal: send them to a file or a pipe",
            click.get_current_context(),
        )
    out.raw(data)


def write_files(files: Mapping[str, bytes], force: bool) -> None:
    """Write all of a few files, or none (CLI-1).

    Raises:
        InputRejected: one of them cannot be written; its message says which.
    """
    with rejecting(", ".join(files)):
        write_outputs(files, force=force)


def readable_json(value: Value, read: Callable[[bytes], object]) -> bytes:
    """Return a document as JSON that its reader accepts: indented, or compact where that is over a limit.

    What is written here is read here (LIM-10). No option raises the limits of a policy or a format.

    Raises:
        InputError: it is over a limit in its shortest form too.
    """
    from pithbundle.encoding.canonical import encode

    indented = json.dumps(value, indent=2).encode() + b"\n"
    try:
        read(indented)
    except InputError:
        compact = encode(value) + b"\n"
        read(compact)
        return compact
    return indented


def _harmless(data: bytes) -> bool:
    """Whether the bytes contain no terminal controls."""
    try:
        text = data.decode().replace("\\", "")
    except UnicodeDecodeError:
        return False
    return visible(text, len(text)) == text
