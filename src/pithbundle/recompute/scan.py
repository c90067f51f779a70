"""Finding the units of a pack, which a worker does, so that the parent reads none of them (spec RECOMP-18).

A scan reads a pack in order as every reader does (ARCH-8): what is damaged, where the frames after it
begin, and the digest of the content are the same, whoever scans. For a unit it returns 73 bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain, repeat
from struct import Struct
from typing import Final

from pithbundle.archive.borders import MAX_BYTES
from pithbundle.archive.reader import Damage, PackReader, note_damage
from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.archive.storage import Storage
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Value
from pithbundle.errors import ArchiveError
from pithbundle.recompute.frame_runs import MOST_FRAMES, FrameRun, frame_runs
from pithbundle.recompute.plan import Keys

#: What the bytes of a scan begin with: their type and version.
MAGIC: Final = b"pithbundle scan 2\n"
_LENGTH_BYTES: Final = 4
_DIGEST_BYTES: Final = 32
#: Offset of a unit, the length of each of its frames or 0, whether it is large, and its key.
_UNIT: Final = Struct(f">Q{MOST_FRAMES}Q?32s")


@dataclass(frozen=True, slots=True)
class Scan:
    """A pack whose units a worker finds."""

    #: The pack, as every process finds it.
    path: str
    encoding: Encoding
    storage: Storage
    #: What the key of each unit begins with.
    under: bytes
    #: How many units are found; 0 for all.
    most: int = 0


@dataclass(frozen=True, slots=True)
class ScannedUnit:
    """Where the frames of a unit are, and its key."""

    offset: int
    #: The bytes of each frame in the pack; they follow one another.
    lengths: tuple[int, ...]
    #: Whether it is one line that is larger than other frames.
    is_large: bool
    key: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found."""

    #: The units in order, each in 73 bytes.
    units: bytes
    #: What is damaged, each with the number of the units before it; without a path.
    damages: tuple[tuple[int, RejectedEntry], ...]
    #: The SHA-256 of the content in hex; empty if something is damaged, or not all of it was read.
    content_sha256: str

    def __len__(self) -> int:
        return len(self.units) // _UNIT.size

    def from_number(self, start: int = 0) -> Iterator[ScannedUnit]:
        """The units from the one with this number on."""
        units = memoryview(self.units)[start * _UNIT.size :]
        for offset, *lengths, is_large, key in _UNIT.iter_unpack(units):
            yield ScannedUnit(offset, tuple(filter(None, lengths)), is_large, key.hex())

    def to_bytes(self) -> bytes:
        """Return it as bytes, for another machine."""
        damages: list[Value] = [
            [at, each.position, each.code, each.reason, each.count] for at, each in self.damages
        ]
        head = encode({"damages": damages, "content_sha256": self.content_sha256})
        block = b"".join([MAGIC, len(head).to_bytes(_LENGTH_BYTES), head, self.units])
        return block + sha256(block).digest()

    @classmethod
    def from_bytes(cls, block: bytes) -> Scanned:
        """Read what :meth:`to_bytes` returned.

        Raises:
            ArchiveError: ``archive``: it is damaged, or of another version.
        """
        content = block[:-_DIGEST_BYTES]
        if sha256(content).digest() != block[-_DIGEST_BYTES:] or not block.startswith(MAGIC):
            raise _damaged()
        start = len(MAGIC) + _LENGTH_BYTES
        end = start + int.from_bytes(content[len(MAGIC) : start])
        try:
            head = json.loads(content[start:end])
            damages = tuple((at, RejectedEntry("", *each)) for at, *each in head["damages"])
            found = cls(content[end:], damages, head["content_sha256"])
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise _damaged() from error
        if len(found.units) % _UNIT.size:
            raise _damaged()
        return found


def _damaged() -> ArchiveError:
    return ArchiveError("archive", "what a worker found in a pack is damaged, or of another version")


def scan(work: Scan, limits: Limits) -> Scanned:
    """Find the units of a pack.

    Raises:
        FileError: ``io``: it cannot be read, or changed while it was read.
    """
    keys = Keys(work.under)
    content = sha256()
    units: list[bytes] = []
    rejected = Rejections()
    #: The number of the units before each entry that is listed.
    numbers: list[int] = []
    is_whole = True
    with PackReader(work.path, work.encoding, limits, work.storage) as pack:
        for run in frame_runs(pack.frames()):
            if isinstance(run, Damage):
                note_damage(pack, run, rejected)
                numbers += [len(units)] * (rejected.listed - len(numbers))
                continue
            units.append(_packed(run, work.encoding, keys))
            for frame in run:
                content.update(frame.raw)
            if len(units) == work.most:
                is_whole = False
                break
    digest = content.hexdigest() if is_whole and not rejected else ""
    # What is not listed is counted after the last unit.
    located = zip(chain(numbers, repeat(len(units))), rejected, strict=False)
    damages = tuple((at, replace(entry, path="")) for at, entry in located)
    return Scanned(b"".join(units), damages, digest)


def _packed(run: FrameRun, encoding: Encoding, keys: Keys) -> bytes:
    """A unit in 73 bytes."""
    lengths = [frame.length for frame in run] + [0] * (MOST_FRAMES - len(run))
    key = keys.of_frames(encoding, (frame.raw for frame in run))
    return _UNIT.pack(run[0].offset, *lengths, len(run[0].raw) > MAX_BYTES, bytes.fromhex(key))
