"""Frames of zstd, found by their heads (spec ARCH-7, ARCH-8; RFC 8878).

The head of a frame and those of its blocks state where the frame ends. So it is read up to there and
not further, in time linear in its bytes, before anything is decompressed: a decoder that is given more
returns the rest again, and a file of a million empty frames would be copied a million times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.archive.borders import MAX_BYTES
from pithbundle.archive.zstd import MAX_WINDOW, Decompressor, ZstdError
from pithbundle.encoding.limits import Limits
from pithbundle.errors import ArchiveError, InputError

MAGIC: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = range(0x184D2A50, 0x184D2A60)
#: The longest head of a frame, with its magic.
_LONGEST_HEAD: Final = 18
_LARGEST_BLOCK: Final = 1 << 17
#: The bytes that are read at once.
CHUNK: Final = 1 << 18
#: What the head of a block costs a reader, in bytes: as long as it takes to copy so many.
_BLOCK_COST: Final = 1 << 10
#: How many times its size a file may expand, and up to which size it may expand more.
_MOST_TIMES: Final = 1_000
_FREE: Final = 64 << 20
#: How often a reader looks for the next frame in vain, in one pack, before it gives up.
_MOST_CANDIDATES: Final = 1_000
_RAW, _RLE, _COMPRESSED, _RESERVED = range(4)


class Stream:
    """Bytes of a file or a pipe in order, with a look ahead."""

    __slots__ = ("_at", "_buffer", "_read", "cost", "position")

    def __init__(self, read: Callable[[int], bytes], position: int = 0) -> None:
        self._read = read
        self._buffer = b""
        self._at = 0
        #: The offset of the next byte.
        self.position = position
        #: What the frames read from here cost, in bytes: read, for the heads of blocks, and decompressed.
        self.cost = 0

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes and stay before them; fewer at the end."""
        if len(self._buffer) - self._at < size:
            # No list of parts: of a frame of small blocks each part would take more room than its bytes.
            found = bytearray(memoryview(self._buffer)[self._at :])
            while len(found) < size and (part := self._read(max(CHUNK, size - len(found)))):
                found += part
            self._buffer, self._at = bytes(found), 0
        return self._buffer[self._at : self._at + size]

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes; fewer at the end."""
        found = self.peek(size)
        self._at += len(found)
        self.position += len(found)
        return found

    def some(self) -> bytes:
        """Return the next bytes, as many as are there; none at the end."""
        self.peek(1)
        return self.take(min(CHUNK, len(self._buffer) - self._at))

    def skip(self, size: int) -> int:
        """Pass over ``size`` bytes; return how many there were."""
        done = 0
        while done < size and (part := self.take(min(CHUNK, size - done))):
            done += len(part)
        return done


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a frame."""

    #: Its bytes, with the magic.
    length: int
    #: The bytes of the content, None where the head does not state it.
    content_size: int | None
    window: int
    has_checksum: bool
    has_dictionary: bool


def frame_head(data: bytes) -> Head | None:
    """Read the head at the beginning of ``data``, which has at least 18 bytes or is all there is.

    None if it is cut, has no magic of a frame or a reserved bit.
    """
    if len(data) < 6 or data[:4] != MAGIC or data[4] & 0x08:
        return None
    descriptor = data[4]
    single = bool(descriptor & 0x20)
    at = 5
    window = 0
    if not single:
        exponent, mantissa = divmod(data[at], 8)
        window = (1 << (10 + exponent)) // 8 * (8 + mantissa)
        at += 1
    dictionary_width = (0, 1, 2, 4)[descriptor & 3]
    dictionary = int.from_bytes(data[at : at + dictionary_width], "little")
    at += dictionary_width
    size_width = (1 if single else 0, 2, 4, 8)[descriptor >> 6]
    size = int.from_bytes(data[at : at + size_width], "little") + (256 if size_width == 2 else 0)
    at += size_width
    if at > len(data):
        return None
    known = size if size_width else None
    return Head(at, known, size if single else window, bool(descriptor & 4), dictionary != 0)


def frame_parts(stream: Stream, head: Head) -> Iterator[bytes]:
    """The bytes of the frame at the position of ``stream``, in pieces of at most one block.

    Raises:
        ArchiveError: a head of a block is impossible, or the stream ends inside the frame.
    """
    yield _whole(stream, head.length)
    last = False
    while not last:
        start = stream.peek(3)
        value = int.from_bytes(start, "little")
        last, kind, size = bool(value & 1), value >> 1 & 3, value >> 3
        if kind == _RESERVED or size > _LARGEST_BLOCK:
            raise ArchiveError("archive", "no block of a frame", offset=stream.position)
        length = 3 + (1 if kind == _RLE else size)
        stream.cost += length + _BLOCK_COST
        yield _whole(stream, length)
    if head.has_checksum:
        yield _whole(stream, 4)


def _whole(stream: Stream, size: int) -> bytes:
    found = stream.take(size)
    if len(found) < size:
        raise ArchiveError("archive", "the file ends inside a frame", offset=stream.position)
    return found


# -- frames of packs -------------------------------------------------------------------------


def most_raw(limits: Limits) -> int:
    """The most raw bytes of a frame (ARCH-8)."""
    return max(MAX_BYTES, limits.size + 1)


