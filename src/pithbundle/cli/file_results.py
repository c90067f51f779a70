"""The result of one input among many, and the summary of all results (spec REPORT-6, REPORT-7).

Text, ``--json`` and ``--jsonl`` print these values and decide nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from pithbundle.bundle.document import ReadDocument
from pithbundle.bundle.document_types import ARCHIVE, BUNDLE, PROOF
from pithbundle.cli.check_files import CheckedFiles
from pithbundle.cli.document_file import check_document, document_value
from pithbundle.cli.input_hints import hint_for
from pithbundle.cli.inputs import InputRejected
from pithbundle.cli.json_values import rejected_value
from pithbundle.cli.output import Exit, worst
from pithbundle.cli.recognised import RecognisedFile
from pithbundle.cli.render import counts
from pithbundle.cli.sources import Source
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import FileError, PithError
from pithbundle.outcomes import EXIT_STATUS, Outcome, together
from pithbundle.proof import EquivocationProof, describe
from pithbundle.report import Clock, Rejection, Report, WarningCode
from pithbundle.statuses import files_to_probe
from pithbundle.verifier import Verifier
from pithbundle.verify.documents import DocumentReport

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

#: The status of one input; each that was read follows from the exit status of its outcome.
FileStatus: TypeAlias = Literal["ok", "fail", "unverified", "unreadable", "skipped"]

_STATUS: Final[dict[int, FileStatus]] = {0: "ok", 1: "fail", 3: "unverified"}
#: The clause of an outcome that no code of an element explains.
_CLAUSE: Final[dict[Outcome, str]] = {
    "conflict": "MERGE-8",
    "incomplete": "MERGE-9",
    "unverified": "REPORT-2",
}
#: The beginning of the message of a warning, before its time.
_DATED: Final[dict[WarningCode, str]] = {
    "warn_future": "an event is signed for a time in the future:",
    "warn_stale": "the newest event is of",
}
#: The most codes in a reason; ``--json`` lists all.
_MOST_CODES: Final = 4
#: Results of signature checks that are kept for the next file: copies of one bundle are often neighbours.
_CACHE_SIZE: Final = 4_096
#: The records that are remembered, to notice files of one record: a bound on the memory.
_MOST_RECORDS: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one input came to."""

    file: str
    status: FileStatus
    #: Every outcome that holds (REPORT-2); none of an input that was skipped.
    outcomes: tuple[Outcome, ...]
    #: Why it is not ``ok``, in one line; of any other input, what it is if it is no bundle, or its warnings.
    reason: str = ""
    #: Every code of an element or receipt that is not valid, or of the rejection.
    codes: tuple[str, ...] = ()
    #: What it is: ``bundle``, ``proof`` or the name of another type of document; None if that is unknown.
    document: str | None = None
    report: Report | None = None
    proof: EquivocationProof | None = None
    #: What was found in another document of the registry (DOC-3).
    document_report: DocumentReport | None = None
    rejection: Rejection | None = None
    #: Whether it was named on the command line.
    named: bool = True

    @property
    def outcome(self) -> str:
        """The first outcome that holds, or ``skipped``."""
        return self.outcomes[0] if self.outcomes else "skipped"

    @property
    def exit_status(self) -> int:
        """The exit status of this input alone."""
        if self.status == "unreadable":
            return Exit.USAGE
        return EXIT_STATUS[self.outcomes[0]] if self.outcomes else Exit.VALID

    def to_value(self, *, verbose: bool) -> Object:
        """The members of the JSON of this input, beside those of the envelope."""
        report = self.report
        value: Object = {
            "file": portable(self.file),
            # A name that is not UTF-8, or has a character that no string of the model has.
            "file_hex": None if portable(self.file) == self.file else os.fsencode(self.file).hex(),
            "status": self.status,
            "outcomes": [*self.outcomes],
            "document_type": self.document,
            "pith_number": None if report is None or report.record is None else str(report.record.number),
            "reason": portable(self.reason),
            "codes": [*self.codes],
            "rejection": None if self.rejection is None else rejected_value([self.rejection])[0],
            "counts": None if report is None else _counts_value(report),
        }
        if verbose:
            value["report"] = None if report is None else report.to_value()
            value["proof"] = None if self.proof is None else describe(self.proof)
            found = self.document_report
            value["document_report"] = None if found is None else document_value(self.file, found)
        return value


