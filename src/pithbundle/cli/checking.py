"""Reading and checking bundles for verify and merge: a bad one is named, the others go on (spec BUN-5)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pithbundle.bundle import Bundle, Format, read_bundle
from pithbundle.check import SignatureCache, check
from pithbundle.cli.inputs import Refusal, about, read_bytes
from pithbundle.cli.output import Exit, Output, worst
from pithbundle.errors import MergeError
from pithbundle.merge import Merged, merge
from pithbundle.model import Limits
from pithbundle.report import EXIT_STATUS, Input, Refused, Report, place
from pithbundle.verdicts import Checked

if TYPE_CHECKING:
    from pithbundle.policy import Policy

#: From how many files on a terminal is told how far the work is.
_MANY_FILES = 20


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of the inputs of one command.

    ``refused`` were read and are wrong as a whole; ``unread`` could not be read at all.
    ``claims`` says, for the place of each event without a key of the policy, whose it claims to be.
    """

    inputs: list[Input] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unread: list[Refused] = field(default_factory=list)
    claims: dict[str, tuple[str, str]] = field(default_factory=dict)

    def reports(self) -> list[Report]:
        """One report for each record, in order of appearance; none has the refused inputs.

        Records with one number and two hashes are refused here, all of them (MERGE-2).
        """
        by_number: dict[str, list[Input]] = {}
        for given in self.inputs:
            by_number.setdefault(str(given.checked.number), []).append(given)
        reports = []
        for group in by_number.values():
            try:
                merged: Merged = merge(*(given.checked for given in group))
            except MergeError as error:
                self.refused.extend(Refused(given.name, error) for given in group)
                continue
            reports.append(Report(group, merged))
        return reports

    def status(self, reports: Sequence[Report]) -> int:
        """The exit status (REPORT-2)."""
        found = [EXIT_STATUS[report.outcome] for report in reports]
        found += [Exit.INVALID] * bool(self.refused) + [Exit.USAGE] * bool(self.unread)
        return worst(found)


def examine(
    out: Output, files: Sequence[str], policy: Policy, limits: Limits, format: Format | None
) -> Examined:
    """Read and check every file; none of them can make this raise."""
    cache: SignatureCache = {}
    found = Examined()
    with _progress(out, len(files)) as step:
        for file in files:
            try:
                data = read_bytes(file, limits)
                with about(file):
                    bundle = read_bundle(data, limits=limits, format=format)
            except Refusal as refusal:
                aside = found.unread if refusal.status == Exit.USAGE else found.refused
                aside.append(Refused(file, refusal.error))
            else:
                checked = check(bundle, policy, cache=cache)
                found.inputs.append(Input(file, checked))
                found.claims.update(_claims(file, bundle, checked))
            next(step)
    return found


def _claims(file: str, bundle: Bundle, checked: Checked) -> Iterator[tuple[str, tuple[str, str]]]:
    for stated, copy in zip(bundle.events, checked.copies, strict=True):
        if copy.verdict.word != "unknown_key" or type(stated) is not dict:
            continue
        signer = stated.get("signer", {})
        names = signer if type(signer) is dict else {}
        # The flat spelling names a key and no signer.
        key_id = names.get("key_id", stated.get("signing_key_id"))
        yield place(file, copy.pointer), (str(names.get("signer_id", "")), str(key_id))


@contextmanager
def _progress(out: Output, count: int) -> Iterator[Iterator[None]]:
    """Tell on a terminal how many of many files are done, and take the line away in the end."""
    stream = sys.stderr
    shown = count >= _MANY_FILES and stream is not None and out.aside().tty

    def steps() -> Iterator[None]:
        for done in range(1, count + 1):
            if shown:
                stream.write(f"\rpithbundle: {done} of {count} files")
                stream.flush()
            yield

    try:
        yield steps()
    finally:
        if shown:
            stream.write("\r" + " " * (len(str(count)) * 2 + 24) + "\r")
            stream.flush()
