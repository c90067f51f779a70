"""The folder that a mirror serves as ``/pith-digests/``: written so that a reader finds it whole (MIRROR-9).

A generation adds files whose names are digests, and replaces the head at the end. So a reader that has
begun with one head finds all of its files, and a crash leaves the head before with all of its files.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from pithbundle import durable
from pithbundle.digests.delta import Change, delta_of
from pithbundle.digests.differences import compare_lines
from pithbundle.digests.head import HEAD_BYTES, HEAD_FILE, Head
from pithbundle.digests.kept import KEPT_FILE, Kept, next_kept
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import ENDING, build, walk
from pithbundle.durable import Folder
from pithbundle.errors import DigestError

#: Where a file is written before it gets its name.
_TEMPORARY: Final = "new.part"
_KNOWN: Final = re.compile(r"[0-9a-f]{64}\.txt|head\.json|kept\.txt|new\.part")
_DIGITS: Final = 64

#: Returns the lines of all records in their order, from the first one at each call.
Lines: TypeAlias = Callable[[], Iterable[LeafLine]]
#: Returns a head with a signature (:meth:`Head.signed`).
Sign: TypeAlias = Callable[[Head], Head]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a mirror states of its records, apart from what follows from the folder (MIRROR-4)."""

    origin: str
    rules: str
    policy_sha256: str
    records: int
    #: The number of valid events of all records.
    events: int
    #: ``YYYY-MM-DDTHH:MM:SSZ``.
    generated_at: str
    archive: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What :func:`write_digests` did."""

    #: The current head.
    head: Head
    #: Whether it is a new one; otherwise nothing had changed.
    is_new: bool
    #: How many files of the tree and deltas were written, and how many were removed.
    written: int
    removed: int


class DigestFolder:
    """An open folder of digests, for reading and for :func:`write_digests`."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.written = 0
        self.used: set[str] = set()

    def fetch(self, name: str, limit: int) -> bytes:
        """Return the file of a name, at most ``limit`` + 1 bytes of it.

        Raises:
            OSError: there is none, or it cannot be read.
        """
        return self._read(name + ENDING, limit)

    def head(self) -> Head | None:
        """Return the current head, or None where there is none.

        Raises:
            DigestError: it is not in its form.
            OSError: it cannot be read.
        """
        data = self._optional(HEAD_FILE, HEAD_BYTES)
        return None if data is None else Head.from_bytes(data)

    def kept(self) -> Kept:
        """Return which files of earlier generations there are.

        Raises:
            DigestError: the list is not in its form.
            OSError: it cannot be read.
        """
        return Kept.from_bytes(self._optional(KEPT_FILE, None) or b"")

    def names(self) -> set[str]:
        """Return the names of all files of trees and deltas."""
        return {
            each.removesuffix(ENDING) for each in self.folder.names() if len(each) == _DIGITS + len(ENDING)
        }

    def put(self, name: str, data: bytes) -> None:
        """Write a file unless it is there with this content."""
        self.used.add(name)
        if self._optional(name + ENDING, len(data)) != data:
            self.folder.write_file(name + ENDING, data, _TEMPORARY)
            self.written += 1

    def _optional(self, name: str, limit: int | None) -> bytes | None:
        try:
            return self._read(name, limit)
        except FileNotFoundError:
            return None

    def _read(self, name: str, limit: int | None) -> bytes:
        with os.fdopen(self.folder.open_file(name), "rb") as file:
            return file.read() if limit is None else file.read(limit + 1)


def write_digests(path: str, lines: Lines, statement: Statement, sign: Sign | None = None) -> Published:
    """Write the next generation of a folder of digests, and the folder if it does not exist (MIRROR-9).

    Args:
        path: the folder. Its head is the predecessor.
        lines: the leaf lines; called once more for a delta.
        statement: the other members of the head.
        sign: returns the head with a signature (:meth:`Head.signed`).

    Raises:
        DigestError: a leaf would be too large, the lines are out of order or not as many as the statement
            has, or the head or the list of the folder is not in its form. The head is the one before.
        OSError: the folder contains something else, is that of another origin, is being written by
            another process, or cannot be written.
    """
    with (
        contextlib.suppress(FileExistsError),
        Folder.open(os.path.dirname(path.rstrip("/")) or ".") as parent,
    ):
        durable.make_folder(os.path.basename(path.rstrip("/")), parent.descriptor)
        parent.sync()
    with Folder.open(path) as folder, folder.locked():
        folder.require_known(_KNOWN)
        if folder.mode(_TEMPORARY) is not None:
            folder.remove(_TEMPORARY)
        return _next(DigestFolder(folder), lines, statement, sign)


def _next(files: DigestFolder, lines: Lines, statement: Statement, sign: Sign | None) -> Published:
    last = files.head()
    if last is not None and last.origin != statement.origin:
        raise OSError(errno.EEXIST, f"contains the digests of {last.origin}, not of {statement.origin}")
    earlier = files.kept()
    tree = build(lines(), statement.records, files.put)
    head = Head(
        statement.origin, statement.rules, statement.policy_sha256, 1, statement.generated_at,
        statement.records, statement.events, tree.root, archive=statement.archive,
    )  # fmt: skip
    if last is not None:
        if _content(last) == _content(head) and (last.signature is None) == (sign is None):
            return Published(last, False, files.written, 0)
        delta = _delta(files, last, head, lines)
        head = replace(head, generation=last.generation + 1, previous=last.sha256, delta=delta)
    if sign is not None:
        head = sign(head)
    kept, expired = next_kept(earlier, files.names() - earlier.last_used.keys(), files.used, head.generation)
    files.folder.write_file(KEPT_FILE, kept.to_bytes(), _TEMPORARY)
    files.folder.sync()
    files.folder.write_file(HEAD_FILE, head.to_bytes(), _TEMPORARY)
    files.folder.sync()
    for name in sorted(expired & files.names()):
        files.folder.remove(name + ENDING)
    return Published(head, True, files.written, len(expired))


def _content(head: Head) -> tuple[object, ...]:
    """What a new generation would have to differ in."""
    return head.rules, head.policy_sha256, head.records, head.events, head.root, head.archive


def _delta(files: DigestFolder, last: Head, head: Head, lines: Lines) -> str | None:
    """Write the delta and return its name; None where there is none.

    A file of the generation before that is damaged or lost costs the delta and nothing else.
    """
    found = compare_lines(walk(last.tree, files.fetch), lines())
    changes = (Change(each.suffix, each.left, each.right) for each in found)
    try:
        delta = delta_of(last.root, head.root, last.delta, changes)
    except (DigestError, FileNotFoundError):
        return None
    if delta is None or not delta.changes:
        return None
    files.put(delta.name, delta.to_bytes())
    return delta.name
