"""Where a mirror is published: a folder that a plain file server serves (spec MIRROR-17)."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from functools import partial
from types import TracebackType
from typing import Final, Protocol, Self

from pithbundle import durable
from pithbundle.archive.manifest import FILES
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.files import file_error
from pithbundle.mirror.served_folder import DIGESTS, PACKS

#: Where a file is written before it gets its name; servers do not list names that begin with a dot.
TEMPORARY: Final = ".new.part"
#: The names that a publisher writes: in the folders of digests, packs and parts, and in that of a record.
_OF_FOLDER: Final = {
    DIGESTS: re.compile(r"[0-9a-f]{64}\.txt|(?:head|next)\.json"),
    PACKS: FILES,
    "parts": re.compile(r"[0-9a-f]{64}\.json"),
}
_OF_RECORD: Final = re.compile(r"(?:bundle|state|parts)\.json|bundle\.cbor|index\.html")
_IS_OF_RECORD: Final = re.compile(r"(?:\.well-known/)?pith/[A-Z2-7]{26}").fullmatch


def own_names(folder: str, names: Iterable[str]) -> set[str]:
    """The names of files that a publisher may have written: it removes no others (MIRROR-17).

    Args:
        folder: the address of the folder.
        names: of the files in it.
    """
    form = _OF_RECORD if _IS_OF_RECORD(folder) else _OF_FOLDER.get(folder.rpartition("/")[2])
    return {name for name in names if not name.startswith(".") and (form is None or form.fullmatch(name))}


class Target(Protocol):
    """Files by their addresses, each of which is replaced in one step.

    Every method raises ``FileError``, ``io``, for what the system rejects.
    """

    #: Whether it is held against other processes as long as it is open.
    is_held: bool

    @property
    def name(self) -> str:
        """What the user named it."""

    def read(self, address: str, limit: int) -> bytes | None:
        """Return at most ``limit`` + 1 bytes of a file; None where there is none."""

    def put(self, address: str, data: bytes) -> bool:
        """Write a file; return False if it was there with this content, and nothing was written."""

    def put_file(self, address: str, path: str, size: int) -> bool:
        """Write a file that is named by its content, from one of this machine, unless it is there."""

    def names(self, folder: str) -> set[str]:
        """The names of the files of a folder that a publisher may have written; none without a folder."""

    def remove(self, address: str) -> None:
        """Remove a file, and the folders in which no other is; nothing happens where there is none."""

    def flush(self) -> None:
        """Wait until everything that was written is on the disk."""


class LocalTarget:
    """A folder of this machine, which is made where there is none. One process at a time publishes to it.

    Raises:
        FileError: ``io``: another process publishes there, or the system rejects it.
    """

    is_held = True

    def __init__(self, path: str) -> None:
        self.name = path
        self._touched: set[str] = set()
        with self._failing(""), contextlib.ExitStack() as stack:
            with (
                contextlib.suppress(FileExistsError),
                Folder.open(os.path.dirname(path.rstrip("/")) or ".") as above,
            ):
                durable.make_folder(os.path.basename(path.rstrip("/")), above.descriptor)
                above.sync()
            self._folder = stack.enter_context(Folder.open(path))
            try:
                stack.enter_context(self._folder.locked())
            except BlockingIOError:
                raise FileError.at(
                    path, "another process publishes there; try again when it is done"
                ) from None
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @contextlib.contextmanager
    def _failing(self, address: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise file_error(os.path.join(self.name, address), error) from error

    @contextlib.contextmanager
    def _above(self, address: str, *, make: bool = False) -> Iterator[tuple[Folder, str]]:
        """The folder of a file and its name there.

        Raises:
            FileNotFoundError: a folder is not there.
        """
        *folders, name = address.split("/")
        with contextlib.ExitStack() as stack:
            at = self._folder
            for each in folders:
                if make and at.mode(each) is None:
                    at.make_folder(each).close()
                    self._touched.add(at.path)
                at = stack.enter_context(at.subfolder(each))
            yield at, name

    def read(self, address: str, limit: int) -> bytes | None:
        """Return at most ``limit`` + 1 bytes of a file; None where there is none.

        Raises:
            FileError: ``io``: it is no regular file, or cannot be read.
        """
        with self._failing(address):
            try:
                with self._above(address) as (folder, name), os.fdopen(folder.open_file(name), "rb") as file:
                    return file.read(limit + 1)
            except FileNotFoundError:
                return None

    def put(self, address: str, data: bytes) -> bool:
        """Write a file; return False if it was there with this content, and nothing was written.

        Raises:
            FileError: ``io``: it cannot be written, or something else has its name.
        """
        if self.read(address, len(data)) == data:
            return False
        with self._failing(address), self._above(address, make=True) as (folder, name):
            folder.write_file(name, data, TEMPORARY)
            self._touched.add(folder.path)
        return True

    def put_file(self, address: str, path: str, size: int) -> bool:
        """Write a file that is named by its content, from one of this machine, unless it is there.

        Raises:
            FileError: ``io``: it cannot be read or written.
        """
        with self._failing(address), self._above(address, make=True) as (folder, name):
            if folder.size(name) == size:
                return False
            with open(path, "rb") as source:
                folder.write_parts(name, iter(partial(source.read, 1 << 20), b""), TEMPORARY)
            self._touched.add(folder.path)
        return True

    def names(self, folder: str) -> set[str]:
        """The names of the files of a folder that a publisher may have written; none without a folder.

        Raises:
            FileError: ``io``: it cannot be read.
        """
        with self._failing(folder):
            try:
                with self._above(f"{folder}/.") as (found, _):
                    names = own_names(folder, found.names())
                    return {name for name in names if stat.S_ISREG(found.mode(name) or 0)}
            except FileNotFoundError:
                return set()

    def remove(self, address: str) -> None:
        """Remove a file, and the folders in which no other is; nothing happens where there is none.

        Raises:
            FileError: ``io``: it cannot be removed.
        """
        with self._failing(address):
            with contextlib.suppress(FileNotFoundError), self._above(address) as (folder, name):
                folder.remove(name)
                self._touched.add(folder.path)
            above = address.rpartition("/")[0]
            while above:
                try:
                    with self._above(above) as (folder, name):
                        durable.remove_folder(name, folder.descriptor)
                        self._touched.discard(os.path.join(folder.path, name))
                        self._touched.add(folder.path)
                except OSError as error:
                    if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
                        raise
                    return
                above = above.rpartition("/")[0]

    def flush(self) -> None:
        """Wait until everything that was written is on the disk.

        Raises:
            FileError: ``io``: a folder cannot be synced.
        """
        with self._failing(""):
            for path in sorted(self._touched):
                with Folder.open(path) as folder:
                    folder.sync()
            self._touched.clear()
