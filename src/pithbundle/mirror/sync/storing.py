"""Adding what was received of a mirror to a store, with the cursors in one transaction (spec SYNC-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from pithbundle.errors import PithError
from pithbundle.mirror.parts import may_be_part
from pithbundle.mirror.sync.known import KnownMirror, Row
from pithbundle.mirror.sync.plan import Wanted
from pithbundle.mirror.sync.results import Fault, MirrorResult, Stale
from pithbundle.net import Exchange
from pithbundle.store import Added, Incoming, Store, StoredEntry
from pithbundle.store.judging import ids_in

#: Of how many differing records the digests are held.
_MOST_DIFFERING: Final = 50_000


@dataclass(frozen=True, slots=True)
class Received:
    """What was received of a record."""

    wanted: Wanted
    #: The bundle, or the answer that it is unchanged.
    first: Exchange
    #: The further parts, once they were looked for.
    rest: tuple[Exchange, ...] = ()
    are_parts_known: bool = False
    #: What became of the first one, once it was added.
    outcome: str = ""
    #: Whether a bundle with invalid elements was added, and is counted.
    is_invalid: bool = False
    #: The SHA-256 of the parts that the list names.
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of it."""

    #: Whether the list of its parts is needed.
    needs_parts: bool
    received: Received
    #: The SHA-256 of bundles of the record that the store has of the mirror.
    held: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Record:
    """One record of a batch."""

    received: Received
    #: What the store had of it of this mirror.
    earlier: list[StoredEntry]
    incoming: list[Incoming]
    added: list[Added | None]

    @property
    def suffix(self) -> str:
        return self.received.wanted.suffix


