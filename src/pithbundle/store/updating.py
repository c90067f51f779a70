"""Makes the rows of the index of segments: entries, damage, and records (spec STORE-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pithbundle.progress import Progress, Silent
from pithbundle.store.entry import Found, Gap, Head
from pithbundle.store.index import Index
from pithbundle.store.judges import Judges
from pithbundle.store.judging import Facts
from pithbundle.store.keeping import StoredEntry, kept_of
from pithbundle.store.loading import Chosen, entry_of, facts_of, load_entries, rows_of
from pithbundle.store.rows import Damage
from pithbundle.store.segments import AREAS, Area, AreaName

#: The entries that may be of a record: another record of its number is set aside (MERGE-2).
_OF_RECORD: Final = "suffix = ? AND code IN ('', 'collision') ORDER BY sequence, entry_sha256"
_KILOBYTE: Final = 1_000


class Updater:
    """Puts entries into an index.

    Args:
        index: the tables; the caller has begun a transaction.
        areas: the folders of segments.
        judges: verify under the policy of the store.
        sources: the origins, the preferred one first.
        progress: is given how much is read and computed.

    Raises:
        OSError: for every method, if a segment cannot be read.
    """

    def __init__(
        self,
        index: Index,
        areas: Mapping[AreaName, Area],
        judges: Judges,
        sources: Sequence[str],
        progress: Progress | None = None,
    ) -> None:
        self._index = index
        self._areas = areas
        self._judges = judges
        self._sources = sources
        self._progress = progress or Silent()
        #: The suffixes of the records that are computed at the end.
        self._changed: set[str] = set()

    def read(self, parts: Mapping[tuple[AreaName, str], tuple[int, int]]) -> None:
        """Read parts of segments, from a start to an end each, and compute the records."""
        self._progress.begin("kB read", sum(end - start for start, end in parts.values()) // _KILOBYTE)
        done = 0
        for area in AREAS:
            for (of, name), (start, end) in parts.items():
                if of == area:
                    self._read(area, name, start, end, done)
                    done += end - start
        self.finish()

    def _read(self, area: AreaName, name: str, start: int, end: int, done: int) -> None:
        """Read a segment from the end of what is known of it."""
        ends_clean = True
        scanned = self._areas[area].scan(name, start, end)
        for found, facts in self._judges.each(facts_of, scanned, _length):
            ends_clean = isinstance(found, Found)
            self._put(area, name, found, facts)
            self._progress((done + found.offset + found.length - start) // _KILOBYTE)
        self._index.put_segment(area, name, end, ends_clean=ends_clean)

    def add(
        self, area: AreaName, name: str, offset: int, length: int, head: Head, facts: Facts
    ) -> StoredEntry:
        """Note an entry; one that is known stays where it is."""
        entry = entry_of(area, name, offset, length, head, facts)
        if self._index.add_entry(entry) and entry.is_admitted:
            self._changed.add(entry.suffix)
        return entry

    def _put(self, area: AreaName, name: str, found: Found | Gap, facts: Facts | None) -> None:
        if isinstance(found, Found) and facts is not None:
            self.add(area, name, found.offset, found.length, found.head, facts)
        elif isinstance(found, Gap):
            suffix, digest = ("", "") if found.head is None else (found.head.suffix, found.head.sha256)
            self._index.add_damage(
                Damage(area, name, found.offset, found.length, found.reason, suffix, digest)
            )

    def set_aside(self, entries: Iterable[StoredEntry]) -> None:
        """Forget entries that cannot be read where the index has them, if they are not elsewhere either.

        Their segments are read again: where bytes were added or removed, other entries moved.
        """
        entries = [*entries]
        for area, segment in dict.fromkeys((entry.area, entry.segment) for entry in entries):
            self._read_again(area, segment)
        for entry in entries:
            self._changed.add(entry.suffix)
            for now in [*self._index.entries("entry_sha256 = ?", entry.entry_sha256)]:
                if load_entries(self._areas, self._judges.judge, [now])[1]:
                    self._index.drop_entry(now.entry_sha256)

    def _read_again(self, area: AreaName, segment: str) -> None:
        """Compare a whole segment with what the index has of it; nothing is verified that is in place."""
        condition = "area = ? AND segment = ?"
        known = {one.entry_sha256: one for one in self._index.entries(condition, area, segment)}
        self._index.forget_damage(area, segment)
        end = self._areas[area].sizes().get(segment, 0)
        ends_clean = True
        for found in self._areas[area].scan(segment, 0, end) if end else ():
            ends_clean = isinstance(found, Found)
            entry = known.pop(found.head.entry_sha256, None) if isinstance(found, Found) else None
            if entry is None:
                self._put(area, segment, found, facts_of(self._judges.judge, found))
            elif (entry.offset, entry.length) != (found.offset, found.length):
                self._index.update_entry(replace(entry, offset=found.offset, length=found.length))
                self._changed.add(entry.suffix)
        for entry in known.values():
            self._index.drop_entry(entry.entry_sha256)
            self._changed.add(entry.suffix)
        self._index.put_segment(area, segment, end, ends_clean=ends_clean)

    # -- records --------------------------------------------------------------------------

    def finish(self) -> None:
        """Compute the records that changed."""
        while self._changed:
            suffixes, self._changed = sorted(self._changed), set()
            self._progress.begin("records computed", len(suffixes))
            chosen = map(self._chosen, suffixes)
            for done, (suffix, (_, rows)) in enumerate(
                zip(suffixes, self._judges.each(rows_of, chosen, _size), strict=True), 1
            ):
                if isinstance(rows, list):
                    # It is computed again, without them.
                    self.set_aside(rows)
                elif rows is not None:
                    self._index.put_record(rows)
                else:
                    self._index.drop_record(suffix)
                self._progress(done)

    def _chosen(self, suffix: str) -> Chosen:
        """Decide which entries of a record are kept, and read them."""
        entries = self._decided([*self._index.entries(_OF_RECORD, suffix)])
        admitted = [entry for entry in entries if entry.is_admitted]
        kept = kept_of(admitted)
        for entry in entries:
            if entry.kept != (entry.entry_sha256 in kept):
                self._index.update_entry(replace(entry, kept=not entry.kept))
        chosen = [replace(entry, kept=True) for entry in admitted if entry.entry_sha256 in kept]
        return Chosen.of(self._areas, chosen, self._sources)

    def _decided(self, entries: list[StoredEntry]) -> list[StoredEntry]:
        """The entries after the decision whose record has the suffix: that of the first one (STORE-5)."""
        decided = []
        for entry in entries:
            collides = entry.canonical_sha256 != entries[0].canonical_sha256
            code = "collision" if collides else ""
            if entry.code != code:
                reason = f"two records have the number {entry.suffix}" if collides else ""
                entry = replace(entry, code=code, reason=reason, kept=False)
                self._index.update_entry(entry)
            decided.append(entry)
        return decided


def _length(found: Found | Gap) -> int:
    return found.length


def _size(chosen: Chosen) -> int:
    return chosen.size
