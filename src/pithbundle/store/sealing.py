"""Sealing: the entries that are kept, sorted, in new segments (spec STORE-13)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Final

from pithbundle.errors import PithError
from pithbundle.progress import Progress, Silent
from pithbundle.store.index import Damage, Index
from pithbundle.store.keeper import Keeper
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.loading import content_of
from pithbundle.store.segments import SealedSegments

#: What is written: of the segments what is kept or not admitted, of the quarantine what is admitted.
_WRITTEN: Final = (
    "((area = 'segments' AND (kept = 1 OR code != '')) OR (area = 'quarantine' AND kept = 1 AND code = '')) "
)
_CHOSEN: Final = (
    _WRITTEN
    + "AND (suffix, sequence, entry_sha256) > (?, ?, ?) ORDER BY suffix, sequence, entry_sha256 LIMIT 1000"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing did."""

    #: The bytes of the segments before and after.
    old_bytes: int
    new_bytes: int
    #: The entries that were written.
    entries: int
    #: The entries that were not kept, whose bytes are gone.
    dropped: int
    #: What was damaged in the old segments, whose files are left under other names.
    damage: tuple[Damage, ...]


def seal(keeper: Keeper, progress: Progress | None = None) -> Sealed:
    """Write sealed segments, switch the index, remove the old segments; the caller holds the store.

    Raises:
        OSError: the system rejects something. The old segments and the index are as they were then.
    """
    index = keeper.index
    old = {name: size for (area, name), size in keeper.sizes().items() if area == "segments"}
    index.connection.execute("DROP TABLE IF EXISTS temp.moved")
    index.connection.execute(
        "CREATE TEMP TABLE moved (entry_sha256 TEXT PRIMARY KEY, segment TEXT, offset INTEGER) WITHOUT ROWID"
    )
    sealed = keeper.areas["segments"].sealed()
    with contextlib.closing(sealed):
        unreadable = _write(keeper, index, sealed, progress or Silent())
        sealed.finish()
    with index.writing():
        updater = keeper.updater(index)
        updater.set_aside(unreadable)
        damage = tuple(found for found in index.damage() if found.area == "segments")
        with_damage = {found.segment for found in damage}
        dropped = _switch(index)
        for name, size in sealed.sizes.items():
            index.put_segment("segments", name, size, ends_clean=True)
        for name in old:
            index.drop_segment("segments", name, is_damaged=name in with_damage)
        updater.finish()
    keeper.remove_obsolete()
    count = index.number("SELECT count(*) FROM temp.moved")
    return Sealed(sum(old.values()), sum(sealed.sizes.values()), count, dropped, damage)


def _write(keeper: Keeper, index: Index, sealed: SealedSegments, progress: Progress) -> list[StoredEntry]:
    """Write the entries that are chosen; return those that are damaged."""
    unreadable: list[StoredEntry] = []
    last: tuple[str, int, str] = ("", 0, "")
    done = 0
    progress.begin("bundles sealed", index.number(f"SELECT count(*) FROM entries WHERE {_WRITTEN}"))
    while batch := [*index.entries(_CHOSEN, *last)]:
        for entry in batch:
            try:
                content = content_of(keeper.areas, entry)
            except PithError:
                unreadable.append(entry)
                continue
            index.connection.execute(
                "INSERT INTO temp.moved VALUES (?, ?, ?)", (entry.entry_sha256, *sealed.add(content))
            )
        done += len(batch)
        progress(done)
        last = batch[-1].suffix, batch[-1].sequence, batch[-1].entry_sha256
    return unreadable


def _switch(index: Index) -> int:
    """Replace the positions of what was written, and forget what was not; return how many those are."""
    run = index.connection.execute
    dropped = run(
        "DELETE FROM entries WHERE area = 'segments' "
        "AND entry_sha256 NOT IN (SELECT entry_sha256 FROM temp.moved)"
    ).rowcount
    run(
        "UPDATE entries SET area = 'segments', segment = moved.segment, offset = moved.offset "
        "FROM temp.moved AS moved WHERE moved.entry_sha256 = entries.entry_sha256"
    )
    return dropped
