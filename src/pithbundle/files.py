"""Files in and out, whole (spec CLI-1, CLI-3); :mod:`pithbundle.durable` has the steps of writing.

Input is read up to a limit and no further, whatever the file claims of itself. Output
is written atomically: a new file beside the target, written, synced, and only then
given its name. POSIX only: the rules lean on O_NOFOLLOW and on links relative to a folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, Final, TypeAlias

from pithbundle import durable
from pithbundle.errors import FileError, InputError

#: The name of standard input.
STDIN: Final = "-"
#: Device, inode, size and time in nanoseconds of a file.
FileIdentity: TypeAlias = tuple[int, int, int, int]

# A limit may be raised beyond the memory of the machine: no more is allocated than was read.
_CHUNK: Final = 1 << 20
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def read_input(path: str | os.PathLike[str], limit: int) -> bytes:
    """Return the bytes of the file ``path``, or of standard input for ``-`` (CLI-3).

    At most ``limit`` + 1 bytes are read, so a device or pipe without an end costs no more.
    A FIFO is read like a file, because that is what a shell's ``<(...)`` hands over.

    Raises:
        InputError: ``size`` (LIM-1), more than ``limit`` bytes.
        FileError: ``io``, whatever else keeps the bytes from being read.
        TypeError: ``path`` is neither a string nor a path of one.
    """
    path = os.fspath(path)
    if not isinstance(path, str):
        raise TypeError(f"expected a path as str or pathlib.Path, got {type(path).__name__}")
    try:
        if path == STDIN:
            if sys.stdin is None:
                raise FileError("io", "standard input is closed")
            return _read(sys.stdin.buffer, limit)
        with open(path, "rb") as file:
            return _read(file, limit)
    except (OSError, ValueError) as error:
        raise file_error(path, error) from error


def read_blocks(path: str) -> Iterator[bytes]:
    """The bytes of the file ``path``, or of standard input for ``-``, in blocks (CLI-3).

    Nothing bounds their number: whoever reads them counts, or keeps none.

    Raises:
        FileError: ``io``, whatever keeps the bytes from being read.
    """
    try:
        if path == STDIN:
            if sys.stdin is None:
                raise FileError("io", "standard input is closed")
            while block := sys.stdin.buffer.read(_CHUNK):
                yield block
            return
        with open(path, "rb", buffering=0) as file:
            while block := file.read(_CHUNK):
                yield block
    except (OSError, ValueError) as error:
        raise file_error(path, error) from error


def read_regular(path: str, limit: int) -> bytes:
    """Return the bytes of the regular file ``path``; nothing else is read, and ``-`` is a name (CLI-10).

    A FIFO would block until somebody writes to it, and a device may have no end. What the path
    leads to may change between the two looks at it: the second one is at the open file.

    Raises:
        InputError: ``size`` (LIM-1), more than ``limit`` bytes.
        FileError: ``io``, whatever else keeps the bytes from being read.
    """
    try:
        with open_regular(path) as file:
            return _read(file, limit)
    except (OSError, ValueError) as error:
        raise file_error(path, error) from error


def open_regular(path: str, buffering: int = 0) -> BinaryIO:
    """Open the regular file ``path``, by default without a buffer; nothing else is opened (CLI-10).

    Raises:
        FileError: ``io``: it is a folder, a FIFO, a socket or a device.
        OSError: the system cannot open it.
        ValueError: the path contains a null character.
    """
    return open(regular_descriptor(path), "rb", buffering=buffering)


def regular_descriptor(path: str) -> int:
    """Open the regular file ``path`` as :func:`open_regular` does, and return its descriptor."""
    _require_regular_file(path, os.stat(path).st_mode)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _require_regular_file(path, os.fstat(descriptor).st_mode)
    except FileError:
        os.close(descriptor)
        raise
    return descriptor


def file_identity(found: os.stat_result) -> FileIdentity:
    """Device, inode, size and time of a file: equal ones are one file, unchanged."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def require_unchanged(path: str, descriptor: int, identity: Sequence[int | str]) -> None:
    """Check that an open file is what its path leads to, and has the size and time that it had (ARCH-8).

    Raises:
        FileError: ``io``: it was removed, replaced, or has changed.
    """
    try:
        found = [os.fstat(descriptor), os.stat(path)]
    except OSError as error:
        raise FileError.at(path, "was removed while it was read") from error
    if any(file_identity(one) != identity for one in found):
        raise FileError.at(path, "changed while it was read; read it again")


def _require_regular_file(path: str, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise FileError.at(path, "is a directory")
    if not stat.S_ISREG(mode):
        raise FileError.at(path, "is a FIFO, socket or device, and only regular files are read here")


def _read(file: BinaryIO, limit: int) -> bytes:
    """The bytes of a file; ``size`` if there are more than ``limit`` (LIM-1)."""
    parts: list[bytes] = []
    most = limit + 1
    while most > 0 and (part := file.read(min(most, _CHUNK))):
        parts.append(part)
        most -= len(part)
    data = b"".join(parts)
    if len(data) > limit:
        raise InputError.over_limit("size", limit)
    return data


def write_output(path: str, data: bytes, *, force: bool = False) -> None:
    """Write ``data`` to ``path`` atomically: :func:`write_outputs` of one file (CLI-1)."""
    write_outputs({path: data}, force=force)


def write_outputs(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], *, force: bool = False) -> None:
    """Write every file whole, or after a failure none of them (CLI-1).

    An existing file is replaced only with ``force``; without it not even one that appears
    while this runs. A symbolic link, folder, FIFO, socket or device under the name is
    rejected always. With ``force`` a hard link is separated from its other names, which keep
    their content. All files are written under temporary names before the first gets its
    own, so that a full disk, a signal or a missing folder leaves the old file, or none,
    under every name. What fails after that, in giving the names, takes new files away again;
    a file that was already replaced stays replaced.

    Raises:
        FileError: ``io``, for each of these and for whatever the system rejects.
    """
    pairs = files.items() if isinstance(files, Mapping) else files
    # Of an iterator no more than one file is in memory at a time.
    _write_parts(((path, (data,)) for path, data in pairs), force)


