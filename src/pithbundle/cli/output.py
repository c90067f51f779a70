r"""Output of a command: to a terminal, a pipe or a program (spec CLI-2, DISPLAY-1).

Text of a bundle is hostile: it may contain escape sequences, reorder a line, or look like a
verdict. Three rules keep it harmless, wherever it goes:

* data passes :meth:`Output.show`, which returns one line without terminal controls;
* a line begins with words of this program: data follows them or is indented, also
  where a long line is wrapped at the edge of a terminal;
* everything printed as text is escaped once more before it is written, so that a missing call of
  ``show`` is a cosmetic fault and no vulnerability.

The text is the same on a terminal and in a pipe, except for colour, wrapping and the
column widths of a table. ``--json`` is plain ASCII: every other character is written ``\uXXXX``.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import islice
from typing import Any, Final, Literal, TextIO

from pithbundle.cli.envelope import envelope, error_value, failure, rejection_value, type_name
from pithbundle.cli.terminal import chop, table_lines, text_width
from pithbundle.encoding.values import Object
from pithbundle.errors import PithError
from pithbundle.escape import visible

Style = Literal["good", "bad", "doubtful", "quiet", "plain"]

_SGR: Final[dict[Style, str]] = {
    "good": "\x1b[32m",
    "bad": "\x1b[1;31m",
    "doubtful": "\x1b[33m",
    "quiet": "\x1b[2m",
}
_RESET: Final = "\x1b[0m"

#: The style of each status of a verdict.
STATUS_STYLE: Final[dict[str, Style]] = {
    "verified": "good",
    "unknown_type": "good",
    "unbound": "doubtful",
    "unknown_format": "doubtful",
    "unknown_key": "doubtful",
    "not_signed": "doubtful",
    "not_checked": "doubtful",
    "invalid": "bad",
    "rejected": "bad",
}


_OF_ENVIRONMENT: Final = "PITHBUNDLE_POLICY names this policy: change the variable, or give --policy"
#: How many steps of an encoder make one piece of output.
_PIECE: Final = 4_096


class Exit(IntEnum):
    """The exit statuses (REPORT-2)."""

    VALID = 0
    INVALID = 1
    USAGE = 2
    UNVERIFIED = 3
    #: A fault of the program, as in sysexits.h (CLI-13).
    INTERNAL = 70
    #: 128 and the number of SIGINT, as a shell reports it.
    INTERRUPTED = 130
    #: The same for SIGPIPE: the reader closed the pipe before the work was done (CLI-12).
    PIPE = 141


#: The codes of a failure that no input causes, each with its clause.
WITHOUT_INPUT: Final = {"usage": "CLI-2", "memory": "CLI-2", "internal": "CLI-13"}


class ReaderGone(Exception):
    """The reader of stdout closed the pipe while the command was at work: there is nothing left to do."""


#: The paragraph on exit statuses in the help of every command (REPORT-2).
EXIT_STATUS_HELP: Final = (
    "Exit status: 0 valid; 1 rejected, invalid or conflict; 2 usage error, or an "
    "input that cannot be read where no 1 is due; 3 incomplete or unverified; 70 a "
    "fault of pithbundle itself."
)


def worst(statuses: Iterable[int]) -> int:
    """Return the status of a command on several inputs: 1 before 2 before 3 before 0 (REPORT-2).

    A finding takes precedence over a mistyped path, and that over an unverified input.
    """
    order = (Exit.INVALID, Exit.USAGE, Exit.UNVERIFIED)
    found = set(statuses)
    return next((status for status in order if status in found), Exit.VALID)


class Output:
    """Buffers the output of a command for stdout and stderr; :meth:`flush` prints it at the end.

    :meth:`send` prints the part for stdout before that.

    Args:
        tty: whether stdout is a terminal; by default it is detected.
        colour: whether to use colour; by default on a terminal, unless ``NO_COLOR`` is set
            and not empty or ``TERM`` is ``dumb``.
        width: the columns of the terminal; by default it is detected.
    """

    def __init__(
        self, *, tty: bool | None = None, colour: bool | None = None, width: int | None = None
    ) -> None:
        self.tty = _is_terminal(sys.stdout) if tty is None else tty
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self.colour = (self.tty and not plain) if colour is None else colour
        self.width = width
        self._chosen = colour
        #: Set by the option ``--json``: the command then prints one JSON value and no text.
        self.as_json = False
        #: Set by the option ``--jsonl``: the same, but several values, each in one line.
        self.as_json_lines = False
        #: The path of the command that runs, as in ``pithbundle policy check``: it gives the JSON its type.
        self.command = "pithbundle"
        #: The words of the command line after the name of the program.
        self.words: Sequence[str] = ()
        #: The path of the policy if ``PITHBUNDLE_POLICY`` names it.
        self.policy_of_environment: str | None = None
        self._out: list[bytes | Iterable[bytes]] = []
        self._err: list[bytes | Iterable[bytes]] = []
        self._to_stderr = False

    def on_stderr(self) -> Output:
        """Return an output whose lines go to stderr, for a command that writes its result to stdout."""
        other = Output(tty=_is_terminal(sys.stderr), colour=self._chosen, width=self.width)
        other._out = other._err = self._err
        other._to_stderr = True
        return other

    def choose_colour(self, colour: bool) -> None:
        """Switch colour on or off, overriding terminal and environment."""
        self.colour = self._chosen = colour

    # -- strings ------------------------------------------------------------------------

    @staticmethod
    def show(data: object, limit: int | None = None) -> str:
        """Return data escaped for one line; cut at ``limit`` characters, by default 512."""
        return visible(str(data)) if limit is None else visible(str(data), limit)

    @classmethod
    def file_name(cls, path: str) -> str:
        """Return the path of an input as messages print it."""
        return "standard input" if path == "-" else cls.show(path)

    def line(self, text: str = "", style: Style = "plain", rest: str = "") -> None:
        """Print one line: ``text`` in ``style``, then ``rest``; data in it has passed :meth:`show`."""
        for index, part in enumerate(self._wrapped(_escape_controls(text + rest))):
            head = len(text) if index == 0 else 0
            self._out.append(_encode(self._paint(part[:head], style) + part[head:] + "\n", self._stream()))

    def heading(self, label: str, rest: str, style: Style | None = None) -> None:
        """Print one line that begins with a label, often the status of a verdict, in a column of its own."""
        chosen = STATUS_STYLE.get(label, "plain") if style is None else style
        self.line(label, chosen, " " * max(1, 14 - len(label)) + rest)

    def detail(self, name: str, text: str) -> None:
        """Print an indented line below a heading: a fixed name, then the text."""
        self.line(f"  {name:<11} {text}".rstrip())

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table, indented; its first column contains no data, or data that has passed ``show``.

        On a terminal a cell is wrapped within its column. In a pipe the columns are as wide as they need.
        """
        safe = [[_escape_controls(cell) for cell in row] for row in (head, *rows)]
        for number, text in enumerate(table_lines(safe, self.columns() if self.tty else None)):
            self._out.append(
                _encode(self._paint(text, "plain" if number else "quiet") + "\n", self._stream())
            )

    def result(self, outcome: str, status: int, members: Mapping[str, Any]) -> int:
        """Print the result of the command for programs, in the envelope of CLI-9; return ``status``."""
        self.json(envelope(type_name(self.command), outcome, status, members))
        return int(status)

    def json(self, value: Any) -> None:
        """Print one JSON value, in ASCII and indented, with ``--jsonl`` in one line."""
        # Encoded piece by piece in flush(): a report can be many times the size of its input.
        # A line is written in one piece, so that a signal is less likely to leave the half of one.
        pieces = json_pieces(value, None if self.as_json_lines else 2)
        self._out.append(b"".join(pieces) if self.as_json_lines else pieces)

    def raw(self, data: bytes) -> None:
        """Print bytes unchanged; for data call :func:`pithbundle.cli.inputs.deliver` instead."""
        self._out.append(data)

    # -- what went wrong ----------------------------------------------------------------

    def error(self, text: str) -> None:
        """Print an error on stderr: lower case, one line, no full stop."""
        self._err.append(_encode(f"pithbundle: error: {_escape_controls(text)}\n", sys.stderr))

    def hint(self, text: str) -> None:
        """Print on stderr what the user can do about an error."""
        self._err.append(_encode(f"pithbundle: hint: {_escape_controls(text)}\n", sys.stderr))

    def note(self, text: str) -> None:
        """Print a remark on stderr."""
        self._err.append(_encode(f"pithbundle: {_escape_controls(text)}\n", sys.stderr))

    def print_rejection(self, path: str, error: PithError, hint: str) -> None:
        """Print on stderr why an input was rejected, and the next step."""
        if error.code == "io":
            # The message of the system names the path.
            self.error(str(error))
        else:
            self.error(f"{self.file_name(path)}: {error}")
        if hint:
            self.hint(hint)
        if path == self.policy_of_environment:
            self.hint(_OF_ENVIRONMENT)

    def fail_with_rejection(self, path: str, error: PithError, hint: str, status: int) -> None:
        """Print why an input ends the command; with ``--json`` on stdout as well."""
        self.print_rejection(path, error, hint)
        hints = [hint or error.hint, *([_OF_ENVIRONMENT] if path == self.policy_of_environment else [])]
        self._fail(status, rejection_value(path, error, "; ".join(hints)))

    def fail(self, code: str, message: str, hints: Sequence[str] = (), status: int = Exit.USAGE) -> None:
        """Print why the command ends, which no input caused; with ``--json`` on stdout as well.

        The code is none of a verdict or a vector: ``usage``, ``memory`` (CLI-2) or ``internal`` (CLI-13).
        """
        self.error(self.show(message))
        for each in hints:
            self.hint(self.show(each))
        self._fail(status, error_value(code, message, WITHOUT_INPUT[code], "; ".join(hints)))

    def _fail(self, status: int, error: Object) -> None:
        if self.as_json or self.as_json_lines:
            self.json(failure(type_name(self.command), status, error))

    def drop(self) -> None:
        """Discard the output to stdout: a command that failed prints no result."""
        self._out.clear()

    # -- the end ------------------------------------------------------------------------

    def send(self) -> None:
        """Print on stdout what there is so far: a command on many inputs prints while it works.

        Raises:
            ReaderGone: the reader closed the pipe.
            OSError: stdout cannot take it.
        """
        try:
            _write(sys.stdout, self._out)
        except BrokenPipeError:
            self.discard_stdout()
            raise ReaderGone from None

    def flush(self, status: int) -> int:
        """Print everything; return ``status``, or 2 if stdout cannot take it."""
        try:
            _write(sys.stdout, self._out)
        except BrokenPipeError:
            # The reader closed the pipe. The verdict does not change, nor does the status.
            self.discard_stdout()
        except OSError as error:
            self.error(f"standard output: {(error.strerror or str(error)).lower()}")
            self.discard_stdout()
            status = Exit.USAGE
        try:
            _write(sys.stderr, self._err)
        except OSError:
            self._discard(sys.stderr)
        return int(status)

    @staticmethod
    def discard_stdout() -> None:
        """Redirect stdout to the null device, so that the interpreter's flush at exit does not fail again."""
        Output._discard(sys.stdout)

    @staticmethod
    def _discard(stream: TextIO | None) -> None:
        if stream is None:
            return
        with contextlib.suppress(OSError, ValueError):
            number = stream.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)

    # -- terminals ----------------------------------------------------------------------

    def _paint(self, text: str, style: Style) -> str:
        return f"{_SGR[style]}{text}{_RESET}" if self.colour and style in _SGR and text else text

    def _stream(self) -> TextIO | None:
        return sys.stderr if self._to_stderr else sys.stdout

    def columns(self) -> int:
        """Return the width of the terminal, at least 20."""
        return max(20, self.width or shutil.get_terminal_size().columns)

    def _wrapped(self, text: str) -> list[str]:
        """Wrap a line at the width of the terminal, all pieces but the first indented.

        If the terminal wrapped the line, any word of the data could start a line.
        Lines are broken at spaces. A word longer than a line is cut; a digest never is, since a
        cut one cannot be copied, and hex digits resemble no verdict.
        """
        columns = self.columns()
        if not self.tty or text_width(text) <= columns:
            return [text]
        pieces, line = [], ""
        for token in _TOKEN.findall(text):
            if text_width(line + token) <= columns:
                line += token
                continue
            word = token.lstrip(" ")
            if text_width(_INDENT + word) <= columns or _DIGEST.fullmatch(word):
                pieces.append(line)
                line = _INDENT + word
            else:
                first = chop(line + token, columns)[0]
                *middle, last = chop((line + token)[len(first) :], columns - len(_INDENT))
                pieces += [first, *(_INDENT + part for part in middle)]
                line = _INDENT + last
        return [*pieces, line]


