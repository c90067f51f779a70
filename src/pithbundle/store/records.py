"""The part of a store that reads: records, entries, what is served (spec STORE-8, STORE-9)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from pithbundle.errors import StoreError
from pithbundle.store.cursors import Cursors
from pithbundle.store.index import damaged
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.loading import StoredRecord, body_of, compose, load_entries
from pithbundle.store.rows import RecordRow
from pithbundle.store.view import Served, View
from pithbundle.verify.policy import Policy

#: The records that a process holds after it verified them.
_MOST_HELD: Final = 1_024
#: The rows that are read from the index at once.
_PAGE: Final = 1_000


class Records(Cursors):
    """Reads what a store has."""

    _held: OrderedDict[str, tuple[object, StoredRecord]]

    @property
    def path(self) -> str:
        """The folder."""
        return self._keeper.path

    @property
    def policy(self) -> Policy:
        """The policy under which bundles are admitted."""
        return self._keeper.settings.policy

    @property
    def sources(self) -> tuple[str, ...]:
        """The origins, the preferred one first (STORE-8)."""
        return self._keeper.settings.sources

    def view(self) -> View:
        """Return the store as it is now; the caller closes it, before the store (STORE-14)."""
        return View._of(self._keeper)

    def version(self) -> tuple[object, ...]:
        """Return what is equal as long as nothing was added, sealed, repaired or damaged by its size."""
        with self._keeper.failing():
            index = self._keeper.index
            meta = tuple(sorted(index.meta().items()))
            return meta, index.last_sequence(), tuple(sorted(self._keeper.sizes().items()))

    def records(self, after: str = "") -> Iterator[RecordRow]:
        """What the index states of each record behind a suffix, in the order of the suffixes."""
        while True:
            with self._keeper.failing():
                page = [*self._keeper.index.records(after, _PAGE)]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].suffix

    def entries(self, suffix: str) -> list[StoredEntry]:
        """The entries of a record, those in quarantine too, in the order in which they were added."""
        with self._keeper.failing():
            return [*self._keeper.index.entries("suffix = ? ORDER BY sequence", suffix)]

    def quarantined(self) -> Iterator[StoredEntry]:
        """The entries in quarantine, in the order in which they were added."""
        after = 0
        while True:
            with self._keeper.failing():
                condition = "code != '' AND sequence > ? ORDER BY sequence, entry_sha256 LIMIT ?"
                page = [*self._keeper.index.entries(condition, after, _PAGE)]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].sequence

    def entry(self, name: str) -> StoredEntry | None:
        """The entry of a name, or the first one of a bundle of this SHA-256, in hex."""
        with self._keeper.failing():
            condition = "entry_sha256 = ? OR sha256 = ? ORDER BY sequence LIMIT 1"
            return next(iter([*self._keeper.index.entries(condition, name, name)]), None)

    def body(self, entry: StoredEntry) -> bytes:
        """The bundle of an entry, as it was received.

        Raises:
            PithError: it is damaged.
        """
        with self._keeper.failing():
            return body_of(self._keeper.areas, entry)

    def record(self, suffix: str) -> StoredRecord | None:
        """A record, verified from its segments at the first request and when it changes (STORE-9).

        An entry that is damaged is set aside; the record is that of the others. An index that is found
        damaged is made anew.

        Returns:
            None if the store has no admitted bundle of it.
        """
        try:
            return self._verified(suffix)
        except StoreError:
            with self._keeper.locked():
                self._keeper.rebuild()
            return self._verified(suffix)

    def read_again(self, suffix: str) -> StoredRecord | None:
        """A record, verified from its segments once more; an entry that was damaged meanwhile is set aside.

        Returns:
            None if the store has no admitted bundle of it.
        """
        with self._keeper.failing():
            self._held.pop(suffix, None)
        return self.record(suffix)

    def _verified(self, suffix: str) -> StoredRecord | None:
        """A record; entries that are damaged are set aside first.

        Raises:
            StoreError: ``store``: the index is damaged.
        """
        with self._keeper.failing():
            self._require_current()
            for _ in range(2):
                found = self._record(suffix)
                if not isinstance(found, list):
                    return found
                self._set_aside(found)
            raise damaged(f"it has entries of {suffix} that are not there")

    def _record(self, suffix: str) -> StoredRecord | list[StoredEntry] | None:
        """The record, or the entries of it that are damaged."""
        condition = "suffix = ? AND code = '' AND kept = 1 ORDER BY sequence, entry_sha256"
        entries = [*self._keeper.index.entries(condition, suffix)]
        version = tuple((one.entry_sha256, one.segment) for one in entries), self._keeper.settings
        held = self._held.get(suffix)
        if held is not None and held[0] == version:
            self._held.move_to_end(suffix)
            return held[1]
        loaded, unreadable = load_entries(self._keeper.areas, self._keeper.judge, entries)
        if unreadable:
            return unreadable
        if not loaded:
            return None
        found = compose(loaded, self.sources)
        self._held[suffix] = version, found
        if len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)
        return found

    def _set_aside(self, entries: Sequence[StoredEntry]) -> None:
        """Note damaged entries, and compute their record without them."""
        with self._keeper.locked():
            index = self._keeper.index
            with index.writing():
                updater = self._keeper.updater(index)
                updater.set_aside(entries)
                updater.finish()

    def _require_current(self) -> None:
        """Make sure that the index is of the policy that verifies."""
        if self._keeper.index.meta() != self._keeper.meta():
            with self._keeper.locked():
                self._held.clear()

    def bundles_of(self, suffix: str) -> Served | None:
        """The bundles of a record that a reader gets (STORE-8): the bytes that were verified.

        Returns:
            None if the store has no admitted bundle of it.

        Raises:
            InputError: an event of an export exceeds the limits of a bundle.
            PithError: the bundle was damaged meanwhile.
        """
        record = self.record(suffix)
        if record is None:
            return None
        return Served.of(record, self.body)

    def suffixes_of_event(self, event_id: str) -> list[str]:
        """The records that have a valid event of this id."""
        return self._texts("SELECT suffix FROM events WHERE event_id = ? ORDER BY suffix", event_id)

    def suffixes_of_alias(self, value: str) -> list[str]:
        """The records that have an alias of this value."""
        return self._texts("SELECT DISTINCT suffix FROM aliases WHERE value = ? ORDER BY suffix", value)

    def cited_by(self, work: str) -> list[tuple[str, str]]:
        """Suffix and relationship of the records whose citations name a work, as their signers state it."""
        with self._keeper.failing():
            statement = (
                "SELECT suffix, relationship FROM citations WHERE citing_work = ? ORDER BY suffix, event_id"
            )
            return [(suffix, kind) for suffix, kind in self._keeper.index.texts(statement, work)]

    def _texts(self, statement: str, value: str) -> list[str]:
        with self._keeper.failing():
            return [text for (text,) in self._keeper.index.texts(statement, value)]
