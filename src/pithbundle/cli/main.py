"""The command line, the only part of the package that prints (spec CLI-1 to CLI-3).

One file per command, imported when it is called for and not before, so that a short
command starts fast. A command reads its inputs through :mod:`pithbundle.cli.inputs`, prints
to an :class:`~pithbundle.cli.output.Output` and returns an exit status:

* 0, valid;
* 1, rejected, invalid or conflict;
* 2, usage error (options, paths, a policy that cannot be applied), or an input that cannot be
  read where no 1 is due;
* 3, incomplete or unverified;
* 70, a fault of the program.

Output is buffered until the command has finished, so that a failure prints no partial result
and a reader that closes the pipe early (``| head``) changes no exit status. The exception is
``verify`` on many files: it prints each result when it is known, and ends when nobody reads.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Final

import click

from pithbundle.cli.inputs import InputRejected
from pithbundle.cli.output import EXIT_STATUS_HELP, Exit, Output, ReaderGone
from pithbundle.cli.signals import Terminated, ending_on_signals

#: Name, module and one line of help, in the order of ``--help``. The module has a click
#: command under the name ``command``. The line is kept here so that ``--help`` loads nothing.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "verify": ("verify", "Check who signed what in one or more bundles."),
    "merge": ("merge", "Recompute the state of a record from its bundles."),
    "status": ("status", "Print a one-line summary of the state of a record."),
    "explain": ("explain", "Explain which events and rules produce an entry of the state."),
    "timeline": ("timeline", "List the events by signed time, and what each changed."),
    "diff": ("diff", "Compare two bundles, states or reports by events and verdicts."),
    "proof": ("proof", "Show or write portable proofs of conflicts."),
    "export": ("export", "Write the valid events of a record as bundles again."),
    "badge": ("badge", "Write a badge that states what was checked of a record."),
    "cite": ("cite", "Write a citation, with a title that the number covers."),
    "inspect": ("inspect", "Show the contents of a file without checks."),
    "probe": ("probe", "Find the event format under which a bundle was signed."),
    "evidence": ("evidence", "Check what events claim, with files that you have."),
    "number": ("number", "Recompute the Pith Number of records or bundles."),
    "latex": ("latex", "Put a Pith Number into a paper: lines and a package for LaTeX."),
    "pdf": ("pdf", "Read the Pith Number that a PDF names, and compare it."),
    "canonical": ("canonical", "Print the canonical bytes of a file, or their digest."),
    "convert": ("convert", "Write a file as canonical JSON or deterministic CBOR."),
    "keys": ("keys", "Show the fingerprints of keys, and whether a key is acceptable."),
    "policy": ("policy", "Show the policy in use, check a policy file, or add a key."),
    "format": ("format", "List, show or check event formats."),
    "archive": ("archive", "Keep many bundles as one archive: pack, list, get, check, merge."),
    "recompute": ("recompute", "Recompute the states of all records of archives."),
    "graph": ("graph", "Collect who cites and replicates what, over all bundles of IN."),
    "store": ("store", "Keep the bundles of a mirror: add, list, show, export, check, repair."),
    "mirror": ("mirror", "State and compare what mirrors have: digests, compare."),
    "ots": ("ots", "Prepare, show and upgrade timestamp proofs."),
    "headers": ("headers", "Fetch block headers of Bitcoin from your node, and check them."),
    "conformance": ("conformance", "Run conformance vectors against an implementation."),
    "code": ("code", "Explain an error code: its meaning, its clause, what to do."),
    "man": ("man", "Print the manual page of a command."),
    "schema": ("schema", "Print the JSON Schema of what a command prints with --json."),
    "completion": ("completion", "Print the completion script of a shell."),
}


#: The innermost frames that the report of a fault names, and one.
_MOST_PLACES: Final = 5
#: The variable with which the script of a shell requests completions.
_COMPLETE: Final = "_PITHBUNDLE_COMPLETE"


def summary_of(command: click.Command) -> str:
    """Return the first sentence of the help of a command, whole and without its full stop."""
    return re.split(r"\.(?: |$)", " ".join((command.help or "").split("\n\n")[0].split()))[0]


class LazyGroup(click.Group):
    """A group whose commands are imported when one of them is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"pithbundle.cli.commands.{COMMANDS[cmd_name][0]}").command
        if not isinstance(found, click.Command):
            return None
        # Completion and the help of a group print the whole summary; click cuts one that it makes itself.
        found.short_help = COMMANDS[cmd_name][1].removesuffix(".")
        for each in found.commands.values() if isinstance(found, click.Group) else ():
            each.short_help = summary_of(each)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the named command; the error for an unknown name suggests the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], COMMANDS, 1)
            if os.path.lexists(args[0]):
                message = f"no such command {args[0]!r}. For a file: pithbundle verify FILE"
                raise click.UsageError(message, ctx) from error
            if args[0] == "help":
                message = "no such command 'help'. Pithbundle COMMAND --help explains a command"
                raise click.UsageError(message, ctx) from error
            if near:
                message = f"no such command {args[0]!r}. Did you mean {near[0]!r}?"
                raise click.UsageError(message, ctx) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from pithbundle import __version__

        click.echo(f"pithbundle {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExamples:\n  pithbundle verify bundle.json\n  pithbundle merge bundle.json -o state.json\n"
    "  pithbundle man verify | man -l -\n\n" + EXIT_STATUS_HELP,
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def group() -> None:
    r"""Verify Pith record bundles and recompute their state.

    FILE is a path, or - for standard input. A file is CBOR if its first byte is that of a
    CBOR map (hex a0 to bf), else JSON. What comes from a file is printed on one line, with
    every control or invisible character written as \u{...} and a backslash doubled.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; the entry point of the console script.

    ``argv`` are the arguments without the program's name, by default those of the process.
    """
    out = Output()
    try:
        with ending_on_signals():
            status = _run(out, argv)
            # Printing can take longer than the work: a reader may be slow, a report large.
            return out.flush(status)
    except KeyboardInterrupt:
        status = Exit.INTERRUPTED
    except Terminated as error:
        status = 128 + error.number
    except ReaderGone:
        status = Exit.PIPE
    except MemoryError:
        out.drop()
        out.fail("memory", "out of memory", ["lower the limits with --limit, or use a larger machine"])
        return out.flush(Exit.USAGE)
    except Exception as error:
        out.drop()
        _internal_error(out, error)
        return out.flush(Exit.INTERNAL)
    out.drop()
    # Half a line may be in its buffer, which the interpreter would print at exit.
    out.discard_stdout()
    return out.flush(status)


def _run(out: Output, argv: Sequence[str] | None) -> int:
    """Run the command; a failure becomes an error message and a status."""
    words = out.words = sys.argv[1:] if argv is None else argv
    try:
        if os.environ.get(_COMPLETE):
            _prepare_completion(os.environ[_COMPLETE])
        # Not standalone: click returns what the command returns, and raises instead of exiting.
        status = group.main(args=argv, prog_name="pithbundle", standalone_mode=False, obj=out)
    except InputRejected as rejection:
        out.drop()
        out.fail_with_rejection(rejection.path, rejection.error, rejection.hint, rejection.status)
        return rejection.status
    except click.ClickException as error:
        out.drop()
        # The option may not have been read yet when the error was found.
        out.as_json |= _is_given("--json", words)
        out.as_json_lines |= _is_given("--jsonl", words)
        _usage_error(out, error)
        return Exit.USAGE
    except click.Abort:
        raise KeyboardInterrupt from None
    except OSError as error:
        # Only printing can fail here: click itself prints help and completion.
        out.drop()
        out.error(f"standard output: {(error.strerror or str(error)).lower()}")
        out.discard_stdout()
        return Exit.USAGE
    return status if isinstance(status, int) else Exit.VALID


def _internal_error(out: Output, error: Exception) -> None:
    """Report an exception that no command expects: a fault of the program (CLI-13).

    The message of the exception is left out, since it may quote an input; the places are of the program.
    """
    places = [
        f"{_place(frame.filename)}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    message = "a fault of pithbundle itself, which is no verdict on any input"
    hints = [
        f"{type(error).__name__} at {' < '.join(places[:-_MOST_PLACES:-1])}",
        "please report it with this message, the command and, if you may publish it, the input",
    ]
    out.fail("internal", message, hints, Exit.INTERNAL)


def _place(path: str) -> str:
    """The file of a frame without the folders of this machine."""
    folder = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    return os.path.relpath(path, folder) if path.startswith(folder) else os.path.basename(path)


def _prepare_completion(instruction: str) -> None:
    """Get ready to answer a shell.

    Raises:
        click.UsageError: the variable is set, but not by a script of ``pithbundle completion``.
    """
    from pithbundle.cli.shells import is_request, register

    register()
    if not is_request(instruction, os.environ):
        message = f"{_COMPLETE} is set, but no shell requests completions. Unset the variable"
        raise click.UsageError(message)


def _is_given(option: str, words: Sequence[str]) -> bool:
    """Whether a flag is among the words of the command line, perhaps with a value that it does not take."""
    options = words[: words.index("--")] if "--" in words else words
    return any(word.partition("=")[0] == option for word in options)


#: Options of other programs, with what does the same here.
_INSTEAD: Final = {
    "--plot": "timeline --svg FILE or --png FILE writes a picture",
    "--format": "--from json or --from cbor names the encoding of FILE; convert --to writes the other",
    "--colour": "the option is --color auto, always or never",
    "--no-color": "the option is --color never; NO_COLOR in the environment does the same",
    "--truncated": "inspect --truncated and number --truncated read the beginning of a JSON document",
    "--verbose": "add --json for everything that is known",
}


def _usage_error(out: Output, error: click.ClickException) -> None:
    """Print an error of click in the form of this program: lower case, one line, no full stop."""
    text = "missing command"
    if not isinstance(error, click.exceptions.NoArgsIsHelpError):
        text = " ".join(error.format_message().split()).removesuffix(".")
    message, *hints = (sentence[:1].lower() + sentence[1:] for sentence in text.split(". "))
    if isinstance(error, click.NoSuchOption) and error.option_name in _INSTEAD:
        hints = [_INSTEAD[error.option_name]]
    ctx = getattr(error, "ctx", None)
    if isinstance(ctx, click.Context):
        hints.append(f"see {ctx.command_path} --help")
        # Of a group no command was chosen.
        out.command = "pithbundle" if isinstance(ctx.command, click.Group) else ctx.command_path
    out.fail("usage", message, hints)
