"""How far a synchronisation got, and what it needs to know of a record (spec STORE-11, SYNC-10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pithbundle.store.keeper import Keeper

#: The rows that are read from the index at once.
_PAGE: Final = 1_000


class Cursors:
    """The part of a store that a synchronisation reads."""

    _keeper: Keeper

    def cursor(self, name: str) -> str | None:
        """How far a synchronisation got; None before it began, and after the index was made anew."""
        with self._keeper.failing():
            found = self._keeper.index.texts("SELECT value FROM cursors WHERE name = ?", name)
            return found[0][0] if found else None

    def set_cursor(self, name: str, value: str | None) -> None:
        """Note how far a synchronisation got; None forgets it."""
        self.set_cursors({name: value})

    def set_cursors(self, values: Mapping[str, str | None]) -> None:
        """Write cursors in one transaction; None removes one."""
        with self._keeper.locked():
            index = self._keeper.index
            with index.writing():
                index.put_cursors(values)

    def cursors(self, prefix: str) -> Iterator[tuple[str, str]]:
        """What follows a prefix in the names of cursors, and their values, in the order of the names."""
        after = ""
        while True:
            with self._keeper.failing():
                page = self._keeper.index.cursors(prefix, after, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def leaf(self, suffix: str) -> str | None:
        """The leaf digest of a record, as the index states it; None without the record (STORE-10)."""
        with self._keeper.failing():
            found = self._keeper.index.texts("SELECT leaf FROM records WHERE suffix = ?", suffix)
            return found[0][0] if found else None

    def leaf_of(self, parts: Sequence[bytes]) -> str | None:
        """The leaf digest of bundles of one record by themselves; None if one of them is rejected."""
        with self._keeper.failing():
            return self._keeper.judge.leaf_of(parts)

    def ids_of(self, parts: Sequence[bytes]) -> tuple[set[str], set[str]]:
        """The ids of valid events and the identities of unverified elements of bundles, in hex.

        Raises:
            PithError: one of them is rejected.
        """
        with self._keeper.failing():
            return self._keeper.judge.ids_of(parts)
