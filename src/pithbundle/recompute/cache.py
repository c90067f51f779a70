"""The cache: a folder of results of units by their keys, for later runs (spec RECOMP-10, RECOMP-17).

Whoever can write into the folder can write the states of every record, since a result that is found is
not computed. So the folder is of the user alone, and a share of what is found is computed all the same.

Nothing here is synced: an entry that a crash has cut is damaged, which its digest shows, and is written
again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from pithbundle.durable import Folder, touch
from pithbundle.files import file_error

#: The mark of a cache, by which programs that make backups pass it over (bford.info/cachedir).
TAG: Final = "CACHEDIR.TAG"
_TAG_TEXT: Final = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# A cache of pithbundle recompute. It may be removed as a whole at any time.\n"
)
_MODE: Final = 0o700
_HEAD: Final = b"pithbundle cache 1\n"
_DIGEST: Final = 32
_LENGTH: Final = 8
_START: Final = len(_HEAD) + _DIGEST + _LENGTH
_FILES: Final = re.compile(re.escape(TAG))
_FOLDERS: Final = re.compile("[0-9a-f]{2}")
_ENTRY: Final = re.compile("[0-9a-f]{64}")
_LEFTOVER: Final = re.compile(r"[0-9a-f]{16}\.tmp")
_TEMPORARY: Final = ".tmp"


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What is left of a cache that was made smaller, and how much was removed."""

    entries: int
    size: int
    removed: int
    removed_size: int


