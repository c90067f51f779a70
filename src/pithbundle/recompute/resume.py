"""The part of an output that an interrupted run left (spec RECOMP-9)."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from typing import Final

from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.output_folder import PART, OutputFolder
from pithbundle.recompute.journal import JOURNAL, count_noted
from pithbundle.recompute.journal import TEMPORARY as JOURNAL_TEMPORARY
from pithbundle.recompute.plan import LIMITS, Plan
from pithbundle.recompute.store import UNITS, Store

PLAN: Final = "plan.json"
#: The names of the files with which a run goes on, and those that it has beside them.
RESUMABLE: Final = re.compile("|".join(re.escape(name) for name in (UNITS, JOURNAL, PLAN)))
TEMPORARIES: Final = re.escape(JOURNAL_TEMPORARY)


def units_left(output: OutputFolder, *, resume: bool, force: bool) -> int:
    """Return how many units an interrupted run noted in the part of an output.

    Args:
        output: the output, whose part keeps the files of RESUMABLE.
        resume: whether to go on with what is there.
        force: whether to remove what is there, without ``resume``.

    Raises:
        FileError: ``io``: there are results, and neither was given; or one of the files is something else.
        OSError: they cannot be read.
    """
    folder, path = output.part, part_path(output)
    if force and not resume:
        output.discard()
    # Whatever is wrong, results are removed only by --force.
    output.keeps = True
    for name in folder.names():
        if not stat.S_ISREG(folder.mode(name) or 0):
            raise FileError.at(os.path.join(path, name), "is not a regular file; --force begins anew")
    left = count_noted(folder)
    output.keeps = left > 0
    if left and not resume:
        units = "1 finished unit" if left == 1 else f"{left} finished units"
        reason = f"contains {units} of a run that ended early"
        raise FileError.at(path, f"{reason}; --resume goes on with it, --force begins anew")
    return left


@contextlib.contextmanager
def opened(
    output: OutputFolder, plan: Plan, left: int, on_resumable: Callable[[int], None]
) -> Iterator[Store]:
    """The results in the part of an output: those that an interrupted run noted, or none.

    However the block ends, what is finished is kept for a run that goes on, unless the output is complete.

    Args:
        output: the output.
        plan: the plan of this run.
        left: what :func:`units_left` returned.
        on_resumable: called with the number of finished units if the block ends early and there are some.

    Raises:
        FileError: ``io``: the results are of another plan.
        OSError: the files cannot be written.
    """
    folder = output.part
    if left:
        _require_plan(folder, plan, part_path(output))
    folder.write_file(PLAN, plan.to_bytes())
    with contextlib.closing(Store(folder)) as store:
        try:
            yield store
        except BaseException:
            output.keeps = len(store) > 0
            with contextlib.suppress(OSError):
                store.flush()
            if output.keeps:
                on_resumable(len(store))
            raise


def part_path(output: OutputFolder) -> str:
    """The path of the part of an output, for messages."""
    return os.path.join(output.parent_path, output.name + PART)


def finish(folder: Folder, store: Store) -> None:
    """Remove what a run goes on with, because the output is complete; what cannot be removed stays in it."""
    with contextlib.suppress(OSError):
        store.remove()
        folder.remove(PLAN)


def _require_plan(folder: Folder, plan: Plan, path: str) -> None:
    """Check that the results are of this plan; one that is damaged is not known.

    Raises:
        FileError: ``io``: they are of another one.
    """
    found = _read_plan(folder)
    difference = None if found is None else plan.difference(found)
    if difference is not None:
        detail, step = difference
        reason = f"is of another run: {detail}"
        raise FileError.at(path, f"{reason}. To go on, {step}; --force without --resume begins anew")


def _read_plan(folder: Folder) -> Plan | None:
    if folder.mode(PLAN) is None:
        return None
    with open(folder.open_file(PLAN), "rb") as file:
        return Plan.from_bytes(file.read(LIMITS.size + 1))
