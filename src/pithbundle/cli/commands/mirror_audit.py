"""``pithbundle mirror audit``, ``watch`` and ``check-finding`` (spec AUDIT-1 to AUDIT-16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, TypeVar

import click

from pithbundle.cli.extras import needing, needing_zstd
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import PATH, json_option, policy_option, read_bytes, read_policy, rejecting
from pithbundle.cli.load import require_absent
from pithbundle.cli.mirror_keys import mirror_key_options, read_keys
from pithbundle.cli.numeric import decimal, whole
from pithbundle.cli.output import Exit, Output
from pithbundle.errors import PithError

F = TypeVar("F", bound=Callable[..., Any])

_SEED: Final = re.compile("[0-9a-f]{32}")
_STATUSES: Final = (
    "Exit status: 0 no difference was found; 1 something contradicts what was signed, or "
    "a signer or a mirror contradicts itself; 2 usage error, or a file that cannot be read or "
    "written; 3 something is not there, was not received, or cannot be compared."
)


def _work() -> tuple[ModuleType, ModuleType]:
    """The modules that do the work and print; they need two extras.

    Raises:
        click.UsageError: one of them is not installed.
    """
    with needing_zstd(), needing("mirror", "mirrors need aiohttp and stamina", "aiohttp", "stamina", "yarl"):
        from pithbundle.cli import mirror_audit_print, mirror_audit_run
    return mirror_audit_run, mirror_audit_print


def _seed(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and _SEED.fullmatch(value) is None:
        raise click.BadParameter("a seed is 32 hex digits, as a report states it", ctx, param)
    return value


def audit_options(command: F) -> F:
    """Add what an audit and a watch share."""
    for option in (
        click.option(
            "--allow-loopback-http", is_flag=True, help="Accept http:// of this machine, as for a test."
        ),
        click.option(
            "--max-requests", callback=whole(1, 10**12), metavar="N", help="Requests to all mirrors together."
        ),
        click.option(
            "--rate", callback=decimal(0.01, 1000), metavar="N",
            help="Requests a second to one mirror; by default 5.",
        ),
        mirror_key_options,
        click.option("--full", is_flag=True, help="Read every record that anybody lists."),
        click.option(
            "--sample", callback=whole(0, 10**9), metavar="N",
            help="Records to read whatever the digests state; by default 300.",
        ),
        click.option(
            "--numbers", "numbers_path", type=PATH, metavar="FILE",
            help="Pith Numbers, one a line, where neither a store nor digests list the records.",
        ),
        click.option(
            "--store", type=PATH, metavar="DIR",
            help="Your store: mirrors are compared with it, under its policy.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(
    "audit",
    epilog="\b\nExamples:\n  pithbundle mirror audit https://one.example https://two.example -o audit\n"
    "  pithbundle mirror audit https://one.example --store store --full\n\n" + _STATUSES,
)
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@audit_options
@click.option("--seed", callback=_seed, metavar="HEX", help="Draw the sample of an earlier report again.")
@click.option("--html", "html_path", type=PATH, metavar="FILE", help="Write the report as a page here.")
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="FOLDER",
    help="Keep the findings with their evidence, and the report.",
)
@click.option("--force", is_flag=True, help="Replace an existing FILE of --html.")
@policy_option
@json_option
@click.pass_obj
def audit(
    out: Output,
    /,
    urls: tuple[str, ...],
    seed: str | None,
    html_path: str | None,
    output: str | None,
    force: bool,
    policy_path: str | None,
    **given: Any,
) -> int:
    """Compare what mirrors serve with your store, or with each other, and keep the evidence.

    URL is the base of a mirror. Digests show which records differ; of these and of a sample the bundles
    and states are requested and verified. A mirror that is late, or serves what cannot be checked under
    your policy, is never accused. An audit shows what mirrors served to you, and nothing of what they
    serve to others.
    """
    run, printing = _work()
    inputs = [policy_path, given["numbers_path"], given["keys_path"]]
    guard_inputs(inputs, _named({"--html": html_path, "-o": output}))
    require_absent([html_path], force)
    request = _request(run, urls, policy_path, given, seed, output, html=html_path, force=force)
    return int(printing.print_audit(out, run.audited(request)))


def _named(outputs: dict[str, str | None]) -> list[tuple[str, str | None]]:
    """The outputs that were given."""
    return [(option, path) for option, path in outputs.items() if path is not None]


def _request(
    run: ModuleType,
    urls: tuple[str, ...],
    policy_path: str | None,
    given: dict[str, Any],
    seed: str | None,
    output: str | None,
    **more: Any,
) -> Any:
    ctx = click.get_current_context()
    # In their one form, in which heads and keys of a mirror are found again.
    bases = run.base_urls(urls, allow_loopback_http=given["allow_loopback_http"])
    if len(bases) < 2 and given["store"] is None:
        raise click.UsageError("one mirror is compared with a store: add --store DIR, or a second URL", ctx)
    numbers: tuple[str, ...] = ()
    if given["numbers_path"] is not None:
        data = read_bytes(given["numbers_path"], run.NUMBERS_BYTES, Exit.USAGE)
        with rejecting(given["numbers_path"], Exit.USAGE):
            numbers = run.read_numbers(data)
    sample = 300 if given["sample"] is None else given["sample"]
    options = run.AuditOptions(sample=sample, full=given["full"], seed=seed, numbers=numbers)
    client = run.ClientOptions(
        rate=given["rate"] or 5.0,
        max_requests=given["max_requests"],
        allow_loopback_http=given["allow_loopback_http"],
    )
    return run.Request(
        urls=bases, policy=read_policy(policy_path), store=given["store"], folder=output,
        keys=read_keys(given["key_options"], given["keys_path"]), options=options, client=client, **more,
    )  # fmt: skip


@click.command(
    "watch",
    epilog="\b\nExamples:\n  pithbundle mirror watch https://one.example --store store -o watch\n"
    "  pithbundle mirror watch https://one.example https://two.example \\\n"
    "    -o watch --once\n\n" + _STATUSES,
)
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@audit_options
@click.option(
    "-o", "--output", type=PATH, required=True, metavar="FOLDER", help="Findings, report and cursor."
)
@click.option("--once", is_flag=True, help="End after one round, as for a timer of the system.")
@click.option(
    "--interval", callback=decimal(1, 10**7), metavar="SECONDS", help="Between two rounds; by default 3600."
)
@click.option(
    "--patience", callback=whole(1, 1000), metavar="N",
    help="Report unreachable and moving after N rounds in a row; by default 3.",
)  # fmt: skip
@click.option(
    "--html",
    "html_path",
    type=PATH,
    metavar="FILE",
    help="Replace this page with the last report and a chart.",
)
@click.option(
    "--metrics",
    "metrics_path",
    type=PATH,
    metavar="FILE",
    help="Replace this file with counts as OpenMetrics.",
)
@policy_option
@json_option
@click.pass_obj
def watch(
    out: Output,
    /,
    urls: tuple[str, ...],
    output: str,
    once: bool,
    interval: float | None,
    patience: int | None,
    html_path: str | None,
    metrics_path: str | None,
    policy_path: str | None,
    **given: Any,
) -> int:
    """Repeat an audit, and report each finding once.

    A finding is reported when its evidence is in FOLDER. What was reported before is not reported again, also
    by a later run with the same FOLDER.
    """
    if out.as_json and not once:
        message = "with --json one round is printed: add --once"
        raise click.UsageError(message, click.get_current_context())
    run, printing = _work()
    inputs = [policy_path, given["numbers_path"], given["keys_path"]]
    guard_inputs(inputs, _named({"--html": html_path, "--metrics": metrics_path, "-o": output}))
    request = _request(run, urls, policy_path, given, None, output, html=html_path, metrics=metrics_path)

    def report(done: Any, new: Any) -> None:
        printing.print_round(out, done, new)
        # An object of JSON is printed at the end, since an error would be printed in its place.
        if not out.as_json:
            out.send()

    def failed(error: PithError) -> None:
        out.error(f"the round failed, the next one follows: {error}")
        out.send()

    wait = interval or 3600.0
    return int(run.watch(request, patience or 3, wait, once=once, report=report, failed=failed))


@click.command(
    "check-finding",
    epilog="\b\nExamples:\n  pithbundle mirror check-finding audit/findings/*.json --policy policy.json\n"
    "  pithbundle mirror check-finding mine.json theirs.json \\\n"
    "    --mirror-key https://one.example=HEX\n\n"
    "Exit status: 0 anybody finds the same; 1 a file does not show what it states; 2 usage "
    "error; 3 an observation: the word of whoever wrote it.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@mirror_key_options
@policy_option
@json_option
@click.pass_obj
def check_finding(
    out: Output,
    files: tuple[str, ...],
    key_options: tuple[str, ...],
    keys_path: str | None,
    policy_path: str | None,
) -> int:
    """Check findings of an audit offline, and print what the evidence of each shows.

    FILE is a finding, of your own audit or of somebody else's, or a head as it was received. There are
    four classes: signer, a proof that verifies alone; mirror, two heads that contradict each other under
    the key that you pinned; reproducible, where the body shows it again and its origin is the word of the
    reader; observed, the word of the reader alone. Heads of several files are compared with each other.
    """
    from pithbundle.cli.check_findings import check_findings
    from pithbundle.cli.mirror_audit_print import print_checked
    from pithbundle.verifier import Verifier

    verifier = Verifier(read_policy(policy_path))
    keys = read_keys(key_options, keys_path)
    return int(print_checked(out, *check_findings(files, verifier, keys)))
