"""What ``pithbundle recompute`` does and prints; loaded only where zstd is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pithbundle.archive.manifest import MANIFEST
from pithbundle.archive.rejected import Rejections
from pithbundle.cli.inputs import InputRejected
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import FileError, PithError
from pithbundle.recompute.pool import default_jobs
from pithbundle.recompute.run import recompute
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy

#: How many rejected entries are printed; all are in rejected.jsonl.
_SHOWN: Final = 10
_COUNTERS: Final = (
    ("records", "outcomes_of_records"),
    ("elements", "elements"),
    ("receipts", "receipts"),
    ("codes", "codes"),
    ("event types", "event_types"),
    ("signers", "signers"),
)


def run(
    out: Output,
    archives: Sequence[str],
    output: str,
    policy: Policy,
    policy_path: str | None,
    limits: Limits,
    jobs: int | None,
    force: bool,
) -> int:
    """Recompute, print what it came to and return the exit status.

    Raises:
        InputRejected: an archive cannot be read, or the output not written.
    """
    try:
        with progress_bar(None) as bar:
            found = recompute(
                archives,
                output,
                Verifier(policy, limits=limits),
                jobs=jobs or default_jobs(),
                force=force,
                progress=bar,
            )
    except PithError as error:
        raise _rejected(archives, output, error) from error
    summary: dict[str, Any] = found.summary
    status = Exit(summary["exit_status"])
    if out.as_json:
        members: Object = {
            "policy": policy_value(policy, policy_path),
            "output": portable(output),
            "summary": found.summary,
        }
        return out.result(summary["outcome"], status, members)
    _print(out, output, summary, found.rejected)
    return status


def _rejected(archives: Sequence[str], output: str, error: PithError) -> InputRejected:
    status = Exit.USAGE if isinstance(error, FileError) else Exit.INVALID
    hint = error.hint
    if isinstance(error, FileError) and MANIFEST in error.fault.detail:
        hint = f"an archive is a folder with {MANIFEST}; pithbundle archive pack writes one"
    path = archives[0] if len(archives) == 1 and not isinstance(error, FileError) else output
    return InputRejected(path, error, status, hint)


def _print(out: Output, output: str, summary: dict[str, Any], rejected: Rejections) -> None:
    kind = {0: "good", 1: "bad"}.get(summary["exit_status"], "warn")
    text = f"{summary['records']} records of {summary['bundles']} bundles, written to {out.file_name(output)}"
    out.heading(summary["outcome"], text, kind)  # type: ignore[arg-type]
    for label, name in _COUNTERS:
        counts = [f"{count} {what}" for what, count in summary[name].items() if count]
        if counts:
            out.detail(label, ", ".join(map(out.show, counts)))
    for label in ("equivocations", "unverified"):
        if summary[label]:
            out.detail(label, str(summary[label]))
    out.detail("policy", summary["policy_sha256"])
    entries = [*rejected]
    for entry in entries[:_SHOWN]:
        where = f"{out.file_name(entry.path)} {out.show(entry.position)}".strip()
        more = f" ({entry.count})" if entry.count > 1 else ""
        out.detail("rejected", f"{where}: {entry.reason} [{entry.code}]{more}")
    if len(entries) > _SHOWN:
        out.detail("", f"all that was rejected is in {out.file_name(output)}/rejected.jsonl")
