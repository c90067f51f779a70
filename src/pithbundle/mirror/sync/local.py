"""The tree of what a store has of a mirror, to be compared with the mirror's (spec SYNC-8)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Self

from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import Tree, build


class LocalTree:
    """A tree whose files are in a temporary file: nothing that is added meanwhile changes it.

    Args:
        lines: all lines in their order.
        records: how many they are.
    """

    def __init__(self, lines: Iterable[LeafLine], records: int) -> None:
        self._file = tempfile.TemporaryFile(prefix="pithbundle-")  # noqa: SIM115 - closed by close
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        try:
            self.tree: Tree = build(lines, records, self._write)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the file; a second time does nothing."""
        self._file.close()

    def _write(self, name: str, data: bytes) -> None:
        if name not in self._places:
            self._places[name] = self._end, len(data)
            self._end += len(data)
            self._file.write(data)

    def file(self, name: str) -> bytes:
        """Return the file of a name, which is one of the tree."""
        offset, length = self._places[name]
        self._file.seek(offset)
        return self._file.read(length)


def merged(first: Iterable[LeafLine], second: Iterable[LeafLine]) -> Iterator[tuple[LeafLine, bool]]:
    """Lines of both in their order, of a suffix the first one's alone; and whether it is the first one's."""
    rest = iter(second)
    other = next(rest, None)
    for one in first:
        while other is not None and other.suffix < one.suffix:
            yield other, False
            other = next(rest, None)
        if other is not None and other.suffix == one.suffix:
            other = next(rest, None)
        yield one, True
    while other is not None:
        yield other, False
        other = next(rest, None)


def changed(lines: Iterable[LeafLine], after: Mapping[str, str | None]) -> Iterator[LeafLine]:
    """Lines with the digests that some records have after changes; None removes a record."""
    new = (LeafLine(suffix, digest or "") for suffix, digest in sorted(after.items()))
    for line, _ in merged(new, lines):
        if line.digest:
            yield line
