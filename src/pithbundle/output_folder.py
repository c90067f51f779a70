"""Writing a folder of files whole: beside its place, then by one rename (spec ARCH-13).

``DIR.part`` is created, locked and filled; at the end everything is synced and it becomes ``DIR``.
An existing ``DIR`` is exchanged with it in one step where the system can do that. Where it cannot,
the old one is named ``DIR.part.old`` for a moment. A run that finds it without a ``DIR`` gives it its
name again, and removes it otherwise.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from pithbundle import durable
from pithbundle.durable import NO_FOLDERS, NOTHING, Folder

PART: Final = ".part"
#: Where a system cannot exchange two names: the old folder for a moment.
OLD: Final = ".part.old"


class OutputFolder:
    """A folder that gets its name when all is in it.

    Args:
        path: the folder, which must not exist.
        force: whether one that ``check`` accepts is replaced.
        known: the names of all files that a run may leave in the part.
        check: raises OSError for a folder that must not be replaced.
        folders: the names of folders that a run may leave in the part; ``known`` holds for their files.
        keep: the names of files of an earlier run that stay in the part, so that a run goes on with them.

    Attributes:
        keeps: whether the part and its files of ``keep`` stay if the folder does not get its name.

    Raises:
        OSError: the folder exists, another run writes it, or the part contains something else.
    """

    def __init__(
        self,
        path: str,
        force: bool,
        known: re.Pattern[str],
        check: Callable[[Folder], None],
        folders: re.Pattern[str] = NO_FOLDERS,
        keep: re.Pattern[str] = NOTHING,
    ) -> None:
        self._force, self._known, self._check, self._folders = force, known, check, folders
        self._keep = keep
        self.keeps = False
        trimmed = path.rstrip("/") or path
        self.name = os.path.basename(trimmed)
        if self.name in ("", ".", ".."):
            raise OSError(errno.EINVAL, "is no name for a new folder")
        self._stack = contextlib.ExitStack()
        #: The path of the folder in which it gets its name, for messages.
        self.parent_path = os.path.dirname(trimmed) or "."

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._parent = stack.enter_context(Folder.open(self.parent_path))
            self._restore()
            self.require_replaceable()
            #: The folder to fill.
            self.part = stack.enter_context(self._open_part())
            try:
                stack.enter_context(self.part.locked())
            except BlockingIOError:
                raise OSError(errno.EBUSY, "another run is writing it") from None
            self._require_same_part()
            self._empty_part(self._keep)
            self._is_done = False
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if not self._is_done:
                # What cannot be removed now is removed by the next run.
                with contextlib.suppress(OSError):
                    self._empty_part(self._keep if self.keeps else NOTHING)
                    if not self.keeps:
                        durable.remove_folder(self.name + PART, self._parent.descriptor)

    def discard(self) -> None:
        """Remove what was kept of an earlier run.

        Raises:
            OSError: it cannot be removed.
        """
        self._empty_part(NOTHING)

    def give_name(self) -> None:
        """Sync the folder and give it its name; the folder that had the name is removed."""
        part, name, old = self.name + PART, self.name, self.name + OLD
        self.part.sync()
        self.require_replaceable()
        parent = self._parent
        if parent.mode(name) is None:
            parent.rename(part, name)
            parent.sync()
            self._is_done = True
            return
        if durable.exchange(part, name, parent.descriptor):
            self._is_done = True
            parent.sync()
            parent.empty(part, self._known, self._folders)
        else:
            parent.rename(name, old)
            parent.rename(part, name)
            self._is_done = True
            parent.sync()
            parent.empty(old, self._known, self._folders)
        parent.sync()

    # -- what is there already ------------------------------------------------------------

    def require_replaceable(self) -> None:
        """Check that the folder can get its name now.

        Raises:
            OSError: something has the name that is not replaced.
        """
        mode = self._parent.mode(self.name)
        if mode is None:
            return
        if not self._force:
            raise OSError(errno.EEXIST, "exists already; --force replaces it")
        if not stat.S_ISDIR(mode):
            raise OSError(errno.ENOTDIR, "is not a folder, and only those are replaced")
        with self._parent.subfolder(self.name) as folder:
            self._check(folder)

    def _restore(self) -> None:
        """Finish what a crash between two renames left."""
        old = self.name + OLD
        mode = self._parent.mode(old)
        if mode is None:
            return
        try:
            if self._parent.mode(self.name) is None:
                # A folder that no run was replacing keeps its name.
                with self._parent.subfolder(old) as folder:
                    self._check(folder)
                self._parent.rename(old, self.name)
            else:
                self._parent.empty(old, self._known, self._folders)
        except OSError as error:
            raise OSError(error.errno, f"{old}: {error.strerror}; move it away first") from error
        self._parent.sync()

    def _open_part(self) -> Folder:
        part = self.name + PART
        try:
            return self._parent.make_folder(part)
        except FileExistsError:
            pass
        try:
            return _require_own(self._parent.subfolder(part), part)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                raise OSError(
                    error.errno, f"{part} is not a folder, and has to be moved away first"
                ) from error
            raise

    def _require_same_part(self) -> None:
        """Check that the folder that is locked is the one of that name: another run may have renamed it."""
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(self.name + PART, dir_fd=self._parent.descriptor, follow_symlinks=False)
            if os.path.samestat(found, os.fstat(self.part.descriptor)):
                return
        raise OSError(errno.EBUSY, "another run has just written it")

    def _empty_part(self, keep: re.Pattern[str]) -> None:
        try:
            self.part.require_known(self._known, self._folders)
        except OSError as error:
            raise OSError(error.errno, f"{self.name + PART} {error.strerror}; move it away first") from error
        self.part.remove_known(self._known, self._folders, keep)


def _require_own(folder: Folder, name: str) -> Folder:
    """Check that no other user can change a folder which was there: what is written would be theirs (F1)."""
    found = os.fstat(folder.descriptor)
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        folder.close()
        raise OSError(errno.EPERM, f"{name} can be changed by another user; remove it first")
    return folder