def _counts_value(report: Report) -> Object:
    events = Counter(one.element.verdict.status for one in (*report.events, *report.without_id))
    receipts = Counter(receipt.verdict.status for _, receipt in report.receipts)
    return {
        "events": {str(status): count for status, count in events.items()},
        "receipts": {str(status): count for status, count in receipts.items()},
        "conflicts": 0 if report.state is None else len(report.state.equivocations),
        "missing": sum(len(missing) for _, missing, _ in report.completeness),
        "warnings": len([*_dated(report)]),
    }


# -- one input ------------------------------------------------------------------------------


class Judge:
    """Judges inputs one by one, each by itself."""

    def __init__(
        self, policy: Policy, limits: Limits, encoding: Encoding | None, clock: Clock | None
    ) -> None:
        self._verifier = Verifier(policy, limits=limits, cache_size=_CACHE_SIZE)
        self._encoding = encoding
        self._clock = clock

    def judge(self, source: Source) -> FileResult:
        """Read and check one input; a bad one raises no error."""
        limits = self._verifier.limits
        named = source.named_by == "argument"
        if source.skipped:
            return FileResult(source.path, "skipped", (), source.skipped, named=named)
        try:
            data: bytes | PithError = source.read(limits)
        except InputRejected as rejected:
            if rejected.status == Exit.USAGE:
                return _unreadable(source.path, rejected)
            data = rejected.error
        if not isinstance(data, bytes):
            return self._bundle(source.path, data)
        file = RecognisedFile(data, limits, self._encoding)
        if file.is_proof:
            return self._proof(source.path, data)
        # A bundle is parsed by the verifier alone, and anything else here alone.
        bundle = self._bundle(source.path, data) if file.may_be_bundle else None
        if bundle is not None and bundle.rejection is None:
            return bundle
        return self._other(source, file) or bundle or self._bundle(source.path, data)

    def _other(self, source: Source, file: RecognisedFile) -> FileResult | None:
        """The result of what is neither a proof nor a bundle; None for what may be a bundle."""
        # In a folder other documents are skipped, but for what may be a bundle (CLI-11).
        if source.named_by == "folder" and file.other is not None:
            other, named = file.other, file.other is ARCHIVE
            # Whoever names an archive means its bundles.
            why = f"{other.description}: {other.use}" if named else other.description
            return FileResult(source.path, "skipped", (), why, document=other.name, named=named)
        if file.is_document and file.document is not None:
            return self._document(source.path, file.document)
        return None

    def _bundle(self, path: str, data: bytes | PithError) -> FileResult:
        (found,) = self._verifier.verify_each(
            [(path, data)], encoding=self._encoding, clock=self._clock, advise=hint_for
        )
        if found.rejection is not None:
            return _rejected(path, found.rejection)
        return _bundle(path, cast("Report", found.report))

    def _document(self, path: str, document: ReadDocument) -> FileResult:
        checked = check_document(path, document, self._verifier.policy, self._verifier.limits)
        report = checked.report
        if report is None:
            return _rejected(path, cast("Rejection", checked.rejection), document.kind.name)
        codes = tuple(dict.fromkeys(one.code for one in report.signatures if one.code is not None))
        reason = f"{report.outcome}: {report.description}, whose content is not signed [DOC-3]"
        status = _STATUS[EXIT_STATUS[report.outcome]]
        return FileResult(
            path, status, (report.outcome,), reason, codes, report.document_type, document_report=report
        )

    def _proof(self, path: str, data: bytes) -> FileResult:
        try:
            proof = self._verifier.verify_proof(data)
        except PithError as error:
            return _rejected(path, Rejection(path, error), PROOF.name)
        group = proof.group
        reason = f"a proof: {group.signer} signed two {group.event_type} events that contradict each other"
        return FileResult(path, "ok", ("valid",), reason, document=PROOF.name, proof=proof)


def _unreadable(path: str, rejected: InputRejected) -> FileResult:
    rejection = Rejection(path, rejected.error, rejected.hint)
    error = rejected.error
    # The message begins with the path, which is printed already.
    message = (error.reason if isinstance(error, FileError) else "") or error.fault.message
    reason = f"{message} [{error.code}, {error.clause}]"
    return FileResult(path, "unreadable", ("unverified",), reason, (error.code,), rejection=rejection)


def _rejected(path: str, rejection: Rejection, document: str | None = None) -> FileResult:
    return FileResult(
        path,
        "fail",
        ("rejected",),
        f"rejected: {rejection.error}",
        (rejection.error.code,),
        document,
        rejection=rejection,
    )