_INDENT: Final = "    "
#: A word with the spaces before it.
_TOKEN: Final = re.compile(" *[^ ]+| +$")
#: A digest or an id, alone on its line, perhaps with punctuation after it.
_DIGEST: Final = re.compile("(sha256:)?[0-9a-f]{32,}[,.:;]?")


def _escape_controls(text: str) -> str:
    """Escape terminal controls, leaving backslashes as they are."""
    return "\\".join(visible(part, len(part)) for part in text.split("\\"))


def _encode(text: str, stream: TextIO | None) -> bytes:
    """Encode for a stream; what its encoding lacks is written as a backslash escape."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace")


def json_pieces(value: Any, indent: int | None = 2) -> Iterator[bytes]:
    """A JSON value as :meth:`Output.json` prints it, in pieces of some kilobytes.

    A file name or an argument that is not UTF-8 has lone surrogates in Python, which a strict reader of
    JSON rejects: each is printed as U+FFFD. A piece is of whole tokens, so no string is split.
    """
    written = json.JSONEncoder(ensure_ascii=True, allow_nan=False, indent=indent).iterencode(value)
    while piece := "".join(islice(written, _PIECE)):
        if "\\ud" in piece:
            piece = _ESCAPE.sub(lambda found: "\\ufffd" if found["lone"] else found[0], piece)
        yield piece.encode("ascii")
    yield b"\n"


#: An escape in a JSON string: of a pair of surrogates, of a lone one, of another character.
_ESCAPE: Final = re.compile(r"\\ud[89ab]..\\ud[c-f]..|(?P<lone>\\ud[89a-f]..)|\\.")


def _write(stream: TextIO | None, parts: list[bytes | Iterable[bytes]]) -> None:
    if not any(parts):
        parts.clear()
        return
    if stream is None:
        parts.clear()
        raise OSError("is closed")
    stream.flush()
    try:
        for part in parts:
            for data in [part] if isinstance(part, bytes) else part:
                stream.buffer.write(data)
    finally:
        parts.clear()
    stream.flush()


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        # The stream is closed.
        return False
