"""``pithbundle merge``: the current state of a record, recomputed from its bundles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import click

from pithbundle.bundle.document_types import STATE
from pithbundle.cli.check_files import check_files
from pithbundle.cli.clock import clock_options, read_clock
from pithbundle.cli.guard import guard_inputs, identity
from pithbundle.cli.inputs import (
    PATH,
    deliver,
    encoding_option,
    json_option,
    limit_option,
    output_options,
    policy_option,
    read_bytes,
    read_policy,
    rejecting,
    require_file_beside_json,
    require_single_stdin,
    write_files,
)
from pithbundle.cli.json_values import policy_value, rejected_value
from pithbundle.cli.load import require_absent
from pithbundle.cli.output import EXIT_STATUS_HELP, Exit, Output, Style, json_pieces, worst
from pithbundle.cli.render import MOST, ReportPrinter
from pithbundle.cli.sources import Source
from pithbundle.comparison.published import (
    INPUTS,
    Comparison,
    DifferenceGroup,
    compare_published,
    for_written,
    read_state,
)
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.files import STDIN
from pithbundle.merge.state import State
from pithbundle.report import Report
from pithbundle.wording import more, plural

#: What a group of differences is about, in the order printed; only the first fails (REPORT-3).
_GROUPS: Final[dict[DifferenceGroup, tuple[str, Style]]] = {
    "signed": ("in signed content or the record", "bad"),
    "unsigned": ("in unsigned aliases and times; without effect", "doubtful"),
    "labels": ("in names, versions, counters and order; without effect", "quiet"),
}
#: The longest value shown beside a difference, in characters.
_VALUE: Final = 120


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of the command, by their names."""

    files: tuple[str, ...]
    output: str | None
    force: bool
    report_path: str | None
    expected_path: str | None
    trace_path: str | None
    policy_path: str | None
    max_age: float | None
    now: str | None
    encoding: Encoding | None
    limits: Limits

    @property
    def compared_only(self) -> bool:
        """Whether -o and --expect are one file: the expected state is never overwritten (CLI-6)."""
        if self.output in (None, STDIN) or self.expected_path in (None, STDIN):
            return False
        found = identity(str(self.output))
        return found is not None and found == identity(str(self.expected_path))

    def check(self, as_json: bool) -> None:
        """Check that the options can be combined.

        Raises:
            click.UsageError: they cannot, or an output is also an input.
        """
        ctx = click.get_current_context()
        require_single_stdin(self.policy_path, self.expected_path, *self.files)
        require_file_beside_json(as_json, self.output, "state")
        if self.report_path == STDIN:
            raise click.UsageError("--report needs a file: --json prints the report", ctx)
        if self.trace_path == STDIN:
            raise click.UsageError("--trace needs a file: standard output is for the state", ctx)
        beside = (("--report", self.report_path), ("--trace", self.trace_path))
        guard_inputs(
            [*self.files, self.policy_path, self.expected_path],
            [
                *([] if self.compared_only else [("-o", self.output)]),
                *(each for each in beside if each[1] is not None),
            ],
        )


