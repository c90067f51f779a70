"""Which entries of a record are kept, and what is served of them: pure (spec STORE-6 to STORE-8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.encoding.parsed import Encoding
from pithbundle.store.judging import ids_in
from pithbundle.store.segments import AreaName

#: The newest entries of a record and an origin that are kept whatever they contain.
_NEWEST: Final = 2
#: The entries with invalid elements that are kept as evidence: the first of each origin, and of a record.
_EVIDENCE: Final = 4
_EVIDENCE_OF_RECORD: Final = 32


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry as the index has it: where a bundle is, where it is from, and what was decided of it."""

    #: The name of the entry (STORE-2).
    entry_sha256: str
    sequence: int
    area: AreaName
    segment: str
    offset: int
    length: int
    #: Empty without a readable record.
    suffix: str
    canonical_sha256: str
    #: The digest of the bundle, in hex, and its bytes.
    sha256: str
    size: int
    encoding: Encoding
    #: Where it is from; may contain hostile text, as ``address`` may.
    origin: str
    address: str
    received_at: str
    requested: str
    #: Why it is in quarantine; empty if it is admitted.
    code: str
    reason: str
    #: The ids of the valid events and the identities of the unverified elements, 32 bytes each.
    valid_ids: bytes
    unverified_ids: bytes
    #: The number of invalid elements.
    invalid: int
    #: Whether it is kept when the store is sealed (STORE-6).
    kept: bool

    @property
    def is_admitted(self) -> bool:
        """Whether the entry is part of a record (STORE-5)."""
        return not self.code

    @property
    def event_ids(self) -> list[str]:
        """The ids of the valid events, in hex."""
        return ids_in(self.valid_ids)

    @property
    def unverified(self) -> int:
        """The number of unverified elements, each identity once."""
        return len(ids_in(self.unverified_ids))


def newest_first(entries: Iterable[StoredEntry]) -> list[StoredEntry]:
    """The entries, the newest one first."""
    return sorted(entries, key=lambda one: (-one.sequence, one.entry_sha256))


def kept_of(entries: Iterable[StoredEntry]) -> set[str]:
    """The names of the admitted entries of one record that are kept (STORE-6, STORE-7)."""
    kept: set[str] = set()
    covered: set[str] = set()
    of_origin: dict[str, int] = {}
    rest = []
    ordered = newest_first(entries)
    evidence = _evidence_of(reversed(ordered))
    for entry in ordered:
        number = of_origin[entry.origin] = of_origin.get(entry.origin, 0) + 1
        if number <= _NEWEST or entry.entry_sha256 in evidence:
            kept.add(entry.entry_sha256)
            covered.update(entry.event_ids)
        else:
            rest.append(entry)
    for entry in rest:
        if not covered.issuperset(entry.event_ids):
            kept.add(entry.entry_sha256)
            covered.update(entry.event_ids)
    return kept


def _evidence_of(entries: Iterable[StoredEntry]) -> set[str]:
    """The names of the entries that are kept for their invalid elements, of all in their order (STORE-7).

    The first ones: whoever sends more of them must not be able to push out what was evidence before.
    """
    found: set[str] = set()
    of_origin: dict[str, int] = {}
    for entry in entries:
        if entry.invalid and len(found) < _EVIDENCE_OF_RECORD:
            number = of_origin[entry.origin] = of_origin.get(entry.origin, 0) + 1
            if number <= _EVIDENCE:
                found.add(entry.entry_sha256)
    return found


def served_of(entries: Sequence[StoredEntry], sources: Sequence[str]) -> StoredEntry | None:
    """The entry of a record that is served as it was received; None for an export (STORE-8)."""
    known = {name for entry in entries for name in entry.event_ids}
    order = {origin: number for number, origin in enumerate(sources)}
    newest: dict[str, list[StoredEntry]] = {}
    for entry in newest_first(entries):
        newest.setdefault(entry.origin, []).append(entry)
    origins = sorted(newest, key=lambda each: (order.get(each, len(order)), each.encode("utf-8")))
    clean = [[one for one in newest[origin][:_NEWEST] if not one.invalid] for origin in origins]
    clean = [group for group in clean if group]
    if clean and clean[0][0].unverified:
        return clean[0][0]
    for group in clean:
        for entry in group:
            if not entry.unverified and known.issubset(entry.event_ids):
                return entry
    return None
