"""From the bytes of entries to what follows of a record, in any process (spec STORE-9, STORE-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pithbundle.bundle.number import PithNumber
from pithbundle.digests.lines import leaf_digest
from pithbundle.errors import PithError, StoreError
from pithbundle.joined import unverified_sha256
from pithbundle.merge.ledger import Ledger
from pithbundle.store.entry import Found, Gap, Head, read_entry
from pithbundle.store.judging import Facts, Judge, ids_in
from pithbundle.store.keeping import StoredEntry, served_of
from pithbundle.store.rows import RecordRow, RecordRows
from pithbundle.store.segments import Area, AreaName
from pithbundle.verifier import VerifiedBundle


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


def entry_of(area: AreaName, name: str, offset: int, length: int, head: Head, facts: Facts) -> StoredEntry:
    """The row of an entry at a position."""
    return StoredEntry(
        head.entry_sha256, head.sequence, area, name, offset, length, facts.suffix or head.requested,
        facts.canonical_sha256, head.sha256, head.size, head.encoding, head.origin, head.address,
        head.received_at, head.requested, facts.code, facts.reason, facts.valid_ids,
        facts.unverified_ids, facts.invalid, kept=False,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """The admitted entries of one record that are kept, with their bytes."""

    #: The id of the store.
    store: str
    #: The origins, the preferred one first (STORE-8).
    sources: tuple[str, ...]
    #: The bytes are None where the segment of an entry is gone.
    contents: tuple[tuple[StoredEntry, bytes | None], ...]

    @classmethod
    def of(
        cls, areas: Mapping[AreaName, Area], entries: Iterable[StoredEntry], sources: Sequence[str]
    ) -> Chosen:
        """Read the bytes of entries.

        Raises:
            OSError: a segment cannot be read.
        """
        return cls(
            areas["segments"].store, tuple(sources), tuple((one, _read(areas, one)) for one in entries)
        )

    @property
    def size(self) -> int:
        """The bytes of all entries."""
        return sum(entry.length for entry, _ in self.contents)


def _read(areas: Mapping[AreaName, Area], entry: StoredEntry) -> bytes | None:
    try:
        return areas[entry.area].read(entry.segment, entry.offset, entry.length)
    except FileNotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is at one position of a segment."""

    area: AreaName
    segment: str
    found: Found | Gap
    #: Whether no other entry of its record is known: then the record may follow from this one.
    is_only: bool


def read_of(judge: Judge, scanned: Scanned) -> tuple[StoredEntry, RecordRows | None] | None:
    """The entry at a position, with its record if that may follow from it alone; None for what is no entry.

    So a record of one entry is verified once, in whatever process, and not again to compute it.
    """
    found = scanned.found
    if isinstance(found, Gap):
        return None
    head = found.head
    facts = judge.judge(found.data, head.encoding, head.sha256, head.requested)
    entry = entry_of(scanned.area, scanned.segment, found.offset, found.length, head, facts)
    if facts.code or not scanned.is_only:
        return entry, None
    entry = replace(entry, kept=True)
    bundle = judge.verify(found.data, head.encoding, head.sha256)
    # No preferred origin: what is served of one entry does not depend on it (STORE-8).
    return entry, _rows(compose([Loaded(entry, bundle)], ()))


def rows_of(judge: Judge, chosen: Chosen) -> RecordRows | list[StoredEntry] | None:
    """What the index should state of a record; the entries of it that are damaged; None without an entry."""
    loaded, unreadable = load(judge, chosen)
    if unreadable:
        return unreadable
    return _rows(compose(loaded, chosen.sources)) if loaded else None


def _rows(record: StoredRecord) -> RecordRows:
    state = record.ledger.snapshot()
    return RecordRows(
        record.row,
        tuple((one.event_id, one.event_type, str(one.created_at), one.signer) for one in record.ledger),
        tuple((alias.alias_kind, alias.alias_value) for alias in state.source_aliases),
        tuple((each.event_id, each.citing_work, each.relationship) for each in state.citations),
    )


def load(judge: Judge, chosen: Chosen) -> tuple[list[Loaded], list[StoredEntry]]:
    """Verify admitted entries; and those that are damaged or not where the index has them.

    Of the index only the position is used: everything else follows from the bytes.
    """
    loaded, unreadable = [], []
    for entry, content in chosen.contents:
        try:
            found = _found(chosen.store, entry, content)
            head, data = found.head, found.data
            facts = judge.judge(data, head.encoding, head.sha256, head.requested)
            bundle = judge.verify(data, head.encoding, head.sha256)
        except PithError:
            unreadable.append(entry)
            continue
        made = entry_of(entry.area, entry.segment, entry.offset, entry.length, head, facts)
        if made.is_admitted and made.suffix == entry.suffix:
            loaded.append(Loaded(replace(made, kept=entry.kept), bundle))
        else:
            unreadable.append(entry)
    return loaded, unreadable


def load_entries(
    areas: Mapping[AreaName, Area], judge: Judge, entries: Iterable[StoredEntry]
) -> tuple[list[Loaded], list[StoredEntry]]:
    """Verify admitted entries from their segments, as :func:`load`.

    Raises:
        OSError: a segment cannot be read.
    """
    return load(judge, Chosen.of(areas, entries, ()))


def body_of(areas: Mapping[AreaName, Area], entry: StoredEntry) -> bytes:
    """The bundle of an entry, as it was received.

    Raises:
        PithError: it is damaged.
        OSError: the segment cannot be read.
    """
    area = areas[entry.area]
    return _found(area.store, entry, area.read(entry.segment, entry.offset, entry.length)).data


def content_of(areas: Mapping[AreaName, Area], entry: StoredEntry) -> bytes:
    """The bytes of an entry, which are intact.

    Raises:
        PithError: it is damaged.
        OSError: the segment cannot be read.
    """
    area = areas[entry.area]
    content = area.read(entry.segment, entry.offset, entry.length)
    _found(area.store, entry, content)
    return content


def _found(store: str, entry: StoredEntry, content: bytes | None) -> Found:
    """The entry in the bytes at its position.

    Raises:
        PithError: it is not there, or damaged.
    """
    if content is not None:
        found = read_entry(content, store)
        if (found.head.entry_sha256, found.length) == (entry.entry_sha256, len(content)):
            return found
    raise StoreError("store", f"the entry {entry.entry_sha256} is not where the index states")


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
    digests = ledger.record.hex, state.events_sha256, state.sha256, unverified_sha256(ids_in(unverified))
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
