"""Files in and out: the one place of the library that touches a disk (spec CLI-1, CLI-3).

Input is read up to a limit and no further, whatever the file claims of itself. Output
appears whole or not at all: a new file beside the target, written, synced, and only then
given its name. POSIX only: the rules lean on O_NOFOLLOW and on links relative to a folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from typing import Final

from pithbundle.errors import FileError, InputError

#: The name that stands for standard input.
STDIN: Final = "-"

# umask can narrow it, nothing widens it: what is written here is for all to read, and a
# group that may write could change a verified file after the fact.
_MODE: Final = 0o644
# File systems that cannot sync a folder say so with one of these; the file itself is synced.
_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def read_input(path: str, limit: int) -> bytes:
    """Return the bytes of the file ``path``, or of standard input for ``-`` (CLI-3).

    At most ``limit`` + 1 bytes are read, so a device or pipe without an end costs no more.
    A FIFO is read like a file, because that is what a shell's ``<(...)`` hands over.

    Raises:
        InputError: ``size`` (LIM-1), more than ``limit`` bytes.
        FileError: ``io``, whatever else keeps the bytes from being read.
    """
    try:
        if path == STDIN:
            if sys.stdin is None:
                raise FileError("io", "standard input is closed")
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error
    if len(data) > limit:
        raise InputError("size", f"larger than the limit of {limit} bytes")
    return data


def write_output(path: str, data: bytes, *, force: bool = False) -> None:
    """Write ``data`` to ``path``, whole or not at all (CLI-1).

    An existing file is replaced only with ``force``; without it not even one that appears
    while this runs. A symbolic link, folder, FIFO, socket or device under the name is
    refused always. With ``force`` a hard link is parted from its other names, which keep
    what they held. After a failure the old file, or none, is there.

    Raises:
        FileError: ``io``, for each of these and for whatever the system refuses.
    """
    folder, name = os.path.split(path)
    if name in ("", ".", ".."):
        raise FileError("io", f"{path}: is a folder, not a file")
    try:
        place = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error
    try:
        _refuse_irregular(place, path, name)
        _write(place, name, data, force)
    except FileExistsError as error:
        raise FileError("io", f"{path}: exists already; --force replaces it") from error
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error
    finally:
        os.close(place)


def _refuse_irregular(place: int, path: str, name: str) -> None:
    """Say early, and in words, what must not be replaced; a plain file is left to the link."""
    try:
        found = os.stat(name, dir_fd=place, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise FileError("io", f"{path}: is not a regular file, and only those are replaced")


def _write(place: int, name: str, data: bytes, force: bool) -> None:
    """Write a new file in the folder ``place``, then name it in one step."""
    # Its own short name: the target's may already be as long as the file system allows.
    temporary = f".pithbundle-{secrets.token_hex(8)}.tmp"
    # O_EXCL follows no link either; O_NOFOLLOW says so where a file system forgets it.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, _MODE, dir_fd=place)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if force:
            # Renaming replaces a link that came in meanwhile, it never follows one.
            os.rename(temporary, name, src_dir_fd=place, dst_dir_fd=place)
        else:
            _link(place, temporary, name)
    finally:
        # Gone already after a rename; after a link it is a second name of the same file.
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=place)
    _sync_folder(place)


def _link(place: int, temporary: str, name: str) -> None:
    """Give the file its name if nothing has it: unlike a rename, a link replaces nothing."""
    try:
        os.link(temporary, name, src_dir_fd=place, dst_dir_fd=place, follow_symlinks=False)
    except OSError as error:
        if error.errno in _NO_LINKS:
            # To create the name first and rename over it would leave an empty file after a crash.
            raise OSError(
                error.errno, "no hard links here to create a file in one step; use --force"
            ) from error
        raise


def _sync_folder(place: int) -> None:
    try:
        os.fsync(place)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def _refusal(path: str, error: OSError | ValueError) -> FileError:
    """The error for what the system said, which may quote the path but needs not."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    name = "standard input" if path == STDIN else path
    return FileError("io", f"{name}: {said[:1].lower()}{said[1:]}")
