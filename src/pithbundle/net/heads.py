"""The head of a response: its form, its framing, and what it may say (spec NET-10, NET-12 to NET-14)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pithbundle.errors import NetworkError
from pithbundle.net.exchange import KEPT, Exchange, Known, Span

#: Statuses that redirect.
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
#: Statuses without a body.
EMPTY: Final = frozenset({204, 304})
#: How compressed data begins: gzip, zstd, zip, xz, bzip2, zlib, LZ4 (NET-12).
MAGIC: Final = (
    *(b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"\xfd7zXZ\x00", b"BZh", b"\x04\x22\x4d\x18"),
    *(b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"),
)
# A skippable frame of zstd: 16 magic numbers.
_SKIPPABLE: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_LENGTH: Final = re.compile("[0-9]{1,15}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a response."""

    status: int
    #: Every header field, names in lower case, in the order in which they came.
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, status: int, raw: Iterable[tuple[bytes, bytes]]) -> Head:
        """Return the head of raw header fields."""
        # ISO 8859-1 represents every byte, so that a field is kept as it came.
        return cls(
            status, tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
        )

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for field, value in self.fields if field == name]

    def first(self, name: str) -> str | None:
        """The first value of a field, or None."""
        return next(iter(self.all(name)), None)

    def kept(self) -> tuple[tuple[str, str], ...]:
        """The fields that an exchange keeps (NET-16)."""
        return tuple(field for field in self.fields if field[0] in KEPT)


def check_framing(url: str, head: Head) -> int | None:
    """Check that the head gives the end of the body once; return its length, None for chunks (NET-10).

    Raises:
        NetworkError: ``http``, or ``encoding`` for a compressed body (NET-12).
    """
    if any(_CONTROL.search(value) for _, value in head.fields):
        raise _http(url, "a header field has a control character")
    if head.all("content-encoding"):
        raise NetworkError.at("encoding", url, "the response has a Content-Encoding")
    lengths, codings = head.all("content-length"), head.all("transfer-encoding")
    if codings and codings != ["chunked"]:
        raise _http(url, "the response has a Transfer-Encoding other than chunked")
    if len(lengths) + len(codings) > 1:
        raise _http(url, "the response states its length twice")
    if not lengths and not codings and head.status not in EMPTY:
        raise _http(url, "the response does not state its length: whether it is complete cannot be known")
    if not lengths:
        return None
    if _LENGTH.fullmatch(lengths[0]) is None:
        raise _http(url, "Content-Length is not a number")
    return int(lengths[0])


def check_answer(url: str, head: Head, known: Known | None, span: Span | None) -> None:
    """Check that the response answers what was asked (NET-13, NET-14).

    Raises:
        NetworkError: ``http``.
    """
    if not 200 <= head.status <= 599:
        raise _http(url, f"the status {head.status} is none of 200 to 599")
    if head.status == 304:
        if known is None:
            raise _http(url, "the server answered 304, and no condition was sent", "NET-13")
        if any(not _same_tag(tag, known.etag) for tag in head.all("etag")):
            raise _http(url, "the server answered 304 with another ETag than was sent", "NET-13")
    if span is None:
        if head.status == 206:
            raise _http(url, "the server answered with a part, and the whole was requested", "NET-14")
    elif head.status == 200:
        raise _http(url, "the server ignored the header Range", "NET-14")
    elif head.status == 206 and head.all("content-range") != [span.content_range]:
        raise _http(url, "the server answered with another part than was requested", "NET-14")


def check_body(exchange: Exchange, known: Known | None, span: Span | None, *, compressed: bool) -> None:
    """Check what the body itself shows (NET-12 to NET-14).

    Raises:
        NetworkError: ``encoding`` or ``http``, with the exchange.
    """
    url, body = exchange.final_url, exchange.body
    error: NetworkError | None = None
    if not compressed and (body.startswith(MAGIC) or _SKIPPABLE.match(body)):
        error = NetworkError.at("encoding", url, "the body is compressed data")
    elif span is not None and exchange.status == 206 and len(body) != span.length:
        error = _http(url, "the part has another length than was requested", "NET-14")
    elif known is not None and exchange.status == 200 and _contradicts(exchange, known):
        error = _http(url, "the server gave two bodies one strong ETag", "NET-13")
    if error is not None:
        error.exchange = exchange
        raise error


def _contradicts(exchange: Exchange, known: Known) -> bool:
    """Whether the body has the strong entity tag of another body."""
    return exchange.etag == known.etag and known.etag[0] == '"' and exchange.sha256 != known.sha256


def _same_tag(one: str, other: str) -> bool:
    """Whether two entity tags match by the weak comparison, which If-None-Match uses."""
    return one.removeprefix("W/") == other.removeprefix("W/")


def _http(url: str, reason: str, clause: str = "NET-10") -> NetworkError:
    return NetworkError.at("http", url, reason, clause)
