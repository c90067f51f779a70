"""``pithbundle conformance``: test an implementation, or answer as one."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import click

import pithbundle
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.guard import guard_folder, guard_inputs
from pithbundle.cli.inputs import PATH, json_option, rejecting, write_files
from pithbundle.cli.numeric import decimal, whole
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render_conformance import (
    Selection,
    print_agreement,
    print_disagreement,
    print_failed_comparison,
    print_run,
    print_vectors,
)
from pithbundle.cli.terminal import progress_bar
from pithbundle.conformance import differential, display, paired, reports
from pithbundle.conformance.protocol import (
    STAGES,
    ExpectedFailure,
    Vector,
    VectorError,
    read_expected_failures,
)
from pithbundle.conformance.runner import command_of, load, reader, run
from pithbundle.files import read_input, write_output

#: The file by which a folder of vectors is recognised.
_MARK: Final = "vectors.schema.json"


@click.group(
    "conformance",
    epilog="\b\nExamples:\n  pithbundle conformance run --impl self\n"
    "  pithbundle conformance run --impl './reader --worker' --stage json\n"
    "  pithbundle conformance run --show --only json/values/minus-zero",
)
def command() -> None:
    """Run conformance vectors against an implementation, or answer as one.

    The protocol is one JSON line for one JSON line; vectors/README.md is the contract.
    """


@command.command("serve", epilog="\b\nExample:\n  pithbundle conformance serve < requests.jsonl")
@click.pass_obj
def serve(out: Output) -> int:
    """Answer requests on standard input, one JSON line each, until it ends."""
    from pithbundle.conformance.requests import RequestError
    from pithbundle.conformance.worker import serve as answer_all

    try:
        answer_all(sys.stdin.buffer, sys.stdout.buffer)
    except RequestError as error:
        out.error(out.show(f"standard input: {error}"))
        out.hint("write one request a line, as described in vectors/README.md")
        return Exit.USAGE
    return Exit.VALID


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of ``run``, by their names."""

    impls: tuple[str, ...]
    folder: str | None
    stages: tuple[str, ...]
    only: tuple[str, ...]
    show: bool
    xfail: str | None
    timeout: float
    jobs: int
    html_path: str | None
    junit_path: str | None
    force: bool
    count: int | None
    seed: str
    found: str


@command.command(
    "run",
    epilog="\b\nExamples:\n  pithbundle conformance run --impl self --vectors vectors\n"
    "  pithbundle conformance run --impl 'node js/worker.js' --xfail known.txt \\\n"
    "    --junit out.xml\n"
    "  pithbundle conformance run --impl self --only 'json/values/*' \\\n"
    "    --only json/limits/size-over\n"
    "  pithbundle conformance run --show --only json/values/minus-zero\n"
    "  pithbundle conformance run --impl self --impl 'node js/worker.js' \\\n"
    "    --differential 1000 --seed 1\n\n"
    "Exit status: 0 all as expected; 1 a failure, a crash, or an unexpected pass; "
    "2 usage error; 3 the run failed: no result about the implementation.",
)
@click.option("--impl", "impls", multiple=True, metavar="COMMAND", help="The worker; self is this one.")
@click.option(
    "--vectors", "folder", type=PATH, metavar="DIR",
    help="Their folder; by default ./vectors, or the one of this package.",
)  # fmt: skip
@click.option(
    "--stage", "stages", type=click.Choice(STAGES), multiple=True, metavar="STAGE",
    help=f"Only this stage; repeatable: {', '.join(STAGES)}.",
)  # fmt: skip
@click.option(
    "--only",
    multiple=True,
    metavar="ID",
    help="Only this vector, or a pattern with *, ? or [...]; repeatable.",
)
@click.option("--show", is_flag=True, help="Print the requests and the expected answers, decoded.")
@click.option("--xfail", type=PATH, help="Expected failures: an id and a reason on each line.")
@click.option(
    "--timeout", default="30", show_default=True, callback=decimal(0.01, 86_400), metavar="SECONDS",
    help="Time limit of one answer.",
)  # fmt: skip
@click.option(
    "--jobs", default="1", show_default=True, callback=whole(1, 64), metavar="N", help="Workers at a time."
)
@click.option("--html", "html_path", type=PATH, help="Write a page of the results.")
@click.option("--junit", "junit_path", type=PATH, help="Write JUnit XML.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.option(
    "--differential", "count", callback=whole(1, 1_000_000_000), metavar="N",
    help="Send this many generated cases to two workers.",
)  # fmt: skip
@click.option("--seed", default="1", show_default=True, help="Seed of the generated cases.")
@click.option(
    "--found", type=PATH, default=".", show_default=True, help="Folder for the vector of a disagreement."
)
@json_option
@click.pass_obj
def run_command(out: Output, /, **options: Any) -> int:
    """Send the vectors to a worker and report which it passes, by stage and by clause of spec.md.

    A worker that crashes or hangs is started again and the vector is marked. With --show and
    without --impl the vectors are printed and not sent. With --differential two workers get
    the same generated bundles, and the first disagreement is shrunk and written as a vector.
    """
    given = _Options(**options)
    try:
        return _run(out, given) if given.count is None else _differ(out, given, given.count)
    except VectorError as error:
        raise click.UsageError(error.fault.detail, click.get_current_context()) from None


