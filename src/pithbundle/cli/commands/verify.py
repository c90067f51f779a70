"""``pithbundle verify``: check signatures in bundles: in one, in thousands one by one, or by record."""

from __future__ import annotations

import contextlib
import itertools
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from pithbundle.bundle.document import ReadDocument
from pithbundle.cli.check_files import MANY_FILES, CheckedFiles, check_files
from pithbundle.cli.clock import clock_options, read_clock
from pithbundle.cli.document_file import check_document, print_checked, read_abstract
from pithbundle.cli.file_results import Judge, Summary
from pithbundle.cli.inputs import (
    PATH,
    abstract_option,
    encoding_option,
    input_name,
    json_lines_option,
    json_option,
    limit_option,
    policy_option,
    read_policy,
    require_single_stdin,
)
from pithbundle.cli.json_values import verify_members
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.cli.print_results import Choice, JsonLinesPrinter, JsonPrinter, ResultPrinter, TextPrinter
from pithbundle.cli.proof_file import verify_proof
from pithbundle.cli.recognised import RecognisedFile
from pithbundle.cli.render import ReportPrinter
from pithbundle.cli.sources import Source, is_many, open_list, read_list, sources
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Value
from pithbundle.report import Clock, Report
from pithbundle.verify.policy import Policy
from pithbundle.wording import plural

_ABSTRACT = "--abstract needs one record document or graph document"


@dataclass(frozen=True, slots=True)
class _Options:
    """The arguments of the command."""

    files: tuple[str, ...]
    list_path: str | None
    null: bool
    together: bool
    verbose: bool
    quiet: bool
    only_failed: bool
    jsonl: bool
    abstract_path: str | None
    policy_path: str | None
    max_age: float | None
    now: str | None
    encoding: Encoding | None
    limits: Limits

    @property
    def judges_each(self) -> bool:
        """Whether each input is judged by itself, in one line; else the report on a record is printed."""
        many = self.list_path is not None or is_many(self.files)
        return not self.together and (many or self.jsonl or self.only_failed)

    def check(self, out: Output) -> None:
        """Check what the declarations of the options do not say.

        Raises:
            click.UsageError: two options exclude each other, or nothing is to be verified.
        """
        ctx = click.get_current_context()
        if not self.files and self.list_path is None:
            raise click.UsageError("Missing argument 'FILE...'. Or give a list with --files-from", ctx)
        if self.null and self.list_path is None:
            raise click.UsageError("-0 needs a list. Give one with --files-from", ctx)
        excluded = [
            (self.quiet and self.verbose, "-q", "-v"),
            (self.jsonl and out.as_json, "--json", "--jsonl"),
            (self.together and self.jsonl, "--together", "--jsonl"),
            (self.together and self.only_failed, "--together", "--only-failed"),
            (self.together and self.abstract_path is not None, "--together", "--abstract"),
        ]
        for both, one, other in excluded:
            if both:
                raise click.UsageError(f"{one} and {other} exclude each other", ctx)
        if self.abstract_path is not None and self.judges_each:
            raise click.UsageError(_ABSTRACT, ctx)
        require_single_stdin(self.policy_path, self.list_path, self.abstract_path, *self.files)


@click.command(
    "verify",
    epilog="\b\nExamples:\n  pithbundle verify bundle.json\n"
    "  pithbundle verify --policy mine.json downloads/\n"
    "  find downloads -name '*.json' -print0 | pithbundle verify -0 --files-from -\n"
    "  pithbundle verify --jsonl downloads/ | jq -r 'select(.status==\"fail\").file'\n"
    "  pithbundle verify --together part1.json part2.json\n"
    "  pithbundle verify conflict.json --policy mine.json   (a proof)\n"
    "  pithbundle verify record.json --abstract abstract.txt   (a record document)\n\n"
    f"{EXIT_STATUS_HELP} Of several files the worst counts: 1, then 2, then 3. No file at all gives 3.",
)
@click.argument("files", metavar="[FILE|FOLDER]...", nargs=-1, type=PATH)
@click.option(
    "--files-from",
    "list_path",
    type=PATH,
    metavar="LIST",
    help="Verify the files of a list, one path a line.",
)
@click.option("-0", "--null", is_flag=True, help="The paths of the list end with NUL, not with a line feed.")
@click.option("--together", is_flag=True, help="Report by record: conflicts and missing events among files.")
@click.option("-v", "--verbose", is_flag=True, help="Print all details of every file, and what is skipped.")
@click.option("--only-failed", is_flag=True, help="Print no line for a file that is OK.")
@click.option("-q", "--quiet", is_flag=True, help="Print the outcome and the counts only, in one line.")
@abstract_option
@policy_option
@clock_options
@encoding_option
@limit_option
@json_lines_option
@json_option
@click.pass_obj
def command(out: Output, /, **options: Any) -> int:
    """Check the record, receipts and events of each bundle FILE.

    Of one FILE everything is printed. The first line begins with the outcome, the first of
    these that applies: REJECTED, INVALID, CONFLICT, INCOMPLETE (an event that a signer listed is
    absent), UNVERIFIED (a signature is absent or by no key of your policy, or nothing at all
    is signed), VALID.

    Of several files, a FOLDER or a list each file is judged by itself and printed as one
    line: OK, FAIL, UNVERIFIED or UNREADABLE, the path, the reason. A summary counts them. The
    files of a FOLDER are those named *.json and *.cbor in it and below it. Files of one record
    can contradict each other: --together reports on the files of each record as one.

    FILE may be a proof that pithbundle proof has written; it is checked by itself. One FILE may
    also be another document of the registry: a state, a record document, a graph document, an
    integrity document, a manifest of mirrors or a key file. What can be recomputed of it is; it
    is UNVERIFIED at best, because its content is not signed.

    A verified event was signed by a key of your policy; its content may still be false. A
    bundle does not show whether it is the newest one.
    """
    given = _Options(**options)
    given.check(out)
    clock = read_clock(given.max_age, given.now)
    policy = read_policy(given.policy_path)
    with contextlib.ExitStack() as stack:
        listed: Iterable[Source] = ()
        if given.list_path is not None:
            stream = stack.enter_context(open_list(given.list_path))
            listed = read_list(stream, given.list_path, b"\0" if given.null else b"\n")
        inputs = itertools.chain(sources(given.files), listed)
        if given.judges_each:
            return _each(out, given, policy, clock, inputs)
        return _together(out, given, policy, clock, inputs)


