"""Reading and checking bundles for verify and merge: a bad one is named, the others go on (spec BUN-5)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pithbundle.bundle.reader import read_bundle
from pithbundle.cli.inputs import Refusal, about, read_bytes
from pithbundle.cli.output import Exit, Output, worst
from pithbundle.cli.recognise import advice
from pithbundle.encoding.document import Format
from pithbundle.encoding.values import Limits, Object
from pithbundle.errors import MergeError
from pithbundle.merge.merged import Merged, merge
from pithbundle.merge.rules import MERGE_1
from pithbundle.report import (
    EXIT_STATUS,
    Clock,
    Input,
    Outcome,
    Rejection,
    Report,
    outcome_value,
    together,
)
from pithbundle.verify.checks import SignatureCache, check

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

#: From how many files on a terminal is told how far the work is.
_MANY_FILES = 20


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of the inputs of one command.

    ``refused`` were read and are wrong as a whole; ``unread`` could not be read at all.
    """

    inputs: list[Input] = field(default_factory=list)
    refused: list[Rejection] = field(default_factory=list)
    unread: list[Rejection] = field(default_factory=list)

    def reports(self, clock: Clock) -> list[Report]:
        """One report for each record, in order of appearance; none has the refused inputs.

        Records with one number and two hashes are refused here, all of them (MERGE-2).
        """
        by_number: dict[str, list[Input]] = {}
        for given in self.inputs:
            by_number.setdefault(str(given.checked.record.number), []).append(given)
        reports = []
        for group in by_number.values():
            try:
                merged: Merged = merge(*(given.checked for given in group))
            except MergeError as error:
                self.refused.extend(Rejection(given.name, error) for given in group)
                continue
            reports.append(Report(group, merged, clock=clock))
        return reports

    def of_one_record(self) -> Merged:
        """What the inputs, at least one, merge to where the command is about one record.

        Raises:
            Refusal: a file is of another record, which is named.
        """
        first = self.inputs[0].checked
        for given in self.inputs[1:]:
            # Pair by pair first, so that the error can name the file that does not belong.
            if given.checked.record.sha256 != first.record.sha256:
                try:
                    merge(first, given.checked)
                except MergeError as error:
                    raise Refusal(given.name, error, Exit.INVALID) from error
        return merge(*(given.checked for given in self.inputs))

    def outcomes(self, reports: Sequence[Report]) -> tuple[Outcome, ...]:
        """Every outcome of the reports and of the inputs beside them that holds (REPORT-2).

        What could not be read is not verified.
        """
        found: list[Outcome] = [outcome for report in reports for outcome in report.outcomes]
        found += ["rejected"] if self.refused else []
        found += ["unverified"] if self.unread else []
        return together(found)

    def status(self, reports: Sequence[Report]) -> int:
        """The exit status: that of the outcome; 2 for a file that could not be read, unless 1 is due."""
        return worst([EXIT_STATUS[self.outcomes(reports)[0]], Exit.USAGE if self.unread else Exit.VALID])

    def value(self, reports: Sequence[Report]) -> Object:
        """Outcome, outcomes and exit status, for ``--json``."""
        return {**outcome_value(self.outcomes(reports)), "exit_status": self.status(reports)}


def examine(
    out: Output,
    files: Sequence[str],
    policy: Policy,
    limits: Limits,
    format: Format | None,
    aside: Callable[[str, bytes], bool] | None = None,
) -> Examined:
    """Read and check every file; none of them can make this raise.

    ``aside`` is shown each file and its bytes first, and takes those that are no bundle by
    saying True.
    """
    cache: SignatureCache = {}
    found = Examined()
    progress = _Progress(out, len(files))
    try:
        for done, file in enumerate(files):
            progress.tell(done)
            try:
                data = b""
                data = read_bytes(file, limits)
                if aside is not None and aside(file, data):
                    continue
                with about(file):
                    bundle = read_bundle(data, limits=limits, format=format)
            except Refusal as refusal:
                if refusal.status == Exit.USAGE:
                    found.unread.append(Rejection(file, refusal.error))
                else:
                    found.refused.append(Rejection(file, refusal.error, advice(data, refusal.error)))
                continue
            checked = check(bundle, policy, MERGE_1.event_types.keys(), cache=cache)
            found.inputs.append(Input(file, checked))
    finally:
        progress.clear()
    return found


class _Progress:
    """Tells on a terminal how many of many files are done, and takes the line away in the end."""

    def __init__(self, out: Output, count: int) -> None:
        self.count = count
        self.stream = sys.stderr if count >= _MANY_FILES and out.aside().tty else None

    def tell(self, done: int) -> None:
        self._write(f"\rpithbundle: {done} of {self.count} files")

    def clear(self) -> None:
        self._write("\r" + " " * (len(f"{self.count}") * 2 + 23) + "\r")

    def _write(self, text: str) -> None:
        if self.stream is not None:
            # Nothing depends on it: a terminal that has gone away must not end the work.
            with suppress(OSError):
                self.stream.write(text)
                self.stream.flush()
