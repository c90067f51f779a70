"""Read and check bundles for verify and merge: a rejected file is reported beside the others (spec BUN-5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pithbundle.cli.inputs import InputRejected, read_bytes, rejecting
from pithbundle.cli.output import Exit, worst
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object
from pithbundle.errors import MergeError
from pithbundle.joined import input_of
from pithbundle.report import (
    EXIT_STATUS,
    Clock,
    Outcome,
    Rejection,
    Report,
    outcome_value,
    reports_of,
    together,
)
from pithbundle.verifier import VerifiedBundle, Verifier

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

#: The number of files from which a progress bar is drawn.
_MANY_FILES = 20


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The inputs of one command after reading and checking.

    ``rejected`` were read and are rejected as a whole; ``unreadable`` could not be read at all.
    """

    verified: list[tuple[str, VerifiedBundle]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    unreadable: list[Rejection] = field(default_factory=list)

    def reports(self, clock: Clock) -> list[Report]:
        """One report for each record, in order of appearance; rejected inputs are in none.

        Records with one number and two hashes are rejected here, all of them (MERGE-2).
        """
        inputs = [(input_of(name, bundle), bundle.ledger) for name, bundle in self.verified]
        found = reports_of(inputs, (), clock)
        self.rejected.extend(found[0].rejected if found else ())
        return [Report._of(report.inputs, report.ledger, (), clock) for report in found if report.inputs]

    def report(self, clock: Clock | None = None) -> Report:
        """Return the report of a command about one record.

        Raises:
            InputRejected: a file is of another record, which is named.
        """
        if not self.verified:
            return Report._of((), None, self.rejected, clock)
        builder = self.verified[0][1].ledger.builder()
        for name, bundle in self.verified[1:]:
            try:
                builder.add(bundle.ledger)
            except MergeError as error:
                raise InputRejected(name, error, Exit.INVALID) from error
        inputs = [input_of(name, bundle) for name, bundle in self.verified]
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
    verifier = Verifier(policy, limits=limits)
    found = CheckedFiles()
    with progress_bar(len(files), hidden=len(files) < _MANY_FILES) as step:
        for done, file in enumerate(files):
            step(done)
            try:
                data = read_bytes(file, limits)
                if skip is not None and skip(file, data):
                    continue
                with rejecting(file, data=data, of_bundle=True):
                    bundle = verifier.verify(data, encoding=format)
            except InputRejected as rejection:
                unusable = found.unreadable if rejection.status == Exit.USAGE else found.rejected
                unusable.append(Rejection(file, rejection.error, rejection.hint))
                continue
            found.verified.append((file, bundle))
    return found
