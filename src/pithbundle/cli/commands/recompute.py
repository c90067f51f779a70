"""``pithbundle recompute``: the states of all records of archives (spec RECOMP-1 to RECOMP-20)."""

from __future__ import annotations

from types import ModuleType

import click

from pithbundle.cli.archive_options import collecting_options, reading_options, with_max_raw
from pithbundle.cli.cluster_option import cluster_option, require_no_jobs
from pithbundle.cli.earlier_options import Earlier, earlier_options
from pithbundle.cli.extras import needing_zstd
from pithbundle.cli.guard import files_in, guard_archives, guard_inputs, require_name_of
from pithbundle.cli.inputs import read_policy, require_single_stdin
from pithbundle.cli.load import require_absent
from pithbundle.cli.numeric import whole
from pithbundle.cli.output import Output
from pithbundle.cli.storage_option import local_folder, open_storage, require_local, storage_option
from pithbundle.encoding.limits import Limits


def _work() -> tuple[ModuleType, ModuleType]:
    """The modules that do the work and compare; they need zstd, which is an extra.

    Raises:
        click.UsageError: zstd is not installed.
    """
    with needing_zstd():
        from pithbundle.cli import expected, recompute_run
    return recompute_run, expected


@click.command(
    "recompute",
    epilog="\b\nExamples:\n  pithbundle recompute mirror -o states\n"
    "  pithbundle recompute downloads/ more.jsonl.gz -o states --policy mine.json\n"
    "  pithbundle recompute mirror -o states --resume\n"
    "  pithbundle recompute mirror -o states --force --cache ~/.cache/pithbundle\n"
    "  pithbundle recompute mirror -o states --cache cache --cache-size 20GB\n"
    "  pithbundle recompute mirror -o new --expect states --differences d.jsonl\n\n"
    "Exit status: 0 every record is valid; 1 something is rejected, invalid or in "
    "conflict, or differs from --expect in signed content or a mirror's digest; "
    "2 usage error, or a file that cannot be read or written; 3 a record is "
    "incomplete or unverified, or cannot be compared with --expect.",
)
@collecting_options("recompute")
@click.option("--jobs", callback=whole(1, 256), metavar="N", help="Processes; by default one for each core.")
@earlier_options
@cluster_option
@storage_option
@click.option(
    "--expect",
    "expected_path",
    type=click.Path(),
    metavar="OTHER",
    help="List the records that differ from this output, its states, its digests.txt, or this mirror.",
)
@click.option(
    "--differences",
    "differences_path",
    type=click.Path(),
    metavar="FILE",
    help="Write every record that differs here, one a line as JSON.",
)
@click.option(
    "--format",
    "table",
    type=click.Choice(["jsonl", "parquet"]),
    default="jsonl",
    help="With parquet also write states.parquet, a table for analysts; needs the extra parquet.",
)
@reading_options
@click.pass_obj
def command(
    out: Output,
    inputs: tuple[str, ...],
    output: str,
    force: bool,
    jobs: int | None,
    earlier: Earlier,
    cluster: str | None,
    schemes: tuple[str, ...],
    expected_path: str | None,
    differences_path: str | None,
    table: str,
    form: str | None,
    policy_path: str | None,
    max_raw: int | None,
    limits: Limits,
) -> int:
    """Verify and merge all bundles of IN, and write the state of every record.

    IN is an archive, or what pithbundle archive pack takes: a file whose name ends in .json, .cbor,
    .jsonl, .cborseq or .tar, perhaps with .zst or .gz after it, or a folder of all of these. What is
    no archive is sorted on the disk first.

    OUT is a folder: states and reports as packs, digests.txt with the digests of each record, by
    which two mirrors compare a whole registry, rejected.jsonl, summary.json and its picture
    summary.svg. Memory does not grow with the inputs. The output is the same whatever files, packs
    and processes the bundles are divided into. What cannot be read is listed, and the rest is
    recomputed. Without any record nothing is written or replaced.
    """
    require_no_jobs(cluster, jobs)
    known = [*inputs, policy_path, expected_path]
    guard_inputs(known, [("-o", output)])
    guard_archives(inputs, "-o", output)
    require_name_of(output, "folder", "name a folder; with --format parquet it contains states.parquet")
    run, comparing = _work()
    comparing.require_apart(output, expected_path, differences_path)
    if differences_path is not None:
        below = [name for folder in (*inputs, expected_path) for name in files_in(folder)]
        guard_inputs([*known, *below], [("--differences", differences_path)])
        require_absent([differences_path], force)
    require_single_stdin(policy_path, *inputs)
    require_local(output, "--expect", expected_path)
    require_local(output, "--resume", earlier.resume)
    storage = open_storage([*inputs, output], schemes)
    limits = with_max_raw(limits, max_raw)
    policy = read_policy(policy_path)
    expected = comparing.open_expected(expected_path, limits)
    with local_folder(output, storage, force) as folder:
        found, written = run.run(
            out, inputs, form, storage, folder, policy, limits, jobs, cluster, force, earlier,
            table=table == "parquet", is_resumable=folder == output,
        )  # fmt: skip
    shrunk = run.shrink_cache(earlier, output)
    compared = None
    if expected is not None and found.is_written:
        compared = comparing.compare(output, expected, limits, differences_path, force)
    status: int = run.print_recomputed(
        out, output, policy, policy_path, inputs, found, limits, written.skipped, compared, shrunk
    )
    return status
