"""Compressed bytes, expanded within one bound for a whole file (spec CAPT-5)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final

from pithbundle.errors import EvidenceError
from pithbundle.evidence.contents import Content, content_of

#: The bytes of one piece at most.
PIECE: Final = 65_536
_MAGIC: Final = b"\x1f\x8b"
#: The modes of zlib: members of gzip, zlib, and deflate alone.
_GZIP, _ZLIB, _RAW = 31, 15, -15
#: The encodings of HTTP that are undone, each by the modes that are tried.
_ENCODINGS: Final = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (_ZLIB, _RAW)}


#: The bytes that a compressed member counts more than it expands to; a file of empty ones would take minutes.
_OF_MEMBER: Final = 1_024
#: What each byte counts that a piece has more than it expands to and 1,024: empty blocks take as long as full
#: ones, and would take half a minute.
_OF_SURPLUS: Final = 32


class Counter:
    """How many bytes may still be read or expanded of one file; it is counted down by all of its parts."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left = limit

    def count(self, piece: bytes, more: int = 0) -> bytes:
        """Return the piece, after it and so many bytes more were counted.

        Raises:
            EvidenceError: ``warc_invalid``: it is over the limit.
        """
        self._left -= len(piece) + more
        if self._left < 0:
            raise EvidenceError("warc_invalid", f"it expands to more than the limit of {self._limit} bytes")
        return piece


def expand(blocks: Iterable[bytes], counter: Counter) -> Iterator[bytes]:
    """Return a file in pieces, expanded if it is compressed by gzip, in any number of members (CAPT-5).

    Raises:
        EvidenceError: ``warc_invalid``: it is over the bound of the counter, damaged or cut off.
    """
    pieces = (block[at : at + PIECE] for block in blocks for at in range(0, len(block), PIECE))
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= len(_MAGIC):
            break
    whole = chain([first], pieces)
    if not first.startswith(_MAGIC):
        yield from map(counter.count, whole)
        return
    try:
        yield from _inflated(_GZIP, whole, counter)
    except zlib.error as error:
        raise EvidenceError(
            "warc_invalid", f"its compression by gzip is damaged or cut off: {error}"
        ) from None


def decoded(
    name: str, encoding: str, blocks: Callable[[], Iterator[memoryview]], counter: Counter
) -> Content | None:
    """Return the digests of a payload without its ``Content-Encoding`` (CAPT-7).

    Args:
        name: the name of the file.
        encoding: the value of the header, in lower case.
        blocks: what gives the payload in blocks, each time that it is called.
        counter: that of the file.

    Returns:
        None if the encoding is not one that is undone, or the payload is not in it.

    Raises:
        EvidenceError: ``warc_invalid``: it is over the bound of the counter.
    """
    for mode in _ENCODINGS.get(encoding, ()):
        try:
            return content_of(name, _inflated(mode, blocks(), counter), "decoded")
        except zlib.error:
            continue
    return None


def _inflated(mode: int, blocks: Iterable[bytes | memoryview], counter: Counter) -> Iterator[bytes]:
    """The pieces that compressed members, one after the other, expand to.

    Raises:
        zlib.error: they are damaged or cut off.
    """
    member: Any = None
    for block in blocks:
        rest: bytes | memoryview = block
        while rest:
            begins = member is None
            member = zlib.decompressobj(mode) if begins else member
            piece = member.decompress(rest, PIECE)
            left = member.unused_data if member.eof else member.unconsumed_tail
            surplus = max(0, len(rest) - len(left) - len(piece) - _OF_MEMBER)
            yield counter.count(piece, _OF_SURPLUS * surplus + (_OF_MEMBER if begins else 0))
            rest = left
            if member.eof:
                member = None
    # Deflate alone has nothing behind its data: the last bytes may be read, and not all that they expand to.
    while member is not None:
        piece = member.decompress(b"", PIECE)
        if not (piece or member.eof):
            raise zlib.error("it ends inside of a member")
        yield counter.count(piece)
        member = None if member.eof else member