class Storing:
    """Adds bundles of one mirror to a store. Everything runs in the thread of the store."""

    def __init__(self, store: Store, base: str, known: KnownMirror, result: MirrorResult) -> None:
        self._store = store
        self._base = base
        self._known = known
        self._result = result
        #: Whether the digests of the mirror are those that the store would have, and whether it has digests.
        self.is_comparable = False
        self.has_digests = False
        #: By the suffixes of records with another digest than the mirror states, the digests of what was
        #: received: one may be of the next generation. The others are only counted.
        self.differing: dict[str, set[str]] = {}

    def add(self, batch: Sequence[Received]) -> list[Stored]:
        """Add what was received; once this returns, no crash takes it."""
        records = [self._record(each) for each in batch]
        incoming = [one for record in records for one in record.incoming]
        stored: list[Stored] = []

        def note(added: Sequence[Added | None]) -> Mapping[str, str | None]:
            rest = iter(added)
            rows: dict[str, Row | None] = {}
            for record in records:
                record.added = [next(rest) for _ in record.incoming]
                stored.append(self._decide(record, rows))
            return self._known.put(rows)

        if incoming:
            self._store.take(incoming, note)
        else:
            self._store.set_cursors(note(()))
        return stored

    def _record(self, received: Received) -> _Record:
        suffix = received.wanted.suffix
        earlier = [one for one in self._store.entries(suffix) if one.origin == self._base and one.is_admitted]
        if received.are_parts_known:
            given = self._in_order(received, self._first(received, earlier))
        else:
            given = [] if received.first.status == 304 else [(received.first.body, received.first)]
        incoming = [
            Incoming(body, self._base, each.address, suffix, each.started_at[:19] + "Z")
            for body, each in given
        ]
        return _Record(received, earlier, incoming, [])

    def _first(self, received: Received, earlier: Sequence[StoredEntry]) -> bytes:
        """The bundle; of one that was not sent again what the store has."""
        known = received.wanted.known
        if received.first.status != 304 or known is None:
            return received.first.body
        return next((self._store.body(one) for one in earlier if one.sha256 == known.sha256), b"")

    def _in_order(self, received: Received, first: bytes) -> list[tuple[bytes, Exchange]]:
        """The further parts, and last the one with unverified elements, though it was added before.

        A store serves the newest bundle of an origin with such elements whole, or none of them (STORE-8).
        """
        given = [(one.body, one) for one in received.rest]
        if given and _sha256(first) in received.listed and self._has_unverified(first):
            given.append((first, received.first))
        # Those with such elements behind the others, which stay in their order.
        return sorted(given, key=lambda one: self._has_unverified(one[0]))

    def _has_unverified(self, body: bytes) -> bool:
        try:
            return bool(self._store.ids_of([body])[1])
        except PithError:
            # It is rejected when it is added.
            return False

    # -- decisions ------------------------------------------------------------------------

    def _decide(self, record: _Record, rows: dict[str, Row | None]) -> Stored:
        """Decide what is known of a record now, and count it."""
        received, wanted = record.received, record.received.wanted
        quarantined = [one.entry for one in record.added if one is not None and one.outcome == "quarantined"]
        if quarantined:
            entry = quarantined[0]
            self._result.quarantine(Fault(record.suffix, entry.code, entry.reason))
            rows[record.suffix] = self._row(received, wanted.leaf or "")
            return Stored(False, received)
        if not received.is_invalid and _is_invalid(record):
            # At once: it is not added again with its parts, which may not come.
            self._result.invalid.add(record.suffix)
            received = replace(received, is_invalid=True)
        bodies = self._bodies(record)
        confirmed = self._confirmed(record, bodies)
        if not received.are_parts_known:
            received = replace(received, outcome=self._outcome(record))
            # The store may have what a part has: then what the bundle lacks may be in the others.
            is_short = confirmed is True and bool(self._lost(record, bodies))
            if confirmed is False or is_short or (confirmed is None and self._may_be_a_part(bodies)):
                held = frozenset(one.sha256 for one in record.earlier)
                return Stored(True, received, held | {received.first.sha256})
        if confirmed is False:
            self._result.differing.add(record.suffix)
            if len(self.differing) < _MOST_DIFFERING:
                self.differing[record.suffix] = self._digests(record, bodies)
        self._count(record, received)
        is_smaller = self._note_stale(record, received, bodies)
        row = self._row(received, "" if confirmed is False else wanted.leaf or "")
        # A bundle that the store does not have cannot be the condition of a request.
        rows[record.suffix] = replace(row, sha256="", etag="") if is_smaller else row
        return Stored(False, received)

    def _may_be_a_part(self, bodies: Sequence[bytes]) -> bool:
        """Whether a bundle whose digest is not known may be one part of several (MIRROR-13)."""
        return bool(bodies) and may_be_part(
            len(bodies[0]),
            has_unverified=bool(self._store.ids_of(bodies[:1])[1]),
            has_digests=self.has_digests,
        )

    @staticmethod
    def _outcome(record: _Record) -> str:
        return record.added[0].outcome if record.added and record.added[0] is not None else "unchanged"

    def _bodies(self, record: _Record) -> list[bytes]:
        """The bundle and its parts; what the mirror did not send again is read from the store."""
        received, known = record.received, record.received.wanted.known
        sent = [each for each in (received.first, *received.rest) if each.status != 304]
        bodies: dict[str, bytes] = {}
        if received.first.status == 304 and known is not None:
            # The bundle first, as it is looked at alone.
            same = [one for one in record.earlier if one.sha256 == known.sha256]
            bodies.update((one.sha256, self._store.body(one)) for one in same[-1:])
        bodies.update((each.sha256, each.body) for each in sent)
        for entry in record.earlier:
            if entry.sha256 in received.listed and entry.sha256 not in bodies:
                bodies[entry.sha256] = self._store.body(entry)
        return [*bodies.values()]

    def _confirmed(self, record: _Record, bodies: Sequence[bytes]) -> bool | None:
        """Whether bundles have the digest that the mirror states; None where that cannot be known."""
        leaf = record.received.wanted.leaf
        if leaf is None or not self.is_comparable or not bodies:
            return None
        if self._store.leaf(record.suffix) == leaf or self._store.leaf_of(bodies) == leaf:
            return True
        if not record.received.are_parts_known:
            return False
        return leaf in self._digests(record, bodies)

    def _digests(self, record: _Record, bodies: Sequence[bytes]) -> set[str]:
        """The digests that what was received may have."""
        # A bundle that the list of its parts does not name is of another moment.
        listed = record.received.listed
        alone = bodies[1:] if listed and _sha256(bodies[0]) not in listed else []
        found = {self._store.leaf_of(each) for each in (bodies, alone) if each}
        return {leaf for leaf in found if leaf is not None}

    def _row(self, received: Received, leaf: str) -> Row:
        known = received.wanted.known
        if received.first.status == 304 and known is not None:
            return Row(leaf, known.sha256, known.etag)
        return Row(leaf, received.first.sha256, received.first.etag or "")

    def _count(self, record: _Record, received: Received) -> None:
        result = self._result
        outcomes = {received.outcome, *(one.outcome for one in record.added if one is not None)}
        if "added" in outcomes:
            result.added += 1
        else:
            result.unchanged += 1

    def _lost(self, record: _Record, bodies: Sequence[bytes]) -> list[str]:
        """The ids of valid events that the mirror served before and that bundles do not have."""
        if not record.earlier:
            return []
        return sorted(
            {each for entry in record.earlier for each in entry.event_ids} - self._store.ids_of(bodies)[0]
        )

    def _note_stale(self, record: _Record, received: Received, bodies: Sequence[bytes]) -> bool:
        """Note a record of which the mirror serves less than before (B5); whether nothing was added."""
        if not record.earlier or (received.first.status == 304 and not received.rest):
            return False
        lost = self._lost(record, bodies)
        is_smaller = received.outcome == "smaller"
        unverified = self._store.ids_of(bodies)[1] if is_smaller else set()
        newest = {*ids_in(record.earlier[-1].unverified_ids)} if is_smaller else set()
        if lost or is_smaller:
            self._result.stale.add(Stale(record.suffix, tuple(lost), len(newest - unverified)))
        return is_smaller


def _is_invalid(record: _Record) -> bool:
    """Whether a bundle with invalid elements was added."""
    return any(one is not None and one.outcome == "added" and one.entry.invalid for one in record.added)


def _sha256(data: bytes) -> str:
    return sha256(data).hexdigest()