def require_writable(path: str) -> None:
    """Check that a file can be written to ``path``, before the work for it is done; nothing is left there.

    Raises:
        FileError: ``io``, as :func:`write_outputs` with ``force``.
    """
    staged, folders = _Staged(path, force=True), dict[str, int]()
    try:
        staged.write((), folders)
    finally:
        _clean([staged], folders)


def write_stream(path: str, parts: Iterable[bytes], *, force: bool = False) -> None:
    """Write one file whole of parts that are made while it is written, as :func:`write_outputs` (CLI-1).

    Raises:
        FileError: ``io``, as :func:`write_outputs`.
    """
    _write_parts([(path, parts)], force)


def _write_parts(files: Iterable[tuple[str, Iterable[bytes]]], force: bool) -> None:
    """Write files of parts: each under a temporary name first, then all under their own."""
    staged: list[_Staged] = []
    # Open while this runs: a folder that is renamed meanwhile stays the one that was meant.
    folders: dict[str, int] = {}
    try:
        for path, parts in files:
            staged.append(_Staged(path, force))
            staged[-1].write(parts, folders)
        for each in staged:
            each.give_name()
        _clean(staged, folders)
    except BaseException:
        # A signal can come at any step, also while all that is left is to clean up.
        for each in staged:
            each.take_back()
        _clean(staged, folders)
        raise


class _Staged:
    """One file of :func:`write_outputs`: under a temporary name first, then under its own."""

    def __init__(self, path: str, force: bool) -> None:
        self.path = path
        self.force = force
        self.name = os.path.basename(path)
        # Its own short name: the target's may already be as long as the file system allows.
        self.temporary = f".pithbundle-{secrets.token_hex(8)}.tmp"
        self._folder = -1
        self._temporary_exists = False
        #: The new file that has got its name, by device and inode.
        self._new: tuple[int, int] | None = None

    def write(self, parts: Iterable[bytes], folders: dict[str, int]) -> None:
        """Write the file under its temporary name, part by part."""
        with self._errors():
            if self.name in ("", ".", ".."):
                raise FileError("io", f"{self.path}: is a folder, not a file")
            folder = os.path.dirname(self.path) or "."
            if folder not in folders:
                folders[folder] = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            self._folder = folders[folder]
            _require_regular(self._folder, self.path, self.name)
            self._temporary_exists = True
            try:
                descriptor = durable.create(self.temporary, self._folder)
            except FileExistsError:
                self._temporary_exists = False
                raise
            try:
                for part in parts:
                    durable.write(descriptor, part)
                durable.sync(descriptor)
            finally:
                os.close(descriptor)

    def give_name(self) -> None:
        """Give the file its own name in one step."""
        with self._errors():
            if self._identity(self.name) is None or not self.force:
                self._new = self._identity(self.temporary)
            if self.force:
                # Renaming replaces a link that came in meanwhile, it never follows one.
                durable.rename(self.temporary, self.name, self._folder)
            else:
                _link(self._folder, self.temporary, self.name)
            durable.sync_folder(self._folder)

    def take_back(self) -> None:
        """Remove the file again if it is a new one under its name."""
        if self._new is not None and self._identity(self.name) == self._new:
            with contextlib.suppress(OSError):
                durable.remove(self.name, self._folder)

    def clean(self) -> None:
        """Remove the temporary name."""
        if self._temporary_exists:
            # Gone already after a rename; after a link it is a second name of the same file.
            with contextlib.suppress(OSError):
                durable.remove(self.temporary, self._folder)
            self._temporary_exists = False

    def _identity(self, name: str) -> tuple[int, int] | None:
        try:
            found = os.stat(name, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileExistsError as error:
            raise FileError("io", f"{self.path}: exists already; --force replaces it") from error
        except (OSError, ValueError) as error:
            raise file_error(self.path, error) from error


def _clean(staged: Iterable[_Staged], folders: dict[str, int]) -> None:
    for each in staged:
        each.clean()
    while folders:
        os.close(folders.popitem()[1])


def _require_regular(folder: int, path: str, name: str) -> None:
    """Report early what must not be replaced; a plain file is left to the link."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise FileError("io", f"{path}: is not a regular file, and only those are replaced")


def _link(folder: int, temporary: str, name: str) -> None:
    """Give the file its name if nothing has it: unlike a rename, a link replaces nothing."""
    try:
        durable.link(temporary, name, folder)
    except OSError as error:
        if error.errno in _NO_LINKS:
            # To create the name first and rename over it would leave an empty file after a crash.
            raise OSError(
                error.errno, "no hard links here to create a file in one step; use --force"
            ) from error
        raise


def file_error(path: str, error: OSError | ValueError) -> FileError:
    """The error for what the system reported, whose text may or may not contain the path."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    name = "standard input" if path == STDIN else path
    return FileError.at(name, f"{reason[:1].lower()}{reason[1:]}")
