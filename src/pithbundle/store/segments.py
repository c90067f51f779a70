"""Segments: files that are only appended to (spec STORE-3, STORE-13).

The paths of a store are those of an open folder, so that it may be renamed while it is used.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from pithbundle.durable import Folder, OutputFile
from pithbundle.store.entry import Found, Gap, scan

#: The folders of segments.
AreaName: TypeAlias = Literal["segments", "quarantine"]
AREAS: Final[tuple[AreaName, ...]] = ("segments", "quarantine")
#: A segment of so many bytes is not appended to.
MAX_BYTES: Final = 1 << 28
#: The end of the name of a segment that was replaced and has damage.
DAMAGED: Final = ".damaged"
TEMPORARY: Final = "segment.tmp"
_NAME: Final = re.compile(r"([0-9]{8})(-sealed)?\.seg")


def is_sealed(name: str) -> bool:
    """Whether a segment is sealed: nothing is appended to it."""
    return name.endswith("-sealed.seg")


def segment_name(number: int, *, sealed: bool = False) -> str:
    """The name of a segment."""
    return f"{number:08}{'-sealed' if sealed else ''}.seg"


class Area:
    """A folder of segments.

    Raises:
        OSError: for every method that reads or writes.
    """

    def __init__(self, folder: Folder, store: str, name: AreaName) -> None:
        self._folder = folder
        #: The id of the store.
        self.store = store
        self.name = name

    def close(self) -> None:
        """Close the folder."""
        self._folder.close()

    def sizes(self) -> dict[str, int]:
        """The bytes of each segment, in the order of their numbers."""
        found = {}
        for name in self._folder.names():
            if _NAME.fullmatch(name):
                # Only regular files are segments; reading anything else fails where it is read.
                found[name] = self._folder.size(name) or 0
        return found

    def unknown_names(self) -> list[str]:
        """The names that no run of this program gives."""
        known = (TEMPORARY,)
        return [
            name
            for name in self._folder.names()
            if not _NAME.fullmatch(name.replace(DAMAGED, ".seg")) and name not in known
        ]

    def next_number(self) -> int:
        """A number larger than those of all segments."""
        numbers = [_NAME.fullmatch(name.replace(DAMAGED, ".seg")) for name in self._folder.names()]
        return max((int(found[1]) for found in numbers if found), default=0) + 1

    def read(self, segment: str, offset: int, length: int) -> bytes:
        """The bytes at a position, fewer at the end."""
        with self._open(segment) as descriptor:
            return os.pread(descriptor, length, offset)

    def scan(self, segment: str, offset: int, end: int) -> Iterator[Found | Gap]:
        """The entries from a position to an end, and what is none."""
        with self._open(segment) as descriptor:
            at = offset

            def read(size: int) -> bytes:
                nonlocal at
                data = os.pread(descriptor, min(size, end - at), at)
                at += len(data)
                return data

            yield from scan(read, self.store, offset)

    @contextlib.contextmanager
    def _open(self, segment: str) -> Iterator[int]:
        if not _NAME.fullmatch(segment):
            raise OSError(errno.EINVAL, "is no name of a segment")
        descriptor = self._folder.open_file(segment)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def append(self, segment: str, size: int, data: bytes) -> None:
        """Append to a segment of a known size, or create it, and wait until it is on the disk.

        What cannot be written whole is taken away again.
        """
        is_new = self._folder.mode(segment) is None
        with self._folder.create(segment) if is_new else self._folder.reopen(segment, size) as file:
            try:
                file.write(data)
                file.sync()
            except BaseException:
                # Nobody was answered, nor will be after a signal. If this fails too, the next entry begins
                # another segment.
                with contextlib.suppress(OSError):
                    file.truncate(size)
                raise
        if is_new:
            self._folder.sync()

    def sealed(self) -> SealedSegments:
        """A writer of sealed segments."""
        return SealedSegments(self._folder, self.next_number())

    def remove(self, segment: str, *, keep: bool) -> None:
        """Remove a segment, or give it the name of a damaged one; a second time does nothing."""
        if self._folder.mode(segment) is None:
            return
        if keep:
            self._folder.rename(segment, segment.removesuffix(".seg") + DAMAGED)
        else:
            self._folder.remove(segment)

    def sync(self) -> None:
        """Wait until the names are on the disk."""
        self._folder.sync()


class SealedSegments:
    """Writes sealed segments, each under a temporary name until it is complete (STORE-13).

    Raises:
        OSError: for every method.
    """

    def __init__(self, folder: Folder, number: int) -> None:
        self._folder = folder
        self._number = number
        self._file: OutputFile | None = None
        #: The segments that are complete, and their bytes.
        self.sizes: dict[str, int] = {}

    def add(self, entry: bytes) -> tuple[str, int]:
        """Write an entry; return the segment and the offset where it will be."""
        if self._file is not None and self._file.size >= MAX_BYTES:
            self._end(self._file)
        if self._file is None:
            if self._folder.mode(TEMPORARY) is not None:
                self._folder.remove(TEMPORARY)
            self._file = self._folder.create(TEMPORARY)
        offset = self._file.size
        self._file.write(entry)
        return segment_name(self._number, sealed=True), offset

    def finish(self) -> None:
        """End the last segment, and wait until all names are on the disk."""
        if self._file is not None:
            self._end(self._file)
        self._folder.sync()

    def close(self) -> None:
        """Close the file of a segment that is not complete."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _end(self, file: OutputFile) -> None:
        file.sync()
        name = segment_name(self._number, sealed=True)
        self.sizes[name] = file.size
        self._number += 1
        self.close()
        self._folder.rename(TEMPORARY, name)
