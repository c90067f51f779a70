"""The journal of a run: which results are on the disk (spec RECOMP-9).

A line for each result: its key, where it is in the file of results, its bytes and their digest, and a
check of the line itself. It is appended when the result has been synced, and synced in turn. Lines are
of one length and stand alone, so that damage costs the results whose lines it hits and no other.

A database would write on its own, past :mod:`pithbundle.durable`, so that no test could replay its
writes after a crash of the machine; its pages have no checksums, and a damaged page takes more than
one result with it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pithbundle.durable import Folder
from pithbundle.recompute.number_table import NumberTable

JOURNAL: Final = "journal.txt"
#: The temporary name while the lines of an earlier run are written again.
TEMPORARY: Final = "journal.tmp"
_LINE: Final = re.compile(rb"([0-9a-f]{64}) ([0-9]{18}) ([0-9]{18}) ([0-9a-f]{64}) ([0-9a-f]{16})")
#: The bytes of a line with its line feed.
_LINE_BYTES: Final = 64 + 18 + 18 + 64 + 16 + 5
#: The hexadecimal digits of a key that are in memory.
_SHORT: Final = 15
#: The bytes of a journal that are read at once, and the lines that are written at once.
_CHUNK: Final = 1 << 20
_LINES: Final = 1 << 12


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a result is in the file of results."""

    offset: int
    #: Its bytes.
    length: int
    #: The digest with which the block ends.
    digest: bytes

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.offset + self.length


def _to_line(key: str, extent: Extent) -> bytes:
    text = b"%s %018d %018d %s" % (
        key.encode("ascii"), extent.offset, extent.length, extent.digest.hex().encode("ascii"),
    )  # fmt: skip
    return b"%s %s\n" % (text, _check(text))


def _check(text: bytes) -> bytes:
    return sha256(text).hexdigest()[:16].encode("ascii")


def noted(folder: Folder) -> Generator[tuple[str, Extent], None, None]:
    """The keys and the extents that the journal of an earlier run notes; what is damaged is passed over.

    They are read in parts, since a journal may have a million lines.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    if folder.mode(JOURNAL) is None:
        return
    with open(folder.open_file(JOURNAL), "rb") as file:
        rest = b""
        while part := file.read(_CHUNK):
            data, end = rest + part, 0
            for at, key, extent in _read_lines(data):
                yield key, extent
                end = at
            # A line may go on in the next part.
            rest = data[max(end, len(data) - _LINE_BYTES) :]


def has_noted(folder: Folder) -> bool:
    """Whether the journal of an earlier run notes a unit.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    with contextlib.closing(noted(folder)) as found:
        return next(found, None) is not None


def count_noted(folder: Folder) -> int:
    """How many units the journal of an earlier run notes.

    A unit that two archives have may be noted twice: processes compute it at the same time.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    numbers = NumberTable()
    for number, (key, _) in enumerate(noted(folder)):
        numbers.put(_short(key), number)
    return len(numbers)


def _read_lines(data: bytes) -> Iterator[tuple[int, str, Extent]]:
    """The lines that are sound: where each ends, its key and its extent."""
    # Searched for instead of split: a line feed that was hit costs nothing, and nor do bytes too many.
    for match in _LINE.finditer(data):
        key, offset, length, digest, check = match.groups()
        if check == _check(match[0][: -len(check) - 1]):
            yield match.end(), key.decode(), Extent(int(offset), int(length), bytes.fromhex(digest.decode()))


class Journal:
    """The journal of the run that writes it.

    Of a result the beginning of its key and the number of its line are in memory: a registry has a hundred
    thousand, and an archive of others perhaps a million. What an earlier run noted is written again, without
    what was damaged or cut.

    Args:
        folder: the part of the output.
        size: the bytes of the file of results; what is noted beyond them is not.

    Raises:
        OSError: it cannot be read or written.
    """

    def __init__(self, folder: Folder, size: int) -> None:
        self._folder = folder
        self._numbers = NumberTable()
        #: The lines in the file, and those after them that are not written yet.
        self._written = 0
        self._waiting: list[bytes] = []
        #: The offset behind the last result that an earlier run noted.
        self.end = 0
        folder.write_parts(JOURNAL, self._of_earlier_run(size), TEMPORARY)
        folder.sync()
        self._file = folder.reopen(JOURNAL, self._written * _LINE_BYTES)

    def _of_earlier_run(self, size: int) -> Iterator[bytes]:
        """The lines of an earlier run, in parts."""
        lines: list[bytes] = []
        for key, extent in noted(self._folder):
            if extent.end <= size:
                self._numbers.put(_short(key), self._written)
                self._written += 1
                self.end = max(self.end, extent.end)
                lines.append(_to_line(key, extent))
            if len(lines) == _LINES:
                yield b"".join(lines)
                lines = []
        yield b"".join(lines)

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, key: str) -> Extent | None:
        """Where the result of a unit is; None if it is not there."""
        number = self._numbers.get(_short(key))
        if number is None:
            return None
        if number < self._written:
            line = self._file.read_at(number * _LINE_BYTES, _LINE_BYTES)
        else:
            line = self._waiting[number - self._written]
        # Of two keys that begin alike the later one is found. A line that was damaged meanwhile is none.
        return next((extent for _, found, extent in _read_lines(line) if found == key), None)

    def forget(self, key: str) -> None:
        """Drop a result that is damaged."""
        self._numbers.remove(_short(key))

    def note(self, key: str, extent: Extent) -> None:
        """Note a result, which is written when :meth:`flush` is called."""
        self._numbers.put(_short(key), self._written + len(self._waiting))
        self._waiting.append(_to_line(key, extent))

    def flush(self) -> None:
        """Write what was noted; the results must be on the disk."""
        if self._waiting:
            self._file.write(b"".join(self._waiting))
            self._written += len(self._waiting)
            self._waiting = []
            self._file.sync()

    def remove(self) -> None:
        """Close the file and remove it: nothing is noted any more."""
        self.close()
        self._numbers = NumberTable()
        self._folder.remove(JOURNAL)

    def close(self) -> None:
        """Close the file; what was not flushed is not written."""
        self._file.close()


def _short(key: str) -> int:
    """The beginning of a key."""
    return int(key[:_SHORT], 16)
