"""Which files of earlier generations stay, and which may be removed (spec MIRROR-9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pithbundle.errors import DigestError

#: How many generations of files stay, the current one among them (MIRROR-9).
GENERATIONS: Final = 64
#: The file of a publisher: each name that is no longer in use, with the last generation that used it
#: (MIRROR-9).
KEPT_FILE: Final = "kept.txt"

_LINE: Final = re.compile(rb"([0-9a-f]{64}) ([1-9][0-9]{0,15})").fullmatch


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of earlier generations: each name with the last generation that used it (MIRROR-9)."""

    #: By name, 64 hex digits: the generation.
    last_used: Mapping[str, int]

    def to_bytes(self) -> bytes:
        """Return the file of the publisher."""
        return "".join(f"{name} {self.last_used[name]}\n" for name in sorted(self.last_used)).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Kept:
        """Read the file of the publisher.

        Raises:
            DigestError: ``digest_invalid``: a line is not in its form, or out of order.
        """
        found: dict[str, int] = {}
        last = ""
        for number, line in enumerate(data.splitlines(keepends=True), 1):
            match = _LINE(line[:-1]) if line.endswith(b"\n") else None
            name = "" if match is None else match[1].decode("ascii")
            if match is None or name <= last:
                detail = f"{KEPT_FILE}: line {number} is not in its form, or out of order"
                raise DigestError("digest_invalid", detail, clause="MIRROR-9")
            found[name] = int(match[2])
            last = name
        return cls(found)


def next_kept(
    earlier: Kept, before: Iterable[str], now: Iterable[str], generation: int
) -> tuple[Kept, set[str]]:
    """Return what is kept beside the files of a new generation, and the names to remove (MIRROR-9).

    Args:
        earlier: what was kept beside the files of the generation before.
        before: the names of the files of the generation before.
        now: the names of the files of the new generation.
        generation: the number of the new generation.
    """
    last_used = {**earlier.last_used, **dict.fromkeys(before, generation - 1)}
    for name in now:
        last_used.pop(name, None)
    expired = {name for name, last in last_used.items() if last <= generation - GENERATIONS}
    return Kept({name: last for name, last in last_used.items() if name not in expired}), expired
