"""The parts of an open store and what keeps its index up to date (spec STORE-4, STORE-12, STORE-13)."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from typing import Final

from pithbundle.durable import Folder
from pithbundle.errors import FileError, StoreError
from pithbundle.files import file_error
from pithbundle.merge.rules import MERGE_1
from pithbundle.progress import Progress
from pithbundle.store.index import FILES, INDEX, NO_SPACE, VERSION, Index, connect, failing, scratch
from pithbundle.store.judges import Judges
from pithbundle.store.judging import Judge
from pithbundle.store.segments import AREAS, Area, AreaName, is_sealed, segment_name
from pithbundle.store.segments import MAX_BYTES as MAX_SEGMENT
from pithbundle.store.settings import read_settings
from pithbundle.store.updating import Updater
from pithbundle.verifier import Verifier

#: The seconds that a process waits for another that holds the store.
PATIENCE: Final = 60.0


class Keeper:
    """An open store: its folder, its settings, its segments and its index.

    Args:
        path: the folder.
        patience: how many seconds to wait for another process.
        progress: is given what is read until the store is open.

    Raises:
        FileError: ``io``: it is no store, or the system rejects something.
        StoreError: ``store``: the settings are damaged.
    """

    def __init__(self, path: str, patience: float = PATIENCE, progress: Progress | None = None) -> None:
        self.path = path
        self._patience = patience
        self._mutex = threading.RLock()
        self._depth = 0
        self._stack = contextlib.ExitStack()
        self._index: Index | None = None
        #: Why the connection excludes others; None if it does not.
        self._no_space: FileError | None = None
        self._progress: Progress | None = None
        self._identity: tuple[int, int] | None = None
        with self.failing(), contextlib.ExitStack() as stack:
            self.folder = stack.enter_context(Folder.open(path))
            self.settings = read_settings(self.folder)
            self.areas: dict[AreaName, Area] = {}
            for name in AREAS:
                self.areas[name] = Area(self.folder.subfolder(name), self.settings.store, name)
                stack.callback(self.areas[name].close)
            self.judge = Judge(Verifier(self.settings.policy))
            stack.callback(self._disconnect)
            self._progress = progress
            self._open()
            self._progress = None
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Close everything; a second time does nothing."""
        self._stack.close()

    @contextlib.contextmanager
    def failing(self) -> Iterator[None]:
        """Exclude other threads, and report what the system and SQLite raise.

        Raises:
            FileError: ``io``.
            StoreError: ``store``: the index is damaged.
        """
        try:
            with self._mutex, failing(self.path):
                yield
        except OSError as error:
            raise file_error(self.path, error) from error

    # -- the index ------------------------------------------------------------------------

    @property
    def index(self) -> Index:
        """The index; another process may have made it anew.

        Raises:
            StoreError: it is missing or damaged.
        """
        identity = self._index_identity()
        if self._index is None or identity != self._identity:
            self._disconnect()
            self._index = Index(self._connected())
            self._identity = self._index_identity()
        return self._index

    def _connected(self) -> sqlite3.Connection:
        """A connection; on a full disk one that excludes others, so that what is there can be read."""
        try:
            return connect(self.folder)
        except FileError as error:
            if not error.reason.startswith(NO_SPACE):
                raise
            self._no_space = error
        return connect(self.folder, alone=True)

    def require_space(self) -> None:
        """Check that other connections can be opened beside the one of this store.

        Raises:
            FileError: ``io``: the disk is full.
        """
        if self._no_space is not None:
            raise self._no_space.detached()

    def _index_identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(INDEX, dir_fd=self.folder.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _disconnect(self) -> None:
        if self._index is not None:
            self._index.connection.close()
            self._index = self._no_space = None

    def meta(self) -> dict[str, str]:
        """What an index of this store states."""
        return {
            "version": VERSION,
            "store": self.settings.store,
            "policy_sha256": self.settings.policy.sha256,
            "rules": MERGE_1.name,
            "sources": json.dumps(self.settings.sources),
        }

    def sizes(self) -> dict[tuple[AreaName, str], int]:
        """The bytes of all segments that are in use."""
        return {
            (name, each): size for name, area in self.areas.items() for each, size in area.sizes().items()
        }

    def updater(
        self, index: Index, judges: Judges | None = None, progress: Progress | None = None
    ) -> Updater:
        """What puts entries into an index."""
        return Updater(index, self.areas, judges or Judges(self.judge), self.settings.sources, progress)

    # -- locking --------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store, with an index that knows all entries (STORE-4).

        Raises:
            FileError: ``io``: another process holds it for longer than a caller waits.
        """
        with self.failing(), contextlib.ExitStack() as stack:
            if not self._depth:
                # A lock of its own: those of one open folder do not exclude each other.
                mine = os.open(
                    ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self.folder.descriptor
                )
                folder = stack.enter_context(Folder(self.path, mine))
                try:
                    stack.enter_context(folder.locked(self._patience))
                except BlockingIOError:
                    reason = f"another process has held the store for {self._patience:g} seconds"
                    raise FileError.at(self.path, f"{reason}; try again when it is done") from None
            self._depth += 1
            try:
                if self._depth == 1:
                    self._update()
                yield
            finally:
                self._depth -= 1

    def _open(self) -> None:
        """Read what was appended behind the part that the index knows (STORE-12)."""
        if not self._is_current():
            with self.locked():
                pass

    def _is_current(self) -> bool:
        try:
            with self.failing(), self.index.reading():
                known = {key: size for key, (size, _) in self.index.segments().items()}
                obsolete = self.index.obsolete()
                return self.index.meta() == self.meta() and not obsolete and known == self.sizes()
        except StoreError:
            return False

    def reload(self) -> None:
        """Read the settings again: another process may have replaced the policy."""
        found = read_settings(self.folder)
        if found != self.settings:
            self.settings = found
            self.judge = Judge(Verifier(found.policy))

    def _update(self) -> None:
        """Bring the index up to date; the caller holds the store."""
        self.reload()
        try:
            with failing(self.path):
                self.remove_obsolete()
                known, sizes = self.index.segments(), self.sizes()
                fits = self.index.meta() == self.meta()
                if fits and all(sizes.get(key, -1) >= size for key, (size, _) in known.items()):
                    self._read_tails(known, sizes)
                    return
        except StoreError:
            pass
        self.rebuild()

    def _read_tails(
        self, known: dict[tuple[AreaName, str], tuple[int, bool]], sizes: dict[tuple[AreaName, str], int]
    ) -> None:
        behind = {key: size for key, size in sizes.items() if size != known.get(key, (0, True))[0]}
        missing = [key for key in sizes if key not in known]
        if not behind and not missing:
            return
        with self.index.writing():
            self.updater(self.index, progress=self._progress).read(
                {key: (known.get(key, (0, True))[0], sizes[key]) for key in [*behind, *missing]}
            )

    def remove_obsolete(self) -> None:
        """Remove the segments that were replaced: a crash may have come before (STORE-13)."""
        obsolete = self.index.obsolete()
        if not obsolete:
            return
        for area in AREAS:
            for (of, name), is_damaged in obsolete.items():
                if of == area:
                    self.areas[area].remove(name, keep=is_damaged)
            self.areas[area].sync()
        with self.index.writing():
            self.index.forget_obsolete()

    def derived(
        self, sizes: dict[tuple[AreaName, str], int], jobs: int = 1, progress: Progress | None = None
    ) -> Index:
        """An index that is made anew of segments up to an end each, beside the one of the store.

        It is the same for any number of processes.
        """
        made = Index(scratch())
        try:
            with made.writing(), Judges(self.judge, jobs) as judges:
                made.put_meta(self.meta())
                updater = self.updater(made, judges, progress)
                updater.read({key: (0, size) for key, size in sizes.items()})
        except BaseException:
            made.connection.close()
            raise
        return made

    def rebuild(self, jobs: int = 1, progress: Progress | None = None) -> None:
        """Make the index anew; the caller holds the store."""
        made = self.derived(self.sizes(), jobs, progress or self._progress)
        with contextlib.closing(made.connection):
            try:
                with failing(self.path):
                    # In one transaction: whoever reads meanwhile reads the old tables or the new ones.
                    made.connection.backup(self.index.connection)
                    return
            except StoreError:
                pass
            # SQLite cannot write over it. A connection to the removed file removes no file of the new one.
            self._disconnect()
            for name in FILES:
                if self.folder.mode(name) is not None:
                    self.folder.remove(name)
            with contextlib.closing(connect(self.folder, create=True)) as created:
                made.connection.backup(created)

    # -- appending ------------------------------------------------------------------------

    def target(self, name: AreaName) -> tuple[str, int]:
        """The segment that is appended to, and its bytes; the caller holds the store (STORE-3)."""
        area = self.areas[name]
        segments = {each: found for (of, each), found in self.index.segments().items() if of == name}
        last = max(segments, default="")
        if last:
            size, ends_clean = segments[last]
            if ends_clean and not is_sealed(last) and size < MAX_SEGMENT:
                return last, size
        return segment_name(area.next_number()), 0
