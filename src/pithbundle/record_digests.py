"""The line of a record in ``digests.txt``, which is written and read in one form (spec RECOMP-5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final, NamedTuple

#: The bytes of a line with its line feed.
LINE_BYTES: Final = 26 + 4 * 65 + 1
_LINE: Final = re.compile(rb"([A-Z2-7]{26}) ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-f]{64})\n")


class RecordDigests(NamedTuple):
    """The suffix of a record, and the four digests of what is known of it, in hex."""

    suffix: str
    canonical_sha256: str
    events_sha256: str
    state_sha256: str
    unverified_sha256: str

    @property
    def digests(self) -> tuple[str, str, str, str]:
        """The four digests."""
        return self[1:]

    def to_bytes(self) -> bytes:
        """Return the line with its line feed."""
        return f"{' '.join(self)}\n".encode("ascii")

    @classmethod
    def from_bytes(cls, line: bytes) -> RecordDigests | None:
        """Return what a line contains; None if it is not in its form, which has a line feed."""
        match = _LINE.fullmatch(line)
        return None if match is None else cls(*[group.decode("ascii") for group in match.groups()])


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, each cut behind the bytes that one of digests has: a longer one is none."""
    return iter(partial(file.readline, LINE_BYTES + 1), b"")
