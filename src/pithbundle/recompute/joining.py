"""Results of neighbouring units that are joined, so that the output copies their frames (spec RECOMP-10).

Where a limit and no border of the input ended a frame, the states of two units are in one frame of the output
(ARCH-5), which has to be compressed anew. In a run that finds everything else in the cache this would be a
third of its time, so the joined result is kept there too. With several processes these do it: of what is left
to the parent it would be the largest part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from pithbundle.archive.borders import ends_frame
from pithbundle.recompute.kept import Hit, Kept, Task
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.pool import UnitPool
from pithbundle.recompute.result import UnitResult
from pithbundle.recompute.store import Store, UnitRef, groups
from pithbundle.recompute.work import Join

#: The most units that are joined; the results of all of them are in memory at once.
_MOST: Final = 8

#: What names the work of joining: the number of the run of units, and what keeps the result.
Joining: TypeAlias = tuple[int, Task]


def joined(
    store: Store, kept: Kept, keys: Keys, units: Sequence[UnitRef], pool: UnitPool[Any]
) -> list[UnitRef]:
    """Return units with the same rows, of which fewer begin or end inside a frame of the output.

    Args:
        store: the results.
        kept: finds joined results, and keeps them.
        keys: the maker of keys.
        units: the units.
        pool: what joins results.

    Raises:
        FileError: ``cache``: a joined result of the cache is another one; ``io``: as :meth:`Kept.keep`.
        ArchiveError: the file of the results was damaged meanwhile.
        OSError: something cannot be written.
    """
    # The units of each run, in their order; what is joined takes the place of its units.
    found = [*_runs(units)]

    def works() -> Iterator[tuple[Joining, Join]]:
        for at, run in enumerate(found):
            if 1 < len(run) <= _MOST and ends_frame(run[-1].last):
                task = kept.find(-1, keys.of_joined(each.digest for each in run))
                if isinstance(task, Hit):
                    found[at] = run if task.ref is None else [task.ref]
                else:
                    yield (at, task), Join(tuple(store.read_block(each) for each in run))

    for (at, task), result in pool.results(works()):
        # The units of one that was lost are left as they are.
        ref = kept.keep(task, result) if isinstance(result, UnitResult) else None
        found[at] = found[at] if ref is None else [ref]
    return [ref for run in found for ref in run]


def _runs(units: Sequence[UnitRef]) -> Iterator[list[UnitRef]]:
    """The units from one border to the next; whatever overlaps or is not plain is alone."""
    run: list[UnitRef] = []
    # Whether the next unit begins a frame. After units that overlap this is not known, and they are left.
    is_at_border = True
    for group in groups(units):
        if len(group) > 1 or not group[0].is_plain:
            yield from ([each] for each in run)
            yield from ([each] for each in group)
            run, is_at_border = [], False
            continue
        run.append(group[0])
        if not is_at_border or ends_frame(group[0].last):
            is_at_border = ends_frame(group[0].last)
            yield run
            run = []
    yield from ([each] for each in run)
