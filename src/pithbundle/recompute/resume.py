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
from pithbundle.recompute.journal import JOURNAL, count_noted, has_noted
from pithbundle.recompute.journal import TEMPORARY as JOURNAL_TEMPORARY
from pithbundle.recompute.plan import LIMITS, Plan
from pithbundle.recompute.store import UNITS, Store
from pithbundle.wording import plural

PLAN: Final = "plan.json"
#: The names of the files with which a run goes on, and those that it has beside them.
RESUMABLE: Final = re.compile("|".join(re.escape(name) for name in (UNITS, JOURNAL, PLAN)))
TEMPORARIES: Final = re.escape(JOURNAL_TEMPORARY)


def earlier_plan(output: OutputFolder, *, resume: bool, force: bool) -> Plan | None:
    """Check that a run may use the part of an output, and return the plan of the results in it.

    Args:
        output: the output, whose part keeps the files of RESUMABLE.
        resume: whether to go on with what is there.
        force: whether to remove what is there, without ``resume``.

    Returns:
        None if there are no results, or their plan is damaged.

    Raises:
        FileError: ``io``: there are results, and neither was given; the files are of another form; or one of
            them is something else.
        OSError: they cannot be read.
    """
    folder, path = output.part, part_path(output)
    if force and not resume:
        output.discard()
    # Whatever is wrong, results are removed only by --force.
    output.keeps = True
    for name in folder.names():
        found = folder.status(name)
        if found is None or not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            # What is appended would be appended to the file of the other name.
            reason = "is not a regular file, or has another name; --force begins anew"
            raise FileError.at(os.path.join(path, name), reason)
    plan = _read_plan(folder)
    if plan is not None and not plan.is_of_this_form:
        # How its journal is read is not known, and so not whether it notes any results.
        reason = f"is of pithbundle {plan.pithbundle_version}, whose results have another form"
        step = "To go on, run that version; --force without --resume begins anew"
        raise FileError.at(path, f"{reason}. {step}")
    output.keeps = has_noted(folder)
    if not output.keeps:
        return None
    if not resume:
        units = plural(count_noted(folder), "finished unit")
        reason = f"contains {units} of a run that ended early"
        raise FileError.at(path, f"{reason}; --resume goes on with it, --force begins anew")
    return plan


@contextlib.contextmanager
def opened(
    output: OutputFolder, plan: Plan, earlier: Plan | None, on_resumable: Callable[[int], None]
) -> Iterator[Store]:
    """The results in the part of an output: those that an interrupted run noted, or none.

    However the block ends, what is finished is kept for a run that goes on, unless the output is complete.

    Args:
        output: the output.
        plan: the plan of this run.
        earlier: what :func:`earlier_plan` returned.
        on_resumable: called with the number of finished units if the block ends early and there are some.

    Raises:
        FileError: ``io``: the results are of another plan.
        OSError: the files cannot be written.
    """
    folder = output.part
    if earlier is not None:
        _require_plan(plan, earlier, part_path(output))
    folder.write_file(PLAN, plan.to_bytes())
    with contextlib.closing(Store(folder)) as store:
        try:
            yield store
        except BaseException:
            output.keeps = len(store) > 0
            with contextlib.suppress(OSError):
                store.flush()
            if output.keeps and output.is_under_way():
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


def _require_plan(plan: Plan, earlier: Plan, path: str) -> None:
    """Check that the plan of results is this one.

    Raises:
        FileError: ``io``: it is another one.
    """
    difference = plan.difference(earlier)
    if difference is not None:
        detail, step = difference
        reason = f"is of another run: {detail}"
        raise FileError.at(path, f"{reason}. To go on, {step}; --force without --resume begins anew")


def _read_plan(folder: Folder) -> Plan | None:
    """The plan of an earlier run; None if there is none, or it is damaged."""
    if folder.mode(PLAN) is None:
        return None
    with open(folder.open_file(PLAN), "rb") as file:
        return Plan.from_bytes(file.read(LIMITS.size + 1))
