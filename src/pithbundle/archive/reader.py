"""Reading archives (spec ARCH-4, ARCH-8 to ARCH-10).

Whole reads scan the frames of a pack in order and use no index. A frame that is damaged is named and
passed over. A read by suffix uses the index as a hint and compares everything that it finds.
"""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from pithbundle.archive.borders import MAX_LINES
from pithbundle.archive.frames import MAGIC, Patience, Stream, bomb, is_bomb, most_raw, next_magic, read_frame
from pithbundle.archive.lines import Line, read_line, split_items, split_lines
from pithbundle.archive.manifest import LIMITS as MANIFEST_LIMITS
from pithbundle.archive.manifest import MANIFEST, IndexEntry, Manifest, PackInfo, read_index
from pithbundle.archive.rejected import Rejections, rest_of_frame
from pithbundle.archive.storage import LOCAL, Storage
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits, require_limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.errors import ArchiveError, FileError, InputError, PithError
from pithbundle.wording import plural

#: An index has 60 bytes a frame: 280,000 frames. Of a pack with more no index is used.
_MOST_INDEX: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a pack, decompressed."""

    #: The name of the pack in its folder.
    file: str
    encoding: Encoding
    #: Where the frame begins in the pack, and its bytes there.
    offset: int
    length: int
    #: Its content.
    raw: bytes

    def __repr__(self) -> str:
        return f"<Frame {self.file} at {self.offset}: {len(self.raw)} raw bytes>"

    def parts(self) -> Iterator[tuple[int, bytes]]:
        """The number, from 1, and the bytes of each line or item; nothing is checked."""
        split = split_lines if self.encoding == "json" else split_items
        for number, (_, data) in enumerate(split(self.raw), 1):
            yield number, data


@dataclass(frozen=True, slots=True)
class Damage:
    """A part of a pack that contains no readable frame (ARCH-8)."""

    file: str
    offset: int
    #: Its bytes, up to the next frame that can be read or to the end of the file.
    length: int
    error: PithError


@dataclass(frozen=True, slots=True)
class Entry:
    """One bundle of an archive and its position."""

    line: Line
    #: The name of the pack in its folder.
    file: str
    #: The offset of its frame in the pack.
    offset: int
    #: The number of its line in the frame, from 1.
    number: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """The bundles of one suffix, as :meth:`Reader.get` finds them."""

    entries: tuple[Entry, ...]
    #: What could not be read of the packs in which they would be.
    rejected: Rejections
    #: Whether the index led to them; without it whole packs were read.
    by_index: bool


class PackReader:
    """An open pack.

    Raises:
        FileError: ``io``: it cannot be opened, or is no regular file.
    """

    def __init__(
        self, path: str, encoding: Encoding, limits: Limits = DEFAULT_LIMITS, storage: Storage = LOCAL
    ) -> None:
        self.path = path
        self.file = os.path.basename(path)
        self.encoding = encoding
        self._limits = limits
        #: The most raw bytes of a frame (ARCH-8).
        self.max_raw = most_raw(limits)
        self.storage = storage
        self._file = storage.open(path)
        #: Which file it was when it was opened: equal ones are one file, unchanged.
        self.identity = self._file.identity
        self._sha256 = sha256()
        self._hashed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._file.close()

    @property
    def size(self) -> int:
        """The bytes of the file when it was opened."""
        return self._file.size

    def frames(self) -> Iterator[Frame | Damage]:
        """Read all frames in order; no index is used.

        Raises:
            FileError: ``io``: the file changed while it was read, or the system cannot read it.
        """
        stream = self._stream(0)
        patience = Patience(self.size)
        expanded = 0
        while stream.peek(1):
            start, stream.cost = stream.position, 0
            try:
                frame = self._frame(stream)
            except (ArchiveError, InputError) as error:
                self.require_unchanged()
                patience.cost += stream.cost
                end = self._next_frame(start + 1, patience)
                stream = self._stream(end)
                yield Damage(self.file, start, end - start, error.detached())
            else:
                yield frame
                expanded += len(frame.raw)
                if is_bomb(expanded, at := stream.position):
                    yield Damage(self.file, at, self.size - at, bomb("the pack"))
                    break
        self.require_unchanged()

    def read_frame(self, offset: int) -> Frame:
        """Read the frame at an offset, and nothing else.

        Raises:
            ArchiveError: no frame begins there, or it is damaged.
            InputError: ``size``: it states more than the limit.
            FileError: ``io``: the system cannot read it, or the file changed.
        """
        try:
            return self._frame(self._stream(offset))
        finally:
            # A frame of a file that changed is no frame of the archive, and its damage is none either.
            self.require_unchanged()

    def entries(self, frame: Frame, rejected: Rejections) -> Iterator[Entry]:
        """The bundles of a frame, each read strictly; what is none goes to ``rejected``."""
        count = 0
        for number, data in frame.parts():
            try:
                line = read_line(data, self._limits, self.encoding)
            except PithError as error:
                position = f"frame at byte {frame.offset}, line {number}"
                rejected.add(self.path, position, rest_of_frame() if count == MAX_LINES else error)
                if (count := count + 1) > MAX_LINES:
                    return
            else:
                yield Entry(line, self.file, frame.offset, number)

    def whole_sha256(self) -> str:
        """The SHA-256 of the file, in hex, of the bytes that :meth:`frames` has read."""
        while part := self._read_at(self._hashed, 1 << 20):
            del part
        return self._sha256.hexdigest()

    def require_unchanged(self) -> None:
        """Check that the file is the one that was opened, and has its size and times (ARCH-8).

        Raises:
            FileError: ``io``: it is not.
        """
        self._file.require_unchanged()

    # -- reading bytes ----------------------------------------------------------------------

    def _frame(self, stream: Stream) -> Frame:
        start = stream.position
        raw, length = read_frame(stream, self.max_raw)
        if not raw:
            raise ArchiveError("archive", "an empty frame, which no pack has", offset=start)
        return Frame(self.file, self.encoding, start, length, raw)

    def _next_frame(self, offset: int, patience: Patience) -> int:
        """Where the next readable frame begins, or the file ends."""
        stream = self._stream(offset)
        while patience.is_left and next_magic(stream):
            candidate = self._stream(stream.position)
            try:
                self._frame(candidate)
            except (ArchiveError, InputError):
                patience.candidates -= 1
                patience.cost += candidate.cost
                stream.skip(len(MAGIC))
            else:
                return stream.position
        return self.size

    def _stream(self, position: int) -> Stream:
        at = position

        def read(size: int) -> bytes:
            nonlocal at
            data = self._read_at(at, size)
            at += len(data)
            return data

        return Stream(read, position)

    def _read_at(self, offset: int, size: int) -> bytes:
        data = self._file.read_at(offset, size)
        # Every byte is hashed once, when it is read first: the bytes hashed are the bytes checked.
        if offset <= self._hashed < offset + len(data):
            self._sha256.update(memoryview(data)[self._hashed - offset :])
            self._hashed = offset + len(data)
        return data


class Reader:
    """An archive that is open for reading.

    Args:
        path: the folder of the archive.
        limits: the limits of each bundle; ``limits.size`` bounds what a frame may expand to as well.
        storage: where the folder is; by default on this machine.

    Raises:
        FileError: ``io``: there is no archive, or it cannot be read.
        InputError: the manifest is not JSON.
        ArchiveError: the manifest is not in its form.
        TypeError: ``limits`` is not :class:`Limits`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        limits: Limits = DEFAULT_LIMITS,
        storage: Storage = LOCAL,
    ) -> None:
        require_limits(limits)
        self.storage = storage
        self.path = os.fspath(path)
        self.limits = limits
        self._manifest_bytes = self._read_manifest()
        self.manifest = Manifest.from_bytes(self._manifest_bytes)

    def _read_manifest(self) -> bytes:
        return self.storage.read(os.path.join(self.path, MANIFEST), MANIFEST_LIMITS.size)

    @property
    def packs(self) -> tuple[PackInfo, ...]:
        """The packs, as the manifest lists them: JSON before CBOR, by suffix."""
        return self.manifest.packs

    def open(self, pack: PackInfo) -> PackReader:
        """Open one pack.

        Raises:
            FileError: ``io``: it cannot be opened; with the number of bundles that the manifest states.
        """
        path = os.path.join(self.path, pack.file)
        try:
            return PackReader(path, pack.encoding, self.limits, self.storage)
        except FileError as error:
            bundles = plural(pack.bundles, "bundle")
            reason = f"{error.reason}; missing: at least {bundles}, by the manifest"
            raise FileError.at(path, reason) from error

    def entries(self, rejected: Rejections) -> Iterator[Entry]:
        """Every bundle of the archive, pack by pack; what cannot be read goes to ``rejected``.

        Raises:
            FileError: ``io``: a pack or the manifest changed while it was read.
        """
        for info in self.packs:
            try:
                pack = self.open(info)
            except FileError as error:
                rejected.add(os.path.join(self.path, info.file), "", error)
                continue
            with pack:
                yield from self._all(pack, rejected)
        self.require_unchanged()

    def require_unchanged(self) -> None:
        """Check that the manifest is the one that was read: no other archive replaced it (ARCH-8).

        Raises:
            FileError: ``io``: it is not.
        """
        if self._read_manifest() != self._manifest_bytes:
            raise FileError.at(self.path, "was replaced while it was read; read it again")

    def index(self, pack: PackInfo) -> tuple[IndexEntry, ...] | None:
        """Return the index of a pack; None where there is none, or it is malformed (ARCH-9)."""
        try:
            return read_index(self.storage.read(os.path.join(self.path, pack.index_file), _MOST_INDEX))
        except (FileError, InputError):
            return None

    def get(self, suffix: str) -> Lookup:
        """Find the bundles of one suffix: by the index, or else in whole packs.

        Raises:
            FileError: ``io``: a pack cannot be read, or changed while it was read.
        """
        entries: list[Entry] = []
        rejected = Rejections()
        by_index = True
        for info in self.packs:
            if not info.first_suffix <= suffix <= info.last_suffix:
                continue
            with self.open(info) as pack:
                found = self._by_index(pack, info, suffix, rejected)
                if found is None:
                    by_index = False
                    found = [entry for entry in self._all(pack, rejected) if entry.line.suffix == suffix]
                entries += found
        return Lookup(tuple(entries), rejected, by_index)

    def _by_index(
        self, pack: PackReader, info: PackInfo, suffix: str, rejected: Rejections
    ) -> list[Entry] | None:
        """The bundles by the index; None if it and the frames disagree, or it is not there."""
        index = self.index(info)
        if not index or index[-1].offset + index[-1].length != pack.size:
            return None
        firsts = [entry.first_suffix for entry in index]
        # The lines of a suffix that begins frames are parted, and in no frame before them.
        start = bisect_left(firsts, suffix)
        end = bisect_right(firsts, suffix)
        found: list[Entry] = []
        noted = Rejections()
        # Whether the frame after the last one has to show that it begins with another suffix.
        is_open = True
        for at in index[max(0, start - (start == end)) : end]:
            of_frame = self._frame_at(pack, at, noted)
            if of_frame is None:
                return None
            of_suffix = [entry for entry in of_frame if entry.line.suffix == suffix]
            found += of_suffix
            is_open = not of_suffix or of_suffix[-1] is of_frame[-1]
        if is_open and end < len(index) and self._frame_at(pack, index[end], noted) is None:
            return None
        rejected.update(noted)
        return found

    @staticmethod
    def _frame_at(pack: PackReader, at: IndexEntry, rejected: Rejections) -> list[Entry] | None:
        """The bundles of the frame that a line of the index names; None if it is another frame."""
        try:
            frame = pack.read_frame(at.offset)
        except (ArchiveError, InputError):
            return None
        if (frame.length, len(frame.raw)) != (at.length, at.raw_length):
            return None
        entries = [*pack.entries(frame, rejected)]
        return entries if entries and entries[0].line.suffix == at.first_suffix else None

    @staticmethod
    def _all(pack: PackReader, rejected: Rejections) -> Iterator[Entry]:
        for frame in pack.frames():
            if isinstance(frame, Damage):
                note_damage(pack, frame, rejected)
            else:
                yield from pack.entries(frame, rejected)


def note_damage(pack: PackReader, damage: Damage, rejected: Rejections) -> None:
    """List a damaged part of a pack."""
    end = damage.offset + damage.length
    rejected.add(pack.path, f"bytes {damage.offset} to {end}", damage.error)
