"""Read and check bundles for verify and merge: a rejected file is reported beside the others (spec BUN-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pithbundle.cli.input_hints import hint_for
from pithbundle.cli.inputs import InputRejected, read_bytes
from pithbundle.cli.output import Exit, worst
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object
from pithbundle.errors import MergeError
from pithbundle.joined import Input, merge_by_record
from pithbundle.merge.ledger import Ledger
from pithbundle.report import (
    EXIT_STATUS,
    Clock,
    Outcome,
    Rejection,
    Report,
    outcome_value,
    together,
)
from pithbundle.verifier import Verifier

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

#: The number of files from which a progress bar is drawn.
_MANY_FILES = 20


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The inputs of one command after reading and checking.

    ``rejected`` were read and are rejected as a whole; ``unreadable`` could not be read at all.
    """

    verified: list[tuple[Input, Ledger]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    unreadable: list[Rejection] = field(default_factory=list)

    def reports(self, clock: Clock) -> tuple[CheckedFiles, list[Report]]:
        """Return one report for each record, in order of appearance, after the inputs that they are of.

        Rejected inputs are in no report. Records with one number and two hashes are rejected
        here, all of them (MERGE-2): the inputs that are returned list these as rejected.
        """
        merged, colliding = merge_by_record(self.verified)
        kept = {id(given) for inputs, _ in merged for given in inputs}
        verified = [each for each in self.verified if id(each[0]) in kept]
        rejected = [*self.rejected, *(Rejection(given.name, error) for given, error in colliding)]
        left = CheckedFiles(verified, rejected, self.unreadable)
        return left, [Report._of(inputs, ledger, (), clock) for inputs, ledger in merged]

    def report(self, clock: Clock | None = None) -> Report:
        """Return the report of a command about one record.

        Raises:
            InputRejected: a file is of another record, which is named.
        """
        if not self.verified:
            return Report._of((), None, self.rejected, clock)
        builder = self.verified[0][1].builder()
        for given, ledger in self.verified[1:]:
            try:
                builder.add(ledger)
            except MergeError as error:
                raise InputRejected(given.name, error, Exit.INVALID) from error
        inputs = [given for given, _ in self.verified]
        return Report._of(inputs, builder.build(), self.rejected, clock)

    def outcomes(self, reports: Sequence[Report]) -> tuple[Outcome, ...]:
        """Return every outcome of the reports and of the other inputs (REPORT-2).

        An unreadable file counts as unverified.
        """
        found: list[Outcome] = [outcome for report in reports for outcome in report.outcomes]
        found += ["rejected"] if self.rejected else []
        found += ["unverified"] if self.unreadable else []
        return together(found)

    def status(self, reports: Sequence[Report]) -> int:
        """The exit status: that of the outcome; 2 for a file that could not be read, unless 1 is due."""
        return worst([EXIT_STATUS[self.outcomes(reports)[0]], Exit.USAGE if self.unreadable else Exit.VALID])

    def value(self, reports: Sequence[Report]) -> Object:
        """Outcome, outcomes and exit status, for ``--json``."""
        return {**outcome_value(self.outcomes(reports)), "exit_status": self.status(reports)}


def check_files(
    files: Sequence[str],
    policy: Policy,
    limits: Limits,
    format: Encoding | None,
    skip: Callable[[str, bytes], bool] | None = None,
) -> CheckedFiles:
    """Read and check every file; a bad file raises no error.

    ``skip`` gets each file and its bytes first, and returns True for one that is no bundle.
    """
    found = CheckedFiles()
    with progress_bar(len(files), hidden=len(files) < _MANY_FILES) as step:
        inputs = _Inputs(files, limits, found, skip, step)
        for one in Verifier(policy, limits=limits).verify_each(inputs, encoding=format):
            if one.rejection is not None:
                error = one.rejection.error
                found.rejected.append(Rejection(one.name, error, hint_for(one.name, inputs.data, error)))
            elif one.report is not None and one.report.ledger is not None:
                found.verified.append((one.report.inputs[0], one.report.ledger))
    return found


@dataclass(slots=True)
class _Inputs:
    """The files that can be read and are not skipped, one at a time; ``data`` is the current one."""

    files: Sequence[str]
    limits: Limits
    found: CheckedFiles
    skip: Callable[[str, bytes], bool] | None
    step: Callable[[int], None]
    data: bytes = b""

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        for done, file in enumerate(self.files):
            self.step(done)
            try:
                self.data = read_bytes(file, self.limits)
            except InputRejected as rejection:
                of_usage = rejection.status == Exit.USAGE
                rejected = self.found.unreadable if of_usage else self.found.rejected
                rejected.append(Rejection(file, rejection.error, rejection.hint))
                continue
            if self.skip is None or not self.skip(file, self.data):
                yield file, self.data
