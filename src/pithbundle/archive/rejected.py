"""What is rejected of an input, listed up to a bound (spec ARCH-12; threat C5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.archive.borders import MAX_LINES
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import ArchiveError, PithError
from pithbundle.escape import visible

#: The most entries of one file that are listed by one code.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class RejectedEntry:
    """One bundle, line, frame or file that was rejected, or the number of those that are not listed."""

    #: The file as it was named. May contain hostile text, as ``position`` may.
    path: str
    #: Where in the file; empty for the file as a whole.
    position: str
    code: str
    #: Why, escaped for one line already.
    reason: str
    #: More than 1 for entries that are counted and not listed.
    count: int = 1

    def to_value(self) -> Object:
        """Return it as JSON."""
        return {
            "file": portable(self.path),
            "position": portable(self.position),
            "code": self.code,
            "reason": self.reason,
            "count": self.count,
        }


def not_listed(path: str, code: str, count: int) -> RejectedEntry:
    """The entry that counts those of a file and a code after the first hundred."""
    return RejectedEntry(path, "", code, "more entries of this code, not listed", count)


#: The most lines of a frame that repeat one before them, where repeated ones are not rejected.
MOST_REPEATED: Final = 16 * MAX_LINES


def rest_of_frame() -> ArchiveError:
    """The error for what is left of a frame of which more lines were rejected than a frame has (ARCH-12)."""
    detail = "too many lines of the frame were rejected or repeated; the rest of it was not read"
    return ArchiveError("archive", detail, clause="ARCH-12")


class Rejections:
    """Collects what is rejected: of each file and code the first hundred, then a count."""

    def __init__(self) -> None:
        self._listed: list[RejectedEntry] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, path: str, position: str, error: PithError) -> None:
        """Note one rejection. The error is not kept."""
        fault = error.fault
        counts, key = self._counts, (path, fault.code)
        counts[key] = count = counts.get(key, 0) + 1
        if count <= MOST:
            location = fault.location
            # The path of the file is a field of its own.
            message = visible(getattr(error, "reason", "")) or fault.message
            reason = f"{message}{' ' + location if location else ''}"
            self._listed.append(RejectedEntry(path, position, fault.code, reason))

    def update(self, other: Rejections) -> None:
        """Take over what another one has collected."""
        for entry in other:
            self.take(entry)

    def take(self, entry: RejectedEntry) -> None:
        """Take over one entry of another one; those that are counted there are counted here."""
        self._counts[entry.path, entry.code] += entry.count
        if entry.count == 1 and self._counts[entry.path, entry.code] <= MOST:
            self._listed.append(entry)

    def __len__(self) -> int:
        return self._counts.total()

    @property
    def listed(self) -> int:
        """The number of the entries that are listed."""
        return len(self._listed)

    def __iter__(self) -> Iterator[RejectedEntry]:
        """The listed ones in the order in which they were found, then the counts of the others."""
        yield from self._listed
        for (path, code), count in self._counts.items():
            if count > MOST:
                yield not_listed(path, code, count - MOST)
