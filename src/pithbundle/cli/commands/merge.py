"""``pithbundle merge``: the current state of a record, recomputed from its bundles."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Final

import click

from pithbundle.cli.check_files import Examined, examine
from pithbundle.cli.clock import clock_options, read_clock
from pithbundle.cli.guard import guard_inputs, identity
from pithbundle.cli.inputs import (
    PATH,
    Refusal,
    about,
    deliver,
    format_option,
    json_option,
    limit_option,
    once,
    output_options,
    policy_option,
    read_policy,
    write_files,
)
from pithbundle.cli.load import require_free
from pithbundle.cli.output import EXIT_STATUS_HELP, Exit, Output, Style, json_pieces, worst
from pithbundle.cli.render import MOST, Telling, more, plural
from pithbundle.cli.values import policy_value
from pithbundle.comparison.published import Difference, Group, compare_states, for_written, read_state
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.document import Format
from pithbundle.encoding.values import Limits, Object, Value, portable
from pithbundle.files import STDIN, read_input
from pithbundle.merge.merged import Merged
from pithbundle.report import Clock, Report

#: What a group of differences is about, in the order told; only the first fails (REPORT-3).
_GROUPS: Final[dict[Group, tuple[str, Style]]] = {
    "signed": ("in what signatures or the record decide", "bad"),
    "unsigned": ("in aliases and times that nothing signs; without effect", "doubtful"),
    "labels": ("in names, versions, counters and order; without effect", "quiet"),
}
#: The longest value shown beside a difference, in characters.
_VALUE: Final = 120


@click.command(
    "merge",
    epilog="\b\nExamples:\n  pithbundle merge bundle.json > state.json\n"
    "  pithbundle merge part1.json part2.cbor -o state.json --report r.json\n"
    "  pithbundle merge bundle.json --expect state.json -o mine.json\n\n"
    + EXIT_STATUS_HELP.replace(
        " or conflict", ", conflict or differing\nfrom --expect in signed content"
    ).replace("2 usage error;\n3", "2 usage error; 3"),
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
    help="Name every difference from this state.json.",
)
@click.option(
    "--trace", "trace_path", type=PATH, metavar="FILE", help="Write the trace here: why each entry stands."
)
@policy_option
@clock_options
@format_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    output: str | None,
    force: bool,
    report_path: str | None,
    expected_path: str | None,
    trace_path: str | None,
    policy_path: str | None,
    max_age: float | None,
    now: str | None,
    format: Format | None,
    limits: Limits,
) -> int:
    """Recompute the state of a record from one or more bundles FILE, and print its bytes.

    The state holds the record and its valid events, and no others: it is written even if
    some events are not valid, and the report and the exit status tell of those. A file
    that is refused is named, and the others go on; one that cannot be read, or bundles of
    different records, end it, and nothing is written.

    The report goes to stderr. With --json it goes to stdout as JSON, and -o is needed.
    """
    # The state that is expected is not written over, by whatever name: it is compared, no more.
    compared_only = _same(output, expected_path)
    _require_sense(files, output, report_path, trace_path, expected_path, policy_path, out.as_json)
    guard_inputs(
        [*files, policy_path, expected_path],
        [
            *([] if compared_only else [("-o", output)]),
            *(
                (option, path)
                for option, path in (("--report", report_path), ("--trace", trace_path))
                if path
            ),
        ],
    )
    clock = read_clock(max_age, now)
    policy = read_policy(policy_path)
    expected = None
    if expected_path is not None:
        # A usage error, not a finding: exit status 1 would say that two states differ.
        with about(expected_path, Exit.USAGE):
            expected = read_state(read_input(expected_path, for_written(limits).size), limits)
    # Before the work and before the other files: write_output makes sure of it once more.
    require_free((None if compared_only else output, report_path, trace_path), force)

    examined = examine(out, files, policy, limits, format)
    if examined.unread:
        raise Refusal(examined.unread[0].name, examined.unread[0].error, Exit.USAGE)
    report, merged = _merged(examined, clock)
    differences = None
    if merged is not None and expected is not None:
        differences = compare_states(merged.state, expected)
    differing = sum(difference.group == "signed" for difference in differences or ())
    status = worst([report.exit_status, Exit.INVALID if differing else Exit.VALID])

    value: Object = {**report.to_value(), "exit_status": status}
    value["policy"] = policy_value(policy, policy_path)
    if merged is not None:
        value["state"] = {
            "bytes": len(merged.state_bytes),
            "file": None if compared_only or output is None else portable(output),
        }
        if differences is not None:
            value["expected"] = _comparison(expected_path, differences)
        target = None if compared_only else STDIN if output is None else output
        _deliver(out, merged, value, target, report_path, trace_path, force)
    if out.as_json:
        out.json(value)
        return status

    said = out.aside()
    telling = Telling(said, policy, policy_path)
    reports = [report] if report.inputs else []
    telling.headline(examined, reports, differing)
    if report_path is None:
        telling.whole(examined, reports)
    _say_result(said, merged, differences, output, expected_path, compared_only)
    return status


def _deliver(
    out: Output,
    merged: Merged,
    value: Object,
    output: str | None,
    report_path: str | None,
    trace_path: str | None,
    force: bool,
) -> None:
    """Write the state, if ``output`` names where to, and beside it the report and the trace."""
    written: dict[str, bytes] = {}
    if report_path is not None:
        written[report_path] = b"".join(json_pieces(value))
    if trace_path is not None:
        written[trace_path] = merged.view.trace_json()
    if output == STDIN:
        # Before the files: the bytes may be unfit for a terminal, and then nothing is written.
        deliver(out, merged.state_bytes, None)
        out.raw(b"\n" if out.tty else b"")
    elif output is not None:
        written[output] = merged.state_bytes
    if written:
        write_files(written, force)


def _say_result(
    said: Output,
    merged: Merged | None,
    differences: Sequence[Difference] | None,
    output: str | None,
    expected_path: str | None,
    compared_only: bool,
) -> None:
    """Say what differs from the expected state, and where the state went."""
    if differences is not None:
        _say_differences(said, said.place(str(expected_path)), differences)
    if merged is None:
        said.verdict("no state", "no file is left to merge; nothing was written", "bad")
    else:
        if compared_only:
            where = f"not written: -o and --expect name one file, {said.show(output)}, which is left as it is"
        else:
            to = "standard output" if output in (None, STDIN) else said.show(output)
            where = f"{plural(len(merged.state_bytes), 'byte')} to {to}"
        _say_state(said, merged, where)


def _same(output: str | None, expected_path: str | None) -> bool:
    if output in (None, STDIN) or expected_path in (None, STDIN):
        return False
    found = identity(str(output))
    return found is not None and found == identity(str(expected_path))


def _require_sense(
    files: Sequence[str],
    output: str | None,
    report_path: str | None,
    trace_path: str | None,
    expected_path: str | None,
    policy_path: str | None,
    as_json: bool,
) -> None:
    ctx = click.get_current_context()
    once(policy_path, expected_path, *files)
    if as_json and output in (None, STDIN):
        raise click.UsageError("with --json the state needs a file: add -o FILE", ctx)
    if report_path == STDIN:
        raise click.UsageError("--report needs a file: --json prints the report", ctx)
    if trace_path == STDIN:
        raise click.UsageError("--trace needs a file: standard output is for the state", ctx)
    written = (("-o", output), ("--report", report_path), ("--trace", trace_path))
    for (option, path), (other, also) in combinations(written, 2):
        if path is not None and also is not None and os.path.abspath(path) == os.path.abspath(also):
            raise click.UsageError(f"{option} and {other} name the same file", ctx)


def _merged(examined: Examined, clock: Clock) -> tuple[Report, Merged | None]:
    """The report on all inputs, and what they merge to; None where every one was refused."""
    if not examined.inputs:
        return Report((), None, examined.refused, clock), None
    merged = examined.of_one_record()
    return Report(examined.inputs, merged, examined.refused, clock), merged


def _say_state(said: Output, merged: Merged, where: str) -> None:
    view = merged.view
    said.verdict("state", where, "plain")
    left_out = view.invalid_event_count
    if left_out:
        said.detail("holds", f"{plural(view.valid_event_count, 'valid event')}; {left_out} invalid, left out")
    else:
        said.detail("holds", plural(view.valid_event_count, "valid event"))


def _say_differences(said: Output, path: str, differences: Sequence[Difference]) -> None:
    said.line()
    if not differences:
        said.verdict("equal", f"nothing differs from {path}", "good")
        return
    said.verdict("expected", f"{plural(len(differences), 'difference')} from {path}", "plain")
    counts = Counter(difference.group for difference in differences)
    for group, (about_it, style) in _GROUPS.items():
        if not counts[group]:
            continue
        said.verdict(group, f"{plural(counts[group], 'difference')} {about_it}", style)
        found = [difference for difference in differences if difference.group == group]
        for difference in found[:MOST]:
            said.detail(difference.how, said.show(difference.pointer or "the whole"))
            if difference.how != "only theirs":
                said.detail("  ours", _brief(said, difference.ours))
            if difference.how != "only ours":
                said.detail("  theirs", _brief(said, difference.theirs))
        if len(found) > MOST:
            said.line(f"  and {more(len(found) - MOST, 'difference')}")


def _brief(said: Output, value: Value) -> str:
    return said.show(encode(value).decode(), _VALUE)


def _comparison(path: str | None, differences: Sequence[Difference]) -> Object:
    return {
        "file": None if path is None else portable(path),
        "equal": not differences,
        "signed_content_equal": not any(difference.group == "signed" for difference in differences),
        "differences": [
            {
                "group": difference.group,
                "how": difference.how,
                "pointer": difference.pointer,
                "ours": difference.ours,
                "theirs": difference.theirs,
            }
            for difference in differences
        ],
    }
