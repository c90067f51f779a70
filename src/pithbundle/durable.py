"""Everything that the library writes to a disk goes through this module (threats F1 to F4).

The functions are the system calls that change a disk, and few. A test replaces them by recorders and
replays what was recorded with unsynced changes dropped, cut or reordered: after a crash there is the
old output or the new one, complete. So a caller follows this order: :func:`create` a new name,
:func:`write`, :func:`sync` the file, :func:`rename` it, :func:`sync_folder` the folder.

Names are relative to an open folder, which stays the one that was meant if its path is moved. POSIX
only. Everything raises ``OSError``; the callers know which path to name.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from typing import Final, Self

# umask can narrow it, nothing widens it: what is written here is for all to read, and a
# group that may write could change a verified file after the fact.
_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
# File systems that cannot sync a folder return one of these; the file itself is synced.
_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
#: ``renameat2`` with this flag exchanges two names in one step.
_EXCHANGE: Final = 2
_NO_EXCHANGE: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM})
#: The seconds between two attempts to get a lock.
_PAUSE: Final = 0.01
#: The name that a file has while it is written, where a folder has no reason for another one.
TEMPORARY: Final = "file.tmp"
#: No name at all, and the names of folders where only files are known.
NOTHING: Final = re.compile("(?!)")
NO_FOLDERS: Final = NOTHING


def create(name: str, folder: int) -> int:
    """Create the file ``name``, which must not exist, and return its descriptor."""
    # O_EXCL follows no link either; O_NOFOLLOW repeats it for a file system that ignores that.
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, _MODE, dir_fd=folder)


def write(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of ``data`` at the position of the file."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def truncate(descriptor: int, length: int) -> None:
    """Cut the file to so many bytes."""
    os.ftruncate(descriptor, length)


def sync(descriptor: int) -> None:
    """Wait until the content of the file is on the disk."""
    os.fsync(descriptor)


def sync_folder(folder: int) -> None:
    """Wait until the names in the folder are on the disk."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def rename(old: str, new: str, folder: int) -> None:
    """Give a file or folder another name in one step; an existing file is replaced, a link not followed."""
    os.rename(old, new, src_dir_fd=folder, dst_dir_fd=folder)


