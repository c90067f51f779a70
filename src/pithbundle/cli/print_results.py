"""The results of many inputs as text, JSON Lines or one JSON value (spec REPORT-6, REPORT-7, CLI-12)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, Final, Protocol

from pithbundle.cli.document_file import print_document
from pithbundle.cli.envelope import envelope
from pithbundle.cli.file_results import FileResult, FileStatus, Summary
from pithbundle.cli.inputs import InputRejected
from pithbundle.cli.json_values import policy_source, policy_value
from pithbundle.cli.next_step import print_command, probe_words
from pithbundle.cli.output import Exit, Output, Style
from pithbundle.cli.proof_file import print_proof
from pithbundle.cli.render import OUTCOME_STYLE, ReportPrinter
from pithbundle.encoding.values import Object
from pithbundle.files import file_error
from pithbundle.wording import plural

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

_STYLE: Final[dict[FileStatus, Style]] = {
    "ok": "good",
    "fail": "bad",
    "unverified": "doubtful",
    "unreadable": "bad",
    "skipped": "quiet",
}
#: The type of one line of ``--jsonl``, and of one entry of ``--json``.
_FILE_TYPE: Final = "pithbundle_verify_file_result"
#: The bytes of results that are kept in memory before the summary is known; more go to a temporary file.
_IN_MEMORY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Which results are printed, and how much of each."""

    verbose: bool = False
    quiet: bool = False
    only_failed: bool = False

    def includes(self, result: FileResult) -> bool:
        """Whether a result is printed by itself; the summary counts all of them."""
        if self.quiet:
            return False
        if result.status == "skipped":
            return self.verbose or result.named
        return result.status != "ok" or not self.only_failed


class ResultPrinter(Protocol):
    """Prints the results that are chosen, each when it is known, and the summary at the end."""

    def result(self, result: FileResult) -> None:
        """Print one result."""

    def end(self, summary: Summary) -> None:
        """Print the summary."""

    def close(self) -> None:
        """Release what it uses; nothing is printed after that."""


class TextPrinter(ResultPrinter):
    """One line for each input, and with ``-v`` the details below it."""

    def __init__(self, out: Output, choice: Choice, policy: Policy, policy_path: str | None) -> None:
        self._out = out
        self._choice = choice
        self._policy = policy
        self._policy_path = policy_path

    def result(self, result: FileResult) -> None:
        """Print one result."""
        out = self._out
        reason = f"  {out.show(result.reason)}" if result.reason else ""
        out.heading(result.status.upper(), out.file_name(result.file) + reason, _STYLE[result.status])
        if self._choice.verbose:
            self._details(result)
        out.send()

    def _details(self, result: FileResult) -> None:
        if result.proof is not None:
            print_proof(self._out, result.file, result.proof)
        elif result.document_report is not None:
            print_document(self._out, result.file, result.document_report, self._policy_path)
        elif result.report is not None:
            printer = ReportPrinter(self._out, self._policy, self._policy_path, formats=True)
            printer.record(result.report)
            printer.codes()
            self._out.line()
        elif result.rejection is not None and result.rejection.hint:
            self._out.detail("hint", result.rejection.hint)

    def end(self, summary: Summary) -> None:
        """Print the summary: the outcome and all counts in one line, then the policy and what to do next."""
        out = self._out
        outcome = summary.outcomes[0]
        out.line(f"{outcome.upper()}:", OUTCOME_STYLE[outcome], f" {'; '.join(_counted(summary))}")
        if self._choice.quiet:
            return
        out.heading("policy", policy_source(out, self._policy_path))
        out.detail("sha256", self._policy.sha256)
        if summary.of_known_records:
            out.heading("hint", f"{_SAME_RECORD}: --together compares the files of one record")
        if summary.unknown_formats:
            files = plural(summary.unknown_formats, "file")
            out.heading("hint", f"of {files} the event format is not known to this policy; for the first:")
            print_command(out, "next", probe_words(out, [summary.to_probe], self._policy_path))
        if not self._choice.verbose and (outcome != "valid" or summary.skipped):
            names = " and names what is skipped" if summary.skipped else ""
            out.heading("hint", f"-v prints the details of every file{names}")


_SAME_RECORD: Final = "some files are of one record, and a conflict or a missing event may be among them"


def _counted(summary: Summary) -> Iterator[str]:
    """The counts of the summary in words; those that are not 0."""
    if not summary.judged:
        yield "no bundle was found"
    for noun, counted, outcomes in summary.by_noun():
        if counted:
            parts = [f"{counted[name]} {name}" for name in outcomes if counted[name]]
            yield f"{plural(counted.total(), noun)}: {', '.join(parts)}"
    if summary.unreadable:
        yield f"{plural(summary.unreadable, 'file')} unreadable"
    if summary.warnings:
        yield plural(summary.warnings, "warning")
    if summary.skipped:
        yield f"{summary.skipped} skipped"


def _file_value(result: FileResult, choice: Choice) -> Object:
    members = result.to_value(verbose=choice.verbose)
    return envelope(_FILE_TYPE, result.outcome, result.exit_status, members)


class JsonLinesPrinter(ResultPrinter):
    """One JSON object a line for each input, and one for the summary."""

    def __init__(self, out: Output, choice: Choice, policy: Policy, policy_path: str | None) -> None:
        self._out = out
        self._choice = choice
        self._used = policy_value(policy, policy_path)

    def result(self, result: FileResult) -> None:
        """Print one result."""
        self._out.json(_file_value(result, self._choice))
        self._out.send()

    def end(self, summary: Summary) -> None:
        """Print the summary."""
        members = _summary_members(summary, self._used)
        self._out.result(summary.outcomes[0], summary.exit_status, members)


class JsonPrinter(ResultPrinter):
    """One JSON value, whose first members are known last: the results wait in a temporary file."""

    def __init__(self, out: Output, choice: Choice, policy: Policy, policy_path: str | None) -> None:
        self._out = out
        self._choice = choice
        self._used = policy_value(policy, policy_path)
        self._files = _Spool()

    def result(self, result: FileResult) -> None:
        """Keep one result for the end."""
        self._files.add(_file_value(result, self._choice))

    def end(self, summary: Summary) -> None:
        """Print everything."""
        members = _summary_members(summary, self._used)
        self._out.result(summary.outcomes[0], summary.exit_status, {**members, "files": self._files})
        self._out.send()

    def close(self) -> None:
        """Remove the temporary file."""
        self._files.close()


def _summary_members(summary: Summary, used: Object) -> Object:
    return {
        "outcomes": [*summary.outcomes],
        "policy": used,
        "summary": summary.to_value(),
    }


#: The name of the file that is written if the results are many, and what to do if it cannot be.
_TEMPORARY: Final = "temporary file"
_SPACE: Final = "name a folder with free space in TMPDIR, or use --jsonl, which needs no temporary file"


class _Spool(list[Any]):
    """A list of JSON values that is in a file: the encoder iterates over it and keeps none."""

    def __init__(self) -> None:
        super().__init__()
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def add(self, value: Object) -> None:
        """Add a value at the end."""
        try:
            self._file.write(json.dumps(value).encode() + b"\n")
        except OSError as error:
            # Also if no folder for temporary files can be written.
            raise InputRejected(_TEMPORARY, file_error(_TEMPORARY, error), Exit.USAGE, _SPACE) from error
        self._count += 1

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        yield from map(json.loads, self._file)