def _bundle(path: str, report: Report) -> FileResult:
    codes = tuple(dict.fromkeys(_codes(report)))
    warnings = "; ".join(f"{_DATED[code]} {detail} [{code}, REPORT-4]" for code, detail in _dated(report))
    reason = warnings
    if report.outcome != "valid":
        shown = ", ".join(codes[:_MOST_CODES]) or _CLAUSE[report.outcome]
        more = "" if len(codes) <= _MOST_CODES else f" and {len(codes) - _MOST_CODES} more"
        reason = f"{report.outcome}: {', '.join(counts(CheckedFiles((report,))))} [{shown}{more}]"
        reason += f"; {warnings}" if warnings else ""
    status = _STATUS[report.exit_status]
    return FileResult(path, status, report.outcomes, reason, codes, BUNDLE.name, report)


def _codes(report: Report) -> Iterator[str]:
    """The codes of what is not valid, those of invalid elements first."""
    wrong = [verdict for verdict in report.verdicts if not verdict.valid and verdict.code is not None]
    for verdict in sorted(wrong, key=lambda verdict: verdict.status != "invalid"):
        yield str(verdict.code)


def _dated(report: Report) -> Iterator[tuple[WarningCode, str]]:
    """The warnings that depend on the clock; unsigned members are no reason to look at a file (REPORT-4)."""
    return ((one.code, one.detail) for one in report.warnings if one.code in _DATED)


# -- all of them ----------------------------------------------------------------------------


@dataclass(slots=True)
class Summary:
    """The counts of many results; its size does not depend on their number."""

    #: Bundles by their first outcome, and proofs by theirs.
    bundles: Counter[str] = field(default_factory=Counter)
    proofs: Counter[str] = field(default_factory=Counter)
    #: Other documents of the registry, by theirs.
    documents: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    skipped: int = 0
    warnings: int = 0
    #: Bundles of a record that an earlier bundle is of.
    of_known_records: int = 0
    #: Files that are unverified because of their event format, and the first of them.
    unknown_formats: int = 0
    to_probe: str = ""
    _outcomes: set[Outcome] = field(default_factory=set)
    _records: set[int] = field(default_factory=set)

    def add(self, result: FileResult) -> None:
        """Count one result."""
        self._outcomes.update(result.outcomes)
        match result.status, result.document:
            case "skipped", _:
                self.skipped += 1
            case "unreadable", _:
                self.unreadable += 1
            case _, PROOF.name:
                self.proofs[result.outcome] += 1
            case _, document if document not in (None, BUNDLE.name):
                self.documents[result.outcome] += 1
            case _:
                self.bundles[result.outcome] += 1
        report = result.report
        if report is not None and report.record is not None:
            self.warnings += len([*_dated(report)])
            if files_to_probe(report):
                self.unknown_formats += 1
                self.to_probe = self.to_probe or result.file
            # 64 bits of its hash: two records never share them but by design, and this is a hint.
            record = int(report.record.hex[:16], 16)
            self.of_known_records += record in self._records
            if len(self._records) < _MOST_RECORDS:
                self._records.add(record)

    def by_noun(self) -> tuple[tuple[str, Counter[str], tuple[Outcome, ...]], ...]:
        """What was judged: the noun, the counts, and the outcomes that it can have, in order of severity."""
        return (
            ("bundle", self.bundles, tuple(EXIT_STATUS)),
            ("proof", self.proofs, ("rejected", "valid")),
            ("document", self.documents, ("rejected", "invalid", "unverified")),
        )

    @property
    def judged(self) -> int:
        """The number of bundles, proofs and other documents."""
        return sum(counted.total() for _, counted, _ in self.by_noun())

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome that one of the inputs has; ``unverified`` where nothing was judged (REPORT-7)."""
        return together(self._outcomes if self.judged else {*self._outcomes, "unverified"})

    @property
    def exit_status(self) -> int:
        """The worst exit status of an input (REPORT-2)."""
        return worst([EXIT_STATUS[self.outcomes[0]], Exit.USAGE if self.unreadable else Exit.VALID])

    def to_value(self) -> Object:
        """The counts as JSON."""
        return {
            **{
                f"{noun}s": {"total": counted.total(), **{name: counted[name] for name in outcomes}}
                for noun, counted, outcomes in self.by_noun()
            },
            "unreadable": self.unreadable,
            "skipped": self.skipped,
            "warnings": self.warnings,
            "of_known_records": self.of_known_records,
        }
