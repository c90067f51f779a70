"""Makes the rows of the index of segments: entries, damage, and records (spec STORE-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pithbundle.bundle.number import PithNumber
from pithbundle.digests.lines import leaf_digest
from pithbundle.encoding.canonical import encode, sha256_hex
from pithbundle.errors import PithError, StoreError
from pithbundle.merge.ledger import Ledger
from pithbundle.store.entry import Found, Gap, Head, read_entry
from pithbundle.store.index import Damage, Index, RecordRow
from pithbundle.store.judging import Facts, Judge, ids_in
from pithbundle.store.keeping import StoredEntry, kept_of, served_of
from pithbundle.store.segments import AREAS, Area, AreaName
from pithbundle.verifier import VerifiedBundle

#: The entries that may be of a record: another record of its number is set aside (MERGE-2).
_OF_RECORD: Final = "suffix = ? AND code IN ('', 'collision') ORDER BY sequence, entry_sha256"


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it was verified from the segments."""

    number: PithNumber
    #: The union of the valid events of all entries that are kept (STORE-6).
    ledger: Ledger
    #: The entries that are kept, in the order in which they were added.
    entries: tuple[StoredEntry, ...]
    #: The entry that is served as it was received; None if there is an export alone (STORE-8).
    served: StoredEntry | None
    #: What the index should state of it.
    row: RecordRow

    def exported(self) -> list[bytes]:
        """The bundles of all valid events that are served beside :attr:`served`, or alone (STORE-8).

        Raises:
            InputError: an event exceeds the limits of a bundle.
        """
        if self.served is not None and len(self.served.event_ids) == len(self.ledger):
            return []
        return self.ledger.export()

    def __repr__(self) -> str:
        return f"StoredRecord({self.number}, valid={len(self.ledger)}, entries={len(self.entries)})"


@dataclass(frozen=True, slots=True)
class Loaded:
    """An entry that was verified from its segment, and its bundle."""

    entry: StoredEntry
    bundle: VerifiedBundle


class Updater:
    """Puts entries into an index.

    Args:
        index: the tables; the caller has begun a transaction.
        areas: the folders of segments.
        judge: verifies under the policy of the store.
        sources: the origins, the preferred one first.

    Raises:
        OSError: for every method, if a segment cannot be read.
    """

    def __init__(
        self, index: Index, areas: Mapping[AreaName, Area], judge: Judge, sources: Sequence[str]
    ) -> None:
        self._index = index
        self._areas = areas
        self._judge = judge
        self._sources = sources
        #: The suffixes of the records that are computed at the end.
        self._changed: set[str] = set()

    def read_all(self, sizes: Mapping[tuple[AreaName, str], int]) -> None:
        """Read segments from their beginnings to an end each."""
        for area in AREAS:
            for (of, name), size in sizes.items():
                if of == area:
                    self.read_segment(area, name, 0, size)
        self.finish()

    def read_segment(self, area: AreaName, name: str, start: int, end: int) -> None:
        """Read a segment from the end of what is known of it."""
        ends_clean = True
        for found in self._areas[area].scan(name, start, end):
            ends_clean = isinstance(found, Found)
            if isinstance(found, Gap):
                self._note(area, name, found)
            else:
                self.add(area, name, found.offset, found.length, found.head, self._facts(found))
        self._index.put_segment(area, name, end, ends_clean=ends_clean)

    def _facts(self, found: Found) -> Facts:
        head = found.head
        return self._judge.judge(found.data, head.encoding, head.sha256, head.requested)

    def add(
        self, area: AreaName, name: str, offset: int, length: int, head: Head, facts: Facts
    ) -> StoredEntry:
        """Note an entry; one that is known stays where it is."""
        entry = _entry(area, name, offset, length, head, facts)
        if self._index.add_entry(entry) and entry.is_admitted:
            self._changed.add(entry.suffix)
        return entry

    def _note(self, area: AreaName, name: str, gap: Gap) -> None:
        suffix = "" if gap.head is None else gap.head.suffix
        digest = "" if gap.head is None else gap.head.sha256
        self._index.add_damage(Damage(area, name, gap.offset, gap.length, gap.reason, suffix, digest))

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
                if load_entries(self._areas, self._judge, [now])[1]:
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
            if isinstance(found, Gap):
                self._note(area, segment, found)
                continue
            entry = known.pop(found.head.entry_sha256, None)
            if entry is None:
                self.add(area, segment, found.offset, found.length, found.head, self._facts(found))
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
            suffix = min(self._changed)
            self._changed.discard(suffix)
            self._compute(suffix)

    def _compute(self, suffix: str) -> None:
        """Write what follows of the entries of one record."""
        entries = self._decided([*self._index.entries(_OF_RECORD, suffix)])
        admitted = [entry for entry in entries if entry.is_admitted]
        kept = kept_of(admitted)
        for entry in entries:
            if entry.kept != (entry.entry_sha256 in kept):
                self._index.update_entry(replace(entry, kept=not entry.kept))
        chosen = [replace(entry, kept=True) for entry in admitted if entry.entry_sha256 in kept]
        loaded, unreadable = load_entries(self._areas, self._judge, chosen)
        if unreadable:
            # It is computed again, without them.
            self.set_aside(unreadable)
        elif loaded:
            self._put(compose(loaded, self._sources))
        else:
            self._index.drop_record(suffix)

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

    def _put(self, record: StoredRecord) -> None:
        state = record.ledger.snapshot()
        events = [
            (event.event_id, event.event_type, str(event.created_at), event.signer) for event in record.ledger
        ]
        aliases = [(alias.alias_kind, alias.alias_value) for alias in state.source_aliases]
        citations = [(each.event_id, each.citing_work, each.relationship) for each in state.citations]
        self._index.put_record(record.row, events, aliases, citations)


