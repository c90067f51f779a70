"""Makes the rows of the index of segments: entries, damage, and records (spec STORE-11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pithbundle.progress import Progress, Silent
from pithbundle.store.entry import Found, Gap, Head
from pithbundle.store.index import Index
from pithbundle.store.judges import Judges
from pithbundle.store.judging import Facts
from pithbundle.store.keeping import StoredEntry, kept_of
from pithbundle.store.loading import Chosen, Scanned, entry_of, load_entries, read_of, rows_of
from pithbundle.store.rows import Damage, RecordRows
from pithbundle.store.segments import AREAS, Area, AreaName

#: The entries that may be of a record: another record of its number is set aside (MERGE-2).
_OF_RECORD: Final = "suffix = :suffix AND code IN ('', 'collision')"
_IN_ORDER: Final = f"{_OF_RECORD} ORDER BY sequence, entry_sha256"
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
        scanned = self._scanned(area, name, start, end)
        for each, read in self._judges.each(read_of, scanned, _length):
            ends_clean = isinstance(each.found, Found)
            self._put(each, read)
            self._progress((done + each.found.offset + each.found.length - start) // _KILOBYTE)
        self._index.put_segment(area, name, end, ends_clean=ends_clean)

    def _scanned(self, area: AreaName, name: str, start: int, end: int) -> Iterator[Scanned]:
        before = None
        for found in self._areas[area].scan(name, start, end):
            suffix = None if found.head is None else found.head.suffix
            # The index has not yet what others verify; in a sealed segment that is the same record.
            is_only = suffix is not None and suffix != before and not self._entries_of(suffix)
            yield Scanned(area, name, found, is_only)
            before = suffix

    def _entries_of(self, suffix: str) -> int:
        """How many entries of a record the index has."""
        return self._index.number(f"SELECT count(*) FROM entries WHERE {_OF_RECORD}", {"suffix": suffix})

    def add(
        self, area: AreaName, name: str, offset: int, length: int, head: Head, facts: Facts
    ) -> StoredEntry:
        """Note an entry; one that is known stays where it is."""
        entry = entry_of(area, name, offset, length, head, facts)
        self._add(entry, None)
        return entry

    def _add(self, entry: StoredEntry, alone: RecordRows | None) -> None:
        """Note an entry, and its record as it is if it has no other one; else that is computed at the end."""
        if not self._index.add_entry(entry) or not entry.is_admitted:
            return
        if alone is not None and self._entries_of(entry.suffix) == 1:
            self._index.put_record(alone)
        else:
            self._changed.add(entry.suffix)

    def _put(self, scanned: Scanned, read: tuple[StoredEntry, RecordRows | None] | None) -> None:
        found = scanned.found
        if read is not None:
            self._add(*read)
        elif isinstance(found, Gap):
            of = ("", "") if found.head is None else (found.head.suffix, found.head.sha256)
            where = scanned.area, scanned.segment, found.offset, found.length
            self._index.add_damage(Damage(*where, found.reason, *of))

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
                scanned = Scanned(area, segment, found, is_only=False)
                self._put(scanned, read_of(self._judges.judge, scanned))
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
        entries = self._decided([*self._index.entries(_IN_ORDER, {"suffix": suffix})])
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


def _length(scanned: Scanned) -> int:
    return scanned.found.length


def _size(chosen: Chosen) -> int:
    return chosen.size
