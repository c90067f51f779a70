"""A store at one moment: what is added meanwhile changes nothing of it (spec STORE-8, STORE-9, STORE-14)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Final, Self

from pithbundle.bundle.number import is_suffix
from pithbundle.digests.lines import LeafLine, parse_line
from pithbundle.errors import StoreError
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rules import MERGE_1
from pithbundle.store.index import Index, connect, damaged
from pithbundle.store.judging import Judge
from pithbundle.store.keeper import Keeper
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.loading import StoredRecord, body_of, compose, load_entries
from pithbundle.store.settings import Settings
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy

#: The records that a view holds after it verified them.
_MOST_HELD: Final = 1_024
#: The rows that are read from the index at once, and the first of them where a first suffix is given.
_PAGE: Final = 1_000
_FEW: Final = 128


@dataclass(frozen=True, slots=True)
class Served:
    """The bundles of a record that a reader gets (STORE-8)."""

    #: The bundle as it was received, if there is one, then the parts of the export, if there is one.
    parts: tuple[bytes, ...]
    #: The entry of the bundle as it was received; None if there is an export alone.
    entry: StoredEntry | None
    #: The elements that could not be checked under the policy, each identity once.
    unverified: int
    record: StoredRecord

    @property
    def ledger(self) -> Ledger:
        """The ledger of whoever reads all parts: nothing invalid is served."""
        return self.record.ledger._of_valid_events()

    @classmethod
    def of(cls, record: StoredRecord, body: Callable[[StoredEntry], bytes]) -> Served:
        """Return what is served of a record.

        Raises:
            InputError: an event of an export exceeds the limits of a bundle.
            PithError: what ``body`` raises for an entry that is damaged.
        """
        exported = record.exported()
        if record.served is None:
            return cls(tuple(exported), None, 0, record)
        return cls((body(record.served), *exported), record.served, record.served.unverified, record)


class View:
    """The records of a store as they were when the view was opened. Threads may share it.

    Every method raises ``FileError`` for what the system rejects, and ``StoreError`` for an index or an
    entry that is damaged, or for a segment that was sealed meanwhile: then another view is opened.
    """

    _keeper: Keeper
    _settings: Settings
    _judge: Judge
    _index: Index
    _held: OrderedDict[str, StoredRecord]

    def __init__(self, *_: object, **__: object) -> None:
        """Raise: a view is of a store.

        Raises:
            TypeError: always.
        """
        raise TypeError("a view is opened by Store.view")

    @classmethod
    def _of(cls, keeper: Keeper) -> View:
        made = object.__new__(cls)
        made._keeper = keeper
        made._held = OrderedDict()
        with keeper.failing():
            made._index, made._settings, made._judge = made._opened()
        return made

    def _opened(self) -> tuple[Index, Settings, Judge]:
        """A connection of its own, in a transaction that sees one moment, and what was of that moment."""
        keeper = self._keeper
        while True:
            if keeper.index.meta() != keeper.meta():
                with keeper.locked():
                    pass
            keeper.require_space()
            index = Index(connect(keeper.folder))
            try:
                index.connection.execute("BEGIN")
                if index.meta() == keeper.meta():
                    return index, keeper.settings, keeper.judge
            except BaseException:
                index.connection.close()
                raise
            index.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._index.connection.close()

    # -- what the index states --------------------------------------------------------------

    @property
    def rules(self) -> str:
        """The name of the merge rules."""
        return MERGE_1.name

    @property
    def policy(self) -> Policy:
        """The policy under which bundles were admitted."""
        return self._settings.policy

    @property
    def verifier(self) -> Verifier:
        """What verifies under that policy; it holds what it verified last."""
        return self._judge.verifier

    @property
    def sources(self) -> tuple[str, ...]:
        """The origins, the preferred one first (STORE-8)."""
        return self._settings.sources

    @property
    def policy_sha256(self) -> str:
        """The SHA-256 of the policy under which bundles were admitted, in hex."""
        return self._settings.policy.sha256

    @property
    def records(self) -> int:
        """The number of records."""
        with self._keeper.failing():
            return self._index.number("SELECT count(*) FROM records")

    @property
    def events(self) -> int:
        """The number of valid events of all records."""
        with self._keeper.failing():
            return self._index.number("SELECT coalesce(sum(valid), 0) FROM records")

    def lines(self, first: str = "") -> Iterator[LeafLine]:
        """The leaf line of each record, in the order of the suffixes (MIRROR-1).

        Args:
            first: the first suffix that may be returned; by default any.

        Raises:
            StoreError: ``store``: a row is damaged.
        """
        for suffix, leaf in self._pages("SELECT suffix, leaf FROM records", first):
            line = parse_line(f"{suffix} {leaf}".encode("utf-8", "surrogatepass"))
            if line is None:
                raise damaged("a row of records has another suffix or digest")
            yield line

    def suffixes(self) -> Iterator[str]:
        """The suffix of each record, in order.

        Raises:
            StoreError: ``store``: a row is damaged.
        """
        for (suffix,) in self._pages("SELECT suffix FROM records"):
            if not is_suffix(str(suffix)):
                raise damaged("a row of records has another suffix")
            yield suffix

    def _pages(self, statement: str, first: str = "") -> Iterator[tuple[str, ...]]:
        # Nothing that is a suffix comes between this string and the first one.
        after, most = (first[:-1] + chr(ord(first[-1]) - 1), _FEW) if first else ("", _PAGE)
        while True:
            with self._keeper.failing():
                condition = "WHERE suffix > ? ORDER BY suffix LIMIT ?"
                page = self._index.texts(f"{statement} {condition}", after, most)
            yield from page
            if len(page) < most:
                return
            after, most = page[-1][0], _PAGE

    def fingerprints(self) -> Iterator[tuple[str, str]]:
        """A digest of all that is kept of each record, in hex, in the order of the suffixes.

        What is served of a record follows from it, the policy, the sources and the version of this package.
        """
        statement = "SELECT entry_sha256 FROM entries WHERE suffix = ? AND code = '' AND kept = 1"
        for suffix in self.suffixes():
            with self._keeper.failing():
                names = self._index.texts(f"{statement} ORDER BY sequence, entry_sha256", suffix)
            yield suffix, sha256("".join(f"{name}\n" for (name,) in names).encode()).hexdigest()

    def suffixes_of_alias(self, value: str, most: int) -> list[str]:
        """The records that have an alias of this value, at most so many."""
        statement = "SELECT DISTINCT suffix FROM aliases WHERE value = ? ORDER BY suffix LIMIT ?"
        return self._texts(statement, value, most)

    def suffixes_that_begin(self, prefix: str, most: int, year: str = "") -> list[str]:
        """The records whose suffixes begin with a prefix, at most so many; of a year, if it is given."""
        statement = (
            "SELECT suffix FROM records WHERE suffix >= ? AND suffix < ? "
            "AND pith_number LIKE ? || '%' ORDER BY suffix LIMIT ?"
        )
        # After every character of a suffix.
        return self._texts(statement, prefix, prefix + "~", f"pith:{year}", most)

    def cited_by(self, work: str, most: int) -> list[tuple[str, str]]:
        """Suffix and relationship of the records whose citations name a work, at most so many."""
        statement = (
            "SELECT suffix, relationship FROM citations WHERE citing_work = ? "
            "ORDER BY suffix, event_id LIMIT ?"
        )
        with self._keeper.failing():
            return [(suffix, kind) for suffix, kind in self._index.texts(statement, work, most)]

    def _texts(self, statement: str, *values: object) -> list[str]:
        with self._keeper.failing():
            return [text for (text,) in self._index.texts(statement, *values)]

    # -- what follows from the bundles --------------------------------------------------------

    def record(self, suffix: str) -> StoredRecord | None:
        """A record, verified from its segments at the first request (STORE-9).

        Returns:
            None if the store had no admitted bundle of it.

        Raises:
            StoreError: ``store``: an entry is damaged, or not where it was.
        """
        with self._keeper.failing():
            held = self._held.get(suffix)
            if held is not None:
                self._held.move_to_end(suffix)
                return held
            condition = "suffix = ? AND code = '' AND kept = 1 ORDER BY sequence, entry_sha256"
            entries = [*self._index.entries(condition, suffix)]
            if not entries:
                return None
            loaded, unreadable = load_entries(self._keeper.areas, self._judge, entries)
            if unreadable:
                raise StoreError("store", f"{len(unreadable)} entries of {suffix} are not where they were")
            found = compose(loaded, self._settings.sources)
            self._held[suffix] = found
            if len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
            return found

    def bundles_of(self, suffix: str) -> Served | None:
        """The bundles of a record that a reader gets (STORE-8): the bytes that were verified.

        Returns:
            None if the store had no admitted bundle of it.

        Raises:
            InputError: an event of an export exceeds the limits of a bundle.
            StoreError: ``store``: an entry is damaged, or not where it was.
        """
        record = self.record(suffix)
        if record is None:
            return None
        with self._keeper.failing():
            return Served.of(record, lambda entry: body_of(self._keeper.areas, entry))
