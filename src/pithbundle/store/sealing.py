"""Sealing and dropping: entries that stay, sorted, in new segments (spec STORE-13, STORE-15)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Final

from pithbundle.errors import PithError
from pithbundle.progress import Progress, Silent
from pithbundle.store.keeper import Keeper
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.loading import content_of
from pithbundle.store.rows import Damage
from pithbundle.store.segments import AreaName, SealedSegments

#: What sealing writes: of the segments what is kept or not admitted, of the quarantine what is admitted.
_SEALED: Final = (
    "((area = 'segments' AND (kept = 1 OR code != '')) OR (area = 'quarantine' AND kept = 1 AND code = ''))"
)
#: What dropping writes: of the quarantine what is admitted, or of another origin or code; empty for any.
_LEFT: Final = (
    "(area = 'quarantine' AND NOT (code != '' AND (:origin = '' OR origin = :origin) "
    "AND (:code = '' OR code = :code)))"
)
_BATCH: Final = (
    "AND (suffix, sequence, entry_sha256) > (:suffix, :sequence, :entry_sha256) "
    "ORDER BY suffix, sequence, entry_sha256 LIMIT 1000"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing or dropping did."""

    #: The bytes of the segments before and after.
    old_bytes: int
    new_bytes: int
    #: The entries that were written.
    entries: int
    #: The entries whose bytes are gone, and those of them that had invalid elements (STORE-7).
    dropped: int
    dropped_evidence: int
    #: What was damaged in the old segments, whose files are left under other names.
    damage: tuple[Damage, ...]


def seal(keeper: Keeper, progress: Progress | None = None) -> Sealed:
    """Write sealed segments, switch the index, remove the old segments; the caller holds the store.

    Raises:
        OSError: the system rejects something. The old segments and the index are as they were then.
    """
    return _Rewriting(keeper, "segments", _SEALED, {}).run("bundles sealed", progress or Silent())


def drop(keeper: Keeper, origin: str, code: str, progress: Progress | None = None) -> Sealed:
    """Drop entries from the quarantine as sealing drops those that are not kept; the caller holds the store.

    Args:
        keeper: the store.
        origin: whose entries are dropped; empty for any.
        code: why they are in quarantine; empty for any.
        progress: is given how many entries are written.

    Raises:
        OSError: as :func:`seal`.
    """
    given = {"origin": origin, "code": code}
    return _Rewriting(keeper, "quarantine", _LEFT, given).run("files written", progress or Silent())


class _Rewriting:
    """Replaces the segments of a folder by those of the entries that stay.

    Args:
        keeper: the store, which is held.
        area: the folder.
        stays: the condition of the entries that are written; an entry may come from another folder.
        given: the values in the condition.
    """

    def __init__(self, keeper: Keeper, area: AreaName, stays: str, given: dict[str, str]) -> None:
        self._keeper = keeper
        self._area = area
        self._stays = stays
        self._given = given
        self._index = keeper.index

    def run(self, what: str, progress: Progress) -> Sealed:
        """Write, switch, remove."""
        keeper, index, area = self._keeper, self._index, self._area
        old = {name: size for (of, name), size in keeper.sizes().items() if of == area}
        index.connection.execute("DROP TABLE IF EXISTS temp.moved")
        index.connection.execute(
            "CREATE TEMP TABLE moved (entry_sha256 TEXT PRIMARY KEY, segment TEXT, offset INTEGER)"
        )
        count = index.number(f"SELECT count(*) FROM entries WHERE {self._stays}", self._given)
        progress.begin(what, count)
        sealed = keeper.areas[area].sealed()
        with contextlib.closing(sealed):
            unreadable = self._write(sealed, progress)
            sealed.finish()
        with index.writing():
            updater = keeper.updater(index)
            updater.set_aside(unreadable)
            damage = tuple(found for found in index.damage() if found.area == area)
            with_damage = {found.segment for found in damage}
            dropped, evidence = self._switch()
            for name, size in sealed.sizes.items():
                index.put_segment(area, name, size, ends_clean=True)
            for name in old:
                index.drop_segment(area, name, is_damaged=name in with_damage)
            updater.finish()
        keeper.remove_obsolete()
        count = index.number("SELECT count(*) FROM temp.moved")
        return Sealed(sum(old.values()), sum(sealed.sizes.values()), count, dropped, evidence, damage)

    def _write(self, sealed: SealedSegments, progress: Progress) -> list[StoredEntry]:
        """Write the entries that stay; return those that are damaged."""
        unreadable: list[StoredEntry] = []
        last: dict[str, str | int] = {"suffix": "", "sequence": 0, "entry_sha256": ""}
        done = 0
        while batch := [*self._index.entries(f"{self._stays} {_BATCH}", {**self._given, **last})]:
            for entry in batch:
                try:
                    content = content_of(self._keeper.areas, entry)
                except PithError:
                    unreadable.append(entry)
                    continue
                self._index.connection.execute(
                    "INSERT INTO temp.moved VALUES (?, ?, ?)", (entry.entry_sha256, *sealed.add(content))
                )
            done += len(batch)
            progress(done)
            entry = batch[-1]
            last = {
                "suffix": entry.suffix, "sequence": entry.sequence, "entry_sha256": entry.entry_sha256
            }  # fmt: skip
        return unreadable

    def _switch(self) -> tuple[int, int]:
        """Replace the positions of what was written, and forget what was not.

        Returns:
            How many entries are forgotten, and how many of them had invalid elements.
        """
        gone = "area = :area AND entry_sha256 NOT IN (SELECT entry_sha256 FROM temp.moved)"
        given = {"area": self._area}
        statement = f"SELECT count(*) FROM entries WHERE invalid > 0 AND {gone}"
        evidence = self._index.number(statement, given)
        run = self._index.connection.execute
        dropped = run(f"DELETE FROM entries WHERE {gone}", given).rowcount
        run(
            "UPDATE entries SET area = :area, segment = moved.segment, offset = moved.offset "
            "FROM temp.moved AS moved WHERE moved.entry_sha256 = entries.entry_sha256",
            given,
        )
        return dropped, evidence