class Cache:
    """An open cache.

    Args:
        path: the folder; it is created if it does not exist.

    Raises:
        OSError: it is no folder of this user, others can write it, or it contains something else.
    """

    def __init__(self, path: str) -> None:
        self._stack = contextlib.ExitStack()
        self.path = path.rstrip("/") or path
        with contextlib.ExitStack() as stack:
            self._folder = stack.enter_context(_opened(self.path))
            self._require_own()
            with contextlib.suppress(FileExistsError), self._folder.create(TAG) as tag:
                tag.write(_TAG_TEXT)
            # A run that holds the folder alone is the only one, and what is unfinished there is left over.
            with contextlib.suppress(BlockingIOError), self._folder.locked():
                self._remove_leftovers()
            self._folder.lock_together()
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the folder; a second time does nothing."""
        self._stack.close()

    def entry_path(self, key: str) -> str:
        """The path of an entry, for messages."""
        return os.path.join(self.path, key[:2], key)

    def get(self, key: str) -> bytes | None:
        """Return the block of a unit; None if it is not there, empty if its entry cannot be used.

        That is one which is cut or of another key, and one that another user can write. Damage of the block
        itself shows when it is read.
        """
        try:
            with self._folder.subfolder(key[:2]) as folder:
                descriptor = folder.open_file(key)
        except OSError:
            # A link, a FIFO and a folder are no entries. What is one and cannot be read is reported
            # when it is written again.
            return None
        with open(descriptor, "rb") as file:
            try:
                start = file.read(_START)
                length = int.from_bytes(start[-_LENGTH:], "big")
                found = os.fstat(descriptor)
                if len(start) < _START or found.st_size != _START + length or _is_of_others(found):
                    return b""
                data = file.read(length)
                if start != _start(key, data):
                    return b""
            except OSError:
                return None
            # Where it cannot be noted, the entry counts as used when it was written.
            with contextlib.suppress(OSError):
                touch(descriptor)
        return data

    def put(self, key: str, data: bytes) -> None:
        """Write the block of a unit as its entry, atomically; one that is there is replaced.

        Raises:
            OSError: it cannot be written.
        """
        # The tag says that a cache may be removed at any time: then nothing is kept.
        with contextlib.suppress(FileNotFoundError):
            self._write(key, data)

    def _write(self, key: str, data: bytes) -> None:
        try:
            folder = self._folder.make_folder(key[:2], _MODE)
        except FileExistsError:
            folder = self._folder.subfolder(key[:2])
        with folder:
            # Its own name: two runs may write the same entry at the same time.
            temporary = secrets.token_hex(8) + _TEMPORARY
            try:
                with folder.create(temporary) as file:
                    file.write(_start(key, data) + data)
                folder.rename(temporary, key)
            except BaseException:
                with contextlib.suppress(OSError):
                    folder.remove(temporary)
                raise

    def shrink(self, most: int) -> Shrunk:
        """Remove the entries that were last used longest ago, until the others have ``most`` bytes at most.

        Another run may use the cache meanwhile: what it looks for and does not find, it computes.

        Raises:
            OSError: an entry cannot be removed.
        """
        found = sorted(self._entries())
        size, removed, removed_size = sum(each[-1] for each in found), 0, 0
        for _, name, length in found:
            if size - removed_size <= most:
                break
            with contextlib.suppress(FileNotFoundError), self._folder.subfolder(name[:2]) as folder:
                folder.remove(name)
            removed, removed_size = removed + 1, removed_size + length
        return Shrunk(len(found) - removed, size - removed_size, removed, removed_size)

    def _entries(self) -> Iterator[tuple[int, str, int]]:
        """The time of the last use, the name and the bytes of each entry."""
        for name in self._folder.names():
            if _FOLDERS.fullmatch(name):
                with contextlib.suppress(FileNotFoundError), self._folder.subfolder(name) as folder:
                    for each in folder.names():
                        found = folder.status(each) if _ENTRY.fullmatch(each) else None
                        if found is not None and stat.S_ISREG(found.st_mode):
                            yield found.st_mtime_ns, each, found.st_size

    def _require_own(self) -> None:
        """Check that nobody else can write the folder, and that it contains a cache or nothing.

        Raises:
            OSError: they can, or it does not.
        """
        found = os.fstat(self._folder.descriptor)
        if found.st_uid != os.geteuid():
            raise OSError(errno.EPERM, "belongs to another user, who can write results into it")
        if _is_of_others(found):
            mode = f"{stat.S_IMODE(found.st_mode):o}"
            raise OSError(
                errno.EPERM, f"others can write results into it (mode {mode}): chmod 700, or another folder"
            )
        for name in self._folder.names():
            inner = self._folder.status(name)
            mode_of = 0 if inner is None else inner.st_mode
            known = _FOLDERS if stat.S_ISDIR(mode_of) else _FILES
            if known.fullmatch(name) is None or not (stat.S_ISDIR(mode_of) or stat.S_ISREG(mode_of)):
                raise OSError(
                    errno.ENOTEMPTY, f"contains {name!r}, which is not of a cache: name a new folder"
                )
            if inner is not None and stat.S_ISDIR(mode_of) and _is_of_others(inner):
                raise OSError(
                    errno.EPERM, f"others can write results into its folder {name}: name a new folder"
                )

    def _remove_leftovers(self) -> None:
        """Remove what a run that was killed was writing."""
        for name in self._folder.names():
            if _FOLDERS.fullmatch(name):
                with self._folder.subfolder(name) as folder:
                    for each in folder.names():
                        if _LEFTOVER.fullmatch(each):
                            folder.remove(each)


def _is_of_others(found: os.stat_result) -> bool:
    """Whether another user owns a file or folder, or can write it."""
    return found.st_uid != os.geteuid() or bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


@contextlib.contextmanager
def cache_at(path: str | None) -> Iterator[Cache | None]:
    """Open the cache of a run; None without one.

    Raises:
        FileError: ``io``: it cannot be used.
    """
    if path is None:
        yield None
        return
    try:
        cache = Cache(path)
    except OSError as error:
        raise file_error(path, error) from error
    with cache:
        yield cache


def _opened(path: str) -> Folder:
    name = os.path.basename(path)
    if name in ("", ".", ".."):
        raise OSError(errno.EINVAL, "is no name for a cache: name a new folder")
    with Folder.open(os.path.dirname(path) or ".") as parent:
        try:
            return parent.make_folder(name, _MODE)
        except FileExistsError:
            pass
        try:
            return parent.subfolder(name)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                detail = "is a symbolic link or no folder, and a cache is a folder"
                raise OSError(error.errno, detail) from error
            raise


def _start(key: str, data: bytes) -> bytes:
    """What an entry begins with: it covers the key, and the digest with which the block ends."""
    digest = sha256(key.encode("ascii") + data[-_DIGEST:]).digest()
    return _HEAD + digest + len(data).to_bytes(_LENGTH, "big")


def is_rechecked(key: str, salt: str, percent: int) -> bool:
    """Whether a result that was found is computed all the same (RECOMP-10).

    The share follows from the key and from the plan of the run, ``salt``: the same run repeats the same
    ones, and a registry that changes has others each time.
    """
    drawn = int.from_bytes(sha256(f"{salt} {key}".encode("ascii")).digest()[:8], "big")
    return drawn * 100 < percent << 64
