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
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final, Self

from pithbundle import durable
from pithbundle.durable import NO_FOLDERS, NOTHING, Folder

PART: Final = ".part"
#: Where a system cannot exchange two names: the old folder for a moment.
OLD: Final = ".part.old"
#: Why of two runs with one output the later one ends.
WRITING: Final = "another run is writing it"
JUST_WRITTEN: Final = "another run has just written it"


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
            self.require_replaceable()
            #: The folder to fill.
            self.part = stack.enter_context(self._open_part())
            stack.enter_context(_locked(self.part))
            self._require_same_part()
            self._restore_or_leave()
            self._empty_part(self._keep)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What cannot be removed now, or not even be looked at, is removed by the next run.
        with self._stack, contextlib.suppress(OSError):
            # Once it has its name, it is complete, whatever ends the program then.
            if self.is_under_way():
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
        self.part.sync()
        self.require_replaceable()
        parent = self._parent
        if parent.mode(self.name) is None:
            parent.rename(self.name + PART, self.name)
            parent.sync()
            return
        # Under another name it would be filled, or given its name again, by a run that begins meanwhile.
        with parent.subfolder(self.name) as replaced, _locked(replaced):
            self._replace()
        parent.sync()

    def _replace(self) -> None:
        """Give the folder the name that another one has, and remove that one."""
        part, name, old = self.name + PART, self.name, self.name + OLD
        parent = self._parent
        if durable.exchange(part, name, parent.descriptor):
            old = part
        else:
            parent.rename(name, old)
            parent.rename(part, name)
        parent.sync()
        parent.empty(old, self._known, self._folders)

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

    def _restore_or_leave(self) -> None:
        """Finish what a crash between two renames left, or leave no part that was not there.

        Raises:
            OSError: the folder cannot get its name.
        """
        try:
            self._restore()
            self.require_replaceable()
        except OSError:
            # One with something in it is that of another run, and stays.
            with contextlib.suppress(OSError):
                durable.remove_folder(self.name + PART, self._parent.descriptor)
            raise

    def _restore(self) -> None:
        """Finish what a crash between two renames left; the part is held, so that no run is between them."""
        old = self.name + OLD
        if self._parent.mode(old) is None:
            return
        try:
            with self._parent.subfolder(old) as folder, _locked(folder):
                if self._parent.mode(self.name) is None:
                    # A folder that no run was replacing keeps its name.
                    self._check(folder)
                    self._parent.rename(old, self.name)
                else:
                    self._parent.empty(old, self._known, self._folders)
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise
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
        if not self.is_under_way():
            raise OSError(errno.EBUSY, JUST_WRITTEN)

    def is_under_way(self) -> bool:
        """Whether the folder that is filled still has the name of a part."""
        found = self._parent.status(self.name + PART)
        return found is not None and os.path.samestat(found, os.fstat(self.part.descriptor))

    def _empty_part(self, keep: re.Pattern[str]) -> None:
        try:
            self.part.require_known(self._known, self._folders)
        except OSError as error:
            raise OSError(error.errno, f"{self.name + PART} {error.strerror}; move it away first") from error
        self.part.remove_known(self._known, self._folders, keep)


@contextlib.contextmanager
def _locked(folder: Folder) -> Iterator[None]:
    """Hold a folder against other runs.

    Raises:
        OSError: another run holds it.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(folder.locked())
        except BlockingIOError:
            raise OSError(errno.EBUSY, WRITING) from None
        yield


def _require_own(folder: Folder, name: str) -> Folder:
    """Check that no other user can change a folder which was there: what is written would be theirs (F1)."""
    found = os.fstat(folder.descriptor)
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        folder.close()
        raise OSError(errno.EPERM, f"{name} can be changed by another user; remove it first")
    return folder
