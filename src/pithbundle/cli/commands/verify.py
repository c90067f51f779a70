"""``pithbundle verify``: check signatures in one or more bundles, and list what is unsigned."""

from __future__ import annotations

import click

from pithbundle.cli.check_files import CheckedFiles, check_files
from pithbundle.cli.clock import clock_options, read_clock
from pithbundle.cli.inputs import (
    PATH,
    format_option,
    json_option,
    limit_option,
    policy_option,
    read_policy,
    require_single_stdin,
)
from pithbundle.cli.json_values import policy_value, rejected_value
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.cli.proof_file import looks_like_proof, verify_proofs
from pithbundle.cli.render import ReportPrinter
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.verify.policy import Policy


@click.command(
    "verify",
    epilog="\b\nExamples:\n  pithbundle verify bundle.json\n"
    "  pithbundle verify --policy mine.json part1.json part2.json\n"
    "  pithbundle verify --json bundle.cbor | jq .outcome\n"
    "  pithbundle verify conflict.json --policy mine.json   (a proof)\n\n"
    f"{EXIT_STATUS_HELP}\nOf proofs: 0 all are valid; 1 one is not.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@click.option("-q", "--quiet", is_flag=True, help="Print the first line only; warnings go to stderr.")
@policy_option
@clock_options
@format_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    quiet: bool,
    policy_path: str | None,
    max_age: float | None,
    now: str | None,
    format: Encoding | None,
    limits: Limits,
) -> int:
    """Check the record, receipts and events of each bundle FILE.

    The first line begins with the outcome, the first of these that applies: REJECTED,
    INVALID, CONFLICT, INCOMPLETE (an event that a signer listed is absent), UNVERIFIED
    (a signature is absent or by no key of your policy, or nothing at all is signed),
    VALID. A rejected file is reported and the others are checked. Files of one record
    are reported together.

    FILE may be a proof that pithbundle proof has written: it is checked by itself, and the
    first line begins with CONFLICT PROVEN or NOT PROVEN.

    A verified event was signed by a key of your policy; its content may still be false. A
    bundle does not show whether it is the newest one.
    """
    require_single_stdin(policy_path, *files)
    clock = read_clock(max_age, now)
    policy = read_policy(policy_path)
    proofs: list[tuple[str, bytes]] = []

    def skip(file: str, data: bytes) -> bool:
        found = looks_like_proof(data, limits)
        if found:
            proofs.append((file, data))
        return found

    checked_files = check_files(files, policy, limits, format, clock, skip)
    if proofs:
        if len(proofs) != len(files):
            raise click.UsageError(
                "proofs and bundles need separate commands",
                click.get_current_context(),
            )
        return verify_proofs(out, proofs, policy, policy_path, limits, quiet)
    return _print(out, checked_files, policy, policy_path, quiet)


def _print(
    out: Output,
    checked_files: CheckedFiles,
    policy: Policy,
    policy_path: str | None,
    quiet: bool,
) -> int:
    """Print the reports and return the exit status."""
    if out.as_json:
        return out.result(
            checked_files.outcomes[0],
            checked_files.status,
            {
                "outcomes": [*checked_files.outcomes],
                "policy": policy_value(policy, policy_path),
                "rejected": rejected_value([*checked_files.rejected, *checked_files.unreadable]),
                "reports": [report.to_value() for report in checked_files.reports],
                "proofs": [],
            },
        )
    for one in checked_files.unreadable:
        out.print_rejection(one.name, one.error, one.advice)
    printer = ReportPrinter(out, policy, policy_path)
    printer.headline(checked_files)
    if quiet:
        beside = ReportPrinter(out.on_stderr(), policy, policy_path)
        for report in checked_files.reports:
            beside.warnings(report)
    else:
        printer.whole(checked_files)
    return checked_files.status