def _run(out: Output, given: _Options) -> int:
    if len(given.impls) != 1 and not (given.show and not given.impls):
        message = "give --impl once; --differential takes two"
        raise click.UsageError(message if given.impls else "missing --impl", click.get_current_context())
    folder = _folder(given.folder)
    outputs = [("--html", given.html_path), ("--junit", given.junit_path)]
    guard_inputs([given.xfail, *_vector_files(folder)], [each for each in outputs if each[1] is not None])
    listed = _expected(given.xfail)
    every = _load(folder)
    _check_list(listed, every)
    vectors = _selected(every, given.stages, given.only)
    shown = [display.shown_vector(vector, reader(folder)) for vector in vectors] if given.show else []
    if not given.impls:
        if out.as_json:
            return out.result(SUCCESS, Exit.VALID, {"vectors": shown})
        print_vectors(out, shown)
        return Exit.VALID
    impl = given.impls[0]
    with progress_bar("vectors", len(vectors), hidden=out.as_json) as step, _starting(impl):
        found = run(
            _command(impl), vectors, reader(folder), timeout=given.timeout, jobs=given.jobs, listed=listed,
            progress=lambda done, _: step(done),
        )  # fmt: skip
    pages = {given.html_path: reports.to_html, given.junit_path: reports.to_junit}
    write_files(
        {path: page(impl, found).encode() for path, page in pages.items() if path is not None}, given.force
    )
    summary = reports.summary(found)
    if out.as_json:
        members = {**reports.to_value(impl, found), "vectors": shown}
        return out.result(summary.outcome, summary.exit_status, members)
    print_vectors(out, shown)
    if shown:
        out.line()
    absent = [name for name in STAGES if not any(vector.stage == name for vector in every)]
    print_run(out, found, Selection(impl, str(folder), (*given.stages, *given.only), tuple(absent)))
    return summary.exit_status


def _vector_files(folder: Path) -> Iterator[str]:
    """The files of the vectors; what cannot be listed is reported when they are read."""
    return (os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)


def _command(impl: str) -> list[str]:
    try:
        found = command_of(impl, shlex.split)
    except ValueError as error:
        raise click.UsageError(f"--impl: {error}", click.get_current_context()) from None
    if not found:
        raise click.UsageError("--impl: the command is empty", click.get_current_context())
    return found


@contextlib.contextmanager
def _starting(impl: str) -> Iterator[None]:
    """Raise a usage error for a command that cannot be started."""
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        message = f"--impl: {impl}: {why}"
        raise click.UsageError(message, click.get_current_context()) from None


