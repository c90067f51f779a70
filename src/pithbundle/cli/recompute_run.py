"""What ``pithbundle recompute`` does and prints; loaded only where zstd is installed."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from pithbundle.archive.inputs import FORMATS, Container
from pithbundle.archive.reader import Reader
from pithbundle.archive.storage import Storage
from pithbundle.cli.archive_inputs import (
    Input,
    Skipped,
    Written,
    bundles_of,
    failing,
    inputs_of,
    is_archive_folder,
    open_archive,
)
from pithbundle.cli.archive_print import (
    NOTHING_WRITTEN,
    members_of,
    print_nothing_written,
    print_rejected,
    print_skipped,
)
from pithbundle.cli.archive_run import require_table
from pithbundle.cli.cluster_option import cluster_pool
from pithbundle.cli.earlier_options import Earlier, print_resumable
from pithbundle.cli.expected import Compared, expected_value, print_expected
from pithbundle.cli.inputs import InputRejected
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.output import Exit, Output, Style, worst
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import FileError, PithError
from pithbundle.files import STDIN, file_error
from pithbundle.recompute.cache import Shrunk, cache_at
from pithbundle.recompute.frame_units import Named
from pithbundle.recompute.location import scheme_of
from pithbundle.recompute.pool import UnitPool
from pithbundle.recompute.run import Recomputed, recompute
from pithbundle.spawning import default_jobs
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.wording import plural

#: What is printed of the summary, under these labels.
_COUNTERS: Final = (
    ("records", "outcomes_of_records"),
    ("elements", "elements"),
    ("receipts", "receipts"),
    ("codes", "codes"),
    ("events", "event_types"),
    ("signers", "signers"),
)
_DEFAULTS: Final = asdict(DEFAULT_LIMITS)
#: The containers of what ``archive get`` prints.
_CONTAINERS: Final[dict[Encoding, Container]] = {"json": "jsonl", "cbor": "cborseq"}
_STYLES: Final[dict[Exit, Style]] = {Exit.VALID: "good", Exit.INVALID: "bad", Exit.UNVERIFIED: "doubtful"}


def run(
    out: Output,
    inputs: tuple[str, ...],
    form: str | None,
    storage: Storage,
    output: str,
    policy: Policy,
    limits: Limits,
    jobs: int | None,
    cluster: str | None,
    force: bool,
    earlier: Earlier,
    *,
    table: bool = False,
    is_resumable: bool = True,
) -> tuple[Recomputed, Written]:
    """Recompute archives and other inputs, with a progress bar; return what was passed over too.

    Raises:
        InputRejected: an input cannot be read, or the output not written.
        click.UsageError: the format of an input is not known.
    """
    if table:
        require_table()
    written = Written()
    given = [each for path in inputs for each in _given(path, form, written, output)]
    archives = [
        each
        for each in given
        if each.form.container == "archive" and _is_sound(each, limits, storage, written)
    ]
    others = [each for each in given if each.form.container != "archive"]
    verifier = Verifier(policy, limits=limits)
    with (
        _pool(cluster, verifier) as pool,
        failing(output, earlier.resume),
        progress_bar("starting", None) as bar,
    ):
        lines = (bundle.line for bundle in bundles_of(others, limits, written, bar))
        found = recompute(
            [each.path for each in archives],
            output,
            verifier,
            jobs=jobs or default_jobs(),
            pool=pool,
            storage=storage,
            force=force,
            empty=False,
            table=table,
            lines=lines if others or len(written.rejected) else None,
            rejected=written.rejected,
            resume=earlier.resume,
            cache=earlier.cache,
            recheck=earlier.recheck,
            progress=bar,
            on_resumable=lambda units: print_resumable(out, output, units) if is_resumable else None,
        )
    return found, written


@contextlib.contextmanager
def _pool(cluster: str | None, verifier: Verifier) -> Iterator[UnitPool[Named] | None]:
    """The cluster, connected; None without one.

    Raises:
        InputRejected: it cannot be used.
        click.UsageError: what it needs is not installed.
    """
    if cluster is None:
        yield None
        return
    with failing(cluster):
        pool = cluster_pool(cluster, verifier)
    with pool:
        yield pool


def _given(path: str, form: str | None, written: Written, output: str) -> list[Input]:
    """The inputs that a path names.

    Raises:
        InputRejected: a folder in which there is none.
        click.UsageError: the format of a file is not known.
    """
    if scheme_of(path) is not None:
        return [Input(path, FORMATS["archive"])]
    return [*inputs_of([path], form, written, output)]


def _is_sound(given: Input, limits: Limits, storage: Storage, written: Written) -> bool:
    """Whether the manifest of an archive can be read; of one in a folder the rest goes on without it.

    Raises:
        InputRejected: it cannot, and the archive was named.
    """
    try:
        open_archive(given.path, limits, storage)
    except InputRejected as rejected:
        if not given.is_of_folder:
            raise
        written.rejected.add(rejected.path, "", rejected.error)
        return False
    return True


def _print_first(
    out: Output, policy_path: str | None, limits: Limits, inputs: tuple[str, ...], found: Recomputed
) -> None:
    """Print the first records of each outcome but ``valid``, and how to look at the first one (RECOMP-20)."""
    counts: Any = found.summary["outcomes_of_records"]
    # The records with the most urgent outcome come first (REPORT-2).
    ordered = [(outcome, found.first[outcome]) for outcome in counts if outcome in found.first]
    for outcome, records in ordered:
        more = counts[outcome] - len(records)
        suffixes = ", ".join(suffix for suffix, _ in records)
        out.detail("first", f"{outcome}: {suffixes}{f' and {more} more' if more else ''}")
    if ordered and len(inputs) == 1 and is_archive_folder(inputs[0]):
        suffix, lines = ordered[0][1][0]
        command = _command_that_verifies(inputs[0], suffix, lines, policy_path, limits)
        if command is not None:
            out.detail("next", out.show(command, len(command)))


def _command_that_verifies(
    archive: str, suffix: str, lines: int, policy_path: str | None, limits: Limits
) -> str | None:
    """The command that verifies the bundles of a record of an archive; None if they cannot be read now."""
    try:
        entries = Reader(archive, limits).get(suffix).entries
    except PithError:
        return None
    if len(entries) != lines:
        return None
    changed = [f"{name}={each}" for name, each in asdict(limits).items() if each != _DEFAULTS[name]]
    options = [word for each in changed for word in ("--limit", each)]
    get = ["pithbundle", "archive", "get", *options, archive, suffix]
    unpack = ["pithbundle", "archive", "unpack", *options]
    # What is verified is one bundle, or the files of a folder.
    verify = ["pithbundle", "verify", *options, *([] if policy_path is None else ["--policy", policy_path])]
    encodings = sorted({entry.line.encoding for entry in entries}, reverse=True)
    if lines == 1:
        return f"{shlex.join(get)} | {shlex.join([*verify, STDIN])}"
    if len(encodings) == 1:
        read = [*unpack, "--from", _CONTAINERS[encodings[0]], STDIN, "-o", suffix]
        return f"{shlex.join(get)} | {shlex.join(read)} && {shlex.join([*verify, suffix])}"
    files = [f"{suffix}.{_CONTAINERS[encoding]}" for encoding in encodings]
    pairs = zip(encodings, files, strict=True)
    steps = [[*get, "--encoding", encoding, "-o", file] for encoding, file in pairs]
    return " && ".join(map(shlex.join, [*steps, [*unpack, *files, "-o", suffix], [*verify, suffix]]))


def shrink_cache(earlier: Earlier, output: str) -> Shrunk | None:
    """Make the cache as small as ``--cache-size`` wants it, once the output is complete; None without it.

    Raises:
        InputRejected: an entry cannot be removed; with exit status 2.
    """
    if earlier.cache is None or earlier.cache_size is None:
        return None
    try:
        with cache_at(earlier.cache) as cache:
            return None if cache is None else cache.shrink(earlier.cache_size)
    except (FileError, OSError) as found:
        error = found if isinstance(found, FileError) else file_error(earlier.cache, found)
        hint = f"{output} is complete; only the cache could not be made smaller"
        raise InputRejected(earlier.cache, error, Exit.USAGE, hint) from found


def _shrunk_value(shrunk: Shrunk | None) -> Object | None:
    if shrunk is None:
        return None
    removed: Object = {"entries": shrunk.removed, "bytes": shrunk.removed_size}
    return {"entries": shrunk.entries, "bytes": shrunk.size, "removed": removed}


def _print_summary(out: Output, output: str, summary: dict[str, Any], style: Style) -> None:
    records, bundles = plural(summary["records"], "record"), plural(summary["bundles"], "bundle")
    text = f" {records} of {bundles}, written to {out.show(output)}"
    out.line(f"{summary['outcome'].upper()}:", style, text)
    for label, name in _COUNTERS:
        counts = [f"{count} {what}" for what, count in summary[name].items() if count]
        if counts:
            out.detail(label, out.show(", ".join(counts)))
    for label, name in (("conflicts", "equivocations"), ("unverified", "unverified")):
        if summary[name]:
            out.detail(label, str(summary[name]))


def print_recomputed(
    out: Output,
    output: str,
    policy: Policy,
    policy_path: str | None,
    inputs: tuple[str, ...],
    found: Recomputed,
    limits: Limits,
    skipped: Skipped,
    compared: Compared | None = None,
    shrunk: Shrunk | None = None,
) -> int:
    """Print what a run and a comparison came to, and what is left of the cache; return the exit status."""
    summary: dict[str, Any] = found.summary
    own = Exit(summary["exit_status"]) if found.is_written else Exit.INVALID
    status = worst([own, Exit.VALID if compared is None else compared.summary.exit_status])
    if out.as_json:
        members = {
            "policy": policy_value(policy, policy_path),
            "output": portable(output),
            "summary": summary,
            "skipped": skipped.count,
            "missing": found.missing,
            "first_records": {
                outcome: [suffix for suffix, _ in records] for outcome, records in found.first.items()
            },
            **members_of(found.rejected),
            "expected": expected_value(compared),
            "cache": _shrunk_value(shrunk),
        }
        # The outcome is that of the comparison where the exit status is due to it alone.
        outcome = summary["outcome"] if compared is None or status == own else compared.summary.result
        return out.result(outcome if found.is_written else NOTHING_WRITTEN, status, members)
    if not found.is_written:
        return print_nothing_written(out, output, found.rejected)
    print_rejected(out, found.rejected)
    _print_summary(out, output, summary, _STYLES[own])
    _print_first(out, policy_path, limits, inputs, found)
    if found.missing:
        # What a damaged frame contained is not known, so neither is whether another input has it.
        elsewhere = "; another input may have them" if len(inputs) > 1 else ""
        out.detail("missing", f"at least {plural(found.missing, 'bundle')}, by the manifests{elsewhere}")
    if len(found.rejected):
        out.detail("rejected", f"{len(found.rejected)}, listed on stderr and in rejected.jsonl")
    print_skipped(out, skipped)
    if found.damaged:
        out.detail("cache", f"{plural(found.damaged, 'damaged result')} computed again")
    if shrunk is not None:
        left = f"{plural(shrunk.entries, 'result')} of {plural(shrunk.size, 'byte')} left"
        out.detail("cache", f"{plural(shrunk.removed, 'result')} removed, {left}")
    if compared is not None:
        print_expected(out, compared)
    return status
