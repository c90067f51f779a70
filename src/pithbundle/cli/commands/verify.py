"""``pithbundle verify``: who signed what in one or more bundles, and what nobody signed."""

from __future__ import annotations

import click

from pithbundle.cli.check_files import examine
from pithbundle.cli.clock import clock_options, read_clock
from pithbundle.cli.inputs import (
    PATH,
    format_option,
    json_option,
    limit_option,
    once,
    policy_option,
    read_policy,
)
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.cli.proof_file import looks_like_proof, verify_proofs
from pithbundle.cli.render import Telling
from pithbundle.cli.values import policy_value, refused_value
from pithbundle.encoding.document import Format
from pithbundle.encoding.values import Limits


@click.command(
    "verify",
    epilog="\b\nExamples:\n  pithbundle verify bundle.json\n"
    "  pithbundle verify --policy mine.json part1.json part2.json\n"
    "  pithbundle verify --json bundle.cbor | jq .outcome\n"
    "  pithbundle verify conflict.json --policy mine.json   (a proof)\n\n"
    f"{EXIT_STATUS_HELP}\nOf proofs: 0 each of them holds, 1 one does not.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@click.option("-q", "--quiet", is_flag=True, help="Print the first line only.")
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
    format: Format | None,
    limits: Limits,
) -> int:
    """Check the record, receipts and events of each bundle FILE.

    The first line begins with the outcome, the first of these that holds: REJECTED,
    INVALID, CONFLICT, INCOMPLETE (an event that a signer listed is absent), UNVERIFIED
    (a signature is absent or by no key of your policy, or nothing at all is signed),
    VALID. A file that is refused is named, and the others go on. Files of one record are
    reported together.

    FILE may be a proof that pithbundle proof has written: it is checked alone, and the
    first line says CONFLICT PROVEN or NOT PROVEN.

    That an event is verified says that a key of your policy signed it, not that what it
    says is true; nor does a bundle show that it is the newest.
    """
    once(policy_path, *files)
    clock = read_clock(max_age, now)
    policy = read_policy(policy_path)
    proofs: list[tuple[str, bytes]] = []

    def aside(file: str, data: bytes) -> bool:
        found = looks_like_proof(data, limits)
        if found:
            proofs.append((file, data))
        return found

    examined = examine(out, files, policy, limits, format, aside)
    if proofs:
        if len(proofs) != len(files):
            raise click.UsageError(
                "proofs and bundles do not mix: verify them one after the other", click.get_current_context()
            )
        return verify_proofs(out, proofs, policy, policy_path, limits, quiet)
    reports = examined.reports(clock)
    status = examined.status(reports)
    if out.as_json:
        out.json(
            {
                **examined.value(reports),
                "policy": policy_value(policy, policy_path),
                "rejected": refused_value([*examined.refused, *examined.unread]),
                "reports": [report.to_value() for report in reports],
            }
        )
        return status
    for unread in examined.unread:
        out.refuse(unread.name, unread.error)
    telling = Telling(out, policy, policy_path)
    telling.headline(examined, reports)
    if not quiet:
        telling.whole(examined, reports)
    return status
