"""The suffixes of the records that an audit reads, in a temporary file (spec AUDIT-14).

A registry has millions of records: in memory each suffix would take several hundred bytes.
"""

from __future__ import annotations

import contextlib
import errno
import heapq
import os
import tempfile
from collections.abc import AsyncIterable, Iterable, Iterator
from itertools import groupby
from types import TracebackType
from typing import Final, Self

from pithbundle.errors import FileError
from pithbundle.files import file_error

#: The bytes of a suffix.
_BYTES: Final = 26
#: How many suffixes of a source are read or written at once.
_BLOCK: Final = 1_024


def each_once(*sources: Iterable[str]) -> Iterator[str]:
    """The suffixes of sorted sources in their order, each once."""
    return (suffix for suffix, _ in groupby(heapq.merge(*sources)))


class Suffixes:
    """The suffixes of several sources, in their order and each once, as long as the file is open.

    Raises:
        FileError: ``io``: for every method, if the temporary file cannot be written or read.
    """

    def __init__(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(prefix="pithbundle-")  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            raise _failed(error) from error
        #: Where the suffixes of each source begin and end.
        self._sources: list[tuple[int, int]] = []
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What could not be written is tried once more here.
        with contextlib.suppress(OSError):
            self._file.close()

    def add(self, source: Iterable[str]) -> None:
        """Add the suffixes of a sorted source."""
        start, block = self._end, bytearray()
        for suffix in source:
            self._put(block, suffix)
        self._finish(start, block)

    async def add_listed(self, source: AsyncIterable[str]) -> None:
        """Add the suffixes of a sorted source that is read meanwhile; none of them if that fails."""
        start, block = self._end, bytearray()
        async for suffix in source:
            self._put(block, suffix)
        self._finish(start, block)

    def _put(self, block: bytearray, suffix: str) -> None:
        block += suffix.encode("ascii")
        if len(block) >= _BLOCK * _BYTES:
            self._write(block)

    def _finish(self, start: int, block: bytearray) -> None:
        self._write(block)
        self._sources.append((start, self._end))

    def _write(self, block: bytearray) -> None:
        try:
            self._file.seek(self._end)
            self._file.write(block)
            self._file.flush()
        except OSError as error:
            raise _failed(error) from error
        self._end += len(block)
        block.clear()

    def __iter__(self) -> Iterator[str]:
        return each_once(*(self._read(start, end) for start, end in self._sources))

    def _read(self, start: int, end: int) -> Iterator[str]:
        for at in range(start, end, _BLOCK * _BYTES):
            try:
                block = os.pread(self._file.fileno(), min(_BLOCK * _BYTES, end - at), at)
            except OSError as error:
                raise _failed(error) from error
            if len(block) < min(_BLOCK * _BYTES, end - at):
                raise _failed(OSError(errno.EIO, "it is shorter than what was written"))
            text = block.decode("ascii")
            for offset in range(0, len(text), _BYTES):
                yield text[offset : offset + _BYTES]

    def count(self) -> int:
        """How many they are, each once."""
        return sum(1 for _ in self)


def _failed(error: OSError) -> FileError:
    return file_error("a temporary file (TMPDIR names another folder)", error)