def read_frame(stream: Stream, max_raw: int) -> tuple[bytes, int]:
    """Read the frame of a pack at the position of ``stream`` (ARCH-7).

    Returns:
        The raw bytes, and the length of the frame.

    Raises:
        ArchiveError: ``archive``: damaged, or no frame that a pack has.
        InputError: ``size``: its content is over ``max_raw``, or its window over 8 MiB. Nothing was
            decompressed then.
    """
    start = stream.position
    head = frame_head(stream.peek(_LONGEST_HEAD))
    if head is None:
        raise ArchiveError("archive", "no frame of zstd begins here", offset=start)
    if head.content_size is None or not head.has_checksum or head.has_dictionary:
        missing = "a dictionary" if head.has_dictionary else "no stated size or no checksum"
        raise ArchiveError("archive", f"a frame with {missing}, which no pack has", offset=start)
    if head.content_size > max_raw:
        raise InputError.over_limit(
            "size", max_raw, head.content_size, offset=start, what="the content of a frame"
        )
    if head.window > MAX_WINDOW:
        raise _large_window(head.window, start)
    data = bytearray()
    # The bound of zstd is less. Without one a frame of a million empty blocks would be held.
    most = head.content_size * 2 + CHUNK
    for part in frame_parts(stream, head):
        data += part
        if len(data) > most:
            raise ArchiveError("archive", "a frame longer than its content can be", offset=start)
    stream.cost += head.content_size
    return decompress(bytes(data), head.content_size, start), stream.position - start


def decompress(data: bytes, content_size: int, offset: int = 0) -> bytes:
    """Return the content of a whole frame, which states ``content_size``.

    Raises:
        ArchiveError: it is damaged, or has another size.
    """
    decompressor = Decompressor()
    try:
        raw = b"".join(decompressor.pieces(data, content_size))
    except ZstdError as error:
        raise ArchiveError("archive", f"a damaged frame: {_reason(error)}", offset=offset) from error
    if not decompressor.is_complete or len(raw) != content_size:
        raise ArchiveError("archive", "a frame that states another size than it has", offset=offset)
    return raw


def _large_window(window: int, offset: int) -> InputError:
    return InputError.over_limit(
        "size", MAX_WINDOW, window, fixed=True, offset=offset, what="the window of a frame"
    )


def _reason(error: ZstdError) -> str:
    text = str(error).removesuffix(".")
    return text.rpartition(": ")[2][:1].lower() + text.rpartition(": ")[2][1:]


def is_bomb(expanded: int, compressed: int) -> bool:
    """Whether so many bytes are out of all proportion to the compressed ones before them (ARCH-12)."""
    return expanded > _FREE and expanded > _MOST_TIMES * compressed


def bomb(what: str) -> InputError:
    """The error of a file that expands out of all proportion."""
    detail = f"{what} expands more than {_MOST_TIMES} times; the rest of it was not read"
    return InputError("size", detail, clause="ARCH-12")


@dataclass(slots=True)
class Patience:
    """What a reader does for the sake of frames that cannot be read, in one pack (ARCH-8, ARCH-12)."""

    #: The bytes of the pack.
    size: int
    candidates: int = _MOST_CANDIDATES
    #: What they cost so far, as :attr:`Stream.cost`.
    cost: int = 0

    @property
    def is_left(self) -> bool:
        """Whether it looks for another frame."""
        return self.candidates > 0 and not is_bomb(self.cost, self.size)


def next_magic(stream: Stream) -> bool:
    """Move to the next magic of a frame; return False at the end of the file."""
    while True:
        ahead = stream.peek(CHUNK)
        found = ahead.find(MAGIC)
        if found >= 0:
            stream.skip(found)
            return True
        # The end may be the beginning of a magic.
        if stream.skip(max(1, len(ahead) - 3)) == 0 or len(ahead) < 4:
            return False


# -- streams ---------------------------------------------------------------------------------


def decompressed(stream: Stream) -> Iterator[bytes]:
    """The content of all frames of a stream of zstd, in pieces of at most 128 KiB (ARCH-11).

    Any encoder may have written it: frames need not state a size. Skippable frames are passed over.

    Raises:
        ArchiveError: it is damaged, or something else follows a frame.
        InputError: ``size``: a frame needs a window over 8 MiB.
    """
    while ahead := stream.peek(_LONGEST_HEAD):
        start = stream.position
        if int.from_bytes(ahead[:4], "little") in _SKIPPABLE and len(ahead) >= 8:
            size = 8 + int.from_bytes(ahead[4:8], "little")
            if stream.skip(size) < size:
                raise ArchiveError("archive", "the file ends inside a skippable frame", offset=start)
            continue
        head = frame_head(ahead)
        if head is None or head.has_dictionary:
            reason = "a frame that needs a dictionary" if head else "no frame of zstd begins here"
            raise ArchiveError("archive", reason, offset=start)
        if head.window > MAX_WINDOW:
            raise _large_window(head.window, start)
        yield from _content(stream, head, start)


def _content(stream: Stream, head: Head, start: int) -> Iterator[bytes]:
    decompressor = Decompressor()
    try:
        for part in frame_parts(stream, head):
            # One block gives at most its largest size, and the decoder may hold back one more.
            for piece in decompressor.pieces(part, 2 * _LARGEST_BLOCK):
                if piece:
                    yield piece
    except ZstdError as error:
        raise ArchiveError("archive", f"a damaged frame: {_reason(error)}", offset=start) from error
    if not decompressor.is_complete:
        raise ArchiveError("archive", "a damaged frame: it does not end with its last block", offset=start)
