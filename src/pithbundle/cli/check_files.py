"""Read and check bundles for verify and merge: a rejected file is reported beside the others (spec BUN-5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pithbundle.bundle.reader import read_bundle
from pithbundle.cli.inputs import InputRejected, read_bytes, rejecting
from pithbundle.cli.output import Exit, worst
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.parsed import Encoding
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

#: The number of files from which a progress bar is drawn.
_MANY_FILES = 20


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The inputs of one command after reading and checking.

    ``rejected`` were read and are rejected as a whole; ``unreadable`` could not be read at all.
    """

    inputs: list[Input] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    unreadable: list[Rejection] = field(default_factory=list)

    def reports(self, clock: Clock) -> list[Report]:
        """One report for each record, in order of appearance; rejected inputs are in none.

        Records with one number and two hashes are rejected here, all of them (MERGE-2).
        """
        by_number: dict[str, list[Input]] = {}
        for given in self.inputs:
            by_number.setdefault(str(given.checked.record.number), []).append(given)
        reports = []
        for group in by_number.values():
            try:
                merged: Merged = merge(*(given.checked for given in group))
            except MergeError as error:
                self.rejected.extend(Rejection(given.name, error) for given in group)
                continue
            reports.append(Report(group, merged, clock=clock))
        return reports

    def of_one_record(self) -> Merged:
        """Merge the inputs, at least one, of a command about one record.

        Raises:
            InputRejected: a file is of another record, which is named.
        """
        first = self.inputs[0].checked
        for given in self.inputs[1:]:
            # Pair by pair first, so that the error names the file of another record.
            if given.checked.record.sha256 != first.record.sha256:
                try:
                    merge(first, given.checked)
                except MergeError as error:
                    raise InputRejected(given.name, error, Exit.INVALID) from error
        return merge(*(given.checked for given in self.inputs))

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
    cache: SignatureCache = {}
    found = CheckedFiles()
    with progress_bar(len(files), hidden=len(files) < _MANY_FILES) as step:
        for done, file in enumerate(files):
            step(done)
            try:
                data = read_bytes(file, limits)
                if skip is not None and skip(file, data):
                    continue
                with rejecting(file, data=data, of_bundle=True):
                    bundle = read_bundle(data, limits=limits, encoding=format)
            except InputRejected as rejection:
                unusable = found.unreadable if rejection.status == Exit.USAGE else found.rejected
                unusable.append(Rejection(file, rejection.error, rejection.hint))
                continue
            checked = check(bundle, policy, MERGE_1.event_types.keys(), cache=cache)
            found.inputs.append(Input(file, checked))
    return found
