"""The inputs of verify before they are read: of arguments, lists and folders (spec CLI-10).

Nothing here is kept: of a list one line is in memory, of a folder the names in it and in the
folders above, which have to be sorted.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

from pithbundle.bundle.document_types import ARCHIVE_FILE
from pithbundle.cli.inputs import read_bytes, rejecting
from pithbundle.cli.output import Exit
from pithbundle.encoding.limits import Limits
from pithbundle.errors import FileError
from pithbundle.files import STDIN, file_error, read_regular

#: The endings of the files that are taken from a folder, in lower case.
ENDINGS: Final = (".json", ".cbor")
#: The longest path of a list that is read whole, in bytes: no system opens one as long.
LONGEST: Final = 1 << 16

#: Why the folder of an archive is skipped.
IS_ARCHIVE: Final = (
    "an archive: pithbundle recompute verifies all of its bundles, "
    "pithbundle archive unpack writes them as files"
)
#: From the path of a folder and the names in it: why it is passed over as a whole; empty if it is walked.
FolderKind: TypeAlias = Callable[[str, Container[str]], str]
#: Where an input is named: on the command line, in a list, or by the folder that it is in.
NamedBy: TypeAlias = Literal["argument", "list", "folder"]


@dataclass(frozen=True, slots=True)
class Source:
    """One input before it is read, or what will not be read and why."""

    path: str
    named_by: NamedBy = "argument"
    #: Why it is not read; empty for an input.
    skipped: str = ""
    #: Why it cannot be read, where that is known already.
    error: FileError | None = None

    def read(self, limits: Limits) -> bytes:
        """Return its bytes; only an argument may be standard input, a FIFO or a device.

        Raises:
            InputRejected: it cannot be read, or is over ``limits.size``.
        """
        if self.named_by == "argument":
            return read_bytes(self.path, limits.size)
        with rejecting(self.path, data=b""):
            if self.error is not None:
                raise self.error
            try:
                return read_regular(self.path, limits.size)
            except FileError as error:
                if self.named_by == "list":
                    raise _of_a_list(error, self.path) from error
                raise


class ByteStream(Protocol):
    """What a list is read from: a file, a pipe, standard input."""

    def read1(self, size: int = -1, /) -> bytes:
        """The next bytes, at most ``size`` of them, as soon as there are some; none at the end."""


def sources(files: Iterable[str]) -> Iterator[Source]:
    """The inputs that arguments name, with the files of each folder."""
    for file in files:
        if file != STDIN and _is_folder(file):
            yield from walk(file)
        else:
            yield Source(file)


def is_many(files: Iterable[str]) -> bool:
    """Whether arguments name more than one file, or a folder."""
    given = list(files)
    return len(given) != 1 or (given[0] != STDIN and _is_folder(given[0]))


def _is_folder(path: str) -> bool:
    try:
        return os.path.isdir(path)
    except ValueError:
        return False


# -- lists ----------------------------------------------------------------------------------


@contextlib.contextmanager
def open_list(path: str) -> Iterator[ByteStream]:
    """Open a list of paths, or standard input for ``-``.

    Raises:
        InputRejected: it cannot be opened, which is a usage error.
    """
    with contextlib.ExitStack() as stack:
        with rejecting(path, Exit.USAGE):
            try:
                if path == STDIN:
                    if sys.stdin is None:
                        raise FileError("io", "standard input is closed")
                    stream: ByteStream = sys.stdin.buffer  # type: ignore[assignment]
                else:
                    stream = stack.enter_context(open(path, "rb"))
            except (OSError, ValueError) as error:
                raise file_error(path, error) from error
        yield stream


def read_list(stream: ByteStream, path: str, separator: bytes) -> Iterator[Source]:
    """The inputs that a list names, as its lines arrive; empty lines are left out.

    A list that cannot be read to its end is the last one, and unreadable.
    """
    rest = b""
    try:
        while part := stream.read1(LONGEST):
            *lines, rest = (rest + part).split(separator)
            # A longer path cannot be opened: its beginning is enough to report it.
            rest = rest[:LONGEST]
            yield from map(_listed, filter(None, lines))
    except (OSError, ValueError) as error:
        yield Source(path, "list", error=file_error(path, error))
    else:
        yield from map(_listed, filter(None, [rest]))


def _of_a_list(error: FileError, path: str) -> FileError:
    """The error, with what is wrong with the list if the path shows it: a path is taken as it is."""
    found = [
        *(["a byte order mark"] if path.startswith("\ufeff") else []),
        *(["a carriage return"] if path.endswith("\r") else []),
    ]
    if not found:
        return error
    return FileError.at(path, f"{error.reason}; {' and '.join(found)} of the list is part of this path")


def _listed(line: bytes) -> Source:
    path = os.fsdecode(line)
    # In a list "-" is a file: standard input may be the list.
    return Source(f"./{path}" if path == STDIN else path, "list")


# -- folders --------------------------------------------------------------------------------


def kind_of_folder(_: str, names: Container[str]) -> str:
    """Why verify skips a folder with these names (CLI-10)."""
    return IS_ARCHIVE if ARCHIVE_FILE in names else ""


def walk(
    folder: str, endings: tuple[str, ...] = ENDINGS, kind_of: FolderKind = kind_of_folder
) -> Iterator[Source]:
    """The files of a folder and of the folders in it, by the bytes of their names; and what is skipped.

    A symbolic link to a file is the file. One to a folder is not followed, so that no folder is
    walked twice. A folder of a kind is named and skipped, as an archive is. Nothing is opened here, and a
    special file never is.
    """
    taken = False
    # No recursion: a tree may be deeper than Python's stack.
    below = [_entries(folder, endings, kind_of)]
    while below:
        found = next(below[-1], None)
        if found is None:
            below.pop()
        elif isinstance(found, Source):
            taken |= found.skipped in ("", IS_ARCHIVE)
            yield found
        else:
            below.append(_entries(found[0], endings, kind_of))
    if not taken:
        yield Source(folder, "argument", "a folder without .json and .cbor files")


def _entries(folder: str, endings: tuple[str, ...], kind_of: FolderKind) -> Iterator[Source | tuple[str]]:
    """What is in one folder, in order: a file, what is skipped, or a folder as a tuple of its path."""
    try:
        names = sorted(os.listdir(folder), key=os.fsencode)
    except OSError as error:
        yield Source(folder, "folder", error=file_error(folder, error))
        return
    if kind := kind_of(folder, names):
        yield Source(folder, "argument", kind)
        return
    for name in names:
        path = os.path.join(folder, name)
        if name.startswith("."):
            yield Source(path, "folder", "hidden: its name begins with a dot")
        else:
            yield _entry(path, endings)


def _entry(path: str, endings: tuple[str, ...]) -> Source | tuple[str]:
    taken = path.lower().endswith(endings)
    mode = stat.S_IFDIR
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            mode = os.stat(path).st_mode
            if stat.S_ISDIR(mode):
                return Source(path, "folder", "a symbolic link to a folder, which is not followed")
        if stat.S_ISDIR(mode):
            return (path,)
    except OSError as error:
        # Gone since the folder was read, or a link that leads nowhere. What cannot be looked at, as
        # below a path that is too long, may be a folder with bundles: its name proves nothing.
        unknown = stat.S_ISDIR(mode) and not isinstance(error, FileNotFoundError)
        if taken or unknown:
            return Source(path, "folder", error=file_error(path, error))
        return Source(path, "folder", OTHER_NAME)
    if not stat.S_ISREG(mode):
        return Source(path, "folder", "a FIFO, socket or device")
    return Source(path, "folder", "" if taken else OTHER_NAME)


#: Why a file is skipped whose name is none that is taken.
OTHER_NAME: Final = "its name ends in neither .json nor .cbor"