# -- each by itself -------------------------------------------------------------------------


def _each(out: Output, given: _Options, policy: Policy, clock: Clock, inputs: Iterable[Source]) -> int:
    """Judge the inputs one by one, and print each when it is known; return the worst status."""
    choice = Choice(given.verbose, given.quiet, given.only_failed)
    make: Callable[..., ResultPrinter] = TextPrinter
    if given.jsonl:
        make = JsonLinesPrinter
    elif out.as_json:
        make = JsonPrinter
    judge = Judge(policy, given.limits, given.encoding, clock)
    summary = Summary()
    total = _count(given)
    with (
        contextlib.closing(make(out, choice, policy, given.policy_path)) as printer,
        progress_bar("verifying", total, hidden=total is not None and total < MANY_FILES) as bar,
    ):
        for done, source in enumerate(inputs):
            bar(done)
            result = judge.judge(source)
            summary.add(result)
            if choice.includes(result):
                bar.erase()
                printer.result(result)
        bar.erase()
        printer.end(summary)
    return summary.exit_status


def _count(given: _Options) -> int | None:
    """The number of inputs for the progress bar, None for a list; nothing is walked if there is no bar."""
    if given.list_path is not None:
        return None
    if sys.stderr is None or not sys.stderr.isatty():
        return 0
    return sum(1 for _ in sources(given.files))


# -- one file, or the files of each record ----------------------------------------------------


def _together(out: Output, given: _Options, policy: Policy, clock: Clock, inputs: Iterable[Source]) -> int:
    """Report on each record, or on one proof; return the status."""
    abstract = read_abstract(given.abstract_path, given.limits)
    proofs: list[tuple[str, bytes]] = []
    documents: list[tuple[str, ReadDocument]] = []
    skipped = 0

    def skip(source: Source, data: bytes) -> bool:
        nonlocal skipped
        file = RecognisedFile(data, given.limits, given.encoding)
        if file.is_proof:
            if not given.together:
                proofs.append((source.path, data))
            elif source.named_by != "folder":
                message = f"{input_name(source.path)} is a proof, which is checked by itself. Leave out "
                raise click.UsageError(f"{message}--together", click.get_current_context())
        elif not given.together and file.is_document and file.document is not None:
            documents.append((source.path, file.document))
        elif source.named_by != "folder" or file.other is None:
            return False
        skipped += 1
        return True

    def named() -> Iterable[Source]:
        nonlocal skipped
        for source in inputs:
            if source.skipped:
                skipped += 1
            else:
                yield source

    checked_files = check_files(named(), policy, given.limits, given.encoding, clock, skip)
    if proofs:
        return verify_proof(out, *proofs[0], policy, given.policy_path, given.limits, given.quiet)
    if documents:
        checked = check_document(*documents[0], policy, given.limits, abstract)
        return print_checked(out, checked, policy, given.policy_path, given.quiet)
    if abstract is not None:
        raise click.UsageError(_ABSTRACT, click.get_current_context())
    return _print(out, checked_files, policy, given, skipped)


def _report_values(reports: Sequence[Report]) -> list[Value]:
    """The reports as JSON; those of several records do not repeat the rejected inputs (REPORT-1)."""
    values = [report.to_value() for report in reports]
    if len(values) > 1:
        for value in values:
            value["rejected"] = []
    return [*values]


def _print(out: Output, checked_files: CheckedFiles, policy: Policy, given: _Options, skipped: int) -> int:
    """Print the reports and return the exit status."""
    if out.as_json:
        members = verify_members(
            checked_files.outcomes,
            policy,
            given.policy_path,
            [*checked_files.rejected, *checked_files.unreadable],
            reports=_report_values(checked_files.reports),
            skipped=skipped,
        )
        return out.result(checked_files.outcomes[0], checked_files.status, members)
    for one in checked_files.unreadable:
        out.print_rejection(one.name, one.error, one.advice)
    if skipped:
        out.note(f"{plural(skipped, 'file')} skipped, which are no bundles; -v without --together names them")
    printer = ReportPrinter(out, policy, given.policy_path, formats=given.verbose or None)
    printer.headline(checked_files)
    if given.quiet:
        beside = ReportPrinter(out.on_stderr(), policy, given.policy_path)
        for report in checked_files.reports:
            beside.warnings(report)
    else:
        printer.whole(checked_files)
    return checked_files.status
