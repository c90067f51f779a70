"""A store: bundles as they were received, and what follows of them (spec STORE-1, STORE-5)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from types import TracebackType
from typing import Any, Final, Self

from pithbundle.encoding.parsed import Encoding, detect_encoding
from pithbundle.errors import PithError, StoreError
from pithbundle.progress import Progress
from pithbundle.store.adding import Added, Addition, Incoming, Note, no_cursors, require_incoming
from pithbundle.store.checking import Checked, check_store, found_in
from pithbundle.store.judging import Facts
from pithbundle.store.keeper import PATIENCE, Keeper
from pithbundle.store.records import Records
from pithbundle.store.sealing import Sealed, drop, seal
from pithbundle.store.settings import Settings, create_store, require_origin, write_settings
from pithbundle.verify.policy import Policy

#: The bundles and the bytes of them that are appended together.
_BATCH: Final = 512
_BATCH_BYTES: Final = 16 << 20


class Store(Records):
    """A store that is open. Threads may share it; a process that forks opens its own.

    Every method raises ``FileError`` for what the system rejects, and ``StoreError`` for an index that
    is damaged.
    """

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
    def open(cls, path: str, *, patience: float = PATIENCE, progress: Progress | None = None) -> Store:
        """Open a store, and read what was appended behind the part that the index knows (STORE-12).

        Args:
            path: the folder.
            patience: how many seconds to wait for another process that holds it.
            progress: is given what is read before it is open.

        Raises:
            FileError: ``io``: it is no store, or another process holds it.
            StoreError: ``store``: its settings are damaged.
        """
        made = object.__new__(cls)
        made._keeper = Keeper(path, patience, progress)
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

    # -- check, repair, seal --------------------------------------------------------------

    def check(self, *, jobs: int = 1, progress: Progress | None = None) -> Checked:
        """Read every segment and compare the index with what follows from them, without a change.

        Args:
            jobs: how many processes verify; the result is the same for any number.
            progress: is given how much was read and computed.
        """
        with self._keeper.failing():
            return check_store(self._keeper, jobs, progress)

    def repair(
        self,
        *,
        policy: Policy | None = None,
        sources: Sequence[str] | None = None,
        jobs: int = 1,
        progress: Progress | None = None,
    ) -> Checked:
        """Make the index anew of the segments; forgets cursors (STORE-12).

        Args:
            policy: replaces the one of the store; every admission is decided again.
            sources: replace those of the store.
            jobs: how many processes verify; the result is the same for any number.
            progress: is given how much was read and computed.

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
            keeper.rebuild(jobs, progress)
            self._held.clear()
            return found_in(keeper, keeper.index)

    def seal(self, *, progress: Progress | None = None) -> Sealed:
        """Write the entries that are kept into sorted segments and remove the old ones (STORE-13)."""
        with self._keeper.locked():
            return seal(self._keeper, progress)

    def drop(self, *, origin: str = "", code: str = "", progress: Progress | None = None) -> Sealed:
        """Drop entries from the quarantine for ever; what was admitted stays (STORE-15).

        Args:
            origin: whose entries; empty for those of any origin.
            code: why they are in quarantine, as ``key_unknown``; empty for any code.
            progress: is given how many entries that stay are written.

        Raises:
            StoreError: ``type``: neither is given, so that everything would be dropped.
        """
        if not origin and not code:
            raise StoreError("type", "an origin or a code is needed of what is dropped")
        with self._keeper.locked():
            return drop(self._keeper, origin, code, progress)
