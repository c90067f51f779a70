"""What ``pithbundle recompute`` does and prints; loaded only where zstd is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pithbundle.archive.reader import Reader
from pithbundle.cli.archive_print import print_rejected
from pithbundle.cli.archive_run import failing
from pithbundle.cli.expected import Compared, expected_value, print_expected
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.output import Exit, Output, Style, worst
from pithbundle.cli.render import plural
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import portable
from pithbundle.recompute.pool import default_jobs
from pithbundle.recompute.run import Recomputed, recompute
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy

#: What is printed of the summary, under these labels.
_COUNTERS: Final = (
    ("records", "outcomes_of_records"),
    ("elements", "elements"),
    ("receipts", "receipts"),
    ("codes", "codes"),
    ("events", "event_types"),
    ("signers", "signers"),
)
_STYLES: Final[dict[Exit, Style]] = {Exit.VALID: "good", Exit.INVALID: "bad", Exit.UNVERIFIED: "doubtful"}


def run(
    archives: Sequence[str], output: str, policy: Policy, limits: Limits, jobs: int | None, force: bool
) -> Recomputed:
    """Recompute the archives, with a progress bar.

    Raises:
        InputRejected: an archive cannot be read, or the output not written.
    """
    bundles = 0
    for path in archives:
        with failing(path):
            bundles += Reader(path, limits).manifest.bundles
    with failing(output), progress_bar(bundles) as bar:
        return recompute(
            archives,
            output,
            Verifier(policy, limits=limits),
            jobs=jobs or default_jobs(),
            force=force,
            progress=bar,
        )


def print_recomputed(
    out: Output,
    output: str,
    policy: Policy,
    policy_path: str | None,
    found: Recomputed,
    compared: Compared | None = None,
) -> int:
    """Print what a run and a comparison came to; return the exit status."""
    summary: dict[str, Any] = found.summary
    own = Exit(summary["exit_status"])
    status = worst([own, Exit.VALID if compared is None else compared.found.exit_status])
    if out.as_json:
        members = {
            "policy": policy_value(policy, policy_path),
            "output": portable(output),
            "summary": summary,
            "expected": expected_value(compared),
        }
        # The outcome is that of the comparison where the exit status is due to it alone.
        outcome = summary["outcome"] if compared is None or status == own else compared.found.result
        return out.result(outcome, status, members)
    print_rejected(out, found.rejected)
    records, bundles = plural(summary["records"], "record"), plural(summary["bundles"], "bundle")
    text = f" {records} of {bundles}, written to {out.show(output)}"
    out.line(f"{summary['outcome'].upper()}:", _STYLES[own], text)
    for label, name in _COUNTERS:
        counts = [f"{count} {what}" for what, count in summary[name].items() if count]
        if counts:
            out.detail(label, out.show(", ".join(counts)))
    for label, name in (("conflicts", "equivocations"), ("unverified", "unverified")):
        if summary[name]:
            out.detail(label, str(summary[name]))
    if len(found.rejected):
        out.detail("rejected", f"{len(found.rejected)}, listed above and in rejected.jsonl")
    if compared is not None:
        print_expected(out, compared)
    return status