def exchange(one: str, other: str, folder: int) -> bool:
    """Exchange two names in one step; return False where the system or the file system cannot."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(folder, os.fsencode(one), folder, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), one)


def touch(descriptor: int) -> None:
    """Set the time of an open file to now; its content does not change."""
    os.utime(descriptor)


def link(old: str, new: str, folder: int) -> None:
    """Give a file a second name, which must not exist."""
    os.link(old, new, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)


def remove(name: str, folder: int) -> None:
    """Remove a file."""
    os.unlink(name, dir_fd=folder)


def make_folder(name: str, folder: int, mode: int = _FOLDER_MODE) -> None:
    """Create a folder, which must not exist."""
    os.mkdir(name, mode, dir_fd=folder)


def remove_folder(name: str, folder: int) -> None:
    """Remove an empty folder."""
    os.rmdir(name, dir_fd=folder)


class OutputFile:
    """A file that is being written. It counts as written once :meth:`sync` has returned."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        #: The bytes written so far.
        self.size = os.fstat(descriptor).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, data: bytes) -> None:
        """Append ``data``."""
        write(self._descriptor, data)
        self.size += len(data)

    def sync(self) -> None:
        """Wait until all is on the disk."""
        sync(self._descriptor)

    def truncate(self, length: int) -> None:
        """Cut what was written to so many bytes."""
        truncate(self._descriptor, length)
        self.size = length

    def read_at(self, offset: int, length: int) -> bytes:
        """Return what was written at ``offset``, fewer bytes at the end."""
        return os.pread(self._descriptor, length, offset)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Folder:
    """An open folder in which files are written. Names are those of entries, without ``/``."""

    def __init__(self, path: str, descriptor: int) -> None:
        #: The path for messages; it is not opened again.
        self.path = path
        self.descriptor = descriptor

    @classmethod
    def open(cls, path: str) -> Self:
        """Open an existing folder; a symbolic link to one is followed."""
        return cls(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the folder; a second time does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    # -- looking ------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The names of all entries, sorted by their bytes."""
        return sorted(os.listdir(self.descriptor), key=os.fsencode)

    def mode(self, name: str) -> int | None:
        """The mode of an entry, of a link itself; None where there is none."""
        found = self.status(name)
        return None if found is None else found.st_mode

    def size(self, name: str) -> int | None:
        """The bytes of a file, of a link itself; None where there is none."""
        found = self.status(name)
        return None if found is None else found.st_size

    def status(self, name: str) -> os.stat_result | None:
        """What the system knows of an entry, of a link itself; None where there is none."""
        try:
            return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def subfolder(self, name: str) -> Folder:
        """Open a folder in this one; a symbolic link is none."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        return Folder(os.path.join(self.path, name), os.open(name, flags, dir_fd=self.descriptor))

    def open_file(self, name: str) -> int:
        """Open a regular file to read and return its descriptor; nothing else is opened."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=self.descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "is not a regular file")
        return descriptor

    @contextlib.contextmanager
    def locked(self, seconds: float = 0.0) -> Iterator[None]:
        """Hold the folder against other processes that lock it too; the system ends the lock with them.

        Args:
            seconds: how long to wait for another.

        Raises:
            BlockingIOError: another process holds it.
        """
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise
                time.sleep(_PAUSE)
        try:
            yield
        finally:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def lock_together(self) -> None:
        """Hold the folder with others until it is closed; wait for one that holds it alone."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    # -- writing ------------------------------------------------------------------------

    def create(self, name: str) -> OutputFile:
        """Create a file, which must not exist."""
        return OutputFile(create(name, self.descriptor))

    def reopen(self, name: str, length: int) -> OutputFile:
        """Open a file that an interrupted run wrote, cut it to ``length`` bytes, and append to it."""
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=self.descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or os.fstat(descriptor).st_size < length:
            os.close(descriptor)
            raise OSError(errno.EINVAL, "is not a regular file of the length that was noted")
        truncate(descriptor, length)
        return OutputFile(descriptor)

    def write_file(self, name: str, data: bytes, temporary: str = TEMPORARY) -> None:
        """Write a file whole under a temporary name, sync it, and give it its name.

        Who writes under the temporary name is alone in the folder: a file of that name is replaced.
        """
        self.write_parts(name, (data,), temporary)

    def write_parts(self, name: str, parts: Iterable[bytes], temporary: str = TEMPORARY) -> None:
        """Write a file as :meth:`write_file` does, part by part; what fails leaves no temporary file."""
        if self.mode(temporary) is not None:
            # What a run left that was killed.
            self.remove(temporary)
        file = self.create(temporary)
        try:
            with file:
                for part in parts:
                    file.write(part)
                file.sync()
            self.rename(temporary, name)
        except BaseException:
            # Also where a signal ends the program (CLI-7). A disk that fails may reject this too.
            with contextlib.suppress(OSError):
                self.remove(temporary)
            raise

    def rename(self, old: str, new: str) -> None:
        """Give an entry another name; a file of that name is replaced."""
        rename(old, new, self.descriptor)

    def remove(self, name: str) -> None:
        """Remove a file."""
        remove(name, self.descriptor)

    def make_folder(self, name: str, mode: int = _FOLDER_MODE) -> Folder:
        """Create a folder, which must not exist, and open it."""
        make_folder(name, self.descriptor, mode)
        return self.subfolder(name)

    def sync(self) -> None:
        """Wait until the names in the folder are on the disk."""
        sync_folder(self.descriptor)

    def empty(self, name: str, known: re.Pattern[str], folders: re.Pattern[str] = NO_FOLDERS) -> None:
        """Remove the files of the folder ``name`` and then the folder, if all its names are known.

        Raises:
            OSError: it has an entry of another name, or a folder that is none of ``folders``; then
                nothing is removed.
        """
        with self.subfolder(name) as folder:
            folder.remove_known(known, folders)
        remove_folder(name, self.descriptor)

    def require_known(self, known: re.Pattern[str], folders: re.Pattern[str] = NO_FOLDERS) -> None:
        """Check that every entry is a file whose name matches, or a folder of ``folders`` with such files.

        Raises:
            OSError: one is not; the message names it.
        """
        for each in self.names():
            if self._is_folder(each) and folders.fullmatch(each):
                with self.subfolder(each) as inner:
                    inner.require_known(known)
            elif known.fullmatch(each) is None or self._is_folder(each):
                raise OSError(errno.ENOTEMPTY, f"contains {each!r}, which pithbundle did not write")

    def remove_known(
        self,
        known: re.Pattern[str],
        folders: re.Pattern[str] = NO_FOLDERS,
        keep: re.Pattern[str] = NOTHING,
    ) -> None:
        """Remove everything in the folder but the files of ``keep``, if :meth:`require_known` accepts it.

        Raises:
            OSError: it does not; then nothing is removed.
        """
        self.require_known(known, folders)
        for each in self.names():
            if self._is_folder(each):
                self.empty(each, known)
            elif keep.fullmatch(each) is None:
                self.remove(each)

    def _is_folder(self, name: str) -> bool:
        mode = self.mode(name)
        return mode is not None and stat.S_ISDIR(mode)