@click.command(
    "merge",
    epilog="\b\nExamples:\n  pithbundle merge bundle.json > state.json\n"
    "  pithbundle merge part1.json part2.cbor -o state.json --report r.json\n"
    "  pithbundle merge bundle.json --expect state.json -o mine.json\n\n"
    + EXIT_STATUS_HELP.replace(" or conflict", ", conflict or differing from --expect in signed content"),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@output_options
@click.option(
    "--report", "report_path", type=PATH, metavar="FILE", help="Write the report here as JSON, not to stderr."
)
@click.option(
    "--expect",
    "expected_path",
    type=PATH,
    metavar="STATE",
    help="List every difference from this state.json.",
)
@click.option(
    "--trace",
    "trace_path",
    type=PATH,
    metavar="FILE",
    help="Write the trace here: the reason for each entry.",
)
@policy_option
@clock_options
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(out: Output, /, **options: Any) -> int:
    """Recompute the state of a record from one or more bundles FILE, and print its bytes.

    The state contains the record and its valid events, and no others. It is written even if
    some events are not valid; the report and the exit status show those. A rejected file is
    reported and the others are merged. If a file cannot be read, or the bundles are of
    different records, nothing is written.

    The report goes to stderr. With --json it goes to stdout as JSON, and -o is needed.
    """
    return _merge(out, _Options(**options))


def _merge(out: Output, given: _Options) -> int:
    given.check(out.as_json)
    clock = read_clock(given.max_age, given.now)
    policy = read_policy(given.policy_path)
    expected = _expected(given)
    # Before the work and before the other files: write_outputs checks it again.
    state_path = None if given.compared_only else given.output
    require_absent((state_path, given.report_path, given.trace_path), given.force)

    checked_files = check_files([*map(Source, given.files)], policy, given.limits, given.encoding, clock)
    report = checked_files.report()
    state = report.state
    comparison = None
    if state is not None and expected is not None:
        comparison = compare_published(report, expected)
    status = worst([report.exit_status, comparison.exit_status if comparison else Exit.VALID])

    if state is not None:
        _deliver(out, state, report, given)
    if out.as_json:
        return out.result(
            _outcome(report, comparison, status),
            status,
            {
                "outcomes": [*report.outcomes],
                "policy": policy_value(policy, given.policy_path),
                "rejected": rejected_value(checked_files.rejected),
                "report": report.to_value(),
                "state": None if state is None else _state(state, state_path),
                "expected": None if comparison is None else _comparison(given.expected_path, comparison),
            },
        )

    err = out.on_stderr()
    printer = ReportPrinter(err, policy, given.policy_path)
    differing = comparison.signed_count if comparison and comparison.result == "different" else 0
    printer.headline(checked_files, differing)
    if given.report_path is None:
        printer.whole(checked_files)
    _print_result(err, state, comparison, given)
    return status


def _expected(given: _Options) -> Object | None:
    """Read the state to compare with; a wrong file is a usage error, since 1 means that two states differ."""
    if given.expected_path is None:
        return None
    size = for_written(given.limits).size
    data = read_bytes(given.expected_path, size, Exit.USAGE, expected=(STATE,), inputs=INPUTS)
    with rejecting(given.expected_path, Exit.USAGE, data=data, expected=(STATE,)):
        return read_state(data, given.limits)


def _outcome(report: Report, comparison: Comparison | None, status: int) -> str:
    """The outcome of the inputs, or that of the comparison where the exit status is due to it alone."""
    if comparison is None or status == report.exit_status:
        return report.outcome
    return comparison.result


def _deliver(out: Output, state: State, report: Report, given: _Options) -> None:
    """Write the state, unless it is only compared, and with it the report and the trace."""
    written: dict[str, bytes] = {}
    if given.report_path is not None:
        written[given.report_path] = b"".join(json_pieces(report.to_value()))
    if given.trace_path is not None:
        written[given.trace_path] = state.trace_json()
    if given.output in (None, STDIN):
        # Before the files: the bytes may be unsafe for a terminal, and then nothing is written.
        deliver(out, state.to_json(), None)
        out.raw(b"\n" if out.tty else b"")
    elif not given.compared_only:
        written[str(given.output)] = state.to_json()
    if written:
        write_files(written, given.force)


def _print_result(err: Output, state: State | None, comparison: Comparison | None, given: _Options) -> None:
    """Print the differences from the expected state, and where the state was written."""
    if comparison is not None:
        _print_differences(err, err.file_name(str(given.expected_path)), comparison)
    if state is None:
        err.heading("no state", "every file was rejected; nothing was written", "bad")
    else:
        if given.compared_only:
            where = (
                f"not written: -o and --expect name one file, {err.show(given.output)}, which is not changed"
            )
        else:
            to = "standard output" if given.output in (None, STDIN) else err.show(given.output)
            where = f"{plural(len(state.to_json()), 'byte')} to {to}"
        _print_state(err, state, where)


def _print_state(err: Output, state: State, where: str) -> None:
    err.heading("state", where, "plain")
    excluded = state.invalid_event_count
    if excluded:
        err.detail(
            "contains", f"{plural(state.valid_event_count, 'valid event')}; {excluded} invalid, excluded"
        )
    else:
        err.detail("contains", plural(state.valid_event_count, "valid event"))


def _print_differences(err: Output, path: str, comparison: Comparison) -> None:
    differences = comparison.differences
    err.line()
    if comparison.result == "not_comparable":
        why = "not every event could be checked under this policy, or its merge rules are others"
        err.heading("expected", f"cannot be compared with {path}: {why}", "doubtful")
    if not differences:
        err.heading("equal", f"nothing differs from {path}", "good")
        return
    err.heading("expected", f"{plural(len(differences), 'difference')} from {path}", "plain")
    counts = Counter(difference.group for difference in differences)
    for group, (meaning, style) in _GROUPS.items():
        if not counts[group]:
            continue
        err.heading(group, f"{plural(counts[group], 'difference')} {meaning}", style)
        found = [difference for difference in differences if difference.group == group]
        for difference in found[:MOST]:
            err.detail(difference.how, err.show(difference.pointer or "the whole"))
            if difference.how != "only theirs":
                err.detail("  ours", _brief(err, difference.ours))
            if difference.how != "only ours":
                err.detail("  theirs", _brief(err, difference.theirs))
        if len(found) > MOST:
            err.line(f"  and {more(len(found) - MOST, 'difference')}")


def _brief(err: Output, value: Value) -> str:
    return err.show(encode(value).decode(), _VALUE)


def _state(state: State, path: str | None) -> Object:
    return {"file": None if path is None else portable(path), "bytes": len(state.to_json())}


def _comparison(path: str | None, comparison: Comparison) -> Object:
    return {
        "file": None if path is None else portable(path),
        "result": comparison.result,
        "equal": not comparison.differences,
        "signed_content_equal": comparison.same,
        "differences": [
            {
                "group": difference.group,
                "how": difference.how,
                "pointer": difference.pointer,
                "ours": difference.ours,
                "theirs": difference.theirs,
            }
            for difference in comparison.differences
        ],
    }
