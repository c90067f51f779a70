"""Streams of other containers: compressed or plain, of lines or of items (spec ARCH-11, ARCH-12).

Nothing is decompressed before it is read, and no more is held than one bundle may have.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias

from pithbundle.archive.frames import CHUNK, Stream, bomb, decompressed, is_bomb
from pithbundle.archive.lines import item_end
from pithbundle.errors import ArchiveError, InputError, PithError

#: How a container is compressed, empty for not at all (ARCH-11).
Compression: TypeAlias = Literal["", "zst", "gz"]
#: A position for people, and the bytes that may be a bundle, or why they are none.
Part: TypeAlias = tuple[str, "bytes | PithError"]

#: How many times its limit a compressed entry may expand to before the rest of the file is not read.
_PATIENCE: Final = 16
#: The most entries of one input that are rejected, or lines that are empty, before the rest is not read.
MOST_REJECTED: Final = 1_000_000
#: So many of a compressed input in any case, and more only if it has a byte for each.
_FREE_REJECTED: Final = 10_000
#: Of gzip so little is decoded at once: what follows a member is copied for each member.
_GZIP_PIECE: Final = 1 << 12


def opened(read: Callable[[int], bytes], compression: Compression) -> Stream:
    """The content of a file, decompressed while it is read."""
    stream = Stream(read)
    if not compression:
        return stream
    pieces = _bounded(decompressed(stream) if compression == "zst" else _gunzipped(stream), stream)
    return _Decompressed(lambda _: next(pieces, b""), stream)


class _Decompressed(Stream):
    """The content of a compressed file, and the bytes of the file itself."""

    __slots__ = ("compressed",)

    def __init__(self, read: Callable[[int], bytes], compressed: Stream) -> None:
        super().__init__(read)
        self.compressed = compressed


def most_rejected(stream: Stream) -> int:
    """How many entries of a stream are rejected, or lines empty, before the rest is not read (ARCH-12).

    A file of some kilobytes can expand to a million entries: of those that it has no bytes for, few are read.
    """
    if isinstance(stream, _Decompressed):
        return min(MOST_REJECTED, max(_FREE_REJECTED, stream.compressed.position))
    return MOST_REJECTED


def _bounded(pieces: Iterator[bytes], stream: Stream) -> Iterator[bytes]:
    """The pieces, as long as they are not out of all proportion to the bytes of the file (ARCH-12).

    Raises:
        InputError: ``size``: they are.
    """
    size = 0
    for piece in pieces:
        size += len(piece)
        if is_bomb(size, stream.position):
            raise bomb("the file")
        yield piece


def _gunzipped(stream: Stream) -> Iterator[bytes]:
    """The content of all members of gzip.

    Raises:
        ArchiveError: it is damaged, cut, or something else follows a member.
    """
    while stream.peek(1):
        start = stream.position
        decompressor = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        while not decompressor.eof:
            data = stream.peek(_GZIP_PIECE)
            if not data:
                raise ArchiveError("archive", "the file ends inside a member of gzip", offset=start)
            try:
                yield from _pieces(decompressor, data)
            except zlib.error as error:
                raise ArchiveError("archive", f"a damaged member of gzip: {error}", offset=start) from error
            stream.skip(len(data) - len(decompressor.unused_data))


def _pieces(decompressor: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while True:
        if piece := decompressor.decompress(data, CHUNK):
            yield piece
        data = decompressor.unconsumed_tail
        if not data:
            return


def skip(stream: Stream, size: int, limit: int, compression: Compression) -> bool:
    """Pass over ``size`` bytes of an entry; return False if that takes too long, or the file ends.

    A compressed file of some kilobytes can expand to gigabytes; of a plain one the bytes are there.
    """
    if compression and size > _PATIENCE * limit:
        return False
    return stream.skip(size) == size


_REST: Final = "lines; the rest of the file was not read"


def over_limit(limit: int, found: int | None = None, *, is_end: bool = False) -> InputError:
    """The error of an entry over the limit on its size (ARCH-12)."""
    what = "a bundle; the rest of the file was not read" if is_end else "a bundle"
    return InputError.over_limit("size", limit, found, what=what)


def lines(stream: Stream, limit: int, compression: Compression = "") -> Iterator[Part]:
    """The lines of a stream that are not empty and not white space, each of at most ``limit`` bytes."""
    number, size, empty = 1, 0, 0
    line = bytearray()
    while piece := stream.some():
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            size += end - start
            if size <= limit:
                line += memoryview(piece)[start:end]
            found = _line(number, line, size, limit)
            if found is not None:
                yield found
            elif (empty := empty + 1) >= most_rejected(stream):
                yield f"line {number}", InputError("size", f"{empty} empty {_REST}", clause="ARCH-12")
                return
            number, size, line, start = number + 1, 0, bytearray(), end + 1
        size += len(piece) - start
        if size <= limit:
            line += memoryview(piece)[start:]
        else:
            line = bytearray()
            if compression and size > _PATIENCE * limit:
                yield f"line {number}", over_limit(limit, is_end=True)
                return
    if (found := _line(number, line, size, limit)) is not None:
        yield found


def _line(number: int, line: bytearray, size: int, limit: int) -> Part | None:
    """The line, or None if it is empty or white space."""
    position = f"line {number}"
    if size > limit:
        return position, over_limit(limit, size)
    data = bytes(line).strip(b"\t\r ")
    return (position, data) if data else None


def items(stream: Stream, limit: int, compression: Compression = "") -> Iterator[Part]:
    """The items of a sequence of CBOR, each of at most ``limit`` bytes.

    Where an item cannot be divided from the next, nothing after it is read.
    """
    data, at, number, offset = b"", 0, 1, 0
    while True:
        end = item_end(data, at)
        position = f"item {number} at byte {offset}"
        if end is None:
            detail = "no item of CBOR; the rest of the file was not read"
            yield position, ArchiveError("archive", detail, clause="ARCH-3")
            return
        if end <= len(data):
            yield position, data[at:end] if end - at <= limit else over_limit(limit, end - at)
            number, offset, at = number + 1, offset + end - at, end
            continue
        if end - at > limit:
            yield position, over_limit(limit, is_end=True)
            return
        rest = data[at:]
        # Twice as many as before at least, so that a long item is not walked again for each piece.
        more = stream.take(max(end - at, 2 * len(rest), CHUNK) - len(rest))
        if not more:
            if rest:
                yield position, rest
            return
        data, at = rest + more, 0
