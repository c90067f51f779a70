"""Where archives are: files that are read by offset (spec ARCH-8).

:data:`LOCAL` is the file system of this machine. Object storage is
:mod:`pithbundle.recompute.object_storage`, which needs more packages.
"""

from __future__ import annotations

import os
from typing import Final, Protocol, TypeAlias

from pithbundle.files import file_error, file_identity, read_regular, regular_descriptor, require_unchanged

#: What is equal for one file that did not change, as device, inode, size and time.
Identity: TypeAlias = tuple[int | str, ...]


class OpenFile(Protocol):
    """A file that is open for reading by offset."""

    @property
    def size(self) -> int:
        """Its bytes when it was opened."""

    @property
    def identity(self) -> Identity:
        """Which file it was when it was opened: equal ones are one file, unchanged."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return at most ``size`` bytes, and none only at the end.

        Raises:
            FileError: ``io``: the system cannot read it.
        """

    def require_unchanged(self) -> None:
        """Check that the file of this name is still the one that was opened (ARCH-8).

        Raises:
            FileError: ``io``: it is not.
        """

    def close(self) -> None:
        """Close it; a second time does nothing."""


class Storage(Protocol):
    """Files by their paths."""

    def open(self, path: str) -> OpenFile:
        """Open a file.

        Raises:
            FileError: ``io``: it cannot be opened, or is no regular file.
        """

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a small file.

        Raises:
            InputError: ``size`` (LIM-1), more than ``limit`` bytes.
            FileError: ``io``: it cannot be read, or is no regular file.
        """

    def read_part(self, path: str, offset: int, size: int) -> bytes:
        """Return ``size`` bytes of a file, and nothing is read ahead; fewer at its end.

        Raises:
            FileError: ``io``: it cannot be read, or is no regular file.
        """


class LocalFile:
    """A file of this machine."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._descriptor = regular_descriptor(path)
        except (OSError, ValueError) as error:
            raise file_error(path, error) from error
        found = os.fstat(self._descriptor)
        self.size = found.st_size
        self.identity: Identity = file_identity(found)

    def close(self) -> None:
        """Close it; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def read_at(self, offset: int, size: int) -> bytes:
        """Return at most ``size`` bytes, and none only at the end.

        Raises:
            FileError: ``io``: the system cannot read it.
        """
        try:
            return os.pread(self._descriptor, size, offset)
        except OSError as error:
            raise file_error(self._path, error) from error

    def require_unchanged(self) -> None:
        """Check that the file is the one that was opened, and has its size and times (ARCH-8).

        Raises:
            FileError: ``io``: it is not.
        """
        require_unchanged(self._path, self._descriptor, self.identity)


class LocalStorage:
    """The file system of this machine."""

    def open(self, path: str) -> OpenFile:
        """Open a file.

        Raises:
            FileError: ``io``: it cannot be opened, or is no regular file.
        """
        return LocalFile(path)

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a small file.

        Raises:
            InputError: ``size`` (LIM-1), more than ``limit`` bytes.
            FileError: ``io``: it cannot be read, or is no regular file.
        """
        return read_regular(path, limit)

    def read_part(self, path: str, offset: int, size: int) -> bytes:
        """Return ``size`` bytes of a file; fewer at its end.

        Raises:
            FileError: ``io``: it cannot be read, or is no regular file.
        """
        file = LocalFile(path)
        try:
            return file.read_at(offset, size)
        finally:
            file.close()


#: The files of this machine.
LOCAL: Final = LocalStorage()
