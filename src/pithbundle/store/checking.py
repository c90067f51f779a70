"""Checking a store: all tables are made anew beside the index and compared (spec STORE-12)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.errors import PithError
from pithbundle.progress import Progress
from pithbundle.store.comparing import differences, is_readable
from pithbundle.store.index import Index
from pithbundle.store.keeper import Keeper
from pithbundle.store.rows import Damage

#: The most differences of an index that are named.
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a store."""

    records: int
    entries: int
    #: The entries in quarantine.
    quarantined: int
    damage: tuple[Damage, ...]
    #: Rows of the index that do not follow from the segments, at most 100, and their number.
    differences: tuple[str, ...]
    difference_count: int
    #: Names of files that no store has.
    unknown: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damage and not self.difference_count and not self.unknown


def check_store(keeper: Keeper, jobs: int = 1, progress: Progress | None = None) -> Checked:
    """Read every segment and compare the index with what follows from them; changes nothing.

    Raises:
        FileError: ``io``: a segment cannot be read, as when it is sealed meanwhile.
    """
    index = keeper.index
    with index.reading():
        named = [] if is_readable(index.connection, keeper.path) else ["the file of the index"]
        count = len(named)
        # What others append meanwhile is not read.
        sizes = keeper.sizes() if named else {key: size for key, (size, _) in index.segments().items()}
        made = keeper.derived(sizes, jobs, progress)
        with contextlib.closing(made.connection):
            try:
                for each in differences(index, made, keeper.path):
                    count += 1
                    named += [each] if count <= _MOST else []
            except PithError:
                named, count = [*named, "the tables of the index"], count + 1
            return found_in(keeper, made, named, count)


def found_in(keeper: Keeper, index: Index, named: Sequence[str] = (), count: int = 0) -> Checked:
    """What an index has of a store, and what differs from it."""
    unknown = [f"{name}/{each}" for name, area in keeper.areas.items() for each in area.unknown_names()]
    return Checked(
        index.number("SELECT count(*) FROM records"),
        index.number("SELECT count(*) FROM entries"),
        index.number("SELECT count(*) FROM entries WHERE code != ''"),
        tuple(index.damage()),
        tuple(named),
        count,
        tuple(unknown),
    )