def _entry(area: AreaName, name: str, offset: int, length: int, head: Head, facts: Facts) -> StoredEntry:
    return StoredEntry(
        head.entry_sha256, head.sequence, area, name, offset, length, facts.suffix or head.requested,
        facts.canonical_sha256, head.sha256, head.size, head.encoding, head.origin, head.address,
        head.received_at, head.requested, facts.code, facts.reason, facts.valid_ids,
        facts.unverified_ids, facts.invalid, kept=False,
    )  # fmt: skip


def load_entries(
    areas: Mapping[AreaName, Area], judge: Judge, entries: Iterable[StoredEntry]
) -> tuple[list[Loaded], list[StoredEntry]]:
    """Verify admitted entries from their segments; those that cannot be read.

    Of the index only the position is used: everything else follows from the bytes.

    Raises:
        OSError: a segment cannot be read.
    """
    loaded, unreadable = [], []
    for entry in entries:
        try:
            head, data = _found(areas, entry)
            facts = judge.judge(data, head.encoding, head.sha256, head.requested)
            bundle = judge.verify(data, head.encoding, head.sha256)
        except (PithError, FileNotFoundError):
            unreadable.append(entry)
            continue
        made = _entry(entry.area, entry.segment, entry.offset, entry.length, head, facts)
        if made.is_admitted and made.suffix == entry.suffix:
            loaded.append(Loaded(replace(made, kept=entry.kept), bundle))
        else:
            unreadable.append(entry)
    return loaded, unreadable


def body_of(areas: Mapping[AreaName, Area], entry: StoredEntry) -> bytes:
    """The bundle of an entry, as it was received.

    Raises:
        PithError: it is damaged.
        OSError: the segment cannot be read.
    """
    return _found(areas, entry)[1]


def content_of(areas: Mapping[AreaName, Area], entry: StoredEntry) -> bytes:
    """The bytes of an entry, which are intact.

    Raises:
        PithError: it is damaged.
        OSError: the segment cannot be read.
    """
    _found(areas, entry)
    return areas[entry.area].read(entry.segment, entry.offset, entry.length)


def _found(areas: Mapping[AreaName, Area], entry: StoredEntry) -> tuple[Head, bytes]:
    area = areas[entry.area]
    content = area.read(entry.segment, entry.offset, entry.length)
    found = read_entry(content, area.store)
    if found.head.entry_sha256 != entry.entry_sha256 or found.length != len(content):
        raise StoreError("store", f"the entry {entry.entry_sha256} is not where the index states")
    return found.head, found.data


def compose(loaded: Sequence[Loaded], sources: Sequence[str]) -> StoredRecord:
    """What follows of the entries of one record that are kept; there is at least one."""
    entries = tuple(one.entry for one in loaded)
    builder = loaded[0].bundle.ledger.builder()
    for one in loaded[1:]:
        builder.add(one.bundle.ledger)
    ledger = builder.build()
    served = served_of(entries, sources)
    unverified = b"" if served is None else served.unverified_ids
    state = ledger.snapshot()
    digests = ledger.record.hex, state.events_sha256, state.sha256, _unverified_sha256(unverified)
    number = ledger.record.number
    row = RecordRow(
        number.suffix,
        str(number),
        *digests,
        leaf_digest(*digests),
        len(ledger),
        len(ids_in(unverified)),
        "" if served is None else served.entry_sha256,
        state.to_json(),
    )
    return StoredRecord(number, ledger, entries, served, row)


def _unverified_sha256(packed: bytes) -> str:
    """The digest of packed identities (UNV-2)."""
    return sha256_hex(encode([*ids_in(packed)]))
