"""Reading, checking and merging the files of one record, for the commands that look at its state."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import click

from pithbundle.bundle.reader import Bundle
from pithbundle.cli.check_files import CheckedFiles, check_files
from pithbundle.cli.guard import guard_folder
from pithbundle.cli.inputs import (
    PATH,
    InputRejected,
    encoding_option,
    json_option,
    limit_option,
    policy_option,
    read_policy,
    rejecting,
    require_single_stdin,
)
from pithbundle.cli.json_values import policy_source, policy_value, rejected_value
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import ReportPrinter, short
from pithbundle.cli.sources import Source
from pithbundle.comparison.published import state_value
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object
from pithbundle.errors import FileError
from pithbundle.files import STDIN, write_outputs
from pithbundle.joined import Location
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.state import State
from pithbundle.report import Report
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import SignedEvent

F = TypeVar("F", bound=Callable[..., Any])

#: The longest data in a column, in characters.
CELL = 40


@dataclass(frozen=True)
class LoadedRecord:
    """The files of one record after reading: the checks, the report, the ledger."""

    policy: Policy
    policy_path: str | None
    checked_files: CheckedFiles
    report: Report
    ledger: Ledger

    @property
    def status(self) -> int:
        """The exit status of the inputs (REPORT-2)."""
        return self.report.exit_status

    @property
    def state(self) -> State:
        """The current state of the record."""
        return self.ledger.snapshot()

    @cached_property
    def locations(self) -> dict[str, Location]:
        """For each event id, the location of the deciding element."""
        return {str(one.element.event_id): one.location for one in self.report.events}

    @cached_property
    def state_value(self) -> Object:
        """The state as one JSON object, parsed once however many entries are looked up in it."""
        return state_value(self.state)

    def result(self, out: Output, members: Object) -> int:
        """Print the result of a command whose outcome is that of the inputs, for ``--json``."""
        return out.result(self.report.outcome, self.status, {**self.value(), **members})

    def headline(self, out: Output) -> None:
        """Print the first line, as verify does."""
        ReportPrinter(out, self.policy, self.policy_path).headline(self.checked_files)

    def record(self, out: Output) -> None:
        """Print the number of the record, the policy, and the rejected files."""
        out.heading("record", str(self.ledger.record.number))
        out.detail("policy", policy_source(out, self.policy_path))
        for rejected in self.checked_files.rejected:
            out.detail("rejected", f"{out.file_name(rejected.name)}: {rejected.error}")

    def value(self) -> Object:
        """Return the members that every command on a record prints with ``--json``."""
        return {
            "outcomes": [*self.report.outcomes],
            "pith_number": str(self.ledger.record.number),
            "rules": self.ledger.rules.name,
            "policy": policy_value(self.policy, self.policy_path),
            "rejected": rejected_value(self.checked_files.rejected),
            "events_sha256": self.state.events_sha256,
            "state_sha256": self.state.sha256,
        }


def files_argument(command: F) -> F:
    """Add ``FILE...``, passed as ``files``."""
    return click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)(command)


def record_options(command: F) -> F:
    """Add the options that :func:`load_record` takes, and ``--json``."""
    for option in (json_option, limit_option, encoding_option, policy_option):
        command = option(command)
    return command


def load_record(
    files: Sequence[str],
    policy_path: str | None,
    limits: Limits,
    encoding: Encoding | None,
    keep: list[Bundle] | None = None,
) -> LoadedRecord:
    """Read, check and merge files of one record; a rejected file is reported with them.

    The bundle of each file that is not rejected is added to ``keep``, for a command that shows what no
    signature covers.

    Raises:
        InputRejected: a file cannot be read; the files are of different records; none is left.
        click.UsageError: standard input is named twice.
    """
    require_single_stdin(policy_path, *files)
    policy = read_policy(policy_path)
    checked_files = check_files([*map(Source, files)], policy, limits, encoding, keep=keep)
    report = checked_files.report()
    if report.ledger is None:
        first = checked_files.rejected[0]
        raise InputRejected(first.name, first.error, Exit.INVALID, first.hint)
    return LoadedRecord(policy, policy_path, checked_files, report, report.ledger)


# -- one event in a line ------------------------------------------------------------------


def event_line(out: Output, event: SignedEvent, width: int = 0) -> str:
    """Return one event as a line: id, type (padded to ``width``), time, signer and key."""
    names = f"{out.show(event.signer, CELL)} {out.show(event.key_id, CELL)}"
    label = out.show(event.event_type, CELL).ljust(width)
    return f"{short(event.event_id)}  {label}  {event.created_at}  {names}"


# -- files that are written -----------------------------------------------------------------


def require_absent(paths: Iterable[str | None], force: bool) -> None:
    """Check before the work what :func:`write_outputs` checks after it.

    Raises:
        InputRejected: a path exists and ``force`` is not given, or is a folder.
    """
    for path in paths:
        if path in (None, STDIN) or not os.path.lexists(str(path)):
            continue
        if not force or os.path.isdir(str(path)):
            reason = (
                "is a folder, not a file"
                if os.path.isdir(str(path))
                else "exists already; --force replaces it"
            )
            raise InputRejected(str(path), FileError("io", f"{path}: {reason}"), Exit.USAGE, "")


def write_all(
    folder: str,
    names: Sequence[str],
    contents: Iterable[bytes],
    force: bool,
    inputs: Sequence[str | None],
) -> list[str]:
    """Write files into a folder, made if it is missing; all of them or none.

    ``contents`` are written one by one, so that an iterator needs the memory of one file.

    Raises:
        InputRejected: the folder or a file cannot be written.
        click.UsageError: one of the files would replace one of ``inputs``.
    """
    paths = [os.path.join(folder, name) for name in names]
    guard_folder(inputs, "--out-dir", paths)
    require_absent(paths, force)
    made = False
    with rejecting(folder):
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)
                made = True
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise FileError("io", f"{folder}: {reason[:1].lower()}{reason[1:]}") from error
        try:
            write_outputs(zip(paths, contents, strict=True), force=force)
        except BaseException:
            if made:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            raise
    return paths
