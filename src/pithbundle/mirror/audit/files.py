"""The files of mirrors' digests during an audit, as evidence (spec AUDIT-10, AUDIT-13)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pithbundle.digests.head import Head
from pithbundle.errors import DigestError
from pithbundle.mirror.audit.finding import FindingDocument, received
from pithbundle.mirror.digest_files import DigestFiles, children_of
from pithbundle.net.exchange import Exchange

_NAME: Final = re.compile(r"([0-9a-f]{64})\.txt")


@dataclass(slots=True)
class MirrorFiles(DigestFiles):
    """The files of one mirror, and those that are not the ones of their names."""

    #: By the name that was requested, the exchanges of such files.
    wrong: dict[str, Exchange] = field(default_factory=dict)

    def note_wrong(self, name: str, error: DigestError) -> None:
        """Keep the exchange."""
        exchange = getattr(error, "exchange", None)
        if isinstance(exchange, Exchange):
            self.wrong[name] = exchange

    def path_to(self, head: Head, suffix: str) -> list[FindingDocument]:
        """Return the files from the root to the leaf of a record, as far as they are held."""
        found: list[FindingDocument] = []
        prefix, name = "", head.root
        while (held := self.cache.get(name)) is not None:
            found.append(FindingDocument("digests", held))
            if len(prefix) == head.depth:
                break
            children = children_of(head.tree, prefix, name, held)
            prefix = suffix[: len(prefix) + 1]
            name = children.get(prefix, "")
        return found

    def path_to_fault(self, head: Head, error: DigestError) -> list[FindingDocument]:
        """Return the files from the root to the one that an error is of, that one included (AUDIT-13)."""
        named = _NAME.search(error.fault.detail)
        if named is None:
            return []
        name = named[1]
        wrong, held = self.wrong.get(name), self.cache.get(name)
        if wrong is not None:
            path = [received("digests", wrong)]
        elif held is not None:
            path = [FindingDocument("digests", held)]
        else:
            return []
        while name != head.root and (parent := self.cache.parent(name)) is not None:
            name = parent[0]
            path.insert(0, FindingDocument("digests", parent[1]))
        return path
