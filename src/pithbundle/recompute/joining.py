"""Results of neighbouring units that are joined, so that the output copies their frames (spec RECOMP-10).

Where a limit and no border of the input ended a frame, the states of two units are in one frame of the output
(ARCH-5), which has to be compressed anew. In a run that finds everything else in the cache this would be a
third of its time, so the joined result is kept there too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pithbundle.archive.borders import ends_frame
from pithbundle.recompute.kept import Hit, Kept
from pithbundle.recompute.plan import Keys
from pithbundle.recompute.result import result_of
from pithbundle.recompute.store import Store, UnitRef, groups

#: The most units that are joined; the results of all of them are in memory at once.
_MOST: Final = 8


def joined(store: Store, kept: Kept, keys: Keys, units: Sequence[UnitRef]) -> list[UnitRef]:
    """Return units with the same rows, of which fewer begin or end inside a frame of the output.

    Raises:
        FileError: ``cache``: a joined result of the cache is another one; ``io``: as :meth:`Kept.keep`.
        ArchiveError: the file of the results was damaged meanwhile.
        OSError: something cannot be written.
    """
    found: list[UnitRef] = []
    for run in _runs(units):
        ref = _joined(store, kept, keys, run) if 1 < len(run) <= _MOST and ends_frame(run[-1].last) else None
        found += run if ref is None else [ref]
    return found


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


def _joined(store: Store, kept: Kept, keys: Keys, run: Sequence[UnitRef]) -> UnitRef | None:
    found = kept.find(-1, keys.of_joined(each.digest for each in run))
    if isinstance(found, Hit):
        return found.ref
    # Without the numbers of the frames, which differ between runs.
    return kept.keep(found, result_of([row for ref in run for row in store.read(ref).found()]))
