"""Finding the frames of a pack, which a worker does, so that the parent reads none of them (spec RECOMP-18).

A scan reads a pack in order as every reader does (ARCH-8): what is damaged, where the frames after it
begin, and the digest of the content are the same, whoever scans. For a frame it returns 49 bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final

from pithbundle.archive.borders import MAX_BYTES
from pithbundle.archive.reader import Damage, PackReader, note_damage
from pithbundle.archive.rejected import MOST, RejectedEntry, Rejections, not_listed
from pithbundle.archive.storage import Storage
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Value
from pithbundle.errors import ArchiveError
from pithbundle.recompute.plan import Keys

#: What the bytes of a scan begin with: their type and version.
MAGIC: Final = b"pithbundle scan 1\n"
_LENGTH_BYTES: Final = 4
_DIGEST_BYTES: Final = 32
#: Offset, length, whether it is large, and key of a frame.
_FRAME: Final = Struct(">QQ?32s")


@dataclass(frozen=True, slots=True)
class Scan:
    """A pack whose frames a worker finds."""

    #: The pack, as every process finds it.
    path: str
    encoding: Encoding
    storage: Storage
    #: What the key of each frame begins with.
    under: bytes
    #: How many frames are found; 0 for all.
    most: int = 0


@dataclass(frozen=True, slots=True)
class FoundFrame:
    """Where a frame is, and its key."""

    offset: int
    length: int
    #: Whether it is one line that is larger than other frames.
    is_large: bool
    key: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found."""

    #: The frames in order, each in 49 bytes.
    frames: bytes
    #: What is damaged, each with the number of the frames before it; without a path.
    damages: tuple[tuple[int, RejectedEntry], ...]
    #: The SHA-256 of the content in hex; empty if something is damaged, or not all of it was read.
    content_sha256: str

    def __len__(self) -> int:
        return len(self.frames) // _FRAME.size

    def found(self, start: int = 0) -> Iterator[FoundFrame]:
        """The frames from the one with this number on."""
        for offset, length, is_large, key in _FRAME.iter_unpack(self.frames[start * _FRAME.size :]):
            yield FoundFrame(offset, length, is_large, key.hex())

    def to_bytes(self) -> bytes:
        """Return it as bytes, for another machine."""
        damages: list[Value] = [
            [at, each.position, each.code, each.reason, each.count] for at, each in self.damages
        ]
        head = encode({"damages": damages, "content_sha256": self.content_sha256})
        block = b"".join([MAGIC, len(head).to_bytes(_LENGTH_BYTES), head, self.frames])
        return block + sha256(block).digest()

    @classmethod
    def from_bytes(cls, block: bytes) -> Scanned:
        """Read what :meth:`to_bytes` returned.

        Raises:
            ArchiveError: ``archive``: it is damaged, or of another version.
        """
        content = block[:-_DIGEST_BYTES]
        if sha256(content).digest() != block[-_DIGEST_BYTES:] or not block.startswith(MAGIC):
            raise ArchiveError("archive", "what a worker found in a pack is damaged, or of another version")
        start = len(MAGIC) + _LENGTH_BYTES
        end = start + int.from_bytes(content[len(MAGIC) : start])
        head = json.loads(content[start:end])
        damages = tuple((at, RejectedEntry("", *each)) for at, *each in head["damages"])
        return cls(content[end:], damages, head["content_sha256"])


def scan(work: Scan, limits: Limits) -> Scanned:
    """Find the frames of a pack.

    Raises:
        FileError: ``io``: it cannot be read, or changed while it was read.
    """
    keys = Keys(work.under)
    content = sha256()
    frames: list[bytes] = []
    damages: list[tuple[int, RejectedEntry]] = []
    counts: Counter[str] = Counter()
    is_whole = True
    with PackReader(work.path, work.encoding, limits, work.storage) as pack:
        for frame in pack.frames():
            if isinstance(frame, Damage):
                one = Rejections()
                note_damage(pack, frame, one)
                for entry in one:
                    counts[entry.code] += 1
                    if counts[entry.code] <= MOST:
                        damages.append((len(frames), _without_path(entry)))
                continue
            content.update(frame.raw)
            key = keys.of_frame(work.encoding, frame.raw)
            is_large = len(frame.raw) > MAX_BYTES
            frames.append(_FRAME.pack(frame.offset, frame.length, is_large, bytes.fromhex(key)))
            if len(frames) == work.most:
                is_whole = False
                break
    for code, count in counts.items():
        if count > MOST:
            damages.append((len(frames), not_listed("", code, count - MOST)))
    digest = content.hexdigest() if is_whole and not damages else ""
    return Scanned(b"".join(frames), tuple(damages), digest)


def _without_path(entry: RejectedEntry) -> RejectedEntry:
    return RejectedEntry("", entry.position, entry.code, entry.reason)
