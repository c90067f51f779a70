"""What the store of the reader has: the side with which mirrors are compared (spec AUDIT-4, AUDIT-6)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Self

from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import Tree, TreeBuilder
from pithbundle.mirror.audit.sides import Reports, Side, store_side
from pithbundle.store import Store
from pithbundle.store.view import View
from pithbundle.verifier import Verifier

#: The characters of a suffix.
_SUFFIX = 26


class Reference:
    """A store that mirrors are compared with, as it was when the audit began. It is only read.

    Its tree is computed once. Of the files of the tree only the nodes are held: a leaf is made anew of the
    index when it is needed.

    Raises:
        StoreError: for every method, if the store is damaged.
        FileError: if the system rejects something.
    """

    def __init__(self, store: Store) -> None:
        self.view: View = store.view()
        self._store = store
        self.verifier = Verifier(store.policy)
        self._nodes: dict[str, bytes] = {}
        #: By the name of a leaf, the suffix of its first line and the number of its lines.
        self._leaves: dict[str, tuple[str, int]] = {}
        self.tree = self._build()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.view.close()

    def _build(self) -> Tree:
        def write(name: str, data: bytes) -> None:
            first = data.partition(b" ")[0]
            if len(first) == _SUFFIX:
                self._leaves[name] = first.decode("ascii"), data.count(b"\n")
            else:
                self._nodes[name] = data

        builder = TreeBuilder(self.view.records, write)
        for line in self.view.lines():
            builder.add(line)
        return builder.finish()

    def fetch(self, name: str, limit: int) -> bytes:
        """Return a file of the tree by its name."""
        node = self._nodes.get(name)
        if node is not None:
            return node
        first, count = self._leaves[name]
        return b"".join(line.to_bytes() for line in self._lines(first, count))

    def _lines(self, first: str, count: int) -> Iterator[LeafLine]:
        return islice(self.view.lines(first), count)

    def side(self, suffix: str, reports: Reports) -> Side:
        """What the store has of a record: what it serves, and all valid events that it has (STORE-6).

        Args:
            suffix: of the record.
            reports: verifies, under the policy of the store. A mirror that agrees served the same bytes.
        """
        served = self.view.bundles_of(suffix)
        if served is None:
            return Side("store", "absent")
        parts = [*served.parts]
        if served.unverified:
            # The bundle as it was received may lack events of other origins.
            parts += served.record.ledger.export()
        return store_side(reports, suffix, parts)

    def leaf(self, suffix: str) -> str | None:
        """The leaf digest of a record; None where the store has none."""
        line = next(self._lines(suffix, 1), None)
        return line.digest if line is not None and line.suffix == suffix else None

    def served_before(self, base: str, suffix: str) -> frozenset[str]:
        """The valid events of a record that a mirror served before: those of its entries (AUDIT-6)."""
        name = base.rstrip("/")
        return frozenset(
            f"sha256:{event_id}"
            for entry in self._store.entries(suffix)
            if entry.is_admitted and entry.origin.rstrip("/") == name
            for event_id in entry.event_ids
        )

    def suffixes(self) -> Iterator[str]:
        """The suffixes of all records, in their order."""
        return self.view.suffixes()
