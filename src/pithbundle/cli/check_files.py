"""Read and check bundles for verify and merge: a rejected file is reported with the others (spec BUN-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pithbundle.bundle.reader import Bundle
from pithbundle.cli.input_hints import hint_for
from pithbundle.cli.inputs import InputRejected, rejecting
from pithbundle.cli.output import Exit, worst
from pithbundle.cli.sources import Source
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import PithError
from pithbundle.outcomes import EXIT_STATUS, Outcome, together
from pithbundle.report import Clock, Rejection, Report, one_record
from pithbundle.verifier import VerifiedBundle, Verifier

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

#: The number of files from which a progress bar is drawn.
MANY_FILES = 20


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The inputs of one command after reading and checking: one report for each record.

    Every report has the inputs that were rejected as a whole; ``unreadable`` could not be read at all.
    """

    #: The reports of :meth:`Verifier.verify_together`; one of them may be of no record.
    all_reports: tuple[Report, ...] = ()
    unreadable: tuple[Rejection, ...] = ()

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports of records, in order of appearance."""
        return tuple(report for report in self.all_reports if report.inputs)

    @property
    def rejected(self) -> tuple[Rejection, ...]:
        """The inputs that were read and rejected as a whole."""
        return self.all_reports[0].rejected if self.all_reports else ()

    def report(self) -> Report:
        """Return the report of a command about one record.

        Raises:
            InputRejected: a file cannot be read, or is of another record; it is named.
        """
        for one in self.unreadable:
            raise InputRejected(one.name, one.error, Exit.USAGE, one.advice)
        others = self.reports[1:]
        with rejecting(others[0].inputs[0].name if others else ""):
            return one_record(self.all_reports)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome of the reports and of the other inputs (REPORT-2).

        An unreadable file counts as unverified, and so does no file at all (REPORT-7).
        """
        found: list[Outcome] = [outcome for report in self.all_reports for outcome in report.outcomes]
        return together([*found, "unverified"] if self.unreadable or not found else found)

    @property
    def status(self) -> int:
        """The exit status: that of the outcome; 2 for a file that could not be read, unless 1 is due."""
        return worst([EXIT_STATUS[self.outcomes[0]], Exit.USAGE if self.unreadable else Exit.VALID])


def check_files(
    inputs: Iterable[Source],
    policy: Policy,
    limits: Limits,
    encoding: Encoding | None,
    clock: Clock | None = None,
    skip: Callable[[Source, bytes], bool] | None = None,
    keep: list[Bundle] | None = None,
) -> CheckedFiles:
    """Read and check every input, those of one record together; a bad one raises no error.

    ``skip`` gets each input and its bytes first, and returns True for one that is no bundle. Each bundle that
    is not rejected is added to ``keep``.
    """
    unreadable: list[Rejection] = []
    total = len(inputs) if isinstance(inputs, Sequence) else None
    with progress_bar("verifying", total, hidden=total is not None and total < MANY_FILES) as step:
        reports = _Verifier(policy, limits, keep).verify_together(
            _readable(inputs, limits, unreadable, step, skip), encoding=encoding, clock=clock, advise=hint_for
        )
    return CheckedFiles(tuple(reports), tuple(unreadable))


class _Verifier(Verifier):
    """A verifier that keeps each bundle that it read: a report has only what a signature covers."""

    __slots__ = ("_keep",)

    def __init__(self, policy: Policy, limits: Limits, keep: list[Bundle] | None) -> None:
        super().__init__(policy, limits=limits)
        self._keep = keep

    def _verify(self, bundle: Bundle) -> VerifiedBundle:
        found = super()._verify(bundle)
        if self._keep is not None:
            self._keep.append(bundle)
        return found


def _readable(
    inputs: Iterable[Source],
    limits: Limits,
    unreadable: list[Rejection],
    step: Callable[[int], None],
    skip: Callable[[Source, bytes], bool] | None,
) -> Iterator[tuple[str, bytes | PithError]]:
    """The inputs that can be read, one at a time; the others are added to ``unreadable``."""
    for done, source in enumerate(inputs):
        step(done)
        try:
            data = source.read(limits)
        except InputRejected as rejection:
            if rejection.status == Exit.USAGE:
                unreadable.append(Rejection(source.path, rejection.error, rejection.hint))
            else:
                yield source.path, rejection.error
        else:
            if skip is None or not skip(source, data):
                yield source.path, data
