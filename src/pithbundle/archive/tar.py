"""Tar as a stream of bundles, read and written (spec ARCH-11).

Python's tarfile reads an extended header of any claimed size into memory and knows how to extract. A
reader of bundles needs neither: names are data here, and whatever is no regular file is rejected by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.archive.frames import Stream
from pithbundle.archive.streams import Compression, Part, over_limit, skip
from pithbundle.errors import ArchiveError, PithError

_BLOCK: Final = 512
#: The longest extended header (ARCH-11).
_LONGEST_HEADER: Final = 1 << 16
_ENDINGS: Final = (b".json", b".cbor")
_REGULAR: Final = {b"0", b"\0", b"7"}
_FOLDER: Final = b"5"
_SPARSE: Final = b"S"
_EXTENDED, _GLOBAL, _LONG_NAME, _LONG_LINK = b"x", b"g", b"L", b"K"
_TYPES: Final = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a FIFO",
    _SPARSE: "a sparse file",
}
#: What a header in the format of GNU has, and where it and the blocks behind it state that another block of
#: the map of a sparse file follows.
_GNU: Final = b"ustar  \0"
_MORE_OF_HEADER: Final = 482
_MORE_OF_BLOCK: Final = 504
_PAX_RECORD: Final = re.compile(rb"([1-9][0-9]{0,6}) ([^=]+)=")
_PAX_SPARSE: Final = b"GNU.sparse."


@dataclass(slots=True)
class Skipped:
    """How many members were passed over: folders are not counted."""

    count: int = 0


@dataclass(slots=True)
class _Next:
    """What extended headers state of the next member."""

    name: bytes | None = None
    size: int | None = None
    is_sparse: bool = False


def members(stream: Stream, limit: int, compression: Compression, skipped: Skipped) -> Iterator[Part]:
    """The bundles of a tar, each of at most ``limit`` bytes, and what is rejected of it.

    After a header that is damaged nothing is read.
    """
    extended = _Next()
    while True:
        header = stream.take(_BLOCK)
        try:
            if not header.strip(b"\0"):
                if len(header) in (0, _BLOCK) and not _rest_is_empty(stream):
                    raise ArchiveError("archive", "something follows the end of the tar", clause="ARCH-11")
                if not header:
                    raise ArchiveError("archive", "the tar ends without its end mark", clause="ARCH-11")
                return
            size, kind, name = _member(header)
            if kind in (_EXTENDED, _GLOBAL, _LONG_NAME, _LONG_LINK):
                _extend(extended, kind, _header_data(stream, size))
                continue
        except PithError as error:
            yield _position(stream, None), error
            return
        name = extended.name or name
        size = size if extended.size is None else extended.size
        is_sparse, extended = extended.is_sparse, _Next()
        # Only a regular file has data, whatever size the header of a link states.
        padded = -(-size // _BLOCK) * _BLOCK if kind in _REGULAR or kind == _SPARSE else 0
        if kind == _SPARSE and header[257:265] == _GNU:
            _pass_map(stream, header)
        position = _position(stream, name)
        if kind == _FOLDER or (kind in _REGULAR and name.endswith(b"/")):
            pass
        elif kind not in _REGULAR or is_sparse:
            what = "a sparse file" if is_sparse else _TYPES.get(kind, "a member of unknown type")
            yield position, ArchiveError("archive", f"{what}, which is not read", clause="ARCH-11")
        elif not name.lower().endswith(_ENDINGS):
            skipped.count += 1
        elif size <= limit:
            yield position, stream.take(size)
            padded -= size
        else:
            yield position, over_limit(limit, size)
        if not skip(stream, padded, limit, compression):
            detail = "a member is cut, or too large to pass over; the rest of the tar was not read"
            yield position, ArchiveError("archive", detail, clause="ARCH-12")
            return


def _pass_map(stream: Stream, header: bytes) -> None:
    """Pass over the rest of the map of a sparse file, which is between its header and its data."""
    more = header[_MORE_OF_HEADER]
    while more:
        block = stream.take(_BLOCK)
        more = block[_MORE_OF_BLOCK] if len(block) == _BLOCK else 0


def _position(stream: Stream, name: bytes | None) -> str:
    if name is None:
        return f"header at byte {max(0, stream.position - _BLOCK)}"
    return "member " + name.decode("utf-8", "backslashreplace")


def _rest_is_empty(stream: Stream) -> bool:
    while piece := stream.some():
        if piece.strip(b"\0"):
            return False
    return True


def _member(header: bytes) -> tuple[int, bytes, bytes]:
    """The size, the type and the name that a header states."""
    claimed = _number(header[148:156])
    counted = sum(header) - sum(header[148:156]) + 8 * 0x20
    if len(header) < _BLOCK or claimed != counted:
        raise ArchiveError("archive", "no header of a tar; the rest was not read", clause="ARCH-11")
    name = header[:100].partition(b"\0")[0]
    prefix = header[345:500].partition(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return _size(header[124:136]), header[156:157], prefix + b"/" + name if prefix else name


def _size(field: bytes) -> int:
    size = _number(field)
    if size is None or size < 0:
        raise ArchiveError(
            "archive", "a header of a tar without a size; the rest was not read", clause="ARCH-11"
        )
    return size


def _number(field: bytes) -> int | None:
    """A number of a header: octal digits, or binary with the first bit set."""
    if field and field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:])
    digits = field.strip(b"\0 ")
    return int(digits, 8) if re.fullmatch(rb"[0-7]+", digits) else 0 if not digits else None


def _header_data(stream: Stream, size: int) -> bytes:
    if size > _LONGEST_HEADER:
        detail = f"an extended header of {size} bytes, the limit is {_LONGEST_HEADER}; the rest was not read"
        raise ArchiveError("archive", detail, clause="ARCH-11")
    data = stream.take(size)
    stream.skip(-size % _BLOCK)
    if len(data) < size:
        raise ArchiveError("archive", "the tar ends inside a header", clause="ARCH-11")
    return data


def _extend(extended: _Next, kind: bytes, data: bytes) -> None:
    """Note what an extended header states; of one for all members that follow nothing is used."""
    if kind == _LONG_NAME:
        extended.name = data.partition(b"\0")[0]
    if kind not in (_EXTENDED, _GLOBAL):
        return
    at = 0
    while at < len(data):
        record = _PAX_RECORD.match(data, at)
        end = at + int(record[1]) if record else 0
        if record is None or record.end() >= end or data[end - 1 : end] != b"\n":
            raise ArchiveError(
                "archive", "a malformed extended header; the rest was not read", clause="ARCH-11"
            )
        value = data[record.end() : end - 1]
        extended.is_sparse |= record[2].startswith(_PAX_SPARSE)
        if kind == _EXTENDED and record[2] == b"path":
            extended.name = value
        elif kind == _EXTENDED and record[2] == b"size":
            extended.size = _size(b"%o" % int(value)) if value.isdigit() and len(value) < 20 else _size(b"x")
        at = end


# -- writing ---------------------------------------------------------------------------------


def member(name: str, data: bytes) -> bytes:
    """One member of a tar: a regular file for all to read, without times and owners.

    ``name`` has at most 100 ASCII characters, ``data`` less than 8 GiB.
    """
    fields = (
        name.encode("ascii").ljust(100, b"\0"),
        b"0000644\0" + b"0000000\0" * 2,
        b"%011o\0" % len(data),
        b"%011o\0" % 0,
        b" " * 8,
        b"0".ljust(101, b"\0"),
        b"ustar\0" + b"00",
    )
    header = b"".join(fields).ljust(_BLOCK, b"\0")
    header = header[:148] + b"%06o\0 " % sum(header) + header[156:]
    return header + data + bytes(-len(data) % _BLOCK)


#: What a tar ends with.
END: Final = bytes(2 * _BLOCK)
