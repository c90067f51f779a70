"""The journal of a run: which results are on the disk (spec RECOMP-9).

A line for each result: its key, where it is in the file of results, its bytes and their digest, and a
check of the line itself. It is appended when the result has been synced, and synced in turn. Lines are
of one length and stand alone, so that damage costs the results whose lines it hits and no other.

A database would write on its own, past :mod:`pithbundle.durable`, so that no test could replay its
writes after a crash of the machine; its pages have no checksums, and a damaged page takes more than
one result with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from os import close, read
from struct import Struct
from typing import Final

from pithbundle.durable import Folder

JOURNAL: Final = "journal.txt"
#: The temporary name while the lines of an earlier run are written again.
TEMPORARY: Final = "journal.tmp"
_LINE: Final = re.compile(rb"([0-9a-f]{64}) ([0-9]{18}) ([0-9]{18}) ([0-9a-f]{64}) ([0-9a-f]{16})")
_CHUNK: Final = 1 << 20
_PLACE: Final = Struct("=QQ32s")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a result is in the file of results."""

    offset: int
    #: Its bytes.
    length: int
    #: The digest with which the block ends.
    digest: bytes

    def to_bytes(self) -> bytes:
        """Return it in 48 bytes."""
        return _PLACE.pack(self.offset, self.length, self.digest)

    @classmethod
    def from_bytes(cls, data: bytes) -> Place:
        """Read what :meth:`to_bytes` returned."""
        return cls(*_PLACE.unpack(data))


def _to_line(key: str, place: Place) -> bytes:
    text = b"%s %018d %018d %s" % (
        key.encode("ascii"), place.offset, place.length, place.digest.hex().encode("ascii"),
    )  # fmt: skip
    return b"%s %s\n" % (text, _check(text))


def _check(text: bytes) -> bytes:
    return sha256(text).hexdigest()[:16].encode("ascii")


def read_places(folder: Folder) -> dict[str, Place]:
    """Read the journal of an earlier run; a line that is damaged is passed over.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    if folder.mode(JOURNAL) is None:
        return {}
    descriptor = folder.open_file(JOURNAL)
    try:
        data = b"".join(iter(lambda: read(descriptor, _CHUNK), b""))
    finally:
        close(descriptor)
    found: dict[str, Place] = {}
    # Searched for instead of split: a line feed that was hit costs nothing, and nor do bytes too many.
    for match in _LINE.finditer(data):
        key, offset, length, digest, check = match.groups()
        if check == _check(match[0][: -len(check) - 1]):
            found[key.decode()] = Place(int(offset), int(length), bytes.fromhex(digest.decode()))
    return found


class Journal:
    """The journal of the run that writes it.

    Args:
        folder: the part of the output.
        places: what an earlier run noted. It is written again, without what was damaged or cut.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, folder: Folder, places: dict[str, Place]) -> None:
        self._folder = folder
        #: By the raw bytes of the keys, since there is one for each frame of a registry.
        self._places = {bytes.fromhex(key): place.to_bytes() for key, place in places.items()}
        self._waiting: list[bytes] = []
        lines = b"".join(_to_line(key, place) for key, place in places.items())
        folder.write_file(JOURNAL, lines, TEMPORARY)
        folder.sync()
        self._file = folder.reopen(JOURNAL, len(lines))

    def __len__(self) -> int:
        return len(self._places)

    def find(self, key: str) -> bytes | None:
        """Where the result of a unit is, as the bytes of a :class:`Place`; None if it is not there."""
        return self._places.get(bytes.fromhex(key))

    def forget(self, key: str) -> None:
        """Drop a result that is damaged."""
        del self._places[bytes.fromhex(key)]

    def note(self, key: str, place: Place) -> bytes:
        """Note a result, which is written when :meth:`flush` is called; return what :meth:`find` finds."""
        packed = self._places[bytes.fromhex(key)] = place.to_bytes()
        self._waiting.append(_to_line(key, place))
        return packed

    def flush(self) -> None:
        """Write what was noted; the results must be on the disk."""
        if self._waiting:
            self._file.write(b"".join(self._waiting))
            self._waiting = []
            self._file.sync()

    def remove(self) -> None:
        """Close the file and remove it: nothing is noted any more."""
        self.close()
        self._places = {}
        self._folder.remove(JOURNAL)

    def close(self) -> None:
        """Close the file; what was not flushed is not written."""
        self._file.close()
