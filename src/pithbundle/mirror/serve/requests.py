"""What of a request decides the response: pure (spec SERVE-5 to SERVE-9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

#: A field of a head: its name in lower case, and its value.
Field: TypeAlias = tuple[bytes, bytes]

_ENCODED: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_RANGE: Final = re.compile(rb"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE).fullmatch
_WEIGHT: Final = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)").fullmatch
#: The address space whose names may be percent-encoded.
_NAMES: Final = b"/pith/"
#: The one address with a query, and the bytes that its text may have.
_SEARCH: Final = b"/find?q="
_MOST_TEXT: Final = 512
#: The folders above which an address can be, so that a page there has links.
_MOST_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Request:
    """The fields of a head of which the response depends; those that occur several times are joined."""

    hosts: tuple[bytes, ...] = ()
    accept: bytes = b""
    if_none_match: bytes = b""
    if_range: bytes = b""
    range: bytes = b""

    @classmethod
    def of(cls, fields: Iterable[Field]) -> Request:
        """Read the fields of a head."""
        hosts: tuple[bytes, ...] = ()
        found: dict[bytes, bytes] = {}
        for name, value in fields:
            if name == b"host":
                hosts += (value,)
            elif name in _READ:
                found[name] = found[name] + b"," + value if name in found else value
        if not found:
            return cls(hosts)
        return cls(hosts, *(found.get(name, b"") for name in _READ))


_READ: Final = (b"accept", b"if-none-match", b"if-range", b"range")


def path_of(target: bytes) -> str | None:
    """The path of a request target as :meth:`Site.find` takes it; None if nothing can be there (SERVE-5).

    A query is part of an address and no address has one. Nothing is decoded.
    """
    if target[:1] != b"/" or b"?" in target or b"#" in target or b"%" in target or not target.isascii():
        return None
    return target[1:].decode("ascii")


def name_of(target: bytes) -> str | None:
    """The path of a name with percent-encodings, decoded once; None if it is none (SERVE-5).

    Browsers encode characters of which aliases consist. Only visible characters of ASCII are decoded.
    """
    if not target.startswith(_NAMES) or b"%" not in target or b"?" in target or b"#" in target:
        return None
    if len(_ENCODED.findall(target)) != target.count(b"%"):
        return None
    decoded = _decoded(target)
    return decoded[1:].decode("ascii") if all(0x21 <= byte <= 0x7E for byte in decoded) else None


def text_of(target: bytes) -> str | None:
    """The text of a search, decoded once; None if the target is no search (SERVE-15)."""
    encoded = target[len(_SEARCH) :]
    if not target.startswith(_SEARCH) or b"&" in encoded or b"#" in encoded:
        return None
    if len(_ENCODED.findall(encoded)) != encoded.count(b"%"):
        return None
    decoded = _decoded(encoded.replace(b"+", b" "))
    return decoded.decode("utf-8", "replace") if len(decoded) <= _MOST_TEXT else None


def root_of(target: bytes) -> str | None:
    """The base URL, as seen from a page at an address; None where the address is too deep (PAGE-12)."""
    depth = target.partition(b"?")[0].count(b"/") - 1
    return "../" * depth if 0 <= depth <= _MOST_DEPTH else None


def _decoded(encoded: bytes) -> bytes:
    return _ENCODED.sub(lambda match: bytes([int(match[1], 16)]), encoded)


def reads_pages(accept: bytes) -> bool:
    """Whether a client names pages among what it takes, and takes none less gladly than JSON (SERVE-11).

    Programs that name nothing, or ``*/*``, receive the one line of an error, as they always did.
    """
    weights = _weights(accept)
    return weights.get("text/html", 0.0) > 0 and weights["text/html"] >= weights.get("application/json", 0.0)


def prefers_page(accept: bytes) -> bool:
    """Whether a client takes a page at least as gladly as the linked document (SERVE-9).

    Without the header, and with ``*/*``, it does, as at the registry; whoever names
    ``application/ld+json`` alone does not.
    """
    weights = _weights(accept)
    if not weights:
        return True

    def weight(kind: str) -> float:
        ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
        return next((weights[each] for each in ranges if each in weights), 0.0)

    return weight("text/html") >= weight("application/ld+json") and weight("text/html") > 0


def _weights(accept: bytes) -> dict[str, float]:
    """The weight of each range of media types that the header has."""
    weights: dict[str, float] = {}
    for each in accept.decode("latin-1").lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        found = [match[1] for match in map(_WEIGHT, parameters) if match is not None]
        if name:
            weights[name] = float(found[-1]) if found else 1.0
    return weights


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether a list of entity tags has this one, weak or strong (RFC 9110, 13.1.2)."""
    if if_none_match.strip() == b"*":
        return True
    return etag in (each.strip().removeprefix(b"W/") for each in if_none_match.split(b","))


@dataclass(frozen=True, slots=True)
class Span:
    """A range of bytes: the first one, and the one after the last."""

    start: int
    end: int


#: No bytes.
NOTHING: Final = Span(0, 0)


def span_of(request: Request, etag: bytes, size: int) -> Span | None:
    """The range of a file that a request is for (SERVE-8).

    Returns:
        None for all of it: without a range, with several or one that is not in its form, and where the
        file has another entity tag than ``If-Range`` states. A span without bytes if none is in the file.
    """
    if not request.range or (request.if_range and request.if_range.strip() != etag):
        return None
    match = _RANGE(request.range.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return Span(max(0, size - int(match[2])), size)
    start, end = int(match[1]), int(match[2] or size) + 1
    if end <= start:
        return None
    return Span(start, min(end, size)) if start < size else Span(size, size)
