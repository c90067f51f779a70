"""``pithbundle conformance``: prove that an implementation computes the same, or be asked oneself."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from pithbundle.cli.guard import guard_folder, guard_inputs
from pithbundle.cli.inputs import PATH, about, json_option, write_files
from pithbundle.cli.numeric import decimal, whole
from pithbundle.cli.output import Exit, Output, Style
from pithbundle.cli.terminal import progress_bar
from pithbundle.conformance import differential, reports
from pithbundle.conformance.protocol import (
    BAD,
    STAGES,
    ExpectedFailure,
    Json,
    Result,
    Vector,
    VectorError,
    read_expected_failures,
)
from pithbundle.conformance.runner import Worker, command_of, load, reader, run
from pithbundle.conformance.shrink import Case, shrink
from pithbundle.files import read_input, write_output

#: Failures that are printed one by one; a broken reader fails a thousand.
_MOST: Final = 100
_SHOWN: Final[dict[str, Style]] = {"failed": "bad", "crash": "bad", "timeout": "bad", "xpassed": "doubtful"}


@click.group(
    "conformance",
    epilog="\b\nExamples:\n  pithbundle conformance run --impl self\n"
    "  pithbundle conformance run --impl './reader --worker' --stage json",
)
def command() -> None:
    """Run conformance vectors against an implementation, or answer as one.

    The protocol is one JSON line for one JSON line; vectors/README.md is the contract.
    """


@command.command("serve", epilog="\b\nExample:\n  pithbundle conformance serve < requests.jsonl")
@click.pass_obj
def serve(out: Output) -> int:
    """Answer requests on standard input, one JSON line each, until it ends."""
    from pithbundle.conformance.worker import serve as answer_all

    answer_all(sys.stdin.buffer, sys.stdout.buffer)
    return Exit.VALID


@command.command(
    "run",
    epilog="\b\nExamples:\n  pithbundle conformance run --impl self --vectors vectors\n"
    "  pithbundle conformance run --impl 'node js/worker.js' --xfail known.txt --junit out.xml\n"
    "  pithbundle conformance run --impl self --impl 'node js/worker.js' --differential 1000 --seed 1\n\n"
    "\b\nExit status: 0 all as expected; 1 a failure, a crash, or an unexpected pass;\n2 usage error.",
)
@click.option(
    "--impl", "impls", multiple=True, required=True, metavar="COMMAND", help="The worker; self is this one."
)
@click.option("--vectors", "folder", type=PATH, default="vectors", show_default=True, help="Their folder.")
@click.option("--stage", type=click.Choice(STAGES), help="Only this stage.")
@click.option("--xfail", type=PATH, help="Expected failures: an id and a reason on each line.")
@click.option(
    "--timeout",
    callback=decimal(0.01, 86_400),
    default="30",
    show_default=True,
    help="Seconds for an answer.",
)
@click.option("--jobs", callback=whole(1, 64), default="1", show_default=True, help="Workers at a time.")
@click.option("--html", "html_path", type=PATH, help="Write a page of the results.")
@click.option("--junit", "junit_path", type=PATH, help="Write JUnit XML.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.option(
    "--differential",
    "count",
    callback=whole(1, 1_000_000_000),
    help="Send this many drawn cases to two workers.",
)
@click.option("--seed", default="1", show_default=True, help="What the cases are drawn from.")
@click.option("--found", type=PATH, default=".", show_default=True, help="Where a disagreement is written.")
@json_option
@click.pass_obj
def run_command(
    out: Output,
    impls: tuple[str, ...],
    folder: str,
    stage: str | None,
    xfail: str | None,
    timeout: float,
    jobs: int,
    html_path: str | None,
    junit_path: str | None,
    force: bool,
    count: int | None,
    seed: str,
    found: str,
) -> int:
    """Send the vectors to a worker and say which it passes, by stage and by clause of spec.md.

    A worker that crashes or hangs is started again and the vector is marked. With
    --differential two workers get the same drawn bundles, and the first disagreement is
    shrunk and written as a vector.
    """
    try:
        if count is not None:
            return _differ(out, impls, Path(folder), count, seed, found, timeout, force)
        return _run(out, impls, Path(folder), stage, xfail, timeout, jobs, html_path, junit_path, force)
    except VectorError as error:
        raise click.UsageError(error.fault.detail, click.get_current_context()) from None


def _run(
    out: Output,
    impls: tuple[str, ...],
    folder: Path,
    stage: str | None,
    xfail: str | None,
    timeout: float,
    jobs: int,
    html_path: str | None,
    junit_path: str | None,
    force: bool,
) -> int:
    guard_inputs([xfail, *_vector_files(folder)], _named(("--html", html_path), ("--junit", junit_path)))
    if len(impls) != 1:
        raise click.UsageError("one --impl, please; two are for --differential", click.get_current_context())
    impl = impls[0]
    listed = _expected(xfail)
    vectors = _load(folder, stage)
    with progress_bar(len(vectors), hidden=out.as_json) as step:
        results = _started(
            impl,
            lambda: run(
                _command(impl), vectors, reader(folder), timeout=timeout, jobs=jobs, listed=listed,
                progress=lambda done, _: step(done),
            ),
        )  # fmt: skip
    _write(
        {
            html_path: lambda: reports.to_html(impl, results),
            junit_path: lambda: reports.to_junit(impl, results),
        },
        force,
    )
    if out.as_json:
        out.json(reports.to_value(impl, results))
    else:
        _say(out, impl, results)
    return reports.summary(results).exit_status


def _vector_files(folder: Path) -> Iterator[str]:
    """The files of the vectors; what cannot be listed is told when they are read."""
    return (os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)


def _named(*outputs: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [(option, path) for option, path in outputs if path is not None]


def _write(made: dict[str | None, Callable[[], str]], force: bool) -> None:
    files = {path: text().encode() for path, text in made.items() if path is not None}
    write_files(files, force)


def _command(impl: str) -> list[str]:
    try:
        return command_of(impl, shlex.split)
    except ValueError as error:
        raise click.UsageError(f"--impl: {error}", click.get_current_context()) from None


def _started(impl: str, start: Callable[[], list[Result]]) -> list[Result]:
    try:
        return start()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise click.UsageError(f"--impl: {Output.show(impl)}: {why}", click.get_current_context()) from None


def _expected(path: str | None) -> list[ExpectedFailure]:
    if path is None:
        return []
    with about(path, Exit.USAGE):
        data = read_input(path, 1 << 20)
    return read_expected_failures(data.decode("utf-8", "replace"))


def _load(folder: Path, stage: str | None) -> list[Vector]:
    try:
        return load(folder, stage)
    except OSError as error:
        raise click.UsageError(f"--vectors: {error.strerror}", click.get_current_context()) from None


def _say(out: Output, impl: str, results: Sequence[Result]) -> None:
    found = reports.summary(results)
    told = f" {len(results)} vectors, {found.requests} requests: {reports.words(found.total)}"
    if found.exit_status:
        out.line("NOT CONFORMING:", "bad", told)
    else:
        out.line("CONFORMING:", "good", told)
    out.detail("worker", out.show(impl))
    used = [
        s
        for s in ("passed", "failed", "crash", "timeout", "unsupported", "xfailed", "xpassed")
        if found.total[s]
    ]
    out.table(
        ("stage", *used),
        [(name, *(str(counts[s] or "") for s in used)) for name, counts in found.stages.items()],
    )
    broken = [
        (name, reports.words(counts)) for name, counts in found.clauses.items() if any(counts[s] for s in BAD)
    ]
    out.line(f"  {len(found.clauses)} clauses of spec.md are shown; {len(broken)} of them not as expected")
    if broken:
        out.table(("clause", "vectors"), broken)
    bad = reports.bad(results)
    for result in bad[:_MOST]:
        where = f" ({result.variant})" if result.variant else ""
        out.verdict(result.status, out.show(result.vector.id + where), _SHOWN[result.status])
        out.detail("clauses", " ".join(result.vector.clauses))
        out.detail("shows", out.show(result.vector.about))
        out.detail("because", out.show(result.detail or result.reason))
    if len(bad) > _MOST:
        out.line(f"  and {len(bad) - _MOST} more")


def _differ(
    out: Output,
    impls: tuple[str, ...],
    folder: Path,
    count: int,
    seed: str,
    found: str,
    timeout: float,
    force: bool,
) -> int:
    if len(impls) != 2:
        raise click.UsageError("--differential compares two: give --impl twice", click.get_current_context())
    given = differential.corpus(_load(folder, None), reader(folder))
    commands = [_command(impl) for impl in impls]
    bar = progress_bar(count, hidden=out.as_json)
    with Worker(commands[0], timeout) as one, Worker(commands[1], timeout) as other, bar as step:

        def both(case: Case) -> tuple[str | None, Json | None]:
            request = differential.request_of(case)
            first, second = one.ask(request), other.ask(request)
            told = differential.disagreement(first.value, second.value)
            faults = " ".join(
                f"{impl}: {answer.fault} {answer.detail}"
                for impl, answer in zip(impls, (first, second), strict=True)
                if answer.fault
            )
            return (f"{told} {faults}".strip() if told else None), first.value

        done = 0
        try:
            for done, case in enumerate(differential.cases(seed, count, given), 1):
                told, _ = both(case)
                step(done)
                if told is not None:
                    break
            else:
                return _agreed(out, impls, count, seed)
            smallest = shrink(case, lambda attempt: both(attempt)[0] is not None)
            told, answer = both(smallest)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise click.UsageError(f"--impl: {why}", click.get_current_context()) from None
    name = f"found-{re.sub('[^a-z0-9]+', '-', seed.lower())}-{done}"
    path, data = differential.vector_file(smallest, told or "", answer or {}, name)
    target = str(Path(found) / Path(path).name)
    guard_folder(_vector_files(folder), "--found", [target])
    with about(target, Exit.USAGE):
        write_output(target, data, force=force)
    if out.as_json:
        out.json({"agree": False, "case": done, "seed": seed, "disagreement": told, "vector": target})
        return Exit.INVALID
    out.line("DISAGREE:", "bad", f" case {done} of {count}, seed {out.show(seed)}")
    out.detail("because", out.show(told or ""))
    out.detail("bytes", f"{case.size}, shrunk to {smallest.size}")
    out.detail("vector", out.show(target))
    return Exit.INVALID


def _agreed(out: Output, impls: tuple[str, ...], count: int, seed: str) -> int:
    if out.as_json:
        out.json({"agree": True, "cases": count, "seed": seed})
        return Exit.VALID
    out.line("AGREE:", "good", f" {count} cases, seed {out.show(seed)}")
    for impl in impls:
        out.detail("worker", out.show(impl))
    return Exit.VALID
