"""Lines: the form that a bundle has in an archive (spec ARCH-2 to ARCH-4).

A line is a bundle without insignificant white space, and nothing else is changed: the order of
members, string escapes and number spellings stay, because unverified elements are identified
by what they contain. A bundle in CBOR has one encoding and is an item of a sequence (RFC 8742) as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pithbundle.bundle.reader import Bundle, read_bundle
from pithbundle.encoding.canonical import encode_ordered
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding, chosen_encoding
from pithbundle.encoding.values import BytesLike, as_bytes
from pithbundle.errors import ArchiveError

#: A string, whole, or anything else that is no white space. The input is known to be JSON, so
#: that each quotation mark outside begins a string which ends.
_TOKENS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^"\x09\x0a\x0d\x20]++').findall
_CHARACTERS: Final = (b" ", b"\n", b"\r", b"\t")
_WHITE: Final = re.compile(rb"[\x09\x0a\x0d\x20]").search


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One bundle as an archive contains it. The order of lines is that of ARCH-4."""

    #: The suffix of the recomputed Pith Number, 26 characters ``A-Z2-7``.
    suffix: str
    #: The SHA-256 of ``data``, 32 raw bytes: the identity of the line.
    digest: bytes
    #: The line without its line feed, or the CBOR item.
    data: bytes
    encoding: Encoding

    @property
    def raw_size(self) -> int:
        """The bytes that it has in a frame: a line is ended by a line feed, an item by nothing."""
        return len(self.data) + (self.encoding == "json")

    @property
    def raw(self) -> bytes:
        """The bytes that it has in a frame."""
        return self.data + b"\n" if self.encoding == "json" else self.data

    def __repr__(self) -> str:
        return f"<Line {self.suffix} {self.digest.hex()[:16]}: {len(self.data)} bytes of {self.encoding}>"


def line_of(data: BytesLike, limits: Limits = DEFAULT_LIMITS, encoding: Encoding | None = None) -> Line:
    """Read a bundle strictly and return its line (ARCH-2, ARCH-3). No signature is checked.

    Raises:
        InputError: as :func:`pithbundle.read_bundle`.
        BundleError: as :func:`pithbundle.read_bundle`.
        RecordError: as :func:`pithbundle.read_bundle`.
        TypeError: as :func:`pithbundle.read_bundle`.
    """
    data = as_bytes(data)
    chosen = chosen_encoding(data, encoding)
    bundle = read_bundle(data, limits=limits, encoding=chosen)
    return line_of_bundle(data, bundle)


def line_of_bundle(data: bytes, bundle: Bundle) -> Line:
    """Return the line of a bundle that was read from ``data``."""
    line = data if _is_line(data, bundle) else without_white_space(data)
    return Line(bundle.record.number.suffix, sha256(line).digest(), line, bundle.encoding)


def read_line(data: bytes, limits: Limits, encoding: Encoding) -> Line:
    """Read a bundle strictly that is a line as it is. No signature is checked.

    Raises:
        ArchiveError: as :func:`require_line`.
        InputError: as :func:`pithbundle.read_bundle`.
        BundleError: as :func:`pithbundle.read_bundle`.
        RecordError: as :func:`pithbundle.read_bundle`.
    """
    bundle = read_bundle(data, limits=limits, encoding=encoding)
    require_line(data, bundle)
    return Line(bundle.record.number.suffix, sha256(data).digest(), data, encoding)


def require_line(data: bytes, bundle: Bundle) -> None:
    """Check that a bundle is a line as it is; ``bundle`` was read from ``data``.

    Raises:
        ArchiveError: ``archive``: it has insignificant white space (ARCH-2).
    """
    if not _is_line(data, bundle):
        raise ArchiveError("archive", "a line with white space that no line has", clause="ARCH-2")


def _is_line(data: bytes, bundle: Bundle) -> bool:
    """Whether a bundle that was read from ``data`` has no insignificant white space."""
    # Most lines are what orjson writes of their value, which costs a fifth of looking between their strings.
    return bundle.encoding == "cbor" or encode_ordered(bundle.frame) == data or not has_white_space(data)


def without_white_space(data: bytes) -> bytes:
    """Return a JSON text without insignificant white space (ARCH-2); ``data`` is a JSON text."""
    return b"".join(_TOKENS(data)) if has_white_space(data) else data


def has_white_space(data: bytes) -> bool:
    """Whether a JSON text has insignificant white space, which no line has (ARCH-2)."""
    if not any(char in data for char in _CHARACTERS):
        return False
    if b'\\"' in data:
        # A quotation mark that may be escaped does not show where a string ends.
        return len(b"".join(_TOKENS(data))) != len(data)
    return _WHITE(b"".join(data.split(b'"')[::2])) is not None


# -- the parts of a frame --------------------------------------------------------------------


def split_lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The offset and the bytes of each line, without its line feed; the last may lack one (ARCH-2)."""
    at = 0
    while at < len(raw):
        end = raw.find(b"\n", at)
        if end < 0:
            end = len(raw)
        yield at, raw[at:end]
        at = end + 1


def split_items(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The offset and the bytes of each item of a CBOR sequence (ARCH-3, RFC 8742).

    What cannot be divided further, because a head is malformed or the rest is too short, is the last
    part: reading it as a bundle reports what is wrong with it.
    """
    at = 0
    while at < len(raw):
        end = item_end(raw, at)
        if end is None or end > len(raw):
            end = len(raw)
        yield at, raw[at:end]
        at = end


def item_end(data: bytes, start: int) -> int | None:
    """Return where the item at ``start`` ends; None where a head is cut or is none of this profile.

    A number beyond the end of ``data`` means that so many bytes would be needed at least.
    """
    at = start
    left = 1
    while left:
        left -= 1
        if at >= len(data):
            return max(at, len(data)) + left + 1
        major, information = divmod(data[at], 32)
        at += 1
        argument = information
        if information > 23:
            if information > 27:
                return None
            width = 1 << (information - 24)
            argument = int.from_bytes(data[at : at + width])
            at += width
            if at > len(data):
                return at + left
        if major in (2, 3):
            at += argument
        elif major in (4, 5):
            left += argument * (major - 3)
        elif major == 6:
            left += 1
    return at