def _expected(path: str | None) -> list[ExpectedFailure]:
    if path is None:
        return []
    with rejecting(path, Exit.USAGE):
        data = read_input(path, 1 << 20)
    return read_expected_failures(data.decode("utf-8", "replace"))


def _check_list(listed: Sequence[ExpectedFailure], vectors: Sequence[Vector]) -> None:
    """Reject a line that names no vector: it is a typing error, or its vector no longer exists."""
    for line in listed:
        if not any(line.covers(vector.id) for vector in vectors):
            message = f"--xfail: {line.pattern} matches no vector: correct or delete the line"
            raise click.UsageError(message, click.get_current_context())


def _load(folder: Path) -> list[Vector]:
    try:
        return load(folder)
    except OSError as error:
        message = f"--vectors: {error.filename}: {error.strerror}"
        raise click.UsageError(message, click.get_current_context()) from None


def _folder(given: str | None) -> Path:
    """The vectors that are named, or of the working directory, of the package, or of its checkout."""
    if given is not None:
        return Path(given)
    package = Path(pithbundle.__file__).parent
    candidates = (Path("vectors"), package / "vectors", package.parent.parent / "vectors")
    for candidate in candidates:
        if (candidate / _MARK).is_file():
            return candidate
    raise click.UsageError(
        f"no vectors in {', '.join(map(str, candidates))}. Name their folder with --vectors. A checkout of "
        "pithbundle has them in vectors, and `make vectors-archive` packs them there",
        click.get_current_context(),
    )


def _selected(vectors: list[Vector], stages: Sequence[str], only: Sequence[str]) -> list[Vector]:
    """The vectors of these stages whose ids match a pattern; each stage and pattern must name some."""
    context = click.get_current_context()
    for name in stages:
        if not any(vector.stage == name for vector in vectors):
            raise click.UsageError(f"--stage: no vectors of the stage {name}", context)
    found = [vector for vector in vectors if not stages or vector.stage in stages]
    for pattern in only:
        if not any(_matches(vector, pattern) for vector in found):
            near = difflib.get_close_matches(pattern, [vector.id for vector in found], 3)
            hint = f"; similar ids are {', '.join(near)}" if near else ""
            raise click.UsageError(f"--only: {pattern} matches no vector{hint}", context)
    return [vector for vector in found if not only or any(_matches(vector, each) for each in only)]


def _matches(vector: Vector, pattern: str) -> bool:
    # An id may have brackets itself.
    return vector.id == pattern or fnmatchcase(vector.id, pattern)


def _differ(out: Output, given: _Options, count: int) -> int:
    if len(given.impls) != 2:
        raise click.UsageError("--differential compares two: give --impl twice", click.get_current_context())
    if given.show or given.only or given.stages or given.xfail or given.html_path or given.junit_path:
        message = "--differential generates its own cases: combine it only with --vectors, --timeout, --seed,"
        raise click.UsageError(f"{message} --found, --force and --json", click.get_current_context())
    folder = _folder(given.folder)
    vectors = _load(folder)
    corpus = differential.corpus(vectors, reader(folder))
    commands = [_command(impl) for impl in given.impls]
    cases = differential.cases(given.seed, count, corpus)
    with progress_bar("cases", count, hidden=out.as_json) as step, _starting(" and ".join(given.impls)):
        done = paired.compare(
            commands, cases, count, timeout=given.timeout, members=corpus.members, progress=step
        )
    if done.fault:
        return print_failed_comparison(out, given.impls, given.seed, done)
    if done.found is None:
        return print_agreement(out, given.impls, given.seed, done)
    name = f"found-{re.sub('[^a-z0-9]+', '-', given.seed.lower())}-{done.compared}"
    path, data = paired.as_vector(done.found, name)
    target = str(Path(given.found) / Path(path).name)
    guard_folder(_vector_files(folder), "--found", [target])
    with rejecting(target, Exit.USAGE):
        write_output(target, data, force=given.force)
    return print_disagreement(out, given.impls, given.seed, count, done, done.found, target)
