"""A store: bundles as they were received, and what follows of them (spec STORE-1, STORE-5)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from types import TracebackType
from typing import Any, Final, Self

from pithbundle.encoding.parsed import Encoding, detect_encoding
from pithbundle.errors import PithError, StoreError
from pithbundle.store.adding import Added, Addition, Incoming, Note, no_cursors, require_incoming
from pithbundle.store.checking import Checked, check_store, found_in
from pithbundle.store.cursors import Cursors
from pithbundle.store.index import RecordRow, damaged
from pithbundle.store.judging import Facts
from pithbundle.store.keeper import PATIENCE, Keeper
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.sealing import Sealed, seal
from pithbundle.store.settings import Settings, create_store, require_origin, write_settings
from pithbundle.store.updating import StoredRecord, body_of, compose, load_entries
from pithbundle.store.view import Served, View
from pithbundle.verify.policy import Policy

#: The bundles and the bytes of them that are appended together.
_BATCH: Final = 512
_BATCH_BYTES: Final = 16 << 20
#: The records that a process holds after it verified them.
_MOST_HELD: Final = 1_024
#: The rows that are read from the index at once.
_PAGE: Final = 1_000


class Store(Cursors):
    """A store that is open. Threads may share it; a process that forks opens its own.

    Every method raises ``FileError`` for what the system rejects, and ``StoreError`` for an index that
    is damaged.
    """

    _keeper: Keeper
    _held: OrderedDict[str, tuple[object, StoredRecord]]

    def __init__(self, *_: object, **__: object) -> None:
        """Raise: a store is a folder, which is made or opened.

        Raises:
            TypeError: always.
        """
        raise TypeError("a store is opened by Store.open or made by Store.create")

    @classmethod
    def create(cls, path: str, policy: Policy, *, sources: Sequence[str] = ()) -> Store:
        """Make an empty store and open it.

        Args:
            path: the folder, which must not exist.
            policy: decides who signed what.
            sources: the origins, the preferred one first (STORE-8).

        Raises:
            FileError: ``io``: it exists, or the system rejects it.
            StoreError: ``type``: a source is no origin.
        """
        create_store(path, policy, sources)
        return cls.open(path)

    @classmethod
    def open(cls, path: str, *, patience: float = PATIENCE) -> Store:
        """Open a store, and read what was appended behind the part that the index knows (STORE-12).

        Args:
            path: the folder.
            patience: how many seconds to wait for another process that holds it.

        Raises:
            FileError: ``io``: it is no store, or another process holds it.
            StoreError: ``store``: its settings are damaged.
        """
        made = object.__new__(cls)
        made._keeper = Keeper(path, patience)
        made._held = OrderedDict()
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.path!r})"

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._keeper.close()

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

    # -- adding ---------------------------------------------------------------------------

    def add(self, data: bytes, *, origin: str, address: str = "", requested: str = "") -> Added:
        """Add one bundle: once this returns, no crash takes it (STORE-4).

        Raises:
            InputError: ``size``: more bytes than a bundle may have; nothing is kept.
            StoreError: ``type``: an argument is not of its form.
        """
        (added,) = self.add_many([Incoming(data, origin, address, requested)])
        return added

    def add_many(self, incoming: Iterable[Incoming]) -> Iterator[Added]:
        """Add bundles; those that were returned are kept whatever comes after.

        Raises:
            InputError: ``size``: more bytes than a bundle may have; those before it are kept.
            StoreError: ``type``: an argument is not of its form; those before it are kept.
        """
        batch: list[Incoming] = []
        size = 0
        for each in incoming:
            try:
                require_incoming(each)
            except PithError:
                yield from self._add_batch(batch)
                raise
            batch.append(each)
            size += len(each.data)
            if len(batch) >= _BATCH or size >= _BATCH_BYTES:
                yield from self._add_batch(batch)
                batch, size = [], 0
        yield from self._add_batch(batch)

    def take(
        self,
        batch: Sequence[Incoming],
        note: Callable[[Sequence[Added | None]], Mapping[str, str | None]] = no_cursors,
        *,
        quarantine: bool = True,
    ) -> list[Added | None]:
        """Add bundles of a synchronisation, and its cursors with them, in one transaction (SYNC-10).

        A bundle with fewer elements than the newest of its record and origin, and with no others, is not
        appended: its outcome is ``smaller`` (STORE-4).

        Args:
            batch: the bundles.
            note: is given the outcomes once the records follow from them, and returns cursors to write.
            quarantine: whether what is not admitted is kept; otherwise its outcome is None.

        Raises:
            InputError: ``size``: more bytes than a bundle may have; nothing is kept.
            StoreError: ``type``: an argument is not of its form; nothing is kept.
        """
        for each in batch:
            require_incoming(each)
        return self._add_batch(batch, note, quarantine=quarantine, smaller=False)

    def _add_batch(
        self,
        batch: Sequence[Incoming],
        note: Note = no_cursors,
        *,
        quarantine: bool = True,
        smaller: bool = True,
    ) -> list[Any]:
        if not batch:
            return []
        # Verified before the store is held, and held by the judge.
        for each in batch:
            self._judge(each)
        with self._keeper.locked():
            index = self._keeper.index
            with index.writing():
                addition = Addition(self._keeper, index, quarantine=quarantine, smaller=smaller)
                added = [addition.add(each, *self._judge(each)) for each in batch]
                addition.write()
                index.put_cursors(note(added))
            return added

    def _judge(self, given: Incoming) -> tuple[Encoding, str, Facts]:
        encoding, digest = detect_encoding(given.data), sha256(given.data).hexdigest()
        return encoding, digest, self._keeper.judge.judge(given.data, encoding, digest, given.requested)

    # -- reading --------------------------------------------------------------------------

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

    # -- check, repair, seal --------------------------------------------------------------

    def check(self) -> Checked:
        """Read every segment and compare the index with what follows from them, without a change."""
        with self._keeper.failing():
            return check_store(self._keeper)

    def repair(self, *, policy: Policy | None = None, sources: Sequence[str] | None = None) -> Checked:
        """Make the index anew of the segments; forgets cursors (STORE-12).

        Args:
            policy: replaces the one of the store; every admission is decided again.
            sources: replace those of the store.

        Raises:
            StoreError: ``type``: a source is no origin.
        """
        keeper = self._keeper
        with keeper.locked():
            now = keeper.settings
            if policy is not None or sources is not None:
                named = now.sources if sources is None else tuple(map(require_origin, sources))
                write_settings(keeper.folder, Settings(now.store, named, policy or now.policy))
                keeper.reload()
            keeper.rebuild()
            self._held.clear()
            return found_in(keeper, keeper.index)

    def seal(self) -> Sealed:
        """Write the entries that are kept into sorted segments and remove the old ones (STORE-13)."""
        with self._keeper.locked():
            return seal(self._keeper)
