"""Reading, checking and merging the files of one record, for the commands that look at its state."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import click

from pithbundle.cli.check_files import Examined, examine
from pithbundle.cli.guard import guard_folder
from pithbundle.cli.inputs import (
    PATH,
    Refusal,
    about,
    format_option,
    json_option,
    limit_option,
    once,
    policy_option,
    read_policy,
)
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import Telling, short
from pithbundle.cli.values import policy_source, policy_value, refused_value
from pithbundle.encoding.document import Format
from pithbundle.encoding.values import Limits, Object
from pithbundle.errors import FileError
from pithbundle.files import STDIN, write_outputs
from pithbundle.merge.merged import Merged
from pithbundle.report import Location, Report, outcome_value
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import SignedEvent

F = TypeVar("F", bound=Callable[..., Any])

#: The longest data in a column, in characters.
CELL = 40


@dataclass(frozen=True)
class Folded:
    """What came of the files of one record: the checks, the report on them, the merged state."""

    policy: Policy
    policy_path: str | None
    examined: Examined
    report: Report
    merged: Merged

    @property
    def status(self) -> int:
        """The exit status of the inputs (REPORT-2)."""
        return self.report.exit_status

    @cached_property
    def locations(self) -> dict[str, Location]:
        """For each event id, where the element is that decides."""
        return {str(one.copy.event_id): one.location for one in self.report.events}

    @cached_property
    def state(self) -> Object:
        """The state as one JSON object, read back once however many entries are looked up in it."""
        return self.merged.state

    def headline(self, out: Output) -> None:
        """Say the first line, as verify does, and which files were refused."""
        Telling(out, self.policy, self.policy_path).headline(self.examined, [self.report])

    def record(self, out: Output) -> None:
        """Say whose record it is and under which policy it was looked at."""
        out.verdict("record", str(self.merged.ledger.record.number))
        out.detail("policy", policy_source(out, self.policy_path))
        for refused in self.examined.refused:
            out.detail("rejected", f"{out.place(refused.name)}: {refused.error}")

    def value(self) -> Object:
        """The frame of what ``--json`` prints."""
        return {
            **outcome_value(self.report.outcomes),
            "pith_number": str(self.merged.ledger.record.number),
            "rules": self.merged.ledger.rules.name,
            "policy": policy_value(self.policy, self.policy_path),
            "rejected": refused_value(self.examined.refused),
            "events_sha256": self.merged.events_sha256,
            "state_sha256": self.merged.state_sha256,
        }


def files_argument(command: F) -> F:
    """Add ``FILE...``, passed as ``files``."""
    return click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)(command)


def fold_options(command: F) -> F:
    """Add the options that :func:`fold` takes, and ``--json``."""
    for option in (json_option, limit_option, format_option, policy_option):
        command = option(command)
    return command


def fold(
    out: Output, files: Sequence[str], policy_path: str | None, limits: Limits, format: Format | None
) -> Folded:
    """Read, check and merge files of one record; one that is refused is set aside.

    Raises:
        Refusal: a file cannot be read; the files are of different records; none is left.
        click.UsageError: standard input is named twice.
    """
    once(policy_path, *files)
    policy = read_policy(policy_path)
    examined = examine(out, files, policy, limits, format)
    if examined.unread:
        raise Refusal(examined.unread[0].name, examined.unread[0].error, Exit.USAGE)
    if not examined.inputs:
        raise Refusal(examined.refused[0].name, examined.refused[0].error, Exit.INVALID)
    merged = examined.of_one_record()
    return Folded(policy, policy_path, examined, Report(examined.inputs, merged, examined.refused), merged)


# -- how an event is named ------------------------------------------------------------------


def told(out: Output, event: SignedEvent, width: int = 0) -> str:
    """One event in a line: id, type (padded to ``width``), time, signer and key."""
    names = f"{out.show(event.signer, CELL)} {out.show(event.key_id, CELL)}"
    label = out.show(event.event_type, CELL).ljust(width)
    return f"{short(event.event_id)}  {label}  {event.created_at}  {names}"


# -- files that are written -----------------------------------------------------------------


def require_free(paths: Iterable[str | None], force: bool) -> None:
    """Refuse before the work what :func:`write_output` would refuse after it.

    Raises:
        Refusal: a path exists and ``force`` is not given.
    """
    for path in paths:
        if path not in (None, STDIN) and not force and os.path.lexists(str(path)):
            with about(str(path)):
                raise FileError("io", f"{path}: exists already; --force replaces it")


def write_all(folder: str, files: dict[str, bytes], force: bool, inputs: Sequence[str | None]) -> list[str]:
    """Write files into a folder, made if it is missing; all of them or none.

    Raises:
        Refusal: the folder or a file cannot be written.
        click.UsageError: one of the files would replace one of ``inputs``.
    """
    paths = {os.path.join(folder, name): data for name, data in files.items()}
    guard_folder(inputs, "--out-dir", paths)
    require_free(paths, force)
    made = False
    with about(folder):
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)
                made = True
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            raise FileError("io", f"{folder}: {said[:1].lower()}{said[1:]}") from error
        try:
            write_outputs(paths, force=force)
        except BaseException:
            if made:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            raise
    return [*paths]
