"""The options that use what earlier runs of recompute left (spec RECOMP-9, RECOMP-10, RECOMP-17)."""

from __future__ import annotations

import functools
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import click

from pithbundle.cli.archive_options import FOLDER
from pithbundle.cli.guard import guard_inputs, is_inside, is_whole, part_of
from pithbundle.cli.numeric import size, whole
from pithbundle.cli.output import Output
from pithbundle.wording import plural

Command: TypeAlias = Callable[..., int]
#: The share of the results of a cache that is computed again, in percent.
_RECHECKED: Final = 1


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is used of earlier runs."""

    resume: bool
    cache: str | None
    recheck: int
    #: The most bytes of the cache when the output is complete; None for no bound.
    cache_size: int | None = None


def earlier_options(command: Command) -> Command:
    """Add the options; the command gets ``earlier``, and has the parameters ``inputs`` and ``output``."""

    @click.option("--resume", is_flag=True, help="Go on with a run that ended early, from OUT.part.")
    @click.option(
        "--cache",
        "cache_path",
        type=FOLDER,
        metavar="DIR",
        help="Keep the results of units in DIR, and use those of earlier runs.",
    )
    @click.option("--no-cache", is_flag=True, help="Use no cache, also where --cache names one.")
    @click.option(
        "--recheck",
        callback=whole(0, 100),
        metavar="PERCENT",
        help="The share of cached results that is computed again; by default 1.",
    )
    @click.option(
        "--cache-size",
        callback=size(0, 10**15),
        metavar="SIZE",
        help="At the end remove the results used longest ago, until DIR has at most SIZE bytes, as 20GB.",
    )
    @functools.wraps(command)
    def with_earlier(
        *args: Any,
        resume: bool,
        cache_path: str | None,
        no_cache: bool,
        recheck: int | None,
        cache_size: int | None,
        **others: Any,
    ) -> int:
        needs = (
            (recheck, "--recheck is the share of a cache"),
            (cache_size, "--cache-size is that of a cache"),
        )
        for value, what in needs:
            if cache_path is None and value is not None:
                raise click.UsageError(f"{what}. Name one with --cache", click.get_current_context())
        path = None if no_cache else cache_path
        _require_apart(path, others["inputs"], others["output"])
        earlier = Earlier(resume, path, _RECHECKED if recheck is None else recheck, cache_size)
        return command(*args, earlier=earlier, **others)

    return with_earlier


def _require_apart(cache: str | None, inputs: tuple[str, ...], output: str) -> None:
    """Check that a cache is neither an input nor the output, nor in an archive or around the output.

    Raises:
        click.UsageError: it is.
    """
    if cache is None:
        return
    guard_inputs(inputs, [("--cache", cache)])
    if os.path.realpath(cache) in map(os.path.realpath, (output.rstrip("/"), part_of(output))):
        message = "--cache and -o name one folder. Name another one for the cache"
        raise click.UsageError(message, click.get_current_context())
    # The next run would find something else in the cache, or a reader of the archive in that.
    around = ["-o"] * is_inside(output, cache)
    around += [path for path in inputs if is_whole(path) and is_inside(cache, path)]
    if around:
        what = "contains what -o names" if around[0] == "-o" else f"is in the input {around[0]}"
        message = f"--cache {cache} {what}. Name another folder for the cache"
        raise click.UsageError(message, click.get_current_context())


def print_resumable(out: Output, output: str, units: int) -> None:
    """Print on stderr that a run ended early, and the command that goes on with it."""
    part = out.show(part_of(output))
    out.note(f"{plural(units, 'finished unit')} kept in {part}")
    words = [word for word in out.words if word != "--resume"]
    end = words.index("--") if "--" in words else len(words)
    command = shlex.join(["pithbundle", *words[:end], "--resume", *words[end:]])
    out.hint(f"to go on: {out.show(command, len(command))}")
