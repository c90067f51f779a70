"""What a store knows of a mirror: how far it got, and what it received of each record (spec SYNC-10).

Everything is in the cursors of the store, which are written with the bundles in one transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

from pithbundle.net import Known
from pithbundle.newtypes import DigestHex
from pithbundle.store import Store

_ROW: Final = re.compile(r'([0-9a-f]{32}|-) ([0-9a-f]{64}|-) ((?:W/)?"[!#-~]{0,256}"|-)', re.ASCII)
_HEX: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Row:
    """What was received of a record."""

    #: The digest that the mirror claimed for what the store has of it now; empty if there is none.
    leaf: str = ""
    #: Of the bundle as it was received, in hex, and the entity tag with which it came; may be empty.
    sha256: str = ""
    etag: str = ""

    def to_text(self) -> str:
        """Return it as the value of a cursor."""
        return " ".join(each or "-" for each in (self.leaf, self.sha256, self.etag))

    @classmethod
    def from_text(cls, text: str) -> Row:
        """Read the value of a cursor; a damaged one is an empty row: the record is requested again."""
        found = _ROW.fullmatch(text)
        return cls() if found is None else cls(*("" if each == "-" else each for each in found.groups()))

    @property
    def known(self) -> Known | None:
        """The bundle, for a conditional request."""
        return Known(self.etag, DigestHex(self.sha256)) if self.sha256 and self.etag else None


@dataclass(frozen=True, slots=True)
class Reached:
    """The head up to which everything was stored."""

    root: str
    rules: str
    policy_sha256: str
    generation: int
    head_sha256: str


class KnownMirror:
    """What a store knows of the mirror with a base URL. A URL has no space, so that names are distinct."""

    def __init__(self, store: Store, base: str) -> None:
        self._store = store
        self._row = f"sync record {base} "
        self._mirror = f"sync mirror {base}"
        self._packs = f"sync packs {base}"
        self._pack = f"sync pack {base} "

    def row(self, suffix: str) -> Row | None:
        """What was received of a record; None if nothing was."""
        text = self._store.cursor(self._row + suffix)
        return None if text is None else Row.from_text(text)

    def rows(self) -> Iterator[tuple[str, Row]]:
        """What was received, by suffix, in order."""
        for suffix, text in self._store.cursors(self._row):
            yield suffix, Row.from_text(text)

    def put(self, rows: Mapping[str, Row | None]) -> dict[str, str | None]:
        """The cursors with what was received of records; None forgets one."""
        return {self._row + suffix: None if row is None else row.to_text() for suffix, row in rows.items()}

    def write(self, rows: Mapping[str, Row | None]) -> None:
        """Write what was received of records."""
        self._store.set_cursors(self.put(rows))

    def claim(self, leaves: Mapping[str, str]) -> None:
        """Note another digest that the mirror claims for what was received of records."""
        rows = {suffix: replace(self.row(suffix) or Row(), leaf=leaf) for suffix, leaf in leaves.items()}
        self.write(rows)

    def reached(self) -> Reached | None:
        """The head up to which everything was stored."""
        text = self._store.cursor(self._mirror)
        if text is None:
            return None
        try:
            found = Reached(**json.loads(text))
        except (ValueError, TypeError):
            return None
        return found if type(found.root) is str and _HEX.fullmatch(found.root) else None

    def reach(self, reached: Reached) -> None:
        """Note the head up to which everything was stored."""
        self._store.set_cursor(self._mirror, json.dumps(asdict(reached), sort_keys=True))

    def is_taking_packs(self) -> bool:
        """Whether packs were begun and not all of them were added."""
        return self._store.cursor(self._packs) == "begun"

    def take_packs(self, *, done: bool) -> None:
        """Note that packs are begun, or that all of them were added."""
        values: dict[str, str | None] = {self._packs: "done" if done else "begun"}
        if done:
            values.update({self._pack + name: None for name, _ in self._store.cursors(self._pack)})
        self._store.set_cursors(values)

    def has_pack(self, content_sha256: str) -> bool:
        """Whether a pack was added."""
        return self._store.cursor(self._pack + content_sha256) is not None

    def put_pack(self, content_sha256: str) -> None:
        """Note that a pack was added."""
        self._store.set_cursor(self._pack + content_sha256, "added")
